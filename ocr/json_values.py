"""Values that every JSON reader and database takes."""

from __future__ import annotations

import math
import re
from typing import Any

_UNSOUND = re.compile(r"[\x00\ud800-\udfff]")
"""NUL and lone surrogates, which strangers' fonts and file names give: databases and JSON readers refuse them."""


def sound(value: Any) -> Any:
    """The value with what no JSON reader or database takes replaced: U+FFFD for letters, null for odd numbers."""
    if isinstance(value, str):
        return _UNSOUND.sub("\ufffd", value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {sound(key): sound(one) for key, one in value.items()}
    return [sound(one) for one in value] if isinstance(value, (list, tuple)) else value
