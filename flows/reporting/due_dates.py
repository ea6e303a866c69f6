"""When a dossier would be due, under each reading, with the source of the rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.due_dates import DueReading, load_due_date_rules
from config.settings import Settings
from config.working_calendar import load_calendars
from scoring.due_dates import DueRule, Waiting, due_date
from scoring.work_time import work_time


@dataclass(frozen=True, slots=True)
class DueAsked:
    """Received when, due after how many half working days (0: the same day), waits for papers, and the reading."""

    received: datetime
    half_days: int
    waits: tuple[Waiting, ...] = ()
    reading: str = ""


def due_dates(settings: Settings, asked: DueAsked) -> dict[str, Any]:
    """The due date under the reading that counts, and under each one; what `parindex due --json` prints.

    Raises:
        BadDuration, OutsideCalendar: the question cannot be counted.
        BadDueDates: there is no such reading.
    """
    rules, calendar = load_due_date_rules(), load_calendars()
    hours = work_time(calendar)
    chosen = rules.reading(asked.reading or settings.due_date_rule)
    pause = next(found for found in rules.pauses if found.id == settings.pause_rule)

    def plain(reading: DueReading) -> dict[str, Any]:
        rule = DueRule(reading.id, rules.cut_off.time, settings.pause_rule, reading.round_up_minutes)
        due = due_date(asked.received, asked.half_days, hours, rule, asked.waits)
        said = {"title": reading.title, "source": reading.source, "provenance": reading.provenance}
        return {"reading": reading.reference, "due_at": due.isoformat(), **said}

    return {
        "received_at": asked.received.isoformat(),
        "days": asked.half_days / 2,
        **plain(chosen),
        "pause": {"id": pause.id, "title": pause.title, "source": pause.source} if asked.waits else None,
        "cut_off": f"{rules.cut_off.time:%H:%M}" if asked.half_days == 0 else None,
        "calendar": calendar["version"],
        "years_known": sorted(hours.years),
        "others": [plain(reading) for reading in rules.readings if reading.id != chosen.id],
    }
