"""Moments as exports write them, to aware datetimes at +07:00.

Shapes seen in live systems: DD/MM/YYYY HH:mm:ss (lists), DD/MM/YYYY, yyyyMMddHHmmss (DVCQG message), ISO with Z (UTC),
milliseconds since 1970 (OpenCPS), Excel serials, and cells that the spreadsheet itself holds as dates.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))
EARLIEST_YEAR, LATEST_YEAR = 1990, 2100
MONTH_FIRST = "có vẻ ghi tháng trước ngày"
LATEST_SHORT_YEAR = 2049
"""Two digits up to 49 mean 2000 to 2049; 68 may be 1968, 2068 or the Buddhist year 2568."""

_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=VIETNAM)
_SERIAL_RANGE = (32874, 73415)  # 1990-01-01 to 2101-01-01
_MILLISECONDS = (631_152_000_000, 4_133_980_800_000)
"""Of the years 1990 to 2100; twelve or thirteen digits that are no yyyyMMddHHmm."""
_DAY_FIRST = re.compile(
    r"(?:ngày\s+)?(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4}|\d{2})"
    r"(?:[\s,T-]+(\d{1,2})\s*[:hg]\s*(\d{1,2})?(?::(\d{1,2}))?(?:\.\d+)?\s*(SA|CH|AM|PM)?)?",
    re.IGNORECASE,
)
_TIME_FIRST = re.compile(r"(\d{1,2})\s*[:hg]\s*(\d{1,2})(?::(\d{1,2}))?[\s,-]+(.+)", re.IGNORECASE)
_WEEKDAY = re.compile(r"^(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ\s+nhật)\s*[,-]?\s*", re.IGNORECASE)
_DIGITS = re.compile(r"\d{8}(?:\d{4}(?:\d{2})?)?")
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")


_FILLERS = frozenset({(1, 1, 1), (1753, 1, 1), (1900, 1, 1), (9999, 12, 31)})
"""Days that stand in an empty field: the first of .NET, of SQL Server and of Excel, and the last of all."""
_UNFILLED = re.compile(
    r"[/_. :-]*[/_][/_. :-]*|00?([/-])00?\1(?:00)?00(?:[ T][0:.]*)?|0000([/-])00\2(?:00)(?:[ T][0:.]*)?"
)
"""A mask that nobody filled in ("__/__/____"), and the zero date of MySQL."""
_CLOCK_WORDS = re.compile(r"(\d{1,2})\s*(?:giờ|h|g)\s*(\d{1,2})?\s*(?:phút|ph|p|')?(?![\w:/.-])", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"\b(?:lúc|vào|ngày)\b|[(),]", re.IGNORECASE)
_REMARK = re.compile(r"(?<=\d)[\s(,;-]+(?:trả\s+)?(?:còn|quá|trễ|trước|đúng|sớm|chậm)\s+(?:hạn|\d).*$", re.IGNORECASE)
_YEAR_LAST = re.compile(r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d")
"""ddMMyyyy: no yyyyMMdd of our years can be read so, because their month would be 19 or 20."""
_YEAR_FIRST = re.compile(r"^((?:19|20)\d\d)[/.](\d{1,2})[/.](\d{1,2})\b")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMED = re.compile(
    rf"\b(\d{{1,2}})[-/ ]({'|'.join(_MONTHS)}|thg? ?(\d{{1,2}}))[-/ ,]+(\d{{4}}|\d{{2}})\b", re.IGNORECASE
)
"""As Excel writes "d-mmm-yyyy" in English and in Vietnamese, and Oracle: 03-Jul-2025, 03-Thg7-2025, 03-JUL-25."""
_DOTTED_CLOCK = re.compile(r"(?<=\d )(\d{1,2})\.(\d\d)(?:\.(\d\d)(?:\.\d+)?)?(?= |$)")
"""As Oracle writes the time: 10.20.30."""
_MONTH_LEADS = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]{{0,6}}\.? (\d{{1,2}}), (\d{{4}})(?:,(?= ))?", re.IGNORECASE)
"""As programs set to English write: Jul 3, 2025."""
_DAY_WORDS = re.compile(r"(\d{1,2})\s+tháng\s+(\d{1,2})(?:\s+năm|,)?\s+(\d{4})", re.IGNORECASE)
_PERIOD = re.compile(
    r"(?:trong\s+|hết\s+|cuối\s+)?(?:(?P<quarter>quý)|tháng)\s*(?P<number>IV|I{1,3}|\d{1,2})\s*(?:/|-|,|năm)?\s*"
    r"(?P<year>20\d\d)",
    re.IGNORECASE,
)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}


class NotADate(ValueError):
    """The cell holds no date we can trust; the message is Vietnamese and quotes what was seen."""


class NoDay(NotADate):
    """The cell says in the words of a database that there is no day."""


def moment_of(cell: object) -> tuple[datetime, bool]:
    """The moment a cell means, and whether it says the time of day too.

    Midnight says none, in whatever shape: software that keeps days alone writes them as "00:00:00" or "...000000".

    Raises:
        NotADate: unreadable, impossible (29 February of a common year), or a year outside 1990-2100.
    """
    moment = _plausible(_moment_in(cell))
    return moment, moment.time() != time(0)


def _moment_in(cell: object) -> datetime:
    if isinstance(cell, str):
        return _from_text(cell)
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=VIETNAM) if cell.tzinfo is None else cell.astimezone(VIETNAM)
    if isinstance(cell, date):
        return datetime.combine(cell, time(0), VIETNAM)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _from_number(cell)
    raise NotADate(f"không đọc được ngày từ {cell}")


def last_day_of(text: str) -> date | None:
    """The last day of "Quý II/2025" or "Tháng 6 năm 2025", by which something is due; None: it is neither."""
    found = _PERIOD.fullmatch(text)
    if found is None:
        return None
    number = period_number(found["number"])
    month = number * 3 if found["quarter"] else number
    return months_of(int(found["year"]), month, month)[1] if 1 <= month <= 12 else None


def period_number(said: str) -> int:
    """The number of a quarter or month, in digits or, up to IV, in Roman ones."""
    return int(said) if said.isdigit() else _ROMAN[said.upper()]


def months_of(year: int, first: int, last: int) -> tuple[date, date]:
    """The first and the last day of some months."""
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def is_date(text: str) -> bool:
    """Whether a text can be read as a date; a short number is none."""
    try:
        moment_of(text)
    except NotADate:
        return False
    return not text.isdigit() or len(text) >= 8


def _from_text(text: str) -> datetime:
    try:
        if len(text) == 19 and text[2] == "/" == text[5] and text[13] == ":" and text[11:13] != "24":
            return _vendor_moment(text)
        return _any_shape(text)
    except ValueError as error:
        if _UNFILLED.fullmatch(text):
            raise NoDay(f"ngày {text!r} là ô trống của phần mềm") from error
        if isinstance(error, NotADate):
            raise
        found = _DAY_FIRST.fullmatch(text)
        swapped = found and int(found[1]) <= 12 < int(found[2]) <= 31
        why = f": {MONTH_FIRST}, phải ghi ngày/tháng/năm" if swapped else ""
        raise NotADate(f"không có ngày {text!r} trong lịch{why}") from error


def _vendor_moment(text: str) -> datetime:
    """DD/MM/YYYY HH:mm:ss, the shape of nearly every cell."""
    return datetime(
        int(text[6:10]), int(text[3:5]), int(text[:2]), int(text[11:13]), int(text[14:16]), int(text[17:]), 0, VIETNAM
    )


def _any_shape(text: str) -> datetime:
    text = _WEEKDAY.sub("", text).removeprefix("'")
    if found := _DAY_FIRST.fullmatch(text):
        return _from_parts(found.groups())
    if found := _TIME_FIRST.fullmatch(text):
        return _any_shape(found[4]).replace(hour=int(found[1]), minute=int(found[2]), second=int(found[3] or 0))
    if len(text) == 8 and _YEAR_LAST.fullmatch(text):
        return datetime.strptime(text, "%d%m%Y").replace(tzinfo=VIETNAM)
    if _DIGITS.fullmatch(text):
        return datetime.strptime(text.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM)
    if _ISO.match(text):
        return _from_iso(text)
    plain = _in_signs(text)
    is_date = plain != text and any(shape.fullmatch(plain) for shape in (_DAY_FIRST, _TIME_FIRST))
    return _any_shape(plain) if is_date else _serial_in_text(text)


def _in_signs(text: str) -> str:
    """A date in words ("8 giờ 15 phút, ngày 3 tháng 7 năm 2025") in the signs of the usual shapes, without a remark on
    how late it is ("07/07/2025 17:00 Còn 2 ngày")."""
    days = _MONTH_LEADS.sub(r"\2-\1-\3", _DAY_WORDS.sub(r"\1/\2/\3", _REMARK.sub("", text)))
    days = _YEAR_FIRST.sub(r"\3/\2/\1", _MONTH_NAMED.sub(_month_in_digits, days))
    dotted = _DOTTED_CLOCK.sub(lambda found: f"{found[1]}:{found[2]}:{found[3] or '00'}", days)
    clocks = _CLOCK_WORDS.sub(lambda found: f" {found[1]}:{found[2] or '00'} ", dotted)
    return " ".join(_BETWEEN_WORDS.sub(" ", clocks).split()).strip("- ")


def _month_in_digits(found: re.Match[str]) -> str:
    named = found[2].casefold()
    month = _MONTHS.index(named) + 1 if named in _MONTHS else int(found[3])
    return f"{found[1]}/{month}/{found[4]}"


def _from_parts(parts: tuple[str | None, ...]) -> datetime:
    day, month, year, hour, minute, second, half = parts
    number = int(year or 0) + (2000 if len(year or "") == 2 else 0)
    if len(year or "") == 2 and number > LATEST_SHORT_YEAR:
        raise NotADate(f"năm {year!r} viết hai chữ số nên không rõ là năm nào; ghi đủ bốn chữ số")
    clock = int(hour or 0)
    if clock == 24 and not int(minute or 0) and not int(second or 0):
        clock, minute, second = 23, "59", "59"  # 24:00 is the end of its day
    if half and half.upper() in ("CH", "PM") and clock < 12:
        clock += 12
    elif half and half.upper() in ("SA", "AM") and clock == 12:
        clock = 0
    return datetime(number, int(month or 0), int(day or 0), clock, int(minute or 0), int(second or 0), 0, VIETNAM)


def _from_iso(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=VIETNAM) if moment.tzinfo is None else moment.astimezone(VIETNAM)


def _serial_in_text(text: str) -> datetime:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise NotADate(f"không đọc được ngày từ {text!r}; dạng đúng: 31/12/2025 hoặc 31/12/2025 16:30:00") from None
    return _from_number(number)


def _from_number(number: float) -> datetime:
    if number < _MILLISECONDS[1] * 10 and number == int(number) and _DIGITS.fullmatch(str(int(number))):
        return _from_text(str(int(number)))
    if _MILLISECONDS[0] <= number < _MILLISECONDS[1]:
        return datetime.fromtimestamp(number // 1000, VIETNAM)
    if not _SERIAL_RANGE[0] <= number < _SERIAL_RANGE[1]:
        raise NotADate(f"số {number} không phải ngày")
    seconds = round((number - int(number)) * 86400)
    return _EXCEL_EPOCH + timedelta(days=int(number), seconds=seconds)


def _plausible(moment: datetime) -> datetime:
    if EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        return moment
    if (moment.year, moment.month, moment.day) in _FILLERS:
        raise NoDay(f"ngày {moment:%d/%m/%Y} là ô trống của phần mềm")
    if 2500 <= moment.year <= 2650:
        raise NotADate(
            f"năm {moment.year} là Phật lịch (dương lịch: {moment.year - 543}); chọn lịch dương rồi xuất lại"
        )
    raise NotADate(f"năm {moment.year} nằm ngoài khoảng {EARLIEST_YEAR}-{LATEST_YEAR}")
