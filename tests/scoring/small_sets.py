"""Builders: small criteria sets, one component a rule, read through the one check of criteria files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from config.criteria_sets import read_criteria_set
from scoring import MEASURES

REFERENCE = {"document": "Bộ tiêu chí để thử", "part": "mục I", "provenance": "proposal"}


def entry(rule: Mapping[str, Any], maximum: str = "2.00", **fields: Any) -> dict[str, Any]:
    """A component with this rule; `declared` may be given as key -> type. Its id comes with its place in the set."""
    declared = fields.pop("declared", {})
    asked = [{"key": key, "label": f"Giá trị {key}", "type": kind} for key, kind in declared.items()]
    return {
        "name": "Mục để thử",
        "max_points": maximum,
        "rule": dict(rule),
        "declared": asked,
        "no_cases": "full_points",
        "no_data": "no_score",
        "evidence": [{"kind": "report", "label": "Báo cáo năm"}],
        "responsible": "Văn phòng",
        "deadline": "2025-12-31",
        "legal_reference": REFERENCE,
        **fields,
    }


def set_text(*entries: Mapping[str, Any], **head: Any) -> str:
    """The text of a set with these components, 1.1.1 first; its total is theirs, with a basis where it is not 100."""
    total = f"{sum(Decimal(one['max_points']) for one in entries):.2f}"
    surveyed = f"{sum(Decimal(one['max_points']) for one in entries if one['rule']['kind'] == 'survey'):.2f}"
    components = [{"id": f"1.1.{number}", **one} for number, one in enumerate(entries, 1)]
    level = {"name": "Mục để thử", "max_points": total}
    plain = {
        "id": "bo-thu",
        "version": "1",
        "title": "Bộ tiêu chí để thử",
        "notice": "Chỉ để thử, không chính thức",
        "provenance": "proposal",
        "effective_from": "2025-01-01",
        "effective_to": "2025-12-31",
        "max_points": total,
        "other_total": REFERENCE,
        "not_self_scored": surveyed,
        "rounding": {"places": 2, "mode": "half_up", "where": "component"},
        "outside_100": {"enabled": False, "bonus_cap": "3.00", "penalty_cap": "3.00", "items": []},
        **head,
        "domains": [{"id": "1", **level, "criteria": [{"id": "1.1", **level, "components": components}]}],
    }
    if Decimal(total) == 100:
        plain.pop("other_total")
    apart = json.loads(json.dumps(plain, default=date.isoformat))  # the same value twice would become an alias
    return yaml.safe_dump(apart, allow_unicode=True, sort_keys=False)


def small_set(*entries: Mapping[str, Any], **head: Any) -> dict[str, Any]:
    """The set as the engine takes it.

    Raises:
        BadCriteriaSet: every fault at once.
    """
    return read_criteria_set(set_text(*entries, **head), file="bo.yaml", measures=MEASURES).plain()
