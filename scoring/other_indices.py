"""The plan's other indices from what was imported: satisfaction by factor, the city's PAPI, tasks done on time.

None of it makes points: SIPAS enters the score as a survey's published result, PAPI never does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from config.other_indices import SIPAS_PARTS, Papi, Plan, PlanPart, Sipas

_SHARE = Decimal("0.0001")
STANDINGS = {
    "done_on_time": "hoàn thành đúng hạn",
    "done_late": "hoàn thành trễ hạn",
    "done_undated": "hoàn thành, chưa rõ ngày",
    "overdue": "quá hạn",
    "open": "đang thực hiện",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task of the tracker. `part` is the part of the plan it carries out, "II.3.2"."""

    code: str
    name: str | None = None
    origin: str | None = None
    office: str | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None
    state: str | None = None
    product: str | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How many gave each answer about one factor of SIPAS."""

    factor: str
    very_satisfied: int
    satisfied: int
    neutral: int
    unsatisfied: int
    very_unsatisfied: int
    source: str | None = None

    @property
    def content(self) -> int:
        """Answers that count as satisfied."""
        return self.very_satisfied + self.satisfied

    @property
    def total(self) -> int:
        """All answers."""
        return self.content + self.neutral + self.unsatisfied + self.very_unsatisfied


@dataclass(frozen=True, slots=True, kw_only=True)
class CityResult:
    """What the city got for one dimension of PAPI; text or nothing where the file says no number."""

    dimension: str
    score: Decimal | str | None = None
    source: str | None = None


def standing_of(task: Task, today: date) -> str:
    """One of STANDINGS on a day. Dates decide over the tracker's word, which counts only where no date stands.

    Done after the due day is late; done after `today` was not done yet; open past its due day is overdue.
    """
    due, done = (moment.date() if moment else None for moment in (task.due_at, task.done_at))
    if done is not None and done <= today:
        return "done_late" if due and done > due else "done_on_time"
    if done is None and task.state == "done":
        return "done_undated" if due else "done_on_time"
    if due is None:
        return "overdue" if task.state == "overdue" else "open"
    return "overdue" if due < today else "open"


def sipas_standing(index: Sipas, answers: Iterable[Answers], published: Decimal | None) -> dict[str, Any]:
    """Rates by factor and pooled over the factors; null where nobody answered, and what was published beside it."""
    known = {one.factor: one for one in answers}
    factors = [_factor(factor.id, factor.name, known.get(factor.id)) for factor in index.factors]
    share = _share(sum(one.content for one in known.values()), sum(one.total for one in known.values()))
    missing = [item["name"] for item in factors if item["share"] is None]
    warnings = [f"Chưa có câu trả lời về: {', '.join(missing)}."] if known and missing else []
    if share is not None and published is not None and share != published.quantize(_SHARE):
        warnings.append(f"Tính từ câu trả lời được {share}, kết quả công bố ghi {published.quantize(_SHARE)}.")
    head = {"title": index.title, "source": index.source, "rate": index.rate, "rate_provenance": index.rate_provenance}
    shares = {"share": _text(share), "published": _text(published)}
    return head | {"component": index.component, "factors": factors} | shares | {"warnings": warnings}


def papi_standing(index: Papi, results: Iterable[CityResult]) -> dict[str, Any]:
    """The city's points by dimension, of the whole only when all eight are there; a ward has no points of its own."""
    known = {one.dimension: one for one in results}
    rows: list[dict[str, Any]] = []
    scores: list[Decimal] = []
    warnings: list[str] = []
    for dimension in index.dimensions:
        said = known[dimension.id].score if dimension.id in known else None
        score = said if isinstance(said, Decimal) and index.lowest <= said <= index.highest else None
        if score is not None:
            scores.append(score)
        elif said is not None:
            limits = f"{index.lowest} đến {index.highest}"
            warnings.append(f"{dimension.name}: {said} không phải điểm từ {limits}; không tính.")
        rows.append({"id": dimension.id, "name": dimension.name, "parts": dimension.parts, "city_score": _text(score)})
    total = sum(scores, Decimal(0)) if len(scores) == len(rows) else None
    head = {"title": index.title, "source": index.source, "ward_score": None}
    return head | {"dimensions": rows, "city_total": _text(total), "warnings": warnings}


def plan_standing(plan: Plan, tasks: Sequence[Task], today: date) -> dict[str, Any]:
    """Each part of the plan with its tasks and how they stand; tasks that name no part are told apart."""
    parts = [_part(part, [task for task in tasks if task.part == part.id], today) for part in plan.parts]
    known = {part.id for part in plan.parts}
    loose = [_task(task, today) for task in tasks if task.origin == "plan" and task.part not in known]
    return {
        "title": plan.title,
        "source": plan.source,
        "parts": parts,
        "without_part": loose,
        "counts": _count((task for task in tasks if task.origin == "plan" or task.part in known), today),
    }


def tasks_outside(plan: Plan | None, tasks: Sequence[Task], today: date) -> list[dict[str, Any]]:
    """Tasks that others than the plan gave (the city, another programme); all of them where there is no plan."""
    known = {part.id for part in plan.parts} if plan else set()
    return [_task(task, today) for task in tasks if task.part not in known and not (plan and task.origin == "plan")]


def _part(part: PlanPart, tasks: Sequence[Task], today: date) -> dict[str, Any]:
    about = {"id": part.id, "serves": part.serves, "of": part.of, "duty": part.duty, "target": part.target or None}
    place = SIPAS_PARTS.get(part.of) if part.serves == "sipas" else None
    who = {"place": place, "office": part.office, "office_by": part.office_by}
    return about | who | {"counts": _count(tasks, today), "tasks": [_task(task, today) for task in tasks]}


def _task(task: Task, today: date) -> dict[str, Any]:
    days = {"due": _day(task.due_at), "done": _day(task.done_at)}
    about = {"code": task.code, "name": task.name, "office": task.office, "part": task.part, "product": task.product}
    return about | days | {"standing": standing_of(task, today)}


def _factor(name: str, title: str, answers: Answers | None) -> Mapping[str, Any]:
    total = answers.total if answers else 0
    share = _share(answers.content if answers else 0, total)
    return {"id": name, "name": title, "answers": total if answers else None, "share": _text(share)}


def _count(tasks: Iterable[Task], today: date) -> dict[str, int]:
    found = Counter(standing_of(task, today) for task in tasks)
    return {name: found[name] for name in STANDINGS}


def _share(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) / Decimal(whole)).quantize(_SHARE) if whole else None


def _day(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
