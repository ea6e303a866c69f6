"""Long work beside the pages: bundles once each, how far they are, and verdicts that wait for none of them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest

from tests.journeys.serving import wait_for
from tests.web.wards import OWN, OWN_COMPONENT, PERIOD, Town, visiting
from web.house import House

HERE = f"/p/{OWN}/{PERIOD}"
Told = Callable[[int, int], None]


def test_a_deed_is_done_once_however_often_it_is_asked_for_and_tells_how_far_it_is(town: Town) -> None:
    house, go, begun, done = House(town.settings), threading.Event(), threading.Event(), []

    def deed(told: Told) -> None:
        told(3, 7)
        begun.set()
        go.wait(60)
        done.append("once")

    for _ in range(5):
        house.work_on("g-1", deed)
    assert begun.wait(60) and house.how_far("g-1") == (3, 7)
    go.set()
    house.close(wait=True)
    assert done == ["once"] and house.how_far("g-1") == (0, 0)


def test_what_fails_beside_a_page_is_told_in_the_log(town: Town, capfd: pytest.CaptureFixture[str]) -> None:
    house, tries = House(town.settings), []

    def deed(_: Told) -> None:
        tries.append(1)
        raise ValueError("đĩa hỏng")

    house.work_on("g-2", deed)
    house.close(wait=True)
    assert tries == [1]
    assert "page_work_failed work=g-2 error=ValueError: đĩa hỏng" in capfd.readouterr().err


def test_two_bundles_under_way_hold_up_no_verdict(town: Town) -> None:
    house, go = House(town.settings), threading.Event()
    for name in ("g-3", "g-4", "g-5"):
        house.work_on(name, lambda _: go.wait(240))
    assert house.verdicts.submit(lambda: "examined").result(timeout=180) == "examined"
    go.set()
    house.close(wait=True)


def test_a_bundle_under_way_shows_how_many_documents_are_in_and_its_check_is_kept(own_town: Town) -> None:
    with visiting(own_town, "coordinator") as client:
        order = client.post(f"{HERE}/goi-tai-lieu", data={"components": [OWN_COMPONENT]}).headers["location"]
        wait_for(lambda: "Đã lập xong" in client.get(order).text)
        first = client.get(f"{order}/kiem-tra").text
        asked = {"hx-request": "true"}
        wait_for(lambda: "Nguyên vẹn" in client.get(f"{order}/kiem-tra", headers=asked).text)
        (zipped,) = (own_town.settings.home / "orders").glob(f"*{order.rsplit('/', 1)[-1]}.zip")
        again = client.get(f"{order}/kiem-tra").text
        zipped.write_bytes(zipped.read_bytes()[:-1])
        changed = client.get(f"{order}/kiem-tra").text
    assert "Đang đọc lại toàn bộ gói" in first or "Nguyên vẹn" in first
    assert "Nguyên vẹn" in again and "Nguyên vẹn" not in changed, "a verdict holds for the file it was said of alone"
    assert re.search(r"Mã băm của \d+ tệp", again)
