"""What is deployed: the image's steps, each service's command, the compose file, Prefect's deployments, the unit file.

No container engine runs here: the steps are compared with ./dev, which each test run walks, and commands are started.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import Settings
from flows.serving.web_process import serving
from flows.watching.chores import chore_kinds
from tests.servers import SECRET, s3_address

OURS = ("setup", "web", "worker", "prefect", "runner", "backup")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "deploy/docker-compose.yml").read_text())
    return read


def test_the_image_installs_what_dev_installs(repository: Path) -> None:
    dockerfile = (repository / "deploy/Dockerfile").read_text()
    dev = (repository / "dev").read_text()
    wanted = re.search(r'^APT_RUN="(.*)"', dev, flags=re.M)
    assert wanted is not None

    packages = set(
        re.findall(r"[a-z0-9][a-z0-9.+-]+", " ".join(re.findall(r"install-recommends(.*?)&&", dockerfile, re.S)))
    )
    assert set(wanted[1].split()) <= packages
    assert {"python3", "python3-venv", "tini"} <= packages
    assert "--require-hashes -r requirements.lock" in dockerfile and "--require-hashes -r" in dev
    assert re.search(r"^USER 10001:10001$", dockerfile, flags=re.M)


def test_the_dumping_program_and_the_database_are_of_one_major_version(
    repository: Path, compose: dict[str, Any]
) -> None:
    """pg_dump refuses a server that is newer than itself; Debian 12, the image's base, has PostgreSQL 15."""
    dockerfile = (repository / "deploy/Dockerfile").read_text()
    client = re.search(r"\bpostgresql-client-(\d+)\b", dockerfile)
    base = re.search(r"^ARG BASE=debian:(\d+)", dockerfile, flags=re.M)
    server = re.fullmatch(r"postgres:(\d+)\.\d+-bookworm", compose["services"]["database"]["image"])
    assert client is not None and base is not None and server is not None
    assert (base[1], client[1]) == ("12", server[1]) == ("12", "15")


def test_the_image_gets_every_room_and_no_secret(repository: Path) -> None:
    let_in = {line[1:] for line in (repository / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    project = (repository / "pyproject.toml").read_text()
    packages = re.search(r"^packages = \[(.*?)\]", project, flags=re.M | re.S)
    assert packages is not None

    rooms = {name.split(".")[0] for name in re.findall(r'"([\w.]+)"', packages[1])}
    assert rooms | {"web"} <= let_in
    assert all((repository / name).exists() for name in let_in)
    assert not {"var", ".env", "deploy", "tests", ".git"} & let_in


def test_every_service_is_confined_and_watched(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["mem_limit"] and service["cpus"] and service["pids_limit"], name
        assert service["healthcheck"] and service["restart"] in ("unless-stopped", "no"), name
        assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+(\.\d+)?(-\w+)?(@sha256:[0-9a-f]{64})?", service["image"]), name
        once = name == "prepare"  # gives the volumes to the users below, then ends
        assert once or not str(service.get("user", "0")).startswith("0"), name


def test_only_the_proxy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert compose["networks"]["inside"]["internal"]
    assert [name for name, service in services.items() if "outside" in service.get("networks", [])] == ["proxy"]
    objects = " ".join(services["objects"]["command"])
    assert all(flag in objects for flag in ("-disableHttp", "-webdav=false", "-master.telemetry=false"))


def test_what_sends_mail_or_asks_others_has_a_way_out_and_what_keeps_data_has_none(compose: dict[str, Any]) -> None:
    """Mail, webhooks, OpenID Connect, time stamps, revocation lists, remote exports: web, worker, runner."""
    services = compose["services"]
    assert "internal" not in (compose["networks"]["ways-out"] or {})
    assert [name for name, one in services.items() if "ways-out" in one.get("networks", [])] == [
        "web",
        "worker",
        "runner",
    ]
    assert all("inside" in one["networks"] for one in services.values())


def test_only_the_proxys_word_about_a_visitors_address_is_believed(compose: dict[str, Any]) -> None:
    proxy = compose["services"]["proxy"]["networks"]["inside"]["ipv4_address"]
    (subnet,) = [one["subnet"] for one in compose["networks"]["inside"]["ipam"]["config"]]
    settings = Settings(web_proxies=compose["services"]["web"]["environment"]["PAR_WEB_PROXIES"])

    assert ip_address(proxy) in ip_network(subnet) and settings.web_proxies == proxy
    assert _address_seen(settings, peer=proxy) == "203.0.113.9"
    assert _address_seen(settings, peer="172.30.77.23") == "172.30.77.23"
    assert _address_seen(Settings(), peer=proxy) == proxy


def test_what_services_name_exists(compose: dict[str, Any], repository: Path) -> None:
    services = compose["services"]
    for name, service in services.items():
        assert set(service.get("secrets", [])) <= set(compose["secrets"]), name
        assert set(service.get("depends_on", [])) <= set(services), name
        volumes = {str(volume).split(":", 1)[0] for volume in service.get("volumes", [])}
        assert {volume for volume in volumes if "/" not in volume} <= set(compose["volumes"]), name
        assert all((repository / "deploy" / volume).exists() for volume in volumes if volume.startswith(".")), name


def test_every_setting_of_the_services_is_one_that_the_product_knows(compose: dict[str, Any]) -> None:
    known = {f"PAR_{name.upper()}" for name in Settings.model_fields}
    for name in OURS:
        given = {
            key.removesuffix("_FILE") for key in compose["services"][name]["environment"] if key.startswith("PAR_")
        }
        assert given <= known, name
        plain = compose["services"][name]["environment"]
        assert not [
            key for key in plain if re.search("PASSWORD|SECRET|DATABASE_URL", key) and not key.endswith("_FILE")
        ]


def test_every_command_of_ours_can_be_started(compose: dict[str, Any], repository: Path) -> None:
    for name in OURS:
        program, *words = compose["services"][name]["command"]
        if program == "python":
            assert importlib.util.find_spec(words[1]) is not None, name
        elif program == "sh":
            assert subprocess.run(["sh", "-n", repository / words[0]], check=False).returncode == 0
        else:
            shown = subprocess.run([_program(program), words[0], "--help"], capture_output=True, check=False)
            assert shown.returncode == 0, name


def test_setup_and_backup_work_on_the_servers_of_the_compose_file(
    tmp_path: Path, postgresql_url: str, s3_endpoint: str, repository: Path, compose: dict[str, Any]
) -> None:
    environment = _deployed(compose, tmp_path, postgresql_url, s3_endpoint)
    setup = [_program(compose["services"]["setup"]["command"][0]), *compose["services"]["setup"]["command"][1:]]
    first = subprocess.run(setup, env=environment, capture_output=True, text=True, check=False)
    again = subprocess.run(setup, env=environment, capture_output=True, text=True, check=False)

    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert '"new": true' in first.stdout and '"new": true' not in again.stdout
    assert s3_address(s3_endpoint, "deployed").bucket and "không xóa được" in first.stdout

    backup = ["sh", repository / "deploy/backup.sh", "once"]
    done = subprocess.run(backup, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (dump,) = (tmp_path / "backup").glob("database-*.dump")
    listed = subprocess.run(["pg_restore", "--list", dump], capture_output=True, text=True, check=True).stdout
    with tarfile.open(dump.with_name(f"{dump.name}.home.tar")) as beside:
        held = beside.getnames()
    assert "custody" in listed and "keys" in held and not {"objects", ".env"} & set(held)


def test_a_dump_that_fails_is_told_and_leaves_no_file_and_takes_no_good_one_away(
    tmp_path: Path, repository: Path
) -> None:
    """As the service runs it, round after round: the good dump is older than BACKUP_KEEP_DAYS."""
    programs, into = tmp_path / "programs", tmp_path / "backup"
    for folder in (programs, into, tmp_path / "keys"):
        folder.mkdir()
    _program_of(programs / "pg_dump", 'for word; do case $word in --file=*) : > "${word#--file=}";; esac; done; exit 1')
    good = into / "database-20250101-000000.dump"
    good.write_bytes(b"a dump")
    os.utime(good, (0, 0))
    (tmp_path / "address").write_text("postgresql+psycopg://par@nowhere/par")
    environment = {"PATH": f"{programs}:/usr/bin:/bin", "PAR_HOME": str(tmp_path), "BACKUP_INTO": str(into)}

    told = _first_line_of_the_service(repository, environment | {"PAR_DATABASE_URL_FILE": str(tmp_path / "address")})

    assert told == '{"event": "backup_failed"}'
    assert [path.name for path in into.glob("database-*.dump")] == [good.name]


def test_prefect_deploys_the_night_and_the_same_chores_as_the_service(repository: Path) -> None:
    deployed = {one["name"]: one for one in yaml.safe_load((repository / "prefect.yaml").read_text())["deployments"]}
    settings = Settings()
    wanted = {kind.id: kind.schedule(settings) for kind in chore_kinds()} | {"nightly": settings.schedule}

    assert {name: one["schedules"][0]["cron"] for name, one in deployed.items()} == wanted
    assert {one["schedules"][0]["timezone"] for one in deployed.values()} == {settings.timezone}
    for one in deployed.values():
        file, _, flow = one["entrypoint"].partition(":")
        assert re.search(rf"^def {flow}\(", (repository / file).read_text(), flags=re.M)


def test_the_unit_file_is_one_that_systemd_understands(repository: Path, tmp_path: Path) -> None:
    unit = (repository / "deploy/parindex.service").read_text()
    assert "ExecStart=/opt/parindex/.venv/bin/parindex serve" in unit and "Restart=always" in unit
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd is not installed on this machine")
    checked = tmp_path / "parindex.service"
    checked.write_text(unit.replace("/opt/parindex/.venv/bin/parindex", sys.executable))
    seen = subprocess.run([analyze, "verify", checked], capture_output=True, text=True, check=False)
    assert "parindex.service" not in seen.stderr.replace("Failed to", ""), seen.stderr


def _address_seen(settings: Settings, *, peer: str) -> str:
    """What the application takes for a visitor's address when `peer` connects and speaks for 203.0.113.9."""
    seen: list[str] = []

    async def pages(scope: dict[str, Any], _receive: object, _send: object) -> None:
        seen.append(scope["client"][0])

    config = serving(settings, pages)
    config.load()
    headers = [(b"x-forwarded-for", b"203.0.113.9")]
    scope = {"type": "http", "asgi": {"version": "3.0"}, "client": (peer, 1), "headers": headers}
    asyncio.run(config.loaded_app(scope, None, None))  # type: ignore[arg-type]
    return seen[0]


def _first_line_of_the_service(repository: Path, environment: dict[str, str]) -> str:
    service = subprocess.Popen(
        ["sh", repository / "deploy/backup.sh"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert service.stderr is not None
    try:
        return next(line.strip() for line in service.stderr if line.startswith("{"))
    finally:
        os.killpg(service.pid, signal.SIGKILL)
        service.wait()


def _program_of(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def _deployed(compose: dict[str, Any], folder: Path, postgresql_url: str, s3_endpoint: str) -> dict[str, str]:
    """The environment of the service `backup`, with secrets as files and servers of this machine."""
    secrets = {
        "database_url": postgresql_url,
        "s3_access_key": "testkey",
        "s3_secret_key": SECRET,
        "smtp_password": "",
    }
    for name, value in secrets.items():
        (folder / name).write_text(value + "\n")
    given = {
        key: str(value).replace("/run/secrets", str(folder))
        for key, value in compose["services"]["backup"]["environment"].items()
        if key.startswith("PAR_") and "${" not in str(value)
    }
    (folder / "backup").mkdir()
    own = {"PAR_HOME": str(folder / "home"), "PAR_S3_ENDPOINT": s3_endpoint, "PAR_S3_BUCKET": "deployed"}
    paths = f"{Path(sys.executable).parent}:{_postgresql_programs()}:{os.environ['PATH']}"
    return given | own | {"PATH": paths, "BACKUP_INTO": str(folder / "backup"), "HOME": str(folder)}


def _postgresql_programs() -> Path:
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]


def _program(name: str) -> str:
    return str(Path(sys.executable).parent / name)
