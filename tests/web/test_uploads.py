"""Uploads: in pieces, broken, repeated, too large, with strange names; two people at one value."""

from __future__ import annotations

import hashlib
import io
import unicodedata
import zipfile

from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from flows.examining.receiving import safe_name
from flows.resources import open_resources
from storage.database.tables import documents
from storage.documents.evidence import EXAMINING, RECEIVED
from tests.journeys.serving import wait_for
from tests.web.wards import OWN, OWN_COMPONENT, PERIOD, Town, pdf, visiting
from web.wording import DOCUMENT_STATES

HERE = f"/p/{OWN}/{PERIOD}"
SEND = f"{HERE}/nop-tai-lieu"


def _begin(client: TestClient, data: bytes, name: str = "báo cáo.pdf", **more: str) -> dict[str, object]:
    about = {"name": name, "size": str(len(data)), "muc": OWN_COMPONENT, "fingerprint": "1"} | more
    answer = client.post(f"{SEND}/bat-dau", data=about, headers={"accept": "application/json"})
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


def _piece(client: TestClient, upload: object, at: int, data: bytes) -> tuple[int, dict[str, object]]:
    answer = client.put(f"{SEND}/{upload}?tu={at}", content=data, headers={"accept": "application/json"})
    return answer.status_code, answer.json()


def test_a_broken_upload_goes_on_where_it_stopped_and_tells_its_hash_and_verdict(own_town: Town) -> None:
    data = pdf("Bao cao quy I") + b"%" * 5000
    with visiting(own_town, "unit") as client:
        begun = _begin(client, data)
        assert _piece(client, begun["id"], 0, data[:3000]) == (200, {"received": 3000})
        early = client.post(f"{SEND}/{begun['id']}/xong", headers={"accept": "application/json"})
        assert early.status_code == 422 and "mới nhận 3000" in early.json()["error"]
        again = _begin(client, data)
        assert again == {"id": begun["id"], "received": 3000}
        status, told = _piece(client, begun["id"], 0, data[:3000])
        assert (status, told["received"]) == (409, 3000), "a piece that does not follow is told where to go on"
        assert _piece(client, begun["id"], 3000, data[3000:])[1] == {"received": len(data)}
        kept = client.post(f"{SEND}/{begun['id']}/xong").json()
        assert kept == {"sha256": hashlib.sha256(data).hexdigest(), "new": True}
        assert client.post(f"{SEND}/{begun['id']}/xong").json() == kept | {"new": False}, "sent twice is kept once"
        page = _until_examined(client, f"{SEND}/{begun['id']}")
        assert kept["sha256"] in page and "Đã kiểm tra" in page
        assert client.get(f"{HERE}/tai-lieu/{kept['sha256']}").status_code == 200, "what one sent oneself can be seen"


def _until_examined(client: TestClient, path: str) -> str:
    wait_for(lambda: "đang kiểm tra" not in client.get(path).text)
    return client.get(path).text


def test_a_page_says_while_a_document_is_being_examined_and_asks_until_there_is_a_verdict(own_town: Town) -> None:
    data = pdf("Ke hoach")
    with visiting(own_town, "unit") as client:
        begun = _begin(client, data)
        _piece(client, begun["id"], 0, data)
        kept = client.post(f"{SEND}/{begun['id']}/xong").json()
        _until_examined(client, f"{SEND}/{begun['id']}")
        here = f"{HERE}/tai-lieu/{kept['sha256']}"
        assert "HX-Refresh" in client.get(f"{here}/tien-do").headers and "hx-trigger" not in client.get(here).text
        for state in (RECEIVED, EXAMINING):
            _put_in_state(own_town, kept["sha256"], state)
            page = client.get(here).text
            assert DOCUMENT_STATES[state][1] in page and f'hx-get="{here}/tien-do"' in page
            assert "HX-Refresh" not in client.get(f"{here}/tien-do").headers
            assert "hx-get" in client.get(f"{SEND}/{begun['id']}").text, "the upload's own line asks on, too"


def _put_in_state(town: Town, sha256: str, state: str) -> None:
    with open_resources(town.settings) as resources, resources.database.write() as connection:
        connection.execute(update(documents).where(documents.c.sha256 == sha256).values(state=state))


def test_more_bytes_than_announced_and_files_that_are_empty_or_too_large_are_refused_in_words(town: Town) -> None:
    with visiting(town, "coordinator") as client:
        begun = _begin(client, b"12345", name="dai.pdf")
        status, told = _piece(client, begun["id"], 0, b"123456789")
        assert (status, "dài hơn" in str(told["error"])) == (422, True)
        for size, words in (("0", "rỗng"), (str(2 << 30), "lớn hơn")):
            about = {"name": "x.pdf", "size": size, "muc": OWN_COMPONENT}
            answer = client.post(f"{SEND}/bat-dau", data=about, headers={"accept": "application/json"})
            assert answer.status_code == 422 and words in answer.json()["error"]


def test_the_same_content_under_another_name_is_one_document_with_two_receipts(own_town: Town) -> None:
    data = pdf(f"KE HOACH {OWN}")
    with visiting(own_town, "coordinator") as client:
        answer = client.post(SEND, data={"muc": OWN_COMPONENT}, files={"tep": ("ban sao.pdf", data, "application/pdf")})
        assert answer.status_code == 303
        page = client.get(f"{HERE}/tai-lieu/{own_town.own.document}").text
    assert "ke-hoach.pdf" in page and "ban sao.pdf" in page


def test_an_upload_belongs_to_who_began_it(town: Town) -> None:
    with visiting(town, "coordinator") as client:
        assert client.get(f"{SEND}/{town.own.uploads['unit']}").status_code == 404


@given(st.text(max_size=300))
def test_no_name_leads_out_of_its_folder_or_hides_its_ending(name: str) -> None:
    safe = safe_name(name)
    assert safe and len(safe) <= 150 and not set(safe) & set('/\\:*?"<>|\0\n\r\t\u202e\u200b')
    assert not safe.startswith(".") and safe == unicodedata.normalize("NFC", safe)


def test_malicious_names_become_plain_ones() -> None:
    assert safe_name("../../etc/passwd") == "passwd"
    assert safe_name("C:\\Users\\x\\Kế hoạch.pdf") == "Kế hoạch.pdf"
    assert safe_name("bao cao\u202efdp.exe") == "bao caofdp.exe"
    assert safe_name("...") == "tai-lieu"
    assert safe_name("a" * 300 + ".pdf").endswith(".pdf")


def test_two_people_at_one_value_lose_nothing(own_town: Town) -> None:
    path = f"{HERE}/tieu-chi/{OWN_COMPONENT}/khai"
    with visiting(own_town, "coordinator") as first, visiting(own_town, "unit") as second:
        version = first.get(path).text.split('name="version" value="')[1].split('"')[0]
        mine = {"version": version, "v.improvement_plan_issued": "không", "explanation": "lần một"}
        theirs = {"version": version, "v.improvement_plan_issued": "có", "explanation": "lần hai"}
        assert first.post(path, data=mine).status_code == 303
        late = second.post(path, data=theirs)
        assert late.status_code == 409
        assert "Người khác vừa sửa" in late.text and "lần hai" in late.text and "Đang ghi: không" in late.text
        fresh = late.text.split('name="version" value="')[1].split('"')[0]
        assert second.post(path, data=theirs | {"version": fresh}).status_code == 303
        assert "Đang ghi: có" in first.get(path).text


def test_a_value_that_cannot_be_read_is_told_and_kept_in_the_form(town: Town) -> None:
    path = f"{HERE}/tieu-chi/1.1.2/khai"
    with visiting(town, "coordinator") as client:
        version = client.get(path).text.split('name="version" value="')[1].split('"')[0]
        answer = client.post(path, data={"version": version, "explanation": "giữ lại"})
        assert answer.status_code == 422 and "giữ lại" in answer.text


def test_every_deed_that_changes_evidence_stands_in_the_custody_log(own_town: Town) -> None:
    from flows.resources import open_resources
    from storage.proof import custody

    with visiting(own_town, "auditor") as client:
        client.get(f"{HERE}/tai-lieu/{own_town.own.document}")
        client.get(f"{HERE}/tai-lieu/{own_town.own.document}/tai-ve")
    with open_resources(own_town.settings) as resources, resources.database.read() as connection:
        log = custody.events(connection)
    mine = [(event["event"], event["who"]) for event in log if event["subject"] == own_town.own.document]
    assert mine[-2:] == [("viewed", "auditor"), ("downloaded", "auditor")]
    assert custody.first_break(log) is None


def test_a_file_of_another_kind_than_its_name_says_is_kept_and_told_with_the_way_out(own_town: Town) -> None:
    word = io.BytesIO()
    with zipfile.ZipFile(word, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    with visiting(own_town, "unit") as client:
        for name, data, words in (
            ("quyet-dinh.pdf", word.getvalue(), "Tệp không phải PDF"),
            ("trang.pdf", b"<html><script>alert(1)</script></html>", "không phải PDF"),
        ):
            begun = _begin(client, data, name)
            _piece(client, begun["id"], 0, data)
            kept = client.post(f"{SEND}/{begun['id']}/xong").json()
            page = _until_examined(client, f"{SEND}/{begun['id']}")
            assert "Cách ly" in page and words in page, name
            fetched = client.get(f"{HERE}/tai-lieu/{kept['sha256']}/tai-ve")
            assert fetched.content == data and fetched.headers["content-type"] == "application/octet-stream"


def test_another_try_without_a_choice_says_what_is_missing(town: Town) -> None:
    with visiting(town, "coordinator") as client:
        answer = client.post(f"{HERE}/cach-ly", data={})
    assert answer.status_code == 422 and "Chưa chọn tệp nào" in answer.text and "hong.pdf" in answer.text
