"""One sample ward for all tests of it."""

from __future__ import annotations

import pytest

from sample.ward import SampleReport, write_sample_ward

DOSSIERS = 600


@pytest.fixture(scope="session")
def ward(tmp_path_factory: pytest.TempPathFactory) -> SampleReport:
    """A ward of 600 dossiers with the whole inbox."""
    return write_sample_ward(tmp_path_factory.mktemp("ward"), seed=1, dossiers=DOSSIERS, say=lambda _: None)
