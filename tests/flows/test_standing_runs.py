"""Which run stands, what-if, explanations between runs, and criteria sets of an installation's own."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from config.settings import Settings, load_settings
from connectors.exports.templates import template_workbook
from flows.arriving.importing import import_file
from flows.cli.app import app
from flows.criteria import criteria_known, criteria_set
from flows.resources import Resources, open_resources
from flows.scores.browsing import standing_run
from flows.scores.criteria_forms import VersionTaken, checked, difference, form, take_form
from flows.scores.cycle import Wish, open_period
from flows.scores.scoring import Question, compute, record
from flows.telling.explaining import LATEST, explained, moved, outlook, run_named
from scoring import BadAssumption, UnknownComponent
from scoring.explain import explanation_lines
from storage.scored.runs import NoSuchRun
from tests.connectors.tables import LIST_HEADER, xlsx

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
OWN = Question("2025", date(2026, 1, 5), "phuong-de-xuat@2025.1", "bcth_date")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"PAR_HOME": str(tmp_path), "PAR_PERIOD": "2025"}, folder=tmp_path)


@pytest.fixture
def resources(settings: Settings) -> Iterator[Resources]:
    with open_resources(settings) as opened:
        yield opened


def scored(resources: Resources, question: Question = OWN) -> str:
    return record(resources, compute(resources, question), who="test", at=NOW)


def test_only_the_unit_s_own_question_makes_the_run_that_stands(resources: Resources) -> None:
    own = scored(resources)
    other_rule = scored(resources, Question("2025", OWN.as_of, OWN.criteria, "bc06_datetime"))
    other_day = scored(resources, Question("2025", date(2025, 6, 30), OWN.criteria, OWN.on_time_rule))

    assert len({own, other_rule, other_day}) == 3
    assert standing_run(resources, "2025")["id"] == own
    assert scored(resources) == own
    assert scored(resources, Question("2025", date(2025, 6, 30), OWN.criteria, OWN.on_time_rule)) == other_day


def test_an_assumption_changes_points_and_is_never_recorded(resources: Resources) -> None:
    answer = compute(resources, OWN, assumed=["1.1.2.tasks_done=9", "1.1.2.tasks_planned=10"])

    assert next(item for item in answer.score["components"] if item["id"] == "1.1.2")["points"] == "1.80"
    with pytest.raises(NoSuchRun):
        run_named(resources, LATEST, "2025")
    with pytest.raises(BadAssumption, match=r"9\.9\.9"):
        compute(resources, OWN, assumed=["9.9.9.late=0"])


def test_a_run_is_explained_compared_and_looked_beyond(resources: Resources) -> None:
    first = run_named(resources, scored(resources), "2025")

    told = explained(resources, first, "1.1.1")
    assert told["run"] == first["id"]
    assert "đề xuất" in told["legal"]
    assert moved(resources, first, first)["change"] == {"conservative": "0.00", "expected": "0.00"}
    assert outlook(resources, first, NOW).plain()["actions"]
    with pytest.raises(UnknownComponent):
        explained(resources, first, "9.9.9")


def edited(settings: Settings, tmp_path: Path, name: str, **cells: str) -> Path:
    """The form of the product's set with some cells written anew."""
    file = tmp_path / name
    file.write_bytes(form(settings, OWN.criteria))
    book = openpyxl.load_workbook(file)
    for cell, value in cells.items():
        sheet, place = cell.split("_")
        book["Thông tin" if sheet == "head" else "Bảng điểm"][place] = value
    book.save(file)
    return file


def test_a_city_s_table_comes_in_as_a_new_version_and_scores(resources: Resources, tmp_path: Path) -> None:
    settings = resources.settings
    taken = take_form(
        settings, edited(settings, tmp_path, "a.xlsx", head_B2="2026.1", table_B4="Ban hành Kế hoạch năm")
    )

    assert taken.new
    assert taken.reference in criteria_known(settings)
    assert criteria_set(settings, taken.reference).version == "2026.1"
    told = difference(settings, OWN.criteria, taken.reference)
    assert [change["field"] for change in told["changes"]] == ["name"]
    assert told["successors"]["1.1.1"] == "1.1.1"
    run_id = scored(resources, Question("2025", OWN.as_of, taken.reference, OWN.on_time_rule))
    assert run_named(resources, run_id, "2025")["score"]["criteria"]["version"] == "2026.1"
    with pytest.raises(NoSuchRun):
        standing_run(resources, "2025")


def test_a_version_is_never_overwritten(settings: Settings, tmp_path: Path) -> None:
    first = take_form(settings, edited(settings, tmp_path, "a.xlsx", head_B2="2026.1"))
    kept = first.path.read_bytes()

    assert not take_form(settings, edited(settings, tmp_path, "again.xlsx", head_B2="2026.1")).new
    with pytest.raises(VersionTaken, match=r"2026\.1"):
        take_form(settings, edited(settings, tmp_path, "b.xlsx", head_B2="2026.1", table_B4="Tên khác hẳn"))
    assert first.path.read_bytes() == kept


def test_the_set_in_use_passes_its_own_cases_and_a_broken_file_tells_its_lines(
    settings: Settings, tmp_path: Path
) -> None:
    assert checked(settings, OWN.criteria) == {
        "set": OWN.criteria,
        "ok": True,
        "faults": [],
        "failed_cases": [],
        "uncovered_borders": [],
    }
    broken = tmp_path / "broken.yaml"
    broken.write_text("id: x\nversion: [\n", encoding="utf-8")
    told = checked(settings, str(broken))
    assert not told["ok"]
    assert told["faults"][0]["line"] >= 2


def declared_plan(folder: Path, name: str, done: int) -> Path:
    """A filled template of declared values: the plan has 10 tasks, so many are done."""
    book = openpyxl.load_workbook(io.BytesIO(template_workbook("khai-bao-so-lieu")))
    sheet: Any = book.active
    for number, (key, value) in enumerate((("tasks_planned", 10), ("tasks_done", done)), 1):
        row: list[Any] = [
            number,
            "1.1.2",
            key,
            key,
            value,
            "Văn phòng",
            "sổ theo dõi",
            None,
            None,
            None,
            "theo báo cáo",
        ]
        for column, cell in enumerate(row, 1):
            sheet.cell(row=3 + number, column=column, value=cell)
    book.save(folder / name)
    return folder / name


def test_a_score_can_be_asked_as_of_an_earlier_import(resources: Resources, tmp_path: Path) -> None:
    for hours, done in enumerate((9, 10)):
        file = declared_plan(tmp_path, f"{done}.xlsx", done)
        import_file(resources.settings, file, profile="", dry_run=False, at=NOW + timedelta(hours=hours))

    def points(as_of_import: int | None = None) -> str:
        items = compute(resources, OWN, as_of_import=as_of_import).score["components"]
        return str(next(item for item in items if item["id"] == "1.1.2")["points"])

    assert (points(1), points(2), points()) == ("1.80", "2.00", "2.00")


def test_what_expires_is_asked_up_to_the_next_appraisal_of_the_cycle(resources: Resources) -> None:
    run = run_named(resources, scored(resources), "2025")
    days = {"self_score": date(2026, 1, 31), "appraisal_1": date(2026, 2, 28), "explanation": date(2026, 3, 15)}

    without = outlook(resources, run, NOW)
    open_period(resources, "2025", days | {"appraisal_2": date(2026, 3, 31)}, Wish("open", "Sở Nội vụ", "test", NOW))

    assert without.until == date(2026, 4, 5)
    assert outlook(resources, run, NOW).until == date(2026, 2, 28)
    assert outlook(resources, run, datetime(2026, 3, 1, 3, tzinfo=UTC)).until == date(2026, 3, 31)
    assert outlook(resources, run, NOW, appraisal=date(2026, 1, 20)).plain()["until"] == "2026-01-20"


def test_scoring_tells_the_run_that_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAR_HOME", str(tmp_path))
    monkeypatch.setenv("PAR_PERIOD", "2025")

    said = CliRunner().invoke(app, ["score"]).output
    again = json.loads(CliRunner().invoke(app, ["score", "--json"]).stdout)
    tried = json.loads(CliRunner().invoke(app, ["score", "--json", "--dry-run"]).stdout)

    assert "Lần chấm 2025-0001." in said.splitlines()
    assert (again["run"], tried["run"]) == ("2025-0001", None)


def test_each_row_behind_the_points_names_the_export_its_sheet_and_row_of_then(
    resources: Resources, tmp_path: Path
) -> None:
    def row(number: int, ended: str) -> list[object]:
        code, rest = f"H17.1-250901-{number:04d}", ("Đã xử lý xong", "", "", "01/09/2025 08:00", "01/09/2025 08:00")
        return [number, "Phường", "", "Khai sinh", code, *rest, "10/09/2025 17:00", ended]

    def bring(name: str, *rows: list[object], hours: int) -> None:
        file = xlsx(tmp_path / name, [LIST_HEADER, *rows])
        import_file(resources.settings, file, profile="", dry_run=False, at=NOW + timedelta(hours=hours))

    bring("hs-1.xlsx", row(1, "09/09/2025 09:00"), row(2, "12/09/2025 09:00"), hours=-2)
    run = run_named(resources, scored(resources), "2025")
    bring("hs-2.xlsx", row(2, "12/09/2025 09:00"), hours=2)

    told = explained(resources, run, "3.3.2")

    (late,) = told["rows"]
    assert (late["key"], late["place"]["file"], late["place"]["row"]) == ("H17.1-250901-0002", "hs-1.xlsx", 3)
    assert any(line.endswith('[hs-1.xlsx, trang "Sheet1", dòng 3]') for line in explanation_lines(told))


def test_a_declared_value_names_its_row_too(resources: Resources, tmp_path: Path) -> None:
    file = declared_plan(tmp_path, "khai.xlsx", 9)
    import_file(resources.settings, file, profile="", dry_run=False, at=NOW - timedelta(hours=1))

    told = explained(resources, run_named(resources, scored(resources), "2025"), "1.1.2")

    assert [(row["key"], row["place"]["row"]) for row in told["rows"]] == [("tasks_done", 5), ("tasks_planned", 4)]
