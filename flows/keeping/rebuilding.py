"""Making the database again from the store alone, when it is lost: segments first, then the kept bytes once more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from config.settings import Settings
from flows.arriving.intake import Sender, import_kept
from flows.arriving.pulling import Fresh
from flows.keeping.log_proofs import ring_of
from flows.resources import Resources, open_resources
from storage.bundles.merkle import Frontier, leaf
from storage.bundles.notes import read_note
from storage.database import Connection
from storage.documents.evidence import Upload, record_object, record_upload
from storage.errors import StorageError
from storage.objects import Kept
from storage.objects.port import digest_of
from storage.proof import segments
from storage.proof.checkpoints import log_faults, record_checkpoint, record_proof_object
from storage.proof.custody import events
from storage.proof.segments import Segment
from storage.records.imports import PERSON, READ, import_of
from storage.scored.runs import RunRecord, record_run

READ_AGAIN = ("kết quả kiểm tra tài liệu (đêm sau đọc lại)",)
LOST = ("tài khoản, phiên đăng nhập", "việc sau mốc nhật ký cuối cùng")


class NotEmpty(StorageError):
    """The database to be made again holds something."""


def rebuild_index(settings: Settings, *, at: datetime) -> dict[str, Any]:
    """Fill an empty database from the object store; what was made again, what was not, and whether the log is proved.

    Raises:
        NotEmpty: the database holds events.
    """
    with open_resources(settings) as resources:
        with resources.database.read() as connection:
            if events(connection):
                raise NotEmpty(
                    "Cơ sở dữ liệu đang có dữ liệu nên không dựng lại đè lên. Đổi tên tệp parindex.db cũ "
                    "(hoặc trỏ PAR_DATABASE_URL vào cơ sở dữ liệu trống) rồi chạy lại."
                )
        kept, found = _read_store(resources)
        told = _replay(resources, [event for segment in found for event in segment.events], kept)
        told |= _restore(resources, found, kept, at)
        told["proved"] = not _faults(resources)
    return told | {"read_again": list(READ_AGAIN), "lost": list(LOST)}


def _read_store(resources: Resources) -> tuple[dict[str, Kept], list[Segment]]:
    """Every sound object, and the segments in order; of two that begin at one place the longer counts."""
    kept: dict[str, Kept] = {}
    by_start: dict[int, Segment] = {}
    for sha256 in resources.store:
        with resources.store.open(sha256) as stream:
            found, size = digest_of(stream)
        if found != sha256:
            continue
        kept[sha256] = Kept(sha256, size, new=False)
        with resources.store.open(sha256) as stream:
            segment = segments.read_segment(stream)
        if segment is not None and segment.size >= by_start.get(segment.after, segment).size:
            by_start[segment.after] = segment
    return kept, list(_joined(by_start))


def _joined(by_start: dict[int, Segment]) -> Iterator[Segment]:
    at = 0
    while segment := by_start.get(at):
        yield segment
        at = segment.size


def _replay(resources: Resources, log: Sequence[dict[str, Any]], kept: dict[str, Kept]) -> dict[str, int]:
    """Do again what the log says was done with documents and exports; the log that this writes is replaced later."""
    counts = {"receipts": 0, "imports": 0}
    for event in log:
        found = kept.get(event["subject"])
        if found is None:
            continue
        sender = Sender(event["who"], event["where"], datetime.fromisoformat(event["at"]))
        unit = str(event["detail"].get("unit") or resources.settings.unit)
        if event["event"] == "received":
            upload = Upload(unit, event["detail"]["path"], sender.who, sender.where, sender.at)
            with resources.database.write() as connection:
                counts["receipts"] += record_upload(connection, found, upload)
        elif event["event"] in ("imported", "rejected"):
            year, by = event["detail"].get("year"), event["detail"].get("year_by")
            kept_year = {"period": str(year)} if year else {}  # what stood for a table that does not say its year
            settings = resources.settings.model_copy(update={"unit": unit, **kept_year})
            of_unit = Resources(settings, resources.database, resources.store)
            moments = [_moment(event["detail"].get(name)) for name in ("modified_at", "stood_at")]
            fresh = [Fresh(event["detail"]["name"], found, sender.where, *moments)]
            if moments[1] and _is_read(of_unit, found.sha256):
                continue  # a table that was taken out later: this reader finds it with its file
            import_kept(of_unit, fresh, sender, said_year=year if by == PERSON else None)
            counts["imports"] += 1
    return counts


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


def _is_read(resources: Resources, sha256: str) -> bool:
    with resources.database.read() as connection:
        row = import_of(connection, resources.settings.unit, sha256)
    return row is not None and row["status"] == READ


def _restore(resources: Resources, found: list[Segment], kept: dict[str, Kept], at: datetime) -> dict[str, int]:
    """Runs, nights, what people said, the log with its checkpoints, and all other objects, in one transaction."""
    with resources.database.write() as connection:
        moments = {event["subject"]: event["at"] for segment in found for event in segment.events}
        for sha256, one in sorted(kept.items()):
            moment = datetime.fromisoformat(moments[sha256]) if sha256 in moments else at
            if sha256 in moments:
                record_object(connection, one, who="parindex", where="rebuild", at=moment)
            else:
                record_proof_object(connection, one, at=moment)
        runs = [row for segment in found for row in segment.rows["run"]]
        for row in runs:
            record_run(connection, _run(row))
        nights = segments.restore_nights(connection, (row for segment in found for row in segment.rows["night"]))
        said = segments.restore_said(connection, found[-1]) if found else 0
        events_again = segments.replace_log(connection, (event for segment in found for event in segment.events))
        _restore_checkpoints(connection, found, kept)
    return {"objects": len(kept), "events": events_again, "runs": len(runs), "nights": nights, "said": said}


def _run(row: dict[str, Any]) -> RunRecord:
    return RunRecord(
        score=row["score"],
        inputs_sha256=row["inputs_sha256"],
        inputs_digest=row["inputs_digest"],
        gaps=row["gaps"],
        asked_by=row["asked_by"],
        at=datetime.fromisoformat(row["made_at"]),
        stands=bool(row.get("stands", True)),
    )


def _restore_checkpoints(connection: Connection, found: list[Segment], kept: dict[str, Kept]) -> None:
    tree = Frontier()
    for segment in found:
        for event in segment.events:
            tree.add(leaf(event["hash"]))
        note = kept.get(hashlib.sha256(segment.note.encode()).hexdigest())
        if note is not None and read_note(segment.note).size == tree.size:
            moment = datetime.fromisoformat(segment.events[-1]["at"])
            record_checkpoint(connection, tree, segment.note, note, at=moment)


def _faults(resources: Resources) -> list[Any]:
    with resources.database.read() as connection:
        return list(log_faults(connection, ring_of(resources.settings).public_keys, Frontier()))
