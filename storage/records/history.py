"""What was known at which import: the history of one dossier, and the state of everything as an import left it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from scoring.engine.facts import Dossier
from scoring.engine.period import VIETNAM
from storage.database.export_tables import dossiers, import_rows, record_changes
from storage.database.tables import imports, records
from storage.records.incoming import DOSSIERS, MOMENTS, NAMES, YES_OR_NO
from storage.records.packing import UNSAID, unpacked

COLUMNS = tuple(
    column.name for column in dossiers.columns if column.name not in ("unit", "first_import", "last_import")
)
"""Fields of a dossier in the order of the table; the code is the first."""
_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Said:
    """What one import changed of one thing, and where in its file it stood.

    `fields` hold values as facts have them, `cells` the address of each like "C14" (none: imported before those were
    kept).
    """

    import_id: int
    name: str
    imported_at: datetime
    exported_at: datetime | None
    sheet: str
    row: int
    fields: Mapping[str, Any]
    cells: Mapping[str, str]


def history_of(connection: Connection, unit: str, key: str, kind: str = DOSSIERS) -> list[Said]:
    """Every import that added or changed a dossier (or another thing by its key), oldest first."""
    columns = (imports.c.name, imports.c.imported_at, imports.c.exported_at, imports.c.letters, record_changes)
    holding = (record_changes.c.first_key <= key, record_changes.c.last_key >= key)
    blocks = _blocks(columns, unit, kind).where(*holding)
    found = ((row, _place(unpacked(row.packed), key)) for row in connection.execute(blocks))
    return [_said(row, kind, *place) for row, place in found if place is not None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an export says something: its import, file and sheet, the row as people count it, and each field's cell
    (none: imported before those were kept)."""

    import_id: int
    file: str
    sheet: str
    row: int
    cells: Mapping[str, str]


def places_of(connection: Connection, unit: str, kind: str, keys: Collection[str], until: datetime) -> dict[str, Place]:
    """Where the newest export imported up to a moment speaks of each of these keys; unknown keys are left out."""
    wanted, found = set(keys), dict[str, Place]()
    if not wanted:
        return found
    mine = (imports.c.unit == unit, imports.c.kind == kind, imports.c.imported_at <= until)
    near = (import_rows.c.first_key <= max(wanted), import_rows.c.last_key >= min(wanted))
    columns = (import_rows.c.packed, import_rows.c.first_key, import_rows.c.last_key)
    blocks = select(imports.c.id, imports.c.name, imports.c.letters, *columns)
    joined = blocks.join(imports, imports.c.id == import_rows.c.import_id).where(*mine, *near)
    for row in connection.execute(joined.order_by(imports.c.id.desc())):
        here = {key for key in wanted if row.first_key <= key <= row.last_key}
        block = unpacked(row.packed) if here else {}
        for key in here:
            if (place := _place(block, key)) is not None:
                stood = (block["sheets"][place[1]], block["rows"][place[1]])
                found[key] = Place(row.id, row.name, *stood, _cells(row.letters, *stood))
        wanted -= found.keys()
        if not wanted:
            break
    return found


def dossier_as_of(connection: Connection, unit: str, code: str, import_id: int) -> Dossier | None:
    """A dossier as it was known after an import; None if it was not known then."""
    said = [version.fields for version in history_of(connection, unit, code) if version.import_id <= import_id]
    return Dossier(code=code, **{name: value for fields in said for name, value in fields.items()}) if said else None


def dossiers_now(connection: Connection, unit: str) -> Iterator[tuple[Any, ...]]:
    """Stored values of all dossiers in the order of their codes; a tuple for each, with the fields of `COLUMNS`."""
    chosen = select(*(dossiers.c[name] for name in COLUMNS)).where(dossiers.c.unit == unit).order_by(dossiers.c.code)
    result = connection.execute(chosen)
    assert result.cursor is not None
    return iter(result.cursor.fetchall())


def dossier_now(connection: Connection, unit: str, code: str) -> Dossier | None:
    """One dossier as it is known now; None where the register does not have it."""
    mine = (dossiers.c.unit == unit, dossiers.c.code == code)
    row = connection.execute(select(*(dossiers.c[name] for name in COLUMNS)).where(*mine)).first()
    return dossier_of(row) if row else None


def dossiers_as_of(connection: Connection, unit: str, import_id: int) -> Iterator[tuple[Any, ...]]:
    """The same as they were known after an import."""
    state = _state_as_of(connection, unit, DOSSIERS, import_id)
    for code in sorted(state):
        fields = state[code]
        yield (code, *(fields.get(name) for name in COLUMNS[1:]))


def records_as_of(connection: Connection, unit: str, kind: str, import_id: int | None) -> list[dict[str, Any]]:
    """Plain fields of another kind in the order of their keys, as an import left them; None: as they are now."""
    if import_id is not None:
        state = _state_as_of(connection, unit, kind, import_id)
        return [state[key] for key in sorted(state)]
    chosen = select(records.c.key, records.c.fields).where(records.c.unit == unit, records.c.kind == kind)
    return [row.fields for row in sorted(connection.execute(chosen), key=lambda row: str(row.key))]


def keys_said_lately(connection: Connection, unit: str, kind: str, import_id: int | None) -> set[str]:
    """Keys of a list that is brought whole each time: what imports of its newest month speak of, up to an import.

    A month, because such a list may come in parts, one file for each office; what is gone from it is gone for good.
    """
    mine = select(imports.c.id, imports.c.stands_at).where(imports.c.unit == unit, imports.c.kind == kind)
    rows = connection.execute(mine if import_id is None else mine.where(imports.c.id <= import_id))
    said = {row.id: row.stands_at for row in rows if row.stands_at is not None}
    newest = max(said.values(), default=None)
    lately = [number for number, moment in said.items() if newest is not None and newest - moment < _MONTH]
    blocks = connection.execute(select(import_rows.c.packed).where(import_rows.c.import_id.in_(lately))).scalars()
    return {key for block in blocks for key in unpacked(block)["keys"]}


def dossier_of(stored: Sequence[Any]) -> Dossier:
    """The dossier that a tuple of stored values means."""
    said = zip(_READERS, stored, strict=True)
    return Dossier(
        **{name: value if read is None else read(value) for (name, read), value in said if value is not None}
    )


def value_of(name: str, stored: Any) -> Any:
    """A stored value of a dossier's field as facts have it."""
    if stored is None:
        return () if name in NAMES else None
    read = _reader(name)
    return stored if read is None else read(stored)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, VIETNAM)


def _names(joined: str) -> tuple[str, ...]:
    return tuple(joined.split("\n"))


def _reader(name: str) -> Callable[[Any], Any] | None:
    """How a stored value of a field is read; None: as it is."""
    if name in MOMENTS:
        return _moment
    if name in YES_OR_NO:
        return bool
    return _names if name in NAMES else None


_READERS = tuple((name, _reader(name)) for name in COLUMNS)
"""Each column with its reader, looked up once for all rows."""


def _blocks(columns: Sequence[Any], unit: str, kind: str) -> Any:
    mine = (imports.c.unit == unit, imports.c.kind == kind)
    joined = select(*columns).join(imports, imports.c.id == record_changes.c.import_id)
    return joined.where(*mine).order_by(record_changes.c.import_id, record_changes.c.position)


def _place(block: Mapping[str, Sequence[Any]], key: str) -> tuple[Mapping[str, Sequence[Any]], int] | None:
    keys = block["keys"]
    at = bisect_left(keys, key)
    return (block, at) if at < len(keys) and keys[at] == key else None


def _said(row: Any, kind: str, block: Mapping[str, Sequence[Any]], at: int) -> Said:
    fields = {name: value_of(name, v) if kind == DOSSIERS else v for name, v in _fields(block, at)}
    place = (block["sheets"][at], block["rows"][at])
    cells = {name: cell for name, cell in _cells(row.letters, *place).items() if name in fields}
    return Said(row.import_id, row.name, row.imported_at, row.exported_at, *place, fields, cells)


def _cells(letters: Mapping[str, Mapping[str, str]] | None, sheet: str, row: int) -> dict[str, str]:
    return {name: f"{letter}{row}" for name, letter in (letters or {}).get(sheet, {}).items()}


def _fields(block: Mapping[str, Sequence[Any]], at: int) -> Iterator[tuple[str, Any]]:
    columns = ((name[1:], values[at]) for name, values in block.items() if name.startswith("="))
    return ((name, value) for name, value in columns if value is not UNSAID)


def _state_as_of(connection: Connection, unit: str, kind: str, import_id: int) -> dict[str, dict[str, Any]]:
    """Key -> stored fields, from the changes of all imports up to this one."""
    state: dict[str, dict[str, Any]] = {}
    blocks = _blocks((record_changes.c.packed,), unit, kind).where(imports.c.id <= import_id)
    for packed in connection.execute(blocks).scalars():
        block = unpacked(packed)
        for at, key in enumerate(block["keys"]):
            state.setdefault(key, {}).update(_fields(block, at))
    return state
