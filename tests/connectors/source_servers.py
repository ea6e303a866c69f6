"""Real servers that sources are tried on: OpenSSH's sshd, and a web server with a login."""

from __future__ import annotations

import base64
import contextlib
import getpass
import hashlib
import http.server
import os
import secrets
import shutil
import socket
import socketserver
import ssl
import subprocess
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from connectors.sources.sftp import SftpSource
from tests.servers import answering, free_ports


def free_port() -> int:
    """A port nobody listens on."""
    return free_ports(1)[0]


@dataclass
class SshServer:
    """A running sshd and the client's files."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def source(self, folder: Path, *, key: str = "client", known: str = "known_hosts") -> SftpSource:
        """A source on this server."""
        key_file, known_hosts = self.home / key, self.home / known
        user = getpass.getuser()
        return SftpSource("sftp", "127.0.0.1", str(folder), user, key_file, known_hosts, self.port, timeout_seconds=60)

    def stop(self) -> None:
        """The server goes away."""
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=60)


@contextlib.contextmanager
def ssh_server(home: Path) -> Iterator[SshServer]:
    """sshd on a free port, with one key that may enter, one that may not, and the server's own key known."""
    for name in ("host", "client", "stranger"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / name], check=True)
    shutil.copy(home / "client.pub", home / "authorized")
    port = free_port()
    public = (home / "host.pub").read_text(encoding="ascii").split()[:2]
    (home / "known_hosts").write_text(f"[127.0.0.1]:{port} {' '.join(public)}\n", encoding="ascii")
    stranger = (home / "stranger.pub").read_text(encoding="ascii").split()[:2]
    (home / "wrong_hosts").write_text(f"[127.0.0.1]:{port} {' '.join(stranger)}\n", encoding="ascii")
    (home / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {home / 'host'}\nAuthorizedKeysFile {home / 'authorized'}\n"
        "PidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\n"
        "Subsystem sftp internal-sftp\n",
        encoding="ascii",
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    sshd = shutil.which("sshd") or "/usr/sbin/sshd"
    server = SshServer(home, port)
    with (home / "sshd.log").open("wb") as log:
        server.process = subprocess.Popen([sshd, "-D", "-e", "-f", home / "config"], stdout=log, stderr=log)
    try:
        wait_for(port, server.process)
        yield server
    finally:
        server.stop()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when something listens on a port of this machine."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


@contextlib.contextmanager
def babbler(answer: bytes) -> Iterator[int]:
    """A server that says the same to whoever comes, of HTTP to whoever has asked; its port."""

    class Babble(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if answer.startswith(b"HTTP"):
                self.request.recv(65536)
            with contextlib.suppress(OSError):
                self.request.sendall(answer)

    with answering(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Babble)) as port:
        yield port


@dataclass(frozen=True)
class Authority:
    """An internal authority, as a ward's own servers have it: its certificate, and one for localhost by it."""

    certificate: Path
    server: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """For a server on localhost."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server, self.key)
        return context


def authority(home: Path) -> Authority:
    """A fresh authority in a folder."""
    made = Authority(home / "ca.pem", home / "server.pem", home / "server.key")
    new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    issued = ["-CA", str(made.certificate), "-CAkey", str(home / "ca.key")]
    own = ["-subj", "/CN=noi bo", "-keyout", str(home / "ca.key"), "-out", str(made.certificate)]
    subprocess.run([*new, *own], check=True, capture_output=True)
    server = ["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", str(made.key), "-out", str(made.server)]
    subprocess.run([*new, *names, *issued, *server], check=True, capture_output=True)
    return made


@dataclass
class WebServer:
    """Serves the files of a folder to those who are signed in: by form, basic authentication or token."""

    folder: Path
    port: int = 0
    password: str = "dung-mat-khau"
    token: str = "the-bai-123"
    busy: bool = False
    tagged: bool = True
    """Whether it tells versions of a file by an ETag."""
    sent: list[str] = field(default_factory=list)
    """Files of which it sent the bytes."""
    tls: ssl.SSLContext | None = None
    forgery_token: str = field(default_factory=lambda: secrets.token_hex(8))
    session: str = field(default_factory=lambda: secrets.token_hex(8))

    def url(self, path: str) -> str:
        """The address of a path on this server."""
        scheme, host = ("https", "localhost") if self.tls else ("http", "127.0.0.1")
        return f"{scheme}://{host}:{self.port}/{urllib.parse.quote(path)}"


_LOGIN_PAGE = """<html><form method=post><input type=hidden name=_csrf value="{token}">
<input name=user><input type="password" name=password></form></html>"""


@contextlib.contextmanager
def web_server(folder: Path, tls: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    """A web server on a free port."""
    state = WebServer(folder, tls=tls)

    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).lstrip("/")
            if state.busy:
                self._answer(503, b"")
            elif path == "login" or not self._signed_in():
                self._ask_to_sign_in(path)
            elif not (state.folder / path).is_file():
                self._answer(404, b"")
            else:
                self._send_unless_known(path, (state.folder / path).read_bytes())

        def _send_unless_known(self, path: str, content: bytes) -> None:
            tag = f'"{hashlib.sha256(content).hexdigest()}"' if state.tagged else ""
            if tag and self.headers.get("If-None-Match") == tag:
                self._answer(304, b"", tag=tag)
            else:
                state.sent.append(path)
                self._answer(200, content, kind="application/octet-stream", tag=tag)

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            given = dict(urllib.parse.parse_qsl(content))
            right = {"user": "mot-cua", "password": state.password, "_csrf": state.forgery_token}
            if given == right:
                self._answer(200, b"ok", cookie=f"session={state.session}")
            else:
                self._answer(200, _LOGIN_PAGE.format(token=state.forgery_token).encode(), kind="text/html")

        def _signed_in(self) -> bool:
            given = self.headers.get("Authorization", "")
            basic = "Basic " + base64.b64encode(f"mot-cua:{state.password}".encode()).decode()
            return given in (basic, f"Bearer {state.token}") or state.session in self.headers.get("Cookie", "")

        def _ask_to_sign_in(self, path: str) -> None:
            page = _LOGIN_PAGE.format(token=state.forgery_token).encode()
            unauthorized = path != "login" and "Authorization" in self.headers
            self._answer(401 if unauthorized else 200, page, kind="text/html")

        def _answer(
            self, status: int, content: bytes, *, kind: str = "text/plain", cookie: str = "", tag: str = ""
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Last-Modified", "Mon, 07 Jul 2025 03:00:00 GMT")
            if tag:
                self.send_header("ETag", tag)
            if cookie:
                self.send_header("Set-Cookie", f"{cookie}; Path=/")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with answering(server) as state.port:
        yield state
