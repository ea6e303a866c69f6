"""What pages show, gathered from what is kept: plain values, cheap however long the history is."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from config.components import components_of
from config.refusals import WrongUse
from flows.resources import Resources
from flows.scores.inputs import calendar_of, criteria_of, facts_of, plain_inputs_of
from flows.scores.moves import moved_between
from scoring import changes_of, compare, due_soon, explain, next_actions, score
from scoring.engine.facts import Dossier, Facts
from scoring.forecast import Endings, lost_when_ended
from scoring.number_names import number_names
from scoring.what_if import assumable
from storage import browsing
from storage.browsing import DocumentsWanted
from storage.database import Database
from storage.database.slices import Slice
from storage.dismissals import dismissed, ringing
from storage.ledger.leases import state_seen
from storage.ledger.nights import nights_of
from storage.proof import custody
from storage.records.history import Place, places_of
from storage.records.import_alarms import alarms_of_import
from storage.scored.facts import left_out as left_out_of_year
from storage.scored.runs import NoSuchRun, PointsThen, newest_runs, points_over_runs, run_of

_MOST_STUCK = 8
_EXPORTED = {"dossier": "dossiers", "petition": "petitions", "declared": "declared"}
"""Kinds of rows that exports speak of, as storage calls them."""


class NoSuchComponent(WrongUse, ValueError):
    """The run has no such component."""


def newest_run_id(resources: Resources, period: str) -> str | None:
    """The run that stands, or None before the first."""
    with resources.database.read() as connection:
        found = newest_runs(connection, resources.settings.unit, period, 1)
    return found[0] if found else None


def newest_event(resources: Resources) -> int:
    """Number of the last event of the custody log: what was made since it still holds."""
    with resources.database.read() as connection:
        return custody.newest(connection)


class NothingScored(NoSuchRun):
    """The period has no score yet: nothing is wrong, it is only early."""


def standing_run(resources: Resources, period: str) -> Mapping[str, Any]:
    """The run that stands.

    Raises:
        NothingScored: not once in this period.
    """
    run_id = newest_run_id(resources, period)
    if run_id is None:
        raise NothingScored(f"Chưa có lần chấm nào của kỳ {period}.")
    return run(resources, run_id)


def run(resources: Resources, run_id: str) -> Mapping[str, Any]:
    """One run of this unit; runs never change, so each is read once.

    Raises:
        NoSuchRun: the unit has none of this id.
    """
    found = _run(resources.database, run_id)
    if found["unit"] != resources.settings.unit:
        raise NoSuchRun(f"Không có lần chấm {run_id!r}.")
    return found


@functools.lru_cache(maxsize=64)
def _run(database: Database, run_id: str) -> Mapping[str, Any]:
    with database.read() as connection:
        return run_of(connection, run_id)


@functools.lru_cache(maxsize=16)
def _assumable(resources: Resources, run_id: str) -> dict[str, tuple[str, ...]]:
    return assumable(criteria_of(resources, run(resources, run_id)))


def today(resources: Resources, period: str, now: datetime) -> dict[str, Any]:
    """The score that stands, how and why it moved, what is stuck, what to do next.

    `run` is None before the first score; the rest then tells only what came in.
    """
    unit = resources.settings.unit
    with resources.database.read() as connection:
        ids = newest_runs(connection, unit, period)
        nights = nights_of(connection, unit, 1)
        states = browsing.document_states(connection, unit)
        held, _ = browsing.documents_slice(connection, unit, DocumentsWanted("quarantined"), Slice(0, _MOST_STUCK))
        refused = ringing(connection, unit)[: -_MOST_STUCK - 1 : -1]
    told: dict[str, Any] = {
        "run": None,
        "night": dict(nights[0]) | {"state": state_seen(nights[0], now)} if nights else None,
        "documents": states,
        "quarantined": held,
        "rejected": refused,
        "over": _over(resources, period, "", ids[0] if ids else None),
    }
    if not ids:
        return told
    return told | _standing(resources, ids[0], ids[1] if len(ids) > 1 else "", resources.settings.local_day(now))


@functools.lru_cache(maxsize=64)
def _standing(resources: Resources, newest_id: str, before_id: str, day: date) -> dict[str, Any]:
    """What two runs and the day decide alone."""
    newest = run(resources, newest_id)
    before = run(resources, before_id) if before_id else None
    actions = next_actions(newest["score"], criteria_of(resources, newest), day)
    items = newest["score"]["components"]
    return {
        "run": newest,
        "before": before,
        "moved": _moved(resources, before_id, newest_id) if before else None,
        "states": Counter(item["state"] for item in items),
        "actions": actions,
        "due": sorted((item for item in items if _is_due(item, day.isoformat())), key=lambda item: item["deadline"]),
    }


@functools.lru_cache(maxsize=64)
def _moved(resources: Resources, before_id: str, newest_id: str) -> dict[str, Any]:
    return moved_between(resources, run(resources, before_id), run(resources, newest_id)).plain()


def _is_due(item: Mapping[str, Any], day: str) -> bool:
    """A component whose deadline is still to come and which does not have its points yet."""
    return bool(item["deadline"] >= day and item["state"] in ("no_data", "no_evidence"))


def domains(resources: Resources, of_run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The score as the criteria set orders it: domains with their criteria and components."""
    items = {item["id"]: item for item in of_run["score"]["components"]}
    return [_domain(domain, items) for domain in criteria_of(resources, of_run)["domains"]]


def _domain(domain: Mapping[str, Any], items: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    criteria = [
        {"id": criterion["id"], "name": criterion["name"], "components": _of(criterion, items)}
        for criterion in domain["criteria"]
    ]
    return {"id": domain["id"], "name": domain["name"], "max_points": domain["max_points"], "criteria": criteria}


def _of(criterion: Mapping[str, Any], items: Mapping[str, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [items[component["id"]] for component in criterion["components"] if component["id"] in items]


def item_of(of_run: Mapping[str, Any], component_id: str) -> Mapping[str, Any]:
    """The score of one component of a run.

    Raises:
        NoSuchComponent: the run has none of this id.
    """
    item = next((found for found in of_run["score"]["components"] if found["id"] == component_id), None)
    if item is None:
        raise NoSuchComponent(f"Không có mục {component_id!r} trong lần chấm này.")
    found: Mapping[str, Any] = item
    return found


def component(resources: Resources, of_run: Mapping[str, Any], component_id: str) -> dict[str, Any]:
    """One component of a run: its score, its entry in the criteria set, how it moved over the runs.

    Raises:
        NoSuchComponent: the run has none of this id.
    """
    item = item_of(of_run, component_id)
    entry = next(
        (found for found in components_of(criteria_of(resources, of_run)) if found["id"] == component_id), None
    )
    if entry is None:
        raise NoSuchComponent(f"Không có mục {component_id!r} trong lần chấm này.")
    over = _over(resources, str(of_run["period"]), component_id, newest_run_id(resources, str(of_run["period"])))
    keys = _assumable(resources, str(of_run["id"])).get(component_id, ())
    names = number_names(item["measure"])
    return {"item": item, "entry": entry, "over": over, "assumable": keys, "names": names}


def outside_item(resources: Resources, of_run: Mapping[str, Any], item_id: str) -> dict[str, Any] | None:
    """A bonus or a penalty of a run and its entry in the criteria set; None: the run has none of this id."""
    item = next((found for found in of_run["score"].get("outside_100", ()) if found["id"] == item_id), None)
    if item is None:
        return None
    entries = criteria_of(resources, of_run)["outside_100"]["items"]
    return {"item": item, "entry": next((found for found in entries if found["id"] == item_id), None)}


@functools.lru_cache(maxsize=256)
def _over(resources: Resources, period: str, component_id: str, _newest: str | None) -> tuple[PointsThen, ...]:
    """Points over the runs; they change only with the newest run."""
    with resources.database.read() as connection:
        return tuple(points_over_runs(connection, resources.settings.unit, period, component_id))


def rows_behind(resources: Resources, of_run: Mapping[str, Any], component_id: str, limit: int = 200) -> dict[str, Any]:
    """The dossiers, files and declared values behind a component's numbers, as `parindex explain` tells them, each with
    the place in the newest export that had come in when the run was made."""
    criteria, facts, calendar = _known(resources, of_run)
    told = explain(of_run["score"], component_id, criteria, facts, calendar, limit).plain()
    keys = [_stored_key(of_run, component_id, row) for row in told["rows"]]
    places: dict[tuple[str, str], Place] = {}
    with resources.database.read() as connection:
        for kind in {kind for kind, _ in keys if kind in _EXPORTED.values()}:
            wanted = [key for named, key in keys if named == kind]
            found = places_of(connection, resources.settings.unit, kind, wanted, of_run["made_at"])
            places |= {(kind, key): place for key, place in found.items()}
    return told | {"rows": [row | _placed(places.get(key)) for row, key in zip(told["rows"], keys, strict=True)]}


def _stored_key(of_run: Mapping[str, Any], component_id: str, row: Mapping[str, str]) -> tuple[str, str]:
    """Kind and key under which storage keeps what a row tells of."""
    if row["kind"] == "declared":
        return "declared", f"{str(of_run['period'])[:4]}/{component_id}/{row['key']}"
    return _EXPORTED.get(row["kind"], row["kind"]), row["key"]


def _placed(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {}
    where = {"import": place.import_id, "file": place.file, "sheet": place.sheet, "row": place.row}
    return {"place": where | {"cells": dict(place.cells)}}


def _known(resources: Resources, of_run: Mapping[str, Any]) -> tuple[Mapping[str, Any], Facts, Mapping[str, Any]]:
    """Criteria set, facts and calendar of a run."""
    return criteria_of(resources, of_run), facts_of(resources, of_run), calendar_of(resources, of_run)


def due_soon_of(resources: Resources, of_run: Mapping[str, Any], day: date) -> tuple[Dossier, ...]:
    """Dossiers of a run that are still open and fall due within three working days."""
    return due_soon(facts_of(resources, of_run), calendar_of(resources, of_run), day)


def lost_when_ended_of(resources: Resources, of_run: Mapping[str, Any], endings: Endings) -> dict[str, Decimal]:
    """Points that each component of a run loses when these documents end."""
    criteria, facts, calendar = _known(resources, of_run)
    return lost_when_ended(of_run["score"], criteria, facts, calendar, endings)


def what_if(resources: Resources, of_run: Mapping[str, Any], assumed: Mapping[str, str]) -> dict[str, Any]:
    """What the run would be if these values (component.key -> text) were different; nothing is recorded.

    Raises:
        BadAssumption: a value cannot be read.
    """
    before = of_run["score"]
    criteria, facts, calendar = _known(resources, of_run)
    changes = changes_of([f"{name}={value}" for name, value in assumed.items()], criteria)
    then = score(
        criteria,
        facts,
        calendar,
        unit=before["unit"],
        period=before["period"],
        as_of=of_run["as_of"],
        on_time_rule=before["on_time_rule"],
        changes=changes,
    ).plain()
    return {"before": before, "after": then, "moved": compare(before, then).plain()}


def documents(resources: Resources, wanted: DocumentsWanted, part: Slice) -> dict[str, Any]:
    """A slice of the unit's documents, each with its newest examination."""
    unit = resources.settings.unit
    with resources.database.read() as connection:
        rows, total = browsing.documents_slice(connection, unit, wanted, part)
        states = browsing.document_states(connection, unit, wanted.hashes)
        said = browsing.examination_rows(connection, [row["sha256"] for row in rows])
    return {"rows": [row | {"said": said.get(row["sha256"])} for row in rows], "total": total, "states": states}


def document(resources: Resources, sha256: str) -> dict[str, Any]:
    """One document with its newest examination, its text and what happened to it.

    Raises:
        NoSuchDocument: the unit has none of this hash.
    """
    with resources.database.read() as connection:
        row = browsing.document_row(connection, resources.settings.unit, sha256)
        said = browsing.examination_rows(connection, [sha256], with_text=True).get(sha256)
        events = browsing.events_about(connection, sha256)
    return {"row": row, "said": said, "events": events}


def sent_by(resources: Resources, account: str) -> frozenset[str]:
    """Hashes of the documents that this account sent through the pages."""
    with resources.database.read() as connection:
        return frozenset(browsing.kept_uploads(connection, resources.settings.unit, account))


def components_of_document(of_run: Mapping[str, Any], sha256: str) -> list[dict[str, Any]]:
    """Components of a run that a document is evidence of, with the section and pages."""
    return [
        {"component": item, "section": proof["section"], "pages": proof["pages"]}
        for item in of_run["score"]["components"]
        for proof in item["evidence"]
        if proof["sha256"] == sha256
    ]


@dataclass(frozen=True, slots=True)
class DocumentsOfRun:
    """What a run counted beside the evidence of its components, by hash."""

    counted: frozenset[str]
    """Outgoing documents and results of dossiers of the run's period, or without a date."""
    personal: frozenset[str]
    """Results of dossiers: they name applicants."""


def documents_of_run(resources: Resources, of_run: Mapping[str, Any]) -> DocumentsOfRun:
    """The documents of a run by what they are."""
    return _documents_of(resources, str(of_run["inputs_sha256"]), str(of_run["period"]))


@functools.lru_cache(maxsize=64)
def _documents_of(resources: Resources, inputs_sha256: str, period: str) -> DocumentsOfRun:
    kept = plain_inputs_of(resources, inputs_sha256)["facts"].get("documents", ())
    counted = {one["sha256"] for one in kept if one["purpose"] != "evidence" and _is_of(one, period)}
    return DocumentsOfRun(frozenset(counted), frozenset(one["sha256"] for one in kept if one.get("dossier_code")))


def _is_of(document: Mapping[str, Any], period: str) -> bool:
    issued = document.get("issued_on")
    return not issued or period[:4] in str(issued)


def exports(resources: Resources, part: Slice) -> dict[str, Any]:
    """Imports, newest first, and the newest of each kind."""
    with resources.database.read() as connection:
        rows, total = browsing.imports_slice(connection, resources.settings.unit, part)
        alarms = {row["id"]: len(alarms_of_import(connection, row["id"])) for row in rows}
        newest = browsing.newest_of_kinds(connection, resources.settings.unit)
        return {"rows": rows, "total": total, "newest": newest, "alarms": alarms}


def left_out(resources: Resources, period: str) -> tuple[str, ...]:
    """What is kept and does not count in a period because it speaks of other years."""
    with resources.database.read() as connection:
        return tuple(left_out_of_year(connection, resources.settings.unit, int(period[:4])))


def export(resources: Resources, import_id: int, part: Slice) -> dict[str, Any]:
    """One import with its alarms and a slice of its rejected rows, by cell: {row, rejected, total, alarms, dismissed}.

    `dismissed` {who, why, at}: a person put the rejected layout aside; otherwise None.

    Raises:
        NoSuchImport: the unit has none of this number.
    """
    with resources.database.read() as connection:
        row = browsing.import_row(connection, resources.settings.unit, import_id)
        alarms = [alarm.told for alarm in alarms_of_import(connection, import_id) if not alarm.is_warning]
        rejected, total = browsing.rejected_slice(connection, import_id, part)
        aside = dismissed(connection, resources.settings.unit, [row]).get(import_id)
        return {"row": row, "rejected": rejected, "total": total, "alarms": alarms, "dismissed": aside}
