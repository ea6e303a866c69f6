"""Where the numbers of a rule come from: each rule beside its measure and its declared values, judged at load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from config.criteria_rules import keys_of, plain_rules

SHARED = frozenset(
    {"share", "capped_share", "floor_share", "tiered", "steps", "all_or_nothing", "share_with_deduction"}
)
"""Rules that work on a share of two numbers."""
COUNTED = frozenset({"count_steps", "per_violation"})
"""Rules that work on a count."""


class MeasureShape(Protocol):
    """What a rule has to know of a measure (`scoring.engine.measures.Measure`)."""

    @property
    def total(self) -> str:
        """Key of the total of a share; empty where the measure only counts."""

    @property
    def count(self) -> tuple[str, str] | None:
        """Key and phrase of a count; None where the measure is a share."""

    @property
    def declared(self) -> tuple[str, ...]:
        """Keys that officials declare beside it."""


def input_faults(component: Any, measures: Mapping[str, MeasureShape] | None) -> Iterator[tuple[str, str]]:
    """(field, fault) of a component whose rule cannot get its numbers, or gets some that nothing reads.

    `measures`: all that exist; None: not known here, so a measure's name and kind are not judged.
    """
    measure = (measures or {}).get(component.measure or "")
    if component.measure:
        yield from _measure_faults(component, measures, measure)
    elif component.rule.kind != "survey" and not component.declared:
        yield "rule", "phải có measure hoặc declared để lấy số liệu"
    for where, rule in plain_rules(component.rule):
        yield from (("rule", f"{where}{what}") for what in _own_key_faults(rule, measured=bool(component.measure)))
    unjudged = bool(component.measure) and measure is None
    yield from declared_faults(component, measure.declared if measure else (), unused_allowed=unjudged)


def declared_faults(
    item: Any, beside: Sequence[str] = (), *, unused_allowed: bool = False
) -> Iterator[tuple[str, str]]:
    """Keys that the rule (or its measure: `beside`) reads and nobody declares, the other way round, and wrong types."""
    declared = {entry.key: entry.type for entry in item.declared}
    wanted = {*keys_of(item.rule), *beside}
    if len(declared) < len(item.declared):
        yield "declared", "có hai giá trị khai báo cùng khóa"
    for key in sorted(wanted - set(declared)):
        yield "rule", f"dùng {key!r}, nhưng declared không có khóa này"
    for key in () if unused_allowed else sorted(set(declared) - wanted):
        yield "declared", f"khai {key!r}, nhưng quy tắc không dùng đến"
    for key, kinds in _types_wanted(item.rule).items():
        if key in declared and declared[key] not in kinds:
            yield "declared", f"{key!r} phải có type {' hoặc '.join(kinds)}, đang ghi {declared[key]}"
    for key in (key for key, kind in declared.items() if kind == "choice"):
        if key != getattr(item.rule, "choice", None):
            yield "declared", f"{key!r} có type choice, nhưng không phải giá trị chọn nhánh của quy tắc"


def _measure_faults(
    component: Any, measures: Mapping[str, MeasureShape] | None, measure: MeasureShape | None
) -> Iterator[tuple[str, str]]:
    users = [(where, rule.kind) for where, rule in plain_rules(component.rule) if rule.kind in SHARED | COUNTED]
    if measures is not None and measure is None:
        known = ", ".join(sorted(measures))
        yield "measure", f"không có phép đo {component.measure!r}; các phép đo: {known}"
    if not users:
        yield "measure", f"quy tắc {component.rule.kind} không dùng phép đo"
    if measure is None:
        return
    for where, kind in users:
        if kind in SHARED and not measure.total:
            yield "measure", f"{where}quy tắc {kind} cần một tỷ lệ, nhưng phép đo {component.measure} chỉ đếm"
        if kind in COUNTED and not measure.count:
            yield "measure", f"{where}quy tắc {kind} cần một số đếm, nhưng phép đo {component.measure} là tỷ lệ"


def _own_key_faults(rule: Any, *, measured: bool) -> Iterator[str]:
    """A rule names its numbers itself, or has them from the measure: one of the two, never both."""
    own = [key for key in ("done", "total") if getattr(rule, key, None)]
    if rule.kind in COUNTED and rule.count:
        own.append("count")
    if measured and own and rule.kind in SHARED | COUNTED:
        yield f"đã có phép đo thì không ghi {', '.join(own)}"
    if not measured and rule.kind in SHARED and len(own) < 2:
        yield "quy tắc tỷ lệ phải có done và total"
    if not measured and rule.kind in COUNTED and not own:
        yield "quy tắc đếm phải có count"


def _types_wanted(rule: Any) -> dict[str, tuple[str, ...]]:
    """Types that each key may have, by key."""
    wanted: dict[str, tuple[str, ...]] = {}
    if choice := getattr(rule, "choice", None):
        wanted[choice] = ("choice",)
    for _, plain in plain_rules(rule):
        yes = [key for name in ("all_of", "items", "requires") for key in getattr(plain, name, [])]
        wanted |= dict.fromkeys((key for tier in getattr(plain, "tiers", []) for key in tier.at_most), ("count",))
        wanted |= dict.fromkeys([*yes, *(part.key for part in getattr(plain, "parts", []))], ("yes_no",))
        wanted |= dict.fromkeys((part.key for part in getattr(plain, "dates", [])), ("date",))
        wanted |= dict.fromkeys((getattr(plain, name, None) or "" for name in ("done", "total")), ("count", "number"))
        wanted |= {getattr(plain, "count", None) or "": ("count",)}
    return wanted
