"""Examine the signatures of one file: gate, integrity, later changes, trust and time, roles; one report.

Every exception of the library becomes a verdict that is not PASSED. Nothing here reads a clock or goes online.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version

from ocr.budget import OutOfTime
from ocr.signatures import gate
from ocr.signatures.appearances import Mark, marks_of
from ocr.signatures.findings import Judge
from ocr.signatures.reading import (
    FilledField,
    PasswordNeeded,
    Snapshot,
    TooManyFields,
    filled_fields,
    has_empty_field,
)
from ocr.signatures.report import NO_SIGNATURE, UNREADABLE, SignatureFinding, SignatureReport, Verdict
from ocr.signatures.roles import Profiles, folded
from ocr.signatures.trust import TrustStore

LIBRARY = f"pyHanko {version('pyHanko')}"
_TOLERANT = "Tệp chỉ đọc được ở chế độ dung sai (cấu trúc PDF không chuẩn)."
_ENOUGH_TEXT = 200
_HEAD = 1500
"""Characters in which a document's number stands; further on other documents are cited."""
_DRAWN_NUMBER = re.compile(r"(?:so\s*:?\s*)?(\d{1,5})(?:\s*/[a-z0-9/-]+)?\Z")
_PRINTED_NUMBER = re.compile(r"\bso\s*:\s*(\d{0,5})\s*/")

# The library logs subjects of certificates with full traceback: personal data, and our verdict says it anyway.
for _noisy in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_noisy).setLevel(logging.CRITICAL)


def examine_signatures(
    data: bytes, *, trust: TrustStore, at: datetime, scanned: bool | None = None, text: str = ""
) -> SignatureReport:
    """Verdict about the signatures of a PDF given as its bytes, as of `at` (aware).

    `scanned` True means the pages are pictures of paper (profile scan instead of result); `text` is the document's
    own text, with which signer names are compared. Never raises because of the file: what cannot be judged is
    UNREADABLE or INDETERMINATE. Lets `ocr.budget.OutOfTime` through, so that a caller's time bound holds.
    """
    report = _examined(data, trust, at, scanned, text)
    policy = f"{trust.policy.name} {trust.policy.version}"
    return report.resting_on(trust_digest=trust.digest, policy=policy, library=LIBRARY, at=at)


def _examined(data: bytes, trust: TrustStore, at: datetime, scanned: bool | None, text: str) -> SignatureReport:
    refused = _refused(data, scanned)
    if refused:
        return refused
    try:
        snapshot, fields = _opened(data)
        if not fields:
            return _unsigned(scanned, empty_field=has_empty_field(snapshot))
    except PasswordNeeded as error:
        return _unreadable("PASSWORD", str(error))
    except TooManyFields as error:
        return _unreadable("LIMIT", str(error))
    except OutOfTime:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the reader says about a broken file, the file is unreadable
        return _unreadable("PARSE", f"{type(error).__name__}: {error}")
    return _judged(Judge(data, snapshot, trust, at, fields), fields, scanned, text)


def _opened(data: bytes) -> tuple[Snapshot, list[FilledField]]:
    """The file, or the last signed version of it where only what follows cannot be read.

    Raises what the reader raises on the whole file if no version of it is readable and signed.
    """
    try:
        snapshot = Snapshot.of(data)
        return snapshot, filled_fields(data, snapshot)
    except (PasswordNeeded, TooManyFields, OutOfTime):
        raise
    except Exception:
        for end in gate.earlier_ends(data):
            found = _version(data, end)
            if found:
                return found
        raise


def _version(data: bytes, end: int) -> tuple[Snapshot, list[FilledField]] | None:
    try:
        snapshot = Snapshot.of(data, end)
        fields = [field for field in filled_fields(data, snapshot) if field.signed]
    except OutOfTime:
        raise
    except Exception:  # noqa: BLE001 - not this version then
        return None
    return (snapshot, fields) if fields else None


def _refused(data: bytes, scanned: bool | None) -> SignatureReport | None:
    """What can be said without opening the file."""
    if not gate.is_pdf(data):
        return _unreadable("NOT_PDF", "không có dòng mở đầu %PDF")
    if not gate.seems_signed(data) and not gate.has_signature_field(data):
        return _unreadable("PARSE", "tệp bị cắt cụt") if gate.seems_cut(data) else _unsigned(scanned)
    over = gate.over_caps(data)
    return _unreadable("LIMIT", over) if over else None


def _unsigned(scanned: bool | None, *, empty_field: bool = False) -> SignatureReport:
    sub = "EMPTY_FIELD" if empty_field else ("IMAGE_ONLY" if scanned else "")
    return SignatureReport(verdict=Verdict(NO_SIGNATURE, sub), profile=Profiles(()).fitting(scanned=scanned))


def _unreadable(why: str, detail: str) -> SignatureReport:
    return SignatureReport(verdict=Verdict(UNREADABLE, why), detail=detail[:500])


def _judged(judge: Judge, fields: Sequence[FilledField], scanned: bool | None, text: str) -> SignatureReport:
    """Judge every field and put the file's verdict together: the worst signature decides."""
    marks = marks_of(judge.data, judge.snapshot, fields)
    findings = [(field, _marked(judge.finding(field), marks.get(field.name))) for field in fields]
    signatures = tuple(_compared(finding, text) for field, finding in findings if not field.is_document_timestamp)
    stamps = tuple(finding for field, finding in findings if field.is_document_timestamp)
    warnings = (_TOLERANT,) if judge.snapshot.tolerant else ()
    if not signatures:
        return SignatureReport(
            verdict=Verdict(NO_SIGNATURE, "DOCTS_ONLY"), document_timestamps=stamps, warnings=warnings
        )
    return SignatureReport(
        verdict=max((finding.verdict for finding in signatures), key=lambda verdict: verdict.rank),
        signatures=signatures,
        document_timestamps=stamps,
        profile=Profiles(signatures, judge.own_organ_known).fitting(scanned=scanned),
        warnings=warnings,
    )


def _marked(finding: SignatureFinding, mark: Mark | None) -> SignatureFinding:
    return replace(finding, page=mark.page, box=mark.rectangle, appearance=mark.text) if mark else finding


def _compared(finding: SignatureFinding, text: str) -> SignatureFinding:
    """The finding, with a warning where signer or number are not what the document's own text says."""
    said = folded(text)
    return replace(finding, warnings=(*finding.warnings, *_other_name(finding, said), *_other_number(finding, said)))


def _other_name(finding: SignatureFinding, said: str) -> tuple[str, ...]:
    if finding.role not in {"leader", "person"} or not finding.signer or len(said) < _ENOUGH_TEXT:
        return ()
    if folded(finding.signer) in said:
        return ()
    return (f"Tên người ký “{finding.signer}” không thấy trong nội dung văn bản.",)


def _other_number(finding: SignatureFinding, said: str) -> tuple[str, ...]:
    """A registry's mark that is nothing but a number, beside another number in print."""
    drawn, printed = _DRAWN_NUMBER.match(folded(finding.appearance or "")), _PRINTED_NUMBER.search(said[:_HEAD])
    if not drawn or not printed or not printed[1] or int(drawn[1]) == int(printed[1]):
        return ()
    return (f"Số ghi ở ô ký “{finding.field}” là {drawn[1]}, số in trên văn bản là {printed[1]}.",)
