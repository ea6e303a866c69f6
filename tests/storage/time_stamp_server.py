"""A time stamp authority (RFC 3161) on a free port of this machine, with a certificate of the sample's PKI."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import keys, tsp, x509
from cryptography.hazmat.primitives import serialization
from pyhanko.sign.timestamps import DummyTimeStamper

from sample.pki import Leaf
from tests.servers import answering

STAMPED_AT = datetime(2026, 1, 5, 18, 30, tzinfo=UTC)


@contextlib.contextmanager
def time_stamp_server(tsa: Leaf, *, mood: str = "willing") -> Iterator[str]:
    """Yields the address. Its mood: willing | slow (answers at its end) | broken (500) | astray (another request)."""

    over = threading.Event()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            over.wait(60 if mood == "slow" else 0)
            if mood == "astray":
                request["message_imprint"]["hashed_message"] = bytes(32)
            self.send_response(500 if mood == "broken" else 200)
            body = b"sorry" if mood == "broken" else _stamper(tsa).request_tsa_response(request).dump()
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with answering(ThreadingHTTPServer(("127.0.0.1", 0), Answer)) as port:
        yield f"http://127.0.0.1:{port}/"
        over.set()


def _stamper(tsa: Leaf) -> DummyTimeStamper:
    unencrypted = serialization.NoEncryption()
    pkcs8 = tsa.key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, unencrypted)
    return DummyTimeStamper(x509.Certificate.load(tsa.der), keys.PrivateKeyInfo.load(pkcs8), fixed_dt=STAMPED_AT)
