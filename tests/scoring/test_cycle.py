"""The yearly cycle: what is locked never changes, whatever anybody does after; nothing is done out of its state."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from scoring import compare
from scoring.cycle import STATES, STEPS, BadDeed, Cycle, Deed, NotNow, after, automatic, opened
from scoring.cycle_sheet import disputed, reminder_lines, reminders, side_by_side, totals, with_overrides
from scoring.engine.facts import Facts
from tests.scoring.wards import CRITERIA, scored

AT = datetime(2026, 1, 10, 2, 0, tzinfo=UTC)
DAYS = dict(
    zip(
        ("self_score", "appraisal_1", "explanation", "appraisal_2"),
        (date(2026, 1, 15), date(2026, 2, 15), date(2026, 3, 1), date(2026, 3, 20)),
        strict=True,
    )
)
SMALL = {
    "domains": [
        {
            "criteria": [
                {
                    "components": [
                        {"id": name, "name": name, "max_points": most, "responsible": office, "rule": {"kind": kind}}
                        for name, most, office, kind in (
                            ("1.1.1", "1.00", "Văn phòng", "deadline"),
                            ("1.1.2", "2.00", "Phòng VH-XH", "share"),
                            ("2.1.1", "8.00", "Sở Nội vụ", "survey"),
                        )
                    ]
                }
            ]
        }
    ]
}
COMPUTED = {"1.1.1": "0.50", "1.1.2": "1.98", "2.1.1": None}
PROOF = [{"sha256": "a" * 64, "name": "ke-hoach.pdf", "pages": "2"}]


def do(cycle: Cycle, name: str, component: str = "", *, who: str = "", **said: Any) -> Cycle:
    usual = "anh Nam (Sở Nội vụ)" if name.startswith("appraise") else "chị Hoa"
    return after(cycle, Deed(name, who or usual, AT, component, said))


def walked(*names: str) -> Cycle:
    """A cycle after these deeds, with what they need."""
    cycle = opened(SMALL, DAYS)
    for name in names:
        said = {"run": "2025-0001", "points": COMPUTED, "sheet": "b" * 64} if name == "lock" else {}
        cycle = do(cycle, name, **said)
    return cycle


LOCKED = ("begin", "approve", "lock")


def appraised() -> Cycle:
    cycle = walked(*LOCKED, "begin_appraisal")
    cycle = do(cycle, "appraise", "1.1.1", points="0.50")
    return do(cycle, "appraise", "1.1.2", points="1,50", note="thiếu phụ lục", asks=True)


def test_a_whole_year_gives_three_scores_a_ledger_and_a_result() -> None:
    cycle = do(appraised(), "ask_explanations")
    cycle = do(cycle, "explain", "1.1.2", note="phụ lục kèm theo", evidence=PROOF)
    cycle = do(do(cycle, "lock_explanation"), "begin_second_appraisal")
    cycle = do(do(cycle, "appraise_again", "1.1.2", points="1.80"), "end_appraisal")
    cycle = do(do(cycle, "add_survey", "2.1.1", points="7.10", source="BC SIPAS"), "publish")
    rows = {row["id"]: row for row in side_by_side(cycle, COMPUTED)}
    assert [rows["1.1.2"][name] for name in ("self", "appraisal_1", "appraisal_2", "final")] == [
        "1.98",
        "1.50",
        "1.80",
        "1.80",
    ]
    sums = totals(rows.values())
    assert (sums["self"], sums["self_scorable"], sums["maximum"], sums["final"]) == ("2.48", "3.00", "11.00", "9.40")
    (open_one,) = disputed(cycle)
    assert (open_one["id"], open_one["open_difference"], open_one["regained"]) == ("1.1.2", "-0.18", "0.30")
    assert cycle.state == "published"


def test_an_override_needs_why_and_evidence_and_stands_in_score_and_diff() -> None:
    cycle = walked("begin")
    with pytest.raises(BadDeed, match="tài liệu kiểm chứng"):
        do(cycle, "override", "1.1.1", points="1.00", because="đã ban hành đúng hạn")
    with pytest.raises(BadDeed, match="lý do"):
        do(cycle, "override", "1.1.1", points="1.00", evidence=PROOF)
    cycle = do(cycle, "override", "1.1.1", points="1.00", because="đã ban hành đúng hạn", evidence=PROOF)
    assert next(row["self"] for row in side_by_side(cycle, COMPUTED) if row["id"] == "1.1.1") == "1.00"
    before = scored(Facts())
    after_it = with_overrides(before, cycle.entries)
    moved = compare(before, after_it)
    (change,) = moved.changes
    assert (change.component, change.cause) == ("1.1.1", "override")
    assert "chị Hoa sửa thành 1,00 điểm: đã ban hành đúng hạn" in change.because
    assert sum((one.difference for one in moved.changes), Decimal(0)) == moved.conservative == Decimal("1.00")


def test_whoever_wrote_the_wards_side_of_a_component_does_not_appraise_it() -> None:
    cycle = do(walked("begin"), "fill", "1.1.1", note="đã ban hành")
    cycle = do(cycle, "override", "1.1.2", who="chị Lan", points="1.00", because="đếm lại", evidence=PROOF)
    for name in ("approve", "lock", "begin_appraisal"):
        said = {"run": "2025-0001", "points": COMPUTED, "sheet": "b" * 64} if name == "lock" else {}
        cycle = do(cycle, name, **said)
    for component, own in (("1.1.1", "chị Hoa"), ("1.1.2", "chị Lan")):
        with pytest.raises(BadDeed, match=f"{component}: {own} đã tự chấm"):
            do(cycle, "appraise", component, who=own, points="0.50")
    assert do(cycle, "appraise", "1.1.1", who="chị Lan", points="0.50").entries["1.1.1"]["appraisal_1"]


def test_points_cut_in_the_second_round_alone_stand_in_the_ledger() -> None:
    cycle = walked(*LOCKED, "begin_appraisal")
    cycle = do(do(cycle, "appraise", "1.1.1", points="0.50"), "appraise", "1.1.2", points="1.98")
    cycle = do(do(do(cycle, "ask_explanations"), "lock_explanation"), "begin_second_appraisal")
    cycle = do(cycle, "appraise_again", "1.1.2", points="1.20", note="trùng nhiệm vụ")
    (cut,) = disputed(cycle)
    assert (cut["id"], cut["appraisal_1"], cut["appraisal_2"]) == ("1.1.2", "1.98", "1.20")
    assert (cut["open_difference"], cut["regained"]) == ("-0.78", "-0.78")


@pytest.mark.parametrize("points", ["1.01", "-0.01", "NaN", "Infinity", "1e9", "một", "", None, "0.505"])
def test_points_outside_the_component_are_refused(points: Any) -> None:
    cycle = walked(*LOCKED, "begin_appraisal")
    with pytest.raises(BadDeed, match=r"1\.1\.1"):
        do(cycle, "appraise", "1.1.1", points=points)


def test_survey_components_are_never_self_scored_or_appraised() -> None:
    with pytest.raises(BadDeed, match="khảo sát"):
        do(walked("begin"), "override", "2.1.1", points="8", because="x", evidence=PROOF)
    with pytest.raises(BadDeed, match="khảo sát"):
        do(walked(*LOCKED, "begin_appraisal"), "appraise", "2.1.1", points="8")


def test_points_taken_over_from_others_can_be_appraised_in_full() -> None:
    grown = {"1.1.1": "1.50", "1.1.2": "1.50", "2.1.1": "8.00"}
    said = {"run": "r", "points": {"1.1.1": "1.50", "1.1.2": None}, "maximums": grown, "sheet": "b" * 64}
    cycle = do(do(walked("begin", "approve"), "lock", **said), "begin_appraisal")
    assert do(cycle, "appraise", "1.1.1", points="1.50").entries["1.1.1"]["appraisal_1"]["points"] == "1.50"
    with pytest.raises(BadDeed, match=r"0 đến 1\.50"):
        do(cycle, "appraise", "1.1.2", points="2.00")


def test_nothing_goes_on_half_done() -> None:
    with pytest.raises(BadDeed, match="phiếu tự chấm đã ký"):
        do(walked("begin", "approve"), "lock", run="2025-0001", points=COMPUTED)
    with pytest.raises(BadDeed, match=r"Còn 2 mục chưa thẩm định"):
        do(walked(*LOCKED, "begin_appraisal"), "ask_explanations")
    surveyed = do(
        do(do(do(appraised(), "ask_explanations"), "lock_explanation"), "begin_second_appraisal"), "end_appraisal"
    )
    with pytest.raises(BadDeed, match=r"2\.1\.1"):
        do(surveyed, "publish")


def test_deadlines_lock_the_day_after_and_only_then() -> None:
    cycle = walked("begin")
    assert automatic(cycle, DAYS["self_score"]) is None
    assert automatic(cycle, DAYS["self_score"] + timedelta(days=1)) == "lock_at_deadline"
    explaining = do(appraised(), "ask_explanations")
    assert automatic(explaining, DAYS["explanation"]) is None
    assert automatic(explaining, DAYS["explanation"] + timedelta(days=1)) == "lock_explanation"
    for state in STATES:
        if state not in ("open", "self_scoring", "approved", "explaining"):
            assert automatic(Cycle(state, DAYS, {}), date(2027, 1, 1)) is None


def test_the_signed_sheet_comes_once() -> None:
    late = after(walked("begin"), Deed("lock_at_deadline", "parindex", AT, said={"run": "r", "points": COMPUTED}))
    assert late.lock is not None
    assert (late.lock["automatic"], late.lock["sheet"]) == (True, None)
    signed = do(late, "attach_sheet", sheet="c" * 64)
    with pytest.raises(BadDeed, match="không thay được"):
        do(signed, "attach_sheet", sheet="d" * 64)


def test_owners_are_reminded_of_what_they_owe_and_of_nothing_else() -> None:
    cycle = do(walked("begin"), "fill", "1.1.1", note="đã ban hành", evidence=PROOF)
    (one,) = reminders(cycle, date(2026, 1, 12))
    assert (one["office"], one["components"], one["days_left"]) == ("Phòng VH-XH", ["1.1.2"], 3)
    assert "còn 3 ngày" in next(iter(reminder_lines([one])))
    assert reminders(cycle, date(2026, 1, 1)) == []
    (asked,) = reminders(do(appraised(), "ask_explanations"), date(2026, 3, 1))
    assert (asked["components"], asked["days_left"]) == (["1.1.2"], 0)


def test_leader_and_appraisers_are_reminded_of_the_lock_and_of_points() -> None:
    (lock,) = reminders(walked("begin", "approve"), date(2026, 1, 14))
    assert (lock["office"], lock["days_left"]) == ("Lãnh đạo UBND phường", 1)
    assert "chốt điểm tự chấm đã duyệt" in next(iter(reminder_lines([lock])))
    begun = do(walked(*LOCKED, "begin_appraisal"), "appraise", "1.1.1", points="0.50")
    (points,) = reminders(begun, date(2026, 2, 12))
    assert (points["office"], points["components"]) == ("Cơ quan thẩm định", ["1.1.2"])
    assert reminders(walked(*LOCKED), date(2026, 1, 14)) == []


def test_deadlines_have_to_come_in_order() -> None:
    with pytest.raises(BadDeed, match="thứ tự"):
        opened(CRITERIA, DAYS | {"explanation": date(2026, 1, 1)})
    with pytest.raises(BadDeed, match="thẩm định lần 2"):
        opened(CRITERIA, {name: day for name, day in DAYS.items() if name != "appraisal_2"})


WORDS = st.fixed_dictionaries(
    {},
    optional={
        "points": st.sampled_from(["0", "0.50", "1.00", "2", "9", "x"]),
        "note": st.sampled_from(["", "ghi chú"]),
        "because": st.sampled_from(["", "lý do"]),
        "evidence": st.sampled_from([[], PROOF]),
        "asks": st.booleans(),
        "office": st.just("Văn phòng"),
        "sheet": st.sampled_from(["", "b" * 64]),
        "source": st.just("BC SIPAS"),
    },
)
KEPT = {
    "self": ("open", "self_scoring", "approved"),
    "override": ("open", "self_scoring", "approved"),
    "note": ("open", "self_scoring"),
    "appraisal_1": ("appraisal_1",),
    "explanation": ("explaining",),
    "appraisal_2": ("appraisal_2",),
    "survey_points": ("surveys",),
}
"""In which states a part may still change."""


class AnyYear(RuleBasedStateMachine):
    """Anybody tries anything at any time."""

    @initialize()
    def start(self) -> None:
        self.cycle = opened(SMALL, DAYS)
        self.locked: dict[str, Any] | None = None

    @rule(name=st.sampled_from(sorted(STEPS)), component=st.sampled_from(["1.1.1", "1.1.2", "2.1.1", "9"]), said=WORDS)
    def attempt(self, name: str, component: str, said: dict[str, Any]) -> None:
        self._try(name, component, said)

    @rule(data=st.data(), component=st.sampled_from(["1.1.1", "1.1.2", "2.1.1"]))
    def attempt_what_the_state_allows(self, data: st.DataObject, component: str) -> None:
        names = sorted(name for name, step in STEPS.items() if self.cycle.state in step.states)
        full = {"points": "1.00", "note": "n", "because": "b", "evidence": PROOF, "sheet": "b" * 64, "source": "s"}
        if names:
            self._try(data.draw(st.sampled_from(names)), component, full)

    def _try(self, name: str, component: str, said: dict[str, Any]) -> None:
        before = self.cycle
        extra = {"run": "2025-0001", "points": COMPUTED} if name.startswith("lock") else {}
        try:
            self.cycle = do(before, name, component, **(said | extra))
        except (NotNow, BadDeed):
            return
        for identity, entry in before.entries.items():
            now = self.cycle.entries[identity]
            for part, states in KEPT.items():
                if before.state not in states:
                    assert now.get(part) == entry.get(part), (name, part)

    @invariant()
    def a_locked_result_never_changes(self) -> None:
        if self.cycle.lock is None:
            return
        own = {row["id"]: row["self"] for row in side_by_side(self.cycle, {"1.1.1": "0.00", "1.1.2": "2.00"})}
        self.locked = self.locked or own
        assert own == self.locked

    @invariant()
    def points_stay_within_their_maximum(self) -> None:
        for row in side_by_side(self.cycle, COMPUTED):
            for name in ("self", "appraisal_1", "appraisal_2", "final"):
                assert row[name] is None or 0 <= Decimal(row[name]) <= Decimal(row["max_points"])


TestAnyYear = AnyYear.TestCase
TestAnyYear.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
