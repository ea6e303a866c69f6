"""The compose file without a container engine: its shape, its variables, and each service's own command, started."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from storage.errors import StorageError
from storage.objects import S3Store
from tests.servers import SECRET, answering, free_block, free_ports, require_s3, s3_address


@pytest.fixture
def text(repository: Path) -> str:
    return (repository / "deploy/docker-compose.yml").read_text()


@pytest.fixture
def compose(text: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def test_compose_itself_reads_the_file_and_every_variable_has_a_default(text: str, repository: Path) -> None:
    read = _read_by_compose(text, repository)
    assert (read.returncode, read.stderr) == (0, "")
    assert "$(cat /run/secrets/s3_access_key)" in read.stdout, "the shell's own dollars are doubled"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("mem_limit", "mem_limits"),
        ('restart: "no"', "restart: no"),
        ("service_healthy", "healthy"),
        ("\n  web:", "\nweb:"),
    ],
)
def test_a_key_or_a_shape_that_compose_does_not_know_is_seen(
    text: str, repository: Path, right: str, wrong: str
) -> None:
    assert right in text and _read_by_compose(text.replace(right, wrong, 1), repository).returncode != 0


def _read_by_compose(text: str, repository: Path) -> subprocess.CompletedProcess[str]:
    """`docker-compose config`, which needs no engine. Debian's 1.29 is older than the key `name`."""
    command = ["docker-compose", "--project-directory", str(repository / "deploy"), "-f", "-", "config"]
    older = text.replace("\nname: parindex\n", "\n", 1)
    return subprocess.run(command, input=older, env=_PATH, capture_output=True, text=True, check=False)


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


def test_the_proxy_passes_visitors_to_the_pages_over_tls_and_keeps_figures_inside(
    compose: dict[str, Any], repository: Path, tmp_path: Path
) -> None:
    """The real Caddy with the real file; ports and the address of the pages are this machine's."""
    caddy = (repository / "deploy/Caddyfile").read_text()
    ports = dict(re.findall(r"^\s(http_port|https_port) (\d+)$", caddy, flags=re.M))
    assert [f"80:{ports['http_port']}", f"443:{ports['https_port']}"] == compose["services"]["proxy"]["ports"]
    (upstream,) = re.findall(r"reverse_proxy (\w+):8080 \{", caddy)
    assert upstream in compose["services"]

    plain, tls, admin = free_ports(3)
    with _pages() as (address, seen):
        here = {f"{upstream}:8080": address, "8080": str(plain), "8443": str(tls)}
        here |= {"skip_install_trust": f"skip_install_trust\n\tadmin 127.0.0.1:{admin}"}
        (tmp_path / "Caddyfile").write_text(_here(caddy, here))
        environment = {"PAR_HOST": "localhost", "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
        command = ["caddy", "run", "--config", str(tmp_path / "Caddyfile")]
        with _started(command, environment, tmp_path / "log") as server:
            root = tmp_path / "caddy/pki/authorities/local/root.crt"
            _wait(lambda: root.exists() and root.stat().st_size > 0, server)
            with httpx.Client(verify=ssl.create_default_context(cafile=str(root)), timeout=60) as visitor:
                _wait(partial(_answers, visitor, f"https://localhost:{tls}/"), server)
                page = visitor.get(f"https://localhost:{tls}/", headers={"X-Forwarded-For": "203.0.113.9"})
                inside = [visitor.get(f"https://localhost:{tls}{path}").status_code for path in ("/metrics", "/readyz")]
                moved = visitor.get(f"http://localhost:{plain}/")
    assert page.text == "trang" and "Strict-Transport-Security" in page.headers and "Server" not in page.headers
    assert inside == [404, 404] and moved.is_redirect
    assert seen["/"] == "127.0.0.1", "what a visitor says of his own address is not passed on"


@contextlib.contextmanager
def _pages() -> Iterator[tuple[str, dict[str, str | None]]]:
    """Pages that answer everything, and from where each path was last asked."""
    seen: dict[str, str | None] = {}

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen[self.path] = self.headers["X-Forwarded-For"]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"trang")

        def log_message(self, *_: object) -> None: ...

    with answering(ThreadingHTTPServer(("127.0.0.1", 0), Pages)) as port:
        yield f"127.0.0.1:{port}", seen


def _answers(visitor: httpx.Client, address: str) -> bool:
    """The certificate of the pages comes a moment after that of the authority."""
    try:
        return visitor.get(address).is_success
    except httpx.HTTPError:
        return False


@pytest.mark.parametrize("wrong", ["reverse_prox", "max_sizes", "{"])
def test_a_word_that_caddy_does_not_know_is_seen(repository: Path, tmp_path: Path, wrong: str) -> None:
    right = {"reverse_prox": "reverse_proxy", "max_sizes": "max_size", "{": "encode zstd gzip"}[wrong]
    (tmp_path / "Caddyfile").write_text((repository / "deploy/Caddyfile").read_text().replace(right, wrong, 1))
    command = ["caddy", "adapt", "--validate", "--config", str(tmp_path / "Caddyfile")]
    asked = subprocess.run(command, env=_PATH | {"PAR_HOST": "localhost"}, capture_output=True, check=False)
    assert asked.returncode != 0


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
        endpoint = f"127.0.0.1:{ports[5]}"
        _wait(lambda: _keeps(endpoint), server)
        assert S3Store(s3_address(endpoint, "ready")).worm().guaranteed


def test_web_worker_prefect_and_runner_start_and_pass_their_health_checks(
    compose: dict[str, Any], tmp_path: Path, postgresql_url: str, s3_endpoint: str
) -> None:
    """Each with the command, environment and health check of the compose file, on servers of this machine."""
    web, prefect, runner = free_ports(3)
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
        "4201": str(runner),
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
    word = re.sub("|".join(map(re.escape, places)), lambda place: places[place[0]], word)
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


def _wait(met: Callable[[], bool], server: subprocess.Popen[bytes], seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert server.poll() is None and time.monotonic() < until, f"{server.args!r} did not come up"
        time.sleep(0.5)


def _passes(check: list[str], environment: dict[str, str]) -> bool:
    return subprocess.run(check, env=_PATH | environment, capture_output=True, check=False).returncode == 0


def _keeps(endpoint: str) -> bool:
    try:
        require_s3(endpoint)
    except StorageError:
        return False
    return True


_PATH = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
