"""What the application holds open: settings, and for each unit the resources of its use cases."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from config.settings import Settings
from config.units_here import settings_of, settings_of_units
from flows.logs import log
from flows.resources import Resources, open_resources


class House:
    """One for an application; opened on first use, because a mounted application has no start of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.verdicts = ThreadPoolExecutor(2, thread_name_prefix="verdicts")
        self._bundles = ThreadPoolExecutor(2, thread_name_prefix="bundles")
        self._at_it: dict[str, tuple[int, int]] = {}
        self._open = contextlib.ExitStack()
        self._lock = threading.Lock()
        self._own: Resources | None = None
        self._units: dict[str, Resources] = {}

    def resources(self, unit: str = "") -> Resources:
        """Resources whose use cases work for this unit (empty: the installation's own).

        Raises:
            StorageError: database or store cannot be opened.
        """
        own = self._opened()
        if not unit or self.settings_for(unit) == self.settings:
            return own
        if unit not in self._units:
            self._units[unit] = Resources(self.settings_for(unit), own.database, own.store)
        return self._units[unit]

    @property
    def reads_without_waiting(self) -> bool:
        """Whether a short question to the database may be asked at once: SQLite's readers wait for nobody."""
        return self._own is not None and self._own.database.engine.dialect.name == "sqlite"

    def settings_for(self, unit: str) -> Settings:
        """The settings with another unit in them."""
        listed = {one.unit for one in settings_of_units(self.settings)}
        if unit in listed or unit == self.settings.unit:
            return settings_of(self.settings, unit)
        return self.settings.model_copy(update={"unit": unit, "unit_name": unit})

    def now(self) -> datetime:
        """The moment at which something is asked: the clock is read here alone."""
        return datetime.now(UTC)

    def work_on(self, key: str, deed: Callable[[Callable[[int, int], None]], object]) -> None:
        """Do a long deed of bundles in the background, one time however often it is asked for.

        The deed is given what tells how far it is: called with what is done, of how much.
        """
        with self._lock:
            if key in self._at_it:
                return
            self._at_it[key] = (0, 0)
        self._bundles.submit(self._work, key, deed)

    def how_far(self, key: str) -> tuple[int, int]:
        """What is done, of how much; (0, 0) where nobody can tell."""
        return self._at_it.get(key, (0, 0))

    def _work(self, key: str, deed: Callable[[Callable[[int, int], None]], object]) -> None:
        try:
            deed(lambda done, of: self._at_it.__setitem__(key, (done, of)))
        except Exception as error:  # noqa: BLE001 - nobody waits for the future: the log must tell
            log("page_work_failed", work=key, error=f"{type(error).__name__}: {error}")
        finally:
            self._at_it.pop(key, None)

    def close(self, *, wait: bool = False) -> None:
        """Give everything back; with `wait`, when what is under way has ended."""
        for pool in (self.verdicts, self._bundles):
            pool.shutdown(wait=wait, cancel_futures=not wait)
        self._open.close()
        self._own = None

    def _opened(self) -> Resources:
        with self._lock:
            if self._own is None:
                self._own = self._open.enter_context(open_resources(self.settings))
            return self._own
