"""All processes of a machine together read no more documents at a time than it has slots; nothing keeps one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox import Slots, run_each
from tests.sandbox import questions

HOLDER = "import sys; from pathlib import Path; from sandbox import Slots; slots = Slots(Path(sys.argv[1]), 1)\n"
HOLDER += "slots.take(); print('held', flush=True); sys.stdin.read()\n"
READER = "import sys; from functools import partial; from pathlib import Path; from sandbox import Slots, run_each\n"
READER += "from tests.sandbox.questions import count_those_at_it\n"
READER += "ask = partial(count_those_at_it, folder=sys.argv[1])\n"
READER += "print(max(run_each(ask, range(6), workers=3, slots=Slots(Path(sys.argv[1]) / 'slots', int(sys.argv[2])))))\n"


def test_two_processes_together_read_no_more_than_there_are_slots(tmp_path: Path) -> None:
    words = [sys.executable, "-c", READER, str(tmp_path), "2"]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    most = [int(one.communicate(timeout=300)[0]) for one in both]
    assert max(most) <= 2


def test_a_killed_process_gives_its_slot_back_at_once(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    taken = threading.Event()

    def wait() -> None:
        Slots(tmp_path, 1).take()
        taken.set()

    threading.Thread(target=wait, daemon=True).start()
    assert not taken.wait(0.3)

    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()

    assert taken.wait(180)


def test_who_came_first_is_served_first(tmp_path: Path) -> None:
    """A night that gives a slot back and wants the next one stands behind a page that waits already."""
    slots, order = Slots(tmp_path, 1), []
    release = slots.take()

    def wait_as(name: str) -> None:
        free = Slots(tmp_path, 1).take()
        order.append(name)
        free()

    page = threading.Thread(target=wait_as, args=("page",))
    page.start()
    while not _stands_at_the_turnstile(tmp_path):
        page.join(0.01)
    release()
    wait_as("night")
    page.join(180)
    assert order == ["page", "night"]


@pytest.mark.parametrize("question", [questions.fail, questions.leave, questions.eat_memory])
def test_a_question_that_fails_gives_its_slot_back(tmp_path: Path, question: object) -> None:
    slots = Slots(tmp_path, 1)
    asked: list[Any] = [(question, None), (questions.square, 3)]
    answers = list(run_each(questions.ask, asked, workers=2, slots=slots))
    assert answers[1] == 9
    slots.take()()


def test_a_question_in_a_queue_holds_no_slot(tmp_path: Path) -> None:
    """One worker of two slots leaves the other slot to the next process, however much it has to ask."""
    ask = partial(questions.slots_held, folder=str(tmp_path))
    assert set(run_each(ask, range(4), workers=1, slots=Slots(tmp_path, 2))) == {1}


def test_a_long_question_at_the_head_keeps_no_other_worker_waiting(tmp_path: Path) -> None:
    ask = partial(questions.await_answers, folder=str(tmp_path))
    seen = list(run_each(ask, [10, *[0] * 10], workers=2, slots=Slots(tmp_path / "slots", 2)))
    assert seen[0] == 10


def test_answers_that_nobody_waits_for_give_their_slots_back(tmp_path: Path) -> None:
    slots = Slots(tmp_path, 2)
    answers = run_each(questions.square, range(20), workers=2, slots=slots)
    assert next(answers) == 0
    answers.close()  # type: ignore[attr-defined]
    for release in [slots.take(), slots.take()]:
        release()


def _stands_at_the_turnstile(folder: Path) -> bool:
    """Whether the kernel shows a lock on the turnstile."""
    (turnstile,) = folder.glob("*/turnstile")
    return f":{turnstile.stat().st_ino} " in Path("/proc/locks").read_text()
