"""What an import by hand tells: changes, forms against the dossiers, lists, terms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from config.registers import counted_inputs
from config.settings import Settings
from connectors.exports.rows import Export
from flows.arriving import importing
from flows.arriving.forms import form_or_none
from flows.arriving.importing import dossier_seen, exports_seen, import_file, import_seen
from flows.arriving.intake import Sender, pull_exports
from flows.arriving.sources_told import lists_overdue
from flows.criteria import criteria_set
from flows.resources import open_resources
from storage.database import Connection
from storage.records.imports import Arrival, ImportCounts
from storage.scored.facts import Counting, Gathered, gather_facts
from tests.connectors.tables import delimited, xlsx
from tests.flows.exports_by_hand import NOW, settings_of, write_export


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of its own with an empty folder of exports."""
    (tmp_path / "home/exports").mkdir(parents=True)
    return tmp_path / "home"


def test_an_import_by_hand_tells_what_changed_and_what_was_known_when(home: Path) -> None:
    settings = settings_of(home)
    first, second = home / "a_20260103.csv", home / "a_20260104.csv"
    write_export(first, "H17-260101-0001")
    write_export(second, "H17-260101-0001", due="20/01/2026", bad=True)
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
    settings = settings_of(home)
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
    settings = settings_of(home)
    write_export(home / "exports" / "a_20260103.csv", "H17-260101-0001")
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
    settings = settings_of(home)
    write_export(home / "a_20260103.csv", "H17-260101-0001")
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
    report = import_file(settings_of(home), form, profile="", dry_run=True, at=NOW)
    assert any("tiêu đề không ghi kỳ báo cáo" in warning for warning in report["warnings"])


def test_a_file_that_breaks_the_reader_of_forms_is_no_form(home: Path) -> None:
    (home / "bieu.xlsx").write_bytes(b"%PDF-1.7 ...")
    assert form_or_none(home / "bieu.xlsx", "bieu.xlsx") is None


def test_procedures_are_held_against_the_newest_list_of_the_portal(home: Path) -> None:
    settings = settings_of(home)
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
    report = import_file(settings_of(home), home / "ho-so.xlsx", profile="", dry_run=False, at=NOW)
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
    settings = settings_of(home)
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
    settings = settings_of(home)
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
