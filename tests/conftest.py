"""Servers and settings for all tests."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from sample.ward import write_sample_ward
from tests.once import made_once
from tests.servers import postgresql, s3_server

for name in [name for name in os.environ if name.startswith("PAR_")]:
    del os.environ[name]

_PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}
settings.register_profile("same", derandomize=True, **_PATIENT)
settings.register_profile("search", max_examples=500, **_PATIENT)
settings.load_profile("same")
"""Properties meet the same examples each time, however busy the machine is; others by `--hypothesis-profile=search`."""


TOGETHER = {
    "tests/journeys/test_pages.py",
    "tests/journeys/test_faults.py",
    "tests/journeys/test_prefect_shows.py",
    "tests/sample/test_exports.py",
}
"""Files that share something dear, such as a running service: each is for one of the test processes."""


class FilesTogether(LoadScopeScheduling):
    """Tests go one by one to whichever process is free, except those of a file that belongs together.

    pytest-xdist 3.8 has marks for this, but writes them where pytest 9.2 does not look any more.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in TOGETHER else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesTogether:
    """How tests are shared out, whatever `--dist` says."""
    return FilesTogether(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys first: they take longest, and at the end the other processes would wait for them."""
    items.sort(key=lambda item: "/journeys/" not in item.nodeid)


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real S3 server, one for the session."""
    with s3_server(tmp_path_factory.mktemp("s3")) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL, one for the session; not in pytest's folder, which another session closes to its user."""
    with tempfile.TemporaryDirectory(prefix="parindex-postgresql-") as folder, postgresql(Path(folder)) as url:
        yield url


@pytest.fixture(scope="session")
def sample_ward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ward that `./dev demo` writes, for all test processes. Tests read or copy it; nobody changes it."""
    return made_once(tmp_path_factory, "sample-ward", lambda home: write_sample_ward(home, seed=1, say=lambda _: None))


@pytest.fixture
def repository() -> Path:
    """The root of this checkout."""
    return Path(__file__).parent.parent
