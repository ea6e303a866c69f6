"""A document that has been read is not read again by the same checker: counted where the engine is started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.ocr.papers import Paper, Scanner, scanned

_ROOT = Path(__file__).resolve().parents[2]
_COUNTING = """#!/bin/sh
case "$*" in *--list-langs*) ;; *) echo "$*" >> "{log}" ;; esac
exec "{tesseract}" "$@"
"""
_NIGHT = """
import sys
from datetime import UTC, datetime
from config.settings import load_settings
from flows.running.night import NightRequestedBy, run_night
run_night(load_settings(), NightRequestedBy("test", datetime(2026, 1, int(sys.argv[1]), 18, tzinfo=UTC)))
"""


class Counted:
    """Nights in processes of their own, with the real tesseract behind a door that writes down each call."""

    def __init__(self, folder: Path) -> None:
        self.inbox, self._log = folder / "home" / "inbox" / "hoi-an-dong" / "1.7.1", folder / "calls"
        self.inbox.mkdir(parents=True)
        door = folder / "bin" / "tesseract"
        door.parent.mkdir()
        door.write_text(_COUNTING.format(log=self._log, tesseract=shutil.which("tesseract")))
        door.chmod(0o755)
        own = {"PAR_HOME": str(folder / "home"), "PAR_UNIT": "hoi-an-dong", "PAR_OCR_ENGINE": "command"}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PAR_")}
        self._environment = kept | own | {"PATH": f"{door.parent}{os.pathsep}{os.environ['PATH']}"}

    def night(self, day: int) -> int:
        """How many times the engine was called in this night."""
        before = self._calls()
        command = [sys.executable, "-c", _NIGHT, str(day)]
        done = subprocess.run(command, env=self._environment, cwd=_ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return self._calls() - before

    def _calls(self) -> int:
        return len(self._log.read_text().splitlines()) if self._log.exists() else 0


def test_only_a_document_with_new_bytes_is_read(tmp_path: Path) -> None:
    scan = scanned(replace(Paper(), body=()), Scanner(dpi=100))
    program = Counted(tmp_path)
    (program.inbox / "1.pdf").write_bytes(scan)

    first = program.night(4)
    (program.inbox / "ban-sao.pdf").write_bytes(scan)
    unchanged = program.night(5)
    (program.inbox / "2.pdf").write_bytes(scanned(replace(Paper(), body=(), number="34"), Scanner(dpi=100)))
    one_new = program.night(6)

    assert first >= 1
    assert unchanged == 0
    assert 1 <= one_new <= first + 2
