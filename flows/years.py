"""Which years are scored on a day, and by which criteria set each.

From January on people work on the year that has ended (self-score, appraisal, explanation), while the new one runs
already: both are scored, each by the set whose effective dates hold it.
"""

from __future__ import annotations

from datetime import date

from config.criteria_sets import BadCriteriaSet, CriteriaSet, known_sets
from config.settings import Settings
from flows.criteria import criteria_set
from flows.resources import Resources, open_ledger
from storage.database import Connection
from storage.ledger.nights import Night
from storage.scored.cycle import NoCycle, cycle_of

_BEFORE_LOCK = ("open", "self_scoring", "approved")


def years_at_work(connection: Connection, settings: Settings, day: date) -> tuple[str, ...]:
    """The years scored on a day, first the one that people work on; PAR_PERIOD names one alone.

    Last year comes first until its self-score is locked, then beside this year until its last deadline or publication;
    where no cycle was opened, first until PAR_LAST_YEAR_UNTIL.
    """
    if settings.period:
        return (settings.period,)
    this, last = str(day.year), str(day.year - 1)
    try:
        cycle = cycle_of(connection, settings.unit, last).cycle
    except NoCycle:
        return (last, this) if f"{day:%m-%d}" <= settings.last_year_until else (this,)
    if cycle.state in _BEFORE_LOCK:
        return (last, this)
    return (this, last) if cycle.state != "published" and day <= cycle.deadlines["appraisal_2"] else (this,)


def periods_beside(resources: Resources, night: Night) -> tuple[str, ...]:
    """The years that a night scores besides its own."""
    day = resources.settings.local_day(night.slot or night.started_at)
    with resources.database.read() as connection:
        return tuple(one for one in years_at_work(connection, resources.settings, day) if one != night.period)


def cycle_year(settings: Settings, day: date) -> str:
    """The year whose cycle people mean without naming one: last year's until it is published."""
    last = str(day.year - 1)
    if settings.period:
        return settings.period
    with open_ledger(settings) as database, database.read() as connection:
        try:
            unfinished = cycle_of(connection, settings.unit, last).cycle.state != "published"
        except NoCycle:
            unfinished = False
        return last if unfinished else years_at_work(connection, settings, day)[0]


def leading_year(settings: Settings, day: date) -> str:
    """The year that people work on on a day."""
    if settings.period:
        return settings.period
    with open_ledger(settings) as database, database.read() as connection:
        return years_at_work(connection, settings, day)[0]


def criteria_for(settings: Settings, period: str) -> str:
    """The set by which a year is scored: PAR_CRITERIA if it is in force at the year's end, else another that is.

    Another version of the same set goes first, then one of this installation, then one of the product; of several the
    last by version. None in force: PAR_CRITERIA provisionally, which each score tells among its warnings.
    """
    name, own = settings.criteria.partition("@")[0], set(known_sets(settings.criteria_folder))
    others = sorted({*known_sets(), *own}, key=lambda one: (one.startswith(f"{name}@"), one in own, one), reverse=True)
    if _holds(criteria_set(settings, settings.criteria), period):
        return settings.criteria
    return next((one for one in others if _is_in_force(settings, one, period)), settings.criteria)


def _is_in_force(settings: Settings, reference: str, period: str) -> bool:
    try:
        return _holds(criteria_set(settings, reference), period)
    except BadCriteriaSet:  # a set that nobody asked for by name stops nothing
        return False


def _holds(found: CriteriaSet, period: str) -> bool:
    return found.effective_from <= date(int(period[:4]), 12, 31) <= found.effective_to
