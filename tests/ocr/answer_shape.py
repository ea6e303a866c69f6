"""The shape that issue 4 gives an answer of `parindex inspect --json`: keys, kinds, ranges."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

PAGE = {"number", "kind", "dpi", "colour", "rotation", "skew", "words", "confidence"}
FIELDS = {"number", "symbol", "type", "issued_on", "issuer", "place", "subject", "signer", "signer_title"} | {
    "authority",
    "dossier_code",
}
KINDS = {"text", "scan", "mixed", "blank"}
VERDICTS = {"đạt", "không đạt", "cần người xem"}


def faults_of_shape(answer: dict[str, Any]) -> list[str]:
    """What is not as the issue says; empty where all is."""
    return [*_whole(answer), *_pages(answer["pages"]), *_fields(answer), *_digitisation(answer["digitisation"])]


def _whole(answer: dict[str, Any]) -> list[str]:
    sha256, version = answer["sha256"], answer["pdf_version"]
    rules = {
        "sha256": sha256 is None or re.fullmatch("[0-9a-f]{64}", sha256),
        "media_type": answer["media_type"] is None or "/" in answer["media_type"],
        "pdf_version": version is None or re.fullmatch(r"\d\.\d", version),
        "text_source": answer["text_source"] in {"layer", "ocr", "mixed", "none"},
        "took_seconds": 0 <= answer["took_seconds"] <= 45,
        "signature": isinstance(answer["signature"]["verdict"], str),
    }
    return [name for name, holds in rules.items() if not holds]


def _pages(pages: list[dict[str, Any]]) -> list[str]:
    rules = {
        "order of pages": all(one["number"] < other["number"] for one, other in pairwise(pages)),
        "keys of pages": all(set(page) == PAGE for page in pages),
        "kind": all(page["kind"] in KINDS for page in pages),
        "rotation": all(page["rotation"] in {0, 90, 180, 270} for page in pages),
        "words": all(type(page["words"]) is int for page in pages),
        "confidence": all(page["confidence"] is None or 0 <= page["confidence"] <= 1 for page in pages),
    }
    return [name for name, holds in rules.items() if not holds]


def _fields(answer: dict[str, Any]) -> list[str]:
    found = {name: field for name, field in answer["fields"].items() if field is not None}
    lacking = [f"no field {name}" for name in sorted(FIELDS - set(answer["fields"]))]
    return lacking + [name for name, field in found.items() if not _is_field(field, answer["page_count"])]


def _is_field(field: dict[str, Any], pages: int) -> bool:
    box, page = field["box"], field["page"]
    inside = box is None or (0 <= box[0] <= box[2] <= 1 and 0 <= box[1] <= box[3] <= 1)
    return {"value", "page", "box", "confidence"} <= set(field) and inside and (page is None or 1 <= page <= pages)


def _digitisation(digitisation: dict[str, Any]) -> list[str]:
    verdict, reasons = digitisation["verdict"], digitisation["reasons"]
    rules = {
        "verdict": verdict in VERDICTS,
        "profile": "profile" in digitisation,
        "reasons": all(set(reason) >= {"code", "page", "detail"} and reason["detail"] for reason in reasons),
        "a reason for what is not sound": verdict == "đạt" or bool(reasons),
    }
    return [name for name, holds in rules.items() if not holds]
