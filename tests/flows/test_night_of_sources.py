"""One whole night fed by every kind of source on real servers: what came in, and what its letter says went wrong."""

from __future__ import annotations

import getpass
import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from minio import Minio

from config.settings import Settings
from flows.arriving.sources_told import source_too_old
from flows.resources import open_resources
from flows.running.night import NightRequestedBy, run_night
from storage.records.imports import imports_of
from tests.connectors.mail_server import PASSWORD, SENDER, MailServer, mail_server
from tests.connectors.source_servers import SshServer, free_port, ssh_server, web_server
from tests.servers import SECRET

UNIT = "hoi-an-dong"
NOW = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
HEADER = "STT,Mã hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Ngày có kết quả,Đơn vị giải quyết,Ghi chú\n"


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


def test_a_night_takes_from_every_source_and_its_letter_tells_each_fault_with_the_way_out(
    tmp_path: Path, sshd: SshServer, mail: MailServer, s3_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("home/exports", "share", "sftp", "web"):
        (tmp_path / name).mkdir(parents=True)
    _put(tmp_path / "home/exports/a_20260103.csv", _register(1))
    _put(tmp_path / "home/exports/hong.xlsx", b"PK\x03\x04 cut off")
    _put(tmp_path / "share/b_20251201.csv", _register(2))
    _put(tmp_path / "sftp/c_20260103.csv", _register(3))
    _put(tmp_path / "web/d_20260103.csv", _register(4))
    bucket = Minio(s3_endpoint, "testkey", SECRET, secure=False)
    bucket.make_bucket(bucket_name="nguon-dem")
    content = _register(5)
    bucket.put_object("nguon-dem", "mot-cua/e_20260103.csv", io.BytesIO(content), len(content))
    mail.deliver("nguon-dem", {"g_20260103.csv": _register(6)}, at=datetime(2026, 1, 3, 3, tzinfo=UTC))
    for name, secret in (("WEB", "dung-mat-khau"), ("SAI", "sai"), ("S3", SECRET), ("THU", PASSWORD)):
        monkeypatch.setenv(f"NGUON_{name}", secret)
    settings = Settings.model_validate({"home": tmp_path / "home", "unit": UNIT})
    with web_server(tmp_path / "web") as web:
        entries = _entries(tmp_path, sshd, mail, s3_endpoint, web.url("d_20260103.csv"), web.url("login"))
        (tmp_path / "home/sources.yaml").write_text(yaml.safe_dump({"sources": entries}), encoding="utf-8")
        before = _seen(tmp_path, bucket, mail)
        first = run_night(settings, NightRequestedBy("test", NOW))
        second = run_night(settings, NightRequestedBy("test", NOW + timedelta(days=1)))
        assert _seen(tmp_path, bucket, mail) == before

    with open_resources(settings) as resources, resources.database.read() as connection:
        rows = imports_of(connection, UNIT)
    assert {row["name"].split("/")[-1][0]: row["source"] for row in rows if row["status"] == "read"} == {
        "a": "exports",
        "b": "o-chung",
        "c": "sftp",
        "d": "web",
        "e": "kho",
        "g": "thu",
    }
    assert (first["counts"]["new_exports"], second["counts"]["new_exports"]) == (7, 0)
    letter = str(first["letter"])
    said = [line for line in letter.splitlines() if any(word in line for word in ("sftp-mat", "web-sai", "hong.xlsx"))]
    assert any("sftp-mat" in line and "đêm sau sẽ tự thử lại" in line for line in said)
    assert any("web-sai" in line and "cần người xử lý" in line for line in said)
    assert any("hong.xlsx" in line and "Hãy xuất hoặc tải lại" in line for line in said)
    too_old = str(source_too_old(settings, NOW, 0))
    assert "nguồn o-chung" in too_old and "giới hạn 48 giờ" in too_old and "nguồn sftp:" not in too_old
    assert "ngu" not in {row["source"] for row in rows}


def _entries(place: Path, sshd: SshServer, mail: MailServer, s3: str, web: str, login: str) -> list[dict[str, object]]:
    quick = {"attempts": 1, "wait_seconds": 0}
    sftp = {"kind": "sftp", "host": "127.0.0.1", "folder": str(place / "sftp"), "user": getpass.getuser(), **quick}
    keys = {"key_file": str(sshd.home / "client"), "known_hosts": str(sshd.home / "known_hosts")}
    form = {"form": login, "fields": {"user": "mot-cua", "password": {"env": "NGUON_WEB"}}}
    wrong = {"user": "mot-cua", "password": {"env": "NGUON_SAI"}}
    letters = {"host": "127.0.0.1", "port": mail.port, "security": "none", "user": "nguon-dem", "senders": [SENDER]}
    store = {"endpoint": s3, "bucket": "nguon-dem", "access_key": "testkey", "secure": False, "prefix": "mot-cua/"}
    return [
        {"name": "o-chung", "kind": "folder", "folder": str(place / "share"), "fresh_hours": 48},
        {"name": "sftp", **sftp, **keys, "port": sshd.port},
        {"name": "sftp-mat", **sftp, **keys, "port": free_port(), "timeout_seconds": 2},
        {"name": "web", "kind": "http", "urls": [web], "login": form, **quick},
        {"name": "web-sai", "kind": "http", "urls": [web], "login": wrong, **quick},
        {"name": "kho", "kind": "s3", **store, "secret_key": {"env": "NGUON_S3"}, **quick},
        {"name": "thu", "kind": "mailbox", **letters, "password": {"env": "NGUON_THU"}, **quick},
        {"name": "ngu", "kind": "folder", "folder": str(place / "web"), "opens": "02:00", "closes": "03:00"},
    ]


def _register(number: int) -> bytes:
    return f"{HEADER}1,H17-260101-000{number},02/01/2026,08/01/2026,,Phòng A,\n".encode()


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    os.utime(path, (1_767_400_000, 1_767_400_000))


def _seen(place: Path, bucket: Minio, mail: MailServer) -> list[object]:
    """All that a pull might change."""
    folders = (place / name for name in ("home/exports", "share", "sftp", "web"))
    files = [(path, path.read_bytes(), path.stat().st_mtime_ns) for folder in folders for path in folder.iterdir()]
    objects = [(item.object_name, item.etag) for item in bucket.list_objects("nguon-dem", recursive=True)]
    return [sorted(files), objects, mail.state("nguon-dem")]
