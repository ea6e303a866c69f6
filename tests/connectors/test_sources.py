"""One contract for every source, on real servers; then what is special of each."""

from __future__ import annotations

import io
import itertools
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from minio import Minio

from connectors.errors import SourceRefused, TryAgain
from connectors.sources import FolderSource, Pulled, Source, Unchanged
from connectors.sources.http import BasicLogin, FormLogin, HttpSource, TokenLogin
from connectors.sources.s3 import S3Source
from tests.connectors.lone_sftp_server import lone_server
from tests.connectors.mail_server import MailServer, mail_server
from tests.connectors.source_servers import SshServer, WebServer, free_port, ssh_server, web_server
from tests.servers import SECRET

_ACCOUNTS = itertools.count()
FILES = {"Danh sách hồ sơ_2025.xls": b"mot", "sổ chi tiết.xlsx": bytes(range(256)) * 1000, "trống.csv": b""}


@dataclass
class World:
    """A place with files, the source that reads it, and the same source refused or out of reach."""

    folder: Path
    source: Source
    refused: Source
    absent: Source
    prefix: str = ""
    """What the source puts before a file's name."""
    state: Callable[[], object] | None = None

    dated: bool = True
    """Whether the files could be given a day of change."""

    def seen(self) -> object:
        """All that a pull might change."""
        if self.state:
            return self.state()
        return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in self.folder.iterdir()}


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebServer]:
    (tmp_path / "web").mkdir(exist_ok=True)
    with web_server(tmp_path / "web") as server:
        yield server


@pytest.fixture(params=["folder", "sftp", "http", "mail", "s3"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    folder = tmp_path / "web" if request.param == "http" else tmp_path / "nguồn"
    folder.mkdir(exist_ok=True)
    build: dict[str, Callable[[], World]] = {
        "folder": lambda: _folder_world(folder),
        "sftp": lambda: _sftp_world(folder, request.getfixturevalue("sshd")),
        "http": lambda: _http_world(folder, request.getfixturevalue("web")),
        "s3": lambda: _s3_world(folder, request.getfixturevalue("s3_endpoint")),
        "mail": lambda: _mail_world(folder, request.getfixturevalue("mail")),
    }
    made = build[request.param]()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
        os.utime(folder / name, (1_751_857_200, 1_751_857_200))
    return made


def _folder_world(folder: Path) -> World:
    a_file = folder.parent / "tệp"
    a_file.write_bytes(b"")
    return World(
        folder, FolderSource("exports", folder), FolderSource("exports", a_file), FolderSource("x", folder / "?")
    )


def _sftp_world(folder: Path, server: SshServer) -> World:
    elsewhere = SshServer(server.home, free_port())
    return World(folder, server.source(folder), server.source(folder, key="stranger"), elsewhere.source(folder))


def _http_world(folder: Path, server: WebServer) -> World:
    urls = tuple(server.url(name) for name in reversed(FILES))
    right, wrong = BasicLogin("mot-cua", server.password), BasicLogin("mot-cua", "sai")
    nobody = tuple(f"http://127.0.0.1:{free_port()}/{n}" for n in range(2))
    refused = HttpSource("http", urls, wrong)
    return World(folder, HttpSource("http", urls, right), refused, HttpSource("http", nobody, right))


def _s3_world(folder: Path, endpoint: str) -> World:
    bucket, secret = f"nguon-{next(_ACCOUNTS)}", SECRET
    client = Minio(endpoint, "testkey", secret, secure=False)
    client.make_bucket(bucket_name=bucket)
    for name, content in FILES.items():
        client.put_object(
            bucket_name=bucket, object_name=f"mot cua/{name}", data=io.BytesIO(content), length=len(content)
        )
    client.put_object(bucket_name=bucket, object_name="khac/x.xlsx", data=io.BytesIO(b"x"), length=1)

    def source(secret: str, endpoint: str = endpoint) -> S3Source:
        return S3Source("s3", endpoint, bucket, "testkey", secret, "mot cua/", secure=False, timeout_seconds=60.0)

    def state() -> object:
        objects = client.list_objects(bucket_name=bucket, recursive=True)
        return [(item.object_name, item.etag, item.last_modified) for item in objects]

    nowhere = f"127.0.0.1:{free_port()}"
    return World(folder, source(secret), source("sai"), source(secret, nowhere), state=state, dated=False)


def _mail_world(folder: Path, server: MailServer) -> World:
    user = f"u{next(_ACCOUNTS)}"
    server.deliver(user, FILES, at=datetime(2025, 7, 7, 3, tzinfo=UTC))
    absent = MailServer(free_port()).source(user)
    refused = server.source(user, "sai")
    return World(folder, server.source(user), refused, absent, "00000001/", lambda: server.state(user))


def test_a_pull_gives_every_file_by_name_with_its_bytes_and_changes_nothing(world: World) -> None:
    before = world.seen()
    assert isinstance(world.source, Source)
    pulled = list(world.source.pull())
    assert [item.name for item in pulled] == sorted(world.prefix + name for name in FILES)
    for item in pulled:
        content = FILES[item.name.removeprefix(world.prefix)]
        with item.open() as stream:
            assert stream.read() == content
        assert item.size == len(content)
        assert item.modified_at == datetime(2025, 7, 7, 3, tzinfo=UTC) or not world.dated
    assert world.seen() == before


def test_two_pulls_give_the_same(world: World) -> None:
    first = [(item.name, item.size, item.open().read()) for item in world.source.pull()]
    second = [(item.name, item.size, item.open().read()) for item in world.source.pull()]
    assert first == second


def test_a_file_that_has_its_known_mark_is_not_given_again(world: World) -> None:
    known = {item.name: item.mark for item in world.source.pull() if item.mark}
    if isinstance(world.source, FolderSource):
        assert known == {}
        return
    assert sorted(known) == sorted(world.prefix + name for name in FILES)
    assert list(world.source.pull(known)) == [Unchanged(name) for name in sorted(known)]
    forgotten = sorted(known)[0]
    again = world.source.pull({name: mark for name, mark in known.items() if name != forgotten})
    assert forgotten in [item.name for item in again if isinstance(item, Pulled)]


@pytest.mark.parametrize("world", ["folder", "sftp", "http"], indirect=True)
def test_a_file_with_other_bytes_is_given_again_whatever_is_known(world: World) -> None:
    known = {item.name: item.mark for item in world.source.pull() if item.mark}
    (world.folder / "sổ chi tiết.xlsx").write_bytes(b"khac")
    found = {item.name: item.open().read() for item in world.source.pull(known) if isinstance(item, Pulled)}
    assert found["sổ chi tiết.xlsx"] == b"khac"


def test_a_web_server_is_believed_about_a_file_only_where_its_word_is_sure(web: WebServer) -> None:
    web.tagged = False
    (web.folder / "a.xls").write_bytes(b"mot")
    source = HttpSource("http", (web.url("a.xls"),), TokenLogin(web.token))
    (first,) = source.pull()
    assert "If-Modified-Since" in first.mark
    (web.folder / "a.xls").write_bytes(b"hai")
    (second,) = source.pull({first.name: first.mark})
    assert isinstance(second, Pulled) and second.open().read() == b"hai"


def test_mail_is_read_again_when_the_mailbox_numbers_its_messages_anew(mail: MailServer) -> None:
    mail.deliver("so-moi", {"a.xlsx": b"x"}, at=datetime(2025, 7, 7, 3, tzinfo=UTC))
    (item,) = mail.source("so-moi").pull()
    numbering, _, count = item.mark.partition(" ")
    assert list(mail.source("so-moi").pull({item.name: item.mark})) == [Unchanged(item.name)]
    for other in (f"{int(numbering) + 1} {count}", f"{numbering} 2"):
        (again,) = mail.source("so-moi").pull({item.name: other})
        assert isinstance(again, Pulled) and again.open().read() == b"x"


def test_a_refusal_asks_a_person_and_names_the_source(world: World) -> None:
    with pytest.raises(SourceRefused, match=world.refused.name) as caught:
        list(world.refused.pull())
    assert caught.value.next_step == "ask"


def test_a_source_out_of_reach_is_tried_again_or_empty(world: World) -> None:
    if isinstance(world.absent, FolderSource):
        assert list(world.absent.pull()) == []
        return
    with pytest.raises(TryAgain) as caught:
        list(world.absent.pull())
    assert caught.value.next_step == "retry"


@pytest.mark.parametrize("world", ["folder", "sftp"], indirect=True)
def test_lock_files_and_unfinished_downloads_wait(world: World) -> None:
    (world.folder / "sub").mkdir()
    for name in ("~$sổ.xlsx", "tải.xlsx.part", ".hidden.xls", "sub/~$b.xlsx", "a.xlsx.crdownload"):
        (world.folder / name).write_bytes(b"x")
    (world.folder / "sub" / "b.xlsx").write_bytes(b"x")
    assert [item.name for item in world.source.pull()] == sorted([*FILES, "sub/b.xlsx"])


@pytest.mark.parametrize("world", ["folder", "sftp"], indirect=True)
def test_a_link_that_leads_out_is_not_followed(world: World) -> None:
    outside = world.folder.parent / "bí mật.xlsx"
    outside.write_bytes(b"x")
    (world.folder / "link.xlsx").symlink_to(outside)
    (world.folder / "up").symlink_to(world.folder.parent)
    assert [item.name for item in world.source.pull()] == sorted(FILES)


def test_an_ssh_server_with_another_key_is_refused(sshd: SshServer, tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="wrong_hosts không ghi đúng khóa của máy chủ"):
        list(sshd.source(tmp_path, known="wrong_hosts").pull())


def test_a_missing_sftp_folder_is_refused(sshd: SshServer, tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="No such file"):
        list(sshd.source(tmp_path / "không có").pull())


@pytest.mark.parametrize("way", ["form", "token"])
def test_a_web_server_lets_in_by_form_and_by_token(way: str, web: WebServer) -> None:
    (web.folder / "a.xls").write_bytes(b"noi dung")
    fields = {"user": "mot-cua", "password": web.password}
    login = FormLogin(web.url("login"), fields) if way == "form" else TokenLogin(web.token)
    (item,) = HttpSource("http", (web.url("a.xls"),), login).pull()
    assert item.open().read() == b"noi dung"


def test_a_login_page_is_never_taken_for_an_export(web: WebServer) -> None:
    (web.folder / "a.xls").write_bytes(b"noi dung")
    wrong = FormLogin(web.url("login"), {"user": "mot-cua", "password": "sai"})
    for login in (wrong, None):
        with pytest.raises(SourceRefused, match="trang đăng nhập"):
            list(HttpSource("http", (web.url("a.xls"),), login).pull())


def test_a_busy_web_server_is_tried_again(web: WebServer) -> None:
    web.busy = True
    with pytest.raises(TryAgain, match="503"):
        list(HttpSource("http", (web.url("a.xls"),)).pull())


def test_passwords_and_tokens_are_in_no_message(web: WebServer) -> None:
    login = BasicLogin("mot-cua", "rat-bi-mat")
    source = HttpSource("http", (web.url("a.xls") + "?key=khoa-bi-mat",), login)
    assert "bi-mat" not in repr(login)
    with pytest.raises(SourceRefused) as caught:
        list(source.pull())
    assert "bi-mat" not in str(caught.value)


def test_a_stranger_s_attachment_and_a_message_without_one_are_left_alone(mail: MailServer) -> None:
    at = datetime(2025, 7, 7, 3, tzinfo=UTC)
    mail.deliver("khach", {"a.xlsx": b"x"}, at=at, sender="nguoi-la@example.org")
    mail.deliver("khach", {}, at=at)
    mail.deliver("khach", {"../../b.xlsx": b"y", "~$b.xlsx": b"z"}, at=at)
    assert [item.name for item in mail.source("khach").pull()] == ["00000003/b.xlsx"]


def test_an_empty_mailbox_gives_nothing_and_a_missing_folder_asks_a_person(mail: MailServer) -> None:
    assert list(mail.source("trong").pull()) == []
    with mail.account("trong") as imap:
        imap.create('"H&HtM- s&AaE-"')
    assert list(mail.source("trong", folder="Hồ sơ").pull()) == []
    with pytest.raises(SourceRefused, match="Không có"):
        list(mail.source("trong", folder="Không có").pull())


def test_an_sftp_server_lets_in_by_password_and_a_wrong_one_asks_a_person(tmp_path: Path) -> None:
    with lone_server(tmp_path) as server:
        (item,) = server.source().pull()
        assert isinstance(item, Pulled) and item.open().read() == b"12345"
        with pytest.raises(SourceRefused, match="không nhận khóa hoặc mật khẩu") as caught:
            list(server.source("sai-bi-mat").pull())
    assert "bi-mat" not in str(caught.value) and "bi-mat" not in repr(server.source("sai-bi-mat"))


def test_an_sftp_server_that_nobody_named_is_told_no_password(tmp_path: Path) -> None:
    with lone_server(tmp_path) as server:
        server.known_hosts.write_text("", encoding="ascii")
        with pytest.raises(SourceRefused, match="không ghi đúng khóa của máy chủ"):
            list(server.source().pull())


def test_an_sftp_server_that_says_nothing_is_tried_again(tmp_path: Path) -> None:
    with lone_server(tmp_path) as server:
        server.silent = True
        with pytest.raises(TryAgain, match="không trả lời"):
            list(server.source(timeout_seconds=1).pull())


@pytest.mark.parametrize("length", [0, 2, 5, 1 << 62], ids=["none", "too short", "right", "absurd"])
def test_an_sftp_server_that_lies_about_a_length_costs_no_memory(length: int, tmp_path: Path) -> None:
    with lone_server(tmp_path) as server:
        server.length = length
        (item,) = server.source().pull()
        assert isinstance(item, Pulled)
        if length <= 5:
            assert item.open().read() == b"12345"
        else:
            with pytest.raises(TryAgain):
                item.open()


def test_a_key_with_a_passphrase_opens_and_what_is_no_key_asks_a_person(sshd: SshServer, tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(b"x")
    shutil.copy(sshd.home / "client", sshd.home / "locked")
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", "bi-mat", "-f", sshd.home / "locked"], check=True)
    source = replace(sshd.source(tmp_path, key="locked"), password="bi-mat")
    assert [item.name for item in source.pull()] == ["a.xls"]
    for wrong in (replace(source, password="sai"), replace(source, password=None), sshd.source(tmp_path, key="config")):
        with pytest.raises(SourceRefused, match="không phải khóa riêng SSH"):
            list(wrong.pull())
