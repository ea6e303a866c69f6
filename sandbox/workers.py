"""Worker processes with limits; results come back in the order of the questions.

A worker that eats memory or time is killed alone: its question gets a `Failure`, the other questions go on.
Built on pebble, whose pool replaces a killed worker. Workers come from a fork server, so that a flow's
threads are never forked, and die with the process that started them.
"""

from __future__ import annotations

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
from dataclasses import dataclass
from typing import Any, TypeVar

from pebble import CONSTS, ProcessExpired, ProcessPool

from sandbox.slots import Release, Slots

A = TypeVar("A")
R = TypeVar("R")

_CLONE_NEWNET = 0x40000000
CONSTS.sleep_unit = 0.03
"""Seconds between a pool's looks at its workers: with 0.1 (pebble's own) each batch waited 0.1 to 0.2 s more."""
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
    bounds = limits or Limits()
    _forget_main()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sandbox.workers", *preload, *sorted(_expected - set(preload))])
    with ProcessPool(
        max_workers=workers,
        max_tasks=bounds.questions_per_worker,
        initializer=_confine,
        initargs=(bounds, os.getpid()),
        context=context,
    ) as pool:
        free = threading.Semaphore(workers)

        def give_back(release: Release) -> None:
            release()
            free.release()

        def begun(argument: A) -> Any:
            if slots is None:
                return pool.schedule(question, args=[argument], timeout=bounds.wall_seconds)
            free.acquire()  # a slot is for a worker that begins at once, never for a question in a queue
            release = slots.take()
            future = pool.schedule(question, args=[argument], timeout=bounds.wall_seconds)
            future.add_done_callback(lambda _: give_back(release))
            return future

        yield from _in_order(map(begun, arguments), most=2 * workers if slots else None)


def _in_order(begun: Iterator[Any], *, most: int | None) -> Iterator[Any]:
    """Answers in order, with at most so many questions begun and not yet yielded (None: all at once)."""
    waiting: deque[Any] = deque()
    try:
        for future in begun:
            waiting.append(future)
            while waiting and (waiting[0].done() or (most and len(waiting) >= most)):
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


def _forget_main() -> None:
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
