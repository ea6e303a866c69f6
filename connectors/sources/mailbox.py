"""A mailbox as a source: the attachments of its messages, read without marking anything as read."""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import email.utils
import imaplib
import io
import re
import ssl
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import PurePosixPath
from typing import BinaryIO

from connectors.errors import SourceRefused, TryAgain
from connectors.sources.port import Pulled, is_unfinished

MOST_MESSAGE_BYTES = 64 << 20
_UID = re.compile(rb"UID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True, slots=True)
class MailboxSource:
    """Attachments in one folder of an IMAP account.

    `senders` are the addresses whose attachments are taken; a sender's name can be forged, so the bytes are treated
    like any stranger's. `security` is tls | starttls | none (none is for tests alone).
    """

    name: str
    host: str
    user: str
    password: str = field(repr=False)
    senders: tuple[str, ...]
    folder: str = "INBOX"
    port: int = 993
    security: str = "tls"
    timeout_seconds: float = 60.0

    def pull(self) -> Iterator[Pulled]:
        """Yield every attachment, by message and then by name. A message above 64 MiB is left alone.

        Raises:
            TryAgain: the server does not answer.
            SourceRefused: wrong name, password or folder.
        """
        with self._conversation() as imap:
            found = [pulled for uid in self._uids(imap) for pulled in self._attachments(imap, uid)]
        yield from sorted(found, key=lambda pulled: pulled.name)

    def _uids(self, imap: imaplib.IMAP4) -> list[bytes]:
        _, answer = imap.uid("FETCH", "1:*", "(UID RFC822.SIZE)")
        lines = [line for line in answer if isinstance(line, bytes)]
        small = [line for line in lines if (size := _SIZE.search(line)) and int(size[1]) <= MOST_MESSAGE_BYTES]
        return [uid[1] for line in small if (uid := _UID.search(line))]

    def _attachments(self, imap: imaplib.IMAP4, uid: bytes) -> Iterator[Pulled]:
        _, answer = imap.uid("FETCH", uid.decode(), "(INTERNALDATE BODY.PEEK[])")
        parts = [part for part in answer if isinstance(part, tuple)]
        if not parts:
            return
        message = email.message_from_bytes(parts[0][1], policy=email.policy.default)
        if not isinstance(message, EmailMessage) or not self._is_trusted(message):
            return
        arrived = _arrived(parts[0][0])
        for attachment in message.iter_attachments():
            file = _file_name(attachment)
            content = attachment.get_payload(decode=True)
            if file and isinstance(content, bytes) and not is_unfinished(file):
                yield Pulled(f"{int(uid):08d}/{file}", _opener(content), arrived, len(content))

    def _is_trusted(self, message: EmailMessage) -> bool:
        address = email.utils.parseaddr(str(message.get("From", "")))[1].lower()
        return address in {sender.lower() for sender in self.senders}

    @contextlib.contextmanager
    def _conversation(self) -> Iterator[imaplib.IMAP4]:
        try:
            imap = self._connected()
            try:
                self._enter(imap)
                yield imap
            finally:
                with contextlib.suppress(imaplib.IMAP4.error, OSError):
                    imap.logout()
        except (OSError, imaplib.IMAP4.abort) as error:
            raise TryAgain(f"{self.name}: máy chủ thư {self.host} không trả lời ({type(error).__name__}).") from error

    def _connected(self) -> imaplib.IMAP4:
        if self.security == "tls":
            context = ssl.create_default_context()
            return imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=self.timeout_seconds)
        imap = imaplib.IMAP4(self.host, self.port, timeout=self.timeout_seconds)
        if self.security == "starttls":
            imap.starttls(ssl.create_default_context())
        return imap

    def _enter(self, imap: imaplib.IMAP4) -> None:
        """Sign in and open the folder for reading only."""
        try:
            imap.authenticate("PLAIN", lambda _: f"\0{self.user}\0{self.password}".encode())
            status, _ = imap.select(f'"{_in_utf7(self.folder)}"', readonly=True)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise SourceRefused(f"{self.name}: hộp thư từ chối đăng nhập. Kiểm tra tên và mật khẩu.") from error
        if status != "OK":
            raise SourceRefused(f'{self.name}: hộp thư không có thư mục "{self.folder}".')


def _in_utf7(folder: str) -> str:
    """A folder's name as IMAP writes it (RFC 3501, 5.1.3): letters beyond ASCII in a base64 of their own."""
    return re.sub(r"[^\x20-\x7e]+", lambda found: _shifted(found[0]), folder.replace("&", "&-"))


def _shifted(text: str) -> str:
    encoded = base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
    return f"&{encoded}-"


def _arrived(line: bytes) -> datetime:
    found = re.search(rb'INTERNALDATE "([^"]+)"', line)
    if found is None:
        return datetime.fromtimestamp(0, UTC)
    return datetime.strptime(found[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)


def _file_name(attachment: EmailMessage) -> str:
    """The attachment's own name, never a path."""
    given = unicodedata.normalize("NFC", attachment.get_filename() or "")
    return PurePosixPath(given.replace("\\", "/")).name


def _opener(content: bytes) -> Callable[[], BinaryIO]:
    return lambda: io.BytesIO(content)
