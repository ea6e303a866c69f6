"""Cells to values: one converter per column, made from its profile entry.

A converter takes a raw cell (str, number, date, bool, None) and gives a value, or raises `BadCell` with the reason.
An empty cell is None everywhere: the source does not say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Set
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from config.dossier_codes import DOSSIER_CODE
from config.export_profiles import Column, Vocabulary
from connectors.exports.cells.dates import VIETNAM, NoDay, NotADate, last_day_of, moment_of
from connectors.exports.cells.legacy import readings_of
from connectors.exports.cells.text import FAILED, clean, folded, is_blank, label_key

Convert = Callable[[Any], Any]

PROCEDURE_CODE = re.compile(r"\d\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})?")
COMPONENT = re.compile(r"\d{1,2}\.\d{1,2}\.\d{1,2}")
NOT_APPLICABLE = "not_applicable"
RECOGNISABLE = frozenset({"dossier_code", "procedure_code", "component", "moment", "deadline", "choice"})
"""Kinds whose cells can be told by what they hold."""

_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:([. \u00a0,])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_NOTHING_AROSE = frozenset({"không phát sinh", "không có phát sinh", "không áp dụng"})
_DAYS = frozenset({"moment", "deadline"})
_NO_DAY, _NOT_YET = "no_day", "not_yet"
_SHORTENED = re.compile(r"\d[.,]?\d*E\+\d+", re.IGNORECASE)
_LED_BY_CODE = re.compile(
    rf"(?:mã(?: hồ sơ| hs)?\s*:\s*|\d{{1,6}}\s*[.)-]\s*)?({DOSSIER_CODE.pattern})(?:[\s(,;:*].{{0,80}})?$",
    re.IGNORECASE,
)
_PROCEDURE_AS_NUMBER = re.compile(r"(\d)[.,](\d{3,6})")
_LONG_DASHES = str.maketrans("‐‑‒–—−", "------")
_REMARK = re.compile(r"\s*(?:\([^()]*\)|[-,:;]?\s*(?:truoc|dung|trong|qua|tre)\s+han\b.*)$")
"""Behind a word of a table, which has no diacritics when it is looked up: "(đã duyệt)", "- trễ hạn 2 ngày"."""
_NUMBERED = re.compile(r"(\d{1,2})\s*[-.:)]\s*(\D.*)")
"""A number of a table with its word: "10 - Đã trả kết quả"."""
_CURRENCY = re.compile(r"(?<=\d)\s*(?:đồng|đ|₫|vnđ|vnd)\.?$", re.IGNORECASE)
_LAST_SECOND = time(23, 59, 59)
_LONGEST_NUMBER = 40
"""Characters; what is longer is no number that anybody counted."""
_MOST = 1_000_000_000
"""No ward counts further: a count above it is a mistake of one cell (and more than the database holds)."""
_MOST_MONEY = 10**15
"""Đồng; more than the budget of any province."""
_SHOWN = 60
"""Characters of a cell that a reason repeats."""


class BadCell(ValueError):
    """The cell cannot be used; the message is the reason in Vietnamese, without the place."""


def plain_text(cell: Any) -> str | None:
    """A cell as text, or None when it says nothing; whole numbers lose their ".0"."""
    if cell is None:
        return None
    if isinstance(cell, str):
        text = clean(cell)
        return None if is_blank(text) else text
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%d/%m/%Y %H:%M:%S")
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    return str(cell)


def converter(column: Column, vocabulary: Vocabulary) -> Convert:
    """The converter of a column. A cell that failed is a bad one, whatever the column holds."""
    convert = _converter(column, vocabulary)

    def sound(cell: Any) -> Any:
        if type(cell) is str and cell[:1] == "#" and (why := FAILED.get("###" if cell[:3] == "###" else cell)):
            raise BadCell(why)
        return convert(cell)

    return sound


def _converter(column: Column, vocabulary: Vocabulary) -> Convert:
    if column.read_as == "choice":
        return _choice(vocabulary[column.words or ""], f"bảng từ {column.words}")
    if column.read_as == "names":
        return _names(column.split or ";")
    convert = _CONVERTERS[column.read_as]
    if column.split:
        return _last_part(convert, column.split)
    if column.nothing:
        return _unless({column.nothing}, convert)
    return _unless(set(vocabulary[_NO_DAY][_NOT_YET]), convert) if column.read_as in _DAYS else convert


def recogniser(column: Column, convert: Convert) -> Callable[[Any], bool]:
    """Whether a cell holds what a recognisable column holds; codes by their usual shape."""
    pattern = {"dossier_code": DOSSIER_CODE, "procedure_code": PROCEDURE_CODE}.get(column.read_as)
    return converts(convert) if pattern is None else converts(_of_shape(convert, pattern))


def _of_shape(convert: Convert, pattern: re.Pattern[str]) -> Convert:
    """The value, or None where its shape is unusual."""

    def usual(cell: Any) -> Any:
        text = convert(cell)
        return text if isinstance(text, str) and pattern.fullmatch(text) else None

    return usual


def converts(convert: Convert) -> Callable[[Any], bool]:
    """Whether a cell says something that the converter understands."""

    def answer(cell: Any) -> bool:
        try:
            return convert(cell) is not None
        except BadCell:
            return False

    return answer


def number_of(cell: Any) -> Decimal | None:
    """A number with Vietnamese or English signs: "1.234" is 1234, "98,5" and "98.5" are 98.5, "1.234,5" is 1234.5.

    A dot or comma before exactly three digits separates thousands, except after a lone zero ("0.125").
    """
    if isinstance(cell, bool) or (isinstance(cell, float) and not math.isfinite(cell)):
        raise BadCell(f"cần một số, thấy {_shown(cell)}")
    if isinstance(cell, int | float):
        return Decimal(str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell))
    text = plain_text(cell)
    return None if text is None else _number_in(text)


def _shown(cell: Any) -> str:
    """A cell as a reason repeats it: quoted where it is text, cut where it is long."""
    text = cell if isinstance(cell, str) else str(cell)
    text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return repr(text) if isinstance(cell, str) else text


def _number_in(text: str) -> Decimal:
    bare = _CURRENCY.sub("", text).rstrip("% ").strip()
    if len(bare) > _LONGEST_NUMBER:
        raise BadCell(f"cần một số, thấy {_shown(text)}")
    if _THOUSANDS.fullmatch(bare) and not re.match(r"[-+]?0\d*[.,]", bare):
        whole, fraction = _split_thousands(bare)
        return Decimal(f"{whole}.{fraction}" if fraction else whole)
    if _NUMBER.fullmatch(bare):
        return Decimal(bare.replace(",", "."))
    raise BadCell(f"cần một số, thấy {_shown(text)}")


def _split_thousands(text: str) -> tuple[str, str]:
    separator = next(sign for sign in text.lstrip("+-") if not sign.isdigit())
    decimal_sign = "," if separator == "." else "."
    whole, _, fraction = text.partition(decimal_sign)
    return whole.replace(separator, ""), fraction


def _number_column(cell: Any) -> str | None:
    return plain_text(cell)


def _dossier_code(cell: Any) -> str | None:
    """A code as the software writes it: small letters, other dashes, Excel's apostrophe, O for 0 are slips of a hand;
    web pages write a name behind it."""
    text = plain_text(cell)
    if text is None:
        return None
    if is_shortened(text):
        raise BadCell(f"Excel đã rút gọn mã thành {text}, mất chữ số; định dạng cột là Văn bản rồi xuất lại")
    if not any(sign.isdigit() for sign in text):
        raise BadCell(f"{_shown(text)} không phải mã hồ sơ: mã nào cũng có chữ số")
    bare = text.replace(" ", "").translate(_LONG_DASHES).removeprefix("'").upper()
    alone = _LED_BY_CODE.match(text) if len(DOSSIER_CODE.findall(text.upper())) == 1 else None
    spelt = (bare, bare.replace("_", "-").replace("/", "-").replace("O", "0"), alone[1].upper() if alone else "")
    return next((code for code in spelt if DOSSIER_CODE.fullmatch(code)), text.replace(" ", ""))


def _procedure_code(cell: Any) -> str | None:
    """A code whose last zeros or whose point a spreadsheet took for those of a number: 2.00031 is 2.000310."""
    text = plain_text(cell)
    if text is not None and (found := _PROCEDURE_AS_NUMBER.fullmatch(text)):
        return f"{found[1]}.{found[2]:0<6}"
    return text


def _component(cell: Any) -> str | None:
    if isinstance(cell, datetime | date):
        raise BadCell("Excel đã đổi mã tiêu chí thành phần thành ngày; định dạng cột là Văn bản rồi gõ lại mã")
    text = plain_text(cell)
    if text is not None and not COMPONENT.fullmatch(text.rstrip(".")):
        raise BadCell(f"mã tiêu chí thành phần có dạng 3.3.2, thấy {_shown(text)}")
    return None if text is None else text.rstrip(".")


def _moment(cell: Any) -> datetime | None:
    said = _day_said(cell)
    return None if said is None else said[0]


def _deadline(cell: Any) -> datetime | None:
    """A due date without a time of day lasts to its end (Civil Code 2015, Article 148.5: 24:00 of the last day); one
    that names a quarter or a month, as trackers of tasks do, to the end of that."""
    if isinstance(cell, str) and (last := last_day_of(clean(cell))) is not None:
        return datetime.combine(last, _LAST_SECOND, VIETNAM)
    said = _day_said(cell)
    if said is None:
        return None
    moment, timed = said
    return moment if timed else datetime.combine(moment.date(), _LAST_SECOND, moment.tzinfo)


def _trusted(said: Any) -> tuple[datetime, bool]:
    try:
        return moment_of(said)
    except NotADate as error:
        raise BadCell(str(error)) from error


def _day_said(cell: Any) -> tuple[datetime, bool] | None:
    """The moment of a cell, and whether it tells the time; None: it is empty, or filled up by a database."""
    said = plain_text(cell) if isinstance(cell, str) else cell
    try:
        return None if said is None else _trusted(said)
    except BadCell as error:
        if isinstance(error.__cause__, NoDay):
            return None
        raise


def _count(cell: Any, most: int = _MOST) -> int | None:
    number = number_of(cell)
    if number is None:
        return None
    if number != number.to_integral_value() or number < 0:
        raise BadCell(f"cần một số nguyên không âm, thấy {_shown(cell)}")
    if number > most:
        raise BadCell(f"số lớn quá mức có thể, thấy {_shown(cell)}")
    return int(number)


def _amount(cell: Any) -> int | None:
    """Đồng."""
    try:
        return _count(cell, _MOST_MONEY)
    except BadCell as error:
        raise BadCell(f"{error}; ghi đủ số đồng, ví dụ 1.500.000.000") from error


def _percent(cell: Any) -> Decimal | None:
    """A percentage as a share from 0 to 1. "92,5", "92,5%" and 92.5 mean 0.925; so does a cell that Excel shows as a
    percentage and keeps as 0.925, up to 1.0 for 100 %. The number 1 for one per cent has never been seen."""
    number = number_of(cell)
    if number is None:
        return None
    share = number if is_bare_share(cell) else number / 100
    if not 0 <= share <= 1:
        raise BadCell(f"tỷ lệ phải từ 0 đến 100 %, thấy {_shown(cell)}")
    return share.normalize() if share else Decimal(0)


def is_shortened(text: str) -> bool:
    """Whether Excel wrote a long code as a number with an exponent: "2,50703E+12"."""
    return _SHORTENED.fullmatch(text) is not None


def is_bare_share(cell: Any) -> bool:
    """Whether a number is kept as a share, as Excel keeps percentages."""
    return isinstance(cell, float) and 0 < cell <= 1


def _value(cell: Any) -> Any:
    """A declared value: bool, date, Decimal, "not_applicable" (không phát sinh), other text, or None."""
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, datetime | date):
        return _trusted(cell)[0].date()
    text = plain_text(cell)
    if text is None:
        return None
    key = label_key(text)
    if key in _NOTHING_AROSE:
        return NOT_APPLICABLE
    if key in ("có", "không"):
        return key == "có"
    return _number_or_date(cell, text)


def _number_or_date(cell: Any, text: str) -> Any:
    try:
        return number_of(cell)
    except (BadCell, InvalidOperation):
        pass
    if re.match(r"\d{1,2}[/\-.]\d{1,2}[/\-.]\d{2,4}", text):
        return _trusted(text)[0].date()
    return text


def _choice(words: Mapping[Any, tuple[str, ...]], table: str) -> Convert:
    """Words by their table; without diacritics too, since no two meanings of a table differ by them alone."""
    meanings = {folded(word): meaning for meaning, spellings in words.items() for word in spellings}

    def chosen(cell: Any) -> Any:
        text = plain_text(str(cell).lower() if isinstance(cell, bool) else cell)
        if text is None:
            return None
        for key in map(folded, (text, *readings_of(text))):
            bare = _REMARK.sub("", key).rstrip(".;")
            for spelling in (key, bare):
                if spelling in meanings:
                    return meanings[spelling]
            if (found := _NUMBERED.fullmatch(bare)) and meanings.get(found[1]) == meanings.get(found[2], ...):
                return meanings[found[1]]
        known = ", ".join(spellings[0] for spellings in words.values())
        raise BadCell(f"không hiểu {_shown(text)}; các giá trị đã biết: {known} (thêm từ vào {table} của phường được)")

    return chosen


def _names(separator: str) -> Convert:
    def names(cell: Any) -> tuple[str, ...]:
        text = plain_text(cell)
        parts = (clean(part) for part in text.split(separator)) if text else ()
        return tuple(part for part in parts if part)

    return names


def _unless(nothing: Set[str], convert: Convert) -> Convert:
    """The value, or None for words that are written where there is none."""
    keys = set(map(folded, nothing))
    return lambda cell: None if folded(plain_text(cell) or "") in keys else convert(cell)


def _last_part(convert: Convert, separator: str) -> Convert:
    """Of several values in one cell the last, which may be empty."""

    def last(cell: Any) -> Any:
        return convert(cell.rsplit(separator, 1)[-1] if isinstance(cell, str) else cell)

    return last


def _any(cell: Any) -> bool | None:
    """Whether a count is above zero, or any part joined by "##" is true."""
    text = plain_text(cell)
    if text is None:
        return None
    parts = [label_key(part) for part in text.split("##")]
    return any(part not in ("", "0", "false", "không") for part in parts)


_CONVERTERS: Mapping[str, Convert] = {
    "number": _number_column,
    "text": plain_text,
    "dossier_code": _dossier_code,
    "procedure_code": _procedure_code,
    "component": _component,
    "moment": _moment,
    "deadline": _deadline,
    "count": _count,
    "amount": _amount,
    "percent": _percent,
    "value": _value,
    "any": _any,
}
