"""Sheets of xlsx as export software writes them, read row by row: nothing of the sheet is held but the row at hand.

calamine lays out a whole sheet before it gives a row; ten million cells take it a gigabyte. Here the XML is unpacked
piece by piece. The first row of each shape (which cells it has, of which type) is taken apart cell by cell and becomes
a pattern of its shape; the rows after it match that pattern at once. What is not as plain as that (formulas, dates that
Excel keeps, rich text, prefixes, rows out of order, anything unknown) raises `NotPlain`, and calamine reads the file:
both ways give the same cells, which a property test holds them to.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import IO, Any

from connectors.exports.cells.grids import Cells, ColumnRows, Columns, Grid, Merged, grid_of
from connectors.exports.formats.plain_books import PlainBook, plain_book
from connectors.exports.formats.plain_xml import (
    TRIMMED_TEXT,
    WHOLE_TEXT,
    NotPlain,
    checked,
    checked_head,
    unescaped,
)

_PART = 2 << 20
_MOST_SHAPES = 64
_MOST_COLUMNS = 256
_MOST_ROWS = 1_048_576
_OPENS = re.compile(r'<row r="([0-9]{1,7})"(?: [\w:.]+="[^"<>]*")*>')
_EMPTY = re.compile(
    r'<row r="[0-9]{1,7}"(?: [\w:.]+="[^"<>]*")*(?:/>|>(?:<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]+")?/>)*</row>)\s*'
)
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})([0-9]{1,7})"( s="[0-9]+")?( t="[a-zA-Z]+")?'
    r"(?:/>|></c>|>(?:<v>([^<]*)</v>|<is><t( xml:space=\"preserve\")?>([^<]*)</t></is>)</c>)"
)
_MERGED = re.compile(r'<mergeCell ref="([A-Z]{1,3})([0-9]+):[A-Z]{1,3}([0-9]+)"/>')


def plain_grids(path: Path) -> list[Grid]:
    """The sheets of a workbook. Rows come while they are asked for; then too `NotPlain` may be raised."""
    book = plain_book(path)
    return [_grid(book, name, part) for name, part in book.sheets]


def _grid(book: PlainBook, name: str, part: str) -> Grid:
    late: list[Merged] = []
    grid = grid_of(name, ColumnRows(_pieces_safely(book, part, late)))
    width = max(map(len, grid.head), default=0)
    grid.head = [cells + [""] * (width - len(cells)) for cells in grid.head]
    grid.late = late
    return grid


def _pieces_safely(book: PlainBook, part: str, late: list[Merged]) -> Iterator[Columns]:
    try:
        with book.archive.open(part) as stream:
            yield from _SheetReader(book, _unpacked(book, stream), late).pieces()
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, LookupError, RuntimeError) as error:
        raise NotPlain(str(error)) from error


def _unpacked(book: PlainBook, stream: IO[bytes]) -> Iterator[bytes]:
    part = stream.read(_PART)
    while len(part) == _PART:
        coming = book.unpacker.submit(stream.read, _PART)
        yield part
        part = coming.result()
    yield part


@dataclass(frozen=True, slots=True)
class _Shape:
    """Rows with the same cells of the same types.

    The first group of the pattern is the row's number, the others what its cells say, by their kinds in `shared`,
    `numbers` and `texts`. `sources` has for each cell from column A on the place of its group, from 1; 0: it is empty.
    """

    pattern: re.Pattern[str]
    tags: int
    """How many "<" a row has; 0: not always the same."""
    sources: tuple[int, ...]
    shared: tuple[int, ...]
    numbers: tuple[int, ...]
    texts: tuple[int, ...]


class _SheetReader:
    """Reads one sheet. What is at hand always begins at a row."""

    def __init__(self, book: PlainBook, parts: Iterator[bytes], late: list[Merged]) -> None:
        self._book, self._parts, self._late = book, parts, late
        self._shapes: dict[int, list[_Shape]] = {}
        self._last = _NO_SHAPE
        self._xml = b""
        self._row = self._width = 0

    def pieces(self) -> Iterator[Columns]:
        """All rows from row 1 to the last that says something."""
        self._begin()
        while (sheet_end := self._xml.find(b"</sheetData>", self._rows_end())) < 0:
            if rows_end := self._rows_end():
                yield self._rows_until(rows_end)
            self._more()
        yield self._rows_until(sheet_end)
        self._read_merged()

    def _begin(self) -> None:
        self._more()
        head, opened, self._xml = self._xml.partition(b"<sheetData>")
        if not opened:
            raise NotPlain("no rows in the first part")
        checked_head(head.decode(), "worksheet")

    def _more(self) -> None:
        part = next(self._parts, b"")
        if not part:
            raise NotPlain("the sheet does not end")
        self._xml = checked(self._xml + part)

    def _rows_end(self) -> int:
        """Where the last whole row at hand ends; 0: there is none."""
        found = self._xml.rfind(b"</row>")
        return 0 if found < 0 else found + len("</row>")

    def _rows_until(self, end: int) -> Columns:
        """The rows at hand that lie before `end`; at hand is then what follows them."""
        xml, self._xml = self._xml[:end], self._xml[end:]
        text, has_entities = xml.decode(), b"&" in xml
        alike = [] if has_entities else self._rows_alike(text, xml.count(b"<"))
        return alike or list(zip_longest(*self._rows_one_by_one(text, has_entities), fillvalue=""))

    def _rows_alike(self, text: str, tags: int) -> Columns:
        """The rows of a text in which each has the shape of the row before it, at once; none if that is not so."""
        shape = self._last
        found = shape.pattern.findall(text) if shape.tags else []
        if not found or len(found) * shape.tags != tags:
            return []
        columns: Columns = list(zip(*found, strict=True))
        if list(map(int, columns[0])) != list(range(self._row + 1, self._row + 1 + len(found))):
            return []
        self._row += len(found)
        columns[0] = [""] * len(found)
        for place in shape.shared:
            columns[place] = list(map(self._book.texts.__getitem__, map(int, columns[place])))
        for place in shape.numbers:
            columns[place] = list(map(float, columns[place]))
        cells = [columns[source] for source in shape.sources]
        cells += [columns[0]] * (self._width - len(cells))
        self._width = len(cells)
        return cells

    def _rows_one_by_one(self, text: str, has_entities: bool) -> Iterator[Cells]:
        at = 0
        while at < len(text):
            found = self._last.pattern.match(text, at) or self._other_shape(text, at)
            at = found.end()
            if found.re is not _EMPTY:
                number = int(found[1])
                if number != self._row + 1:
                    yield from self._blank_rows(number)
                self._row = number
                yield self._cells(found.groups(), self._last, has_entities)

    def _blank_rows(self, number: int) -> Iterator[Cells]:
        """Rows that the file leaves out before row `number`."""
        missing = number - self._row - 1
        if missing < 0 or number > _MOST_ROWS:
            raise NotPlain("rows out of order")
        return ([""] * self._width for _ in range(missing))

    def _cells(self, groups: Sequence[Any], shape: _Shape, has_entities: bool) -> Cells:
        values = ["", *groups[1:]]
        for place in shape.shared:
            values[place] = self._book.texts[int(values[place])]
        for place in shape.numbers:
            values[place] = float(values[place])
        if has_entities:
            for place in shape.texts:
                values[place] = unescaped(values[place])
        cells = [values[source] for source in shape.sources]
        cells += [""] * (self._width - len(cells))
        self._width = len(cells)
        return cells

    def _other_shape(self, text: str, at: int) -> re.Match[str]:
        """The row at a place, of another shape than the one before, which may be new; or a row that says nothing."""
        if (found := _EMPTY.match(text, at)) is not None:
            return found
        alike = self._shapes.setdefault(text.count("<c ", at, text.index("</row>", at)), [])
        for shape in alike:
            if (found := shape.pattern.match(text, at)) is not None:
                self._last = shape
                return found
        self._last = _shape_of(text, at, self._book)
        if len(alike) >= _MOST_SHAPES:
            alike.clear()
        alike.insert(0, self._last)
        if (found := self._last.pattern.match(text, at)) is None:
            raise NotPlain(text[at : at + 80])
        return found

    def _read_merged(self) -> None:
        """What follows the rows: merged cells over several rows."""
        tail = b"".join([self._xml, *self._parts]).decode()
        spans = _MERGED.findall(tail)
        if "<sheetData" in tail or "<!" in tail or tail.count("<mergeCell ") != len(spans):
            raise NotPlain("what follows the rows")
        for left, top, bottom in spans:
            if bottom != top:
                self._late.append(Merged(int(top) - 1, int(bottom) - 1, column_of(left)))


def _shape_of(text: str, at: int, book: PlainBook) -> _Shape:
    """The shape of the row at a place."""
    opened = _OPENS.match(text, at)
    if opened is None:
        raise NotPlain(text[at : at + 80])
    pattern, said, last, end = [_OPENS.pattern], list[tuple[int, str]](), -1, opened.end()
    while (cell := _CELL.match(text, end)) is not None:
        end = cell.end()
        place, kind = column_of(cell[1]), _kind_of(cell, book)
        if cell[2] != opened[1] or not last < place < _MOST_COLUMNS:
            raise NotPlain("cells out of order")
        last = place
        pattern.append(_cell_pattern(cell, kind))
        said.extend([(place, kind)] if kind else [])
    return _shape("".join([*pattern, r"</row>\s*"]), text.count("<", at, end) + 1, said)


def _shape(pattern: str, tags: int, said: Sequence[tuple[int, str]]) -> _Shape:
    """`said` are columns (from 0) and kinds of the cells that say something, in the order of the pattern's groups."""
    sources = [0] * (said[-1][0] + 1 if said else 0)
    for group, (place, _) in enumerate(said, start=1):
        sources[place] = group
    kinds = [tuple(n for n, (_, own) in enumerate(said, start=1) if own == kind) for kind in ("s", "n", "t")]
    return _Shape(re.compile(pattern), tags, tuple(sources), *kinds)


def _kind_of(cell: re.Match[str], book: PlainBook) -> str:
    """s: a shared text, n: a number, t: a text of its own, "": empty."""
    has_value, has_text = cell[5] is not None, cell[7] is not None
    if not has_value and not has_text:
        return ""
    kinds = {"s": "s", "str": "t", "": "n", "n": "n"} if has_value else {"inlineStr": "t"}
    kind = kinds.get((cell[4] or "")[4:-1])
    style = int(cell[3][4:-1]) if cell[3] else 0
    if kind is None or (kind == "n" and style not in book.number_styles):
        raise NotPlain(cell[0])
    return kind


def _cell_pattern(cell: re.Match[str], kind: str) -> str:
    """What a cell of this column, style and type looks like in any row."""
    opens = f'<c r="{cell[1]}\\1"{cell[3] or ""}{cell[4] or ""}'
    if not kind:
        return f"{opens}/>" if cell[0].endswith("/>") else f"{opens}></c>"
    if cell[5] is not None:
        value = {"s": "([0-9]+)", "n": "([-+.0-9E]+)", "t": WHOLE_TEXT}[kind]
        return f"{opens}><v>{value}</v></c>"
    return f"{opens}><is><t{cell[6] or ''}>{WHOLE_TEXT if cell[6] else TRIMMED_TEXT}</t></is></c>"


def column_of(letters: str) -> int:
    """The column of spreadsheet letters, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


_NO_SHAPE = _Shape(re.compile(r"(?!)"), 0, (), (), (), ())
