"""Figures for Prometheus, read from the ledger when they are asked for; no names of people, no contents."""

from __future__ import annotations

import contextlib
import shutil
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from config.settings import Settings
from config.units_here import settings_of_units
from flows.resources import open_ledger
from flows.watching.alarms import alarm_kinds, alarms_now
from storage.database import Connection
from storage.documents.evidence import EXAMINED, EXAMINING, QUARANTINED, RECEIVED, documents_of
from storage.errors import StorageError
from storage.ledger.nights import DONE, FAILED, GAPS, RUNNING, last_good_ends, last_good_night, nights_by_state
from storage.ledger.requests import CANCELLED, WAITING, request_rows

CONTENT_TYPE = CONTENT_TYPE_LATEST
_NIGHT_STATES = (RUNNING, DONE, GAPS, FAILED)
_REQUEST_STATES = (WAITING, RUNNING, DONE, GAPS, FAILED, CANCELLED)
_DOCUMENT_STATES = (RECEIVED, EXAMINING, EXAMINED, QUARANTINED)


def metrics_text(settings: Settings) -> bytes:
    """All figures in Prometheus' text format; `parindex_up 0` alone when the database does not answer."""
    registry = CollectorRegistry()
    up = Gauge("parindex_up", "Whether the database answers", registry=registry)
    _set(registry, "parindex_disk_free_bytes", "Free bytes where the service writes", _free(settings))
    with contextlib.suppress(StorageError):
        with open_ledger(settings) as database, database.read() as connection:
            _of_ledger(registry, connection, settings.unit)
            _of_units(registry, connection, settings)
        _alarms(registry, settings)
        up.set(1)
    return generate_latest(registry)


def _of_ledger(registry: CollectorRegistry, connection: Connection, unit: str) -> None:
    good = last_good_night(connection, unit)
    _by_state(registry, "parindex_nights", "Nights", nights_by_state(connection, unit), _NIGHT_STATES)
    requests = Counter(str(row["state"]) for row in request_rows(connection, unit))
    _by_state(registry, "parindex_requests", "Ad-hoc runs", requests, _REQUEST_STATES)
    documents = Counter(str(row["state"]) for row in documents_of(connection, unit))
    _by_state(registry, "parindex_documents", "Documents", documents, _DOCUMENT_STATES)
    if good:
        seconds = (good["ended_at"] - good["started_at"]).total_seconds()
        ended = good["ended_at"].timestamp()
        _set(registry, "parindex_last_good_night_timestamp_seconds", "End of the last good night", ended)
        _set(registry, "parindex_last_good_night_duration_seconds", "Duration of the last good night", seconds)
        for name, value in good["summary"].get("totals", {}).items():
            _set(registry, f"parindex_score_{name}", f"Points of the last good night: {name}", float(value))


def _of_units(registry: CollectorRegistry, connection: Connection, settings: Settings) -> None:
    """Of several units, when each one's last good night ended; 0: it never had one."""
    units = settings_of_units(settings)
    if len(units) == 1:
        return
    ends = last_good_ends(connection)
    name, what = "parindex_unit_last_good_night_timestamp_seconds", "End of the last good night by unit"
    gauge = Gauge(name, what, ["unit"], registry=registry)
    for unit in units:
        gauge.labels(unit.unit).set(ends[unit.unit].timestamp() if unit.unit in ends else 0)


def _alarms(registry: CollectorRegistry, settings: Settings) -> None:
    ringing = {alarm.id for alarm in alarms_now(settings, datetime.now(UTC))}
    gauge = Gauge("parindex_alarm", "1 while the alarm rings", ["alarm"], registry=registry)
    for kind in alarm_kinds():
        gauge.labels(kind.id).set(kind.id in ringing)


def _by_state(
    registry: CollectorRegistry, name: str, what: str, counted: Mapping[str, int], states: tuple[str, ...]
) -> None:
    gauge = Gauge(name, f"{what} by state", ["state"], registry=registry)
    for state in states:
        gauge.labels(state).set(counted.get(state, 0))


def _set(registry: CollectorRegistry, name: str, what: str, value: float) -> None:
    Gauge(name, what, registry=registry).set(value)


def _free(settings: Settings) -> int:
    try:
        return shutil.disk_usage(settings.home).free
    except OSError:
        return 0
