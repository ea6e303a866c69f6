"""What every measure works on: the facts of a period sorted once, and what a measure gives back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from .agreement import contradiction
from .facts import DeclaredValue, DocumentFact, Dossier, Facts, Petition, Value
from .on_time import OnTimeCount
from .period import Period, WorkingDays
from .places import resolved_elsewhere
from .sorting import Sorted, sorted_into

ANSWERS = (
    *("channel", "full_online", "fee_due", "paid_online"),
    *("papers_digitised", "papers_reused", "synced"),
)
"""Fields of a dossier with a handful of answers: a ward's dossiers differ in few dozens of combinations of them."""


class NoData(Exception):
    """The sources do not say it; the message tells officials what is missing and what to do."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What measures look at: facts of one unit, the period, the calendar and the on-time rule."""

    facts: Facts
    period: Period
    calendar: WorkingDays
    on_time_rule: str
    unit: str
    own: Sorted
    """All dossiers but those that another unit resolves, by period."""
    elsewhere: tuple[Dossier, ...]
    """Taken in here in the period, resolved by another unit: not scored."""
    foreign: tuple[Dossier, ...]
    """All that another unit resolves, of any period."""
    results: tuple[DocumentFact, ...]
    """Result files of dossiers."""
    elsewhere_counted: Mapping[str, int]
    """Dossiers by office of another ward where no units are known by date: told, and still scored."""
    petitions: tuple[Petition, ...]
    declared: Mapping[tuple[str, str], DeclaredValue] = field(default_factory=dict)
    """Declared values by (component, key)."""

    judged: list[frozenset[tuple[str, str | None]]] = field(default_factory=list, compare=False, repr=False)
    """What `contradicted` found, once it was asked."""

    counts: dict[str, OnTimeCount] = field(default_factory=dict, compare=False, repr=False)
    """Counts already made, by on-time rule: four components and their warnings ask for the same ones."""
    answered: Counter[tuple[Any, ...]] = field(default_factory=Counter, compare=False, repr=False)
    """Dossiers received in the period by their `ANSWERS`, once somebody asks."""
    by_code: dict[str, Dossier] = field(default_factory=dict, compare=False, repr=False)
    """All dossiers by code, once somebody asks for one."""

    @property
    def received(self) -> tuple[Dossier, ...]:
        """Received in the period, to be resolved here."""
        return self.own.received

    @property
    def finished(self) -> tuple[Dossier, ...]:
        """Finished in the period, here."""
        return self.own.finished

    def answers(self, *fields: str) -> Counter[tuple[Any, ...]]:
        """How many dossiers received in the period answer so to these of `ANSWERS`; all are counted in one pass."""
        if not self.answered:
            self.answered.update(map(attrgetter(*ANSWERS), self.received))
        places, found = tuple(map(ANSWERS.index, fields)), Counter[tuple[Any, ...]]()
        for answers, dossiers in self.answered.items():
            found[tuple(answers[place] for place in places)] += dossiers
        return found

    def dossier(self, code: str | None) -> Dossier | None:
        """The dossier of a code, whatever its period; None where the register does not know it."""
        if not self.by_code:
            self.by_code.update((dossier.code, dossier) for dossier in self.facts.dossiers)
        return self.by_code.get(code or "")

    def contradicted(self) -> frozenset[tuple[str, str | None]]:
        """(hash, dossier code) of result files that their dossier contradicts; judged once for all measures."""
        if not self.judged:
            wanted = {document.dossier_code for document in self.results}
            known = {dossier.code: dossier for dossier in self.facts.dossiers if dossier.code in wanted}
            self.judged.append(
                frozenset(
                    (document.sha256, document.dossier_code)
                    for document in self.results
                    if (dossier := known.get(document.dossier_code or "")) and contradiction(dossier, document)
                )
            )
        return self.judged[0]

    def on_time(self) -> OnTimeCount:
        """Dossiers under the on-time rule of this scope, counted once."""
        rule = self.on_time_rule
        if rule not in self.counts:
            self.counts[rule] = self.own.on_time(rule, self.period)
        return self.counts[rule]

    def only_other_periods(self) -> bool:
        """Dossiers were imported, but none of this period: that is no data, not "nothing happened"."""
        return bool(self.facts.dossiers) and not self.received and not self.finished

    def knows(self, source: str) -> bool:
        """Whether a kind of source was imported at all."""
        return source in self.facts.known or bool(getattr(self.facts, source))


@dataclass(frozen=True, slots=True)
class Measured:
    """Named numbers for the rule, further numbers to show, and warnings for people."""

    inputs: Mapping[str, Value | int]
    shown: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def scope_of(facts: Facts, period: Period, calendar: WorkingDays, on_time_rule: str, unit: str) -> Scope:
    """Facts sorted into the period once, for all measures."""
    foreign = _foreign_offices(facts, period, unit)
    own = tuple(d for d in facts.dossiers if d.resolving_unit not in foreign) if foreign else facts.dossiers
    left_out = [d for d in facts.dossiers if d.resolving_unit in foreign] if foreign else []
    return Scope(
        facts,
        period,
        calendar,
        on_time_rule,
        unit,
        sorted_into(period, own),
        elsewhere=tuple(d for d in left_out if period.holds(d.received_at)),
        foreign=tuple(left_out),
        results=tuple(document for document in facts.documents if document.purpose == "result"),
        elsewhere_counted={} if facts.units else resolved_elsewhere(facts.dossiers, unit),
        petitions=tuple(p for p in facts.petitions if p.received_at and period.opens <= p.received_at < period.closes),
        declared={(value.component, value.key): value for value in facts.declared},
    )


def _foreign_offices(facts: Facts, period: Period, unit: str) -> frozenset[str]:
    """Offices of other units. Without names of merged units nobody can tell a former name from another unit."""
    units = tuple(name for name in facts.units if name.since <= period.ends)
    return frozenset(resolved_elsewhere(facts.dossiers, unit, units)) if facts.units else frozenset()
