"""What a night lays out: score sheet, bundle, morning letter. Each is written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.criteria_sets import load_criteria_set
from flows import morning
from flows.bundling import SHEET_NAME, contents_of, heading_of, kept_of
from flows.log_proofs import CHECKPOINT_NAME, publish_checkpoint
from flows.resources import Resources, outbox
from reports.letter import Letter, letter_text
from reports.score_sheet import score_sheet
from scoring import compare, next_actions
from storage import nights
from storage.bundles import write_bundle
from storage.custody import Happening, append, events_named
from storage.database import Connection
from storage.nights import Ending, Night
from storage.runs import run_of

BUNDLE_NAME, LETTER_NAME = "bo-tai-lieu.zip", "thu-buoi-sang.md"
_ACTIONS = 6


def lay_out_run(resources: Resources, night: Night, run_id: str) -> None:
    """Write score sheet and bundle of a run that no night has laid out yet."""
    with resources.database.read() as connection:
        laid_out = events_named(connection, "bundled")
        if any(event["where"] == "outbox" and event["detail"].get("run") == run_id for event in laid_out):
            return
        kept = kept_of(connection, resources.settings, run_id)
    folder = folder_of(resources, night)
    contents = contents_of(resources, kept)
    heading = heading_of(resources.settings, contents.score, kept.run["made_at"])
    write_whole(folder / SHEET_NAME, score_sheet(contents.score, contents.criteria, heading))
    report = write_bundle(contents, folder / BUNDLE_NAME)
    happening = Happening("bundled", report.sha256, f"night {night.id}", "outbox", {"run": run_id})
    with resources.database.write() as connection:
        append(connection, [happening], at=night.started_at)


def write_letter_and_close(resources: Resources, night: Night, run_id: str) -> dict[str, Any]:
    """Write the morning letter and close the night; the night's summary."""
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
        nights.end_night(connection, night.id, Ending(state, run_id, summary, datetime.now(UTC)))
    return summary


def folder_of(resources: Resources, night: Night) -> Path:
    """Where this night lays things out."""
    folder = outbox(resources.settings) / night.id
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the whole new one."""
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def _letter(resources: Resources, night: Night, run_id: str) -> tuple[Letter, bool]:
    """The letter, and whether something needs a person."""
    local = night.started_at.astimezone(ZoneInfo(resources.settings.timezone))
    with resources.database.read() as connection:
        run = run_of(connection, run_id)
        before = _run_of_the_night_before(connection, night)
        stuck = morning.stuck(connection, night, run["gaps"])
        counts = morning.counts_of(connection, night)
        expiring = morning.expiring(connection, night.unit, night.started_at)
    score = run["score"]
    criteria = load_criteria_set(f"{score['criteria']['id']}@{score['criteria']['version']}").plain()
    letter = Letter(
        unit_name=resources.settings.unit_name,
        period=night.period,
        night=night.id,
        written_at=local,
        totals=score["totals"],
        proposal=criteria.get("provenance") == "proposal",
        previous_expected=str(before["score"]["totals"]["expected"]) if before else None,
        counts=counts,
        moves=_moves(before, run),
        stuck=morning.shortened(stuck),
        expiring=morning.shortened(expiring),
        actions=tuple(action.sentence() for action in next_actions(score, criteria, local.date())[:_ACTIONS]),
        files=_files(folder_of(resources, night)),
    )
    return letter, bool(stuck)


def _run_of_the_night_before(connection: Connection, night: Night) -> Mapping[str, Any] | None:
    run_id = nights.run_before(connection, night)
    return run_of(connection, run_id) if run_id else None


def _moves(before: Mapping[str, Any] | None, run: Mapping[str, Any]) -> tuple[str, ...]:
    if before is None or before["id"] == run["id"]:
        return ()
    return morning.shortened(compare(before["score"], run["score"]).sentences())


def _files(folder: Path) -> tuple[str, ...]:
    """What this night laid out, named from PAR_HOME on."""
    laid_out = (
        ("Phiếu chấm điểm", SHEET_NAME),
        ("Gói tài liệu kiểm chứng", BUNDLE_NAME),
        ("Mốc nhật ký đã ký", CHECKPOINT_NAME),
    )
    return tuple(f"{what}: outbox/{folder.name}/{name}" for what, name in laid_out if (folder / name).exists())
