"""The completeness statement: asked for so many components, so many included, these are missing because ..."""

from __future__ import annotations

from typing import Any

from storage.bundles.placing import Layout

_IN_ANY_BUNDLE = ("facts", "criteria", "calendar")


def completeness_of(layout: Layout) -> dict[str, Any]:
    """JSON-ready; `absent` is cited evidence the bundle does not hold, `withheld` what redaction left out."""
    contents = layout.contents
    every = [item["id"] for item in contents.score["components"]]
    requested = [item for item in every if not contents.components or item in contents.components]
    lacking = [{"component": component, "because": because} for component, because in contents.missing]
    return {
        "requested": requested,
        "included": len(requested) - len({item["component"] for item in lacking} & set(requested)),
        "missing": lacking,
        "absent": _absent(layout, set(requested)),
        "withheld": withheld_of(layout),
        "inputs_not_included": _inputs_not_included(layout),
    }


def withheld_of(layout: Layout) -> list[dict[str, Any]]:
    """What redaction left out: which file it was, not what it says."""
    kept = [("document", item.file.sha256, item.file.size) for item in layout.files if item.path is None]
    raw = [("export", item.export.sha256, item.export.size) for item in layout.exports if item.path is None]
    return [{"kind": kind, "sha256": sha256, "size": size} for kind, sha256, size in sorted(kept + raw)]


def _absent(layout: Layout, requested: set[str]) -> list[dict[str, str]]:
    """Evidence that the score of the requested components names and the bundle does not hold."""
    held = {placed.file.sha256 for placed in layout.files} | {placed.export.sha256 for placed in layout.exports}
    return [
        {"component": item["id"], "sha256": evidence["sha256"], "name": evidence["name"]}
        for item in layout.contents.score["components"]
        if item["id"] in requested
        for evidence in item["evidence"]
        if evidence["sha256"] not in held
    ]


def _inputs_not_included(layout: Layout) -> list[dict[str, str]]:
    held = {item.file.sha256 for item in layout.files} | {item.export.sha256 for item in layout.exports}
    return [
        {"kind": item["kind"], "sha256": item["sha256"]}
        for item in layout.contents.score["inputs"]
        if item["kind"] not in _IN_ANY_BUNDLE and item["sha256"] not in held
    ]
