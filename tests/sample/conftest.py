"""The sample ward, for all tests of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sample.ward import SampleReport, write_sample_ward

DOSSIERS = 2000


@pytest.fixture(scope="session")
def ward(sample_ward: Path) -> SampleReport:
    """What was said of the ward that lies there whole."""
    return write_sample_ward(sample_ward, seed=1, dossiers=DOSSIERS, say=lambda _: None)
