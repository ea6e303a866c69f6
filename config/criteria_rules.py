"""The shapes of rules in a criteria set: one model per rule kind, strict, decimals written as text.

What a rule computes is in `scoring/engine/rules.py`; a test holds the two lists of kinds equal.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_DECIMAL = re.compile(r"^\d{1,4}(\.\d{1,4})?$")


def _decimal_text(value: object) -> object:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and _DECIMAL.match(value):
        return Decimal(value)
    raise ValueError('phải là số thập phân viết trong dấu nháy, ví dụ "4.00"')


def _share_text(value: object) -> object:
    share = _decimal_text(value)
    if isinstance(share, Decimal) and not 0 < share <= 1:
        raise ValueError('phải là tỷ lệ lớn hơn 0 và không quá 1, ví dụ "0.95"')
    return share


def _whole(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("phải là số nguyên từ 0 trở lên")
    return value


Points = Annotated[Decimal, BeforeValidator(_decimal_text)]
Share = Annotated[Decimal, BeforeValidator(_share_text)]
Count = Annotated[int, BeforeValidator(_whole)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")]


class Strict(BaseModel):
    """No unknown fields, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class DatedPart(Strict):
    """One document with its due date: points when issued by then, points when later, 0 when missing."""

    key: Key
    due: date
    on_time: Points
    late: Points


class YesPart(Strict):
    """One yes/no part with its points."""

    key: Key
    points: Points


class ShareStep(Strict):
    """From this share on, so many points."""

    start: Share = Field(alias="from")
    points: Points


class CountStep(Strict):
    """From this count on, so many points."""

    start: Count = Field(alias="from")
    points: Points


class Tier(Strict):
    """All the counts at most these: so many points."""

    at_most: dict[Key, Count] = Field(min_length=1)
    points: Points


class _Shared(Strict):
    """A share of two numbers: named here for declared values; a measure names its own."""

    done: Key | None = None
    total: Key | None = None


class ShareRule(_Shared):
    """maximum x share."""

    kind: Literal["share"]


class CappedShareRule(_Shared):
    """Full from a share on: min(maximum, maximum x share / full_from)."""

    kind: Literal["capped_share"]
    full_from: Share


class FloorShareRule(_Shared):
    """maximum x share from a floor on, 0 under it."""

    kind: Literal["floor_share"]
    floor: Share


class TieredRule(_Shared):
    """Full while the missed share is strictly below a limit, then maximum x share, 0 under the floor."""

    kind: Literal["tiered"]
    full_when_missed_below: Share
    floor: Share


class StepsRule(_Shared):
    """A table from share to points, 0 under the lowest step."""

    kind: Literal["steps"]
    steps: list[ShareStep] = Field(min_length=1)


class AllOrNothingRule(_Shared):
    """Full when nothing is missed, otherwise 0."""

    kind: Literal["all_or_nothing"]


class ShareWithDeductionRule(_Shared):
    """maximum x share, less `each` per counted case, never below 0."""

    kind: Literal["share_with_deduction"]
    count: Key
    each: Points


class CountStepsRule(Strict):
    """A table from count to points; 0 unless all of `requires` are yes."""

    kind: Literal["count_steps"]
    count: Key | None = None
    requires: list[Key] = Field(default_factory=list)
    steps: list[CountStep] = Field(min_length=1)


class PerViolationRule(Strict):
    """maximum less `each` per counted case, never below 0."""

    kind: Literal["per_violation"]
    count: Key | None = None
    each: Points


class TieredPenaltyRule(Strict):
    """The first tier whose limits all hold; 0 when none does."""

    kind: Literal["tiered_penalty"]
    tiers: list[Tier] = Field(min_length=1)


class YesNoRule(Strict):
    """Full when all are yes, otherwise 0."""

    kind: Literal["yes_no"]
    all_of: list[Key] = Field(min_length=1)


class YesNoPartsRule(Strict):
    """The sum of the parts that are yes."""

    kind: Literal["yes_no_parts"]
    parts: list[YesPart] = Field(min_length=1)


class DeadlineRule(Strict):
    """Documents with due dates, and yes/no parts beside them."""

    kind: Literal["deadline"]
    dates: list[DatedPart] = Field(min_length=1)
    parts: list[YesPart] = Field(default_factory=list)


class ReportsRule(Strict):
    """Periodic reports with due dates, and yes/no parts beside them."""

    kind: Literal["reports_on_time"]
    dates: list[DatedPart] = Field(min_length=2)
    parts: list[YesPart] = Field(default_factory=list)


class ChecklistRule(Strict):
    """maximum x items that are yes / all items."""

    kind: Literal["checklist"]
    items: list[Key] = Field(min_length=2)


class SurveyRule(Strict):
    """Comes from a survey, never self-scored."""

    kind: Literal["survey"]


class Branch(Strict):
    """One branch of a score sheet: fixed points or a rule of its own."""

    id: Key
    label: str = Field(min_length=3)
    points: Points | None = None
    rule: PlainRule | None = None


class BranchesRule(Strict):
    """The scorer chooses a branch by its id, as the real score sheets have it."""

    kind: Literal["branches"]
    choice: Key
    branches: list[Branch] = Field(min_length=2)


class BonusRule(Strict):
    """Outside the 100: `each` per counted case, up to the cap of the set."""

    kind: Literal["bonus", "penalty"]
    count: Key
    each: Points


PlainRule = Annotated[
    ShareRule
    | CappedShareRule
    | FloorShareRule
    | TieredRule
    | StepsRule
    | AllOrNothingRule
    | ShareWithDeductionRule
    | CountStepsRule
    | PerViolationRule
    | TieredPenaltyRule
    | YesNoRule
    | YesNoPartsRule
    | DeadlineRule
    | ReportsRule
    | ChecklistRule
    | SurveyRule,
    Field(discriminator="kind"),
]
Rule = Annotated[PlainRule | BranchesRule, Field(discriminator="kind")]
Branch.model_rebuild()
BranchesRule.model_rebuild()

RULE_KINDS = frozenset(
    kind
    for model in (*get_args(get_args(PlainRule)[0]), BranchesRule, BonusRule)
    for kind in get_args(model.model_fields["kind"].annotation)
)
"""Every rule kind a set may use."""


def plain_rules(rule: Any) -> list[tuple[str, Any]]:
    """The rules that give points (the rule itself, or those of its branches), each with words for its place."""
    if rule.kind != "branches":
        return [("", rule)]
    return [(f"nhánh {branch.id}: ", branch.rule) for branch in rule.branches if branch.rule]


def keys_of(rule: Any) -> tuple[str, ...]:
    """The names of all values a rule reads, in the order of the rule; without those that a measure supplies."""
    found: list[str | None] = []
    for field in ("done", "total", "count", "choice"):
        found.append(getattr(rule, field, None))
    for field in ("requires", "all_of", "items"):
        found += getattr(rule, field, [])
    for field in ("dates", "parts"):
        found += [part.key for part in getattr(rule, field, [])]
    for tier in getattr(rule, "tiers", []):
        found += tier.at_most
    for branch in getattr(rule, "branches", []):
        found += keys_of(branch.rule) if branch.rule else []
    return tuple(dict.fromkeys(key for key in found if key))
