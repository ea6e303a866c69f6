"""A prefix of an S3 bucket as a source: listed and read over plain HTTP with signed requests (Signature Version 4).

The project's S3 client belongs to storage/; two read-only requests do not need one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO
from urllib.parse import quote

import httpx
from lxml import etree

from connectors.errors import SourceRefused, TryAgain
from connectors.sources.port import (
    Known,
    Pulled,
    Unchanged,
    distrusted,
    fenced,
    is_unfinished,
    shown_name,
    spool,
    trust_of,
)

_NOTHING = hashlib.sha256(b"").hexdigest()
_SIGNED = "host;x-amz-content-sha256;x-amz-date"


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class S3Source:
    """All finished objects below `prefix`. A read-only key is enough: nothing is ever written."""

    name: str
    endpoint: str
    """host[:port]"""
    bucket: str
    access_key: str
    secret_key: str = field(repr=False)
    prefix: str = ""
    region: str = "us-east-1"
    secure: bool = True
    ca_file: str | None = None
    """The authority of an internal server."""
    timeout_seconds: float = 60.0
    clock: Callable[[], datetime] = field(default=_clock, repr=False)
    """The time of a request's signature."""

    @fenced
    def pull(self, known: Known) -> Iterator[Pulled | Unchanged]:
        """Yield every finished object, sorted by name; its size, time and ETag mark its version.

        Raises:
            TryAgain: the server does not answer or is busy.
            SourceRefused: wrong key, missing bucket or right.
        """
        with self._client() as client:
            found = [pulled for page in self._pages(client) for pulled in self._objects(page)]
        for pulled in sorted(found, key=lambda pulled: pulled.name):
            yield Unchanged(pulled.name) if known.get(pulled.name) == pulled.mark else pulled

    def _client(self) -> httpx.Client:
        verify = trust_of(self.name, self.ca_file) if self.ca_file else True
        return httpx.Client(timeout=self.timeout_seconds, follow_redirects=False, verify=verify)

    def _pages(self, client: httpx.Client) -> Iterator[etree._Element]:
        asked = {"list-type": "2", "prefix": self.prefix}
        while True:
            response = self._checked(lambda asked=asked: client.send(self._request(client, "", asked)))  # type: ignore[misc]
            page = self._listing(response.content)
            yield page
            token = page.findtext("{*}NextContinuationToken")
            if not token:
                return
            asked = asked | {"continuation-token": token}

    def _listing(self, content: bytes) -> etree._Element:
        try:
            return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as error:
            raise SourceRefused(
                f"{self.name}: {self.endpoint} trả lời không phải như một kho S3."
                " Kiểm tra endpoint (cổng S3, không phải trang quản trị)."
            ) from error

    def _objects(self, page: etree._Element) -> Iterator[Pulled]:
        for entry in page.iter("{*}Contents"):
            key = entry.findtext("{*}Key") or ""
            shown = shown_name(key.removeprefix(self.prefix).lstrip("/"))
            if shown and not key.endswith("/") and not is_unfinished(shown):
                modified = datetime.fromisoformat(entry.findtext("{*}LastModified") or "1970-01-01T00:00:00Z")
                size = int(entry.findtext("{*}Size") or 0)
                mark = f"{size} {modified.isoformat()} {entry.findtext('{*}ETag')}"
                yield Pulled(shown, self._opener(key), modified.astimezone(UTC), size, mark)

    def _opener(self, key: str) -> Callable[[], BinaryIO]:
        def open_object() -> BinaryIO:
            copy = spool()

            def fetch() -> httpx.Response:
                response = client.send(self._request(client, key, {}), stream=True)
                for part in response.iter_bytes() if response.is_success else ():
                    copy.write(part)
                response.close()
                return response

            with self._client() as client:
                self._checked(fetch)
            copy.seek(0)
            return copy

        return open_object

    def _checked(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        try:
            response = ask()
        except httpx.HTTPError as error:
            if distrust := distrusted(error):
                raise SourceRefused(f"{self.name}: {distrust}") from error
            why = f"{self.name}: kho S3 {self.endpoint} không trả lời ({type(error).__name__})."
            raise TryAgain(why) from error
        if response.status_code >= 500 or response.status_code == 429:
            raise TryAgain(f"{self.name}: kho S3 đang bận (mã {response.status_code}).")
        if not response.is_success:
            raise SourceRefused(
                f"{self.name}: kho S3 từ chối (mã {response.status_code})."
                f" Kiểm tra khóa, tên thùng {self.bucket} và quyền đọc."
            )
        return response

    def _request(self, client: httpx.Client, key: str, asked: Mapping[str, str]) -> httpx.Request:
        path = f"/{quote(self.bucket)}" + (f"/{quote(key)}" if key else "")
        query = "&".join(f"{quote(name, safe='')}={quote(asked[name], safe='')}" for name in sorted(asked))
        at = self.clock().astimezone(UTC)
        headers = {
            "Host": self.endpoint,
            "x-amz-content-sha256": _NOTHING,
            "x-amz-date": at.strftime("%Y%m%dT%H%M%SZ"),
        }
        headers["Authorization"] = self._authorization(path, query, headers, at)
        address = f"{'https' if self.secure else 'http'}://{self.endpoint}{path}"
        return client.build_request("GET", f"{address}?{query}" if query else address, headers=headers)

    def _authorization(self, path: str, query: str, headers: Mapping[str, str], at: datetime) -> str:
        """Signature Version 4, as the S3 documentation spells it out."""
        canonical = "".join(f"{name.lower()}:{headers[name]}\n" for name in sorted(headers, key=str.lower))
        request = "\n".join(("GET", path, query, canonical, _SIGNED, _NOTHING))
        scope = f"{at:%Y%m%d}/{self.region}/s3/aws4_request"
        digest = hashlib.sha256(request.encode()).hexdigest()
        to_sign = "\n".join(("AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest))
        signing = f"AWS4{self.secret_key}".encode()
        for part in scope.split("/"):
            signing = hmac.digest(signing, part.encode(), "sha256")
        signature = hmac.digest(signing, to_sign.encode(), "sha256").hex()
        return f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, SignedHeaders={_SIGNED}, Signature={signature}"
