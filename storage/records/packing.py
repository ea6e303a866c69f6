"""Columns as one compact value: JSON, deflated; readable with the standard library of any language.

A column is a list of values; or {"all": a text, "times": rows} where all are alike;
or {"of": [distinct texts], "at": [place in it, for each row]} where texts repeat;
or {"lines": texts joined by line breaks}; or {"numbers": whole numbers joined by spaces}.
`UNSAID` stands where a row says nothing of a field that other rows carry: in JSON the empty object.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any

import orjson

UNSAID: Any = ...
_FAST = 1
_SAMPLE = 256


def shortened(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """Columns of equal length as JSON; the same columns give the same bytes."""
    plain = {name: _shortened(values) for name, values in columns.items()}
    try:
        return orjson.dumps(plain, default=_unsaid)
    except TypeError:  # a whole number of more than 64 bits, which orjson does not write
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), default=_unsaid).encode()


def deflated(text: bytes) -> bytes:
    """What was shortened, packed. zlib needs a processor, but not the interpreter."""
    return zlib.compress(text, _FAST)


def unpacked(data: bytes) -> dict[str, list[Any]]:
    """What was packed."""
    plain = json.loads(zlib.decompress(data))
    return {name: _whole(values) for name, values in plain.items()}


def _shortened(values: Sequence[Any]) -> Any:
    if values and type(values[0]) is str and values.count(values[0]) == len(values):
        return {"all": values[0], "times": len(values)}
    kinds = set(map(type, values))
    if kinds == {int}:
        return {"numbers": " ".join(repeated("%d", len(values))) % tuple(values)}
    if kinds in ({str}, {str, type(None)}) and 4 * len(set(values[:_SAMPLE])) <= _SAMPLE:
        distinct = dict.fromkeys(values)
        if 4 * len(distinct) <= len(values):
            place = dict(zip(distinct, map(str, range(len(distinct))), strict=True))
            return {"of": list(distinct), "at": " ".join(map(place.__getitem__, values))}
    if kinds == {str} and (joined := "\n".join(values)).count("\n") == len(values) - 1:
        return {"lines": joined}
    return values


def _whole(values: Any) -> list[Any]:
    if type(values) is not dict:
        return [UNSAID if value == {} else value for value in values] if {} in values else values
    if "all" in values:
        return repeated(values["all"], values["times"])
    if "numbers" in values:
        return list(map(int, values["numbers"].split(" ")))
    if "lines" in values:
        return str(values["lines"]).split("\n")
    return list(map(values["of"].__getitem__, map(int, values["at"].split(" "))))


def _unsaid(value: Any) -> Any:
    if value is UNSAID:
        return {}
    raise TypeError(f"cannot be packed: {type(value).__name__}")


def repeated(value: Any, times: int) -> list[Any]:
    """A column that holds one value."""
    return list(repeat(value, times))
