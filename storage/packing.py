"""Columns as one compact value: JSON, deflated; readable with the standard library of any language.

A column is a list of values, or {"of": [distinct texts], "at": [place in it, for each row]} where texts repeat.
`UNSAID` stands where a row says nothing of a field that other rows carry: in JSON the empty object.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any

UNSAID: Any = ...
_FAST = 1
_SAMPLE = 256


def packed(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """Columns of equal length, packed; the same columns give the same bytes."""
    plain = {name: _shortened(values) for name, values in columns.items()}
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), default=_unsaid, check_circular=False)
    return zlib.compress(text.encode(), _FAST)


def unpacked(data: bytes) -> dict[str, list[Any]]:
    """What `packed` packed."""
    plain = json.loads(zlib.decompress(data))
    return {name: _whole(values) for name, values in plain.items()}


def _shortened(values: Sequence[Any]) -> Any:
    try:
        if 4 * len(dict.fromkeys(values[:_SAMPLE])) > _SAMPLE:
            return values
        distinct = dict.fromkeys(values)
    except TypeError:  # lists and dictionaries are written as they are
        return values
    if 4 * len(distinct) > len(values) or not all(type(value) is str or value is None for value in distinct):
        return values
    place = dict(zip(distinct, range(len(distinct)), strict=True))
    return {"of": list(distinct), "at": list(map(place.__getitem__, values))}


def _whole(values: Any) -> list[Any]:
    if type(values) is dict:
        return list(map(values["of"].__getitem__, values["at"]))
    return [UNSAID if value == {} else value for value in values] if {} in values else values


def _unsaid(value: Any) -> Any:
    if value is UNSAID:
        return {}
    raise TypeError(f"cannot be packed: {type(value).__name__}")


def repeated(value: Any, times: int) -> list[Any]:
    """A column that holds one value."""
    return list(repeat(value, times))
