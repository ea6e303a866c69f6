"""Checkpoints of the custody log: signed, continued, and what a rewritten log looks like."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from config.settings import Settings
from flows.keeping import log_proofs
from flows.keeping.log_proofs import NoCheckpoint
from flows.resources import Resources, open_resources
from storage.bundles.notes import BadNote, read_note
from storage.database.tables import custody as log
from storage.proof import custody
from storage.proof.custody import Happening
from storage.proof.keys import key_ring, rotate

AT = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)


@pytest.fixture
def ward(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "ward")


@pytest.fixture
def resources(ward: Settings) -> Iterator[Resources]:
    with open_resources(ward) as opened:
        yield opened


def happen(resources: Resources, *subjects: str) -> None:
    with resources.database.write() as connection:
        custody.append(connection, [Happening("stored", subject, "me", "here") for subject in subjects], at=AT)


def faults(resources: Resources, before: str = "") -> set[str]:
    return {fault["kind"] for fault in log_proofs.verify_log(resources.settings, before=before)["faults"]}


def test_each_night_signs_the_log_and_continues_the_nights_before(resources: Resources) -> None:
    happen(resources, *"abc")
    first = log_proofs.publish_checkpoint(resources, at=AT)
    happen(resources, *"defg")
    second = log_proofs.publish_checkpoint(resources, at=AT)

    told = log_proofs.verify_log(resources.settings, before=first)
    assert told["ok"] and told["checkpoints"] == 2 and told["events"] == 7
    assert told["from"]["continues"] and told["from"]["proof"]
    assert [read_note(note).size for note in (first, second)] == [3, 7]


def test_a_log_that_did_not_grow_keeps_its_checkpoint(resources: Resources) -> None:
    happen(resources, "a")
    first = log_proofs.publish_checkpoint(resources, at=AT)

    assert log_proofs.publish_checkpoint(resources, at=AT) == first
    assert first.encode() in [read_object(resources, sha256) for sha256 in resources.store]
    assert len(list(resources.store)) == 2


def test_an_event_changed_under_a_checkpoint_is_found_even_with_all_hashes_made_new(resources: Resources) -> None:
    happen(resources, *"abcde")
    kept = log_proofs.publish_checkpoint(resources, at=AT)
    rewrite(resources, seq=2, who="somebody else")

    assert faults(resources) == {"rewritten"}
    assert faults(resources, kept) == {"rewritten"}


def test_an_event_changed_alone_is_named_by_number(resources: Resources) -> None:
    happen(resources, *"abc")
    with resources.database.write() as connection:
        connection.execute(update(log).where(log.c.seq == 2).values(who="somebody else"))

    told = log_proofs.verify_log(resources.settings)
    assert [(fault["kind"], fault["seq"]) for fault in told["faults"]] == [("changed", 2)]


def test_a_log_cut_behind_its_checkpoint_is_found(resources: Resources) -> None:
    happen(resources, *"abc")
    kept = log_proofs.publish_checkpoint(resources, at=AT)
    with resources.database.write() as connection:
        connection.execute(delete(log).where(log.c.seq == 3))

    assert faults(resources) == {"cut"}
    assert "cut" in faults(resources, kept)


def test_a_checkpoint_of_another_installation_or_noise_is_refused(resources: Resources, tmp_path: Path) -> None:
    happen(resources, "a")
    foreign = key_ring(tmp_path / "other").note(1, bytes(32))

    assert faults(resources, foreign) == {"bad_signature"}
    with pytest.raises(NoCheckpoint, match="không phải mốc nhật ký"):
        log_proofs.verify_log(resources.settings, before="noise")


@pytest.mark.parametrize("spoil", [lambda note: note[:-10], lambda note: note.replace("\n3\n", "\n03\n"), str.upper])
def test_a_spoilt_note_is_no_checkpoint_or_has_no_valid_signature(spoil: object, tmp_path: Path) -> None:
    ring = key_ring(tmp_path)
    try:
        note = read_note(spoil(ring.note(3, bytes(32))))  # type: ignore[operator]
    except BadNote:
        return
    assert note.signer(ring.public_keys) is None


def test_a_changed_key_still_proves_the_checkpoints_of_the_one_before(resources: Resources) -> None:
    happen(resources, "a")
    old = log_proofs.publish_checkpoint(resources, at=AT)
    shown = log_proofs.rotate_keys(resources.settings, at=AT)
    happen(resources, "b")
    new = log_proofs.publish_checkpoint(resources, at=AT)

    assert len(shown["keys"]) == 2 and shown["origin"] == read_note(old).origin == read_note(new).origin
    assert faults(resources, old) == set()
    public = [key["public_key"] for key in shown["keys"]]
    assert [read_note(old).signer(public), read_note(new).signer(public)] == public
    with resources.database.read() as connection:
        assert [event["subject"] for event in custody.events_named(connection, "rotated")] == [public[1]]


class Killed(Exception):
    """Stands for SIGKILL in the middle of a rotation."""


def test_a_rotation_that_was_killed_is_finished_with_the_same_key(tmp_path: Path) -> None:
    told: list[str] = []

    def die(record: dict[str, object]) -> None:
        told.append(str(record["public_key"]))
        raise Killed

    before = key_ring(tmp_path)
    with pytest.raises(Killed):
        rotate(tmp_path, at=AT, record=die)
    assert key_ring(tmp_path).seed == before.seed

    ring = rotate(tmp_path, at=AT, record=lambda record: told.append(str(record["public_key"])))
    assert ring.chain[-1]["public_key"] == told[0] == told[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle-signing.key", "keys.json"]


def rewrite(resources: Resources, *, seq: int, **changes: str) -> None:
    """Change an event and make all hashes after it new, as somebody with the database can."""
    with resources.database.write() as connection:
        events = custody.events(connection)
        previous = events[seq - 2]["hash"]
        for event in events[seq - 1 :]:
            new = event | {"previous": previous} | (changes if event["seq"] == seq else {})
            previous = custody.event_hash(new)
            values = {"who": new["who"], "previous": new["previous"], "hash": previous}
            connection.execute(update(log).where(log.c.seq == event["seq"]).values(**values))
        made_new = connection.execute(select(log).order_by(log.c.seq))
        assert custody.first_break([custody.event_of(row) for row in made_new]) is None


def read_object(resources: Resources, sha256: str) -> bytes:
    with resources.store.open(sha256) as stream:
        assert isinstance(stream, io.BufferedReader)
        return stream.read()
