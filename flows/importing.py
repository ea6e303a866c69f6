"""Importing one export by hand, or only looking at what it would change."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from unicodedata import normalize

from config.settings import Settings
from connectors.exports import Export, read_export
from flows.intake import layouts_version
from flows.resources import Resources, open_resources
from storage.evidence import record_object
from storage.imports import Arrival, ImportCounts, known_import, record_export
from storage.objects import Kept

_WHO, _WHERE = "parindex import", "command line"


def import_file(settings: Settings, file: Path, *, profile: str, dry_run: bool, at: datetime) -> dict[str, Any]:
    """Keep and record one export; what was found in it, as `parindex import --json` prints it.

    Raises:
        ConnectorError: the file cannot be read or has an unknown layout.
    """
    name = normalize("NFC", file.name)
    export = read_export(file, name=name, profile=profile or None)
    with open_resources(settings) as resources:
        counts = _look(resources, export, name, at) if dry_run else _keep_and_record(resources, file, export, at)
    return _report(export, name, counts)


def _look(resources: Resources, export: Export, name: str, at: datetime) -> ImportCounts:
    """What recording would count; the transaction is given up."""
    arrival = _arrival(resources, name, export.sha256, at)
    with resources.database.read() as connection:
        if known_import(connection, arrival.unit, export.sha256, arrival.reader):
            return _unchanged(export)
        record_object(connection, Kept(export.sha256, 0, new=False), who=_WHO, where=_WHERE, at=at)
        return record_export(connection, arrival, export)


def _keep_and_record(resources: Resources, file: Path, export: Export, at: datetime) -> ImportCounts:
    with file.open("rb") as stream:
        kept = resources.store.put(stream)
    arrival = _arrival(resources, normalize("NFC", file.name), kept.sha256, at)
    with resources.database.write() as connection:
        if known_import(connection, arrival.unit, kept.sha256, arrival.reader):
            return _unchanged(export)
        record_object(connection, kept, who=_WHO, where=_WHERE, at=at)
        return record_export(connection, arrival, export)


def _arrival(resources: Resources, name: str, sha256: str, at: datetime) -> Arrival:
    return Arrival(resources.settings.unit, name, sha256, _WHO, _WHERE, at, layouts_version())


def _unchanged(export: Export) -> ImportCounts:
    rows, rejected = len(export.rows), len(export.rejected)
    return ImportCounts(rows + rejected, 0, 0, rows, rejected)


def _report(export: Export, name: str, counts: ImportCounts) -> dict[str, Any]:
    return {
        "file": name,
        "sha256": export.sha256,
        "profile": export.profile,
        "sheets": list(export.sheets),
        "rows": counts.plain(),
        "rejected": [bad.plain() for bad in export.rejected],
        "totals": {"declared": export.declared_total, "counted": export.counted, "agree": export.agree},
        "period": _plain_period(export.period),
        "warnings": [str(warning) for warning in export.warnings],
    }


def _plain_period(period: Any) -> Any:
    return None if period is None else [day.isoformat() for day in period]
