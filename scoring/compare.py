"""Why a score moved: two scores (as JSON values) beside each other, component by component, adding up to the change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scoring.causes import CAUSES, cause_of, cause_outside
from scoring.engine.numbers import points_vn
from scoring.substitution import Share, Stage, outside_of, shares_over, summed, worth


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
    """That of the greatest share."""
    because: str
    """One Vietnamese sentence."""
    shares: tuple[Share, ...]
    """What each cause moved, greatest first; they add up to both differences."""

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
            "shares": [share.plain() for share in self.shares],
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

    @property
    def causes(self) -> tuple[Share, ...]:
        """What each cause moved over all components, greatest first; they add up to the change of both totals."""
        return summed(share for change in self.changes for share in change.shares)

    def sentences(self) -> tuple[str, ...]:
        """Each change as a Vietnamese sentence."""
        return tuple(change.because for change in (*self.changes, *self.outside))

    def plain(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "from": dict(self.totals_before),
            "to": dict(self.totals_after),
            "change": {"conservative": _text(self.conservative), "expected": _text(self.expected)},
            "causes": [share.plain() for share in self.causes],
            "components": [change.plain() for change in self.changes],
            **({"outside_100": [change.plain() for change in self.outside]} if self.outside else {}),
        }


def compare(before: Mapping[str, Any], after: Mapping[str, Any], stages: Sequence[Stage] = ()) -> Comparison:
    """What moved from one score to another, both as `Score.plain()` gives them.

    `stages` (from `substitution.stages`) tell several causes of one component apart; without them it has the nearest.
    """
    old, new = (_by_id(score["components"]) for score in (before, after))
    found = []
    for name in sorted(old.keys() | new.keys(), key=_id_order):
        was, now = old.get(name), new.get(name)
        shares = shares_over(was, [(stage.kind, stage.items.get(name)) for stage in stages])
        if was is None or now is None or shares or _stand(was) != _stand(now):
            nearest = "" if shares else cause_of(was, now, before, after)
            found.append(_change(was, now, shares, nearest))
    outside = tuple(_outside_changes(before, after, stages))
    return Comparison(before["totals"], after["totals"], tuple(sorted(found, key=_size_order)), outside)


def _outside_changes(before: Mapping[str, Any], after: Mapping[str, Any], stages: Sequence[Stage]) -> Iterator[Change]:
    """Bonuses and penalties that moved; without a score of their own they are worth nothing."""
    old, new = (outside_of(score) for score in (before, after))
    for name in sorted(old.keys() | new.keys(), key=_id_order):
        was, now = old.get(name), new.get(name)
        shares = shares_over(was, [(stage.kind, stage.outside.get(name)) for stage in stages])
        if was is None or now is None:
            yield _change(was, now, shares, "criteria")
        elif shares or _stand(was) != _stand(now):
            yield _change(was, now, shares, cause_outside(was, now))


def _size_order(change: Change) -> tuple[Decimal, Decimal, tuple[int, ...]]:
    """Greatest change first."""
    return -abs(change.expected_difference), -abs(change.difference), _id_order(change.component)


def _id_order(component: str) -> tuple[int, ...]:
    return tuple(int(part) for part in component.split("."))


def _stand(item: Mapping[str, Any]) -> tuple[Any, ...]:
    return item["points"], item["expected"], item["state"]


def _change(
    was: Mapping[str, Any] | None, now: Mapping[str, Any] | None, shares: tuple[Share, ...], nearest: str
) -> Change:
    """The change with its shares; where there are none all of it is that of the nearest cause."""
    shown = now or was or {}
    before, after = _points(was, "points"), _points(now, "points")
    shares = shares or (Share(nearest, *(worth(now, side) - worth(was, side) for side in ("points", "expected"))),)
    return Change(
        component=shown["id"],
        name=shown["name"],
        before=before,
        after=after,
        expected_before=_points(was, "expected"),
        expected_after=_points(now, "expected"),
        cause=shares[0].cause,
        because=_sentence(shown, (before, after), shares, gone=now is None),
        shares=shares,
    )


def _sentence(
    shown: Mapping[str, Any],
    points: tuple[Decimal | None, Decimal | None],
    shares: Sequence[Share],
    *,
    gone: bool,
) -> str:
    before, after = points
    difference = (after or Decimal(0)) - (before or Decimal(0))
    move = _moved(difference) if difference else "không đổi"
    now = "Mục này không còn trong bộ tiêu chí." if gone else f"Nay: {shown['because']}"
    return f"{shown['id']} {shown['name']}: {_said(before)} → {_said(after)} ({move}) vì {_reasons(shares)}. {now}"


def _reasons(shares: Sequence[Share]) -> str:
    """The cause; several each with what it moved."""
    if len(shares) == 1:
        return CAUSES[shares[0].cause]
    return "; ".join(f"{CAUSES[share.cause]} ({_of_share(share)})" for share in shares)


def _of_share(share: Share) -> str:
    return _moved(share.points) if share.points else f"điểm dự kiến {_moved(share.expected)}"


def _moved(difference: Decimal) -> str:
    return f"{'tăng' if difference > 0 else 'giảm'} {points_vn(abs(difference))}"


def _said(points: Decimal | None) -> str:
    return "chưa có điểm" if points is None else f"{points_vn(points)} điểm"


def _points(item: Mapping[str, Any] | None, field: str) -> Decimal | None:
    return None if item is None or item[field] is None else Decimal(item[field])


def _by_id(items: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {item["id"]: item for item in items}


def _text(points: Decimal | None) -> str | None:
    return None if points is None else f"{points:.2f}"
