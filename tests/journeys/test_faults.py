"""A server killed with SIGKILL in the middle of a night: it says why it stops, and ends like an undisturbed one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from storage.errors import StorageError
from tests.journeys.snapshot import snapshot_of_servers
from tests.servers import (
    SECRET,
    end,
    free_block,
    make_postgresql,
    require_postgresql,
    require_s3,
    s3_address,
    start_postgresql,
    start_s3,
)

UNIT = "hoi-an-dong"


@dataclass(slots=True)
class Mortal:
    """A server that can be killed and started again over the same data."""

    start: Callable[[], subprocess.Popen[bytes]]
    answers: Callable[[], object]
    process: subprocess.Popen[bytes] = field(init=False)

    def rise(self) -> None:
        self.process = self.start()
        until = time.monotonic() + 240
        while True:
            try:
                self.answers()
                return
            except (OSError, StorageError):
                if self.process.poll() is not None:  # PostgreSQL may have to wait for the children of the killed one
                    self.process = self.start()
                assert time.monotonic() < until, "the server did not come up"
                time.sleep(0.2)


@dataclass(frozen=True, slots=True)
class Servers:
    database: Mortal
    objects: Mortal
    database_url: str
    endpoint: str


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """PostgreSQL and SeaweedFS of this module's own; the former not in pytest's folder (see `postgresql_url`)."""
    objects = tmp_path_factory.mktemp("mortal-s3")
    ports = free_block(7)
    url, endpoint = f"postgresql+psycopg://par@127.0.0.1:{ports[6]}/postgres", f"127.0.0.1:{ports[3]}"
    with tempfile.TemporaryDirectory(prefix="parindex-mortal-") as folder:
        data = Path(folder)
        make_postgresql(data)
        both = Servers(
            Mortal(lambda: start_postgresql(data, ports[6]), lambda: require_postgresql(url)),
            Mortal(lambda: start_s3(objects, ports), lambda: require_s3(endpoint)),
            url,
            endpoint,
        )
        both.database.rise()
        both.objects.rise()
        yield both
        end(both.database.process, signal.SIGINT)
        end(both.objects.process, signal.SIGKILL)


@pytest.fixture(scope="module")
def tiny_ward(small_ward: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two exports and the three smallest documents, which need no text recognition."""
    home = tmp_path_factory.mktemp("tiny") / "ward"
    shutil.copytree(small_ward, home)
    next((home / "exports").glob("Danh sách*")).unlink()
    documents = sorted(
        (path for path in (home / "inbox").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
    )
    for path in documents[3:]:
        path.unlink()
    return home


@pytest.fixture(scope="module")
def undisturbed(tiny_ward: Path, servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = Path(shutil.copytree(tiny_ward, tmp_path_factory.mktemp("undisturbed") / "ward"))
    _forget(servers)
    _night(home, servers, "undisturbed")
    return _snapshot(home, servers, "undisturbed")


@pytest.mark.parametrize(
    ("victim", "moment"),
    [
        ("database", ("flows.examining.examination:record_examination", "after", 2)),
        ("objects", ("flows.examining.examination:_record", "before", 3)),
        ("objects", ("flows.telling.bundling:write_bundle", "before", 1)),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0].partition(":")[2],
)
def test_a_server_killed_in_the_middle_costs_time_and_nothing_else(
    victim: str,
    moment: tuple[str, str, int],
    tiny_ward: Path,
    servers: Servers,
    undisturbed: dict[str, Any],
    tmp_path: Path,
) -> None:
    home = Path(shutil.copytree(tiny_ward, tmp_path / "ward"))
    bucket = f"killed-{victim}-{moment[0].rpartition(':')[2].strip('_').replace('_', '-')}"
    mortal: Mortal = getattr(servers, victim)
    _forget(servers)

    stopped = _try_night(home, servers, bucket, *map(str, moment), str(mortal.process.pid))
    mortal.process.wait(timeout=180)
    mortal.rise()
    if stopped.returncode != 0:
        assert "StoreUnavailable" in stopped.stderr, stopped.stderr[-3000:]
        _night(home, servers, bucket)

    ended = _snapshot(home, servers, bucket)
    assert _differences(ended["database"], undisturbed["database"]) == {}
    assert ended == undisturbed


def _night(home: Path, servers: Servers, bucket: str) -> None:
    done = _try_night(home, servers, bucket)
    assert done.returncode == 0, done.stderr[-3000:]


def _try_night(home: Path, servers: Servers, bucket: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAR_")}
    environment |= {
        "PAR_HOME": str(home),
        "PAR_PERIOD": "2025",
        "PAR_DATABASE_URL": servers.database_url,
        "PAR_STORE": "s3",
        "PAR_S3_ENDPOINT": servers.endpoint,
        "PAR_S3_BUCKET": bucket,
        "PAR_S3_ACCESS_KEY": "testkey",
        "PAR_S3_SECRET_KEY": SECRET,
        "PAR_S3_SECURE": "false",
        "OMP_THREAD_LIMIT": "1",
    }
    command = [sys.executable, "-m", "tests.journeys.killing", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=400)


def _snapshot(home: Path, servers: Servers, bucket: str) -> dict[str, Any]:
    return snapshot_of_servers(home, servers.database_url, s3_address(servers.endpoint, bucket))


def _differences(seen: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """By table, the rows that only one of the two has."""
    return {
        name: [row for row in seen[name] + rows if row not in seen[name] or row not in rows]
        for name, rows in wanted.items()
        if seen[name] != rows
    }


def _forget(servers: Servers) -> None:
    """An empty database; each night has a bucket of its own."""
    engine = create_engine(servers.database_url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
