"""Taking bundles apart and putting them together again, as an honest archivist or a forger would."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from storage.bundles.archive import new_archive
from storage.bundles.statement import canonical_json
from tests.storage.bundles.ward import MADE_AT

BASE = "bo-tai-lieu_hoi-an-dong_2025"
FREE = ("tagmanifest-sha256.txt", "statement.json", "statement.sig")


def files_of(bundle: Path) -> dict[str, bytes]:
    """Content of every file by its path inside the base folder."""
    with zipfile.ZipFile(bundle) as archive:
        return {name.removeprefix(f"{BASE}/"): archive.read(name) for name in archive.namelist()}


def packed(files: Mapping[str, bytes], out: Path) -> Path:
    """A zip of these files, laid out as our writer does it."""
    with new_archive(out, BASE, MADE_AT) as archive:
        for path, data in files.items():
            archive.add(path, data)
    return out


def unpacked(files: Mapping[str, bytes], folder: Path) -> Path:
    """The files as a folder."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def resealed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with manifests and statement made new, as somebody without the key can do it."""
    new = {path: data for path, data in files.items() if path != "statement.sig"}
    payload = {path: data for path, data in new.items() if path.startswith("data/")}
    octets = sum(map(len, payload.values()))
    info = new["bag-info.txt"].decode().splitlines()
    kept = [line for line in info if not line.startswith("Payload-Oxum")]
    new["bag-info.txt"] = "".join(f"{line}\n" for line in [*kept, f"Payload-Oxum: {octets}.{len(payload)}"]).encode()
    new["manifest-sha256.txt"] = manifest(payload)
    tags = {path: data for path, data in new.items() if path not in payload and path not in FREE}
    new["tagmanifest-sha256.txt"] = manifest(tags)
    statement = json.loads(new["statement.json"])
    statement["payload"] = {"bytes": octets, "files": len(payload)}
    statement["tag_manifest_sha256"] = hashlib.sha256(new["tagmanifest-sha256.txt"]).hexdigest()
    statement["public_key"] = None
    new["statement.json"] = canonical_json(statement)
    return new


def manifest(files: Mapping[str, bytes]) -> bytes:
    """Manifest lines of these files."""
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in sorted(files.items())).encode()
