"""Opening a bundle, zip or unzipped folder, without trusting one name in it. Standard library alone."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from storage.bundles.layout import layout_faults
from storage.bundles.names import TWIN_NAMES, name_faults, twins
from storage.bundles.sentences import Fault

MOST_ENTRIES = 2_000_000
_MOST_COMPRESSION, _SMALL = 200, 1 << 20
_MOST_LAYOUT_FAULTS = 50
"""A bundle that another tool zipped again differs in every entry; the rest is counted. Content is proved by itself."""
BAGIT = "bagit.txt"
UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What the standard library raises on damaged, encrypted or strangely compressed entries."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a bundle; `path` is inside the bundle's base folder."""

    path: str
    size: int
    open: Callable[[], BinaryIO]


@dataclass(slots=True)
class Container:
    """The files of a bundle by path, and what is wrong with its names and its outside."""

    entries: dict[str, Entry] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, kind: str, path: str, seen: str = "") -> None:
        """Note a fault."""
        self.faults.append(Fault(kind, path, seen))


@contextmanager
def open_container(path: Path) -> Iterator[Container]:
    """The bundle at `path`; one that cannot be opened at all has no entries and one fault."""
    container = Container()
    if path.is_dir():
        _list_folder(container, path)
        yield _named(container)
        return
    try:
        stream = path.open("rb")
    except OSError as error:
        container.fault("unreadable", path.name, type(error).__name__)
        yield container
        return
    with stream:
        _list_zip(container, stream, path.name)
        yield _named(container)


def _named(container: Container) -> Container:
    """Names that some system would refuse, take for another's, or write elsewhere."""
    for path in container.entries:
        container.faults += [Fault(kind, path) for kind in name_faults(path)]
        if path.endswith(f"/{BAGIT}"):
            container.fault("bag_in_bag", path)
    container.faults += [Fault(TWIN_NAMES, path, earlier) for path, earlier in twins(container.entries)]
    if BAGIT not in container.entries and not any(fault.kind == "unreadable" for fault in container.faults):
        container.fault("no_bag", BAGIT)
    return container


def _list_folder(container: Container, folder: Path) -> None:
    pending = [folder]
    while pending:
        for item in sorted(pending.pop().iterdir()):
            path = item.relative_to(folder).as_posix()
            mode = item.lstat().st_mode
            if stat.S_ISDIR(mode):
                pending.append(item)
            elif stat.S_ISREG(mode):
                container.entries[path] = Entry(path, item.stat().st_size, _file_opener(item))
            else:
                container.fault("symlink" if stat.S_ISLNK(mode) else "special_file", path)


def _file_opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def _list_zip(container: Container, stream: BinaryIO, name: str) -> None:
    try:
        archive = zipfile.ZipFile(stream)
    except UNREADABLE as error:
        container.fault("unreadable", name, str(error))
        return
    infos = archive.infolist()
    if len(infos) > MOST_ENTRIES:
        container.fault("too_many_entries", name, str(len(infos)))
        return
    base = _base_of(info.orig_filename for info in infos)
    for info in infos:
        _take(container, archive, info, base)
    found = list(_safe_layout(stream, infos)) if infos else []
    container.faults += [Fault("container", entry, seen) for entry, seen in found[:_MOST_LAYOUT_FAULTS]]
    if len(found) > _MOST_LAYOUT_FAULTS:
        container.fault("container", name, f"+ {len(found) - _MOST_LAYOUT_FAULTS}")


def _safe_layout(stream: BinaryIO, infos: list[zipfile.ZipInfo]) -> Iterator[tuple[str, str]]:
    try:
        yield from layout_faults(stream, infos)
    except (ValueError, OSError, ArithmeticError) as error:
        yield "", f"{type(error).__name__}: {error}"


def _base_of(names: Iterable[str]) -> str:
    """The base folder with a slash, found by its bagit.txt; empty where the bag was zipped without one."""
    found = [name for name in names if name.split("/")[1:] == [BAGIT]]
    return found[0][: -len(BAGIT)] if found else ""


def _take(container: Container, archive: zipfile.ZipFile, info: zipfile.ZipInfo, base: str) -> None:
    name = info.orig_filename
    if info.is_dir():
        return
    if not name.startswith(base):
        container.fault("outside", name)
        container.faults += [Fault(kind, name) for kind in name_faults(name)]
        return
    path, mode = name[len(base) :], info.external_attr >> 16
    if path in container.entries:
        container.fault("duplicate_name", path)
    elif stat.S_IFMT(mode) == stat.S_IFLNK:
        container.fault("symlink", path)
    elif info.file_size > _SMALL and info.file_size > _MOST_COMPRESSION * info.compress_size:
        container.fault("bomb", path, f"{info.compress_size} -> {info.file_size}")
    else:
        container.entries[path] = Entry(path, info.file_size, _zip_opener(archive, info))


def _zip_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, archive.open(info))
