"""What every measure works on: the facts of a period sorted once, and what a measure gives back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .facts import DeclaredValue, DocumentFact, Dossier, Facts, Petition, Value
from .on_time import OnTimeCount, finished_in
from .period import Period, WorkingDays
from .register import ANSWERS, Register, registered


class NoData(Exception):
    """The sources do not say it; the message tells officials what is missing and what to do."""


@dataclass(slots=True)
class FileTally:
    """Result files of the period's dossiers, and those whose dossier is not known, counted in one pass."""

    best: dict[str, int] = field(default_factory=dict)
    """Finished dossiers that need a result file and have any: what the best of their files is."""
    files: int = 0
    well_digitised: list[str] = field(default_factory=list)
    """Hashes, one for each file."""
    contradicted: set[str] = field(default_factory=set)
    to_review: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """What measures look at: facts of one unit, the period, the calendar and the on-time rule."""

    facts: Facts
    period: Period
    calendar: WorkingDays
    on_time_rule: str
    unit: str
    register: Register
    """The dossiers, counted."""
    results: tuple[DocumentFact, ...]
    """Result files of dossiers."""
    petitions: tuple[Petition, ...]
    declared: Mapping[tuple[str, str], DeclaredValue] = field(default_factory=dict)
    """Declared values by (component, key)."""

    files: list[FileTally] = field(default_factory=list, compare=False, repr=False)
    """The result files counted, once somebody asks."""

    counts: dict[str, OnTimeCount] = field(default_factory=dict, compare=False, repr=False)
    """Counts already made, by on-time rule: four components and their warnings ask for the same ones."""
    by_code: dict[str, Dossier] = field(default_factory=dict, compare=False, repr=False)
    """All dossiers by code, once somebody asks for one."""

    def own(self) -> list[Dossier]:
        """All dossiers but those that another unit resolves: for lists of them, the register has the counts."""
        return [dossier for dossier in self.facts.dossiers if dossier.resolving_unit not in self.register.foreign]

    def received(self) -> list[Dossier]:
        """Received in the period, to be resolved here."""
        return [dossier for dossier in self.own() if self.period.holds(dossier.received_at)]

    def finished(self) -> list[Dossier]:
        """Finished in the period, here."""
        return [dossier for dossier in self.own() if finished_in(dossier, self.period)]

    def answers(self, *fields: str) -> Counter[tuple[Any, ...]]:
        """How many dossiers received in the period answer so to these of `ANSWERS`."""
        places, found = tuple(map(ANSWERS.index, fields)), Counter[tuple[Any, ...]]()
        for answers, dossiers in self.register.answers.items():
            found[tuple(answers[place] for place in places)] += dossiers
        return found

    def dossier(self, code: str | None) -> Dossier | None:
        """The dossier of a code, whatever its period; None where the register does not know it."""
        if not self.by_code:
            self.by_code.update((dossier.code, dossier) for dossier in self.facts.dossiers)
        return self.by_code.get(code or "")

    def on_time(self) -> OnTimeCount:
        """Dossiers under the on-time rule of this scope, counted once."""
        rule = self.on_time_rule
        if rule not in self.counts:
            self.counts[rule] = self.register.on_time(rule)
        return self.counts[rule]

    def only_other_periods(self) -> bool:
        """Dossiers were imported, but none of this period: that is no data, not "nothing happened"."""
        return bool(self.register.imported) and not self.register.received and not self.register.finished

    def knows(self, source: str) -> bool:
        """Whether a kind of source was imported at all."""
        kept = self.register.imported if source == "dossiers" else getattr(self.facts, source)
        return source in self.facts.known or bool(kept)


@dataclass(frozen=True, slots=True)
class Measured:
    """Named numbers for the rule, further numbers to show, and warnings for people."""

    inputs: Mapping[str, Value | int]
    shown: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def scope_of(
    facts: Facts,
    period: Period,
    calendar: WorkingDays,
    on_time_rule: str,
    unit: str,
    register: Register | None = None,
) -> Scope:
    """Facts sorted into the period once, for all measures; a `register` stands for the dossiers where it is given."""
    results = tuple([document for document in facts.documents if document.purpose == "result"])
    asked = {document.dossier_code for document in results}
    return Scope(
        facts,
        period,
        calendar,
        on_time_rule,
        unit,
        register or registered(facts.dossiers, period, unit, facts.units, asked),
        results,
        petitions=tuple(p for p in facts.petitions if p.received_at and period.opens <= p.received_at < period.closes),
        declared={(value.component, value.key): value for value in facts.declared},
    )


def asked_of(facts: Facts) -> set[str | None]:
    """Codes that result files name: the register tells of each where it belongs and what stands there."""
    return {document.dossier_code for document in facts.documents if document.purpose == "result"}
