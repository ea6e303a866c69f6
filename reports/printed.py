"""A document of paragraphs and tables, told once and written as docx, pdf or xlsx: heads and feet of Decree 30/2020."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from config.refusals import Lacking
from reports.heading import Heading, vn_number

Cell = str | Decimal
FILLS = {"domain": "D9E2F3", "criterion": "F2F2F2", "total": "D9E2F3"}
"""Colours of the lines that stand over others; they are bold, too."""


class NoFont(Lacking):
    """This machine has no serif font with Vietnamese letters; the message says which package has one."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its width in millimetres, whether it holds numbers, under which common name it stands."""

    name: str
    width: float
    number: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table; `level` is component, or one of FILLS. `adds`: positions of the lines that it sums up."""

    cells: tuple[Cell, ...]
    level: str = "component"
    adds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A section: its title, paragraphs, and a table where it has columns."""

    title: str = ""
    paragraphs: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    lines: tuple[Line, ...] = ()
    empty: str = ""
    """What stands instead of a table without lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foot:
    """Who signs, and who gets it (Nơi nhận; empty: no such list)."""

    signer: tuple[str, ...] = ("LÃNH ĐẠO ĐƠN VỊ",)
    how: str = "(Ký và ghi rõ họ tên)"
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """The whole document. `kind` is the sign of its type in the number (BC-UBND); without one it bears no number."""

    heading: Heading
    title: tuple[str, ...]
    under: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    foot: Foot = Foot()
    kind: str = ""
    portrait: bool = False


def shown(cell: Cell) -> str:
    """A cell as people read it: numbers with the Vietnamese comma."""
    return cell if isinstance(cell, str) else vn_number(str(cell))


def heads(document: Printed) -> tuple[tuple[str, str], ...]:
    """Left and right of the head, line by line (Decree 30/2020, Annex I)."""
    heading = document.heading
    own = (
        ("ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        (heading.unit_name.upper(), "Độc lập - Tự do - Hạnh phúc"),
        ("─────────", "──────────────────"),
    )
    return (*own, (f"Số: ........./{document.kind}", place_and_day(heading))) if document.kind else own


def place_and_day(heading: Heading) -> str:
    """Place and day of signing, the day to be filled in by hand."""
    return f"{heading.place}, ngày ...... tháng ...... năm ......"


def feet(document: Printed) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Left and right of the foot; place and day stand there where the head does not hold them."""
    left = ("Nơi nhận:", *document.foot.recipients) if document.foot.recipients else ()
    day = () if document.kind else (place_and_day(document.heading),)
    return left, (*day, *document.foot.signer, document.foot.how)


def groups_of(columns: Sequence[Column]) -> list[tuple[str, int, int]]:
    """Common names over columns as (name, first, last column); a column without one stands alone under its own."""
    found: list[tuple[str, int, int]] = []
    for at, column in enumerate(columns):
        if column.group and found and found[-1][0] == column.group:
            found[-1] = (column.group, found[-1][1], at)
        else:
            found.append((column.group, at, at))
    return found
