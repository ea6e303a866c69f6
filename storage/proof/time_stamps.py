"""Time stamps (RFC 3161) over kept objects: a queue that nobody waits for, and one try at an authority.

waiting → stamped. A try that fails leaves its reason and the object in the queue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import urllib3
from cryptography.x509 import load_der_x509_certificate
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
)
from rfc3161_client import decode_timestamp_response as decoded
from sqlalchemy import Connection, insert, select, update

from storage.database.tables import time_stamps
from storage.errors import StorageError
from storage.objects.port import Kept
from storage.proof.custody import Happening, append

WAITING, STAMPED = "waiting", "stamped"
_GRANTED = (0, 1)


class NoTimeStamp(StorageError):
    """The authority did not answer, or its answer is not about what was asked; it is tried again another night."""


@dataclass(frozen=True, slots=True)
class Token:
    """An authority's answer: its bytes, the moment it states, whether it leads to one of the given anchors."""

    data: bytes
    stamped_at: datetime
    trusted: bool


def queue(connection: Connection, sha256: str, *, at: datetime) -> None:
    """Ask for a time stamp of a kept object, once."""
    if not connection.execute(select(time_stamps.c.sha256).where(time_stamps.c.sha256 == sha256)).first():
        row = {"sha256": sha256, "state": WAITING, "attempts": 0, "asked_at": at}
        connection.execute(insert(time_stamps).values(**row))


def waiting(connection: Connection) -> list[str]:
    """Objects without time stamp, those tried least first, then the oldest."""
    chosen = select(time_stamps.c.sha256).where(time_stamps.c.state == WAITING)
    return list(connection.execute(chosen.order_by(time_stamps.c.attempts, time_stamps.c.asked_at)).scalars())


def stamps_of(connection: Connection) -> list[Mapping[str, Any]]:
    """The whole queue, oldest first."""
    rows = connection.execute(select(time_stamps).order_by(time_stamps.c.asked_at, time_stamps.c.sha256))
    return [dict(row._mapping) for row in rows]


def record_failure(connection: Connection, sha256: str, reason: str, *, at: datetime) -> None:
    """Count a try that brought nothing."""
    _set(connection, sha256, attempts=time_stamps.c.attempts + 1, tried_at=at, reason=reason)


def record_token(connection: Connection, sha256: str, kept: Kept, token: Token, *, at: datetime) -> None:
    """Keep that an object is stamped; the token itself lies in the object store."""
    untrusted = None if token.trusted else "chưa đối chiếu được chứng thư của cơ quan cấp dấu thời gian"
    stamped = {"state": STAMPED, "token": kept.sha256, "stamped_at": token.stamped_at, "reason": untrusted}
    _set(connection, sha256, attempts=time_stamps.c.attempts + 1, tried_at=at, **stamped)
    detail = {"token": kept.sha256, "stamped_at": token.stamped_at.isoformat()}
    append(connection, [Happening("stamped", sha256, "parindex", "time stamps", detail)], at=at)


@dataclass(frozen=True, slots=True)
class Trusted:
    """Certificates in DER that an authority's own may lead to."""

    anchors: Sequence[bytes] = ()
    intermediates: Sequence[bytes] = ()


def token_for(url: str, data: bytes, *, seconds: float, trusted: Trusted) -> Token:
    """Ask the authority at `url` to stamp `data`.

    Raises:
        NoTimeStamp: no answer within `seconds`, a refusal, or an answer about something else.
    """
    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = _answer(url, request, seconds)
    stated = answer.tst_info
    if stated.message_imprint.message != request.message_imprint.message or stated.nonce != request.nonce:
        raise NoTimeStamp(f"{url}: dấu thời gian nhận được không phải của nội dung đã gửi; sẽ thử lại.")
    proved = any(_leads_to(anchor, trusted.intermediates, request, answer, data) for anchor in trusted.anchors)
    return Token(answer.as_bytes(), stated.gen_time.astimezone(UTC), proved)


def _answer(url: str, request: TimeStampRequest, seconds: float) -> TimeStampResponse:
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        with urllib3.PoolManager(timeout=urllib3.Timeout(total=seconds), retries=False) as pool:
            reply = pool.request("POST", url, body=request.as_bytes(), headers=headers)
        answer = decoded(reply.data)
        if reply.status != 200 or answer.status not in _GRANTED:
            raise NoTimeStamp(f"{url}: từ chối (HTTP {reply.status}, trạng thái {answer.status}); sẽ thử lại.")
    except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
        raise NoTimeStamp(f"{url}: không cấp được dấu thời gian ({type(error).__name__}); sẽ thử lại.") from error
    return answer


def _leads_to(
    anchor: bytes, between: Sequence[bytes], request: TimeStampRequest, answer: TimeStampResponse, data: bytes
) -> bool:
    try:
        builder = VerifierBuilder.from_request(request).add_root_certificate(load_der_x509_certificate(anchor))
        for one in between:
            builder = builder.add_intermediate_certificate(load_der_x509_certificate(one))
        return bool(builder.build().verify_message(answer, data))
    except (VerificationError, ValueError):
        return False


def _set(connection: Connection, sha256: str, **values: Any) -> None:
    connection.execute(update(time_stamps).where(time_stamps.c.sha256 == sha256).values(**values))
