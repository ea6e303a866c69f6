"""Importing one export by hand, looking at what it would change, or at an unknown layout; and what imports left."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from unicodedata import normalize

from config.export_profiles import YEARLY
from config.refusals import WrongUse
from config.settings import Settings
from connectors.errors import ConnectorError, UnknownLayout
from connectors.exports import Export, read_export
from connectors.exports.explaining import Explanation, explain_export
from connectors.exports.reading import SaidAgain, read_unless_known
from connectors.exports.reconciling import Form
from connectors.exports.taking_out import TakenOut, taken_out
from flows.arriving.due_checks import with_due_checks
from flows.arriving.forms import form_faults, form_looked_at, form_or_none, keep_form
from flows.arriving.intake import layouts_version, repeatable_now
from flows.arriving.other_tables import Keeper, keep_table, not_taken_out
from flows.arriving.sources_told import sources_now
from flows.resources import Resources, open_resources
from scoring.engine.facts import to_plain
from storage.database import Connection
from storage.dismissals import Dismissal, dismiss, dismissed
from storage.documents.evidence import record_object
from storage.objects import Kept
from storage.objects.port import digest_of
from storage.records.history import dossier_as_of, history_of
from storage.records.import_alarms import alarms_of_import
from storage.records.imports import (
    READ,
    Arrival,
    ImportCounts,
    import_of,
    imports_of,
    record_export,
    record_rejected_export,
    rejected_rows_of,
    year_spoken_of,
)
from storage.records.readings import read_by_others
from storage.records.repeats import Repeat, record_repeat, still_rests

_WHO, _WHERE = "parindex import", "command line"


class BadDismissal(WrongUse, ValueError):
    """A layout is put aside for a reason or not at all."""


def import_file(
    settings: Settings, file: Path, *, profile: str, dry_run: bool, at: datetime, year: int | None = None
) -> dict[str, Any]:
    """Keep and record one export; what was found in it, as `parindex import --json` prints it.

    `year` is what a person says that a yearly table speaks of; None: its own words, the settings, the day decide.
    Bytes that were imported before are not read again: the answer is what they left, with every row unchanged.

    Raises:
        ConnectorError: the file cannot be read or has an unknown layout.
    """
    name = normalize("NFC", file.name)
    with open_resources(settings) as resources:
        if (known := _known(resources, file)) is not None:
            return known | {"warnings": [*known["warnings"], *_kept_year(known, year)]}
        return _import(resources, file, name, _Asked(profile or None, dry_run, at, year))


@dataclass(frozen=True, slots=True)
class _Asked:
    """How a person wants a file imported."""

    profile: str | None
    dry_run: bool
    at: datetime
    year: int | None


def _import(
    resources: Resources, file: Path, name: str, asked: _Asked, *, rests_on_last: bool = True
) -> dict[str, Any]:
    """Import a file that is not known, or look at it. Raises as `import_file`.

    `rests_on_last`: what the last import said too is not read again.
    """
    own, at = resources.settings.profiles_folder, asked.at
    repeat = repeatable_now(resources, at) if rests_on_last and not asked.dry_run else None
    try:
        export = _read(file, name, asked.profile, repeat, own)
        if isinstance(export, Repeat):
            again = _keep_repeat(resources, file, export, _arrival(resources, name, "", at, asked.year))
            return again or _import(resources, file, name, asked, rests_on_last=False)
    except UnknownLayout:
        if (form := form_or_none(file, name)) is None:
            raise
        return _look_at_form(resources, file, form, at) if asked.dry_run else _keep_form(resources, file, form, at)
    parts, told = _import_others(resources, file, export, asked)
    export = with_due_checks(replace(export, warnings=(*export.warnings, *told)), resources.settings)
    arrival = _arrival(resources, name, export.sha256, at, asked.year)
    recorded = (
        _look(resources, export, arrival) if asked.dry_run else _keep_and_record(resources, file, export, arrival)
    )
    if recorded is None:
        return _import(resources, file, name, asked, rests_on_last=False)
    return recorded | ({"parts": parts} if parts else {})


def _import_others(
    resources: Resources, file: Path, export: Export, asked: _Asked
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Each other table of the file, imported before it or looked at, as its own report; what is told if none can be."""
    try:
        tables = taken_out(file, export.file, export.others)
    except ConnectorError as error:
        return [], (not_taken_out(error),)
    with tempfile.TemporaryDirectory(prefix="parindex-") as folder:
        return [_import_table(resources, Path(folder), export.sha256, table, asked) for table in tables], ()


def _import_table(resources: Resources, folder: Path, original: str, table: TakenOut, asked: _Asked) -> dict[str, Any]:
    file = folder / "bang.xlsx"
    file.write_bytes(table.content)
    if (known := _known(resources, file)) is not None:
        return known
    layouts = layouts_version(resources.settings)
    if not asked.dry_run:
        kept = keep_table(resources, original, table, Keeper(_WHO, _WHERE, asked.at, layouts))
    try:
        return _import(resources, file, table.name, replace(asked, profile=None))
    except ConnectorError as error:
        if not asked.dry_run:
            with resources.database.write() as connection:
                arrival = _arrival(resources, table.name, kept.sha256, asked.at, asked.year)
                record_rejected_export(connection, arrival, str(error))
        return {"file": table.name, "reason": str(error)}


def _read(file: Path, name: str, profile: str | None, repeat: Repeat | None, own: Path) -> Export | Repeat:
    """The export, or that it says again what `repeat` said."""
    if repeat is None:
        return read_export(file, name=name, profile=profile, own=own)
    told = read_unless_known(file, repeat.content, name=name, profile=profile, own=own, rows=repeat.rows)
    return repeat.again(told) if isinstance(told, SaidAgain) else told


def _keep_repeat(resources: Resources, file: Path, repeat: Repeat, arrival: Arrival) -> dict[str, Any] | None:
    """What the repeated import left, or None if it no longer stands."""
    with file.open("rb") as stream:
        kept = resources.store.put(stream)
    arrival = replace(arrival, sha256=kept.sha256)
    with resources.database.write() as connection:
        record_object(connection, kept, who=_WHO, where=_WHERE, at=arrival.at)
        if record_repeat(connection, arrival, repeat) is None:
            return None
        row = import_of(connection, arrival.unit, arrival.sha256)
        assert row is not None
        return _report_again(connection, row)


def explain_file(settings: Settings, file: Path) -> Explanation:
    """What a table looks like to the reader, with a ready profile for an unknown layout.

    Raises:
        ConnectorError: the file holds no table.
    """
    return explain_export(file, name=normalize("NFC", file.name), own=settings.profiles_folder)


def exports_seen(settings: Settings, now: datetime) -> dict[str, Any]:
    """Sources with their age, and every import newest first, as `parindex exports --json` prints them."""
    with open_resources(settings) as resources, resources.database.read() as connection:
        imported = [import_shown(row) for row in reversed(imports_of(connection, settings.unit))]
        older = read_by_others(connection, settings.unit, layouts_version(settings))
        sources = sources_now(connection, settings, now)
        return {"unit": settings.unit, "sources": sources, "imports": imported, "read_by_older": older}


def import_seen(settings: Settings, import_id: int) -> dict[str, Any] | None:
    """One import with its rejected rows by cell and its alarms; None if there is none of this number."""
    with open_resources(settings) as resources, resources.database.read() as connection:
        rows = imports_of(connection, settings.unit)
        return next((_import_told(connection, row) for row in rows if row["id"] == import_id), None)


def dismiss_layout(settings: Settings, import_id: int, said: Dismissal) -> None:
    """Put the layout of a rejected export aside: alarm, letter and page are quiet until other columns come.

    Raises:
        BadDismissal: no reason was given.
        NoSuchImport, NotRejected: there is nothing to put aside under this number.
    """
    if not said.why.strip():
        raise BadDismissal("Chưa ghi lý do. Ghi vì sao tệp này không cần đọc, ví dụ: bảng của phần mềm khác.")
    with open_resources(settings) as resources, resources.database.write() as connection:
        dismiss(connection, settings.unit, import_id, said)


def dossier_seen(settings: Settings, code: str, import_id: int | None) -> dict[str, Any]:
    """The history of a dossier, and how it was known after an import (None: the newest), as plain values."""
    with open_resources(settings) as resources, resources.database.read() as connection:
        history = history_of(connection, settings.unit, code)
        last = import_id if import_id is not None else max((said.import_id for said in history), default=0)
        dossier = dossier_as_of(connection, settings.unit, code, last)
    return {
        "code": code,
        "as_of_import": import_id,
        "dossier": None if dossier is None else to_plain(dossier),
        "history": [
            {"import": said.import_id, "file": said.name, "imported_at": said.imported_at.isoformat()}
            | {"sheet": said.sheet, "row": said.row, "fields": {n: to_plain(v) for n, v in said.fields.items()}}
            | {"cells": dict(said.cells)}
            for said in history
        ],
    }


def _known(resources: Resources, file: Path) -> dict[str, Any] | None:
    """What the same bytes left when they were imported."""
    with file.open("rb") as stream:
        sha256, _ = digest_of(stream)
    with resources.database.read() as connection:
        row = import_of(connection, resources.settings.unit, sha256)
        return _report_again(connection, row) if row is not None and row["status"] == READ else None


def _report_again(connection: Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    counts = row["counts"]
    usable = counts["read"] - counts["rejected"]
    again = ImportCounts(counts["read"], 0, 0, usable, counts["rejected"])
    return {
        "file": row["name"],
        "sha256": row["sha256"],
        "profile": row["profile"],
        "sheets": row["sheets"] or [],
        "rows": again.plain(),
        "rejected": _rejected(connection, row["id"]),
        "totals": row["totals"] or {"declared": None, "counted": counts["read"], "agree": None},
        "period": row["period"],
        "year_by": "kept" if row["kind"] in YEARLY else None,
        "warnings": [*row["warnings"], *_alarms(connection, row["id"])],
    }


def _kept_year(known: Mapping[str, Any], year: int | None) -> list[str]:
    """Where the same bytes were imported for another year: they stay there."""
    kept = str(known["period"][1])[:4] if known["period"] else None
    if year is None or kept is None or kept == str(year) or not known["year_by"]:
        return []
    return [f'tệp này đã nhập là số liệu năm {kept}; muốn đổi thì ghi "năm {year}" vào tiêu đề bảng rồi nộp lại']


def _look(resources: Resources, export: Export, arrival: Arrival) -> dict[str, Any]:
    """What recording would give; the transaction is given up."""
    with resources.database.read() as connection:
        record_object(connection, Kept(export.sha256, 0, new=False), who=_WHO, where=_WHERE, at=arrival.at)
        return _recorded(connection, arrival, export)


def _keep_and_record(resources: Resources, file: Path, export: Export, arrival: Arrival) -> dict[str, Any] | None:
    """What was recorded; None: the import that the export rests on was overtaken, it has to be read in full."""
    with file.open("rb") as stream:
        kept = resources.store.put(stream)
    arrival = replace(arrival, sha256=kept.sha256)
    with resources.database.write() as connection:
        record_object(connection, kept, who=_WHO, where=_WHERE, at=arrival.at)
        return _recorded(connection, arrival, export) if still_rests(connection, arrival, export) else None


def _look_at_form(resources: Resources, file: Path, form: Form, at: datetime) -> dict[str, Any]:
    """What keeping the form would say; the transaction is given up."""
    with file.open("rb") as stream:
        sha256, _ = digest_of(stream)
    arrival = _arrival(resources, normalize("NFC", file.name), sha256, at)
    faults = form_faults(resources, form, at)
    with resources.database.read() as connection:
        record_object(connection, Kept(sha256, 0, new=False), who=_WHO, where=_WHERE, at=at)
        form_looked_at(connection, arrival, form, faults)
        row = import_of(connection, arrival.unit, sha256)
        assert row is not None
        return _report_again(connection, row)


def _keep_form(resources: Resources, file: Path, form: Form, at: datetime) -> dict[str, Any]:
    with file.open("rb") as stream:
        kept = resources.store.put(stream)
    arrival = _arrival(resources, normalize("NFC", file.name), kept.sha256, at)
    with resources.database.write() as connection:
        record_object(connection, kept, who=_WHO, where=_WHERE, at=at)
    keep_form(resources, arrival, form)
    with resources.database.read() as connection:
        row = import_of(connection, arrival.unit, arrival.sha256)
        assert row is not None
        return _report_again(connection, row)


def _arrival(resources: Resources, name: str, sha256: str, at: datetime, year: int | None = None) -> Arrival:
    here = (resources.settings.unit, name, sha256, _WHO, _WHERE, at, layouts_version(resources.settings))
    return Arrival(*here, year=resources.settings.year, said_year=year)


def _recorded(connection: Connection, arrival: Arrival, export: Export) -> dict[str, Any]:
    counts = record_export(connection, arrival, export)
    spoken = year_spoken_of(arrival, export)
    row = import_of(connection, arrival.unit, arrival.sha256)
    assert row is not None
    return {
        "file": arrival.name,
        "sha256": export.sha256,
        "profile": export.profile,
        "sheets": list(export.sheets),
        "rows": counts.plain(),
        "rejected": [bad.plain() for bad in export.rejected],
        "totals": {"declared": export.declared_total, "counted": export.counted, "agree": export.agree},
        "period": row["period"],
        "year_by": spoken.by if spoken else None,
        "warnings": [*map(str, export.warnings), *_alarms(connection, row["id"])],
    }


def _alarms(connection: Connection, import_id: int) -> list[str]:
    """What deserves a look beside the warnings of the file."""
    return [alarm.told for alarm in alarms_of_import(connection, import_id) if not alarm.is_warning]


def _rejected(connection: Connection, import_id: int) -> list[dict[str, Any]]:
    rows = rejected_rows_of(connection, import_id)
    return [{name: row[name] for name in ("sheet", "row", "cell", "reason")} for row in rows]


def import_shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """An import as `parindex exports` prints it."""
    moments = {name: row[name] and row[name].isoformat() for name in ("exported_at", "imported_at")}
    names = ("id", "name", "sha256", "source", "status", "kind", "profile", "reason", "counts", "totals", "period")
    return {name: row[name] for name in names} | moments


def _import_told(connection: Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"alarms": _alarms(connection, row["id"]), "rejected": _rejected(connection, row["id"])}
    told |= {"dismissed": dismissed(connection, row["unit"], [row]).get(row["id"])}
    return import_shown(row) | {"warnings": row["warnings"]} | told
