"""Slots of the schedule: what was missed is made up once, oldest first; clocks that jump double and lose nothing."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.event import listen

from config.settings import Settings
from flows.resources import open_ledger
from flows.serving.aside import Aside
from flows.serving.beside import doing_beside
from flows.serving.worker import Look, _due, do_next
from flows.watching.chores import ChoreKind, chore_kinds, do_chore, due_chores
from flows.watching.schedule import MOST_MADE_UP, MOST_NIGHT_TRIES, MOST_TRIES, due_nights, newest_slot, slots_between
from storage.database import Database, tables
from storage.ledger import nights
from storage.ledger.chores import Chore, ChoreEnding, beat_chore, end_chore, newest_of, take_chore
from storage.ledger.leases import LEASE, owner_here
from storage.ledger.nights import (
    DONE,
    FAILED,
    NightRequest,
    NightRunning,
    SlotDone,
    begin_night,
    nights_of,
)
from storage.ledger.requests import LeaseLost
from storage.ledger.watched import watched_since
from tests.journeys.serving import wait_for as wait_until

DAY = timedelta(days=1)
SLOT = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
"""01:00 on 5 January in Vietnam."""
SETTINGS = Settings()


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[tuple[Settings, Database]]:
    """An empty ward that was first looked at a minute before SLOT."""
    settings = Settings(home=tmp_path, period="2025", prefect="off")
    with open_ledger(settings) as database:
        watched_since(database, [settings.unit], SLOT - timedelta(minutes=1))
        yield settings, database


def test_slots_follow_the_time_zone_also_where_the_clock_changes() -> None:
    assert newest_slot("0 1 * * *", "Asia/Ho_Chi_Minh", SLOT) == SLOT
    assert newest_slot("0 1 * * *", "Asia/Ho_Chi_Minh", SLOT - timedelta(seconds=1)) == SLOT - DAY
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert len(slots_between("30 2 * * *", "Europe/Berlin", spring, spring + 3 * DAY)) == 3


@pytest.mark.parametrize(
    ("filled", "now", "due"),
    [
        ({}, SLOT + timedelta(hours=1), [SLOT]),
        ({SLOT: DONE}, SLOT + timedelta(hours=1), []),
        ({SLOT: DONE}, SLOT + 3 * DAY, [SLOT + DAY, SLOT + 2 * DAY, SLOT + 3 * DAY]),
        ({SLOT: DONE, SLOT + 3 * DAY: DONE}, SLOT + 3 * DAY, [SLOT + DAY, SLOT + 2 * DAY]),
        ({SLOT: DONE}, SLOT + 40 * DAY, [SLOT + n * DAY for n in range(41 - MOST_MADE_UP, 41)]),
        ({SLOT: FAILED}, SLOT + timedelta(hours=1), [SLOT]),
        ({SLOT: DONE, SLOT + 300 * DAY: DONE}, SLOT + DAY, [SLOT + DAY]),
        ({SLOT: DONE, SLOT + DAY: DONE}, SLOT - timedelta(hours=5), []),
    ],
    ids=[
        "new",
        "done",
        "three missed",
        "the newest ran first",
        "forty missed",
        "failed",
        "the clock was a year ahead",
        "the clock went back",
    ],
)
def test_what_is_due_after(filled: dict[datetime, str], now: datetime, due: list[datetime]) -> None:
    assert due_nights(SETTINGS, _nights(filled), SLOT - timedelta(minutes=1), now) == due


def test_a_failed_night_is_tried_again_after_growing_pauses_and_then_left_to_a_person() -> None:
    def due(attempts: int, minutes: float) -> bool:
        filled = {SLOT: {"state": FAILED, "attempts": attempts, "ended_at": SLOT}}
        return bool(due_nights(SETTINGS, filled, SLOT - DAY, SLOT + timedelta(minutes=minutes)))

    assert [due(1, 0.5), due(1, 1), due(3, 3), due(3, 4)] == [False, True, False, True]
    assert [due(11, 59), due(11, 60), due(MOST_NIGHT_TRIES, 600)] == [False, True, False]
    pauses = [next(n for n in range(100) if due(tried, n)) for tried in range(1, MOST_NIGHT_TRIES)]
    assert sum(pauses) > 6 * 60, "a store that comes back before noon costs no night"


def test_a_night_that_ends_its_worker_every_time_is_ended_as_failed_and_holds_nobody_up(
    ward: tuple[Settings, Database],
) -> None:
    settings, database = ward
    request = NightRequest(settings.unit, "2025", "schedule", settings.timezone, SLOT)
    for number in range(MOST_TRIES):
        with database.write() as connection:
            begin_night(connection, request, owner=f"other:{number}:1", now=SLOT + number * LEASE)
    now = SLOT + (MOST_TRIES + 1) * LEASE
    assert do_next(Look(settings, now), database)
    with database.read() as connection:
        (night,) = nights_of(connection, settings.unit)
    assert (night["state"], night["attempts"]) == (FAILED, MOST_TRIES)
    assert "dở dang 5 lần" in night["summary"]["reason"]
    assert _due(database, Look(settings, now + timedelta(minutes=15))) == []
    assert _due(database, Look(settings, now + timedelta(minutes=17))) == [(SLOT, settings)]


def test_missed_nights_are_made_up_once_each_oldest_first_and_scored_as_of_their_day(
    ward: tuple[Settings, Database],
) -> None:
    settings, database = ward
    now = SLOT + 2 * DAY + timedelta(hours=7)

    while do_next(Look(settings, now), database):
        now += timedelta(minutes=1)

    ran = [night for night in reversed(_rows(database)) if night["slot"]]
    assert [night["slot"] for night in ran] == [SLOT, SLOT + DAY, SLOT + 2 * DAY]
    assert [night["started_at"] for night in ran] == sorted(night["started_at"] for night in ran)
    assert {night["state"] for night in ran} <= {"done", "gaps"}


def test_two_schedulers_at_once_make_one_night_of_a_slot(ward: tuple[Settings, Database]) -> None:
    settings, database = ward
    looks = [multiprocessing.get_context("spawn").Process(target=_one_look, args=(settings,)) for _ in range(2)]
    for look in looks:
        look.start()
    for look in looks:
        look.join()

    assert [look.exitcode for look in looks] == [0, 0]
    assert [(night["slot"], night["attempts"]) for night in _rows(database)] == [(SLOT, 1)]


def test_a_slot_has_one_night_whoever_asks_and_a_failed_one_keeps_its_name(ward: tuple[Settings, Database]) -> None:
    _, database = ward
    request = NightRequest("hoi-an-dong", "2025", "schedule", "Asia/Ho_Chi_Minh", SLOT)
    with database.write() as connection:
        first = begin_night(connection, request, owner="prefect:1:1", now=SLOT)
    with pytest.raises(NightRunning), database.write() as connection:
        begin_night(connection, request, owner=owner_here(), now=SLOT + timedelta(seconds=60))
    with database.write() as connection:
        nights.end_night(connection, first.id, nights.Ending(FAILED, None, {"reason": "x"}, SLOT))
        again = begin_night(connection, request, owner=owner_here(), now=SLOT + timedelta(hours=1))
        nights.end_night(connection, first.id, nights.Ending(DONE, None, {}, SLOT))
    with pytest.raises(SlotDone, match=first.id), database.write() as connection:
        begin_night(connection, request, owner="prefect:2:2", now=SLOT + timedelta(hours=2))

    assert (again.id, again.started_at, again.attempts, again.slot) == (first.id, SLOT, 2, SLOT)


def test_a_slot_of_a_chore_is_taken_once_and_again_when_its_worker_died(ward: tuple[Settings, Database]) -> None:
    _, database = ward
    chore = Chore("hoi-an-dong", "letter", SLOT)

    def take(owner: str, now: datetime) -> bool:
        with database.write() as connection:
            return take_chore(connection, chore, owner=owner, now=now)

    assert [take("a:1:1", SLOT), take("b:1:1", SLOT), take("b:1:1", SLOT + LEASE)] == [True, False, True]


def test_every_chore_has_a_deed_that_exists_and_runs_on_an_empty_ward(ward: tuple[Settings, Database]) -> None:
    settings, database = ward
    since, now = {settings.unit: SLOT - 400 * DAY}, SLOT + timedelta(hours=5)
    with database.read() as connection:
        due = due_chores(connection, [settings], since=since, now=now)

    assert {chore.name for chore in due} == {kind.id for kind in chore_kinds()}
    assert all(do_chore(settings, chore, now=now) for chore in due)
    with database.read() as connection:
        assert due_chores(connection, [settings], since=since, now=now) == []


def test_a_machine_that_is_off_at_night_makes_up_for_nights_and_every_chore(tmp_path: Path) -> None:
    """Monday to Friday from 07:30 to 16:30, for 120 days: the worker is begun anew each morning."""
    settings = Settings(home=tmp_path, prefect="off")
    first = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)
    nights_due, chores_due = set(), set()
    for morning in (first + n * DAY for n in range(120) if (first + n * DAY).weekday() < 5):
        with open_ledger(settings) as database:
            since = watched_since(database, [settings.unit], morning)
            with database.read() as connection:
                chores_due |= {chore.name for chore in due_chores(connection, [settings], since=since, now=morning)}
        nights_due |= set(due_nights(settings, {}, since[settings.unit], morning))

    assert len(nights_due) == len(slots_between(settings.schedule, settings.timezone, first, first + 119 * DAY)) == 119
    assert chores_due == {kind.id for kind in chore_kinds()}


def test_a_first_look_with_a_clock_that_ran_ahead_hides_nothing_for_years(ward: tuple[Settings, Database]) -> None:
    _, database = ward
    assert watched_since(database, ["b"], SLOT + 3000 * DAY) == {"b": SLOT + 3000 * DAY}
    assert watched_since(database, ["b"], SLOT) == {"b": SLOT} == watched_since(database, ["b"], SLOT + DAY)


def test_a_chore_without_a_sound_schedule_stops_no_other(
    ward: tuple[Settings, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, database = ward
    bad = ChoreKind("bad", "Hỏng", "at dawn", "flows.watching.alarms:try_store")
    monkeypatch.setattr("flows.watching.chores.chore_kinds", lambda: (bad, *chore_kinds()))
    with database.read() as connection:
        since = {settings.unit: SLOT - 400 * DAY}
        due = due_chores(connection, [settings], since=since, now=SLOT + timedelta(hours=5))
    assert {chore.name for chore in due} == {kind.id for kind in chore_kinds()}


def test_a_look_costs_the_same_after_five_years(ward: tuple[Settings, Database]) -> None:
    """Letters and old chores are not touched: to read them, SQLite's machine would take several steps for each."""
    settings, database = ward
    now = SLOT + 1800 * DAY
    _five_years(settings, database)
    steps = count()
    listen(database.engine, "checkout", lambda raw, *_: raw.set_progress_handler(lambda: next(steps) and None, 1))
    assert not do_next(Look(settings, now), database)
    assert 0 < next(steps) < 3 * 1801


def test_a_chore_beats_while_it_works_so_that_no_second_machine_takes_it(
    ward: tuple[Settings, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = ward
    chore = Chore(settings.unit, "store-test", SLOT)
    beaten: list[datetime] = []

    def long_deed(_settings: Settings, _now: datetime) -> dict[str, Any]:
        wait_until(lambda: bool(beaten))
        return {}

    monkeypatch.setattr("flows.watching.chores._deed", lambda _: long_deed)
    monkeypatch.setattr("flows.watching.chores.beat_chore", lambda *_, now, **__: beaten.append(now))
    assert do_chore(settings, chore, now=SLOT) and beaten


def test_a_lease_of_a_chore_that_was_lost_is_noticed_at_the_next_beat(ward: tuple[Settings, Database]) -> None:
    _, database = ward
    chore = Chore("hoi-an-dong", "scrub", SLOT)
    with database.write() as connection:
        assert take_chore(connection, chore, owner="a:1:1", now=SLOT)
        assert take_chore(connection, chore, owner="b:1:1", now=SLOT + LEASE)
        with pytest.raises(LeaseLost):
            beat_chore(connection, chore, owner="a:1:1", now=SLOT + LEASE)
        end_chore(connection, chore, ChoreEnding("done", {"by": "a"}, SLOT + LEASE), owner="a:1:1")
        beat_chore(connection, chore, owner="b:1:1", now=SLOT + LEASE)


def test_a_long_chore_is_done_beside_the_loop_which_goes_on(ward: tuple[Settings, Database]) -> None:
    settings, database = ward
    aside, chore = Aside(settings), Chore(settings.unit, "scrub", SLOT)

    assert [aside.begin(chore), aside.begin(chore)] == [True, False]
    aside.wait()

    with database.read() as connection:
        row = newest_of(connection, settings.unit, "scrub")
    assert row is not None and (row["state"], row["outcome"]["objects"]) == ("done", 0)
    assert row["owner"] != owner_here()


def test_mail_goes_out_while_the_loop_is_busy_and_everything_else_waits_for_it(ward: tuple[Settings, Database]) -> None:
    """A night that hangs would otherwise hold up the very alarm that tells of it."""
    settings, database = ward

    def done() -> set[str]:
        with database.read() as connection:
            rows = connection.execute(select(tables.chores.c.chore).where(tables.chores.c.state == "done"))
            return set(rows.scalars())

    with doing_beside(settings, look_seconds=0.05):
        wait_until(lambda: len(done()) == 3)
        time.sleep(0.3)
    assert done() == {"letter", "alarms", "reminders"} == {kind.id for kind in chore_kinds() if kind.beside}


def test_two_threads_of_a_process_never_do_the_same_chore_at_once(
    ward: tuple[Settings, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = ward
    begun, go_on, times = threading.Event(), threading.Event(), list[datetime]()

    def slow_deed(_settings: Settings, now: datetime) -> dict[str, Any]:
        times.append(now)
        begun.set()
        go_on.wait(180)
        return {}

    monkeypatch.setattr("flows.watching.chores._deed", lambda _: slow_deed)
    chore = Chore(settings.unit, "letter", SLOT)
    other = threading.Thread(target=do_chore, args=(settings, chore), kwargs={"now": SLOT})
    other.start()
    assert begun.wait(180) and not do_chore(settings, chore, now=SLOT)
    go_on.set()
    other.join()
    assert times == [SLOT] and not do_chore(settings, chore, now=SLOT)


def test_who_lost_a_night_can_neither_end_it_nor_call_it_failed(ward: tuple[Settings, Database]) -> None:
    _, database = ward
    request = NightRequest("hoi-an-dong", "2025", "schedule", "Asia/Ho_Chi_Minh", SLOT)
    with database.write() as connection:
        begin_night(connection, request, owner="a:1:1", now=SLOT)
        night = begin_night(connection, request, owner="b:1:1", now=SLOT + LEASE)
    for state in (DONE, FAILED):
        with pytest.raises(LeaseLost), database.write() as connection:
            nights.end_night(connection, night.id, nights.Ending(state, None, {}, SLOT), owner="a:1:1")
    assert _rows(database)[0]["state"] == nights.RUNNING


def _five_years(settings: Settings, database: Database) -> None:
    letter = {"letter": "x" * 20_000}
    days = [SLOT + number * DAY for number in range(1801)]
    hours = [SLOT + number * timedelta(hours=1) for number in range(43_201)]
    names = {kind.id: kind.schedule(settings) for kind in chore_kinds()}
    ended = {"unit": settings.unit, "owner": "w:1:1", "attempts": 1}
    with database.write() as connection:
        told = {"period": "2025", "asked_by": "s", "summary": letter, "state": DONE}
        connection.execute(
            insert(tables.nights),
            [
                {"id": str(slot), "slot": slot, "started_at": slot, "heartbeat_at": slot, "ended_at": slot}
                | ended
                | told
                for slot in days
            ],
        )
        done = [("alarms", hour + timedelta(minutes=5)) for hour in hours]
        done += [(name, newest_slot(cron, settings.timezone, days[-1])) for name, cron in names.items()]
        connection.execute(
            insert(tables.chores),
            [
                {"chore": name, "slot": slot, "state": "done", "heartbeat_at": slot, "outcome": {}} | ended
                for name, slot in dict.fromkeys(done)
            ],
        )


def _one_look(settings: Settings) -> None:
    with open_ledger(settings) as database:
        do_next(Look(settings, SLOT + timedelta(minutes=5)), database)


def _nights(filled: dict[datetime, str]) -> dict[datetime, dict[str, Any]]:
    return {slot: {"state": state, "attempts": 1, "ended_at": slot} for slot, state in filled.items()}


def _rows(database: Database) -> list[Any]:
    with database.read() as connection:
        return nights_of(connection, "hoi-an-dong")
