"""Merging what an export says into what is kept, and keeping what changed.

Each field holds what the newest export said of it, where the newest is the one that stands at the latest moment
(its own export time, else the moment it was imported), so the order in which exports arrive does not matter. An empty
cell is a statement too; a field that a layout does not carry is left alone.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, insert

from connectors.exports.backdating import Alarm, alarms_between
from connectors.exports.cells.moments import moment_from
from connectors.exports.rows import SaidBefore
from storage.database.export_tables import import_rows, record_changes
from storage.records.hindsight import Moved, gives_an_end
from storage.records.incoming import DOSSIERS, MOMENTS, Incoming, Part
from storage.records.packing import UNSAID, deflated, repeated, shortened
from storage.records.state_tables import StateTable

BLOCK_ROWS = 4_096
Protected = Mapping[str, frozenset[str]]
"""Key -> fields of which a newer export has spoken already."""

_WATCHED = ("status", "received_at", "due_at", "finished_at", "returned_at", "supplements")


@dataclass(slots=True)
class Merged:
    """How many keys were new or changed, the alarms of single dossiers as (code, alarm), and who was given an end."""

    new: int = 0
    changed: int = 0
    alarms: list[tuple[str, Alarm]] = field(default_factory=list)
    given: list[Moved] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Change:
    position: int
    fields: Mapping[str, Any]


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Rows come by ten thousands and hold no cycles: looking for some again and again costs a tenth of an import."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def merge(
    connection: Connection,
    import_id: int,
    incoming: Incoming,
    protected: Protected,
    table: StateTable,
    again: SaidBefore | None = None,
) -> Merged:
    """Merge all rows of an import into a state, block by block, and keep its history.

    Rows said `again` change nothing, by their author's word; they are noted as spoken of.
    """
    merged, history = Merged(), list[tuple[Table, dict[str, Any], Future[bytes]]]()
    with ThreadPoolExecutor(1) as packer:
        for position, (part, places) in enumerate(_blocks(incoming, again)):
            history.append((import_rows, *_packing(packer, position, places)))
            is_whole = len(part.keys) == len(places["keys"])
            changes = _merge_part(table, import_id, part, protected, merged, is_whole=is_whole) if part.keys else {}
            if changes:
                history.append((record_changes, *_packing(packer, position, changes)))
    for kept_in, place, coming in history:
        connection.execute(insert(kept_in).values(import_id=import_id, packed=coming.result(), **place))
    return merged


def _blocks(incoming: Incoming, again: SaidBefore | None) -> Iterator[tuple[Part, Mapping[str, Sequence[Any]]]]:
    """Blocks in the order of all keys: the rows to merge, and where every row of the block stands in the file."""
    if again is None:
        yield from ((part, _places(part) | {"said": part.said()}) for part in incoming.parts(BLOCK_ROWS))
        return
    own, first, said = len(incoming.rows), 0, ",".join(incoming.fields)
    keys, numbers = [*incoming.keys, *again.keys], [*(row[2] for row in incoming.rows), *again.numbers]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    for start in range(0, len(order), BLOCK_ROWS):
        rows = order[start : start + BLOCK_ROWS]
        part = incoming.part(first, first + sum(row < own for row in rows))
        first += len(part.keys)
        yield (
            part,
            {
                "keys": [keys[row] for row in rows],
                "sheets": repeated(again.sheet, len(rows)),
                "rows": [numbers[row] for row in rows],
                "said": repeated(said, len(rows)),
            },
        )


def _merge_part(
    table: StateTable, import_id: int, part: Part, protected: Protected, merged: Merged, *, is_whole: bool
) -> Mapping[str, Sequence[Any]]:
    """Write one block, or what is not said again of it, into the state; the columns that changed, or nothing."""
    known = table.read(part.keys, part.fields)
    if is_whole and not known:
        table.add(import_id, part.fields, part.keys, _known_columns(part))
        merged.new += len(part.keys)
        return _places(part) | {f"={name}": column for name, column in zip(part.fields, part.columns, strict=True)}
    fresh, changes = _sorted_out(part, known, protected)
    if part.kind == DOSSIERS:
        watched = _watched(table, part, changes)
        merged.alarms += [(it.code, alarm) for it in watched for alarm in alarms_between(it.kept, it.coming)]
        merged.given += [it for it in watched if gives_an_end(it.kept, it.coming)]
    if fresh:
        columns = [[column[i] for i in fresh] for column in _known_columns(part)]
        table.add(import_id, part.fields, [part.keys[i] for i in fresh], columns)
    if changes:
        table.change(import_id, [(part.keys[change.position], change.fields) for change in changes])
    merged.new += len(fresh)
    merged.changed += len(changes)
    return _changed_columns(part, fresh, changes)


def _known_columns(part: Part) -> Sequence[Sequence[Any]]:
    """The columns as they are kept: what a new row does not say is not known."""
    if not part.may_be_unsaid:
        return part.columns
    return [[None if value is UNSAID else value for value in column] for column in part.columns]


def _sorted_out(
    part: Part, known: Mapping[str, tuple[Any, ...]], protected: Protected
) -> tuple[list[int], list[_Change]]:
    """Positions of new keys, and what differs of the known ones."""
    fresh, changes = [], []
    for position, (key, row) in enumerate(zip(part.keys, zip(*part.columns, strict=True), strict=True)):
        before = known.get(key)
        if before is None:
            fresh.append(position)
        elif before != row and (fields := _difference(part.fields, before, row, protected.get(key, frozenset()))):
            changes.append(_Change(position, fields))
    return fresh, changes


def _difference(
    names: Sequence[str], before: tuple[Any, ...], row: tuple[Any, ...], protected: frozenset[str]
) -> dict[str, Any]:
    pairs = zip(names, before, row, strict=True)
    return {name: new for name, old, new in pairs if new is not UNSAID and new != old and name not in protected}


def _watched(table: StateTable, part: Part, changes: Sequence[_Change]) -> list[Moved]:
    """Changes of what late and on time depend on, with what was kept before."""
    watched = [change for change in changes if not change.fields.keys().isdisjoint(_WATCHED)]
    if not watched:
        return []
    before = table.read([part.keys[change.position] for change in watched], _WATCHED)
    codes = [part.keys[change.position] for change in watched]
    kept = [_seen(zip(_WATCHED, before[code], strict=True)) for code in codes]
    return [Moved(*it) for it in zip(codes, kept, [_seen(change.fields.items()) for change in watched], strict=True)]


def _seen(fields: Any) -> dict[str, Any]:
    return {name: moment_from(value) if name in MOMENTS and value is not None else value for name, value in fields}


def _places(part: Part) -> dict[str, Sequence[Any]]:
    return {"keys": part.keys, "sheets": part.sheets, "rows": part.numbers}


def _changed_columns(part: Part, fresh: Sequence[int], changes: Sequence[_Change]) -> Mapping[str, Sequence[Any]]:
    """The rows that are new or changed, in key order; of a changed row only the fields that changed are said."""
    changed = {change.position: change.fields for change in changes}
    rows = sorted([*fresh, *changed])
    if not rows:
        return {}
    columns = {
        f"={name}": [changed[i].get(name, UNSAID) if i in changed else column[i] for i in rows]
        for name, column in zip(part.fields, part.columns, strict=True)
    }
    said = {name: values for name, values in columns.items() if any(value is not UNSAID for value in values)}
    return {name: [values[i] for i in rows] for name, values in _places(part).items()} | said


def _packing(
    packer: Executor, position: int, columns: Mapping[str, Sequence[Any]]
) -> tuple[dict[str, Any], Future[bytes]]:
    """Where a block of history belongs, and its bytes, deflated while others are merged."""
    keys = columns["keys"]
    place = {"position": position, "first_key": keys[0], "last_key": keys[-1]}
    return place, packer.submit(deflated, shortened(columns))
