"""Reports as a clerk asks for them at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from sample.dossiers import dossiers_of_2025
from sample.registers import write_register
from tests.journeys.commands import parindex_here


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clerk")
    write_register(folder / "so.xlsx", dossiers_of_2025(seed=2, count=200))
    assert parindex_here(folder, "import", str(folder / "so.xlsx")).returncode in (0, 1)
    return folder


def test_the_form_and_the_list_are_written_where_the_clerk_wants_them(home: Path) -> None:
    form, late = home / "quý 3" / "II.06a.xlsx", home / "qua-han.xlsx"
    asked = ("--from", "2025-07-01", "--to", "2025-09-30", "--json")

    done = parindex_here(home, "report", "ii06a", *asked, "-o", str(form))
    told = json.loads(done.stdout)
    listed = parindex_here(home, "report", "overdue", *asked, "-o", str(late))

    assert done.returncode == 0, done.stderr
    assert (told["first"], told["last"], told["identities"]["hold"]) == ("2025-07-01", "2025-09-30", True)
    assert openpyxl.load_workbook(form).sheetnames == ["II.06a", "Theo đơn vị, lĩnh vực"]
    assert len(json.loads(listed.stdout)["dossiers"]) == told["total"]["late"] + told["total"]["overdue"]
    assert late.is_file()


def test_the_index_is_told_in_lines_with_what_is_not_known(home: Path) -> None:
    done = parindex_here(home, "report", "766")

    assert done.returncode == 0, done.stderr
    assert "1.1        – / 6,00" in done.stdout and "điểm có số liệu" in done.stdout


def test_a_due_date_is_told_with_its_other_readings(home: Path) -> None:
    done = parindex_here(home, "due", "2026-01-09T15:10", "--days", "0,5", "--json")
    told = json.loads(done.stdout)

    assert told["due_at"] == "2026-01-10T09:10:00+07:00", "a worked Saturday"
    assert {other["reading"] for other in told["others"]} == {"day_end@1", "hours@1"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report", "ii06a", "--from", "31/12/2025"), "không phải ngày"),
        (("report", "overdue", "--on-time", "bcth_date@9"), "bcth_date@1"),
        (("due", "2025-02-29T15:10", "--days", "3"), "không phải thời điểm"),
        (("due", "2569-02-28T15:10", "--days", "3"), "kiểm tra lại năm"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(home: Path, words: tuple[str, ...], said: str) -> None:
    done = parindex_here(home, *words, "--json")

    assert done.returncode == 2, done.stdout
    assert said in json.loads(done.stdout)["error"]
