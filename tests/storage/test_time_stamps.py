"""Time stamps over checkpoints: asked of a real server, queued when it fails, never in anybody's way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Settings
from flows.keeping import log_proofs
from flows.resources import open_resources
from sample.pki import Pki
from storage.proof import custody, time_stamps
from storage.proof.custody import Happening
from tests.storage.time_stamp_server import STAMPED_AT, time_stamp_server

AT = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def pki() -> Pki:
    return Pki.from_seed(1)


@pytest.fixture
def server(pki: Pki, request: pytest.FixtureRequest) -> Iterator[str]:
    with time_stamp_server(pki.leaf("tsa"), mood=getattr(request, "param", "willing")) as url:
        yield url


def stamped(settings: Settings) -> list[dict[str, object]]:
    """Publish a checkpoint over one more event, and ask for what waits."""
    with open_resources(settings) as resources:
        with resources.database.write() as connection:
            custody.append(connection, [Happening("stored", "a", "me", "here")], at=AT)
        log_proofs.publish_checkpoint(resources, at=AT)
        return log_proofs.stamp_waiting(resources, at=AT)


def waiting(settings: Settings) -> list[str]:
    with open_resources(settings) as resources, resources.database.read() as connection:
        return time_stamps.waiting(connection)


def test_a_checkpoint_gets_its_time_stamp_once(server: str, pki: Pki, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, tsa_url=server)
    pki.write_trust(tmp_path / "trust")

    (told,) = stamped(settings)

    assert told["stamped"] and told["trusted"] and told["at"] == STAMPED_AT.isoformat()
    with open_resources(settings) as resources, resources.database.read() as connection:
        (row,) = time_stamps.stamps_of(connection)
        assert row["token"] in resources.store and row["stamped_at"] == STAMPED_AT
        assert [event["subject"] for event in custody.events_named(connection, "stamped")] == [row["sha256"]]
    assert waiting(settings) == []


def test_without_the_authoritys_anchor_the_stamp_is_kept_and_said_to_be_unproved(server: str, tmp_path: Path) -> None:
    (told,) = stamped(Settings(home=tmp_path, tsa_url=server))
    assert told["stamped"] and not told["trusted"]


@pytest.mark.parametrize("server", ["broken", "astray", "slow"], indirect=True)
def test_an_authority_that_fails_leaves_the_checkpoint_in_the_queue(server: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, tsa_url=server, tsa_seconds=1)

    (told,) = stamped(settings)

    assert not told["stamped"] and "sẽ thử lại" in str(told["reason"])
    assert waiting(settings) == [told["sha256"]]


def test_an_authority_that_is_gone_is_asked_again_and_new_checkpoints_come_first(tmp_path: Path, pki: Pki) -> None:
    gone = Settings(home=tmp_path, tsa_url="http://127.0.0.1:1/", tsa_seconds=1)
    first, second = stamped(gone)[0], stamped(gone)[0]

    assert not first["stamped"] and first["sha256"] != second["sha256"]
    with time_stamp_server(pki.leaf("tsa")) as url:
        told = stamped(Settings(home=tmp_path, tsa_url=url))
    assert [one["stamped"] for one in told] == [True, True] and len(waiting(gone)) == 1
