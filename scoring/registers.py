"""What lists that people keep say of declared inputs, and what answers of a survey say of satisfaction."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from config.registers import CountedInput
from scoring.engine.facts import DeclaredValue, SurveyResult, from_plain
from scoring.other_indices import STANDINGS, Task, standing_of

ANSWERS = ("very_satisfied", "satisfied", "neutral", "unsatisfied", "very_unsatisfied")
_SATISFIED = ANSWERS[:2]
_SHARE_PLACES = Decimal("0.000001")
_PROCEDURES, _PORTAL = "procedures", "portal"
_PROCEDURE_NUMBER = re.compile(r"\d\.\d{6}")
_NAMED = 10

Row = Mapping[str, Any]
_WORDS = {"done": "đã hoàn thành", "open": "đang thực hiện", "overdue": "quá hạn"}
_DONE = ("done_on_time", "done_late", "done_undated")
_MOST_CODES = 5


@dataclass(frozen=True, slots=True)
class KeptList:
    """One list as it is kept: its rows, who keeps it, and what it is called."""

    rows: Sequence[Row]
    owner: str
    title: str


def with_standings(tasks: Iterable[Row], year: int, as_of: date) -> list[Row]:
    """Tasks with how they stand on a day by their dates, and whether they are due in a year (no date: yes)."""
    found: list[Row] = []
    for row in tasks:
        task: Task = from_plain(Task, dict(row))
        in_year = task.due_at is None or task.due_at.year <= year
        found.append({**row, "standing": standing_of(task, as_of), "due_in_year": in_year})
    return found


def disagreeing_words(tasks: Iterable[Row]) -> list[str]:
    """Where the tracker's word and the dates of tasks (of `with_standings`) say different things: sentences."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in tasks:
        word, standing = str(row.get("state") or ""), str(row["standing"])
        fits = standing in _DONE if word == "done" else standing == word
        if word in _WORDS and not fits:
            found[word, standing].append(str(row.get("code") or "?"))
    return [
        f"Theo dõi nhiệm vụ: {len(codes)} nhiệm vụ ghi “{_WORDS[word]}” nhưng theo ngày là {STANDINGS[standing]}, "
        f"đã tính theo ngày ({', '.join(codes[:_MOST_CODES])}{', …' if len(codes) > _MOST_CODES else ''})"
        for (word, standing), codes in sorted(found.items())
    ]


def with_counted(
    declared: Sequence[DeclaredValue], lists: Mapping[str, KeptList], inputs: Iterable[CountedInput]
) -> tuple[DeclaredValue, ...]:
    """Declared values, and counted ones where nobody declared. A declared value that the list contradicts says so."""
    counted = {(value.component, value.key): value for value in _counted(lists, inputs)}
    said = {(value.component, value.key) for value in declared if value.value is not None}
    empty = {place for place in counted if place not in said}
    kept = [value for value in declared if (value.component, value.key) not in empty]
    return (*kept, *(counted[place] for place in sorted(empty)))


def contradictions(
    declared: Iterable[DeclaredValue], lists: Mapping[str, KeptList], inputs: Iterable[CountedInput]
) -> list[str]:
    """Where an official declared another number than the list gives, as Vietnamese sentences."""
    counted = {(value.component, value.key): value for value in _counted(lists, inputs)}
    return [
        f"{value.component} {value.key}: khai {value.value}, đếm được {other.value} ({other.source})"
        for value in declared
        if (other := counted.get((value.component, value.key))) is not None
        and value.value is not None
        and value.value != other.value
    ]


def against_portal(lists: Mapping[str, KeptList]) -> dict[str, KeptList]:
    """The lists in which `on_portal` of a procedure is what the portal's own list says, where both are kept.

    Codes are compared by their number (1.001193), because the portal's carry the place behind it.
    """
    procedures, portal = lists.get(_PROCEDURES), lists.get(_PORTAL)
    if procedures is None or portal is None:
        return dict(lists)
    numbers = {procedure_number(row["code"]) for row in portal.rows}
    rows = [{**row, "on_portal": procedure_number(row["code"]) in numbers} for row in procedures.rows]
    title = f"{procedures.title}, đối chiếu {portal.title}"
    return {**lists, _PROCEDURES: KeptList(rows, procedures.owner, title)}


def unlike_the_portal(lists: Mapping[str, KeptList]) -> list[str]:
    """Where the ward's list of procedures and the portal's own say different things, as Vietnamese sentences."""
    procedures, portal = lists.get(_PROCEDURES), lists.get(_PORTAL)
    if procedures is None or portal is None:
        return []
    there = {procedure_number(row["code"]) for row in portal.rows}
    here = {procedure_number(row["code"]): row for row in procedures.rows}
    wrongly = [number for number, row in here.items() if row.get("on_portal") and number not in there]
    unsaid = [number for number, row in here.items() if row.get("on_portal") is False and number in there]
    return [
        *_named(wrongly, "thủ tục ghi đã công khai mà danh mục trên Cổng không có"),
        *_named(unsaid, "thủ tục ghi chưa công khai mà danh mục trên Cổng có"),
        *_named(there - here.keys(), "thủ tục có trên Cổng mà danh mục của phường không có"),
    ]


def procedure_number(code: str) -> str:
    """The number of a procedure's code, without the place that the portal puts behind it."""
    found = _PROCEDURE_NUMBER.match(code)
    return found[0] if found else code


def _named(numbers: Iterable[str], what: str) -> list[str]:
    sorted_numbers = sorted(numbers)
    shown = ", ".join(sorted_numbers[:_NAMED]) + (" …" if len(sorted_numbers) > _NAMED else "")
    return [f"{len(sorted_numbers)} {what} ({shown})"] if sorted_numbers else []


def survey_result(fields: Row) -> SurveyResult:
    """A survey's result; from counts per answer the share of the satisfied and the number of answers follow."""
    result = {name: value for name, value in fields.items() if name not in ANSWERS}
    total = sum(int(fields.get(name) or 0) for name in ANSWERS)
    if fields.get("share") is None and total:
        share = Decimal(sum(int(fields.get(name) or 0) for name in _SATISFIED)) / Decimal(total)
        result |= {"share": {"decimal": str(share.quantize(_SHARE_PLACES))}, "respondents": total}
    found: SurveyResult = from_plain(SurveyResult, result)
    return found


def _counted(lists: Mapping[str, KeptList], inputs: Iterable[CountedInput]) -> Iterator[DeclaredValue]:
    for wanted in inputs:
        kept = lists.get(wanted.source)
        if kept is None or (wanted.filled and all(row.get(wanted.filled) is None for row in kept.rows)):
            continue
        fitting = [row for row in kept.rows if _fits(row, wanted.where)]
        number = sum(row.get(wanted.sum) or 0 for row in fitting) if wanted.sum else len(fitting)
        yield DeclaredValue(
            component=wanted.component,
            key=wanted.key,
            value=Decimal(number),
            owner=kept.owner,
            source=f"đếm từ {kept.title}",
        )


def _fits(row: Row, where: Mapping[str, Any]) -> bool:
    return all(
        row.get(name) in wanted if isinstance(wanted, list | tuple) else row.get(name) == wanted
        for name, wanted in where.items()
    )
