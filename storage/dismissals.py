"""Rejected exports that a person has looked at and wants no alarm of. Who and why stand in the custody log.

What is put aside is the layout, so a next file of the same columns is quiet too; other columns ring again. A file that
could not be read at all is put aside alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from storage.browsing import import_row
from storage.database.tables import custody
from storage.errors import NoSuch
from storage.proof.custody import Happening, append
from storage.records.imports import REJECTED, imports_of

EVENT = "layout_dismissed"
_COLUMNS = "Tệp có: "
"""What `unknown_layout` (connectors/exports) says before the labels that it saw; a test holds the two together."""


class NotRejected(NoSuch):
    """An import that rings no alarm needs no dismissal."""


@dataclass(frozen=True, slots=True)
class Dismissal:
    """By whom a rejected export is put aside, from where, why and when."""

    who: str
    where: str
    why: str
    at: datetime


def dismiss(connection: Connection, unit: str, import_id: int, said: Dismissal) -> None:
    """Put the layout of a rejected export aside; what is aside already stays as it was said first.

    Raises:
        NoSuchImport: the unit has none of this number.
        NotRejected: it was read.
    """
    row = import_row(connection, unit, import_id)
    if row["status"] != REJECTED:
        raise NotRejected(f"Lần nhập {import_id} không bị trả lại nên không có cảnh báo nào để bỏ.")
    if not dismissed(connection, unit, [row]):
        detail = {"unit": unit, "import": import_id, "name": row["name"], "why": said.why}
        happening = Happening(EVENT, _subject(unit, row), said.who, said.where, detail)
        append(connection, [happening], at=said.at)


def dismissed(connection: Connection, unit: str, rows: Iterable[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Of these rejected imports those put aside: {id: {who, why, at}}; `at` in ISO form."""
    subjects = {row["id"]: _subject(unit, row) for row in rows}
    said = select(custody).where(custody.c.subject.in_(set(subjects.values())), custody.c.event == EVENT)
    by_subject = {
        event.subject: {"who": event.who, "why": event.detail["why"], "at": event.at}
        for event in connection.execute(said)
    }
    return {number: by_subject[subject] for number, subject in subjects.items() if subject in by_subject}


def ringing(connection: Connection, unit: str) -> list[Mapping[str, Any]]:
    """Rejected imports of a unit that nobody has put aside, in order."""
    rejected = [row for row in imports_of(connection, unit) if row["status"] == REJECTED]
    aside = dismissed(connection, unit, rejected)
    return [row for row in rejected if row["id"] not in aside]


def _subject(unit: str, row: Mapping[str, Any]) -> str:
    """The columns of an unknown layout, of a unit; otherwise the very file."""
    columns = str(row["reason"]).partition(_COLUMNS)[2].splitlines()
    said = columns[0] if columns else row["sha256"]
    return f"layout:{hashlib.sha256(f'{unit} {said}'.encode()).hexdigest()}"
