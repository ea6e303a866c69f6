"""Two versions of a criteria set beside each other: what came, went and changed, in Vietnamese sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_WHOLE = {
    "title": "tên bộ",
    "notice": "ghi chú",
    "provenance": "nguồn gốc",
    "effective_from": "ngày có hiệu lực",
    "effective_to": "ngày hết hiệu lực",
    "max_points": "tổng điểm",
    "other_total": "căn cứ của tổng điểm",
    "not_self_scored": "điểm không tự chấm",
    "rounding": "cách làm tròn",
    "evidence_period": "thời gian nhận tài liệu",
}
"""Fields of the set itself."""
_OUTSIDE = {
    "enabled": "việc chấm điểm thưởng, điểm trừ",
    "bonus_cap": "trần điểm thưởng",
    "penalty_cap": "trần điểm trừ",
}
_LEVEL = {"name": "tên", "max_points": "điểm tối đa"}
"""Fields of a domain or criterion; of a bonus or penalty those that it has."""
_MOVES_POINTS = frozenset(
    {
        *("added", "removed", "max_points", "rule", "measure", "no_cases", "no_data", "redistribute_to", "rounding"),
        *("evidence_period", *_OUTSIDE),
    }
)
_FIELDS = {
    "name": "tên",
    "max_points": "điểm tối đa",
    "rule": "quy tắc",
    "measure": "phép đo",
    "declared": "giá trị khai",
    "no_cases": "điểm khi không phát sinh",
    "redistribute_to": "các mục nhận điểm khi không phát sinh",
    "no_data": "điểm khi chưa có số liệu",
    "evidence": "tài liệu kiểm chứng",
    "responsible": "đơn vị chịu trách nhiệm",
    "deadline": "thời hạn",
    "legal_reference": "căn cứ",
}
KIND_WORDS = {
    "share": "theo tỷ lệ",
    "capped_share": "theo tỷ lệ, đủ điểm từ một mức",
    "floor_share": "theo tỷ lệ, có mức sàn",
    "tiered": "theo bậc",
    "steps": "theo mốc tỷ lệ",
    "count_steps": "theo mốc số lượng",
    "yes_no": "có đủ hoặc không",
    "yes_no_parts": "từng phần có/không",
    "checklist": "theo danh mục nội dung",
    "deadline": "theo hạn ban hành",
    "reports_on_time": "theo hạn các báo cáo",
    "per_violation": "trừ mỗi trường hợp",
    "share_with_deduction": "theo tỷ lệ, trừ mỗi trường hợp",
    "tiered_penalty": "theo mức vi phạm",
    "all_or_nothing": "đủ 100 % hoặc không",
    "branches": "người chấm chọn nhánh",
    "survey": "điều tra, khảo sát",
    "bonus": "điểm thưởng",
    "penalty": "điểm trừ",
}
_PARTS = {
    "kind": "loại",
    "full_from": "đủ điểm từ",
    "floor": "sàn",
    "full_when_missed_below": "đủ điểm khi phần chưa đạt dưới",
    "done": "số đạt",
    "total": "tổng số",
    "count": "số trường hợp",
    "each": "mỗi trường hợp",
    "steps": "các mốc",
    "from": "từ",
    "points": "điểm",
    "requires": "với điều kiện",
    "all_of": "gồm",
    "items": "gồm",
    "dates": "các hạn",
    "parts": "các phần",
    "due": "hạn",
    "on_time": "đúng hạn",
    "late": "chậm",
    "tiers": "các bậc",
    "at_most": "nhiều nhất",
    "choice": "theo",
    "branches": "các nhánh",
    "rule": "quy tắc",
    "key": "khóa",
    "label": "tên",
    "type": "loại",
    "days_before": "số ngày trước kỳ",
    "days_after": "số ngày sau kỳ",
    "legal_reference": "căn cứ",
    "document": "văn bản",
    "part": "mục",
    "provenance": "nguồn gốc",
    "standing": "còn hiệu lực nhiều năm",
}
"""What kinds and parts of rules, declared values and documents are called before officials."""


@dataclass(frozen=True, slots=True)
class SetChange:
    """One difference; the field is "added" or "removed" for a whole component, level, bonus or penalty."""

    component: str
    """Id of the component, level, bonus or penalty; empty for the set itself."""

    field: str
    before: Any
    after: Any
    what: str

    @property
    def changes_points(self) -> bool:
        """Whether the same facts may score differently."""
        return self.field in _MOVES_POINTS

    def plain(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "component": self.component,
            "field": self.field,
            "from": self.before,
            "to": self.after,
            "what": self.what,
            "changes_points": self.changes_points,
        }


def compare_sets(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[SetChange, ...]:
    """Every difference between two sets (plain mappings): the set itself, then by id, then outside the 100."""
    whole = _fields_changed("", "bộ tiêu chí", before, after, _WHOLE)
    levels = _by_id({**_levels(before), **_components(before)}, {**_levels(after), **_components(after)})
    caps = _fields_changed("", "ngoài thang 100", _outside(before), _outside(after), _OUTSIDE)
    return (*whole, *levels, *caps, *_by_id(_outside_items(before), _outside_items(after)))


def _by_id(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> Iterator[SetChange]:
    names = sorted(old.keys() | new.keys(), key=lambda name: tuple(int(part) for part in name.split(".")))
    return (change for name in names for change in _changes(name, old.get(name), new.get(name)))


def _outside(criteria: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = criteria.get("outside_100") or {}
    return found


def _outside_items(criteria: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {item["id"]: item for item in _outside(criteria).get("items", ())}


def _levels(criteria: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Domains and criteria with their own fields alone."""
    found = [*criteria["domains"], *(criterion for domain in criteria["domains"] for criterion in domain["criteria"])]
    return {level["id"]: {name: level[name] for name in _LEVEL} for level in found}


def successors(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str | None]:
    """For each component of the older set the one of the newer that takes over its evidence: same name, else the same
    measure, else the same declared keys, where exactly one has them; None: nobody can tell, a person decides."""
    old, new = _components(before), _components(after)
    found: dict[str, str | None] = {}
    for name, entry in old.items():
        marks = (_name, _measure, _keys)
        sole = (_sole(new, mark, mark(entry)) for mark in marks if mark(entry))
        found[name] = next((other for other in sole if other), None)
    return found


def _sole(
    entries: Mapping[str, Mapping[str, Any]], mark: Callable[[Mapping[str, Any]], Any], wanted: Any
) -> str | None:
    same = [name for name, entry in entries.items() if mark(entry) == wanted]
    return same[0] if len(same) == 1 else None


def _name(entry: Mapping[str, Any]) -> str:
    return " ".join(str(entry["name"]).casefold().split())


def _measure(entry: Mapping[str, Any]) -> str:
    return str(entry.get("measure") or "")


def _keys(entry: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(item["key"] for item in entry.get("declared", ()))


def _components(criteria: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {c["id"]: c for domain in criteria["domains"] for k in domain["criteria"] for c in k["components"]}


def _changes(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[SetChange]:
    if old is None and new is not None:
        yield SetChange(name, "added", None, new.get("max_points"), f"{name}: thêm mới{_worth(new)}")
    elif new is None and old is not None:
        yield SetChange(name, "removed", old.get("max_points"), None, f"{name}: bỏ đi{_worth(old)}")
    elif old is not None and new is not None:
        yield from _fields_changed(name, name, old, new, _FIELDS)


def _worth(entry: Mapping[str, Any]) -> str:
    return f", {entry['max_points']} điểm" if "max_points" in entry else ""


def _fields_changed(
    name: str, who: str, old: Mapping[str, Any], new: Mapping[str, Any], fields: Mapping[str, str]
) -> Iterator[SetChange]:
    for field, said in fields.items():
        if old.get(field) != new.get(field):
            what = f"{who}: {said} đổi từ {_said(old.get(field))} thành {_said(new.get(field))}"
            yield SetChange(name, field, old.get(field), new.get(field), what)


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{_PARTS.get(key, key)} {_part(key, item)}" for key, item in value.items())
    if isinstance(value, list):
        return "; ".join(_said(item) for item in value) or "không có"
    if isinstance(value, bool):
        return "có" if value else "không"
    return "không có" if value is None else str(value)


def _part(key: str, value: Any) -> str:
    return KIND_WORDS[value] if key == "kind" and value in KIND_WORDS else _said(value)
