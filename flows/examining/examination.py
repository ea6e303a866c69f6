"""Having documents examined: each content once for each version of the checks, in child processes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config.settings import Settings
from flows.examining.holding import holding
from flows.resources import Resources
from ocr import CHECKER_VERSION, ENGINE_MISSING
from ocr.preload import READERS, SIGNATURES
from sandbox import Limits, expect
from storage.database import Connection
from storage.documents.evidence import (
    Examination,
    documents_of,
    postpone,
    record_examination,
    record_failed_attempt,
)
from storage.ledger.document_leases import Reader, holds
from storage.objects import ObjectStore

BATCH = 32
"""Documents to one task: 25 to 50 keep the orchestration under 2 % of a night (tests/bench/night.py)."""

_PASSING_FAILURES = frozenset({"timeout", "died", "memory"})
"""A worker that was killed may have been unlucky: these get another night, PAR_ATTEMPTS in all."""

_RESERVE_SECONDS = 10.0
"""Between the time a document may take and the moment its worker is killed."""

_LOOK_SECONDS = 0.5
"""Pause between two looks at documents that somebody else reads."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was said about one document; `result` None: this machine lacks what is named in `lacking`."""

    sha256: str
    result: dict[str, Any] | None
    lacking: str = ""


def expect_documents() -> None:
    """Say that this process will have documents read, before it asks its first question of any kind."""
    expect(*READERS, *SIGNATURES)


def examine_batch(resources: Resources, hashes: Sequence[str], *, at: datetime, done: Callable[[], None]) -> None:
    """Examine documents and record each result as soon as it and all before it are there.

    What somebody else reads at this moment is waited for, and read here only if that reader leaves it unread. A
    document that needs an OCR engine this machine lacks waits, with the reason; the others go on.
    """
    for start in range(0, len(hashes), BATCH):  # who hands in thousands holds no more than a night's batch of them
        _examine_together(resources, hashes[start : start + BATCH], at, done)


def _examine_together(resources: Resources, hashes: Sequence[str], at: datetime, done: Callable[[], None]) -> None:
    left, tried = list(hashes), dict[str, int]()
    with holding(resources) as held:
        while left:
            taken = held.take(left, tried=tried)
            for look in _looks(resources, taken.mine, at) if taken.mine else ():
                record_look(resources, look, at, held.reader)
                done()
            for _ in range(len(left) - len(taken.mine) - len(taken.elsewhere)):
                done()
            tried |= {sha256: tries for sha256, tries in taken.elsewhere.items() if sha256 not in tried}
            left = list(taken.elsewhere)
            if left:
                time.sleep(_LOOK_SECONDS)


def look_at(resources: Resources, hashes: Sequence[str], *, at: datetime, kept_for: str = "") -> list[Look]:
    """Examine documents without recording anything: what a worker elsewhere sends back.

    `kept_for`: readers stay for later calls with the same word (sandbox.Limits).
    """
    return list(_looks(resources, hashes, at, kept_for))


def record_look(resources: Resources, look: Look, at: datetime, reader: Reader) -> None:
    """Record what was said about one document, or that it waits for an engine that the machine lacked.

    Nothing, if the document was taken from the reader meanwhile: who holds it now records.
    """
    with resources.database.write() as connection:
        if not holds(connection, reader, look.sha256):
            return
        if look.result is not None:
            _record(connection, resources.settings, look.sha256, look.result, at)
        else:
            postpone(connection, reader.unit, look.sha256, look.lacking)


def _looks(resources: Resources, hashes: Sequence[str], at: datetime, kept_for: str = "") -> Iterator[Look]:
    """What is said about each document, in order; an engine that is missing costs only the documents that need it."""
    for sha256, result in _examined(resources, hashes, at, kept_for):
        if result.get("failure") == ENGINE_MISSING:
            yield Look(sha256, None, str(result["reason_vi"]))
        else:
            yield Look(sha256, result)


def _examined(
    resources: Resources, hashes: Sequence[str], at: datetime, kept_for: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    from ocr import InspectOptions, inspect_files

    settings = resources.settings
    memory, seconds = settings.document_memory_mib << 20, float(settings.document_seconds)
    limits = Limits(memory_bytes=memory, wall_seconds=seconds, kept_for=kept_for)
    with _local_files(resources.store, hashes) as paths:
        names = dict(zip(paths, _names(resources, hashes), strict=True))
        options = InspectOptions(
            trust_folder=settings.trust_folder,
            refusing_sha1=settings.sha1 == "strict",
            at=at,
            budget_seconds=max(settings.document_seconds - _RESERVE_SECONDS, _RESERVE_SECONDS),
            engine=settings.ocr_engine,
            names=names,
            keep_words=True,
        )
        results = inspect_files(paths, options, resources.workers, limits, resources.slots)
        yield from zip(hashes, results, strict=True)


def _names(resources: Resources, hashes: Sequence[str]) -> list[str]:
    """What each document was called when it came: a clue to its number, where that was written by hand."""
    with resources.database.read() as connection:
        rows = documents_of(connection, resources.settings.unit, hashes)
    names = {row["sha256"]: str(row["name"]) for row in rows}
    return [names[sha256] for sha256 in hashes]


def _record(connection: Connection, settings: Settings, sha256: str, result: dict[str, Any], at: datetime) -> None:
    kept, text = _without_chance(result), str(result.get("text") or "")
    reason = str(result.get("reason_vi") or "") if result.get("status") == "unreadable" else None
    if result.get("failure") in _PASSING_FAILURES and not record_failed_attempt(
        connection, settings.unit, sha256, reason or "", limit=settings.attempts
    ):
        return
    words: dict[int, bytes] = result.get("words") or {}
    examination = Examination(settings.unit, sha256, CHECKER_VERSION, kept, text, at, words)
    record_examination(connection, examination, quarantined_for=reason)


def _without_chance(result: dict[str, Any]) -> dict[str, Any]:
    """What is the same whenever and wherever the same checks read the same bytes."""
    return {name: value for name, value in result.items() if name not in ("text", "took_seconds", "file", "words")}


@contextlib.contextmanager
def _local_files(store: ObjectStore, hashes: Sequence[str]) -> Iterator[list[Path]]:
    with contextlib.ExitStack() as files:
        yield [files.enter_context(store.local(sha256)) for sha256 in hashes]
