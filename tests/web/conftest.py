"""A town for the tests of the pages; each that changes something makes its own."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.web.wards import Town, make_town


@pytest.fixture(scope="session")
def _untouched(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return make_town(tmp_path_factory.mktemp("untouched") / "home")


@pytest.fixture(scope="session")
def town(_untouched: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Two wards; tests only read them, or add what disturbs no other."""
    return _copy(_untouched, tmp_path_factory.mktemp("town") / "home")


@pytest.fixture
def own_town(_untouched: Town, tmp_path: Path) -> Town:
    """Two wards of one test's own."""
    return _copy(_untouched, tmp_path / "home")


def _copy(town: Town, home: Path) -> Town:
    shutil.copytree(town.settings.home, home)
    return replace(town, settings=town.settings.model_copy(update={"home": home}))
