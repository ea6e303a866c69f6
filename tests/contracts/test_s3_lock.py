"""What an S3 server promises beyond the contract, on a real one; and servers that break their word or their line."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from minio import Minio
from minio.error import S3Error

from storage.errors import NotPossible, StoreUnavailable
from storage.objects import S3Address, S3Store
from tests.servers import SECRET, answering, s3_address


@pytest.fixture
def address(s3_endpoint: str, tmp_path: Path) -> S3Address:
    bucket = "l" + hashlib.sha256(str(tmp_path).encode()).hexdigest()[:20]
    return replace(s3_address(s3_endpoint, bucket), lock_days=30)


@pytest.fixture
def store(address: S3Address) -> S3Store:
    made = S3Store(address)
    made.create_bucket()
    return made


@pytest.fixture
def client(address: S3Address) -> Minio:
    return Minio(address.endpoint, access_key="testkey", secret_key=SECRET, secure=False, region="us-east-1")


def name_of(sha256: str) -> str:
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def versions(client: Minio, bucket: str, sha256: str) -> list[str]:
    listed = client.list_objects(bucket_name=bucket, prefix=name_of(sha256), include_version=True)
    return [str(item.version_id) for item in listed]


def test_the_store_proves_that_its_server_keeps_locked_versions(store: S3Store) -> None:
    first, second = store.worm(), store.worm()
    assert first.guaranteed, first.sentence
    assert first == second


def test_a_bucket_without_lock_is_named(client: Minio, address: S3Address) -> None:
    bucket = address.bucket + "open"
    client.make_bucket(bucket_name=bucket)
    report = S3Store(replace(address, bucket=bucket)).worm()
    assert not report.guaranteed and "KHÔNG" in report.sentence


@pytest.mark.parametrize("size", [100, 20 << 20])
def test_every_version_is_locked_from_the_start_and_written_once(
    store: S3Store, client: Minio, address: S3Address, size: int
) -> None:
    data = os.urandom(size)
    sha256 = store.put(io.BytesIO(data)).sha256
    assert not store.put(io.BytesIO(data)).new

    (version,) = versions(client, address.bucket, sha256)
    with pytest.raises(S3Error) as refused:
        client.remove_object(bucket_name=address.bucket, object_name=name_of(sha256), version_id=version)
    assert refused.value.code == "AccessDenied"


def test_two_writers_of_one_content_make_one_version(store: S3Store, client: Minio, address: S3Address) -> None:
    kept = list(store.put_all([lambda: io.BytesIO(b"twin")] * 8))
    assert sum(one.new for one in kept) == 1  # type: ignore[union-attr]
    assert len(versions(client, address.bucket, hashlib.sha256(b"twin").hexdigest())) == 1


def test_a_closed_period_is_locked_for_the_administrator_too(store: S3Store, client: Minio, address: S3Address) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)
    sha256 = store.put(io.BytesIO(b"closed period")).sha256

    store.protect(sha256, until=until, for_all=True)

    found = client.get_object_retention(bucket_name=address.bucket, object_name=name_of(sha256))
    assert found is not None and (found.mode, found.retain_until_date) == ("COMPLIANCE", until)


def test_a_legal_hold_is_put_and_lifted(store: S3Store, client: Minio, address: S3Address) -> None:
    sha256 = store.put(io.BytesIO(b"disputed")).sha256
    for on in (True, False):
        store.hold(sha256, on=on)
        told = client.is_object_legal_hold_enabled(bucket_name=address.bucket, object_name=name_of(sha256))
        assert told is on


def test_a_bucket_without_lock_cannot_protect_and_says_so(client: Minio, address: S3Address) -> None:
    bucket = address.bucket + "plain"
    client.make_bucket(bucket_name=bucket)
    plain = S3Store(replace(address, bucket=bucket))
    sha256 = plain.put(io.BytesIO(b"x")).sha256
    with pytest.raises((NotPossible, StoreUnavailable), match="máy chủ lưu trữ"):
        plain.hold(sha256, on=True)


@contextlib.contextmanager
def broken_server(*, status: int, body: bytes = b"", silent: bool = False) -> Iterator[str]:
    """A server that answers every request the same way; a silent one not before it ends."""
    over = threading.Event()

    class Answer(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            over.wait(60 if silent else 0)
            with contextlib.suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Type", "application/xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        do_GET = do_HEAD = do_POST = do_PUT  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    with answering(ThreadingHTTPServer(("127.0.0.1", 0), Answer)) as port:
        yield f"127.0.0.1:{port}"
        over.set()


SKEWED = b"<Error><Code>RequestTimeTooSkewed</Code><Message>clock</Message></Error>"


@pytest.mark.parametrize(
    ("status", "body", "silent", "seen"),
    [
        (500, b"", False, "không trả lời"),
        (200, b"", True, "không trả lời"),
        (403, SKEWED, False, "đồng hồ"),
        (507, b"<Error><Code>InsufficientStorage</Code></Error>", False, "InsufficientStorage"),
    ],
)
def test_a_server_that_fails_is_named_in_time_and_nothing_counts_as_kept(
    status: int, body: bytes, silent: bool, seen: str
) -> None:
    with broken_server(status=status, body=body, silent=silent) as endpoint:
        store = S3Store(s3_address(endpoint, "bucket", timeout_seconds=0.3 if silent else 60))
        with pytest.raises(StoreUnavailable, match=seen):
            store.put(io.BytesIO(b"evidence"))
