"""The statement: which bag this is, by the digest of its tag manifest, signed where a key is given."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of an Ed25519 public key in DER (RFC 8410)."""


def canonical_json(value: Any) -> bytes:
    """RFC 8785 for values without fractions: sorted ASCII keys, no spaces, UTF-8.

    Raises:
        TypeError: a fraction or a key outside ASCII, which RFC 8785 writes in ways of its own.
    """
    _check(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


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


def statement_files(facts: Mapping[str, Any], tagmanifest: bytes, signing_key: bytes | None) -> dict[str, bytes]:
    """`statement.json`, and with a key `statement.sig` (64 raw bytes) and `statement.pub` (PEM, for openssl)."""
    key = Ed25519PrivateKey.from_private_bytes(signing_key) if signing_key else None
    public = key.public_key().public_bytes_raw() if key else None
    stated = dict(facts) | {
        "kind": "parindex-bundle",
        "public_key": public.hex() if public else None,
        "tagmanifest_sha256": hashlib.sha256(tagmanifest).hexdigest(),
        "version": 1,
    }
    text = canonical_json(stated)
    files = {"statement.json": text}
    if key and public:
        files |= {"statement.pub": public_pem(public), "statement.sig": key.sign(text)}
    return files


def public_pem(public: bytes) -> bytes:
    """The public key as `openssl pkey -pubin` reads it."""
    body = base64.b64encode(_SPKI + public)
    return b"-----BEGIN PUBLIC KEY-----\n" + body + b"\n-----END PUBLIC KEY-----\n"
