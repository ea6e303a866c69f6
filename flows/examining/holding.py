"""Holding the leases of documents while they are read: taken together, renewed by a thread, given back at the end."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from flows.resources import Resources
from ocr import CHECKER_VERSION
from storage.errors import StorageError
from storage.ledger import document_leases
from storage.ledger.document_leases import Reader, Taken, new_holder
from storage.ledger.leases import BEAT_SECONDS


class Holding:
    """The documents that one reading holds."""

    def __init__(self, resources: Resources) -> None:
        self._database = resources.database
        self.reader = Reader(resources.settings.unit, CHECKER_VERSION, new_holder())

    def take(self, hashes: Sequence[str], *, marked: bool = True, tried: Mapping[str, int] | None = None) -> Taken:
        """Hold what nobody else reads and nobody has read; see `storage.ledger.document_leases.take`."""
        with self._database.write() as connection:
            return document_leases.take(
                connection, self.reader, hashes, now=datetime.now(UTC), marked=marked, tried=tried
            )

    def renew_until(self, end: threading.Event) -> None:
        """Renew again and again; a database that does not answer is asked again."""
        while not end.wait(BEAT_SECONDS):
            with contextlib.suppress(StorageError), self._database.write() as connection:
                document_leases.renew(connection, self.reader, datetime.now(UTC))

    def give_back(self, hashes: Sequence[str] | None = None) -> None:
        """Leave these documents (None: all that were not read to their end) to others.

        Where the database is gone, the leases run out.
        """
        with contextlib.suppress(StorageError), self._database.write() as connection:
            document_leases.give_back(connection, self.reader, hashes)


@contextlib.contextmanager
def holding(resources: Resources) -> Iterator[Holding]:
    """A reading, for as long as the context lasts."""
    held, end = Holding(resources), threading.Event()
    thread = threading.Thread(target=held.renew_until, args=(end,), name="reading", daemon=True)
    thread.start()
    try:
        yield held
    finally:
        end.set()
        thread.join()
        held.give_back()
