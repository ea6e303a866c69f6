"""The finding about one signature: every fact on its own, and the verdict that follows from them."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from asn1crypto import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.validation.errors import SignatureValidationError

from ocr.budget import OutOfTime
from ocr.signatures.algorithms import described
from ocr.signatures.chain import Authorities, Knowledge, fingerprint, stored_knowledge
from ocr.signatures.changes import History, LaterChanges
from ocr.signatures.evidence import knowledge_of_document
from ocr.signatures.ladder import Ladder, TrustFinding
from ocr.signatures.reading import FilledField, Snapshot
from ocr.signatures.report import FAILED, INDETERMINATE, PASSED, SignatureFinding, Verdict
from ocr.signatures.roles import identity_of
from ocr.signatures.tokens import (
    BARE_RSA,
    ENCLOSED_DIGEST,
    KNOWN_ENCODINGS,
    Integrity,
    SignedMessage,
    Unsupported,
    hashed,
    signature_integrity,
    stamp_integrity,
)
from ocr.signatures.trust import TrustStore

_QUIRK = timedelta(hours=7)
_TOLERANCE = timedelta(hours=1)
_SEVEN_HOURS = "Giờ ký ghi trong chữ ký đi trước khoảng 7 giờ (lỗi múi giờ quen thuộc của phần mềm ký)."
_UNPARSED = Integrity(False, "FORMAT_FAILURE")


@dataclass(slots=True)
class Judge:
    """Judges the signatures of one opened file, one by one."""

    data: bytes
    snapshot: Snapshot
    trust: TrustStore
    at: datetime
    fields: Sequence[FilledField]
    _history: History = field(init=False)
    _carried: Knowledge = field(init=False)
    _stamps: dict[str, datetime] = field(default_factory=dict)
    """Names of document time stamps that are sound and trusted, with their times."""

    def __post_init__(self) -> None:
        self._history = History(self.data, self.snapshot, [item for item in self.fields if item.signed])
        self._carried = knowledge_of_document(self.snapshot)
        known_at = self.at
        for item in reversed(self.fields):
            time = self._stamp_time(item, known_at) if item.is_document_timestamp else None
            if time:
                self._stamps[item.name] = known_at = time

    @property
    def own_organ_known(self) -> bool:
        """The staff list names this unit's own seal."""
        return any(member.role == "organ" for member in self.trust.staff)

    def finding(self, item: FilledField) -> SignatureFinding:
        """The finding about one field; never raises."""
        plain = SignatureFinding(
            field=item.name,
            verdict=Verdict(INDETERMINATE, "ERROR"),
            covers_whole_file=self._history.covers_whole_file(item),
            subfilter=item.subfilter,
            changes="unknown",
        )
        try:
            message = _message(item)
            described = self._described(plain, item, message)
        except Unsupported as error:
            return _refused(plain, item, Integrity(None, "FORMAT_UNSUPPORTED", str(error)))
        except SignatureValidationError as error:
            return _refused(plain, item, _without_signer(error))
        except OutOfTime:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a stranger's bytes make the parser say, it is no signature
            return _refused(plain, item, replace(_UNPARSED, detail=f"{type(error).__name__}: {error}"))
        return self._judged(described, item, message)

    def _judged(self, plain: SignatureFinding, item: FilledField, message: SignedMessage) -> SignatureFinding:
        integrity = self._integrity(item, message)
        later = self._later(item)
        known = replace(plain, changes=later.label)
        if integrity.intact is not True:
            return _refused(known, item, integrity)
        if later.sub and later.sub != "FORM_CHANGED":
            return replace(known, verdict=_for_changes(later), intact=False, detail=later.detail)
        if later.label == "unknown":
            return replace(known, intact=None, detail=later.detail)
        found = self._trusted(item, message, known)
        if later.sub == "FORM_CHANGED":
            verdict = Verdict(INDETERMINATE, later.sub) if found.verdict.word == PASSED else found.verdict
            return replace(found, verdict=verdict, intact=None, detail=later.detail)
        return replace(found, intact=True, detail=found.detail or later.detail)

    def _integrity(self, item: FilledField, message: SignedMessage) -> Integrity:
        if item.signed is None:
            return _format_failure(item)
        covered = item.signed.covered(self.data)
        try:
            if item.is_document_timestamp:
                return stamp_integrity(message, lambda name: hashed(name, covered))[0]
            return signature_integrity(message, item.subfilter, covered)
        except Unsupported as error:
            return Integrity(None, "FORMAT_UNSUPPORTED", str(error))
        except OutOfTime:
            raise
        except Exception as error:  # noqa: BLE001 - see finding()
            return Integrity(None, "ERROR", f"{type(error).__name__}: {error}")

    def _later(self, item: FilledField) -> LaterChanges:
        try:
            return self._history.after(item)
        except OutOfTime:
            raise
        except Exception as error:  # noqa: BLE001 - a version that cannot be read cannot be judged
            return LaterChanges("unknown", "", f"{type(error).__name__}: {error}"[:500])

    def _trusted(self, item: FilledField, message: SignedMessage, plain: SignatureFinding) -> SignatureFinding:
        """The finding with all that depends on trust and time."""
        try:
            if item.is_document_timestamp:
                return self._stamp_finding(item, plain)
            trust = self._ladder(message).judge(message, self._known_at(item), plain.claimed_at)
        except OutOfTime:
            raise
        except Exception as error:  # noqa: BLE001 - see finding()
            return replace(plain, verdict=Verdict(INDETERMINATE, "ERROR"), detail=f"{type(error).__name__}: {error}")
        kind = self.trust.policy.kind_of(trust.path.anchor_fingerprint or "") if trust.path.path else None
        identity = identity_of(message.signer, plain.certificate_fingerprint or "", kind, self.trust)
        return replace(
            plain,
            verdict=trust.verdict,
            role=identity.role,
            trusted_at=trust.trusted_at,
            level=self._level(item, message, trust),
            chain=_names(trust.path.path or (message.signer,)),
            revocation=trust.revocation,
            detail=trust.detail,
            warnings=(*plain.warnings, *trust.warnings, *_clock_warnings(plain, trust.trusted_at)),
        )

    def _stamp_finding(self, item: FilledField, plain: SignatureFinding) -> SignatureFinding:
        time = self._stamps.get(item.name)
        verdict = Verdict(PASSED) if time else Verdict(INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND")
        return replace(plain, verdict=verdict, trusted_at=time, role=None)

    def _described(self, plain: SignatureFinding, item: FilledField, message: SignedMessage) -> SignatureFinding:
        """What can be said without any judgement."""
        mark = fingerprint(message.signer)
        identity = identity_of(message.signer, mark, None, self.trust)
        return replace(
            plain,
            signer=identity.name,
            organisation=identity.organisation,
            role=identity.role,
            on_staff=self.trust.member(mark) is not None,
            claimed_at=_claimed(message, item),
            warnings=(*_quirk_warnings(message, item), *_encoding_warnings(item)),
            chain=_names((message.signer,)),
            algorithm=described(message),
            certificate_not_after=message.signer.not_valid_after,
            certificate_serial=f"{message.signer.serial_number:x}",
            certificate_fingerprint=mark,
        )

    def _ladder(self, message: SignedMessage) -> Ladder:
        knowledge = stored_knowledge(self.trust).with_more(self._carried).with_more(message.carried())
        for stamp in message.stamps():
            knowledge = knowledge.with_more(stamp.carried())
        return Ladder(Authorities(self.trust, knowledge), self.at)

    def _known_at(self, item: FilledField) -> datetime:
        """When the signature surely existed: at the earliest trusted time stamp that covers it, else now."""
        if item.signed is None:
            return self.at
        times = [
            self._stamps[stamp.name]
            for stamp in self.fields
            if stamp.name in self._stamps and stamp.signed and stamp.signed.end > item.signed.end
        ]
        return min(times, default=self.at)

    def _stamp_time(self, item: FilledField, known_at: datetime) -> datetime | None:
        if item.signed is None:
            return None
        covered = item.signed.covered(self.data)
        try:
            message = SignedMessage.load(item.contents)
            time = self._ladder(message).stamp_time(message, lambda name: hashed(name, covered), known_at)
        except OutOfTime:
            raise
        except Exception:  # noqa: BLE001 - a time stamp that cannot be read proves nothing
            return None
        return time if self._later(item).label in {"none", "extension", "signature", "form"} else None

    def _level(self, item: FilledField, message: SignedMessage, trust: TrustFinding) -> str:
        carried = self._carried.with_more(message.carried())
        if trust.trusted_at is None:
            return "B-B"
        if not (carried.crls or carried.ocsps):
            return "B-T"
        return "B-LTA" if self._known_at(item) < self.at else "B-LT"


def _message(item: FilledField) -> SignedMessage:
    if item.subfilter == BARE_RSA:
        return SignedMessage.bare(item.contents, item.certificates)
    return SignedMessage.load(item.contents, "sha1" if item.subfilter == ENCLOSED_DIGEST else "")


def _refused(plain: SignatureFinding, item: FilledField, integrity: Integrity) -> SignatureFinding:
    """The finding where gate or cryptography say no (or cannot tell)."""
    if item.problem is not None:
        integrity = _format_failure(item)
    word = FAILED if integrity.intact is False else INDETERMINATE
    return replace(plain, verdict=Verdict(word, integrity.sub), intact=integrity.intact, detail=integrity.detail[:500])


def _without_signer(error: SignatureValidationError) -> Integrity:
    """The signer's certificate is missing or is not the one that was signed for."""
    sub = error.ades_subindication
    if sub is None or sub.status.name == "FAILED":
        return replace(_UNPARSED, detail=str(error.failure_message))
    return Integrity(None, str(sub.standard_name), str(error.failure_message))


def _format_failure(item: FilledField) -> Integrity:
    return Integrity(False, item.problem.sub, item.problem.detail) if item.problem else _UNPARSED


def _for_changes(later: LaterChanges) -> Verdict:
    return Verdict(FAILED, later.sub)


def _names(path: Sequence[x509.Certificate]) -> tuple[str, ...]:
    return tuple(str(item.subject.native.get("common_name") or item.subject.human_friendly) for item in path)


def _written_time(item: FilledField) -> datetime | None:
    """The /M entry of the signature dictionary."""
    try:
        moment = generic.parse_pdf_date(item.value["/M"], strict=False)
    except (KeyError, ValueError, TypeError, AttributeError, PdfError):
        return None
    return moment if isinstance(moment, datetime) and moment.tzinfo else None


def _claimed(message: SignedMessage, item: FilledField) -> datetime | None:
    """What the signer's clock said: the signed attribute, unless it shows the known seven-hour error against /M."""
    written = _written_time(item)
    return written if _is_quirk(message.claimed_at, written) else message.claimed_at or written


def _quirk_warnings(message: SignedMessage, item: FilledField) -> tuple[str, ...]:
    return (_SEVEN_HOURS,) if _is_quirk(message.claimed_at, _written_time(item)) else ()


def _encoding_warnings(item: FilledField) -> tuple[str, ...]:
    if item.is_document_timestamp or item.subfilter in KNOWN_ENCODINGS:
        return ()
    return (f"Kiểu mã hóa chữ ký lạ (SubFilter {item.subfilter or 'không ghi'}); được đọc như chữ ký tách rời.",)


def _is_quirk(ahead: datetime | None, true: datetime | None) -> bool:
    """Some signers write local time (+07:00) as if it were UTC; tolerated within an hour."""
    return ahead is not None and true is not None and abs(ahead - true - _QUIRK) <= _TOLERANCE


def _clock_warnings(plain: SignatureFinding, trusted: datetime | None) -> tuple[str, ...]:
    claimed = plain.claimed_at
    if claimed is None or trusted is None or abs(claimed - trusted) <= _TOLERANCE:
        return ()
    if _is_quirk(claimed, trusted):
        return () if _SEVEN_HOURS in plain.warnings else (_SEVEN_HOURS,)
    return ("Giờ ký khai báo lệch hơn 1 giờ so với dấu thời gian tin cậy.",)
