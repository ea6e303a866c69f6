"""Readers for pages: a handful of rows at a time, however much is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from storage.database.door_tables import uploads
from storage.database.slices import Slice
from storage.database.tables import (
    custody,
    documents,
    examinations,
    imports,
    objects,
    receipts,
    records,
    rejected_rows,
    score_runs,
)
from storage.documents.signature_looks import overlaid
from storage.errors import NoSuch


class NoSuchDocument(NoSuch):
    """The unit has no document of this hash."""


class NoSuchImport(NoSuch):
    """The unit has no import of this number."""


@dataclass(frozen=True, slots=True)
class DocumentsWanted:
    """Which documents: state (empty: all), words in the name, only these hashes (None: all)."""

    state: str = ""
    words: str = ""
    hashes: frozenset[str] | None = None


def documents_slice(
    connection: Connection, unit: str, wanted: DocumentsWanted, part: Slice
) -> tuple[list[dict[str, Any]], int]:
    """Documents with their size, newest first, and how many there are in all."""
    chosen: list[ColumnElement[bool]] = [documents.c.unit == unit]
    if wanted.state:
        chosen.append(documents.c.state == wanted.state)
    if wanted.words:
        chosen.append(or_(*(documents.c.name.icontains(word, autoescape=True) for word in [wanted.words])))
    if wanted.hashes is not None:
        chosen.append(documents.c.sha256.in_(wanted.hashes))
    total = connection.execute(select(func.count()).select_from(documents).where(*chosen)).scalar_one()
    rows = (
        select(documents, objects.c.size)
        .join(objects, objects.c.sha256 == documents.c.sha256)
        .where(*chosen)
        .order_by(documents.c.received_at.desc(), documents.c.name, documents.c.sha256)
        .offset(part.offset)
        .limit(part.limit)
    )
    return [dict(row._mapping) for row in connection.execute(rows)], int(total)


def document_states(connection: Connection, unit: str, hashes: frozenset[str] | None = None) -> dict[str, int]:
    """How many documents of a unit, or of these hashes alone, are in each state."""
    chosen = [documents.c.unit == unit, *([] if hashes is None else [documents.c.sha256.in_(hashes)])]
    rows = select(documents.c.state, func.count()).where(*chosen).group_by(documents.c.state)
    return {str(state): int(count) for state, count in connection.execute(rows)}


def document_row(connection: Connection, unit: str, sha256: str) -> dict[str, Any]:
    """One document with its size and the `paths` under which it came.

    Raises:
        NoSuchDocument: the unit has none of this hash.
    """
    here = (documents.c.unit == unit, documents.c.sha256 == sha256)
    rows = select(documents, objects.c.size).join(objects, objects.c.sha256 == documents.c.sha256).where(*here)
    row = connection.execute(rows).first()
    if row is None:
        raise NoSuchDocument("Không có tài liệu này trong đơn vị.")
    came = select(receipts).where(receipts.c.unit == unit, receipts.c.sha256 == sha256).order_by(receipts.c.received_at)
    return dict(row._mapping) | {"paths": [dict(found._mapping) for found in connection.execute(came)]}


def examination_rows(
    connection: Connection, hashes: Collection[str], *, with_text: bool = False
) -> dict[str, dict[str, Any]]:
    """The newest examination of each of these contents: {checker, result, examined_at[, text]}."""
    columns = [examinations.c.sha256, examinations.c.checker, examinations.c.result, examinations.c.examined_at]
    rows = select(*columns, *([examinations.c.text] if with_text else []))
    rows = rows.where(examinations.c.sha256.in_(hashes)).order_by(examinations.c.examined_at)
    found = {row.sha256: dict(row._mapping) for row in connection.execute(rows)}
    checkers = {str(row["checker"]) for row in found.values()}
    for checker in sorted(checkers):
        said = {sha256: row for sha256, row in found.items() if row["checker"] == checker}
        found |= {sha256: dict(row) for sha256, row in overlaid(connection, checker, said).items()}
    return found


def imports_slice(connection: Connection, unit: str, part: Slice) -> tuple[list[dict[str, Any]], int]:
    """Imports, newest first, and how many there are."""
    mine = imports.c.unit == unit
    total = connection.execute(select(func.count()).select_from(imports).where(mine)).scalar_one()
    rows = select(imports).where(mine).order_by(imports.c.id.desc()).offset(part.offset).limit(part.limit)
    return [dict(row._mapping) for row in connection.execute(rows)], int(total)


def import_row(connection: Connection, unit: str, import_id: int) -> dict[str, Any]:
    """One import.

    Raises:
        NoSuchImport: the unit has none of this number.
    """
    row = connection.execute(select(imports).where(imports.c.unit == unit, imports.c.id == import_id)).first()
    if row is None:
        raise NoSuchImport("Không có lần nhập này trong đơn vị.")
    return dict(row._mapping)


def rejected_slice(connection: Connection, import_id: int, part: Slice) -> tuple[list[dict[str, Any]], int]:
    """Rows of one import that could not be used, in file order, and how many there are."""
    mine = rejected_rows.c.import_id == import_id
    total = connection.execute(select(func.count()).select_from(rejected_rows).where(mine)).scalar_one()
    rows = select(rejected_rows).where(mine).order_by(rejected_rows.c.position).offset(part.offset).limit(part.limit)
    return [dict(row._mapping) for row in connection.execute(rows)], int(total)


def newest_of_kinds(connection: Connection, unit: str) -> list[dict[str, Any]]:
    """The newest import that could be read of each kind of export, by kind."""
    newest = (
        select(func.max(imports.c.id))
        .where(imports.c.unit == unit, imports.c.status == "read")
        .group_by(imports.c.kind)
    )
    rows = [dict(row._mapping) for row in connection.execute(select(imports).where(imports.c.id.in_(newest)))]
    return sorted(rows, key=lambda row: str(row["kind"]))


def runs_slice(connection: Connection, unit: str, period: str, part: Slice) -> list[dict[str, Any]]:
    """Score runs without their contents, newest first."""
    columns = [score_runs.c.id, score_runs.c.as_of, score_runs.c.made_at, score_runs.c.asked_by]
    mine = (score_runs.c.unit == unit, score_runs.c.period == period)
    rows = select(*columns).where(*mine).order_by(score_runs.c.position.desc()).offset(part.offset).limit(part.limit)
    return [dict(row._mapping) for row in connection.execute(rows)]


def events_about(connection: Connection, subject: str, limit: int = 100) -> Sequence[dict[str, Any]]:
    """What the custody log says about one subject, newest first."""
    rows = select(custody).where(custody.c.subject == subject).order_by(custody.c.seq.desc()).limit(limit)
    return [dict(row._mapping) for row in connection.execute(rows)]


def declared_fields(connection: Connection, unit: str, component: str, year: int) -> dict[str, dict[str, Any]]:
    """What is declared for a component in a year, by key; rows kept before years were told apart come first."""
    prefixes = (f"{component}/", f"{year}/{component}/")
    here = or_(*(records.c.key.startswith(prefix) for prefix in prefixes))
    mine = (records.c.unit == unit, records.c.kind == "declared", here)
    rows = sorted(connection.execute(select(records.c.key, records.c.fields).where(*mine)), key=lambda r: len(r.key))
    return {str(row.key).rsplit("/", 1)[-1]: dict(row.fields) for row in rows}


def kept_uploads(connection: Connection, unit: str, account: str) -> list[str]:
    """Hashes of what an account sent through the pages."""
    mine = (uploads.c.unit == unit, uploads.c.account == account, uploads.c.sha256.is_not(None))
    return [str(sha256) for sha256 in connection.execute(select(uploads.c.sha256).where(*mine)).scalars()]


def units_known(connection: Connection) -> list[str]:
    """Units that have a score, a document or an import."""
    found = {unit for kind in (score_runs, documents, imports) for unit in _units_in(connection, kind)}
    return sorted(map(str, found))


def _units_in(connection: Connection, kind: Table) -> Iterable[str]:
    return connection.execute(select(kind.c.unit).distinct()).scalars()
