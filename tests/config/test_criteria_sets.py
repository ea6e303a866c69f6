"""Criteria sets: the proposed set is whole, and a bad set is refused with all its faults at once."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from config.criteria_inputs import MeasureShape
from config.criteria_rules import RULE_KINDS
from config.criteria_sets import FOLDER, BadCriteriaSet, known_sets, load_cases, load_criteria_set, read_criteria_set
from scoring import MEASURES

TEXT = (Path(__file__).parents[2] / "config/criteria/phuong-de-xuat/2025.1.yaml").read_text(encoding="utf-8")


def faults_of(text: str, measures: Mapping[str, MeasureShape] | None = None) -> list[str]:
    with pytest.raises(BadCriteriaSet) as refused:
        read_criteria_set(text, file="bo.yaml", measures=measures)
    return [f"{fault.line}: {fault.what}" for fault in refused.value.faults]


def line_of(text: str, fragment: str) -> int:
    return text[: text.index(fragment)].count("\n") + 1


def test_the_proposed_set_has_sixty_components_that_add_up_to_a_hundred() -> None:
    loaded = load_criteria_set()

    assert [domain.max_points for domain in loaded.domains] == [Decimal(n) for n in (10, 6, 24, 7, 11, 9, 17, 16)]
    assert len(list(loaded.components())) == 60
    assert sum(component.max_points for component in loaded.components()) == 100


def test_a_released_version_is_never_changed() -> None:
    """One line in SHA256SUMS for each version; whoever needs other rules writes a new version."""
    released = dict(reversed(line.split()) for line in (FOLDER / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    brought = [reference.replace("@", "/") + ".yaml" for reference in known_sets()]

    assert sorted(released) == brought
    for name, known in released.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == known, name


def test_only_the_two_surveys_are_not_self_scored() -> None:
    surveyed = [component for component in load_criteria_set().components() if component.rule.kind == "survey"]

    assert [component.id for component in surveyed] == ["8.1.1", "8.2.1"]
    assert sum(component.max_points for component in surveyed) == 12


def test_the_proposed_set_says_that_it_is_no_official_table() -> None:
    loaded = load_criteria_set()

    assert loaded.provenance == "proposal"
    assert "KHÔNG phải bảng điểm chính thức" in loaded.notice
    assert {component.legal_reference.provenance for component in loaded.components()} == {"proposal", "indicator"}


def test_every_rule_kind_of_the_proposed_set_is_known() -> None:
    kinds = Counter(component.rule.kind for component in load_criteria_set().components())

    assert set(kinds) <= RULE_KINDS
    assert kinds["share"] >= 10


def test_the_plain_form_is_json_with_decimals_as_text() -> None:
    plain = load_criteria_set().plain()

    again = json.loads(json.dumps(plain))
    on_time = again["domains"][2]["criteria"][2]["components"][1]
    assert again == plain
    assert on_time["max_points"] == "4.00"
    assert on_time["rule"] == {"kind": "tiered", "full_when_missed_below": "0.01", "floor": "0.95"}


def test_all_faults_of_a_set_are_told_at_once_with_line_and_component() -> None:
    text = (
        TEXT.replace('max_points: "4.00"', 'max_points: "4.50"', 1)
        .replace("kind: checklist", "kind: chekclist")
        .replace('floor: "0.70"', "floor: 0.70", 1)
        .replace("responsible: Văn phòng HĐND và UBND", "responsibel: Văn phòng", 1)
    )

    told = faults_of(text)

    assert any(f"{line_of(text, 'chekclist')}: 7.5.1" in fault and "chekclist" in fault for fault in told)
    assert any(fault.startswith(f"{line_of(text, 'floor: 0.70')}: 1.3.2") for fault in told)
    assert any("responsibel" in fault and "không có mục tên này" in fault for fault in told)
    assert any("3.3" in fault and "7.50" in fault and "8.00" in fault for fault in told)
    assert len(told) == 5


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('from: "0.30"', 'from: "0.60"', "giảm dần"),
        ('from: "0.30"', 'from: "0.50"', "không trùng nhau"),
        ('{from: "0.50", points: "1.00"}', '{from: "0.50", points: "0.80"}', "phải bằng điểm tối đa"),
        ('late: "0.50"', 'late: "1.50"', "lớn hơn khi đúng hạn"),
        ('on_time: "1.00", late: "0.50"', 'on_time: "0.90", late: "0.50"', "các phần cộng lại"),
        ("done: tasks_done,", "done: tasks_finished,", "'tasks_finished', nhưng declared không có"),
        ('kind: floor_share, floor: "0.80", done: tasks_done, total: tasks_planned', "kind: share", "done và total"),
        ('floor: "0.95"}\n      measure: on_time', 'floor: "0.995"}\n      measure: on_time', "thấp hơn mốc đủ điểm"),
        ('id: "1.1.2"', 'id: "1.1.1"', "mã này đã dùng"),
        ('id: "1.1.2"', 'id: "1.2.2"', "bắt đầu bằng mã cấp trên 1.1."),
        ('each: "0.25"}\n      declared', 'each: "9.00"}\n      declared', "mức trừ 9.00"),
        ("effective_to: 2025-12-31", "effective_to: 2024-12-31", "trước khi có hiệu lực"),
        ('not_self_scored: "12.00"', 'not_self_scored: "10.00"', "cộng lại 12"),
        ('max_points: "100.00"', 'max_points: "90.00"', "cộng lại 100"),
        (
            "label: Ngày ban hành Kế hoạch CCHC năm, type: date",
            "label: Ngày ban hành, type: count",
            "phải có type date",
        ),
        ("no_cases: no_score", "no_cases: nothing", "chỉ nhận"),
        ("due: 2025-01-31, on_time", "due: hôm qua, on_time", "due"),
    ],
)
def test_a_broken_rule_is_named(old: str, new: str, said: str) -> None:
    assert old in TEXT

    assert any(said in fault for fault in faults_of(TEXT.replace(old, new, 1)))


def test_an_unknown_measure_is_named_where_the_measures_are_given() -> None:
    told = faults_of(TEXT, measures={"on_time_share": MEASURES["on_time_share"]})

    assert any("apology_share" in fault and fault.startswith(f"{line_of(TEXT, 'measure: apology')}:") for fault in told)


def test_anchors_that_could_build_endless_structures_are_refused() -> None:
    told = faults_of("a: &a [*a]\n")

    assert set(told) == {"1: không nhận dấu & hoặc * của YAML; hãy viết lại giá trị ở từng chỗ"}


def test_tags_that_would_run_code_are_refused() -> None:
    assert "không đọc được YAML" in faults_of("id: !!python/object/apply:os.system ['true']\n")[0]


def test_a_key_written_twice_is_refused() -> None:
    assert faults_of("id: a\nid: b\n") == ["2: khóa 'id' ghi hai lần"]


@pytest.mark.parametrize("text", ["", "[]", "1", "id: [", "domains: 5\n", "domains: [1, [2]]\n", "\x00"])
def test_text_that_is_no_set_is_refused_without_a_crash(text: str) -> None:
    assert faults_of(text)


@pytest.mark.parametrize("reference", ["khong-co@1", "../criteria/phuong-de-xuat@2025.1", "phuong-de-xuat", "@"])
def test_a_set_that_is_not_there_is_answered_with_those_that_are(reference: str) -> None:
    with pytest.raises(BadCriteriaSet, match=r"hiện có: phuong-de-xuat@2025\.1"):
        load_criteria_set(reference)


def test_a_file_under_another_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "da-nang").mkdir()
    (tmp_path / "da-nang" / "2026.1.yaml").write_text(TEXT, encoding="utf-8")

    with pytest.raises(BadCriteriaSet, match="hai tên phải như nhau"):
        load_criteria_set("da-nang@2026.1", tmp_path)
    assert known_sets(tmp_path) == ["da-nang@2026.1"]


def test_a_wrong_case_file_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "1.cases.yaml").write_text('"1.1.1":\n- {name: short, given: {}, expect: {}}\n', encoding="utf-8")

    with pytest.raises(BadCriteriaSet, match=r"1\.cases\.yaml:2: 1\.1\.1"):
        load_cases("x@1", tmp_path)
