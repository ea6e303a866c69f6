"""The words of a page with box and confidence, packed as a sidecar: where something stands can be shown later."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass

from ocr.fields.found import share_box
from ocr.page import PageReading
from ocr.pictures.shown_places import Share

_MOST_WORDS = 20_000
"""Of one page; a dense A3 table has some 2,000."""
_FINENESS = 10_000
"""Boxes are kept in ten thousandths of the page's width and height, confidence in hundredths."""


@dataclass(frozen=True, slots=True)
class KeptWord:
    """One word: its box as shares (0 to 1) of the upright, levelled page, its confidence from 0 to 1."""

    text: str
    box: Share
    confidence: float


def packed_words(page: PageReading) -> bytes:
    """The page's words in their order: deflated JSON {texts, boxes: whole numbers word by word, confidences}."""
    words = page.words[:_MOST_WORDS]
    boxes = [round(edge * _FINENESS) for word in words for edge in share_box(word.box, page)]
    plain = {"texts": [word.text for word in words], "boxes": boxes}
    sure = [round(100 * word.confidence) for word in words]
    return zlib.compress(json.dumps(plain | {"confidences": sure}, separators=(",", ":")).encode())


def unpacked_words(data: bytes) -> list[KeptWord]:
    """What `packed_words` packed."""
    plain = json.loads(zlib.decompress(data))
    edges = [edge / _FINENESS for edge in plain["boxes"]]
    boxes = zip(*(edges[start::4] for start in range(4)), strict=True)
    told = zip(plain["texts"], boxes, plain["confidences"], strict=True)
    return [KeptWord(text, box, sure / 100) for text, box, sure in told]
