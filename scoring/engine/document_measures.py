"""Measures over examined documents: results signed, files of good quality, outgoing documents signed."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from .agreement import contradiction
from .facts import DocumentFact, Dossier
from .measuring import Measured, NoData, Scope

SIGNED, UNDECIDED = "PASSED", "INDETERMINATE"
DIGITISED, NOT_DIGITISED, FOR_A_PERSON = "đạt", "không đạt", "cần người xem"


def results_signed(scope: Scope, _: str) -> Measured:
    if scope.register.finished and not scope.register.says_results:
        raise NoData("tệp xuất không ghi hồ sơ nào phải trả kết quả bằng tệp")
    required, found = scope.register.required, _by_verdict(scope)
    unsure, wrong = len(found.unsure), len(found.examined) - len(found.fitting)
    shown = {"examined": len(found.examined), "missing": required - len(found.examined)}
    shown |= {"unknown": unsure, "contradicted": wrong, "failed": len(found.fitting) - len(found.good) - unsure}
    warnings = (f"{unsure} kết quả cần người xem mới biết đạt hay không.",) if unsure else ()
    return Measured({"required": required, "signed": len(found.good)}, shown, (*warnings, *_contradicted(wrong)))


@dataclass(frozen=True, slots=True)
class _Codes:
    """Codes of dossiers with any result file, with one that nothing contradicts; of these with one that meets the
    profile, or else with one that may."""

    examined: Set[str | None]
    fitting: Set[str | None]
    good: Set[str | None]
    unsure: Set[str | None]


def _by_verdict(scope: Scope) -> _Codes:
    """Result files of finished dossiers that need one, by what is said of them: a ward has tens of thousands."""
    wanting, contradicted = scope.register.wanting, scope.contradicted()
    files = [document for document in scope.results if document.dossier_code in wanting]
    fitting = [d for d in files if (d.sha256, d.dossier_code) not in contradicted] if contradicted else files
    good = {document.dossier_code for document in fitting if meets_profile(document)}
    unsure = {document.dossier_code for document in fitting if document.dossier_code not in good and _unsure(document)}
    return _Codes({document.dossier_code for document in files}, {d.dossier_code for d in fitting}, good, unsure)


def fitting_files(dossier: Dossier, files: Iterable[DocumentFact]) -> list[DocumentFact]:
    """Files that nothing in them contradicts as the dossier's result."""
    return [document for document in files if not contradiction(dossier, document)]


def _contradicted(count: int) -> tuple[str, ...]:
    return (f"{count} kết quả mâu thuẫn với sổ hồ sơ, không tính; xem lý do ở từng tệp.",) if count else ()


def meets_profile(document: DocumentFact) -> bool:
    """Signed validly by the right persons, and digitised to the standard."""
    return (
        document.digitisation == DIGITISED
        and document.signature == SIGNED
        and document.profile_met is True
        and not document.quarantined
    )


def _unsure(document: DocumentFact) -> bool:
    if document.quarantined or document.digitisation == NOT_DIGITISED or document.profile_met is False:
        return False
    return document.signature in (SIGNED, UNDECIDED)


def file_quality(scope: Scope, _: str) -> Measured:
    files = result_files(scope)
    if not files:
        raise NoData("chưa có tệp PDF kết quả nào để kiểm tra")
    contradicted = scope.contradicted()
    wrong = {d.sha256 for d in files if (d.sha256, d.dossier_code) in contradicted} if contradicted else ()
    good = len([d for d in files if d.digitisation == DIGITISED and not d.quarantined and d.sha256 not in wrong])
    unsure = len([d for d in files if d.digitisation == FOR_A_PERSON and not d.quarantined])
    warnings = (f"{unsure} tệp cần người xem mới biết đạt hay không.",) if unsure else ()
    shown = {"to_review": unsure, "contradicted": len(wrong)}
    return Measured({"files": len(files), "good": good}, shown, (*warnings, *_contradicted(len(wrong))))


def contradiction_in(scope: Scope, document: DocumentFact) -> str:
    """What the row of its dossier says against a result file; empty where nothing does or nobody knows the dossier."""
    dossier = scope.dossier(document.dossier_code)
    return contradiction(dossier, document) if dossier else ""


def result_files(scope: Scope) -> list[DocumentFact]:
    """Result files of the period's dossiers, and those whose dossier is not known."""
    outside = scope.register.outside
    return [document for document in scope.results if document.dossier_code not in outside]


def well_digitised(document: DocumentFact) -> bool:
    """Digitised to the standard, and readable."""
    return document.digitisation == DIGITISED and not document.quarantined


def outgoing_signed(scope: Scope, _: str) -> Measured:
    outgoing = outgoing_documents(scope)
    if not outgoing:
        raise NoData("chưa có văn bản đi nào trong kỳ để kiểm tra chữ ký số")
    signed = sum(1 for document in outgoing if fully_signed(document))
    unsure = sum(1 for document in outgoing if _signature_unsure(document))
    warnings = (f"{unsure} văn bản cần người xem mới biết chữ ký đủ hay chưa.",) if unsure else ()
    return Measured({"outgoing": len(outgoing), "signed": signed}, {"unknown": unsure}, warnings)


def outgoing_documents(scope: Scope) -> list[DocumentFact]:
    """Outgoing documents of the period; one whose date could not be read was handed in for it."""
    first, last = scope.period.first, scope.period.last
    outgoing = (document for document in scope.facts.documents if document.purpose == "outgoing")
    return [document for document in outgoing if document.issued_on is None or first <= document.issued_on <= last]


def fully_signed(document: DocumentFact) -> bool:
    """Signed validly by all who have to."""
    return document.signature == SIGNED and document.profile_met is True and not document.quarantined


def _signature_unsure(document: DocumentFact) -> bool:
    undecided = document.profile_met is None and document.signature in (SIGNED, UNDECIDED)
    return undecided and not document.quarantined
