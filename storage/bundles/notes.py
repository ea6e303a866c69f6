"""Checkpoints of the custody log as signed notes (C2SP tlog-checkpoint and signed-note). Standard library alone.

parindex/<16 hex>          origin: which log; also the name of its keys
1042                       how many events it holds
<root in base64>

— parindex/<16 hex> <base64 of 4 bytes of the key's id and 64 of the signature>
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from storage.bundles.ed25519 import signature_holds

_DASH = "\u2014"
_ED25519 = b"\x01"


class BadNote(ValueError):
    """The text is no checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How long the log was, and the root of its tree; `signatures` are (key name, 4 bytes of key id, signature)."""

    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...] = ()

    @property
    def body(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def signer(self, keys: Iterable[str]) -> str | None:
        """The first of the public keys (hex) that signed; None where none did."""
        for key in keys:
            public = bytes.fromhex(key)
            for name, number, signature in self.signatures:
                if number == key_id(name, public) and signature_holds(public, self.body.encode(), signature):
                    return key
        return None


def key_id(name: str, public_key: bytes) -> bytes:
    """Four bytes that tell which key a signature line is of."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def signature_line(name: str, public_key: bytes, signature: bytes) -> str:
    """The line below a note."""
    return f"{_DASH} {name} {base64.b64encode(key_id(name, public_key) + signature).decode()}\n"


def read_note(text: str) -> Checkpoint:
    """Read a checkpoint; its signatures are not checked.

    Raises:
        BadNote: the text has another shape.
    """
    body, blank, lines = text.partition("\n\n")
    try:
        origin, size, root = body.split("\n")[:3]
        digest = base64.b64decode(root, validate=True)
        signatures = tuple(_signature(line) for line in lines.splitlines())
    except (ValueError, binascii.Error) as error:
        raise BadNote(f"no checkpoint: {error}") from error
    found = Checkpoint(origin, int(size) if size.isascii() and size.isdigit() else -1, digest, signatures)
    if not blank or not origin or found.size < 0 or len(digest) != 32 or found.body != f"{body}\n":
        raise BadNote("no checkpoint: it has another shape")
    return found


def _signature(line: str) -> tuple[str, bytes, bytes]:
    dash, name, encoded = line.split(" ")
    raw = base64.b64decode(encoded, validate=True)
    if dash != _DASH or not name:
        raise ValueError("signature line")
    return name, raw[:4], raw[4:]
