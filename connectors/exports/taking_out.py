"""Other tables of a file, each to the bytes of a workbook of its own, in a child process with the reader's limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.exports.other_tables import name_of, turn_of, workbook_of
from connectors.exports.reading import Question, answer_of_child, grids_of, named
from connectors.exports.rows import OtherTable


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A table as a workbook: the name it goes by, the sheet it stands on in the original, its bytes."""

    name: str
    sheet: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Asked(Question):
    others: tuple[OtherTable, ...] = ()


def taken_out(path: Path, name: str, others: Sequence[OtherTable]) -> list[TakenOut]:
    """The tables that `Export.others` names, in that order.

    Raises:
        Unreadable: the file broke the reader, or took too much.
    """
    return answer_of_child(_workbooks, _Asked(path, name, others=tuple(others))) if others else []


def _workbooks(asked: _Asked) -> list[TakenOut]:
    return [_workbook(asked, table, number) for number, table in enumerate(asked.others)]


def _workbook(asked: _Asked, table: OtherTable, number: int) -> TakenOut:
    """A grid gives its rows once: the file is opened anew for each table."""
    scratch, turn = asked.scratch / str(number), turn_of(asked.path) + 1
    scratch.mkdir()
    grids, _ = grids_of(asked.path, scratch)
    target = asked.scratch / f"{number}.xlsx"
    workbook_of(named(grids[table.place], asked), table, target, turn)
    return TakenOut(name_of(asked.name, table.sheet), table.sheet, target.read_bytes())
