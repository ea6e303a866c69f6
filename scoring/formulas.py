"""A component's rule as a formula of a spreadsheet over its own numbers: whoever holds the sheet recomputes the points.

The formula says what `engine/rules.py` computes; a test holds both equal for every kind of rule. Numbers stand in cells
as `cell_value` gives them: yes and no as words, days as days, an empty cell where nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from scoring.engine.evaluation import SCORED
from scoring.engine.facts import NOT_APPLICABLE
from scoring.engine.measures import MEASURES, Measure
from scoring.engine.rules import SHARED, chosen_branch
from scoring.number_names import number_names

YES, NO = "có", "không"
NO_DATA, NO_CASES, WRONG = '"Chưa có số liệu"', '"Không phát sinh"', '"Số liệu sai"'
_LONGEST_WORD = 200
"""Excel takes 255 letters in a text of a formula."""
_LONGEST_FORMULA = 8000
"""Excel takes 8,192 letters."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A rule whose numbers stand in cells (key -> address). `grown` ends each formula where the maximum grew."""

    rule: Mapping[str, Any]
    maximum: str
    cells: Mapping[str, str]
    as_of: date
    measure: Measure | None
    grown: str = ""

    def of(self, keys: Iterable[str]) -> list[str]:
        """The cells of these keys."""
        return [self.cells[key] for key in keys]


def number_labels(entry: Mapping[str, Any]) -> dict[str, str]:
    """Key -> Vietnamese name of every number that the component's formula reads, in the order of the sheet."""
    measured = dict(number_names(entry.get("measure")))
    found = MEASURES.get(entry.get("measure") or "")
    total = {found.total: measured[found.total]} if found and found.total else {}
    return total | measured | {item["key"]: item["label"] for item in entry.get("declared", ())}


def recomputes(item: Mapping[str, Any]) -> bool:
    """Whether the points of a scored component are what its rule makes of its numbers, and cells can hold these."""
    return item["state"] == SCORED and not item.get("override") and all(map(_fits, item["numbers"].values()))


def _fits(value: Any) -> bool:
    number = isinstance(value, int | str) and not isinstance(value, bool) and str(value).lstrip("-")[:1].isdigit()
    return not number or _day(value) is not None or Decimal(repr(float(value))) == Decimal(value)


def cell_value(entry: Mapping[str, Any], key: str, value: Any) -> str | float | date | None:
    """A number of a score's JSON as its cell holds it; None: an empty cell."""
    if value is None or isinstance(value, bool):
        return value if value is None else YES if value else NO
    if key == entry["rule"].get("choice"):
        branch = chosen_branch(entry["rule"], {key: value})
        return str(value) if branch is None else _branch_word(entry["rule"], branch)
    if value == NOT_APPLICABLE:
        return "không phát sinh"
    return _day(value) or float(value)


def points_formula(entry: Mapping[str, Any], item: Mapping[str, Any], cells: Mapping[str, str], as_of: date) -> str:
    """The formula (beginning with `=`) of a component's points; empty where it is longer than a cell takes."""
    own, whole = entry["max_points"], item["max_points"]
    grown = "" if Decimal(own) == Decimal(whole) else f"*{_plain(whole)}/{_plain(own)}"
    asked = _Asked(entry["rule"], _plain(own), cells, as_of, MEASURES.get(entry.get("measure") or ""), grown)
    formula = f"={_formula(asked)}"
    return formula if len(formula) <= _LONGEST_FORMULA else ""


def _formula(asked: _Asked) -> str:
    kind = asked.rule["kind"]
    if kind == "branches":
        return _branches(asked)
    guard, points = _GUARDS.get(kind, _nothing_said), _POINTS[kind](asked)
    return guard(asked, f"ROUND({points if not asked.grown else f'({points}){asked.grown}'},2)")


def _plain(text: str) -> str:
    return f"{Decimal(text).normalize():f}"


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _total(asked: _Asked) -> str:
    return asked.cells[asked.measure.total if asked.measure else asked.rule["total"]]


def _done(asked: _Asked) -> str:
    measure = asked.measure
    if measure is None:
        return asked.cells[asked.rule["done"]]
    if measure.missed:
        return f"({'-'.join([_total(asked), *asked.of(key for key, _ in measure.missed)])})"
    done = asked.cells[measure.done[0]] if measure.done else ""
    return f"MIN({done},{_total(asked)})" if measure.may_exceed else done


def _share_cells(asked: _Asked) -> list[str]:
    measure = asked.measure
    if measure is None:
        return asked.of((asked.rule["total"], asked.rule["done"]))
    parts = measure.missed or ((measure.done,) if measure.done else ())
    return [_total(asked), *asked.of(key for key, _ in parts)]


def _count(asked: _Asked) -> str:
    counted = asked.measure.count[0] if asked.measure and asked.measure.count else asked.rule["count"]
    return asked.cells[counted]


def _points_of_share(asked: _Asked) -> str:
    return f"{asked.maximum}*{_done(asked)}/{_total(asked)}"


def _capped(asked: _Asked) -> str:
    return f"MIN({asked.maximum},{_points_of_share(asked)}/{_plain(asked.rule['full_from'])})"


def _floor(asked: _Asked) -> str:
    return f"IF({_done(asked)}/{_total(asked)}<{_plain(asked.rule['floor'])},0,{_points_of_share(asked)})"


def _tiered(asked: _Asked) -> str:
    missed = f"({_total(asked)}-{_done(asked)})/{_total(asked)}"
    return f"IF({missed}<{_plain(asked.rule['full_when_missed_below'])},{asked.maximum},{_floor(asked)})"


def _steps(asked: _Asked, share: str = "") -> str:
    reached = share or f"{_done(asked)}/{_total(asked)}"
    return _chain(((f"{reached}>={_plain(str(one['from']))}", one["points"]) for one in asked.rule["steps"]), "0")


def _chain(choices: Iterable[tuple[str, str]], otherwise: str) -> str:
    """IF(a,1,IF(b,2,otherwise))."""
    said = list(choices)
    return "".join(f"IF({test},{_plain(points)}," for test, points in said) + otherwise + ")" * len(said)


def _all_or_nothing(asked: _Asked) -> str:
    return f"IF({_done(asked)}={_total(asked)},{asked.maximum},0)"


def _with_deduction(asked: _Asked) -> str:
    return f"MAX(0,{_points_of_share(asked)}-{asked.cells[asked.rule['count']]}*{_plain(asked.rule['each'])})"


def _count_steps(asked: _Asked) -> str:
    return _steps(asked, _count(asked))


def _per_violation(asked: _Asked) -> str:
    return f"MAX(0,{asked.maximum}-{_count(asked)}*{_plain(asked.rule['each'])})"


def _tiered_penalty(asked: _Asked) -> str:
    tests = (
        (_all(f"{asked.cells[key]}<={most}" for key, most in one["at_most"].items()), one["points"])
        for one in asked.rule["tiers"]
    )
    return _chain(tests, "0")


def _all(tests: Iterable[str]) -> str:
    return f"AND({','.join(tests)})"


def _is_yes(cell: str) -> str:
    return f'{cell}="{YES}"'


def _checklist(asked: _Asked) -> str:
    items = asked.of(asked.rule["items"])
    return f"{asked.maximum}*({'+'.join(f'IF({_is_yes(cell)},1,0)' for cell in items)})/{len(items)}"


def _parts(asked: _Asked) -> str:
    dated = (_dated(asked, asked.cells[part["key"]], part) for part in asked.rule.get("dates", ()))
    yes = (
        f"IF({_is_yes(asked.cells[part['key']])},{_plain(part['points'])},0)" for part in asked.rule.get("parts", ())
    )
    return "+".join([*dated, *yes])


def _dated(asked: _Asked, cell: str, part: Mapping[str, Any]) -> str:
    """What is issued after the day of the score is not there yet."""
    there = f"AND(ISNUMBER({cell}),{cell}<={_date(asked.as_of)})"
    due = _date(date.fromisoformat(part["due"]))
    return f"IF({there},IF({cell}<={due},{_plain(part['on_time'])},{_plain(part['late'])}),0)"


def _date(day: date) -> str:
    return f"DATE({day.year},{day.month},{day.day})"


def _branches(asked: _Asked) -> str:
    cell, formula = asked.cells[asked.rule["choice"]], NO_DATA
    for branch in reversed(asked.rule["branches"]):
        inner = {"kind": "fixed", "points": branch["points"]} if "points" in branch else branch["rule"]
        word = _branch_word(asked.rule, branch).replace('"', '""')
        formula = f'IF({cell}="{word}",{_formula(replace(asked, rule=inner))},{formula})'
    return formula


def _branch_word(rule: Mapping[str, Any], branch: Mapping[str, Any]) -> str:
    """What stands in the cell for a branch: its label, or its id where some label is too long for a formula."""
    long = any(len(one["label"]) > _LONGEST_WORD for one in rule["branches"])
    return str(branch["id"] if long else branch["label"])


def _of_share(asked: _Asked, points: str) -> str:
    """No data, no cases and wrong numbers stay words; only a score is a number."""
    done, total, cells = _done(asked), _total(asked), _share_cells(asked)
    if asked.rule["kind"] == "share_with_deduction":
        cells = [*cells, asked.cells[asked.rule["count"]]]
    wrong = f"OR({done}<0,{done}>{total})"
    return f"IF(COUNT({','.join(cells)})<{len(cells)},{NO_DATA},IF({total}=0,{NO_CASES},IF({wrong},{WRONG},{points})))"


def _of_count(asked: _Asked, points: str) -> str:
    required, counted = asked.of(asked.rule.get("requires", ())), f"COUNT({_count(asked)})=1"
    if required:
        return _of_all(required, points, counted)
    return f"IF({counted},{points},{NO_DATA})"


def _of_tiers(asked: _Asked, points: str) -> str:
    cells = asked.of(dict.fromkeys(key for one in asked.rule["tiers"] for key in one["at_most"]))
    return f"IF(COUNT({','.join(cells)})<{len(cells)},{NO_DATA},{points})"


def _of_answers(asked: _Asked, points: str) -> str:
    return _of_all(asked.of(asked.rule["all_of"]), points)


def _of_all(cells: Sequence[str], points: str, *tests: str) -> str:
    """0 where one answer is no; the points where all are yes."""
    refused = ",".join(f'{cell}="{NO}"' for cell in cells)
    return f"IF(OR({refused}),0,IF({_all([*map(_is_yes, cells), *tests])},{points},{NO_DATA}))"


def _nothing_said(asked: _Asked, points: str) -> str:
    parts: Sequence[Mapping[str, Any]] = (*asked.rule.get("dates", ()), *asked.rule.get("parts", ()))
    cells = asked.of([*(part["key"] for part in parts), *asked.rule.get("items", ())])
    return f"IF(COUNTA({','.join(cells)})=0,{NO_DATA},{points})" if cells else points


_POINTS: Mapping[str, Callable[[_Asked], str]] = {
    "share": _points_of_share,
    "capped_share": _capped,
    "floor_share": _floor,
    "tiered": _tiered,
    "steps": _steps,
    "all_or_nothing": _all_or_nothing,
    "share_with_deduction": _with_deduction,
    "count_steps": _count_steps,
    "per_violation": _per_violation,
    "tiered_penalty": _tiered_penalty,
    "yes_no": lambda asked: asked.maximum,
    "checklist": _checklist,
    "yes_no_parts": _parts,
    "deadline": _parts,
    "reports_on_time": _parts,
    "fixed": lambda asked: _plain(asked.rule["points"]),
}
"""Points by kind of rule; `fixed` is a branch with points of its own."""
_GUARDS: Mapping[str, Callable[[_Asked, str], str]] = {
    **dict.fromkeys(SHARED, _of_share),
    "count_steps": _of_count,
    "per_violation": _of_count,
    "tiered_penalty": _of_tiers,
    "yes_no": _of_answers,
}
"""What has to be there before there are points."""
