"""A table inside a gzip or zip: unpacked beside, within limits. What came from outside is kept as it came."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from connectors.errors import Unreadable
from connectors.exports.formats.detecting import format_of

MOST_UNPACKED_BYTES = 400 << 20
"""Less than the child may write to one file (`sandbox.Limits`)."""
_MOST_FILES = 50
_DEEPEST = 2
_SHOWN = 5
_PART = 1 << 20
_CLUTTER = ("__MACOSX", "~$", ".", "Thumbs.db", "desktop.ini")
_UTF8_NAME, _ENCRYPTED = 0x800, 1
"""Flags of a file in a zip (APPNOTE.TXT 4.4.4)."""
_BROKEN = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The table itself; `told` is what else lay beside it."""

    path: Path
    name: str
    told: tuple[str, ...] = ()


def table_in(path: Path, name: str, scratch: Path) -> Unwrapped:
    """The one table that a file wraps, or the file itself where it is no wrapping.

    Raises:
        Unreadable: password, broken, too large unpacked, or not one table.
    """
    found = Unwrapped(path, name)
    for depth in range(_DEEPEST + 1):
        kind = _wrapping_of(found.path)
        if kind is None:
            return found
        folder = scratch / f"goi-{depth}"
        folder.mkdir()
        try:
            found = _gunzipped(found, folder) if kind == "gzip" else _unzipped(found, folder)
        except Unreadable as error:
            raise Unreadable(f"{found.name}: {error}") from error
    raise Unreadable(f"{name}: tệp nén nhiều lớp. Hãy giải nén rồi nộp bảng bên trong.")


def _wrapping_of(path: Path) -> str | None:
    """gzip | zip; None: neither, or nothing that can be opened, which its reader says better."""
    with path.open("rb") as stream:
        if not stream.read(2).startswith((b"PK", b"\x1f\x8b")):
            return None
    try:
        kind = format_of(path)
    except Unreadable:
        return None
    return kind if kind in ("gzip", "zip") else None


def _gunzipped(found: Unwrapped, folder: Path) -> Unwrapped:
    inside = PurePosixPath(found.name).name.removesuffix(".gz")
    try:
        with gzip.open(found.path) as packed:
            return Unwrapped(_copied(packed, folder / "bang-gz"), f"{found.name}/{inside}", found.told)
    except _BROKEN as error:
        raise Unreadable("tệp nén gzip bị cắt cụt hoặc hỏng. Hãy xuất hoặc tải lại.") from error


def _unzipped(found: Unwrapped, folder: Path) -> Unwrapped:
    try:
        with zipfile.ZipFile(found.path) as archive:
            inside = [(info, _name_of(info)) for info in archive.infolist()]
            files = [(info, name) for info, name in inside if not (name.endswith("/") or _is_clutter(name))]
            _refuse_many(files)
            unpacked = []
            for number, (info, name) in enumerate(files):
                with archive.open(info) as packed:
                    unpacked.append((_copied(packed, folder / f"bang-zip-{number}"), PurePosixPath(name).name))
    except _BROKEN as error:
        raise Unreadable("tệp nén ZIP bị cắt cụt, hỏng, hoặc nén theo cách lạ. Hãy nén lại, hoặc nộp bảng.") from error
    return _only_table(found, unpacked)


def _only_table(found: Unwrapped, unpacked: Sequence[tuple[Path, str]]) -> Unwrapped:
    tables, reasons = [], []
    for path, name in unpacked:
        try:
            format_of(path)
            tables.append((path, name))
        except Unreadable as error:
            reasons.append(f'"{name}": {error}')
    if len(tables) > 1:
        named = _named([name for _, name in tables])
        raise Unreadable(f"tệp nén có {len(tables)} bảng ({named}). Hãy giải nén rồi nộp từng bảng.")
    if not tables:
        raise Unreadable(f"tệp nén không có bảng nào. Bên trong có {'; '.join(reasons[:_SHOWN])}")
    ((path, name),) = tables
    rest = [other for _, other in unpacked if other != name]
    told = (f"trong tệp nén còn {_named(rest)}: không phải bảng nên không đọc",) if rest else ()
    return Unwrapped(path, f"{found.name}/{name}", (*found.told, *told))


def _refuse_many(files: Sequence[tuple[zipfile.ZipInfo, str]]) -> None:
    if not files:
        raise Unreadable("tệp nén ZIP không có tệp nào bên trong. Hãy xuất lại từ phần mềm một cửa.")
    if any(info.flag_bits & _ENCRYPTED for info, _ in files):
        raise Unreadable("tệp nén có mật khẩu. Hãy bỏ mật khẩu rồi nộp lại.")
    if len(files) > _MOST_FILES:
        raise Unreadable(f"tệp nén có {len(files)} tệp. Hãy giải nén rồi nộp từng bảng.")
    if sum(info.file_size for info, _ in files) > MOST_UNPACKED_BYTES:
        raise _too_large()


def _copied(packed: IO[bytes] | gzip.GzipFile, target: Path) -> Path:
    """What a wrapping says of its size is not believed: it is counted while it is unpacked."""
    size = 0
    with target.open("wb") as stream:
        while part := packed.read(_PART):
            size += len(part)
            if size > MOST_UNPACKED_BYTES:
                raise _too_large()
            stream.write(part)
    return target


def _too_large() -> Unreadable:
    most = MOST_UNPACKED_BYTES >> 20
    return Unreadable(f"tệp nén nở ra hơn {most} MB khi giải nén. Hãy xuất ít kỳ hơn trong một tệp rồi nộp lại.")


def _name_of(info: zipfile.ZipInfo) -> str:
    """A name as it was written, folders before "/": Windows programs write their own page and do not say so."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME:
        written = name.encode("cp437")
        try:
            name = written.decode()
        except UnicodeDecodeError:
            name = written.decode("cp1258", "replace")
    return name.replace("\\", "/")


def _is_clutter(name: str) -> bool:
    return any(part.startswith(_CLUTTER) for part in PurePosixPath(name).parts)


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "")
