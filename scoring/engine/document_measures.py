"""Measures over examined documents: results signed, files of good quality, outgoing documents signed."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field

from .agreement import contradiction
from .facts import DocumentFact, Dossier
from .measuring import Measured, NoData, Scope

SIGNED, UNDECIDED = "PASSED", "INDETERMINATE"
DIGITISED, NOT_DIGITISED, FOR_A_PERSON = "đạt", "không đạt", "cần người xem"


def results_signed(scope: Scope, _: str) -> Measured:
    finished = scope.finished
    if finished and all(dossier.result_file_required is None for dossier in finished):
        raise NoData("tệp xuất không ghi hồ sơ nào phải trả kết quả bằng tệp")
    required = {dossier.code for dossier in finished if dossier.result_file_required}
    found = _by_verdict(scope, required)
    unsure, wrong = len(found.unsure - found.good), len(found.examined - found.fitting)
    missing = len(required) - len(found.examined)
    shown = {"examined": len(found.examined), "missing": missing, "unknown": unsure, "contradicted": wrong}
    shown["failed"] = len(found.fitting) - len(found.good) - unsure
    warnings = (f"{unsure} kết quả cần người xem mới biết đạt hay không.",) if unsure else ()
    return Measured({"required": len(required), "signed": len(found.good)}, shown, (*warnings, *_contradicted(wrong)))


@dataclass(frozen=True, slots=True)
class _Codes:
    """Codes of dossiers with any result file, with one that nothing contradicts, one that meets the profile or may."""

    examined: set[str] = field(default_factory=set)
    fitting: set[str] = field(default_factory=set)
    good: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)


def _by_verdict(scope: Scope, required: Set[str]) -> _Codes:
    """One pass over the files, because a ward has tens of thousands."""
    found, contradicted = _Codes(), scope.contradicted()
    for document in scope.results:
        code = document.dossier_code
        if code is None or code not in required:
            continue
        found.examined.add(code)
        if contradicted and (document.sha256, code) in contradicted:
            continue
        found.fitting.add(code)
        if meets_profile(document):
            found.good.add(code)
        elif _unsure(document):
            found.unsure.add(code)
    return found


def fitting_files(dossier: Dossier, files: Iterable[DocumentFact]) -> list[DocumentFact]:
    """Files that nothing in them contradicts as the dossier's result."""
    return [document for document in files if not contradiction(dossier, document)]


def _contradicted(count: int) -> tuple[str, ...]:
    return (f"{count} kết quả mâu thuẫn với sổ hồ sơ, không tính; xem lý do ở từng tệp.",) if count else ()


def meets_profile(document: DocumentFact) -> bool:
    """Signed validly by the right persons, and digitised to the standard."""
    return fully_signed(document) and well_digitised(document)


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
    good = sum(1 for document in files if well_digitised(document) and document.sha256 not in wrong)
    unsure = sum(1 for document in files if document.digitisation == FOR_A_PERSON and not document.quarantined)
    warnings = (f"{unsure} tệp cần người xem mới biết đạt hay không.",) if unsure else ()
    shown = {"to_review": unsure, "contradicted": len(wrong)}
    return Measured({"files": len(files), "good": good}, shown, (*warnings, *_contradicted(len(wrong))))


def contradiction_in(scope: Scope, document: DocumentFact) -> str:
    """What the row of its dossier says against a result file; empty where nothing does or nobody knows the dossier."""
    dossier = scope.dossier(document.dossier_code)
    return contradiction(dossier, document) if dossier else ""


def result_files(scope: Scope) -> list[DocumentFact]:
    """Result files of the period's dossiers, and those whose dossier is not known."""
    other = {dossier.code for dossier in (*scope.own.other_periods, *scope.foreign)} if scope.results else ()
    return [document for document in scope.results if document.dossier_code not in other]


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
