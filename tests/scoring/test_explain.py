"""From points back to rows, files and the law; what-if as text; two sets beside each other."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from config.criteria_rules import RULE_KINDS
from scoring import BadAssumption, UnknownComponent, changes_of, compare_sets, explain
from scoring.engine.facts import DocumentFact, Facts
from scoring.sets import KIND_WORDS
from tests.scoring.wards import CALENDAR, CRITERIA, declared, dossier, dossiers, evidence, petition, scored


def document(number: int, **fields: Any) -> DocumentFact:
    known = {"purpose": "result", "signature": "PASSED", "profile_met": True, "digitisation": "đạt"}
    return DocumentFact(sha256=f"{number:064d}", name=f"{number}.pdf", **(known | fields))


WARD = Facts(
    dossiers=(
        *dossiers(40, 3, channel="direct", full_online=False, synced=True, fee_due=True, paid_online=False),
        *(
            dossier(number, channel="online", full_online=True, papers_reused=True, papers_digitised=True)
            for number in range(50, 60)
        ),
        dossier(70, result_file_required=True),
        dossier(71, result_file_required=True, apology_number="1/XL", late=True),
    ),
    petitions=(petition(1), petition(2, about="conduct", confirmed=True), petition(3, about="fees_and_papers")),
    documents=(
        document(1, dossier_code=dossier(70).code),
        document(2, signature="FAILED", profile_met=False),
        document(3, digitisation="không đạt"),
        document(4, quarantined=True),
        document(5, purpose="outgoing"),
        document(6, purpose="outgoing", signature="NO_SIGNATURE", profile_met=False),
        document(7, purpose="outgoing", issued_on=date(2020, 1, 1), signature="NO_SIGNATURE"),
    ),
    declared=declared("1.1.2", tasks_done=18, tasks_planned=20),
    evidence=(evidence("1.1.2"),),
)


def rows_of(component: str, **changes: Any) -> list[str]:
    return [row.why for row in explain(scored(WARD, **changes), component, CRITERIA, WARD, CALENDAR).rows]


@pytest.mark.parametrize(
    ("component", "rows"),
    [
        ("3.3.2", lambda n: n["late"]),
        ("3.3.3", lambda n: n["late"] - n["with_letter"]),
        ("3.4.1", lambda n: n["received"] - n["digitised"]),
        ("3.4.2", lambda n: n["required"] - n["signed"]),
        ("3.4.3", lambda n: n["files"] - n["good"]),
        ("3.5.2", lambda n: n["late"]),
        ("5.4.3", lambda n: n["confirmed"]),
        ("3.3.4", lambda n: n["confirmed"]),
        ("7.1.2", lambda n: n["outgoing"] - n["signed"]),
        ("7.2.2", lambda n: n["received"] - n["online"]),
        ("7.2.3", lambda n: n["received"] - n["full_online"]),
        ("7.3.1", lambda n: n["with_fee"] - n["paid_online"]),
        ("7.3.2", lambda n: n["received"] - n["reused"]),
        ("7.4.1", lambda n: n["received"] - n["synced"]),
        ("8.3.1", lambda n: n["late"] + n["with_petition"]),
    ],
)
@pytest.mark.parametrize("rule", ["bcth_date", "dvcqg_766"])
def test_as_many_rows_stand_behind_the_points_as_the_numbers_say(component: str, rows: Any, rule: str) -> None:
    plain = scored(WARD, on_time_rule=rule)
    item = next(found for found in plain["components"] if found["id"] == component)

    assert len(rows_of(component, on_time_rule=rule)) == rows(item["numbers"])


def test_a_late_dossier_is_shown_with_its_dates() -> None:
    assert rows_of("3.3.2")[0] == (
        "H17.1-250901-0001: hẹn trả 10/09/2025 17:00, xử lý xong 11/09/2025 09:00, trả kết quả 11/09/2025 09:00"
    )


def test_a_declared_value_is_shown_with_its_owner_and_source() -> None:
    assert rows_of("1.1.2") == [
        "Số nhiệm vụ đã hoàn thành: 18 (người khai: Phòng VH-XH; nguồn: sổ theo dõi)",
        "Số nhiệm vụ trong Kế hoạch CCHC: 20 (người khai: Phòng VH-XH; nguồn: sổ theo dõi)",
    ]


def test_the_explanation_reads_from_points_to_law() -> None:
    lines = list(explain(scored(WARD), "1.1.2", CRITERIA, WARD, CALENDAR).lines())

    assert lines[0] == "1.1.2 Mức độ hoàn thành Kế hoạch CCHC: 1,80 điểm / 2,00"
    assert lines[1].startswith("Vì: Số nhiệm vụ đã hoàn thành 18/20")
    assert lines[4] == f"Tài liệu: ke-hoach.pdf (II, trang 3-4), SHA-256 {'k' * 64}"
    assert lines[-1].endswith("đề xuất của dự án, không phải bảng điểm chính thức).")


def test_long_lists_are_cut_and_the_rest_is_counted() -> None:
    explanation = explain(scored(WARD), "7.2.2", CRITERIA, WARD, CALENDAR, limit=5)

    assert (len(explanation.rows), explanation.left_out) == (5, 37)
    assert "  ... và 37 mục nữa" in list(explanation.lines())
    assert json.loads(json.dumps(explanation.plain())) == explanation.plain()


def test_every_component_can_be_explained() -> None:
    plain = scored(WARD)

    for item in plain["components"]:
        assert list(explain(plain, item["id"], CRITERIA, WARD, CALENDAR).lines())[-1].startswith("Căn cứ: ")


def test_an_unknown_component_is_refused() -> None:
    with pytest.raises(UnknownComponent, match=r"9\.9\.9"):
        explain(scored(WARD), "9.9.9", CRITERIA, WARD, CALENDAR)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.3.2.late=0", Decimal(0)),
        ("6.1.1.investment_disbursed=10,5", Decimal("10.5")),
        ("1.1.1.plan_issued_on=2025-01-20", date(2025, 1, 20)),
        ("1.7.1.improvement_plan_issued=có", True),
        ("1.7.1.improvement_plan_issued=false", False),
        ("1.3.2.findings_total=không phát sinh", "not_applicable"),
        ("3.3.1.imported=5", Decimal(5)),
        ("5.4.3.confirmed=0", Decimal(0)),
    ],
)
def test_an_assumption_is_read_as_a_value(text: str, value: object) -> None:
    ((component, values),) = changes_of([text], CRITERIA).items()

    assert text.startswith(component)
    assert list(values.values()) == [value]


def test_all_bad_assumptions_are_told_at_once() -> None:
    with pytest.raises(BadAssumption) as refused:
        changes_of(["3.3.2.late=1", "late=0", "9.9.9.late=0", "3.3.2.lates=0", "3.3.2.__class__=0"], CRITERIA)

    told = str(refused.value).splitlines()
    assert [line.split(":")[0] for line in told] == [
        "'late=0'",
        "'9.9.9.late=0'",
        "'3.3.2.lates=0'",
        "'3.3.2.__class__=0'",
    ]
    assert "các khóa: finished, late" in told[2]


def test_an_assumption_that_makes_no_sense_gives_no_points() -> None:
    plain = scored(WARD, changes=changes_of(["3.3.2.late=9999999"], CRITERIA))

    item = next(found for found in plain["components"] if found["id"] == "3.3.2")
    assert (item["points"], item["state"]) == (None, "no_data")


def test_two_sets_are_compared_field_by_field() -> None:
    newer: dict[str, Any] = json.loads(json.dumps(CRITERIA))
    components = newer["domains"][0]["criteria"][0]["components"]
    components[1]["rule"]["floor"] = "0.90"
    components[1]["responsible"] = "Văn phòng HĐND và UBND"
    components[0]["id"] = "1.1.3"

    changes = compare_sets(CRITERIA, newer)

    assert [(change.component, change.field, change.changes_points) for change in changes] == [
        ("1.1.1", "removed", True),
        ("1.1.2", "rule", True),
        ("1.1.2", "responsible", False),
        ("1.1.3", "added", True),
    ]
    assert "sàn 0.80" in changes[1].what
    assert compare_sets(CRITERIA, CRITERIA) == ()


def test_what_is_said_of_a_signature_is_vietnamese() -> None:
    said = " ".join([*rows_of("3.4.2"), *rows_of("7.1.2")])

    assert "6.pdf: chữ ký số không có, chưa đủ người ký" in said
    assert not re.search(r"[A-Z]{4,}_|PASSED|FAILED", said)


def test_every_kind_of_rule_has_its_vietnamese_name_where_sets_are_compared() -> None:
    assert set(KIND_WORDS) == RULE_KINDS
