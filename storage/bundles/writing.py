"""Writing a bundle: payload first, then the manifests over it, then the statement over these."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import scoring.engine
from storage.bundles.archive import Archive, file_digest, written_whole
from storage.bundles.contents import BundleContents, BundleReport, CannotBundle
from storage.bundles.names import safe_name
from storage.bundles.placing import Placed, PlacedExport, place_exports, place_files
from storage.bundles.statement import statement_files

ENGINE_FOLDER = "may-tinh-diem/scoring/engine"
_BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_TRAVELS = ("verify.py", "ed25519.py")


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


def write_bundle(contents: BundleContents, out: Path) -> BundleReport:
    """Write the bundle as a zip, whole or not at all; memory does not grow with the documents.

    Raises:
        CannotBundle: the contents contradict each other.
        Damaged: a kept file is not what its hash promises.
        DiskFull: there is no room.
    """
    layout = layout_of(contents)
    top = safe_name(f"bo-tai-lieu_{contents.unit}_{contents.period}")
    with written_whole(out) as stream, Archive(stream, top, contents.made_at) as archive:
        _add_payload(archive, layout)
        _add_tags(archive, layout)
    return BundleReport(out, file_digest(out), len(archive.digests), out.stat().st_size, contents.missing)


def layout_of(contents: BundleContents) -> Layout:
    """Where everything will lie."""
    if contents.made_at.tzinfo is None:
        raise CannotBundle("made_at: thiếu múi giờ, nên không biết gói được lập lúc nào")
    documents = contents.facts.get("documents", ())
    outgoing = {document["sha256"] for document in documents if document.get("purpose") == "outgoing"}
    return Layout(contents, place_files(contents.evidence, outgoing=outgoing), place_exports(contents.exports))


def _add_payload(archive: Archive, layout: Layout) -> None:
    for path, data in sorted(_small_files(layout)):
        archive.add(path, data)
    for placed in layout.files:
        if placed.path:
            with placed.file.open() as stream:
                archive.add_stream(placed.path, stream, placed.file.size, placed.file.sha256)
    for raw in layout.exports:
        if raw.path:
            with raw.export.open() as stream:
                archive.add_stream(raw.path, stream, raw.export.size, raw.export.sha256)


def _small_files(layout: Layout) -> Iterator[tuple[str, bytes]]:
    contents = layout.contents
    for name in ("score", "criteria", "calendar"):
        yield f"data/{name}.json", readable_json(getattr(contents, name))
    yield "data/facts.json", compact_json(contents.facts)
    yield "data/custody.jsonl", b"".join(compact_json(event) for event in contents.custody)
    yield "data/day-du.json", readable_json(completeness(layout))
    for name, data in contents.extra.items():
        if safe_name(name) != name:
            raise CannotBundle(f"{name}: tên tệp kèm theo chỉ được dùng chữ không dấu, số và . _ -")
        yield f"data/{name}", data
    for placed in layout.files:
        if placed.text and placed.file.text is not None:
            yield placed.text, placed.file.text.encode("utf-8", "surrogateescape")
        if placed.verdict and placed.file.verdict is not None:
            yield placed.verdict, readable_json(placed.file.verdict)


def completeness(layout: Layout) -> dict[str, Any]:
    """The completeness statement: what was asked for, what is here, what is missing and why."""
    asked = [item["id"] for item in layout.contents.score["components"]]
    missing = dict(layout.contents.missing)
    return {
        "asked": len(asked),
        "included": len([component for component in asked if component not in missing]),
        "missing": [{"component": component, "reason": reason} for component, reason in missing.items()],
        "files": [
            {
                "path": placed.path,
                "name": placed.file.name,
                "sha256": placed.file.sha256,
                "links": [
                    dict(zip(("component", "section", "pages"), link, strict=True)) for link in placed.file.links
                ],
                "dossier_code": placed.file.dossier_code,
            }
            for placed in layout.files
        ],
        "exports": [{"path": raw.path, "name": raw.export.name, "sha256": raw.export.sha256} for raw in layout.exports],
    }


def _add_tags(archive: Archive, layout: Layout) -> None:
    payload = dict(archive.digests)
    size = sum(archive.sizes.values())
    archive.add("bagit.txt", _BAGIT)
    archive.add("bag-info.txt", _bag_info(layout, f"{size}.{len(payload)}"))
    archive.add("manifest-sha256.txt", manifest(payload))
    for name, source in _travelling():
        archive.add(name, source)
    tags = manifest({path: digest for path, digest in archive.digests.items() if path not in payload})
    archive.add("tagmanifest-sha256.txt", tags)
    stated = {
        "made_at": layout.made_at,
        "payload_bytes": size,
        "payload_files": len(payload),
        "period": layout.contents.period,
        "unit": layout.contents.unit,
    }
    for name, data in statement_files(stated, tags, layout.contents.signing_key).items():
        archive.add(name, data)


def _travelling() -> Iterator[tuple[str, bytes]]:
    """Source that goes along: the verifier, and the engine that computed the score."""
    for name in _TRAVELS:
        folder = "" if name == "verify.py" else "may-tinh-diem/"
        yield f"{folder}{name}", (Path(__file__).parent / name).read_bytes()
    for source in sorted(Path(scoring.engine.__file__ or "").parent.glob("*.py")):
        yield f"{ENGINE_FOLDER}/{source.name}", source.read_bytes()


def _bag_info(layout: Layout, oxum: str) -> bytes:
    contents = layout.contents
    lines = {
        "Bag-Software-Agent": "parindex",
        "Bagging-Date": layout.made_at[:10],
        "External-Identifier": f"{contents.unit}/{contents.period}",
        "Made-At": layout.made_at,
        "Payload-Oxum": oxum,
        "Source-Organization": contents.unit,
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items()).encode()


def manifest(digests: Mapping[str, str]) -> bytes:
    """Lines as `sha256sum -c` reads them, sorted by path."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()


def readable_json(value: Any) -> bytes:
    """JSON that a person can read, the same for the same value."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode("utf-8", "surrogatepass")


def compact_json(value: Any) -> bytes:
    """One line of canonical JSON, as the custody log and the score's inputs are hashed."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()
