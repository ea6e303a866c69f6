"""Documents as people ask for them: by state, against the register, and another try for the quarantined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from config.refusals import WrongUse
from config.settings import Settings
from flows.examining.examination import examine_batch
from flows.resources import Resources
from flows.years import leading_year
from ocr import CHECKER_VERSION
from scoring.engine.agreement import fits_symbol
from scoring.engine.period import period_of
from scoring.filed_results import (
    STATES_VI,
    OutgoingCheck,
    OutgoingRow,
    ResultFile,
    Standing,
    against_register,
    outgoing_against_register,
    suggested_rows,
    without_dossier,
)
from storage.database import Connection
from storage.documents.evidence import QUARANTINED, documents_of, examinations_of, receipts_of, release
from storage.proof.custody import Happening, append
from storage.scored.result_files import dossiers_of, outgoing_files, outgoing_rows, own_papers, result_files

_NAMED = 3


class NoSuchDocument(WrongUse, ValueError):
    """No quarantined document has this hash."""


def list_documents(resources: Resources, *, state: str = "", verdict: str = "") -> list[dict[str, Any]]:
    """Documents by name: {sha256, name, state, reason, paths, digitisation, reasons, signature, number,
    suggested_number (of the registers, where none could be read)}.

    `state` narrows to received | examined | quarantined, `verdict` to one word of the digitisation verdict.
    """
    unit = resources.settings.unit
    with resources.database.read() as connection:
        rows = documents_of(connection, unit)
        said = examinations_of(connection, unit, CHECKER_VERSION)
        suggested = _suggested_numbers(connection, unit)
        paths: dict[str, list[str]] = {}
        for receipt in receipts_of(connection, unit):
            paths.setdefault(receipt["sha256"], []).append(receipt["path"])
    told = [_told(row, said.get(row["sha256"], {}).get("result") or {}, paths.get(row["sha256"], [])) for row in rows]
    told = [one | {"suggested_number": suggested.get(one["sha256"])} for one in told]
    return [one for one in told if state in ("", one["state"]) and verdict in ("", one["digitisation"])]


def check_register(resources: Resources, *, at: datetime) -> dict[str, Any]:
    """The register of the period against the files:

    {period, counts: {state: number}, dossiers: [{code, state, state_vi, reason_vi, sha256, name}], without_dossier,
    outgoing: {rows, without_file, other_day, other_pages, without_row, suggested}}: the register of outgoing documents
    likewise.
    """
    settings = resources.settings
    today = settings.local_day(at)
    asked = leading_year(settings, today)
    period = period_of(asked, today)
    with resources.database.read() as connection:
        dossiers = dossiers_of(connection, settings.unit)
        files = result_files(connection, settings.unit, CHECKER_VERSION)
        rows = outgoing_rows(connection, settings.unit)
        sent = outgoing_files(connection, settings.unit, CHECKER_VERSION)
        papers = own_papers(connection, settings.unit, CHECKER_VERSION)
    standings = against_register(dossiers, files, period)
    counts = Counter(one.state for one in standings)
    return {
        "period": asked,
        "counts": {state: counts[state] for state in STATES_VI},
        "dossiers": [_standing(one) for one in standings],
        "without_dossier": [_file(file) for file in without_dossier(dossiers, files)],
        "outgoing": _outgoing(outgoing_against_register(rows, sent, period)) | _suggested(rows, papers),
    }


def register_lines(connection: Connection, settings: Settings, asked: str, today: date) -> tuple[str, ...]:
    """What the register of outgoing documents says against the files, for the morning letter; empty where all agrees.

    Rows without a file are no fault here: nobody has to hand in every outgoing document.
    """
    rows = outgoing_rows(connection, settings.unit)
    if not rows:
        return ()
    sent = outgoing_files(connection, settings.unit, CHECKER_VERSION)
    check = outgoing_against_register(rows, sent, period_of(asked, today))
    pairs = suggested_rows(rows, own_papers(connection, settings.unit, CHECKER_VERSION))
    named = "; ".join(f"{file.name} → {row.number}" for file, row in pairs[:_NAMED])
    told = (
        (len(check.other_day), "tệp ghi ngày khác sổ"),
        (len(check.other_pages), "tệp có số trang khác sổ"),
        (len(check.without_row), "tệp có số không thấy trong sổ"),
        (len(pairs), f"tệp không đọc được số, theo sổ có thể là: {named}"),
    )
    faults = [f"{count} {what}" for count, what in told if count]
    return (f"Sổ văn bản đi: {'; '.join(faults)} (xem parindex documents --missing).",) if faults else ()


def release_documents(resources: Resources, hashes: Sequence[str], *, who: str, at: datetime) -> list[dict[str, Any]]:
    """Give quarantined documents another try at once: examined anew, whatever was said before.

    Raises:
        NoSuchDocument: a hash (or its beginning) names no quarantined document, or several.
    """
    unit = resources.settings.unit
    with resources.database.read() as connection:
        held = [str(row["sha256"]) for row in documents_of(connection, unit) if row["state"] == QUARANTINED]
    chosen = list(dict.fromkeys(_whole(asked, held) for asked in hashes))
    with resources.database.write() as connection:
        release(connection, unit, chosen, checker=CHECKER_VERSION)
        told = [Happening("released", sha256, who, "parindex", {"unit": unit}) for sha256 in chosen]
        append(connection, told, at=at)
    examine_batch(resources, chosen, at=at, done=lambda: None)
    return [one for one in list_documents(resources) if one["sha256"] in set(chosen)]


def _whole(asked: str, held: Sequence[str]) -> str:
    found = [sha256 for sha256 in held if len(asked) >= 6 and sha256.startswith(asked.lower())]
    if len(found) != 1:
        why = "có nhiều tài liệu bắt đầu bằng mã này" if found else "không có tài liệu nào đang bị giữ lại với mã này"
        raise NoSuchDocument(f"{asked}: {why}. Xem danh sách bằng: parindex documents --quarantined")
    return found[0]


def _told(row: Mapping[str, Any], result: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    digitisation, number = result.get("digitisation") or {}, (result.get("fields") or {}).get("number") or {}
    return {
        "sha256": row["sha256"],
        "name": row["name"],
        "state": row["state"],
        "reason": row["reason"],
        "paths": list(paths),
        "number": number.get("value"),
        "digitisation": digitisation.get("verdict"),
        "reasons": digitisation.get("reasons") or [],
        "signature": (result.get("signature") or {}).get("verdict"),
    }


def _standing(one: Standing) -> dict[str, Any]:
    about = _file(one.file) if one.file else {"sha256": None, "name": None}
    return {
        "code": one.code,
        "state": one.state,
        "state_vi": STATES_VI[one.state],
        "reason_vi": one.reason_vi,
        **{key: about[key] for key in ("sha256", "name")},
    }


def _outgoing(check: OutgoingCheck) -> dict[str, Any]:
    return {
        "rows": check.rows,
        "without_file": [_row(row) for row in check.without_file],
        "other_day": [
            _row(row) | {"sha256": file.sha256, "name": file.name, "printed": str(file.issued_on)}
            for row, file in check.other_day
        ],
        "other_pages": [
            _row(row) | {"sha256": file.sha256, "name": file.name, "declared": row.pages, "counted": file.pages}
            for row, file in check.other_pages
        ],
        "without_row": [_file(file) | {"number": file.number} for file in check.without_row],
    }


def _suggested(rows: Sequence[OutgoingRow], papers: Sequence[ResultFile]) -> dict[str, Any]:
    pairs = suggested_rows(rows, papers)
    return {"suggested": [_row(row) | {"sha256": file.sha256, "name": file.name} for file, row in pairs]}


def _suggested_numbers(connection: Connection, unit: str) -> dict[str, str]:
    """Numbers from the registers for files in which none could be read, by hash."""
    numbers = {one.code: one.result_number for one in dossiers_of(connection, unit) if one.result_number}
    results = result_files(connection, unit, CHECKER_VERSION) if numbers else []
    unread = (file for file in results if not file.number and file.code in numbers)
    suggested = {one.sha256: numbers[one.code] for one in unread if fits_symbol(numbers[one.code], one.symbol)}
    rows = outgoing_rows(connection, unit)
    papers = own_papers(connection, unit, CHECKER_VERSION) if rows else []
    return suggested | {file.sha256: row.number for file, row in suggested_rows(rows, papers)}


def _row(row: OutgoingRow) -> dict[str, Any]:
    return {"number": row.number, "issued_on": str(row.issued_on), "subject": row.subject}


def _file(file: ResultFile) -> dict[str, Any]:
    return {"sha256": file.sha256, "name": file.name, "code": file.code}
