"""The procedures that the sample ward resolves, from `texts/procedures.yaml`."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure. `days` are working days, 0 the same day; `level` is full | part | none (online service).

    `electronic` is the number of finished dossiers that must return an electronic result, `result` the symbol of that
    result's number.
    """

    code: str
    name: str
    field: str
    office: str
    days: int
    level: str
    fee: bool
    weight: int = 0
    electronic: int = 0
    result: str | None = None

    @property
    def online(self) -> bool:
        """Offered online at all."""
        return self.level != "none"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All procedures, and the code of the ward in dossier codes."""

    unit_code: str
    procedures: tuple[Procedure, ...]


@functools.cache
def catalogue() -> Catalogue:
    """The catalogue as the file holds it."""
    plain = yaml.safe_load((TEXTS / "procedures.yaml").read_text(encoding="utf-8"))
    return Catalogue(plain["unit_code"], tuple(_procedure(entry, plain["offices"]) for entry in plain["procedures"]))


def _procedure(entry: dict[str, Any], offices: dict[str, str]) -> Procedure:
    return Procedure(**(entry | {"office": offices[entry["office"]]}))
