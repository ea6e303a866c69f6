"""A night pulls from every source: real servers, one of them gone, one asleep, one that wants another password."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter
import yaml
from sqlalchemy import create_engine, text

from config.registers import counted_inputs
from config.settings import Settings
from config.sources import BadSources, load_sources
from connectors.exports.legacy import TCVN3, VNI
from connectors.exports.rows import Export
from flows.arriving import importing, intake
from flows.arriving.forms import form_or_none
from flows.arriving.importing import dossier_seen, exports_seen, import_file, import_seen
from flows.arriving.intake import Sender, pull_exports, pull_open_windows, take_documents
from flows.arriving.sources_told import lists_overdue, source_faults, source_too_old, sources_unusable, stale_sources
from flows.criteria import criteria_set
from flows.resources import Resources, open_resources
from storage.database import Connection
from storage.documents.evidence import receipts_of
from storage.ledger.nights import NightRequest, begin_night
from storage.proof.custody import events
from storage.records.history import records_as_of
from storage.records.imports import Arrival, ImportCounts, imports_of, record_export
from storage.records.pulls import fetched_files
from storage.scored.facts import Counting, Gathered, gather_facts
from tests.connectors.source_servers import SshServer, free_port, ssh_server, web_server
from tests.connectors.tables import delimited, in_cp1258, xlsx
from tests.connectors.typed import typed_in

NOW = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
HEADER = "STT,Mã hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Ngày có kết quả,Đơn vị giải quyết,Ghi chú\n"


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
    _write(home / "exports" / "a_20260103.csv", "H17-260101-0001")
    _write(place / "share" / "b_20260103.csv", "H17-260101-0002")
    _write(place / "sftp" / "c_20260103.csv", "H17-260101-0003")
    _write(place / "web" / "d_20260103.csv", "H17-260101-0004")
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
        with open_resources(_settings(home)) as resources:
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
    _write(place / "sftp" / "c_20260103.csv", "H17-260101-0003")
    keys = {"key_file": str(sshd.home / "client"), "known_hosts": str(sshd.home / "known_hosts")}
    sftp = {"host": "127.0.0.1", "folder": str(place / "sftp"), "user": _user(), "port": sshd.port}
    _sources(home, {"name": "sftp", "kind": "sftp", **sftp, **keys})
    with open_resources(_settings(home)) as resources:
        assert pull_exports(resources, Sender("night 1", "exports", NOW)) == 1
        assert pull_exports(resources, Sender("night 2", "exports", NOW + timedelta(days=1))) == 0
        _write(place / "sftp" / "c_20260103.csv", "H17-260101-0003", "H17-260101-0005")
        assert pull_exports(resources, Sender("night 3", "exports", NOW + timedelta(days=2))) == 1


def test_a_touched_file_is_fetched_once_more_and_a_web_file_not_at_all(home: Path, sshd: SshServer) -> None:
    place = home.parent
    _write(place / "sftp" / "c_20260103.csv", "H17-260101-0003")
    _write(place / "web" / "d_20260103.csv", "H17-260101-0004")
    keys = {"key_file": str(sshd.home / "client"), "known_hosts": str(sshd.home / "known_hosts")}
    sftp = {"host": "127.0.0.1", "folder": str(place / "sftp"), "user": _user(), "port": sshd.port}
    with web_server(place / "web") as web, open_resources(_settings(home)) as resources:
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
        _write(place / "web" / "d_20260103.csv", "H17-260101-0005")
        assert pull_exports(resources, Sender("night 3", "exports", NOW + timedelta(days=2))) == 1


def test_nothing_that_one_source_or_file_does_keeps_the_others_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = home.parent
    _write(home / "exports" / "a_20260103.csv", "H17-260101-0001")
    _write(Path(os.fsdecode(os.fsencode(home / "exports") + b"/s\xe3 \xff.csv")), "H17-260101-0002")
    _write(place / "share" / "b_20260103.csv", "H17-260101-0003")
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
    with open_resources(_settings(home)) as resources:
        assert pull_exports(resources, Sender("night 1", "exports", NOW)) == 3
        with resources.database.read() as connection:
            faults = source_faults(connection, "hoi-an-dong", NOW)
            names = [row["name"] for row in imports_of(connection, "hoi-an-dong")]
    told = ["dia-chi-sai", "khong-co-ca", "ma-sai", "qua-dai", "thu"]
    assert [fault.split(":")[0] for fault in faults] == told
    assert "sources.0: kind chỉ nhận" in str(sources_unusable(_settings(home), NOW, 0))
    assert len(names) == 3 and all(name.encode() for name in names)


def test_a_file_that_cannot_be_recorded_is_rejected_and_the_others_are_imported(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def record(connection: Connection, arrival: Arrival, export: Export) -> ImportCounts:
        if "hong" in arrival.name:
            connection.exec_driver_sql("INSERT INTO imports (id) VALUES (1)")
        return record_export(connection, arrival, export)

    monkeypatch.setattr(intake, "record_export", record)
    _write(home / "exports" / "a_20260103.csv", "H17-260101-0001")
    _write(home / "exports" / "hong_20260103.csv", "H17-260101-0002")
    with open_resources(_settings(home)) as resources:
        assert pull_exports(resources, Sender("night 1", "exports", NOW)) == 2
        with resources.database.read() as connection:
            rows = {row["name"][0]: row for row in imports_of(connection, "hoi-an-dong")}
    assert (rows["a"]["status"], rows["h"]["status"]) == ("read", "rejected")
    assert "Tệp vẫn được giữ" in rows["h"]["reason"]


@pytest.mark.parametrize("later", ["a.csv", "b.csv"])
def test_of_two_undated_exports_of_one_night_the_one_written_later_counts(home: Path, later: str) -> None:
    for name, due in (("a.csv", "08/01/2026"), ("b.csv", "09/01/2026")):
        _write(home / "exports" / name, "H17-260101-0001", due=due)
        os.utime(home / "exports" / name, (1_767_400_000 + (name == later),) * 2)
    settings = _settings(home)
    with open_resources(settings) as resources:
        assert pull_exports(resources, Sender("night 1", "exports", NOW)) == 2
    due = dossier_seen(settings, "H17-260101-0001", None)["dossier"]["due_at"]["datetime"]
    assert due[:10] == {"a.csv": "2026-01-08", "b.csv": "2026-01-09"}[later]


def test_a_document_whose_name_is_no_utf8_is_taken_under_a_readable_one(home: Path) -> None:
    inbox = home / "inbox" / "hoi-an-dong"
    inbox.mkdir(parents=True)
    Path(os.fsdecode(os.fsencode(inbox) + "/B\xe1o c\xe1o \xff.pdf".encode("latin-1"))).write_bytes(b"%PDF-1.4")
    with open_resources(_settings(home)) as resources:
        assert take_documents(resources, Sender("night 1", "inbox", NOW)) == 1
        assert take_documents(resources, Sender("night 2", "inbox", NOW)) == 0
        with resources.database.read() as connection:
            (receipt,) = receipts_of(connection, "hoi-an-dong")
    assert receipt["path"].startswith("Báo cáo ")


def test_a_look_at_an_export_records_nothing_on_postgresql_either(home: Path, postgresql_url: str) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    settings = _settings(home, database_url=postgresql_url)
    _write(home / "a_20260103.csv", "H17-260101-0001", bad=True)
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
    with open_resources(_settings(home)) as resources:
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
    _write(share / "b_20260103.csv", "H17-260101-0003")
    _sources(home, {"name": "ngay", "kind": "folder", "folder": str(share), "opens": "08:00", "closes": "09:00"})
    settings, night = _settings(home), NOW  # 01:00 in Vietnam
    with open_resources(settings) as resources:
        pull_exports(resources, Sender("night 1", "exports", night))
        assert pull_open_windows(settings, night + timedelta(hours=1)) == {"new_exports": 0}
        assert pull_open_windows(settings, night + timedelta(hours=7, minutes=10)) == {"new_exports": 1}
        _write(share / "c_20260103.csv", "H17-260101-0004")
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
    settings = _settings(home)
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
    settings = _settings(home)
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
    _write(home / "exports" / "a_20260103.csv", "H17-260101-0001")
    _sources(home, {"name": "trong", "kind": "folder", "folder": str(home / "exports" / "khong"), "fresh_hours": 30})
    settings = _settings(home, exports_fresh_hours=30)
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
        ({"name": "o-chung", "kind": "ftp"}, "kind chỉ nhận folder, sftp, http, s3, mailbox"),
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
    with pytest.raises(BadSources, match=complaint):
        load_sources(home / "sources.yaml")


def test_the_example_of_sources_can_be_used() -> None:
    example = Path(__file__).parents[2] / "config" / "sources.example.yaml"
    assert {entry.kind for entry in load_sources(example)} == {"folder", "sftp", "http", "s3", "mailbox"}


def test_an_import_by_hand_tells_what_changed_and_what_was_known_when(home: Path) -> None:
    settings = _settings(home)
    first, second = home / "a_20260103.csv", home / "a_20260104.csv"
    _write(first, "H17-260101-0001")
    _write(second, "H17-260101-0001", due="20/01/2026", bad=True)
    dry = import_file(settings, first, profile="", dry_run=True, at=NOW)
    one = import_file(settings, first, profile="", dry_run=False, at=NOW)
    again = import_file(settings, first, profile="", dry_run=False, at=NOW)
    two = import_file(settings, second, profile="", dry_run=False, at=NOW + timedelta(days=1))

    assert dry == one
    assert one["rows"] == {"read": 1, "new": 1, "changed": 0, "unchanged": 0, "rejected": 0}
    assert again == one | {"rows": one["rows"] | {"new": 0, "unchanged": 1}}
    assert (two["rows"]["changed"], two["rows"]["rejected"]) == (1, 1)
    assert any("từ quá hạn thành đúng hạn" in warning for warning in two["warnings"])
    seen = import_seen(settings, 2)
    assert seen is not None
    assert seen["rejected"] == two["rejected"]
    assert seen["rejected"][0]["cell"] == "C3"
    history = dossier_seen(settings, "H17-260101-0001", 1)
    assert [said["import"] for said in history["history"]] == [1, 2]
    assert history["history"][1]["cells"]["due_at"] == "D2"
    assert history["dossier"]["due_at"] == {"datetime": "2026-01-08T23:59:59+07:00"}


def test_the_same_rows_under_another_date_are_not_merged_again_unless_the_date_is_older(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = _settings(home)
    header = ["Mã hồ sơ", "Mã TTHC", "Ngày tiếp nhận", "Hạn trả", "Trạng thái", "Ngày kết thúc xử lý"]
    row = ["H17.57-250102-0001", "1.001193", "02/01/2025", "08/01/2025", "Đã trả kết quả", "05/01/2025"]
    full: list[str] = []
    real = importing.record_export

    def record(connection: Connection, arrival: Arrival, export: Export) -> ImportCounts:
        full.append(arrival.name)
        return real(connection, arrival, export)

    monkeypatch.setattr(importing, "record_export", record)
    names = ["so_20260102.xlsx", "so_20260103.xlsx", "so_20260101.xlsx"]
    for number, name in enumerate(names):
        with xlsxwriter.Workbook(str(home / name)) as book:
            book.set_properties({"title": name})
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, header)
            sheet.write_row(1, 0, row)
        told = import_file(settings, home / name, profile="", dry_run=False, at=NOW + timedelta(days=number))
        assert told["rows"]["read"] == 1
    seen = exports_seen(settings, NOW)["imports"]
    assert [str(row["exported_at"])[:10] for row in reversed(seen)] == ["2026-01-01", "2026-01-02", "2025-12-31"]  # UTC
    assert full == [names[0], names[2]]


def test_a_form_is_compared_with_itself_and_with_the_dossiers(home: Path) -> None:
    settings = _settings(home)
    _write(home / "exports" / "a_20260103.csv", "H17-260101-0001")
    numbering = [f"({n})" for n in range(1, 14)]
    total = ["", "TỔNG CỘNG", 2, 1, 1, 0, 2, 1, 0, 0, 0, 0, 0]
    title = ["Biểu số II.06a/VPCP/KSTT. Từ ngày 01/01/2026 đến ngày 31/12/2026"]
    xlsx(home / "exports" / "bieu.xlsx", [title, ["TT", "Lĩnh vực", "Tiếp nhận"], numbering, total])
    with open_resources(settings) as resources:
        assert pull_exports(resources, Sender("night 1", "exports", NOW + timedelta(days=30))) == 2
    seen = import_seen(settings, 2)
    assert seen is not None and seen["kind"] == "bieu-ii06a"
    assert any("cột (7) = (8) + (9) + (10): biểu ghi 2, đếm được 1" in alarm for alarm in seen["alarms"])
    assert any(
        "so với danh sách hồ sơ: cột (3) tiếp nhận, tổng số: biểu ghi 2, đếm được 1" in a for a in seen["alarms"]
    )


def test_a_form_looked_at_tells_what_importing_it_would_tell_and_keeps_nothing(home: Path) -> None:
    settings = _settings(home)
    _write(home / "a_20260103.csv", "H17-260101-0001")
    import_file(settings, home / "a_20260103.csv", profile="", dry_run=False, at=NOW)
    form = _form(home / "bieu.xlsx", "Kỳ báo cáo: Quý I năm 2026")
    dry = import_file(settings, form, profile="", dry_run=True, at=NOW)
    assert import_seen(settings, 2) is None
    real = import_file(settings, form, profile="", dry_run=False, at=NOW)
    assert dry == real
    told = "\n".join(dry["warnings"])
    assert "nên so với hồ sơ từ 01/01/2026 đến 31/03/2026" in told
    assert 'dòng "Chưa ghi lĩnh vực", cột (3) tiếp nhận, tổng số: biểu ghi 2, đếm được 1' in told


def test_a_form_that_cannot_be_compared_says_why(home: Path) -> None:
    form = _form(home / "bieu.xlsx", "Biểu số II.06a/VPCP/KSTT")
    report = import_file(_settings(home), form, profile="", dry_run=True, at=NOW)
    assert any("tiêu đề không ghi kỳ báo cáo" in warning for warning in report["warnings"])


def test_a_file_that_breaks_the_reader_of_forms_is_no_form(home: Path) -> None:
    (home / "bieu.xlsx").write_bytes(b"%PDF-1.7 ...")
    assert form_or_none(home / "bieu.xlsx", "bieu.xlsx") is None


def test_procedures_are_held_against_the_newest_list_of_the_portal(home: Path) -> None:
    settings = _settings(home)
    own = ["STT", "Mã TTHC", "Tên thủ tục hành chính", "Phải công khai", "Đã công khai trên Cổng"]
    theirs = ["STT", "Mã TTHC trên Cổng", "Tên TTHC trên Cổng", "Cơ quan công khai"]
    xlsx(home / "cua-phuong.xlsx", [own, *[[n, f"1.00000{n}", "A", "Có", "Có"] for n in (1, 2, 3)]])
    xlsx(home / "cong-1.xlsx", [theirs, *[[n, f"1.00000{n}.000.00.00.H17", "A", "UBND"] for n in (1, 2)]])
    xlsx(home / "cong-2.xlsx", [theirs, [1, "1.000001.000.00.00.H17", "A", "UBND"]])

    def published() -> tuple[object, tuple[str, ...]]:
        with open_resources(settings) as resources, resources.database.read() as connection:
            gathered = _gathered(connection, settings)
        counted = {value.key: value.value for value in gathered.facts.declared if value.component == "3.2.1"}
        return counted["procedures_online"], gathered.contradictions

    answers = []
    for days, name in ((0, "cua-phuong.xlsx"), (1, "cong-1.xlsx"), (60, "cong-2.xlsx")):
        import_file(settings, home / name, profile="", dry_run=False, at=NOW + timedelta(days=days))
        answers.append(published())
    assert [count for count, _ in answers] == [3, 2, 1]
    assert answers[0][1] == ()
    assert answers[2][1] == ("2 thủ tục ghi đã công khai mà danh mục trên Cổng không có (1.000002, 1.000003)",)


def test_due_dates_that_their_terms_do_not_give_are_told_with_the_import(home: Path) -> None:
    header = ["MaHoSo", "KenhThucHien", "TrangThaiHoSo", "NgayTiepNhan", "ThoiGianThucHien", "LoaiThoiGianThucHien"]
    ends = {1: ("07/07/2025 17:00:00", ""), 2: ("09/07/2025 17:00:00", ""), 3: ("09/07/2025 17:00:00", "04/07/2025")}
    term = ["2", "4", "03/07/2025 08:15:00", 2, "Ngày làm việc"]
    rows = [[f"H17.57-250703-000{number}", *term, *end] for number, end in ends.items()]
    xlsx(home / "ho-so.xlsx", [[*header, "NgayHenTra", "NgayYeuCauBoSung"], *rows])
    report = import_file(_settings(home), home / "ho-so.xlsx", profile="", dry_run=False, at=NOW)
    assert (report["profile"], report["rows"]["new"]) == ("ho-so-tinh", 3)
    (told,) = [warning for warning in report["warnings"] if "thời hạn giải quyết" in warning]
    assert told.endswith(
        "Sheet1!G3: nhận 03/07/2025, thời hạn 2 Ngày làm việc: tính ra 07/07/2025, tệp ghi hẹn trả 09/07/2025"
    )


def test_terms_of_opencps_are_days_or_hours_and_an_extended_one_is_left_alone_and_kept_with_its_history(
    home: Path,
) -> None:
    header = ["dossierNo", "dossierStatus", "receiveDate", "dueDate", "durationCount", "durationUnit", "extendDate"]
    received, right, wrong = "2025-07-03T01:15:00Z", "2025-07-07T01:15:00Z", "2025-07-10T01:15:00Z"
    rows = [
        [f"H17.57-250703-000{number}", "processing", received, due, *term, extended]
        for number, (due, term, extended) in enumerate(
            [(right, (2, 0), ""), (right, (16, 1), ""), (wrong, (2, 0), ""), (wrong, (2, 0), "2025-07-06T02:00:00Z")],
            start=1,
        )
    ]
    settings = _settings(home)
    first = import_file(settings, delimited(home / "a.csv", [header, *rows]), profile="", dry_run=False, at=NOW)
    assert [told.rpartition("thời hạn 2")[2] for told in first["warnings"] if "thời hạn giải quyết" in told] == [
        " ngày làm việc: tính ra 07/07/2025, tệp ghi hẹn trả 10/07/2025"
    ]
    rows[3][6] = "2025-07-08T02:00:00Z"
    later = delimited(home / "b.csv", [header, *rows])
    import_file(settings, later, profile="", dry_run=False, at=NOW + timedelta(days=1))
    said = [entry["fields"]["extended_at"] for entry in dossier_seen(settings, rows[3][0], None)["history"]]
    assert [str(moment["datetime"])[:10] for moment in said] == ["2025-07-06", "2025-07-08"]


def _form(path: Path, title: str) -> Path:
    numbering = [f"({n})" for n in range(1, 14)]
    counts = [2, 1, 1, 0, 2, 2, 0, 0, 0, 0, 0]
    lines = [[1, "Chưa ghi lĩnh vực", *counts], ["", "TỔNG CỘNG", *counts]]
    return xlsx(path, [["Biểu số II.06a/VPCP/KSTT"], [title], ["TT", "Lĩnh vực", "Tiếp nhận"], numbering, *lines])


def test_a_filled_task_tracker_counts_for_its_components_and_falls_due_again(home: Path) -> None:
    settings = _settings(home)
    header = ["STT", "Mã nhiệm vụ", "Nội dung nhiệm vụ", "Nguồn giao", "Tình trạng"]
    tasks = [[1, "NV1", "A", "Kế hoạch CCHC", "Hoàn thành"], [2, "NV2", "B", "Kế hoạch CCHC", "Đang thực hiện"]]
    xlsx(home / "nhiem-vu_20260103.xlsx", [["Theo dõi nhiệm vụ"], header, *tasks])
    import_file(settings, home / "nhiem-vu_20260103.xlsx", profile="", dry_run=False, at=NOW)
    with open_resources(settings) as resources, resources.database.read() as connection:
        facts = _gathered(connection, settings).facts
    counted = {value.key: value.value for value in facts.declared if value.component == "1.1.2"}
    assert counted == {"tasks_planned": 2, "tasks_done": 1}
    assert [link.name for link in facts.evidence if link.component == "1.1.2"] == ["nhiem-vu_20260103.xlsx"]
    assert lists_overdue(settings, NOW, 0) is None
    assert "Theo dõi nhiệm vụ (Văn phòng HĐND và UBND phường, hạn 05/03/2026 theo đề xuất)" in str(
        lists_overdue(settings, datetime(2026, 3, 20, tzinfo=UTC), 0)
    )


def _gathered(connection: Connection, settings: Settings) -> Gathered:
    """The facts as a score by the set of these settings takes them: its inputs counted from lists."""
    inputs = counted_inputs(criteria_set(settings, settings.criteria).plain())
    return gather_facts(connection, settings.unit, "checker", year=2025, counting=Counting(inputs))


def _write(path: Path, *codes: str, due: str = "08/01/2026", bad: bool = False) -> None:
    rows = [f"{n},{code},02/01/2026,{due},10/01/2026,Phòng A,\n" for n, code in enumerate(codes, start=1)]
    rows += ["9,H17-260101-0099,32/01/2026,08/01/2026,10/01/2026,Phòng A,\n"] if bad else []
    path.write_text(HEADER + "".join(rows), encoding="utf-8")


def _sources(home: Path, *entries: dict[str, object]) -> None:
    (home / "sources.yaml").write_text(yaml.safe_dump({"sources": list(entries)}, allow_unicode=True), encoding="utf-8")


def _settings(home: Path, **more: object) -> Settings:
    return Settings.model_validate({"home": home, **more})


def _stale(resources: Resources, now: datetime) -> list[str]:
    with resources.database.read() as connection:
        lines = stale_sources(connection, resources.settings, now)
    return [line.split(":")[0].removeprefix("nguồn ") for line in lines]


def _user() -> str:
    import getpass

    return getpass.getuser()
