"""Where each kept file lies in a bundle: once, under a safe name that no other file has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from storage.bundles.contents import BundleContents, BundledExport, BundledFile
from storage.bundles.names import folded, safe_name


@dataclass(frozen=True, slots=True)
class Placed:
    """A document and its paths inside the bundle; None where there is no such file in it."""

    file: BundledFile
    path: str | None
    text: str | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class PlacedExport:
    """A raw export and its path inside the bundle; None where it is withheld."""

    export: BundledExport
    path: str | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A bundle's contents with a place for every file."""

    contents: BundleContents
    files: tuple[Placed, ...]
    exports: tuple[PlacedExport, ...]


def layout_of(contents: BundleContents) -> Layout:
    """Where everything will lie."""
    documents = contents.facts.get("documents", ())
    outgoing = {document["sha256"] for document in documents if document.get("purpose") == "outgoing"}
    return Layout(
        contents,
        place_files(contents.evidence, redact=contents.redact, outgoing=outgoing),
        place_exports(contents.exports, redact=contents.redact),
    )


def place_files(
    files: Iterable[BundledFile], *, redact: bool = False, outgoing: Collection[str] = ()
) -> tuple[Placed, ...]:
    """A path for every document, sorted by it. Results of dossiers are withheld from a redacted bundle.

    `outgoing` holds the hashes of outgoing documents (văn bản đi), which have a folder of their own.
    """
    taken: set[str] = set()
    placed = []
    for file in sorted(_merged(files), key=lambda file: (_folder(file, outgoing), file.name, file.sha256)):
        withheld = redact and file.dossier_code is not None
        path = None if withheld else _free(_folder(file, outgoing), file.name, file.sha256, taken)
        text = f"data/van-ban/{file.sha256}.txt" if file.text is not None and not withheld else None
        verdict = f"data/kiem-tra/{file.sha256}.json" if file.verdict is not None else None
        placed.append(Placed(file, path, text, verdict))
    return tuple(placed)


def place_exports(exports: Iterable[BundledExport], *, redact: bool = False) -> tuple[PlacedExport, ...]:
    """A path for every export, sorted by name; all are withheld from a redacted bundle."""
    taken: set[str] = set()
    once = {export.sha256: export for export in sorted(exports, key=lambda export: export.name, reverse=True)}
    return tuple(
        PlacedExport(export, None if redact else _free("data/xuat", export.name, export.sha256, taken))
        for export in sorted(once.values(), key=lambda export: (export.name, export.sha256))
    )


def _merged(files: Iterable[BundledFile]) -> Iterator[BundledFile]:
    """Each content once, with the links of all its appearances."""
    found: dict[str, BundledFile] = {}
    for file in sorted(files, key=lambda file: (file.sha256, file.name)):
        known = found.get(file.sha256)
        links = {*file.links, *(known.links if known else ())}
        found[file.sha256] = replace(known or file, links=tuple(sorted(links, key=_link_order)))
    yield from found.values()


def _link_order(link: tuple[str, str | None, str | None]) -> tuple[list[int], str, str, str]:
    numbers = [int(part) if part.isdigit() else 0 for part in link[0].split(".")]
    return numbers, link[0], link[1] or "", link[2] or ""


def _folder(file: BundledFile, outgoing: Collection[str]) -> str:
    if file.links:
        return f"data/tai-lieu/{safe_name(file.links[0][0])}"
    if file.dossier_code:
        return f"data/ho-so/{safe_name(file.dossier_code)}"
    return "data/van-ban-di" if file.sha256 in outgoing else "data/tai-lieu/khac"


def _free(folder: str, name: str, sha256: str, taken: set[str]) -> str:
    """A path nobody has yet: the name itself, or the name with more and more of its hash."""
    stem, dot, ending = safe_name(name).rpartition(".")
    for length in (0, 8, 16, 64):
        tail = f"_{sha256[:length]}" if length else ""
        path = f"{folder}/{stem}{tail}{dot}{ending}" if dot else f"{folder}/{ending}{tail}"
        if folded(path) not in taken:
            break
    taken.add(folded(path))
    return path
