"""Bonus and penalty outside the 100: each counted, proven and explained like a component, both up to their caps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .bench import Bench, evaluated
from .evaluation import NO_EVIDENCE, SCORED
from .proof import proof_of

KINDS = ("bonus", "penalty")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideScore:
    """One bonus or penalty; `points` as counted for it alone, before the cap of all of its kind."""

    id: str
    name: str
    kind: str
    """bonus | penalty"""
    points: Decimal | None
    state: str
    because: str
    numbers: Mapping[str, Any]
    evidence: tuple[Mapping[str, Any], ...]
    warnings: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """JSON-ready, points as decimal text."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "points": None if self.points is None else f"{self.points:.2f}",
            "state": self.state,
            "because": self.because,
            "numbers": dict(self.numbers),
            "evidence": list(self.evidence),
            "warnings": list(self.warnings),
        }


def outside_items(criteria: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """All that a set has outside the 100, whether it counts or not."""
    items: Sequence[Mapping[str, Any]] = (criteria.get("outside_100") or {}).get("items", ())
    return items


def outside_scores(criteria: Mapping[str, Any], bench: Bench) -> tuple[OutsideScore, ...]:
    """Each bonus and penalty; none where the set does not count them."""
    outside = criteria.get("outside_100") or {}
    if not outside.get("enabled"):
        return ()
    return tuple(_scored(item, outside[f"{item['rule']['kind']}_cap"], bench) for item in outside["items"])


def capped(criteria: Mapping[str, Any], scores: Sequence[OutsideScore]) -> Mapping[str, Decimal]:
    """Totals of both kinds up to their caps; empty where the set does not count them."""
    outside = criteria.get("outside_100") or {}
    if not outside.get("enabled"):
        return {}
    sums = {
        kind: sum((item.points or Decimal(0) for item in scores if item.kind == kind), Decimal(0)) for kind in KINDS
    }
    return {kind: min(Decimal(outside[f"{kind}_cap"]), total) for kind, total in sums.items()}


def _scored(item: Mapping[str, Any], cap: str, bench: Bench) -> OutsideScore:
    """A bonus that is not proven gives nothing; a penalty needs no proof of its own."""
    values = bench.declared.get(item["id"], ())
    entry = {**item, "max_points": cap, "no_cases": "zero_points", "no_data": "no_score", "evidence": ()}
    result, _ = evaluated(bench, entry, values)
    proof = proof_of(entry, values, bench.papers, bench.window)
    points, state, because = result.points, result.state, result.because
    doubtful = item["rule"]["kind"] == "bonus" and not proof.enough and not bench.changes.get(item["id"])
    if state == SCORED and points and doubtful:
        because = f"{because[:-1]}; nhưng chưa có tài liệu kiểm chứng hay giải trình, nên tạm tính 0,00 điểm."
        points, state = Decimal("0.00"), NO_EVIDENCE
    return OutsideScore(
        id=item["id"],
        name=item["name"],
        kind=item["rule"]["kind"],
        points=points,
        state=state,
        because=because,
        numbers=result.numbers,
        evidence=proof.evidence,
        warnings=proof.warnings,
    )
