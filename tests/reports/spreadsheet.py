"""What a spreadsheet program computes: a small evaluator of the functions our sheets use, and of nothing else.

Text cells are left out of COUNT and SUM, an empty cell too, as Excel and LibreOffice do where an argument is a cell.
IF takes the branch that it needs alone. LibreOffice 7.4.7, given the sample ward's score sheet and form II.06a without
the kept values, worked out all 233 and 88 formulas to the same on 2026-12-01.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

Shown = Decimal | str | bool | None
Later = Callable[[], Shown]
_TOKEN = re.compile(
    r"\s*(?:'(?P<sheet>[^']+)'!|(?P<cell>\$?[A-Z]+\$?\d+)|(?P<name>[A-Z]+)|(?P<number>\d+(?:\.\d+)?)"
    r'|"(?P<text>(?:[^"]|"")*)"|(?P<sign><=|>=|[-+*/(),=<>]))'
)
_SIGNS: dict[str, Callable[[Any, Any], Shown]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}
_LEVELS = (("=", "<", ">", "<=", ">="), ("+", "-"), ("*", "/"))
"""From what binds loosest."""


class NotKnown(AssertionError):
    """A formula uses something that this evaluator does not know."""


def recomputed(sheet: Worksheet, cell: str) -> Shown:
    """The value of a cell, with all formulas behind it computed anew; stored results are not looked at."""
    value: Any = sheet[cell.replace("$", "")].value
    if isinstance(value, str) and value.startswith("="):
        return _Formula(sheet, value[1:]).value()
    if isinstance(value, date):
        return _serial(value.date() if isinstance(value, datetime) else value)
    return Decimal(str(value)) if isinstance(value, int | float) else None if value is None else str(value)


def _serial(day: date) -> Decimal:
    return Decimal((day - date(1899, 12, 30)).days)


class _Formula:
    """One formula being read from left to right."""

    def __init__(self, sheet: Worksheet, text: str) -> None:
        self.sheet = sheet
        self.tokens = list(_tokens(text))

    def value(self) -> Shown:
        found = self._read(0)
        if self.tokens:
            raise NotKnown(f"left over: {self.tokens}")
        return found()

    def _read(self, level: int) -> Later:
        if level == len(_LEVELS):
            return self._operand()
        left = self._read(level + 1)
        while self.tokens and self.tokens[0][0] == "sign" and self.tokens[0][1] in _LEVELS[level]:
            left = _joined(_SIGNS[self.tokens.pop(0)[1]], left, self._read(level + 1))
        return left

    def _operand(self) -> Later:
        kind, text = self.tokens.pop(0)
        if kind == "name":
            return self._call(text)
        if kind == "sheet":
            other = self.sheet.parent[text]
            place = self.tokens.pop(0)[1]
            return lambda: recomputed(other, place)
        if kind == "cell":
            return lambda: recomputed(self.sheet, text)
        if kind == "sign":
            return self._in_brackets(text)
        return lambda: Decimal(text) if kind == "number" else text.replace('""', '"')

    def _in_brackets(self, sign: str) -> Later:
        if sign != "(":
            raise NotKnown(sign)
        inner = self._read(0)
        self.tokens.pop(0)
        return inner

    def _call(self, name: str) -> Later:
        given = list(self._arguments())
        if name not in _FUNCTIONS:
            raise NotKnown(name)
        return lambda: _FUNCTIONS[name](given)

    def _arguments(self) -> Iterator[Later]:
        while self.tokens.pop(0) != ("sign", ")"):
            if self.tokens[0] == ("sign", ")"):
                continue
            yield self._read(0)


def _joined(sign: Callable[[Any, Any], Shown], left: Later, right: Later) -> Later:
    return lambda: sign(left(), right())


def _numbers(given: list[Later]) -> list[Decimal]:
    return [value for value in (one() for one in given) if isinstance(value, Decimal)]


def _rounded(given: list[Later]) -> Shown:
    number, places = _numbers(given)
    return number.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)


_FUNCTIONS: dict[str, Callable[[list[Later]], Shown]] = {
    "IF": lambda given: given[1]() if given[0]() else given[2](),
    "AND": lambda given: all(one() for one in given),
    "OR": lambda given: any(one() for one in given),
    "SUM": lambda given: sum(_numbers(given), Decimal(0)),
    "COUNT": lambda given: Decimal(len(_numbers(given))),
    "COUNTA": lambda given: Decimal(sum(one() is not None for one in given)),
    "MIN": lambda given: min(_numbers(given)),
    "MAX": lambda given: max(_numbers(given)),
    "ROUND": _rounded,
    "ISNUMBER": lambda given: bool(_numbers(given)),
    "DATE": lambda given: _serial(date(*map(int, _numbers(given)))),
}


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise NotKnown(text[place:])
        yield found.lastgroup, found.group(found.lastgroup)
        place = found.end()
