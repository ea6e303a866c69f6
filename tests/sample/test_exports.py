"""The exports of the sample carry the quirks of live systems, and our own readers get the truth out of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.exports.reading import read_export_here
from connectors.exports.rows import Export
from sample.declared import asked_inputs, declared_answers
from sample.ward import EXPORTS, UNIT, SampleReport


@pytest.fixture(scope="module")
def exports(ward: SampleReport) -> dict[str, Export]:
    return {name: read_export_here(ward.folder / "exports" / file) for name, file in EXPORTS.items()}


def test_every_export_is_read_by_its_own_profile(exports: dict[str, Export]) -> None:
    assert {name: export.profile for name, export in exports.items()} == {
        "first": "danh-sach-ho-so",
        "second": "danh-sach-ho-so",
        "register": "so-chi-tiet-ho-so",
        "petitions": "phan-anh-kien-nghi",
        "declared": "khai-bao-so-lieu",
        "survey": "ket-qua-khao-sat",
    }


def test_the_total_rows_agree_with_the_rows(exports: dict[str, Export]) -> None:
    assert all(exports[name].agree for name in ("first", "second", "register", "petitions"))


def test_the_three_lists_together_hold_every_dossier_once(exports: dict[str, Export], ward: SampleReport) -> None:
    codes = {name: {row.values["code"] for row in exports[name].rows} for name in ("first", "second", "register")}

    assert len(codes["register"]) == ward.truth["dossiers"]["total"]
    assert codes["first"] | codes["second"] <= codes["register"]
    assert codes["first"] & codes["second"]


def test_the_register_says_what_the_truth_counts(exports: dict[str, Export], ward: SampleReport) -> None:
    rows = {row.values["code"]: row.values for row in exports["register"].rows}.values()
    truth = ward.truth["dossiers"]
    finished = [row for row in rows if row["status"] in (9, 10)]

    assert len(finished) == truth["finished"]
    assert sum(row["finished_at"].date() > row["due_at"].date() for row in finished) == truth["late"]
    assert sum(row["channel"] == "online" for row in rows) == truth["by_channel"]["online"]
    assert sum(row["paid_online"] is True for row in rows) == truth["paid_online"]
    assert sum(row["papers_digitised"] for row in rows) == truth["digitised"]
    assert sum(row["apology_number"] is not None for row in finished) == truth["late_with_apology"]
    assert sum(row["result_file_required"] for row in finished) == truth["electronic_finished"] == 44


def test_the_first_list_is_html_out_of_step_with_one_day_that_does_not_exist(
    exports: dict[str, Export], ward: SampleReport
) -> None:
    content = (ward.folder / "exports" / EXPORTS["first"]).read_text(encoding="utf-8")

    assert content.startswith("<html")
    assert content.count("<th>") == content.split("</tr>")[6].count("<td>") + 1
    assert [rejected.reason.split("'")[1] for rejected in exports["first"].rejected] == ["31/06/2025 17:00:00"]
    assert any("Người tiếp nhận" in warning for warning in exports["first"].warnings)


def test_every_input_of_the_criteria_set_has_its_row_and_some_stay_blank(
    exports: dict[str, Export], ward: SampleReport
) -> None:
    rows = {(row.values["component"], row.values["key"]): row.values["value"] for row in exports["declared"].rows}
    asked = {(item.component, item.key) for item in asked_inputs()}

    assert set(rows) == asked
    assert set(declared_answers()) <= asked
    blank = {f"{component}/{key}" for (component, key), value in rows.items() if value is None}
    assert blank == set(ward.truth["declared_blank"]) != set()
    assert "not_applicable" in rows.values()


def test_declared_evidence_and_named_results_lie_in_the_inbox(exports: dict[str, Export], ward: SampleReport) -> None:
    uploaded = {path.name for path in (ward.folder / "inbox" / UNIT).rglob("*.pdf")}
    evidence = {name for row in exports["declared"].rows for name in row.values["evidence"]}
    results = {name for row in exports["register"].rows for name in row.values["result_files"]}

    assert evidence <= uploaded
    assert len(results) == 44
    assert len(results - uploaded) == 4


def test_an_export_folder_holds_nothing_else(ward: SampleReport) -> None:
    assert {path.name for path in Path(ward.folder / "exports").iterdir()} == set(EXPORTS.values())
