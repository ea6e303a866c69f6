"""The night: six steps in a fixed order, each safe to repeat. Prefect only decides how a step is called.

Every step takes plain values, opens its own resources and leaves its result in the database, so a night that was
killed resumes where it stood, on this machine or another.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from config.criteria_sets import load_criteria_set
from config.export_profiles import load_profiles
from config.settings import Settings
from config.working_calendar import load_calendars
from flows import examination, intake, outgoing
from flows.resources import open_resources, require_room
from flows.scoring import Question, compute, record
from storage import nights
from storage.errors import StorageError
from storage.nights import Night, NightRequest

Step = Callable[..., Any]


class Caller(Protocol):
    """How a step is called: directly, or as a task of an orchestrator."""

    def __call__(self, step: Step, *arguments: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class NightRequestedBy:
    """Who asked for a night, and the moment it counts as started."""

    who: str
    now: datetime


def directly(step: Step, *arguments: Any) -> Any:
    """Call a step in this process, with no orchestrator."""
    return step(*arguments)


def run_night(settings: Settings, asked: NightRequestedBy, *, call: Caller = directly) -> dict[str, Any]:
    """Run the unit's night to its end, or resume the one that was left; its summary.

    Raises:
        StorageError: database, store or disk cannot be used; the night is closed as failed where that can be recorded.
    """
    night = _begin(settings, asked)
    say(f"Đêm {night.id}, kỳ {night.period}" + (f" (chạy tiếp, lần {night.attempts})" if night.attempts > 1 else ""))
    try:
        call(pull_exports, settings, night)
        call(take_documents, settings, night)
        _examine_all(settings, night, call)
        run_id = call(recompute_score, settings, night)
        call(lay_out, settings, night, run_id)
        summary: dict[str, Any] = call(close_night, settings, night, run_id)
        return summary
    except StorageError as error:
        _close_as_failed(settings, night, error)
        raise


def pull_exports(settings: Settings, night: Night) -> int:
    """Step 1: import what is new in the sources."""
    with open_resources(settings) as resources:
        found = intake.pull_exports(resources, _sender(night, "exports"))
    say(f"Dữ liệu một cửa: {found} tệp mới")
    return found


def take_documents(settings: Settings, night: Night) -> int:
    """Step 2: keep what was uploaded."""
    with open_resources(settings) as resources:
        found = intake.take_documents(resources, _sender(night, "inbox"))
    say(f"Tài liệu tải lên: {found} tệp mới")
    return found


def examine_batch(settings: Settings, night: Night, hashes: list[str], before: int, total: int) -> None:
    """Step 3: examine one batch of documents; `before` were done when it began."""
    with open_resources(settings) as resources:
        count = before

        def done() -> None:
            nonlocal count
            count += 1
            say(f"Đọc và kiểm tra tài liệu: {count}/{total}", transient=count < total)

        examination.examine_batch(resources, hashes, at=night.started_at, done=done)
        with resources.database.write() as connection:
            nights.beat(connection, night.id, now=datetime.now(UTC))


def recompute_score(settings: Settings, night: Night) -> str:
    """Step 4: the id of the score run that stands after this night."""
    with open_resources(settings) as resources:
        answer = compute(resources, question_of(settings, night))
        run_id = record(resources, answer, who=f"night {night.id}", at=night.started_at)
    say(f"Tự chấm: lần chấm {run_id}")
    return run_id


def lay_out(settings: Settings, night: Night, run_id: str) -> None:
    """Step 5: score sheet and bundle, when the score run is this night's own."""
    with open_resources(settings) as resources:
        outgoing.lay_out_run(resources, night, run_id)


def close_night(settings: Settings, night: Night, run_id: str) -> dict[str, Any]:
    """Step 6: the morning letter, and the end of the night in the ledger."""
    with open_resources(settings) as resources:
        return outgoing.write_letter_and_close(resources, night, run_id)


def question_of(settings: Settings, night: Night) -> Question:
    """What a night scores."""
    return Question(night.period, settings.local_day(night.started_at), settings.criteria, settings.on_time_rule)


def say(line: str, *, transient: bool = False) -> None:
    """Progress for people, on stderr; a transient line is overwritten on a terminal and left out elsewhere."""
    if not transient:
        print(f"  {line}", file=sys.stderr, flush=True)
    elif sys.stderr.isatty():
        print(f"  {line}", end="\r", file=sys.stderr, flush=True)


def _require_sound_data(settings: Settings) -> None:
    """Refuse to start with a criteria set, calendar or layout that cannot be used, before anything is half done."""
    load_criteria_set(settings.criteria)
    load_calendars()
    load_profiles()


def _begin(settings: Settings, asked: NightRequestedBy) -> Night:
    _require_sound_data(settings)
    with open_resources(settings) as resources:
        require_room(settings)
        resources.store.sweep()
        period = settings.period_on(settings.local_day(asked.now))
        request = NightRequest(settings.unit, period, asked.who, settings.timezone)
        with resources.database.write() as connection:
            return nights.begin_night(connection, request, owner=nights.owner_here(), now=asked.now)


def _examine_all(settings: Settings, night: Night, call: Caller) -> None:
    with open_resources(settings) as resources:
        batches = examination.batches_to_examine(resources)
    total = sum(map(len, batches))
    say(f"Tài liệu cần kiểm tra: {total}")
    before = 0
    for batch in batches:
        call(examine_batch, settings, night, batch, before, total)
        before += len(batch)


def _close_as_failed(settings: Settings, night: Night, error: StorageError) -> None:
    try:
        with open_resources(settings) as resources, resources.database.write() as connection:
            ending = nights.Ending(nights.FAILED, None, {"reason": str(error)}, datetime.now(UTC))
            nights.end_night(connection, night.id, ending)
    except StorageError:
        say("Không ghi được kết thúc của đêm vào cơ sở dữ liệu; lần chạy sau sẽ tự nhận lại đêm này.")


def _sender(night: Night, where: str) -> intake.Sender:
    return intake.Sender(who=f"night {night.id}", where=where, at=night.started_at)
