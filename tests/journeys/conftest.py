"""A small sample ward for nights that run many times.

All test processes share it: the first that wants it makes it, the others wait. Tests copy it; nobody changes it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from storage.proof.keys import signing_key
from tests.journeys.commands import night
from tests.once import made_once

SMALL_EXPORTS = ("Danh sách hồ sơ_2025_dot_2.xlsx", "Khai báo số liệu_2025.xlsx", "Phản ánh kiến nghị_2025.xlsx")
SMALL_INBOX = (
    ("born", "none"),
    ("scan", "none"),
    ("born", "truncated"),
    ("docx", "docx_named_pdf"),
    ("born", "changed"),
)


@pytest.fixture(scope="session")
def small_ward(sample_ward: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half the exports, and one document of each kind that matters to a night."""
    return made_once(tmp_path_factory, "small-ward", lambda home: _write_small_ward(sample_ward, home))


@pytest.fixture(scope="session")
def small_night(small_ward: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small ward after an undisturbed night of the command line."""

    def pass_night(home: Path) -> None:
        shutil.copytree(small_ward, home, dirs_exist_ok=True)
        night(home)

    return made_once(tmp_path_factory, "small-night", pass_night)


def _write_small_ward(sample_ward: Path, home: Path) -> None:
    shutil.copytree(sample_ward / "trust", home / "trust")
    for name in SMALL_EXPORTS:
        _copy(sample_ward / "exports" / name, home / "exports" / name)
    signing_key(home / "keys")
    for path in _one_of_each(sample_ward):
        _copy(sample_ward / "inbox" / "hoi-an-dong" / path, home / "inbox" / "hoi-an-dong" / path)


def _one_of_each(ward: Path) -> list[str]:
    documents = json.loads((ward / "truth.json").read_text(encoding="utf-8"))["documents"]
    first = {(truth["form"], truth["flaw"]): path for path, truth in sorted(documents.items(), reverse=True)}
    return [first[kind] for kind in SMALL_INBOX]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
