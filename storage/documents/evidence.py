"""Keeping bytes and documents: object first, then the row and its custody events, then the examination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from storage.database.tables import documents, examinations, imports, objects, receipts
from storage.documents.search import pages_of, record_pages
from storage.documents.signature_looks import overlaid
from storage.objects import Kept
from storage.proof.custody import Happening, append

EXAMINED, RECEIVED, EXAMINING, QUARANTINED = "examined", "received", "examining", "quarantined"


@dataclass(frozen=True, slots=True)
class Upload:
    """A document that lies in the object store: where it was found, by whom it came."""

    unit: str
    path: str
    who: str
    where: str
    at: datetime

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rsplit("/", 1)[-1]


def record_object(connection: Connection, kept: Kept, *, who: str, where: str, at: datetime) -> bool:
    """Record that an object is kept; whether this was the first time."""
    if connection.execute(select(objects.c.sha256).where(objects.c.sha256 == kept.sha256)).first():
        return False
    connection.execute(insert(objects).values(sha256=kept.sha256, size=kept.size, kept_at=at))
    append(connection, [Happening("stored", kept.sha256, who, where, {"size": kept.size})], at=at)
    return True


def object_sizes(connection: Connection, unit: str) -> dict[str, int]:
    """Size in bytes of every kept document and export of a unit."""
    its = (select(table.c.sha256).where(table.c.unit == unit) for table in (documents, imports))
    chosen = select(objects.c.sha256, objects.c.size).where(or_(*(objects.c.sha256.in_(hashes) for hashes in its)))
    return {row.sha256: row.size for row in connection.execute(chosen)}


def record_upload(connection: Connection, kept: Kept, upload: Upload) -> bool:
    """Record a received document; whether anything about it was new."""
    record_object(connection, kept, who=upload.who, where=upload.where, at=upload.at)
    here = (receipts.c.unit == upload.unit, receipts.c.path == upload.path, receipts.c.sha256 == kept.sha256)
    if connection.execute(select(receipts.c.path).where(*here)).first():
        return False
    known = (documents.c.unit == upload.unit, documents.c.sha256 == kept.sha256)
    if not connection.execute(select(documents.c.sha256).where(*known)).first():
        row = {"unit": upload.unit, "sha256": kept.sha256, "name": upload.name, "state": RECEIVED, "attempts": 0}
        connection.execute(insert(documents).values(**row, received_at=upload.at))
    place = {"unit": upload.unit, "path": upload.path, "sha256": kept.sha256}
    connection.execute(insert(receipts).values(**place, received_at=upload.at))
    detail = {"unit": upload.unit, "path": upload.path}
    append(connection, [Happening("received", kept.sha256, upload.who, upload.where, detail)], at=upload.at)
    return True


def unexamined(connection: Connection, unit: str, checker: str) -> list[Mapping[str, Any]]:
    """Documents that this version of the checks has not seen, by name and hash; quarantined ones are left alone."""
    seen = select(examinations.c.sha256).where(examinations.c.checker == checker)
    waiting = select(documents.c.sha256).where(
        documents.c.unit == unit, documents.c.state != QUARANTINED, documents.c.sha256.not_in(seen)
    )
    chosen = set(connection.execute(waiting).scalars())
    return [row for row in documents_of(connection, unit) if row["sha256"] in chosen]


@dataclass(frozen=True, slots=True)
class Examination:
    """What one version of the checks said about one document; `result` is without text and timing."""

    unit: str
    sha256: str
    checker: str
    result: dict[str, Any]
    text: str
    at: datetime
    words: Mapping[int, bytes] = field(default_factory=dict)
    """Packed words by page (ocr/kept_words.py), where they were kept."""


def record_examination(connection: Connection, examination: Examination, *, quarantined_for: str | None) -> None:
    """Keep an examination; `quarantined_for` is the Vietnamese reason where the document cannot be used."""
    key = {"sha256": examination.sha256, "checker": examination.checker}
    known = (examinations.c.sha256 == examination.sha256, examinations.c.checker == examination.checker)
    if not connection.execute(select(examinations.c.sha256).where(*known)).first():
        row = {"result": examination.result, "text": examination.text, "examined_at": examination.at}
        connection.execute(insert(examinations).values(**key, **row))
        record_pages(connection, examination.sha256, pages_of(examination.result, examination.text), examination.words)
    state = QUARANTINED if quarantined_for else EXAMINED
    _set_state(connection, examination.unit, examination.sha256, state=state, reason=quarantined_for)
    detail = {"checker": examination.checker, "state": state}
    happening = Happening("examined", examination.sha256, "parindex", "ocr", detail)
    append(connection, [happening], at=examination.at)


def record_failed_attempt(connection: Connection, unit: str, sha256: str, reason: str, *, limit: int) -> bool:
    """Count a try that ended without an answer; whether the document is quarantined now."""
    here = (documents.c.unit == unit, documents.c.sha256 == sha256)
    attempts = connection.execute(select(documents.c.attempts).where(*here)).scalar_one() + 1
    state = QUARANTINED if attempts >= limit else RECEIVED
    values = {"attempts": attempts, "reason": reason, "state": state, "owner": None, "held_at": None}
    connection.execute(update(documents).where(*here).values(**values))
    return state == QUARANTINED


def postpone(connection: Connection, unit: str, sha256: str, reason: str) -> None:
    """Leave a document for another night for a reason that is not its own (this machine lacks something)."""
    _set_state(connection, unit, sha256, state=RECEIVED, reason=reason)


def release(connection: Connection, unit: str, sha256s: Iterable[str], *, checker: str = "") -> None:
    """Give quarantined documents another try; what `checker` said of them is forgotten (the custody log keeps it)."""
    hashes = list(sha256s)
    if checker:
        said = (examinations.c.checker == checker, examinations.c.sha256.in_(hashes))
        connection.execute(delete(examinations).where(*said))
    chosen = (documents.c.unit == unit, documents.c.sha256.in_(hashes))
    connection.execute(update(documents).where(*chosen).values(state=RECEIVED, attempts=0, reason=None))


def documents_of(connection: Connection, unit: str, among: Sequence[str] | None = None) -> list[Mapping[str, Any]]:
    """All documents of a unit, or those with the hashes `among`, with their state, by name."""
    chosen = select(documents).where(documents.c.unit == unit)
    if among is not None:
        chosen = chosen.where(documents.c.sha256.in_(among))
    rows = [dict(row._mapping) for row in connection.execute(chosen)]
    return sorted(rows, key=lambda row: (row["name"], row["sha256"]))


def receipts_of(connection: Connection, unit: str) -> list[Mapping[str, Any]]:
    """Where each document of a unit was found, by path."""
    rows = [dict(row._mapping) for row in connection.execute(select(receipts).where(receipts.c.unit == unit))]
    return sorted(rows, key=lambda row: (row["path"], row["sha256"]))


def examinations_of(
    connection: Connection, unit: str, checker: str, *, with_text: bool = False
) -> dict[str, Mapping[str, Any]]:
    """Examinations of a unit's documents by hash: {checker, result, examined_at[, text]}, signatures as of today.

    Of a document that this version of the checks has not read yet (after an upgrade they are read night by night), the
    newest examination of an earlier version stands; without any the document is not there.
    """
    mine = examinations.c.sha256.in_(select(documents.c.sha256).where(documents.c.unit == unit))
    seen = select(examinations.c.sha256).where(examinations.c.checker == checker)
    told = [column for column in examinations.c if with_text or column.name != "text"]
    now = select(*told).where(examinations.c.checker == checker, mine)
    earlier = select(*told).where(mine, examinations.c.sha256.not_in(seen)).order_by(examinations.c.examined_at)
    found = {row.sha256: dict(row._mapping) for rows in (now, earlier) for row in connection.execute(rows)}
    standing: dict[str, Mapping[str, Any]] = {}
    for version in {str(row["checker"]) for row in found.values()}:
        standing |= overlaid(connection, version, {key: row for key, row in found.items() if row["checker"] == version})
    return {sha256: standing[sha256] for sha256 in found}


def _set_state(connection: Connection, unit: str, sha256: str, *, state: str, reason: str | None) -> None:
    here = (documents.c.unit == unit, documents.c.sha256 == sha256)
    values = {"state": state, "reason": reason, "owner": None, "held_at": None}
    connection.execute(update(documents).where(*here).values(**values))
