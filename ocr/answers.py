"""The shape of an answer: the JSON object that `parindex inspect --json` prints, for files read and not read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ocr.digitisation import Digitisation
from ocr.fields.document import NAMES, plain_fields
from ocr.fields.found import Found
from ocr.intake import Intake
from ocr.page import Note, PageReading
from ocr.reading.document import DocumentReading
from ocr.version import CHECKER_VERSION


def answer_of(
    intake: Intake,
    reading: DocumentReading,
    fields: dict[str, Found | None],
    digitisation: Digitisation,
    signature: dict[str, Any],
) -> dict[str, Any]:
    """The answer for a file that was read."""
    sources = {page.text_from or page.source for page in reading.pages} - {"none"}
    reason = _nothing_read(reading)
    return {
        "file": str(intake.path),
        "status": "unreadable" if reason else "read",
        "reason_vi": reason,
        "sha256": intake.sha256,
        "media_type": intake.media_type,
        "pdf_version": reading.version,
        "page_count": reading.page_count,
        "pages": [_plain_page(page) for page in reading.pages],
        "text_source": "mixed" if len(sources) > 1 else next(iter(sources), "none"),
        "fields": plain_fields(fields),
        "digitisation": digitisation.plain(),
        "signature": signature,
        "checker": CHECKER_VERSION,
    }


def _nothing_read(reading: DocumentReading) -> str | None:
    """Why no page at all could be read; None where one could."""
    faults = [note.detail for page in reading.pages for note in page.notes if note.code == "page_unread"]
    return faults[0] if reading.pages and len(faults) == len(reading.pages) else None


def _plain_page(page: PageReading) -> dict[str, Any]:
    return {
        "number": page.number,
        "kind": page.kind,
        "dpi": page.dpi,
        "colour": page.colour,
        "rotation": page.rotation,
        "skew": page.skew,
        "words": len(page.words),
        "confidence": page.confidence,
    }


def unread_answer(
    path: Path, intake: Intake | None = None, *, reason: str, code: str, sub: str | None = None
) -> dict[str, Any]:
    """The answer for a file that could not be read: every key is there, with the reason."""
    subs = {"password": "PASSWORD", "not_pdf": "NOT_PDF", "limit": "LIMIT"}
    verdict = Digitisation(None, (Note(code, None, reason),))
    return {
        "file": str(path),
        "status": "unreadable",
        "reason_vi": reason,
        "sha256": intake.sha256 if intake else None,
        "media_type": intake.media_type if intake else None,
        "pdf_version": intake.pdf_version if intake else None,
        "page_count": 0,
        "pages": [],
        "text_source": "none",
        "fields": dict.fromkeys(NAMES),
        "digitisation": verdict.plain(),
        "signature": unread_signature(sub or subs.get(code, "PARSE"), reason),
        "checker": CHECKER_VERSION,
        "paper_marks": None,
        "text": "",
        "took_seconds": 0.0,
    }


def unread_signature(sub: str, reason: str) -> dict[str, Any]:
    """Signatures that could not be examined."""
    return no_finding("UNREADABLE", sub, reason)


def no_finding(verdict: str, sub: str, summary: str) -> dict[str, Any]:
    """The shape of `SignatureReport.plain()` where no signature was examined."""
    profile: dict[str, Any] = {"name": "none", "met": None, "reasons": []}
    return {
        "verdict": verdict,
        "sub": sub,
        "summary_vi": summary,
        "signatures": [],
        "profile": profile,
        "document_timestamps": [],
        "detail": "",
        "warnings": [],
    }
