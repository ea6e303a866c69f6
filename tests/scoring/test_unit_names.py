"""Merged units and offices with several names."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from config.unit_names import BadUnits, load_units
from scoring.engine.facts import Facts, UnitName, from_plain, to_plain
from scoring.engine.places import resolved_elsewhere, unit_of
from scoring.unit_names import office_name, unit_names
from tests.scoring.wards import component, declared, dossier, scored

UNITS = load_units()
NAMES = unit_names(UNITS.mergers)


@pytest.mark.parametrize(
    ("office", "unit"),
    [
        ("UBND phường Cẩm Châu", "hoi-an-dong"),
        ("UBND xã Cẩm Thanh", "hoi-an-dong"),
        ("Bộ phận Một cửa phường Cẩm Phô, thành phố Hội An", "hoi-an"),
        ("Trung tâm Phục vụ hành chính công phường Hải Châu", "hai-chau"),
        ("Công an phường Hội An Đông", "hoi-an-dong"),
        ("Phòng Nội vụ", None),
        (None, None),
    ],
)
def test_an_office_belongs_to_the_unit_that_answers_for_it_today(office: str | None, unit: str | None) -> None:
    assert unit_of(office, NAMES) == unit


def test_units_that_name_each_other_in_a_circle_end() -> None:
    day = date(2025, 7, 1)
    circle = (UnitName(former="a", unit="b", since=day), UnitName(former="b", unit="a", since=day))

    assert unit_of("phường A", circle) in {"a", "b"}


def test_a_former_ward_of_this_unit_is_not_elsewhere() -> None:
    ward = [dossier(1, resolving_unit=office) for office in ("UBND phường Hội An Đông", "UBND phường Cửa Đại")]

    assert resolved_elsewhere(ward, "hoi-an-dong") == {"UBND phường Cửa Đại": 1}
    assert resolved_elsewhere(ward, "hoi-an-dong", NAMES) == {}


def test_dossiers_of_another_unit_are_left_out_of_the_score_and_told() -> None:
    offices = ("Phòng Kinh tế phường Hội An Đông", "UBND phường Cẩm Châu", "UBND phường Hải Châu")
    ward = tuple(dossier(n, late=n == 3, resolving_unit=office) for n, office in enumerate(offices, start=1))
    paper = declared("3.3.1", paper_register_count=3)

    plain = scored(Facts(dossiers=ward, units=NAMES, declared=paper))

    counted = component(plain, "3.3.2")
    assert (counted["numbers"]["finished"], counted["numbers"]["late"], counted["points"]) == (2, 0, "4.00")
    assert counted["warnings"] == [
        "1 hồ sơ do nơi khác giải quyết, không được tính (UBND phường Hải Châu: 1): H17.1-250901-0003."
    ]
    registers = [item for item in plain["components"] if item["measure"] == "register_match_share"]
    assert all(item["numbers"]["imported"] == 3 for item in registers), "the desk's register holds them, too"


def test_a_merger_of_a_later_year_changes_nothing_before_it() -> None:
    ward = tuple(dossier(n, resolving_unit=o) for n, o in ((1, "phường Hội An Đông"), (2, "phường Cẩm Châu")))
    later = tuple(dataclasses.replace(name, since=date(2026, 7, 1)) for name in NAMES)

    assert component(scored(Facts(dossiers=ward, units=NAMES)), "3.3.2")["numbers"]["finished"] == 2
    assert component(scored(Facts(dossiers=ward, units=later)), "3.3.2")["numbers"]["finished"] == 1


def test_the_names_travel_with_the_facts() -> None:
    facts = Facts(units=NAMES)

    assert from_plain(Facts, to_plain(facts)) == facts


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bộ phận Một cửa phường Hội An Đông", "Trung tâm Phục vụ hành chính công phường Hội An Đông"),
        ("Trung tâm Phục vụ Hành chính công phường A", "Trung tâm Phục vụ hành chính công phường A"),
        ("BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ", "Trung tâm Phục vụ hành chính công"),
        ("TTPVHCCX", "TTPVHCCX"),
        ("Phòng Văn hóa - Xã hội", "Phòng Văn hóa - Xã hội"),
    ],
)
def test_one_office_has_one_name(text: str, name: str) -> None:
    assert office_name(text, UNITS.offices) == name


def test_a_ward_that_went_to_two_units_on_one_day_is_refused(tmp_path: Path) -> None:
    merger = "{unit: %s, name: N, since: 2025-07-01, former: [Phường A], source: s, provenance: reported}"
    (tmp_path / "x.yaml").write_text(f"mergers:\n- {merger % 'mot'}\n- {merger % 'hai'}\n", encoding="utf-8")

    with pytest.raises(BadUnits, match="Phường A"):
        load_units(tmp_path)
