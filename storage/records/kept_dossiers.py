"""The dossiers of a unit as a score needs them: counted for a period, and as the text that its run keeps of them.

A few are read as objects; many as columns (dossier_columns.py), where a row costs a tenth of that. Both give
the same to the letter.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from sqlalchemy import Connection, func, select

from scoring.engine.facts import Dossier, Facts, UnitName, to_plain
from scoring.engine.period import Period
from scoring.engine.register import Register, registered
from storage.database.export_tables import dossiers
from storage.database.types import canonical
from storage.records.history import dossier_of, dossiers_as_of, dossiers_now

FEW = 5_000
"""Up to so many dossiers, reading them as objects costs less than loading Polars (0.2 s of processor time)."""


class KeptDossiers(Protocol):
    """All dossiers of a unit, of any period."""

    def register(self, period: Period, unit: str, units: Sequence[UnitName], asked: Collection[str | None]) -> Register:
        """What `scoring.engine.register.registered` says of them."""

    def text(self) -> bytes:
        """They as `canonical(to_plain(...))` writes them; empty without any."""


@dataclass(frozen=True, slots=True)
class PlainDossiers:
    """Dossiers as objects."""

    dossiers: tuple[Dossier, ...]

    def register(self, period: Period, unit: str, units: Sequence[UnitName], asked: Collection[str | None]) -> Register:
        """Counted one by one."""
        return registered(self.dossiers, period, unit, units, asked)

    def text(self) -> bytes:
        """Written one by one."""
        return canonical(to_plain(self.dossiers)).encode() if self.dossiers else b""


def kept_dossiers(connection: Connection, unit: str, import_id: int | None = None) -> KeptDossiers:
    """All dossiers as they are known now, or were after an import."""
    mine = select(func.count()).select_from(dossiers).where(dossiers.c.unit == unit)
    if connection.execute(mine).scalar_one() > FEW:
        from storage.records.dossier_columns import ColumnDossiers, dossier_columns  # loads Polars

        return ColumnDossiers(dossier_columns(connection, unit, import_id))
    stored = dossiers_now(connection, unit) if import_id is None else dossiers_as_of(connection, unit, import_id)
    return PlainDossiers(tuple(map(dossier_of, stored)))


def facts_as_text(facts: Facts, kept: KeptDossiers) -> bytes:
    """`canonical(to_plain(facts))` with these dossiers; `facts` itself holds none."""
    written = {name: canonical(value).encode() for name, value in to_plain(facts).items()}
    written |= {"dossiers": text} if (text := kept.text()) else {}
    members = ((b'"%b":' % name.encode(), written[name], b",") for name in sorted(written))
    return b"".join((b"{", *list(chain.from_iterable(members))[:-1], b"}"))
