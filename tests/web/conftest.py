"""A town for the tests of the pages; each that changes something makes its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.wards import Town, make_town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Two wards; tests only read them, or add what disturbs no other."""
    return make_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def own_town(tmp_path: Path) -> Town:
    """Two wards of one test's own."""
    return make_town(tmp_path / "home")
