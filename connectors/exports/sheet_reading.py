"""One sheet of a known layout to records: columns put where their content is, merged cells, old fonts, liars."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from config.export_profiles import Column, ToldBy, Vocabulary
from connectors.exports.cells.clocks import with_clocks
from connectors.exports.cells.grids import HEAD_ROWS, Grid
from connectors.exports.cells.legacy import modern_columns, suspects_in, touched_sentence
from connectors.exports.cells.text import clean, column_letters, folded
from connectors.exports.cells.values import converter
from connectors.exports.formats.plain_xml import NotPlain
from connectors.exports.formats.prints import NeedsAll, Printer, can_be_printed
from connectors.exports.layouts.alignment import aligned
from connectors.exports.layouts.layout import Layout
from connectors.exports.layouts.row_kinds import begins_other_table
from connectors.exports.layouts.totals import declared_above
from connectors.exports.records import MOMENTS, NOT_SAID, SheetRecords, records_of
from connectors.exports.settling import columns_that_repeat, merged_told, parts_of_rows, refuse_month_first, settle
from connectors.exports.turned_dates import refuse_turned_by_codes, refuse_turned_cells

_LACKS, _PASSES_OVER = "có mà tệp không có cột:", "nên không đọc:"


def read_sheet(grid: Grid, layout: Layout, vocabulary: Vocabulary, known: frozenset[bytes]) -> SheetRecords:
    """The records of a sheet; of rows whose prints are known only the keys.

    Raises:
        Unreadable: the column of codes holds none, or day and month are exchanged.
        NotPlain, NeedsAll: it has to be read another way.
    """
    grid = grid.between(*layout.between) if layout.between else grid
    grid = with_clocks(grid, layout.first, layout.clocks)
    converters = {column: converter(column, vocabulary) for column in layout.profile.columns}
    sample = itertools.takewhile(
        lambda cells: not begins_other_table(cells, layout.labels, layout.foreign), grid.head[layout.first :]
    )
    rows = list(sample)
    alignment = aligned(layout.places, rows, converters)
    refuse_turned_cells(rows, [place for column, place in alignment.places.items() if column.read_as in MOMENTS])
    tall = parts_of_rows([cell for cell in grid.merged if cell.top >= layout.first], alignment.places)
    repeated = columns_that_repeat(alignment.places)
    filled = grid.filled_down([cell for cell in tall if cell.left in repeated])
    prints = can_be_printed(layout.profile, alignment.places)
    printer = Printer(layout.profile, [column for column in alignment.places if column.field], known)
    records = records_of(filled, layout, alignment.places, converters, printer if prints else None)
    if grid.late is not None and (records.other_table_row or any(cell.top >= layout.first for cell in grid.late)):
        raise NotPlain("merged cells among the records")
    settle(records, layout.profile, alignment.places)
    if not records.declared_totals and (said := declared_above(_titles(grid, layout))) is not None:
        records.declared_totals.append(said)
    refuse_month_first(records)
    refuse_turned_by_codes(records)
    records.warnings.extend(merged_told(tall, repeated, records))
    records.warnings.extend(alignment.warnings)
    _modernise(records)
    records.warnings.extend(f'cột "{column.title}" không rõ vị trí nên bỏ trống' for column in alignment.doubtful)
    records.warnings.extend(_changes_of_layout(layout))
    told = [(column, column.told_by) for column in alignment.places if column.told_by]
    for column, rule in told:
        _split_liar(records, column, rule)
    return records


def _titles(grid: Grid, layout: Layout) -> list[str]:
    cells = (cell for row in grid.head[: layout.header_row] for cell in row if isinstance(cell, str))
    return list(map(clean, (*grid.above, *cells)))


def _modernise(records: SheetRecords) -> None:
    """Read the old fonts of a sheet that begins in modern text; its first rows have been judged before."""
    last = max([0, *records.numbers[-1:], *records.again_numbers[-1:]])
    texts = [place for place, name in enumerate(records.fields) if name not in records.moments]
    suspects = suspects_in([records.values[place] for place in texts]) if last > HEAD_ROWS else set[str]()
    if last <= HEAD_ROWS or suspects:
        records.prints.clear()
        if records.again_keys:
            raise NeedsAll("old fonts are told from all texts together")
    font, modern, touched = modern_columns([records.values[place] for place in texts], suspects)
    if font is not None:
        for place, column in zip(texts, modern, strict=True):
            records.values[place] = column
        rows = [records.numbers[place] for place in touched]
        records.warnings.append(touched_sentence(records.sheet, font, rows))


def _changes_of_layout(layout: Layout) -> list[str]:
    """What the sheet has beside its profile, and what it lacks: the vendor may have changed the layout."""
    lacking, unknown = layout.absent_titles, layout.unknown_labels
    return [
        *([f"mẫu {layout.profile.id} {_LACKS} {', '.join(lacking)}"] if lacking else []),
        *([f"cột chưa có trong mẫu {layout.profile.id} {_PASSES_OVER} {', '.join(unknown[:10])}"] if unknown else []),
        *_doubled(layout),
    ]


def _doubled(layout: Layout) -> Iterator[str]:
    """Columns that are called like one that is read: which of them is meant, only a person can say."""
    read = {folded(layout.labels[place]): place for column, place in layout.places.items() if column.field}
    for place, label in enumerate(layout.labels):
        first = read.get(folded(label), place)
        if label and first != place:
            yield f'hai cột cùng tên "{label}": đã đọc cột {column_letters(first)}, không đọc {column_letters(place)}'


def tells_layout(warning: str) -> bool:
    """Whether a warning only compares the file's columns with its profile, which every file of a vendor repeats."""
    return _LACKS in warning or _PASSES_OVER in warning


def _split_liar(records: SheetRecords, column: Column, rule: ToldBy) -> None:
    """Give the values of a lying column to the field they mean; where a field is not spoken of, it is `NOT_SAID`."""
    said = str(column.field)
    statuses, values = (records.values[records.fields.index(name)] for name in ("status", said))
    lies = [status == rule.status for status in statuses]
    records.values[records.fields.index(said)] = [NOT_SAID if lie else v for lie, v in zip(lies, values, strict=True)]
    records.values.append([v if lie else NOT_SAID for lie, v in zip(lies, values, strict=True)])
    records.may_be_unsaid = True
    records.fields = (*records.fields, rule.means)
    records.letters = {**records.letters, rule.means: records.letters[said]}
    records.moments |= {rule.means} if said in records.moments else frozenset()
    if any(lies):
        records.warnings.append(f'cột "{column.title}": ở hồ sơ đã trả, được hiểu là ngày trả kết quả')
