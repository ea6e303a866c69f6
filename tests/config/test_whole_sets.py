"""What a set keeps as a whole: its total, points outside the 100, points shared out, and its way through Excel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from config.criteria_form import BadForm, set_of_form
from config.criteria_form_filled import form_of
from config.criteria_sets import BadCriteriaSet, read_criteria_set
from config.settings import Settings, load_settings
from connectors.exports.plain_tables import plain_tables
from flows.scores.criteria_forms import VersionTaken, checked, take_form
from reports.criteria_form import criteria_form
from scoring import MEASURES, compare_sets
from tests.scoring.small_sets import REFERENCE, entry, set_text, small_set

SHARE = {"kind": "share", "done": "done", "total": "total"}
KEYS = {"done": "count", "total": "count"}
BRANCHES = {
    "kind": "branches",
    "choice": "chosen",
    "branches": [
        {"id": "full", "label": "Đạt đủ", "points": "2.00"},
        {"id": "part", "label": "Một phần", "rule": SHARE},
    ],
}


def outside(*items: dict[str, Any], enabled: bool = True) -> dict[str, Any]:
    return {"outside_100": {"enabled": enabled, "bonus_cap": "3.00", "penalty_cap": "2.00", "items": list(items)}}


def bonus(name: str = "9.1.1", key: str = "prizes", kind: str = "bonus", declared: str = "") -> dict[str, Any]:
    asked = [{"key": declared or key, "label": "Số trường hợp", "type": "count"}]
    rule = {"kind": kind, "count": key, "each": "0.50"}
    return {"id": name, "name": "Sáng kiến cấp thành phố", "rule": rule, "declared": asked}


def refused(*entries: dict[str, Any], **head: Any) -> str:
    with pytest.raises(BadCriteriaSet) as caught:
        small_set(*entries, **head)
    return str(caught.value)


def test_a_total_that_is_not_a_hundred_needs_its_basis() -> None:
    told = refused(entry(SHARE, "98.00", declared=KEYS), other_total=None)

    assert "bộ tiêu chí: tổng 98.00 điểm, phải là 100; nếu văn bản quy định tổng khác thì ghi căn cứ" in told
    assert small_set(entry(SHARE, "98.00", declared=KEYS))["max_points"] == "98.00"


def test_a_hundred_has_no_basis_for_another_total() -> None:
    plain = yaml.safe_load(set_text(entry(SHARE, "100.00", declared=KEYS))) | {"other_total": REFERENCE}

    with pytest.raises(BadCriteriaSet, match="tổng là 100 thì không ghi other_total"):
        read_criteria_set(yaml.safe_dump(plain, allow_unicode=True), file="bo.yaml")


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([bonus(declared="other")], "9.1.1: dùng 'prizes', nhưng declared không có khóa này"),
        ([bonus(declared="other")], "9.1.1: khai 'other', nhưng quy tắc không dùng đến"),
        ([bonus(), bonus()], "9.1.1: mã này đã dùng ở chỗ khác"),
        ([bonus("1.1.1")], "1.1.1: mã này đã dùng ở chỗ khác"),
        ([bonus() | {"rule": {"kind": "bonus", "count": "prizes", "each": "0.00"}}], "phải lớn hơn 0"),
    ],
)
def test_points_outside_the_hundred_are_judged(items: list[dict[str, Any]], said: str) -> None:
    assert said in refused(entry(SHARE, declared=KEYS), **outside(*items))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"no_cases": "redistribute"}, "phải đi cùng nhau"),
        ({"redistribute_to": ["1.1.2"]}, "phải đi cùng nhau"),
        ({"no_cases": "redistribute", "redistribute_to": ["1.1.1"]}, "không chia điểm cho '1.1.1' được"),
        ({"no_cases": "redistribute", "redistribute_to": ["7.7.7"]}, "không chia điểm cho '7.7.7' được"),
        ({"no_cases": "redistribute", "redistribute_to": ["1.1.2", "1.1.2"]}, "ghi một lần"),
        ({"no_cases": "redistribute", "redistribute_to": ["1.1.3"]}, "không chia điểm cho '1.1.3' được"),
    ],
)
def test_points_are_shared_out_to_components_that_can_have_them(fields: dict[str, Any], said: str) -> None:
    others = entry(SHARE, declared=KEYS), entry({"kind": "survey"})

    told = refused(entry(SHARE, declared=KEYS, **fields), *others)

    assert any(": 1.1.1: " in line and said in line for line in told.splitlines()), told


def test_a_version_cannot_be_named_like_a_file_of_cases() -> None:
    assert "không được kết thúc bằng .cases" in refused(entry(SHARE, declared=KEYS), version="2026.cases")


RICH = (
    entry(SHARE, "3.00", declared=KEYS, no_cases="redistribute", redistribute_to=["1.1.2", "1.1.3"]),
    entry(BRANCHES, declared={"chosen": "choice", **KEYS}),
    entry({"kind": "capped_share", "full_from": "0.80"}, measure="online_share"),
)


def rich(**head: Any) -> dict[str, Any]:
    return small_set(*RICH, **{**outside(bonus(), bonus("9.2.1", "warnings", "penalty")), **head})


def workbook(tmp_path: Path, plain: dict[str, Any], name: str = "bo.xlsx") -> Path:
    file = tmp_path / name
    file.write_bytes(criteria_form(form_of(plain), kinds=["share"]))
    return file


def test_everything_a_set_can_say_goes_through_the_excel_form(tmp_path: Path) -> None:
    file = workbook(tmp_path, rich())

    found, _ = set_of_form(plain_tables(file), file=file.name, measures=MEASURES)

    assert found.plain() == rich()


def test_an_unknown_measure_is_told_by_its_cell(tmp_path: Path) -> None:
    sheets = dict(plain_tables(workbook(tmp_path, rich())))
    sheets["Bảng điểm"] = [
        [cell if cell != "online_share" else "online" for cell in row] for row in sheets["Bảng điểm"]
    ]

    with pytest.raises(BadForm, match=r"Bảng điểm!E6: 1\.1\.3: không có phép đo 'online'"):
        set_of_form(sheets, file="bo.xlsx", measures=MEASURES)


def test_a_fault_outside_the_hundred_is_told_by_its_cell(tmp_path: Path) -> None:
    sheets = dict(plain_tables(workbook(tmp_path, rich())))
    name = "Điểm thưởng, điểm trừ"
    sheets[name] = [[str(cell).replace("prizes | ", "prize | ") for cell in row] for row in sheets[name]]

    with pytest.raises(BadForm, match=rf"{name}!C2: 9\.1\.1: dùng 'prizes', nhưng declared không có khóa này"):
        set_of_form(sheets, file="bo.xlsx", measures=MEASURES)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"PAR_HOME": str(tmp_path / "home")}, folder=tmp_path)


def test_a_set_that_came_from_excel_is_checked_with_the_lines_of_its_components(
    settings: Settings, tmp_path: Path
) -> None:
    taken = take_form(settings, workbook(tmp_path, rich()))

    told = checked(settings, taken.reference)

    assert told["ok"]
    assert told["uncovered_borders"]
    lines = taken.path.read_text(encoding="utf-8").splitlines()
    for border in told["uncovered_borders"]:
        _, line, component, _ = border.split(":", 3)
        assert component.strip() in lines[int(line) - 1]


def test_a_second_set_of_the_same_version_leaves_the_first_as_it_was(settings: Settings, tmp_path: Path) -> None:
    taken = take_form(settings, workbook(tmp_path, rich()))
    kept = taken.path.read_bytes()

    with pytest.raises(VersionTaken):
        take_form(settings, workbook(tmp_path, rich(title="Bộ tiêu chí khác hẳn"), "b.xlsx"))

    assert taken.path.read_bytes() == kept
    assert [path.name for path in taken.path.parent.iterdir()] == ["1.yaml"]


def test_an_import_that_dies_while_writing_leaves_nothing_behind(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        take_form(settings, workbook(tmp_path, rich()))
    monkeypatch.undo()

    assert take_form(settings, workbook(tmp_path, rich())).new


def test_a_difference_above_and_beside_the_components_is_told() -> None:
    before = rich()
    after = rich(
        title="Bộ tiêu chí của thành phố",
        effective_to="2026-12-31",
        evidence_period={"days_before": 30, "days_after": 31, "legal_reference": REFERENCE},
        **outside(bonus() | {"rule": {"kind": "bonus", "count": "prizes", "each": "1.00"}}, enabled=False),
    )
    after["domains"][0]["name"] = "Lĩnh vực có tên khác"
    after["domains"][0]["criteria"][0]["components"][0]["redistribute_to"] = ["1.1.2"]

    changes = {(change.component, change.field): change for change in compare_sets(before, after)}

    assert set(changes) == {
        ("", "title"), ("", "effective_to"), ("", "evidence_period"), ("", "enabled"),
        ("1", "name"), ("1.1.1", "redistribute_to"), ("9.1.1", "rule"), ("9.2.1", "removed"),
    }  # fmt: skip
    moving = {place for place, change in changes.items() if change.changes_points}
    assert moving == set(changes) - {("", "title"), ("", "effective_to"), ("1", "name")}
    assert changes["", "enabled"].what == "ngoài thang 100: việc chấm điểm thưởng, điểm trừ đổi từ có thành không"


def test_a_set_beside_itself_has_no_difference() -> None:
    assert compare_sets(rich(), rich()) == ()
