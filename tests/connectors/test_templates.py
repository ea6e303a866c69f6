"""Each template is recognised by the profile it was made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.export_profiles import YEARLY
from connectors.errors import AskPerson
from connectors.exports import read_export_here
from connectors.exports.templates import template_names, template_workbook, templates


@pytest.mark.parametrize("name", template_names())
def test_a_template_reads_as_its_own_layout_and_is_the_same_each_time(name: str, tmp_path: Path) -> None:
    content = template_workbook(name)
    assert content == template_workbook(name)
    (tmp_path / "mau.xlsx").write_bytes(content)
    export = read_export_here(tmp_path / "mau.xlsx")
    assert (export.profile, len(export.rows), export.rejected) == (name, 0, ())


@pytest.mark.parametrize("name", [profile.id for profile in templates() if profile.kind in YEARLY])
def test_the_template_of_a_yearly_table_names_its_year_or_asks_for_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    read = []
    for year in (2025, None):
        path.write_bytes(template_workbook(name, year))
        read.append(read_export_here(path))
    assert [export.year for export in read] == [2025, None]
    assert {export.profile for export in read} == {name}


def test_the_inputs_of_officials_have_templates() -> None:
    assert {"khai-bao-so-lieu", "phan-anh-kien-nghi", "ket-qua-khao-sat"} <= set(template_names())


def test_an_unknown_template_lists_those_there_are() -> None:
    with pytest.raises(AskPerson, match="khai-bao-so-lieu"):
        template_workbook("xyz")
