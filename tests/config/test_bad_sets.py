"""Every kind of bad criteria set is refused with file, line and component, and nothing of it is ever run."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.criteria_sets import FOLDER, BadCriteriaSet, component_lines, read_criteria_set
from config.settings import load_settings
from flows.scores.criteria_forms import checked
from scoring import MEASURES

TEXT = (FOLDER / "phuong-de-xuat" / "2025.1.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "component", "said"),
    [
        pytest.param("measure: apology_share", "measure: apology", "3.3.3", "không có phép đo", id="unknown measure"),
        pytest.param('max_points: "4.00"', 'max_points: "4.50"', "3.3", "cộng lại 8.00", id="wrong sums"),
        pytest.param('from: "0.30"', 'from: "0.50"', "1.3.1", "không trùng nhau", id="overlapping steps"),
        pytest.param(
            'from: "0.50", points: "1.00"', 'points: "1.00"', "1.3.1", "from: thiếu", id="step without border"
        ),
        pytest.param('"0.01", floor: "0.95"}', '"0.01"}', "3.3.2", "floor: thiếu", id="tiers without floor"),
        pytest.param('floor: "0.95"', 'floor: "1.95"', "3.3.1", "không quá 1", id="share above one"),
        pytest.param('each: "0.25"', 'each: "-0.25"', "1.6.1", "số thập phân", id="negative points"),
        pytest.param("deadline: 2025-", "deadline: 2025-13-", "1.1.1", "phải là ngày", id="a day that is none"),
        pytest.param('id: "1.1.1"', 'id: &me "1.1.1"', "1.1.1", "không nhận dấu &", id="anchor"),
        pytest.param('label: "', 'label: !!python/name:os.system "', "1.", "không đọc được YAML", id="tag"),
    ],
)
def test_each_fault_names_file_line_and_component(old: str, new: str, component: str, said: str) -> None:
    assert old in TEXT
    broken = TEXT.replace(old, new, 1)

    with pytest.raises(BadCriteriaSet) as refused:
        read_criteria_set(broken, file="bo.yaml", measures=MEASURES)

    told = str(refused.value).splitlines()[1:-1]
    assert any(line.startswith("bo.yaml:") and component in line and said in line for line in told), told
    assert all(1 <= fault.line <= broken.count("\n") + 1 for fault in refused.value.faults)


def test_a_set_that_contains_itself_is_refused_where_it_does() -> None:
    circle = TEXT.replace('id: "1.1.1"', 'again: *whole\n      id: "1.1.1"', 1).replace(
        "domains:", "domains: &whole", 1
    )

    with pytest.raises(BadCriteriaSet, match="không nhận dấu & hoặc"):
        read_criteria_set(circle, file="bo.yaml", measures=MEASURES)


def test_branches_inside_branches_are_refused() -> None:
    start = TEXT.index("rule:", TEXT.index('id: "1.7.1"'))
    rest = TEXT[TEXT.index("\n", start) :]
    inner = "{kind: branches, choice: other, branches: []}"
    rule = f"rule: {{kind: branches, choice: chosen, branches: [{{id: first, label: Nhánh một, rule: {inner}}}]}}"

    with pytest.raises(BadCriteriaSet) as refused:
        read_criteria_set(TEXT[:start] + rule + rest, file="bo.yaml", measures=MEASURES)

    line = TEXT[:start].count("\n") + 1
    assert any(told.startswith(f"bo.yaml:{line}: 1.7.1: ") for told in str(refused.value).splitlines())
    assert "không có loại quy tắc 'branches'" in str(refused.value)


def test_a_tag_that_would_write_a_file_writes_none(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    call = f"!!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ['{trace}']]"

    with pytest.raises(BadCriteriaSet):
        read_criteria_set(f"id: {call}\n{TEXT}", file="bo.yaml", measures=MEASURES)

    assert not trace.exists()


def test_a_border_that_no_case_touches_is_told_with_file_line_and_component(tmp_path: Path) -> None:
    file = tmp_path / "phuong-de-xuat" / "2025.1.yaml"
    file.parent.mkdir()
    file.write_text(TEXT, encoding="utf-8")

    told = checked(load_settings({"PAR_HOME": str(tmp_path)}, folder=tmp_path), str(file))

    line = component_lines(TEXT)["3.3.2"]
    assert f"{file}:{line}: 3.3.2: chưa có ca thử nào cho đúng mốc 0.95" in told["uncovered_borders"]
