"""Reports from what is kept: the numbers of the sample ward, the same report kept once, sheets that hold their sums."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import yaml

from config.settings import Settings
from flows.arriving.importing import import_file
from flows.reporting.drawing import NoSuchForm
from flows.reporting.periodic import (
    NIGHTLY,
    Asked,
    ReportMade,
    ReportWanted,
    kept_reports,
    lay_out_reports,
    make_report,
    overdue_lines,
    report_of_last_month,
    report_of_last_quarter,
    sheets_of_run,
)
from flows.resources import Resources, open_resources
from flows.scores.scoring import Question, compute, packed_inputs, unpacked_inputs
from sample.dossiers import ELSEWHERE, SampleDossier, dossiers_of_2025
from sample.registers import write_register
from scoring.engine.period import UnknownPeriod
from storage.proof.custody import events
from storage.scored.reporting import NoSuchReport, overdue_rows, report_of, reports_of

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
SAMPLE = dossiers_of_2025(seed=1, count=400)
OWN = [dossier for dossier in SAMPLE if dossier.resolving_unit != ELSEWHERE and dossier.status != 3]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ward that imported the register of 400 dossiers."""
    folder = tmp_path_factory.mktemp("reports")
    write_register(folder / "so.xlsx", SAMPLE)
    import_file(Settings(home=folder, period="2025"), folder / "so.xlsx", profile="", dry_run=False, at=NOW)
    return folder


@pytest.fixture
def resources(home: Path) -> Iterator[Resources]:
    with open_resources(Settings(home=home, period="2025")) as opened:
        yield opened


def made(resources: Resources, kind: str, *, keep: bool = False, **asked: Any) -> ReportMade:
    return make_report(resources, ReportWanted(kind, **asked), who="test", at=NOW, keep=keep)


def counted(holds: Callable[[SampleDossier], bool]) -> int:
    return sum(1 for dossier in OWN if holds(dossier))


def test_the_year_counts_what_the_sample_was_made_of(resources: Resources) -> None:
    content = made(resources, "ii06a", period="2025").content
    resolved = [dossier for dossier in OWN if dossier.status in (7, 9, 10)]

    assert content["total"]["received"] == len(OWN)
    assert content["total"]["online"] == counted(lambda dossier: dossier.channel == "online")
    assert content["total"]["resolved"] == len(resolved)
    assert content["total"]["late"] == counted(lambda dossier: dossier.late)
    assert content["identities"] == {"hold": True, "faults": []}
    fields = Counter(dossier.procedure.field for dossier in OWN)
    assert {item["field"]: item["received"] for item in content["fields"]} == dict(fields)
    offices = Counter(dossier.resolving_unit for dossier in OWN)
    assert {item["unit"]: item["received"] for item in content["units"]} == dict(offices)
    assert sum(content["elsewhere"].values()) == sum(dossier.resolving_unit == ELSEWHERE for dossier in SAMPLE) > 0


def test_months_and_any_days_add_up_to_the_year(resources: Resources) -> None:
    months = [made(resources, "ii06a", period=f"2025-{month:02d}").content["total"] for month in range(1, 13)]
    halves = [
        made(resources, "ii06a", first=date(2025, 1, 1), last=date(2025, 5, 14)).content["total"],
        made(resources, "ii06a", first=date(2025, 5, 15), last=date(2025, 12, 31)).content["total"],
    ]
    year = made(resources, "ii06a", period="2025").content["total"]

    for column in ("online", "direct", "early", "on_time", "late"):
        assert sum(month[column] for month in months) == sum(half[column] for half in halves) == year[column]
    assert [month["carried_over"] for month in months[1:]] == [month["in_progress"] for month in months[:-1]]


def test_the_overdue_list_names_the_late_dossiers_of_the_sample(resources: Resources) -> None:
    report = made(resources, "overdue", keep=True, period="2025")
    late = {dossier.code for dossier in OWN if dossier.late}

    assert {item["code"] for item in report.content["dossiers"]} == late
    assert all(item["working_days_late"] >= 1 for item in report.content["dossiers"])
    with resources.database.read() as connection:
        rows = overdue_rows(connection, report.id)
        office = rows[0]["office"]
        of_office = overdue_rows(connection, report.id, office)
    assert [row["code"] for row in rows] == [item["code"] for item in report.content["dossiers"]]
    assert of_office == [row for row in rows if row["office"] == office]


def test_the_same_report_is_kept_once_and_told_in_the_log(resources: Resources) -> None:
    first = made(resources, "ii06a", keep=True, period="2025-Q3")
    again = made(resources, "ii06a", keep=True, period="2025-Q3")

    with resources.database.read() as connection:
        told = [event for event in events(connection) if event["detail"].get("report") == first.id]
        heads = [row for row in reports_of(connection, "hoi-an-dong", "ii06a") if row["id"] == first.id]
        kept = report_of(connection, first.id)
        with pytest.raises(NoSuchReport, match="parindex report"):
            report_of(connection, "ii06a-none")
    assert (first.new, again.new, len(told), len(heads)) == (True, False, 1, 1)
    assert kept["content"] == json.loads(json.dumps(first.content))
    assert first.id in {head["id"] for head in kept_reports(resources, "ii06a")}
    assert "content" not in heads[0] and kept["on_time_rule"] == "bcth_date@1"


def test_a_look_keeps_nothing(resources: Resources) -> None:
    looked = made(resources, "ii06a", period="2025-02")

    with resources.database.read() as connection, pytest.raises(NoSuchReport):
        report_of(connection, looked.id)


def test_another_rule_of_on_time_counts_otherwise_and_says_so(resources: Resources) -> None:
    by_day = made(resources, "ii06a", period="2025").content
    by_hour = made(resources, "ii06a", period="2025", on_time_rule="opencps").content

    assert (by_day["on_time_rule"], by_hour["on_time_rule"]) == ("bcth_date@1", "opencps@1")
    assert by_hour["total"]["late"] > by_day["total"]["late"]


def test_an_impossible_period_is_refused(resources: Resources) -> None:
    with pytest.raises(UnknownPeriod):
        made(resources, "ii06a", first=date(2025, 3, 1), last=date(2025, 2, 1))
    with pytest.raises(UnknownPeriod):
        made(resources, "ii06a", period="2025-13")


def test_the_index_of_decision_766_tells_points_from_what_nobody_knows(resources: Resources) -> None:
    content = made(resources, "index766", period="2025").content
    metrics = {item["id"]: item for item in content["metrics"]}

    own = [dossier for dossier in SAMPLE if dossier.resolving_unit != ELSEWHERE]
    assert (metrics["1.4"]["done"], metrics["1.4"]["total"]) == (str(sum(d.synced for d in own)), len(own))
    assert metrics["1.1"]["points"] is None and metrics["1.1"]["state"] == "no_data"
    assert metrics["4.5a"]["state"] == "not_applicable"
    assert metrics["5.2"]["state"] == "no_data", "petitions were never imported"
    known = [item for item in content["metrics"] if item["points"] is not None]
    assert content["totals"]["points"] == f"{sum(float(item['points']) for item in known):.2f}"
    assert sum(float(value) for name, value in content["totals"].items() if name != "points") == 100


def sheet_of(report: ReportMade) -> Any:
    return openpyxl.load_workbook(io.BytesIO(report.sheet)).worksheets[0]


def texts(sheet: Any) -> str:
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


def test_the_form_has_its_thirteen_columns_head_and_sums_as_formulas(resources: Resources) -> None:
    said = texts(sheet_of(made(resources, "ii06a", period="2025")))

    for text in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Biểu số II.06a/VPCP/KSTT", "PHƯỜNG HỘI AN ĐÔNG", "TỔNG SỐ"):
        assert text in said
    assert all(f"({number})" in said for number in range(1, 14))
    assert "từ ngày 01/01/2025 đến ngày 31/12/2025" in said and "khớp" in said
    assert "=D" in said and "=SUM(C" in said


def test_the_sheets_of_one_report_are_the_same_bytes(resources: Resources) -> None:
    for kind in ("ii06a", "overdue", "index766"):
        assert made(resources, kind, period="2025").sheet == made(resources, kind, period="2025").sheet


def test_an_empty_ward_has_an_empty_form_and_list(tmp_path: Path) -> None:
    with open_resources(Settings(home=tmp_path, period="2025")) as resources:
        form, late = made(resources, "ii06a"), made(resources, "overdue")
        written: dict[str, bytes] = {}
        assert lay_out_reports(resources, Asked("night 1", NOW, "2025"), written.__setitem__) == []

    assert form.content["total"]["received"] == 0 and form.content["on_time_percent"] is None
    assert "Không có hồ sơ nào trong kỳ" in texts(sheet_of(form))
    assert late.content["dossiers"] == [] and written == {}


def test_a_night_lays_reports_out_when_they_say_something_new(home: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, period="2025")
    import_file(settings, home / "so.xlsx", profile="", dry_run=False, at=NOW)
    with open_resources(settings) as resources:
        first: dict[str, bytes] = {}
        lay_out_reports(resources, Asked("night 1", NOW, "2025"), first.__setitem__)
        second: dict[str, bytes] = {}
        lay_out_reports(resources, Asked("night 2", NOW.replace(day=6), "2025"), second.__setitem__)

    assert set(first) == set(NIGHTLY.values()) and second == {}


def test_dossiers_still_open_and_late_are_told_in_the_letter(home: Path, tmp_path: Path) -> None:
    """On the day before the longest overdue dossier of the sample was finished."""
    settings = Settings(home=tmp_path, period="2025")
    longest = max((d for d in OWN if d.late and d.finished_at and d.due_at), key=lambda d: d.finished_at - d.due_at)
    now = longest.finished_at - timedelta(days=1)
    import_file(settings, home / "so.xlsx", profile="", dry_run=False, at=NOW)
    with open_resources(settings) as resources:
        lay_out_reports(resources, Asked("night 1", now, "2025"), lambda name, data: None)
        with resources.database.read() as connection:
            lines = overdue_lines(connection, "hoi-an-dong")
        late = make_report(resources, ReportWanted("overdue", "2025"), who="test", at=now, keep=False).content

    waiting = {item["code"]: item for item in late["dossiers"] if item["state"] == "in_progress"}
    assert {d.code for d in OWN if d.late and d.due_at.date() < now.date() < d.finished_at.date()} == set(waiting)
    assert any(longest.resolving_unit in line and longest.code in line for line in lines)
    assert waiting[longest.code]["working_days_late"] >= 1


def test_the_sheets_of_a_run_are_made_from_its_own_inputs_whatever_came_later(home: Path) -> None:
    settings = Settings(home=home, period="2025")
    with open_resources(settings) as resources:
        answer = compute(resources, Question("2025", date(2025, 12, 31), settings.criteria, "opencps"))
    inputs = unpacked_inputs(packed_inputs(answer))

    sheets = sheets_of_run(settings, answer.score, inputs)

    assert set(sheets) == set(NIGHTLY.values()) and sheets == sheets_of_run(settings, answer.score, inputs)
    said = texts(openpyxl.load_workbook(io.BytesIO(sheets["bieu-II.06a.xlsx"])).worksheets[0])
    assert "Cách tính đúng hạn: opencps@1" in said


def test_the_chores_report_the_month_and_the_quarter_before(home: Path) -> None:
    settings = Settings(home=home, period="2025")

    assert report_of_last_month(settings, datetime(2026, 1, 1, 0, 0, tzinfo=UTC))["period"] == "2025-12"
    assert report_of_last_quarter(settings, datetime(2025, 9, 30, 18, 0, tzinfo=UTC))["period"] == "2025-Q3"
    assert {path.name for path in (home / "outbox" / "bao-cao" / "2025-Q3").iterdir()} == set(NIGHTLY.values())
    listed = yaml.safe_load((Path(__file__).parents[2] / "config" / "chores.yaml").read_text(encoding="utf-8"))
    assert {"report-month", "report-quarter"} <= {entry["id"] for entry in listed["chores"]}


def test_form_and_overdue_list_come_as_documents_to_sign_with_the_numbers_of_the_workbook(resources: Resources) -> None:
    form, late = made(resources, "ii06a", period="2025"), made(resources, "overdue", period="2025")
    _, fields, by_unit, _ = docx.Document(io.BytesIO(form.in_form("docx"))).tables
    heads = [[cell.text for cell in row.cells] for row in fields.rows[:2]]
    assert (heads[0][0], heads[0][2], heads[1][2], heads[1][12]) == ("STT", "Tiếp nhận", "Tổng số (3)", "Quá hạn (13)")
    total = [cell.text for cell in fields.rows[-1].cells]
    assert total[1:3] == ["TỔNG SỐ", str(form.content["total"]["received"])]
    assert total == [cell.text for cell in by_unit.rows[-1].cells]
    tables = docx.Document(io.BytesIO(late.in_form("docx"))).tables[1:-1]
    codes = {row.cells[1].text for table in tables for row in table.rows[1:]}
    assert codes == {item["code"] for item in late.content["dossiers"]}
    assert form.in_form("pdf")[:5] == late.in_form("pdf")[:5] == b"%PDF-"
    assert late.in_form("xlsx") == late.sheet
    with pytest.raises(NoSuchForm):
        made(resources, "index766", period="2025").in_form("pdf")
