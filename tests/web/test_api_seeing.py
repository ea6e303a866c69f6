"""What a day begins with, for programs: the score and its moves, sources, imports by cell, an upload's verdict."""

from __future__ import annotations

from flows.resources import open_resources
from storage.database.tables import rejected_rows
from tests.journeys.serving import wait_for
from tests.web.test_api import V1, token_of
from tests.web.test_cycle import DAYS
from tests.web.wards import OWN, OWN_COMPONENT, PERIOD, Town, pdf, scored, visiting
from web.access import Deed


def test_today_tells_each_key_what_its_account_may_know(own_town: Town) -> None:
    keys = {role: token_of(own_town, role, *Deed) for role in ("coordinator", "unit", "auditor")}
    with visiting(own_town) as client:
        told = {role: client.get(f"{V1}/today", headers=key).json() for role, key in keys.items()}
        unscored = client.get(f"/api/v1/units/{OWN}/periods/2031/today", headers=keys["coordinator"]).json()
    assert told["coordinator"]["totals"]["maximum"] == "100.00" and told["coordinator"]["ahead"]["due"] == []
    assert told["unit"]["totals"] is None is told["unit"]["ahead"]
    offices = {action["responsible"] for action in told["unit"]["actions"]}
    assert offices == {"Phòng Văn hóa - Xã hội"} and len(told["coordinator"]["actions"]) > len(told["unit"]["actions"])
    assert told["auditor"]["actions"] is None and told["auditor"]["totals"]
    assert unscored["run"] is None


def test_today_says_what_moved_since_the_run_before(own_town: Town) -> None:
    from tests.web.wards import kept_document

    with open_resources(own_town.settings) as resources:
        kept_document(resources, "1.1.1/ke-hoach.pdf", pdf("KE HOACH CCHC"))
        scored(resources)
    with visiting(own_town) as client:
        told = client.get(f"{V1}/today", headers=token_of(own_town, "leader", Deed.SEE_SCORE)).json()
    assert told["before"] == own_town.own.run != told["run"] and isinstance(told["moved"], list)


def test_an_import_is_told_by_cell_and_in_parts(own_town: Town) -> None:
    key, number = token_of(own_town, "coordinator", Deed.SEE_EXPORTS), own_town.own.import_id
    rows = [
        {"import_id": number, "position": n, "sheet": "S", "row": n, "cell": f"D{n}", "reason": f"dòng {n}"}
        for n in range(1, 451)
    ]
    with open_resources(own_town.settings) as resources, resources.database.write() as connection:
        connection.execute(rejected_rows.insert(), rows)
    with visiting(own_town, "coordinator") as client:
        part = client.get(f"{V1}/imports/{number}", headers=key, params={"offset": 440}).json()
        sources = client.get(f"{V1}/sources", headers=key)
        first = client.get(f"/p/{OWN}/{PERIOD}/du-lieu/{number}").text
        last = client.get(f"/p/{OWN}/{PERIOD}/du-lieu/{number}", params={"trang": 3}).text
    assert part["total"] == 450 and [row["cell"] for row in part["rejected"]][:2] == ["D441", "D442"]
    assert part["import"]["id"] == number and sources.status_code == 200
    assert "S!D200<" in first and "S!D201<" not in first and "Trang 1 / 3" in first
    assert "S!D450<" in last and "Trang sau" not in last


def test_the_year_is_opened_by_a_program_once(own_town: Town) -> None:
    key = token_of(own_town, "coordinator", Deed.ASSIGN)
    days = dict(zip(DAYS, ("2099-12-31", "2100-01-15", "2100-01-31", "2100-02-28"), strict=True))
    with visiting(own_town) as client:
        twisted = client.put(f"{V1}/cycle", headers=key, json={"deadlines": days | {"self_score": "2101-01-01"}})
        opened = client.put(f"{V1}/cycle", headers=key, json={"deadlines": days})
        again = client.put(f"{V1}/cycle", headers=key, json={"deadlines": days})
    assert [twisted.status_code, opened.status_code, again.status_code] == [409, 200, 409]
    assert opened.json()["state"] == "open" and "begin" in opened.json()["deeds"]


def test_an_upload_tells_its_verdict_to_the_program_that_sent_it(own_town: Town) -> None:
    key, data = token_of(own_town, "unit", Deed.UPLOAD), pdf("BAO CAO quy 4")
    with visiting(own_town) as client:
        wish = {"name": "bao-cao.pdf", "size": len(data), "target": OWN_COMPONENT}
        address = f"{V1}/uploads/{client.post(f'{V1}/uploads', headers=key, json=wish).json()['id']}"
        client.put(address, headers=key, content=data)
        before = client.get(address, headers=key).json()
        client.post(f"{address}/done", headers=key)
        wait_for(lambda: client.get(address, headers=key).json()["document"]["state"] == "examined")
        told = client.get(address, headers=key).json()
    assert (before["document"], before["received"], before["state"]) == (None, len(data), "open")
    assert told["document"]["signature"] == "NO_SIGNATURE"
