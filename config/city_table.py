"""A city's published table of points as the cells of our Excel form, ready to be completed and imported.

Nothing is decided in silence: `doubts` name each cell that a person has to look at, the form shows the rest. Levels get
three-part codes; what the city calls them stays in the column of the legal reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from config.city_lines import Line, Scoring, lines_in, points_vn, scoring_of
from config.city_rows import Cells, Row, Table, rank_of, tables_of
from config.criteria_form import HEAD
from config.criteria_form_filled import Filled, row_of
from config.refusals import WrongUse

_DEEPEST = 3
_READINGS = {
    "yes_no_parts": "được hiểu là từng phần có/không, vì các dòng bên dưới cộng lại đúng điểm tối đa; kiểm tra lại",
    "per_violation": "được hiểu là trừ điểm theo từng trường hợp; kiểm tra lại",
    "survey": "được hiểu là điểm điều tra, khảo sát, không tự chấm; kiểm tra lại",
}
"""What a person has to confirm, because the table does not say it in so many words."""
_DECISION = re.compile(r"(?:quyết định|qđ)\s*(?:số)?\s*:?\s*[\w./-]+(?:\s+ngày\s+[\d/.\-]+)?[^()\n]{0,60}", re.I)
_TITLE = re.compile(r"bộ tiêu chí|bảng tiêu chí|bảng điểm|chỉ số cải cách hành chính|chỉ số cchc", re.I)


class NoTable(WrongUse, ValueError):
    """No sheet holds a table of points, or several do that are not one."""


@dataclass(slots=True)
class _Node:
    """A level of the table: its row, what stands below it, and the lines that say how it is scored."""

    row: Row
    points: Decimal
    children: list[_Node] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    code: str = ""


@dataclass(frozen=True, slots=True)
class Drafted:
    """The form as far as the table fills it, and what a person has to look at, each with its cell."""

    filled: Filled
    doubts: tuple[str, ...]


def drafted(sheets: Mapping[str, Sequence[Cells]], wanted: Sequence[str] = ()) -> Drafted:
    """The table of a city's workbook (sheet name -> rows); `wanted`: the sheets that hold it, else all that look so.

    Raises:
        NoTable: there is none, or sheets begin anew with the same levels.
    """
    tables = [table for table in tables_of(sheets) if not wanted or table.sheet in wanted]
    if not tables:
        names = ", ".join(f'"{name}"' for name in sheets)
        raise NoTable(f'không trang nào có cột "Tiêu chí" và "Điểm tối đa" trong 40 dòng đầu (đã xem {names})')
    rows = [row for table in tables for row in table.rows]
    doubts = [fault for row in rows for fault in row.faults]
    domains = _tree(rows, doubts)
    _refuse_two_sets(tables, domains)
    for number, domain in enumerate(domains, 1):
        domain.code = str(number)
        _shape(domain, doubts)
    doubts += _sum_doubts(domains, rows)
    document = _document(tables)
    cells = [cell for domain in domains for cell in _form_rows(domain, document, doubts)]
    return Drafted(Filled(_head(tables, domains), cells), tuple(dict.fromkeys(doubts)))


def _tree(rows: Sequence[Row], doubts: list[str]) -> list[_Node]:
    """Domains with all below them; rows without a level are lines of the level above."""
    levels = _levels(rows)
    domains: list[_Node] = []
    path: list[_Node] = []
    for row in rows:
        rank = rank_of(row.code) if row.code else None
        depth = levels.index(rank) if rank in levels else None
        if row.is_total or (depth is None and rank is not None and rank < levels[0]):
            path.clear()  # what follows a total before the next level (notes, signatures) belongs to no component
            continue
        if depth is None or depth > len(path):
            _say_line(path, row, doubts)
            continue
        node = _Node(row, row.points or Decimal(0))
        if row.points is None and not row.faults:
            doubts.append(f"{row.cells['points']}: mục {row.code} chưa có điểm tối đa")
        del path[depth:]
        (path[-1].children if path else domains).append(node)
        path.append(node)
        own, *below = row.name.split("\n")
        node.lines += lines_in("\n".join([*below, row.how]), None, row.cells.get("how", row.cells["name"]))
        node.row = replace(row, name=own)
    return domains


def _levels(rows: Sequence[Row]) -> list[int]:
    """The numberings of domain, criterion and component, the highest first. A, B over I, 1, 1.1 only group."""
    seen = sorted({rank for row in rows if row.code and (rank := rank_of(row.code)) is not None})
    return (seen[1:] if len(seen) > _DEEPEST and seen[0] == 0 else seen)[:_DEEPEST]


def _say_line(path: list[_Node], row: Row, doubts: list[str]) -> None:
    """A row below a level: how it is scored, or (with points that are a part of it) something of its own."""
    if not path:
        return
    said = list(lines_in(row.name, row.points, row.cells["points" if row.points is not None else "name"]))
    path[-1].lines += said
    if not said and row.points is None and row.code:
        doubts.append(f"{row.cells['code']}: dòng {row.code!r} không rõ thuộc cấp nào, không đọc")


def _refuse_two_sets(tables: Sequence[Table], domains: Sequence[_Node]) -> None:
    codes = [domain.row.code for domain in domains]
    if len(tables) > 1 and len(set(codes)) < len(codes):
        names = ", ".join(f'"{table.sheet}"' for table in tables)
        raise NoTable(f"các trang {names} đều có bảng điểm đánh số lại từ đầu; chọn một bằng --sheet")


def _shape(domain: _Node, doubts: list[str]) -> None:
    """Three levels everywhere, each with its code: a criterion without components is its own only component."""
    if not domain.children:
        domain.children = [_Node(domain.row, domain.points, lines=domain.lines)]
    for criterion, code in _coded(domain, doubts):
        criterion.code = code
        if not criterion.children:
            criterion.children = [_Node(criterion.row, criterion.points, lines=criterion.lines)]
        for component, name in _coded(criterion, doubts):
            component.code = name


def _coded(parent: _Node, doubts: list[str]) -> Iterator[tuple[_Node, str]]:
    """Each child with its code: the table's own where it fits below the parent's, else by its place."""
    used: set[str] = set()
    for place, child in enumerate(parent.children, 1):
        own, cell = child.row.code, child.row.cells.get("code", "")
        if own in used and own.endswith(".1") and place == 10:  # Excel keeps 1.10 as the number 1.1
            own = f"{own}0"
        if own in used:
            doubts.append(f"{cell}: mã {own} đã dùng ở trên; tạm đánh {parent.code}.{place}")
        fits = re.fullmatch(rf"{re.escape(parent.code)}\.\d{{1,2}}", own) and own not in used
        used.add(own)
        yield child, own if fits else f"{parent.code}.{place}"


def _sum_doubts(domains: Sequence[_Node], rows: Sequence[Row]) -> Iterator[str]:
    for node in _nodes(domains):
        total = sum((child.points for child in node.children), Decimal(0))
        if node.children and total != node.points:
            yield (
                f"{node.row.cells['points']}: mục {node.row.code or node.code} ghi {points_vn(node.points)} điểm, "
                f"các mục con cộng lại {points_vn(total)}"
            )
    whole = sum((domain.points for domain in domains), Decimal(0))
    for row in rows:
        if row.is_total and row.points is not None and row.points != whole:
            said, counted = points_vn(row.points), points_vn(whole)
            yield f"{row.cells['points']}: dòng tổng ghi {said} điểm, các lĩnh vực cộng lại {counted}"


def _nodes(nodes: Sequence[_Node]) -> Iterator[_Node]:
    for node in nodes:
        yield node
        yield from _nodes(node.children)


def _form_rows(domain: _Node, document: str, doubts: list[str]) -> Iterator[Mapping[str, str]]:
    office = ""
    yield _level_row(domain)
    for criterion in domain.children:
        yield _level_row(criterion)
        for component in criterion.children:
            office = component.row.office or criterion.row.office or office  # merged over the rows below
            scoring = _scoring(criterion, component)
            doubts += (*scoring.faults, *_open_questions(component, scoring))
            yield _component_row(component, scoring, document, office)


def _scoring(criterion: _Node, component: _Node) -> Scoring:
    about = f"{criterion.row.name} {component.row.name} {component.row.how}"
    return scoring_of(about, component.points, component.lines)


def _level_row(node: _Node) -> Mapping[str, str]:
    return row_of({"id": node.code, "name": _long(node.row.name), "max_points": f"{node.points:.2f}"})


def _long(name: str) -> str:
    return name if len(name) >= 5 else f"Mục {name}"


def _component_row(component: _Node, scoring: Scoring, document: str, office: str) -> Mapping[str, str]:
    place = component.row.cells.get("code") or component.row.cells["name"]
    entry: dict[str, Any] = {
        "id": component.code,
        "name": _long(component.row.name),
        "max_points": f"{component.points:.2f}",
        "no_cases": "no_score",
        "no_data": "no_score",
        "evidence": _evidence(component, scoring),
        "responsible": office,
        "legal_reference": {
            "document": document,
            "part": f"mục {component.row.code or component.code} ({place})",
            "provenance": "official",
        },
    }
    known = {"rule": scoring.rule, "declared": list(scoring.declared)}
    return row_of(entry | {name: value for name, value in known.items() if value})


def _evidence(component: _Node, scoring: Scoring) -> list[dict[str, str]]:
    parts = [part.strip(" -+•.") for part in re.split(r"[\n;]", component.row.evidence)]
    named = [part.replace("|", "/") for part in parts if len(part) >= 5]
    if not named and scoring.rule == {"kind": "survey"}:
        named = ["Kết quả điều tra, khảo sát đã công bố"]
    return [{"kind": "document", "label": label} for label in named]


def _open_questions(component: _Node, scoring: Scoring) -> Iterator[str]:
    name, cells, rule = component.row.code or component.code, component.row.cells, scoring.rule or {"kind": ""}
    if rule["kind"] in _READINGS or scoring.rule is None:
        said = _READINGS.get(rule["kind"], f"chưa đọc được cách chấm; điền cột Quy tắc chấm của mục {component.code}")
        yield f"{cells['name']}: mục {name} {said}"
    if not component.row.evidence and rule["kind"] != "survey":
        yield f"{cells.get('evidence', cells['name'])}: mục {name} chưa ghi tài liệu kiểm chứng"


def _document(tables: Sequence[Table]) -> str:
    found = (match for table in tables for text in table.above if (match := _DECISION.search(text)))
    return next((match[0].strip(" ,;") for match in found), "")


def _head(tables: Sequence[Table], domains: Sequence[_Node]) -> list[tuple[str, str]]:
    """What the table itself says; name, version and dates are the person's to fill in."""
    title = next((text for table in tables for text in table.above if _TITLE.search(text) and len(text) >= 10), "")
    surveyed = sum(
        (
            node.points
            for domain in domains
            for criterion in domain.children
            for node in criterion.children
            if _scoring(criterion, node).rule == {"kind": "survey"}
        ),
        Decimal(0),
    )
    said = {
        "title": " ".join(title.partition("(")[0].split()),
        "provenance": "chính thức",
        "max_points": points_vn(sum((domain.points for domain in domains), Decimal(0))),
        "not_self_scored": points_vn(surveyed),
        "outside_enabled": "không",
        "bonus_cap": "0,00",
        "penalty_cap": "0,00",
    }
    return [(label, said.get(name, "")) for name, label in HEAD.items()]
