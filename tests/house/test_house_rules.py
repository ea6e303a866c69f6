"""The rules of the house: format, lint, types, import directions, names, lock files, documents."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = ("config", "sandbox", "connectors", "ocr", "scoring", "storage", "reports", "flows", "web", "sample")
PROGRAMS = Path(sys.executable).parent
_HANDS = {"os", "io", "pathlib", "socket", "sqlite3", "subprocess", "time", "requests", "httpx", "shutil", "tempfile"}


@pytest.mark.parametrize(
    "command", [("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",), ("lint-imports",)]
)
def test_format_lint_types_and_import_directions_hold(command: tuple[str, ...], repository: Path) -> None:
    done = subprocess.run(
        [PROGRAMS / command[0], *command[1:]], cwd=repository, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_imported_from_this_repository(room: str, repository: Path) -> None:
    """PyPI has packages called config, flows, storage."""
    found = importlib.import_module(room).__file__
    assert found is not None and Path(found).parent == repository / room


@pytest.mark.parametrize("room", [*ROOMS, "tests"])
def test_each_room_explains_itself(room: str, repository: Path) -> None:
    assert len((repository / room / "README.md").read_text(encoding="utf-8").split()) > 40


def test_scoring_touches_neither_files_nor_network_nor_the_clock(repository: Path) -> None:
    seen = {
        (path.name, name)
        for path in (repository / "scoring").rglob("*.py")
        for name in _imported(path)
        if name.split(".")[0] in _HANDS
    }
    clocks = [
        path.name for path in (repository / "scoring").rglob("*.py") if re.search(r"\.(now|today)\(", path.read_text())
    ]
    assert (seen, clocks) == (set(), [])


def test_what_travels_in_a_bundle_imports_the_standard_library_alone(repository: Path) -> None:
    from storage.bundles.writing import TRAVELLERS

    bundles = repository / "storage" / "bundles"
    travellers = [*(repository / "scoring" / "engine").glob("*.py"), bundles / "verify.py"]
    travellers += [bundles / f"{name}.py" for name in TRAVELLERS]
    companions = {f"storage.bundles.{name}" for name in TRAVELLERS}
    foreign = {
        (path.name, name)
        for path in travellers
        for name in _imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not name.startswith("scoring.engine")
        and name not in companions
    }
    assert foreign == set()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_pin_every_library_by_hash_and_name_no_host(name: str, repository: Path) -> None:
    text = (repository / name).read_text(encoding="utf-8")
    pinned = re.findall(r"^[A-Za-z0-9._-]+(?:\[[^]]+\])?==[^\s;]+.*?(?=^\S|\Z)", text, flags=re.M | re.S)

    assert len(pinned) > 50
    assert all("--hash=sha256:" in entry for entry in pinned)
    assert not re.search(r"https?://|--index|--find-links|--trusted", text)


def test_the_project_stands_alone(repository: Path) -> None:
    """No tracked file leads out of the project or names a package registry's host."""
    listed = subprocess.run(["git", "ls-files"], cwd=repository, capture_output=True, text=True, check=True).stdout
    outside = re.compile(
        r"\.\./" + r"shared|py" + r"pi\.org|python" + r"hosted|registry\." + r"npmjs|deb\." + r"debian\.org"
    )
    leading = [
        name
        for name in listed.splitlines()
        if (path := repository / name).suffix in {".py", ".md", ".yaml", ".toml", ".lock", ".in", ".txt", ""}
        and path.is_file()
        and outside.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert leading == []


def test_every_readme_command_exists(repository: Path) -> None:
    """`parindex X` in the documents is a command of the program."""
    listed = subprocess.run([PROGRAMS / "parindex", "--help"], capture_output=True, text=True, check=True).stdout
    for name in ("README.md", "HUONG-DAN.md"):
        text = (repository / name).read_text(encoding="utf-8")
        used = set(re.findall(r"^(?:\S+=\S+ )*(?:\S*/)?parindex (\w+)", text, flags=re.M))
        assert used and used <= set(re.findall(r"\w+", listed)), name


def _imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module or "")
    return names
