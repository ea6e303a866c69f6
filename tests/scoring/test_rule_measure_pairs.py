"""Every rule beside every measure: judged when the set is loaded, or scored to the end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from config.criteria_rules import RULE_KINDS
from config.criteria_sets import BadCriteriaSet, CaseEntry
from scoring import MEASURES, evaluate, next_actions
from scoring.cases import examples_of, uncovered_borders
from scoring.engine.facts import DocumentFact, Facts
from tests.scoring.small_sets import entry, small_set
from tests.scoring.wards import LAST_DAY, at, component, declared, dossiers, evidence, petition, scored

SHARES = {
    "share": {},
    "capped_share": {"full_from": "0.80"},
    "floor_share": {"floor": "0.50"},
    "tiered": {"full_when_missed_below": "0.01", "floor": "0.95"},
    "steps": {"steps": [{"from": "0.90", "points": "2.00"}, {"from": "0.50", "points": "1.00"}]},
    "all_or_nothing": {},
    "share_with_deduction": {"count": "cases", "each": "0.50"},
}
COUNTS = {
    "count_steps": {"steps": [{"from": 5, "points": "2.00"}, {"from": 1, "points": "0.50"}]},
    "per_violation": {"each": "0.50"},
}
OTHERS: dict[str, dict[str, Any]] = {
    "yes_no": {"all_of": ["said"]},
    "checklist": {"items": ["said", "said_too"]},
    "yes_no_parts": {"parts": [{"key": "said", "points": "2.00"}]},
    "deadline": {"dates": [{"key": "day", "due": date(2025, 1, 31), "on_time": "2.00", "late": "1.00"}]},
    "reports_on_time": {
        "dates": [
            {"key": "day", "due": date(2025, 1, 31), "on_time": "1.00", "late": "0.50"},
            {"key": "later", "due": date(2025, 6, 30), "on_time": "1.00", "late": "0.50"},
        ]
    },
    "tiered_penalty": {"tiers": [{"at_most": {"cases": 0}, "points": "2.00"}]},
    "survey": {},
}
TYPES = {"cases": "count", "said": "yes_no", "said_too": "yes_no", "day": "date", "later": "date", "chosen": "choice"}
WARD = Facts(
    dossiers=dossiers(8, 3, procedure="Khai sinh", channel="online", full_online=True, papers_digitised=False,
                      papers_reused=True,
                      synced=True, fee_due=True, paid_online=False, result_file_required=True),
    petitions=(petition(1, about="conduct", confirmed=True), petition(2, about="fees_and_papers", confirmed=True,
                                                                      answered_at=at("2025-03-04"))),
    documents=(DocumentFact(sha256="d" * 64, name="kq.pdf", purpose="result"),
               DocumentFact(sha256="e" * 64, name="cv.pdf", purpose="outgoing")),
    known=("dossiers", "petitions", "documents"),
)  # fmt: skip


def keys_in(rule: dict[str, Any]) -> set[str]:
    return {key for key in TYPES if f"'{key}'" in str(rule)}


def measured(rule: dict[str, Any], measure: str) -> dict[str, Any]:
    asked = {key: TYPES[key] for key in sorted(keys_in(rule))}
    beside = dict.fromkeys(MEASURES[measure].declared, "count")
    return entry(rule, measure=measure, declared=asked | beside)


def rules() -> list[dict[str, Any]]:
    plain = [{"kind": kind, **rest} for kind, rest in (SHARES | COUNTS | OTHERS).items()]
    chosen = [{"id": "none", "label": "Không có", "points": "0.50"}]
    in_branch = [
        {
            "kind": "branches",
            "choice": "chosen",
            "branches": [*chosen, {"id": "by_rule", "label": "Theo số", "rule": one}],
        }
        for one in plain
    ]
    return plain + in_branch


def test_every_rule_kind_within_the_hundred_is_tried() -> None:
    assert {*SHARES, *COUNTS, *OTHERS, "branches"} == RULE_KINDS - {"bonus", "penalty"}


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_a_pair_is_refused_with_its_component_or_scores_to_the_end(measure: str) -> None:
    scorable = set()
    for rule in rules():
        inner = rule["branches"][1]["rule"] if rule["kind"] == "branches" else rule
        fits = inner["kind"] in SHARES if MEASURES[measure].total else inner["kind"] in COUNTS
        if not fits:
            with pytest.raises(BadCriteriaSet, match=r"bo\.yaml:\d+: 1\.1\.1: "):
                small_set(measured(rule, measure))
            continue
        criteria = small_set(measured(rule, measure))
        values = declared("1.1.1", paper_register_count=9, cases=1, chosen="by_rule")
        plain = scored(Facts(**_fields(WARD) | {"declared": values}), criteria=criteria)
        next_actions(plain, criteria, date(2025, 3, 1))
        assert list(uncovered_borders(criteria, {}))
        item = component(plain, "1.1.1")
        assert item["state"] in {"scored", "no_data", "no_evidence"}
        scorable.add((inner["kind"], item["state"]))

    assert any(state != "no_data" for _, state in scorable), "the ward says something of each measure"


def _fields(facts: Facts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in ("dossiers", "petitions", "documents", "known")}


def test_a_count_of_a_measure_in_steps_says_what_the_next_step_needs() -> None:
    criteria = small_set(
        measured({"kind": "count_steps", **COUNTS["count_steps"]}, "confirmed_petitions_about_conduct")
    )

    (action,) = next_actions(scored(WARD, criteria=criteria), criteria, LAST_DAY)

    assert action.gain == Decimal("1.50")
    assert action.what.endswith("được xác minh là đúng cần từ 5, hiện có 1")


def test_the_deduction_stands_beside_a_measured_share() -> None:
    criteria = small_set(measured({"kind": "share_with_deduction", **SHARES["share_with_deduction"]}, "on_time_share"))
    facts = Facts(dossiers=dossiers(4, 1), declared=declared("1.1.1", cases=2), evidence=(evidence("1.1.1"),))

    item = component(scored(facts, criteria=criteria), "1.1.1")

    assert item["points"] == "0.50"
    assert item["because"] == (
        "Trễ hạn 1/4 hồ sơ (25 %), đúng hạn 75 %, giá trị cases 2: 0,75 × 2 − 2 × 0,5 = 0,50 điểm."
    )


BRANCHES: dict[str, Any] = {
    "kind": "branches",
    "choice": "chosen",
    "branches": [
        {"id": "by_share", "label": "Tính theo tỷ lệ", "rule": {"kind": "share"}},
        {"id": "exempt", "label": "Được miễn", "points": "1.50"},
    ],
}


@pytest.mark.parametrize(
    ("chosen", "points", "because"),
    [
        ("by_share", "1.00", "Người chấm chọn: Tính theo tỷ lệ; trễ hạn 5/10 hồ sơ (50 %)"),
        ("Tính theo  TỶ LỆ", "1.00", "Người chấm chọn: Tính theo tỷ lệ"),
        ("exempt", "1.50", "Người chấm chọn: Được miễn"),
        ("khác", None, "phải là một trong: by_share, exempt"),
    ],
)
def test_a_branch_may_rest_on_a_measure(chosen: str, points: str | None, because: str) -> None:
    criteria = small_set(measured(BRANCHES, "on_time_share"))
    said = declared("1.1.1", chosen=chosen)
    facts = Facts(dossiers=dossiers(10, 5), declared=said, evidence=(evidence("1.1.1"),))

    item = component(scored(facts, criteria=criteria), "1.1.1")

    assert (item["points"], because in item["because"]) == (points, True), item["because"]


def test_a_branch_of_fixed_points_needs_no_export() -> None:
    criteria = small_set(measured(BRANCHES, "on_time_share"))
    facts = Facts(declared=declared("1.1.1", chosen="exempt"), evidence=(evidence("1.1.1"),))

    assert component(scored(facts, criteria=criteria), "1.1.1")["points"] == "1.50"


def test_borders_inside_a_branch_want_cases_too() -> None:
    steps = {"kind": "steps", "done": "done", "total": "total", "steps": [{"from": "0.50", "points": "1.00"}]}
    branches = [BRANCHES["branches"][1], {"id": "steps", "label": "Theo bậc", "rule": steps}]
    rule = {**BRANCHES, "branches": branches}
    criteria = small_set(entry(rule, declared={"chosen": "choice", "done": "count", "total": "count"}))
    given: dict[str, Any] = {"chosen": "steps", "done": 5, "total": 10}
    case = CaseEntry.model_validate({"name": "half of them done", "given": given, "expect": {"points": "1.00"}})

    lacking = list(uncovered_borders(criteria, examples_of({"1.1.1": [case]}, LAST_DAY)))

    assert lacking == [
        "1.1.1: chưa có ca thử nào cho nhánh exempt",
        "1.1.1: chưa có ca thử nào cho nhánh steps, ngay dưới mốc 0.5",
    ]


LEVEL = [{"from": 1, "points": "1.00"}, {"from": 5, "points": "1.00"}]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"kind": "share"}, "quy tắc tỷ lệ phải có done và total"),
        ({"kind": "count_steps", "steps": LEVEL[:1]}, "quy tắc đếm phải có count"),
        ({"kind": "count_steps", "count": "cases", "steps": LEVEL}, "các mốc phải giảm dần"),
        (
            {"kind": "count_steps", "count": "cases", "steps": [{"from": 1, "points": "9.00"}]},
            "mốc cao nhất 9.00 điểm, phải không quá điểm tối đa 2.00",
        ),
        ({"kind": "per_violation", "count": "cases", "each": "3.00"}, "mức trừ 3.00"),
        ({"kind": "yes_no_parts", "parts": [{"key": "said", "points": "2.50"}]}, "các phần cộng lại 2.50"),
    ],
)
def test_a_rule_inside_a_branch_is_judged_like_any_other(rule: dict[str, Any], said: str) -> None:
    branches = [
        {"id": "first", "label": "Nhánh một", "points": "1.00"},
        {"id": "second", "label": "Nhánh hai", "rule": rule},
    ]
    whole = {"kind": "branches", "choice": "chosen", "branches": branches}
    asked = {"chosen": "choice"} | {key: TYPES[key] for key in sorted(keys_in(rule))}

    with pytest.raises(BadCriteriaSet) as refused:
        small_set(entry(whole, declared=asked))

    assert f"1.1.1: nhánh second: {said}" in str(refused.value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"measure": "on_time_shares"}, "không có phép đo 'on_time_shares'"),
        ({"measure": "on_time_share", "declared": {"late": "count"}}, "khai 'late', nhưng quy tắc không dùng đến"),
        ({"measure": "register_match_share"}, "dùng 'paper_register_count', nhưng declared không có khóa này"),
        ({"declared": {"chosen": "choice"}}, "'chosen' có type choice, nhưng không phải giá trị chọn nhánh"),
    ],
)
def test_what_a_rule_reads_and_what_is_given_have_to_meet(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(BadCriteriaSet) as refused:
        small_set(entry({"kind": "share"}, **fields))

    assert f"1.1.1: {said}" in str(refused.value)


def test_a_tier_that_nothing_can_reach_is_refused() -> None:
    tiers = [{"at_most": {"cases": 2}, "points": "2.00"}, {"at_most": {"cases": 1}, "points": "1.00"}]

    with pytest.raises(BadCriteriaSet, match=r"bậc 1\.00 điểm không rộng hơn bậc 2\.00 điểm"):
        small_set(entry({"kind": "tiered_penalty", "tiers": tiers}, declared={"cases": "count"}))


def test_counts_of_a_measure_score_without_a_key_of_their_own() -> None:
    criteria = small_set(measured({"kind": "per_violation", "each": "0.50"}, "confirmed_petitions_about_fees"))
    (one,) = criteria["domains"][0]["criteria"][0]["components"]

    assert evaluate(one, {"confirmed": 3}, LAST_DAY).points == Decimal("0.50")
