"""Form II.06a, and summary tables that count the same: their own identities, and whether the dossiers add up to them.

Columns 3 to 13 of the form: (3) = (4)+(5)+(6) = (7)+(11); (7) = (8)+(9)+(10); (11) = (12)+(13).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from connectors.errors import UnknownLayout
from connectors.exports.cells.grids import Cells, Grid
from connectors.exports.cells.legacy import modernised
from connectors.exports.cells.text import label_key
from connectors.exports.cells.values import BadCell, number_of
from connectors.exports.layouts.furniture import period_in, reporting_period_in, said, texts_of
from connectors.exports.layouts.layout import columns_by_labels, summary_in
from connectors.exports.layouts.row_kinds import column_numbers, is_total
from connectors.exports.reading import Question, answer_of_child, grids_of

_TITLE_ROWS = 15
_FORM = "Biểu II.06a"

COLUMNS: Mapping[int, str] = {
    3: "tiếp nhận, tổng số",
    4: "tiếp nhận trực tuyến trong kỳ",
    5: "tiếp nhận trực tiếp, bưu chính trong kỳ",
    6: "từ kỳ trước",
    7: "đã giải quyết, tổng số",
    8: "trước hạn",
    9: "đúng hạn",
    10: "quá hạn",
    11: "đang giải quyết, tổng số",
    12: "trong hạn",
    13: "quá hạn, đang giải quyết",
}
_TOTALS = frozenset({3, 7, 11})
"""Of form II.06a; a row without any of them is no line."""
IDENTITIES: tuple[tuple[int, tuple[int, ...]], ...] = (
    (3, (4, 5, 6)),
    (3, (7, 11)),
    (7, (8, 9, 10)),
    (11, (12, 13)),
)


@dataclass(frozen=True, slots=True)
class FormLine:
    """One line of the form: its row (from 1), its words, and its counts by column (3 to 13 of form II.06a)."""

    row: int
    name: str
    counts: Mapping[int, int]
    field: str = ""
    """The field of work alone, without the number of the line."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two numbers that should be equal. `where` is Vietnamese; `row` is None for a comparison with dossier rows."""

    row: int | None
    where: str
    said: int
    counted: int


@dataclass(frozen=True, slots=True)
class Form:
    """A II.06a sheet: its lines, its total line (None: it has none), and where it does not add up in itself."""

    lines: tuple[FormLine, ...]
    total: FormLine | None
    broken: tuple[Disagreement, ...]
    period: tuple[date, date] | None = None
    """First and last day of its title."""
    name: str = _FORM
    days_named: bool = True
    """Whether the title names the days themselves; otherwise a quarter, month or year, whose calendar days they are."""
    titles: Mapping[int, str] = field(default_factory=lambda: COLUMNS)
    """What each column is called."""
    readings: tuple[Mapping[int, str], ...] = ()
    """What of ours its columns count (`config/summaries.py`); none: what form II.06a counts."""


def read_form(path: Path, *, name: str | None = None) -> Form:
    """Read form II.06a in a child process.

    Raises:
        Unreadable: as `read_export`.
        UnknownLayout: no numbering row (3) to (13) was found.
    """
    return answer_of_child(form_of, Question(path, name or path.name))


def form_of(question: Question) -> Form:
    """The same in this process."""
    grids, _ = grids_of(question.path, question.scratch)
    titles = [text for grid in grids for text in (*grid.above, *texts_of(grid.head[:_TITLE_ROWS]))]
    grids = [modernised(grid)[0] for grid in grids]
    summary = summary_in(grids)
    lines = tuple(line for grid in grids for line in form_lines(grid, summary.columns if summary else {}))
    if not lines:
        raise UnknownLayout(f"{question.name}: không thấy dòng đánh số cột (1) đến (13) của Biểu số II.06a.")
    total = next((line for line in reversed(lines) if is_total([(0, line.field)])), None)
    named = period_in(titles)
    form = Form(lines, total, (), reporting_period_in(titles), days_named=named is not None)
    if summary is not None:
        form = replace(form, name=f'Bảng "{summary.name}"')
    if summary is None or not summary.readings:
        return replace(form, broken=broken_identities(lines))
    labels = {column: paths[0][-1] for column, paths in summary.columns.items()}
    broken = broken_identities(lines, summary.identities, labels)
    return replace(form, broken=broken, titles=labels, readings=summary.readings)


def form_lines(grid: Grid, labels: Mapping[int, Sequence[Sequence[str]]] = MappingProxyType({})) -> Iterator[FormLine]:
    """The lines below the numbering row "(1) (2) (3)=(4)+(5)+(6) ...", or below a header of these labels.

    Counts left blank are 0.
    """
    first, places = columns_by_labels(grid, labels) if labels else (0, {})
    rows = [*grid.head, *grid.rest]
    if not places:
        first, places = _numbered_columns(rows)
    for index in range(first if places else len(rows), len(rows)):
        words = [text for place, text in said(rows[index]) if place < min(map(min, places.values()))]
        counts = _counts(rows[index], places) if words else None
        if counts is not None:
            yield FormLine(index + 1, " ".join(words), counts, words[-1])


def _numbered_columns(rows: Sequence[Cells]) -> tuple[int, dict[int, list[int]]]:
    for index, cells in enumerate(rows):
        found = column_numbers(said(cells))
        if found and COLUMNS.keys() <= found.keys():
            return index + 1, {column: [found[column]] for column in COLUMNS}
    return 0, {}


def _counts(cells: Cells, places: Mapping[int, Sequence[int]]) -> dict[int, int] | None:
    """The counts of a line; None: this row is none."""
    if len(cells) <= max(map(max, places.values())):
        return None
    try:
        numbers = {column: [number_of(cells[place]) for place in found] for column, found in places.items()}
    except BadCell:
        return None
    needed = _TOTALS if numbers.keys() == COLUMNS.keys() else numbers
    if all(number is None for column in needed for number in numbers[column]):
        return None
    return {column: sum(int(number or 0) for number in parts) for column, parts in numbers.items()}


def broken_identities(
    lines: Sequence[FormLine],
    identities: Sequence[tuple[int, tuple[int, ...]]] = IDENTITIES,
    titles: Mapping[int, str] = COLUMNS,
) -> tuple[Disagreement, ...]:
    """Where the form does not add up in itself."""
    return tuple(
        Disagreement(line.row, _identity(line.name, total, parts, titles), line.counts[total], _sum(line.counts, parts))
        for line in lines
        for total, parts in identities
        if line.counts[total] != _sum(line.counts, parts)
    )


def against_rows(
    line: FormLine, counted: Mapping[int, int], whose: str = "", titles: Mapping[int, str] = COLUMNS
) -> tuple[Disagreement, ...]:
    """Where a line of the form differs from the counts of the dossier rows (column number -> count)."""
    return tuple(
        Disagreement(None, f"{whose}cột {_called(column, titles)}", line.counts[column], number)
        for column, number in sorted(counted.items())
        if line.counts[column] != number
    )


def fields_against_rows(form: Form, counted: Mapping[str, Mapping[int, int]]) -> tuple[Disagreement, ...]:
    """The same for the lines of single fields or offices, where form and dossiers give one the same name."""
    own = {label_key(field): counts for field, counts in counted.items()}
    times = Counter(label_key(line.field) for line in form.lines)
    alike = [line for line in form.lines if label_key(line.field) in own and times[label_key(line.field)] == 1]
    found = (against_rows(line, own[label_key(line.field)], f'dòng "{line.field}", ', form.titles) for line in alike)
    return tuple(fault for faults in found for fault in faults)


def _identity(name: str, total: int, parts: tuple[int, ...], titles: Mapping[int, str]) -> str:
    if titles == COLUMNS:
        return f"{name}: cột ({total}) = {' + '.join(f'({part})' for part in parts)}"
    return f"{name}: cột {_called(total, titles)} = {' + '.join(_called(part, titles) for part in parts)}"


def _called(column: int, titles: Mapping[int, str]) -> str:
    """A column of the form by number and words, of another table by its label."""
    return f"({column}) {titles[column]}" if titles == COLUMNS else f'"{titles[column]}"'


def _sum(counts: Mapping[int, int], parts: tuple[int, ...]) -> int:
    return sum(counts[part] for part in parts)
