"""Which ward a text of an export names: dossiers taken in here may be resolved elsewhere (tiếp nhận phi địa giới)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from operator import attrgetter

from .facts import Dossier, UnitName

_WARD = re.compile(
    r"(?:\bphuong|\bthi tran|\bdac khu|\b(?:ubnd|uy ban nhan dan) xa)\s+([a-z][a-z ]*?)\s*(?:[,(;]|- |$)"
)


def ward_named(text: str) -> str | None:
    """The ward in a name of an office, as an id like "hoi-an-dong"; None where the name has none."""
    marked = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    plain = "".join(letter for letter in marked if not unicodedata.combining(letter))
    found = _WARD.search(" ".join(plain.split()))
    return found.group(1).replace(" ", "-") if found else None


def unit_of(office: str | None, units: Iterable[UnitName] = ()) -> str | None:
    """The unit that answers today for an office: the ward its name names, or the ward this one was merged into."""
    named = ward_named(office) if office else None
    successors = {name.former: name.unit for name in sorted(units, key=lambda name: name.since)}
    seen: set[str] = set()
    while named in successors and named not in seen:
        seen.add(named)
        named = successors[named]
    return named


def resolved_elsewhere(dossiers: Iterable[Dossier], unit: str, units: Iterable[UnitName] = ()) -> Counter[str]:
    """Dossiers by the resolving office that names another ward than `unit`."""
    return offices_elsewhere(offices_of(dossiers), unit, units)


def offices_of(dossiers: Iterable[Dossier]) -> Counter[str | None]:
    """Dossiers by resolving office."""
    return Counter(map(attrgetter("resolving_unit"), dossiers))


def offices_elsewhere(offices: Mapping[str | None, int], unit: str, units: Iterable[UnitName] = ()) -> Counter[str]:
    """Dossiers by office, of the offices that name another ward than `unit`.

    Empty where no office names the unit itself: then its id is no name, and nothing can be told.
    """
    known = tuple(units)
    wards = {office: unit_of(office, known) for office in offices if office}
    if unit not in wards.values():
        return Counter()
    return Counter({office: offices[office] for office, ward in wards.items() if ward not in (None, unit)})
