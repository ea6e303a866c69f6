"""What the registers say of one document: the row it belongs to, where both disagree, what the row suggests.

Examinations are kept by content and checks, so the row is compared each time it is looked at, never kept with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flows.resources import Resources
from scoring.engine.agreement import contradiction, fits_symbol
from scoring.engine.facts import Dossier
from scoring.engine.numbers import day_vn
from scoring.filed_results import OutgoingRow, ResultFile, disagreements, row_of, suggested_rows
from storage.database import Connection
from storage.records.history import dossier_now
from storage.scored.facts import OUTGOING_FOLDER
from storage.scored.result_files import codes_of, file_of, outgoing_rows

AGREES, CONTRADICTS, UNKNOWN = "agrees", "contradicts", "unknown"


def register_says(resources: Resources, told: Mapping[str, Any]) -> dict[str, Any]:
    """For one document as `flows.scores.browsing.document` tells it:

    {rows: [{register: dossiers | outgoing, key, state: agrees | contradicts | unknown, because}],
    suggestions: {field: [{value, source: register, source_text}]}}; `because` is a Vietnamese sentence.
    """
    result = (told["said"] or {}).get("result") or {}
    paths = [str(found["path"]) for found in told["row"]["paths"]] or [str(told["row"]["name"])]
    codes = sorted({code for path in paths for code in codes_of(path, result.get("fields") or {})})
    with resources.database.read() as connection:
        if codes:
            says = [_of_dossier(connection, resources.settings.unit, told, code, codes) for code in codes]
        else:
            rows = outgoing_rows(connection, resources.settings.unit)
            files = [file_of(told["row"], path, "", result) for path in paths]
            says = list(_of_outgoing(rows, files, paths))
    suggestions: dict[str, list[dict[str, str]]] = {}
    for one in says:
        for name, value in one.pop("suggests").items():
            suggestions.setdefault(name, []).append({"value": value, "source": "register", "source_text": one["key"]})
    return {"rows": says, "suggestions": suggestions}


def _of_dossier(
    connection: Connection, unit: str, told: Mapping[str, Any], code: str, codes: list[str]
) -> dict[str, Any]:
    result = (told["said"] or {}).get("result") or {}
    found: dict[str, Any] = {"register": "dossiers", "key": code, "suggests": {}}
    dossier = dossier_now(connection, unit, code)
    if dossier is None:
        return found | {"state": UNKNOWN, "because": f"Mã hồ sơ {code} không có trong sổ."}
    file = file_of(told["row"], str(told["row"]["name"]), code, result, also_for=codes)
    if wrong := contradiction(dossier, file):
        said = f"{wrong} Tệp này không được tính là kết quả của hồ sơ {code}."
        return found | {"state": CONTRADICTS, "because": said}
    return found | (_doubt(dossier, file) or _agreement(dossier, file))


def _doubt(dossier: Dossier, file: ResultFile) -> dict[str, Any] | None:
    """What was read speaks against the row, but was not surely read."""
    doubt = contradiction(dossier, replace(file, unsure=()))
    return {"state": UNKNOWN, "because": f"{doubt} Chữ đọc chưa chắc, cần người xem."} if doubt else None


def _agreement(dossier: Dossier, file: ResultFile) -> dict[str, Any]:
    code = dossier.code
    if not dossier.result_number:
        return {"state": UNKNOWN, "because": f"Sổ chưa ghi số kết quả của hồ sơ {code}."}
    if file.number:
        return {"state": AGREES, "because": f"Khớp với hồ sơ {code}: số {dossier.result_number}."}
    said = f"Sổ ghi số kết quả của hồ sơ {code} là {dossier.result_number}"
    if not fits_symbol(dossier.result_number, file.symbol):
        said += f", ký hiệu in trên văn bản là {file.symbol}; cần người xem có nhầm tệp không."
        return {"state": UNKNOWN, "because": said}
    said += "; số trên văn bản chưa đọc được để so."
    return {"state": UNKNOWN, "because": said, "suggests": {"number": dossier.result_number}}


def _of_outgoing(rows: list[OutgoingRow], files: list[ResultFile], paths: list[str]) -> Iterator[dict[str, Any]]:
    """At most one row: of an outgoing document its own, of another paper without a number the one that fits."""
    for file, row in suggested_rows(rows, files)[:1]:
        day = {"issued_on": row.issued_on.isoformat()} if row.issued_on and not file.issued_on else {}
        said = f"Theo sổ văn bản đi có thể là số {row.number}{_dated(row)}."
        suggests = {"number": row.number, **day}
        yield _outgoing(row, UNKNOWN, said) | {"suggests": suggests}
        return
    if not any(OUTGOING_FOLDER in path.split("/")[:-1] for path in paths):
        return
    own = next(((file, found) for file in files if (found := row_of(rows, file))), None)
    if own:
        wrong = " ".join(disagreements(own[1], own[0]))
        said = wrong or f"Khớp với sổ văn bản đi: số {own[1].number}{_dated(own[1])}."
        yield _outgoing(own[1], CONTRADICTS if wrong else AGREES, said)
    elif rows and (number := files[0].number):
        yield _outgoing(OutgoingRow(number=number), UNKNOWN, f"Số {number} không có trong sổ văn bản đi.")


def _outgoing(row: OutgoingRow, state: str, because: str) -> dict[str, Any]:
    return {"register": "outgoing", "key": row.number, "state": state, "because": because, "suggests": {}}


def _dated(row: OutgoingRow) -> str:
    return f" ngày {day_vn(row.issued_on)}" if row.issued_on else ""
