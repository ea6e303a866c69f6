"""A mail server with STARTTLS and login, and a receiver of webhooks, on free ports of this machine."""

from __future__ import annotations

import contextlib
import datetime
import json
import ssl
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers import answering, free_ports

USER, PASSWORD = "parindex", "mat-khau-thu"


class Mailbox:
    """Letters received; the next `refusals` are answered with a passing error."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refusals = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.refusals:
            self.refusals -= 1
            return "451 4.7.1 greylisted, try again later"
        self.letters.append(message_from_bytes(envelope.original_content or b"", policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


@contextlib.contextmanager
def mail_server(folder: Path) -> Iterator[tuple[Mailbox, int, Path]]:
    """The mailbox, its port, and the certificate to trust."""
    certificate, key = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    mailbox = Mailbox()
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=free_ports(1)[0],
        ready_timeout=60,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=_known,
    )
    controller.start()
    try:
        yield mailbox, controller.port, certificate
    finally:
        controller.stop()


class Hooks:
    """Bodies received by a webhook; the next `refusals` are answered with 503."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.refusals = 0
        self.answers_options = 501
        """What it answers to the question which methods it takes; 501: it does not know the question."""


@contextlib.contextmanager
def webhook() -> Iterator[tuple[Hooks, str]]:
    """The receiver and its address."""
    hooks = Hooks()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if hooks.refusals:
                hooks.refusals -= 1
                self.send_response(503)
            else:
                hooks.bodies.append(json.loads(body))
                hooks.keys.append(self.headers["Idempotency-Key"])
                self.send_response(204)
            self.end_headers()

        def do_OPTIONS(self) -> None:
            self.send_response(hooks.answers_options)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    with answering(ThreadingHTTPServer(("127.0.0.1", 0), Receiver)) as port:
        yield hooks, f"http://127.0.0.1:{port}/thu"


def _known(_server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    sound = mechanism in ("LOGIN", "PLAIN") and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=sound, handled=False)


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "mail.pem", folder / "mail.key"
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private
