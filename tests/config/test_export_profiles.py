"""The profiles are data: every one of them is checked, and a broken one says what is wrong with it."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path

import pytest

from config.export_profiles import FIELDS, FOLDER, BadProfile, Deadline, load_profiles, load_vocabulary
from scoring.engine.facts import DeclaredValue, Dossier, Petition, SurveyResult
from scoring.registers import ANSWERS


def test_profiles_fill_the_fields_of_the_facts_and_no_others() -> None:
    kinds = {"dossiers": Dossier, "petitions": Petition, "survey": SurveyResult, "declared": DeclaredValue}
    for kind, facts in kinds.items():
        names = {field.name for field in dataclasses.fields(facts)}
        own = {"declared": {"section", "pages"}, "survey": set(ANSWERS)}.get(kind, set())
        assert FIELDS[kind] - own == names, kind


def test_built_in_profiles_load_and_name_their_file() -> None:
    assert {profile.id for profile in load_profiles()} == {
        file.stem for file in FOLDER.glob("*.yaml") if file.name != "vocabulary.yaml"
    }


def test_every_status_of_the_national_message_has_words() -> None:
    assert set(load_vocabulary()["status"]) == set(range(1, 11))


@pytest.mark.parametrize("table", load_vocabulary())
def test_no_word_of_a_table_means_two_things(table: str) -> None:
    words = [word.casefold() for meanings in load_vocabulary()[table].values() for word in meanings]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{header: A, field: colour, as: text}", "không có mục 'colour'"),
        ("{header: A, as: choice}", "phải có words"),
        ("{header: A, as: choice, words: colours}", "không có bảng từ colours"),
        ("{header: A, field: code, as: text}", "mục 'code' có ở 2 cột"),
        ("{header: A, as: guess}", "guess"),
    ],
)
def test_a_broken_profile_is_refused_with_its_fault(line: str, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "thu.yaml").write_text(
        "id: thu-nghiem\nname: Thử\nkind: dossiers\nkey: [code]\n"
        f"columns:\n  - {{header: Mã hồ sơ, field: code, as: dossier_code, required: true}}\n  - {line}\n",
        encoding="utf-8",
    )
    with pytest.raises(BadProfile, match=re.escape(complaint)) as caught:
        load_profiles(tmp_path)
    assert "thu.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("every", "day", "today", "due"),
    [
        ("month", 5, date(2026, 3, 20), date(2026, 3, 5)),
        ("month", 5, date(2026, 3, 4), date(2026, 2, 5)),
        ("quarter", 10, date(2026, 3, 20), date(2026, 1, 10)),
        ("quarter", 10, date(2026, 4, 9), date(2026, 1, 10)),
        ("year", 15, date(2026, 1, 14), date(2025, 1, 15)),
    ],
)
def test_a_list_was_due_last_on_a_day_of_its_rhythm(every: str, day: int, today: date, due: date) -> None:
    assert Deadline.model_validate({"every": every, "day": day}).last_before(today) == due


def test_an_owner_without_provenance_is_refused(tmp_path: Path) -> None:
    text = (FOLDER / "ngan-sach.yaml").read_text(encoding="utf-8").replace("provenance: proposal\n", "")
    (tmp_path / "ngan-sach.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadProfile, match="provenance"):
        load_profiles(tmp_path)
