"""Inspect one file: what it says, whether it is digitised to the standard, whether it is validly signed.

The answer is the JSON object that `parindex inspect --json` prints (plus `text`). Bad input never raises: it gives an
answer with a verdict and a Vietnamese reason. Only what this machine lacks raises.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from ocr.budget import Budget, OutOfTime, at_most
from ocr.digitisation import Digitisation, judge, profile_of
from ocr.document import DocumentReading, ReadingTerms, UnreadableFile, line_reader, read_document
from ocr.engine import engine_for
from ocr.errors import OcrError
from ocr.fields.document import NAMES, Clues, fields_of, plain_fields
from ocr.fields.found import Found
from ocr.intake import Intake, ends_cleanly, take_in
from ocr.page_reading import Note, PageReading

CHECKER_VERSION = "documents-1"
"""Version of all checks: sidecars are kept by (sha256, CHECKER_VERSION). Raised with each change of answers."""

_SIGNATURE_SHARE = 0.2
"""Share of the budget kept for the signatures."""


@dataclass(frozen=True, slots=True)
class InspectOptions:
    """How to inspect. `at` is the moment for which signatures are judged (aware).

    `trust_folder`: anchors, intermediates, CRLs, policy; None means nothing is trusted.
    `budget_seconds`: after four fifths of it no further page is begun; a batch lowers it to fit its limits.
    `max_pages`: most pages read.
    `register_number`, `register_day`: what the dossier's row says, to compare and to suggest.
    """

    at: datetime
    trust_folder: Path | None = None
    language: str = "vie"
    budget_seconds: float = 100.0
    max_pages: int = 300
    register_number: str | None = None
    register_day: date | None = None
    names: Mapping[Path, str] = field(default_factory=dict)
    """What a file was called when it came, where `path` is a name of ours (an object's hash): the name is a clue."""


def inspect_file(path: Path, options: InspectOptions) -> dict[str, Any]:
    """The examination of one file as a plain JSON object (`text` and `status` besides the published keys).

    Raises:
        EngineMissing: a page needs OCR and this machine has no engine; the message holds the line that installs it.
    """
    budget = Budget(options.budget_seconds)
    try:
        intake = take_in(path)
    except OSError as error:
        reason = f"Không mở được tệp: {error.strerror or error}."
        return _rounded(unread_answer(path, reason=reason, code="limit" if error.errno == 27 else "unreadable"), budget)
    if intake.refusal is not None:
        code, reason = intake.refusal
        return _rounded(unread_answer(path, intake, reason=reason, code=code), budget)
    try:
        return _rounded(_examined(intake, options, budget), budget)
    except UnreadableFile as error:
        answer = unread_answer(path, intake, reason=str(error), code=error.code)
    except OcrError:
        raise
    except (Exception, MemoryError, RecursionError) as error:  # noqa: BLE001 - a stranger's file never stops a night
        reason = f"Không đọc được tệp ({type(error).__name__}). Đề nghị mở thử và tải lại tệp."
        answer = unread_answer(path, intake, reason=reason, code="unreadable")
    return _rounded(answer, budget)


def _rounded(answer: dict[str, Any], budget: Budget) -> dict[str, Any]:
    return {**answer, "took_seconds": round(budget.spent(), 3)}


def _examined(intake: Intake, options: InspectOptions, budget: Budget) -> dict[str, Any]:
    reading_budget = Budget(options.budget_seconds * (1 - _SIGNATURE_SHARE), budget.started)
    terms = ReadingTerms(lambda: engine_for(options.language), reading_budget, options.max_pages)
    reading = read_document(intake, terms)
    text = _text(reading.pages)
    profile = profile_of(reading.pages, intake.media_type)
    seconds = max(4.0, budget.left())
    signature = _signature(intake, options, text=text, scanned=profile != "born_digital", seconds=seconds)
    fields = fields_of(reading.pages, _clues(intake, options, signature), line_reader(terms))
    notes = [*reading.notes, *_repairs(intake, reading, signature), *_compared(fields, options)]
    digitisation = judge(reading.pages, profile=profile, version=reading.version, notes=notes)
    return _answer(intake, reading, fields, digitisation, signature) | {"text": text}


def _text(pages: Sequence[PageReading]) -> str:
    """Pages parted by form feeds, as `pdftotext` does."""
    return "\f".join(page.text for page in pages)


def _clues(intake: Intake, options: InspectOptions, signature: dict[str, Any]) -> Clues:
    day = options.register_day
    return Clues(
        file_name=options.names.get(intake.path, intake.path.name),
        register_number=options.register_number,
        register_day=day.isoformat() if day else None,
        signed_days=tuple(_signed_days(signature)),
    )


def _signed_days(signature: dict[str, Any]) -> list[str]:
    """Days, ISO, at which the signatures say they were made."""
    found = []
    for one in signature.get("signatures", ()):
        times = (one.get(key) for key in ("trusted_at", "claimed_at"))
        found += [str(value)[:10] for value in times if isinstance(value, str) and value[:2] == "20"]
    return list(dict.fromkeys(found))


def _repairs(intake: Intake, reading: DocumentReading, signature: dict[str, Any]) -> list[Note]:
    """The file opened only because its readers mended it, which the file of an honest scanner does not need."""
    if intake.media_type != "application/pdf" or any(note.code == "repaired" for note in reading.notes):
        return []
    if not ends_cleanly(intake.data):
        return [Note("repaired", None, "Phần cuối tệp PDF thiếu hoặc sai; tệp có thể bị cắt cụt hay hỏng khi tải lên.")]
    if signature["verdict"] == "UNREADABLE" and signature["sub"] == "PARSE":
        return [Note("repaired", None, "Cấu trúc tệp PDF có lỗi; chương trình chỉ đọc được nhờ tự sửa.")]
    return []


def _compared(fields: dict[str, Found | None], options: InspectOptions) -> list[Note]:
    """Fields that were read and say another thing than the register's row."""
    notes = []
    number, day = fields["number"], fields["issued_on"]
    if options.register_number and number and number.value and _key(number.value) != _key(options.register_number):
        said = f"Số trên văn bản là {number.value}, trong sổ là {options.register_number}; có thể nhầm tệp."
        notes.append(Note("number_differs", number.page, said))
    if options.register_day and day and day.value and day.value != options.register_day.isoformat():
        seen, wanted = date.fromisoformat(day.value), options.register_day
        said = f"Ngày trên văn bản là {seen:%d/%m/%Y}, trong sổ là {wanted:%d/%m/%Y}."
        notes.append(Note("day_differs", day.page, said))
    return notes


def _key(number: str) -> str:
    """Number without leading zeros, spaces and case."""
    return "".join(number.split()).lstrip("0").casefold()


def _answer(
    intake: Intake,
    reading: DocumentReading,
    fields: dict[str, Found | None],
    digitisation: Digitisation,
    signature: dict[str, Any],
) -> dict[str, Any]:
    sources = {page.source for page in reading.pages} - {"none"}
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
        "signature": _unread_signature(sub or subs.get(code, "PARSE"), reason),
        "checker": CHECKER_VERSION,
        "text": "",
        "took_seconds": 0.0,
    }


def _unread_signature(sub: str, reason: str) -> dict[str, Any]:
    return _no_finding("UNREADABLE", sub, reason)


def _no_finding(verdict: str, sub: str, summary: str) -> dict[str, Any]:
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


@lru_cache(maxsize=4)
def _trust(folder: Path | None) -> Any:
    from ocr.signatures import TrustStore

    return TrustStore.load(folder)


def _signature(intake: Intake, options: InspectOptions, *, text: str, scanned: bool, seconds: float) -> dict[str, Any]:
    if intake.media_type != "application/pdf":
        return _no_finding("NO_SIGNATURE", "", "Không có chữ ký số: tệp ảnh không mang chữ ký số.")
    from ocr.signatures import examine_signatures

    try:
        with at_most(seconds):
            report = examine_signatures(
                intake.data, trust=_trust(options.trust_folder), at=options.at, scanned=scanned, text=text
            )
            plain: dict[str, Any] = report.plain()
            return plain
    except OutOfTime:
        return _unread_signature("TIMEOUT", "Kiểm tra chữ ký số quá thời gian cho phép; cần người xem.")
    except (RecursionError, MemoryError) as error:
        return _unread_signature("LIMIT", f"Kiểm tra chữ ký số vượt giới hạn ({type(error).__name__}); cần người xem.")


def default_workers() -> int:
    """One checker per core that this process may use."""
    return len(os.sched_getaffinity(0))
