"""What pydantic finds wrong in a file or setting of ours, in the words of those who write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NONE: Mapping[str, str] = {}


def complaint(fault: Mapping[str, Any], own: Mapping[str, str] = _NONE) -> str:
    """One of `ValidationError.errors()` as a sentence in Vietnamese; a validator of ours speaks for itself.

    `own` says some kinds of fault (keys: pydantic's types) more plainly for one file.
    """
    sentence = own.get(fault["type"]) or _SENTENCES.get(fault["type"])
    if sentence is None:
        return str(fault["msg"]).removeprefix("Value error, ")
    return sentence.format_map(fault.get("ctx", {})).replace(" or ", " hoặc ")


def place_of(fault: Mapping[str, Any]) -> str:
    """Where in the file the fault stands: its keys, and numbers in lists, joined by dots."""
    return ".".join(map(str, fault["loc"]))


def seen_in(fault: Mapping[str, Any]) -> str:
    """What the file says at the place of a fault; not for what may be a password."""
    seen = fault.get("input")
    return f" (đang ghi {seen!r})" if isinstance(seen, str | int | float) else ""


_DAY = "phải là ngày dạng 2025-12-31"
_YES_NO = "phải là true hoặc false"
_NUMBER = "phải là số"
_WHOLE = "phải là số nguyên"
_LIST = "phải là danh sách"
_KEYS = "phải là các mục khóa: giá trị"

_SENTENCES = {
    "missing": "thiếu, phải ghi",
    "extra_forbidden": "không có mục tên này; xem lại chính tả",
    "string_type": "phải là chữ trong dấu nháy",
    "string_pattern_mismatch": "không đúng dạng {pattern}",
    "string_too_short": "phải có ít nhất {min_length} ký tự",
    "literal_error": "chỉ nhận {expected}",
    "too_short": "phải có ít nhất {min_length} mục",
    "too_long": "không được quá {max_length} mục",
    "greater_than": "phải lớn hơn {gt}",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than": "phải nhỏ hơn {lt}",
    "less_than_equal": "không được quá {le}",
    "union_tag_invalid": "{discriminator} chỉ nhận {expected_tags}",
    "union_tag_not_found": "thiếu {discriminator}",
    "time_parsing": "phải là giờ:phút trong ngoặc kép, ví dụ '22:00'",
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), _DAY),
    **dict.fromkeys(("bool_type", "bool_parsing"), _YES_NO),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing", "decimal_type", "decimal_parsing"), _NUMBER),
    **dict.fromkeys(("list_type", "tuple_type"), _LIST),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), _KEYS),
}
