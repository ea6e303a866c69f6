"""The installation's own Ed25519 key, which signs its bundles. Made once, readable by its owner alone."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from storage.errors import Damaged

_SEED_BYTES = 32


def signing_key(folder: Path) -> bytes:
    """The 32-byte seed of the key in `folder`, made at first use.

    Raises:
        Damaged: the key file has another length.
    """
    path = folder / "bundle-signing.key"
    if not path.exists():
        _create(path)
    seed = path.read_bytes()
    if len(seed) != _SEED_BYTES:
        raise Damaged(f"{path}: khóa ký dài {len(seed)} byte, phải là {_SEED_BYTES}; khôi phục từ bản sao lưu.")
    return seed


def fingerprint(seed: bytes) -> str:
    """SHA-256 of the public key, in hex: what an auditor compares over another channel."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def _create(path: Path) -> None:
    """Write a new key whole and create-only: of two makers at once, the first one's key stands."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o400)
    try:
        os.write(descriptor, secrets.token_bytes(_SEED_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)
