"""Tables of another layout inside an export: each kept as a workbook of its own, which is then read like any export."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime

from connectors.errors import ConnectorError
from connectors.exports.rows import OtherTable
from connectors.exports.taking_out import TakenOut, taken_out
from flows.arriving.pulling import Fresh
from flows.resources import Resources
from storage.documents.evidence import record_object
from storage.objects import Kept
from storage.objects.port import digest_of
from storage.proof.custody import Happening, append
from storage.records.imports import known_import

TAKEN_OUT = "taken_out"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who has tables kept, from where, when, and with which layouts they are read."""

    who: str
    where: str
    at: datetime
    layouts: str


def keep_others(
    resources: Resources, found: Fresh, others: tuple[OtherTable, ...], keeper: Keeper
) -> tuple[list[Fresh], tuple[str, ...]]:
    """The tables that are still to be imported, kept in the store; and what is to be told where none can be taken out.

    A table that was imported before is left out: the same table is the same bytes.
    """
    try:
        with resources.store.local(found.kept.sha256) as path:
            tables = taken_out(path, found.name, others)
    except ConnectorError as error:
        return [], (not_taken_out(error),)
    return [fresh for table in tables if (fresh := _kept_if_new(resources, found, table, keeper))], ()


def not_taken_out(error: ConnectorError) -> str:
    """What is told of the other tables of a file where they stay in it."""
    return f"các bảng khác trong tệp chưa tách ra được, hãy tách ra tệp riêng rồi nộp: {error}"


def keep_table(resources: Resources, original: str, table: TakenOut, keeper: Keeper) -> Kept:
    """Keep a table in the store, and say once from which file (SHA-256) and sheet it comes."""
    kept = resources.store.put(io.BytesIO(table.content))
    detail = {"from": original, "sheet": table.sheet, "name": table.name, "unit": resources.settings.unit}
    happening = Happening(TAKEN_OUT, kept.sha256, keeper.who, keeper.where, detail)
    with resources.database.write() as connection:
        if record_object(connection, kept, who=keeper.who, where=keeper.where, at=keeper.at):
            append(connection, [happening], at=keeper.at)
    return kept


def _kept_if_new(resources: Resources, found: Fresh, table: TakenOut, keeper: Keeper) -> Fresh | None:
    sha256, _ = digest_of(io.BytesIO(table.content))
    with resources.database.read() as connection:
        if known_import(connection, resources.settings.unit, sha256, keeper.layouts):
            return None
    kept = keep_table(resources, found.kept.sha256, table, keeper)
    return Fresh(table.name, kept, found.source, found.modified_at, found.stood_at)
