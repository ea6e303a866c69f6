"""SFTP version 3 over a running `ssh -s sftp`: just what reading needs (draft-ietf-secsh-filexfer-02).

OpenSSH does keys, hosts and encryption; this speaks the few packets that list folders and read files, so nothing
here could write, rename or delete.
"""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

READ_BYTES = 32 << 10
_MOST_PACKET = 1 << 20
_INIT, _VERSION, _OPEN, _CLOSE, _READ, _OPENDIR, _READDIR = 1, 2, 3, 4, 5, 11, 12
_STATUS, _HANDLE, _DATA, _NAME = 101, 102, 103, 104
_READ_FLAG = 1
_END_OF_FILE, _NO_SUCH_FILE, _PERMISSION_DENIED = 1, 2, 3
_HAS_SIZE, _HAS_OWNER, _HAS_MODE, _HAS_TIMES, _HAS_MORE = 1, 2, 4, 8, 0x80000000


class LostConnection(OSError):
    """The other side closed, or spoke something that is not SFTP."""


class RefusedByServer(OSError):
    """The server answered with an error: no such file, no permission, or another."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a folder. `modified` is seconds since 1970."""

    name: str
    size: int
    mode: int
    modified: int

    @property
    def is_folder(self) -> bool:
        """A real folder, not a link to one."""
        return stat.S_ISDIR(self.mode)

    @property
    def is_file(self) -> bool:
        """A regular file, not a link to one."""
        return stat.S_ISREG(self.mode)


class _Reader:
    """Takes a packet's payload apart."""

    def __init__(self, payload: bytes) -> None:
        self._payload, self._at = payload, 0

    def number(self) -> int:
        return self._unpack(">I", 4)

    def long(self) -> int:
        return self._unpack(">Q", 8)

    def text(self) -> bytes:
        length = self.number()
        start, self._at = self._at, self._at + length
        if self._at > len(self._payload):
            raise LostConnection("packet cut short")
        return self._payload[start : self._at]

    def _unpack(self, shape: str, size: int) -> int:
        try:
            (number,) = struct.unpack_from(shape, self._payload, self._at)
        except struct.error as error:
            raise LostConnection("packet cut short") from error
        self._at += size
        return int(number)


class SftpSession:
    """A conversation over two pipes."""

    def __init__(self, to_server: IO[bytes], from_server: IO[bytes]) -> None:
        self._out, self._in, self._asked = to_server, from_server, 0
        self._send(_INIT, struct.pack(">I", 3))
        kind, _ = self._receive()
        if kind != _VERSION:
            raise LostConnection(f"no SFTP greeting, got packet {kind}")

    def entries(self, folder: str) -> Iterator[Entry]:
        """Names in a folder, without . and .."""
        handle = self._handle(_OPENDIR, _packed(_on_the_wire(folder)))
        while True:
            kind, answer = self._ask(_READDIR, _packed(handle))
            if kind == _STATUS:
                self._raise_unless_end(answer)
                break
            for entry in _names(answer):
                if entry.name not in (".", ".."):
                    yield entry
        self._ask(_CLOSE, _packed(handle))

    def parts(self, path: str) -> Iterator[bytes]:
        """The bytes of a file, in order."""
        handle = self._handle(_OPEN, _packed(_on_the_wire(path)) + struct.pack(">II", _READ_FLAG, 0))
        offset = 0
        while True:
            kind, answer = self._ask(_READ, _packed(handle) + struct.pack(">QI", offset, READ_BYTES))
            if kind == _STATUS:
                self._raise_unless_end(answer)
                break
            part = answer.text()
            offset += len(part)
            yield part
        self._ask(_CLOSE, _packed(handle))

    def _handle(self, kind: int, payload: bytes) -> bytes:
        answered, answer = self._ask(kind, payload)
        if answered == _HANDLE:
            return answer.text()
        self._raise_unless_end(answer)
        raise LostConnection("no handle")

    def _raise_unless_end(self, answer: _Reader) -> None:
        code = answer.number()
        if code != _END_OF_FILE:
            said = {_NO_SUCH_FILE: "no such file", _PERMISSION_DENIED: "permission denied"}
            raise RefusedByServer(said.get(code, f"status {code}"))

    def _ask(self, kind: int, payload: bytes) -> tuple[int, _Reader]:
        self._asked += 1
        self._send(kind, struct.pack(">I", self._asked) + payload)
        answered, answer = self._receive()
        if answer.number() != self._asked:
            raise LostConnection("answer to another question")
        return answered, answer

    def _send(self, kind: int, payload: bytes) -> None:
        try:
            self._out.write(struct.pack(">IB", len(payload) + 1, kind) + payload)
            self._out.flush()
        except (OSError, ValueError) as error:
            raise LostConnection("connection closed") from error

    def _receive(self) -> tuple[int, _Reader]:
        length = struct.unpack(">I", self._exactly(4))[0]
        if not 1 <= length <= _MOST_PACKET:
            raise LostConnection(f"not SFTP: a packet of {length} bytes")
        packet = self._exactly(length)
        return packet[0], _Reader(packet[1:])

    def _exactly(self, length: int) -> bytes:
        packet = self._in.read(length)
        if len(packet) < length:
            raise LostConnection("connection closed")
        return packet


def _packed(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text


def _on_the_wire(path: str) -> bytes:
    """A path as the server named it, also where that is no UTF-8."""
    return path.encode("utf-8", "surrogateescape")


def _names(answer: _Reader) -> Iterator[Entry]:
    for _ in range(answer.number()):
        name = answer.text().decode("utf-8", errors="surrogateescape")
        answer.text()  # the same entry as `ls -l` would show it
        yield _entry(name, answer)


def _entry(name: str, answer: _Reader) -> Entry:
    flags = answer.number()
    size = answer.long() if flags & _HAS_SIZE else 0
    if flags & _HAS_OWNER:
        answer.long()
    mode = answer.number() if flags & _HAS_MODE else stat.S_IFREG
    modified = 0
    if flags & _HAS_TIMES:
        answer.number()
        modified = answer.number()
    for _ in range(answer.number() if flags & _HAS_MORE else 0):
        answer.text()
        answer.text()
    return Entry(name, size, mode, modified)
