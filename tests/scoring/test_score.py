"""A whole score: the shape of issue 2, the worked checks of the domain notes, proof, totals, warnings, what-if."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from scoring import ENGINE_VERSION, UnknownOnTimeRule, changes_of, explain
from scoring.engine.facts import DocumentFact, Facts, SurveyResult
from tests.scoring.small_sets import REFERENCE, entry, small_set
from tests.scoring.wards import (
    CALENDAR,
    CRITERIA,
    LAST_DAY,
    at,
    component,
    declared,
    dossier,
    dossiers,
    evidence,
    points,
    scored,
)


@pytest.mark.parametrize(("late", "earned"), [(12, "3.95"), (9, "4.00"), (60, "0.00"), (10, "3.96")])
def test_worked_checks_of_late_dossiers(late: int, earned: str) -> None:
    assert points(Facts(dossiers=dossiers(1000, late)), "3.3.2") == earned


@pytest.mark.parametrize(("online", "earned"), [(40, "2.40"), (55, "3.00")])
def test_worked_checks_of_online_dossiers(online: int, earned: str) -> None:
    ward = tuple(dossier(number, channel="online" if number < online else "direct") for number in range(100))

    assert points(Facts(dossiers=ward), "7.2.2") == earned


def test_worked_check_of_reused_data() -> None:
    ward = tuple(dossier(number, papers_reused=number < 60) for number in range(100))

    assert points(Facts(dossiers=ward), "7.3.2") == "1.50"


def test_the_reason_is_one_vietnamese_sentence_with_the_numbers() -> None:
    found = component(scored(Facts(dossiers=dossiers(1000, 12))), "3.3.2")

    assert found["because"] == "Trễ hạn 12/1000 hồ sơ (1,2 %), đúng hạn 98,8 %: 0,988 × 4 = 3,95 điểm."
    assert found["numbers"]["share"] == "0.988"


def test_the_json_has_the_fields_of_the_seam() -> None:
    files = [{"kind": "export:dossiers", "sha256": "b" * 64}, {"kind": "document", "sha256": "a" * 64}]
    plain = scored(Facts(), inputs=files)

    assert list(plain)[:9] == [
        "unit", "period", "as_of", "criteria", "on_time_rule", "engine", "inputs", "totals", "components"
    ]  # fmt: skip
    assert plain["criteria"] == {"id": "phuong-de-xuat", "version": "2025.1"}
    assert plain["engine"] == ENGINE_VERSION
    assert plain["as_of"] == "2025-12-31"
    assert [item["kind"] for item in plain["inputs"]] == ["document", "export:dossiers"]
    assert list(plain["totals"]) == ["maximum", "self_scorable", "conservative", "expected"]
    assert list(plain["components"][0])[:9] == [
        "id", "name", "max_points", "points", "state", "because", "rule", "numbers", "evidence"
    ]  # fmt: skip
    assert json.loads(json.dumps(plain)) == plain


def test_nothing_known_scores_nothing_and_says_so_sixty_times() -> None:
    plain = scored(Facts())

    assert plain["totals"] == {
        "maximum": "100.00", "self_scorable": "88.00", "conservative": "0.00", "expected": "0.00"
    }  # fmt: skip
    assert [item["points"] for item in plain["components"]] == [None] * 60
    assert {item["state"] for item in plain["components"]} == {"no_data", "survey"}


def test_declared_without_evidence_counts_only_in_the_expected_total() -> None:
    plain = scored(Facts(declared=declared("1.1.2", tasks_done=18, tasks_planned=20)))

    found = component(plain, "1.1.2")
    assert (found["state"], found["points"], found["expected"]) == ("no_evidence", "0.00", "1.80")
    assert "chưa có tài liệu kiểm chứng" in found["because"]
    assert (plain["totals"]["conservative"], plain["totals"]["expected"]) == ("0.00", "1.80")


def test_evidence_makes_declared_points_count() -> None:
    plain = scored(
        Facts(declared=declared("1.1.2", tasks_done=18, tasks_planned=20), evidence=(evidence("1.1.2", "bao-cao.pdf"),))
    )

    found = component(plain, "1.1.2")
    assert (found["state"], found["points"]) == ("scored", "1.80")
    assert found["evidence"] == [{"sha256": "b" * 64, "name": "bao-cao.pdf", "section": "II", "pages": "3-4"}]


def test_an_explanation_stands_in_for_evidence() -> None:
    assert (
        points(Facts(declared=declared("1.1.2", "đã báo cáo miệng", tasks_done=18, tasks_planned=20)), "1.1.2")
        == "1.80"
    )


def test_one_value_without_explanation_is_enough_to_lack_proof() -> None:
    values = declared("1.1.2", "có", tasks_done=18) + declared("1.1.2", None, tasks_planned=20)

    assert component(scored(Facts(declared=values)), "1.1.2")["state"] == "no_evidence"


def test_a_quarantined_document_proves_nothing() -> None:
    proof = evidence("1.1.2")
    broken = DocumentFact(sha256=proof.sha256, name=proof.name, purpose="evidence", quarantined=True)
    facts = Facts(declared=declared("1.1.2", tasks_done=18, tasks_planned=20), evidence=(proof,), documents=(broken,))

    found = component(scored(facts), "1.1.2")

    assert (found["state"], found["evidence"]) == ("no_evidence", [])


def test_not_applicable_without_proof_earns_nothing_yet() -> None:
    facts = Facts(declared=declared("1.3.2", findings_total="not_applicable", findings_resolved="not_applicable"))

    unproven = component(scored(facts), "1.3.2")
    proven = component(scored(dataclasses.replace(facts, evidence=(evidence("1.3.2"),))), "1.3.2")

    assert (unproven["state"], unproven["points"], unproven["expected"]) == ("no_evidence", "0.00", "1.00")
    assert (proven["state"], proven["points"]) == ("not_applicable", "1.00")


def test_evidence_of_another_year_and_a_broken_signature_are_warned_about() -> None:
    proof = evidence("1.1.2")
    old = DocumentFact(
        sha256=proof.sha256, name=proof.name, purpose="evidence", issued_on=date(2024, 3, 1), signature="FAILED"
    )
    facts = Facts(declared=declared("1.1.2", tasks_done=18, tasks_planned=20), evidence=(proof,), documents=(old,))

    assert component(scored(facts), "1.1.2")["warnings"] == [
        "Tài liệu ke-hoach.pdf: chữ ký số không hợp lệ.",
        "Tài liệu ke-hoach.pdf: ban hành ngày 01/03/2024, ngoài kỳ đang chấm (nhận văn bản ban hành từ 01/10/2024 đến "
        "28/02/2026); chưa tính, cần người xác nhận hoặc nộp bản khác.",
    ]


def test_two_declared_values_for_one_thing_are_no_data_in_either_order() -> None:
    values = declared("1.5.1", "có", initiatives_recognised=2) + declared("1.5.1", "có", initiatives_recognised=1)

    for order in (values, values[::-1]):
        found = component(scored(Facts(declared=order)), "1.5.1")
        assert (found["state"], found["points"]) == ("no_data", None)
        assert "nhiều giá trị khai khác nhau" in found["because"]


def test_owner_and_source_that_are_missing_are_warned_about() -> None:
    (value,) = declared("1.5.1", "có", initiatives_recognised=2)
    bare = dataclasses.replace(value, owner=None, source=" ")

    warnings = component(scored(Facts(declared=(bare,))), "1.5.1")["warnings"]

    assert warnings == [
        "Chưa ghi người khai cho: initiatives_recognised.",
        "Chưa ghi nguồn số liệu cho: initiatives_recognised.",
    ]


def test_a_survey_result_is_shown_and_never_self_scored() -> None:
    plain = scored(Facts(surveys=(SurveyResult(component="8.1.1", share=Decimal("0.865"), respondents=200),)))

    found = component(plain, "8.1.1")
    assert (found["state"], found["points"], found["expected"]) == ("survey", None, None)
    assert found["numbers"] == {"share": "0.865", "worth": "6.92", "respondents": 200}
    assert plain["totals"]["expected"] == "0.00"


def test_another_on_time_rule_that_changes_the_points_is_warned_about() -> None:
    ward = dossiers(98) + tuple(dossier(n, returned_at=at("2025-09-20")) for n in range(200, 202))

    plain = scored(Facts(dossiers=ward))
    found = component(plain, "3.3.2")

    assert [warning[:59] for warning in found["warnings"]] == [
        "Nếu tính đúng hạn theo bc06_datetime@1 thì được 3,92 điểm: "
    ]
    assert [(other["rule"], other["points"], other["difference"]) for other in found["other_rules"]] == [
        ("bc06_datetime@1", "3.92", "-0.08")
    ]
    assert plain["on_time"]["rule"] == "bcth_date@1"
    changed = {item["rule"]: (item["points"], item["components"]) for item in plain["on_time"]["differences"]}
    assert changed["bc06_datetime@1"] == ("-1.08", ["3.3.2", "3.3.3"]), "late dossiers also lack letters of apology"


def test_a_rule_may_be_named_with_its_version_and_a_version_that_never_was_is_refused() -> None:
    ward = Facts(dossiers=dossiers(50, 1))

    assert scored(ward, on_time_rule="opencps@1") == scored(ward, on_time_rule="opencps")
    with pytest.raises(UnknownOnTimeRule, match="bcth_date@1"):
        scored(ward, on_time_rule="opencps@2")


def test_where_all_rules_agree_nothing_is_warned_about() -> None:
    assert component(scored(Facts(dossiers=dossiers(1000, 12))), "3.3.2")["warnings"] == []


def test_an_unknown_on_time_rule_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UnknownOnTimeRule, match="bcth_date"):
        scored(Facts(), on_time_rule="dung_han")


def test_documents_not_due_yet_count_in_the_expected_total() -> None:
    facts = Facts(declared=declared("1.2.1", report_q1_issued_on=date(2025, 3, 20)), evidence=(evidence("1.2.1"),))

    found = component(scored(facts, as_of=date(2025, 4, 1)), "1.2.1")

    assert (found["points"], found["expected"]) == ("0.25", "1.00")


def test_what_if_changes_only_what_it_is_asked_to() -> None:
    facts = Facts(dossiers=dossiers(1000, 12))

    before, after = scored(facts), scored(facts, changes={"3.3.2": {"late": 0}})

    moved = [now["id"] for was, now in zip(before["components"], after["components"], strict=True) if was != now]
    assert moved == ["3.3.2"]
    assert component(after, "3.3.2")["points"] == "4.00"


def test_what_if_can_fill_in_what_nobody_declared() -> None:
    asked = {"1.1.1": {"plan_issued_on": date(2025, 1, 20)}, "9.9.9": {"x": 1}}

    plain = scored(Facts(), changes=asked)

    assert component(plain, "1.1.1")["points"] == "1.00"
    assert plain["warnings"] == ["Giả định cho mục 9.9.9, nhưng bộ tiêu chí không có mục này."]


def test_a_period_outside_the_set_and_values_for_unknown_components_are_warned_about() -> None:
    plain = scored(Facts(declared=declared("9.9.9", something=1)), period="2027", as_of=date(2027, 12, 31))

    assert len(plain["warnings"]) == 3
    assert "không gồm kỳ đang chấm" in plain["warnings"][0]
    assert "Chưa có lịch nghỉ lễ năm 2027" in plain["warnings"][1]
    assert "9.9.9" in plain["warnings"][2]


def with_outside(*, enabled: bool) -> dict[str, Any]:
    def item(name: str, kind: str, key: str) -> dict[str, Any]:
        rule = {"kind": kind, "count": key, "each": "2.00"}
        return {"id": name, "name": key, "rule": rule, "declared": [{"key": key, "label": key, "type": "count"}]}

    items = [item("9.1.1", "bonus", "innovations"), item("9.2.1", "penalty", "sanctions")]
    return CRITERIA | {"outside_100": {"enabled": enabled, "bonus_cap": "3.00", "penalty_cap": "3.00", "items": items}}


def test_bonus_and_penalty_stay_outside_the_hundred_and_under_their_caps() -> None:
    facts = Facts(
        declared=declared("9.1.1", innovations=5) + declared("9.2.1", sanctions=1), evidence=(evidence("9.1.1"),)
    )

    on, off = scored(facts, criteria=with_outside(enabled=True)), scored(facts, criteria=with_outside(enabled=False))

    assert (on["totals"]["bonus"], on["totals"]["penalty"]) == ("3.00", "2.00")
    assert on["totals"]["maximum"] == "100.00"
    assert "bonus" not in off["totals"]


def test_a_bonus_without_proof_is_no_bonus() -> None:
    facts = Facts(declared=declared("9.1.1", innovations=1))

    assert scored(facts, criteria=with_outside(enabled=True))["totals"]["bonus"] == "0.00"


def test_the_worth_of_no_data_and_no_cases_comes_from_the_set() -> None:
    changed = json.loads(json.dumps(CRITERIA))
    changed["domains"][2]["criteria"][2]["components"][1] |= {"no_data": "zero_points", "no_cases": "no_score"}

    unknown = component(scored(Facts(), criteria=changed), "3.3.2")
    empty = component(scored(Facts(known=("dossiers",)), criteria=changed), "3.3.2")

    assert (unknown["state"], unknown["points"]) == ("no_data", "0.00")
    assert (empty["state"], empty["points"]) == ("not_applicable", None)


def test_the_day_of_the_score_is_told_and_not_the_day_of_today() -> None:
    assert scored(Facts(), as_of=date(2025, 6, 30))["as_of"] == "2025-06-30"
    assert LAST_DAY.isoformat() == scored(Facts())["as_of"]


def test_a_plan_issued_in_the_period_after_the_day_of_the_score_is_no_warning() -> None:
    proof = evidence("1.1.2")
    later = DocumentFact(sha256=proof.sha256, name=proof.name, purpose="evidence", issued_on=date(2025, 11, 1))
    facts = Facts(declared=declared("1.1.2", tasks_done=18, tasks_planned=20), evidence=(proof,), documents=(later,))

    assert component(scored(facts, as_of=date(2025, 6, 30)), "1.1.2")["warnings"] == []


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        (Decimal(2), Decimal("2.0"), "scored"),
        (Decimal(1), True, "no_data"),
        (Decimal("sNaN"), Decimal("sNaN"), "no_data"),
        (Decimal("1E+3"), Decimal(1000), "scored"),
    ],
)
def test_the_same_number_said_twice_is_one_and_yes_is_not_one(first: Any, second: Any, state: str) -> None:
    values = declared("1.5.1", "có", initiatives_recognised=first) + declared(
        "1.5.1", "có", initiatives_recognised=second
    )

    assert component(scored(Facts(declared=values)), "1.5.1")["state"] == state


def test_reasons_do_not_depend_on_the_order_of_keys_in_the_criteria_file() -> None:
    facts = Facts(declared=declared("5.2.2", leaders_reprimanded=1, leaders_disciplined_heavier=0))
    shuffled = json.loads(json.dumps(CRITERIA), object_pairs_hook=lambda pairs: dict(reversed(pairs)))

    assert scored(facts, criteria=shuffled)["components"] == scored(facts)["components"]


def test_a_value_that_nobody_asked_for_decides_no_proof_and_is_told() -> None:
    measured = Facts(dossiers=dossiers(1000))
    stray = dataclasses.replace(measured, declared=declared("3.3.2", finished_by_hand=7))
    explained = Facts(declared=declared("1.1.1", "đã ban hành", plan_issued_on=date(2025, 1, 20)))
    stray_too = dataclasses.replace(explained, declared=(*explained.declared, *declared("1.1.1", odd=1)))

    for clean, doubtful, name, key in (
        (measured, stray, "3.3.2", "finished_by_hand"),
        (explained, stray_too, "1.1.1", "odd"),
    ):
        before, after = component(scored(clean), name), component(scored(doubtful), name)
        assert (after["points"], after["state"]) == (before["points"], "scored")
        assert after["warnings"] == [f"Có giá trị khai mà mục này không hỏi, không tính đến: {key}."]


@pytest.mark.parametrize(
    ("issued", "points", "state"),
    [
        (date(1999, 1, 1), None, "no_data"),
        (date(2024, 9, 30), None, "no_data"),
        (date(2024, 10, 1), "1.00", "scored"),
        (date(2025, 1, 31), "1.00", "scored"),
        (date(2026, 2, 28), "0.50", "scored"),
        (date(2026, 3, 1), None, "no_data"),
    ],
)
def test_a_day_outside_the_time_of_the_period_is_refused_and_told(issued: date, points: str | None, state: str) -> None:
    """The window is the set's own: 92 days before the period to 59 days after it."""
    facts = Facts(declared=declared("1.1.1", "đã ban hành", plan_issued_on=issued))

    item = component(scored(facts, as_of=date(2026, 3, 31)), "1.1.1")

    assert (item["points"], item["state"]) == (points, state)
    assert ("ngoài thời gian của kỳ (01/10/2024 – 28/02/2026)" in item["because"]) == (points is None)


def test_a_standing_decision_of_an_earlier_year_keeps_its_day() -> None:
    rule = {
        "kind": "deadline",
        "dates": [{"key": "issued", "due": date(2025, 1, 31), "on_time": "2.00", "late": "1.00"}],
    }
    standing = [{"kind": "decision", "label": "Quyết định còn hiệu lực", "standing": True}]
    basis = {"days_before": 92, "days_after": 59, "legal_reference": REFERENCE}
    criteria = small_set(entry(rule, declared={"issued": "date"}, evidence=standing), evidence_period=basis)
    facts = Facts(declared=declared("1.1.1", "còn hiệu lực", issued=date(2019, 5, 6)))

    assert component(scored(facts, criteria=criteria), "1.1.1")["points"] == "2.00"


def test_each_bonus_and_penalty_is_explained_and_may_be_assumed() -> None:
    facts = Facts(declared=declared("9.1.1", "có quyết định", innovations=5), known=("dossiers",))
    criteria = with_outside(enabled=True)

    plain = scored(facts, criteria=criteria)
    assumed = scored(facts, criteria=criteria, changes=changes_of(["9.1.1.innovations=1"], criteria))

    bonus = plain["outside_100"][0]
    assert (bonus["id"], bonus["points"], bonus["state"]) == ("9.1.1", "3.00", "scored")
    assert "lấy mức trần" in bonus["because"]
    assert (plain["totals"]["bonus"], assumed["totals"]["bonus"]) == ("3.00", "2.00")
    told = explain(plain, "9.1.1", criteria, facts, CALENDAR)
    assert [row.why for row in told.rows] == [
        "innovations: 5 (người khai: Phòng VH-XH; nguồn: sổ theo dõi); giải trình: có quyết định"
    ]
    assert any("lấy mức trần" in line for line in told.lines())
    assert "outside_100" not in scored(facts, criteria=with_outside(enabled=False))
