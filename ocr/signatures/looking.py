"""A second look at signatures alone: the night asks again what trust and time say of files that it knows already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from ocr.budget import OutOfTime, at_most
from ocr.json_values import sound
from ocr.preload import SIGNATURES
from ocr.signatures import examine_signatures, trust_of
from sandbox import Failure, Limits, run_each

_RESERVE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Known:
    """A file that was examined before: what the pages were and what they say does not change."""

    path: Path
    scanned: bool
    text: str


@dataclass(frozen=True, slots=True)
class Terms:
    """With which trust, as of when."""

    trust_folder: Path | None
    at: datetime
    refusing_sha1: bool = False


def look_again(
    files: Sequence[Known], terms: Terms, *, workers: int, limits: Limits
) -> Iterator[dict[str, Any] | None]:
    """The `signature` object of each file, in order; None where no answer came within the limits."""
    ask = partial(_looked, terms=terms, seconds=max(2.0, limits.wall_seconds - _RESERVE_SECONDS))
    for answer in run_each(ask, files, workers=workers, limits=limits, preload=SIGNATURES):
        yield None if isinstance(answer, Failure) else answer


def _looked(known: Known, terms: Terms, seconds: float) -> dict[str, Any] | None:
    """In a worker."""
    trust = trust_of(terms.trust_folder, refusing_sha1=terms.refusing_sha1)
    try:
        with at_most(seconds):
            report = examine_signatures(
                known.path.read_bytes(), trust=trust, at=terms.at, scanned=known.scanned, text=known.text
            )
    except (OutOfTime, RecursionError, MemoryError):
        return None
    plain: dict[str, Any] = sound(report.plain())
    return plain
