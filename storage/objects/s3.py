"""The object store on an S3 server, through the `minio` client.

The bucket is made with object lock, so that versions stay; an object's name is its hash, so writing it twice
cannot change it. The client's own time-outs (5 minutes, 5 retries) are too patient for a night.
"""

from __future__ import annotations

import base64
import contextlib
import io
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from storage.errors import Missing, StorageError, StoreUnavailable
from storage.objects.port import Kept, digest_of

_PART_BYTES = 64 << 20
_MEMORY_BYTES = 8 << 20
_PREFIX = "sha256/"


@dataclass(frozen=True, slots=True)
class S3Address:
    """Where the bucket is, and with which key it opens."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"
    secure: bool = True
    timeout_seconds: float = 20.0


class S3Store:
    """Objects in a bucket with object lock."""

    def __init__(self, address: S3Address) -> None:
        self.address = address
        self._client = Minio(
            address.endpoint,
            access_key=address.access_key,
            secret_key=address.secret_key,
            region=address.region,
            secure=address.secure,
            http_client=urllib3.PoolManager(
                timeout=urllib3.Timeout(connect=5, read=address.timeout_seconds),
                retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
                maxsize=8,
            ),
        )

    def create_bucket(self) -> None:
        """Make the bucket with object lock, if it is not there."""
        with self._translated():
            if not self._client.bucket_exists(bucket_name=self.address.bucket):
                self._client.make_bucket(bucket_name=self.address.bucket, object_lock=True)

    def put(self, source: BinaryIO) -> Kept:
        """Keep all bytes of `source`: spooled and hashed first, because the name must be known before the upload."""
        with tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES) as spool:
            shutil.copyfileobj(source, spool, 1 << 20)
            spool.seek(0)
            sha256, size = digest_of(cast(BinaryIO, spool))
            if sha256 in self:
                return Kept(sha256, size, new=False)
            spool.seek(0)
            self._upload(cast(BinaryIO, spool), sha256, size)
        return Kept(sha256, size, new=True)

    def open(self, sha256: str) -> BinaryIO:
        """A reader of the object."""
        with self._translated(sha256):
            response = self._client.get_object(bucket_name=self.address.bucket, object_name=_name_of(sha256))
        body = cast(Any, response)
        body.auto_close = False
        return cast(BinaryIO, io.BufferedReader(body))

    @contextlib.contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        """A copy of the object in a temporary folder."""
        with tempfile.TemporaryDirectory(prefix="parindex-") as folder:
            path = Path(folder) / sha256
            with self.open(sha256) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            yield path

    def sweep(self) -> int:
        """Nothing to do: the server shows an object whole or not at all."""
        return 0

    def __contains__(self, sha256: object) -> bool:
        try:
            with self._translated():
                self._client.stat_object(bucket_name=self.address.bucket, object_name=_name_of(str(sha256)))
        except Missing:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        with self._translated():
            listing = self._client.list_objects(bucket_name=self.address.bucket, prefix=_PREFIX, recursive=True)
            return iter(sorted(str(item.object_name).rsplit("/", 1)[-1] for item in listing))

    def _upload(self, source: BinaryIO, sha256: str, size: int) -> None:
        checksum = {"x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(sha256)).decode()}
        with self._translated(sha256):
            self._client.put_object(
                bucket_name=self.address.bucket,
                object_name=_name_of(sha256),
                data=source,
                length=size,
                part_size=_PART_BYTES,
                metadata=cast(Any, checksum) if size < _PART_BYTES else None,
            )

    @contextlib.contextmanager
    def _translated(self, sha256: str = "") -> Iterator[None]:
        """Client errors as ours, with the server's name and the way out."""
        where = f"S3 {self.address.endpoint}/{self.address.bucket}"
        try:
            yield
        except S3Error as error:
            raise _named(where, error, sha256) from error
        except (HTTPError, MinioException, OSError) as error:
            raise StoreUnavailable(
                f"{where}: máy chủ lưu trữ không trả lời ({type(error).__name__}). Chưa có gì bị mất; "
                "kiểm tra PAR_S3_ENDPOINT và mạng, rồi chạy lại."
            ) from error


def _named(where: str, error: S3Error, sha256: str) -> StorageError:
    if error.code in ("NoSuchKey", "NoSuchObject", "NoSuchVersion"):
        return Missing(f"{where}: không có tài liệu {sha256}")
    return StoreUnavailable(
        f"{where}: máy chủ lưu trữ từ chối ({error.code}). "
        "Kiểm tra PAR_S3_ACCESS_KEY, PAR_S3_SECRET_KEY và quyền trên kho."
    )


def _name_of(sha256: str) -> str:
    return f"{_PREFIX}{sha256[:2]}/{sha256[2:4]}/{sha256}"
