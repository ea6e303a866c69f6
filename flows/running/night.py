"""The night: seven steps in a fixed order, each safe to repeat. Prefect only decides how a step is called.

Every step takes plain values, opens its own resources and leaves its result in the database, so a night that was
killed resumes where it stood, on this machine or another.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, Protocol

from config.export_profiles import load_profiles
from config.settings import Settings
from config.working_calendar import load_calendars
from flows.arriving import intake
from flows.criteria import criteria_set
from flows.examining import examination, second_look
from flows.examining.batches import Budget, batches_in_order, budget_of, budget_of_signatures
from flows.examining.holding import Holding, holding
from flows.logs import in_json
from flows.resources import Resources, open_resources, require_room
from flows.scores.scoring import Question, compute, record
from flows.telling import outgoing
from flows.tracing import span, traced
from flows.watching.heart import Heard, Heart, beating
from flows.years import criteria_for, leading_year, periods_beside
from storage.database import Connection
from storage.errors import StorageError
from storage.ledger import nights
from storage.ledger.document_leases import Reader
from storage.ledger.leases import owner_here
from storage.ledger.nights import Night, NightRequest
from storage.ledger.requests import LeaseLost

Step = Callable[..., Any]


class Caller(Protocol):
    """How a step is called: directly, or as a task of an orchestrator."""

    def __call__(self, step: Step, *arguments: Any) -> Any: ...


class Spread(Protocol):
    """Examines batches elsewhere; yields each with what was said of its documents, in the order given.

    None instead: it could not be read there, and is to be read here.
    """

    def __call__(
        self, settings: Settings, night: Night, batches: Iterable[list[str]], /
    ) -> Iterator[tuple[list[str], list[examination.Look] | None]]: ...


@dataclass(frozen=True, slots=True)
class Hands:
    """By whom a night is done: how its steps are called, and who examines documents, if not this machine's own pool."""

    call: Caller
    spread: Spread | None


@dataclass(frozen=True, slots=True)
class NightRequestedBy:
    """Who asked for a night, the moment it counts as started, and the moment of the schedule that it fills, if any."""

    who: str
    now: datetime
    slot: datetime | None = None


def directly(step: Step, *arguments: Any) -> Any:
    """Call a step in this process, with no orchestrator."""
    return step(*arguments)


def run_night(
    settings: Settings,
    asked: NightRequestedBy,
    *,
    call: Caller = directly,
    spread: Spread | None = None,
    heard: Heard | None = None,
) -> dict[str, Any]:
    """Run the unit's night to its end, or resume the one that was left; its summary.

    `spread` examines documents elsewhere (Dask, Ray); without it a process pool of this machine does. `heard` is called
    with each step: {step, done, of}.

    Raises:
        StorageError: database, store or disk cannot be used; the night is closed as failed where that can be recorded.
        LeaseLost: another worker took the night over, and ends it.
    """
    owner = owner_here()
    night = _begin(settings, asked, owner)
    say(f"Đêm {night.id}, kỳ {night.period}" + (f" (chạy tiếp, lần {night.attempts})" if night.attempts > 1 else ""))

    def beat(connection: Connection, *, now: datetime, progress: Mapping[str, Any] | None) -> None:
        nights.beat(connection, night.id, owner=owner, now=now, progress=progress)

    try:
        with span("night", unit=night.unit, night=night.id), beating(settings, beat, heard) as heart:
            return _steps(settings, night, Hands(traced(call), spread), heart)
    except LeaseLost:
        raise
    except StorageError as error:
        _close_as_failed(settings, night, error)
        raise


def _steps(settings: Settings, night: Night, hands: Hands, heart: Heart) -> dict[str, Any]:
    call, budget = hands.call, budget_of(settings)
    heart.tell("exports")
    call(pull_exports, settings, night)
    heart.tell("documents")
    call(take_documents, settings, night)
    _examine_all(settings, night, hands, heart, budget)
    heart.tell("signatures")
    call(look_at_signatures_again, settings, night, budget_of_signatures(settings, budget))
    heart.tell("score")
    run_id = call(recompute_score, settings, night)
    heart.tell("lay_out")
    call(lay_out, settings, night, run_id)
    heart.tell("letter")
    summary: dict[str, Any] = call(close_night, settings, night, run_id)
    return summary


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


def record_batch(settings: Settings, night: Night, looks: list[examination.Look], reader: Reader) -> None:
    """Step 3, the part at home: record what was said, in order, of what the night's reader still holds."""
    with open_resources(settings) as resources:
        for look in looks:
            examination.record_look(resources, look, night.started_at, reader)


def look_at_signatures_again(settings: Settings, night: Night, budget: Budget) -> None:
    """Step 4: ask again about signatures that are undecided or rest on other trust than tonight's."""
    with open_resources(settings) as resources:
        told = second_look.look_at_signatures_again(
            resources, at=night.started_at, who=f"night {night.id}", is_spent=lambda: budget.is_spent
        )
    if told["looked"]:
        say(f"Chữ ký xem lại: {told['looked']}, đổi kết luận: {told['changed']}")


def recompute_score(settings: Settings, night: Night) -> str:
    """Step 5: score the years at work; the id of the run of the night's own year that stands after it."""
    with open_resources(settings) as resources:
        for period in periods_beside(resources, night):
            _scored(resources, night, period)
        return _scored(resources, night, night.period)


def _scored(resources: Resources, night: Night, period: str) -> str:
    answer = compute(resources, question_of(resources.settings, night, period))
    run_id = record(resources, answer, who=f"night {night.id}", at=night.started_at)
    say(f"Tự chấm kỳ {period}: lần chấm {run_id}")
    return run_id


def lay_out(settings: Settings, night: Night, run_id: str) -> None:
    """Step 6: score sheets and bundles, of the score runs that are this night's own."""
    with open_resources(settings) as resources:
        outgoing.lay_out_run(resources, night, run_id)
        outgoing.lay_out_beside(resources, night)


def close_night(settings: Settings, night: Night, run_id: str) -> dict[str, Any]:
    """Step 7: the morning letter, and the end of the night in the ledger."""
    with open_resources(settings) as resources:
        return outgoing.write_letter_and_close(resources, night, run_id)


def question_of(settings: Settings, night: Night, period: str) -> Question:
    """What a night scores of a year."""
    day = settings.local_day(night.slot or night.started_at)
    return Question(period, day, criteria_for(settings, period), settings.on_time_rule)


def say(line: str, *, transient: bool = False) -> None:
    """Progress for people, on stderr; a transient line is overwritten on a terminal and left out elsewhere.

    Where log lines are JSON for programs, the ledger's progress tells the same.
    """
    if in_json():
        return
    if not transient:
        print(f"  {line}", file=sys.stderr, flush=True)
    elif sys.stderr.isatty():
        print(f"  {line}", end="\r", file=sys.stderr, flush=True)


def require_sound_data(settings: Settings) -> None:
    """Refuse to start with a criteria set, calendar or layout that cannot be used, before anything is half done.

    Raises:
        BadCriteriaSet, BadCalendar, BadProfile: the message names every fault.
    """
    criteria_set(settings, settings.criteria)
    load_calendars()
    load_profiles()


def _begin(settings: Settings, asked: NightRequestedBy, owner: str) -> Night:
    require_sound_data(settings)
    examination.expect_documents()
    with open_resources(settings) as resources:
        require_room(settings)
        resources.store.sweep()
        period = leading_year(settings, settings.local_day(asked.slot or asked.now))
        request = NightRequest(settings.unit, period, asked.who, settings.timezone, asked.slot)
        with resources.database.write() as connection:
            return nights.begin_night(connection, request, owner=owner, now=asked.now)


def _examine_all(settings: Settings, night: Night, hands: Hands, heart: Heart, budget: Budget) -> None:
    with open_resources(settings) as resources:
        batches = batches_in_order(resources, shared_by=resources.workers if hands.spread else 1)
    total = sum(map(len, batches))
    say(f"Tài liệu cần kiểm tra: {total}")
    heart.tell("examine", 0, total)
    within = takewhile(lambda _: not budget.is_spent, batches)
    before = 0
    for batch in _each_done(settings, night, hands, within, total):
        before += len(batch)
        heart.tell("examine", before, total)
    if before < total:
        say(f"Hết thời gian của đêm (PAR_NIGHT_MINUTES); {total - before} tài liệu để đêm sau")


def _each_done(
    settings: Settings, night: Night, hands: Hands, batches: Iterable[list[str]], total: int
) -> Iterator[list[str]]:
    """Each batch as soon as all its documents are recorded, in order; last what somebody else read meanwhile."""
    before, not_sent = 0, list[list[str]]()
    if hands.spread is not None:
        for batch, looks in _looked_elsewhere(settings, night, hands.spread, batches, not_sent):
            if looks is None:
                hands.call(examine_batch, settings, night, batch, before, total)
            else:
                hands.call(record_batch, settings, night, *looks)
            before += len(batch)
            say(f"Đọc và kiểm tra tài liệu: {before}/{total}", transient=before < total)
            yield batch
    for batch in batches if hands.spread is None else not_sent:
        hands.call(examine_batch, settings, night, batch, before, total)
        before += len(batch)
        yield batch


def _looked_elsewhere(
    settings: Settings, night: Night, spread: Spread, batches: Iterable[list[str]], not_sent: list[list[str]]
) -> Iterator[tuple[list[str], tuple[list[examination.Look], Reader] | None]]:
    """Batches with what was said of them on other machines and by whom it may be recorded; None: to be read here.

    The night holds the leases of what it sent away. They are not marked as being read: what ends a worker there does
    not end this one. What somebody else reads is put into `not_sent`.
    """
    with open_resources(settings) as resources, holding(resources) as held:
        for batch, looks in spread(settings, night, _own(held, batches, not_sent)):
            if looks is None:
                held.give_back(batch)
            yield batch, None if looks is None else (looks, held.reader)


def _own(held: Holding, batches: Iterable[list[str]], not_mine: list[list[str]]) -> Iterator[list[str]]:
    """Of each batch what nobody else reads, as soon as it is asked for."""
    for batch in batches:
        mine = list(held.take(batch, marked=False).mine)
        if mine:
            yield mine
        if rest := [sha256 for sha256 in batch if sha256 not in mine]:
            not_mine.append(rest)


def _close_as_failed(settings: Settings, night: Night, error: StorageError) -> None:
    try:
        with open_resources(settings) as resources, resources.database.write() as connection:
            ending = nights.Ending(nights.FAILED, None, {"reason": str(error)}, datetime.now(UTC))
            nights.end_night(connection, night.id, ending, owner=owner_here())
    except LeaseLost:
        say("Tiến trình khác đã nhận chạy tiếp đêm này.")
    except StorageError:
        say("Không ghi được kết thúc của đêm vào cơ sở dữ liệu; lần chạy sau sẽ tự nhận lại đêm này.")


def _sender(night: Night, where: str) -> intake.Sender:
    return intake.Sender(who=f"night {night.id}", where=where, at=night.started_at)
