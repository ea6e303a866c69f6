"""Result files as the register check wants them, from what is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from config.document_words import digitisation_vn
from config.dossier_codes import dossier_code_in
from scoring.engine.facts import Dossier
from scoring.filed_results import OutgoingRow, ResultFile
from storage.documents.evidence import QUARANTINED, documents_of, examinations_of, receipts_of
from storage.documents.read_fields import unsure_in, value_of
from storage.records.history import dossier_of, dossiers_now, records_as_of
from storage.scored.facts import OUTGOING_FOLDER, is_filed


def dossiers_of(connection: Connection, unit: str) -> list[Dossier]:
    """The register: all dossiers of a unit, by code."""
    return [dossier_of(stored) for stored in dossiers_now(connection, unit)]


def result_files(connection: Connection, unit: str, checker: str) -> list[ResultFile]:
    """Every result file, once for each dossier it was handed in for."""
    said = examinations_of(connection, unit, checker)
    states = {row["sha256"]: row for row in documents_of(connection, unit)}
    found: dict[tuple[str, str], ResultFile] = {}
    for receipt in receipts_of(connection, unit):
        sha256, path = receipt["sha256"], receipt["path"]
        result = said.get(sha256, {}).get("result") or {}
        for code in codes_of(path, result.get("fields") or {}):
            found.setdefault((code, sha256), file_of(states[sha256], path, code, result))
    return [found[key] for key in sorted(found)]


def outgoing_files(connection: Connection, unit: str, checker: str) -> list[ResultFile]:
    """Every file handed in as an outgoing document (no dossier: `code` is empty), by hash."""
    said = examinations_of(connection, unit, checker)
    states = {row["sha256"]: row for row in documents_of(connection, unit)}
    found: dict[str, ResultFile] = {}
    for receipt in receipts_of(connection, unit):
        sha256, path = receipt["sha256"], receipt["path"]
        if OUTGOING_FOLDER in path.split("/")[:-1]:
            found.setdefault(sha256, file_of(states[sha256], path, "", said.get(sha256, {}).get("result") or {}))
    return [found[sha256] for sha256 in sorted(found)]


def own_papers(connection: Connection, unit: str, checker: str) -> list[ResultFile]:
    """Every document that is no result of a dossier (evidence, outgoing ones), by hash."""
    said = examinations_of(connection, unit, checker)
    states = {row["sha256"]: row for row in documents_of(connection, unit)}
    found: dict[str, ResultFile] = {}
    for receipt in receipts_of(connection, unit):
        sha256, path = receipt["sha256"], receipt["path"]
        result = said.get(sha256, {}).get("result") or {}
        if not any(codes_of(path, result.get("fields") or {})):
            found.setdefault(sha256, file_of(states[sha256], path, "", result))
    return [found[sha256] for sha256 in sorted(found)]


def outgoing_rows(connection: Connection, unit: str) -> list[OutgoingRow]:
    """The register of outgoing documents as the last import left it."""
    return [
        OutgoingRow(
            number=str(row.get("number") or ""),
            issued_on=_day_of(row.get("issued_on")),
            subject=str(row.get("subject") or ""),
            pages=_count_of(row.get("pages")),
            files=tuple(row.get("files") or ()),
        )
        for row in records_as_of(connection, unit, "outgoing", None)
    ]


def _day_of(plain: Any) -> date | None:
    """A kept moment ({"datetime": iso}, aware) or day ({"date": iso}) as its day."""
    said = plain.get("datetime") or plain.get("date") if isinstance(plain, dict) else plain
    return date.fromisoformat(str(said)[:10]) if said else None


def _count_of(plain: Any) -> int | None:
    """A kept number, as text, as a count of whole things; None where it is none."""
    said = Decimal(plain) if plain else None
    return int(said) if said and said == said.to_integral_value() else None


def codes_of(path: str, fields: Mapping[str, Any]) -> Iterator[str]:
    """The dossier of a receipt: by its path, else by what the text says; none for evidence and outgoing documents."""
    if is_filed(path):
        return
    code = dossier_code_in(path) or value_of(fields, "dossier_code")
    if code:
        yield code


def is_unplaced(paths: Iterable[str], result: Mapping[str, Any]) -> bool:
    """No folder and no dossier code says what an examined document is for, so it counts nowhere."""
    fields = result.get("fields")
    return fields is not None and not any(is_filed(path) or any(codes_of(path, fields)) for path in paths)


def file_of(
    document: Mapping[str, Any], path: str, code: str, result: Mapping[str, Any], also_for: Sequence[str] = ()
) -> ResultFile:
    """A kept document that came under `path`, with what its examination says; `code` is the dossier it is for."""
    fields, digitisation = result.get("fields") or {}, result.get("digitisation") or {}
    day = value_of(fields, "issued_on")
    return ResultFile(
        sha256=document["sha256"],
        name=path.rsplit("/", 1)[-1],
        code=code,
        also_for=tuple(one for one in also_for if one != code),
        printed_code=value_of(fields, "dossier_code"),
        unsure=unsure_in(fields),
        number=value_of(fields, "number"),
        symbol=value_of(fields, "symbol"),
        printed_month=(fields.get("issued_on") or {}).get("partial") or "",
        issued_on=date.fromisoformat(day) if day else None,
        subject=value_of(fields, "subject"),
        pages=result.get("page_count"),
        blank_pages=sum(page["kind"] == "blank" for page in result.get("pages") or ()),
        digitisation=digitisation.get("verdict", "cần người xem"),
        reasons=tuple(sorted({reason["code"] for reason in digitisation.get("reasons") or ()})),
        told=digitisation_vn(digitisation) if digitisation else "",
        quarantined=document["state"] == QUARANTINED,
    )
