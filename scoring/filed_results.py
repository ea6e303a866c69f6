"""The register against the files: which dossiers have no result file, a wrong one, one that cannot be read.

Pure comparison. A file is wrong only where something that was read says so; what is handwritten or left blank proves
nothing against it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from scoring.engine.agreement import contradiction, fits_symbol, number_parts
from scoring.engine.facts import Dossier
from scoring.engine.numbers import day_vn
from scoring.engine.period import Period

NO_FILE, WRONG_FILE, ILLEGIBLE, SUBSTANDARD, TO_REVIEW, SOUND = (
    "no_file",
    "wrong_file",
    "illegible",
    "substandard",
    "to_review",
    "sound",
)
STATES_VI = {
    NO_FILE: "chưa có tệp kết quả",
    WRONG_FILE: "tệp không đúng hồ sơ",
    ILLEGIBLE: "tệp không đọc được",
    SUBSTANDARD: "tệp chưa đạt chuẩn số hóa",
    TO_REVIEW: "cần người xem",
    SOUND: "đạt",
}
_SUBJECT_LETTERS = 15
_BEST_FIRST = (SOUND, TO_REVIEW, SUBSTANDARD, ILLEGIBLE, WRONG_FILE)
_UNREADABLE = frozenset({"illegible", "unreadable", "password", "not_pdf", "limit", "blank_document", "page_unread"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFile:
    """A file handed in as the result of a dossier, and what was read in it. `code` is where it was put,
    `printed_code` the dossier code in its text. `reasons` are the codes of its digitisation verdict; `told` are its
    words."""

    sha256: str
    name: str
    code: str
    also_for: tuple[str, ...] = ()
    """Other dossiers that the same file was handed in for; `against_register` fills it in."""
    printed_code: str | None = None
    unsure: tuple[str, ...] = ()
    """Fields that were read, but not surely."""
    number: str | None = None
    symbol: str | None = None
    issued_on: date | None = None
    printed_month: str = ""
    """2025-01 (or 2025) where the day was written by hand or left blank beside it."""
    subject: str | None = None
    pages: int | None = None
    blank_pages: int = 0
    digitisation: str = "cần người xem"
    reasons: tuple[str, ...] = ()
    told: str = ""
    quarantined: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How one dossier of the register stands; `file` is the best of its files."""

    code: str
    state: str
    reason_vi: str
    file: ResultFile | None = None


def against_register(dossiers: Iterable[Dossier], files: Sequence[ResultFile], period: Period) -> list[Standing]:
    """Every dossier finished in the period that owes a result file, by code."""
    uses: dict[str, set[str]] = defaultdict(set)
    by_code: dict[str, list[ResultFile]] = defaultdict(list)
    for file in files:
        uses[file.sha256].add(file.code)
    for file in files:
        by_code[file.code].append(replace(file, also_for=tuple(sorted(uses[file.sha256] - {file.code}))))
    owing = [one for one in dossiers if period.holds(one.finished_at) and one.result_file_required is not False]
    return [_standing(dossier, by_code[dossier.code]) for dossier in sorted(owing, key=lambda one: one.code)]


def without_dossier(dossiers: Iterable[Dossier], files: Iterable[ResultFile]) -> list[ResultFile]:
    """Files whose dossier the register does not know."""
    known = {dossier.code for dossier in dossiers}
    return [file for file in files if file.code not in known]


def _standing(dossier: Dossier, files: Sequence[ResultFile]) -> Standing:
    if not files:
        named = f" (sổ ghi tệp {', '.join(dossier.result_files)})" if dossier.result_files else ""
        return Standing(dossier.code, NO_FILE, f"Chưa có tệp kết quả nào được nộp{named}.")
    return min((_judged(dossier, file) for file in files), key=lambda one: _BEST_FIRST.index(one.state))


def _judged(dossier: Dossier, file: ResultFile) -> Standing:
    def standing(state: str, reason: str) -> Standing:
        return Standing(dossier.code, state, reason, file)

    if file.quarantined or _UNREADABLE & set(file.reasons):
        return standing(ILLEGIBLE, "Tệp không mở được hoặc không đọc được chữ; đề nghị quét và nộp lại.")
    if wrong := contradiction(dossier, file):
        return standing(WRONG_FILE, wrong)
    if file.digitisation != "đạt":
        state = SUBSTANDARD if file.digitisation == "không đạt" else TO_REVIEW
        return standing(state, _sentence(file.told or file.digitisation))
    return standing(SOUND, "Tệp khớp với sổ, đạt chuẩn số hóa.")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _number(text: str) -> str:
    """Number and symbol as they are compared: ` 05/QĐ-UBND` is `5/qd/ubnd`."""
    return "/".join(number_parts(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingRow:
    """One row of the register of outgoing documents; `files` are the names it promises, `pages` how many it
    declares."""

    number: str
    issued_on: date | None = None
    subject: str = ""
    pages: int | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutgoingCheck:
    """Rows of the period without a file, rows whose file says another day or holds another number of pages, files that
    no row has."""

    rows: int
    without_file: tuple[OutgoingRow, ...]
    other_day: tuple[tuple[OutgoingRow, ResultFile], ...]
    other_pages: tuple[tuple[OutgoingRow, ResultFile], ...]
    without_row: tuple[ResultFile, ...]


def outgoing_against_register(
    rows: Iterable[OutgoingRow], files: Sequence[ResultFile], period: Period
) -> OutgoingCheck:
    """Rows meet files by number and symbol, else by the file's name. A file whose number is handwritten and whose name
    no row has is left out of `without_row`: nobody can tell."""
    asked = sorted(
        (row for row in rows if row.issued_on and period.first <= row.issued_on <= period.last),
        key=lambda row: (row.issued_on or date.min, _number(row.number)),
    )
    by_number: dict[str, list[ResultFile]] = defaultdict(list)
    by_name = {file.name.casefold(): file for file in files}
    for file in files:
        by_number[_number(file.number or "")].append(file)
    met: list[tuple[OutgoingRow, ResultFile]] = []
    missing: list[OutgoingRow] = []
    for row in asked:
        found = _file_of(row, by_number, by_name)
        if found:
            met.append((row, found))
        else:
            missing.append(row)
    taken = {file.sha256 for _, file in met}
    return OutgoingCheck(
        rows=len(asked),
        without_file=tuple(missing),
        other_day=tuple((row, file) for row, file in met if _other_day(row, file)),
        other_pages=tuple((row, file) for row, file in met if _other_pages(row, file)),
        without_row=tuple(file for file in files if file.sha256 not in taken and file.number),
    )


def suggested_rows(rows: Iterable[OutgoingRow], files: Iterable[ResultFile]) -> list[tuple[ResultFile, OutgoingRow]]:
    """Documents whose number could not be read (handwritten, blank), each with the one row of the register it must be:
    the row that promises its file, else the only one of its day and subject. A suggestion; a person decides."""
    known = list(rows)
    found = ((file, _row_of(file, known)) for file in files if not file.number and not file.quarantined)
    return sorted(((file, row) for file, row in found if row), key=lambda pair: (pair[0].name, pair[0].sha256))


def _row_of(file: ResultFile, rows: Sequence[OutgoingRow]) -> OutgoingRow | None:
    fitting = [row for row in rows if _fits_print(row, file)]
    promised = [row for row in fitting if file.name.casefold() in map(str.casefold, row.files)]
    alike = promised or [row for row in fitting if _same_day(row, file) and _same_subject(row, file)]
    return alike[0] if len(alike) == 1 else None


def _fits_print(row: OutgoingRow, file: ResultFile) -> bool:
    """Nothing that is printed beside the place of the number rules the row out."""
    in_month = row.issued_on is None or row.issued_on.isoformat().startswith(file.printed_month)
    return in_month and fits_symbol(row.number, file.symbol)


def _same_day(row: OutgoingRow, file: ResultFile) -> bool:
    return file.issued_on is None or row.issued_on == file.issued_on


def _same_subject(row: OutgoingRow, file: ResultFile) -> bool:
    """The register writes the type before the subject, so one may hold the other; short words are no subject."""
    theirs, ours = _words(row.subject), _words(file.subject or "")
    return min(len(theirs), len(ours)) >= _SUBJECT_LETTERS and (ours in theirs or theirs in ours)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _file_of(
    row: OutgoingRow, by_number: dict[str, list[ResultFile]], by_name: dict[str, ResultFile]
) -> ResultFile | None:
    same = by_number[_number(row.number)]
    this_year = [file for file in same if not _other_year(row, file)]
    named = [by_name[name.casefold()] for name in row.files if name.casefold() in by_name]
    return next(iter((*this_year, *named)), None)


def row_of(rows: Iterable[OutgoingRow], file: ResultFile) -> OutgoingRow | None:
    """The row of the register of outgoing documents that a file belongs to: by number and year, else by its name."""
    known = list(rows)
    same = [row for row in known if file.number and _number(row.number) == _number(file.number)]
    named = [row for row in known if file.name.casefold() in map(str.casefold, row.files)]
    return next(iter((*(row for row in same if not _other_year(row, file)), *named)), None)


def disagreements(row: OutgoingRow, file: ResultFile) -> Iterator[str]:
    """What a file says otherwise than its row of the register of outgoing documents: Vietnamese sentences."""
    if file.number and _number(file.number) != _number(row.number):
        yield f"Số trên văn bản là {file.number}, trong sổ là {row.number}; có thể nhầm tệp."
    if row.issued_on and file.issued_on and _other_day(row, file):
        yield f"Ngày trên văn bản là {day_vn(file.issued_on)}, trong sổ là {day_vn(row.issued_on)}."
    if _other_pages(row, file):
        yield f"Tệp có {file.pages} trang; sổ khai {row.pages} trang."


def _other_year(row: OutgoingRow, file: ResultFile) -> bool:
    return bool(row.issued_on and file.issued_on and row.issued_on.year != file.issued_on.year)


def _other_day(row: OutgoingRow, file: ResultFile) -> bool:
    return bool(row.issued_on and file.issued_on and row.issued_on != file.issued_on)


def _other_pages(row: OutgoingRow, file: ResultFile) -> bool:
    """Blank sides of a scan may be counted or not."""
    if not row.pages or not file.pages:
        return False
    return row.pages not in (file.pages, file.pages - file.blank_pages)
