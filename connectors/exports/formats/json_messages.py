"""JSON messages as tables: one object is one row, and lists inside an object become columns.

A list's own name counts its entries; "list.field" joins the entries' field by "##". Entries that say that they were
deleted (`IsDeleted`, as the papers of the DVCQG message do) are left out of both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from connectors.errors import Unreadable
from connectors.exports.cells.grids import Cells, Grid, grid_of
from connectors.exports.formats.delimited import decoded

MOST_BYTES = 200 << 20
_DEEPEST = 6
_TOTAL = re.compile(
    r"(?:records?)?_?total_?(?:count|elements|records?|rows|items|hits)?|count|tong_?so(?:_?ho_?so)?", re.I
)
_DELETED = "IsDeleted"
_BETWEEN = re.compile(r"[\s,\ufeff\x1e]*")
"""What stands between messages: line breaks, commas, the mark of a file put behind another, the sign of RFC 7464."""


def grid_of_json(path: Path) -> tuple[Grid, list[str]]:
    """The objects of a message, row 1 of the grid holds the names of their fields; and what is to be told of it.

    Raises:
        Unreadable: not JSON, too large, or without objects.
    """
    if path.stat().st_size > MOST_BYTES:
        raise Unreadable(f"tệp JSON lớn hơn {MOST_BYTES >> 20} MB.")
    found = [(message, _objects(message)) for message in _messages(decoded(path.read_bytes()))]
    objects = [_flat(item) for _, items in found for item in items]
    if not objects:
        raise Unreadable("tệp JSON không có danh sách hồ sơ nào.")
    names = list(dict.fromkeys(name for item in objects for name in item))
    return grid_of(path.stem, _rows(names, objects)), _told_lacking(
        (message for message, items in found if items and items[0] is not message), len(objects)
    )


def _told_lacking(around: Iterable[Any], counted: int) -> list[str]:
    """A page of an answer says how many objects all pages hold: the others must not be missed unsaid."""
    declared = max((total for message in around for total in _totals(message)), default=0)
    if declared <= counted:
        return []
    return [
        f"tệp JSON ghi tổng số {declared} nhưng chỉ có {counted} bản ghi: có thể mới là một trang, hãy lấy đủ các trang"
    ]


def _totals(message: Any, depth: int = 0) -> Iterator[int]:
    """Numbers called a total around the objects, not in them: a list is not entered."""
    if isinstance(message, dict) and depth <= _DEEPEST:
        for name, value in message.items():
            if type(value) is int and _TOTAL.fullmatch(name):
                yield value
            yield from _totals(value, depth + 1)


def _messages(text: str) -> Iterator[Any]:
    """The values of a text, which stand one behind the other: one in a message, one a line in a log of messages."""
    decoder, at = json.JSONDecoder(), _behind(text, 0)
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            line = text.count("\n", 0, at) + 1
            raise Unreadable(
                f"tệp JSON bị cắt cụt hoặc hỏng ở bản tin bắt đầu từ dòng {line}. Hãy xuất hoặc tải lại."
            ) from error
        yield value
        at = _behind(text, at)


def _behind(text: str, at: int) -> int:
    between = _BETWEEN.match(text, at)
    return between.end() if between else at


def _rows(names: list[str], objects: list[dict[str, Any]]) -> Iterable[Cells]:
    yield list(names)
    for item in objects:
        yield [item.get(name, "") for name in names]


def _objects(message: Any, depth: int = 0) -> list[Mapping[str, Any]]:
    """The longest list of objects in a message; an object that says more than what it holds stands for itself."""
    if isinstance(message, list):
        return [item for item in message if isinstance(item, dict)]
    if not isinstance(message, dict) or depth > _DEEPEST:
        return []
    inner = [_objects(value, depth + 1) for value in message.values() if isinstance(value, dict | list)]
    longest = max(inner, key=len, default=[])
    said = sum(1 for value in message.values() if not isinstance(value, dict | list))
    return longest if longest and len(longest[0]) >= said else [message] if message else []


def _flat(item: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in item.items():
        if isinstance(value, list):
            flat |= _columns_of_list(name, value)
        elif isinstance(value, dict):
            flat |= {f"{name}.{inner}": _cell(part) for inner, part in value.items()}
        else:
            flat[name] = _cell(value)
    return flat


def _columns_of_list(name: str, entries: list[Any]) -> dict[str, Any]:
    entries = [entry for entry in entries if not _is_deleted(entry)]
    objects = [entry for entry in entries if isinstance(entry, dict)]
    inner = dict.fromkeys(key for entry in objects for key in entry)
    joined = {f"{name}.{key}": "##".join(str(_cell(entry.get(key, ""))) for entry in objects) for key in inner}
    return {name: len(entries)} | joined


def _is_deleted(entry: Any) -> bool:
    return isinstance(entry, dict) and str(entry.get(_DELETED, "")).casefold() in ("true", "1")


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value) if isinstance(value, bool) else value
