"""The score of a unit for a period: every component with its points, reason, numbers and evidence.

A pure function of its arguments: the order of the facts does not matter, no clock is read, nothing is
evaluated as code.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .bench import Bench, Changes, by_component, evaluated
from .evaluation import NO_DATA, NO_EVIDENCE, NOT_APPLICABLE, SURVEY, Evaluation, evaluate
from .facts import DeclaredValue, Facts
from .measures import MEASURES
from .measuring import Measured, scope_of
from .numbers import exact, half_up, percent_vn, points_vn, share_text, vn
from .on_time import RULES as ON_TIME_RULES
from .on_time import OnTimeRule, UnknownOnTimeRule, rule_named
from .outside import OutsideScore, capped, outside_items, outside_scores
from .period import period_of, working_days
from .proof import Proof, doubted, explanations_of, papers_of, proof_of
from .redistribution import Shares, received, shared_out
from .register import Register
from .windows import window_of

ENGINE_VERSION = "1.0.0"

__all__ = ["ENGINE_VERSION", "Changes", "ComponentScore", "Score", "UnknownOnTimeRule", "score"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentScore:
    """One component of a score; `points` None where there is no score."""

    id: str
    name: str
    max_points: Decimal
    points: Decimal | None
    state: str
    because: str
    rule: Mapping[str, Any]
    numbers: Mapping[str, Any]
    evidence: tuple[Mapping[str, Any], ...]
    expected: Decimal | None
    domain: str
    criterion: str
    source: str
    """measured | declared | survey"""
    measure: str | None
    responsible: str
    deadline: str
    warnings: tuple[str, ...]
    explanations: tuple[str, ...] = ()
    """What officials wrote of the declared values, in their own words."""
    other_rules: tuple[Mapping[str, Any], ...] = ()
    """What other definitions of on time would give, where they give other points:
    {rule, title, points, difference, because}."""
    shared: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    """Points that went to siblings because there were no cases ("to"), or came from such siblings ("from"), by sibling.
    `max_points` is the maximum after that."""

    def plain(self) -> dict[str, Any]:
        """JSON-ready, points as decimal text."""
        plain = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        for name in ("max_points", "points", "expected"):
            plain[name] = None if plain[name] is None else f"{plain[name]:.2f}"
        if not plain["shared"]:
            del plain["shared"]
        lists = {"evidence": self.evidence, "warnings": self.warnings, "other_rules": self.other_rules}
        lists |= {"explanations": self.explanations}
        return plain | {name: list(items) for name, items in lists.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A whole score; `plain()` is what `parindex score --json` prints."""

    unit: str
    period: str
    as_of: date
    criteria: Mapping[str, str]
    on_time_rule: str
    engine: str
    inputs: tuple[Mapping[str, str], ...]
    totals: Mapping[str, Decimal]
    components: tuple[ComponentScore, ...]
    warnings: tuple[str, ...] = ()
    outside_100: tuple[OutsideScore, ...] = ()
    """Bonuses and penalties, where the set counts any."""

    def plain(self) -> dict[str, Any]:
        """JSON-ready; the same score always gives the same value."""
        return {
            "unit": self.unit,
            "period": self.period,
            "as_of": self.as_of.isoformat(),
            "criteria": dict(self.criteria),
            "on_time_rule": self.on_time_rule,
            "engine": self.engine,
            "inputs": [dict(item) for item in self.inputs],
            "totals": {name: f"{value:.2f}" for name, value in self.totals.items()},
            "components": [component.plain() for component in self.components],
            **({"outside_100": [item.plain() for item in self.outside_100]} if self.outside_100 else {}),
            "warnings": list(self.warnings),
            "on_time": _on_time_plain(rule_named(self.on_time_rule), self.components),
        }


def score(  # noqa: PLR0913 - the seam named in ARCHITECTURE.md: everything a score depends on is an argument
    criteria: Mapping[str, Any],
    facts: Facts,
    calendar: Mapping[str, Any],
    *,
    unit: str,
    period: str,
    as_of: date,
    on_time_rule: str,
    inputs: Sequence[Mapping[str, str]] = (),
    engine: str = ENGINE_VERSION,
    changes: Changes | None = None,
    register: Register | None = None,
) -> Score:
    """Score `facts` by `criteria` (plain mapping of a criteria set) as known on `as_of`.

    `changes` asks what would be if these values were different; nothing else differs from a real score. A `register`
    of this unit and period says what its dossiers count; `facts` need not hold them then.

    Raises:
        UnknownPeriod, UnknownOnTimeRule: the argument has no such form or name.
    """
    rule = rule_named(on_time_rule).shortest
    scope = scope_of(facts, period_of(period, as_of), working_days(calendar), rule, unit, register)
    window = window_of(criteria, scope.period, as_of)
    bench = Bench(scope, as_of, by_component(facts.declared), facts.surveys, changes or {}, window, papers_of(facts))
    components, outside = _component_scores(bench, criteria), outside_scores(criteria, bench)
    return Score(
        unit=unit,
        period=period,
        as_of=as_of,
        criteria={"id": criteria["id"], "version": criteria["version"]},
        on_time_rule=rule,
        engine=engine,
        inputs=tuple(sorted(inputs, key=lambda item: (item["kind"], item["sha256"]))),
        totals={**_totals(components), **capped(criteria, outside)},
        components=components,
        outside_100=outside,
        warnings=tuple(_score_warnings(criteria, bench, components)),
    )


def _places(criteria: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for domain in criteria["domains"]:
        for criterion in domain["criteria"]:
            for component in criterion["components"]:
                yield domain["id"], criterion["id"], component


def _component_scores(bench: Bench, criteria: Mapping[str, Any]) -> tuple[ComponentScore, ...]:
    """All components; where some had no cases and the set shares their points out, their heirs are scored anew."""
    places = list(_places(criteria))
    found = [_component_score(bench, *place) for place in places]
    entries = {entry["id"]: entry for _, _, entry in places}
    empty = [item.id for item in found if _gives_away(entries[item.id], item)]
    if not empty:
        return tuple(found)
    shares = shared_out(entries, empty)
    heirs = received(shares)
    bench = dataclasses.replace(bench, taken_over=heirs)
    anew = [_component_score(bench, *place) if place[2]["id"] in heirs else None for place in places]
    kept = {name for name in empty if name not in shares}
    return tuple(
        _after_sharing(new or old, shares, heirs, kept=old.id in kept) for old, new in zip(found, anew, strict=True)
    )


def _gives_away(entry: Mapping[str, Any], item: ComponentScore) -> bool:
    return item.state == NOT_APPLICABLE and entry["no_cases"] == "redistribute"


def _after_sharing(item: ComponentScore, shares: Shares, heirs: Shares, *, kept: bool) -> ComponentScore:
    """The component with the maximum it has once points were shared out."""
    sides = {"to": shares.get(item.id, {}), "from": heirs.get(item.id, {})}
    maximum = item.max_points - sum(sides["to"].values()) + sum(sides["from"].values())
    shared = {side: {name: f"{part:.2f}" for name, part in parts.items()} for side, parts in sides.items() if parts}
    if kept:
        alone = "; các mục đó cũng không phát sinh nên điểm không chia được"
        return dataclasses.replace(item, because=f"{item.because[:-1]}{alone}.")
    return dataclasses.replace(item, max_points=maximum, shared=shared)


def _component_score(bench: Bench, domain: str, criterion: str, component: Mapping[str, Any]) -> ComponentScore:
    surveyed = component["rule"]["kind"] == "survey"
    values = bench.declared.get(component["id"], ())
    measured: Measured | None = None
    warnings: tuple[str, ...] = ()
    others: tuple[Mapping[str, Any], ...] = ()
    if surveyed:
        result = _surveyed(bench, component)
    else:
        result, measured = evaluated(bench, component, values)
        others = tuple(_other_rules(bench, component, values, result))
        warnings = (*(measured.warnings if measured else ()), *map(_other_rule_sentence, others))
    proof = proof_of(component, values, bench.papers, bench.window)
    if not surveyed:
        result = _unproven(component, result, proof, bench)
    return ComponentScore(
        id=component["id"],
        name=component["name"],
        max_points=Decimal(component["max_points"]),
        points=result.points,
        state=result.state,
        because=result.because,
        rule=component["rule"],
        numbers=dict(result.numbers) | dict(measured.shown if measured else {}),
        evidence=proof.evidence,
        expected=result.expected,
        domain=domain,
        criterion=criterion,
        source="survey" if surveyed else "measured" if component.get("measure") else "declared",
        measure=component.get("measure"),
        responsible=component["responsible"],
        deadline=component["deadline"],
        warnings=(*warnings, *proof.warnings),
        explanations=explanations_of(component, values),
        other_rules=others,
    )


def _other_rules(
    bench: Bench, component: Mapping[str, Any], values: Sequence[DeclaredValue], result: Evaluation
) -> Iterator[Mapping[str, Any]]:
    """The other definitions of on time that would give other points, and how many."""
    name = component.get("measure")
    if not name or not MEASURES[name].by_on_time_rule or bench.changes.get(component["id"]):
        return
    for rule in ON_TIME_RULES.values():
        if rule.name == bench.scope.on_time_rule:
            continue
        other, _ = evaluated(bench, component, values, rule.name)
        if other.points != result.points and other.state != NO_DATA and other.points is not None:
            difference = None if result.points is None else f"{other.points - result.points:.2f}"
            yield {
                "rule": rule.reference,
                "title": rule.title,
                "points": f"{other.points:.2f}",
                "difference": difference,
                "because": other.because,
            }


def _other_rule_sentence(other: Mapping[str, Any]) -> str:
    points = points_vn(Decimal(other["points"]))
    return f"Nếu tính đúng hạn theo {other['rule']} thì được {points} điểm: {other['because']}"


def _on_time_plain(rule: OnTimeRule, components: Iterable[ComponentScore]) -> dict[str, Any]:
    """The definition of on time that was used, and what each of the others would change in points."""
    changed: dict[str, dict[str, Any]] = {}
    for component in components:
        for other in component.other_rules:
            known = changed.setdefault(
                other["rule"], {"rule": other["rule"], "title": other["title"], "points": Decimal(0), "components": []}
            )
            known["points"] += Decimal(other["difference"] or other["points"])
            known["components"].append(component.id)
    differences = [entry | {"points": f"{entry['points']:+.2f}"} for entry in changed.values()]
    return {"rule": rule.reference, "title": rule.title, "source": rule.source, "differences": differences}


def _surveyed(bench: Bench, component: Mapping[str, Any]) -> Evaluation:
    results = sorted(
        (found for found in bench.surveys if found.component == component["id"]),
        key=lambda found: (found.source or "", found.share, found.respondents or 0),
    )
    if not results:
        return evaluate(component, {}, bench.as_of)
    share = exact(results[-1].share)
    worth = half_up(share * exact(component["max_points"]))
    asked = f" ({vn(results[-1].respondents)} phiếu)" if results[-1].respondents else ""
    because = (
        f"Kết quả khảo sát đã công bố {percent_vn(share)}{asked}, tương ứng {points_vn(worth)} điểm; "
        "không tính vào điểm tự chấm."
    )
    numbers: dict[str, Any] = {"share": share_text(share), "worth": f"{worth:.2f}"}
    if results[-1].respondents:
        numbers["respondents"] = results[-1].respondents
    return Evaluation(SURVEY, None, None, because, numbers)


def _unproven(component: Mapping[str, Any], result: Evaluation, proof: Proof, bench: Bench) -> Evaluation:
    """Points that rest on declared values with neither evidence nor explanation count 0 until proven."""
    if result.points is None or proof.enough or bench.changes.get(component["id"]):
        return result
    why = doubted(proof.evidence)
    nothing = "chưa có tài liệu kiểm chứng hay giải trình"
    lacks = f"tài liệu đang có chưa tính được cho kỳ này: {why}" if why else nothing
    because = (
        f"{result.because[:-1]}; nhưng {lacks}, nên tạm tính 0,00 điểm (cần: {component['evidence'][0]['label']})."
    )
    return dataclasses.replace(result, state=NO_EVIDENCE, points=Decimal("0.00"), because=because)


def _totals(components: Sequence[ComponentScore]) -> Mapping[str, Decimal]:
    maximum = sum((item.max_points for item in components), Decimal(0))
    surveyed = sum((item.max_points for item in components if item.state == SURVEY), Decimal(0))
    return {
        "maximum": maximum,
        "self_scorable": maximum - surveyed,
        "conservative": sum((item.points or Decimal(0) for item in components), Decimal(0)),
        "expected": sum((item.expected or Decimal(0) for item in components), Decimal(0)),
    }


def _score_warnings(criteria: Mapping[str, Any], bench: Bench, components: Sequence[ComponentScore]) -> Iterator[str]:
    period = bench.scope.period
    if not criteria["effective_from"] <= period.first.isoformat() <= criteria["effective_to"]:
        yield (
            f"Bộ tiêu chí {criteria['id']}@{criteria['version']} có hiệu lực từ {criteria['effective_from']} đến "
            f"{criteria['effective_to']}, không gồm kỳ đang chấm."
        )
    if moved := criteria.get("moved"):
        yield (
            f"Chấm tạm: mọi hạn trong bộ tiêu chí của năm {moved['from']} được dời sang năm {moved['to']} cùng ngày "
            f"cùng tháng. Đây chưa phải hạn chính thức; điểm tính lại khi có bộ tiêu chí của năm {moved['to']}."
        )
    if period.first.year not in bench.scope.calendar.years:
        yield f"Chưa có lịch nghỉ lễ năm {period.first.year}."
    known = {item.id for item in components} | {item["id"] for item in outside_items(criteria)}
    for component in sorted(set(bench.declared) - known):
        yield f"Có giá trị khai cho mục {component}, nhưng bộ tiêu chí không có mục này."
    for component in sorted(set(bench.changes) - known):
        yield f"Giả định cho mục {component}, nhưng bộ tiêu chí không có mục này."
