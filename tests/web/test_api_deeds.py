"""What programs do through the API: the cycle, uploads in pieces, bundles with broken downloads."""

from __future__ import annotations

import hashlib
import io
import zipfile

from flows.people.accounts import make_token
from flows.resources import open_resources
from tests.journeys.serving import wait_for
from tests.web.test_cycle import DAYS, ROOT
from tests.web.wards import NOW, OWN, OWN_COMPONENT, PERIOD, Town, pdf, sign_in, visiting
from web.access import Deed

V1 = f"/api/v1/units/{OWN}/periods/{PERIOD}"


def _token(town: Town, account: str) -> dict[str, str]:
    with open_resources(town.settings) as resources:
        token = make_token(resources, account, "test", [deed.value for deed in Deed], 30, at=NOW)
    return {"Authorization": f"Bearer {token['secret']}"}


def test_the_cycle_is_read_and_driven_by_programs(own_town: Town) -> None:
    coordinator, auditor = _token(own_town, "coordinator"), _token(own_town, "auditor")
    with visiting(own_town, "coordinator") as client:
        assert client.get(f"{V1}/cycle", headers=coordinator).status_code == 404
        client.post(f"{ROOT}/mo", data=DAYS)
        sign_in(client, own_town, "")
        begun = client.post(f"{V1}/cycle/assign", headers=coordinator, json={"deed": "begin"})
        said = {"deed": "fill", "component": OWN_COMPONENT, "said": {"note": "Đủ tài liệu"}, "version": 1}
        filled = client.post(f"{V1}/cycle/declare", headers=coordinator, json=said)
        stale = client.post(f"{V1}/cycle/declare", headers=coordinator, json=said)
        early = client.post(f"{V1}/cycle/appraise", headers=auditor, json={"deed": "begin_appraisal"})
        wrong = client.post(f"{V1}/cycle/assign", headers=coordinator, json={"deed": "approve"})
        seen = client.get(f"{V1}/cycle", headers=auditor).json()

    assert begun.json()["state"] == "self_scoring" and filled.status_code == 200
    assert stale.status_code == 409 and "có người khác vừa sửa" in stale.json()["error"]
    assert early.status_code == 409 and "chỉ làm được khi kỳ đã chốt" in early.json()["error"]
    assert wrong.status_code == 422
    (row,) = [row for row in seen["components"] if row["id"] == OWN_COMPONENT]
    assert row["entry"]["note"] == "Đủ tài liệu"


def test_an_upload_in_pieces_is_kept_and_judged(own_town: Town) -> None:
    token, data = _token(own_town, "unit"), pdf("BAO CAO quy 3")
    with visiting(own_town) as client:
        wish = {"name": "bao-cao.pdf", "size": len(data), "target": OWN_COMPONENT, "fingerprint": "x"}
        opened = client.post(f"{V1}/uploads", headers=token, json=wish).json()
        address = f"{V1}/uploads/{opened['id']}"
        client.put(address, headers=token, params={"offset": 0}, content=data[:500])
        again = client.post(f"{V1}/uploads", headers=token, json=wish).json()
        client.put(address, headers=token, params={"offset": again["received"]}, content=data[again["received"] :])
        done = client.post(f"{address}/done", headers=token)

    assert again == {"id": opened["id"], "received": 500}
    assert done.status_code == 200 and done.json()["sha256"] == hashlib.sha256(data).hexdigest()


def test_a_broken_download_of_a_bundle_goes_on_where_it_stopped(own_town: Town) -> None:
    token = _token(own_town, "auditor")
    with visiting(own_town) as client:
        order = client.post(f"{V1}/bundles", headers=token, json={"components": [OWN_COMPONENT]}).json()["order"]
        address = f"{V1}/bundles/{order}"
        wait_for(lambda: client.get(address, headers=token).json()["state"] == "ready")
        whole = client.get(f"{address}/content", headers=token)
        first = client.get(f"{address}/content", headers=token | {"Range": "bytes=0-999"})
        rest = client.get(
            f"{address}/content", headers=token | {"Range": "bytes=1000-", "If-Range": first.headers["etag"]}
        )

    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.content + rest.content == whole.content
    with zipfile.ZipFile(io.BytesIO(whole.content)) as bundle:
        assert any(name.endswith("verify.py") for name in bundle.namelist())
