"""Why a score moved: two scores (as JSON values) beside each other, component by component, adding up to the change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scoring.engine.measures import MEASURES
from scoring.engine.numbers import points_vn
from scoring.engine.windows import EXPIRED

CAUSES = {
    "criteria": "bộ tiêu chí thay đổi",
    "override": "có người sửa điểm",
    "on_time_rule": "đổi cách tính đúng hạn",
    "evidence_added": "đã có tài liệu kiểm chứng",
    "evidence_gone": "tài liệu kiểm chứng không còn hoặc không dùng được",
    "evidence_expired": "tài liệu kiểm chứng hết hiệu lực",
    "evidence_other_period": "tài liệu kiểm chứng nói về kỳ khác",
    "evidence_confirmed": "đã xác nhận thời gian của tài liệu kiểm chứng",
    "verdict_changed": "kết luận kiểm tra chữ ký số, số hóa của tệp đã có thay đổi",
    "explained": "đã có giải trình",
    "unexplained": "giải trình không còn",
    "data_arrived": "đã có số liệu",
    "data_gone": "số liệu không còn đọc được",
    "rows_added": "có thêm hồ sơ, phản ánh hoặc tệp được tính trong kỳ",
    "rows_gone": "có hồ sơ, phản ánh hoặc tệp không còn được tính trong kỳ",
    "rows_changed": "số liệu từ tệp nhập, tệp PDF thay đổi",
    "shared_out": "điểm của mục không phát sinh được chia sang, hoặc không còn chia sang",
    "declared_changed": "giá trị khai thay đổi",
    "day_passed": "ngày chấm khác nhau",
    "calendar": "lịch nghỉ lễ thay đổi",
    "engine": "phiên bản bộ chấm khác nhau",
    "other": "dữ liệu đầu vào thay đổi",
}
"""What each cause is called before officials."""
_OF_VERDICTS = frozenset({"results_signed_share", "outgoing_signed_share", "file_quality_share"})
_VERDICTS = frozenset({"signed", "failed", "unknown", "good", "to_review", "share"})
"""Measures over examined files, and their numbers that an examination alone can move."""


_BESIDE = {"outgoing_signed_share": ("outgoing",)}
"""Exports that decide over a measure beside those that it needs: the register of outgoing documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One component that moved; points None where there was or is no score."""

    component: str
    name: str
    before: Decimal | None
    after: Decimal | None
    expected_before: Decimal | None
    expected_after: Decimal | None
    cause: str
    because: str
    """One Vietnamese sentence."""

    @property
    def difference(self) -> Decimal:
        """Change of the conservative total through this component."""
        return (self.after or Decimal(0)) - (self.before or Decimal(0))

    @property
    def expected_difference(self) -> Decimal:
        """Change of the expected total through this component."""
        return (self.expected_after or Decimal(0)) - (self.expected_before or Decimal(0))

    def plain(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "id": self.component,
            "name": self.name,
            "from": _text(self.before),
            "to": _text(self.after),
            "change": _text(self.difference),
            "expected_from": _text(self.expected_before),
            "expected_to": _text(self.expected_after),
            "expected_change": _text(self.expected_difference),
            "cause": self.cause,
            "because": self.because,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that moved between two scores, greatest change first. The differences add up to the change of the totals."""

    totals_before: Mapping[str, str]
    totals_after: Mapping[str, str]
    changes: tuple[Change, ...]
    outside: tuple[Change, ...] = ()
    """Bonuses and penalties outside the 100 that moved; no part of the totals of components."""

    @property
    def conservative(self) -> Decimal:
        """Change of the conservative total."""
        return Decimal(self.totals_after["conservative"]) - Decimal(self.totals_before["conservative"])

    @property
    def expected(self) -> Decimal:
        """Change of the expected total."""
        return Decimal(self.totals_after["expected"]) - Decimal(self.totals_before["expected"])

    def sentences(self) -> tuple[str, ...]:
        """Each change as a Vietnamese sentence."""
        return tuple(change.because for change in (*self.changes, *self.outside))

    def plain(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "from": dict(self.totals_before),
            "to": dict(self.totals_after),
            "change": {"conservative": _text(self.conservative), "expected": _text(self.expected)},
            "components": [change.plain() for change in self.changes],
            **({"outside_100": [change.plain() for change in self.outside]} if self.outside else {}),
        }


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """What moved from one score to another, both as `Score.plain()` gives them."""
    old = {item["id"]: item for item in before["components"]}
    new = {item["id"]: item for item in after["components"]}
    found = []
    for component in sorted(old.keys() | new.keys(), key=_id_order):
        was, now = old.get(component), new.get(component)
        if was is None or now is None or _stand(was) != _stand(now):
            found.append(_change(was, now, _cause(was, now, before, after)))
    outside = tuple(_outside_changes(before.get("outside_100", ()), after.get("outside_100", ())))
    return Comparison(before["totals"], after["totals"], tuple(sorted(found, key=_size_order)), outside)


def _outside_changes(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    """Bonuses and penalties that moved; without a score of their own they are worth nothing."""
    old = {item["id"]: {**item, "expected": item["points"]} for item in before}
    new = {item["id"]: {**item, "expected": item["points"]} for item in after}
    for name in sorted(old.keys() | new.keys(), key=_id_order):
        was, now = old.get(name), new.get(name)
        if was is None or now is None:
            yield _change(was, now, "criteria")
        elif _stand(was) != _stand(now):
            yield _change(was, now, _cause_by_state(was, now) or _cause_outside(was, now))


def _cause_outside(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    return "declared_changed" if was["numbers"] != now["numbers"] else "criteria"


def _size_order(change: Change) -> tuple[Decimal, Decimal, tuple[int, ...]]:
    """Greatest change first."""
    return -abs(change.expected_difference), -abs(change.difference), _id_order(change.component)


def _id_order(component: str) -> tuple[int, ...]:
    return tuple(int(part) for part in component.split("."))


def _stand(item: Mapping[str, Any]) -> tuple[Any, ...]:
    return item["points"], item["expected"], item["state"]


def _change(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None, cause: str) -> Change:
    shown = now or was or {}
    before, after = _points(was, "points"), _points(now, "points")
    return Change(
        component=shown["id"],
        name=shown["name"],
        before=before,
        after=after,
        expected_before=_points(was, "expected"),
        expected_after=_points(now, "expected"),
        cause=cause,
        because=_sentence(shown, (before, after), cause, gone=now is None),
    )


def _sentence(
    shown: Mapping[str, Any], points: tuple[Decimal | None, Decimal | None], cause: str, *, gone: bool
) -> str:
    before, after = points
    difference = (after or Decimal(0)) - (before or Decimal(0))
    move = "không đổi" if not difference else f"{'tăng' if difference > 0 else 'giảm'} {points_vn(abs(difference))}"
    now = "Mục này không còn trong bộ tiêu chí." if gone else f"Nay: {shown['because']}"
    return f"{shown['id']} {shown['name']}: {_said(before)} → {_said(after)} ({move}) vì {CAUSES[cause]}. {now}"


def _said(points: Decimal | None) -> str:
    return "chưa có điểm" if points is None else f"{points_vn(points)} điểm"


def _points(item: Mapping[str, Any] | None, field: str) -> Decimal | None:
    return None if item is None or item[field] is None else Decimal(item[field])


def _cause(
    was: Mapping[str, Any] | None,
    now: Mapping[str, Any] | None,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> str:
    if was is None or now is None or (was["rule"], _own_maximum(was)) != (now["rule"], _own_maximum(now)):
        return "criteria"
    if was.get("override") != now.get("override"):
        return "override"
    if before["on_time_rule"] != after["on_time_rule"] and now["measure"] and MEASURES[now["measure"]].by_on_time_rule:
        return "on_time_rule"
    if _side(was, "from") != _side(now, "from"):
        return "shared_out"
    by_values = None if was["numbers"] == now["numbers"] else _cause_by_values(was, now, _kinds_changed(before, after))
    return _cause_by_state(was, now) or by_values or _cause_by_run(before, after)


def _side(item: Mapping[str, Any], side: str) -> Mapping[str, str]:
    found: Mapping[str, str] = item.get("shared", {}).get(side, {})
    return found


def _own_maximum(item: Mapping[str, Any]) -> Decimal:
    """The maximum as the set has it, without what siblings gave or took."""
    given, taken = (sum(map(Decimal, _side(item, side).values()), Decimal(0)) for side in ("to", "from"))
    return Decimal(item["max_points"]) + given - taken


def _cause_by_state(was: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    if was["state"] == now["state"]:
        return None
    if now["state"] == "no_data":
        return "data_gone"
    if was["state"] == "no_data":
        return "data_arrived"
    if was["state"] == "no_evidence":
        return _cause_of_proof(was, now)
    if now["state"] == "no_evidence":
        return _cause_of_doubt(was, now) or ("evidence_gone" if was["evidence"] else "unexplained")
    return None


def _cause_of_proof(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    firm = {proof["sha256"] for proof in now["evidence"] if not proof.get("doubt")}
    if firm & _doubts(was).keys():
        return "evidence_confirmed"
    return "evidence_added" if firm else "explained"


def _cause_of_doubt(was: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """What has come to speak against documents that counted before."""
    fresh = {kind for sha256, kind in _doubts(now).items() if _doubts(was).get(sha256) != kind}
    counted = {proof["sha256"] for proof in was["evidence"]} & _doubts(now).keys()
    if not fresh or not counted:
        return None
    return "evidence_expired" if EXPIRED in fresh else "evidence_other_period"


def _doubts(item: Mapping[str, Any]) -> dict[str, str]:
    """Kind of doubt by hash of the document."""
    return {proof["sha256"]: proof["doubt"]["kind"] for proof in item["evidence"] if proof.get("doubt")}


def _cause_by_values(was: Mapping[str, Any], now: Mapping[str, Any], changed: frozenset[str] | None) -> str | None:
    """What moved the numbers; None where nothing that they are counted from did: then the run itself is the cause."""
    if now["measure"] in _OF_VERDICTS and _same_files(was["numbers"], now["numbers"]):
        return "verdict_changed"
    if now["source"] == "declared":
        return "declared_changed"
    measure = MEASURES[now["measure"]]
    sources = {*measure.needs, *(("declared",) if measure.declared else ()), *_BESIDE.get(now["measure"], ())}
    if changed is not None and not changed & sources:
        return None
    if any(was["numbers"].get(key) != now["numbers"].get(key) for key in measure.declared):
        return "declared_changed"
    old, new = (item["numbers"].get(measure.total or "petitions") for item in (was, now))
    if not isinstance(old, int) or not isinstance(new, int) or old == new:
        return "rows_changed"
    return "rows_added" if new > old else "rows_gone"


def _kinds_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str] | None:
    """Kinds of source (dossiers, petitions, documents, declared) whose files are not the same; None: not recorded."""
    kinds = {item["kind"] for score in (before, after) for item in score["inputs"]}
    if not kinds or _files(before, "facts") == _files(after, "facts") == set():
        return None
    if _files(before, "facts") == _files(after, "facts"):
        return frozenset()
    moved = (kind for kind in kinds if _files(before, kind) != _files(after, kind))
    return frozenset("documents" if kind == "document" else kind.removeprefix("export:") for kind in moved)


def _same_files(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether only verdicts moved, not the files they are about."""
    about = was.keys() | now.keys()
    return all(was.get(name) == now.get(name) for name in about - _VERDICTS)


def _cause_by_run(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if before["engine"] != after["engine"]:
        return "engine"
    if _files(before, "calendar") != _files(after, "calendar"):
        return "calendar"
    if _files(before, "criteria") != _files(after, "criteria") or before["criteria"] != after["criteria"]:
        return "criteria"
    return "day_passed" if before["as_of"] != after["as_of"] else "other"


def _files(score: Mapping[str, Any], kind: str) -> set[str]:
    return {item["sha256"] for item in score["inputs"] if item["kind"] == kind}


def _text(points: Decimal | None) -> str | None:
    return None if points is None else f"{points:.2f}"
