"""The statement: which bag this is, by the digest of its tag manifest, signed where a key is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def canonical_json(value: Any, *, fractions: bool = False) -> bytes:
    """RFC 8785 for values without fractions: sorted ASCII keys, no spaces, UTF-8.

    With `fractions`, floats are let through as Python writes them, and the result is not RFC 8785 any more.

    Raises:
        TypeError: a fraction or a key outside ASCII, which RFC 8785 writes in ways of its own.
    """
    if not fractions:
        _check(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass" if fractions else "strict")


def _check(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"{value!r}: decimals are written as text")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not key.isascii():
                raise TypeError(f"{key!r}: keys are ASCII")
            _check(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)


def signed_statement(stated: Mapping[str, Any], signing_key: bytes | None) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The statement with its public key; `statement.json`, and with a key `statement.sig` (hex) over its bytes."""
    key = Ed25519PrivateKey.from_private_bytes(signing_key) if signing_key else None
    statement = {**stated, "public_key": key.public_key().public_bytes_raw().hex() if key else None}
    text = canonical_json(statement)
    files = {"statement.json": text}
    return statement, files | ({"statement.sig": key.sign(text).hex().encode() + b"\n"} if key else {})
