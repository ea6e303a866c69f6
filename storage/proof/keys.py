"""The installation's own Ed25519 keys, which sign bundles and checkpoints. Readable by their owner alone.

`bundle-signing.key` is the seed in use. `keys.json` is the succession of public keys once there was more than one:
the key before signs the new one, then its seed is destroyed. `next.key` exists only while keys change, so that a
rotation that was killed is finished with the same key.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from storage.bundles.keychain import broken_link, origin_of, succession_text
from storage.bundles.notes import Checkpoint, signature_line
from storage.errors import Damaged

_SEED_BYTES = 32
_CURRENT, _NEXT, _CHAIN = "bundle-signing.key", "next.key", "keys.json"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The seed in use, and the records of all public keys so far (see storage/bundles/keychain.py)."""

    seed: bytes
    chain: tuple[dict[str, Any], ...]

    @property
    def origin(self) -> str:
        """The name of the log that these keys sign."""
        return origin_of(self.chain)

    @property
    def public_keys(self) -> tuple[str, ...]:
        """All public keys in hex, the one in use first."""
        return tuple(record["public_key"] for record in reversed(self.chain))

    def note(self, size: int, root: bytes) -> str:
        """A signed checkpoint of the log."""
        body = Checkpoint(self.origin, size, root).body
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        public = key.public_key().public_bytes_raw()
        return f"{body}\n{signature_line(self.origin, public, key.sign(body.encode()))}"


def signing_key(folder: Path) -> bytes:
    """The 32-byte seed of the key in `folder`, made at first use.

    Raises:
        Damaged: the key file has another length.
    """
    path = folder / _CURRENT
    if not path.exists():
        _create(path)
    return _seed(path)


def key_ring(folder: Path) -> KeyRing:
    """The key in use and its predecessors.

    Raises:
        Damaged: a key file was cut, or the succession does not lead to the key in use.
    """
    seed, path = signing_key(folder), folder / _CHAIN
    if not path.exists():
        return KeyRing(seed, (_first(_public(seed)),))
    try:
        chain = tuple(json.loads(path.read_text(encoding="utf-8")))
        sound = broken_link(chain) is None and chain[-1]["public_key"] in (_public(seed), _next_public(folder))
    except (ValueError, LookupError, TypeError) as error:
        raise Damaged(f"{path}: không đọc được danh sách khóa ({error}); khôi phục từ bản sao lưu.") from error
    if not sound:
        raise Damaged(f"{path}: danh sách khóa không dẫn tới khóa đang dùng; khôi phục thư mục keys từ bản sao lưu.")
    return KeyRing(seed, chain)


def rotate(folder: Path, *, at: datetime, record: Callable[[dict[str, Any]], None]) -> KeyRing:
    """Change to a new key that the old one has signed; `record` is told the new record before the old seed is gone.

    Called again after a kill it finishes the change that was begun, and `record` may be told the same once more.
    """
    ring = key_ring(folder)
    if not (folder / _NEXT).exists():
        _create(folder / _NEXT)
    chain = _with_next(ring, _seed(folder / _NEXT), at)
    record(chain[-1])
    _write_whole(folder / _CHAIN, json.dumps(chain, indent=1).encode())
    (folder / _NEXT).replace(folder / _CURRENT)
    _sync(folder)
    return key_ring(folder)


def fingerprint(seed: bytes) -> str:
    """SHA-256 of the public key, in hex: what an auditor compares over another channel."""
    return public_fingerprint(_public(seed))


def public_fingerprint(public_key: str) -> str:
    """The same from the public key in hex."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()


def _with_next(ring: KeyRing, seed: bytes, at: datetime) -> tuple[dict[str, Any], ...]:
    public = _public(seed)
    if ring.chain[-1]["public_key"] == public:
        return ring.chain
    since = at.astimezone(UTC).isoformat(timespec="seconds")
    new: dict[str, Any] = {"number": len(ring.chain) + 1, "public_key": public, "since": since}
    old = Ed25519PrivateKey.from_private_bytes(ring.seed)
    return *ring.chain, new | {"signature": old.sign(succession_text(ring.origin, new)).hex()}


def _first(public: str) -> dict[str, Any]:
    return {"number": 1, "public_key": public}


def _public(seed: bytes) -> str:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def _next_public(folder: Path) -> str:
    return _public(_seed(folder / _NEXT)) if (folder / _NEXT).exists() else ""


def _seed(path: Path) -> bytes:
    seed = path.read_bytes()
    if len(seed) != _SEED_BYTES:
        raise Damaged(f"{path}: khóa ký dài {len(seed)} byte, phải là {_SEED_BYTES}; khôi phục từ bản sao lưu.")
    return seed


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
    _sync(path.parent)


def _write_whole(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
