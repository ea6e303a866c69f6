"""Whether the zip around a bundle is bit for bit as it was written: entries end to end, nothing in between.

Content is proved by hashes; this finds what hides in the zip's own fields. Standard library alone.
"""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Iterator, Sequence
from typing import BinaryIO

_LOCAL, _LOCAL_SIZE = struct.Struct("<4s5H3L2H"), 30
_END, _END_SIZE = struct.Struct("<4s4H2LH"), 22
_UNIX, _FULL = 3, 0xFFFF_FFFF
_VERSIONS = (20, 45)
_UTF8 = 0x800
_REGULAR = (stat.S_IFREG | 0o644) << 16


def layout_faults(stream: BinaryIO, entries: Sequence[zipfile.ZipInfo]) -> Iterator[tuple[str, str]]:
    """Pairs (entry name, what was seen) for everything that our writer would not have written."""
    position = 0
    for info in sorted(entries, key=lambda info: info.header_offset):
        if info.header_offset != position:
            yield info.filename, f"offset {info.header_offset} != {position}"
        yield from ((info.filename, seen) for seen in _central_faults(info, entries[0]))
        header = _read(stream, info.header_offset, _LOCAL_SIZE)
        if len(header) < _LOCAL_SIZE or header[:4] != b"PK\x03\x04":
            yield info.filename, "local header"
            return
        fields = _LOCAL.unpack(header)
        tail = _read(stream, info.header_offset + _LOCAL_SIZE, fields[9] + fields[10])
        yield from ((info.filename, seen) for seen in _local_faults(info, fields, tail))
        position = info.header_offset + _LOCAL_SIZE + fields[9] + fields[10] + info.compress_size
    yield from (("", seen) for seen in _end_faults(stream, len(entries), position))


def _central_faults(info: zipfile.ZipInfo, first: zipfile.ZipInfo) -> Iterator[str]:
    expected = {
        "create_system": (_UNIX, info.create_system),
        "external_attr": (_REGULAR, info.external_attr),
        "internal_attr": (0, info.internal_attr),
        "volume": (0, info.volume),
        "reserved": (0, info.reserved),
        "comment": (b"", info.comment),
        "date_time": (first.date_time, info.date_time),
        "flag_bits": (0 if info.orig_filename.isascii() else _UTF8, info.flag_bits),
    }
    yield from (f"{name} {seen!r} != {wanted!r}" for name, (wanted, seen) in expected.items() if wanted != seen)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield f"compress_type {info.compress_type}"
    if info.create_version not in _VERSIONS or info.extract_version not in _VERSIONS:
        yield f"version {info.create_version}/{info.extract_version}"
    if info.extra and max(info.file_size, info.header_offset) < zipfile.ZIP64_LIMIT:
        yield f"extra {len(info.extra)} bytes"


def _local_faults(info: zipfile.ZipInfo, fields: tuple[int, ...], tail: bytes) -> Iterator[str]:
    year, month, day, hour, minute, second = info.date_time
    name = info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437")
    large = fields[7] == _FULL and fields[8] == _FULL and fields[10] == 20
    expected = {
        "flags": (info.flag_bits, fields[2]),
        "method": (info.compress_type, fields[3]),
        "time": (hour << 11 | minute << 5 | second // 2, fields[4]),
        "date": ((year - 1980) << 9 | month << 5 | day, fields[5]),
        "crc": (info.CRC, fields[6]),
        "name": (name, tail[: fields[9]]),
        "size": (info.file_size, struct.unpack("<Q", tail[-16:-8])[0] if large else fields[8]),
        "stored size": (info.compress_size, struct.unpack("<Q", tail[-8:])[0] if large else fields[7]),
        "extra": (b"\x01\x00\x10\x00" if large else b"", tail[fields[9] : fields[9] + 4]),
    }
    yield from (f"local {name} {seen!r} != {wanted!r}" for name, (wanted, seen) in expected.items() if wanted != seen)
    if fields[1] not in _VERSIONS:
        yield f"local version {fields[1]}"


def _end_faults(stream: BinaryIO, count: int, directory: int) -> Iterator[str]:
    """The end record must close the file, and say what the entries say."""
    length = stream.seek(0, 2)
    end = _read(stream, length - _END_SIZE, _END_SIZE)
    if len(end) < _END_SIZE or end[:4] != b"PK\x05\x06":
        yield "end record"
        return
    _, disk, start_disk, here, total, size, offset, comment = _END.unpack(end)
    large = count > zipfile.ZIP_FILECOUNT_LIMIT or directory > zipfile.ZIP64_LIMIT
    if (disk, start_disk, comment) != (0, 0, 0):
        yield f"end record {(disk, start_disk, comment)}"
    if not large and (here, total, offset, offset + size) != (count, count, directory, length - _END_SIZE):
        yield f"end record {(here, total, offset, size)}"
    if large:
        yield from _large_end_faults(stream, length - _END_SIZE, count, directory)


def _large_end_faults(stream: BinaryIO, end: int, count: int, directory: int) -> Iterator[str]:
    """The same for the zip64 end record (56 bytes) and its locator (20 bytes) before the end record."""
    fields = struct.unpack("<4sQ2H2L4Q4sLQL", _read(stream, end - 76, 76))
    expected = (b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, end - 76 - directory, directory)
    locator = (b"PK\x06\x07", 0, end - 76, 1)
    if fields != expected + locator:
        yield f"zip64 end record {fields!r}"


def _read(stream: BinaryIO, offset: int, size: int) -> bytes:
    stream.seek(max(offset, 0))
    return stream.read(size)
