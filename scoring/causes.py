"""What moved a component: one word for each cause, and how it is told from two scores."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scoring.engine.measures import MEASURES
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


def cause_of(
    was: Mapping[str, Any] | None,
    now: Mapping[str, Any] | None,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> str:
    """The one cause nearest to a component that moved from one score to another."""
    if was is None or now is None or (was["rule"], _own_maximum(was)) != (now["rule"], _own_maximum(now)):
        return "criteria"
    if was.get("override") != now.get("override"):
        return "override"
    if before["on_time_rule"] != after["on_time_rule"] and now["measure"] and MEASURES[now["measure"]].by_on_time_rule:
        return "on_time_rule"
    if _side(was, "from") != _side(now, "from"):
        return "shared_out"
    by_values = None if was["numbers"] == now["numbers"] else _cause_by_values(was, now, _kinds_changed(before, after))
    return cause_by_state(was, now) or by_values or _cause_by_run(before, after)


def _side(item: Mapping[str, Any], side: str) -> Mapping[str, str]:
    found: Mapping[str, str] = item.get("shared", {}).get(side, {})
    return found


def _own_maximum(item: Mapping[str, Any]) -> Decimal:
    """The maximum as the set has it, without what siblings gave or took."""
    given, taken = (sum(map(Decimal, _side(item, side).values()), Decimal(0)) for side in ("to", "from"))
    return Decimal(item["max_points"]) + given - taken


def cause_by_state(was: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
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


def cause_outside(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """The one cause nearest to a bonus or penalty that moved."""
    return cause_by_state(was, now) or ("declared_changed" if was["numbers"] != now["numbers"] else "criteria")


NAMED_BY_INPUT: Mapping[str, str] = {
    **{name: name for name in ("calendar", "on_time_rule", "criteria", "engine", "override")},
    "day": "day_passed",
    "declared": "declared_changed",
    "evidence": "rows_changed",
    "rows": "rows_changed",
}
"""What a move is called when inputs of one kind alone were put in the place of the old ones, and nothing says more."""
_BY_THE_DAY = frozenset({"evidence_expired", "evidence_other_period"})


def cause_within(kind: str, was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> str:
    """What moved an item where between both scores only inputs of this kind (a key of NAMED_BY_INPUT) differ."""
    named = NAMED_BY_INPUT[kind]
    if was is None or now is None:
        return "criteria"
    if kind == named:
        return kind
    if _side(was, "from") != _side(now, "from"):
        return "shared_out"
    by_state = cause_by_state(was, now)
    if kind == "day":
        return by_state if by_state in _BY_THE_DAY else named
    measured = was["numbers"] != now["numbers"] and "source" in now
    return by_state or (_cause_by_values(was, now, None) if measured else None) or named
