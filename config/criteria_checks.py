"""What a criteria set must keep beyond its shape: sums, ids, borders of rules, keys and measures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from config.criteria_rules import keys_of

Path = tuple[str | int, ...]
_SHARED = {"share", "capped_share", "floor_share", "tiered", "steps", "all_or_nothing", "share_with_deduction"}
_COUNTED = {"count_steps", "per_violation"}


@dataclass(frozen=True, slots=True)
class Spot:
    """A fault at a path of the file, and the id of the level it belongs to."""

    path: Path
    who: str
    what: str


def set_faults(value: Any) -> Iterator[Spot]:
    """Sums, ids, dates and the total; levels whose points cannot be read are left to the shape check."""
    if not isinstance(value, dict):
        yield Spot((), "?", "tệp phải là các mục khóa: giá trị")
        return
    yield from _sum_faults(value, ("domains", "criteria", "components"), ())
    yield from _id_faults(value)
    surveyed = [c for _, c in _components(value) if _mapping(c.get("rule")).get("kind") == "survey"]
    said, seen = _points(value.get("not_self_scored")), [_points(c.get("max_points")) for c in surveyed]
    total = sum((points for points in seen if points is not None), Decimal(0))
    if said is not None and None not in seen and said != total:
        what = f"ghi {said} điểm không tự chấm, nhưng các mục điều tra cộng lại {total}"
        yield Spot(("not_self_scored",), "bộ tiêu chí", what)
    start, end = value.get("effective_from"), value.get("effective_to")
    if type(start) is type(end) and start is not None and str(start) > str(end):
        yield Spot(("effective_to",), "bộ tiêu chí", f"hết hiệu lực {end} trước khi có hiệu lực {start}")


def component_faults(components: Iterable[tuple[Path, Any]], measures: Collection[str] | None) -> Iterator[Spot]:
    """Faults between the fields of each component (already of the right shape)."""
    for path, component in components:
        for field, what in (*_input_faults(component, measures), *_rule_faults(component)):
            yield Spot((*path, field), component.id, what)


def _sum_faults(value: dict[str, Any], levels: tuple[str, ...], path: Path) -> Iterator[Spot]:
    if not levels:
        return
    children = [child for child in _list(value.get(levels[0])) if isinstance(child, dict)]
    parts = [_points(child.get("max_points")) for child in children]
    whole = _points(value.get("max_points"))
    if whole is not None and parts and None not in parts:
        total = sum((part for part in parts if part is not None), Decimal(0))
        if total != whole:
            who = f"lĩnh vực, tiêu chí {value['id']}" if path else "bộ tiêu chí"
            yield Spot((*path, "max_points"), who, f"ghi {whole} điểm, nhưng các mục bên trong cộng lại {total}")
    for index, child in enumerate(children):
        yield from _sum_faults(child, levels[1:], (*path, levels[0], index))


def _id_faults(value: dict[str, Any]) -> Iterator[Spot]:
    seen: set[str] = set()
    for path, level, parent in _levels(value):
        name = str(level.get("id", "?"))
        if name in seen:
            yield Spot((*path, "id"), name, "mã này đã dùng ở trên")
        seen.add(name)
        if parent and not name.startswith(f"{parent}."):
            yield Spot((*path, "id"), name, f"mã phải bắt đầu bằng mã cấp trên {parent}.")


def _levels(value: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any], str]]:
    for first, domain in enumerate(_list(value.get("domains"))):
        yield ("domains", first), _mapping(domain), ""
        for second, criterion in enumerate(_list(_mapping(domain).get("criteria"))):
            above: Path = ("domains", first, "criteria", second)
            yield above, _mapping(criterion), str(_mapping(domain).get("id", ""))
            for third, component in enumerate(_list(_mapping(criterion).get("components"))):
                yield (*above, "components", third), _mapping(component), str(_mapping(criterion).get("id", ""))


def _components(value: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    return ((path, level) for path, level, _ in _levels(value) if len(path) == 6)


def _input_faults(component: Any, measures: Collection[str] | None) -> Iterator[tuple[str, str]]:
    rule, kind = component.rule, component.rule.kind
    declared = {item.key: item.type for item in component.declared}
    wanted = set(keys_of(rule))
    if measures is not None and component.measure and component.measure not in measures:
        yield "measure", f"không có phép đo {component.measure!r}; các phép đo: {', '.join(sorted(measures))}"
    if len(declared) < len(component.declared):
        yield "declared", "có hai giá trị khai báo cùng khóa"
    if kind != "survey" and not component.measure and not declared:
        yield "rule", "phải có measure hoặc declared để lấy số liệu"
    if component.measure and kind not in _SHARED | _COUNTED:
        yield "measure", f"quy tắc {kind} không dùng phép đo"
    if not component.measure and kind in _SHARED and not (rule.done and rule.total):
        yield "rule", "quy tắc tỷ lệ phải có done và total"
    if not component.measure and kind in _COUNTED and not rule.count:
        yield "rule", "quy tắc đếm phải có count"
    for key in sorted(wanted - set(declared)):
        yield "rule", f"dùng {key!r}, nhưng declared không có khóa này"
    for key in sorted(set(declared) - wanted) if not component.measure else ():
        yield "declared", f"khai {key!r}, nhưng quy tắc không dùng đến"
    yield from _type_faults(rule, declared)


def _type_faults(rule: Any, declared: dict[str, str]) -> Iterator[tuple[str, str]]:
    wanted: dict[str, tuple[str, ...]] = {}
    for part in getattr(rule, "dates", []):
        wanted[part.key] = ("date",)
    for key in [p.key for p in getattr(rule, "parts", [])] + [
        key for field in ("all_of", "items", "requires") for key in getattr(rule, field, [])
    ]:
        wanted[key] = ("yes_no",)
    for field in ("done", "total"):
        wanted[getattr(rule, field, None) or ""] = ("count", "number")
    wanted[getattr(rule, "count", None) or ""] = ("count",)
    for key, kinds in wanted.items():
        if key in declared and declared[key] not in kinds:
            yield "declared", f"{key!r} phải có type {' hoặc '.join(kinds)}, đang ghi {declared[key]}"


def _rule_faults(component: Any) -> Iterator[tuple[str, str]]:
    rule, maximum = component.rule, component.max_points
    yield from (("rule", what) for what in _ladder_faults(rule, maximum))
    yield from (("rule", what) for what in _part_faults(rule, maximum))
    if rule.kind in ("per_violation", "share_with_deduction") and not 0 < rule.each <= maximum:
        yield "rule", f"mức trừ {rule.each} phải lớn hơn 0 và không quá {maximum}"
    if rule.kind == "tiered" and rule.floor >= 1 - rule.full_when_missed_below:
        yield "rule", f"sàn {rule.floor} phải thấp hơn mốc đủ điểm {1 - rule.full_when_missed_below}"
    if rule.kind == "branches":
        yield from (("rule", what) for what in _branch_faults(rule, maximum))


def _ladder_faults(rule: Any, maximum: Decimal) -> Iterator[str]:
    """Steps and tiers go down strictly, so that no two overlap, and the best one is worth the maximum."""
    steps = getattr(rule, "steps", [])
    starts = [step.start for step in steps]
    if any(later >= earlier for earlier, later in pairwise(starts)):
        yield f"các mốc phải giảm dần, không trùng nhau: {', '.join(map(str, starts))}"
    points = [step.points for step in steps or getattr(rule, "tiers", [])]
    if any(later >= earlier for earlier, later in pairwise(points)):
        yield f"điểm của các mốc phải giảm dần: {', '.join(map(str, points))}"
    if points and points[0] != maximum:
        yield f"mốc cao nhất {points[0]} điểm, phải bằng điểm tối đa {maximum}"
    if points and points[-1] == 0:
        yield "mốc thấp nhất 0 điểm là thừa: dưới mọi mốc đã là 0"


def _part_faults(rule: Any, maximum: Decimal) -> Iterator[str]:
    dates, yes = getattr(rule, "dates", []), getattr(rule, "parts", [])
    if not dates and not yes:
        return
    total = sum((part.on_time for part in dates), Decimal(0)) + sum((part.points for part in yes), Decimal(0))
    if total != maximum:
        yield f"các phần cộng lại {total} điểm, phải bằng điểm tối đa {maximum}"
    for part in dates:
        if part.late > part.on_time:
            yield f"{part.key}: điểm khi trễ {part.late} lớn hơn khi đúng hạn {part.on_time}"
    keys = [part.key for part in (*dates, *yes)]
    if len(set(keys)) < len(keys):
        yield "một khóa dùng cho hai phần"


def _branch_faults(rule: Any, maximum: Decimal) -> Iterator[str]:
    for branch in rule.branches:
        if (branch.points is None) == (branch.rule is None):
            yield f"nhánh {branch.id}: phải có đúng một trong points, rule"
        if branch.points is not None and branch.points > maximum:
            yield f"nhánh {branch.id}: {branch.points} điểm vượt điểm tối đa {maximum}"
    if len({branch.id for branch in rule.branches}) < len(rule.branches):
        yield "hai nhánh cùng mã"


def _points(value: Any) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
