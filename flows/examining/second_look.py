"""The night's second look: signatures that nobody could judge, or that were judged with other trust, are asked again.

Only the signature part runs (a tenth of a second a file), with the trust material and at the time of this night. A
verdict that changed stands from this night on, with its custody event, and moves this night's score.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from config.document_words import signature_vn
from flows.resources import Resources
from ocr import CHECKER_VERSION
from ocr.signatures import TrustStore, trust_now
from ocr.signatures.looking import Known, Terms, look_again
from sandbox import Limits
from storage.database import Connection
from storage.documents.evidence import QUARANTINED, documents_of, examinations_of
from storage.documents.signature_looks import Look, changes_at, looks_of, record_look

_PORTION = 64
_JUDGED = frozenset({"PASSED", "INDETERMINATE", "FAILED"})
_UNDECIDED = "INDETERMINATE"
_WALL_SECONDS = 34.0
_ASKED_AGAIN_AFTER = timedelta(days=7)
"""With the same trust only the passing of time can decide: a list that grew old, a certificate that began or ended."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A document whose signatures are to be looked at again."""

    sha256: str
    signature: Mapping[str, Any]
    scanned: bool
    text: str


def look_at_signatures_again(
    resources: Resources, *, at: datetime, who: str, is_spent: Callable[[], bool] = lambda: False
) -> dict[str, int]:
    """Ask again what rests on other trust than tonight's, or is undecided for a week: {looked, changed, unanswered}.

    What was examined or looked at in this very night is left alone, so the step may be repeated. Begins no further
    portion once `is_spent`.
    """
    terms = _terms(resources, at)
    trust = trust_now(terms.trust_folder, refusing_sha1=terms.refusing_sha1)
    with resources.database.read() as connection:
        waiting = iter(list(_waiting(connection, resources.settings.unit, trust, at)))
    told = {"looked": 0, "changed": 0, "unanswered": 0}
    while (portion := list(islice(waiting, _PORTION))) and not is_spent():
        for one, signature in zip(portion, _looked(resources, portion, terms), strict=True):
            if signature is None:
                told["unanswered"] += 1
                continue
            look = Look(one.sha256, CHECKER_VERSION, signature, at)
            with resources.database.write() as connection:
                told["changed"] += record_look(connection, look, one.signature, who=who)
            told["looked"] += 1
    return told


def changed_verdicts(connection: Connection, unit: str, moment: datetime) -> tuple[str, ...]:
    """What the night begun at `moment` learnt anew about signatures, for the letter."""
    names = {row["sha256"]: str(row["name"]) for row in documents_of(connection, unit)}
    said = examinations_of(connection, unit, CHECKER_VERSION)
    return tuple(
        f"{names[event['subject']]}: chữ ký số trước {signature_vn(event['detail']['before'])}, "
        f"nay {signature_vn(event['detail']['after'])}. "
        f"{said[event['subject']]['result']['signature']['summary_vi']}"
        for event in changes_at(connection, moment)
        if event["subject"] in names and event["subject"] in said
    )


def _terms(resources: Resources, at: datetime) -> Terms:
    settings = resources.settings
    return Terms(settings.trust_folder, at, refusing_sha1=settings.sha1 == "strict")


def _waiting(connection: Connection, unit: str, trust: TrustStore, at: datetime) -> Iterator[_Waiting]:
    """By name: documents with signatures last confirmed with other trust than this, or undecided for a week since."""
    standing = examinations_of(connection, unit, CHECKER_VERSION, with_text=True)
    said = {sha256: row for sha256, row in standing.items() if row["checker"] == CHECKER_VERSION}
    looks = looks_of(connection, CHECKER_VERSION, said)
    for row in documents_of(connection, unit):
        examined = said.get(row["sha256"])
        signature = (examined or {}).get("result", {}).get("signature") or {}
        if examined is None or row["state"] == QUARANTINED or signature.get("verdict") not in _JUDGED:
            continue
        look = looks.get(row["sha256"])
        last = max(examined["examined_at"], look["confirmed_at"]) if look else examined["examined_at"]
        rests_on = look["confirmed_trust"] if look else signature.get("trust_digest")
        due = signature["verdict"] == _UNDECIDED and last + _ASKED_AGAIN_AFTER <= at
        if last < at and (due or rests_on != trust.digest):
            yield _Waiting(row["sha256"], signature, _is_scanned(examined["result"]), str(examined["text"]))


def _is_scanned(result: Mapping[str, Any]) -> bool:
    """As the examination judged it: the profile of a signature on pictures of paper."""
    return (result.get("digitisation") or {}).get("profile") != "born_digital"


def _looked(resources: Resources, portion: Sequence[_Waiting], terms: Terms) -> Iterator[dict[str, Any] | None]:
    settings = resources.settings
    limits = Limits(
        memory_bytes=settings.document_memory_mib << 20, wall_seconds=min(_WALL_SECONDS, settings.document_seconds)
    )
    with contextlib.ExitStack() as files:
        known = [Known(files.enter_context(resources.store.local(o.sha256)), o.scanned, o.text) for o in portion]
        yield from look_again(known, terms, workers=resources.workers, limits=limits)
