"""The yearly cycle: who may do what in which state, and what it leaves. Pure: a cycle and a deed give the next cycle.

open → self_scoring → approved → locked → appraisal_1 → explaining → explained → appraisal_2 → surveys → published.
Each part of an entry may be written in one state alone, so what is locked cannot change (domain notes, section 1.4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from config.components import components_of
from config.refusals import WrongUse

STATES = {
    "open": "đã mở kỳ",
    "self_scoring": "đang tự chấm",
    "approved": "lãnh đạo đã duyệt",
    "locked": "đã chốt điểm tự chấm",
    "appraisal_1": "đang thẩm định lần 1",
    "explaining": "đang giải trình",
    "explained": "đã chốt giải trình",
    "appraisal_2": "đang thẩm định lần 2",
    "surveys": "chờ điểm điều tra xã hội học",
    "published": "đã công bố",
}
DEADLINES = {
    "self_score": "hết hạn tự chấm",
    "appraisal_1": "hết hạn thẩm định lần 1",
    "explanation": "hết hạn giải trình",
    "appraisal_2": "hết hạn thẩm định lần 2",
}
"""In the order in which they come."""
RECOMPUTED = ("values", "names", "because")
"""What an appraisal by numbers of its own keeps: text by key, what each key is called, what the rule made of them."""
Entry = Mapping[str, Any]
"""One component: name, max_points, survey; then, each written in its state: office, note, evidence, override, self
(points as locked), appraisal_1, explanation, appraisal_2, survey_points."""


class NotNow(WrongUse, ValueError):
    """The deed has no place in the cycle's state."""


class BadDeed(WrongUse, ValueError):
    """The deed is unknown, or what it says cannot be taken."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does: to the whole cycle, or to one component. `said` is JSON-ready."""

    name: str
    who: str
    at: datetime
    component: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cycle:
    """A year of one unit. `lock` is {who, at, run, sheet, automatic} from locking on."""

    state: str
    deadlines: Mapping[str, date]
    entries: Mapping[str, Entry]
    lock: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    states: tuple[str, ...]
    done: Callable[[Cycle, Deed], Cycle]


def opened(criteria: Mapping[str, Any], deadlines: Mapping[str, date]) -> Cycle:
    """A new cycle over all components of a criteria set.

    Raises:
        BadDeed: a deadline is missing or comes before the one it follows.
    """
    if missing := [text for name, text in DEADLINES.items() if name not in deadlines]:
        raise BadDeed(f"Chưa có ngày {', '.join(missing)}.")
    days = [deadlines[name] for name in DEADLINES]
    if days != sorted(days):
        raise BadDeed("Các hạn phải theo thứ tự: tự chấm, thẩm định lần 1, giải trình, thẩm định lần 2.")
    entries = {
        component["id"]: {
            "name": component["name"],
            "max_points": component["max_points"],
            "survey": component["rule"]["kind"] == "survey",
            "office": component["responsible"],
        }
        for component in components_of(criteria)
    }
    return Cycle("open", dict(deadlines), entries)


def after(cycle: Cycle, deed: Deed) -> Cycle:
    """The cycle as the deed leaves it.

    Raises:
        NotNow: not in this state.
        BadDeed: no such deed or component, or what is said cannot be taken.
    """
    step = STEPS.get(deed.name)
    if step is None:
        raise BadDeed(f"Không có việc {deed.name!r} trong chu trình.")
    if cycle.state not in step.states:
        when = " hoặc ".join(STATES[state] for state in step.states)
        raise NotNow(f"Việc này chỉ làm được khi kỳ {when}; hiện nay kỳ {STATES[cycle.state]}.")
    return step.done(cycle, deed)


def automatic(cycle: Cycle, today: date) -> str | None:
    """The lock that a deadline has brought, or None. The last day of a deadline still belongs to those who work."""
    if cycle.state in ("open", "self_scoring", "approved") and today > cycle.deadlines["self_score"]:
        return "lock_at_deadline"
    if cycle.state == "explaining" and today > cycle.deadlines["explanation"]:
        return "lock_explanation"
    return None


def _turn(state: str) -> Callable[[Cycle, Deed], Cycle]:
    return lambda cycle, _: replace(cycle, state=state)


def _locked(cycle: Cycle, deed: Deed) -> Cycle:
    """`said`: {run, points: {component: text or None}, maximums: likewise, sheet}; overrides go before computed points.

    A component that took over points of others has a greater maximum in the run than in the set.
    """
    sheet, late = deed.said.get("sheet"), deed.name == "lock_at_deadline"
    if not sheet and not late:
        raise BadDeed("Chốt điểm cần phiếu tự chấm đã ký (tệp đã nộp vào kho).")
    lock = {"who": deed.who, "at": deed.at.isoformat(), "run": deed.said["run"], "sheet": sheet, "automatic": late}
    computed, most = deed.said["points"], deed.said.get("maximums") or {}
    entries = {
        name: {**entry, "max_points": most.get(name, entry["max_points"])}
        | {"self": None if entry["survey"] else own_points(entry, computed.get(name))}
        for name, entry in cycle.entries.items()
    }
    return replace(cycle, state="locked", entries=entries, lock=lock)


def own_points(entry: Entry, computed: str | None) -> str | None:
    """The ward's own points: what the leader put in the place of the computed ones, or these."""
    override = entry.get("override")
    return override["points"] if override else computed


def _with_sheet(cycle: Cycle, deed: Deed) -> Cycle:
    if cycle.lock is None or cycle.lock["sheet"]:
        raise BadDeed("Phiếu đã ký đã đính kèm khi chốt; không thay được.")
    return replace(cycle, lock={**cycle.lock, "sheet": _text(deed, "sheet", "tệp phiếu đã ký")})


def _appraised_all(cycle: Cycle, _: Deed) -> Cycle:
    open_ones = [name for name, entry in cycle.entries.items() if not entry["survey"] and not entry.get("appraisal_1")]
    if open_ones:
        raise BadDeed(f"Còn {len(open_ones)} mục chưa thẩm định: {', '.join(open_ones[:10])}.")
    return replace(cycle, state="explaining")


def _published(cycle: Cycle, _: Deed) -> Cycle:
    open_ones = [name for name, entry in cycle.entries.items() if entry["survey"] and not entry.get("survey_points")]
    if open_ones:
        raise BadDeed(f"Chưa có điểm điều tra của các mục {', '.join(open_ones)}.")
    return replace(cycle, state="published")


def _entry_step(*states: str, written: Callable[[Entry, Deed], Mapping[str, Any]], survey: bool = False) -> _Step:
    def done(cycle: Cycle, deed: Deed) -> Cycle:
        entry = cycle.entries.get(deed.component)
        if entry is None:
            raise BadDeed(f"Không có tiêu chí thành phần {deed.component!r}.")
        if entry["survey"] != survey and deed.name != "assign":
            what = "lấy từ khảo sát, không tự chấm, không thẩm định" if entry["survey"] else "không phải mục khảo sát"
            raise BadDeed(f"Mục {deed.component} {what}.")
        return replace(cycle, entries={**cycle.entries, deed.component: {**entry, **written(entry, deed)}})

    return _Step(states, done)


def _assigned(_: Entry, deed: Deed) -> Mapping[str, Any]:
    return {"office": _text(deed, "office", "đơn vị chịu trách nhiệm")}


def _filled(_: Entry, deed: Deed) -> Mapping[str, Any]:
    return {"note": _text(deed, "note", "nhận xét, ghi chú"), "evidence": _evidence(deed), "filled_by": deed.who}


def _overridden(entry: Entry, deed: Deed) -> Mapping[str, Any]:
    """Other points than the computed ones: who, why, and on which evidence."""
    evidence = _evidence(deed)
    if not evidence:
        raise BadDeed(f"Sửa điểm mục {deed.component} cần tài liệu kiểm chứng.")
    because = _text(deed, "because", "lý do sửa điểm")
    about = {"who": deed.who, "at": deed.at.isoformat(), "because": because, "evidence": evidence}
    return {"override": {"points": _points(entry, deed), **about}}


def _as_computed(_: Entry, __: Deed) -> Mapping[str, Any]:
    return {"override": None}


def _appraised(entry: Entry, deed: Deed) -> Mapping[str, Any]:
    if deed.who in _own_hands(entry):
        raise BadDeed(f"Mục {deed.component}: {deed.who} đã tự chấm mục này nên không được thẩm định; cần người khác.")
    asks = deed.said.get("asks") is True
    note = str(deed.said.get("note") or "").strip()
    if asks and not note:
        raise BadDeed(f"Yêu cầu giải trình mục {deed.component} thì phải ghi rõ giải trình điều gì.")
    said: dict[str, Any] = {"points": _points(entry, deed), "note": note, "who": deed.who, "at": deed.at.isoformat()}
    if str(deed.said.get("deducted") or "").strip():
        said["deducted"] = _points({**entry, "max_points": said["points"]}, deed, "deducted")
    if deed.said.get("values"):
        said |= {name: deed.said[name] for name in RECOMPUTED if name in deed.said}
    return {"appraisal_1": {**said, "asks": asks}} if deed.name == "appraise" else {"appraisal_2": said}


def _own_hands(entry: Entry) -> frozenset[str]:
    """Who wrote the ward's side of the component: whoever appraises it must be somebody else."""
    written = (entry.get("override"), entry.get("explanation"))
    return frozenset([entry.get("filled_by", ""), *(part["who"] for part in written if part)])


def _explained(_: Entry, deed: Deed) -> Mapping[str, Any]:
    note = _text(deed, "note", "nội dung giải trình")
    about = {"who": deed.who, "at": deed.at.isoformat()}
    return {"explanation": {"note": note, "evidence": _evidence(deed), **about}}


def _surveyed(entry: Entry, deed: Deed) -> Mapping[str, Any]:
    return {"survey_points": _points(entry, deed), "survey_source": _text(deed, "source", "nguồn kết quả khảo sát")}


def _points(entry: Entry, deed: Deed, name: str = "points") -> str:
    """Points from 0 to the entry's maximum, two places."""
    said, most = deed.said.get(name), Decimal(entry["max_points"])
    try:
        points = Decimal(str(said).replace(",", "."))
    except InvalidOperation as error:
        raise BadDeed(f"Mục {deed.component}: {said!r} không phải số điểm.") from error
    if not points.is_finite() or not 0 <= points <= most or points != points.quantize(Decimal("0.01")):
        raise BadDeed(f"Mục {deed.component}: điểm phải từ 0 đến {most}, nhiều nhất hai chữ số lẻ; nhận {said}.")
    return f"{points:.2f}"


def _text(deed: Deed, name: str, what: str) -> str:
    text = str(deed.said.get(name) or "").strip()
    if not text:
        raise BadDeed(f"{deed.component or 'Kỳ này'}: thiếu {what}.")
    return text


def _evidence(deed: Deed) -> list[dict[str, str]]:
    """[{sha256, name, section, pages}]; a proof without a document is none."""
    found = []
    for item in deed.said.get("evidence") or ():
        if not item.get("sha256"):
            raise BadDeed(f"Mục {deed.component}: tài liệu {item.get('name') or '?'} chưa có trong kho.")
        found.append({name: str(item.get(name) or "") for name in ("sha256", "name", "section", "pages")})
    return found


STEPS: Mapping[str, _Step] = {
    "begin": _Step(("open",), _turn("self_scoring")),
    "assign": _entry_step("open", "self_scoring", written=_assigned),
    "fill": _entry_step("self_scoring", written=_filled),
    "override": _entry_step("self_scoring", written=_overridden),
    "as_computed": _entry_step("self_scoring", written=_as_computed),
    "approve": _Step(("self_scoring",), _turn("approved")),
    "send_back": _Step(("approved",), _turn("self_scoring")),
    "lock": _Step(("approved",), _locked),
    "lock_at_deadline": _Step(("open", "self_scoring", "approved"), _locked),
    "attach_sheet": _Step(("locked",), _with_sheet),
    "begin_appraisal": _Step(("locked",), _turn("appraisal_1")),
    "appraise": _entry_step("appraisal_1", written=_appraised),
    "ask_explanations": _Step(("appraisal_1",), _appraised_all),
    "explain": _entry_step("explaining", written=_explained),
    "lock_explanation": _Step(("explaining",), _turn("explained")),
    "begin_second_appraisal": _Step(("explained",), _turn("appraisal_2")),
    "appraise_again": _entry_step("appraisal_2", written=_appraised),
    "end_appraisal": _Step(("appraisal_2",), _turn("surveys")),
    "add_survey": _entry_step("surveys", written=_surveyed, survey=True),
    "publish": _Step(("surveys",), _published),
}
"""Every deed by name; the ones on a component take `said` as their function reads it."""
BY_DEADLINE_ALONE = ("lock_at_deadline",)
"""What nobody does by hand."""
