"""SIPAS, PAPI and the plan's tasks: rates from answers, the city's points, what is done on time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from config.export_profiles import load_vocabulary
from config.other_indices import PLANS, BadIndexData, papi, plan_of, sipas
from scoring.engine.period import VIETNAM
from scoring.other_indices import (
    Answers,
    CityResult,
    Task,
    papi_standing,
    plan_standing,
    sipas_standing,
    standing_of,
    tasks_outside,
)

TODAY = date(2025, 11, 3)


def answers(factor: str, *counts: int) -> Answers:
    very, content, neutral, unhappy, very_unhappy = counts
    return Answers(
        factor=factor,
        very_satisfied=very,
        satisfied=content,
        neutral=neutral,
        unsatisfied=unhappy,
        very_unsatisfied=very_unhappy,
    )


def day(iso: str) -> datetime:
    return datetime.fromisoformat(iso).replace(hour=16, tzinfo=VIETNAM)


def task(due: str = "", done: str = "", state: str = "open", part: str | None = None) -> Task:
    due_at, done_at = (day(iso) if iso else None for iso in (due, done))
    return Task(code="NV1", origin="plan", state=state, part=part, due_at=due_at, done_at=done_at)


@pytest.mark.parametrize(
    ("one", "standing"),
    [
        (task("2025-10-31", "2025-10-31", "done"), "done_on_time"),
        (task("2025-10-31", "2025-11-01", "done"), "done_late"),
        (task("2025-10-31", "", "done"), "done_undated"),
        (task("", "", "done"), "done_on_time"),
        (task("2025-11-03"), "open"),
        (task("2025-11-02"), "overdue"),
        (task("", "", "overdue"), "overdue"),
        (task("2025-11-30", "", "overdue"), "open"),
        (task("2025-10-31", "2025-11-10", "done"), "overdue"),
    ],
)
def test_the_dates_of_a_task_say_whether_it_was_done_on_time(one: Task, standing: str) -> None:
    assert standing_of(one, TODAY) == standing


def test_satisfaction_is_pooled_over_the_factors_and_an_unasked_factor_is_not_zero() -> None:
    told = sipas_standing(sipas(), [answers("access", 50, 30, 10, 8, 2), answers("results", 90, 100, 6, 3, 1)], None)

    shares = {factor["id"]: factor["share"] for factor in told["factors"]}
    assert (shares["access"], shares["results"], shares["officials"]) == ("0.8000", "0.9500", None)
    assert told["share"] == "0.9000"
    assert told["warnings"] == [
        "Chưa có câu trả lời về: Thủ tục hành chính, Công chức giải quyết công việc, "
        "Tiếp nhận, giải quyết góp ý, phản ánh, kiến nghị."
    ]


def test_a_published_rate_that_the_answers_contradict_is_told() -> None:
    every = [answers(factor.id, 1, 0, 0, 0, 0) for factor in sipas().factors]

    assert sipas_standing(sipas(), every, Decimal("0.9"))["warnings"] == [
        "Tính từ câu trả lời được 1.0000, kết quả công bố ghi 0.9000."
    ]
    assert not sipas_standing(sipas(), every, Decimal(1))["warnings"]
    assert sipas_standing(sipas(), [], None)["share"] is None


def test_the_citys_points_add_up_only_when_all_eight_are_there_and_a_ward_has_none() -> None:
    seven = [CityResult(dimension=str(number), score=Decimal("5.25")) for number in range(1, 8)]

    assert papi_standing(papi(), seven)["city_total"] is None
    whole = papi_standing(papi(), [*seven, CityResult(dimension="8", score=Decimal("3.10"))])
    assert (whole["city_total"], whole["ward_score"]) == ("39.85", None)


def test_points_out_of_range_or_without_number_are_told_and_not_counted() -> None:
    told = papi_standing(
        papi(), [CityResult(dimension="8", score=Decimal("41.02")), CityResult(dimension="1", score="cao")]
    )

    assert [row["city_score"] for row in told["dimensions"]] == [None] * 8
    assert told["warnings"] == [
        "Tham gia của người dân ở cấp cơ sở: cao không phải điểm từ 1 đến 10; không tính.",
        "Quản trị điện tử: 41.02 không phải điểm từ 1 đến 10; không tính.",
    ]


def test_each_part_of_the_plan_shows_its_tasks_and_tasks_without_a_part_are_told_apart() -> None:
    plan = plan_of("hoi-an-dong", 2025)
    assert plan is not None
    told = plan_standing(plan, [task("2025-10-01", "2025-09-30", "done", "II.3.8"), task("2025-10-01")], TODAY)

    parts = {part["id"]: part for part in told["parts"]}
    assert parts["II.3.8"]["counts"]["done_on_time"] == 1
    assert sum(parts["II.1.1"]["counts"].values()) == 0
    assert [one["standing"] for one in told["without_part"]] == ["overdue"]
    assert (told["counts"]["done_on_time"], told["counts"]["overdue"]) == (1, 1)


def test_every_task_stands_once_in_the_plan_or_outside_it() -> None:
    plan = plan_of("hoi-an-dong", 2025)
    of_part, loose, of_city = task(part="II.3.8"), task(), replace(task("2025-10-01"), code="NV2", origin="city")

    assert [one["code"] for one in tasks_outside(plan, [of_part, loose, of_city], TODAY)] == ["NV2"]
    assert len(tasks_outside(None, [of_part, loose, of_city], TODAY)) == 3


def test_the_plan_serves_every_dimension_of_papi_and_both_parts_of_sipas() -> None:
    plan = plan_of("hoi-an-dong", 2025)
    assert plan is not None

    assert {part.of for part in plan.parts if part.serves == "papi"} == {one.id for one in papi().dimensions}
    assert {part.of for part in plan.parts if part.serves == "sipas"} == {"policy", "service"}


def test_the_words_of_the_exports_are_the_ids_of_the_indices() -> None:
    words = load_vocabulary()

    assert list(words["sipas_factor"]) == [factor.id for factor in sipas().factors]
    assert list(words["papi_dimension"]) == [dimension.id for dimension in papi().dimensions]
    for factor in sipas().factors:
        assert factor.name in words["sipas_factor"][factor.id]


def test_a_plan_that_serves_what_does_not_exist_is_refused(tmp_path: Path) -> None:
    text = (PLANS / "hoi-an-dong-2025.yaml").read_text(encoding="utf-8").replace('of: "8"', 'of: "9"')
    file = tmp_path / "hoi-an-dong-2025.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(BadIndexData, match=r"mục II\.3\.8: chỉ số không có phần này"):
        plan_of("hoi-an-dong", 2025, file.parent)
    assert plan_of("cam-thanh", 2025) is None
