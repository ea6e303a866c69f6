"""A night killed with SIGKILL at any moment and run again ends like one that nobody disturbed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storage.database import open_database
from storage.database.connection import sqlite_url
from storage.ledger.nights import nights_of
from tests.journeys.snapshot import snapshot
from tests.once import made_once

CHAINS = {
    "one": [
        ("flows.running.night:nights.begin_night", "after", 1),
        ("storage.objects.folder:_written", "after", 1),
        ("flows.arriving.intake:_read", "before", 2),
        ("storage.records.imports:_insert_rejected", "before", 1),
        ("flows.examining.examination:_record", "before", 1),
        ("flows.scores.scoring:record_run", "before", 1),
        ("flows.keeping.log_proofs:checkpoints.record_checkpoint", "before", 1),
        ("flows.telling.outgoing:nights.end_night", "before", 1),
    ],
    "two": [
        ("storage.objects.folder:os.link", "before", 2),
        ("flows.arriving.intake:record_export", "after", 1),
        ("flows.arriving.intake:record_export", "before", 2),
        ("flows.arriving.intake:record_upload", "before", 3),
        ("flows.examining.examination:record_examination", "after", 3),
        ("flows.running.night:record", "after", 1),
        ("flows.telling.bundling:write_bundle", "before", 1),
        ("flows.telling.outgoing:publish_checkpoint", "after", 1),
        ("flows.telling.outgoing:nights.end_night", "after", 1),
    ],
    "three": [
        ("storage.objects.folder:os.link", "after", 4),
        ("flows.arriving.intake:record_upload", "after", 4),
        ("flows.reporting.periodic:keep_report", "before", 2),
        ("flows.telling.bundling:write_bundle", "after", 1),
        ("flows.telling.outgoing:append", "after", 1),
        ("flows.telling.outgoing:letter_text", "after", 1),
    ],
}
"""A chain is one night, killed at each of its moments in turn: each resumes what the one before left behind."""


@pytest.fixture(scope="session")
def undisturbed(small_ward: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small ward after the night that the others are compared with; `seconds` holds how long it took."""

    def pass_night(home: Path) -> None:
        began = time.monotonic()
        assert _night(_copy(small_ward, home)).wait() == 0
        (home / "seconds").write_text(str(time.monotonic() - began))

    return made_once(tmp_path_factory, "undisturbed", pass_night)


@pytest.mark.parametrize("moments", CHAINS.values(), ids=CHAINS)
def test_a_night_killed_in_one_step_after_another_ends_like_an_undisturbed_one(
    moments: list[tuple[str, str, int]], small_ward: Path, undisturbed: Path, tmp_path: Path
) -> None:
    home = _copy(small_ward, tmp_path)

    for moment in moments:
        assert _night(home, *map(str, moment)).wait() == -signal.SIGKILL, moment
    assert _night(home).wait() == 0

    assert snapshot(home) == snapshot(undisturbed)


def test_a_night_killed_again_and_again_at_random_ends_like_an_undisturbed_one(
    small_ward: Path, undisturbed: Path, tmp_path: Path
) -> None:
    home, seconds = _copy(small_ward, tmp_path), float((undisturbed / "seconds").read_text())
    chance = random.Random(20260105)
    for _ in range(6):
        night = _night(home)
        try:
            night.wait(timeout=chance.uniform(0.3, seconds * 0.7))
        except subprocess.TimeoutExpired:
            night.kill()
            night.wait()
        if _ended(home):
            break
    else:
        assert _night(home).wait() == 0

    assert snapshot(home) == snapshot(undisturbed)


def _ended(home: Path) -> bool:
    """Whether the night came to its end before it was killed: another run would be another night."""
    if not (home / "parindex.db").exists():
        return False
    database = open_database(sqlite_url(home / "parindex.db"))
    with database.read() as connection:
        ended = [night["ended_at"] for night in nights_of(connection, "hoi-an-dong")]
    database.close()
    return bool(ended) and ended[0] is not None


def _night(home: Path, *moment: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAR_")}
    environment |= {"PAR_HOME": str(home), "PAR_PERIOD": "2025", "OMP_THREAD_LIMIT": "1"}
    environment["PAR_ATTEMPTS"] = "20"  # no document is to blame for our kills
    with (home / "night.log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-m", "tests.journeys.killing", *moment], env=environment, stderr=log)


def _copy(ward: Path, home: Path) -> Path:
    shutil.copytree(ward, home, dirs_exist_ok=True)
    return home
