"""Many units in one command: each scored from its own facts, ranked, equal totals sharing a rank; the sheet's forms."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from flows.reporting.drawing import NoSuchForm
from flows.resources import open_resources
from flows.scores.city import NoUnits, drawn_ranking, score_city
from flows.scores.scoring import Question
from flows.telling.explaining import margins_of, run_named
from flows.telling.sheets import FORMS, sheet_of_run
from reports.heading import Heading
from scoring.engine.facts import Facts
from storage.scored.runs import latest_run
from tests.scoring.wards import dossiers, scored
from tests.storage.keeping_ward import AT, kept_ward

QUESTION = Question("2025", date(2026, 1, 6), "phuong-de-xuat@2025.1", "bcth_date")


def test_units_are_scored_by_themselves_and_ranked(tmp_path: Path) -> None:
    settings = kept_ward(tmp_path)
    other = settings.model_copy(update={"unit": "phuong-khac"})
    kept_ward(tmp_path, unit="phuong-khac")
    with open_resources(settings) as resources:
        found = score_city(resources, QUESTION, AT)
        assert {row["unit"] for row in found["units"]} == {settings.unit, other.unit}
        assert [row["rank"] for row in found["units"]] == [1, 1]
        with resources.database.read() as connection:
            for row in found["units"]:
                run = latest_run(connection, row["unit"], "2025")
                assert run is not None
                assert (run["id"], run["score"]["unit"]) == (row["run"], row["unit"])
        alone = score_city(resources, QUESTION, AT, units=["phuong-khac"], dry_run=True)
        assert [(row["unit"], row["run"]) for row in alone["units"]] == [("phuong-khac", None)]


def test_the_ranking_is_a_document_of_the_city_that_calls_each_unit_by_its_name(tmp_path: Path) -> None:
    settings = kept_ward(tmp_path).model_copy(update={"parent_name": "Thành phố Đà Nẵng"})
    kept_ward(tmp_path, unit="phuong-khac")
    entries = [{"id": settings.unit, "name": "Phường Hội An Đông"}, {"id": "phuong-khac", "name": "Phường Khác"}]
    settings.units_file.write_text(json.dumps({"units": entries}), encoding="utf-8")
    with open_resources(settings) as resources:
        found = score_city(resources, QUESTION, AT, dry_run=True)
        sheet = openpyxl.load_workbook(io.BytesIO(drawn_ranking(resources, found, "xlsx", AT))).worksheets[0]

    said = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {row["name"] for row in found["units"]} == {"Phường Hội An Đông", "Phường Khác"}
    assert said[2] == "THÀNH PHỐ ĐÀ NẴNG"
    assert any(text.startswith("Đà Nẵng, ngày") for text in said)
    assert "Phường Khác" in said


@pytest.mark.parametrize(
    ("unit", "place"),
    [
        ("Phường Hội An Đông", "Hội An Đông"),
        ("Thành phố Đà Nẵng", "Đà Nẵng"),
        ("Phường 7", "Phường 7"),
        ("Thành phố Hồ Chí Minh", "Thành phố Hồ Chí Minh"),
    ],
)
def test_the_place_before_the_date_keeps_its_kind_where_decree_30_wants_it(unit: str, place: str) -> None:
    assert Heading(unit, "", "2025", date(2026, 1, 6)).place == place


def test_how_many_more_may_be_late_is_told_of_what_counts_time_alone() -> None:
    run = scored(Facts(dossiers=dossiers(1000, 5), known=("dossiers", "petitions")))

    assert margins_of(run) == {"3.3.2": 5}


def test_nothing_kept_is_told(tmp_path: Path) -> None:
    from config.settings import Settings

    with open_resources(Settings(home=tmp_path)) as resources, pytest.raises(NoUnits):
        score_city(resources, QUESTION, AT)


def test_the_sheet_of_a_run_comes_in_each_form(tmp_path: Path) -> None:
    with open_resources(kept_ward(tmp_path)) as resources:
        run = run_named(resources, "latest", "2025")
        begins = {form: sheet_of_run(resources, run, form)[:4] for form in FORMS}
        zipped = b"PK\x03\x04"
        assert begins == {form: b"%PDF" if form.endswith("pdf") else zipped for form in FORMS}
        assert {"xlsx", "docx", "pdf", "giai-trinh.docx", "tham-dinh.xlsx", "theo-don-vi.pdf"} <= set(FORMS)
        with pytest.raises(NoSuchForm, match="odt"):
            sheet_of_run(resources, run, "odt")
