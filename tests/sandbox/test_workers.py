"""Workers with limits: each failure costs its own question only, and answers keep their order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import Failure, Limits, run_each, run_one
from tests.journeys.serving import wait_for
from tests.sandbox import questions


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (questions.sleep_long, "timeout"),
        (questions.leave, "died"),
        (questions.eat_memory, "memory"),
        (questions.fail, "error"),
    ],
)
def test_a_failing_question_is_answered_by_a_failure_and_the_rest_goes_on(question: object, why: str) -> None:
    asked = [(questions.square, 2), (question, 0), (questions.square, 3)]

    seconds = 15 if why == "timeout" else 60  # a busy machine may take seconds over a square
    answers = list(run_each(questions.ask, asked, workers=2, limits=Limits(wall_seconds=seconds)))

    assert answers[0] == 4 and answers[2] == 9
    assert isinstance(answers[1], Failure) and answers[1].why == why


def test_answers_come_in_the_order_of_the_questions() -> None:
    asked = [(questions.sleep_then_name, delay) for delay in (0.3, 0.0, 0.2, 0.1)]
    assert list(run_each(questions.ask, asked, workers=4)) == [0.3, 0.0, 0.2, 0.1]


def test_a_worker_cannot_write_a_file_larger_than_its_limit(tmp_path: Path) -> None:
    answer = run_one(questions.write_megabytes, str(tmp_path / "big"), limits=Limits(file_bytes=1 << 20))
    assert isinstance(answer, Failure)


@pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace of its own needs root")
def test_a_worker_has_no_network() -> None:
    answer = run_one(questions.connect, "127.0.0.1")
    assert isinstance(answer, Failure) and "unreachable" in answer.detail


def test_workers_die_with_the_process_that_started_them(tmp_path: Path, repository: Path) -> None:
    asked = f"questions.note_pid_and_sleep, [{str(tmp_path)!r}] * 2, workers=2"
    program = "from sandbox import run_each\nfrom tests.sandbox import questions\n"
    program += f"if __name__ == '__main__':\n    list(run_each({asked}))\n"
    script = tmp_path / "parent.py"
    script.write_text(program)
    parent = subprocess.Popen([sys.executable, script], env=os.environ | {"PYTHONPATH": str(repository)})
    wait_for(lambda: len(_pids(tmp_path)) == 2)
    pids = _pids(tmp_path)

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    wait_for(lambda: not any(_runs(pid) for pid in pids))


def _pids(folder: Path) -> list[int]:
    return [int(path.name.removeprefix("pid-")) for path in folder.glob("pid-*")]


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
