"""An SFTP server as a source, through the OpenSSH client of this machine."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, BinaryIO

from connectors.errors import ConnectorError, SourceRefused, TryAgain
from connectors.sources.port import NEVER, Known, Pulled, Unchanged, fenced, is_unfinished, refusing, shown_name, spool
from connectors.sources.sftp_wire import Entry, LostConnection, RefusedByServer, SftpSession

_DEEPEST = 8
_REFUSALS = ("permission denied", "host key verification failed", "no matching host key", "too many authentication")


@dataclass(frozen=True, slots=True)
class SftpSource:
    """All finished files below a folder of an SFTP server.

    `key_file` is a private key without passphrase; `known_hosts` names the server's key: an unknown server is refused.
    """

    name: str
    host: str
    folder: str
    user: str
    key_file: Path
    known_hosts: Path
    port: int = 22
    timeout_seconds: int = 30

    @fenced
    def pull(self, known: Known) -> Iterator[Pulled | Unchanged]:
        """Yield every finished file, sorted by name; size and time mark its version. Links are not followed.

        Raises:
            TryAgain: the server does not answer.
            SourceRefused: wrong key, unknown server, missing folder or right; or no ssh program on this machine.
        """
        with self._session() as session:
            found = sorted(self._files(session, "", 0), key=lambda pulled: pulled.name)
        for pulled in found:
            yield Unchanged(pulled.name) if pulled.mark and known.get(pulled.name) == pulled.mark else pulled

    def _files(self, session: SftpSession, below: str, depth: int) -> Iterator[Pulled]:
        """A folder inside that the server does not show is told like a file."""
        try:
            entries = list(session.entries(f"{self.folder}/{below}".rstrip("/")))
        except RefusedByServer as error:
            if not below:
                raise
            why = SourceRefused(f"{self.name}: máy chủ SFTP không cho xem thư mục {shown_name(below)} ({error}).")
            yield Pulled(shown_name(below), refusing(why), NEVER, 0)
            return
        for entry in entries:
            name = f"{below}{entry.name}"
            if is_unfinished(name):
                continue
            if entry.is_file:
                yield self._pulled(name, entry)
            elif entry.is_folder and depth < _DEEPEST:
                yield from self._files(session, f"{name}/", depth + 1)

    def _pulled(self, name: str, entry: Entry) -> Pulled:
        changed = datetime.fromtimestamp(entry.modified, UTC)
        mark = f"{entry.size} {entry.modified}" if entry.modified else ""
        return Pulled(shown_name(name), self._opener(name), changed, entry.size, mark)

    def _opener(self, name: str) -> Callable[[], BinaryIO]:
        def open_file() -> BinaryIO:
            copy = spool()
            with self._session() as session:
                for part in session.parts(f"{self.folder}/{name}"):
                    copy.write(part)
            copy.seek(0)
            return copy

        return open_file

    @contextlib.contextmanager
    def _session(self) -> Iterator[SftpSession]:
        with tempfile.TemporaryFile() as said:
            ssh = subprocess.Popen(self._command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said)
            assert ssh.stdin is not None
            assert ssh.stdout is not None
            try:
                yield SftpSession(ssh.stdin, ssh.stdout)
            except RefusedByServer as error:
                raise SourceRefused(f"{self.name}: máy chủ SFTP từ chối thư mục {self.folder} ({error}).") from error
            except LostConnection as error:
                raise self._why(ssh, said) from error
            finally:
                _end(ssh)

    def _command(self) -> list[str]:
        program = shutil.which("ssh")
        if program is None:
            raise SourceRefused(f"{self.name}: máy này chưa có chương trình ssh. Cài: apt-get install openssh-client")
        options = {
            "BatchMode": "yes",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": str(self.known_hosts),
            "GlobalKnownHostsFile": "none",
            "IdentitiesOnly": "yes",
            "ConnectTimeout": str(self.timeout_seconds),
            "ServerAliveInterval": "10",
            "ServerAliveCountMax": "3",
            "LogLevel": "ERROR",
        }
        flags = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
        login = ["-i", str(self.key_file), "-p", str(self.port), "-l", self.user]
        return [program, "-F", "none", *flags, *login, "-s", "--", self.host, "sftp"]

    def _why(self, ssh: subprocess.Popen[bytes], said: IO[bytes]) -> ConnectorError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            ssh.wait(timeout=5)
        said.seek(0)
        words = said.read(4000).decode(errors="replace").strip()
        if any(refusal in words.lower() for refusal in _REFUSALS):
            return SourceRefused(
                f"{self.name}: máy chủ SFTP từ chối đăng nhập ({words}). Kiểm tra khóa và known_hosts."
            )
        return TryAgain(f"{self.name}: máy chủ SFTP {self.host} không trả lời ({words or 'mất kết nối'}).")


def _end(ssh: subprocess.Popen[bytes]) -> None:
    for pipe in (ssh.stdin, ssh.stdout):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()
    ssh.terminate()
    ssh.wait(timeout=10)
