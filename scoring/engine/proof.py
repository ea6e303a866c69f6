"""Whether what was declared is proven: kept documents or a written explanation, and what to warn about.

A document of another period, or one that has expired, stays listed with the reason and proves nothing: the conservative
total leaves its points out, the expected total counts them, until a person says for which period it speaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .facts import DeclaredValue, DocumentFact, Evidence, Facts
from .numbers import day_vn
from .windows import Window, doubt_of


@dataclass(frozen=True, slots=True)
class Proof:
    """Evidence of a component, JSON-ready and in a fixed order. `enough`: nothing declared stands without proof."""

    evidence: tuple[Mapping[str, Any], ...]
    enough: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Papers:
    """Evidence by component, and the documents that any of it names, by hash: looked up once for all components."""

    linked: Mapping[str, Sequence[Evidence]]
    documents: Mapping[str, DocumentFact]


def papers_of(facts: Facts) -> Papers:
    """The papers of a unit, from its facts."""
    linked: dict[str, list[Evidence]] = {}
    for item in facts.evidence:
        linked.setdefault(item.component, []).append(item)
    named = {item.sha256 for item in facts.evidence}
    return Papers(linked, {document.sha256: document for document in facts.documents if document.sha256 in named})


def proof_of(component: Mapping[str, Any], values: Sequence[DeclaredValue], papers: Papers, window: Window) -> Proof:
    """Evidence of the component and whether it covers its declared values. Quarantined documents prove nothing."""
    documents, linked = papers.documents, papers.linked.get(component["id"], ())
    sound = [item for item in linked if not _quarantined(documents.get(item.sha256))]
    keys = {item["key"] for item in component.get("declared", ())}
    used = [value for value in values if value.value is not None and value.key in keys]
    stray = sorted({value.key for value in values if value.key not in keys})
    explained = all((value.explanation or "").strip() for value in used)
    doubts = _doubts(component, sound, documents, window)
    listed = sorted({_key(item): _plain(item, doubts.get(item.sha256)) for item in sound}.items())
    warnings = (
        *_stray_warning(stray),
        *_declared_warnings(used),
        *_document_warnings(sound, documents, doubts, window),
    )
    firm = any(item.sha256 not in doubts for item in sound)
    return Proof(tuple(plain for _, plain in listed), firm or explained, warnings)


def explanations_of(component: Mapping[str, Any], values: Sequence[DeclaredValue]) -> tuple[str, ...]:
    """What officials wrote of the declared values, each text once, in the order in which the component asks."""
    order = [item["key"] for item in component.get("declared", ())]
    said = [(order.index(value.key), value.explanation or "") for value in values if value.key in order]
    return tuple(dict.fromkeys(text.strip() for _, text in sorted(said) if text.strip()))


def doubted(evidence: Sequence[Mapping[str, Any]]) -> str:
    """The documents that do not count for the period, with their reasons, in one phrase; empty without any."""
    told = (f"{item['name']} {item['doubt']['because']}" for item in evidence if item.get("doubt"))
    return "; ".join(dict.fromkeys(told))


def _doubts(
    component: Mapping[str, Any], sound: Sequence[Evidence], documents: Mapping[str, DocumentFact], window: Window
) -> Mapping[str, Mapping[str, str]]:
    """What speaks against linked documents, by hash."""
    standing = any(wanted.get("standing") for wanted in component.get("evidence", ()))
    known = {item.sha256: documents[item.sha256] for item in sound if item.sha256 in documents}
    found = {sha256: doubt_of(document, window, standing=standing) for sha256, document in known.items()}
    return {sha256: doubt for sha256, doubt in found.items() if doubt is not None}


def _key(item: Evidence) -> tuple[str, str, str, str]:
    return item.name, item.sha256, item.section or "", item.pages or ""


def _plain(item: Evidence, doubt: Mapping[str, str] | None) -> Mapping[str, Any]:
    plain = {"sha256": item.sha256, "name": item.name, "section": item.section, "pages": item.pages}
    return plain | ({"doubt": dict(doubt)} if doubt else {})


def _quarantined(document: DocumentFact | None) -> bool:
    return document is not None and document.quarantined


def _stray_warning(keys: Sequence[str]) -> Iterator[str]:
    if keys:
        yield f"Có giá trị khai mà mục này không hỏi, không tính đến: {', '.join(keys)}."


def _declared_warnings(values: Sequence[DeclaredValue]) -> Iterator[str]:
    without_owner = sorted({value.key for value in values if not (value.owner or "").strip()})
    without_source = sorted({value.key for value in values if not (value.source or "").strip()})
    if without_owner:
        yield f"Chưa ghi người khai cho: {', '.join(without_owner)}."
    if without_source:
        yield f"Chưa ghi nguồn số liệu cho: {', '.join(without_source)}."


def _document_warnings(
    evidence: Sequence[Evidence],
    documents: Mapping[str, DocumentFact],
    doubts: Mapping[str, Mapping[str, str]],
    window: Window,
) -> Iterator[str]:
    for item in sorted(evidence, key=_key):
        document = documents.get(item.sha256)
        if document is None:
            continue
        if document.signature == "FAILED":
            yield f"Tài liệu {item.name}: chữ ký số không hợp lệ."
        issued, period = document.issued_on, window.period
        if doubt := doubts.get(item.sha256):
            yield f"Tài liệu {item.name}: {doubt['because']}; chưa tính, cần người xác nhận hoặc nộp bản khác."
        elif window.opens is None and issued is not None and not period.first <= issued <= period.ends:
            yield f"Tài liệu {item.name} ngày {day_vn(issued)}, ngoài kỳ đang chấm."
