"""Exact numbers, and how officials write them: fractions inside, rounded half up once, comma for the decimals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

PERCENT_PLACES = 3
SHARE_PLACES = 6


def half_up(value: Fraction, places: int = 2) -> Decimal:
    """`value` rounded half away from zero to `places` decimals."""
    over, under = value.numerator, value.denominator
    units = (abs(over) * 10**places * 2 + under) // (under * 2)
    return Decimal(units if over >= 0 else -units).scaleb(-places)


def exact(text: str | int | Decimal) -> Fraction:
    """The exact fraction of a decimal number."""
    return Fraction(str(text))


def share_text(share: Fraction) -> str:
    """A share from 0 to 1 as decimal text, at most six places, without closing zeros."""
    return shortest(half_up(share, SHARE_PLACES))


def shortest(value: Decimal) -> str:
    """A decimal without closing zeros and without exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def vn(value: Decimal | Fraction | int) -> str:
    """A number as officials write it, without closing zeros: 1,2 or 15.000.000. Fractions keep at most six decimals."""
    decimal = half_up(value, SHARE_PLACES) if isinstance(value, Fraction) else Decimal(value)
    whole, _, rest = shortest(abs(decimal)).partition(".")
    grouped = f"{int(whole):,}".replace(",", ".") if len(whole) > 4 else whole
    sign = "−" if decimal < 0 else ""
    return f"{sign}{grouped},{rest}" if rest else f"{sign}{grouped}"


def points_vn(value: Fraction | Decimal) -> str:
    """Points with two decimals: 3,95."""
    decimal = half_up(value) if isinstance(value, Fraction) else value
    return f"{decimal:.2f}".replace(".", ",").replace("-", "−")


def percent_vn(share: Fraction) -> str:
    """A share from 0 to 1 as per cent, at most three decimals: 1,2 %."""
    return f"{vn(half_up(share * 100, PERCENT_PLACES))} %"


def ratio_vn(done: Fraction, total: Fraction) -> str:
    """The share as a decimal where four places write it exactly, otherwise as the fraction itself."""
    share = done / total
    short = half_up(share, 4)
    return vn(short) if Fraction(short) == share else f"{vn(done)}/{vn(total)}"


def day_vn(day: date) -> str:
    """A day as officials write it: 31/01/2025."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"
