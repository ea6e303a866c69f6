"""Whether what was declared is proven: kept documents or a written explanation, and what to warn about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .facts import DeclaredValue, DocumentFact, Evidence, Facts
from .numbers import day_vn
from .period import Period


@dataclass(frozen=True, slots=True)
class Proof:
    """Evidence of a component, JSON-ready and in a fixed order. `enough`: nothing declared stands without proof."""

    evidence: tuple[Mapping[str, Any], ...]
    enough: bool
    warnings: tuple[str, ...]


def proof_of(component: Mapping[str, Any], values: Sequence[DeclaredValue], facts: Facts, period: Period) -> Proof:
    """Evidence of the component and whether it covers its declared values. Quarantined documents prove nothing."""
    documents = {document.sha256: document for document in facts.documents}
    linked = [item for item in facts.evidence if item.component == component["id"]]
    sound = [item for item in linked if not _quarantined(documents.get(item.sha256))]
    used = [value for value in values if value.value is not None]
    explained = all((value.explanation or "").strip() for value in used)
    listed = sorted({_key(item): _plain(item) for item in sound}.items())
    warnings = (*_declared_warnings(used), *_document_warnings(sound, documents, period))
    return Proof(tuple(plain for _, plain in listed), bool(sound) or explained, warnings)


def _key(item: Evidence) -> tuple[str, str, str, str]:
    return item.name, item.sha256, item.section or "", item.pages or ""


def _plain(item: Evidence) -> Mapping[str, Any]:
    return {"sha256": item.sha256, "name": item.name, "section": item.section, "pages": item.pages}


def _quarantined(document: DocumentFact | None) -> bool:
    return document is not None and document.quarantined


def _declared_warnings(values: Sequence[DeclaredValue]) -> Iterator[str]:
    without_owner = sorted({value.key for value in values if not (value.owner or "").strip()})
    without_source = sorted({value.key for value in values if not (value.source or "").strip()})
    if without_owner:
        yield f"Chưa ghi người khai cho: {', '.join(without_owner)}."
    if without_source:
        yield f"Chưa ghi nguồn số liệu cho: {', '.join(without_source)}."


def _document_warnings(
    evidence: Sequence[Evidence], documents: Mapping[str, DocumentFact], period: Period
) -> Iterator[str]:
    for item in sorted(evidence, key=_key):
        document = documents.get(item.sha256)
        if document is None:
            continue
        if document.signature == "FAILED":
            yield f"Tài liệu {item.name}: chữ ký số không hợp lệ."
        issued = document.issued_on
        if issued is not None and not period.first <= issued <= period.ends:
            yield f"Tài liệu {item.name} ngày {day_vn(issued)}, ngoài kỳ đang chấm."
