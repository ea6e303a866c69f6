"""Place and day of issue: `Quảng Ngãi, ngày 06 tháng 01 năm 2025`, with day or month left blank or written by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ocr.fields.found import Found, State, Suggestion, share_box
from ocr.fields.grammar import fold, grammar, slips
from ocr.fields.layout import Head, lines_of, right_column
from ocr.fields.line import Line, Spot
from ocr.fields.written import BELIEVED_FROM, Gap, Place, Reread, gap_state, in_digits
from ocr.page import PageReading
from ocr.words import Box, around

_DATE = re.compile(
    r"(?:(?P<place>(?:1(?=A )|[A-Z])[A-Z0-9.' -]{1,44}?)(?:\s*[,.;]+\s*| (?=NGAY )))?"
    r"(?P<ngay>NG.[YUVW7]?|\b[NR]\w?[GS].[YU])(?P<day>.{0,9}?)\s*(?P<thang>TH.NG)(?P<month>.{0,7}?)\s*(?P<nam>N.M)\s*(?P<year>[0-9OIl.…\s]{0,6})"
)

_SHORT = re.compile(
    r"^\W{0,2}(?P<place>[A-Z][A-Z0-9.' -]{1,44}?)\s*[,.;]+\s*(?:NG.Y\s+)?"
    r"(?P<day>\d{1,2})\s*[/.]\s*(?P<month>\d{1,2})\s*[/.]\s*(?P<year>(?:19|20)\d\d)\W{0,2}$"
)
"""`Đà Nẵng, ngày 5/7/2025`: only behind a place, for stamps of receipt write `Ngày: 05/7/2025`."""
_REST = re.compile(r"(?:(?:TH.NG )?\d{1,2} )?(?:N.M )?(?:19|20)\d\d\W?")
"""What a narrow column leaves of a date for its next line."""
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d\d)[-._]?(\d\d)[-._]?(\d\d)(?!\d|_\d{6})")
_DAY_FIRST = re.compile(r"(?<![\d.])(\d{1,2})[-._](\d{1,2})[-._]((?:19|20)\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Issued:
    """The line with place and day; `line` tells where the head's own texts end."""

    line: Line
    place: Found | None
    day: Found


def issued_of(head: Head, clues: Sequence[Suggestion], reread: Reread) -> Issued | None:
    """The date line of the head's right column, else of a row of the head that stands right of the page's third."""
    page = head.page
    for lines in (head.right, head.whole):
        for line in _whole_dates(lines):
            match = _DATE.search(line.folded)
            if match and line.edge(match.start()) > 0.27 * page.width and _own_line(head, line, match):
                return _issued(page, line, match, clues, reread)
        for line in lines:
            if short := _short(page, line, reread):
                return short
    return None


def _whole_dates(lines: Sequence[Line]) -> list[Line]:
    """The lines, one with a date joined with the rest of it that stands below."""
    found = []
    for line, following in zip(lines, [*lines[1:], None], strict=False):
        match = _DATE.search(line.folded)
        broken = following and not (match and match.group("year").strip()) and _REST.fullmatch(following.folded)
        found.append(Line.of((*line.words, *following.words)) if broken and following else line)
    return found


def _short(page: PageReading, line: Line, reread: Reread) -> Issued | None:
    """Day, month and year parted by slashes; on paper only where they were surely read, or twice alike."""
    match = _SHORT.search(line.folded)
    if match is None or line.box.left < 0.27 * page.width or not _named(line, match):
        return None
    year, month, day = (line.group(match, name) for name in ("year", "month", "day"))
    value = _date(int(year.text), int(month.text), int(day.text))
    frame = around(part.box for part in (day, month, year) if part.box)
    sure = min(part.confidence for part in (year, month, day)) >= BELIEVED_FROM
    said = line.text[match.start("day") : match.end("year")]
    if value is None or not (sure or _reads_again(page, frame, said, reread)):
        return None
    box = share_box(frame, page)
    found = Found(value.isoformat(), page.number, box, round(day.confidence, 3), line.text)
    return Issued(line, _place(page, line, match), found)


def _reads_again(page: PageReading, frame: Box, said: str, reread: Reread) -> bool:
    """The place says the same when it is cut out and read by itself."""
    high = 0.4 * frame.height
    room = Box(frame.left - high, frame.top - high, frame.right + high, frame.bottom + high)
    return said.replace(" ", "") in "".join(word.text for word in reread(page, room))


def issued_at_foot(page: PageReading, clues: Sequence[Suggestion], reread: Reread) -> Issued | None:
    """Certificates and forms carry place and day above the signature; the last such line of the page counts."""
    lines = right_column(page, lines_of(page))
    for line in reversed(_whole_dates(lines)):
        match = _DATE.search(line.folded)
        if match and match.group("place") and _own_line(None, line, match):
            return _issued(page, line, match, clues, reread)
    return None


def _own_line(head: Head | None, line: Line, match: re.Match[str]) -> bool:
    """The line is the date alone: sentences that mention a date go on before or after it.

    Without a place before it, or with one that a seal or a pen left half of, it must stand close under the motto.
    """
    alone = match.start() <= 4 and len(line.folded) - match.end() <= 4
    if match.group("place") and _named(line, match):
        return alone
    motto = head.motto.box if head and head.motto else None
    under = motto is not None and line.box.top - motto.bottom < 6 * motto.height
    return alone and under and (line.words[0].source == "ocr" or not match.group("place"))


def _named(line: Line, match: re.Match[str]) -> bool:
    """What stands before the date is written as a place: `Đăng ký lần đầu, ngày ...` of a certificate is none."""
    words = line.group(match, "place").text.split()
    return sum(word[0].islower() for word in _CAPITAL_I.sub("I", " ".join(words)).split()) < 0.5 * len(words)


def _issued(page: PageReading, line: Line, match: re.Match[str], clues: Sequence[Suggestion], reread: Reread) -> Issued:
    place = _place(page, line, match) if match.group("place") else None
    return Issued(line, place, _day(page, line, match, clues, reread))


_CAPITAL_I = re.compile(r"^[l1](?=[aAăĂ] )")
"""Ia of Gia Lai's communes (Ia Grai), whose capital OCR takes for an l or a 1."""
_MIXED = re.compile(r"[^\W\d]\d|\d[^\W\d]")


def _place(page: PageReading, line: Line, match: re.Match[str]) -> Found | None:
    """None where a word of it holds a digit ("Tân Sơn Nh3"): numbers of wards and districts stand alone."""
    spot = line.group(match, "place")
    text = _CAPITAL_I.sub("I", _after_symbol(spot.text.strip(" ,.")))
    if _MIXED.search(text):
        return None
    box = share_box(spot.box or line.box, page)
    return Found(text, page.number, box, round(spot.confidence, 3), line.text)


def _after_symbol(text: str) -> str:
    """Without what the number line beside it left there (`TB-UBND Hội An Đông`)."""
    words = text.split()
    units = tuple(unit for unit in grammar().unit_symbols if len(unit) >= 4)
    ends = [place for place, word in enumerate(words[:-1], 1) if fold(word).endswith(units)]
    return " ".join(words[ends[-1] :] if ends else words)


def _day(page: PageReading, line: Line, match: re.Match[str], clues: Sequence[Suggestion], reread: Reread) -> Found:
    day, month, year = (line.group(match, name) for name in ("day", "month", "year"))
    states = (
        _part_state(page, line, match, ("ngay", "day", "thang"), reread),
        _part_state(page, line, match, ("thang", "month", "nam"), reread),
    )
    box = share_box(_frame(line, match), page)
    read = _year(year.text), _number(month.text, 1, 12), _number(day.text, 1, 31)
    if states == ("printed", "printed") and _date(*read) is None:
        read = _possible_day(page, line, match, reread) or read
    if states == ("printed", "printed") and None not in read and (value := _date(*read)):
        confidence = min(spot.confidence for spot in (day, month, year) if spot.pieces)
        return Found(value.isoformat(), page.number, box, round(confidence, 3), line.text)
    state = _worst(states, read)
    partial = _partial(read[0], read[1] if states[1] == "printed" else None)
    guesses = tuple(_fitting(clues, partial)) + tuple(_own_reading(day, read))
    confidence = max(word.confidence for word in line.words)
    return Found(None, page.number, box, round(confidence, 3), line.text, state, partial, guesses)


def _possible_day(
    page: PageReading, line: Line, match: re.Match[str], reread: Reread
) -> tuple[int | None, int | None, int | None] | None:
    """Year, month and day where print was read as a day that no calendar has ("35"): the line cut out once more."""
    frame = _frame(line, match)
    for margin in (0.3, 0.6):
        again = Line.of(reread(page, replace(frame, top=frame.top - margin * frame.height, bottom=frame.bottom + 2)))
        found = _DATE.search(again.folded)
        if found and again.confidence >= BELIEVED_FROM:
            year, month, day = (found.group(part) for part in ("year", "month", "day"))
            read = _year(year), _number(month, 1, 12), _number(day, 1, 31)
            if _date(*read):
                return read
    return None


def _part_state(
    page: PageReading, line: Line, match: re.Match[str], names: tuple[str, str, str], reread: Reread
) -> Gap:
    before, part, after = names
    spot = line.group(match, part)
    left, right = min(line.edge(match.end(before)), _natural_end(line, match, before)), line.edge(match.start(after))
    band = _band(line, match)
    gap = Box(left + 0.8, band.top, right - 0.8, band.bottom)
    return gap_state(page, Place(gap, spot.text, spot.confidence, _reference(line, match, part)), reread)


def _reference(line: Line, match: re.Match[str], part: str) -> Box:
    """Printed digits near the part: the month's beside the day, else the year's, unless that stands a line below."""
    band, year = _band(line, match), line.group(match, "year")
    if part == "month" and year.box and year.box.top < band.bottom:
        return year.box
    beside = line.group(match, "month" if part == "day" else "day")
    if beside.box and beside.text.strip().isdigit() and beside.confidence > _PRINTED:
        return beside.box
    return year.box if year.box and year.box.top < band.bottom else band


_PRINTED = 0.8
"""Confidence from which digits are the measure of others on their line."""


def _natural_end(line: Line, match: re.Match[str], name: str) -> float:
    """Where a printed "ngày" or "tháng" ends by its letters' width: the engine's box swallows handwriting beside it."""
    start, end = match.span(name)
    other = line.group(match, "nam").box
    if other is None:
        return line.edge(end)
    letter = other.width / 3  # "năm": m is wide, so this is ample for the other words
    return line.edge(start) + 1.05 * letter * (end - start)


def _band(line: Line, match: re.Match[str]) -> Box:
    """Vertical reach of the printed words of the line, by the word "tháng" (its h and g mark both edges)."""
    return line.group(match, "thang").box or line.box


def _frame(line: Line, match: re.Match[str]) -> Box:
    band = _band(line, match)
    return Box(line.edge(match.start("ngay")), band.top, line.edge(match.end()), band.bottom)


def _worst(states: tuple[Gap, Gap], read: tuple[int | None, ...]) -> State:
    if "handwritten" in states:
        return "handwritten"
    if "blank" in states or read[0] is None:
        return "blank"
    return "handwritten"


def _number(text: str, least: int, most: int) -> int | None:
    digits = in_digits(re.sub(r"\s", "", text))
    return int(digits) if re.fullmatch(r"[0-9]{1,4}", digits) and least <= int(digits) <= most else None


def _year(text: str) -> int | None:
    """The year; of one that no document bears (2925) the only one of this century that is a digit away."""
    read = _number(text, 1945, 9999)
    if read is None or read <= 2100:
        return read
    near = [year for year in range(2000, 2100) if slips(str(year), str(read)) == 1]
    return near[0] if len(near) == 1 else None


def _date(year: int | None, month: int | None, day: int | None) -> date | None:
    try:
        return date(year or 0, month or 0, day or 0)
    except ValueError:
        return None


def _partial(year: int | None, month: int | None) -> str | None:
    if year is None:
        return None
    return f"{year:04d}-{month:02d}" if month else f"{year:04d}"


def file_name_days(name: str) -> list[Suggestion]:
    """Days in a file's name, `KH_20250403.pdf` or `KH 03-04-2025.pdf`; what signing software adds (`_20250513_144607`,
    with the time) is none: it is told by the signature."""
    found = [groups[::-1] for groups in _DAY_FIRST.findall(name)] + _YEAR_FIRST.findall(name)
    days = (_date(*map(int, groups)) for groups in found)
    return [Suggestion(day.isoformat(), "file_name", name) for day in dict.fromkeys(days) if day]


def _fitting(clues: Sequence[Suggestion], partial: str | None) -> list[Suggestion]:
    """Days from elsewhere that do not contradict the printed part."""
    return [clue for clue in clues if not partial or clue.value.startswith(partial)]


def _own_reading(day: Spot, read: tuple[int | None, int | None, int | None]) -> list[Suggestion]:
    value = _date(*read)
    return [Suggestion(value.isoformat(), "handwriting", day.text)] if value else []
