"""Form II.06a is read, and every sum that does not add up is named."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from connectors.errors import UnknownLayout
from connectors.exports.grids import Grid
from connectors.exports.reading import grids_of
from connectors.exports.reconciling import against_rows, broken_identities, form_lines, read_form
from tests.connectors.tables import xlsx

NUMBERING = [f"({n})" for n in range(1, 14)]
GOOD = ["1", "Hộ tịch", 100, 60, 30, 10, 90, 50, 38, 2, 10, 9, 1]


def form(path: Path, *lines: list[object]) -> Path:
    header: list[object] = ["TT", "Lĩnh vực, công việc giải quyết theo cấp", "Tiếp nhận"]
    return xlsx(path, [["Biểu số II.06a/VPCP/KSTT"], header, NUMBERING, *lines, ["", "NGƯỜI LẬP BIỂU"]])


def first_grid(path: Path) -> Grid:
    with tempfile.TemporaryDirectory() as scratch:
        return grids_of(path, Path(scratch))[0][0]


def test_a_form_that_adds_up_gives_no_complaint(tmp_path: Path) -> None:
    total = ["", "TỔNG CỘNG", "1.100", "600", "300", "200", "1.000", "500", "480", "20", "100", "90", "10"]
    lines = list(form_lines(first_grid(form(tmp_path / "a.xlsx", GOOD, total))))
    assert [(line.row, line.name, line.counts[3]) for line in lines] == [(4, "1 Hộ tịch", 100), (5, "TỔNG CỘNG", 1100)]
    assert broken_identities(lines) == ()


def test_each_broken_sum_is_named_with_both_numbers(tmp_path: Path) -> None:
    bad = [*GOOD[:7], 49, *GOOD[8:]]
    lines = list(form_lines(first_grid(form(tmp_path / "a.xlsx", bad))))
    (complaint,) = broken_identities(lines)
    assert (complaint.row, complaint.said, complaint.counted) == (4, 90, 89)
    assert complaint.where == "1 Hộ tịch: cột (7) = (8) + (9) + (10)"


def test_a_form_is_held_against_the_rows(tmp_path: Path) -> None:
    (line,) = form_lines(first_grid(form(tmp_path / "a.xlsx", GOOD)))
    assert against_rows(line, {7: 90, 10: 2}) == ()
    (complaint,) = against_rows(line, {7: 90, 10: 5})
    assert (complaint.row, complaint.said, complaint.counted, complaint.where) == (None, 2, 5, "cột (10) quá hạn")


def test_a_form_is_read_whole_in_the_child(tmp_path: Path) -> None:
    total = ["", "TỔNG CỘNG", 100, 60, 30, 10, 90, 50, 38, 1, 10, 9, 1]
    found = read_form(form(tmp_path / "a.xls", GOOD, total))
    assert found.total is not None
    assert (len(found.lines), found.total.row) == (2, 5)
    assert [complaint.row for complaint in found.broken] == [5]
    with pytest.raises(UnknownLayout, match=r"II\.06a"):
        read_form(xlsx(tmp_path / "b.xlsx", [["a", "b"], [1, 2]]))
