"""Several wards in one worker: nights, chores, figures and refusals of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.refusals import Refusal
from config.settings import Settings
from config.units_here import BadUnits, own_settings, settings_of, settings_of_units
from flows.arriving.sources import sources_of
from flows.cli.door import WRONG_USE, Refused, settings_for
from flows.keeping.store_care import Asker, care_for_store
from flows.resources import open_ledger, open_resources
from flows.serving.worker import Look, _due, do_next
from flows.watching.chores import due_chores
from flows.watching.metrics import metrics_text
from storage.ledger.nights import (
    DONE,
    Ending,
    NightRequest,
    begin_night,
    end_night,
    nights_of,
)
from storage.ledger.watched import watched_since
from storage.proof.care import walk_named

DAY = timedelta(days=1)
SLOT = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)


def test_wards_of_a_list_have_nights_and_chores_of_their_own_oldest_slot_first(tmp_path: Path) -> None:
    home = _city(tmp_path)
    settings = Settings(home=home, unit="phuong-1", period="2025", prefect="off")
    with open_ledger(settings) as database:
        watched_since(database, [f"phuong-{n}" for n in (1, 2, 3)], SLOT - timedelta(minutes=1))
        now = SLOT + DAY + timedelta(minutes=1)
        for _ in range(6):
            assert do_next(Look(settings, now), database)
        with database.read() as connection:
            rows = {f"phuong-{n}": nights_of(connection, f"phuong-{n}") for n in (1, 2, 3)}
            chores = due_chores(
                connection, Look(settings, now).units, since=dict.fromkeys(rows, SLOT - 400 * DAY), now=now
            )

    order = sorted((night["started_at"], night["slot"], unit) for unit, ran in rows.items() for night in ran)
    assert {night["slot"] for night in rows["phuong-2"]} == {SLOT, SLOT + DAY}
    assert [slot for _, slot, _ in order] == [SLOT] * 3 + [SLOT + DAY] * 3
    assert len([chore for chore in chores if chore.name == "letter"]) == 3
    assert len([chore for chore in chores if chore.name == "scrub"]) == 1
    assert "Phường Hai" in rows["phuong-2"][0]["summary"]["letter"]
    assert "Phường Ba" in rows["phuong-3"][0]["summary"]["letter"]


def test_figures_tell_of_each_ward_of_a_list_when_its_last_good_night_ended(tmp_path: Path) -> None:
    settings = Settings(home=_city(tmp_path), unit="phuong-1", period="2025", prefect="off")
    with open_ledger(settings) as database, database.write() as connection:
        night = begin_night(connection, NightRequest("phuong-2", "2025", "t", settings.timezone), owner="w", now=SLOT)
        end_night(connection, night.id, Ending(DONE, None, {}, SLOT + timedelta(minutes=1)))
    name = "parindex_unit_last_good_night_timestamp_seconds{unit="
    figures = [line.removeprefix(name).split() for line in metrics_text(settings).decode().splitlines() if name in line]
    ended = (SLOT + timedelta(minutes=1)).timestamp()
    assert [(unit, float(at)) for unit, at in figures] == [
        ('"phuong-1"}', 0.0),
        ('"phuong-2"}', ended),
        ('"phuong-3"}', 0.0),
    ]


def test_of_wards_that_share_a_store_the_last_of_a_night_alone_reads_it_again(tmp_path: Path) -> None:
    settings = Settings(home=_city(tmp_path), unit="phuong-1", period="2025", prefect="off")
    walked = []
    for unit in settings_of_units(settings):
        with open_resources(unit) as resources:
            care_for_store(resources, Asker(f"night of {unit.unit}", SLOT))
            with resources.database.read() as connection:
                walked.append(walk_named(connection, "scrub:folder"))
    assert walked[:2] == [None, None]
    assert walked[2] is not None and walked[2].asked_by == "night of phuong-3"


def test_a_ward_whose_settings_are_spoilt_stops_no_other_and_is_told_in_the_end(tmp_path: Path) -> None:
    """Also where it comes first and its night cannot even begin, so that the ledger knows nothing of it."""
    units = _city(tmp_path) / "units.yaml"
    units.write_text(units.read_text().replace("name: Phường Một", "name: Phường Một, criteria: khong-co@1"))
    settings = Settings(home=tmp_path, unit="phuong-1", period="2025", prefect="off")
    with open_ledger(settings) as database:
        watched_since(database, [f"phuong-{n}" for n in (1, 2, 3)], SLOT - timedelta(minutes=1))
        look = Look(settings, SLOT + timedelta(minutes=1))
        assert do_next(look, database) and do_next(look, database)
        with pytest.raises(Refusal, match="khong-co"):
            do_next(look, database)
        with database.read() as connection:
            ran = [len(nights_of(connection, f"phuong-{n}")) for n in (1, 2, 3)]
    assert ran == [0, 1, 1]


def test_a_fresh_slot_of_each_ward_is_left_to_prefect_for_a_minute(tmp_path: Path) -> None:
    settings = Settings(home=_city(tmp_path), unit="phuong-1", period="2025", prefect="on")
    with open_ledger(settings) as database:
        watched_since(database, [f"phuong-{n}" for n in (1, 2, 3)], SLOT - timedelta(minutes=1))
        fresh, later = (Look(settings, SLOT + timedelta(seconds=seconds)) for seconds in (59, 60))
        assert _due(database, fresh) == [] and len(_due(database, later)) == 3


def test_a_ward_of_a_list_never_takes_the_exports_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in a process that was given the ward's own settings, and where PAR_UNIT names the ward."""
    plain = Settings(home=_city(tmp_path), unit="phuong-1")
    (tmp_path / "sources.yaml").write_text(
        "sources: [{name: chung, kind: folder, folder: /a}, {name: hai, kind: folder, folder: /b, unit: phuong-2}]"
    )
    second = settings_of(plain, "phuong-2")
    monkeypatch.setenv("PAR_HOME", str(tmp_path))
    monkeypatch.setenv("PAR_UNIT", "phuong-1")

    assert second.exports_folder == tmp_path / "exports" / "phuong-2" and settings_of(second, "phuong-2") == second
    assert settings_for() == own_settings() == settings_of(plain, "phuong-1") != plain
    assert settings_for("phuong-2").exports_folder == second.exports_folder
    taken = [entry.name for entry in sources_of(second)[0]]
    assert taken == ["exports", "hai"] and [entry.name for entry in sources_of(own_settings())[0]] == ["exports"]


def test_a_unit_that_nobody_knows_is_refused_before_anything_is_made_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAR_HOME", str(_city(tmp_path)))
    with pytest.raises(Refused, match=r"phuong-muoi.*units\.yaml") as caught:
        settings_for("phuong-muoi")
    assert caught.value.exit_code == WRONG_USE and not (tmp_path / "inbox" / "phuong-muoi").exists()
    (tmp_path / "inbox" / "phuong-muoi").mkdir(parents=True)
    assert settings_for("phuong-muoi").unit == "phuong-muoi"


def test_a_list_of_units_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    for text, told in (
        ("units: []", "units"),
        ("units: [{id: A b, name: X}]", "units.0.id: chỉ gồm chữ thường"),
        ("{", "không đọc được"),
    ):
        (tmp_path / "units.yaml").write_text(text)
        with pytest.raises(BadUnits, match=told):
            settings_of_units(settings)
    (tmp_path / "units.yaml").write_text("units: [{id: aa, name: Phường A}, {id: aa, name: Phường B}]")
    with pytest.raises(BadUnits, match="trùng: aa"):
        settings_of(settings, "aa")


def _city(home: Path) -> Path:
    names = {1: "Phường Một", 2: "Phường Hai", 3: "Phường Ba"}
    lines = [f"- {{id: phuong-{number}, name: {name}}}" for number, name in names.items()]
    (home / "units.yaml").write_text("\n".join(["units:", *lines]))
    return home
