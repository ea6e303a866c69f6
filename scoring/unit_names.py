"""Names of units and offices, from data to what the engine and reports compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from config.unit_names import Merger, OfficeNames
from scoring.engine.facts import UnitName
from scoring.engine.places import ward_named


def unit_names(mergers: Iterable[Merger]) -> tuple[UnitName, ...]:
    """Former units and their successors, in a fixed order. A unit that kept its name succeeds nobody."""
    names = {
        UnitName(former=former, unit=merger.unit, since=merger.since)
        for merger in mergers
        for name in merger.former
        if (former := former_id(name)) != merger.unit
    }
    return tuple(sorted(names, key=lambda name: (name.former, name.since, name.unit)))


def former_id(name: str) -> str:
    """The id of "Phường Cẩm Châu" or "Xã Cẩm Thanh"."""
    return ward_named(name) or ward_named(f"UBND {name}") or name


def office_name(text: str, offices: Sequence[OfficeNames]) -> str:
    """The office under its one name; what follows (usually the ward's name) stays."""
    folded = text.casefold()
    for office in offices:
        for alias in sorted((office.name, *office.also), key=len, reverse=True):
            rest = text[len(alias) :]
            if folded.startswith(alias.casefold()) and not rest[:1].isalpha():
                return office.name + rest
    return text
