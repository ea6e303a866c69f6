"""What summary tables of one-stop software count beside form II.06a: papers digitised and reused, fees paid online.

A count is named "<base>" or "<base>.<what>". The base is the dossiers received in the period, or those resolved in it,
as form II.06a counts them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from scoring.engine.facts import Dossier
from scoring.engine.places import resolved_elsewhere
from scoring.periodic_report import ReportQuestion, cells_of, office_names, reason_out

RECEIVED, RESOLVED = "received", "resolved"
TOTAL = ""
"""The office under which all of them stand."""
_ASKED: Mapping[str, Callable[[Dossier], bool | None]] = {
    "digitised": lambda it: it.papers_digitised,
    "not_digitised": lambda it: _no(it.papers_digitised),
    "reused": lambda it: it.papers_reused,
    "with_fee": lambda it: it.fee_due,
    "paid_online": lambda it: _and(it.fee_due, it.paid_online),
    "paid_direct": lambda it: _and(it.fee_due, _no(it.paid_online)),
}
"""Yes, no, or None where the exports do not say."""
COUNTS = frozenset(f"{base}{what}" for base in (RECEIVED, RESOLVED) for what in ("", *(f".{name}" for name in _ASKED)))
"""Names of all counts."""

Counted = Mapping[str, Mapping[str, int | None]]


def summary_counts(dossiers: Iterable[Dossier], question: ReportQuestion) -> Counted:
    """By office and for `TOTAL`: name of each count -> how many; None where exports do not say it of every dossier."""
    tallies: defaultdict[str, Counter[str]] = defaultdict(Counter)
    silent: defaultdict[str, set[str]] = defaultdict(set)
    for office, dossier, bases in _standing(dossiers, question):
        for base in bases:
            for where in (TOTAL, office):
                tallies[where][base] += 1
            for what, ask in _ASKED.items():
                answer = ask(dossier)
                for where in (TOTAL, office):
                    tallies[where][f"{base}.{what}"] += bool(answer)
                    if answer is None:
                        silent[where].add(f"{base}.{what}")
    return {
        where: {name: None if name in silent[where] else tally[name] for name in sorted(COUNTS)}
        for where, tally in tallies.items()
    }


def _standing(dossiers: Iterable[Dossier], question: ReportQuestion) -> Iterator[tuple[str, Dossier, list[str]]]:
    """Office, dossier and bases of each one that stands in the form."""
    dossiers = tuple(dossiers)
    foreign = frozenset(resolved_elsewhere(dossiers, question.unit, question.units))
    names = office_names(dossiers, question)
    for dossier in dossiers:
        if reason_out(dossier, question, foreign) is None:
            cells = set(cells_of(dossier, question))
            bases = [RECEIVED] if cells & {"online", "direct"} else []
            yield names[dossier.resolving_unit], dossier, bases + ([RESOLVED] if "resolved" in cells else [])


def _no(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _and(first: bool | None, second: bool | None) -> bool | None:
    """No where either is no, whatever the other is."""
    if first is False or second is False:
        return False
    return None if first is None or second is None else True
