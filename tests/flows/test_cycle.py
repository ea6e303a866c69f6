"""The yearly cycle as kept: events, two editors, locks by deadline with the run that stood then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from flows.arriving.importing import import_file
from flows.resources import Resources, open_resources
from flows.scores.cycle import (
    Wish,
    act,
    cycle_seen,
    inputs_of_entry,
    lock_what_is_due,
    open_period,
    reminder_sentences,
    reminders_due,
)
from flows.telling.explaining import moved, run_named
from scoring.cycle import BadDeed, NotNow
from scoring.what_if import BadAssumption
from storage.documents.links import NoSuchDocument, links_of
from storage.proof.custody import events
from storage.scored.cycle import AlreadyOpen, ChangedMeanwhile, NoCycle, cycle_of, keep_change
from storage.scored.runs import run_of
from tests.connectors.tables import xlsx
from tests.storage.keeping_ward import AT, kept_ward, score_now

DAYS = {
    "self_score": date(2026, 1, 15),
    "appraisal_1": date(2026, 2, 15),
    "explanation": date(2026, 3, 1),
    "appraisal_2": date(2026, 3, 20),
}
LOCKS = datetime(2026, 1, 15, 17, 0, tzinfo=UTC)
"""Midnight in Vietnam after the last day of self-scoring."""
PROOF = [{"name": "ke-hoach.pdf", "section": "II", "pages": "3"}]


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Resources]:
    with open_resources(kept_ward(tmp_path)) as resources:
        open_period(resources, "2025", DAYS, Wish("open", "Sở Nội vụ", "test", AT))
        act(resources, "2025", Wish("begin", "chị Hoa", "test", AT))
        yield resources


def do(ward: Resources, deed: str, component: str = "", at: datetime = AT, **said: Any) -> dict[str, Any]:
    return act(ward, "2025", Wish(deed, "chị Hoa", "test", at, component, said))


def row(seen: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in seen["components"] if item["id"] == name)
    return found


def test_overrides_evidence_and_lock_are_kept_with_an_event_each(ward: Resources) -> None:
    seen = do(ward, "override", "1.7.1", points="0.50", because="kế hoạch đã ban hành", evidence=PROOF)
    assert row(seen, "1.7.1")["self"] == "0.50"
    assert any("chị Hoa sửa thành 0,50 điểm" in line for line in seen["overridden"])
    do(ward, "approve")
    seen = do(ward, "lock", sheet="ke-hoach.pdf", run="9999-0001", points={"1.7.1": "0.00"})
    assert (seen["state"], seen["lock"]["run"], seen["lock"]["automatic"]) == ("locked", "2025-0001", False)
    assert row(seen, "1.7.1")["self"] == "0.50"
    with ward.database.read() as connection:
        told = [event["detail"]["deed"] for event in events(connection) if event["event"] == "cycle"]
    assert told == ["open", "begin", "override", "approve", "lock"]


def test_after_the_lock_another_run_changes_nothing(ward: Resources) -> None:
    do(ward, "approve")
    locked = do(ward, "lock", sheet="ke-hoach.pdf")
    do_again = Wish("override", "chị Hoa", "test", AT, "1.7.1", {"points": "0.50", "because": "x", "evidence": PROOF})
    with pytest.raises(NotNow, match="đã chốt điểm tự chấm"):
        act(ward, "2025", do_again)
    score_now(ward)
    assert cycle_seen(ward, "2025", AT)["totals"] == locked["totals"]


def test_of_two_editors_the_second_is_told(ward: Resources) -> None:
    seen = row(cycle_seen(ward, "2025", AT), "1.1.1")["version"]
    act(ward, "2025", Wish("fill", "chị Hoa", "test", AT, "1.1.1", {"note": "đã ban hành"}, version=seen))
    with pytest.raises(ChangedMeanwhile, match=r"1\.1\.1"):
        act(ward, "2025", Wish("fill", "anh Nam", "test", AT, "1.1.1", {"note": "chưa"}, version=seen))
    assert row(cycle_seen(ward, "2025", AT), "1.1.1")["entry"]["note"] == "đã ban hành"


def test_the_diff_to_the_corrected_run_names_who_and_why_and_adds_up(ward: Resources) -> None:
    computed = run_named(ward, "latest", "2025")
    do(ward, "override", "1.7.1", points="0.50", because="kế hoạch đã ban hành", evidence=PROOF)
    told = moved(ward, computed, run_named(ward, "cycle", "2025"))
    assert told["runs"] == ["2025-0001", "cycle"]
    (change,) = told["components"]
    assert (change["id"], change["cause"]) == ("1.7.1", "override")
    assert "chị Hoa sửa thành 0,50 điểm: kế hoạch đã ban hành" in change["because"]
    assert change["change"] == told["change"]["conservative"]
    do(ward, "approve")
    do(ward, "lock", sheet="ke-hoach.pdf")
    assert run_named(ward, "cycle", "2025")["score"]["totals"] != computed["score"]["totals"]
    with pytest.raises(NoCycle):
        run_named(ward, "cycle", "2024")


def test_a_change_over_an_old_reading_is_refused_by_the_database(ward: Resources) -> None:
    from scoring.cycle import Deed, after

    with ward.database.read() as connection:
        old = cycle_of(connection, ward.settings.unit, "2025")
    do(ward, "fill", "1.1.1", note="đã ban hành")
    deed = Deed("fill", "anh Nam", AT, "1.1.1", {"note": "chưa"})
    with pytest.raises(ChangedMeanwhile), ward.database.write() as connection:
        keep_change(connection, old, after(old.cycle, deed), deed, "test")


def test_a_deadline_locks_once_with_the_run_of_then_even_before_the_chore(ward: Resources) -> None:
    assert lock_what_is_due(ward.settings, LOCKS - timedelta(seconds=1)) == {"locked": {"2025": None}}
    with pytest.raises(NotNow):
        do(ward, "fill", "1.1.1", at=LOCKS, note="muộn")
    seen = cycle_seen(ward, "2025", LOCKS)
    assert (seen["state"], seen["lock"]["automatic"], seen["lock"]["run"]) == ("locked", True, "2025-0001")
    assert lock_what_is_due(ward.settings, LOCKS + timedelta(days=1)) == {"locked": {"2025": None}}


def test_owners_are_reminded_in_the_letter(ward: Resources) -> None:
    with ward.database.read() as connection:
        lines = reminder_sentences(connection, ward.settings, datetime(2026, 1, 12, tzinfo=UTC))
        early = reminder_sentences(connection, ward.settings, AT - timedelta(days=30))
    assert not [line for line in early if "tự chấm, ghi chú" in line], "of the cycle only when its day is near"
    assert any("hạn 15/01/2026, còn 3 ngày" in line for line in lines)


def test_what_is_not_there_is_told(ward: Resources) -> None:
    with pytest.raises(AlreadyOpen):
        open_period(ward, "2025", DAYS, Wish("open", "x", "test", AT))
    with pytest.raises(NoCycle):
        cycle_seen(ward, "2024", AT)
    with pytest.raises(NoSuchDocument):
        do(ward, "fill", "1.1.1", note="x", evidence=[{"name": "không có.pdf"}])
    with pytest.raises(BadDeed, match="chỉ hệ thống"):
        do(ward, "lock_at_deadline")


def evidence_of(ward: Resources, component: str) -> list[str]:
    with ward.database.read() as connection:
        score = run_of(connection, score_now(ward))["score"]
    return [proof["name"] for item in score["components"] if item["id"] == component for proof in item["evidence"]]


def test_documents_named_in_the_cycle_prove_the_component_until_they_are_taken_back(ward: Resources) -> None:
    assert evidence_of(ward, "1.1.1") == []
    do(ward, "fill", "1.1.1", note="đã ban hành", evidence=PROOF)
    assert evidence_of(ward, "1.1.1") == ["ke-hoach.pdf"]
    with ward.database.read() as connection:
        (linked,) = links_of(connection, ward.settings.unit)
    assert (linked.section, linked.pages) == ("II", "3")
    do(ward, "fill", "1.1.1", note="tệp khác")
    assert evidence_of(ward, "1.1.1") == []


def test_a_year_without_a_score_is_locked_with_its_first_one_and_nothing_is_refused_meanwhile(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, period="2025")
    with open_resources(settings) as resources:
        open_period(resources, "2025", DAYS, Wish("open", "Sở Nội vụ", "test", AT))
        assert lock_what_is_due(settings, LOCKS) == {"locked": {"2025": None}}
        act(resources, "2025", Wish("begin", "chị Hoa", "test", LOCKS))
        first = score_now(resources)
        assert lock_what_is_due(settings, LOCKS) == {"locked": {"2025": "lock_at_deadline"}}
        lock = cycle_seen(resources, "2025", LOCKS)["lock"]
    assert (lock["run"], lock["automatic"]) == (first, True)


def test_an_appraiser_enters_numbers_anew_and_the_rule_gives_the_points(ward: Resources) -> None:
    do(ward, "approve")
    do(ward, "lock", sheet="ke-hoach.pdf")
    do(ward, "begin_appraisal")
    assert {one["key"] for one in inputs_of_entry(ward, "2025", "1.1.2")} == {"tasks_planned", "tasks_done"}
    numbers = {"value.tasks_planned": "20", "value.tasks_done": "18"}
    with pytest.raises(BadDeed, match="được 1,80 điểm, khác điểm đã ghi"):
        appraise(ward, **numbers, points="2,00")
    with pytest.raises(BadAssumption, match="không có khóa"):
        appraise(ward, **{"value.late": "3"})
    with pytest.raises(BadDeed, match="chưa tính được điểm"):
        appraise(ward, **{"value.tasks_done": "18"})
    seen = appraise(ward, **numbers, deducted="0,30")
    entry = row(seen, "1.1.2")["entry"]["appraisal_1"]
    assert (entry["points"], entry["deducted"], row(seen, "1.1.2")["appraisal_1"]) == ("1.80", "0.30", "1.50")
    assert entry["values"] == {"tasks_planned": "20", "tasks_done": "18"} and "18" in entry["because"]
    assert all(name != key and " " in name for key, name in entry["names"].items())
    assert entry["names"].keys() == entry["values"].keys()


def appraise(ward: Resources, **said: str) -> dict[str, Any]:
    return act(ward, "2025", Wish("appraise", "Sở Nội vụ", "test", AT, "1.1.2", said))


def test_days_of_components_and_of_tasks_are_reminded_of(ward: Resources) -> None:
    tracker: list[object] = [
        "Mã nhiệm vụ",
        "Nội dung nhiệm vụ",
        "Nguồn giao",
        "Đơn vị thực hiện",
        "Hạn hoàn thành",
        "Tình trạng",
    ]
    near: list[object] = ["NV-01", "Niêm yết thủ tục", "Kế hoạch CCHC", "Văn phòng", "30/12/2025", "Đang thực hiện"]
    far: list[object] = ["NV-02", "Tập huấn", "Kế hoạch CCHC", "Văn phòng", "30/01/2026", "Đang thực hiện"]
    file = ward.settings.home / "nhiem-vu.xlsx"
    xlsx(file, [["Theo dõi nhiệm vụ năm 2025"], tracker, near, far])
    import_file(ward.settings, file, profile="", dry_run=False, at=AT)
    with ward.database.read() as connection:
        due = [one for _, one in reminders_due(connection, ward.settings, datetime(2025, 12, 28, 3, tzinfo=UTC))]
    tasks = [one for one in due if one["what"] == "hoàn thành nhiệm vụ được giao"]
    assert [(one["office"], one["components"], one["days_left"]) for one in tasks] == [("Văn phòng", ["NV-01"], 2)]
    owed = [name for one in due if one["what"] == "nộp số liệu, tài liệu kiểm chứng" for name in one["components"]]
    assert "1.1.2" in owed and "1.1.1" not in owed, "1.1.1 was due in January"
