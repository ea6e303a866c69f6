"""Measures over examined documents: results signed, files of good quality, outgoing documents signed."""

from __future__ import annotations

from .facts import DocumentFact
from .measuring import Measured, NoData, Scope
from .period import Period

SIGNED, UNDECIDED = "PASSED", "INDETERMINATE"
DIGITISED, NOT_DIGITISED, FOR_A_PERSON = "đạt", "không đạt", "cần người xem"


def results_signed(scope: Scope, _: str) -> Measured:
    finished = scope.finished
    if finished and all(dossier.result_file_required is None for dossier in finished):
        raise NoData("tệp xuất không ghi hồ sơ nào phải trả kết quả bằng tệp")
    required = {dossier.code for dossier in finished if dossier.result_file_required}
    files: dict[str, list[DocumentFact]] = {}
    for document in scope.facts.documents:
        if document.purpose == "result" and document.dossier_code in required:
            files.setdefault(document.dossier_code or "", []).append(document)
    signed = sum(1 for found in files.values() if any(map(_meets_profile, found)))
    unsure = sum(1 for found in files.values() if not any(map(_meets_profile, found)) and any(map(_unsure, found)))
    shown = {"examined": len(files), "missing": len(required) - len(files), "unknown": unsure}
    shown["failed"] = len(files) - signed - unsure
    warnings = (f"{unsure} kết quả cần người xem mới biết đạt hay không.",) if unsure else ()
    return Measured({"required": len(required), "signed": signed}, shown, warnings)


def _meets_profile(document: DocumentFact) -> bool:
    sound = document.signature == SIGNED and document.profile_met is True and document.digitisation == DIGITISED
    return sound and not document.quarantined


def _unsure(document: DocumentFact) -> bool:
    if document.quarantined or document.digitisation == NOT_DIGITISED or document.profile_met is False:
        return False
    return document.signature in (SIGNED, UNDECIDED)


def file_quality(scope: Scope, _: str) -> Measured:
    mine = {dossier.code for dossier in (*scope.received, *scope.finished)}
    other = {dossier.code for dossier in scope.facts.dossiers} - mine
    files = [d for d in scope.facts.documents if d.purpose == "result" and d.dossier_code not in other]
    if not files:
        raise NoData("chưa có tệp PDF kết quả nào để kiểm tra")
    good = sum(1 for document in files if document.digitisation == DIGITISED and not document.quarantined)
    unsure = sum(1 for document in files if document.digitisation == FOR_A_PERSON and not document.quarantined)
    warnings = (f"{unsure} tệp cần người xem mới biết đạt hay không.",) if unsure else ()
    return Measured({"files": len(files), "good": good}, {"to_review": unsure}, warnings)


def outgoing_signed(scope: Scope, _: str) -> Measured:
    period = scope.period
    outgoing = [d for d in scope.facts.documents if d.purpose == "outgoing" and _issued_in(d, period)]
    if not outgoing:
        raise NoData("chưa có văn bản đi nào trong kỳ để kiểm tra chữ ký số")
    signed = sum(1 for d in outgoing if d.signature == SIGNED and d.profile_met is True and not d.quarantined)
    unsure = sum(1 for d in outgoing if _signature_unsure(d))
    warnings = (f"{unsure} văn bản cần người xem mới biết chữ ký đủ hay chưa.",) if unsure else ()
    return Measured({"outgoing": len(outgoing), "signed": signed}, {"unknown": unsure}, warnings)


def _issued_in(document: DocumentFact, period: Period) -> bool:
    """A document whose date could not be read is counted: it was handed in for this period."""
    return document.issued_on is None or period.first <= document.issued_on <= period.last


def _signature_unsure(document: DocumentFact) -> bool:
    undecided = document.profile_met is None and document.signature in (SIGNED, UNDECIDED)
    return undecided and not document.quarantined
