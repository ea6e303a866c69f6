"""Reading the named values of one component: what is there, what is missing, what cannot be right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .facts import NOT_APPLICABLE, Value
from .measures import Measure
from .numbers import day_vn, exact

Inputs = Mapping[str, Value | int]


class CannotScore(Exception):
    """The rule gives no points; the subclasses say why. Messages are Vietnamese and begin in lower case."""


class MissingValue(CannotScore):
    """Values that the rule needs are not there: no data."""


class WrongValue(CannotScore):
    """A value is there and cannot be right: no data until somebody mends it."""


class NoCases(CannotScore):
    """There was nothing to do (không phát sinh): what that is worth is in the criteria set."""


def is_writable(value: Decimal) -> bool:
    """A number that people write: finite, at most 30 digits before and 12 after the point."""
    if not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -12 and value.adjusted() <= 30


@dataclass(frozen=True, slots=True)
class Case:
    """One component with its values, ready for its rule."""

    rule: Mapping[str, Any]
    maximum: Fraction
    inputs: Inputs
    as_of: date
    measure: Measure | None = None
    window: tuple[date, date] | None = None
    """First and last day on which its documents are issued; None where the criteria set does not say."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """Vietnamese label of each declared key."""

    def label(self, key: str) -> str:
        """What officials call the value."""
        return self.labels.get(key, key)

    def in_declared_order(self, keys: Collection[str]) -> list[str]:
        """These keys as the criteria set declares them: words never depend on the order of keys in a mapping."""
        declared = list(self.labels)
        return sorted(keys, key=lambda key: (declared.index(key) if key in self.labels else len(declared), key))

    def need(self, keys: Iterable[str]) -> None:
        """Raise for all keys without a value at once, or where a value is "not applicable"."""
        values = {key: self.inputs.get(key) for key in keys}
        if NOT_APPLICABLE in values.values():
            raise NoCases("đơn vị khai không phát sinh")
        if missing := [key for key, value in values.items() if value is None]:
            raise MissingValue("chưa khai " + ", ".join(f'"{self.label(key)}"' for key in missing))

    def amount(self, key: str) -> Fraction:
        """A number from 0 up."""
        self.need([key])
        value = self.inputs[key]
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise WrongValue(f'"{self.label(key)}" phải là số, đang ghi {value!r}')
        if isinstance(value, Decimal) and not is_writable(value):
            raise WrongValue(f'"{self.label(key)}" phải là số viết được, đang ghi {value}')
        if value < 0:
            raise WrongValue(f'"{self.label(key)}" không thể âm, đang ghi {value}')
        return exact(value)

    def whole(self, key: str) -> int:
        """A count from 0 up."""
        number = self.amount(key)
        if number.denominator != 1:
            raise WrongValue(f'"{self.label(key)}" phải là số nguyên, đang ghi {self.inputs[key]}')
        return int(number)

    def is_yes(self, key: str) -> bool | None:
        """Yes or no; None where nothing was declared."""
        value = self.inputs.get(key)
        if value is not None and not isinstance(value, bool) and value != NOT_APPLICABLE:
            raise WrongValue(f'"{self.label(key)}" phải là có hoặc không, đang ghi {value!r}')
        return value if isinstance(value, bool) else None

    def day(self, key: str) -> date | None:
        """The day something was issued; None where it was not, or not yet on `as_of`."""
        value = self.inputs.get(key)
        if value is None or value is False or value == NOT_APPLICABLE:
            return None
        if not isinstance(value, date):
            raise WrongValue(f'"{self.label(key)}" phải là ngày, đang ghi {value!r}')
        if self.window and not self.window[0] <= value <= self.window[1]:
            first, last = map(day_vn, self.window)
            raise WrongValue(f'"{self.label(key)}" ghi {day_vn(value)}, ngoài thời gian của kỳ ({first} – {last})')
        return value if value <= self.as_of else None


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share of two numbers, and the Vietnamese words that say it."""

    done: Fraction
    total: Fraction
    words: str

    @property
    def share(self) -> Fraction:
        """From 0 to 1."""
        return self.done / self.total
