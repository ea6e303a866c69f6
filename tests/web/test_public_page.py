"""The public results page: the score as published, the same files each time, no personal data."""

from __future__ import annotations

import json
from pathlib import Path

from flows.resources import open_resources
from flows.telling.publishing import ToPublish, publish
from storage.proof import custody
from tests.web.wards import NOW, Town


def test_the_public_page_holds_the_points_and_nothing_about_anybody(own_town: Town, tmp_path: Path) -> None:
    with open_resources(own_town.settings) as resources:
        named = ToPublish(run_id=own_town.own.run, provisional=True)
        told = publish(resources, tmp_path / "site", named, who="test", at=NOW)
        again = publish(resources, tmp_path / "again", ToPublish(provisional=True), who="test", at=NOW)
        with resources.database.read() as connection:
            log = custody.events(connection)
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    values = json.loads((tmp_path / "site" / "ket-qua.json").read_text(encoding="utf-8"))

    assert told["files"] == ["index.html", "ket-qua.css", "ket-qua.json"]
    assert [(tmp_path / folder / "index.html").read_bytes() for folder in ("site", "again")] == [page.encode()] * 2
    assert again["run"] == told["run"]
    assert len(values["domains"]) == 8 and sum(len(domain["components"]) for domain in values["domains"]) == 60
    assert "0,50" in page and "KHÔNG phải bảng điểm" not in page and "không phải bảng điểm chính thức" in page
    assert "script" not in page and "ke-hoach.pdf" not in page and "Phòng Văn hóa" not in page
    assert "Chưa phải kết quả" in page and "điểm tự chấm tạm tính" in page and values["provisional"] is True
    assert [event["event"] for event in log][-2:] == ["published", "published"]
