"""Downloads from a one-stop system's web server: with basic or token authentication, or through its login form."""

from __future__ import annotations

import email.message
import email.utils
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import BinaryIO, cast
from urllib.parse import unquote, urlsplit

import httpx
from lxml import html

from connectors.errors import SourceRefused, TryAgain
from connectors.sources.port import Pulled, is_unfinished

IN_MEMORY_BYTES = 8 << 20
MOST_BYTES = 1 << 30
_PASSWORD_FIELD = re.compile(rb"type\s*=\s*['\"]?password", re.IGNORECASE)
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


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
    verify: str | bool = True
    """Path of a CA file for servers of an internal CA; False is for tests alone."""

    def pull(self) -> Iterator[Pulled]:
        """Yield every file, sorted by name; each is downloaded when first looked at, and only once.

        Raises:
            TryAgain: no answer, too slow, or the server is busy (5xx, 429).
            SourceRefused: wrong login or address, or a login page instead of a file.
        """
        with self._client() as client:
            if isinstance(self.login, FormLogin):
                self._sign_in(client, self.login)
            downloads = [self._download(client, url) for url in self.urls]
        yield from sorted((pulled for pulled in downloads if not is_unfinished(pulled.name)), key=lambda p: p.name)

    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.login.token}"} if isinstance(self.login, TokenLogin) else {}
        auth = (self.login.user, self.login.password) if isinstance(self.login, BasicLogin) else None
        return httpx.Client(
            headers=headers, auth=auth, timeout=self.timeout_seconds, verify=self.verify, follow_redirects=True
        )

    def _sign_in(self, client: httpx.Client, form: FormLogin) -> None:
        """Fill in the form, with the hidden fields it brings (tokens against forgery)."""
        page = self._checked(lambda: client.get(form.url))
        hidden = _hidden_fields(page.text) if "html" in page.headers.get("Content-Type", "") else {}
        answer = self._checked(lambda: client.post(form.url, data=hidden | dict(form.fields)))
        self._refuse_login_page(answer.content[: 64 << 10])

    def _download(self, client: httpx.Client, url: str) -> Pulled:
        copy = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - lives as long as `Pulled`

        def fetch() -> httpx.Response:
            with client.stream("GET", url) as response:
                if response.is_success:
                    self._keep(response, copy)
                return response

        response = self._checked(fetch)
        size = copy.tell()
        copy.seek(0)
        head = copy.read(64 << 10)
        copy.seek(0)
        self._refuse_login_page(head)
        return Pulled(_name_of(response, url), _opener(copy), _modified_at(response), size)

    def _keep(self, response: httpx.Response, copy: tempfile.SpooledTemporaryFile[bytes]) -> None:
        for part in response.iter_bytes():
            copy.write(part)
            if copy.tell() > MOST_BYTES:
                raise SourceRefused(f"{self.name}: tệp lớn hơn {MOST_BYTES >> 20} MB, không tải.")

    def _checked(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        try:
            response = ask()
        except httpx.HTTPError as error:
            raise TryAgain(f"{self.name}: máy chủ không trả lời ({type(error).__name__}).") from error
        if response.status_code in _AGAIN:
            raise TryAgain(f"{self.name}: máy chủ đang bận (mã {response.status_code}).")
        if not response.is_success:
            raise SourceRefused(
                f"{self.name}: máy chủ từ chối (mã {response.status_code}) {_bare(response.url)}."
                " Kiểm tra địa chỉ, tên đăng nhập và mật khẩu."
            )
        return response

    def _refuse_login_page(self, head: bytes) -> None:
        """HTML with a password field is a login page; HTML with a table may be an export named .xls."""
        if _PASSWORD_FIELD.search(head):
            raise SourceRefused(f"{self.name}: máy chủ trả về trang đăng nhập thay vì tệp. Kiểm tra tên, mật khẩu.")


def _hidden_fields(page: str) -> dict[str, str]:
    inputs = html.document_fromstring(page or "<html/>").iter("input")
    hidden = (node for node in inputs if node.get("type", "").lower() == "hidden")
    return {name: node.get("value", "") for node in hidden if (name := node.get("name"))}


def _opener(copy: tempfile.SpooledTemporaryFile[bytes]) -> Callable[[], BinaryIO]:
    def open_file() -> BinaryIO:
        fresh = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - the caller closes it
        copy.seek(0)
        while part := copy.read(1 << 20):
            fresh.write(part)
        fresh.seek(0)
        return cast(BinaryIO, fresh)

    return open_file


def _name_of(response: httpx.Response, url: str) -> str:
    """The file name the server gives, else the last part of the address; never a path."""
    message = email.message.Message()
    message["Content-Disposition"] = response.headers.get("Content-Disposition", "")
    given = message.get_filename()
    name = email.utils.collapse_rfc2231_value(given) if given else unquote(PurePosixPath(urlsplit(url).path).name)
    return unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name) or "tai-ve"


def _modified_at(response: httpx.Response) -> datetime:
    """When the server says the file changed, else when it sent it."""
    for header in ("Last-Modified", "Date"):
        try:
            return email.utils.parsedate_to_datetime(response.headers[header]).astimezone(UTC)
        except (KeyError, ValueError):
            continue
    return datetime.fromtimestamp(0, UTC)


def _bare(url: httpx.URL) -> str:
    """An address without its query: tokens live there."""
    return str(url.copy_with(query=None))
