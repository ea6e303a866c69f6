"""Worker processes with limits; results come back in the order of the questions.

A worker that eats memory or time is killed alone: its question gets a `Failure`, the other questions go on.
Built on pebble, whose pool replaces a killed worker. Workers come from a fork server, so that a flow's
threads are never forked, and die with the process that started them.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import multiprocessing
import os
import resource
import select
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from multiprocessing.util import Finalize
from typing import Any, TypeVar

from pebble import CONSTS, ProcessExpired, ProcessPool

from sandbox.slots import Slots

A = TypeVar("A")
R = TypeVar("R")

_CLONE_NEWNET = 0x40000000
CONSTS.sleep_unit = 0.03
"""Seconds between a pool's looks at its workers: with 0.1 (pebble's own) each batch waited 0.1 to 0.2 s more."""
_IDLE_SECONDS = 60.0
"""How long kept workers stay without a question."""

_expected: set[str] = set()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one question may use. Defaults follow measurements on hostile PDFs (README of this folder)."""

    memory_bytes: int = 2 << 30
    wall_seconds: float = 120.0
    file_bytes: int = 512 << 20
    open_files: int = 256
    network: bool = False
    questions_per_worker: int = 50
    kept_for: str = ""
    """Not empty: workers stay a while for later questions of this process under equal limits, this word with them.

    It names what workers read once and remember, so that nobody asks those who remember something else.
    """


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a question has no answer: `why` is one of timeout, memory, died, error; `detail` is for the log."""

    why: str
    detail: str


def expect(*modules: str) -> None:
    """Name modules that later questions of this process will want.

    A process has one fork server, begun by its first question: it imports all that is named until then, and workers
    import the rest themselves, each time.
    """
    _expected.update(modules)


def run_each(
    question: Callable[[A], R],
    arguments: Iterable[A],
    *,
    workers: int,
    limits: Limits | None = None,
    preload: tuple[str, ...] = (),
    slots: Slots | None = None,
) -> Iterator[R | Failure]:
    """Yield `question(argument)` for each argument, in order, or the `Failure` that took its place.

    `question` must be importable by name. `preload` names modules the fork server imports once for all workers.
    With `slots` each question waits for one before its time begins, and holds it until it is answered.
    """
    terms = _Terms(workers, limits or Limits(), preload)
    with _kept(terms) if terms.limits.kept_for else _Pool(terms) as pool:

        def begun(argument: A) -> Any:
            with contextlib.ExitStack() as held:
                if slots is not None:
                    pool.free.acquire()  # a slot is for a worker that begins at once, never for a question in a queue
                    held.callback(pool.free.release)
                    held.callback(slots.take())
                future = pool.schedule(question, args=[argument], timeout=terms.limits.wall_seconds)
                give_back = held.pop_all().close
            future.add_done_callback(lambda _: give_back())
            return future

        yield from _in_order(map(begun, arguments))


def _in_order(begun: Iterator[Any]) -> Iterator[Any]:
    """Answers in order. Questions behind an unanswered one are begun all the same: no worker waits for another."""
    waiting: deque[Any] = deque()
    try:
        for future in begun:
            waiting.append(future)
            while waiting and waiting[0].done():
                yield _answer(waiting.popleft())
        while waiting:
            yield _answer(waiting.popleft())
    finally:
        for future in waiting:
            future.cancel()


def run_one(
    question: Callable[[A], R], argument: A, *, limits: Limits | None = None, preload: tuple[str, ...] = ()
) -> R | Failure:
    """Ask one question in a worker of its own."""
    return next(iter(list(run_each(question, [argument], workers=1, limits=limits, preload=preload))))


@dataclass(frozen=True, slots=True)
class _Terms:
    """On which workers are started: who asks on equal ones may share them."""

    workers: int
    limits: Limits
    preload: tuple[str, ...]


class _Pool(ProcessPool):
    """Workers, how many of them are free, and who asks them at this moment."""

    def __init__(self, terms: _Terms) -> None:
        forget_main()
        context = multiprocessing.get_context("forkserver")
        later = sorted(_expected - set(terms.preload))
        context.set_forkserver_preload(["sandbox.workers", *terms.preload, *later])
        super().__init__(
            max_workers=terms.workers,
            max_tasks=terms.limits.questions_per_worker,
            initializer=_confine,
            initargs=(terms.limits, os.getpid()),
            context=context,
        )
        self.free = threading.Semaphore(terms.workers)
        self.askers = 0
        self.ending: threading.Timer | None = None


_standing: dict[_Terms, _Pool] = {}
_lending = threading.Lock()


@contextlib.contextmanager
def _kept(terms: _Terms) -> Iterator[_Pool]:
    """Workers that were started before on these terms, or new ones; they end when nobody asked them for a while."""
    with _lending:
        pool = _standing.get(terms)
        if pool is None or not pool.active:  # a worker that is killed while it waits takes its pool with it
            pool = _standing[terms] = _Pool(terms)
            _expect_the_end()
        pool.askers += 1
        if pool.ending:
            pool.ending.cancel()
    try:
        yield pool
    finally:
        with _lending:
            pool.askers -= 1
            pool.ending = threading.Timer(_IDLE_SECONDS, _end_idle, [terms, pool])
            pool.ending.daemon = True
            pool.ending.start()


def _end_idle(terms: _Terms, pool: _Pool) -> None:
    with _lending:
        if pool.askers:
            return
        if _standing.get(terms) is pool:
            del _standing[terms]
    _end(pool)


@cache
def _expect_the_end() -> None:
    """Kept workers end before this process waits for its children: they wait for its end themselves.

    Pebble sees to that where the interpreter ends, which a child of multiprocessing (a worker of Dask) does not.
    """
    Finalize(None, _end_all, exitpriority=0)


def _end_all() -> None:
    for pool in list(_standing.values()):
        _end(pool)


def _end(pool: _Pool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def forget_main() -> None:
    """Let workers start without the program that was started: questions are found by name.

    Otherwise multiprocessing imports it in each new worker, which takes longer than most documents.
    """
    main = sys.modules["__main__"]
    main.__spec__ = None
    main.__dict__.pop("__file__", None)


def _answer(future: Any) -> Any:
    try:
        return future.result()
    except FutureTimeout as error:
        return Failure("timeout", str(error))
    except MemoryError as error:
        return Failure("memory", str(error))
    except ProcessExpired as error:
        return Failure("died", f"exit code {error.exitcode}")
    except BrokenProcessPool as error:  # a worker was killed before it had its question: nothing about the file
        return Failure("died", str(error))
    except Exception as error:  # noqa: BLE001 - whatever a stranger's file raises becomes a Failure, never a crash
        return Failure("error", f"{type(error).__name__}: {error}")


def _confine(limits: Limits, asker: int) -> None:
    """Bind this worker: it dies with the process that asks and owns no more than `limits`."""
    gc.freeze()  # what the fork server imported is no garbage: never searched through, and its memory stays shared
    threading.Thread(target=_end_with, args=(asker,), daemon=True).start()
    if not limits.network:
        # Needs root; without it the checkers still open no socket of their own accord.
        ctypes.CDLL(None).unshare(_CLONE_NEWNET)
    _lower(resource.RLIMIT_AS, limits.memory_bytes)
    _lower(resource.RLIMIT_FSIZE, limits.file_bytes)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    _lower(resource.RLIMIT_CORE, 0)


def _end_with(asker: int) -> None:
    """Wait for the asking process to end, then end this one. (Its parent is the fork server, which may live on.)"""
    try:
        watched = os.pidfd_open(asker)
    except OSError:
        os._exit(1)
    select.select([watched], [], [])
    os._exit(1)


def _lower(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (ceiling, ceiling))
