"""What to do next: where points can still be gained, by whom and until when; how many late dossiers are bearable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from config.components import components_of
from scoring.engine.evaluation import Bounds, case_of, evaluate
from scoring.engine.facts import Dossier, Facts
from scoring.engine.measures import MEASURES
from scoring.engine.numbers import day_vn, exact, percent_vn, points_vn, vn
from scoring.engine.on_time import rule_named
from scoring.engine.period import local_day, working_days
from scoring.engine.rules import SHARED, chosen_branch, count_key

_MENDED = SHARED - {"tiered"}
"""Rules whose share can still be mended; a tier is lost or won by dossiers that are over."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do, what it can bring at most, who does it and until when."""

    component: str
    gain: Decimal
    responsible: str
    deadline: date
    overdue: bool
    what: str
    """One Vietnamese sentence, without owner and deadline."""

    def plain(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "component": self.component,
            "gain": f"{self.gain:.2f}",
            "responsible": self.responsible,
            "deadline": self.deadline.isoformat(),
            "overdue": self.overdue,
            "what": self.what,
        }

    def sentence(self) -> str:
        """The whole line for the morning letter."""
        when = f"đã quá hạn {day_vn(self.deadline)}" if self.overdue else f"hạn {day_vn(self.deadline)}"
        return f"{self.what} (tối đa +{points_vn(self.gain)} điểm; {self.responsible}, {when})"


def next_actions(score: Mapping[str, Any], criteria: Mapping[str, Any], today: date) -> tuple[Action, ...]:
    """Actions for a score (`Score.plain()`) under its criteria set, greatest gain first, then the nearer deadline.

    Points that nobody can bring back (a confirmed violation, a dossier already late) are no action.
    """
    entries = {entry["id"]: entry for entry in components_of(criteria)}
    found = []
    for item in score["components"]:
        advice = _advice(item, entries[item["id"]], today) if item["id"] in entries else None
        if advice and advice[0] > 0:
            deadline = date.fromisoformat(item["deadline"])
            what = f"{item['id']}: {advice[1]}"
            found.append(Action(item["id"], advice[0], item["responsible"], deadline, deadline < today, what))
    return tuple(sorted(found, key=lambda action: (-action.gain, action.deadline, action.component)))


def late_margin(
    finished: int, late: int, limit: Fraction = Fraction(1, 100), *, counts_open: bool = False
) -> int | None:
    """How many more dossiers may end late before the late share is no longer strictly below `limit`.

    Each of them is also one more finished dossier, unless the on-time rule counts open ones already (`counts_open`).
    None: the limit is lost already.
    """
    if finished and Fraction(late, finished) >= limit:
        return None
    room = (limit * finished - late) / (1 if counts_open else 1 - limit)
    return max(0, ceil(room) - 1)


def due_soon(facts: Facts, calendar: Mapping[str, Any], as_of: date, days: int = 3) -> tuple[Dossier, ...]:
    """Dossiers in progress whose due day is today or within so many working days, the nearest first."""
    last = working_days(calendar).after(as_of, days)
    open_ones = [dossier for dossier in facts.dossiers if _open_until(dossier, as_of, last)]
    return tuple(sorted(open_ones, key=lambda dossier: (dossier.due_at, dossier.code)))


def loss_if_late(score: Mapping[str, Any], criteria: Mapping[str, Any], more: int) -> Decimal:
    """Points that would be lost if `more` dossiers that are still open all ended late (letters of apology aside)."""
    entries = {entry["id"]: entry for entry in components_of(criteria)}
    newly_counted = 0 if rule_named(score["on_time_rule"]).counts_open else more
    lost = Decimal(0)
    for item in score["components"]:
        numbers = item["numbers"]
        if item["points"] is None or item["id"] not in entries or not {"finished", "late"} <= numbers.keys():
            continue
        worse = {**numbers, "finished": numbers["finished"] + newly_counted, "late": numbers["late"] + more}
        bounds = Bounds({name: Decimal(part) for name, part in item.get("shared", {}).get("from", {}).items()})
        then = evaluate(entries[item["id"]], worse, date.fromisoformat(score["as_of"]), bounds).points
        lost += Decimal(item["points"]) - (then or Decimal(0))
    return max(Decimal("0.00"), lost)


def _open_until(dossier: Dossier, first: date, last: date) -> bool:
    if dossier.due_at is None or dossier.finished_at or dossier.returned_at or dossier.status not in (None, 2, 4):
        return False
    return first <= local_day(dossier.due_at) <= last


def _advice(item: Mapping[str, Any], entry: Mapping[str, Any], today: date) -> tuple[Decimal, str] | None:
    """Gain and sentence, or None where nothing can be done."""
    proof = entry["evidence"][0]["label"]
    if item["state"] == "no_evidence":
        return Decimal(item["expected"] or 0), f'nộp tài liệu kiểm chứng "{proof}"'
    if item["state"] == "no_data":
        return Decimal(entry["max_points"]), _bring_data(item, entry, proof)
    if item["state"] != "scored" or item["points"] == item["max_points"]:
        return None
    if entry["rule"]["kind"] != "branches":
        return _more(item, entry, today)
    branch = chosen_branch(entry["rule"], item["numbers"])
    return _more(item, {**entry, "rule": branch["rule"]}, today) if branch and "rule" in branch else None


def _more(item: Mapping[str, Any], entry: Mapping[str, Any], today: date) -> tuple[Decimal, str] | None:
    """What a rule could still give."""
    left, kind = Decimal(item["max_points"]) - Decimal(item["points"]), entry["rule"]["kind"]
    if kind in _MENDED | {"count_steps"}:
        said = _more_counts(item, entry) if kind == "count_steps" else _more_cases(item, entry, today)
        return (left - _lost_for_good(item, entry["rule"]), said) if said else None
    lacking = _lacking_parts(item, entry, today)
    return (min(left, sum(lacking.values(), Decimal(0))), f"hoàn thành: {'; '.join(lacking)}") if lacking else None


def _lost_for_good(item: Mapping[str, Any], rule: Mapping[str, Any]) -> Decimal:
    """Points that stay away although every case is done in the end: what counted cases took off."""
    if rule["kind"] != "share_with_deduction":
        return Decimal(0)
    return min(Decimal(item["max_points"]), Decimal(item["numbers"][rule["count"]]) * Decimal(rule["each"]))


def _bring_data(item: Mapping[str, Any], entry: Mapping[str, Any], proof: str) -> str:
    if entry.get("measure"):
        reason = item["because"].removeprefix("Chưa có số liệu: ").removesuffix("; mục này chưa có điểm.")
        return f"bổ sung số liệu ({reason})"
    labels = ", ".join(f'"{declared["label"]}"' for declared in entry["declared"])
    return f'khai {labels} và nộp "{proof}"'


def _more_cases(item: Mapping[str, Any], entry: Mapping[str, Any], today: date) -> str | None:
    measure = MEASURES[entry["measure"]] if entry.get("measure") else None
    rule, numbers = entry["rule"], item["numbers"]
    if measure and measure.missed:
        return None
    total = exact(numbers[measure.total if measure else rule["total"]])
    done = exact(numbers[measure.done[0] if measure and measure.done else rule["done"]])
    target = _target(rule, done / total)
    needed = ceil(target * total - done)
    if needed <= 0:
        return None
    further = _further_steps(rule, {step: ceil(step * total - done) for step in _steps_above(rule, done / total)})
    if measure is None or measure.done is None:
        name = next(declared["label"] for declared in entry["declared"] if declared["key"] == rule["done"])
        return f'"{name}" còn thiếu {vn(needed)}{further}'
    if measure.mendable:
        return f"còn {vn(needed)} {measure.unit} chưa {measure.done[1].removeprefix('đã ')}{further}"
    if today > date.fromisoformat(entry["deadline"]):
        return None
    return f"hồ sơ mới cần {measure.done[1]}: hiện {percent_vn(done / total)}, đủ điểm từ {percent_vn(target)}"


def _target(rule: Mapping[str, Any], share: Fraction) -> Fraction:
    """The share that brings full points, or the next step."""
    if rule["kind"] == "capped_share":
        return exact(rule["full_from"])
    if rule["kind"] == "steps":
        return min(_steps_above(rule, share), default=share)
    return Fraction(1)


def _steps_above(rule: Mapping[str, Any], reached: Fraction) -> list[Fraction]:
    """The steps of a ladder that are still above, the nearest first; none where the rule has no ladder."""
    return sorted(start for step in rule.get("steps", ()) if (start := exact(step["from"])) > reached)


def _further_steps(rule: Mapping[str, Any], needed: Mapping[Fraction, int]) -> str:
    """What each step brings, where more than one is above: the next one alone does not bring the most."""
    worth = {exact(step["from"]): exact(step["points"]) for step in rule.get("steps", ())}
    told = [f"{vn(count)} thì được {points_vn(worth[step])} điểm" for step, count in needed.items()]
    return f" ({'; '.join(told)})" if len(told) > 1 else ""


def _more_counts(item: Mapping[str, Any], entry: Mapping[str, Any]) -> str | None:
    rule = entry["rule"]
    labels = {declared["key"]: declared["label"] for declared in entry.get("declared", ())}
    refused = [labels[key] for key in rule.get("requires", ()) if item["numbers"].get(key) is False]
    if refused:
        return f"bảo đảm: {'; '.join(refused)}"
    key, name = count_key(case_of(entry, item["numbers"], date.min))
    count = item["numbers"][key]
    above = _steps_above(rule, exact(count))
    further = _further_steps(rule, {step: int(step) for step in above})
    return f"{name} cần từ {above[0]}, hiện có {count}{further}" if above else None


def _lacking_parts(item: Mapping[str, Any], entry: Mapping[str, Any], today: date) -> dict[str, Decimal]:
    """What is not there and still worth something, with its points."""
    rule, numbers = entry["rule"], item["numbers"]
    labels = {declared["key"]: declared["label"] for declared in entry.get("declared", ())}
    found: dict[str, Decimal] = {}
    for part in rule.get("dates", ()):
        if not numbers.get(part["key"]):
            due = date.fromisoformat(part["due"])
            worth = Decimal(part["on_time"] if today <= due else part["late"])
            if worth:
                found[f"{labels[part['key']]} (hạn {day_vn(due)})"] = worth
    for part in rule.get("parts", ()):
        if not numbers.get(part["key"]):
            found[labels[part["key"]]] = Decimal(part["points"])
    keys = [*rule.get("all_of", ()), *rule.get("items", ())]
    lacking = [key for key in keys if not numbers.get(key)]
    left = Decimal(item["max_points"]) - Decimal(item["points"])
    for key in lacking:
        found[labels[key]] = left / len(lacking)
    return found
