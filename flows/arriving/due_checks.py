"""Exports that carry the term of each dossier: their due dates held against the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from config.due_dates import load_due_date_rules
from config.settings import Settings
from config.working_calendar import load_calendars
from connectors.exports import Export
from connectors.exports.cells.moments import moment_from
from connectors.exports.records import SheetRecords
from connectors.exports.row_view import columns_of
from scoring.due_checks import DueChecks, Timed, due_disagreements
from scoring.due_dates import DueRule
from scoring.registers import procedure_number
from scoring.work_time import work_time

_TOLD = 5
_NEEDED = {"received_at", "due_at"}


def with_due_checks(export: Export, settings: Settings) -> Export:
    """The export, and warnings about due dates that their terms do not give. Without terms nothing can be said."""
    sheets = [sheet for sheet in columns_of(export.rows) if "term" in sheet.roles and set(sheet.fields) >= _NEEDED]
    if export.kind != "dossiers" or not sheets:
        return export
    told = due_disagreements((said for sheet in sheets for said in _timed(sheet)), _checks(settings))
    named = [f"hạn trả khác thời hạn giải quyết: {sentence}" for sentence in told[:_TOLD]]
    more = [f"và {len(told) - _TOLD} hồ sơ khác có hạn trả khác thời hạn giải quyết"] if len(told) > _TOLD else []
    return replace(export, warnings=(*export.warnings, *named, *more))


def _checks(settings: Settings) -> DueChecks:
    rules = load_due_date_rules()
    chosen = rules.reading(settings.due_date_rule)
    readings = sorted(rules.readings, key=lambda reading: reading is not chosen)
    ways = [DueRule(one.id, rules.cut_off.time, settings.pause_rule, one.round_up_minutes) for one in readings]
    return DueChecks(work_time(load_calendars()), ways, frozenset(rules.cut_off.procedures))


def _timed(sheet: SheetRecords) -> Iterator[Timed]:
    """Dossiers with a term that no supplement and no extension has moved."""
    count = len(sheet.numbers)
    names = ("received_at", "due_at", "supplements", "supplement_asked_at", "extended_at", "procedure_code")
    empty: list[None] = [None] * count
    columns = [sheet.values[sheet.fields.index(name)] if name in sheet.fields else empty for name in names]
    roles = [sheet.roles.get(name) or empty for name in ("term", "term_unit")]
    for number, received, due, supplements, asked, extended, procedure, term, unit in zip(
        sheet.numbers, *columns, *roles, strict=True
    ):
        if term and type(received) is int and type(due) is int and not supplements and asked is extended is None:
            place = f"{sheet.sheet}!{sheet.letters['due_at']}{number}"
            code = procedure_number(procedure or "")
            yield Timed(place, moment_from(received), moment_from(due), term, unit or "", code)
