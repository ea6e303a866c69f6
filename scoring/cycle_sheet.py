"""What a cycle says: three scores side by side, disputed points, reminders, the self-score with overrides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from scoring.cycle import Cycle, Entry, own_points
from scoring.engine.numbers import points_vn

_ZERO = Decimal(0)
REMIND_DAYS = 7
Due = tuple[str, str, date]
"""Office, component or task, day."""


def side_by_side(cycle: Cycle, computed: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """Each component: {id, name, max_points, office, survey, computed, self, appraisal_1, appraisal_2, final}.

    `computed` are the points of the standing run; once locked, `self` is what was locked, whatever later runs say.
    """
    return [_row(name, entry, computed.get(name)) for name, entry in cycle.entries.items()]


def _row(name: str, entry: Entry, computed: str | None) -> dict[str, Any]:
    first, second = (after_deduction(entry.get(part)) for part in ("appraisal_1", "appraisal_2"))
    own = entry["self"] if "self" in entry else None if entry["survey"] else own_points(entry, computed)
    about = {part: entry[part] for part in ("name", "max_points", "office", "survey")}
    final = entry.get("survey_points") if entry["survey"] else second or first
    return {"id": name, **about, "computed": computed, "self": own, "appraisal_1": first, "appraisal_2": second} | {
        "final": final
    }


def after_deduction(appraisal: Mapping[str, Any] | None) -> str | None:
    """The points of an appraisal less what it takes off for faults; None before it."""
    if not appraisal:
        return None
    return f"{Decimal(appraisal['points']) - Decimal(appraisal.get('deducted') or 0):.2f}"


def totals(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Sums of the columns; a component without points adds nothing. `self_scorable` leaves surveys out."""
    rows = list(rows)
    sums = {name: _sum(row[name] for row in rows) for name in ("self", "appraisal_1", "appraisal_2", "final")}
    return sums | {
        "maximum": _sum(row["max_points"] for row in rows),
        "self_scorable": _sum(row["max_points"] for row in rows if not row["survey"]),
    }


def disputed(cycle: Cycle) -> list[dict[str, Any]]:
    """The ledger: components appraised otherwise than self-scored in either round, or asked about; largest first."""
    found = [_dispute(name, entry) for name, entry in cycle.entries.items() if _is_disputed(entry)]
    return sorted(found, key=lambda item: (-abs(Decimal(item["open_difference"])), item["id"]))


def _is_disputed(entry: Entry) -> bool:
    rounds = [said for part in ("appraisal_1", "appraisal_2") if (said := entry.get(part))]
    return any(after_deduction(said) != entry.get("self") or said.get("asks") for said in rounds)


def _dispute(name: str, entry: Entry) -> dict[str, Any]:
    first = entry.get("appraisal_1")
    once, again = after_deduction(first), after_deduction(entry.get("appraisal_2"))
    last = Decimal(again or once or 0)
    return {
        "id": name,
        "name": entry["name"],
        "self": entry.get("self"),
        "appraisal_1": once,
        "asked": first["note"] if first and first["asks"] else "",
        "explained": (entry.get("explanation") or {}).get("note", ""),
        "appraisal_2": again,
        "open_difference": f"{last - Decimal(entry.get('self') or 0):.2f}",
        "regained": f"{last - Decimal(once or last):.2f}",
    }


def proofs_of(entry: Entry) -> list[Mapping[str, Any]]:
    """Documents that the ward's side names for a component: with its note, its correction, its explanation."""
    parts = (entry, entry.get("override") or {}, entry.get("explanation") or {})
    return [item for part in parts for item in part.get("evidence") or ()]


def reminders(cycle: Cycle, today: date, within_days: int = REMIND_DAYS) -> list[dict[str, Any]]:
    """What is still owed before a deadline that is near: {office, components, what, deadline, days_left}.

    An approved self-score is owed its lock, by the leader; an appraisal its points, by the appraisers.
    """
    found = _OWED.get(cycle.state)
    if found is None:
        return []
    deadline, what, office, is_open = found
    dues: list[Due] = [
        (office or entry["office"], name, cycle.deadlines[deadline])
        for name, entry in cycle.entries.items()
        if is_open(entry)
    ]
    return owed_soon(dues, what, today, within_days)


def owed_soon(dues: Iterable[Due], what: str, today: date, within_days: int = REMIND_DAYS) -> list[dict[str, Any]]:
    """Reminders of what is due in so many days, by day and office; `what` says what is to be done."""
    owed: defaultdict[tuple[date, str], list[str]] = defaultdict(list)
    for office, name, day in dues:
        if 0 <= (day - today).days <= within_days:
            owed[day, office].append(name)
    return [
        {"office": office, "components": names, "what": what}
        | {"deadline": day.isoformat(), "days_left": (day - today).days}
        for (day, office), names in sorted(owed.items())
    ]


def _unwritten(entry: Entry) -> bool:
    return not entry["survey"] and not entry.get("note")


def _unanswered(entry: Entry) -> bool:
    return bool((entry.get("appraisal_1") or {}).get("asks")) and not entry.get("explanation")


def _unappraised(entry: Entry) -> bool:
    return not entry["survey"] and not entry.get("appraisal_1")


_LEADER, _APPRAISERS = "Lãnh đạo UBND phường", "Cơ quan thẩm định"
_SELF_SCORE = ("self_score", "tự chấm, ghi chú và gắn tài liệu", "", _unwritten)
_OWED: Mapping[str, tuple[str, str, str, Callable[[Entry], bool]]] = {
    "open": _SELF_SCORE,
    "self_scoring": _SELF_SCORE,
    "approved": (
        "self_score",
        "chốt điểm tự chấm đã duyệt, kèm phiếu đã ký",
        _LEADER,
        lambda one: not one["survey"],
    ),
    "appraisal_1": ("appraisal_1", "thẩm định lần 1", _APPRAISERS, _unappraised),
    "explaining": ("explanation", "giải trình theo yêu cầu thẩm định", "", _unanswered),
}
"""By state: the deadline, what is owed, by whom (empty: each component's office), and which components owe it."""


def reminder_lines(reminders: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Each reminder as one Vietnamese sentence."""
    for one in reminders:
        day = date.fromisoformat(one["deadline"])
        when = "hôm nay" if not one["days_left"] else f"còn {one['days_left']} ngày"
        shown = ", ".join(one["components"][:8]) + (" …" if len(one["components"]) > 8 else "")
        yield f"{one['office']}: {one['what']}, {len(one['components'])} mục ({shown}); hạn {day:%d/%m/%Y}, {when}."


def published_result(cycle: Cycle, satisfaction: str) -> dict[str, str]:
    """The result of a published year: {appraised, surveys, satisfaction, total, maximum, percent}.

    `satisfaction`: the component of the satisfaction index, told apart from the other surveys.
    """
    rows = side_by_side(cycle, {})
    parts = {
        "appraised": _sum(row["final"] for row in rows if not row["survey"]),
        "surveys": _sum(row["final"] for row in rows if row["survey"] and row["id"] != satisfaction),
        "satisfaction": _sum(row["final"] for row in rows if row["survey"] and row["id"] == satisfaction),
        "total": _sum(row["final"] for row in rows),
        "maximum": _sum(row["max_points"] for row in rows),
    }
    share = Decimal(parts["total"]) * 100 / Decimal(parts["maximum"])
    return parts | {"percent": f"{share.quantize(Decimal('0.01'), ROUND_HALF_UP):.2f}"}


def with_overrides(score: Mapping[str, Any], entries: Mapping[str, Entry]) -> dict[str, Any]:
    """A score (JSON value) as the leader corrected it; what was corrected carries `override`, totals are new."""
    components = [_corrected(item, entries.get(item["id"], {}).get("override")) for item in score["components"]]
    sums = {
        "conservative": _sum(item["points"] for item in components),
        "expected": _sum(item["expected"] for item in components),
    }
    return {**score, "components": components, "totals": {**score["totals"], **sums}}


def with_cycle(score: Mapping[str, Any], cycle: Cycle) -> dict[str, Any]:
    """The score as the cycle has it: corrected, and each component with what was written and appraised there.

    Keys that come where there is something to say: `said` (sentences), `appraised` (points before deduction),
    `deducted`, `final` (after it), `survey_points`.
    """
    corrected = with_overrides(score, cycle.entries)
    return corrected | {"components": [_in_cycle(item, cycle) for item in corrected["components"]]}


def _in_cycle(item: Mapping[str, Any], cycle: Cycle) -> dict[str, Any]:
    entry = cycle.entries.get(item["id"], {})
    last = entry.get("appraisal_2") or entry.get("appraisal_1")
    known = {proof["sha256"] for proof in item["evidence"]}
    named = [{**proof} for proof in proofs_of(entry) if proof["sha256"] not in known]
    found = {
        "said": list(_said(entry)),
        "appraised": last["points"] if last else None,
        "deducted": (last or {}).get("deducted"),
        "final": after_deduction(last),
        "survey_points": entry.get("survey_points"),
    }
    return {**item, "evidence": [*item["evidence"], *named]} | {name: value for name, value in found.items() if value}


def _said(entry: Entry) -> Iterator[str]:
    """What the ward and the appraisers wrote of a component, in the order of the year."""
    first, second = entry.get("appraisal_1") or {}, entry.get("appraisal_2") or {}
    asked = "Yêu cầu giải trình" if first.get("asks") else "Thẩm định lần 1"
    told = (
        ("Đơn vị ghi chú", entry.get("note")),
        (asked, first.get("note")),
        ("Tính lại khi thẩm định lần 1", _recomputed(first)),
        ("Trả lời yêu cầu giải trình", (entry.get("explanation") or {}).get("note")),
        ("Thẩm định lần 2", second.get("note")),
        ("Tính lại khi thẩm định lần 2", _recomputed(second)),
    )
    return (f"{what}: {text}" for what, text in told if text)


def _recomputed(appraisal: Mapping[str, Any]) -> str:
    """The numbers that an appraiser entered anew, and what the rule made of them."""
    names = appraisal.get("names") or {}
    values = "; ".join(f"{names.get(key, key)}: {text}" for key, text in (appraisal.get("values") or {}).items())
    return f"{values}. {appraisal['because']}" if values else ""


def _corrected(item: Mapping[str, Any], override: Mapping[str, Any] | None) -> dict[str, Any]:
    if not override or item.get("override"):
        return dict(item)
    points = override["points"]
    because = (
        f"{override['who']} sửa thành {points_vn(Decimal(points))} điểm: {override['because']} "
        f"(máy tính: {item['because']})"
    )
    evidence = [*item["evidence"], *override["evidence"]]
    new = {"points": points, "expected": points, "because": because, "evidence": evidence, "override": override}
    return {**item, **new, "state": "scored"}


def _sum(points: Iterable[str | None]) -> str:
    return f"{sum((Decimal(text) for text in points if text), _ZERO):.2f}"
