"""In which order and in which portions documents are examined, and how much of it fits into a night.

First what waited longest, then what is worth most for the score. A document whose reader ended with its worker comes
alone the next time: if it ends its worker again it is to blame, and after PAR_ATTEMPTS it is quarantined.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby, islice
from typing import Any

from config.components import components_of
from config.settings import Settings
from flows.criteria import criteria_set
from flows.examining.examination import BATCH
from flows.resources import Resources
from ocr import CHECKER_VERSION
from storage.documents.evidence import EXAMINING, receipts_of, record_failed_attempt, unexamined
from storage.ledger.document_leases import abandoned, forget_holders, is_held

SMALL_BATCH = 8
"""With a time limit, so that the limit is kept to a few minutes."""

_SMALLEST = 2
"""Documents of a batch that another worker gets: its own cost is that of a tenth of a document."""

_ENDED_ITS_WORKER = "Lần trước máy dừng đúng lúc đang đọc riêng tài liệu này."


@dataclass(frozen=True, slots=True)
class Budget:
    """Until when a night may begin a batch (monotonic seconds); None: as long as it takes."""

    until: float | None

    @property
    def is_spent(self) -> bool:
        """Whether no further batch may begin."""
        return self.until is not None and time.monotonic() >= self.until


def budget_of_signatures(settings: Settings, documents: Budget) -> Budget:
    """Until a tenth of PAR_NIGHT_MINUTES after the documents' end, so that signatures get their turn every night."""
    return Budget(None if documents.until is None else documents.until + settings.night_minutes * 6)


def budget_of(settings: Settings) -> Budget:
    """PAR_NIGHT_MINUTES from now."""
    return Budget(time.monotonic() + settings.night_minutes * 60 if settings.night_minutes else None)


def batches_in_order(resources: Resources, *, shared_by: int = 1) -> list[list[str]]:
    """Hashes of the documents to examine, in batches, most urgent first; those that a dead worker left come alone.

    Batches that several workers share grow smaller towards the end, so that none waits long for the last one.
    """
    settings = resources.settings
    _blame_single_ones(resources)
    with resources.database.read() as connection:
        rows = unexamined(connection, settings.unit, CHECKER_VERSION)
        worth = _worth(receipts_of(connection, settings.unit), _points(settings))
    now = datetime.now(UTC)
    alone = {row["sha256"] for row in rows if row["attempts"] or (row["state"] == EXAMINING and not is_held(row, now))}
    order = sorted(rows, key=lambda row: (row["received_at"], -worth.get(row["sha256"], 0), row["name"], row["sha256"]))
    most = SMALL_BATCH if settings.night_minutes else BATCH
    return list(_cut([row["sha256"] for row in order], alone, _Portion(most, shared_by)))


@dataclass(frozen=True, slots=True)
class _Portion:
    """How many documents make the next batch: `most`, where nobody shares them."""

    most: int
    shared_by: int

    def of(self, left: int) -> int:
        """Of so many left: half of what would be each worker's part, at least `_SMALLEST`."""
        shared = self.most if self.shared_by == 1 else max(_SMALLEST, left // (2 * self.shared_by))
        return min(self.most, shared)


def _cut(hashes: list[str], alone: set[str], portion: _Portion) -> Iterator[list[str]]:
    """Batches in the same order; each of `alone` by itself."""
    left = len(hashes)
    for single, group in groupby(hashes, key=lambda sha256: sha256 in alone):
        while batch := list(islice(group, 1 if single else portion.of(left))):
            left -= len(batch)
            yield batch


def _blame_single_ones(resources: Resources) -> None:
    """Where a reader that is gone left a single document being read, count a try against it."""
    settings, now = resources.settings, datetime.now(UTC)
    with resources.database.read() as connection:
        if not abandoned(connection, settings.unit, now):
            return
    with resources.database.write() as connection:
        left = abandoned(connection, settings.unit, now)
        read_by = Counter(row["owner"] for row in left if row["state"] == EXAMINING)
        forget_holders(connection, settings.unit, (row["sha256"] for row in left))
        for row in left:
            if row["state"] == EXAMINING and read_by[row["owner"]] == 1:
                record_failed_attempt(
                    connection, settings.unit, row["sha256"], _ENDED_ITS_WORKER, limit=settings.attempts
                )


def _worth(receipts: Sequence[Mapping[str, Any]], points: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Points of the component in whose folder a document lies; the most, where it lies in several."""
    worth: dict[str, Decimal] = {}
    for row in receipts:
        value = points.get(str(row["path"]).split("/", 1)[0], Decimal(0))
        worth[row["sha256"]] = max(worth.get(row["sha256"], Decimal(0)), value)
    return worth


def _points(settings: Settings) -> dict[str, Decimal]:
    plain = criteria_set(settings, settings.criteria).plain()
    return {component["id"]: Decimal(str(component["max_points"])) for component in components_of(plain)}
