"""What a night lays out: score sheet, bundle, morning letter. Each is written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flows.arriving.inbox import inbox_files
from flows.examining.documents import register_lines
from flows.examining.second_look import changed_verdicts
from flows.keeping import store_care
from flows.keeping.log_proofs import CHECKPOINT_NAME, publish_checkpoint, stamp_waiting
from flows.laying import write_whole
from flows.reporting import periodic
from flows.resources import Resources, outbox
from flows.scores import cycle
from flows.scores.inputs import criteria_of
from flows.scores.moves import moved_between
from flows.telling import morning
from flows.telling.bundling import SHEET_NAME, Wanted, bundle_into, heading_of, inputs_of, kept_of
from flows.watching.alarms import alarms_for_letter
from flows.years import periods_beside
from reports.letter import Beside, Letter, letter_text
from reports.score_sheet import on_time_lines, score_sheet
from scoring import next_actions
from storage.database import Connection
from storage.documents.links import Said, expiring_terms, note_expired
from storage.ledger import nights
from storage.ledger.leases import owner_here
from storage.ledger.nights import Ending, Night
from storage.proof.care import damage_lines
from storage.proof.custody import Happening, append, events_named
from storage.records.import_alarms import mark_told
from storage.scored.cycle import run_standing_before
from storage.scored.runs import latest_run, run_of, scored_in_log

BUNDLE_NAME, LETTER_NAME = "bo-tai-lieu.zip", "thu-buoi-sang.md"
_ACTIONS = 6


def lay_out_run(resources: Resources, night: Night, run_id: str) -> None:
    """Write score sheet and bundle of a run that no night has laid out yet, and reports that say something new."""
    _lay_out_reports(resources, night)
    _lay_out(resources, night, run_id, folder_of(resources, night))


def lay_out_beside(resources: Resources, night: Night) -> None:
    """The same of the other years that this night scored, each in a folder of its own."""
    for period, run in _runs_beside(resources, night):
        _lay_out(resources, night, str(run["id"]), folder_of(resources, night) / period)


def _runs_beside(resources: Resources, night: Night) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for period in periods_beside(resources, night):
        with resources.database.read() as connection:
            run = latest_run(connection, night.unit, period)
        if run is not None:
            yield period, run


def _lay_out(resources: Resources, night: Night, run_id: str, folder: Path) -> None:
    with resources.database.read() as connection:
        scored = scored_in_log(connection, run_of(connection, run_id))
        laid_out = events_named(connection, "bundled", after=scored)
        if any(event["where"] == "outbox" and event["detail"].get("run") == run_id for event in laid_out):
            return
        kept = kept_of(connection, resources.settings, run_id)
    folder.mkdir(parents=True, exist_ok=True)
    wanted = Wanted(allow_partial=True)
    score, criteria = kept.run["score"], inputs_of(resources, kept.run["inputs_sha256"])["criteria"]
    heading = heading_of(resources.settings, score, kept.run["made_at"])
    write_whole(folder / SHEET_NAME, score_sheet(score, criteria, heading))
    asker = store_care.Asker(f"night {night.id}", night.started_at)
    report = bundle_into(folder / BUNDLE_NAME, resources, kept, wanted, asker)
    happening = Happening("bundled", report.sha256, f"night {night.id}", "outbox", {"run": run_id})
    with resources.database.write() as connection:
        append(connection, [happening], at=night.started_at)


def _lay_out_reports(resources: Resources, night: Night) -> None:
    def write(name: str, data: bytes) -> None:
        write_whole(folder_of(resources, night) / name, data)

    asked = periodic.Asked(f"night {night.id}", night.started_at, night.period)
    periodic.lay_out_reports(resources, asked, write)


def write_letter_and_close(resources: Resources, night: Night, run_id: str) -> dict[str, Any]:
    """Write the morning letter and close the night; the night's summary."""
    store_care.care_for_store(resources, store_care.Asker(f"night {night.id}", night.started_at))
    with resources.database.write() as connection:
        today = resources.settings.local_day(night.started_at)
        note_expired(connection, night.unit, today, Said(f"night {night.id}", "freshness", night.started_at))
    note = publish_checkpoint(resources, at=night.started_at)
    write_whole(folder_of(resources, night) / CHECKPOINT_NAME, note.encode())
    letter, needs_person = _letter(resources, night, run_id)
    path = folder_of(resources, night) / LETTER_NAME
    text = letter_text(letter)
    write_whole(path, text.encode())
    state = nights.GAPS if needs_person else nights.DONE
    summary: dict[str, Any] = {
        "night": night.id,
        "state": state,
        "run": run_id,
        "totals": dict(letter.totals),
        "nothing_new": letter.nothing_new,
        "counts": dict(letter.counts),
        "letter": text,
        "letter_file": f"outbox/{night.id}/{LETTER_NAME}",
    }
    with resources.database.write() as connection:
        mark_told(connection, night.unit, night.id)
        ending = Ending(state, run_id, summary, datetime.now(UTC))
        nights.end_night(connection, night.id, ending, owner=owner_here())
    stamp_waiting(resources, at=night.started_at)
    return summary


def folder_of(resources: Resources, night: Night) -> Path:
    """Where this night lays things out."""
    folder = outbox(resources.settings) / night.id
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _letter(resources: Resources, night: Night, run_id: str) -> tuple[Letter, bool]:
    """The letter, and whether something needs a person."""
    local = night.started_at.astimezone(ZoneInfo(resources.settings.timezone))
    lying = {name for _, name in inbox_files(resources.settings)}
    with resources.database.read() as connection:
        run = run_of(connection, run_id)
        before = _run_of_the_night_before(connection, night)
        stuck = (*damage_lines(connection), *morning.stuck(connection, night, run["gaps"], lying))
        stuck = (*stuck, *morning.doubted_evidence(run["score"]))
        stuck = (*stuck, *register_lines(connection, resources.settings, night.period, local.date()))
        counts = morning.counts_of(connection, night)
        expiring = morning.expiring(connection, night.unit, night.started_at)
        expiring = (*expiring_terms(connection, night.unit, local.date()), *expiring)
        expiring = (*cycle.reminder_sentences(connection, resources.settings, night.started_at), *expiring)
        signatures = changed_verdicts(connection, night.unit, night.started_at)
        overdue = periodic.overdue_lines(connection, night.unit)
    score = run["score"]
    criteria = criteria_of(resources, run)
    letter = Letter(
        unit_name=resources.settings.unit_name,
        period=night.period,
        night=night.id,
        written_at=local,
        totals=score["totals"],
        proposal=criteria.get("provenance") == "proposal",
        notices=tuple(score["warnings"]),
        beside=tuple(_beside(resources, night, *one) for one in _runs_beside(resources, night)),
        previous_expected=str(before["score"]["totals"]["expected"]) if before else None,
        counts=counts,
        moves=_moves(resources, before, run),
        stuck=morning.shortened(stuck),
        signatures=morning.shortened(signatures),
        expiring=morning.shortened(expiring),
        overdue=morning.shortened(overdue),
        on_time=tuple(on_time_lines(score)),
        actions=tuple(action.sentence() for action in next_actions(score, criteria, local.date())[:_ACTIONS]),
        files=_files(folder_of(resources, night)),
        alarms=alarms_for_letter(resources.settings, night.started_at),
    )
    return letter, bool(stuck)


def _beside(resources: Resources, night: Night, period: str, run: Mapping[str, Any]) -> Beside:
    with resources.database.read() as connection:
        before = run_standing_before(connection, night.unit, period, night.started_at)
        locked = cycle.locked_line(connection, night.unit, period)
    return Beside(
        period=period,
        totals=run["score"]["totals"],
        previous_expected=str(before["score"]["totals"]["expected"]) if before else None,
        moves=_moves(resources, before, run),
        notices=(*locked, *run["score"]["warnings"]),
    )


def _run_of_the_night_before(connection: Connection, night: Night) -> Mapping[str, Any] | None:
    run_id = nights.run_before(connection, night)
    return run_of(connection, run_id) if run_id else None


def _moves(resources: Resources, before: Mapping[str, Any] | None, run: Mapping[str, Any]) -> tuple[str, ...]:
    if before is None or before["id"] == run["id"]:
        return ()
    return morning.shortened(moved_between(resources, before, run).sentences())


def _files(folder: Path) -> tuple[str, ...]:
    """What this night laid out, named from PAR_HOME on."""
    laid_out = (
        ("Phiếu chấm điểm", SHEET_NAME),
        ("Gói tài liệu kiểm chứng", BUNDLE_NAME),
        ("Mốc nhật ký đã ký", CHECKPOINT_NAME),
        ("Biểu II.06a", periodic.NIGHTLY["ii06a"]),
        ("Danh sách hồ sơ quá hạn", periodic.NIGHTLY["overdue"]),
    )
    own = tuple(f"{what}: outbox/{folder.name}/{name}" for what, name in laid_out if (folder / name).exists())
    beside = sorted(path.parent.name for path in folder.glob(f"20??/{SHEET_NAME}"))
    return (*own, *(f"Phiếu và gói của kỳ {period}: outbox/{folder.name}/{period}/" for period in beside))
