"""Measures over examined documents: results signed, files of good quality, outgoing documents signed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .agreement import contradiction
from .facts import DocumentFact, Dossier
from .measuring import FileTally, Measured, NoData, Scope

SIGNED, UNDECIDED = "PASSED", "INDETERMINATE"
DIGITISED, NOT_DIGITISED, FOR_A_PERSON = "đạt", "không đạt", "cần người xem"


def results_signed(scope: Scope, _: str) -> Measured:
    if scope.register.finished and not scope.register.says_results:
        raise NoData("tệp xuất không ghi hồ sơ nào phải trả kết quả bằng tệp")
    required, best = scope.register.required, Counter(files_of(scope).best.values())
    examined, unsure, wrong = best.total(), best[_UNSURE], best[_CONTRADICTED]
    shown = {"examined": examined, "missing": required - examined, "unknown": unsure, "contradicted": wrong}
    shown["failed"] = best[_FAILED]
    warnings = (f"{unsure} kết quả cần người xem mới biết đạt hay không.",) if unsure else ()
    return Measured({"required": required, "signed": best[_GOOD]}, shown, (*warnings, *_contradicted(wrong)))


_CONTRADICTED, _FAILED, _UNSURE, _GOOD = range(4)


def files_of(scope: Scope) -> FileTally:
    """The result files counted, once for all measures: a ward has tens of thousands."""
    if not scope.files:
        scope.files.append(_tallied(scope))
    return scope.files[0]


def _tallied(scope: Scope) -> FileTally:
    found, asked = FileTally(), scope.register.asked
    ended, others, outside, best = asked.ended, asked.others, asked.outside, found.best
    for document in scope.results:
        code = document.dossier_code or ""
        dossier = ended.get(code)
        if dossier is None and code in outside:
            continue
        found.files += 1
        row = dossier or others.get(code)
        wrong = row is not None and contradiction(row, document) != ""
        if wrong:
            found.contradicted.add(document.sha256)
        is_well = document.digitisation == DIGITISED and not document.quarantined
        if is_well:
            found.well_digitised.append(document.sha256)
        elif document.digitisation == FOR_A_PERSON and not document.quarantined:
            found.to_review += 1
        if dossier is not None and dossier.result_file_required:
            is_good = is_well and document.signature == SIGNED and document.profile_met is True
            worth = _CONTRADICTED if wrong else _GOOD if is_good else _worth(document)
            if worth > best.setdefault(code, worth):
                best[code] = worth
    return found


def _worth(document: DocumentFact) -> int:
    """What a file is worth that nothing contradicts and that does not meet the profile."""
    return _UNSURE if _unsure(document) else _FAILED


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
    found = files_of(scope)
    if not found.files:
        raise NoData("chưa có tệp PDF kết quả nào để kiểm tra")
    wrong, unsure = found.contradicted, found.to_review
    good = sum(1 for sha256 in found.well_digitised if sha256 not in wrong) if wrong else len(found.well_digitised)
    warnings = (f"{unsure} tệp cần người xem mới biết đạt hay không.",) if unsure else ()
    shown = {"to_review": unsure, "contradicted": len(wrong)}
    return Measured({"files": found.files, "good": good}, shown, (*warnings, *_contradicted(len(wrong))))


def contradiction_in(scope: Scope, document: DocumentFact) -> str:
    """What the row of its dossier says against a result file; empty where nothing does or nobody knows the dossier."""
    dossier = scope.dossier(document.dossier_code)
    return contradiction(dossier, document) if dossier else ""


def result_files(scope: Scope) -> list[DocumentFact]:
    """Result files of the period's dossiers, and those whose dossier is not known."""
    outside = scope.register.asked.outside
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
