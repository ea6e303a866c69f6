"""Nights on the sample ward, as the night run and the coordinator see them."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.journeys.commands import NIGHT, night, parindex, parindex_here
from tests.journeys.snapshot import snapshot
from tests.once import made_once
from tests.reports.spreadsheet import recomputed

SCORE = ("score", "--dry-run", "--as-of", "2026-01-05", "--json")
"""As of the first night, whatever day it is today."""


@pytest.fixture(scope="session")
def whole(sample_ward: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The whole sample ward after its first night. Tests only read it, or copy it."""

    def pass_night(home: Path) -> None:
        shutil.copytree(sample_ward, home, dirs_exist_ok=True)
        (home / "summary.json").write_text(json.dumps(night(home)))

    home = made_once(tmp_path_factory, "whole-night", pass_night)
    return home, json.loads((home / "summary.json").read_text())


def test_the_first_night_scores_full_part_nothing_and_waits(whole: tuple[Path, dict[str, Any]]) -> None:
    score = json.loads(parindex_here(whole[0], *SCORE).stdout)

    states = {item["state"] for item in score["components"]}
    assert len(score["components"]) == 60
    assert {"scored", "no_data", "no_evidence", "survey", "not_applicable"} <= states
    points = [(item["points"], item["max_points"]) for item in score["components"] if item["state"] == "scored"]
    assert any(got == most for got, most in points)
    assert any(got == "0.00" for got, _ in points)
    assert any("0.00" != got != most for got, most in points)
    assert score["totals"]["self_scorable"] == "88.00"
    assert score["criteria"] == {"id": "phuong-de-xuat", "version": "2025.1"}


def test_the_sample_ward_scores_what_it_scored_when_its_points_were_looked_through(
    whole: tuple[Path, dict[str, Any]],
) -> None:
    """golden_2025.json: state, points and expected points of each component. A change of it belongs in CHANGELOG.md."""
    golden = json.loads((Path(__file__).parent / "golden_2025.json").read_text(encoding="utf-8"))

    score = json.loads(parindex_here(whole[0], *SCORE).stdout)

    seen = {item["id"]: [item["state"], item["points"], item["expected"]] for item in score["components"]}
    assert seen == golden["components"]
    assert score["totals"] == golden["totals"]


def test_the_letter_names_the_bad_files_with_the_way_out(whole: tuple[Path, dict[str, Any]]) -> None:
    letter = (whole[0] / "outbox" / whole[1]["night"] / "thu-buoi-sang.md").read_text(encoding="utf-8")

    assert letter == whole[1]["letter"]
    assert "3.1.1_BC_201-BC-UBND_20251125_ra-soat-thu-tuc-hanh-chinh.pdf: đã cách ly" in letter
    assert "Tệp không phải PDF" in letter and "đề xuất" in letter
    assert "Danh sách hồ sơ_2025_dot_1.xls: 1 dòng bị trả lại" in letter
    assert whole[1]["state"] == "gaps"


def test_every_document_is_judged_as_its_maker_says_and_no_field_is_read_wrongly(
    whole: tuple[Path, dict[str, Any]],
) -> None:
    """Verdicts must all agree with the generator; a field may be left open (handwriting), but never read wrongly."""
    documents = json.loads((whole[0] / "truth.json").read_text(encoding="utf-8"))["documents"]
    said = _examinations(whole[0])

    verdicts = {path: seen for path, truth in documents.items() if (seen := _other_verdicts(truth, said[path]))}
    fields = [field for path, truth in documents.items() for field in _printed_fields(path, truth, said[path])]

    assert verdicts == {}
    assert [field for field in fields if field.seen not in (None, field.true)] == []
    assert sum(field.seen == field.true for field in fields) / len(fields) > 0.98


def test_the_score_sheet_recomputes_its_totals(whole: tuple[Path, dict[str, Any]]) -> None:
    path = whole[0] / "outbox" / whole[1]["night"] / "phieu-cham-diem.xlsx"
    golden = json.loads((Path(__file__).parent / "golden_2025.json").read_text(encoding="utf-8"))
    stored, live = openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path)
    cells = {
        (page.title, cell.coordinate): cell for page in live for row in page.iter_rows() for cell in row
        if cell.data_type == "f"
    }  # fmt: skip
    sheet, numbers = live.worksheets
    (last,) = (row[1].row for row in sheet.iter_rows() if row[1].value == "Tổng cộng")

    assert recomputed(sheet, f"C{last}") == 100
    assert f"{recomputed(sheet, f'D{last}'):.2f}" == golden["totals"]["conservative"]
    assert sum(place[0] == numbers.title for place in cells) > 30
    for (page, place), cell in cells.items():
        kept = stored[page][place].value
        assert recomputed(cell.parent, place) == (
            Decimal(f"{kept:.2f}") if isinstance(kept, int | float) else kept or ""
        )


def test_a_second_night_finds_nothing_new_and_says_so(whole: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    home = Path(shutil.copytree(whole[0], tmp_path / "ward"))
    before = snapshot(home)

    second = night(home, at="2026-01-06T01:00:00+07:00")

    after = snapshot(home)
    assert second["nothing_new"] and "Không có gì mới" in second["letter"]
    assert second["run"] == whole[1]["run"] and set(second["counts"].values()) == {0}
    assert after["objects"] == before["objects"]
    unchanged = set(before["database"]) - {"nights", "signature_looks", "source_pulls", "walks"}
    assert {name: after["database"][name] for name in unchanged} == {
        name: before["database"][name] for name in unchanged
    }


def test_the_bundle_verifies_and_recomputes_the_same_score(whole: tuple[Path, dict[str, Any]]) -> None:
    bundle = whole[0] / "outbox" / whole[1]["night"] / "bo-tai-lieu.zip"

    verified = json.loads(parindex_here(whole[0], "verify", str(bundle), "--json").stdout)

    assert verified["ok"] and verified["faults"] == []
    assert verified["score"]["equal"] and verified["score"]["stated"] == verified["score"]["recomputed"]


def test_a_new_document_moves_the_score_and_the_letter_says_why(
    whole: tuple[Path, dict[str, Any]], sample_ward: Path, tmp_path: Path
) -> None:
    home = tmp_path / "ward"
    shutil.copytree(whole[0], home)
    component = _first_without_evidence(home)
    source = next((sample_ward / "inbox" / "hoi-an-dong" / "1.1.1").iterdir())
    target = home / "inbox" / "hoi-an-dong" / component / "tài liệu kiểm chứng.pdf"
    target.parent.mkdir()
    shutil.copyfile(source, target)

    second = night(home, at="2026-01-06T01:00:00+07:00")

    assert not second["nothing_new"] and second["counts"]["new_documents"] == 1
    assert second["run"] != whole[1]["run"]
    assert component in second["letter"].partition("Vì sao điểm thay đổi")[2].partition("##")[0]


def test_the_order_of_the_files_does_not_change_the_score(small_ward: Path, small_night: Path, tmp_path: Path) -> None:
    homes = [Path(shutil.copytree(small_night, tmp_path / "as they lie"))]
    for seed in range(2):
        homes.append(tmp_path / str(seed))
        _copy_in_another_order(small_ward, homes[-1], random.Random(seed))
        night(homes[-1])

    first, second, third = (
        _without_names_of_evidence(json.loads(parindex_here(home, *SCORE).stdout)) for home in homes
    )
    assert first == second == third


def test_a_night_through_prefect_ends_like_one_without(small_ward: Path, small_night: Path, tmp_path: Path) -> None:
    home = tmp_path / "ward"
    shutil.copytree(small_ward, home)

    done = parindex(home, "nightly", "--json", "--at", NIGHT, PAR_PREFECT_START_SECONDS="240")

    assert done.returncode in (0, 1), done.stderr
    assert "không qua Prefect" not in done.stderr
    assert snapshot(home) == snapshot(small_night)


def test_a_prefect_that_does_not_come_up_does_not_stop_the_night(small_ward: Path, tmp_path: Path) -> None:
    home = tmp_path / "ward"
    shutil.copytree(small_ward, home)
    (home / "prefect").write_text("a file where Prefect wants a folder")

    done = parindex(home, "nightly", "--json", "--at", NIGHT)

    assert done.returncode in (0, 1), done.stderr
    assert json.loads(done.stdout)["run"] == "2025-0001"


def test_without_tesseract_scans_wait_and_the_rest_is_examined(small_ward: Path, tmp_path: Path) -> None:
    home = tmp_path / "ward"
    shutil.copytree(small_ward, home)

    poor = night(home, PATH="/nowhere", PAR_OCR_ENGINE="command")
    assert "apt-get install" in poor["letter"] and poor["counts"]["examined"] == 4

    doctor = parindex(home, "doctor", PATH="/nowhere")
    assert doctor.returncode == 3 and "apt-get install tesseract-ocr" in doctor.stdout

    mended = night(home, at="2026-01-06T01:00:00+07:00")
    assert mended["counts"]["examined"] == 1


def _without_names_of_evidence(score: dict[str, Any]) -> dict[str, Any]:
    """The exports were renamed: the score cites the same bytes by other names. So do the digests of the facts."""
    for component in score["components"]:
        component["evidence"] = sorted(item["sha256"] for item in component["evidence"])
    score["inputs"] = [item for item in score["inputs"] if item["kind"] != "facts"]
    return score


def _first_without_evidence(home: Path) -> str:
    score = json.loads(parindex_here(home, *SCORE).stdout)
    return str(next(item["id"] for item in score["components"] if item["state"] == "no_evidence"))


def _examinations(home: Path) -> dict[str, dict[str, Any]]:
    from ocr import CHECKER_VERSION
    from storage.database import open_database
    from storage.database.connection import sqlite_url
    from storage.documents.evidence import examinations_of, receipts_of

    database = open_database(sqlite_url(home / "parindex.db"))
    with database.read() as connection:
        said = examinations_of(connection, "hoi-an-dong", CHECKER_VERSION)
        found = {row["path"]: said[row["sha256"]]["result"] for row in receipts_of(connection, "hoi-an-dong")}
    database.close()
    return found


@dataclass(frozen=True)
class PrintedField:
    path: str
    name: str
    true: str
    seen: str | None


def _other_verdicts(truth: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    seen = {
        "signature": result["signature"]["verdict"],
        "profile_met": (result["signature"].get("profile") or {}).get("met"),
        "digitisation": result["digitisation"]["verdict"],
    }
    return {name: (truth[name], value) for name, value in seen.items() if value != truth[name]}


def _printed_fields(path: str, truth: dict[str, Any], result: dict[str, Any]) -> list[PrintedField]:
    """What is printed on a document that can be opened: handwritten number and day are not."""
    if truth["flaw"] in ("truncated", "docx_named_pdf"):
        return []
    names = ["type", "dossier_code"] + ([] if truth["by_hand"] else ["number", "issued_on"])
    fields = result.get("fields") or {}
    return [
        PrintedField(path, name, truth[name], (fields.get(name) or {}).get("value"))
        for name in names
        if truth.get(name)
    ]


def _copy_in_another_order(ward: Path, home: Path, chance: random.Random) -> None:
    """Copy file by file in a chance order, so that folder order and file times differ; exports get other names."""
    files = [path for path in sorted(ward.rglob("*")) if path.is_file()]
    chance.shuffle(files)
    for number, path in enumerate(files):
        inside = path.relative_to(ward)
        if inside.parts[0] == "exports":
            inside = inside.with_name(f"{number:03d}{inside.suffix}")
        (home / inside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, home / inside)
