"""A night pulls from every source: real servers, one of them gone, one asleep, one that wants another password."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import create_engine, text

from config.sources import read_sources
from connectors.exports.cells.legacy import TCVN3, VNI
from connectors.exports.rows import Export
from flows.arriving import intake
from flows.arriving.importing import dossier_seen, exports_seen, import_file
from flows.arriving.inbox import inbox_files
from flows.arriving.intake import Sender, pull_exports, pull_open_windows, take_documents
from flows.arriving.sources_told import lists_overdue, source_faults, source_too_old, sources_unusable, stale_sources
from flows.resources import Resources, open_resources
from storage.database import Connection
from storage.documents.evidence import receipts_of
from storage.ledger.nights import NightRequest, begin_night
from storage.proof.custody import events
from storage.records.history import records_as_of
from storage.records.imports import Arrival, ImportCounts, imports_of, record_export
from storage.records.pulls import fetched_files
from tests.connectors.source_servers import SshServer, free_port, ssh_server, web_server
from tests.connectors.tables import delimited, in_cp1258
from tests.connectors.typed import typed_in
from tests.flows.exports_by_hand import NOW, settings_of, write_export


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("home/exports", "share", "sftp", "web"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path / "home"


def test_all_sources_are_pulled_though_one_is_gone_one_refuses_and_one_sleeps(
    home: Path, sshd: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = home.parent
    write_export(home / "exports" / "a_20260103.csv", "H17-260101-0001")
    write_export(place / "share" / "b_20260103.csv", "H17-260101-0002")
    write_export(place / "sftp" / "c_20260103.csv", "H17-260101-0003")
    write_export(place / "web" / "d_20260103.csv", "H17-260101-0004")
    monkeypatch.setenv("MOT_CUA", "sai mật khẩu")
    quick = {"attempts": 2, "wait_seconds": 0}
    sftp = {"host": "127.0.0.1", "folder": str(place / "sftp"), "user": _user(), "port": sshd.port, **quick}
    keys = {"key_file": str(sshd.home / "client"), "known_hosts": str(sshd.home / "known_hosts")}
    with web_server(place / "web") as web:
        refused = {"user": "parindex", "password": {"env": "MOT_CUA"}}
        _sources(
            home,
            {"name": "o-chung", "kind": "folder", "folder": str(place / "share")},
            {"name": "sftp", "kind": "sftp", **sftp, **keys},
            {"name": "sftp-mat", "kind": "sftp", **sftp, **keys, "port": free_port(), "timeout_seconds": 2},
            {"name": "web", "kind": "http", "urls": [web.url("d_20260103.csv")], "login": refused, **quick},
            {"name": "ngu", "kind": "folder", "folder": str(place / "web"), "opens": "02:00", "closes": "03:00"},
            {"name": "noi-khac", "kind": "folder", "folder": str(place / "web"), "unit": "phuong-khac"},
        )
        with open_resources(settings_of(home)) as resources:
            assert pull_exports(resources, Sender("night 1", "exports", NOW)) == 3
            with resources.database.read() as connection:
                faults = source_faults(connection, "hoi-an-dong", NOW)
                sources = {row["name"]: row["source"] for row in imports_of(connection, "hoi-an-dong")}
                assert set(fetched_files(connection, "hoi-an-dong", "sftp", "")) == {"c_20260103.csv"}
    assert sources == {"a_20260103.csv": "exports", "b_20260103.csv": "o-chung", "c_20260103.csv": "sftp"}
    assert [fault.split(":")[0] for fault in faults] == ["sftp-mat", "web"]
    assert faults[0].endswith("(đêm sau sẽ tự thử lại)")
    assert faults[1].endswith("(cần người xử lý)")


def test_the_next_night_fetches_nothing_twice(home: Path, sshd: SshServer) -> None:
    place = home.parent
    write_export(place / "sftp" / "c_20260103.csv", "H17-260101-0003")
    keys = {"key_file": str(sshd.home / "client"), "known_hosts": str(sshd.home / "known_hosts")}
    sftp = {"host": "127.0.0.1", "folder": str(place / "sftp"), "user": _user(), "port": sshd.port}
    _sources(home, {"name": "sftp", "kind": "sftp", **sftp, **keys})
    with open_resources(settings_of(home)) as resources:
        assert pull_exports(resources, Sender("night 1", "exports", NOW)) == 1
        assert pull_exports(resources, Sender("night 2", "exports", NOW + timedelta(days=1))) == 0
        write_export(place / "sftp" / "c_20260103.csv", "H17-260101-0003", "H17-260101-0005")
        assert pull_exports(resources, Sender("night 3", "exports", NOW + timedelta(days=2))) == 1


def test_a_touched_file_is_fetched_once_more_and_a_web_file_not_at_all(home: Path, sshd: SshServer) -> None:
    place = home.parent
    write_export(place / "sftp" / "c_20260103.csv", "H17-260101-0003")
    write_export(place / "web" / "d_20260103.csv", "H17-260101-0004")
    keys = {"key_file": str(sshd.home / "client"), "known_hosts": str(sshd.home / "known_hosts")}
    sftp = {"host": "127.0.0.1", "folder": str(place / "sftp"), "user": _user(), "port": sshd.port}
    with web_server(place / "web") as web, open_resources(settings_of(home)) as resources:
        login = {"token": {"file": str(home / "token")}}
        (home / "token").write_text(web.token)
        urls = [web.url("d_20260103.csv")]
        _sources(
            home,
            {"name": "sftp", "kind": "sftp", **sftp, **keys},
            {"name": "web", "kind": "http", "urls": urls, "login": login},
        )
        assert pull_exports(resources, Sender("night 1", "exports", NOW)) == 2
        os.utime(place / "sftp" / "c_20260103.csv", (1_767_500_000, 1_767_500_000))
        assert pull_exports(resources, Sender("night 2", "exports", NOW + timedelta(days=1))) == 0
        with resources.database.read() as connection:
            marks = fetched_files(connection, "hoi-an-dong", "sftp", "")
        assert marks["c_20260103.csv"].endswith(" 1767500000")
        assert web.sent == ["d_20260103.csv"]
        write_export(place / "web" / "d_20260103.csv", "H17-260101-0005")
        assert pull_exports(resources, Sender("night 3", "exports", NOW + timedelta(days=2))) == 1


def test_nothing_that_one_source_or_file_does_keeps_the_others_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = home.parent
    write_export(home / "exports" / "a_20260103.csv", "H17-260101-0001")
    write_export(Path(os.fsdecode(os.fsencode(home / "exports") + b"/s\xe3 \xff.csv")), "H17-260101-0002")
    write_export(place / "share" / "b_20260103.csv", "H17-260101-0003")
    monkeypatch.setenv("MA", "mã ưng")
    quick = {"attempts": 1, "wait_seconds": 0}
    token = {"token": {"env": "MA"}}
    web = {"kind": "http", "urls": ["http://127.0.0.1/a.xls"], **quick}
    mail = {"host": "127.0.0.1", "user": "u", "password": {"env": "MA"}, "senders": ["a@b"], "port": free_port()}
    _sources(
        home,
        {"name": "tep-la", "kind": "ftp"},
        {"name": "khong-co-ca", **web, "ca_file": "/khong/co.pem"},
        {"name": "dia-chi-sai", **web, "urls": ["http://[::1/a.xls"]},
        {"name": "ma-sai", **web, "login": token},
        {"name": "thu", "kind": "mailbox", **mail, **quick},
        {"name": "qua-dai", "kind": "folder", "folder": "/" + "a" * 5000, **quick},
        {"name": "o-chung", "kind": "folder", "folder": str(place / "share")},
    )
    with open_resources(settings_of(home)) as resources:
        assert pull_exports(resources, Sender("night 1", "exports", NOW)) == 3
        with resources.database.read() as connection:
            faults = source_faults(connection, "hoi-an-dong", NOW)
            names = [row["name"] for row in imports_of(connection, "hoi-an-dong")]
    told = ["dia-chi-sai", "khong-co-ca", "ma-sai", "qua-dai", "thu"]
    assert [fault.split(":")[0] for fault in faults] == told
    assert "sources.0: 'kind' chỉ nhận" in str(sources_unusable(settings_of(home), NOW, 0))
    assert len(names) == 3 and all(name.encode() for name in names)


def test_a_file_that_cannot_be_recorded_is_rejected_and_the_others_are_imported(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def record(connection: Connection, arrival: Arrival, export: Export) -> ImportCounts:
        if "hong" in arrival.name:
            connection.exec_driver_sql("INSERT INTO imports (id) VALUES (1)")
        return record_export(connection, arrival, export)

    monkeypatch.setattr(intake, "record_export", record)
    write_export(home / "exports" / "a_20260103.csv", "H17-260101-0001")
    write_export(home / "exports" / "hong_20260103.csv", "H17-260101-0002")
    with open_resources(settings_of(home)) as resources:
        assert pull_exports(resources, Sender("night 1", "exports", NOW)) == 2
        with resources.database.read() as connection:
            rows = {row["name"][0]: row for row in imports_of(connection, "hoi-an-dong")}
    assert (rows["a"]["status"], rows["h"]["status"]) == ("read", "rejected")
    assert "Tệp vẫn được giữ" in rows["h"]["reason"]


@pytest.mark.parametrize("later", ["a.csv", "b.csv"])
def test_of_two_undated_exports_of_one_night_the_one_written_later_counts(home: Path, later: str) -> None:
    for name, due in (("a.csv", "08/01/2026"), ("b.csv", "09/01/2026")):
        write_export(home / "exports" / name, "H17-260101-0001", due=due)
        os.utime(home / "exports" / name, (1_767_400_000 + (name == later),) * 2)
    settings = settings_of(home)
    with open_resources(settings) as resources:
        assert pull_exports(resources, Sender("night 1", "exports", NOW)) == 2
    due = dossier_seen(settings, "H17-260101-0001", None)["dossier"]["due_at"]["datetime"]
    assert due[:10] == {"a.csv": "2026-01-08", "b.csv": "2026-01-09"}[later]


def test_a_document_whose_name_is_no_utf8_is_taken_under_a_readable_one(home: Path) -> None:
    inbox = home / "inbox" / "hoi-an-dong"
    inbox.mkdir(parents=True)
    Path(os.fsdecode(os.fsencode(inbox) + "/B\xe1o c\xe1o \xff.pdf".encode("latin-1"))).write_bytes(b"%PDF-1.4")
    with open_resources(settings_of(home)) as resources:
        assert take_documents(resources, Sender("night 1", "inbox", NOW)) == 1
        assert take_documents(resources, Sender("night 2", "inbox", NOW)) == 0
        with resources.database.read() as connection:
            (receipt,) = receipts_of(connection, "hoi-an-dong")
    assert receipt["path"].startswith("Báo cáo ")


def test_what_a_system_leaves_in_the_inbox_and_links_out_of_it_are_no_documents(home: Path) -> None:
    inbox = home / "inbox" / "hoi-an-dong" / "1.7.1"
    inbox.mkdir(parents=True)
    (home / "keys").mkdir(exist_ok=True)
    (home / "keys" / "khoa.pem").write_bytes(b"secret")
    for name in ("Thumbs.db", "desktop.ini", ".an", "~$bao-cao.docx", "dang-tai.pdf.crdownload", "bao-cao.pdf"):
        (inbox / name).write_bytes(b"%PDF-1.7")
    (inbox / "ra-ngoai.pdf").symlink_to(home / "keys" / "khoa.pem")
    (inbox / "cung-hop.pdf").symlink_to(inbox / "bao-cao.pdf")

    found = [name for _, name in inbox_files(settings_of(home))]

    assert found == ["1.7.1/bao-cao.pdf", "1.7.1/cung-hop.pdf"]


def test_a_look_at_an_export_records_nothing_on_postgresql_either(home: Path, postgresql_url: str) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    settings = settings_of(home, database_url=postgresql_url)
    write_export(home / "a_20260103.csv", "H17-260101-0001", bad=True)
    look = import_file(settings, home / "a_20260103.csv", profile="", dry_run=True, at=NOW)
    with open_resources(settings) as resources, resources.database.read() as connection:
        assert imports_of(connection, "hoi-an-dong") == [] and events(connection) == []
    done = import_file(settings, home / "a_20260103.csv", profile="", dry_run=False, at=NOW)
    assert look == done
    assert look["rows"] == {"read": 2, "new": 1, "changed": 0, "unchanged": 0, "rejected": 1}


def test_old_fonts_and_code_pages_come_through_a_night_as_words(home: Path) -> None:
    words = "Đăng ký khai sinh có yếu tố nước ngoài"
    exports = home / "exports"
    header = ["Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực", "Phải công khai", "Đã công khai trên Cổng"]
    for number, (font, name) in enumerate(((TCVN3, "tcvn3"), (VNI, "vni"), (None, "cp1258")), start=1):
        line = [f"1.00000{number}", words, "Hộ tịch", "Có", "Không"]
        rows = [[typed_in(cell, font) if font else in_cp1258(cell) for cell in row] for row in (header, line)]
        delimited(exports / f"{name}.csv", rows, encoding="latin-1" if font else "cp1258")
    with open_resources(settings_of(home)) as resources:
        assert pull_exports(resources, Sender("night 1", "exports", NOW)) == 3
        with resources.database.read() as connection:
            reasons = {row["name"]: row["reason"] for row in imports_of(connection, "hoi-an-dong")}
            sheets = {sheet for row in imports_of(connection, "hoi-an-dong") for sheet in row["sheets"] or ()}
            kept = records_as_of(connection, "hoi-an-dong", "procedures", None)
    assert sheets == {"tcvn3", "vni", "cp1258"}
    assert reasons == {"tcvn3.csv": None, "vni.csv": None, "cp1258.csv": None}
    assert {row["code"]: row["name"].lower() for row in kept} == {f"1.00000{n}": words.lower() for n in (1, 2, 3)}


def test_a_source_that_no_night_meets_is_pulled_in_its_window(home: Path) -> None:
    share = home.parent / "share"
    write_export(share / "b_20260103.csv", "H17-260101-0003")
    _sources(home, {"name": "ngay", "kind": "folder", "folder": str(share), "opens": "08:00", "closes": "09:00"})
    settings, night = settings_of(home), NOW  # 01:00 in Vietnam
    with open_resources(settings) as resources:
        pull_exports(resources, Sender("night 1", "exports", night))
        assert pull_open_windows(settings, night + timedelta(hours=1)) == {"new_exports": 0}
        assert pull_open_windows(settings, night + timedelta(hours=7, minutes=10)) == {"new_exports": 1}
        write_export(share / "c_20260103.csv", "H17-260101-0004")
        assert pull_open_windows(settings, night + timedelta(hours=7, minutes=40)) == {"new_exports": 0}
        pull_exports(resources, Sender("night 2", "exports", night + timedelta(days=1)))
        assert pull_open_windows(settings, night + timedelta(days=1, hours=7)) == {"new_exports": 1}
        with resources.database.read() as connection:
            assert source_faults(connection, "hoi-an-dong", night + timedelta(days=1)) == []


def test_a_source_whose_window_passes_unused_and_one_that_fails_in_it_are_told(home: Path) -> None:
    window = {"kind": "folder", "opens": "08:00", "closes": "09:00", "attempts": 1}
    (home / "tep").write_bytes(b"")
    _sources(
        home,
        {"name": "bo-quen", **window, "folder": str(home), "opens": "20:00", "closes": "21:00"},
        {"name": "hong", **window, "folder": str(home / "tep")},
    )
    settings = settings_of(home)
    with open_resources(settings) as resources:
        pull_exports(resources, Sender("night 1", "exports", NOW))
        assert pull_open_windows(settings, NOW + timedelta(hours=7)) == {"new_exports": 0}
        told = []
        for day in (0, 1, 2):
            at = NOW + timedelta(days=day)
            pull_exports(resources, Sender(f"night {day}", "exports", at))
            with resources.database.read() as connection:
                told.append([line.split(":")[0] for line in source_faults(connection, "hoi-an-dong", at)])
        with resources.database.read() as connection:
            (forgotten, _) = source_faults(connection, "hoi-an-dong", NOW + timedelta(days=2))
    assert told == [["hong"], ["hong"], ["bo-quen", "hong"]]
    assert "từ 20:00 đến 21:00, không trùng giờ chạy đêm" in forgotten


def test_a_list_that_was_never_handed_in_is_told_to_its_owner_when_it_has_fallen_due(home: Path) -> None:
    settings = settings_of(home)
    with open_resources(settings) as resources:
        assert lists_overdue(settings, NOW, 0) is None
        request = NightRequest("hoi-an-dong", "2025", "test", settings.timezone)
        with resources.database.write() as connection:
            begin_night(connection, request, owner="here:1:1", now=NOW)
    assert lists_overdue(settings, NOW + timedelta(days=20), 0) is None
    told = str(lists_overdue(settings, datetime(2026, 2, 6, tzinfo=UTC), 0))
    assert "hạn 05/02/2026 theo đề xuất, chưa nộp lần nào" in told
    assert told.count("Theo dõi nhiệm vụ") == 1 and "SIPAS" not in told


def test_a_source_without_a_fresh_export_is_told(home: Path) -> None:
    write_export(home / "exports" / "a_20260103.csv", "H17-260101-0001")
    _sources(home, {"name": "trong", "kind": "folder", "folder": str(home / "exports" / "khong"), "fresh_hours": 30})
    settings = settings_of(home, exports_fresh_hours=30)
    with open_resources(settings) as resources:
        pull_exports(resources, Sender("night 1", "exports", NOW))
        assert _stale(resources, NOW - timedelta(days=1)) == ["trong"]
        assert _stale(resources, NOW + timedelta(days=3)) == ["exports", "trong"]
    assert "giới hạn 30 giờ" in str(source_too_old(settings, NOW, 0))
    seen = exports_seen(settings, NOW)
    assert [(source["source"], source["fresh"], source["state"]) for source in seen["sources"]] == [
        ("exports", False, "pulled"),
        ("trong", False, "pulled"),
    ]


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ({"name": "Ổ chung", "kind": "folder", "folder": "/x"}, "tên chỉ gồm chữ thường"),
        ({"name": "o-chung", "kind": "ftp"}, "'kind' chỉ nhận 'folder', 'sftp', 'http', 's3', 'mailbox'"),
        ({"name": "o-chung", "kind": "folder", "folder": "/x", "opens": "22:00"}, "cả opens và closes"),
        ({"name": "exports", "kind": "folder", "folder": "/x"}, "trùng"),
        (
            {"name": "kho", "kind": "s3", "endpoint": "h", "bucket": "b", "access_key": "a", "secret_key": {}},
            "đúng một trong hai mục",
        ),
    ],
)
def test_a_list_of_sources_that_cannot_be_used_says_why(home: Path, entry: dict[str, object], complaint: str) -> None:
    _sources(home, entry)
    listed, (problem,) = read_sources(home / "sources.yaml")
    assert not listed and complaint in problem


def test_the_example_of_sources_can_be_used() -> None:
    example = Path(__file__).parents[2] / "config" / "sources.example.yaml"
    listed, problems = read_sources(example)
    assert {entry.kind for entry in listed} == {"folder", "sftp", "http", "s3", "mailbox"} and not problems


def _sources(home: Path, *entries: dict[str, object]) -> None:
    (home / "sources.yaml").write_text(yaml.safe_dump({"sources": list(entries)}, allow_unicode=True), encoding="utf-8")


def _stale(resources: Resources, now: datetime) -> list[str]:
    with resources.database.read() as connection:
        lines = stale_sources(connection, resources.settings, now)
    return [line.split(":")[0].removeprefix("nguồn ") for line in lines]


def _user() -> str:
    import getpass

    return getpass.getuser()
