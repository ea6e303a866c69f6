"""What a redacted bundle tells instead of applicants' personal data. Hashes and sizes of what is left out stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NUMBERS = re.compile(r"(?<!\d)(?:\d{12}|\d{9}|0\d{9}|(?:\+84|84)\d{9})(?!\d)")
"""Citizen identity numbers (12 digits, the old ones 9) and telephone numbers."""
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_KEPT_OF_VERDICT = ("sha256", "name_sha256", "media_type", "digitisation", "signature", "checker")
MASK = "[đã che]"


def masked_text(text: str) -> str:
    """Text without identity numbers, telephone numbers and mail addresses."""
    return _MAIL.sub(MASK, _NUMBERS.sub(MASK, text))


def masked_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts without subjects of petitions, names of results and officers at the desk; no score depends on these."""
    petitions = [
        petition | {"subject": MASK} if petition.get("subject") else petition for petition in facts.get("petitions", ())
    ]
    documents = [
        document | {"name": MASK} if document.get("dossier_code") else document
        for document in facts.get("documents", ())
    ]
    dossiers = [dossier | {"desk": MASK} if dossier.get("desk") else dossier for dossier in facts.get("dossiers", ())]
    changed = {"petitions": petitions, "documents": documents, "dossiers": dossiers}
    return dict(facts) | {name: value for name, value in changed.items() if value}


def masked_verdict(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """What the checks said, without the fields read from the document."""
    kept = {name: verdict[name] for name in _KEPT_OF_VERDICT if name in verdict}
    signature = kept.get("signature")
    if isinstance(signature, Mapping):
        kept["signature"] = {name: signature[name] for name in ("verdict", "profile") if name in signature}
    return kept


def masked_event(event: Mapping[str, Any], withheld: frozenset[str]) -> dict[str, Any]:
    """An event of a withheld file as its place in the chain alone."""
    if event["subject"] not in withheld:
        return dict(event)
    return {name: event[name] for name in ("seq", "at", "event", "subject", "previous", "hash")} | {"redacted": True}
