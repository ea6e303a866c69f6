"""Slots of the schedule: what was missed is made up once, oldest first; clocks that jump double and lose nothing."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from flows.chores import chore_kinds, do_chore, due_chores
from flows.resources import open_ledger
from flows.schedule import MOST_MADE_UP, due_nights, newest_slot, slots_between
from flows.worker import Look, do_next
from storage import nights
from storage.chores import Chore, take_chore
from storage.database import Database
from storage.leases import LEASE, owner_here
from storage.nights import DONE, FAILED, NightRequest, NightRunning, SlotDone, begin_night, nights_of

DAY = timedelta(days=1)
SLOT = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
"""01:00 on 5 January in Vietnam."""
SETTINGS = Settings()


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[tuple[Settings, Database]]:
    """An empty ward that was first heard of a minute before SLOT."""
    settings = Settings(home=tmp_path, period="2025", prefect="off")
    with open_ledger(settings) as database:
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
        ({SLOT: DONE}, SLOT + 40 * DAY, [SLOT + n * DAY for n in range(41 - MOST_MADE_UP, 41)]),
        ({SLOT: FAILED}, SLOT + timedelta(hours=1), [SLOT]),
        ({SLOT: DONE, SLOT + 300 * DAY: DONE}, SLOT + DAY, [SLOT + DAY]),
        ({SLOT: DONE, SLOT + DAY: DONE}, SLOT - timedelta(hours=5), []),
    ],
    ids=["new", "done", "three missed", "forty missed", "failed", "the clock was a year ahead", "the clock went back"],
)
def test_what_is_due_after(filled: dict[datetime, str], now: datetime, due: list[datetime]) -> None:
    assert due_nights(SETTINGS, _nights(filled), SLOT - timedelta(minutes=1), now) == due


def test_a_failed_night_is_tried_again_after_growing_pauses_and_then_left_to_a_person() -> None:
    def due(attempts: int, minutes: float) -> bool:
        filled = {SLOT: {"state": FAILED, "attempts": attempts, "ended_at": SLOT}}
        return bool(due_nights(SETTINGS, filled, SLOT - DAY, SLOT + timedelta(minutes=minutes)))

    assert [due(1, 0.5), due(1, 1), due(3, 3), due(3, 4), due(5, 600)] == [False, True, False, True, False]


def test_missed_nights_are_made_up_once_each_oldest_first_and_scored_as_of_their_day(
    ward: tuple[Settings, Database],
) -> None:
    settings, database = ward
    now = SLOT + 2 * DAY + timedelta(hours=7)
    since = SLOT - timedelta(minutes=1)

    while do_next(Look(settings, since, now), database):
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
    since, now = SLOT - 400 * DAY, SLOT + timedelta(hours=5)
    with database.read() as connection:
        due = due_chores(connection, settings, since=since, now=now)

    assert {chore.name for chore in due} == {kind.id for kind in chore_kinds()}
    assert all(do_chore(settings, chore, now=now) for chore in due)
    with database.read() as connection:
        assert due_chores(connection, settings, since=since, now=now) == []


def _one_look(settings: Settings) -> None:
    with open_ledger(settings) as database:
        do_next(Look(settings, SLOT - timedelta(minutes=1), SLOT + timedelta(minutes=5)), database)


def _nights(filled: dict[datetime, str]) -> dict[datetime, dict[str, Any]]:
    return {slot: {"state": state, "attempts": 1, "ended_at": slot} for slot, state in filled.items()}


def _rows(database: Database) -> list[Any]:
    with database.read() as connection:
        return nights_of(connection, "hoi-an-dong")
