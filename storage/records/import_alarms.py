"""What deserves a look in an import: kept until a morning letter has told it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from storage.database.export_tables import import_alarms
from storage.database.tables import imports

TOTALS, AS_READ = "totals", "as_read"


@dataclass(frozen=True, slots=True)
class ImportAlarm:
    """What deserves a look: of one dossier (`key` is its code) or of the whole file. `sentence` is Vietnamese."""

    kind: str
    sentence: str
    key: str | None = None
    field: str | None = None
    file: str = ""
    """Name of the file, of an alarm that was kept."""

    @property
    def told(self) -> str:
        """The sentence with the dossier it is about."""
        return f"hồ sơ {self.key}: {self.sentence}" if self.key else self.sentence

    @property
    def is_warning(self) -> bool:
        """Whether it stands among the warnings of its import too."""
        return self.kind in (TOTALS, AS_READ)

    @property
    def told_alone(self) -> str:
        """The sentence for who does not have the file before their eyes."""
        return self.told if self.key or self.file in self.sentence else f"{self.file}: {self.sentence}"


def raise_alarms(connection: Connection, unit: str, import_id: int, alarms: Sequence[ImportAlarm]) -> None:
    """Keep alarms of an import, after those it has."""
    if not alarms:
        return
    highest = select(func.max(import_alarms.c.position)).where(import_alarms.c.import_id == import_id)
    first = (connection.execute(highest).scalar() or 0) + 1
    rows = [
        {"import_id": import_id, "position": n, "unit": unit, "kind": alarm.kind, "key": alarm.key}
        | {"field": alarm.field, "sentence": alarm.sentence}
        for n, alarm in enumerate(alarms, start=first)
    ]
    connection.execute(insert(import_alarms), rows)


def alarms_to_tell(connection: Connection, unit: str, night: str) -> list[ImportAlarm]:
    """Alarms that no letter has told yet, and those that this night's letter told: a repeated step tells the same."""
    wanted = import_alarms.c.told_in.is_(None) | (import_alarms.c.told_in == night)
    return _alarms(connection, wanted, import_alarms.c.unit == unit)


def mark_told(connection: Connection, unit: str, night: str) -> None:
    """The alarms that were still to be told are told by this night's letter."""
    waiting = (import_alarms.c.unit == unit, import_alarms.c.told_in.is_(None))
    connection.execute(update(import_alarms).where(*waiting).values(told_in=night))


def alarms_of_import(connection: Connection, import_id: int) -> list[ImportAlarm]:
    """All alarms of one import, those of the whole file first."""
    return _alarms(connection, import_alarms.c.import_id == import_id)


def _alarms(connection: Connection, *conditions: Any) -> list[ImportAlarm]:
    rows = select(import_alarms, imports.c.name).join(imports, imports.c.id == import_alarms.c.import_id)
    rows = rows.where(*conditions).order_by(import_alarms.c.import_id, import_alarms.c.position)
    return [ImportAlarm(row.kind, row.sentence, row.key, row.field, row.name) for row in connection.execute(rows)]
