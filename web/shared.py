"""Values that many requests ask for at once: the first one makes them, the others wait for it."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


def made_once(most: int) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Remember the last `most` results by their arguments. A failure is told to all who wait, and not remembered."""

    def of(make: Callable[..., T]) -> Callable[..., T]:
        kept: OrderedDict[Hashable, Future[T]] = OrderedDict()
        lock = threading.Lock()

        @functools.wraps(make)
        def asked(*key: Any) -> T:
            with lock:
                known = kept.get(key)
                waited = kept.setdefault(key, Future())
                kept.move_to_end(key)
                while len(kept) > most:
                    kept.popitem(last=False)
            if known is None:
                _make(waited, make, key)
                if waited.exception() is not None:
                    with lock:
                        kept.pop(key, None)
            return waited.result()

        return asked

    return of


def _make(waited: Future[T], make: Callable[..., T], key: tuple[Any, ...]) -> None:
    try:
        waited.set_result(make(*key))
    except BaseException as error:  # noqa: BLE001 - who waits must learn of it, whatever it is
        waited.set_exception(error)
