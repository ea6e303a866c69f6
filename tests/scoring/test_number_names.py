"""Every number of a measure has a Vietnamese name, so that no page shows a key."""

from __future__ import annotations

import pytest

from scoring import MEASURES
from scoring.number_names import number_names
from scoring.what_if import assumable
from tests.scoring.wards import CRITERIA

ENTRIES = {c["id"]: c for d in CRITERIA["domains"] for k in d["criteria"] for c in k["components"]}


@pytest.mark.parametrize("component", sorted(assumable(CRITERIA)))
def test_every_number_that_can_be_assumed_or_entered_anew_has_a_name(component: str) -> None:
    entry = ENTRIES[component]
    named = number_names(entry.get("measure")) | {item["key"]: item["label"] for item in entry.get("declared", ())}

    assert set(assumable(CRITERIA)[component]) <= named.keys()
    assert all(name[0].isupper() or name[0].isdigit() for name in named.values())


def test_the_name_tells_what_is_counted() -> None:
    assert number_names("papers_digitised_share") == {
        "received": "Tổng số hồ sơ đã tiếp nhận",
        "digitised": "Số hồ sơ đã số hóa thành phần",
    }
    assert number_names("on_time_share")["late"] == "Số hồ sơ trễ hạn"
    assert number_names(None) == {}
    assert all(number_names(name) for name in MEASURES)
