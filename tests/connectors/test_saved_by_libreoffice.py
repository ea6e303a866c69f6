"""What another program saved reads as the register it was made from, cell by cell."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.exports import read_export_here
from tests.connectors.saved_by_libreoffice import FOLDER, HIDDEN, as_made


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    made = as_made(tmp_path_factory.mktemp("made") / "so-chi-tiet.xlsx")
    return [dict(row.values) for row in read_export_here(made).rows]


@pytest.mark.parametrize("ending", ["ods", "xls", "xlsx", "csv"])
def test_a_register_saved_by_libreoffice_reads_as_it_was(ending: str, register: list[dict[str, Any]]) -> None:
    export = read_export_here(FOLDER / f"so-chi-tiet.{ending}")
    assert [dict(row.values) for row in export.rows] == register
    assert len(register) == 12 and register[2]["returned_at"] is None
    assert not export.warnings and not export.rejected


def test_the_row_that_a_saved_web_page_leaves_out_is_missed_by_its_total(register: list[dict[str, Any]]) -> None:
    export = read_export_here(FOLDER / "so-chi-tiet.html")
    assert [dict(row.values) for row in export.rows] == [*register[: HIDDEN - 1], *register[HIDDEN:]]
    assert export.warnings == ("dòng tổng cộng ghi 12, đếm được 11",)
