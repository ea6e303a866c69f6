"""What a table looks like to the reader, and a ready profile for a layout that none knows yet."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from config.dossier_codes import DOSSIER_CODE
from config.export_profiles import FIELDS, KEYS, Column, Profile, Vocabulary
from connectors.errors import Unreadable
from connectors.exports.cells.dates import is_date
from connectors.exports.cells.grids import Cells, Grid
from connectors.exports.cells.legacy import modernised
from connectors.exports.cells.text import column_letters, folded
from connectors.exports.cells.values import COMPONENT, PROCEDURE_CODE, BadCell, number_of, plain_text
from connectors.exports.layouts.layout import HeaderGuess, header_guess, layout_of
from connectors.exports.layouts.sideways import sideways
from connectors.exports.reading import Question, answer_of_child, grids_of, profiles_of

_SAMPLED_ROWS = 50
_ALIKE = 0.72
_MOSTLY = 0.8


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """One column of the header: letters, label as written, what its cells look like, and the field it may be."""

    letters: str
    label: str
    looks_like: str
    field: str | None
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`known_profile` is the profile that reads the file (None: none); `ready_profile` is YAML to complete and keep;
    `faults` is what is wrong with profiles of one's own."""

    file: str
    sheet: str
    row: int
    known_profile: str | None
    nearest: str | None
    missing: tuple[str, ...]
    columns: tuple[SeenColumn, ...]
    ready_profile: str
    faults: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return dataclasses.asdict(self)


def explain_export(path: Path, *, name: str | None = None, own: Path | None = None) -> Explanation:
    """Look at a table in a child process.

    Raises:
        Unreadable: as `read_export`; also when no row looks like a header.
        UnknownLayout: its labels stand in a column, so no profile would read it.
    """
    return answer_of_child(explanation_of, Question(path, name or path.name, own=own))


def explanation_of(question: Question) -> Explanation:
    """The same in this process."""
    grids = [modernised(grid)[0] for grid in grids_of(question.path, question.scratch)[0]]
    profiles, vocabulary, faults = profiles_of(question)
    known = next((layout for grid in grids if (layout := layout_of(grid, profiles)) is not None), None)
    if known is None and (unread := sideways(question.name, grids, profiles)):
        raise unread
    guess = header_guess(grids, profiles)
    if guess is None:
        raise Unreadable(f"{question.name}: không thấy dòng nào giống tiêu đề bảng.")
    grid = next(grid for grid in grids if grid.name == guess.sheet)
    of_dossiers = next((profile for profile in profiles if profile.kind == "dossiers"), profiles[0])
    model = next((profile for profile in profiles if profile.id == guess.nearest), of_dossiers)
    columns = _with_key(_columns(grid, guess, model, vocabulary), model)
    ready = _ready_profile(question.name, columns, model, _fields_told(model.kind, profiles))
    name = known.profile.id if known else None
    return Explanation(question.name, grid.name, guess.row, name, guess.nearest, guess.missing, columns, ready, faults)


def _columns(grid: Grid, guess: HeaderGuess, nearest: Profile, vocabulary: Vocabulary) -> tuple[SeenColumn, ...]:
    rows = grid.head[guess.row + guess.depth - 1 :][:_SAMPLED_ROWS]
    taken: set[str] = set()
    seen = []
    for index, label in enumerate(guess.labels):
        if not label:
            continue
        texts = _filled(rows, index)
        kind, words = _looks_like(texts, vocabulary)
        column = _likeliest(label, nearest, taken)
        field = column.field if column else None
        taken |= {field} if field else set()
        shown = f"{kind} ({words})" if words else kind
        seen.append(SeenColumn(column_letters(index), label, shown, field, tuple(texts[:3])))
    return tuple(seen)


def _with_key(columns: tuple[SeenColumn, ...], model: Profile) -> tuple[SeenColumn, ...]:
    """The columns, where no name tells which holds the codes, with the only one whose content does."""
    codes = [column for column in columns if column.looks_like == "dossier_code"]
    known = {column.field for column in columns}
    if model.kind != "dossiers" or "code" in known or len(codes) != 1:
        return columns
    return tuple(dataclasses.replace(it, field="code") if it is codes[0] else it for it in columns)


def _fields_told(kind: str, profiles: Sequence[Profile]) -> str:
    """The fields that a profile of a kind may fill, each with the Vietnamese header by which it is known."""
    titles: dict[str, str] = {}
    for column in (column for profile in profiles if profile.kind == kind for column in profile.columns):
        if column.field and not column.title.isascii():
            titles.setdefault(column.field, column.title)
    return ", ".join(f"{field} ({titles[field]})" if field in titles else field for field in sorted(FIELDS[kind]))


def _filled(rows: Sequence[Cells], index: int) -> list[str]:
    texts = (plain_text(row[index]) for row in rows if len(row) > index)
    return [text for text in texts if text is not None]


def _looks_like(texts: list[str], vocabulary: Vocabulary) -> tuple[str, str | None]:
    """How a column reads (an `as` of profiles), and the word table for choices."""
    if not texts:
        return "text", None
    for kind, pattern in (("dossier_code", DOSSIER_CODE), ("procedure_code", PROCEDURE_CODE), ("component", COMPONENT)):
        if _share(texts, lambda text, pattern=pattern: pattern.fullmatch(text) is not None) >= _MOSTLY:
            return kind, None
    if _share(texts, is_date) >= _MOSTLY:
        return "moment", None
    for name, table in vocabulary.items():
        words = {folded(word) for spellings in table.values() for word in spellings if not word.isdigit()}
        if _share(texts, lambda text, words=words: folded(text) in words) >= _MOSTLY:
            return "choice", name
    return ("number" if _share(texts, _is_number) >= _MOSTLY else "text"), None


def _share(texts: list[str], fits: Any) -> float:
    return sum(1 for text in texts if fits(text)) / len(texts)


def _is_number(text: str) -> bool:
    try:
        return number_of(text) is not None
    except BadCell:
        return False


def _likeliest(label: str, profile: Profile, taken: set[str]) -> Column | None:
    """The profile's column whose name is most like a label, if it is like enough."""
    own = folded(label.rsplit(" / ", 1)[-1])
    best, likeness = None, _ALIKE
    for column in profile.columns:
        if column.field is None or column.field in taken:
            continue
        ratios = [difflib.SequenceMatcher(None, own, folded(path[-1])).ratio() for path in column.spellings]
        if max(ratios) >= likeness:
            best, likeness = column, max(ratios)
    return best


def _ready_profile(file: str, columns: Sequence[SeenColumn], model: Profile, fields: str) -> str:
    """A profile in YAML. Fields that the names suggest are filled in; the person completes the others."""
    kind = model.kind
    lines = [f"# Viết sẵn từ {file}. Kiểm tra từng cột, thêm field còn thiếu, đặt id và name."]
    lines.append(f"# Các field: {fields}.")
    lines += ["id: mau-moi", "name: Mẫu mới", f"kind: {kind}", f"key: [{', '.join(KEYS[kind])}]", "columns:"]
    by_field = {column.field: column for column in model.columns if column.field}
    for column in columns:
        lines.append(f"  # cột {column.letters}: {'; '.join(column.samples) or 'trống'}")
        entry = _entry(column, by_field, KEYS[kind])
        lines.append(f"  - {yaml.safe_dump(entry, allow_unicode=True, default_flow_style=True, width=10_000).strip()}")
    return "\n".join(lines) + "\n"


def _entry(column: SeenColumn, by_field: Mapping[str, Column], keys: tuple[str, ...]) -> dict[str, Any]:
    path = column.label.split(" / ")
    entry: dict[str, Any] = {"header": path if len(path) > 1 else path[0]}
    if column.field is not None:
        like = by_field[column.field]
        entry |= {"field": column.field, "as": like.read_as}
        entry |= {name: value for name, value in (("words", like.words), ("split", like.split)) if value}
        return entry | ({"required": True} if like.required or column.field in keys else {})
    kind, _, words = column.looks_like.rstrip(")").partition(" (")
    return entry | {"as": kind} | ({"words": words} if words else {})
