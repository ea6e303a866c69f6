"""Builders: small wards made of facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from config.criteria_sets import load_criteria_set
from config.working_calendar import load_calendars
from scoring import MEASURES, score
from scoring.engine.facts import DeclaredValue, Dossier, Evidence, Facts, Petition, Value

VIETNAM = timezone(timedelta(hours=7))
CRITERIA = load_criteria_set(measures=MEASURES).plain()
CALENDAR = load_calendars()
LAST_DAY = date(2025, 12, 31)


def at(day: str, time: str = "09:00:00") -> datetime:
    """A moment in Vietnam."""
    return datetime.fromisoformat(f"{day}T{time}+07:00")


def dossier(number: int = 1, *, late: bool = False, **fields: Any) -> Dossier:
    """A dossier received on 1 September 2025, due on the 10th and finished a day before or after."""
    end = at("2025-09-11") if late else at("2025-09-09")
    known = {"received_at": at("2025-09-01"), "due_at": at("2025-09-10", "17:00:00"), "finished_at": end, "status": 10}
    return Dossier(code=f"H17.1-250901-{number:04d}", **(known | {"returned_at": end} | fields))


def dossiers(count: int, late: int = 0, **fields: Any) -> tuple[Dossier, ...]:
    """So many dossiers, the first ones late."""
    return tuple(dossier(number, late=number <= late, **fields) for number in range(1, count + 1))


def petition(number: int = 1, **fields: Any) -> Petition:
    """A petition received on 3 March 2025 (a Monday)."""
    return Petition(code=f"PA-{number}", **({"received_at": at("2025-03-03"), "about": "procedure"} | fields))


def declared(component: str, explanation: str | None = None, **values: Value | int) -> tuple[DeclaredValue, ...]:
    """Declared values of a component, with owner and source."""
    return tuple(
        DeclaredValue(
            component=component,
            key=key,
            value=Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value,
            owner="Phòng VH-XH",
            source="sổ theo dõi",
            explanation=explanation,
        )
        for key, value in values.items()
    )


def evidence(component: str, name: str = "ke-hoach.pdf") -> Evidence:
    """A kept document linked to a component."""
    return Evidence(component=component, sha256=name[0] * 64, name=name, section="II", pages="3-4")


def scored(facts: Facts, **changes: Any) -> dict[str, Any]:
    """The score of the ward as JSON value."""
    asked = {"unit": "hoi-an-dong", "period": "2025", "as_of": LAST_DAY, "on_time_rule": "bcth_date"} | changes
    criteria = asked.pop("criteria", CRITERIA)
    return score(criteria, facts, asked.pop("calendar", CALENDAR), **asked).plain()


def component(plain: dict[str, Any], name: str) -> dict[str, Any]:
    """One component of a score."""
    found: Iterable[dict[str, Any]] = plain["components"]
    return next(item for item in found if item["id"] == name)


def points(facts: Facts, name: str, **changes: Any) -> str | None:
    """Points of one component."""
    said: str | None = component(scored(facts, **changes), name)["points"]
    return said


def numbers(facts: Facts, name: str, **changes: Any) -> dict[str, Any]:
    """The numbers behind a component's points."""
    found: dict[str, Any] = component(scored(facts, **changes), name)["numbers"]
    return found
