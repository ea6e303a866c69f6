"""The signing key: made once, private, never replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.errors import Damaged
from storage.proof.keys import fingerprint, signing_key


def test_the_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first = signing_key(tmp_path / "keys")

    assert signing_key(tmp_path / "keys") == first and len(first) == 32
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()] == [0o400]
    assert fingerprint(first) == fingerprint(first) != fingerprint(signing_key(tmp_path / "other"))


def test_a_cut_key_is_never_replaced_in_silence(tmp_path: Path) -> None:
    (tmp_path / "bundle-signing.key").write_bytes(b"short")
    with pytest.raises(Damaged, match="khóa ký"):
        signing_key(tmp_path)
