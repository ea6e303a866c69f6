"""Why a score moved: each cause is named, and the sentences are for officials."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from typing import Any

import pytest

from scoring import CAUSES, compare
from scoring.engine.facts import DocumentFact, Facts
from tests.scoring.wards import CRITERIA, at, declared, dossier, dossiers, evidence, scored

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
