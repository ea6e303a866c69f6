"""Whatever a source, a server or a stranger's mail does wrong is a typed fault of that source, or of one file of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.errors import ConnectorError, SourceRefused, TryAgain
from connectors.sources import FolderSource, Pulled, Source, faults_of, shown_name
from connectors.sources.http import FormLogin, HttpSource, TokenLogin
from connectors.sources.mailbox import MailboxSource
from connectors.sources.s3 import S3Source
from tests.connectors.mail_server import PASSWORD, SENDER, MailServer, mail_server
from tests.connectors.source_servers import Authority, authority, babbler, ssh_server, web_server

AT = datetime(2025, 7, 7, 3, tzinfo=UTC)
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
XHTML = HTML + b'<?xml version="1.0" encoding="utf-8"?><html><input type="hidden" name="a" value="1"/></html>'
OTHER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html><p>Console<br></html>"


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def mail(trusted: Authority) -> Iterator[MailServer]:
    with mail_server(trusted) as server:
        yield server


def _http(port: int) -> HttpSource:
    return HttpSource("nguon", (f"http://127.0.0.1:{port}/a.xls",))


FAULTS: dict[str, tuple[bytes, Callable[[int], Source], type[ConnectorError]]] = {
    "an address that is none": (b"", lambda _: HttpSource("nguon", ("http://[::1/a.xls",)), SourceRefused),
    "an address of another kind": (b"", lambda _: HttpSource("nguon", ("tep:/a.xls",)), SourceRefused),
    "a token that no header can hold": (b"", lambda p: replace(_http(p), login=TokenLogin("mã-ưng")), SourceRefused),
    "a missing authority": (b"", lambda p: replace(_http(p), ca_file="/khong/co.pem"), SourceRefused),
    "no HTTP at all": (b"220 ftp.example\r\n", _http, TryAgain),
    "S3 that shows a page": (
        OTHER,
        lambda p: S3Source("nguon", f"127.0.0.1:{p}", "b", "a", "s", secure=False),
        SourceRefused,
    ),
    "S3 that sends dates of its own": (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<L><Contents><Key>a.xls</Key><LastModified>hom qua"
        b"</LastModified></Contents></L>",
        lambda p: S3Source("nguon", f"127.0.0.1:{p}", "b", "a", "s", secure=False),
        SourceRefused,
    ),
    "a mail server that speaks something else": (
        b"SSH-2.0-OpenSSH\r\n",
        lambda p: MailboxSource("nguon", "127.0.0.1", "u", "p", (SENDER,), port=p, security="none"),
        TryAgain,
    ),
    "a mail server without STARTTLS": (
        b"* OK [CAPABILITY IMAP4rev1] IMAP\r\n",
        lambda p: MailboxSource("nguon", "127.0.0.1", "u", "p", (SENDER,), port=p, security="starttls"),
        TryAgain,
    ),
    "a share that does not answer": (b"", lambda _: FolderSource("nguon", Path("/" + "a" * 5000)), TryAgain),
}


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_every_fault_of_a_source_is_typed_and_names_the_source(case: str) -> None:
    answer, source_at, expected = FAULTS[case]
    with babbler(answer) as port, pytest.raises(expected, match=r"^nguon: "):
        list(source_at(port).pull())


@pytest.mark.parametrize("page", [HTML, XHTML, HTML + b"<!-- -->"], ids=["empty", "xhtml", "comment"])
def test_a_login_page_of_any_kind_can_be_filled_in(page: bytes) -> None:
    with babbler(page) as port:
        login = FormLogin(f"http://127.0.0.1:{port}/login", {"user": "a"})
        (item,) = HttpSource("nguon", (f"http://127.0.0.1:{port}/a.xls",), login).pull()
    assert item.name == "a.xls"


def test_a_fault_that_nobody_foresaw_tells_its_kind_and_no_secret() -> None:
    with pytest.raises(SourceRefused) as caught, faults_of("nguon"):
        raise KeyError("mat-khau-bi-mat")
    assert "KeyError" in str(caught.value)
    assert "bi-mat" not in str(caught.value)


def test_one_address_that_is_gone_does_not_lose_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(b"noi dung")
    with web_server(tmp_path) as web:
        urls = (web.url("khong-co.xls"), web.url("a.xls"))
        gone, found = sorted(
            HttpSource("web", urls, TokenLogin(web.token)).pull(), key=lambda it: it.name, reverse=True
        )
        assert found.open().read() == b"noi dung"
        with pytest.raises(SourceRefused, match="404"):
            gone.open()
        (tmp_path / "khong-co.xls").write_bytes(b"nay da co")
        assert gone.open().read() == b"nay da co"
        with pytest.raises(SourceRefused, match="404"):
            list(HttpSource("web", (web.url("khac.xls"),), TokenLogin(web.token)).pull())


@pytest.mark.parametrize("stranger", ["‹".encode(), b"<a@[b>", b"\xff\xfe", b"=?utf-8?b?////?= <", b""], ids=repr)
def test_a_stranger_s_mail_stops_nothing(stranger: bytes, mail: MailServer) -> None:
    user = f"la-{stranger.hex()}"
    bad = b"From: " + stranger + b"\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nhi\r\n--x--\r\n"
    mail.deliver_raw(user, bad, at=AT)
    mail.deliver(user, {"a.xlsx": b"x"}, at=AT)
    assert [item.name for item in mail.source(user).pull()] == ["00000002/a.xlsx"]


def test_a_broken_mail_of_a_trusted_sender_is_told_and_the_others_come(mail: MailServer) -> None:
    head = f"From: {SENDER}\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n".encode()
    mail.deliver_raw(
        "hong", head + b"Content-Disposition: attachment; filename==?utf-8?b?a?=\r\n\r\nhi\r\n--x--\r\n", at=AT
    )
    mail.deliver("hong", {"a.xlsx": b"x"}, at=AT)
    broken, sound = mail.source("hong").pull()
    assert sound.open().read() == b"x"
    with pytest.raises(SourceRefused, match="thư số 1: thư hỏng"):
        broken.open()


def test_an_attachment_whose_name_cannot_be_read_is_taken_without_it(mail: MailServer) -> None:
    head = f"From: {SENDER}\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n".encode()
    mail.deliver_raw("vo-danh", head + b"Content-Disposition: attachment; filename*\r\n\r\nhi\r\n--x--\r\n", at=AT)
    (item,) = mail.source("vo-danh").pull()
    assert isinstance(item, Pulled) and item.name == "00000001/tệp không tên" and item.open().read() == b"hi"


def test_a_mail_that_is_too_large_is_told_before_it_is_fetched(
    mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.sources.mailbox.MOST_MESSAGE_BYTES", 3_000)
    mail.deliver("lon", {"lon.xlsx": b"x" * 4_000}, at=AT)
    mail.deliver("lon", {"nho.xlsx": b"x"}, at=AT)
    large, small = mail.source("lon").pull()
    assert small.name == "00000002/nho.xlsx"
    with pytest.raises(SourceRefused, match="thư số 1: lớn hơn"):
        large.open()


def test_files_are_taken_however_a_mail_program_packs_them(mail: MailServer) -> None:
    whole = f"From: {SENDER}\r\nContent-Type: application/vnd.ms-excel; name=rieng.xls\r\n\r\nmot\r\n".encode()
    inner = b"Content-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n"
    file = b"Content-Disposition: attachment; filename=trong.xls\r\n\r\nhai\r\n"
    nested = f"From: {SENDER}\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n".encode() + inner
    mail.deliver_raw("goi", whole, at=AT)
    mail.deliver_raw("goi", nested + file + b"--y\r\n" + file + b"--y--\r\n--x--\r\n", at=AT)
    names = [item.name for item in mail.source("goi").pull()]
    assert names == ["00000001/rieng.xls", "00000002/2-trong.xls", "00000002/trong.xls"]


@pytest.mark.parametrize("kind", ["folder", "sftp"])
def test_a_file_name_that_is_no_utf8_comes_under_a_readable_name(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "nguon"
    folder.mkdir()
    raw = os.fsencode(folder) + "/sổ hồ sơ.xls".encode("cp1258", "replace").replace(b"?", b"\xf2")
    Path(os.fsdecode(raw)).write_bytes(b"x")
    (folder / "b\n.xls").write_bytes(b"y")
    if kind == "folder":
        found = list(FolderSource("nguon", folder).pull())
    else:
        (tmp_path / "sshd").mkdir()
        with ssh_server(tmp_path / "sshd") as server:
            found = list(server.source(folder).pull())
            assert {item.open().read() for item in found if isinstance(item, Pulled)} == {b"x", b"y"}
    for item in found:
        assert isinstance(item, Pulled)
        assert item.name.encode().decode().isprintable()
        assert kind == "sftp" or item.open().read() in (b"x", b"y")


def test_a_readable_name_is_left_as_it_is() -> None:
    assert shown_name("Sổ hồ sơ/tháng 7.xlsx") == "Sổ hồ sơ/tháng 7.xlsx"
    assert shown_name(os.fsdecode("Danh sách.xls".encode("cp1258"))) == "Danh sách.xls"


def test_https_with_an_authority_of_one_s_own(trusted: Authority, tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(b"noi dung")
    with web_server(tmp_path, trusted.context()) as web:
        source = HttpSource("web", (web.url("a.xls"),), TokenLogin(web.token), ca_file=str(trusted.certificate))
        (item,) = source.pull()
        assert item.open().read() == b"noi dung"
        with pytest.raises(SourceRefused, match="không được tin cậy"):
            list(replace(source, ca_file=None).pull())


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_mailbox_over_tls_with_an_authority_of_one_s_own(security: str, trusted: Authority, mail: MailServer) -> None:
    mail.deliver(f"kin-{security}", {"a.xlsx": b"x"}, at=AT)
    port = mail.tls_port if security == "tls" else mail.port
    senders, ca_file = (SENDER,), str(trusted.certificate)
    source = MailboxSource(
        "thu", "localhost", f"kin-{security}", PASSWORD, senders, "INBOX", port, security, 60, ca_file
    )
    assert [item.name for item in source.pull()] == ["00000001/a.xlsx"]
    with pytest.raises(SourceRefused, match="không được tin cậy"):
        list(replace(source, ca_file=None).pull())
