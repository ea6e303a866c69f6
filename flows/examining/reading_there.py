"""Documents read for a night that another process runs: all that a worker of Dask or Ray imports."""

from __future__ import annotations

import os
import threading
from datetime import datetime

from config.settings import Settings
from flows.examining.examination import Look, look_at
from flows.resources import open_resources
from ocr.signatures import trust_now

_DASK_TRIM = "MALLOC_TRIM_THRESHOLD_"
"""Dask's nanny sets it; the readers of documents would inherit it and take a fourth more processor time."""


def look_at_batch(settings: Settings, at: datetime, trust: str, hashes: list[str]) -> list[Look] | None:
    """Examine one batch, record nothing; documents come by hash through the object store.

    Its readers stay for the next batch under the same trust. All batches at a time in a worker of our own cluster share
    one reader; on a cluster of somebody else's, whose threads may be many, each has its own.

    None: this machine's trust material is not that of the night (`trust`, its digest), so verdicts could differ.
    """
    os.environ.pop(_DASK_TRIM, None)
    if trust_digest(settings) != trust:
        return None
    apart = threading.get_ident() if settings.dask_address else ""
    with open_resources(settings) as resources:
        return look_at(resources, hashes, at=at, kept_for=f"{trust} {apart}")


def trust_digest(settings: Settings) -> str:
    """What signatures are judged with on this machine, as one hash."""
    return trust_now(settings.trust_folder, refusing_sha1=settings.sha1 == "strict").digest
