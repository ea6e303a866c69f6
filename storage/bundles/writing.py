"""Writing a bundle: payload first, then the manifests over it, then the statement over these. Layout: README.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from storage.bundles.archive import VIETNAM, Archive, file_digest, new_archive
from storage.bundles.completeness import completeness_of, withheld_of
from storage.bundles.contents import BundleContents, BundleReport, CannotBundle, LogProof
from storage.bundles.crate import crate_of
from storage.bundles.names import safe_name
from storage.bundles.notes import read_note
from storage.bundles.page import page_of
from storage.bundles.placing import Layout, Placed, layout_of
from storage.bundles.redaction import masked_event, masked_facts, masked_text, masked_verdict
from storage.bundles.statement import canonical_json, signed_statement

FORMAT = "parindex-bundle/1"
SOURCE = "ma-nguon"
_BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
TRAVELLERS = (
    "checkpoints",
    "containers",
    "ed25519",
    "keychain",
    "layout",
    "log",
    "manifests",
    "merkle",
    "names",
    "notes",
    "proofs",
    "sentences",
)
"""Modules of this folder that verify.py imports and that travel with it: standard library and scoring.engine alone."""
_EMPTY_PACKAGE = b'"""Travels with the bundle; only what verify.py needs."""\n'


def write_bundle(contents: BundleContents, out: Path) -> BundleReport:
    """Write the bundle to `out`; the same contents give the same bytes, memory does not grow with the documents.

    Raises:
        CannotBundle: the contents contradict each other.
        Damaged: a kept file no longer matches its hash.
        DiskFull: there is no room. In all cases no bundle appears.
    """
    if contents.made_at.tzinfo is None:
        raise CannotBundle("made_at: thiếu múi giờ, nên không biết gói được lập lúc nào")
    layout = layout_of(contents)
    base = safe_name(f"bo-tai-lieu_{contents.unit}_{contents.period}")
    with new_archive(out, base, contents.made_at) as archive:
        _add_payload(archive, layout)
        _add_tools(archive, layout)
        statement = _add_proofs(archive, layout)
    return BundleReport(
        path=out,
        sha256=file_digest(out),
        files=len(archive.written),
        bytes=out.stat().st_size,
        missing=contents.missing,
        absent=tuple((item["component"], item["sha256"]) for item in statement["completeness"]["absent"]),
        public_key=statement["public_key"],
        requested=len(statement["completeness"]["requested"]),
        included=statement["completeness"]["included"],
    )


def _add_payload(archive: Archive, layout: Layout) -> None:
    contents = layout.contents
    for placed in layout.files:
        _add_document(archive, placed, redact=contents.redact)
    for raw in layout.exports:
        if raw.path is not None:
            with raw.export.open() as source:
                archive.add_stream(raw.path, source, raw.export.size, raw.export.sha256)
    facts = masked_facts(contents.facts) if contents.redact else contents.facts
    values = {"score": contents.score, "facts": facts, "criteria": contents.criteria, "calendar": contents.calendar}
    for name, value in values.items():
        archive.add(f"data/diem/{name}.json", _json_in_order(value))
    archive.add("data/nhat-ky/nhat-ky.jsonl", _custody_lines(layout))
    for name, data in _log_proof_files(contents.log_proof):
        archive.add(f"data/nhat-ky/{name}", data)
    archive.add("data/muc-luc.json", canonical_json(_index(layout)))
    for name, data in sorted(contents.extra.items()):
        if safe_name(name) != name or f"data/{name}" in archive.written:
            raise CannotBundle(f"{name}: tên tệp kèm theo chỉ được dùng chữ không dấu, số và . _ -, và không trùng")
        archive.add(f"data/{name}", data)
    archive.add("data/xac-nhan.json", canonical_json(_claims(layout)))
    archive.add("data/ro-crate-metadata.json", canonical_json(crate_of(layout, archive.written)))


def _add_document(archive: Archive, placed: Placed, *, redact: bool) -> None:
    file = placed.file
    if placed.path is not None:
        with file.open() as source:
            archive.add_stream(placed.path, source, file.size, file.sha256)
    if placed.text is not None:
        text = file.text or ""
        archive.add(placed.text, (masked_text(text) if redact else text).encode("utf-8", "replace"))
    if placed.verdict is not None:
        verdict = file.verdict or {}
        archive.add(placed.verdict, _verdict_json(masked_verdict(verdict) if redact else verdict))


def _verdict_json(verdict: Mapping[str, Any]) -> bytes:
    """Verdicts are shown, never hashed as values; unlike everything else they may hold fractions."""
    return canonical_json(verdict, fractions=True)


def _json_in_order(value: Any) -> bytes:
    """JSON for people, keys in the order given: a reason may list the parts of a rule in the criteria set's order."""
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _custody_lines(layout: Layout) -> bytes:
    withheld = frozenset(item["sha256"] for item in withheld_of(layout))
    lines = [canonical_json(masked_event(event, withheld), fractions=True) for event in layout.contents.custody]
    return b"".join(line + b"\n" for line in lines)


def _log_proof_files(proof: LogProof | None) -> Iterator[tuple[str, bytes]]:
    if proof is None:
        return
    inclusion = {str(seq): list(path) for seq, path in proof.inclusion.items()}
    yield "moc.txt", proof.note.encode()
    if proof.earlier is not None:
        yield "moc-truoc.txt", proof.earlier.encode()
    yield "khoa.json", canonical_json(list(proof.keys))
    yield "chung-minh.json", canonical_json({"consistency": list(proof.consistency), "inclusion": inclusion})


def _index(layout: Layout) -> dict[str, Any]:
    """Which file is where; names of withheld files are left out, since they may name a person."""
    exports = [
        {"sha256": raw.export.sha256, "size": raw.export.size, "path": raw.path}
        | ({"name": raw.export.name} if raw.path else {})
        for raw in layout.exports
    ]
    return {"evidence": [_index_entry(placed) for placed in layout.files], "exports": exports}


def _index_entry(placed: Placed) -> dict[str, Any]:
    file = placed.file
    entry = {
        "sha256": file.sha256,
        "size": file.size,
        "media_type": file.media_type,
        "path": placed.path,
        "text": placed.text,
        "verdict": placed.verdict,
        "dossier_code": file.dossier_code,
        "links": [{"component": part, "section": section, "pages": pages} for part, section, pages in file.links],
    }
    return entry | ({"name": file.name} if placed.path else {})


def _add_tools(archive: Archive, layout: Layout) -> None:
    """The page for people, the verifier, and the source it needs: all that is no evidence."""
    archive.add("index.html", page_of(layout).encode())
    archive.add("verify.py", _source("storage.bundles", "verify.py"))
    for package in ("scoring", "storage", "storage/bundles"):
        archive.add(f"{SOURCE}/{package}/__init__.py", _EMPTY_PACKAGE)
    for module in TRAVELLERS:
        archive.add(f"{SOURCE}/storage/bundles/{module}.py", _source("storage.bundles", f"{module}.py"))
    engine = resources.files("scoring.engine").iterdir()
    for name in sorted(item.name for item in engine if item.name.endswith(".py")):
        archive.add(f"{SOURCE}/scoring/engine/{name}", _source("scoring.engine", name))


def _source(package: str, name: str) -> bytes:
    return resources.files(package).joinpath(name).read_bytes()


def _add_proofs(archive: Archive, layout: Layout) -> dict[str, Any]:
    """Manifests, and the statement that every other byte hangs on; the statement as signed."""
    payload = {path: told for path, told in archive.written.items() if path.startswith("data/")}
    archive.add("bagit.txt", _BAGIT)
    archive.add("bag-info.txt", _bag_info(layout.contents, payload).encode())
    archive.add("manifest-sha256.txt", _manifest(payload))
    archive.add("tagmanifest-sha256.txt", _manifest({k: v for k, v in archive.written.items() if k not in payload}))
    stated = _claims(layout) | {
        "payload": {"files": len(payload), "bytes": sum(size for _, size in payload.values())},
        "tag_manifest_sha256": archive.written["tagmanifest-sha256.txt"][0],
    }
    statement, files = signed_statement(stated, layout.contents.signing_key)
    for name, data in files.items():
        archive.add(name, data)
    return statement


def _bag_info(contents: BundleContents, payload: Mapping[str, tuple[str, int]]) -> str:
    octets = sum(size for _, size in payload.values())
    lines = {
        "Source-Organization": contents.unit,
        "Bagging-Date": contents.made_at.astimezone(VIETNAM).date().isoformat(),
        "Payload-Oxum": f"{octets}.{len(payload)}",
        "External-Identifier": f"{contents.unit}/{contents.period}",
        "External-Description": f"Bo tai lieu kiem chung PAR INDEX {contents.period}",
        "Bag-Software-Agent": f"parindex {contents.score['engine']}",
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items())


def _manifest(written: Mapping[str, tuple[str, int]]) -> bytes:
    """Lines as `sha256sum -c` reads them, sorted by path."""
    return "".join(f"{sha256}  {path}\n" for path, (sha256, _) in sorted(written.items())).encode()


def _claims(layout: Layout) -> dict[str, Any]:
    """What the bundle is, and what it is not: in the payload, under its hash, and once more in the statement."""
    contents = layout.contents
    events = contents.custody
    return {
        "format": FORMAT,
        "unit": contents.unit,
        "period": contents.period,
        "made_at": contents.made_at.astimezone(VIETNAM).isoformat(timespec="seconds"),
        "score": {name: contents.score[name] for name in ("criteria", "engine", "on_time_rule", "as_of", "totals")},
        "completeness": completeness_of(layout),
        "custody": {
            "events": len(events),
            "first_seq": events[0]["seq"] if events else None,
            "last_seq": events[-1]["seq"] if events else None,
            "last_hash": events[-1]["hash"] if events else None,
            "checkpoint": _checkpoint(contents.log_proof),
        },
        "redacted": contents.redact,
        "storage": dict(contents.storage) if contents.storage else None,
    }


def _checkpoint(proof: LogProof | None) -> dict[str, Any] | None:
    if proof is None:
        return None
    told = read_note(proof.note)
    return {"origin": told.origin, "size": told.size, "root": told.root.hex()}
