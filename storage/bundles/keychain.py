"""The succession of an installation's signing keys: each new one is signed by the one before. Standard library alone.

A record is {number, public_key, since, signature}: keys in hex, `since` an ISO time, `signature` in hex by the key
before; the first key has number 1 and neither `since` nor `signature`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from storage.bundles.ed25519 import signature_holds

Record = Mapping[str, Any]


def origin_of(chain: Sequence[Record]) -> str:
    """The name of the log that these keys sign: it stays when a key is changed."""
    return f"parindex/{hashlib.sha256(bytes.fromhex(chain[0]['public_key'])).hexdigest()[:16]}"


def succession_text(origin: str, record: Record) -> bytes:
    """What the key before signs."""
    return f"parindex key {record['number']}\n{origin}\n{record['public_key']}\n{record['since']}\n".encode()


def broken_link(chain: Sequence[Record]) -> int | None:
    """The number of the first key that the one before did not sign; None for a sound chain."""
    for number, record in enumerate(chain, start=1):
        if record["number"] != number:
            return number
        if number > 1 and not _signed(chain, number):
            return number
    return None


def successors(chain: Sequence[Record], trusted: str) -> frozenset[str]:
    """A trusted key and all keys after it in a sound chain: whoever trusts it may trust these."""
    keys = [str(record["public_key"]) for record in chain]
    return frozenset(keys[keys.index(trusted) :]) if trusted in keys else frozenset({trusted})


def _signed(chain: Sequence[Record], number: int) -> bool:
    record, before = chain[number - 1], chain[number - 2]
    text = succession_text(origin_of(chain), record)
    return signature_holds(bytes.fromhex(before["public_key"]), text, bytes.fromhex(record["signature"]))
