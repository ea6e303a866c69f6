"""An SFTP server as a source, through paramiko. Only what reads is called: folders are listed, files opened to read."""

from __future__ import annotations

import contextlib
import logging
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import paramiko
from paramiko.ssh_exception import AuthenticationException, BadHostKeyException, IncompatiblePeer, SSHException

from connectors.errors import SourceRefused, TryAgain
from connectors.sources.port import NEVER, Known, Pulled, Unchanged, fenced, is_unfinished, refusing, shown_name, spool

_DEEPEST = 8
_AHEAD_BYTES = 256 << 20
"""As much of a file at most is asked for ahead: the server says how long it is, and every 32 KiB of that is noted."""
_AT_A_TIME = 64
"""Requests under way, as OpenSSH's own client has them."""

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # its faults come as exceptions and are told in Vietnamese


@dataclass(frozen=True, slots=True)
class SftpSource:
    """All finished files below a folder of an SFTP server.

    Signs in with `key_file` (`password` is that of the key, if it has one) or with `password` alone. `known_hosts`
    names the server's key: an unknown server is refused before anything is said to it.
    """

    name: str
    host: str
    folder: str
    user: str
    key_file: Path | None
    known_hosts: Path
    port: int = 22
    timeout_seconds: int = 30
    password: str | None = field(default=None, repr=False)

    @fenced
    def pull(self, known: Known) -> Iterator[Pulled | Unchanged]:
        """Yield every finished file, sorted by name; size and time mark its version. Links are not followed.

        Raises:
            TryAgain: the server does not answer.
            SourceRefused: wrong key or password, unknown server, missing folder or right.
        """
        with self._session() as sftp:
            found = sorted(self._files(sftp, "", 0), key=lambda pulled: pulled.name)
        for pulled in found:
            yield Unchanged(pulled.name) if pulled.mark and known.get(pulled.name) == pulled.mark else pulled

    def _files(self, sftp: paramiko.SFTPClient, below: str, depth: int) -> Iterator[Pulled]:
        """A folder inside that the server does not show is told like a file."""
        try:
            entries = sftp.listdir_attr(_on_the_wire(f"{self.folder}/{below}".rstrip("/")))
        except (FileNotFoundError, PermissionError) as error:
            if not below:
                raise
            why = SourceRefused(f"{self.name}: máy chủ SFTP không cho xem thư mục {shown_name(below)} ({error}).")
            yield Pulled(shown_name(below), refusing(why), NEVER, 0)
            return
        for entry in entries:
            name = f"{below}{entry.filename}"
            if is_unfinished(name):
                continue
            if stat.S_ISREG(entry.st_mode or stat.S_IFREG):
                yield self._pulled(name, entry)
            elif stat.S_ISDIR(entry.st_mode) and depth < _DEEPEST:
                yield from self._files(sftp, f"{name}/", depth + 1)

    def _pulled(self, name: str, entry: paramiko.SFTPAttributes) -> Pulled:
        size, modified = entry.st_size or 0, entry.st_mtime or 0
        mark = f"{size} {modified}" if modified else ""
        return Pulled(shown_name(name), self._opener(name, size), datetime.fromtimestamp(modified, UTC), size, mark)

    def _opener(self, name: str, size: int) -> Callable[[], BinaryIO]:
        def open_file() -> BinaryIO:
            copy = spool()
            with self._session() as sftp, sftp.open(_on_the_wire(f"{self.folder}/{name}")) as remote:
                remote.prefetch(min(size, _AHEAD_BYTES), _AT_A_TIME)
                shutil.copyfileobj(remote, copy)
            if copy.tell() < size:
                raise TryAgain(f"{self.name}: tệp {shown_name(name)} đang thay đổi hoặc chưa tải hết về.")
            copy.seek(0)
            return copy

        return open_file

    @contextlib.contextmanager
    def _session(self) -> Iterator[paramiko.SFTPClient]:
        client = paramiko.SSHClient()
        client.load_host_keys(str(self.known_hosts))
        client.set_missing_host_key_policy(_Stranger())
        key = self._key()
        try:
            self._sign_in(client, key)
            yield self._opened(client)
        except (AuthenticationException, BadHostKeyException, IncompatiblePeer) as error:
            raise self._refused(error) from error
        except (SSHException, EOFError, TimeoutError) as error:
            raise self._silent(error) from error
        except OSError as error:
            transport = client.get_transport()
            if transport is None or not transport.is_active():
                raise self._silent(error) from error
            raise SourceRefused(f"{self.name}: máy chủ SFTP từ chối thư mục {self.folder} ({error}).") from error
        finally:
            client.close()

    def _key(self) -> paramiko.PKey | None:
        if self.key_file is None:
            return None
        phrase = self.password.encode() if self.password else None  # paramiko 5.1 says text here, and takes bytes alone
        try:
            return paramiko.PKey.from_path(self.key_file, phrase)
        except (ValueError, TypeError, SSHException, paramiko.UnknownKeyType) as error:
            raise SourceRefused(
                f"{self.name}: {self.key_file} không phải khóa riêng SSH, hoặc mật khẩu của khóa không đúng."
            ) from error

    def _sign_in(self, client: paramiko.SSHClient, key: paramiko.PKey | None) -> None:
        """No key and no agent of this machine's user is tried: only what the source names."""
        own = {"allow_agent": False, "look_for_keys": False}
        most = dict.fromkeys(("timeout", "banner_timeout", "auth_timeout", "channel_timeout"), self.timeout_seconds)
        password = self.password if key is None else None
        client.connect(self.host, self.port, self.user, password=password, pkey=key, **own, **most)

    def _opened(self, client: paramiko.SSHClient) -> paramiko.SFTPClient:
        """The conversation. paramiko waits for ever for a subsystem to begin, so the connection is closed under it."""
        channel = client.get_transport().open_session(timeout=self.timeout_seconds)
        channel.settimeout(self.timeout_seconds)
        patience = threading.Timer(self.timeout_seconds, client.close)
        patience.start()
        try:
            channel.invoke_subsystem("sftp")
        finally:
            patience.cancel()
        return _Conversation(channel)

    def _refused(self, error: Exception) -> SourceRefused | TryAgain:
        if isinstance(error, BadHostKeyException):
            place = self.host if self.port == 22 else f"[{self.host}]:{self.port}"
            why = f"{self.known_hosts} không ghi đúng khóa của máy chủ {place}"
        elif isinstance(error, IncompatiblePeer):
            why = f"máy chủ chỉ nhận cách mã hóa đã lỗi thời: {error}"
        elif "timeout" in str(error).lower():
            return self._silent(error)
        else:
            why = "máy chủ không nhận khóa hoặc mật khẩu này"
        return SourceRefused(f"{self.name}: không đăng nhập được máy chủ SFTP {self.host}: {why}. Kiểm tra cấu hình.")

    def _silent(self, error: Exception) -> TryAgain:
        return TryAgain(f"{self.name}: máy chủ SFTP {self.host} không trả lời ({type(error).__name__}: {error}).")


class _Stranger(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
    """Whoever is not in known_hosts is not spoken to."""

    def missing_host_key(self, _: Any, hostname: str, key: paramiko.PKey) -> None:
        raise BadHostKeyException(hostname, key, key)


class _AnyName(paramiko.Message):  # type: ignore[misc]
    """An answer whose names need not be UTF-8: Windows servers and old programs write others."""

    def get_text(self) -> str:
        return bytes(self.get_string()).decode("utf-8", "surrogateescape")


class _Conversation(paramiko.SFTPClient):  # type: ignore[misc]
    """SFTP that one strange file name does not end."""

    def _request(self, kind: int, *asked: Any) -> tuple[int, paramiko.Message]:
        answered, answer = super()._request(kind, *asked)
        answer.__class__ = _AnyName
        return answered, answer


def _on_the_wire(path: str) -> bytes:
    """A path as the server named it, also where that is no UTF-8."""
    return path.encode("utf-8", "surrogateescape")
