"""RO-Crate 1.2 metadata of a bundle, so that archives that know nothing of us can list what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from storage.bundles.archive import VIETNAM
from storage.bundles.contents import BundleContents
from storage.bundles.placing import Layout

_PAYLOAD = "data/"
_TYPES = {".json": "application/json", ".jsonl": "application/jsonl", ".txt": "text/plain", ".pdf": "application/pdf"}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def crate_of(layout: Layout, written: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    """The metadata document; `written` tells hash and size of every payload file by path."""
    named = {placed.path: placed.file.name for placed in layout.files if placed.path}
    named |= {item.path: item.export.name for item in layout.exports if item.path}
    typed = {placed.path: placed.file.media_type for placed in layout.files if placed.path}
    paths = sorted(path for path in written if path.startswith(_PAYLOAD))
    graph = [*_roots(layout.contents, paths), *_context(layout.contents)]
    graph += [_file(path, written[path], named.get(path), typed.get(path)) for path in paths]
    return {"@context": "https://w3id.org/ro/crate/1.2/context", "@graph": graph}


def _roots(contents: BundleContents, paths: list[str]) -> Iterator[dict[str, Any]]:
    yield {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
    }
    yield {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Bộ tài liệu kiểm chứng PAR INDEX {contents.period} - {contents.unit}",
        "description": "Tài liệu kiểm chứng, số liệu, bộ tiêu chí và điểm tự chấm; verify.py kiểm tra và tính lại.",
        "datePublished": contents.made_at.astimezone(VIETNAM).date().isoformat(),
        "license": "Tài liệu nội bộ của cơ quan hành chính nhà nước",
        "creator": {"@id": f"#{quote(contents.unit)}"},
        "hasPart": [{"@id": _id(path)} for path in paths],
        "mentions": {"@id": "#score"},
    }


def _context(contents: BundleContents) -> Iterator[dict[str, Any]]:
    yield {"@id": f"#{quote(contents.unit)}", "@type": "Organization", "name": contents.unit}
    yield {
        "@id": "#engine",
        "@type": "SoftwareApplication",
        "name": "parindex",
        "softwareVersion": contents.score["engine"],
    }
    yield {
        "@id": "#score",
        "@type": "CreateAction",
        "name": f"Tự chấm điểm PAR INDEX {contents.period}",
        "instrument": {"@id": "#engine"},
        "object": [{"@id": f"{name}.json"} for name in ("facts", "criteria", "calendar")],
        "result": {"@id": "score.json"},
        "endTime": contents.made_at.astimezone(VIETNAM).isoformat(timespec="seconds"),
    }


def _file(path: str, told: tuple[str, int], name: str | None, media_type: str | None) -> dict[str, Any]:
    sha256, size = told
    return {
        "@id": _id(path),
        "@type": "File",
        "name": name or path.rsplit("/", 1)[-1],
        "contentSize": str(size),
        "encodingFormat": media_type or _type_of(path),
        "sha256": sha256,
    }


def _id(path: str) -> str:
    return quote(path.removeprefix(_PAYLOAD))


def _type_of(path: str) -> str:
    ending = f".{path.rsplit('.', 1)[-1].lower()}"
    known = _XLSX if ending == ".xlsx" else _TYPES.get(ending)
    return known or "application/octet-stream"
