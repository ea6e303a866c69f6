"""The object store on an S3 server, through the `minio` client.

The bucket is made with versions and object lock: every version is locked (GOVERNANCE) for PAR_S3_LOCK_DAYS, and an
object's name is its hash, so a second writing finds the name taken (If-None-Match, answer 412). The client's own
time-outs (5 minutes, 5 retries) are too patient for a night.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import urllib3
from minio import Minio
from minio.commonconfig import COMPLIANCE, GOVERNANCE
from minio.error import MinioException, S3Error
from minio.helpers import md5sum_hash
from minio.objectlockconfig import DAYS, ObjectLockConfig
from minio.retention import Retention
from minio.sse import SseS3
from minio.xml import marshal
from urllib3.exceptions import HTTPError

from storage.errors import Damaged, Missing, NotPossible, StorageError, StoreUnavailable
from storage.objects.port import CHUNK_BYTES, Kept, Opener, WormReport
from storage.objects.worm import tried

_PART_BYTES = 16 << 20
_MEMORY_BYTES = 8 << 20
"""What is smaller is put in one request; at most _AT_A_TIME of these are in memory."""
_AT_A_TIME = 8
_PREFIX = "sha256/"
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")
_GONE = ("NoSuchKey", "NoSuchObject", "NoSuchVersion")


@dataclass(frozen=True, slots=True)
class S3Address:
    """Where the bucket is, with which key it opens, and how it keeps. `lock_days` 0: versions are not locked."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"
    secure: bool = True
    timeout_seconds: float = 20.0
    lock_days: int = 0
    encrypt: bool = False


class S3Store:
    """Objects in a bucket with versions and object lock."""

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
                maxsize=_AT_A_TIME,
            ),
        )

    def create_bucket(self) -> None:
        """Make the bucket with object lock, if it is not there."""
        bucket = self.address.bucket
        with self._translated():
            if not self._client.bucket_exists(bucket_name=bucket):
                self._client.make_bucket(bucket_name=bucket, object_lock=True)
                if self.address.lock_days:
                    config = ObjectLockConfig(GOVERNANCE, self.address.lock_days, DAYS)
                    self._client.set_object_lock_config(bucket_name=bucket, config=config)

    def put(self, source: BinaryIO) -> Kept:
        """Keep all bytes of `source`: hashed before the upload, because the name must be known."""
        head = source.read(_MEMORY_BYTES)
        if len(head) < _MEMORY_BYTES:
            return self._put_small(head)
        with tempfile.TemporaryFile() as spool:
            sha256, size = _spooled(head, source, spool)
            if sha256 in self:
                return Kept(sha256, size, new=False)
            spool.seek(0)
            self._put_parts(spool, sha256, size)
        return Kept(sha256, size, new=True)

    def put_all(self, openers: Iterable[Opener]) -> Iterator[Kept | OSError]:
        """Keep many sources, eight at a time, in order."""
        remaining = iter(openers)
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            while batch := list(islice(remaining, _AT_A_TIME)):
                yield from pool.map(self._try_to_put, batch)

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
                shutil.copyfileobj(source, target, CHUNK_BYTES)
            yield path

    def mend(self, sha256: str, source: BinaryIO) -> None:
        """Put sound bytes as a new version; the damaged version stays below it."""
        with tempfile.TemporaryFile() as spool:
            found, size = _spooled(b"", source, spool)
            if found != sha256:
                raise Damaged(f"{sha256}: bản sao dùng để khôi phục cũng không đúng mã băm; chưa đổi gì.", sha256)
            spool.seek(0)
            self._put_parts(spool, sha256, size)

    def worm(self) -> WormReport:
        """Put a canary locked for all, try to delete and to replace that version."""
        with self._translated():
            return tried(self._client, self.address.bucket)

    def protect(self, sha256: str, *, until: datetime, for_all: bool) -> None:
        """Lock the newest version until a moment: COMPLIANCE binds the administrator too.

        The step from GOVERNANCE to COMPLIANCE counts as a change of a lock, for which the client has no header.
        """
        body = marshal(Retention(COMPLIANCE if for_all else GOVERNANCE, until))
        headers = {"Content-MD5": md5sum_hash(body), "x-amz-bypass-governance-retention": "true"}
        with self._translated(sha256):
            cast(Any, self._client)._execute(
                "PUT", self.address.bucket, _name_of(sha256), body, headers, query_params={"retention": ""}
            )

    def hold(self, sha256: str, *, on: bool) -> None:
        """Put or lift a legal hold on the newest version."""
        change = self._client.enable_object_legal_hold if on else self._client.disable_object_legal_hold
        with self._translated(sha256):
            change(bucket_name=self.address.bucket, object_name=_name_of(sha256))

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

    def _try_to_put(self, opener: Opener) -> Kept | OSError:
        """A source that cannot be read gives its error; the server's failures raise."""
        try:
            with opener() as source:
                return self.put(source)
        except OSError as error:
            return error

    def _put_small(self, data: bytes) -> Kept:
        """One request, with its checksum, refused by the server where the name is taken."""
        sha256 = hashlib.sha256(data).hexdigest()
        headers = {"If-None-Match": "*", "Content-Type": "application/octet-stream"}
        headers["x-amz-checksum-sha256"] = base64.b64encode(bytes.fromhex(sha256)).decode()
        if self.address.encrypt:
            headers["x-amz-server-side-encryption"] = "AES256"
        try:
            with self._translated(sha256):
                cast(Any, self._client)._put_object(self.address.bucket, _name_of(sha256), data, headers)
        except _NameTaken:
            return Kept(sha256, len(data), new=False)
        return Kept(sha256, len(data), new=True)

    def _put_parts(self, source: BinaryIO, sha256: str, size: int) -> None:
        with self._translated(sha256):
            self._client.put_object(
                bucket_name=self.address.bucket,
                object_name=_name_of(sha256),
                data=source,
                length=size,
                part_size=_PART_BYTES,
                num_parallel_uploads=2,
                sse=SseS3() if self.address.encrypt else None,
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


class _NameTaken(StorageError):
    """The server has an object of this name."""


def _named(where: str, error: S3Error, sha256: str) -> StorageError:
    if error.code in _TAKEN:
        return _NameTaken(sha256)
    if error.code in _GONE:
        return Missing(f"{where}: không có tài liệu {sha256}", sha256)
    if error.code == "RequestTimeTooSkewed":
        return StoreUnavailable(f"{where}: đồng hồ máy này lệch với máy chủ lưu trữ; chỉnh lại giờ rồi chạy lại.")
    if error.code in ("InvalidRequest", "ObjectLockConfigurationNotFoundError", "NotImplemented"):
        return NotPossible(f"{where}: máy chủ lưu trữ không có chức năng này ({error.code}).")
    return StoreUnavailable(
        f"{where}: máy chủ lưu trữ từ chối ({error.code}). "
        "Kiểm tra PAR_S3_ACCESS_KEY, PAR_S3_SECRET_KEY và quyền trên kho."
    )


def _spooled(head: bytes, source: BinaryIO, spool: Any) -> tuple[str, int]:
    """Write `head` and the rest of the source to `spool`; hash and size."""
    hasher, size, block = hashlib.sha256(), 0, head or source.read(CHUNK_BYTES)
    while block:
        hasher.update(block)
        spool.write(block)
        size += len(block)
        block = source.read(CHUNK_BYTES)
    return hasher.hexdigest(), size


def _name_of(sha256: str) -> str:
    return f"{_PREFIX}{sha256[:2]}/{sha256[2:4]}/{sha256}"
