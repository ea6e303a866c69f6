"""An SFTP server of our own for what OpenSSH does not do on demand: passwords without accounts, and saying nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import paramiko

from connectors.sources.sftp import SftpSource

PASSWORD = "mật-khẩu-đúng"


@dataclass
class LoneServer:
    """Where it listens, and a file that knows its key. `length` is what it claims its one file has."""

    port: int
    known_hosts: Path
    length: int = 5
    silent: bool = False
    released: threading.Event = field(default_factory=threading.Event)

    def source(self, password: str = PASSWORD, timeout_seconds: int = 60) -> SftpSource:
        """A source on this server that signs in by password."""
        place = ("sftp", "127.0.0.1", "/", "mot-cua", None, self.known_hosts, self.port)
        return SftpSource(*place, timeout_seconds=timeout_seconds, password=password)


class _Handle(paramiko.SFTPHandle):  # type: ignore[misc]
    def read(self, offset: int, length: int) -> bytes | int:
        return b"12345"[offset : offset + length] or paramiko.SFTP_EOF


class _Files(paramiko.SFTPServerInterface):  # type: ignore[misc]
    def __init__(self, door: _Door) -> None:
        self.length = door.state.length

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes]:
        return [self._attributes()]

    def stat(self, path: str) -> paramiko.SFTPAttributes:
        return self._attributes()

    def open(self, path: str, flags: int, attr: object) -> paramiko.SFTPHandle:
        return _Handle(flags)

    def _attributes(self) -> paramiko.SFTPAttributes:
        told = paramiko.SFTPAttributes()
        told.filename, told.st_mode, told.st_mtime = "a.xls", 0o100644, 1_751_857_200
        told.st_size = self.length
        return told


class _Door(paramiko.ServerInterface):  # type: ignore[misc]
    def __init__(self, state: LoneServer) -> None:
        self.state = state

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL if password == PASSWORD else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        if self.state.silent:
            self.state.released.wait(30)
            return False
        return bool(super().check_channel_subsystem_request(channel, name))


@contextlib.contextmanager
def lone_server(home: Path) -> Iterator[LoneServer]:
    """The server on a free port, for as long as the test takes."""
    key = paramiko.RSAKey.generate(2048)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        state = LoneServer(port, home / "known_hosts")
        state.known_hosts.write_text(f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n", encoding="ascii")
        threading.Thread(target=_serve, args=(listener, key, state), daemon=True).start()
        yield state
        state.released.set()
        listener.shutdown(socket.SHUT_RDWR)


def _serve(listener: socket.socket, key: paramiko.PKey, state: LoneServer) -> None:
    with contextlib.suppress(OSError):
        while True:
            transport = paramiko.Transport(listener.accept()[0])
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files)
            with contextlib.suppress(paramiko.SSHException, EOFError):
                transport.start_server(server=_Door(state))
