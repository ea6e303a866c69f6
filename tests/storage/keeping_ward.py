"""A small kept ward: documents with receipts, a score run that cites one, checkpoints; no OCR, no night."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.settings import Settings
from flows.arriving import intake
from flows.arriving.intake import Sender
from flows.keeping import log_proofs
from flows.resources import Resources, open_resources
from flows.scores import scoring

AT = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
DOCUMENTS = {"1.7.1/ke-hoach.pdf": b"%PDF plan", "ho-so/a.pdf": b"%PDF a", "van-ban-di/b.pdf": b"%PDF b"}


def kept_ward(home: Path, **settings: Any) -> Settings:
    """A ward with three documents, one score run, one checkpoint."""
    made = Settings(home=home, period="2025", **settings)
    inbox = made.inbox_folder / made.unit
    for name, data in DOCUMENTS.items():
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_bytes(data)
    with open_resources(made) as resources:
        intake.take_documents(resources, Sender("night x", "inbox", AT))
        score_now(resources)
        log_proofs.publish_checkpoint(resources, at=AT)
    return made


def score_now(resources: Resources) -> str:
    """Record a score run over what is kept; its id."""
    settings = resources.settings
    question = scoring.Question("2025", settings.local_day(AT), settings.criteria, settings.on_time_rule)
    return scoring.record(resources, scoring.compute(resources, question), who="test", at=AT)


def forget_inbox(settings: Settings) -> None:
    """Take the originals away, so that nothing can be mended from them."""
    for path in settings.inbox_folder.rglob("*.pdf"):
        path.unlink()
