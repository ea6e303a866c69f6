"""BagIt manifests (RFC 8493): what they list, and whether the files are that. Standard library alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from storage.bundles.containers import BAGIT, UNREADABLE, Container, Entry
from storage.bundles.names import name_faults
from storage.bundles.sentences import Fault

PAYLOAD, TAGS, BAG_INFO = "manifest-sha256.txt", "tagmanifest-sha256.txt", "bag-info.txt"
STATEMENT, SIGNATURE = "statement.json", "statement.sig"
FREE = frozenset({TAGS, STATEMENT, SIGNATURE})
"""Files that no manifest can list: the statement holds the digest of the tag manifest."""
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_BAGIT_TEXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_OF_THE_SYSTEM = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_BLOCK = 1 << 20
_MOST_BYTES = 1 << 29
"""No manifest or JSON file of a bundle is larger than this; a larger one is not read into memory."""


@dataclass(slots=True)
class Listed:
    """What the manifests list, what the files really hash to, and what is wrong."""

    expected: dict[str, str] = field(default_factory=dict)
    actual: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def check_manifests(container: Container) -> Listed:
    """Hash every file once and compare with both manifests; every fault is listed."""
    listed = Listed()
    for manifest in (PAYLOAD, TAGS):
        for path, digest in _lines(container, manifest, listed):
            if path in listed.expected:
                listed.faults.append(Fault("bad_manifest", manifest, f"{path} x 2"))
            listed.expected[path] = digest
    for path, entry in container.entries.items():
        _hash(entry, listed)
        if path not in listed.expected and path not in FREE:
            listed.faults.append(Fault(_kind_of_unlisted(path), path))
    listed.faults += _comparison(listed, container)
    listed.faults += _tag_file_faults(container, listed)
    return listed


def read_small(container: Container, path: str) -> bytes | None:
    """The bytes of a file; None where it is missing, unreadable or too large to be one of ours."""
    entry = container.entries.get(path)
    if entry is None or entry.size > _MOST_BYTES:
        return None
    try:
        with entry.open() as stream:
            return stream.read()
    except UNREADABLE:
        return None


def _lines(container: Container, manifest: str, listed: Listed) -> Iterator[tuple[str, str]]:
    data = read_small(container, manifest)
    if data is None:
        listed.faults.append(Fault("missing", manifest))
        return
    if b"\r" in data:
        listed.faults.append(Fault("crlf_manifest", manifest))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        listed.faults.append(Fault("bad_manifest", manifest, f"UTF-8, byte {error.start}"))
        return
    for number, line in enumerate(text.replace("\r\n", "\n").removesuffix("\n").split("\n"), start=1):
        match = _LINE.fullmatch(line)
        if match is None or match[2].startswith("data/") != (manifest == PAYLOAD):
            listed.faults.append(Fault("bad_manifest", manifest, f"{number}: {line[:120]!r}"))
            continue
        listed.faults += [Fault(kind, match[2], manifest) for kind in name_faults(match[2])]
        yield match[2], match[1]


def _kind_of_unlisted(path: str) -> str:
    if path == "fetch.txt":
        return "fetch_file"
    return "system_file" if path.rsplit("/", 1)[-1] in _OF_THE_SYSTEM else "unlisted"


def _hash(entry: Entry, listed: Listed) -> None:
    digest, size = hashlib.sha256(), 0
    try:
        with entry.open() as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
                size += len(block)
    except UNREADABLE as error:
        kind = "changed" if "CRC" in str(error) else "unreadable"
        listed.faults.append(Fault(kind, entry.path, str(error)))
        return
    if size != entry.size:
        listed.faults.append(Fault("unreadable", entry.path, f"{size} != {entry.size}"))
    listed.actual[entry.path] = digest.hexdigest()


def _comparison(listed: Listed, container: Container) -> Iterator[Fault]:
    owners = {digest: path for path, digest in listed.expected.items()}
    for path, digest in listed.expected.items():
        seen = listed.actual.get(path)
        if path not in container.entries:
            yield Fault("missing", path)
        elif seen is not None and seen != digest:
            owner = owners.get(seen)
            yield Fault("swapped", path, owner) if owner else Fault("changed", path, f"{seen} != {digest}")


def _tag_file_faults(container: Container, listed: Listed) -> Iterator[Fault]:
    for required in (BAGIT, BAG_INFO, PAYLOAD):
        if required not in listed.expected and required in container.entries:
            yield Fault("bad_manifest", TAGS, required)
    declaration = read_small(container, BAGIT)
    if declaration is not None and declaration != _BAGIT_TEXT:
        yield Fault("bad_bag_info", BAGIT)
    yield from _oxum_faults(container)


def _oxum_faults(container: Container) -> Iterator[Fault]:
    payload = [entry for path, entry in container.entries.items() if path.startswith("data/")]
    real = f"{sum(entry.size for entry in payload)}.{len(payload)}"
    stated = _info(read_small(container, BAG_INFO) or b"").get("Payload-Oxum")
    if stated != real:
        yield Fault("bad_bag_info", BAG_INFO, f"Payload-Oxum {stated} != {real}")


def _info(data: bytes) -> Mapping[str, str]:
    lines = data.decode("utf-8", "replace").splitlines()
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
