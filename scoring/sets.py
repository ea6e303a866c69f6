"""Two versions of a criteria set beside each other: what came, went and changed, in Vietnamese sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_FIELDS = {
    "name": "tên",
    "max_points": "điểm tối đa",
    "rule": "quy tắc",
    "measure": "phép đo",
    "declared": "giá trị khai",
    "no_cases": "điểm khi không phát sinh",
    "no_data": "điểm khi chưa có số liệu",
    "evidence": "tài liệu kiểm chứng",
    "responsible": "đơn vị chịu trách nhiệm",
    "deadline": "thời hạn",
    "legal_reference": "căn cứ",
}


@dataclass(frozen=True, slots=True)
class SetChange:
    """One difference of one component; the field is "added" or "removed" for a whole component."""

    component: str
    field: str
    before: Any
    after: Any
    what: str

    @property
    def changes_points(self) -> bool:
        """Whether the same facts may score differently."""
        return self.field in {"added", "removed", "max_points", "rule", "measure", "no_cases", "no_data"}

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
    """Every difference between two sets (plain mappings), by component."""
    old, new = _components(before), _components(after)
    names = sorted(old.keys() | new.keys(), key=lambda name: tuple(int(part) for part in name.split(".")))
    return tuple(change for name in names for change in _changes(name, old.get(name), new.get(name)))


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
        yield SetChange(name, "added", None, new["max_points"], f"{name}: thêm mới, {new['max_points']} điểm")
    elif new is None and old is not None:
        yield SetChange(name, "removed", old["max_points"], None, f"{name}: bỏ đi, {old['max_points']} điểm")
    elif old is not None and new is not None:
        for field, said in _FIELDS.items():
            if old.get(field) != new.get(field):
                what = f"{name}: {said} đổi từ {_said(old.get(field))} thành {_said(new.get(field))}"
                yield SetChange(name, field, old.get(field), new.get(field), what)


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_said(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "; ".join(_said(item) for item in value) or "không có"
    return "không có" if value is None else str(value)
