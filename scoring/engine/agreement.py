"""Does a result file agree with its dossier's row? What is handwritten, blank or not surely read proves nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Protocol

from .numbers import day_vn

_NUMBER = re.compile(r"(?:so)?[\s:.]*0*(\d+)\s*(.*)", re.DOTALL)
_YEAR = re.compile(r"20\d\d")


class Printed(Protocol):
    """What was read in a document."""

    @property
    def printed_code(self) -> str | None: ...
    @property
    def number(self) -> str | None: ...
    @property
    def issued_on(self) -> date | None: ...
    @property
    def unsure(self) -> Sequence[str]:
        """Fields that were not surely read."""
        ...

    @property
    def also_for(self) -> Sequence[str]:
        """Other dossiers that the same file was handed in for."""
        ...


class Entered(Protocol):
    """What the register says of a dossier."""

    @property
    def code(self) -> str: ...
    @property
    def result_number(self) -> str | None: ...
    @property
    def received_on(self) -> date | None: ...


def contradiction(dossier: Entered, document: Printed) -> str:
    """Why this cannot be the dossier's result, as a Vietnamese sentence; empty where nothing speaks against it.

    A file handed in for several dossiers belongs to none of them, unless it surely prints this one's code: a copy that
    went astray takes nothing from the dossier that the file names.
    """
    code, number, issued = document.printed_code, document.number, document.issued_on
    if unsure := document.unsure:
        code, number = None if "dossier_code" in unsure else code, None if "number" in unsure else number
        issued = None if "issued_on" in unsure else issued
    if code and code != dossier.code:
        return f"Trong tệp ghi mã hồ sơ {code}."
    if not code and document.also_for and (others := sorted(set(document.also_for) - {dossier.code})):
        return f"Cùng một tệp được nộp cho hồ sơ {', '.join(others)}."
    entered = dossier.result_number if number else None
    if number and entered and number != entered and not same_number(entered, number):
        return f"Số trên văn bản là {number}, trong sổ là {entered}."
    if issued is not None and (received := dossier.received_on) is not None and issued < received:
        return f"Văn bản ghi ngày {day_vn(issued)}, trước ngày nhận hồ sơ {day_vn(received)}."
    return ""


def same_number(one: str, other: str) -> bool:
    """Whether two numbers may be those of one document: `05/QĐ-UBND` and `Số: 5/qđ`, but not `06/QĐ-UBND`.

    Registers are typed by people: leading zeros, spaces, case, marks, the year and the end of the symbol do not count.
    """
    a, b = number_parts(one), number_parts(other)
    return a[0] == b[0] and _one_begins_the_other(a[1:], b[1:])


def fits_symbol(number: str, symbol: str | None) -> bool:
    """Whether a number may stand before a printed symbol: `05/QĐ-UBND` before `QĐ-UBND`, not before `GPXD-UBND`."""
    return not symbol or _one_begins_the_other(number_parts(number)[1:], number_parts(f"0/{symbol}")[1:])


def _one_begins_the_other(one: Sequence[str], other: Sequence[str]) -> bool:
    short, long = sorted((one, other), key=len)
    return long[: len(short)] == short


def number_parts(number: str) -> list[str]:
    """The digits without leading zeros, then the parts of the symbol without the year, folded."""
    found = _NUMBER.match(_folded(number))
    if not found:
        return [_folded(number).replace(" ", "")]
    symbol = re.findall(r"[a-z0-9&.]+", re.sub(r"\s", "", found[2]))
    return [found[1], *(part for part in symbol if not _YEAR.fullmatch(part))]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.strip().casefold().replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
