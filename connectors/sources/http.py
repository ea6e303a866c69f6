"""Downloads from a one-stop system's web server: with basic or token authentication, or through its login form."""

from __future__ import annotations

import contextlib
import email.message
import email.utils
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

import httpx
from lxml import etree, html

from connectors.errors import ConnectorError, SourceRefused, TryAgain
from connectors.sources.port import (
    NEVER,
    Known,
    Pulled,
    Unchanged,
    copies_of,
    distrusted,
    fenced,
    is_unfinished,
    shown_name,
    spool,
    trust_of,
)

MOST_BYTES = 1 << 30
_PASSWORD_FIELD = re.compile(rb"type\s*=\s*['\"]?password", re.IGNORECASE)
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_NOT_MODIFIED = 304
_SETTLED = timedelta(minutes=1)
"""A file changed so shortly before it was sent may change again within the second that its date names (RFC 9110,
8.8.2.2), so that date marks no version."""


@dataclass(frozen=True, slots=True)
class FormLogin:
    """A login form: where it is posted, its fields (name and password among them)."""

    url: str
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class BasicLogin:
    """HTTP basic authentication."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenLogin:
    """A bearer token."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HttpSource:
    """Files at fixed addresses. A page that comes instead of a file (an expired login) is refused, never kept."""

    name: str
    urls: tuple[str, ...]
    login: FormLogin | BasicLogin | TokenLogin | None = None
    timeout_seconds: float = 60.0
    ca_file: str | None = None
    """The authority of an internal server."""

    @fenced
    def pull(self, known: Known) -> Iterator[Pulled | Unchanged]:
        """Yield every file, sorted by name; one that the server calls unchanged since its mark is not sent again.

        Raises:
            TryAgain: no answer, too slow, or the server is busy (5xx, 429).
            SourceRefused: wrong login, or no address gives a file.
        """
        with self._signed_in() as client:
            versions = {address: (name, mark) for name, mark in known.items() if (address := mark.partition(" ")[0])}
            found = [self._file(client, url, versions.get(_digest(url), ("", ""))) for url in self.urls]
        failed = [item for item in found if isinstance(item, ConnectorError)]
        if len(failed) == len(found):
            raise failed[0]
        pairs = zip(self.urls, found, strict=True)
        told = [self._missed(url) if isinstance(item, ConnectorError) else item for url, item in pairs]
        yield from sorted((item for item in told if not is_unfinished(item.name)), key=lambda item: item.name)

    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.login.token}"} if isinstance(self.login, TokenLogin) else {}
        auth = (self.login.user, self.login.password) if isinstance(self.login, BasicLogin) else None
        verify = trust_of(self.name, self.ca_file) if self.ca_file else True
        try:
            return httpx.Client(
                headers=headers, auth=auth, timeout=self.timeout_seconds, verify=verify, follow_redirects=True
            )
        except UnicodeEncodeError as error:
            raise SourceRefused(f"{self.name}: mã truy cập (token) có ký tự không dùng được. Chép lại mã.") from error

    @contextlib.contextmanager
    def _signed_in(self) -> Iterator[httpx.Client]:
        with self._client() as client:
            if isinstance(self.login, FormLogin):
                self._sign_in(client, self.login)
            yield client

    def _sign_in(self, client: httpx.Client, form: FormLogin) -> None:
        """Fill in the form, with the hidden fields it brings (tokens against forgery)."""
        page = self._checked(lambda: client.get(form.url))
        hidden = _hidden_fields(page.content) if "html" in page.headers.get("Content-Type", "") else {}
        answer = self._checked(lambda: client.post(form.url, data=hidden | dict(form.fields)))
        self._refuse_login_page(answer.content[: 64 << 10])

    def _file(self, client: httpx.Client, url: str, before: tuple[str, str]) -> Pulled | Unchanged | ConnectorError:
        """What an address gives; `before`: the name and mark that it had."""
        try:
            return self._download(client, url, before)
        except ConnectorError as error:
            return error

    def _missed(self, url: str) -> Pulled:
        """A file that did not come while others did: whoever opens it asks for it again."""

        def open_file() -> BinaryIO:
            with self._signed_in() as client:
                again = self._download(client, url, ("", ""))
            assert isinstance(again, Pulled)
            return again.open()

        name = shown_name(unquote(PurePosixPath(urlsplit(url).path).name)) or "tai-ve"
        return Pulled(name, open_file, NEVER, 0)

    def _download(self, client: httpx.Client, url: str, before: tuple[str, str]) -> Pulled | Unchanged:
        copy = spool()

        def fetch() -> httpx.Response:
            with client.stream("GET", url, headers=_unless(before[1])) as response:
                if response.is_success:
                    self._keep(response, copy)
                return response

        response = self._checked(fetch)
        if response.status_code == _NOT_MODIFIED:
            return Unchanged(before[0])
        size = copy.tell()
        copy.seek(0)
        head = copy.read(64 << 10)
        copy.seek(0)
        self._refuse_login_page(head)
        return Pulled(_name_of(response, url), copies_of(copy), _modified_at(response), size, _mark(response, url))

    def _keep(self, response: httpx.Response, copy: BinaryIO) -> None:
        for part in response.iter_bytes():
            copy.write(part)
            if copy.tell() > MOST_BYTES:
                raise SourceRefused(f"{self.name}: tệp lớn hơn {MOST_BYTES >> 20} MB, không tải.")

    def _checked(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        try:
            response = ask()
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise SourceRefused(f"{self.name}: địa chỉ không dùng được. Kiểm tra urls và form.") from error
        except httpx.HTTPError as error:
            if distrust := distrusted(error):
                raise SourceRefused(f"{self.name}: {distrust}") from error
            raise TryAgain(f"{self.name}: máy chủ không trả lời ({type(error).__name__}).") from error
        if response.status_code in _AGAIN:
            raise TryAgain(f"{self.name}: máy chủ đang bận (mã {response.status_code}).")
        if not response.is_success and response.status_code != _NOT_MODIFIED:
            raise SourceRefused(
                f"{self.name}: máy chủ từ chối (mã {response.status_code}) {_bare(response.url)}."
                " Kiểm tra địa chỉ, tên đăng nhập và mật khẩu."
            )
        return response

    def _refuse_login_page(self, head: bytes) -> None:
        """HTML with a password field is a login page; HTML with a table may be an export named .xls."""
        if _PASSWORD_FIELD.search(head):
            raise SourceRefused(f"{self.name}: máy chủ trả về trang đăng nhập thay vì tệp. Kiểm tra tên, mật khẩu.")


def _hidden_fields(page: bytes) -> dict[str, str]:
    """Of the page's bytes: its own declaration of their encoding counts (lxml refuses it in a text)."""
    try:
        inputs = html.document_fromstring(page).iter("input")
    except etree.ParserError:  # an empty page
        return {}
    hidden = (node for node in inputs if node.get("type", "").lower() == "hidden")
    return {name: node.get("value", "") for node in hidden if (name := node.get("name"))}


def _name_of(response: httpx.Response, url: str) -> str:
    """The file name the server gives, else the last part of the address; never a path."""
    message = email.message.Message()
    message["Content-Disposition"] = response.headers.get("Content-Disposition", "")
    given = message.get_filename()
    name = email.utils.collapse_rfc2231_value(given) if given else unquote(PurePosixPath(urlsplit(url).path).name)
    return shown_name(PurePosixPath(name.replace("\\", "/")).name) or "tai-ve"


def _digest(url: str) -> str:
    """Names an address in a mark: its query may hold a secret."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def _mark(response: httpx.Response, url: str) -> str:
    """What the server tells this version by: a strong ETag, else a date of change that has settled; "" is nothing."""
    tag, changed = response.headers.get("ETag", ""), _date_in(response, "Last-Modified")
    if tag.startswith('"'):
        return f"{_digest(url)} If-None-Match {tag}"
    sent = _date_in(response, "Date")
    if changed is not None and sent is not None and sent - changed >= _SETTLED:
        return f"{_digest(url)} If-Modified-Since {response.headers['Last-Modified']}"
    return ""


def _unless(mark: str) -> dict[str, str]:
    """The headers that ask for a file unless it is still the version of a mark."""
    _, name, value = mark.split(" ", 2) if mark else ("", "", "")
    return {name: value} if name else {}


def _modified_at(response: httpx.Response) -> datetime:
    """When the server says the file changed, else when it sent it."""
    return _date_in(response, "Last-Modified") or _date_in(response, "Date") or NEVER


def _date_in(response: httpx.Response, header: str) -> datetime | None:
    """None: it is not there, or no date."""
    try:
        return email.utils.parsedate_to_datetime(response.headers[header]).astimezone(UTC)
    except (KeyError, ValueError):
        return None


def _bare(url: httpx.URL) -> str:
    """An address without its query: tokens live there."""
    return str(url.copy_with(query=None))
