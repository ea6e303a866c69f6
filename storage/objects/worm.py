"""Whether a bucket really keeps what it promised: a canary, locked for everybody, that we try to destroy.

The canary's name holds the day its lock ends, so that one canary serves a month of tests.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

from minio import Minio
from minio.commonconfig import COMPLIANCE
from minio.error import S3Error
from minio.retention import Retention

from storage.objects.port import WormReport

_CANARY = b"parindex canary: nobody may delete or replace this version before its day\n"
_SOUND = (
    "Kho S3 đã qua phép thử: phiên bản bị khóa không xóa được, không ghi đè được, "
    "kể cả với khóa truy cập của hệ thống này."
)


def tried(client: Minio, bucket: str) -> WormReport:
    """Put a locked canary, try to delete and to overwrite that version; what the server did."""
    name, until = _canary_of(datetime.now(UTC))
    try:
        version = _version(client, bucket, name, until)
    except S3Error as error:
        return _failed(f"không đặt được khóa ({error.code})")
    if version is None:
        return _failed("không giữ phiên bản")
    if _deleted(client, bucket, name, version):
        return _failed("phiên bản bị khóa vẫn xóa được")
    client.put_object(bucket_name=bucket, object_name=name, data=io.BytesIO(b"overwritten\n"), length=12)
    if not _still_there(client, bucket, name, version):
        return _failed("phiên bản bị khóa vẫn ghi đè được")
    return WormReport("s3", guaranteed=True, sentence=_SOUND)


def _canary_of(now: datetime) -> tuple[str, datetime]:
    until = (now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=2)
    return f"canary/{until:%Y-%m-%d}", until


def _version(client: Minio, bucket: str, name: str, until: datetime) -> str | None:
    """The oldest version of the canary; put where there is none."""
    versions = list(client.list_objects(bucket_name=bucket, prefix=name, include_version=True))
    found = [str(item.version_id) for item in versions if item.version_id and not item.is_delete_marker]
    if found:
        return found[-1]
    retention = Retention(COMPLIANCE, until)
    body = io.BytesIO(_CANARY)
    put = client.put_object(bucket_name=bucket, object_name=name, data=body, length=len(_CANARY), retention=retention)
    return put.version_id


def _deleted(client: Minio, bucket: str, name: str, version: str) -> bool:
    try:
        client.remove_object(bucket_name=bucket, object_name=name, version_id=version)
    except S3Error:
        return False
    return not _still_there(client, bucket, name, version)


def _still_there(client: Minio, bucket: str, name: str, version: str) -> bool:
    try:
        response = client.get_object(bucket_name=bucket, object_name=name, version_id=version)
    except S3Error:
        return False
    try:
        return response.read() == _CANARY
    finally:
        response.close()
        response.release_conn()


def _failed(what: str) -> WormReport:
    return WormReport(
        "s3",
        guaranteed=False,
        sentence=f"Kho S3 KHÔNG qua phép thử chống xóa sửa: {what}. Tạo kho mới có khóa đối tượng (object lock), "
        "hoặc hỏi nơi cung cấp kho.",
    )
