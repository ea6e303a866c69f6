"""What the morning letter tells, gathered from what a night left in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from flows.arriving.sources_told import source_faults
from ocr import CHECKER_VERSION
from storage.database import Connection
from storage.dismissals import ringing
from storage.documents.evidence import QUARANTINED, RECEIVED, documents_of, examinations_of, receipts_of, unexamined
from storage.ledger.nights import Night
from storage.proof.custody import unreachable_at
from storage.records.import_alarms import ImportAlarm, alarms_to_tell
from storage.records.imports import imports_of, rejected_rows_of

_CERTIFICATE_NOTICE = timedelta(days=90)
_TOLD_FOR = timedelta(days=7)
_MOST_LINES = 8
_NAMED = 3
_NAMED_ALARMS = 3


def counts_of(connection: Connection, night: Night) -> dict[str, int]:
    """What came in during this night."""
    imported = [row for row in imports_of(connection, night.unit) if row["imported_at"] == night.started_at]
    received = [row for row in receipts_of(connection, night.unit) if row["received_at"] == night.started_at]
    said = examinations_of(connection, night.unit, CHECKER_VERSION).values()
    return {
        "new_exports": len(imported),
        "new_documents": len({row["sha256"] for row in received}),
        "examined": sum(1 for row in said if row["examined_at"] == night.started_at),
        "rejected_rows": sum(row["counts"]["rejected"] for row in imported),
    }


def stuck(
    connection: Connection, night: Night, gaps: Mapping[str, Any], inbox: Collection[str] = ()
) -> tuple[str, ...]:
    """What needs a person, most urgent first, each with the way out. `inbox` are the names of the files in it."""
    unit = night.unit
    said = examinations_of(connection, unit, CHECKER_VERSION)
    lines = [
        *_unreachable(connection, night),
        *source_faults(connection, unit, night.started_at),
        *export_alarms(connection, night),
        *_rejected_exports(connection, unit),
        *_quarantined(connection, night, inbox),
        *_carried_over(connection, unit),
        *_bad_signatures(connection, unit, said),
        *_missing_files(gaps),
        *(f"{line}: hãy đối chiếu và sửa một trong hai." for line in gaps.get("contradictions", ())),
        *_rejected_rows(connection, unit),
        *_unlinked(gaps),
        *_misplaced(gaps),
    ]
    return tuple(lines)


def doubted_evidence(score: Mapping[str, Any]) -> tuple[str, ...]:
    """Documents that a component has and that do not count for the period, each once, with the way out."""
    found: dict[tuple[str, str], list[str]] = {}
    for item in score["components"]:
        for proof in item["evidence"]:
            if doubt := proof.get("doubt"):
                found.setdefault((proof["name"], doubt["because"]), []).append(item["id"])
    return tuple(
        f"{name} (mục {', '.join(components)}): {because}; nộp bản của kỳ này, hoặc xác nhận thời gian của tài liệu "
        "(parindex evidence term)."
        for (name, because), components in found.items()
    )


def expiring(connection: Connection, unit: str, now: datetime, until: datetime | None = None) -> tuple[str, ...]:
    """Signatures that can no longer be proved once their certificate expires, because no time stamp dates them."""
    found = certificates_ending(connection, unit, now, until or now + _CERTIFICATE_NOTICE)
    return tuple(
        f"{name}: chứng thư của {signer} hết hạn ngày {ends:%d/%m/%Y} và chữ ký không có dấu thời gian; "
        "sau ngày đó không chứng minh được nữa, nên đóng dấu thời gian hoặc ký lại."
        for ends, name, signer, _ in found
    )


def certificates_ending(
    connection: Connection, unit: str, now: datetime, until: datetime
) -> list[tuple[datetime, str, str, str]]:
    """(end of the certificate, document, signer, hash) of valid signatures without a time stamp, the nearest first."""
    names = {row["sha256"]: row["name"] for row in documents_of(connection, unit)}
    said = examinations_of(connection, unit, CHECKER_VERSION)
    return sorted(
        (ends, names[sha256], str(signature["signer"]), sha256)
        for sha256, row in said.items()
        for signature in (row["result"].get("signature") or {}).get("signatures") or []
        if signature["verdict"] == "PASSED" and not signature["trusted_at"]
        if (ends := _moment(signature.get("certificate_not_after"))) and now <= ends <= until
    )


def shortened(lines: tuple[str, ...]) -> tuple[str, ...]:
    """At most eight lines, and how many more there are."""
    if len(lines) <= _MOST_LINES:
        return lines
    return (*lines[:_MOST_LINES], f"… và {len(lines) - _MOST_LINES} mục khác (xem parindex doctor và bảng điểm).")


def _unreachable(connection: Connection, night: Night) -> Iterator[str]:
    for event in unreachable_at(connection, night.started_at):
        if "next" in event["detail"]:  # a source's: told by its pull
            continue
        reason = event["detail"]["reason"]
        yield f"{event['subject']}: không mở được ({reason}); đêm sau sẽ thử lại."


def export_alarms(connection: Connection, night: Night) -> Iterator[str]:
    """What deserves a look in the exports imported since the last letter, grouped by what happened."""
    by_kind: dict[str, list[ImportAlarm]] = {}
    for alarm in alarms_to_tell(connection, night.unit, night.id):
        by_kind.setdefault(alarm.kind, []).append(alarm)
    for alarms in by_kind.values():
        shown = "; ".join(alarm.told_alone for alarm in alarms[:_NAMED_ALARMS])
        more = f"; và {len(alarms) - _NAMED_ALARMS} trường hợp tương tự" if len(alarms) > _NAMED_ALARMS else ""
        yield f"Dữ liệu một cửa cần xem lại: {shown}{more} (xem parindex exports)."


def _rejected_exports(connection: Connection, unit: str) -> Iterator[str]:
    return (str(row["reason"]) for row in ringing(connection, unit))


def _quarantined(connection: Connection, night: Night, inbox: Collection[str]) -> Iterator[str]:
    """Not what lies in the inbox no more and came a week ago, nor what was replaced: half a copy, then the whole."""
    places: dict[str, list[Mapping[str, Any]]] = {}
    for receipt in {row["path"]: row for row in sorted(receipts_of(connection, night.unit), key=_received)}.values():
        places.setdefault(receipt["sha256"], []).append(receipt)
    for row in documents_of(connection, night.unit):
        lying = places.get(row["sha256"], [])
        stands = any(one["path"] in inbox or night.started_at - one["received_at"] < _TOLD_FOR for one in lying)
        if row["state"] == QUARANTINED and stands:
            yield f"{row['name']}: đã cách ly – {row['reason']}"
        elif row["state"] == RECEIVED and row["reason"]:
            yield f"{row['name']}: chưa đọc được, đêm sau thử lại – {row['reason']}"


_received = itemgetter("received_at")


def _carried_over(connection: Connection, unit: str) -> Iterator[str]:
    """Documents for which the night had no time (PAR_NIGHT_MINUTES)."""
    waiting = sum(1 for row in unexamined(connection, unit, CHECKER_VERSION) if not row["reason"])
    if waiting:
        yield (
            f"{waiting} tài liệu chưa kịp kiểm tra vì hết thời gian của đêm; đêm sau làm tiếp, "
            "tài liệu chờ lâu nhất và đáng nhiều điểm nhất trước."
        )


def _bad_signatures(connection: Connection, unit: str, said: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for row in documents_of(connection, unit):
        signature = said.get(row["sha256"], {}).get("result", {}).get("signature") or {}
        if signature.get("verdict") == "FAILED":
            yield f"{row['name']}: {signature['summary_vi']} Đề nghị nộp lại bản đã ký còn nguyên vẹn."


def _rejected_rows(connection: Connection, unit: str) -> Iterator[str]:
    for row in imports_of(connection, unit):
        bad = rejected_rows_of(connection, row["id"])
        if bad:
            place = f"{bad[0]['sheet']}!{bad[0]['cell']}"
            yield f"{row['name']}: {len(bad)} dòng bị trả lại; dòng đầu: {place}: {bad[0]['reason']}"


def _missing_files(gaps: Mapping[str, Any]) -> Iterator[str]:
    for component, name in gaps["missing_files"]:
        yield f"{component}: bảng khai báo nêu tệp “{name}” nhưng chưa nhận được; hãy nộp tệp này."


def _unlinked(gaps: Mapping[str, Any]) -> Iterator[str]:
    if gaps["unlinked"]:
        yield (
            f"{len(gaps['unlinked'])} tài liệu chưa gắn với hồ sơ hay tiêu chí nào; "
            "đặt vào thư mục mang mã tiêu chí (ví dụ 1.7.1) hoặc ghi mã hồ sơ vào tên tệp."
        )


def _misplaced(gaps: Mapping[str, Any]) -> Iterator[str]:
    by_component: dict[str, list[str]] = {}
    for component, name in gaps.get("misplaced", ()):
        by_component.setdefault(component, []).append(name)
    for component, names in by_component.items():
        more = f" và {len(names) - _NAMED} tài liệu nữa" if len(names) > _NAMED else ""
        yield (
            f"Mục {component} không có trong bộ tiêu chí, nên tài liệu ở đó không được tính: "
            f"{', '.join(names[:_NAMED])}{more}; chuyển sang thư mục của mục đúng, "
            "hoặc gắn lại (parindex evidence link)."
        )


def _moment(iso: str | None) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None
