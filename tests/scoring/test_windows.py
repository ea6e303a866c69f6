"""Evidence of another period and evidence that has expired: listed with the reason, not counted until a person says."""

from __future__ import annotations

import copy
import itertools
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import compare
from scoring.engine.facts import DocumentFact, Facts
from scoring.explain import explain
from tests.scoring.wards import CALENDAR, CRITERIA, component, declared, evidence, scored

YEAR_2025 = {"speaks_from": date(2025, 1, 1), "speaks_to": date(2025, 12, 31)}
YEAR_2026 = {"speaks_from": date(2026, 1, 1), "speaks_to": date(2026, 12, 31)}
YEAR_2024 = {"speaks_from": date(2024, 1, 1), "speaks_to": date(2024, 12, 31)}


def facts_with(name: str = "1.1.2", **about: Any) -> Facts:
    """One declared component with one linked document."""
    proof = evidence(name)
    values: dict[str, Any] = {"1.1.2": {"tasks_done": 18, "tasks_planned": 20}, "4.1.2": {"work_rules_issued": True}}
    document = DocumentFact(sha256=proof.sha256, name=proof.name, purpose="evidence", signature="PASSED", **about)
    return Facts(declared=declared(name, **values[name]), evidence=(proof,), documents=(document,))


@pytest.mark.parametrize(
    ("about", "counts"),
    [
        ({}, True),
        ({"issued_on": date(2025, 6, 1)}, True),
        # both sides of both borders of the window: 92 days before, 59 days after
        ({"issued_on": date(2024, 10, 1)}, True),
        ({"issued_on": date(2024, 9, 30)}, False),
        ({"issued_on": date(2026, 2, 28)}, True),
        ({"issued_on": date(2026, 3, 1)}, False),
        # its title names the period
        ({"issued_on": date(2024, 6, 1), "speaks_by": "read", **YEAR_2025}, True),
        ({"issued_on": date(2024, 6, 1), "speaks_by": "read", **YEAR_2024}, False),
        # issued where the windows of two years overlap: the title says whose it is; later it may only cite the other
        ({"issued_on": date(2025, 2, 28), "speaks_by": "read", **YEAR_2024}, False),
        ({"issued_on": date(2025, 3, 1), "speaks_by": "read", **YEAR_2024}, True),
        ({"issued_on": date(2025, 10, 1), "speaks_by": "read", **YEAR_2026}, False),
        ({"issued_on": date(2025, 9, 30), "speaks_by": "read", **YEAR_2026}, True),
        ({"issued_on": date(2026, 1, 10), "speaks_by": "read", **YEAR_2025}, True),
        # a person said so, whatever the date
        ({"issued_on": date(2023, 6, 1), "speaks_by": "said", **YEAR_2025}, True),
        ({"issued_on": date(2025, 6, 1), "speaks_by": "said", **YEAR_2024}, False),
        # the last day of use is the day of the score, or the day before it
        ({"issued_on": date(2025, 6, 1), "expires_on": date(2025, 12, 31)}, True),
        ({"issued_on": date(2025, 6, 1), "expires_on": date(2025, 12, 30)}, False),
    ],
)
def test_a_document_counts_where_it_speaks_of_the_period_and_is_in_force(about: dict[str, Any], counts: bool) -> None:
    found = component(scored(facts_with(**about)), "1.1.2")

    assert (found["points"], found["expected"]) == ("1.80" if counts else "0.00", "1.80")
    assert found["state"] == ("scored" if counts else "no_evidence")
    assert ("doubt" in found["evidence"][0]) is not counts
    assert bool(found["warnings"]) is not counts


def test_the_reason_stands_in_the_component_and_in_its_explanation() -> None:
    facts = facts_with(issued_on=date(2024, 3, 1))
    plain = scored(facts)
    found = component(plain, "1.1.2")

    reason = "ban hành ngày 01/03/2024, ngoài kỳ đang chấm (nhận văn bản ban hành từ 01/10/2024 đến 28/02/2026)"
    assert found["evidence"][0]["doubt"] == {"kind": "outside_period", "because": reason}
    assert f"tài liệu đang có chưa tính được cho kỳ này: ke-hoach.pdf {reason}" in found["because"]
    assert f"  Chưa tính: {reason}" in list(explain(plain, "1.1.2", CRITERIA, facts, CALENDAR).lines())


def test_one_good_document_is_enough_and_the_other_stays_told() -> None:
    old, new = facts_with(issued_on=date(2023, 3, 1)), facts_with(issued_on=date(2025, 3, 1))
    second = evidence("1.1.2", "bao-cao.pdf")
    report = DocumentFact(sha256=second.sha256, name=second.name, purpose="evidence", issued_on=date(2025, 3, 1))
    both = Facts(
        declared=old.declared, evidence=(*old.evidence, second), documents=(*old.documents, report), known=new.known
    )
    found = component(scored(both), "1.1.2")

    assert (found["points"], found["state"]) == ("1.80", "scored")
    assert [item["name"] for item in found["evidence"] if "doubt" in item] == ["ke-hoach.pdf"]


def test_a_statute_of_an_earlier_year_stays_in_force_but_not_beyond_its_last_day() -> None:
    statute = {"issued_on": date(2022, 5, 4)}
    keys = {item["key"]: True for item in entry("4.1.2")["declared"]}
    stands = facts_with("1.1.2", **statute)
    linked = Facts(declared=declared("4.1.2", **keys), evidence=(evidence("4.1.2"),), documents=stands.documents)
    over = Facts(
        declared=linked.declared,
        evidence=linked.evidence,
        documents=facts_with("1.1.2", **statute, expires_on=date(2025, 6, 30)).documents,
    )

    assert "doubt" not in component(scored(linked), "4.1.2")["evidence"][0]
    assert component(scored(over), "4.1.2")["evidence"][0]["doubt"] == {
        "kind": "expired",
        "because": "hết hiệu lực từ ngày 01/07/2025",
    }


def entry(name: str) -> dict[str, Any]:
    components = [one for d in CRITERIA["domains"] for c in d["criteria"] for one in c["components"]]
    found: dict[str, Any] = next(one for one in components if one["id"] == name)
    return found


def test_evidence_that_expires_moves_the_score_and_the_diff_says_why() -> None:
    facts = facts_with(issued_on=date(2025, 6, 1), expires_on=date(2025, 11, 30))
    before, after = scored(facts, as_of=date(2025, 11, 30)), scored(facts, as_of=date(2025, 12, 1))
    found = compare(before, after)
    (change,) = [one for one in found.changes if one.component == "1.1.2"]

    assert (change.cause, str(change.difference), str(change.expected_difference)) == (
        "evidence_expired",
        "-1.80",
        "0.00",
    )
    assert found.conservative == sum(one.difference for one in found.changes)


PROOFS = [
    {},
    {"issued_on": date(2025, 6, 1)},
    {"issued_on": date(2023, 6, 1)},
    {"issued_on": date(2023, 6, 1), "speaks_by": "said", **YEAR_2025},
    {"issued_on": date(2025, 6, 1), "expires_on": date(2025, 11, 30)},
]


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        (1, 2, "evidence_other_period"),
        (1, 4, "evidence_expired"),
        (2, 3, "evidence_confirmed"),
        (4, 1, "evidence_confirmed"),
        (None, 1, "evidence_added"),
        (1, None, "evidence_gone"),
        (2, None, None),
        (None, 4, None),
    ],
)
def test_the_diff_names_what_happened_to_the_proof(before: int | None, after: int | None, cause: str | None) -> None:
    plain = [scored(facts_with(**PROOFS[place]) if place is not None else unproven()) for place in (before, after)]
    found = compare(*plain)

    assert [change.cause for change in found.changes if change.component == "1.1.2"] == ([cause] if cause else [])
    assert found.conservative == sum(change.difference for change in found.changes)
    assert found.expected == sum(change.expected_difference for change in found.changes)


def unproven() -> Facts:
    return Facts(declared=facts_with().declared)


@given(st.lists(st.sampled_from([None, *range(len(PROOFS))]), min_size=2, max_size=4))
@settings(max_examples=15, deadline=None)
def test_the_changes_over_any_story_of_a_proof_add_up(story: list[int | None]) -> None:
    plain = [scored(facts_with(**PROOFS[place]) if place is not None else unproven()) for place in story]
    steps = [compare(was, now) for was, now in itertools.pairwise(plain)]
    whole = compare(plain[0], plain[-1])

    assert sum(step.conservative for step in steps) == whole.conservative
    assert whole.conservative == sum(change.difference for change in whole.changes)


def test_a_set_that_gives_no_window_only_warns() -> None:
    silent = copy.deepcopy(CRITERIA)
    del silent["evidence_period"]
    found = component(scored(facts_with(issued_on=date(2024, 3, 1)), criteria=silent), "1.1.2")

    assert (found["points"], found["warnings"]) == (
        "1.80",
        ["Tài liệu ke-hoach.pdf ngày 01/03/2024, ngoài kỳ đang chấm."],
    )
