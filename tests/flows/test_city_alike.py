"""All wards in one command: each gets to the letter what it gets alone, and what a bare engine makes of its facts."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from connectors.exports.rows import Export, Row
from flows.resources import Resources, open_resources
from flows.scores.city import score_city
from flows.scores.scoring import Question, compute, unpacked_inputs
from scoring import score
from scoring.engine.facts import Dossier, Facts, from_plain
from storage.documents.evidence import record_object
from storage.records.imports import Arrival, record_export
from storage.scored.runs import run_of
from tests.scoring.wards import at
from tests.storage.keeping_ward import AT

WARDS = {"hoi-an-dong": 90, "hoi-an": 41, "hoi-an-tay": 60, "khong-co-ho-so": 0, "khong-ro-ten": 12}
"""Three that were merged of others, one whose list of dossiers is empty, one that no office names."""
OFFICES = ("UBND phường Hội An Đông", "UBND phường Cẩm Châu", "UBND phường Hội An", "UBND phường Sơn Trà", None)


def mixed_dossier(unit: str, number: int) -> Dossier:
    """Late and early, open, withdrawn, supplemented, of other years and offices: a little of everything."""
    received = at("2025-06-01") + timedelta(days=7 * (number % 70) - 200)
    due, end = received + timedelta(days=10, hours=8), received + timedelta(days=number % 13)
    asked = received if number % 9 == 0 else None
    return Dossier(
        code=f"{unit}-{number:03d}",
        status=(10, 9, 4, 10, 7, 5)[number % 6],
        received_at=received,
        due_at=due,
        finished_at=end if number % 6 else None,
        returned_at=end if number % 4 else None,
        supplements=(None, 0, 2)[number % 3],
        supplement_asked_at=asked,
        supplement_given_at=asked and received + timedelta(days=2),
        due_before=asked and due - timedelta(days=3),
        channel=("online", "direct", None)[number % 3],
        full_online=(True, None)[number % 2],
        procedure=f"Thủ tục {number % 4}",
        resolving_unit=OFFICES[number % len(OFFICES)],
        synced=number % 7 > 0,
        papers_digitised=(True, False, None)[number % 3],
        fee_due=number % 2 > 0,
        result_file_required=number % 2 == 0,
        apology_number="1/TXL" if number % 8 == 0 else None,
    )


def keep_dossiers(resources: Resources, unit: str, count: int) -> None:
    kept = resources.store.put(io.BytesIO(unit.encode()))
    names = [name for name in Dossier.__slots__ if name != "result_files"]
    rows = tuple(
        Row("dossiers", "S", number, {name: value for name in names if (value := getattr(one, name)) is not None})
        for number, one in enumerate(mixed_dossier(unit, number) for number in range(count))
    )
    export = Export(file="hs.xlsx", sha256=kept.sha256, profile="danh-sach-ho-so", kind="dossiers", sheets=("S",),
                    rows=rows, counted=count, exported_at=AT)  # fmt: skip
    with resources.database.write() as connection:
        record_object(connection, kept, who="test", where="test", at=AT)
        record_export(connection, Arrival(unit, "hs.xlsx", kept.sha256, "test", "test", AT, "1"), export)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    with open_resources(Settings(home=folder)) as resources:
        for unit, count in WARDS.items():
            keep_dossiers(resources, unit, count)
    return folder


@pytest.mark.parametrize("rule", ["bcth_date", "bc06_datetime", "opencps", "dvcqg_766@1", "dvcqg_766"])
@pytest.mark.parametrize("period", ["2025", "2025-Q3"])
def test_a_city_counted_over_columns_gives_each_ward_the_score_it_gets_alone(
    home: Path, rule: str, period: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = Question(period, date(2025, 12, 20), "phuong-de-xuat@2025.1", rule)
    monkeypatch.setattr("storage.records.kept_dossiers.FEW", 0)
    with open_resources(Settings(home=home)) as resources:
        city = score_city(resources, question, AT)
        monkeypatch.undo()
        assert {row["unit"] for row in city["units"]} == set(WARDS)
        for row in city["units"]:
            with resources.database.read() as connection:
                run = run_of(connection, row["run"])
            alone = open_unit(resources, row["unit"])
            answer = compute(alone, question)
            assert run["score"] == answer.score
            assert run["inputs_digest"] == answer.inputs_digest
            with resources.store.open(run["inputs_sha256"]) as kept:
                assert recomputed(unpacked_inputs(kept.read()), run["score"]) == run["score"]


def open_unit(resources: Resources, unit: str) -> Resources:
    return Resources(resources.settings.model_copy(update={"unit": unit}), resources.database, resources.store)


def recomputed(inputs: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """By the bare engine, dossier by dossier, as an auditor does it."""
    facts: Facts = from_plain(Facts, inputs["facts"])
    asked = {name: said[name] for name in ("unit", "period", "on_time_rule", "inputs", "engine")}
    return score(
        inputs["criteria"], facts, inputs["calendar"], as_of=date.fromisoformat(said["as_of"]), **asked
    ).plain()


def test_a_city_scored_again_finds_the_runs_it_recorded_in_the_order_of_units(home: Path) -> None:
    question = Question("2025-H2", date(2025, 12, 20), "phuong-de-xuat@2025.1", "bcth_date")
    with open_resources(Settings(home=home)) as resources:
        first = {row["unit"]: row["run"] for row in score_city(resources, question, AT, units=WARDS)["units"]}
        again = {row["unit"]: row["run"] for row in score_city(resources, question, AT, units=WARDS)["units"]}
    assert again == first
    assert sorted(first, key=lambda unit: str(first[unit])) == sorted(WARDS)
