"""The same night on PostgreSQL and an S3 server; bad surroundings are named and survived."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from storage.objects import FolderStore, S3Store
from tests.journeys.commands import NIGHT, night, parindex, parindex_here
from tests.servers import SECRET, s3_address


def test_a_night_on_postgresql_and_s3_scores_as_on_one_machine(
    small_ward: Path, small_night: Path, tmp_path: Path, postgresql_url: str, s3_endpoint: str
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    shutil.copytree(small_night, here)
    shutil.copytree(small_ward, there)
    servers = _servers(postgresql_url, s3_endpoint)

    night(there, **servers)

    assert _score(there, **servers) == _score(here)
    assert not (there / "parindex.db").exists()
    objects = list(S3Store(s3_address(s3_endpoint, "ward")))
    assert _handed_in(there) <= set(objects)
    assert night(there, at="2026-01-06T01:00:00+07:00", **servers)["nothing_new"]


@pytest.mark.parametrize(
    ("wrong", "seen", "code"),
    [
        ({"PAR_WORKERS": "many", "PAR_STORE": "tape"}, "2 lỗi", 2),
        ({"PAR_CRITERIA": "khong-co@1"}, "không có bộ tiêu chí", 2),
        ({"PAR_MIN_FREE_MIB": "999999999"}, "MiB trống", 3),
        ({"PAR_DATABASE_URL": "postgresql+psycopg://par@127.0.0.1:1/x?connect_timeout=2"}, "cơ sở dữ liệu", 3),
        ({"PAR_STORE": "s3", "PAR_S3_ENDPOINT": "127.0.0.1:1", "PAR_S3_SECURE": "false"}, "PAR_S3_ENDPOINT", 3),
    ],
)
def test_what_stops_a_night_is_named_with_the_way_out(
    wrong: dict[str, str], seen: str, code: int, tmp_path: Path
) -> None:
    done = parindex_here(tmp_path, "nightly", "--direct", "--json", **wrong)

    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert seen in done.stderr
    assert json.loads(done.stdout) == {"error": done.stderr.strip(), "exit_code": code}


def test_an_unreadable_export_is_named_and_read_when_its_layout_is_known(small_ward: Path, tmp_path: Path) -> None:
    home = tmp_path / "ward"
    shutil.copytree(small_ward, home)
    (home / "exports" / "lạ.csv").write_text("Họ tên;Năm sinh\nA;1990\n", encoding="utf-8")
    (home / "exports" / "hỏng.xlsx").write_bytes(b"PK\x03\x04 cut off")

    summary = night(home)

    stuck = summary["letter"].partition("Đang vướng")[2]
    assert "lạ.csv" in stuck and "hỏng.xlsx" in stuck
    assert summary["counts"]["new_exports"] == 5 and summary["run"] == "2025-0001"


def test_a_hostile_document_costs_its_own_verdict_only(small_ward: Path, tmp_path: Path) -> None:
    home = tmp_path / "ward"
    shutil.copytree(small_ward, home)
    inbox = home / "inbox" / "hoi-an-dong" / "5.1.1"
    inbox.mkdir()
    (inbox / "nested.pdf").write_bytes(b"%PDF-1.4\n1 0 obj\n" + b"[" * 200_000 + b"]" * 200_000 + b"\nendobj\n%%EOF")
    (inbox / "empty.pdf").write_bytes(b"")

    summary = night(home)

    stuck = summary["letter"].partition("Đang vướng")[2]
    assert "nested.pdf" in stuck and "empty.pdf" in stuck
    assert summary["counts"]["examined"] == 7


def test_a_second_night_while_one_runs_is_refused(small_ward: Path, tmp_path: Path) -> None:
    home = tmp_path / "ward"
    shutil.copytree(small_ward, home)
    _hold_the_lease(home)

    done = parindex(home, "nightly", "--direct", "--at", NIGHT)

    assert done.returncode == 3 and "đang chạy" in done.stderr


def _hold_the_lease(home: Path) -> None:
    """A night whose worker is this very test, alive."""
    from datetime import UTC, datetime

    from storage.database import open_database
    from storage.database.connection import sqlite_url
    from storage.ledger.nights import NightRequest, begin_night, owner_here

    database = open_database(sqlite_url(home / "parindex.db"))
    request = NightRequest("hoi-an-dong", "2025", "test", "Asia/Ho_Chi_Minh")
    with database.write() as connection:
        begin_night(connection, request, owner=owner_here(), now=datetime.now(UTC))
    database.close()


def _handed_in(home: Path) -> set[str]:
    """Hashes of all files that people put there. The bundle and the checkpoint tell of the store and of the order in
    which the log was written, so they are others on another machine."""
    files = (path for folder in ("exports", "inbox") for path in (home / folder).rglob("*") if path.is_file())
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _score(home: Path, **environment: str) -> Any:
    done = parindex_here(home, "score", "--dry-run", "--as-of", "2026-01-05", "--json", **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _servers(postgresql_url: str, s3_endpoint: str) -> dict[str, str]:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return {
        "PAR_DATABASE_URL": postgresql_url,
        "PAR_STORE": "s3",
        "PAR_S3_ENDPOINT": s3_endpoint,
        "PAR_S3_BUCKET": "ward",
        "PAR_S3_ACCESS_KEY": "testkey",
        "PAR_S3_SECRET_KEY": SECRET,
        "PAR_S3_SECURE": "false",
        "PATH": os.environ["PATH"],
    }


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_disk_that_fills_up_in_the_middle_stops_the_night_and_loses_nothing(
    small_ward: Path, small_night: Path, tmp_path: Path
) -> None:
    free, full = tmp_path / "free", tmp_path / "full"
    shutil.copytree(small_night, free)
    full.mkdir()
    if os.system(f"mount -t tmpfs -o size=5m tmpfs '{full}'") != 0:
        pytest.skip("this machine does not let root mount a file system")
    try:
        shutil.copytree(small_ward, full, dirs_exist_ok=True)

        stopped = parindex(full, "nightly", "--direct", "--at", NIGHT, PAR_MIN_FREE_MIB="0")
        assert (stopped.returncode, "Traceback" in stopped.stderr) == (3, False), stopped.stderr
        assert "hết chỗ" in stopped.stderr

        os.system(f"mount -o remount,size=400m '{full}'")
        night(full)
        assert _handed_in(full) <= set(FolderStore(full / "objects"))
        assert _score(full) == _score(free)
    finally:
        os.system(f"umount '{full}'")


def test_a_source_that_cannot_be_opened_is_named_and_the_rest_goes_on(small_ward: Path, tmp_path: Path) -> None:
    home = tmp_path / "ward"
    shutil.copytree(small_ward, home)
    shutil.rmtree(home / "exports")
    (home / "exports-share").write_text("a file where a folder was mounted")

    summary = night(home, PAR_EXPORTS=str(home / "exports-share"))

    assert str(home / "exports-share") in summary["letter"].partition("Đang vướng")[2]
    assert summary["counts"]["examined"] == 5


def test_a_score_made_by_hand_is_laid_out_and_explained_by_the_next_night(
    small_ward: Path, small_night: Path, tmp_path: Path
) -> None:
    home = tmp_path / "ward"
    shutil.copytree(small_night, home)
    upload = next((small_ward / "inbox" / "hoi-an-dong" / "1.1.1").iterdir())
    assert parindex(home, "upload", "--component", "6.3.1", str(upload)).returncode == 0
    by_hand = json.loads(parindex(home, "score", "--json").stdout)

    summary = night(home, at="2026-01-06T01:00:00+07:00")

    assert summary["run"] == "2025-0002" and summary["totals"] == by_hand["totals"]
    assert "6.3.1" in summary["letter"].partition("Vì sao điểm thay đổi")[2].partition("##")[0]
    assert (home / "outbox" / summary["night"] / "bo-tai-lieu.zip").exists()
