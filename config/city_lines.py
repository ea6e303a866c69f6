"""How a component is scored, from the lines that a city's table writes below it: points, a share, parts, a survey.

A line with points ("Ban hành đúng hạn: 1") is a branch that the scorer chooses; a line that speaks of a share is a
branch that multiplies it; lines whose points add up to the maximum are parts; "trừ 0,5 điểm" comes off for each case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_TAIL = re.compile(
    r"[\s:;,.=–(\-…]*\b(?:được\s+|đạt\s+|thì\s+|tính\s+|chấm\s+)*(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:điểm|đ)?\s*[).;]*$",
    re.I,
)
_WORTH = re.compile(r"[:=–\-…(]|điểm|được", re.I)
_SHARE = re.compile(r"công thức|tỷ lệ|tỉ lệ|tính theo %|%", re.I)
_FORMULA = re.compile(r"công thức|[x×*]\s*(?:\d|điểm)|\bnhân\b", re.I)
_LESS = re.compile(r"\btrừ\b\D{0,20}(\d{1,2}(?:[.,]\d{1,2})?)\s*(?:điểm|đ)\b", re.I)
_SURVEY = re.compile(r"điều tra xã hội học|điều tra xhh|đtxhh|khảo sát|sipas", re.I)
_BULLET = re.compile(r"^(?:[-+*•–]|[a-zđ]\)|\d\))\s*")
_CHOICE, _DONE, _TOTAL, _CASES = "nhanh_duoc_chon", "da_thuc_hien", "tong_so", "so_truong_hop_bi_tru"
_LABELS = {
    _CHOICE: ("Nhánh được chọn theo bảng điểm", "choice"),
    _DONE: ("Số đã thực hiện, đạt yêu cầu", "number"),
    _TOTAL: ("Tổng số phải thực hiện", "number"),
    _CASES: ("Số trường hợp bị trừ điểm", "count"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One way in which a component is scored; `points` None: by a share. `less`: points that each case takes off."""

    text: str
    points: Decimal | None
    cell: str
    less: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Scoring:
    """Rule and declared values of a component as its lines say it; `rule` None: they do not."""

    rule: dict[str, Any] | None
    declared: tuple[dict[str, str], ...] = ()
    faults: tuple[str, ...] = ()


def lines_in(text: str, points: Decimal | None, cell: str) -> Iterator[Line]:
    """The ways that a cell tells, a line each; `points` stand in the cell of points beside it, where there are any."""
    lines = [_BULLET.sub("", line).strip() for line in text.split("\n")]
    for line in filter(None, lines):
        found = None if points is not None or _FORMULA.search(line) else _TAIL.search(line)
        if less := _LESS.search(line):
            yield Line(line, None, cell, _decimal(less[1]))
        elif points is not None and len(lines) == 1:
            yield Line(line, points, cell)
        elif found and _WORTH.search(line[max(0, found.start() - 1) :]):
            yield Line(line[: found.start()].strip() or line, _decimal(found[1]), cell)
        elif _SHARE.search(line) or _FORMULA.search(line):
            yield Line(line, None, cell)


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def scoring_of(name: str, maximum: Decimal, lines: Sequence[Line]) -> Scoring:
    """The rule of a component with this maximum."""
    fixed = [line for line in lines if line.points is not None]
    faults = tuple(
        f"{line.cell}: {points_vn(line.points)} điểm lớn hơn điểm tối đa {points_vn(maximum)} của mục"
        for line in fixed
        if (line.points or 0) > maximum
    )
    if not lines:
        return Scoring({"kind": "survey"} if _SURVEY.search(name) else None)
    if any(line.less for line in lines):
        return Scoring(*_deduction(lines, maximum), faults)
    worth = [line.points for line in lines if line.points is not None]
    if len(worth) == len(lines) and max(worth) < sum(worth) == maximum:  # 1 and 0 of 1 are branches, twice 0,5 parts
        return Scoring(*_parts(fixed), faults)
    if len(lines) == 1:
        return Scoring(*_alone(lines[0], maximum), faults)
    keys = (_CHOICE, *((_DONE, _TOTAL) if len(fixed) < len(lines) else ()))
    return Scoring(_branches(lines), _declared(*keys), faults)


def _deduction(lines: Sequence[Line], maximum: Decimal) -> tuple[dict[str, Any] | None, tuple[dict[str, str], ...]]:
    """Full points less so many for each case; where the table says more than that, a person writes the rule."""
    less = [line.less for line in lines if line.less]
    plain = all(line.less or line.points in (maximum, 0) for line in lines)
    if len(less) > 1 or not plain or not 0 < less[0] <= maximum:
        return None, ()
    return {"kind": "per_violation", "count": _CASES, "each": f"{less[0]:.2f}"}, _declared(_CASES)


def points_vn(points: Decimal | None) -> str:
    """Points as people write them: 1,50."""
    return f"{points:.2f}".replace(".", ",")


def _declared(*keys: str) -> tuple[dict[str, str], ...]:
    return tuple({"key": key, "label": _LABELS[key][0], "type": _LABELS[key][1]} for key in keys)


def _share() -> dict[str, Any]:
    return {"kind": "share", "done": _DONE, "total": _TOTAL}


def _branches(lines: Sequence[Line]) -> dict[str, Any]:
    branches = [
        {"id": f"nhanh_{number}", "label": _label(line.text, number)}
        | ({"rule": _share()} if line.points is None else {"points": f"{line.points:.2f}"})
        for number, line in enumerate(lines, 1)
    ]
    return {"kind": "branches", "choice": _CHOICE, "branches": branches}


def _label(text: str, number: int) -> str:
    """Words such as "Có" alone would read as an answer."""
    return text if len(text) > 8 else f"Nhánh {number}: {text}"


def _parts(lines: Sequence[Line]) -> tuple[dict[str, Any], tuple[dict[str, str], ...]]:
    asked = [(f"phan_{number}", line) for number, line in enumerate(lines, 1)]
    parts = [{"key": key, "points": f"{line.points:.2f}"} for key, line in asked]
    declared = tuple({"key": key, "label": _said(line.text), "type": "yes_no"} for key, line in asked)
    return {"kind": "yes_no_parts", "parts": parts}, declared


def _alone(line: Line, maximum: Decimal) -> tuple[dict[str, Any] | None, tuple[dict[str, str], ...]]:
    if line.points is None:
        return _share(), _declared(_DONE, _TOTAL)
    if line.points != maximum:
        return None, ()
    return {"kind": "yes_no", "all_of": ["phan_1"]}, ({"key": "phan_1", "label": _said(line.text), "type": "yes_no"},)


def _said(text: str) -> str:
    """A label as a cell of the form takes it: no line to separate its parts, five letters at least."""
    plain = text.replace("|", "/")
    return plain if len(plain) >= 5 else f"Nội dung: {plain}"
