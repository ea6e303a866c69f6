"""What the application holds open: settings, and for each unit the resources of its use cases."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from config.settings import Settings
from flows.resources import Resources, open_resources


class House:
    """One for an application; opened on first use, because a mounted application has no start of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.workers = ThreadPoolExecutor(2, thread_name_prefix="page-work")
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
        if not unit or unit == self.settings.unit:
            return own
        if unit not in self._units:
            self._units[unit] = Resources(self.settings_for(unit), own.database, own.store)
        return self._units[unit]

    def settings_for(self, unit: str) -> Settings:
        """The settings with another unit in them."""
        name = self.settings.unit_name if unit == self.settings.unit else unit
        return self.settings.model_copy(update={"unit": unit, "unit_name": name})

    def now(self) -> datetime:
        """The moment at which something is asked: the clock is read here alone."""
        return datetime.now(UTC)

    def close(self) -> None:
        """Give everything back."""
        self.workers.shutdown(wait=False, cancel_futures=True)
        self._open.close()
        self._own = None

    def _opened(self) -> Resources:
        with self._lock:
            if self._own is None:
                self._own = self._open.enter_context(open_resources(self.settings))
            return self._own
