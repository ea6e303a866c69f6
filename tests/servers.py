"""Real servers for the tests, started on free ports of this machine and stopped with the session."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pwd
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import OperationalError

from storage.objects import S3Address, S3Store

SECRET = "testsecret123"
_HELD: list[BinaryIO] = []


@contextlib.contextmanager
def answering(server: socketserver.BaseServer) -> Iterator[int]:
    """A server of this process at work in a thread; yields its port. It ends when told to, not half a second later."""
    with server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


@contextlib.contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """SeaweedFS with its back doors closed; yields host:port of the S3 door."""
    ports = free_block(6)
    server = start_s3(folder, ports)
    endpoint = f"127.0.0.1:{ports[3]}"
    try:
        _wait(lambda: require_s3(endpoint), server)
        yield endpoint
    finally:
        end(server, signal.SIGKILL)  # nobody needs its data; asked to stop, it takes ten seconds


def require_s3(endpoint: str) -> None:
    """Whether the server not only listens but keeps: its volumes come up after its door."""
    store = S3Store(s3_address(endpoint, "ready"))
    store.create_bucket()
    with store.open(store.put(io.BytesIO(b"ready")).sha256) as stream:
        assert stream.read() == b"ready"


def start_s3(folder: Path, ports: list[int]) -> subprocess.Popen[bytes]:
    """Start SeaweedFS over a folder; the fourth port is the S3 door."""
    names = ("master.port", "volume.port", "filer.port", "s3.port", "admin.port")
    command = [
        str(Path(sys.executable).parent / "weed"),
        "mini",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        *(f"-{name}={port}" for name, port in zip(names, ports, strict=False)),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-admin.ui=false", "-webdav=false"),
        *("-master.telemetry=false", "-disableHttp"),
    ]
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": "testkey",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "GOMEMLIMIT": "512MiB",
    }
    with (folder / "weed.log").open("ab") as log:
        return subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)


def s3_address(endpoint: str, bucket: str, *, secret: str = SECRET, timeout_seconds: float = 60.0) -> S3Address:
    """The address of a bucket on the test server."""
    return S3Address(endpoint, bucket, "testkey", secret, secure=False, timeout_seconds=timeout_seconds)


@contextlib.contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """PostgreSQL in a folder; yields the SQLAlchemy address of its empty database `postgres`."""
    port = free_block(1)[0]
    make_postgresql(folder)
    server = start_postgresql(folder, port)
    url = f"postgresql+psycopg://par@127.0.0.1:{port}/postgres"
    try:
        _wait(lambda: require_postgresql(url), server)
        yield url
    finally:
        end(server, signal.SIGINT)


def require_postgresql(url: str) -> None:
    """Whether the server not only listens but answers: it listens while it still starts up or recovers.

    Raises:
        OSError: not yet.
    """
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    try:
        engine.connect().close()
    except OperationalError as error:
        raise OSError(str(error)) from error


def end(server: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """Stop a server: PostgreSQL by SIGINT (at SIGTERM it waits for its clients). One that does not obey is killed."""
    server.send_signal(how)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def make_postgresql(folder: Path) -> None:
    """Make an empty PostgreSQL in a folder."""
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir(mode=0o700)
    subprocess.run(
        [*_unprivileged(data), _postgresql_programs() / "initdb", "-D", data, "-U", "par", "-A", "trust", "-E", "UTF8"],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def start_postgresql(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the PostgreSQL of a folder."""
    data = folder / "data"
    options = [f"-p{port}", "-h127.0.0.1", "-cfsync=off", "-cfull_page_writes=off", f"-k{data}"]
    command = [*_unprivileged(data), _postgresql_programs() / "postgres", "-D", data, *options]
    with (folder / "postgres.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log)


def _postgresql_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        raise RuntimeError("PostgreSQL's server is missing: apt-get install postgresql (./dev test does it)")
    return found[-1]


def _unprivileged(data: Path) -> list[str]:
    """PostgreSQL refuses to run as root: run it as Debian's user `postgres`."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    shutil.chown(data, user.pw_uid, user.pw_gid)
    for parent in data.parents:
        if parent.stat().st_uid == 0 and str(parent).startswith("/tmp/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def free_block(count: int) -> list[int]:
    """Ports P that are free, each with P+10000, where SeaweedFS opens gRPC; other test processes leave them alone."""
    return _reserved(range(20_000, 22_768), count, beside=(0, 10_000))


def free_ports(count: int) -> list[int]:
    """Free ports that stay so until they are used: not the kernel's, which it may give to any connection meanwhile."""
    return _reserved(range(22_768, 30_000), count)


def _reserved(among: range, count: int, beside: tuple[int, ...] = (0,)) -> list[int]:
    free = (port for port in among if _is_ours(port) and all(_is_free(port + away) for away in beside))
    ports = list(islice(free, count))
    if len(ports) < count:
        raise RuntimeError("no free ports")
    return ports


def _is_ours(port: int) -> bool:
    """Whether this process, first of all on this machine, takes the port for as long as it lives."""
    folder = Path(tempfile.gettempdir()) / "parindex-test-ports"
    folder.mkdir(exist_ok=True)
    handle = (folder / str(port)).open("wb")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return False
    _HELD.append(handle)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _wait(ready: Callable[[], object], server: subprocess.Popen[bytes], seconds: float = 180) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            ready()
            assert server.poll() is None, "somebody else answers on its port"
            return
        except Exception as error:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the test server did not come up: {error}") from error
            time.sleep(0.1)
