"""Several causes of one move told apart: the inputs of a score take the place of the old ones, one kind at a time.

The order is fixed (ORDER); what a component gains or loses at each step is the share of that kind. Shares add up
exactly, because every step begins where the last one ended. Another order would share out what two causes did only
together differently: what came first has its effect upon the old rest, what came later upon the new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from scoring.causes import CAUSES, cause_within
from scoring.engine.facts import Evidence, Facts
from scoring.engine.score import UnknownOnTimeRule, score

Item = Mapping[str, Any]
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Known:
    """A recorded score (JSON value, perhaps corrected by hand) and what it was computed from."""

    score: Mapping[str, Any]
    facts: Facts
    criteria: Mapping[str, Any]
    calendar: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """All components, bonuses and penalties after inputs of one kind were exchanged; by id."""

    kind: str
    """A kind of ORDER, or `engine`, or `override`."""
    items: Mapping[str, Item]
    outside: Mapping[str, Item] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """What one cause moved: points of the conservative and of the expected total."""

    cause: str
    points: Decimal
    expected: Decimal

    def plain(self) -> dict[str, str]:
        """JSON-ready."""
        points = {"change": f"{self.points:.2f}", "expected_change": f"{self.expected:.2f}"}
        return {"cause": self.cause, "named": CAUSES[self.cause], **points}


@dataclass(frozen=True, slots=True)
class _Inputs:
    facts: Facts
    criteria: Mapping[str, Any]
    calendar: Mapping[str, Any]
    as_of: date
    on_time_rule: str


def _rows(old: _Inputs, new: _Inputs) -> _Inputs:
    """What exports brought, and the exports themselves as evidence of what is counted from them."""
    theirs = _others_of(new.facts) + _papers_of(old.facts)
    facts = replace(
        old.facts,
        dossiers=new.facts.dossiers,
        petitions=new.facts.petitions,
        units=new.facts.units,
        known=new.facts.known,
        evidence=theirs,
    )
    return replace(old, facts=facts)


def _evidence(old: _Inputs, new: _Inputs) -> _Inputs:
    return replace(old, facts=replace(old.facts, documents=new.facts.documents, evidence=new.facts.evidence))


def _declared(old: _Inputs, new: _Inputs) -> _Inputs:
    return replace(old, facts=replace(old.facts, declared=new.facts.declared, surveys=new.facts.surveys))


def _papers_of(facts: Facts) -> tuple[Evidence, ...]:
    documents = {document.sha256 for document in facts.documents}
    return tuple(item for item in facts.evidence if item.sha256 in documents)


def _others_of(facts: Facts) -> tuple[Evidence, ...]:
    documents = {document.sha256 for document in facts.documents}
    return tuple(item for item in facts.evidence if item.sha256 not in documents)


ORDER: Mapping[str, Callable[[_Inputs, _Inputs], _Inputs]] = {
    "day": lambda old, new: replace(old, as_of=new.as_of),
    "rows": _rows,
    "evidence": _evidence,
    "declared": _declared,
    "calendar": lambda old, new: replace(old, calendar=new.calendar),
    "on_time_rule": lambda old, new: replace(old, on_time_rule=new.on_time_rule),
    "criteria": lambda old, new: replace(old, criteria=new.criteria),
}
"""In which order kinds of inputs are exchanged. The day first: it passes whatever comes in, and rows of a new day count
only on it. Before and after stand the engine (where it is not the same), last what was corrected by hand."""


def stages(before: Known, after: Known) -> tuple[Stage, ...]:
    """The way from one score to the other, step by step; the last one is the other.

    Empty where it cannot be told: other units or periods, an on-time rule that is gone, or recorded points that this
    engine does not give although both were recorded by one engine.
    """
    if any(before.score[name] != after.score[name] for name in ("unit", "period")):
        return ()
    try:
        walked = list(_walked(before, after))
    except UnknownOnTimeRule:
        return ()
    held = {item["id"]: item for item in before.score["components"] if item.get("override")}
    corrected = {item["id"] for item in after.score["components"] if item.get("override")}
    same = (_agree(walked[0], before.score, held.keys()), _agree(walked[-1], after.score, corrected))
    if not all(same) and before.score["engine"] == after.score["engine"]:
        return ()
    begun = Stage("engine", walked[0].items, walked[0].outside)
    ended = _stage("engine", after.score)
    way = [begun, *walked[1:], replace(ended, items={**ended.items, **_computed(walked[-1], corrected)})]
    held_on = [replace(stage, items={**stage.items, **_those(held, stage)}) for stage in way]
    return (*held_on, _stage("override", after.score))


def _walked(before: Known, after: Known) -> Iterator[Stage]:
    """The old inputs scored anew, then each exchange that changes anything."""
    at, to = _inputs_of(before), _inputs_of(after)
    asked = {name: before.score[name] for name in ("unit", "period")}
    yield _scored("", at, asked)
    for kind, exchanged in ORDER.items():
        then = exchanged(at, to)
        if _said(then) != _said(at) or _counted(then) != _counted(at):
            yield _scored(kind, then, asked)
        at = then


def _said(inputs: _Inputs) -> str:
    """What people said, as text: NaN differs from itself."""
    return repr((inputs.facts.declared, inputs.facts.surveys))


def _counted(inputs: _Inputs) -> _Inputs:
    return replace(inputs, facts=replace(inputs.facts, declared=(), surveys=()))


def _inputs_of(known: Known) -> _Inputs:
    day = date.fromisoformat(known.score["as_of"])
    return _Inputs(known.facts, known.criteria, known.calendar, day, known.score["on_time_rule"])


def _scored(kind: str, inputs: _Inputs, asked: Mapping[str, str]) -> Stage:
    found = score(
        inputs.criteria,
        inputs.facts,
        inputs.calendar,
        unit=asked["unit"],
        period=asked["period"],
        as_of=inputs.as_of,
        on_time_rule=inputs.on_time_rule,
    )
    return _stage(kind, found.plain())


def _stage(kind: str, plain: Mapping[str, Any]) -> Stage:
    return Stage(kind, {item["id"]: item for item in plain["components"]}, outside_of(plain))


def outside_of(plain: Mapping[str, Any]) -> dict[str, Item]:
    """Bonuses and penalties of a score by id, with what they are expected to give."""
    return {item["id"]: {**item, "expected": item["points"]} for item in plain.get("outside_100", ())}


def _agree(stage: Stage, recorded: Mapping[str, Any], apart: Iterable[str]) -> bool:
    """Whether the recorded points are those of the stage, apart from what was corrected by hand."""
    there = {item["id"]: item for item in recorded["components"] if item["id"] not in set(apart)}
    return all(_points(stage.items.get(name)) == _points(item) for name, item in there.items())


def _points(item: Item | None) -> tuple[Decimal, Decimal]:
    return worth(item, "points"), worth(item, "expected")


def _computed(stage: Stage, corrected: Iterable[str]) -> dict[str, Item]:
    return {name: stage.items[name] for name in corrected if name in stage.items}


def _those(held: Mapping[str, Item], stage: Stage) -> dict[str, Item]:
    return {name: item for name, item in held.items() if name in stage.items}


def worth(item: Item | None, side: str) -> Decimal:
    """`points` or `expected` of an item; what has no score is worth nothing."""
    return Decimal(item[side]) if item is not None and item[side] is not None else _NOTHING


def shares_over(was: Item | None, way: Sequence[tuple[str, Item | None]]) -> tuple[Share, ...]:
    """What each cause moved on the way of one item; empty where nothing did, or where no way is known."""
    found, rows, day = [], "", "day_passed"
    for kind, now in way:
        points, expected = (worth(now, side) - worth(was, side) for side in ("points", "expected"))
        if points or expected:
            cause = cause_within(kind, was, now)
            rows = cause if kind == "rows" else rows
            found.append(Share(cause, points, expected))
        was = now
    named = (replace(share, cause=rows) if rows and share.cause == day else share for share in found)
    return summed(named)


def summed(shares: Iterable[Share]) -> tuple[Share, ...]:
    """Shares of one cause together, greatest first; those that cancel out are left out."""
    sums: dict[str, Share] = {}
    for share in shares:
        known = sums.get(share.cause, Share(share.cause, _NOTHING, _NOTHING))
        sums[share.cause] = replace(known, points=known.points + share.points, expected=known.expected + share.expected)
    moved = (share for share in sums.values() if share.points or share.expected)
    return tuple(sorted(moved, key=lambda share: (-abs(share.expected), -abs(share.points), share.cause)))
