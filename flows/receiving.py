"""Taking in files from the pages, piece by piece: resumable, in constant memory, a verdict within seconds."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config.refusals import WrongUse
from flows.examination import examine_batch
from flows.intake import Sender, keep_document
from flows.resources import Resources
from ocr import CHECKER_VERSION
from storage import uploads
from storage.browsing import document_row, examination_rows
from storage.evidence import unexamined
from storage.objects.port import digest_of
from storage.uploads import NewUpload

_LONGEST_NAME = 150
_FLUSH = 1 << 20
_FORBIDDEN = frozenset('/\\:*?"<>|')


class UploadRefused(WrongUse, ValueError):
    """A file or piece that cannot be taken; the message says why and the way out, in Vietnamese."""


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
    return {"id": upload_id, "received": received(resources, upload_id)}


async def add_piece(resources: Resources, row: Mapping[str, Any], offset: int, pieces: AsyncIterator[bytes]) -> int:
    """Write what comes at the end of what is there; how many bytes are there now. What came before a break stays.

    Raises:
        UploadRefused: it does not follow on what is there, or is more than was announced.
    """
    path = _part(resources, str(row["id"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    here = received(resources, str(row["id"]))
    if row["state"] != uploads.OPEN or offset != here:
        raise UploadRefused(f"{row['name']}: máy chủ đã có {here} byte, phần gửi lên bắt đầu từ {offset}.")
    with path.open("ab") as part:
        async for piece in pieces:
            if here + len(piece) > row["size"]:
                raise UploadRefused(f"{row['name']}: tệp gửi lên dài hơn đã báo ({row['size']} byte).")
            part.write(piece)
            here += len(piece)
    return here


def finish(resources: Resources, row: Mapping[str, Any], *, where: str, at: datetime) -> dict[str, Any]:
    """Keep a file that came whole: {sha256, new}; its examination comes next (`examine_now`).

    Raises:
        UploadRefused: bytes are missing.
    """
    if row["state"] == uploads.KEPT:
        return {"sha256": row["sha256"], "new": False}
    path = _part(resources, str(row["id"]))
    here = received(resources, str(row["id"]))
    if here != row["size"]:
        raise UploadRefused(f"{row['name']}: mới nhận {here} trên {row['size']} byte; nộp lại để gửi tiếp phần thiếu.")
    name = f"{row['folder']}/{row['name']}" if row["folder"] else str(row["name"])
    with path.open("rb") as stream:
        sha256, _ = digest_of(stream)
    new = keep_document(resources, path, name, Sender(str(row["account"]), where, at))
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
    """How far an upload is: {name, size, received, state, sha256, document, said}."""
    told: dict[str, Any] = {name: row[name] for name in ("id", "name", "size", "state", "sha256", "reason", "folder")}
    told |= {"received": received(resources, str(row["id"])), "document": None, "said": None}
    if row["sha256"]:
        with resources.database.read() as connection:
            told["document"] = document_row(connection, resources.settings.unit, row["sha256"])
            told["said"] = examination_rows(connection, [row["sha256"]]).get(row["sha256"])
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
