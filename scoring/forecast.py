"""What a score would lose when documents end: their own last day, or a certificate behind an undated signature."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from scoring.engine.document_measures import SIGNED, UNDECIDED
from scoring.engine.facts import DocumentFact, Facts
from scoring.engine.score import score


@dataclass(frozen=True, slots=True)
class Endings:
    """Hashes of documents whose last day of use comes, and of those whose signatures can no longer be proved."""

    terms: Collection[str] = ()
    signatures: Collection[str] = ()


def lost_when_ended(
    plain: Mapping[str, Any], criteria: Mapping[str, Any], facts: Facts, calendar: Mapping[str, Any], endings: Endings
) -> dict[str, Decimal]:
    """Points of the conservative total that each component of a score (`Score.plain()`) would lose: scored once more
    from the same facts, in which these documents have ended. Only components that lose any."""
    as_of = date.fromisoformat(plain["as_of"])
    documents = tuple(_ended(document, endings, as_of) for document in facts.documents)
    asked = {name: plain[name] for name in ("unit", "period", "on_time_rule")}
    kept, ended = (
        score(criteria, known, calendar, as_of=as_of, **asked) for known in (facts, replace(facts, documents=documents))
    )
    return {
        now.id: (was.points or Decimal(0)) - (now.points or Decimal(0))
        for was, now in zip(kept.components, ended.components, strict=True)
        if (was.points or Decimal(0)) > (now.points or Decimal(0))
    }


def _ended(document: DocumentFact, endings: Endings, as_of: date) -> DocumentFact:
    """The document as it will be: out of use, or with a signature that nobody can tell any more."""
    if document.sha256 in endings.terms:
        document = replace(document, expires_on=as_of - timedelta(days=1))
    if document.sha256 in endings.signatures and document.signature == SIGNED:
        document = replace(document, signature=UNDECIDED, profile_met=None)
    return document
