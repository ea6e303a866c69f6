"""Ad-hoc runs over the ledger: one question is one run, one run at a time for a unit, nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Settings
from flows.cli.service import _lines, _standing
from flows.resources import Resources, open_resources
from flows.running.requests import (
    BadRequest,
    RunAsked,
    ask_for_run,
    cancel_run,
    progress_of,
    run_next,
    runs_asked,
    waiting_runs,
)
from flows.scores.browsing import today
from flows.serving.doctor import _database_and_store
from flows.serving.standing import standing_of
from storage.ledger import requests
from storage.ledger.leases import LEASE, owner_here
from storage.ledger.nights import NightRequest, NightRunning, begin_night
from storage.ledger.requests import LeaseLost, NoSuchRequest, RunCancelled
from storage.proof.custody import events

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
ELSEWHERE = "another-machine:1:1"


@pytest.fixture
def resources(tmp_path: Path) -> Iterator[Resources]:
    with open_resources(Settings(home=tmp_path, period="2025")) as opened:
        yield opened


def test_the_same_question_asked_twice_is_one_run_whoever_asks(resources: Resources) -> None:
    first = ask_for_run(resources, _asked("lan"))
    again = ask_for_run(resources, _asked("minh", later=5))
    other = ask_for_run(resources, _asked("minh", dry_run=True))

    assert (first["joined"], again["joined"], other["joined"]) == (False, True, False)
    assert first["request"] == again["request"] != other["request"]
    assert again["asked_by"] == "lan"


def test_an_ended_run_may_be_asked_for_again(resources: Resources) -> None:
    first = ask_for_run(resources, _asked(dry_run=True))
    done = run_next(resources.settings, now=NOW)
    again = ask_for_run(resources, _asked(dry_run=True, later=60))

    assert done is not None and (done["request"], done["state"]) == (first["request"], "done")
    assert len(done["outcome"]["components"]) == 60 and done["run"] is None
    assert again["request"] != first["request"] and not again["joined"]


def test_a_second_run_of_a_unit_waits_and_says_for_what(resources: Resources) -> None:
    now = datetime.now(UTC)
    first = ask_for_run(resources, _asked())["request"]
    second = ask_for_run(resources, _asked(period="2024", later=1))["request"]
    _claim(resources, ELSEWHERE, now)

    told = waiting_runs(resources)

    assert [(run["request"], run["state"]) for run in told] == [(first, "running"), (second, "waiting")]
    assert told[1]["waits_for"] == first
    assert run_next(resources.settings, now=now + timedelta(seconds=30)) is None


def test_a_run_waits_for_the_night_of_its_unit_and_the_night_for_the_run(resources: Resources) -> None:
    night = NightRequest("hoi-an-dong", "2025", "test", "Asia/Ho_Chi_Minh")
    request = ask_for_run(resources, _asked(dry_run=True))["request"]
    _claim(resources, ELSEWHERE, datetime.now(UTC))

    with pytest.raises(NightRunning, match=request), resources.database.write() as connection:
        begin_night(connection, night, owner=owner_here(), now=datetime.now(UTC))
    with resources.database.write() as connection:
        requests.end(connection, request, requests.RequestEnding("done", None, {}, NOW))
        begun = begin_night(connection, night, owner=ELSEWHERE, now=datetime.now(UTC))
    waiting = ask_for_run(resources, _asked(dry_run=True))

    assert waiting["waits_for"] == begun.id
    assert run_next(resources.settings, now=datetime.now(UTC)) is None


def test_runs_of_two_units_do_not_wait_for_each_other(resources: Resources) -> None:
    (resources.settings.inbox_folder / "hoi-an-tay").mkdir(parents=True)
    ask_for_run(resources, _asked())
    other = ask_for_run(resources, _asked(unit="hoi-an-tay", later=1, dry_run=True))
    _claim(resources, ELSEWHERE, NOW)

    done = run_next(resources.settings, now=NOW + timedelta(seconds=5))

    assert done is not None and (done["request"], done["unit"]) == (other["request"], "hoi-an-tay")


def test_what_a_dead_worker_left_is_resumed_under_its_own_start_within_two_minutes(resources: Resources) -> None:
    request = ask_for_run(resources, _asked(dry_run=True))["request"]
    _claim(resources, ELSEWHERE, NOW)

    assert timedelta(seconds=120) - LEASE >= timedelta(seconds=30)
    assert run_next(resources.settings, now=NOW + LEASE - timedelta(seconds=1)) is None
    done = run_next(resources.settings, now=NOW + LEASE)

    assert done is not None and (done["request"], done["state"], done["attempts"]) == (request, "done", 2)
    assert done["started_at"] == NOW.isoformat(timespec="seconds")


def test_a_run_whose_worker_was_silent_too_long_is_not_told_as_working_until_somebody_takes_it_up(
    resources: Resources,
) -> None:
    request = ask_for_run(resources, _asked(dry_run=True))["request"]
    now = datetime.now(UTC)
    _claim(resources, ELSEWHERE, now)
    assert progress_of(resources, request)["state"] == "running"
    with resources.database.write() as connection:
        requests.beat(connection, request, owner=ELSEWHERE, now=now - LEASE)

    (listed,) = waiting_runs(resources)

    line = next(_lines(listed))
    assert "mất liên lạc, sẽ được chạy tiếp" in line and "đang chạy" not in line
    done = run_next(resources.settings, now=now)
    assert done is not None and done["state"] == "done"


def test_a_night_whose_worker_is_dead_is_told_so_by_command_page_and_doctor(resources: Resources) -> None:
    night = NightRequest("hoi-an-dong", "2025", "test", "Asia/Ho_Chi_Minh")
    now = datetime.now(UTC)
    with resources.database.write() as connection:
        begin_night(connection, night, owner=f"{owner_here().split(':')[0]}:999999:1", now=now)

    assert "mất liên lạc" in next(_standing(standing_of(resources.settings, now)))
    assert today(resources, "2025", now)["night"]["state"] == "lost"
    assert any("mất liên lạc" in found.seen for found in _database_and_store(resources.settings))


def test_what_a_dead_process_of_this_machine_left_is_free_at_once(resources: Resources) -> None:
    ask_for_run(resources, _asked(dry_run=True))
    _claim(resources, f"{owner_here().split(':')[0]}:999999:1", NOW)
    assert [told["state"] for told in runs_asked(resources)] == ["lost"]

    done = run_next(resources.settings, now=NOW)

    assert done is not None and done["attempts"] == 2


def test_a_worker_whose_lease_was_taken_learns_it_and_stops(resources: Resources) -> None:
    request = ask_for_run(resources, _asked())["request"]
    _claim(resources, ELSEWHERE, NOW)
    _claim(resources, "third-machine:1:1", NOW + LEASE)

    with pytest.raises(LeaseLost, match=request), resources.database.write() as connection:
        requests.beat(connection, request, owner=ELSEWHERE, now=NOW + LEASE)


def test_a_heartbeat_from_the_future_does_not_hold_a_lease_for_ever(resources: Resources) -> None:
    """The other machine's clock ran a day ahead, then it died."""
    ask_for_run(resources, _asked(dry_run=True))
    _claim(resources, ELSEWHERE, NOW + timedelta(days=1))

    done = run_next(resources.settings, now=NOW)

    assert done is not None and done["attempts"] == 2


def test_a_run_that_always_ends_its_worker_is_given_up_and_says_so(resources: Resources) -> None:
    request = ask_for_run(resources, _asked())["request"]
    for attempt in range(requests.MOST_TRIES):
        _claim(resources, f"machine-{attempt}:1:1", NOW + attempt * LEASE)

    assert run_next(resources.settings, now=NOW + 10 * LEASE) is None
    told = progress_of(resources, request)
    assert told["state"] == "failed" and "5 lần" in told["outcome"]["reason"]


def test_a_waiting_run_is_cancelled_at_once_and_never_runs(resources: Resources) -> None:
    request = ask_for_run(resources, _asked())["request"]

    told = cancel_run(resources, request, who="lan", now=NOW)

    assert (told["state"], told["cancelled_by"]) == ("cancelled", "lan")
    assert run_next(resources.settings, now=NOW) is None
    with resources.database.read() as connection:
        assert [event["event"] for event in events(connection, {request})] == ["run_asked", "run_cancelled"]


def test_a_working_run_is_told_to_stop_and_a_new_one_may_be_asked_for(resources: Resources) -> None:
    request = ask_for_run(resources, _asked())["request"]
    now = datetime.now(UTC)
    _claim(resources, ELSEWHERE, now)

    assert cancel_run(resources, request, who="lan", now=now)["state"] == "running"
    with pytest.raises(RunCancelled, match="lan"), resources.database.write() as connection:
        requests.beat(connection, request, owner=ELSEWHERE, now=now)
    assert not ask_for_run(resources, _asked())["joined"]


def test_all_faults_of_a_question_are_named_at_once(resources: Resources) -> None:
    with pytest.raises(BadRequest) as caught:
        ask_for_run(resources, _asked(unit="../etc", period="25", criteria="khong-co@1", on_time_rule="xyz"))

    message = str(caught.value)
    assert all(word in message for word in ("'../etc'", "'25'", "khong-co@1", "'xyz'", "bcth_date"))
    assert runs_asked(resources) == []


def test_an_unknown_request_is_named(resources: Resources) -> None:
    with pytest.raises(NoSuchRequest, match="parindex runs"):
        cancel_run(resources, "yc-none", who="lan", now=NOW)


def _asked(who: str = "lan", *, later: int = 0, unit: str = "", dry_run: bool = False, **wanted: str) -> RunAsked:
    return RunAsked(who, NOW + timedelta(seconds=later), unit=unit, dry_run=dry_run, **wanted)  # type: ignore[arg-type]


def _claim(resources: Resources, owner: str, now: datetime) -> None:
    with resources.database.write() as connection:
        assert requests.claim_next(connection, owner=owner, now=now) is not None
