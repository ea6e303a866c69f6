"""Each alarm rings for its own cause, brought about for real, and is silent before and after."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from minio import Minio

from config.settings import Settings
from config.units_here import settings_of_units
from flows.arriving import intake
from flows.arriving.importing import BadDismissal, dismiss_layout, import_seen
from flows.arriving.intake import Sender
from flows.keeping import store_care
from flows.keeping.store_care import Asker
from flows.logs import log, where_raised
from flows.resources import open_ledger, open_resources
from flows.telling.morning import stuck
from flows.watching.alarms import alarm_kinds, alarms_for_letter, alarms_now, disk_low
from flows.watching.chores import do_chore
from storage.dismissals import Dismissal, NotRejected
from storage.ledger.chores import Chore, ChoreEnding, end_chore, take_chore
from storage.ledger.nights import FAILED, Ending, Night, NightRequest, begin_night, end_night
from storage.ledger.watched import watched_since
from storage.objects import FolderStore
from storage.proof import custody
from storage.records.imports import imports_of
from tests.connectors.tables import LIST_HEADER, listed, xlsx
from tests.servers import SECRET
from tests.storage.keeping_ward import AT, forget_inbox, kept_ward

WANTED = {"no_good_night", "source_not_fresh", "layout_changed", "store_not_locked", "disk_low", "damage_found"}
"""What the service must ring for by itself."""


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Settings]:
    settings = kept_ward(tmp_path)
    assert rings(settings) <= {"disk_low"}
    yield settings


def rings(settings: Settings, now: datetime = AT) -> set[str]:
    return {alarm.id for alarm in alarms_now(settings, now)}


def test_the_list_is_complete_and_each_names_its_way_out() -> None:
    kinds = {kind.id: kind for kind in alarm_kinds()}
    assert set(kinds) >= WANTED and kinds["no_good_night"].limit == 26
    assert all(kind.way_out.endswith((".", ").")) for kind in kinds.values())


def test_documents_in_no_units_folder_ring_until_they_are_moved(ward: Settings) -> None:
    astray = [
        ward.inbox_folder / name for name in ("ke-hoach.pdf", "phuong-la/1.7.1/bao-cao.pdf", "phuong-la/Thumbs.db")
    ]
    for path in astray:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%PDF-1.7")

    seen = next(alarm.seen for alarm in alarms_now(ward, AT) if alarm.id == "documents_astray")
    for path in astray:
        path.unlink()

    assert seen.startswith("2 tệp") and "ke-hoach.pdf, phuong-la/1.7.1/bao-cao.pdf" in seen and ward.unit in seen
    assert "documents_astray" not in rings(ward)


def test_nights_that_fail_ring_after_26_hours(ward: Settings) -> None:
    with open_ledger(ward) as database, database.write() as connection:
        night = begin_night(connection, NightRequest(ward.unit, "2025", "t", ward.timezone), owner="w:1:1", now=AT)
        end_night(connection, night.id, Ending(FAILED, None, {"reason": "hết đĩa"}, AT + timedelta(minutes=1)))
    assert "no_good_night" not in rings(ward, AT + timedelta(hours=25))
    assert "no_good_night" in rings(ward, AT + timedelta(hours=26))


def test_a_ward_that_never_had_a_night_rings_26_hours_after_the_service_first_looked_at_it(ward: Settings) -> None:
    with open_ledger(ward) as database:
        watched_since(database, [ward.unit], AT)
    assert "no_good_night" not in rings(ward, AT + timedelta(hours=25))
    assert "no_good_night" in rings(ward, AT + timedelta(hours=26))


def test_a_chore_that_nobody_tries_again_rings_until_its_next_slot_is_done(ward: Settings) -> None:
    def try_at(slot: datetime, state: str, reason: str = "") -> None:
        chore = Chore(ward.unit, "scrub", slot)
        with open_ledger(ward) as database, database.write() as connection:
            take_chore(connection, chore, owner="w:1:1", now=slot)
            end_chore(connection, chore, ChoreEnding(state, {"reason": reason}, slot), owner="w:1:1")

    for _ in range(4):
        try_at(AT, "failed", "OSError: đọc không được")
    assert "chore_given_up" not in rings(ward)
    try_at(AT, "failed", "OSError: đọc không được")
    (alarm,) = [one for one in alarms_now(ward, AT) if one.id == "chore_given_up"]
    assert "Đọc lại toàn bộ kho" in alarm.seen and "đọc không được" in alarm.seen
    assert any(line.startswith("Việc định kỳ") for line in alarms_for_letter(ward, AT))
    try_at(AT + timedelta(days=7), "done")
    assert "chore_given_up" not in rings(ward)


def test_a_backup_that_stays_away_or_is_empty_rings(ward: Settings) -> None:
    folder = ward.home / "backup"
    folder.mkdir()
    kept = ward.model_copy(update={"backups": folder})
    dump = folder / "database-20260105-010000.dump"

    assert "no_backup" in rings(kept) and "no_backup" not in rings(ward)
    dump.write_bytes(b"")
    assert "no_backup" in rings(kept, datetime.now(UTC))
    dump.write_bytes(b"dump")
    assert "no_backup" not in rings(kept, datetime.now(UTC))
    assert "no_backup" in rings(kept, datetime.now(UTC) + timedelta(hours=51))


def test_a_source_that_brings_nothing_new_for_a_week_rings(ward: Settings) -> None:
    _export(ward, "ho-so.xlsx", LIST_HEADER)
    assert "source_not_fresh" not in rings(ward, AT + timedelta(days=6))
    (alarm,) = [one for one in alarms_now(ward, AT + timedelta(days=8)) if one.id == "source_not_fresh"]
    assert "8 ngày" in alarm.seen


def test_a_ward_that_never_got_an_export_rings_a_week_after_the_service_first_looked_at_it(ward: Settings) -> None:
    with open_ledger(ward) as database:
        watched_since(database, [ward.unit], AT)
    assert "source_not_fresh" not in rings(ward, AT + timedelta(days=6))
    (alarm,) = [one for one in alarms_now(ward, AT + timedelta(days=7)) if one.id == "source_not_fresh"]
    assert "chưa đọc được tệp kết xuất nào trong 7 ngày" in alarm.seen


def test_what_is_wrong_with_the_installation_rings_for_the_first_of_its_units_alone(
    ward: Settings, tmp_path: Path
) -> None:
    (tmp_path / "units.yaml").write_text(f"units: [{{id: {ward.unit}, name: Một}}, {{id: hai, name: Phường Hai}}]")
    first, second = settings_of_units(ward.model_copy(update={"backups": tmp_path / "none"}))
    assert "no_backup" in rings(first) and "no_backup" not in rings(second)


def test_a_layout_that_changed_rings_with_the_name_of_the_file(ward: Settings) -> None:
    _export(ward, "mau-moi.xlsx", ["Cột lạ", "Cột lạ nữa", "Không ai biết"])
    (alarm,) = [one for one in alarms_now(ward, AT) if one.id == "layout_changed"]
    assert "mau-moi.xlsx" in alarm.seen
    assert not any("mau-moi" in line for line in alarms_for_letter(ward, AT)), "the letter tells the file itself"
    (ward.exports_folder / "mau-moi.xlsx").unlink()
    assert "layout_changed" not in rings(ward)


def test_a_layout_that_a_person_put_aside_is_quiet_until_other_columns_come(ward: Settings) -> None:
    """Whatever the file is called; who and why stand in the custody log."""
    said = Dismissal("Lan", "web", "bảng của phần mềm khác", AT)
    _export(ward, "mau-moi-11.xlsx", ["Cột lạ", "Cột lạ nữa", "Không ai biết"])
    number = _newest(ward)
    with pytest.raises(BadDismissal):
        dismiss_layout(ward, number, replace(said, why=" "))
    assert "layout_changed" in rings(ward) and _in_letter(ward, "mau-moi-11")

    dismiss_layout(ward, number, said)
    dismiss_layout(ward, number, replace(said, who="Người khác"))
    assert "layout_changed" not in rings(ward) and not _in_letter(ward, "mau-moi-11")
    seen = import_seen(ward, number)
    assert seen is not None and (seen["dismissed"]["who"], seen["dismissed"]["why"]) == (said.who, said.why)
    with open_ledger(ward) as database, database.read() as connection:
        (event,) = custody.events_named(connection, "layout_dismissed")
    assert event["detail"] == {"unit": ward.unit, "import": number, "name": "mau-moi-11.xlsx", "why": said.why}

    _export(ward, "mau-moi-12.xlsx", ["Cột lạ", "Cột lạ nữa", "Không ai biết"], ["a", "b", "c"])
    assert _newest(ward) != number and "layout_changed" not in rings(ward)
    _export(ward, "mau-moi-13.xlsx", ["Cột lạ", "Cột khác hẳn", "Không ai biết"])
    assert "layout_changed" in rings(ward) and _in_letter(ward, "mau-moi-13")


def test_a_damaged_file_is_put_aside_alone_and_a_read_one_not_at_all(ward: Settings) -> None:
    said = Dismissal("Lan", "web", "tệp hỏng, đã xin lại", AT)
    for name, content in (("hong-1.xlsx", b"PK broken"), ("hong-2.xlsx", b"PK broken too")):
        (ward.exports_folder / name).write_bytes(content)
        _pull(ward)
        if name == "hong-1.xlsx":
            dismiss_layout(ward, _newest(ward), said)
            assert "layout_changed" not in rings(ward)
    assert "layout_changed" in rings(ward)
    _export(ward, "ho-so.xlsx", LIST_HEADER)
    with pytest.raises(NotRejected):
        dismiss_layout(ward, _newest(ward), said)


def _newest(ward: Settings) -> int:
    with open_ledger(ward) as database, database.read() as connection:
        return max(int(row["id"]) for row in imports_of(connection, ward.unit))


def _in_letter(ward: Settings, name: str) -> bool:
    night = Night("n", ward.unit, "2025", AT, 1)
    with open_ledger(ward) as database, database.read() as connection:
        return any(name in line for line in stuck(connection, night, {"missing_files": [], "unlinked": []}))


def test_a_disk_below_its_limit_rings(ward: Settings) -> None:
    assert disk_low(ward, AT, 0) is None
    assert "1099511627776 MiB trống" in str(disk_low(ward, AT, 1 << 40))


def test_damage_that_a_scrub_finds_rings_until_it_is_mended(ward: Settings) -> None:
    store = FolderStore(ward.home / "objects")
    forget_inbox(ward)
    spoilt = store.path_of(next(iter(store)))
    sound = spoilt.read_bytes()
    spoilt.chmod(0o600)
    spoilt.write_bytes(b"rotten")
    store_care.scrub_store(ward, Asker("test", AT))
    assert "damage_found" in rings(ward)

    mirrored = ward.model_copy(update={"mirror": ward.home / "mirror"})
    FolderStore(ward.home / "mirror").put(io.BytesIO(sound))
    store_care.repair(mirrored, Asker("test", AT + timedelta(days=1)))
    assert "damage_found" not in rings(ward, AT + timedelta(days=1))


def test_an_s3_store_that_lets_evidence_be_destroyed_rings(tmp_path: Path, s3_endpoint: str) -> None:
    """A bucket without object lock: the daily canary can be deleted."""
    address = {"s3_endpoint": s3_endpoint, "s3_access_key": "testkey", "s3_secret_key": SECRET}
    loose = Settings(
        home=tmp_path,
        store="s3",
        s3_bucket="no-lock",
        s3_secure=False,
        s3_lock_days=0,
        **address,  # type: ignore[arg-type]
    )
    client = Minio(s3_endpoint, access_key="testkey", secret_key=SECRET, secure=False)
    client.make_bucket(bucket_name="no-lock")
    assert do_chore(loose, Chore(loose.unit, "store-test", AT), now=AT)
    assert "store_not_locked" in rings(loose)


def test_a_try_of_the_store_that_could_not_be_made_replaces_the_last_good_answer(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, store="s3")
    for state, outcome in (("done", {"guaranteed": True}), ("failed", {"reason": "StoreUnavailable: không trả lời"})):
        chore = Chore(settings.unit, "store-test", AT + timedelta(days=state == "failed"))
        with open_ledger(settings) as database, database.write() as connection:
            take_chore(connection, chore, owner="w:1:1", now=AT)
            end_chore(connection, chore, ChoreEnding(state, outcome, AT), owner="w:1:1")
        assert ("store_not_locked" in rings(settings)) == (state == "failed")


def test_a_fault_is_logged_by_place_and_never_by_its_words() -> None:
    try:
        (Path("/nonexistent") / "Nguyễn Văn A.pdf").read_bytes()
    except OSError as error:
        told = where_raised(error)
    assert "test_alarms.py:" in told and "Nguyễn" not in told


def test_log_lines_are_one_json_object_each_with_ids_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAR_LOG_FORMAT", "json")
    log("night_ended", unit="hoi-an-dong", night="20260105-010000", slot=datetime(2026, 1, 4, 18, tzinfo=UTC))
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["unit"], told["night"]) == ("night_ended", "hoi-an-dong", "20260105-010000")
    assert datetime.fromisoformat(told["at"]).tzinfo is not None


def test_what_libraries_log_or_warn_of_becomes_one_line_of_ours_and_a_fault_keeps_its_words_to_itself() -> None:
    script = (
        "import logging, warnings; from flows.logs import take_over_logging; take_over_logging()\n"
        "warnings.warn('old', DeprecationWarning)\n"
        "logging.getLogger('uvicorn.error').error('address in use')\n"
        "try: int('Nguyễn Văn A')\n"
        "except ValueError: logging.getLogger('uvicorn.error').exception('Exception in ASGI application')\n"
    )
    environment = {**os.environ, "PAR_LOG_FORMAT": "json"}
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    warned, told, fault = (json.loads(line) for line in done.stderr.splitlines())
    assert "old" in warned["text"] and told["text"] == "address in use"
    assert (fault["event"], fault["reason"], fault["at_line"]) == ("fault", "ValueError", "<string>:4")
    assert "Nguyễn" not in done.stderr


def test_of_a_fault_of_prefect_one_line_is_told_and_the_stack_kept_in_a_file_that_does_not_grow_for_ever(
    tmp_path: Path,
) -> None:
    script = (
        "import logging, sys; from pathlib import Path; from config.settings import Settings\n"
        "from flows.on_prefect.server import _quiet_environment\n"
        "_quiet_environment(Settings(home=Path(sys.argv[1])))\n"
        "import prefect, prefect.logging.configuration as c; c.setup_logging(incremental=False)\n"
        "for _ in range(2):\n"
        "    try: int('Nguyễn Văn A')\n"
        "    except ValueError: logging.getLogger('prefect.runner').exception('Failed to process item')\n"
    )
    kept = tmp_path / "prefect" / "details.log"
    kept.parent.mkdir()
    kept.write_text("older\n" * 200_000)
    done = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=True)
    lines = done.stderr.splitlines()
    assert len(lines) == 2 and all("fault logger=prefect.runner reason=ValueError" in line for line in lines)
    assert kept.read_text().count("ValueError: invalid literal") == 2 and "older" not in kept.read_text()
    assert (kept.parent / "details.before.log").read_text().startswith("older")


def _export(ward: Settings, name: str, header: list[str], *more: list[str]) -> None:
    xlsx(ward.exports_folder / name, [header, *(listed(number) for number in range(1, 4)), *more])
    _pull(ward)


def _pull(ward: Settings) -> None:
    with open_resources(ward) as resources:
        intake.pull_exports(resources, Sender("test", "exports", AT))
