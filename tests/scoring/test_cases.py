"""The cases beside the proposed set hold, and they stand on both sides of every border."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from config.criteria_rules import RULE_KINDS
from config.criteria_sets import load_cases
from scoring import MEASURES, RULES, evaluate
from scoring.cases import Example, examples_of, failed_cases, uncovered_borders
from tests.scoring.wards import CRITERIA, LAST_DAY

EXAMPLES = examples_of(load_cases(), LAST_DAY)
ENTRIES = {c["id"]: c for d in CRITERIA["domains"] for k in d["criteria"] for c in k["components"]}


@pytest.mark.parametrize("component", sorted(ENTRIES))
def test_the_cases_of_a_component_hold(component: str) -> None:
    assert EXAMPLES[component]
    assert list(failed_cases(CRITERIA, {component: EXAMPLES[component]})) == []


def test_the_cases_stand_on_both_sides_of_every_border() -> None:
    assert list(uncovered_borders(CRITERIA, EXAMPLES)) == []


def test_a_border_without_a_case_is_told() -> None:
    thinner = EXAMPLES | {"3.3.2": [example for example in EXAMPLES["3.3.2"] if example.given["late"] != 10]}

    assert list(uncovered_borders(CRITERIA, thinner)) == ["3.3.2: chưa có ca thử nào cho đúng mốc 0.99"]


def test_a_wrong_expectation_is_told_with_what_came_out() -> None:
    wrong = Example("wrong on purpose", {"finished": 1000, "late": 12}, LAST_DAY, Decimal("4.00"), None, "scored")

    (failed,) = failed_cases(CRITERIA, {"3.3.2": [wrong]})

    assert "cần 4.00 (scored), được 3.95 (scored)" in failed.what


def test_a_case_of_an_unknown_component_is_told() -> None:
    (failed,) = failed_cases(CRITERIA, {"9.9.9": [EXAMPLES["3.3.2"][0]]})

    assert failed.what == "bộ tiêu chí không có mục này"


def test_config_and_engine_know_the_same_rule_kinds() -> None:
    assert set(RULES) == RULE_KINDS


def test_every_measure_is_used_by_the_proposed_set() -> None:
    assert {entry["measure"] for entry in ENTRIES.values() if "measure" in entry} == set(MEASURES)


def test_every_component_has_a_source_evidence_and_a_legal_reference() -> None:
    for entry in ENTRIES.values():
        assert entry.get("measure") or entry["declared"] or entry["rule"]["kind"] == "survey", entry["id"]
        assert entry["evidence"], entry["id"]
        assert entry["legal_reference"]["part"], entry["id"]


def component(rule: dict[str, Any], *keys: str, maximum: str = "2.00") -> dict[str, Any]:
    return {
        "id": "9.1.1",
        "max_points": maximum,
        "rule": rule,
        "declared": [{"key": key, "label": f"nhãn {key}", "type": "count"} for key in keys],
        "no_cases": "full_points",
        "no_data": "no_score",
    }


BRANCHES = {
    "kind": "branches",
    "choice": "chosen",
    "branches": [
        {"id": "whole", "label": "Đã ban hành đủ", "points": "2.00"},
        {"id": "partly", "label": "Tính theo tỷ lệ", "rule": {"kind": "share", "done": "done", "total": "total"}},
    ],
}


@pytest.mark.parametrize(
    ("given", "points"),
    [
        ({"chosen": "whole"}, "2.00"),
        ({"chosen": "partly", "done": 1, "total": 4}, "0.50"),
        ({"chosen": "neither"}, None),
        ({}, None),
    ],
)
def test_the_scorer_chooses_a_branch(given: dict[str, Any], points: str | None) -> None:
    seen = evaluate(component(BRANCHES, "chosen", "done", "total"), given, date(2025, 12, 31))

    assert seen.points == (None if points is None else Decimal(points))


@pytest.mark.parametrize(("count", "points"), [(0, "0.00"), (1, "0.50"), (4, "2.00"), (5, "2.00")])
def test_a_bonus_stops_at_its_cap(count: int, points: str) -> None:
    rule = {"kind": "bonus", "count": "cases", "each": "0.50"}

    assert evaluate(component(rule, "cases"), {"cases": count}, LAST_DAY).points == Decimal(points)


@pytest.mark.parametrize(
    "given",
    [
        {"tasks_done": True, "tasks_planned": 20},
        {"tasks_done": "mười", "tasks_planned": 20},
        {"tasks_done": Decimal("NaN"), "tasks_planned": 20},
        {"tasks_done": Decimal("Infinity"), "tasks_planned": 20},
        {"tasks_done": -1, "tasks_planned": 20},
        {"tasks_done": date(2025, 1, 1), "tasks_planned": 20},
    ],
)
def test_a_value_that_cannot_be_right_is_no_data(given: dict[str, Any]) -> None:
    seen = evaluate(ENTRIES["1.1.2"], given, LAST_DAY)

    assert (seen.state, seen.points) == ("no_data", None)
    assert "Số liệu chưa dùng được" in seen.because


def test_a_day_that_is_no_day_is_no_data() -> None:
    seen = evaluate(ENTRIES["1.1.1"], {"plan_issued_on": "hôm qua"}, LAST_DAY)

    assert (seen.state, seen.points) == ("no_data", None)


@pytest.mark.parametrize(
    ("component", "given", "because"),
    [
        (
            "1.1.1",
            {"plan_issued_on": date(2025, 2, 3)},
            "Ngày ban hành Kế hoạch CCHC năm 03/02/2025, sau hạn 31/01/2025: được 0,50 điểm.",
        ),
        (
            "1.7.1",
            {"improvement_plan_issued": True, "results_in_annual_report": False},
            "Đã ban hành Kế hoạch cải thiện các Chỉ số PAR INDEX, SIPAS, PAPI: có; Kết quả được lồng ghép trong báo "
            "cáo CCHC năm: không; chưa đủ nên được 0,00 điểm.",
        ),
        (
            "2.1.1",
            {"documents_found_unlawful": 1},
            "Số văn bản bị kết luận trái pháp luật: 1; 1,5 − 1 × 0,5 = 1,00 điểm.",
        ),
        (
            "7.2.2",
            {"received": 1000, "online": 400},
            "Nộp trực tuyến 400/1000 hồ sơ (40 %): 0,4 ÷ 0,5 × 3 = 2,40 điểm.",
        ),
        (
            "5.2.2",
            {"leaders_reprimanded": 1, "leaders_disciplined_heavier": 0},
            "Số cán bộ lãnh đạo, quản lý bị khiển trách: 1; Số cán bộ lãnh đạo, quản lý bị kỷ luật nặng hơn khiển "
            "trách: 0; theo bậc này được 1,00 điểm.",
        ),
        (
            "6.1.1",
            {"investment_disbursed": 39120000000, "investment_planned": 48650000000},
            "Số vốn đã giải ngân (đồng) 39.120.000.000/48.650.000.000 (80,411 %): 39.120.000.000/48.650.000.000 × 2,5 "
            "= 2,01 điểm.",
        ),
        (
            "3.5.2",
            {"petitions": 0, "late": 0},
            "Không phát sinh: trong kỳ không có phản ánh, kiến nghị; theo bộ tiêu chí được tính đủ 2,00 điểm.",
        ),
        (
            "1.1.2",
            {"tasks_planned": 20},
            'Chưa có số liệu: chưa khai "Số nhiệm vụ đã hoàn thành"; mục này chưa có điểm.',
        ),
    ],
)
def test_reasons_read_as_officials_write(component: str, given: dict[str, Any], because: str) -> None:
    assert evaluate(ENTRIES[component], given, LAST_DAY).because == because
