"""What a bundle says of itself: index of its files, completeness, and the statement over all of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from storage.bundles.contents import BundleContents
from storage.bundles.placing import Placed, PlacedExport


@dataclass(frozen=True, slots=True)
class Layout:
    """A bundle's contents with a place for every file."""

    contents: BundleContents
    files: tuple[Placed, ...]
    exports: tuple[PlacedExport, ...]

    @property
    def made_at(self) -> str:
        """The bundle's moment as ISO text in UTC."""
        return self.contents.made_at.astimezone(UTC).isoformat(timespec="seconds")


def index_of(layout: Layout) -> dict[str, Any]:
    """Every document and export with its real name, its place, and what it proves."""
    exports = [
        {"name": raw.export.name, "path": raw.path, "sha256": raw.export.sha256, "size": raw.export.size}
        for raw in layout.exports
    ]
    return {"evidence": [_entry(placed) for placed in layout.files], "exports": exports}


def _entry(placed: Placed) -> dict[str, Any]:
    file = placed.file
    return {
        "dossier_code": file.dossier_code,
        "links": [dict(zip(("component", "section", "pages"), link, strict=True)) for link in file.links],
        "media_type": file.media_type,
        "name": file.name,
        "path": placed.path,
        "sha256": file.sha256,
        "size": file.size,
        "text": placed.text,
        "verdict": placed.verdict,
    }


def completeness_of(layout: Layout) -> dict[str, Any]:
    """Asked for these, included so many, missing those because ...; what the score names but the bundle has not."""
    contents = layout.contents
    requested = [item["id"] for item in contents.score["components"]]
    if contents.components:
        requested = [component for component in requested if component in contents.components]
    missing = [{"component": component, "reason": reason} for component, reason in contents.missing]
    lacking = {item["component"] for item in missing} & set(requested)
    return {
        "requested": requested,
        "included": len(requested) - len(lacking),
        "missing": missing,
        "absent": list(_absent(layout, set(requested))),
        "inputs_not_included": list(_inputs_not_included(layout)),
        "withheld": [
            {"sha256": placed.file.sha256, "size": placed.file.size} for placed in layout.files if placed.path is None
        ],
    }


def _absent(layout: Layout, requested: set[str]) -> Iterator[dict[str, str]]:
    """Evidence that the score names for a requested component and that was not handed in for the bundle."""
    held = {placed.file.sha256 for placed in layout.files}
    for component in layout.contents.score["components"]:
        for item in component["evidence"]:
            if component["id"] in requested and item["sha256"] not in held:
                yield {"component": component["id"], "name": item["name"], "sha256": item["sha256"]}


def _inputs_not_included(layout: Layout) -> Iterator[dict[str, str]]:
    """Inputs of the score that are neither in the bundle as a file nor as a value."""
    held = {placed.file.sha256 for placed in layout.files} | {raw.export.sha256 for raw in layout.exports}
    for item in layout.contents.score["inputs"]:
        if item["kind"] not in ("facts", "criteria", "calendar") and item["sha256"] not in held:
            yield {"kind": item["kind"], "sha256": item["sha256"]}


def custody_ends(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Where the bundled part of the custody log begins and ends."""
    return {
        "events": len(events),
        "first_seq": events[0]["seq"] if events else None,
        "last_seq": events[-1]["seq"] if events else None,
        "last_hash": events[-1]["hash"] if events else None,
    }


def statement_of(layout: Layout, tag_manifest: bytes, payload: Mapping[str, int]) -> dict[str, Any]:
    """What is signed; `payload` holds the size of every payload file."""
    return {
        "completeness": completeness_of(layout),
        "custody": custody_ends(layout.contents.custody),
        "kind": "parindex-bundle",
        "made_at": layout.made_at,
        "payload": {"bytes": sum(payload.values()), "files": len(payload)},
        "period": layout.contents.period,
        "redacted": layout.contents.redact,
        "tag_manifest_sha256": hashlib.sha256(tag_manifest).hexdigest(),
        "unit": layout.contents.unit,
        "version": 1,
    }
