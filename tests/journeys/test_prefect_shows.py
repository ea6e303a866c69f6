"""What a Prefect server of one's own gets from `parindex setup`, and what it shows of a night."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.client.base import PrefectHttpxSyncClient

from flows.on_prefect.server import answers
from flows.on_prefect.setup import MOST_RUNS, WORK_POOL
from tests.journeys.commands import NIGHT, parindex
from tests.journeys.serving import wait_for
from tests.servers import answering, free_ports


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server's API, started as the compose file starts it."""
    home, port = tmp_path_factory.mktemp("prefect"), free_ports(1)[0]
    environment = os.environ | {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    server = subprocess.Popen(
        [sys.executable, "-m", "flows.on_prefect.process", str(port), "--services"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/api"
    try:
        wait_for(lambda: answers(url), seconds=240)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=180)


def test_setup_makes_pool_limit_and_automation_once(prefect: str, tmp_path: Path) -> None:
    made = [_prefect_part(parindex(tmp_path, "setup", "--json", PAR_PREFECT_API_URL=prefect)) for _ in range(2)]

    assert [part["new"] for part in made] == [True, False], made
    (pool,) = [one for one in _asked(prefect, "work_pools/filter") if one["name"] == "parindex"]
    (automation,) = _asked(prefect, "automations/filter")
    assert (pool["type"], pool["concurrency_limit"]) == ("process", 4)
    assert automation["enabled"] and automation["trigger"]["posture"] == "Proactive"
    assert automation["trigger"]["within"] > 90 and automation["actions"][0]["state"] == "CRASHED"


def test_a_run_whose_process_was_killed_is_no_longer_shown_as_running(prefect: str, tmp_path: Path) -> None:
    parindex(tmp_path, "setup", "--json", PAR_PREFECT_API_URL=prefect)
    (automation,) = _asked(prefect, "automations/filter")
    sooner = {name: automation[name] for name in ("name", "description", "enabled", "actions")}
    sooner["trigger"] = automation["trigger"] | {"within": 10}
    _answer(prefect, "PUT", f"automations/{automation['id']}", sooner)
    environment = os.environ | {"PREFECT_API_URL": prefect, "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}
    worker = subprocess.Popen([sys.executable, "-c", _ENDLESS], env=environment, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    run = worker.stdout.readline().strip()
    wait_for(lambda: run in _heard_of(prefect), seconds=300)

    worker.kill()
    worker.wait()

    wait_for(lambda: _state_of(prefect, run)["type"] != "RUNNING", seconds=300)
    state = _state_of(prefect, run)
    assert state["type"] == "CRASHED" and "sổ đêm tự chạy tiếp" in state["message"]


def test_runs_beyond_the_limits_wait_visibly_on_prefect_and_a_dead_run_gives_its_place_back(
    prefect: str, repository: Path, tmp_path: Path
) -> None:
    """The limit of a deployment in prefect.yaml, and that of the work pool which `setup` makes."""
    parindex(tmp_path, "setup", "--json", PAR_PREFECT_API_URL=prefect)
    declared = yaml.safe_load((repository / "prefect.yaml").read_text())["deployments"]
    limits = {one["concurrency_limit"] for one in declared}
    assert limits == {1}
    first, second = _runs_of_a_deployment(prefect, 2, concurrency_limit=1)
    others = _runs_of_a_deployment(prefect, MOST_RUNS)

    assert _proposed(prefect, first, "PENDING") == "Pending"
    assert _proposed(prefect, second, "PENDING") == "AwaitingConcurrencySlot"
    assert _state_of(prefect, second)["type"] == "SCHEDULED"
    for run in others[1:]:
        assert _proposed(prefect, run, "PENDING") == "Pending"
    assert _offered(prefect) == []

    assert _proposed(prefect, first, "CRASHED") == "Crashed"

    assert _proposed(prefect, second, "PENDING") == "Pending"
    assert _proposed(prefect, second, "CRASHED") == "Crashed"
    assert _offered(prefect) == [others[0]]


def _runs_of_a_deployment(prefect: str, count: int, **limits: int) -> list[str]:
    """Scheduled runs of a new deployment of the work pool."""
    flow = _sent(prefect, "flows/", {"name": "nightly"})["id"]
    named = {"name": f"{count} {limits}", "flow_id": flow, "work_pool_name": WORK_POOL, "entrypoint": "none.py:none"}
    deployment = _sent(prefect, "deployments/", named | limits)["id"]
    return [_sent(prefect, f"deployments/{deployment}/create_flow_run", {})["id"] for _ in range(count)]


def _proposed(prefect: str, run: str, state: str) -> str:
    """The name of the state that a run has after its worker proposed one."""
    return str(_sent(prefect, f"flow_runs/{run}/set_state", {"state": {"type": state}})["state"]["name"])


def _offered(prefect: str) -> list[str]:
    """The runs that a worker of the pool may take now."""
    found = _asked(prefect, f"work_pools/{WORK_POOL}/get_scheduled_flow_runs")
    return [one["flow_run"]["id"] for one in found]


def _sent(prefect: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = _answer(prefect, "POST", what, body)
    return told


_ENDLESS = """
import time
from prefect import flow
from prefect.runtime import flow_run

@flow(name="nightly", persist_result=False)
def nightly():
    print(flow_run.id, flush=True)
    time.sleep(3_600)

nightly()
"""


def test_setup_without_an_answering_prefect_makes_the_rest_and_says_so(tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{free_ports(1)[0]}/api"
    done = parindex(tmp_path, "setup", "--json", PAR_PREFECT_API_URL=address)
    assert done.returncode in (0, 1), done.stderr
    assert "chưa trả lời" in _prefect_part(done)["seen"]


def test_setup_with_a_prefect_whose_database_is_busy_makes_the_rest_and_says_so(tmp_path: Path) -> None:
    with answering(ThreadingHTTPServer(("127.0.0.1", 0), _Busy)) as port:
        done = parindex(tmp_path, "setup", "--json", PAR_PREFECT_API_URL=f"http://127.0.0.1:{port}/api")
    assert done.returncode in (0, 1), done.stderr
    assert "chạy lại parindex setup" in _prefect_part(done)["seen"]
    assert "quantri" in done.stdout


class _Busy(BaseHTTPRequestHandler):
    """As Prefect answers while another has its SQLite database."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path.endswith("/health") else 503)
        self.send_header("Retry-After", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


def test_a_night_shows_its_progress_its_letter_and_where_the_pages_are(prefect: str, tmp_path: Path) -> None:
    done = parindex(
        tmp_path, "nightly", "--json", "--at", NIGHT, PAR_PREFECT_API_URL=prefect, PAR_WEB_ADDRESS="https://p.example"
    )

    assert done.returncode in (0, 1), done.stderr
    shown = {one["key"]: one for one in _asked(prefect, "artifacts/filter")}
    assert json.loads(done.stdout)["letter"] == shown["thu-buoi-sang"]["data"]
    assert "https://p.example" in shown["trang-diem"]["data"]
    assert shown["tien-do"]["description"] == "Viết thư buổi sáng" and shown["tien-do"]["type"] == "progress"


def test_a_night_that_cannot_begin_is_told_in_one_sentence_without_prefects_stack(prefect: str, tmp_path: Path) -> None:
    done = parindex(tmp_path, "nightly", "--at", NIGHT, PAR_PREFECT_API_URL=prefect, PAR_MIN_FREE_MIB="999999999")
    assert done.returncode == 3 and "PAR_MIN_FREE_MIB" in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) == 1


def test_by_the_schedule_every_ward_of_the_list_has_its_named_night_and_a_failed_one_hinders_none(
    prefect: str, tmp_path: Path
) -> None:
    wards = ["mot, name: Phường Một", "sai, name: Phường Sai, criteria: khong-co@1", "hai, name: Phường Hai"]
    (tmp_path / "units.yaml").write_text("\n".join(["units:", *(f"- {{id: phuong-{ward}}}" for ward in wards)]))
    environment = os.environ | {"PREFECT_API_URL": prefect, "PAR_HOME": str(tmp_path), "PAR_UNIT": "phuong-mot"}

    done = subprocess.run(
        [sys.executable, "-c", _SCHEDULED, NIGHT], env=environment, capture_output=True, text=True, check=False
    )

    assert "StorageError: Đêm chưa chạy xong: phuong-sai" in done.stderr, done.stderr
    shown = {one["key"]: one for one in _asked(prefect, "artifacts/filter")}
    assert len({shown[f"tien-do-phuong-{name}"]["task_run_id"] for name in ("mot", "hai")}) == 2
    assert shown["tien-do-phuong-hai"]["description"] == "Phường Hai (3/3 đơn vị): Viết thư buổi sáng"
    assert "Phường Một" in shown["thu-buoi-sang-phuong-mot"]["data"]
    tables = [one for one in _asked(prefect, "artifacts/filter") if one["key"] == "cac-don-vi"]
    newest = max(tables, key=lambda one: one["created"])["data"]
    assert all(f"| {row}" in newest for row in ("phuong-mot | xong", "phuong-sai | chưa xong", "phuong-hai | xong"))


_SCHEDULED = """
import sys
from datetime import datetime
from prefect import flow
from config.settings import load_settings
from config.units_here import settings_of_units
from flows.running.night import NightRequestedBy
from flows.on_prefect.night import nights_of_units

@flow(name="nightly", persist_result=False, validate_parameters=False)
def nightly():
    asked = NightRequestedBy("schedule", datetime.fromisoformat(sys.argv[1]))
    return nights_of_units(settings_of_units(load_settings()), asked)

nightly()
"""


def test_a_night_on_an_engine_that_is_not_installed_is_refused_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['prefect_ray'] = None\n")
    found_first = f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    done = parindex(tmp_path, "nightly", "--at", NIGHT, PAR_TASK_RUNNER="ray", PYTHONPATH=found_first)
    assert done.returncode == 3
    assert "prefect-ray" in done.stderr and "PAR_TASK_RUNNER" in done.stderr
    assert not (tmp_path / "parindex.db").exists()


def _prefect_part(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    told = json.loads(done.stdout)
    parts = told["parts"] if isinstance(told, dict) else told
    part: dict[str, Any] = next(part for part in parts if part["name"] == "Prefect")
    return part


def _heard_of(prefect: str) -> set[str]:
    """The flow runs whose heartbeat the server has heard."""
    sought = {"filter": {"event": {"name": ["prefect.flow-run.heartbeat"]}}}
    heard = _answer(prefect, "POST", "events/filter", sought)["events"]
    return {event["resource"]["prefect.resource.id"].removeprefix("prefect.flow-run.") for event in heard}


def _state_of(prefect: str, run: str) -> dict[str, Any]:
    found: dict[str, Any] = _answer(prefect, "GET", f"flow_runs/{run}")["state"]
    return found


def _asked(prefect: str, what: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _answer(prefect, "POST", what, {})
    return found


def _answer(prefect: str, method: str, what: str, body: object = None) -> Any:
    """What the server answers; while another has its SQLite database it says 503, and Prefect's client asks again."""
    with PrefectHttpxSyncClient(timeout=180) as client:
        told = client.request(method, f"{prefect}/{what}", json=body)
    return told.json() if told.content else None
