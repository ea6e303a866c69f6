"""Documents examined elsewhere: what a worker may judge, and what happens when it cannot."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from flows.examination import Look
from flows.night import NightRequestedBy, look_at_batch, run_night, trust_digest
from flows.prefect_spread import _first
from flows.resources import open_resources
from storage.evidence import EXAMINED, EXAMINING, documents_of
from storage.nights import Night

NOW = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)


class Broken:
    """What Dask gives for a batch whose worker died again and again."""

    def result(self) -> list[Look]:
        raise RuntimeError("KilledWorker")


def test_a_batch_that_ended_its_worker_is_given_back_instead_of_ending_the_night() -> None:
    assert _first(deque([(["a" * 64], Broken())])) == (["a" * 64], None)


def test_a_worker_with_other_trust_than_the_nights_gives_no_verdict(tmp_path: Path) -> None:
    home, there = (Settings(home=tmp_path / name, period="2025") for name in ("home", "there"))
    for settings in (home, there):
        settings.trust_folder.mkdir(parents=True)
    assert trust_digest(home) == trust_digest(there) and look_at_batch(there, NOW, [], trust_digest(home)) == []

    strict = home.model_copy(update={"sha1": "strict"})
    assert trust_digest(strict) != trust_digest(there)
    assert look_at_batch(there, NOW, [], trust_digest(strict)) is None


def test_what_could_not_be_read_elsewhere_is_read_here_with_its_mark(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, period="2025", workers=1)
    inbox = settings.inbox_folder / settings.unit / "1.1.1"
    inbox.mkdir(parents=True)
    for name in ("a", "b"):
        (inbox / f"{name}.pdf").write_bytes(f"%PDF-1.4 {name}".encode())
    seen: list[set[str]] = []

    def elsewhere(
        _settings: Settings, _night: Night, batches: Iterable[list[str]], /
    ) -> Iterator[tuple[list[str], list[Look] | None]]:
        for batch in batches:
            seen.append(_states(settings))
            yield batch, None

    summary = run_night(settings, NightRequestedBy("test", NOW), spread=elsewhere)

    assert summary["counts"]["examined"] == 2 and EXAMINING not in seen[0]
    assert _states(settings) <= {EXAMINED, "quarantined"}


def _states(settings: Settings) -> set[str]:
    with open_resources(settings) as resources, resources.database.read() as connection:
        return {str(row["state"]) for row in documents_of(connection, settings.unit)}
