"""Why a score moved: each cause is named, and the sentences are for officials."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from scoring import CAUSES, compare
from scoring.engine.facts import DocumentFact, Facts
from tests.scoring.wards import (
    CALENDAR,
    CRITERIA,
    LAST_DAY,
    at,
    declared,
    dossier,
    dossiers,
    evidence,
    petition,
    scored,
)

PLAN = declared("1.1.2", tasks_done=18, tasks_planned=20)
PROVEN = Facts(declared=PLAN, evidence=(evidence("1.1.2"),))
HANDED_OVER_LATE = tuple(dossier(number, returned_at=at("2025-09-20") if number < 3 else None) for number in range(100))


def lowered() -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(CRITERIA))
    changed["domains"][0]["criteria"][0]["components"][1]["rule"]["floor"] = "0.95"
    return changed | {"version": "2025.2"}


@pytest.mark.parametrize(
    ("before", "after", "component", "cause"),
    [
        (scored(Facts(declared=PLAN)), scored(PROVEN), "1.1.2", "evidence_added"),
        (scored(PROVEN), scored(Facts(declared=PLAN)), "1.1.2", "evidence_gone"),
        (
            scored(Facts(declared=PLAN)),
            scored(Facts(declared=declared("1.1.2", "có", tasks_done=18, tasks_planned=20))),
            "1.1.2",
            "explained",
        ),
        (scored(Facts()), scored(PROVEN), "1.1.2", "data_arrived"),
        (scored(PROVEN), scored(Facts()), "1.1.2", "data_gone"),
        (
            scored(PROVEN),
            scored(dataclasses.replace(PROVEN, declared=declared("1.1.2", tasks_done=20, tasks_planned=20))),
            "1.1.2",
            "declared_changed",
        ),
        (scored(Facts(dossiers=dossiers(100))), scored(Facts(dossiers=dossiers(100, 2))), "3.3.2", "rows_changed"),
        (
            scored(Facts(dossiers=HANDED_OVER_LATE)),
            scored(Facts(dossiers=HANDED_OVER_LATE), on_time_rule="bc06_datetime"),
            "3.3.2",
            "on_time_rule",
        ),
        (scored(PROVEN), scored(PROVEN, criteria=lowered()), "1.1.2", "criteria"),
    ],
)
def test_the_cause_of_a_change_is_named(
    before: dict[str, Any], after: dict[str, Any], component: str, cause: str
) -> None:
    changes = {change.component: change for change in compare(before, after).changes}

    assert changes[component].cause == cause
    assert CAUSES[cause] in changes[component].because


def test_a_due_day_that_passed_is_a_cause_of_its_own() -> None:
    facts = Facts(declared=declared("1.2.1", report_q1_issued_on=date(2025, 3, 20)), evidence=(evidence("1.2.1"),))

    (change,) = compare(scored(facts, as_of=date(2025, 6, 20)), scored(facts, as_of=date(2025, 6, 21))).changes

    assert (change.cause, str(change.difference), str(change.expected_difference)) == ("day_passed", "0.00", "-0.25")


def test_a_document_that_was_quarantined_since_is_evidence_gone() -> None:
    broken = DocumentFact(sha256="k" * 64, name="ke-hoach.pdf", purpose="evidence", quarantined=True)

    (change,) = compare(scored(PROVEN), scored(dataclasses.replace(PROVEN, documents=(broken,)))).changes

    assert change.cause == "evidence_gone"


def test_the_sentence_tells_from_to_why_and_what_is_now() -> None:
    (change,) = compare(scored(Facts(declared=PLAN)), scored(PROVEN)).changes

    assert change.because == (
        "1.1.2 Mức độ hoàn thành Kế hoạch CCHC: 0,00 điểm → 1,80 điểm (tăng 1,80) vì đã có tài liệu kiểm chứng. "
        "Nay: Số nhiệm vụ đã hoàn thành 18/20 (90 %): 0,9 × 2 = 1,80 điểm."
    )


def test_a_component_that_a_new_set_left_out_is_told() -> None:
    smaller: dict[str, Any] = json.loads(json.dumps(CRITERIA))
    smaller["domains"][0]["criteria"][0]["components"].pop()

    changes = {change.component: change for change in compare(scored(PROVEN), scored(PROVEN, criteria=smaller)).changes}

    assert changes["1.1.2"].after is None
    assert changes["1.1.2"].because.endswith("Mục này không còn trong bộ tiêu chí.")


def test_the_greatest_change_comes_first_and_the_plain_form_is_json() -> None:
    after = dataclasses.replace(PROVEN, dossiers=dossiers(100))

    plain = compare(scored(Facts()), scored(after)).plain()

    changes = [abs(float(item["expected_change"])) for item in plain["components"]]
    assert changes == sorted(changes, reverse=True)
    assert json.loads(json.dumps(plain)) == plain
    assert plain["change"]["conservative"] == plain["to"]["conservative"]


def test_a_verdict_that_changed_without_a_new_file_is_told_from_new_files() -> None:
    finished = (dossier(1, result_file_required=True), dossier(2, result_file_required=True))

    def filed(*signatures: str) -> dict[str, Any]:
        files = tuple(
            DocumentFact(
                sha256=str(number) * 64,
                name=f"{number}.pdf",
                purpose="result",
                dossier_code=finished[number].code,
                signature=signature,
                profile_met=signature == "PASSED",
                digitisation="đạt",
            )
            for number, signature in enumerate(signatures)
        )
        return scored(Facts(dossiers=finished, documents=files))

    def cause(before: dict[str, Any], after: dict[str, Any]) -> str:
        return next(change.cause for change in compare(before, after).changes if change.component == "3.4.2")

    assert cause(filed("PASSED", "PASSED"), filed("PASSED", "FAILED")) == "verdict_changed"
    assert cause(filed("PASSED"), filed("PASSED", "PASSED")) == "rows_changed"


def run(facts: Facts, exports: str = "1", calendar: str = "c", day: date = LAST_DAY, **more: Any) -> dict[str, Any]:
    """A score with the files it came from: dossiers and petitions of export number `exports`, calendar `calendar`."""
    files = {"export:dossiers": f"d{exports}", "export:petitions": f"p{exports}", "calendar": calendar}
    files["export:declared"] = str(facts.declared)
    digest = f"{exports}{facts.declared}{facts.documents}"
    inputs = [{"kind": kind, "sha256": name} for kind, name in (files | {"facts": digest}).items()]
    return scored(facts, inputs=inputs, as_of=day, calendar=more.pop("used", CALENDAR), **more)


def causes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    comparison = compare(before, after)
    assert sum((change.difference for change in comparison.changes), Decimal(0)) == comparison.conservative
    assert sum((change.expected_difference for change in comparison.changes), Decimal(0)) == comparison.expected
    return {change.component: change.cause for change in comparison.changes}


WAITING = Facts(petitions=(petition(1, received_at=at("2025-11-03")), petition(2, answered_at=at("2025-03-04"))))


def test_a_petition_that_falls_overdue_as_days_pass_is_told_as_the_day() -> None:
    found = causes(run(WAITING, day=date(2025, 11, 20)), run(WAITING, day=date(2025, 11, 28)))

    assert found["3.5.2"] == "day_passed"


def test_a_holiday_that_moves_a_due_day_is_told_as_the_calendar() -> None:
    more_days_off = CALENDAR | {"holidays": [*CALENDAR["holidays"], "2025-11-24"]}
    day = date(2025, 11, 25)  # sixteenth working day after the third, the fifteenth with one more holiday

    found = causes(run(WAITING, day=day), run(WAITING, calendar="other", used=more_days_off, day=day))

    assert found["3.5.2"] == "calendar"


def test_another_engine_over_the_same_files_is_told_as_the_engine() -> None:
    before = run(WAITING, engine="1.0.0+old", day=date(2025, 11, 28))
    after = run(WAITING, engine="1.0.0+new", day=date(2025, 11, 28))
    before["components"] = [
        item | {"points": "2.00", "expected": "2.00"} if item["id"] == "3.5.2" else item
        for item in before["components"]
    ]
    before["totals"] |= {name: f"{Decimal(before['totals'][name]) + 1:.2f}" for name in ("conservative", "expected")}

    assert causes(before, after) == {"3.5.2": "engine"}


def test_new_rows_rows_that_went_and_changed_rows_are_told_apart() -> None:
    some, more = Facts(dossiers=dossiers(100, 2)), Facts(dossiers=dossiers(101, 3))
    changed = Facts(dossiers=dossiers(100, 3))

    assert causes(run(some), run(more, exports="2"))["3.3.2"] == "rows_added"
    assert causes(run(more), run(some, exports="2"))["3.3.2"] == "rows_gone"
    assert causes(run(some), run(changed, exports="2"))["3.3.2"] == "rows_changed"


def test_a_bonus_that_came_is_told_beside_the_components_and_adds_nothing_to_them() -> None:
    item = {
        "id": "9.1.1",
        "name": "Sáng kiến cấp thành phố",
        "rule": {"kind": "bonus", "count": "prizes", "each": "0.50"},
        "declared": [{"key": "prizes", "label": "Số sáng kiến", "type": "count"}],
    }
    outside = {"enabled": True, "bonus_cap": "3.00", "penalty_cap": "3.00", "items": [item]}
    criteria = CRITERIA | {"outside_100": outside}
    said = declared("9.1.1", prizes=2)

    without, proven = Facts(declared=said), Facts(declared=said, evidence=(evidence("9.1.1"),))
    comparison = compare(scored(without, criteria=criteria), scored(proven, criteria=criteria))

    (change,) = comparison.outside
    assert (comparison.changes, change.cause, str(change.difference)) == ((), "evidence_added", "1.00")
    assert comparison.plain()["outside_100"][0]["id"] == "9.1.1"
    assert comparison.sentences() == (change.because,)


@pytest.mark.parametrize(("before", "after", "cause"), [("mười", 10, "data_arrived"), (10, 12, "declared_changed")])
def test_what_the_paper_register_was_said_to_hold_is_a_declared_value(before: Any, after: Any, cause: str) -> None:
    def ward(paper: Any) -> dict[str, Any]:
        return run(Facts(dossiers=dossiers(10), declared=declared("3.3.1", "sổ giấy", paper_register_count=paper)))

    assert causes(ward(before), ward(after))["3.3.1"] == cause
