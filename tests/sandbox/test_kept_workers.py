"""Workers that stay after their questions: for whom, how long, and what becomes of them when one is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

import pytest

from sandbox import Failure, Limits, Slots, run_each
from sandbox.workers import _answer
from tests.journeys.serving import wait_for
from tests.sandbox import questions


def _asked(word: str) -> int:
    """The worker that answers."""
    answer = next(iter(list(run_each(questions.pid, [0], workers=1, limits=Limits(kept_for=word)))))
    assert isinstance(answer, int), answer
    return answer


def test_later_questions_for_the_same_word_meet_the_same_worker_and_others_meet_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sandbox.workers._IDLE_SECONDS", 600.0)  # a busy machine takes its time over each question
    first = _asked("one trust")
    assert _asked("another trust") != first and _asked("") != first and _asked("one trust") == first


def test_a_question_that_ends_a_kept_worker_costs_itself_alone() -> None:
    kept = Limits(kept_for="poison")
    asked = [(questions.square, 2), (questions.leave, 0), (questions.square, 3)]

    first = list(run_each(questions.ask, asked, workers=1, limits=kept))
    later = list(run_each(questions.ask, asked[:1], workers=1, limits=kept))

    assert (first[0], first[2], later) == (4, 9, [4])
    assert isinstance(first[1], Failure) and first[1].why == "died"


def test_a_worker_killed_while_it_waits_is_replaced() -> None:
    limits, killed = Limits(kept_for="killed"), _asked("killed")
    os.kill(killed, signal.SIGKILL)

    answers = [answer for _ in range(50) for answer in run_each(questions.pid, [0], workers=1, limits=limits)]

    assert isinstance(answers[-1], int) and answers[-1] != killed
    assert all(answer.why == "died" for answer in answers if isinstance(answer, Failure))


def test_a_pool_that_broke_says_nothing_about_the_file() -> None:
    future: Future[int] = Future()
    future.set_exception(BrokenProcessPool("All workers expired"))
    assert _answer(future) == Failure("died", "All workers expired")  # which gets another try; an error would not


def test_kept_workers_end_when_nobody_asks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.workers._IDLE_SECONDS", 0.1)
    worker = _asked("for a moment")

    wait_for(lambda: not Path(f"/proc/{worker}").exists())
    assert _asked("for a moment") != worker


def test_a_child_process_that_asked_ends_when_it_is_done_and_its_kept_workers_with_it() -> None:
    context = multiprocessing.get_context("spawn")  # as Dask starts its workers
    told, tells = context.Pipe(duplex=False)
    child = context.Process(target=questions.keep_a_worker, args=(tells,))
    child.start()
    worker = told.recv()

    child.join(timeout=240)  # by themselves they stay an hour

    assert child.exitcode == 0
    wait_for(lambda: not Path(f"/proc/{worker}").exists())


def test_two_who_ask_at_once_share_a_kept_worker(tmp_path: Path) -> None:
    seen: list[int | Failure] = []
    ask = partial(questions.count_those_at_it, folder=str(tmp_path))

    def asks() -> None:
        slots, kept = Slots(tmp_path / "slots", 2), Limits(kept_for="shared")
        seen.extend(run_each(ask, range(3), workers=1, limits=kept, slots=slots))

    askers = [threading.Thread(target=asks) for _ in range(2)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert seen == [1] * 6


def test_who_gets_no_slot_gives_the_kept_worker_back(tmp_path: Path) -> None:
    kept, no_folder = Limits(kept_for="slots"), tmp_path / "file"
    no_folder.touch()

    with pytest.raises(OSError, match="file"):
        list(run_each(questions.square, [2], workers=1, limits=kept, slots=Slots(no_folder, 1)))

    assert list(run_each(questions.square, [2], workers=1, limits=kept, slots=Slots(tmp_path, 1))) == [4]
