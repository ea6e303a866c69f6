"""The compose file without a container engine: its shape, its variables, and each service's own command, started."""

from __future__ import annotations

import contextlib
import copy
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from storage.errors import StorageError
from storage.objects import S3Store
from tests.flows.compose_rules import COMPOSE
from tests.servers import SECRET, free_block, free_ports, s3_address


@pytest.fixture
def text(repository: Path) -> str:
    return (repository / "deploy/docker-compose.yml").read_text()


@pytest.fixture
def compose(text: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def test_the_file_has_the_shape_that_compose_accepts(compose: dict[str, Any]) -> None:
    assert [
        error.json_path + ": " + error.message for error in Draft202012Validator(COMPOSE).iter_errors(compose)
    ] == []


@pytest.mark.parametrize(
    ("place", "value"),
    [("mem_limits", "1g"), ("mem_limit", "1 GB"), ("restart", False), ("ports", ["8080"]), ("command", "run me")],
)
def test_a_key_or_a_shape_that_compose_does_not_know_is_seen(
    compose: dict[str, Any], place: str, value: object
) -> None:
    wrong = copy.deepcopy(compose)
    wrong["services"]["web"][place] = value
    assert not Draft202012Validator(COMPOSE).is_valid(wrong)


def test_variables_have_defaults_and_a_shells_own_dollars_are_doubled(text: str) -> None:
    left = re.sub(r"\$\$|\$\{[A-Z_]+:-[^{}$]*\}", "", text)
    assert "$" not in left


def test_services_wait_for_each_other_without_a_circle_and_only_for_what_can_come(compose: dict[str, Any]) -> None:
    services = compose["services"]
    waits = {name: set(one.get("depends_on", {})) for name, one in services.items()}
    while free := [name for name, on in waits.items() if not on]:
        waits = {name: on - set(free) for name, on in waits.items() if name not in free}
    assert waits == {}
    for one in services.values():
        for name, how in one.get("depends_on", {}).items():
            on = services[name]
            ends = on["restart"] == "no"
            assert ends == (how["condition"] == "service_completed_successfully"), name
            assert ends or "disable" not in on["healthcheck"], name


def test_the_proxy_listens_where_it_is_published_and_passes_to_the_pages(
    compose: dict[str, Any], repository: Path
) -> None:
    caddy = (repository / "deploy/Caddyfile").read_text()
    lines = [line.strip() for line in caddy.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    depth = [line.endswith("{") - (line == "}") for line in lines]
    ports = dict(re.findall(r"^\s(http_port|https_port) (\d+)$", caddy, flags=re.M))

    assert sum(depth) == 0 and min(sum(depth[: n + 1]) for n in range(len(depth))) == 0
    assert all(line.startswith("\t") or line[0] in "#{}" for line in caddy.splitlines() if line)
    assert {line.split()[0] for line in lines} == _DIRECTIVES
    assert [f"80:{ports['http_port']}", f"443:{ports['https_port']}"] == compose["services"]["proxy"]["ports"]
    (upstream,) = re.findall(r"reverse_proxy (\w+):8080 \{", caddy)
    assert upstream in compose["services"] and "{$PAR_HOST}" in lines[lines.index("}") + 1]
    assert re.search(r"@inside path /metrics /readyz\n\s+respond @inside 404", caddy)


def test_the_object_store_of_the_compose_file_starts_with_its_very_command(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    service = compose["services"]["objects"]
    ports = free_block(6)
    others = zip(("master.port", "volume.port", "filer.port", "admin.port"), ports, strict=False)
    (tmp_path / "s3_access_key").write_text("testkey")
    (tmp_path / "s3_secret_key").write_text(SECRET)
    here = {
        "$$": "$",
        "/run/secrets": str(tmp_path),
        "-dir=/data": " ".join([f"-dir={tmp_path}", *(f"-{name}={port}" for name, port in others)]),
        "-ip=objects": "-ip=127.0.0.1",
        "0.0.0.0": "127.0.0.1",
        "8333": str(ports[5]),
    }
    command = [*service["entrypoint"], _here(service["command"][0], here)]

    with _started(command, service["environment"], tmp_path / "log") as server:
        store = S3Store(s3_address(f"127.0.0.1:{ports[5]}", "ready"))
        _wait(lambda: _made(store), server)
        assert store.worm().guaranteed


@pytest.mark.timeout(300)
def test_web_worker_prefect_and_runner_start_and_pass_their_health_checks(
    compose: dict[str, Any], tmp_path: Path, postgresql_url: str, s3_endpoint: str
) -> None:
    """Each with the command, environment and health check of the compose file, on servers of this machine."""
    web, prefect = free_ports(2)
    secrets = {"database_url": postgresql_url, "s3_access_key": "testkey", "s3_secret_key": SECRET, "smtp_password": ""}
    for name, value in secrets.items():
        (tmp_path / name).write_text(value)
    here = {
        "/run/secrets": str(tmp_path),
        "/var/lib/parindex": str(tmp_path / "home"),
        "objects:8333": s3_endpoint,
        "//prefect:": "//127.0.0.1:",
        "0.0.0.0": "127.0.0.1",
        "8080": str(web),
        "4200": str(prefect),
    }
    (tmp_path / "home").mkdir()
    with contextlib.ExitStack() as running:
        for name in ("prefect", "web", "worker", "runner"):
            service = compose["services"][name]
            environment = {key: _here(value, here) for key, value in service["environment"].items()}
            environment |= {"PAR_WEB_PORT": str(web), "PAR_S3_BUCKET": "started"} if name != "prefect" else {}
            command, check = ([_here(word, here) for word in words] for words in (service["command"], _check(service)))
            server = running.enter_context(_started(command, environment, tmp_path / f"{name}.log"))
            _wait(partial(_passes, check, environment), server)
            assert server.poll() is None, (tmp_path / f"{name}.log").read_text()


def _here(word: str, places: dict[str, str]) -> str:
    """A word of the compose file with its places replaced by those of this machine; variables by their defaults."""
    for place, here in places.items():
        word = word.replace(place, here)
    return re.sub(r"\$\{[A-Z_]+:-([^{}]*)\}", r"\1", word)


def _check(service: dict[str, Any]) -> list[str]:
    kind, *words = service["healthcheck"]["test"]
    assert kind == "CMD"
    return [str(word) for word in words]


@contextlib.contextmanager
def _started(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process group with nothing but the given environment, ended by SIGTERM as an engine does it."""
    with log.open("wb") as lines:
        server = subprocess.Popen(
            command, env=_PATH | environment, stdout=lines, stderr=lines, start_new_session=True, cwd=log.parent
        )
    try:
        yield server
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(timeout=30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _wait(met: Callable[[], bool], server: subprocess.Popen[bytes], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert server.poll() is None and time.monotonic() < until, f"{server.args!r} did not come up"
        time.sleep(0.3)


def _passes(check: list[str], environment: dict[str, str]) -> bool:
    return subprocess.run(check, env=_PATH | environment, capture_output=True, check=False).returncode == 0


def _made(store: S3Store) -> bool:
    try:
        store.create_bucket()
    except StorageError:
        return False
    return True


_PATH = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
_DIRECTIVES = {
    *("{", "}", "http_port", "https_port", "{$PAR_HOST}", "encode", "request_body", "max_size", "header"),
    *("Strict-Transport-Security", "-Server", "@inside", "respond", "reverse_proxy", "health_uri", "health_interval"),
}
"""Every first word that the Caddyfile may have: directives of Caddy 2.10, and our own names."""
