"""The register against the files: no file, a wrong one, an illegible one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from scoring.engine.facts import Dossier
from scoring.engine.period import VIETNAM, period_of
from scoring.filed_results import (
    OutgoingRow,
    ResultFile,
    against_register,
    outgoing_against_register,
    suggested_rows,
    without_dossier,
)

YEAR = period_of("2025", date(2026, 1, 5))
CODE = "H17.12.34-250924-0005"
DOSSIER = Dossier(
    code=CODE,
    received_at=datetime(2025, 9, 24, 8, 0, tzinfo=VIETNAM),
    finished_at=datetime(2025, 9, 30, 15, 0, tzinfo=VIETNAM),
    result_file_required=True,
    result_number="05/GPXD-UBND",
)
FILE = ResultFile(
    sha256="a" * 64,
    name="ket-qua.pdf",
    code=CODE,
    printed_code=CODE,
    number="05/GPXD-UBND",
    issued_on=date(2025, 9, 30),
    digitisation="đạt",
)

STANDINGS = {
    "a file that agrees": (FILE, "sound"),
    "a number without its leading zero": (replace(FILE, number="5/gpxd-ubnd"), "sound"),
    "a handwritten number proves nothing": (replace(FILE, number=None), "sound"),
    "another number": (replace(FILE, number="06/GPXD-UBND"), "wrong_file"),
    "another dossier's code inside": (replace(FILE, printed_code="H17.12.34-250924-0006"), "wrong_file"),
    "issued before the dossier came": (replace(FILE, issued_on=date(2025, 9, 23)), "wrong_file"),
    "issued on the day it came": (replace(FILE, issued_on=date(2025, 9, 24)), "sound"),
    "a file that does not open": (replace(FILE, quarantined=True, digitisation="không đạt"), "illegible"),
    "letters that cannot be read": (replace(FILE, digitisation="không đạt", reasons=("illegible",)), "illegible"),
    "a grey scan": (replace(FILE, digitisation="không đạt", reasons=("not_colour",)), "substandard"),
    "a doubtful scan": (replace(FILE, digitisation="cần người xem", reasons=("doubtful",)), "to_review"),
}


@pytest.mark.parametrize("case", STANDINGS)
def test_a_dossier_stands_as_its_file_does(case: str) -> None:
    file, state = STANDINGS[case]

    (standing,) = against_register([DOSSIER], [file], YEAR)

    assert standing.state == state
    assert standing.reason_vi


def test_why_a_file_is_below_the_standard_is_said_where_the_dossier_is_listed() -> None:
    file = replace(FILE, digitisation="không đạt", reasons=("low_resolution",), told="không đạt: độ phân giải 100 dpi")

    (standing,) = against_register([DOSSIER], [file], YEAR)

    assert standing.reason_vi == "Không đạt: độ phân giải 100 dpi."


def test_a_dossier_without_file_names_what_the_register_promises() -> None:
    (standing,) = against_register([replace(DOSSIER, result_files=("kq.pdf",))], [], YEAR)

    assert (standing.state, standing.file) == ("no_file", None)
    assert "kq.pdf" in standing.reason_vi


def test_only_dossiers_finished_in_the_period_that_owe_a_file_are_asked() -> None:
    others = [
        replace(DOSSIER, code="1", finished_at=None),
        replace(DOSSIER, code="2", finished_at=datetime(2026, 1, 1, tzinfo=VIETNAM)),
        replace(DOSSIER, code="3", result_file_required=False),
    ]

    assert against_register(others, [], YEAR) == []


def test_one_file_for_two_dossiers_is_wrong_for_both() -> None:
    other = replace(DOSSIER, code="H17.12.34-250924-0006")
    files = [replace(FILE, printed_code=None), replace(FILE, printed_code=None, code=other.code)]

    standings = against_register([DOSSIER, other], files, YEAR)

    assert [standing.state for standing in standings] == ["wrong_file", "wrong_file"]
    assert other.code in standings[0].reason_vi


def test_a_copy_that_went_astray_takes_nothing_from_the_dossier_that_the_file_names() -> None:
    other = replace(DOSSIER, code="H17.12.34-250924-0006")

    standings = against_register([DOSSIER, other], [FILE, replace(FILE, code=other.code)], YEAR)
    unsure = against_register(
        [DOSSIER], [replace(one, unsure=("dossier_code",)) for one in (FILE, replace(FILE, code=other.code))], YEAR
    )

    assert [standing.state for standing in (*standings, *unsure)] == ["sound", "wrong_file", "wrong_file"]
    assert CODE in standings[1].reason_vi


def test_the_best_of_several_files_counts() -> None:
    (standing,) = against_register([DOSSIER], [replace(FILE, sha256="b" * 64, quarantined=True), FILE], YEAR)

    assert (standing.state, standing.file) == ("sound", FILE)


def test_files_of_unknown_dossiers_are_named() -> None:
    stray = replace(FILE, code="H17.12.34-250924-9999")

    assert without_dossier([DOSSIER], [FILE, stray]) == [stray]


def test_outgoing_rows_meet_files_by_number_or_name() -> None:
    rows = [
        OutgoingRow(number="12/TB-UBND", issued_on=date(2025, 3, 5)),
        OutgoingRow(number="13/TB-UBND", issued_on=date(2025, 3, 6), files=("13 TB.pdf",)),
        OutgoingRow(number="14/TB-UBND", issued_on=date(2025, 3, 7)),
        OutgoingRow(number="15/TB-UBND", issued_on=date(2024, 12, 31)),
    ]
    files = [
        replace(FILE, sha256="1", name="a.pdf", code="", number="12/TB-UBND", issued_on=date(2025, 3, 4)),
        replace(FILE, sha256="2", name="13 tb.PDF", code="", number=None, issued_on=None),
        replace(FILE, sha256="3", name="c.pdf", code="", number="14/TB-UBND", issued_on=date(2024, 3, 7)),
        replace(FILE, sha256="4", name="d.pdf", code="", number=None),
    ]

    check = outgoing_against_register(rows, files, YEAR)

    assert check.rows == 3
    assert [row.number for row in check.without_file] == ["14/TB-UBND"]
    assert [(row.number, file.name) for row, file in check.other_day] == [("12/TB-UBND", "a.pdf")]
    assert [file.name for file in check.without_row] == ["c.pdf"]


@pytest.mark.parametrize(
    ("declared", "pages", "blank", "differs"),
    [(3, 3, 0, False), (3, 4, 1, False), (4, 4, 1, False), (3, 4, 0, True), (5, 4, 1, True), (None, 4, 0, False),
     (3, None, 0, False)],
)  # fmt: skip
def test_a_file_with_another_number_of_pages_than_its_row_declares_is_told(
    declared: int | None, pages: int | None, blank: int, differs: bool
) -> None:
    row = OutgoingRow(number="12/TB-UBND", issued_on=date(2025, 3, 5), pages=declared)
    file = replace(FILE, code="", number="12/TB-UBND", issued_on=date(2025, 3, 5), pages=pages, blank_pages=blank)

    check = outgoing_against_register([row], [file], YEAR)

    assert check.other_pages == (((row, file),) if differs else ())


def test_a_number_that_was_not_read_is_suggested_by_the_one_row_that_fits() -> None:
    day = date(2025, 11, 5)
    rows = [
        OutgoingRow(number="12/TB-UBND", issued_on=day, subject="Thông báo về việc công khai kết quả giải quyết"),
        OutgoingRow(number="13/KH-UBND", issued_on=day, subject="Kế hoạch", files=("ke-hoach.pdf",)),
        OutgoingRow(number="14/BC-UBND", issued_on=day, subject="Báo cáo công tác cải cách hành chính"),
        OutgoingRow(number="15/BC-UBND", issued_on=day, subject="Báo cáo công tác cải cách hành chính"),
    ]

    def paper(sha256: str, name: str, **said: Any) -> ResultFile:
        return replace(FILE, **({"sha256": sha256, "name": name, "code": "", "number": None} | said))

    files = [
        paper("1", "a.pdf", issued_on=day, subject="Về việc công khai kết quả giải quyết"),
        paper("2", "KE-HOACH.pdf", issued_on=None, subject=None),
        # another day, a number that was read, two rows alike, no subject worth the name: nobody can tell
        paper("3", "b.pdf", issued_on=date(2025, 11, 6), subject="Về việc công khai kết quả giải quyết"),
        paper("4", "c.pdf", issued_on=day, subject="Về việc công khai kết quả giải quyết", number="99/TB-UBND"),
        paper("5", "d.pdf", issued_on=day, subject="công tác cải cách hành chính"),
        paper("6", "e.pdf", issued_on=day, subject="kế hoạch"),
    ]

    found = {file.sha256: row.number for file, row in suggested_rows(rows, files)}

    assert found == {"1": "12/TB-UBND", "2": "13/KH-UBND"}
