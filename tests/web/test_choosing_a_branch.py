"""A scorer chooses a branch on the page of declared values, and the score follows the choice."""

from __future__ import annotations

from typing import Any

from config.settings import Settings
from flows.resources import open_resources
from flows.scores import scoring
from tests.scoring.small_sets import entry, set_text
from tests.web.wards import NOW, OWN, PERIOD, Town, visiting

RULE: dict[str, Any] = {
    "kind": "branches",
    "choice": "way",
    "branches": [
        {"id": "whole", "label": "Đã ban hành đủ", "points": "2.00"},
        {"id": "by_share", "label": "Tính theo tỷ lệ", "rule": {"kind": "share", "done": "done", "total": "total"}},
    ],
}
PAGE = f"/p/{OWN}/{PERIOD}/tieu-chi/1.1.1/khai"


def score_by_it(settings: Settings) -> dict[str, Any]:
    """The component as it is scored by the set with branches, which is then the run that stands."""
    own = settings.model_copy(update={"criteria": "bo-thu@1", "unit": OWN})
    question = scoring.Question(PERIOD, own.local_day(NOW), own.criteria, own.on_time_rule)
    with open_resources(own) as resources:
        answer = scoring.compute(resources, question)
        scoring.record(resources, answer, who="test", at=NOW)
    found: dict[str, Any] = answer.score["components"][0]
    return found


def test_the_branch_that_was_chosen_on_the_page_decides_the_points(own_town: Town) -> None:
    file = own_town.settings.criteria_folder / "bo-thu" / "1.yaml"
    file.parent.mkdir(parents=True)
    declared = {"way": "choice", "done": "count", "total": "count"}
    file.write_text(set_text(entry(RULE, declared=declared)), encoding="utf-8")
    assert score_by_it(own_town.settings)["state"] == "no_data"

    with visiting(own_town, "coordinator") as client:
        form = client.get(PAGE).text
        version = form.split('name="version" value="')[1].split('"')[0]
        said = {"v.way": "by_share", "v.done": "3", "v.total": "4", "explanation": "theo sổ", "source": "sổ"}
        answer = client.post(PAGE, data=said | {"version": version, "owner": "Văn phòng"})
        again = client.get(PAGE).text

    assert '<option value="whole">Đã ban hành đủ</option>' in form
    assert answer.status_code == 303
    assert '<option value="by_share" selected>Tính theo tỷ lệ</option>' in again
    item = score_by_it(own_town.settings)
    assert (item["points"], item["state"]) == ("1.50", "scored")
    assert item["because"].startswith("Người chấm chọn: Tính theo tỷ lệ; ")
