"""Care of the store: scrub with a budget, damage named and mended, moves, the database made again, backup, restore."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from flows.keeping import backing_up, log_proofs, rebuilding, store_care
from flows.keeping.backing_up import NoBackup
from flows.keeping.rebuilding import NotEmpty
from flows.keeping.store_care import Asker, NothingToMoveTo
from flows.resources import open_resources, open_store
from storage.documents.evidence import documents_of, receipts_of
from storage.errors import NotPossible
from storage.objects import FolderStore, S3Store
from storage.proof import custody
from storage.scored.runs import latest_run
from tests.journeys.commands import parindex_here
from tests.storage.keeping_ward import AT, DOCUMENTS, forget_inbox, kept_ward, score_now

PLAN = hashlib.sha256(DOCUMENTS["1.7.1/ke-hoach.pdf"]).hexdigest()
ASKER = Asker("test", AT)


@pytest.fixture
def ward(tmp_path: Path) -> Settings:
    return kept_ward(tmp_path / "ward")


def path_of(settings: Settings, sha256: str) -> Path:
    return FolderStore(settings.home / "objects").path_of(sha256)


def rot(settings: Settings, sha256: str) -> None:
    path_of(settings, sha256).chmod(0o600)
    path_of(settings, sha256).write_bytes(b"rotten")


def events(settings: Settings, *kinds: str) -> list[str]:
    with open_resources(settings) as resources, resources.database.read() as connection:
        return [event["event"] for event in custody.events(connection) if event["event"] in kinds]


def test_a_sound_store_is_read_whole_and_nothing_is_told(ward: Settings) -> None:
    told = store_care.scrub_store(ward, ASKER)
    assert told["ended"] and told["damages"] == told["mended"] == told["unaccounted"] == []
    assert told["objects"] == len(list(open_store(ward)))
    assert events(ward, "damaged", "mended") == []


@pytest.mark.parametrize("hurt", [rot, lambda ward, sha256: path_of(ward, sha256).unlink()], ids=["changed", "missing"])
def test_damage_is_named_with_all_that_depends_on_it(ward: Settings, hurt: Any) -> None:
    forget_inbox(ward)
    hurt(ward, PLAN)

    (damage,) = store_care.scrub_store(ward, ASKER)["damages"]

    assert damage["sha256"] == PLAN
    assert damage["needed_by"] == ["tài liệu “ke-hoach.pdf”", "tiêu chí thành phần 1.7.1", "lần chấm 2025-0001"]
    assert events(ward, "damaged") == ["damaged"]
    store_care.scrub_store(ward, ASKER)
    assert events(ward, "damaged") == ["damaged"]


def test_damage_is_mended_from_the_second_copy_and_told(tmp_path: Path) -> None:
    ward = kept_ward(tmp_path / "ward", mirror=tmp_path / "mirror")
    with open_resources(ward) as resources:
        assert store_care.copy_to_mirror(resources) == len(list(resources.store))
        assert store_care.copy_to_mirror(resources) == 0
    forget_inbox(ward)
    rot(ward, PLAN)

    told = store_care.scrub_store(ward, ASKER)

    assert (told["mended"], told["damages"]) == ([PLAN], [])
    assert path_of(ward, PLAN).read_bytes() == DOCUMENTS["1.7.1/ke-hoach.pdf"]
    assert events(ward, "damaged", "mended") == ["damaged", "mended"]
    assert log_proofs.verify_log(ward)["ok"]


def test_damage_is_mended_from_the_inbox_and_a_rotten_copy_mends_nothing(tmp_path: Path) -> None:
    ward = kept_ward(tmp_path / "ward", mirror=tmp_path / "mirror")
    with open_resources(ward) as resources:
        store_care.copy_to_mirror(resources)
    rot(ward, PLAN)
    mirrored = FolderStore(tmp_path / "mirror").path_of(PLAN)
    mirrored.chmod(0o600)
    mirrored.write_bytes(b"also rotten")

    assert store_care.scrub_store(ward, ASKER)["mended"] == [PLAN]
    forget_inbox(ward)
    rot(ward, PLAN)
    assert store_care.scrub_store(ward, ASKER)["mended"] == []
    mirrored.write_bytes(DOCUMENTS["1.7.1/ke-hoach.pdf"])
    assert store_care.repair(ward, ASKER) == {"mended": [PLAN], "damages": []}


def test_a_nights_budget_reads_a_part_and_the_next_night_goes_on(ward: Settings) -> None:
    with open_resources(ward) as resources:
        seen = [
            store_care.scrub(resources, Asker(f"night {n}", AT), most_bytes=1)
            for n in range(len(list(resources.store)))
        ]
        again = store_care.scrub(resources, Asker(f"night {len(seen) - 1}", AT), most_bytes=1)
    assert [told["objects"] for told in seen] == list(range(1, len(seen) + 1))
    assert not seen[0]["ended"] and again["objects"] == len(seen)


def test_an_object_that_no_row_knows_is_told(ward: Settings) -> None:
    stray = open_store(ward).put(io.BytesIO(b"left by a kill between put and record"))
    assert store_care.scrub_store(ward, ASKER)["unaccounted"] == [stray.sha256]


@pytest.fixture
def s3_ward(tmp_path: Path, s3_endpoint: str) -> Settings:
    bucket = "c" + hashlib.sha256(str(tmp_path).encode()).hexdigest()[:20]
    address = {"s3_endpoint": s3_endpoint, "s3_bucket": bucket, "s3_access_key": "testkey", "s3_secure": False}
    return kept_ward(tmp_path / "ward", **address, s3_secret_key="testsecret123")


def test_a_store_moves_to_s3_and_back_with_every_object_verified(s3_ward: Settings) -> None:
    told = store_care.move_store(s3_ward, "s3", ASKER)
    moved = s3_ward.model_copy(update={"store": "s3"})

    assert told["lacking"] == [] and told["next"] == "PAR_STORE=s3"
    assert set(open_store(moved)) == set(open_store(s3_ward))
    assert store_care.scrub_store(moved, ASKER)["damages"] == []
    shutil.rmtree(s3_ward.home / "objects")
    assert store_care.move_store(moved, "folder", ASKER)["lacking"] == []
    assert store_care.scrub_store(s3_ward, ASKER)["damages"] == []
    with pytest.raises(NothingToMoveTo):
        store_care.move_store(moved, "s3", ASKER)


def test_a_move_that_broke_off_goes_on_and_names_what_is_damaged(
    s3_ward: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rot(s3_ward, PLAN)
    put, calls = S3Store.put, iter(range(100))

    def dying(store: S3Store, source: Any) -> Any:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return put(store, source)

    with monkeypatch.context() as broken:
        broken.setattr(S3Store, "put", dying)
        with pytest.raises(KeyboardInterrupt):
            store_care.move_store(s3_ward, "s3", ASKER)
    told = store_care.move_store(s3_ward, "s3", ASKER)
    assert told["lacking"] == [PLAN]


def test_a_run_is_locked_and_held_on_s3_and_honestly_refused_in_a_folder(s3_ward: Settings) -> None:
    with pytest.raises(NotPossible, match="người quản trị máy"):
        store_care.hold_run(s3_ward, "2025-0001", ASKER, on=True)
    store_care.move_store(s3_ward, "s3", ASKER)
    moved = s3_ward.model_copy(update={"store": "s3"})
    until = replace_year(AT)

    assert store_care.lock_run(moved, "2025-0001", ASKER, until=until)["objects"] == len(DOCUMENTS) + 1
    assert store_care.hold_run(moved, "2025-0001", ASKER, on=True)["objects"] == len(DOCUMENTS) + 1
    store_care.hold_run(moved, "2025-0001", ASKER, on=False)
    assert events(moved, "locked", "held", "released") == ["locked", "held", "released"]


def replace_year(moment: Any) -> Any:
    return moment.replace(year=2036)


def state(settings: Settings) -> dict[str, Any]:
    """What a database made again must say as before."""
    with open_resources(settings) as resources, resources.database.read() as connection:
        return {
            "log": custody.events(connection),
            "documents": [{**row} for row in documents_of(connection, settings.unit)],
            "receipts": [{**row} for row in receipts_of(connection, settings.unit)],
            "run": latest_run(connection, settings.unit, "2025"),
        }


def test_the_database_is_made_again_from_the_store_alone(ward: Settings, tmp_path: Path) -> None:
    with open_resources(ward) as resources:
        custody_of_more(resources)
        log_proofs.publish_checkpoint(resources, at=AT)
    before = state(ward)
    lost = ward.model_copy(update={"home": tmp_path / "again"})
    for kept in ("objects", "keys"):
        shutil.copytree(ward.home / kept, lost.home / kept)

    told = rebuilding.rebuild_index(lost, at=AT)

    assert told["proved"] and (told["runs"], told["receipts"]) == (1, len(DOCUMENTS))
    assert state(lost) == before
    assert log_proofs.verify_log(lost)["checkpoints"] == 2
    with open_resources(lost) as resources:
        assert score_now(resources) == "2025-0001"
    with pytest.raises(NotEmpty, match=r"parindex\.db"):
        rebuilding.rebuild_index(lost, at=AT)


def test_a_rebuilt_database_says_so_when_its_store_was_tampered_with(ward: Settings, tmp_path: Path) -> None:
    lost = ward.model_copy(update={"home": tmp_path / "again"})
    shutil.copytree(ward.home / "objects", lost.home / "objects")
    assert not rebuilding.rebuild_index(lost, at=AT)["proved"], "another installation's key proves nothing"


def custody_of_more(resources: Any) -> None:
    with resources.database.write() as connection:
        custody.append(connection, [custody.Happening("fetched", PLAN, "auditor", "web")], at=AT)


@pytest.fixture(params=["sqlite", "postgresql"])
def backed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Settings, Settings]]:
    """A ward, and an empty place for its restoration."""
    if request.param == "sqlite":
        yield kept_ward(tmp_path / "ward"), Settings(home=tmp_path / "new", period="2025")
        return
    urls = [fresh_postgresql(request.getfixturevalue("postgresql_url"), f"care_{n}") for n in (1, 2)]
    ward = kept_ward(tmp_path / "ward", database_url=urls[0])
    yield ward, Settings(home=tmp_path / "new", period="2025", database_url=urls[1])


def test_a_restored_backup_is_the_ward_and_every_hash_is_proved(
    backed: tuple[Settings, Settings], tmp_path: Path
) -> None:
    ward, new = backed
    own = {"criteria/rieng/1.yaml": "id: rieng", "profiles/mau-rieng.yaml": "id: mau-rieng"}
    for name, text in own.items():
        (ward.home / name).parent.mkdir(parents=True)
        (ward.home / name).write_text(text)
    made = backing_up.backup(ward, tmp_path / "backup", at=AT)

    told = backing_up.restore(new, tmp_path / "backup")

    assert told["proved"] == told["objects"] == made["objects"] == len(list(open_store(ward)))
    assert told["log"]["ok"] and told["damaged"] == []
    assert state(new) == state(ward)
    assert {name: (new.home / name).read_text() for name in own} == own
    assert store_care.scrub_store(new, ASKER)["damages"] == []
    with pytest.raises(NoBackup, match="nơi trống"):
        backing_up.restore(new, tmp_path / "backup")


def test_a_second_backup_copies_only_what_is_new(ward: Settings, tmp_path: Path) -> None:
    first = backing_up.backup(ward, tmp_path / "backup", at=AT)
    with open_resources(ward) as resources:
        log_proofs.publish_checkpoint(resources, at=AT)
    second = backing_up.backup(ward, tmp_path / "backup", at=AT)
    assert (first["copied"], second["copied"]) == (first["objects"], 2)


def test_daily_backups_share_their_objects_and_an_older_day_can_be_restored(ward: Settings, tmp_path: Path) -> None:
    kept = ward.model_copy(update={"backups": tmp_path / "disk", "backup_days": 2})
    with pytest.raises(NoBackup, match="PAR_BACKUPS"):
        backing_up.back_up_daily(kept, AT)
    (tmp_path / "disk").mkdir()
    first = backing_up.back_up_daily(kept, AT)
    before = state(ward)
    with open_resources(ward) as resources:
        log_proofs.publish_checkpoint(resources, at=AT)

    second = backing_up.back_up_daily(kept, AT + timedelta(days=1))

    assert (first["copied"], second["copied"], second["forgotten"]) == (first["objects"], 2, 0)
    days = sorted(about.parent for about in (tmp_path / "disk").glob("*/backup.json"))
    told = backing_up.restore(Settings(home=tmp_path / "new", period="2025"), days[0])
    assert told["proved"] == first["objects"] and told["log"]["ok"]
    assert state(Settings(home=tmp_path / "new", period="2025")) == before
    assert backing_up.back_up_daily(kept, AT + timedelta(days=3))["forgotten"] == 1
    assert not days[0].exists() and days[1].exists()
    assert backing_up.back_up_daily(ward, AT) == {"made": False}


def test_backup_and_restore_by_command_say_how_much_and_of_which_moment(ward: Settings, tmp_path: Path) -> None:
    disk = str(tmp_path / "disk")
    backed = parindex_here(ward.home, "backup", disk, "--at", "2026-01-04T18:00:00+00:00")
    restored = parindex_here(tmp_path / "new", "restore", disk)
    again = parindex_here(tmp_path / "new", "restore", disk)

    assert backed.returncode == 0 and "khóa ký" in backed.stdout, backed.stderr
    assert restored.returncode == 0 and "lúc 01:00 ngày 05/01/2026" in restored.stdout, restored.stderr
    assert again.returncode == 3 and "chỉ khôi phục vào nơi trống" in again.stderr


def test_a_backup_that_rotted_is_never_restored_in_silence(ward: Settings, tmp_path: Path) -> None:
    backing_up.backup(ward, tmp_path / "backup", at=AT)
    copy = FolderStore(tmp_path / "backup/objects").path_of(PLAN)
    copy.chmod(0o600)
    copy.write_bytes(b"rotten")
    assert backing_up.restore(Settings(home=tmp_path / "new"), tmp_path / "backup")["damaged"] == [PLAN]

    (tmp_path / "backup/database.sqlite").write_bytes(b"rotten")
    with pytest.raises(NoBackup, match="bị thay đổi"):
        backing_up.restore(Settings(home=tmp_path / "other"), tmp_path / "backup")


def fresh_postgresql(url: str, name: str) -> str:
    """An empty database of this name on the test server."""
    from sqlalchemy import create_engine, text

    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.rsplit("/", 1)[0] + f"/{name}"
