"""Which profile a sheet follows, where its header stands, and which column holds which field.

Header rows may be one to three deep with merged cells; each column's label is then a path such as
("Tiếp nhận", "Ngày tiếp nhận"). A column is known by its whole path, or by its own label where that is unambiguous;
diacritics do not matter (no two labels of ours differ by them alone, which a test holds).
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from config.export_profiles import Column, Profile
from config.summaries import SummaryTable, summary_tables
from connectors.errors import UnknownLayout
from connectors.exports.cells.grids import HEAD_ROWS, Cells, Grid
from connectors.exports.cells.legacy import looks_mistaken
from connectors.exports.cells.text import clean, folded

SEARCHED_ROWS = 60
DEEPEST_HEADER = 3
WIDEST_HEADER = 300

_DAY_WORD = re.compile(r"^ngay\b")
_LOST = re.compile(r"[^\W\d]\?|\?[^\W\d]|\?\?|\ufffd")

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A profile found on a sheet: `first` is the row after the header (from 0), `places` the column of each entry."""

    profile: Profile
    header_row: int
    first: int
    places: Mapping[Column, int]
    labels: tuple[str, ...]
    """The header's labels as written, joined with " / "."""
    foreign: frozenset[str]
    """Labels of other profiles, as compared: a row of them below the data begins another table."""
    between: tuple[int, int] | None = None
    """First and last column of this table (from 0), where another table stands beside it; its profiles: `beside`."""
    beside: tuple[str, ...] = ()
    beside_columns: tuple[tuple[int, int], ...] = ()
    """First and last column of each of those."""

    @property
    def absent_titles(self) -> tuple[str, ...]:
        """Columns with a field that the profile names and the sheet lacks."""
        return tuple(column.title for column in self.profile.columns if column.field and column not in self.places)

    @property
    def clocks(self) -> dict[int, int]:
        """Column of days -> column of times of day: "Ngày tiếp nhận" and, not named by the profile, "Giờ tiếp nhận"."""
        taken = set(self.places.values())
        keys = {tuple(map(folded, label.split(" / "))): i for i, label in enumerate(self.labels) if i not in taken}
        days = [(i, self.labels[i]) for column, i in self.places.items() if column.read_as in ("moment", "deadline")]
        return {day: keys[clock] for day, label in days if (clock := _clock_of(label)) in keys}

    @property
    def unknown_labels(self) -> tuple[str, ...]:
        """Labels of the sheet that the profile does not name."""
        taken = {*self.places.values(), *self.clocks.values()}
        return tuple(label for index, label in enumerate(self.labels) if label and index not in taken)


def _clock_of(label: str) -> Path:
    """How the column is called that tells the time of these days, as compared."""
    *above, own = map(folded, label.split(" / "))
    return *above, _DAY_WORD.sub("gio", own)


@dataclass(frozen=True, slots=True)
class HeaderGuess:
    """The likeliest header of a sheet that no profile knows."""

    sheet: str
    row: int
    labels: tuple[str, ...]
    nearest: str | None
    missing: tuple[str, ...]
    shared: int
    depth: int = 1


def layout_of(grid: Grid, profiles: Sequence[Profile]) -> Layout | None:
    """The layout that recognises most columns of the sheet, or None. Far below the top only where there is none."""
    return _layout_within(SEARCHED_ROWS, grid, profiles) or _layout_within(HEAD_ROWS, grid, profiles)


def _layout_within(rows: int, grid: Grid, profiles: Sequence[Profile]) -> Layout | None:
    best: tuple[tuple[int, int, int], Layout] | None = None
    known = known_labels(profiles)
    for row, depth, paths in _header_candidates(grid, known, rows):
        for profile in profiles:
            places = _places(profile, paths)
            if any(column.required and column not in places for column in profile.columns):
                continue
            rank = (len(places), -(len(profile.columns) - len(places)), -row)
            if best is None or rank > best[0]:
                labels = tuple(" / ".join(path) for path in _written(grid, row, depth))
                best = (rank, Layout(profile, row, row + depth, places, labels, known - known_labels([profile])))
    return _apart(best[1], grid, profiles) if best else None


def _apart(layout: Layout, grid: Grid, profiles: Sequence[Profile]) -> Layout:
    """The layout within its own columns, where an empty column parts its header from that of another known table.

    The two may name columns alike: nothing of one table is ever read as a column of the other.
    """
    written = _written(grid, layout.header_row, layout.first - layout.header_row)
    found = []
    for first, last in _blocks([bool(path) for path in written]):
        own = [path if first <= place <= last else () for place, path in enumerate(written)]
        keys = [tuple(map(folded, path)) for path in own]
        fitting = [(len(_places(profile, keys)), profile) for profile in profiles if _fits(profile, keys)]
        if fitting:
            found.append((max(fitting, key=lambda fit: fit[0]), (first, last), own, keys))
    if len(found) < 2:
        return layout
    (_, profile), between, own, keys = max(found, key=lambda fit: fit[0][0])
    others = [(other.id, where) for (_, other), where, _, _ in found if where != between]
    labels = tuple(" / ".join(path) for path in own)
    return replace(
        layout,
        profile=profile,
        places=_places(profile, keys),
        labels=labels,
        between=between,
        beside=tuple(name for name, _ in others),
        beside_columns=tuple(where for _, where in others),
    )


def _fits(profile: Profile, paths: list[Path]) -> bool:
    places = _places(profile, paths)
    return all(column in places for column in profile.columns if column.required)


def _blocks(filled: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """First and last place of each run of filled ones."""
    for is_filled, run in itertools.groupby(enumerate(filled), key=lambda pair: pair[1]):
        if is_filled:
            places = [place for place, _ in run]
            yield places[0], places[-1]


def known_labels(profiles: Sequence[Profile]) -> frozenset[str]:
    """All labels of some profiles, as compared."""
    spellings = (path for profile in profiles for column in profile.columns for path in column.spellings)
    return frozenset(folded(label) for path in spellings for label in path)


def _header_candidates(
    grid: Grid, known: frozenset[str] | None = None, rows: int = SEARCHED_ROWS
) -> Iterator[tuple[int, int, list[Path]]]:
    """Bands of rows that may be a header: two texts at least, known ones where `known` is given."""
    start = next((row for row, cells in enumerate(grid.head) if any(cell not in ("", None) for cell in cells)), 0)
    for row in range(start, min(len(grid.head), start + rows)):
        texts = [folded(cell) for cell in grid.head[row][:WIDEST_HEADER] if isinstance(cell, str) and cell.strip()]
        if sum(1 for text in texts if known is None or text in known) < 2:
            continue
        for depth in range(1, DEEPEST_HEADER + 1):
            if row + depth <= len(grid.head):
                yield row, depth, [tuple(map(folded, path)) for path in _written(grid, row, depth)]


def _written(grid: Grid, row: int, depth: int) -> list[Path]:
    """Label path of each column of a header band; a merged cell's label covers the cells to its right and below."""
    width = min(max(len(cells) for cells in grid.head[row : row + depth]), WIDEST_HEADER)
    band = [_texts(cells, width) for cells in grid.head[row : row + depth]]
    for level in range(depth - 1):
        for column in range(1, width):
            deeper = any(band[below][column] for below in range(level + 1, depth))
            if not band[level][column] and deeper and not _parent_differs(band, level, column):
                band[level][column] = band[level][column - 1]
    return [_path([band[level][column] for level in range(depth)]) for column in range(width)]


def _parent_differs(band: list[list[str]], level: int, column: int) -> bool:
    """Whether a higher merged cell ends between this column and the one to its left."""
    return any(band[above][column] != band[above][column - 1] for above in range(level))


def _path(labels: list[str]) -> Path:
    """Non-empty labels from the top down, a label repeated by unmerging only once."""
    kept: list[str] = []
    for label in labels:
        if label and (not kept or kept[-1] != label):
            kept.append(label)
    return tuple(kept)


def _texts(cells: Cells, width: int) -> list[str]:
    texts = [clean(cell) if isinstance(cell, str) else "" for cell in cells[:width]]
    return texts + [""] * (width - len(texts))


def _places(profile: Profile, paths: list[Path]) -> dict[Column, int]:
    """Where each column of the profile stands. A whole path wins over an own label; an ambiguous label over nothing."""
    places: dict[Column, int] = {}
    own = Counter(path[-1] for path in paths if path)
    titles = Counter(folded(column.title) for column in profile.columns)
    for column in profile.columns:
        spellings = [tuple(map(folded, spelling)) for spelling in column.spellings]
        free = [index for index in range(len(paths)) if index not in places.values()]
        whole = next((index for spelling in spellings for index in free if paths[index] == spelling), None)
        if whole is None:
            ends = {spelling[-1] for spelling in spellings if titles[spelling[-1]] <= 1}
            whole = next((i for i in free if paths[i] and paths[i][-1] in ends and own[paths[i][-1]] == 1), None)
        if whole is not None:
            places[column] = whole
    return places


def unknown_layout(
    file: str, grids: Sequence[Grid], profiles: Sequence[Profile], faults: Sequence[str] = ()
) -> UnknownLayout:
    """What to say of a file in which no profile was found. `faults`: why profiles of one's own were left out."""
    if (summary := summary_in(grids)) is not None:
        return UnknownLayout(
            f'{file}: đây là bảng tổng hợp "{summary.name}", không phải danh sách hồ sơ, nên không nhập. '
            "Phần mềm tự đếm các số này từ danh sách hồ sơ: hãy xuất danh sách hoặc sổ chi tiết hồ sơ rồi nộp."
        )
    guess = header_guess(grids, profiles)
    if guess is None:
        return UnknownLayout(
            f"{file}: không thấy dòng tiêu đề của bảng nào (đã xem {HEAD_ROWS} dòng đầu mỗi trang). Hãy kiểm tra có"
            " phải tệp xuất dữ liệu không; tiêu đề nằm thấp hơn thì xóa bớt các dòng phía trên rồi nộp lại."
        )
    seen = ", ".join(label for label in guess.labels if label)
    where = f'{file}: trang "{guess.sheet}", dòng {guess.row}: chưa có mẫu đọc cho bảng này. Tệp có: {seen}.'
    if guess.nearest:
        lacking = ", ".join(f'"{label}"' for label in guess.missing)
        unlike = f"còn thiếu cột bắt buộc: {lacking}" if lacking else "đủ cột, nhưng tên cột viết khác (dấu, chữ)"
        where += f"\nGần nhất là mẫu {guess.nearest}, {unlike}."
    where += _about_letters(guess.labels)
    where += "\nChạy parindex import --explain để nhận mẫu đọc viết sẵn cho bảng này, kể cả khi phần mềm đổi tên cột."
    where += "".join(f"\nMẫu đọc riêng {fault}" for fault in faults)
    headers = tuple(filter(None, guess.labels))
    return UnknownLayout(where, headers, guess.nearest, guess.missing, guess.sheet, guess.row)


def _about_letters(labels: Sequence[str]) -> str:
    """What is said where the letters of a header are spoilt, so that no profile can mend it."""
    if looks_mistaken(labels):
        return "\nChữ bị mở sai bảng mã: nộp thẳng tệp do phần mềm xuất ra, không mở rồi lưu lại bằng Excel."
    if sum(1 for label in labels if _LOST.search(label)) > 1:
        return "\nChữ có dấu đã mất thành dấu hỏi khi lưu: lưu lại dạng Excel, hoặc CSV UTF-8."
    return ""


def summary_in(grids: Sequence[Grid]) -> SummaryTable | None:
    """The summary table that a sheet is, by the labels among its first rows."""
    for grid in grids:
        seen = {folded(cell) for row in grid.head[:SEARCHED_ROWS] for cell in row if isinstance(cell, str)}
        for table in summary_tables():
            if set(map(folded, table.labels)) <= seen:
                return table
    return None


def columns_by_labels(grid: Grid, wanted: Mapping[int, Sequence[Sequence[str]]]) -> tuple[int, dict[int, list[int]]]:
    """First row below the header (from 0), and the columns under the wanted label paths; empty: no such header."""
    paths = {key: [tuple(map(folded, path)) for path in spelt] for key, spelt in wanted.items()}
    for row, depth, found in _header_candidates(grid):
        places = {key: [found.index(path) for path in spelt if path in found] for key, spelt in paths.items()}
        if all(len(places[key]) == len(spelt) for key, spelt in paths.items()):
            return row + depth, places
    return 0, {}


def header_guess(grids: Sequence[Grid], profiles: Sequence[Profile]) -> HeaderGuess | None:
    """The row that shares most labels with a profile; without any, the row with most labels."""
    guesses = [_guess(grid, row, depth, profiles) for grid in grids for row, depth, _ in _header_candidates(grid)]
    return max(guesses, key=lambda guess: (guess.shared, len(set(filter(None, guess.labels)))), default=None)


def _guess(grid: Grid, row: int, depth: int, profiles: Sequence[Profile]) -> HeaderGuess:
    labels = tuple(" / ".join(path) for path in _written(grid, row, depth))
    seen = {folded(label.rsplit(" / ", 1)[-1]) for label in labels if label}
    shared = {profile.id: _shared(profile, seen) for profile in profiles}
    nearest = max(profiles, key=lambda it: (shared[it.id], -_lacking(it, seen)), default=None)
    if nearest is None or not shared[nearest.id]:
        return HeaderGuess(grid.name, row + 1, labels, None, (), 0, depth)
    missing = tuple(c.title for c in nearest.columns if c.required and not _spelt_in(c, seen))
    return HeaderGuess(grid.name, row + 1, labels, nearest.id, missing, shared[nearest.id], depth)


def _lacking(profile: Profile, seen: set[str]) -> int:
    return sum(1 for column in profile.columns if column.required and not _spelt_in(column, seen))


def _shared(profile: Profile, seen: set[str]) -> int:
    return sum(1 for column in profile.columns if _spelt_in(column, seen))


def _spelt_in(column: Column, seen: set[str]) -> bool:
    return any(folded(spelling[-1]) in seen for spelling in column.spellings)
