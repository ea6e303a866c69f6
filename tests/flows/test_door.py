"""What the command line makes of errors: a refusal is a message and its exit code, a fault of ours is exit code 4."""

from __future__ import annotations

import json
import sys

import pytest

from config.refusals import Lacking, WrongUse
from flows.cli.door import reported
from ocr.errors import EngineMissing
from storage.errors import StoreUnavailable
from storage.scored.runs import NoSuchRun


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WrongUse("sai cách dùng"), 2),
        (Lacking("thiếu chương trình"), 3),
        (NoSuchRun("không có lần chấm này"), 2),
        (StoreUnavailable("kho không trả lời"), 3),
        (EngineMissing("thiếu tesseract"), 3),
        (RuntimeError("a fault"), 4),
    ],
)
def test_every_error_ends_with_a_message_and_its_code(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["parindex", "score", "--json"])

    with pytest.raises(SystemExit) as ended, reported():
        raise error

    said = capsys.readouterr()
    assert ended.value.code == code
    assert json.loads(said.out)["exit_code"] == code
    assert ("Traceback" in said.err) == (code == 4)
