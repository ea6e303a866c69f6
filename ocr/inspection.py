"""Inspect one file: what it says, whether it is digitised to the standard, whether it is validly signed.

The answer is the JSON object that `parindex inspect --json` prints (plus `text`). Bad input never raises: it gives an
answer with a verdict and a Vietnamese reason. Only what this machine lacks raises.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from config.opening import why_not_opened
from ocr.answers import answer_of, no_finding, unread_answer, unread_signature
from ocr.budget import Budget, OutOfTime, at_most
from ocr.completeness import completeness_notes
from ocr.digitisation import judge, profile_of, thresholds_of
from ocr.engines.port import DEFAULT_LANGUAGE, engine_for
from ocr.errors import OcrError, UnreadableFile
from ocr.fields.document import Clues, fields_of
from ocr.intake import Intake, ends_cleanly, take_in
from ocr.json_values import sound
from ocr.kept_words import packed_words
from ocr.page import Note, PageReading
from ocr.reading.document import DocumentReading, ReadingTerms, line_reader, read_document
from ocr.reading.pasted_sheet import as_own_page, on_whole_pages

__all__ = ["InspectOptions", "inspect_file", "unread_answer"]

_MARKS_RESERVE = 2.0
"""Seconds that must be left for the next page to be looked at for seals and handwriting."""
_SIGNATURE_SHARE = 0.2
"""Share of the budget kept for the signatures."""


@dataclass(frozen=True, slots=True)
class InspectOptions:
    """How to inspect. `at` is the moment for which signatures are judged (aware).

    `trust_folder`: anchors, intermediates, CRLs, policy; None means nothing is trusted.
    `budget_seconds`: after four fifths of it no further page is begun; a batch lowers it to fit its limits.
    `max_pages`: most pages read. `processes`: over how many the pages of a scan are spread (more than 1 forks).
    """

    at: datetime
    trust_folder: Path | None = None
    language: str = DEFAULT_LANGUAGE
    budget_seconds: float = 100.0
    max_pages: int = 300
    processes: int = 1
    refusing_sha1: bool = False
    """The strict policy: a signature with SHA-1 counts nowhere."""
    engine: str = ""
    """tesserocr | library | command; empty: the best this machine has."""
    keep_words: bool = False
    """Give `words` too: {page: packed bytes (ocr/kept_words.py)}. Never among what is printed."""
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
        reason = f"Không mở được tệp: {why_not_opened(error)}."
        code = "limit" if error.errno == errno.EFBIG else "unreadable"
        return _rounded(unread_answer(path, reason=reason, code=code), budget)
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
    plain: dict[str, Any] = sound(answer)
    return plain | {"took_seconds": round(budget.spent(), 3)}


def _examined(intake: Intake, options: InspectOptions, budget: Budget) -> dict[str, Any]:
    reading_budget = Budget(options.budget_seconds * (1 - _SIGNATURE_SHARE), budget.started)
    terms = ReadingTerms(
        lambda: engine_for(options.language, options.engine), reading_budget, options.max_pages, options.processes
    )
    reading = read_document(intake, terms)
    text = _text(reading.pages)
    profile = profile_of(reading.pages, intake.media_type)
    seconds = max(4.0, budget.left())
    signature = _signature(intake, options, text=text, scanned=profile != "born_digital", seconds=seconds)
    sheets = [as_own_page(page) for page in reading.pages]
    found = fields_of(sheets, _clues(intake, options, signature), line_reader(terms))
    fields = on_whole_pages(found, reading.pages)
    whole = completeness_notes(reading.pages, page_count=reading.page_count, limits=thresholds_of("scanned"))
    notes = [*reading.notes, *_repairs(intake, reading, signature), *whole]
    digitisation = judge(reading.pages, profile=profile, version=reading.version, notes=notes)
    answer = answer_of(intake, reading, fields, digitisation, signature)
    marks = _paper_marks(intake, reading, signature, budget)
    words = {"words": {page.number: packed_words(page) for page in reading.pages}} if options.keep_words else {}
    return answer | {"paper_marks": marks, "text": text} | words


def _paper_marks(
    intake: Intake, reading: DocumentReading, signature: dict[str, Any], budget: Budget
) -> dict[str, Any] | None:
    """Pictures of seals and handwriting on scanned pages; None where no page is a picture of paper."""
    from ocr.signatures.paper_pages import PaperMarks, marks_in_file

    pictured = {page.number: page.marks for page in reading.pages if page.dpi is not None and page.kind != "blank"}
    if not pictured:
        return None
    is_pdf = intake.media_type == "application/pdf"
    try:
        found = marks_in_file(intake.data, pictured, is_pdf=is_pdf, has_time=lambda: budget.left() > _MARKS_RESERVE)
    except Exception:  # noqa: BLE001 - an extra: whatever a stranger's page does to the drawing, the answer stands
        found = PaperMarks()
    return found.plain(digitally_signed=bool(signature["signatures"]))


def _text(pages: Sequence[PageReading]) -> str:
    """Pages parted by form feeds, as `pdftotext` does."""
    return "\f".join(page.text.replace("\f", "\n") for page in pages)


def _clues(intake: Intake, options: InspectOptions, signature: dict[str, Any]) -> Clues:
    name = options.names.get(intake.path, intake.path.name)
    return Clues(file_name=name, signed_days=tuple(_signed_days(signature)))


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


def _signature(intake: Intake, options: InspectOptions, *, text: str, scanned: bool, seconds: float) -> dict[str, Any]:
    if intake.media_type != "application/pdf":
        return no_finding("NO_SIGNATURE", "", "Không có chữ ký số: tệp ảnh không mang chữ ký số.")
    from ocr.signatures import examine_signatures, trust_of

    trust = trust_of(options.trust_folder, refusing_sha1=options.refusing_sha1)
    try:
        with at_most(seconds):
            report = examine_signatures(intake.data, trust=trust, at=options.at, scanned=scanned, text=text)
            plain: dict[str, Any] = report.plain()
            return plain
    except OutOfTime:
        return unread_signature("TIMEOUT", "Kiểm tra chữ ký số quá thời gian cho phép; cần người xem.")
    except (RecursionError, MemoryError) as error:
        return unread_signature("LIMIT", f"Kiểm tra chữ ký số vượt giới hạn ({type(error).__name__}); cần người xem.")
