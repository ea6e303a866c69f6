"""All dossiers of a unit as columns (Polars), and as the text that a run keeps of them: no object for each.

A row as a Python object costs ten times what it costs in a column; a ward has tens of thousands, a city millions.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection

from scoring.columns import register_of
from scoring.engine.facts import UnitName
from scoring.engine.period import Period
from scoring.engine.register import Register
from storage.records.history import COLUMNS, dossiers_as_of
from storage.records.incoming import MOMENTS, NAMES, YES_OR_NO

_NUMBERS = MOMENTS | YES_OR_NO | {"status", "supplements"}
SCHEMA: Mapping[str, type[pl.DataType]] = {
    name: pl.Int8 if name in YES_OR_NO else pl.Int64 if name in _NUMBERS else pl.String for name in COLUMNS
}
"""Yes and no take one byte: rows are grouped by them, and eight cost twice as much."""
_SEVEN_HOURS = 7 * 3600
_ESCAPED = r'["\\\x00-\x1f]'
"""What JSON writes in another way than it stands."""
_PIECE = 8_192
"""Rows that are written at once: all of a ward at once cost half as much again, in memory that is new each time."""


@dataclass(frozen=True, slots=True)
class ColumnDossiers:
    """Dossiers as columns of stored values, by code: see `storage.records.kept_dossiers.KeptDossiers`."""

    table: pl.DataFrame

    def register(self, period: Period, unit: str, units: Sequence[UnitName], asked: Collection[str | None]) -> Register:
        """Counted column by column."""
        return register_of(self.table, period, unit, units, asked)

    def text(self) -> bytes:
        """Written column by column."""
        return dossiers_text(self.table) if self.table.height else b""


def dossier_columns(connection: Connection, unit: str, import_id: int | None = None) -> pl.DataFrame:
    """All dossiers as they are known now, or were after an import, by code."""
    if import_id is None:
        return _columns_now(connection, unit)
    return pl.DataFrame(list(dossiers_as_of(connection, unit, import_id)), schema=dict(SCHEMA), orient="row")


def _columns_now(connection: Connection, unit: str) -> pl.DataFrame:
    """The database makes one JSON list of each column: its own code does the work of a loop over rows."""
    on_postgresql = connection.dialect.name == "postgresql"
    listed = "CAST(json_agg({0}) AS text)" if on_postgresql else "json_group_array({0})"
    lists = ", ".join(listed.format(f'"{name}"') for name in COLUMNS)
    names, place = ", ".join(f'"{name}"' for name in COLUMNS), "%s" if on_postgresql else "?"
    query = f"SELECT {lists} FROM (SELECT {names} FROM dossiers WHERE unit = {place} ORDER BY code) AS mine"
    row = connection.exec_driver_sql(query, (unit,)).one()
    table = pl.DataFrame([_column(name, text) for name, text in zip(COLUMNS, row, strict=True)])
    return table if table["code"].is_sorted() else table.sort("code")


def _column(name: str, text: str | None) -> pl.Series:
    if text in (None, "[]"):
        return pl.Series(name, [], dtype=SCHEMA[name])
    return pl.Series(name, [text], dtype=pl.String).str.json_decode(pl.List(SCHEMA[name])).explode()


def dossiers_text(table: pl.DataFrame) -> bytes:
    """The dossiers as `canonical(to_plain(...))` writes them, in the order of the rows."""
    written = [_rows_text(rows) for rows in table.iter_slices(_PIECE) if rows.height]
    return b"".join((b"[{", b"},{".join(written), b"}]")) if written else b"[]"


def _rows_text(rows: pl.DataFrame) -> bytes:
    said = [name for name in sorted(rows.columns) if rows[name].null_count() < rows.height]
    row = pl.concat_str([_member(rows, name) for name in said], separator=",", ignore_nulls=True)
    written: bytes = rows.select(row.str.join("},{").cast(pl.Binary)).item()
    return written


def _member(table: pl.DataFrame, name: str) -> pl.Expr:
    """Name and value of one field in each row; null where the row does not say it."""
    value = pl.col(name)
    if name in MOMENTS:
        local = pl.from_epoch(value + _SEVEN_HOURS).dt.strftime("%Y-%m-%dT%H:%M:%S")
        return pl.concat_str(pl.lit(f'"{name}":{{"datetime":"'), local, pl.lit('+07:00"}'))
    if name in YES_OR_NO:
        yes_no = pl.when(value.is_not_null()).then(pl.when(value == 0).then(pl.lit("false")).otherwise(pl.lit("true")))
        return pl.concat_str(pl.lit(f'"{name}":'), yes_no)
    if name in _NUMBERS:
        return pl.concat_str(pl.lit(f'"{name}":'), value)
    if name in NAMES or table[name].str.contains(_ESCAPED).any():
        texts = [_written(name, text) for text in table[name]]
        return pl.concat_str(pl.lit(f'"{name}":'), pl.lit(pl.Series(texts, dtype=pl.String)))
    return pl.concat_str(pl.lit(f'"{name}":"'), value, pl.lit('"'))


def _written(name: str, text: str | None) -> str | None:
    if text is None:
        return None
    value = text.split("\n") if name in NAMES else text
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
