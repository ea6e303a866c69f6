"""Taking in files from the pages, piece by piece: resumable, in constant memory, a verdict within seconds."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
import unicodedata
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config.refusals import WrongUse
from flows.arriving.intake import Sender, keep_document
from flows.examining.examination import examine_batch
from flows.resources import Resources
from ocr import CHECKER_VERSION
from storage.browsing import document_row, examination_rows
from storage.documents.evidence import unexamined
from storage.errors import DiskFull
from storage.ledger import uploads
from storage.ledger.uploads import NewUpload
from storage.objects.port import digest_of
from storage.scored.result_files import is_unplaced

_LONGEST_NAME = 150
_FULL = "Máy chủ sắp hết chỗ chứa nên chưa nhận thêm tệp. Báo người quản trị; phần đã gửi được giữ."
_FORBIDDEN = frozenset('/\\:*?"<>|')


class UploadRefused(WrongUse, ValueError):
    """A file or piece that cannot be taken; the message says why and the way out, in Vietnamese."""


class PieceMisplaced(UploadRefused):
    """A piece that does not follow on what is there: ask how much that is (`received`, bytes), go on from there."""

    def __init__(self, row: Mapping[str, Any], received: int, offset: int) -> None:
        super().__init__(f"{row['name']}: máy chủ đã có {received} byte, phần gửi lên bắt đầu từ {offset}.")
        self.received = received


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that a person wants to send: `folder` is where it belongs, `fingerprint` what the browser knows it by."""

    name: str
    size: int
    folder: str
    fingerprint: str
    who: str
    at: datetime


def begin(resources: Resources, announced: Announced) -> dict[str, Any]:
    """Open an upload, or take up the broken one of the same file: {id, received}, received in bytes.

    Raises:
        UploadRefused: empty, or larger than PAR_UPLOAD_MIB.
        DiskFull: there is no room for what is still to come.
    """
    most = resources.settings.upload_mib << 20
    if announced.size <= 0:
        raise UploadRefused(f"{announced.name}: tệp rỗng (0 byte). Mở lại tệp gốc, lưu hoặc quét lại rồi nộp.")
    if announced.size > most:
        raise UploadRefused(
            f"{announced.name}: tệp lớn hơn mức cho phép ({resources.settings.upload_mib} MiB). "
            "Tách thành nhiều tệp, hoặc quét lại ở 300 dpi rồi nộp."
        )
    new = NewUpload(
        id=f"u-{secrets.token_hex(8)}",
        unit=resources.settings.unit,
        account=announced.who,
        folder=announced.folder,
        name=safe_name(announced.name),
        size=announced.size,
        fingerprint=announced.fingerprint[:200],
        at=announced.at,
    )
    with resources.database.write() as connection:
        upload_id = uploads.begin_upload(connection, new)
    here = _sound(resources, upload_id, announced.size)
    _require_room(resources, announced.size - here)
    return {"id": upload_id, "received": here}


def _sound(resources: Resources, upload_id: str, size: int) -> int:
    """Bytes that are here; more than the whole file cannot be right, so that begins anew."""
    with _opened(_part(resources, upload_id)) as part, _alone(part) as here:
        if here > size:
            os.ftruncate(part, 0)
        return here if here <= size else 0


def _require_room(resources: Resources, wanted: int) -> None:
    least = resources.settings.min_free_mib << 20
    if shutil.disk_usage(resources.settings.home).free < wanted + least:
        raise DiskFull(_FULL)


async def add_piece(resources: Resources, row: Mapping[str, Any], offset: int, pieces: AsyncIterator[bytes]) -> int:
    """Write what comes at the end of what is there; how many bytes are there now. What came before a break stays.

    Requests may run side by side (two windows, a retry while the broken one still drains): each block is written only
    where the file ends at that moment, so the bytes of one file never come twice.

    Raises:
        PieceMisplaced: it does not follow on what is there.
        UploadRefused: it is more than was announced.
        DiskFull: there is no room; what came before is kept.
    """
    if row["state"] != uploads.OPEN:
        raise PieceMisplaced(row, int(row["size"]), offset)
    with _opened(_part(resources, str(row["id"]))) as part:
        here = _written(part, row, offset, b"")
        async for piece in pieces:
            here = _written(part, row, here, piece)
    return here


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield part
    finally:
        os.close(part)


@contextlib.contextmanager
def _alone(part: int) -> Iterator[int]:
    """Nobody else writes, in whichever process: the bytes that are there."""
    fcntl.flock(part, fcntl.LOCK_EX)
    try:
        yield os.fstat(part).st_size
    finally:
        fcntl.flock(part, fcntl.LOCK_UN)


def _written(part: int, row: Mapping[str, Any], at: int, piece: bytes) -> int:
    """Add a block at the end, which must be `at`; the new end."""
    with _alone(part) as here:
        if here != at:
            raise PieceMisplaced(row, here, at)
        if here + len(piece) > row["size"]:
            raise UploadRefused(f"{row['name']}: tệp gửi lên dài hơn đã báo ({row['size']} byte).")
        try:
            _write_all(part, at, piece)
        except OSError as error:
            os.ftruncate(part, at)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(_FULL) from error
            raise
        return here + len(piece)


def _write_all(part: int, at: int, piece: bytes) -> None:
    done = 0
    while done < len(piece):
        done += os.pwrite(part, piece[done:], at + done)


def finish(resources: Resources, row: Mapping[str, Any], *, where: str, at: datetime) -> dict[str, Any]:
    """Keep a file that came whole: {sha256, new}; its examination comes next (`examine_now`).

    Raises:
        UploadRefused: bytes are missing.
    """
    path = _part(resources, str(row["id"]))
    with _opened(path) as part, _alone(part) as here:
        row = _row_now(resources, row)
        if row["state"] == uploads.KEPT:
            path.unlink(missing_ok=True)
            return {"sha256": row["sha256"], "new": False}
        if here != row["size"]:
            raise UploadRefused(
                f"{row['name']}: mới nhận {here} trên {row['size']} byte; nộp lại để gửi tiếp phần thiếu."
            )
        return _kept(resources, path, row, Sender(str(row["account"]), where, at))


def _row_now(resources: Resources, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The upload as it is now: the same end may have come twice."""
    with resources.database.read() as connection:
        return uploads.upload_row(connection, str(row["unit"]), str(row["account"]), str(row["id"]))


def _kept(resources: Resources, path: Path, row: Mapping[str, Any], sender: Sender) -> dict[str, Any]:
    name = f"{row['folder']}/{row['name']}" if row["folder"] else str(row["name"])
    with path.open("rb") as stream:
        sha256, _ = digest_of(stream)
    new = keep_document(resources, path, name, sender)
    with resources.database.write() as connection:
        uploads.end_upload(connection, str(row["id"]), uploads.KEPT, sha256=sha256, reason=None)
    path.unlink(missing_ok=True)
    return {"sha256": sha256, "new": new}


def examine_now(resources: Resources, sha256: str, *, at: datetime) -> None:
    """Examine a document that has just come, unless these checks know it."""
    with resources.database.read() as connection:
        waiting = {row["sha256"] for row in unexamined(connection, resources.settings.unit, CHECKER_VERSION)}
    if sha256 in waiting:
        examine_batch(resources, [sha256], at=at, done=lambda: None)


def verdict_of(resources: Resources, row: Mapping[str, Any]) -> dict[str, Any]:
    """How far an upload is: {name, size, received, state, sha256, document, said, elsewhere}.

    `elsewhere`: under which other paths the same content was handed in; `unplaced`: nothing says what it is for.
    """
    told: dict[str, Any] = {name: row[name] for name in ("id", "name", "size", "state", "sha256", "reason", "folder")}
    told |= {
        "received": received(resources, str(row["id"])),
        "document": None,
        "said": None,
        "elsewhere": [],
        "unplaced": False,
    }
    if row["sha256"]:
        with resources.database.read() as connection:
            told["document"] = document_row(connection, resources.settings.unit, row["sha256"])
            told["said"] = examination_rows(connection, [row["sha256"]]).get(row["sha256"])
        paths = {str(found["path"]) for found in told["document"]["paths"]}
        path = f"{row['folder']}/{row['name']}" if row["folder"] else str(row["name"])
        told["elsewhere"] = sorted(paths - {path})
        told["unplaced"] = is_unplaced(paths, (told["said"] or {}).get("result") or {})
    return told


def received(resources: Resources, upload_id: str) -> int:
    """Bytes of an upload that are here."""
    path = _part(resources, upload_id)
    return path.stat().st_size if path.exists() else 0


def safe_name(name: str) -> str:
    """A stranger's file name without folders, control or direction marks; never empty, its ending kept."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(" " if letter in _FORBIDDEN else letter for letter in last if _is_printable(letter))
    kept = " ".join(kept.split()).strip(". ")
    if len(kept) > _LONGEST_NAME:
        stem, dot, ending = kept.rpartition(".")
        kept = f"{stem[: _LONGEST_NAME - 10]}.{ending[:8]}" if dot else kept[:_LONGEST_NAME]
    return kept or "tai-lieu"


def _is_printable(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _part(resources: Resources, upload_id: str) -> Path:
    return resources.settings.home / "uploads" / f"{upload_id}.part"
