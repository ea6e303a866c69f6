"""A prefix of an S3 bucket as a source, through the `minio` client: listed and read, never written."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

import urllib3
from minio import Minio
from minio.datatypes import Object
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from connectors.errors import ConnectorError, SourceRefused, TryAgain
from connectors.sources.port import (
    NEVER,
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

    @fenced
    def pull(self, known: Known) -> Iterator[Pulled | Unchanged]:
        """Yield every finished object, sorted by name; its size, time and ETag mark its version.

        Raises:
            TryAgain: the server does not answer or is busy.
            SourceRefused: wrong key, missing bucket or right.
        """
        with self._asked() as client:
            found = list(self._objects(client))
        for pulled in sorted(found, key=lambda pulled: pulled.name):
            yield Unchanged(pulled.name) if known.get(pulled.name) == pulled.mark else pulled

    def _objects(self, client: Minio) -> Iterator[Pulled]:
        for item in client.list_objects(bucket_name=self.bucket, prefix=self.prefix, recursive=True):
            key = item.object_name or ""
            shown = shown_name(key.removeprefix(self.prefix).lstrip("/"))
            if shown and not item.is_dir and not is_unfinished(shown):
                yield self._pulled(shown, key, item)

    def _pulled(self, shown: str, key: str, item: Object) -> Pulled:
        modified = (item.last_modified or NEVER).astimezone(UTC)
        mark = f'{item.size or 0} {modified.isoformat()} "{item.etag}"'
        return Pulled(shown, self._opener(key), modified, item.size or 0, mark)

    def _opener(self, key: str) -> Callable[[], BinaryIO]:
        def open_object() -> BinaryIO:
            copy = spool()
            with self._asked() as client:
                response = client.get_object(bucket_name=self.bucket, object_name=key)
                with contextlib.closing(response):
                    shutil.copyfileobj(response, copy)
            copy.seek(0)
            return copy

        return open_object

    @contextlib.contextmanager
    def _asked(self) -> Iterator[Minio]:
        """A client; what the server does wrong is told by what to do next."""
        try:
            yield self._client()
        except MinioException as error:
            raise self._told(error) from error
        except ParseError as error:
            raise SourceRefused(
                f"{self.name}: {self.endpoint} trả lời không phải như một kho S3."
                " Kiểm tra endpoint (cổng S3, không phải trang quản trị)."
            ) from error
        except HTTPError as error:
            if distrust := distrusted(error):
                raise SourceRefused(f"{self.name}: {distrust}") from error
            why = f"{self.name}: kho S3 {self.endpoint} không trả lời ({type(error).__name__})."
            raise TryAgain(why) from error

    def _client(self) -> Minio:
        """Asks once, because a source has attempts of its own, and goes nowhere else."""
        trust = trust_of(self.name, self.ca_file) if self.secure else None
        pool = urllib3.PoolManager(timeout=self.timeout_seconds, retries=False, ssl_context=trust)
        return Minio(
            self.endpoint,
            access_key=self.access_key,
            secret_key=self.secret_key,
            region=self.region,
            secure=self.secure,
            http_client=pool,
        )

    def _told(self, error: MinioException) -> ConnectorError:
        status, code = _status_of(error)
        if status >= 500 or status == 429:
            return TryAgain(f"{self.name}: kho S3 đang bận (mã {status}).")
        return SourceRefused(
            f"{self.name}: kho S3 từ chối (mã {status}{code}). Kiểm tra khóa, tên thùng {self.bucket} và quyền đọc."
        )


def _status_of(error: MinioException) -> tuple[int, str]:
    """The HTTP status of an answer, and the server's own word for it."""
    if isinstance(error, S3Error):
        return int(error.response.status), f" {error.code}"
    return int(getattr(error, "status_code", 0) or getattr(error, "_code", 0)), ""
