"""A file from outside to an `Export`: opened in a child process, recognised by content, read by a profile."""

from __future__ import annotations

import gc
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Generic, TypeVar

from config.export_profiles import FOLDER, Profile, Vocabulary, load_profiles, own_profiles, vocabulary_with
from connectors.errors import ConnectorError, Unreadable
from connectors.exports.cells.grids import Grid
from connectors.exports.cells.legacy import modernised, touched_sentence
from connectors.exports.formats.delimited import grid_of_delimited
from connectors.exports.formats.detecting import format_of
from connectors.exports.formats.json_messages import grid_of_json
from connectors.exports.formats.plain_xml import NotPlain
from connectors.exports.formats.prints import KnownRows, NeedsAll
from connectors.exports.formats.sameness import DATED, content_of
from connectors.exports.formats.wrapping import table_in
from connectors.exports.layouts.furniture import exported_at_in, period_in, texts_of, year_in
from connectors.exports.layouts.layout import Layout, layout_of, unknown_layout
from connectors.exports.layouts.sideways import sideways
from connectors.exports.other_tables import MOST_TABLES, other_above, other_below, others_beside, turn_of
from connectors.exports.records import SheetRecords
from connectors.exports.row_view import RowView
from connectors.exports.rows import Export, OtherTable, SaidBefore
from connectors.exports.sheet_reading import read_sheet
from connectors.exports.whole_file import (
    declared_total,
    from_the_future,
    passed_over,
    prints_taken,
    rows_again,
    totals_agree,
    warnings_of,
)
from sandbox import Failure, Limits, run_one

PRELOAD = (
    "connectors.exports.explaining",
    "connectors.exports.formats.workbooks",
    "connectors.exports.formats.markup",
    "connectors.exports.prepared",
)
LIMITS = Limits(memory_bytes=3 << 30, wall_seconds=300.0, questions_per_worker=1)

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Question:
    """Which file to read, what it was called, and how."""

    path: Path
    name: str
    profile: str | None = None
    profiles: Path = FOLDER
    own: Path | None = None
    """Folder of further profiles, which the installation wrote itself."""
    scratch: Path = Path()
    known: str | None = None
    """A content that need not be read again."""
    rows: KnownRows | None = None
    """Rows that need not be read again."""
    told: tuple[str, ...] = ()
    """What is to be said of the gzip or zip that the file came in."""


Q = TypeVar("Q", bound=Question)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the child found, in a shape that crosses the process border quickly."""

    profile: str
    kind: str
    sheets: tuple[SheetRecords, ...]
    period: tuple[date, date] | None
    year: int | None
    exported_at: datetime | None
    warnings: tuple[str, ...]
    content: str | None
    titles: Mapping[str, str]
    others: tuple[OtherTable, ...]
    prints: bytes
    again: SaidBefore | None


@dataclass(frozen=True, slots=True)
class SaidAgain:
    """The file has the content that was named as known. `exported_at` is when its name says it was written, unless the
    table itself tells that (`is_dated`)."""

    exported_at: datetime | None
    is_dated: bool


def read_export(path: Path, *, name: str | None = None, profile: str | None = None, own: Path | None = None) -> Export:
    """Read an export in a child process with limits.

    `name` is the file's original name where `path` is an object store's; `profile` forces one; `own` is the folder of
    the profiles that the installation wrote itself.

    Raises:
        Unreadable: password, truncated, bomb, empty, another kind of file, or it broke the reader.
        UnknownLayout: a table, but of no known profile.
    """
    question = Question(path, name or path.name, profile, own=own)
    reading: object = answer_of_child(reading_of, question)
    assert isinstance(reading, Reading)
    return _export(question, reading)


def read_unless_known(
    path: Path,
    known: str | None,
    *,
    name: str,
    profile: str | None = None,
    own: Path | None = None,
    rows: KnownRows | None = None,
) -> Export | SaidAgain:
    """The same as `read_export`; `SaidAgain`: the file has the content (`Export.content`) that is `known`.

    Of `rows` that stand in the file again it brings no more than their keys (`Export.again`).
    """
    question = Question(path, name, profile, own=own, known=known, rows=rows)
    answer: object = answer_of_child(reading_of, question)
    if isinstance(answer, SaidAgain):
        return answer
    assert isinstance(answer, Reading)
    return _export(question, answer)


def read_export_here(
    path: Path,
    *,
    name: str | None = None,
    profile: str | None = None,
    profiles: Path = FOLDER,
    rows: KnownRows | None = None,
) -> Export:
    """The same in this process: for benches and tests, and for files of our own making."""
    with tempfile.TemporaryDirectory(prefix="parindex-") as scratch:
        question = Question(path, name or path.name, profile, profiles, scratch=Path(scratch), rows=rows)
        reading = reading_of(unwrapped(question))
        assert not isinstance(reading, SaidAgain)
        return _export(question, reading)


def answer_of_child(ask: Callable[[Q], A], question: Q) -> A:
    """What a child process answers. Its scratch folder is ours, so that a killed child leaves nothing behind.

    Raises:
        ConnectorError: the child's own, or `Unreadable` when the file broke it.
    """
    with tempfile.TemporaryDirectory(prefix="parindex-") as scratch:
        answer = run_one(_InChild(ask), replace(question, scratch=Path(scratch)), limits=LIMITS, preload=PRELOAD)
    if isinstance(answer, ConnectorError):
        raise answer
    if isinstance(answer, Failure):
        raise Unreadable(f"{question.name}: {_in_vietnamese(answer)}")
    return answer


@dataclass(frozen=True, slots=True)
class _InChild(Generic[Q, A]):
    """What the child runs: `ask` about the table itself, if it came in a gzip or zip; errors of ours come back as
    values."""

    ask: Callable[[Q], A]

    def __call__(self, question: Q) -> A | ConnectorError:
        gc.disable()  # millions of cells, no cycles, one question per child: collecting would cost a tenth of the time
        try:
            return self.ask(unwrapped(question))
        except ConnectorError as error:
            return error


def unwrapped(question: Q) -> Q:
    """The same question of the table that the file wraps. Raises as `table_in`."""
    table = table_in(question.path, question.name, question.scratch)
    return replace(question, path=table.path, name=table.name, told=table.told)


def _in_vietnamese(failure: Failure) -> str:
    why = {
        "timeout": f"đọc quá {LIMITS.wall_seconds:.0f} giây chưa xong",
        "memory": f"cần hơn {LIMITS.memory_bytes >> 20} MB bộ nhớ để mở",
        "died": "tệp làm trình đọc dừng đột ngột (thường do ô nằm quá xa bảng, hoặc tệp cố ý gây hại)",
        "error": "trình đọc gặp lỗi chưa lường trước",
    }
    return f"{why[failure.why]}. Hãy mở bằng Excel, chép bảng sang tệp mới rồi nộp lại."


def reading_of(question: Question) -> Reading | SaidAgain:
    """Read a file in this process. Raises as `read_export`."""
    content = content_of(question.path, question.profile)
    if content is not None and question.known in (content, content + DATED):
        return SaidAgain(exported_at_in([], question.name), question.known != content)
    try:
        return _quickest(question, content)
    except NeedsAll:
        return _quickest(replace(question, rows=None), content)


def _quickest(question: Question, content: str | None) -> Reading:
    try:
        return _reading_of(question, content, plain=True)
    except NotPlain:
        return _reading_of(question, content, plain=False)


def _reading_of(question: Question, content: str | None, *, plain: bool) -> Reading:
    try:
        grids, warnings = grids_of(question.path, question.scratch, plain=plain)
    except Unreadable as error:
        raise Unreadable(f"{question.name}: {error}") from error
    grids = [named(grid, question) for grid in grids]
    profiles, vocabulary, faults = profiles_of(question)
    warnings += question.told
    modern = [modernised(grid) for grid in grids]
    grids = [grid for grid, _, _ in modern]
    found = [(grid, layout) for grid in grids if (layout := layout_of(grid, profiles)) is not None]
    if not found:
        unread = sideways(question.name, grids, profiles) or unknown_layout(question.name, grids, profiles, faults)
        raise unread.with_notes(warnings)
    warnings += [f"mẫu đọc riêng {fault}" for fault in faults]
    profile = found[0][1].profile
    known = question.rows.each() if question.rows else frozenset[bytes]()
    ours = [(grid, layout) for grid, layout in found if layout.profile is profile]
    sheets = [_named_records(grid, layout, question.name, vocabulary, known) for grid, layout in ours]
    others = list(_others(grids, found, sheets, profiles))
    most = MOST_TABLES[turn_of(question.path)] if others else 0
    warnings += [_told_other(table, is_taken=n < most) for n, table in enumerate(others)]
    warnings += passed_over(grids, {grid.name for grid, _ in found})
    warnings += [touched_sentence(grid.name, font, rows) for grid, font, rows in modern if font and rows]
    titles = [text for grid, layout in found for text in [*grid.above, *texts_of(grid.head[: layout.header_row])]]
    texts = titles + [text for sheet in sheets for text in texts_of(sheet.footer)]
    exported_at = exported_at_in(texts, question.name)
    warnings += [said for sheet in sheets for said in sheet.warnings]
    again = rows_again(sheets, question.rows, exported_at)
    told = [*warnings_of(profile.kind, sheets), *from_the_future(sheets, exported_at)]
    warnings += told
    content = content + DATED if content and exported_at_in(texts, "") else content
    period, year = period_in(titles), year_in(titles, question.name)
    said = (profile.id, profile.kind, tuple(sheets), period, year, exported_at, tuple(warnings))
    return Reading(*said, content, _titles(profile), tuple(others[:most]), prints_taken(sheets, told), again)


def _others(
    grids: Sequence[Grid],
    found: Sequence[tuple[Grid, Layout]],
    read: Sequence[SheetRecords],
    profiles: Sequence[Profile],
) -> Iterator[OtherTable]:
    """The tables that are not read with this file: on sheets of other layouts, and on the sheets it is read from."""
    records = iter(read)
    places = {id(grid): place for place, grid in enumerate(grids)}
    for grid, layout in found:
        place = places[id(grid)]
        if layout.profile is not found[0][1].profile:
            yield OtherTable(place, grid.name, f"theo mẫu {layout.profile.id}")
        else:
            yield from others_beside(place, grid.name, layout)
            yield from other_above(place, grid, layout, profiles)
            yield from other_below(place, layout, next(records))


def _told_other(table: OtherTable, *, is_taken: bool) -> str:
    """In the same words for each file of a vendor: what was told of the last one is not told again."""
    what = "đọc riêng thành một tệp mang thêm tên trang" if is_taken else "chưa đọc, hãy tách ra tệp riêng"
    return f'trang "{table.sheet}" {table.told}: {what}'


def _titles(profile: Profile) -> dict[str, str]:
    told = {column.told_by.means: column.title for column in profile.columns if column.told_by}
    return told | {column.field: column.title for column in profile.columns if column.field}


def named(grid: Grid, question: Question) -> Grid:
    """A table without sheets is called like its file, not like the object that holds the bytes."""
    return replace(grid, name=Path(question.name).stem) if grid.name == question.path.stem else grid


def grids_of(path: Path, scratch: Path, *, plain: bool = False) -> tuple[list[Grid], list[str]]:
    """The tables of a file as they stand, and warnings. `scratch` is an empty folder to use. Raises `Unreadable`.

    `plain`: read an xlsx the quick way, which may raise `NotPlain`, also later, while its rows are asked for.
    """
    file_format = format_of(path)
    if file_format in ("xlsx", "xlsb", "xls", "ods"):
        from connectors.exports.formats.workbooks import grids_of_plain_workbook, grids_of_workbook

        if plain and file_format == "xlsx":
            return grids_of_plain_workbook(path)
        return grids_of_workbook(path, file_format, scratch)
    if file_format in ("html", "spreadsheetml"):
        from connectors.exports.formats.markup import grids_of_html, grids_of_spreadsheetml

        return grids_of_html(path) if file_format == "html" else (grids_of_spreadsheetml(path), [])
    if file_format == "json":
        grid, warnings = grid_of_json(path)
        return [grid], warnings
    grid, warnings = grid_of_delimited(path)
    return [grid], warnings


def profiles_of(question: Question) -> tuple[Sequence[Profile], Vocabulary, tuple[str, ...]]:
    """The profiles and words to read with, and what is wrong with own ones. Raises `Unreadable`: no profile has that
    name."""
    own, faults = own_profiles(question.own)
    vocabulary, wrong_words = vocabulary_with(question.own, question.profiles)
    known = load_profiles(question.profiles) + own
    chosen = [profile for profile in known if question.profile in (None, profile.id)]
    if not chosen:
        names = ", ".join(profile.id for profile in known)
        raise Unreadable(f"không có mẫu đọc {question.profile!r}; các mẫu đang có: {names}")
    return chosen, vocabulary, (*faults, *wrong_words)


def _named_records(
    grid: Grid, layout: Layout, name: str, vocabulary: Vocabulary, known: frozenset[bytes]
) -> SheetRecords:
    try:
        return read_sheet(grid, layout, vocabulary, known)
    except Unreadable as error:
        raise Unreadable(f'{name}: trang "{grid.name}": {error}') from error


def _export(question: Question, reading: Reading) -> Export:
    rows = RowView(reading.kind, reading.sheets)
    rejected = tuple(bad for sheet in reading.sheets for bad in sheet.rejected)
    declared, counted = declared_total(reading.sheets), len(rows) + len(rejected)
    counted += len(reading.again.keys) if reading.again else 0
    agree = None if declared is None else totals_agree(reading.sheets, declared, counted)
    return Export(
        file=question.name,
        sha256=_sha256(question.path),
        profile=reading.profile,
        kind=reading.kind,
        sheets=tuple(sheet.sheet for sheet in reading.sheets),
        rows=rows,
        rejected=rejected,
        declared_total=declared,
        counted=counted,
        agree=agree,
        period=reading.period,
        year=reading.year,
        exported_at=reading.exported_at,
        warnings=(*reading.warnings, *about_totals(None if agree else declared, counted)),
        content=reading.content,
        titles=reading.titles,
        others=reading.others,
        prints=reading.prints,
        again=reading.again,
    )


def about_totals(declared: int | None, counted: int) -> list[str]:
    """What the number of rows says against the file: none at all, or others than its own total row says."""
    if not counted:
        return ["bảng không có dòng dữ liệu nào"]
    if declared is not None and declared != counted:
        return [f"dòng tổng cộng ghi {declared}, đếm được {counted}"]
    return []


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
