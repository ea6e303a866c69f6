"""What a bundle is made of: plain values, and openers for bytes that are streamed when their turn comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from storage.errors import StorageError

Link = tuple[str, str | None, str | None]
"""A component that a document proves: id, section, pages."""


class CannotBundle(StorageError):
    """The contents contradict each other: ask a person; nothing was written."""


@dataclass(frozen=True, slots=True)
class BundledFile:
    """A kept document. `size` in bytes; `open` gives a fresh binary stream each time."""

    sha256: str
    name: str
    media_type: str
    size: int
    open: Callable[[], BinaryIO]
    links: tuple[Link, ...] = ()
    dossier_code: str | None = None
    text: str | None = None
    verdict: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class BundledExport:
    """A raw export, byte for byte as the one-stop software gave it."""

    sha256: str
    name: str
    size: int
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class LogProof:
    """That the events of a bundle stand in the log that was published: checkpoints as signed notes, hashes in hex."""

    note: str
    """Checkpoint of the log up to the run's own event."""
    keys: tuple[Mapping[str, Any], ...]
    """The succession of signing keys, see keychain.py."""
    earlier: str | None = None
    """The newest checkpoint published before, which this log must continue."""
    consistency: tuple[str, ...] = ()
    inclusion: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Audit path of each event, where the bundle holds only a part of the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleContents:
    """Everything that goes into one bundle; the same contents give the same bytes."""

    unit: str
    unit_name: str = ""
    """As officials write it, for the page; empty: the id is shown."""
    period: str
    made_at: datetime
    """Aware; the only moment a bundle knows."""
    score: Mapping[str, Any]
    """What `parindex score --json` prints."""
    criteria: Mapping[str, Any]
    calendar: Mapping[str, Any]
    facts: Mapping[str, Any]
    """What `scoring.engine.facts.to_plain` gives."""
    evidence: tuple[BundledFile, ...] = ()
    exports: tuple[BundledExport, ...] = ()
    custody: list[dict[str, Any]] = field(default_factory=list)
    log_proof: LogProof | None = None
    """None leaves the log with its chain of hashes alone."""
    extra: Mapping[str, bytes] = field(default_factory=dict)
    """Finished papers by file name: score sheet, evidence list."""
    storage: Mapping[str, Any] | None = None
    """What the store guarantees (WormReport), found by trying; None: it was not asked."""
    missing: tuple[tuple[str, str], ...] = ()
    """Component and reason, for the completeness statement."""
    components: tuple[str, ...] = ()
    """Components that were asked for; empty: all of the score."""
    redact: bool = False
    """Mask applicants' personal data and withhold results of dossiers and raw exports; their hashes stay."""
    signing_key: bytes | None = None
    """Ed25519 private key (32 bytes, RFC 8032); None leaves the statement unsigned."""


@dataclass(frozen=True, slots=True)
class BundleReport:
    """What was written. `files` counts every file in the bundle, `bytes` is the size of the zip."""

    path: Path
    sha256: str
    files: int
    bytes: int
    missing: tuple[tuple[str, str], ...]
    absent: tuple[tuple[str, str], ...] = ()
    """Evidence that the score names and the bundle does not hold: (component, SHA-256)."""
    public_key: str | None = None
    """Hex; None where the statement is not signed."""
    requested: int = 0
    """Components asked for."""
    included: int = 0
    """Of these, components of which nothing is missing."""
