"""Whether a workbook holds the very parts of one that was read before: told before a cell is read.

Software that exports the same rows again writes the same sheets, texts and styles; only the document's properties tell
the time. A content is a hash over those parts as they lie packed in the file, and over what else reading depends on:
the layout that was asked for, and the source of the reader itself. What the file's name says of the time of the export
is no part of it: that is read anew, unless the table itself tells the time.
"""

from __future__ import annotations

import functools
import hashlib
import zipfile
from pathlib import Path
from typing import BinaryIO

_PROPERTIES = ("docProps/", "meta.xml")
"""Parts of xlsx and ods that say when and by whom the file was written; the reader never looks at them."""
_LOCAL_HEADER_BYTES = 30
"""Before a part's own name, extra field and packed bytes (APPNOTE.TXT 4.3.7); both lengths stand at its end."""


DATED = " dated"
"""Ends a content whose table tells itself when it was exported."""


def content_of(path: Path, asked: str | None) -> str | None:
    """The content of a workbook that is a zip; None for other files. `asked` is a profile."""
    try:
        with path.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            parts = [_part(stream, info) for info in archive.infolist() if not info.filename.startswith(_PROPERTIES)]
    except (zipfile.BadZipFile, OSError, ValueError):
        return None
    return hashlib.sha256(repr((source_of_reader(), asked, parts)).encode()).hexdigest()


def _part(stream: BinaryIO, info: zipfile.ZipInfo) -> tuple[str, int, int, int, str]:
    stream.seek(info.header_offset)
    header = stream.read(_LOCAL_HEADER_BYTES)
    stream.seek(sum(int.from_bytes(header[at : at + 2], "little") for at in (26, 28)), 1)
    packed = hashlib.sha256(stream.read(info.compress_size)).hexdigest()
    return info.filename, info.compress_type, info.file_size, info.CRC, packed


@functools.cache
def source_of_reader() -> str:
    """The reader's own source: a better reader reads again."""
    hasher = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        hasher.update(path.read_bytes())
    return hasher.hexdigest()
