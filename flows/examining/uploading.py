"""Uploading documents by command: kept, recorded, examined at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from unicodedata import normalize

from config.components import components_of
from config.document_words import digitisation_vn
from config.dossier_codes import dossier_code_in
from config.refusals import WrongUse
from config.settings import Settings
from flows.arriving.intake import Sender, keep_document
from flows.criteria import criteria_set
from flows.examining.examination import examine_batch
from flows.resources import Resources, open_ledger, open_resources
from flows.years import criteria_for, years_at_work
from ocr import CHECKER_VERSION
from storage.documents.evidence import documents_of, examinations_of, receipts_of, unexamined
from storage.objects.port import digest_of
from storage.scored.facts import COMPONENT, OUTGOING_FOLDER
from storage.scored.result_files import is_unplaced

STATES_VI = {
    "examined": "đã kiểm tra",
    "received": "sẽ kiểm tra lại đêm nay",
    "examining": "đang kiểm tra",
    "quarantined": "KHÔNG DÙNG ĐƯỢC",
}


class WrongPlace(WrongUse, ValueError):
    """A document was sent to a place that does not exist."""


def folder_for(*, component: str, dossier: str, outgoing: bool) -> str:
    """The folder of the inbox that a document belongs to; empty when only its text can tell.

    Raises:
        WrongPlace: the component id is not of the form 1.7.1, the dossier's is no code of a dossier, or two are named.
    """
    if component and not COMPONENT.match(component):
        raise WrongPlace(f"--component {component!r}: mã tiêu chí thành phần có dạng 1.7.1")
    if dossier and not dossier_code_in(dossier):
        raise WrongPlace(f"--dossier {dossier!r}: mã hồ sơ có dạng H17.12.34-250924-0005, ghi đủ như trên phiếu hẹn")
    if sum(map(bool, (component, dossier, outgoing))) > 1:
        raise WrongPlace(
            "Mỗi lần nộp chỉ ghi một nơi: --component, --dossier hoặc --outgoing. "
            "Tài liệu dùng ở nhiều nơi thì nộp lại cùng tệp ấy cho từng nơi; nội dung chỉ giữ một bản."
        )
    return (
        component
        or (f"ho-so/{re.sub(r'[^A-Za-z0-9.-]', '_', dossier)}" if dossier else "")
        or (OUTGOING_FOLDER if outgoing else "")
    )


def require_component(settings: Settings, component: str, day: date) -> None:
    """A component that no set of the years at work has would take documents where nobody looks.

    Raises:
        WrongPlace: no set has it.
    """
    with open_ledger(settings) as database, database.read() as connection:
        years = years_at_work(connection, settings, day)
    sets = sorted({settings.criteria, *(criteria_for(settings, year) for year in years)})
    known = {str(item["id"]) for one in sets for item in components_of(criteria_set(settings, one).plain())}
    if component not in known:
        near = ", ".join(sorted(get_close_matches(component, known, cutoff=0.5)))
        raise WrongPlace(
            f"{component}: bộ tiêu chí {', '.join(sets)} không có mục này"
            + (f" (có {near})" if near else "")
            + ". Xem các mục bằng: parindex evidence show"
        )


def upload_files(settings: Settings, files: Sequence[Path], *, folder: str, at: datetime) -> list[dict[str, Any]]:
    """Keep, record and examine documents; one report each, in order. `also_at`: where else the same content came;
    `unplaced`: it is examined, and nothing says what it is for."""
    sender = Sender("parindex upload", "command line", at)
    with open_resources(settings) as resources:
        hashes = [_keep(resources, file, folder, sender) for file in files]
        with resources.database.read() as connection:
            waiting = {row["sha256"] for row in unexamined(connection, settings.unit, CHECKER_VERSION)}
        fresh = [sha256 for sha256 in dict.fromkeys(hashes) if sha256 in waiting]
        examine_batch(resources, fresh, at=at, done=lambda: None)
        return _reports(resources, files, hashes, folder)


def _keep(resources: Resources, file: Path, folder: str, sender: Sender) -> str:
    keep_document(resources, file, path_of(file, folder), sender)
    with file.open("rb") as stream:
        return digest_of(stream)[0]


def path_of(file: Path, folder: str) -> str:
    """The path inside the inbox under which a file is kept."""
    name = normalize("NFC", file.name)
    return f"{folder}/{name}" if folder else name


def _reports(resources: Resources, files: Sequence[Path], hashes: Sequence[str], folder: str) -> list[dict[str, Any]]:
    unit = resources.settings.unit
    with resources.database.read() as connection:
        states = {row["sha256"]: row for row in documents_of(connection, unit)}
        said = examinations_of(connection, unit, CHECKER_VERSION)
        paths: dict[str, list[str]] = {}
        for receipt in receipts_of(connection, unit):
            paths.setdefault(receipt["sha256"], []).append(receipt["path"])
    return [
        _report(file.name, states[sha256], said.get(sha256, {}).get("result", {}))
        | {"also_at": [path for path in paths[sha256] if path != path_of(file, folder)]}
        | {"unplaced": is_unplaced(paths[sha256], said.get(sha256, {}).get("result", {}))}
        for file, sha256 in zip(files, hashes, strict=True)
    ]


def _report(name: str, document: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    digitisation, signature = result.get("digitisation") or {}, result.get("signature") or {}
    return {
        "file": name,
        "sha256": document["sha256"],
        "state": document["state"],
        "state_vi": STATES_VI[document["state"]],
        "reason": document["reason"],
        "digitisation": digitisation.get("verdict"),
        "signature": signature.get("verdict"),
        "verdict_vi": _verdict(digitisation_vn(digitisation), signature.get("summary_vi") or ""),
    }


def _verdict(digitisation: str, signature: str) -> str:
    """Both verdicts as sentences; a file that cannot be read has one reason for both, told once."""
    said = f"Số hóa: {digitisation.rstrip('.')}."
    return said if signature.rstrip(".") in digitisation else f"{said} {signature}"
