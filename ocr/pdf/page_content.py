"""Can the operators of a page be unpacked?"""

from __future__ import annotations

from typing import Any

from pypdf.generic import ArrayObject, StreamObject

from ocr.pdf.deflated import ends_soundly

_FLATE = ("/FlateDecode", "/Fl")
_LZW = ("/LZWDecode", "/LZW")
_OTHERS = ("/ASCII85Decode", "/A85", "/ASCIIHexDecode", "/AHx", "/RunLengthDecode", "/RL", "/Crypt")
"""Further filters of operators; those that are left are for pictures."""
_LZW_START = b"\x80"
"""Its data begin by clearing the table (ISO 32000-1, 7.4.4.2)."""


def is_sound(page: Any) -> bool:
    """Every content stream of a pypdf page is there, and what is deflated unpacks to its end."""
    content = page["/Contents"].get_object() if "/Contents" in page else ArrayObject()
    parts = content if isinstance(content, ArrayObject) else [content]
    return all(_unpacks(part.get_object()) for part in parts)


def _unpacks(stream: Any) -> bool:
    if not isinstance(stream, StreamObject):
        return False
    said = stream["/Filter"] if "/Filter" in stream else ArrayObject()
    filters = list(said) if isinstance(said, ArrayObject) else [said]
    if any(name not in (*_FLATE, *_LZW, *_OTHERS) for name in filters):
        return False
    if filters and filters[0] in _LZW:
        return bool(stream._data.startswith(_LZW_START))
    return not filters or filters[0] not in _FLATE or ends_soundly(stream._data)
