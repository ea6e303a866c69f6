"""What a criteria set must keep beyond its shape: sums, ids, borders of rules, keys and measures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from config.criteria_inputs import MeasureShape, declared_faults, input_faults
from config.criteria_rules import plain_rules

Path = tuple[str | int, ...]
_WHOLE = Decimal(100)
"""Points of a set, unless it says where another total is laid down."""


_ANSWERS = {"có", "không", "không phát sinh"}
"""What a declared cell means by itself, so that no branch may be called so."""


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
    yield from _total_faults(value)
    yield from _id_faults(value)
    yield from _redistribution_faults(value)
    surveyed = [c for _, c in _components(value) if _mapping(c.get("rule")).get("kind") == "survey"]
    said, seen = _points(value.get("not_self_scored")), [_points(c.get("max_points")) for c in surveyed]
    total = sum((points for points in seen if points is not None), Decimal(0))
    if said is not None and None not in seen and said != total:
        what = f"ghi {said} điểm không tự chấm, nhưng các mục điều tra cộng lại {total}"
        yield Spot(("not_self_scored",), "bộ tiêu chí", what)
    start, end = value.get("effective_from"), value.get("effective_to")
    if type(start) is type(end) and start is not None and str(start) > str(end):
        yield Spot(("effective_to",), "bộ tiêu chí", f"hết hiệu lực {end} trước khi có hiệu lực {start}")
    if str(value.get("version")).endswith(".cases"):
        yield Spot(("version",), "bộ tiêu chí", "phiên bản không được kết thúc bằng .cases: đó là tên tệp ca thử")


def component_faults(
    components: Iterable[tuple[Path, Any]], measures: Mapping[str, MeasureShape] | None
) -> Iterator[Spot]:
    """Faults between the fields of each component (already of the right shape)."""
    for path, component in components:
        for field, what in (*input_faults(component, measures), *_rule_faults(component)):
            yield Spot((*path, field), component.id, what)


def outside_faults(items: Iterable[tuple[Path, Any]]) -> Iterator[Spot]:
    """Faults between the fields of each bonus and penalty (already of the right shape)."""
    for path, item in items:
        yield from (Spot((*path, where), item.id, what) for where, what in declared_faults(item))
        if not item.rule.each:
            yield Spot((*path, "rule"), item.id, "mức điểm mỗi trường hợp phải lớn hơn 0")


def _total_faults(value: dict[str, Any]) -> Iterator[Spot]:
    whole, elsewhere = _points(value.get("max_points")), value.get("other_total")
    if whole is not None and whole != _WHOLE and elsewhere is None:
        what = f"tổng {whole} điểm, phải là {_WHOLE}; nếu văn bản quy định tổng khác thì ghi căn cứ vào other_total"
        yield Spot(("max_points",), "bộ tiêu chí", what)
    if whole == _WHOLE and elsewhere is not None:
        yield Spot(("other_total",), "bộ tiêu chí", f"tổng là {_WHOLE} thì không ghi other_total")


def _redistribution_faults(value: dict[str, Any]) -> Iterator[Spot]:
    """Points go to named components of the set that are scored by the ward itself."""
    entries = {str(entry.get("id")): entry for _, entry in _components(value)}
    for path, entry in _components(value):
        name, named = str(entry.get("id")), entry.get("redistribute_to")
        if (entry.get("no_cases") == "redistribute") != bool(named):
            what = "no_cases: redistribute và redistribute_to phải đi cùng nhau"
            yield Spot((*path, "redistribute_to"), name, what)
        heirs = [str(heir) for heir in _list(named)]
        for heir in heirs:
            surveyed = _mapping(entries.get(heir, {}).get("rule")).get("kind") == "survey"
            if heir == name or heir not in entries or surveyed or heirs.count(heir) > 1:
                what = f"không chia điểm cho {heir!r} được: phải là mục khác, có trong bộ, tự chấm, ghi một lần"
                yield Spot((*path, "redistribute_to"), name, what)


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
    for index, item in enumerate(_list(_mapping(value.get("outside_100")).get("items"))):
        name = str(_mapping(item).get("id", "?"))
        if name in seen:
            yield Spot(("outside_100", "items", index, "id"), name, "mã này đã dùng ở chỗ khác")
        seen.add(name)


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


def _rule_faults(component: Any) -> Iterator[tuple[str, str]]:
    rule, maximum = component.rule, component.max_points
    if not maximum:
        yield "max_points", "điểm tối đa phải lớn hơn 0"
    if rule.kind == "branches":
        yield from (("rule", what) for what in _branch_faults(rule, maximum))
    for where, plain in plain_rules(rule):
        whole = not where
        found = (*_ladder_faults(plain, maximum, whole=whole), *_part_faults(plain, maximum, whole=whole))
        yield from (("rule", f"{where}{what}") for what in (*found, *_border_faults(plain, maximum)))


def _border_faults(rule: Any, maximum: Decimal) -> Iterator[str]:
    if rule.kind in ("per_violation", "share_with_deduction") and not 0 < rule.each <= maximum:
        yield f"mức trừ {rule.each} phải lớn hơn 0 và không quá {maximum}"
    if rule.kind == "tiered" and rule.floor >= 1 - rule.full_when_missed_below:
        yield f"sàn {rule.floor} phải thấp hơn mốc đủ điểm {1 - rule.full_when_missed_below}"


def _ladder_faults(rule: Any, maximum: Decimal, *, whole: bool) -> Iterator[str]:
    """Steps and tiers go down strictly, so that no two overlap; the best gives the maximum (in a branch: at most)."""
    steps = getattr(rule, "steps", [])
    starts = [step.start for step in steps]
    if any(later >= earlier for earlier, later in pairwise(starts)):
        yield f"các mốc phải giảm dần, không trùng nhau: {', '.join(map(str, starts))}"
    points = [step.points for step in steps or getattr(rule, "tiers", [])]
    if any(later >= earlier for earlier, later in pairwise(points)):
        yield f"điểm của các mốc phải giảm dần: {', '.join(map(str, points))}"
    if points and (points[0] > maximum or (whole and points[0] != maximum)):
        yield f"mốc cao nhất {points[0]} điểm, phải {_bound(whole)} điểm tối đa {maximum}"
    if points and points[-1] == 0:
        yield "mốc thấp nhất 0 điểm là thừa: dưới mọi mốc đã là 0"
    yield from _tier_faults(getattr(rule, "tiers", []))


def _tier_faults(tiers: Sequence[Any]) -> Iterator[str]:
    """Each tier is wider than the better one above it; otherwise nothing could ever reach it."""
    for better, worse in pairwise(tiers):
        if all(key in worse.at_most and worse.at_most[key] <= limit for key, limit in better.at_most.items()):
            yield f"bậc {worse.points} điểm không rộng hơn bậc {better.points} điểm nên không bao giờ dùng đến"


def _bound(whole: bool) -> str:
    return "bằng" if whole else "không quá"


def _part_faults(rule: Any, maximum: Decimal, *, whole: bool) -> Iterator[str]:
    dates, yes = getattr(rule, "dates", []), getattr(rule, "parts", [])
    if not dates and not yes:
        return
    total = sum((part.on_time for part in dates), Decimal(0)) + sum((part.points for part in yes), Decimal(0))
    if total > maximum or (whole and total != maximum):
        yield f"các phần cộng lại {total} điểm, phải {_bound(whole)} điểm tối đa {maximum}"
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
        if branch.rule is not None and branch.rule.kind == "survey":
            yield f"nhánh {branch.id}: điều tra không thể là một nhánh, vì người chấm không tự chấm điểm điều tra"
        if branch.label.strip().casefold() in _ANSWERS:
            yield f"nhánh {branch.id}: tên {branch.label!r} đọc thành câu trả lời có/không, hãy ghi dài hơn"
    for what, said in (("id", "cùng mã"), ("label", "cùng tên")):
        if len({getattr(branch, what) for branch in rule.branches}) < len(rule.branches):
            yield f"hai nhánh {said}"


def _points(value: Any) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
