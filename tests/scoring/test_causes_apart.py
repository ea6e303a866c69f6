"""Two causes of one night in one component: each is told with its own share, and the shares add up exactly."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from scoring import ON_TIME_RULES, compare
from scoring.compare import Change
from scoring.engine.facts import DocumentFact, Facts
from scoring.substitution import Known, stages
from tests.scoring.test_properties import FACTS, OVERRIDES, corrected
from tests.scoring.wards import CALENDAR, CRITERIA, LAST_DAY, at, declared, dossier, dossiers, evidence, scored

JUNE = date(2025, 6, 20)
PLAN = declared("1.1.2", tasks_done=18, tasks_planned=20)


def known(facts: Facts, overrides: Any = None, **asked: Any) -> Known:
    plain = corrected(scored(facts, **asked), overrides or {})
    return Known(plain, facts, asked.get("criteria", CRITERIA), asked.get("calendar", CALENDAR))


def told(before: Known, after: Known) -> dict[str, Change]:
    moved = compare(before.score, after.score, stages(before, after))
    return {change.component: change for change in moved.changes}


def shares(change: Change) -> dict[str, Decimal]:
    return {share.cause: share.points for share in change.shares}


def test_new_numbers_and_a_document_that_expired_in_one_night_have_each_their_share() -> None:
    paper = DocumentFact(sha256="k" * 64, name="ke-hoach.pdf", purpose="evidence", expires_on=JUNE)
    proven = Facts(declared=PLAN, evidence=(evidence("1.1.2"),), documents=(paper,))
    more = dataclasses.replace(proven, declared=declared("1.1.2", tasks_done=20, tasks_planned=20))

    change = told(known(proven, as_of=JUNE), known(more, as_of=date(2025, 6, 21)))["1.1.2"]

    assert set(shares(change)) == {"evidence_expired", "declared_changed"}
    assert shares(change)["evidence_expired"] == change.difference
    assert next(share for share in change.shares if share.cause == "declared_changed").expected > 0
    assert "hết hiệu lực (giảm" in change.because
    assert "giá trị khai thay đổi (điểm dự kiến tăng" in change.because


def test_causes_that_cancel_out_in_a_component_are_both_told_where_the_score_moves() -> None:
    evening = at("2025-09-10", "18:00:00")
    by_the_hour = tuple(dossier(number, finished_at=evening, returned_at=evening) for number in range(99, 101))
    before = known(Facts(dossiers=dossiers(100, 2)), on_time_rule="bc06_datetime")
    after = known(Facts(dossiers=(*dossiers(98, 2), *by_the_hour), declared=PLAN))

    change = told(before, after)["3.3.2"]

    assert change.difference == 0
    assert shares(change)["rows_changed"] == -shares(change)["on_time_rule"] < 0
    assert "(không đổi) vì" in change.because


def test_a_day_that_passes_with_new_rows_is_told_as_the_rows() -> None:
    """Rows of a new day count only on it: the day alone would look like dossiers that fell overdue."""
    still_open = tuple(dossier(number, finished_at=None, returned_at=None, status=4) for number in range(1, 51))
    before = known(Facts(dossiers=(*dossiers(100)[50:], *still_open)), as_of=date(2025, 9, 9), on_time_rule="dvcqg_766")
    after = known(Facts(dossiers=dossiers(100, 5)), as_of=date(2025, 9, 11), on_time_rule="dvcqg_766")

    change = told(before, after)["3.3.2"]

    assert "day_passed" not in shares(change)
    assert sum(shares(change).values()) == change.difference


def test_one_cause_alone_is_told_as_before() -> None:
    before, after = known(Facts(declared=PLAN)), known(Facts(declared=PLAN, evidence=(evidence("1.1.2"),)))

    apart, nearest = (compare(before.score, after.score, way).changes for way in (stages(before, after), ()))

    assert [(change.cause, change.because) for change in apart] == [
        (change.cause, change.because) for change in nearest
    ]


def test_a_score_that_this_engine_does_not_give_is_told_by_the_nearest_cause() -> None:
    before, after = known(Facts(declared=PLAN)), known(Facts(declared=PLAN, evidence=(evidence("1.1.2"),)))
    odd = dataclasses.replace(before, facts=Facts(dossiers=dossiers(10)))

    assert stages(odd, after) == ()


def test_numbers_that_nobody_can_compare_are_no_fault() -> None:
    odd = [Facts(declared=declared("1.1.2", tasks_done=Decimal("sNaN"), tasks_planned=20)) for _ in range(2)]

    assert stages(known(odd[0]), known(dataclasses.replace(odd[1], dossiers=dossiers(10))))


def test_another_engine_and_new_evidence_have_each_their_share() -> None:
    before, after = known(Facts(declared=PLAN)), known(Facts(declared=PLAN, evidence=(evidence("1.1.2"),)))
    items = [item | ({"expected": "0.10"} if item["id"] == "1.1.2" else {}) for item in before.score["components"]]
    older = dataclasses.replace(before, score={**before.score, "engine": "0.9", "components": items})

    change = told(older, after)["1.1.2"]

    assert {share.cause for share in change.shares} == {"engine", "evidence_added"}
    assert sum(share.expected for share in change.shares) == change.expected_difference


def lowered() -> dict[str, Any]:
    from tests.scoring.test_compare import lowered as lower

    return lower()


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    FACTS,
    FACTS,
    st.tuples(st.sampled_from(sorted(ON_TIME_RULES)), st.sampled_from(sorted(ON_TIME_RULES))),
    st.tuples(st.sampled_from([JUNE, LAST_DAY]), st.sampled_from([JUNE, LAST_DAY])),
    st.tuples(OVERRIDES, OVERRIDES),
    st.booleans(),
)
def test_shares_add_up_to_the_change_of_each_component_and_of_the_totals(
    old: Facts, new: Facts, rules: tuple[str, str], days: tuple[date, date], overrides: Any, another_set: bool
) -> None:
    before = known(old, overrides[0], on_time_rule=rules[0], as_of=days[0])
    asked = {"criteria": lowered()} if another_set else {}
    after = known(new, overrides[1], on_time_rule=rules[1], as_of=days[1], **asked)
    way = stages(before, after)

    moved = compare(before.score, after.score, way)

    assert way
    for change in moved.changes:
        assert sum((share.points for share in change.shares), Decimal(0)) == change.difference
        assert sum((share.expected for share in change.shares), Decimal(0)) == change.expected_difference
    assert sum((share.points for share in moved.causes), Decimal(0)) == moved.conservative
    assert sum((share.expected for share in moved.causes), Decimal(0)) == moved.expected
