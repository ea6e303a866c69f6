"""Reading kept exports again: what an older reader refused, tables that it did not take out, rows that it misread.

What is found is an import of its own, of now; its words count from the moment at which its file was handed in, so newer
exports keep the last word, and "as of import N" stays what it was. A reading that brings nothing leaves no import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from config.export_profiles import YEARLY
from config.settings import Settings
from connectors.errors import ConnectorError
from connectors.exports import Export, read_export
from flows.arriving.due_checks import with_due_checks
from flows.arriving.importing import import_shown
from flows.arriving.intake import Sender, import_kept, import_others, layouts_version, told_again
from flows.arriving.pulling import Fresh
from flows.resources import Resources, open_resources
from storage.objects import Kept
from storage.records.imports import READ, Arrival, imports_of
from storage.records.readings import newest_readings, record_reading

_NAMED = 5
_WHO, _WHERE = "parindex import --again", "command line"


def read_again(settings: Settings, which: str, at: datetime) -> dict[str, Any]:
    """Read every kept export again whose SHA-256 begins like this (empty: all), in the order they were imported.

    Gives how many files were read, the imports that came of it, and what else is to be told.
    """
    with open_resources(settings) as resources:
        with resources.database.read() as connection:
            known = {row["id"] for row in imports_of(connection, settings.unit)}
            chosen = [r for r in newest_readings(connection, settings.unit) if r["sha256"].startswith(which)]
        told = [sentence for row in chosen for sentence in _again(resources, row, Sender(_WHO, _WHERE, at))]
        with resources.database.read() as connection:
            fresh = [import_shown(row) for row in imports_of(connection, settings.unit) if row["id"] not in known]
    return {"read": len(chosen), "imports": fresh, "warnings": told}


def _again(resources: Resources, row: Mapping[str, Any], sender: Sender) -> tuple[str, ...]:
    """Import what a file holds beside what was read of it, and what is read of it otherwise now."""
    kept = Kept(row["sha256"], 0, new=False)
    stood_at = row["stands_at"] or row["imported_at"]
    found = Fresh(row["name"], kept, row["source"] or sender.where, row["modified_at"], stood_at)
    if row["status"] != READ:
        import_kept(resources, [found], sender)
        return ()
    try:
        export = _export(resources, found)
    except ConnectorError as error:
        return (f"{row['name']}: {error}",)
    told = import_others(resources, found, export.others, sender, None)
    if export.kind != row["kind"]:
        other = f"bảng chính nay đọc theo mẫu {export.profile}, trước là {row['profile']}"
        return (*told, f"{row['name']}: {other}: các dòng của nó giữ như đã đọc")
    lost = _rows_again(resources, row, export, replace(sender, where=found.source), stood_at)
    return (*told, *([f"{row['name']}: {_lost(lost)}"] if lost else []))


def _rows_again(
    resources: Resources, row: Mapping[str, Any], export: Export, sender: Sender, stood_at: datetime
) -> list[str]:
    """Record what is read otherwise than by the reader before; keys that are not read any more."""
    settings = resources.settings
    year = int(row["period"][1][:4]) if row["kind"] in YEARLY and row["period"] else None
    arrival = Arrival(
        *(settings.unit, row["name"], row["sha256"], sender.who, sender.where, sender.at, layouts_version(settings)),
        source=row["source"],
        said_year=year,
        modified_at=row["modified_at"],
        stood_at=stood_at,
        reading=row["reading"] + 1,
    )
    said = with_due_checks(replace(export, warnings=(*export.warnings, told_again(stood_at))), settings)
    with resources.database.write() as connection:
        return record_reading(connection, arrival, said, row["id"])


def _lost(keys: list[str]) -> str:
    more = f" và {len(keys) - _NAMED} mã khác" if len(keys) > _NAMED else ""
    named = ", ".join(keys[:_NAMED]) + more
    return f"lần đọc này không lấy được {len(keys)} dòng mà lần trước đã lấy ({named}): giá trị cũ vẫn giữ; xem lại tệp"


def _export(resources: Resources, found: Fresh) -> Export:
    with resources.store.local(found.kept.sha256) as path:
        return read_export(path, name=found.name, own=resources.settings.profiles_folder)
