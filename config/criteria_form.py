"""The Excel form of a criteria set: its columns, and from its cells to the text of a criteria file.

The text is what `read_criteria_set` checks; `places` leads each of its lines back to a cell, so that every fault is
named where the person can mend it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import yaml

from config.city_rows import cell_name
from config.criteria_inputs import MeasureShape
from config.criteria_sets import BadCriteriaSet, CriteriaSet, read_criteria_set
from config.strict_yaml import Fault, UnreadableYaml, read_strict_yaml

HEAD_SHEET, TABLE_SHEET, OUTSIDE_SHEET = "Thông tin", "Bảng điểm", "Điểm thưởng, điểm trừ"
HEAD = {
    "id": "Mã bộ tiêu chí",
    "version": "Phiên bản",
    "title": "Tên bộ tiêu chí",
    "notice": "Ghi chú",
    "provenance": "Nguồn gốc",
    "effective_from": "Có hiệu lực từ",
    "effective_to": "Có hiệu lực đến",
    "max_points": "Tổng điểm",
    "other_total": "Căn cứ của tổng khác 100 (văn bản | mục | nguồn gốc)",
    "not_self_scored": "Điểm không tự chấm",
    "outside_enabled": "Chấm điểm thưởng, điểm trừ",
    "bonus_cap": "Trần điểm thưởng",
    "penalty_cap": "Trần điểm trừ",
    "days_before": "Nhận tài liệu ban hành trước kỳ (số ngày)",
    "days_after": "Nhận tài liệu ban hành sau kỳ (số ngày)",
    "window_basis": "Căn cứ nhận tài liệu ngoài kỳ (văn bản | mục | nguồn gốc)",
}
"""Field -> label in column A of the first sheet; the value stands in column B."""
COLUMNS = {
    "id": "Mã",
    "name": "Nội dung",
    "max_points": "Điểm tối đa",
    "rule": "Quy tắc chấm",
    "measure": "Phép đo",
    "declared": "Giá trị khai (khóa | tên | loại)",
    "no_cases": "Khi không phát sinh",
    "no_data": "Khi chưa có số liệu",
    "evidence": "Tài liệu kiểm chứng (loại | tên)",
    "responsible": "Đơn vị chịu trách nhiệm",
    "deadline": "Thời hạn",
    "document": "Văn bản căn cứ",
    "part": "Mục, điểm của văn bản",
    "provenance": "Nguồn gốc",
    "redistribute_to": "Chia điểm cho các mục",
}
"""Field -> header of the table; a row is a domain (1), a criterion (1.1) or a component (1.1.1)."""
OUTSIDE_COLUMNS = {name: COLUMNS[name] for name in ("id", "name", "rule", "declared")}
"""Columns of the sheet of bonuses and penalties."""
WORDS: Mapping[str, Mapping[str, Any]] = {
    "no_cases": {
        "đủ điểm": "full_points",
        "0 điểm": "zero_points",
        "không chấm": "no_score",
        "chia cho mục khác": "redistribute",
    },
    "no_data": {"0 điểm": "zero_points", "không chấm": "no_score"},
    "provenance": {"đề xuất": "proposal", "chính thức": "official", "chỉ tiêu": "indicator"},
    "type": {"số": "number", "số đếm": "count", "có/không": "yes_no", "ngày": "date", "lựa chọn": "choice"},
    "outside_enabled": {"có": True, "không": False},
}
"""What people write -> what the file says."""
_DAY = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")
_OWN_LINE = ("outside_enabled", "bonus_cap", "penalty_cap", "days_before", "days_after", "window_basis")
"""Fields of the head that belong together in the file."""
STANDING = "còn hiệu lực nhiều năm"
POINTS = {"max_points", "not_self_scored", "bonus_cap", "penalty_cap"}
DAYS = {"deadline", "effective_from", "effective_to"}

Cells = Sequence[Any]


class BadForm(BadCriteriaSet):
    """The form cannot be used; each fault begins with its cell, such as `Bảng điểm!C14`."""


@dataclass(slots=True)
class _Text:
    """The criteria file being written, one field a line; of each line its cell, and the cells of its row by field."""

    lines: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    rows: list[Mapping[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    row: Mapping[str, str] = field(default_factory=dict)
    """The cells of the row that is being written."""

    def add(self, indent: int, name: str, value: Any, place: str, *, first: bool = False) -> None:
        flow = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**9, sort_keys=False)
        flow = flow.removesuffix("...\n").strip()
        self.lines.append(f"{' ' * indent}{'- ' if first else ''}{name}: {flow}")
        self._stands(place)

    def open(self, indent: int, name: str, place: str) -> None:
        self.lines.append(f"{' ' * indent}{name}:")
        self._stands(place)

    def _stands(self, place: str) -> None:
        self.places.append(place)
        self.rows.append(self.row)


def set_of_form(
    sheets: Mapping[str, Sequence[Cells]], *, file: str, measures: Mapping[str, MeasureShape] | None = None
) -> tuple[CriteriaSet, str]:
    """The criteria set of a filled form (sheet name -> rows of cells), and the text of its file.

    `measures`, where given, are those that exist.

    Raises:
        BadForm: every fault at once, by cell.
    """
    text = _Text()
    absent = [name for name in (HEAD_SHEET, TABLE_SHEET) if name not in sheets]
    if absent:
        quoted = ", ".join(f'"{name}"' for name in absent)
        raise BadForm(file, [Fault(0, f"không có trang {quoted}; lấy mẫu: parindex criteria template")])
    head = _head(text, sheets[HEAD_SHEET])
    _write_head(text, head)
    _write_outside(text, head, sheets.get(OUTSIDE_SHEET, ()))
    _write_table(text, sheets[TABLE_SHEET])
    written = "\n".join(text.lines) + "\n"
    try:
        found = read_criteria_set(written, file=file, measures=measures)
    except BadCriteriaSet as error:
        text.faults += [_told(text, fault) for fault in error.faults]
        found = None
    if text.faults or found is None:
        raise BadForm(file, [Fault(0, what) for what in text.faults])
    return found, written


def _told(text: _Text, fault: Fault) -> str:
    """The fault with its cell; where a field is missing, the empty cell of that field, called as its header is."""
    known = 0 < fault.line <= len(text.places)
    place, row = (text.places[fault.line - 1], text.rows[fault.line - 1]) if known else (TABLE_SHEET, {})
    named = re.match(r"(\S+): (?:legal_reference\.)?(\w+): (.*)", fault.what, re.DOTALL)
    if named is None:
        return f"{place}: {fault.what}"
    who, name, what = named.groups()
    name = "document" if name == "legal_reference" else name
    title = (HEAD | COLUMNS if row.get("document") else COLUMNS | HEAD).get(name, name)
    about = f"{who}: " if who[0].isdigit() else ""
    return f"{row.get(name, place)}: {about}{title}: {what}"


def _head(text: _Text, rows: Sequence[Cells]) -> dict[str, tuple[Any, str]]:
    """Value and cell of each field of the head."""
    labels = {label.casefold(): name for name, label in HEAD.items()}
    seen: dict[str, tuple[Any, str]] = {}
    for number, cells in enumerate(rows, 1):
        name = labels.get(str(cells[0]).strip().casefold()) if cells else None
        text.row = {**text.row, name: f"{HEAD_SHEET}!B{number}"} if name else text.row
        if name and len(cells) > 1 and cells[1] not in (None, ""):
            seen[name] = _read(text, name, cells[1], f"{HEAD_SHEET}!B{number}"), f"{HEAD_SHEET}!B{number}"
    return seen


def _write_head(text: _Text, seen: Mapping[str, tuple[Any, str]]) -> None:
    for name in HEAD:
        if name in seen and name not in _OWN_LINE:
            text.add(0, name, *seen[name])
    text.add(0, "rounding", {"places": 2, "mode": "half_up", "where": "component"}, HEAD_SHEET)
    window = {name: seen[name][0] for name in ("days_before", "days_after") if name in seen}
    if window:
        basis = {"legal_reference": seen["window_basis"][0]} if "window_basis" in seen else {}
        text.add(0, "evidence_period", window | basis, seen[next(iter(window))][1])


def _write_outside(text: _Text, head: Mapping[str, tuple[Any, str]], rows: Sequence[Cells]) -> None:
    text.open(0, "outside_100", OUTSIDE_SHEET)
    text.add(2, "enabled", *head.get("outside_enabled", (False, HEAD_SHEET)))
    for name in ("bonus_cap", "penalty_cap"):
        text.add(2, name, *head.get(name, ("0.00", HEAD_SHEET)))
    columns, first = _columns(rows, OUTSIDE_COLUMNS)
    items = [(number, cells) for number, cells in enumerate(rows[first:], first + 1) if any(cells)] if columns else []
    if not items:
        text.add(2, "items", [], OUTSIDE_SHEET)
        return
    text.open(2, "items", OUTSIDE_SHEET)
    for number, cells in items:
        said = {name: cells[at] for name, at in columns.items() if at < len(cells) and cells[at] not in (None, "")}
        places = {name: _cell(at, number, OUTSIDE_SHEET) for name, at in columns.items()}
        text.add(2, "id", _id(said.get("id", "")), places["id"], first=True)
        for name in (name for name in OUTSIDE_COLUMNS if name != "id" and name in said):
            text.add(4, name, _read(text, name, said[name], places[name]), places[name])


def _write_table(text: _Text, rows: Sequence[Cells]) -> None:
    columns, first = _columns(rows, COLUMNS)
    if not columns:
        text.faults.append(f'{TABLE_SHEET}!A1: không thấy dòng tiêu đề có cột "{COLUMNS["id"]}", "Điểm tối đa"')
        return
    text.open(0, "domains", f"{TABLE_SHEET}!A1")
    depth = 0
    for number, cells in enumerate(rows[first:], first + 1):
        named = {name: cells[column] for name, column in columns.items() if column < len(cells)}
        if named.get("id") in (None, ""):
            continue
        name = _id(named["id"])
        if name.count(".") > depth + 1 or name.count(".") > 2:
            text.faults.append(f"{_cell(columns['id'], number)}: mã {name!r} đứng trước mã cấp trên của nó")
            continue
        depth = name.count(".")
        text.row = {key: _cell(at, number) for key, at in columns.items()}
        _write_level(text, depth, named | {"id": name}, text.row)


def _write_level(text: _Text, depth: int, named: Mapping[str, Any], cells: Mapping[str, str]) -> None:
    indent = 2 * depth
    text.add(indent, "id", named["id"], cells["id"], first=True)
    fields = ("name", "max_points") if depth < 2 else tuple(name for name in COLUMNS if name != "id")
    values = {name: _read(text, name, named[name], cells[name]) for name in fields if named.get(name) not in (None, "")}
    reference = {name: values.pop(name) for name in ("document", "part", "provenance") if name in values}
    for name, value in values.items():
        text.add(indent + 2, name, value, cells[name])
    if depth < 2:
        text.open(indent + 2, ("criteria", "components")[depth], cells["id"])
    elif reference:
        text.add(indent + 2, "legal_reference", reference, cells.get("document", cells["id"]))


def _columns(rows: Sequence[Cells], known: Mapping[str, str]) -> tuple[dict[str, int], int]:
    """Column of each field, and the index of the first row below the header; empty without a header."""
    titles = {title.casefold(): name for name, title in known.items()}
    for index, cells in enumerate(rows[:50]):
        words = [str(cell or "").strip().casefold() for cell in cells]
        found = {titles[word]: at for at, word in enumerate(words) if word in titles}
        if "id" in found and ("max_points" if "max_points" in known else "rule") in found:
            return found, index + 1
    return {}, 0


def _cell(column: int, row: int, sheet: str = TABLE_SHEET) -> str:
    return cell_name(sheet, column, row - 1)


def _id(value: Any) -> str:
    """`1.0` of a number cell is domain 1; `1.1` is a criterion, however Excel keeps it."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip().rstrip(".")


def _read(text: _Text, name: str, value: Any, place: str) -> Any:
    """A cell as the file says it; what cannot be read goes on as text, so that the file's own check names it."""
    if name in POINTS:
        return _points(value)
    if name in DAYS:
        return _day(value)
    if name in WORDS:
        return WORDS[name].get(str(value).strip().casefold(), str(value).strip())
    reader = _READERS.get(name)
    if reader is None:
        return str(value).strip()
    try:
        return reader(str(value))
    except (UnreadableYaml, ValueError) as error:
        text.faults.append(f"{place}: {error}")
        return str(value)


def _points(value: Any) -> str:
    text = str(value).strip().replace(",", ".")
    return f"{Decimal(text):.2f}" if re.fullmatch(r"\d{1,4}(\.\d{1,2}0*)?", text) else text


def _day(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date()
    found = _DAY.match(str(value).strip())
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(str(value).strip())
    except ValueError:
        return str(value)


def _rule(cell: str) -> Any:
    return read_strict_yaml("{" + " ".join(cell.split()) + "}").value


def _declared(cell: str) -> list[dict[str, str]]:
    return [
        {"key": key, "label": label, "type": WORDS["type"].get(kind.casefold(), kind)}
        for key, label, kind in _lines(cell, 3, "khóa | tên | loại")
    ]


def _evidence(cell: str) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "label": label} | ({"standing": True} if standing else {})
        for kind, label, *standing in _lines(cell, 2, "loại | tên", marks=(STANDING,))
    ]


def _components(cell: str) -> list[str]:
    return [part for part in re.split(r"[,;\s]+", cell.strip()) if part]


def _basis(cell: str) -> dict[str, str]:
    document, part, provenance = next(_lines(cell, 3, "văn bản | mục | nguồn gốc"), ("", "", ""))
    return {
        "document": document,
        "part": part,
        "provenance": WORDS["provenance"].get(provenance.casefold(), provenance),
    }


def _whole(cell: str) -> Any:
    return int(float(cell)) if re.fullmatch(r"\d{1,4}(\.0*)?", cell.strip()) else cell


def _lines(cell: str, parts: int, form: str, marks: Sequence[str] = ()) -> Iterator[list[str]]:
    """The lines of a cell in parts; a line may end with one of `marks` as a further part."""
    for line in filter(None, map(str.strip, cell.splitlines())):
        found = [part.strip() for part in line.split("|")]
        if len(found) != parts and not (len(found) == parts + 1 and found[-1].casefold() in marks):
            raise ValueError(f"dòng {line!r} phải viết dạng: {form}")
        yield found


_READERS: Mapping[str, Callable[[str], Any]] = {
    "rule": _rule,
    "declared": _declared,
    "evidence": _evidence,
    "days_before": _whole,
    "days_after": _whole,
    "window_basis": _basis,
    "other_total": _basis,
    "redistribute_to": _components,
}
