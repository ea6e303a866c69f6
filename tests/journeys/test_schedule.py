"""`parindex serve`: pages, worker and Prefect in one process tree, with the real schedule."""

from __future__ import annotations

import json
import shutil
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from config.settings import Settings
from flows.resources import open_resources
from flows.running.requests import progress_of
from flows.serving.standing import standing_of
from tests.journeys.commands import parindex
from tests.journeys.serving import Service, alive, hold_reading, serving, wait_for


def test_prefect_shows_the_wards_schedule_runs_its_night_and_stops_in_the_middle_of_one_without_a_stack(
    small_ward: Path, tmp_path: Path
) -> None:
    settings = {"PAR_SCHEDULE": "* * * * *", "PAR_PERIOD": "2025", "PAR_PREFECT_START_SECONDS": "240"}
    with serving(tmp_path, PAR_SLOTS="1", **settings) as service:
        (deployment,) = _asked_of_prefect(service, "deployments/filter")
        (schedule,) = deployment["schedules"]
        wait_for(lambda: list(tmp_path.glob("outbox/*/thu-buoi-sang.md")), seconds=300)
        hold_reading(tmp_path)
        shutil.copytree(small_ward / "inbox", tmp_path / "inbox", dirs_exist_ok=True)
        wait_for(lambda: _is_reading(tmp_path), seconds=300)
        tree = service.tree()

    assert deployment["name"] == "hoi-an-dong" and schedule["active"]
    assert schedule["schedule"]["cron"] == "* * * * *"
    assert schedule["schedule"]["timezone"] == "Asia/Ho_Chi_Minh"
    wait_for(lambda: not alive(tree))
    said_at_the_end = (tmp_path / "service.log").read_text().partition("service_stops")[2]
    assert "prefect_stops" in said_at_the_end and "site-packages/prefect/" not in said_at_the_end


def test_a_run_asked_for_is_worked_on_by_the_service_and_found_again_after_the_worker_is_killed(
    small_ward: Path, tmp_path: Path
) -> None:
    home = _copy(small_ward, tmp_path)
    go_on = hold_reading(home)

    with serving(home, PAR_PREFECT="off", PAR_PERIOD="2025", PAR_SLOTS="1") as service:
        asked = json.loads(parindex(home, "run", "--leave", "--json").stdout)
        wait_for(lambda: _told(home, asked)["progress"]["step"] == "examine")
        worker = service.part("worker")
        assert worker is not None
        worker.send_signal(signal.SIGKILL)
        go_on()
        wait_for(lambda: _told(home, asked)["state"] in ("done", "gaps"))

        (told,) = json.loads(parindex(home, "runs", "--json").stdout)
        assert (told["attempts"], told["run"]) == (2, "2025-0001")
        assert service.ask("/healthz").status_code == 200


def test_a_killed_service_leaves_no_process_and_the_next_one_ends_its_run(small_ward: Path, tmp_path: Path) -> None:
    home = _copy(small_ward, tmp_path)
    go_on = hold_reading(home)
    asked: dict[str, Any] = {}

    with serving(home, PAR_PREFECT="off", PAR_PERIOD="2025", PAR_SLOTS="1") as service:
        asked |= json.loads(parindex(home, "run", "--leave", "--json").stdout)
        wait_for(lambda: _told(home, asked)["state"] == "running")
        tree = service.tree()
        service.process.send_signal(signal.SIGKILL)
        wait_for(lambda: not alive(tree))

    go_on()
    with serving(home, PAR_PREFECT="off", PAR_PERIOD="2025"):
        wait_for(lambda: _told(home, asked)["state"] in ("done", "gaps"))
    assert _told(home, asked)["run"] == "2025-0001"


def test_the_service_answers_health_readiness_and_figures(tmp_path: Path) -> None:
    with serving(tmp_path, PAR_PREFECT="off") as service:
        ready = service.ask("/readyz")
        figures = service.ask("/metrics").text
        (tmp_path / "a-folder").symlink_to(tmp_path)
        (tmp_path / "a-folder").replace(tmp_path / "parindex.db")  # at once: a new database would be made in between
        gone = service.ask("/readyz")

    assert ready.status_code == 200 and ready.json()["ready"]
    assert "parindex_up 1.0" in figures and 'parindex_nights{state="done"} 0.0' in figures
    assert gone.status_code == 503
    assert [check["name"] for check in gone.json()["checks"] if not check["ok"]] == ["database"]


def _asked_of_prefect(service: Service, what: str) -> list[dict[str, Any]]:
    """What Prefect's API answers; it comes up in its own time, and registers the schedule a moment later."""
    found: list[dict[str, Any]] = []

    def asked() -> bool:
        try:
            answer = httpx.post(f"{service.ready['prefect_api_url']}/{what}", json={}, timeout=10)
            found[:] = answer.raise_for_status().json()
        except httpx.HTTPError:
            return False
        return bool(found)

    wait_for(asked, seconds=300)
    return found


def _is_reading(home: Path) -> bool:
    night = standing_of(Settings(home=home), datetime.now(UTC))["last_night"]
    return bool(night["progress"]) and night["progress"]["step"] == "examine"


def _told(home: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """The run as the ledger holds it, asked quickly: its steps are short."""
    with open_resources(Settings(home=home)) as resources:
        return progress_of(resources, asked["request"])


def _copy(ward: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ward, tmp_path / "ward"))
