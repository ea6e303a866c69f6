"""Last year's evidence under this year's set: proposed, confirmed, told in the log; both sets side by side."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from config.criteria_sets import FOLDER
from config.settings import Settings
from flows.criteria import criteria_set
from flows.resources import open_resources
from flows.scores import carrying
from scoring.sets import successors
from storage.documents.links import Link, Said, links_of
from storage.proof.custody import events_named
from tests.storage.keeping_ward import AT, DOCUMENTS, kept_ward, score_now

OLD, NEW = "phuong-de-xuat@2025.1", "phuong-de-xuat@2026.1"
PLAN = hashlib.sha256(DOCUMENTS["1.7.1/ke-hoach.pdf"]).hexdigest()
SAID = Said("chị Hoa", "test", AT)


@pytest.fixture
def ward(tmp_path: Path) -> Settings:
    """A ward with one proven component, and the next year's set, in which that component has another number."""
    settings = kept_ward(tmp_path / "ward")
    text = (FOLDER / "phuong-de-xuat" / "2025.1.yaml").read_text(encoding="utf-8")
    text = text.replace('version: "2025.1"', 'version: "2026.1"').replace('id: "1.7.1"', 'id: "1.7.2"')
    target = settings.criteria_folder / "phuong-de-xuat" / "2026.1.yaml"
    target.parent.mkdir(parents=True)
    target.write_text(text, encoding="utf-8")
    with open_resources(settings) as resources:
        score_now(resources)
    return settings


def test_evidence_of_a_renumbered_component_is_proposed_and_linked_only_once_confirmed(ward: Settings) -> None:
    with open_resources(ward) as resources:
        period = ward.period_on(ward.local_day(AT))
        (proposed,) = carrying.proposals(resources, period, NEW)["proposals"]
        assert (proposed["from"], proposed["to"], proposed["sha256"]) == ("1.7.1", "1.7.2", PLAN)
        with resources.database.read() as connection:
            assert links_of(connection, ward.unit) == []

        assert carrying.carry(resources, period, NEW, SAID, components=["1.7.2"]) == [proposed]

        assert carrying.proposals(resources, period, NEW)["proposals"] == []
        assert carrying.carry(resources, period, NEW, SAID) == []
        with resources.database.read() as connection:
            assert links_of(connection, ward.unit) == [Link(ward.unit, "1.7.2", PLAN)]
            (told,) = events_named(connection, "linked")
    assert (told["who"], told["where"]) == ("chị Hoa", f"test: {OLD} 1.7.1 → {NEW} 1.7.2")


def test_a_component_that_nothing_is_proposed_for_is_refused_and_nothing_is_linked(ward: Settings) -> None:
    with open_resources(ward) as resources:
        with pytest.raises(carrying.NotProposed, match=r"^4\.1\.2: "):
            carrying.carry(resources, ward.period_on(ward.local_day(AT)), NEW, SAID, components=["1.7.2", "4.1.2"])
        with resources.database.read() as connection:
            assert links_of(connection, ward.unit) == []


def test_the_same_data_under_both_sets_stand_in_one_row_for_each_successor(ward: Settings) -> None:
    with open_resources(ward) as resources:
        told = carrying.beside(resources, ward.period_on(ward.local_day(AT)), (OLD, NEW), AT)

    heirs = successors(criteria_set(ward, OLD).plain(), criteria_set(ward, NEW).plain())
    pairs = {row["before"]["id"]: (row["after"] or {}).get("id") for row in told["components"] if row["before"]}
    assert pairs == heirs and pairs["1.7.1"] == "1.7.2"
    assert len(told["totals"]) == 2
    assert {row["name"] for row in told["components"] if not row["before"] or not row["after"]} == set()
