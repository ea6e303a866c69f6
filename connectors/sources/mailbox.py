"""A mailbox as a source: the attachments of its messages, read without marking anything as read."""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import email.utils
import imaplib
import re
import ssl
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from pathlib import PurePosixPath
from typing import BinaryIO

from connectors.errors import SourceRefused, TryAgain
from connectors.sources.port import (
    NEVER,
    Known,
    Pulled,
    Unchanged,
    copies_of,
    distrusted,
    fenced,
    is_unfinished,
    refusing,
    shown_name,
    spool,
    trust_of,
)

MOST_MESSAGE_BYTES = 64 << 20
_UID = re.compile(rb"UID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_NO_TABLES = frozenset({"image", "audio", "video"})
_ENVELOPE = "(UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (FROM CONTENT-TYPE)])"


@dataclass(frozen=True, slots=True)
class MailboxSource:
    """Attachments in one folder of an IMAP account.

    `senders` are the addresses whose attachments are taken; a sender's name can be forged, so the bytes are treated
    like any stranger's. `security` is tls | starttls | none (none is for tests alone); `ca_file` names the authority
    of an internal server.
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
    ca_file: str | None = None

    @fenced
    def pull(self, known: Known) -> Iterator[Pulled | Unchanged]:
        """Yield every attachment, by message and then by name; one message is in memory at a time.

        A message is not fetched again while the folder keeps its numbering (UIDVALIDITY, RFC 3501, 2.3.1.1) and all
        its attachments are known. One that cannot be read, or above 64 MiB, says so when it is opened.

        Raises:
            TryAgain: the server does not answer.
            SourceRefused: wrong name, password or folder.
        """
        with self._conversation() as imap:
            numbering = _numbering(imap)
            before = _messages(known, numbering)
            for uid, size in self._expected(imap):
                if names := before.get(uid):
                    yield from map(Unchanged, names)
                else:
                    yield from sorted(self._attachments(imap, uid, size, numbering), key=lambda pulled: pulled.name)

    def _expected(self, imap: imaplib.IMAP4) -> list[tuple[int, int]]:
        """Number and size of the messages that trusted senders sent, in order."""
        found = []
        for said, head in self._fetched(imap, "1:*", _ENVELOPE):
            uid, size = _UID.search(said), _SIZE.search(said)
            if uid and size and self._is_expected(email.message_from_bytes(head)):
                found.append((int(uid[1]), int(size[1])))
        return sorted(found)

    def _is_expected(self, head: Message) -> bool:
        """Whether a trusted sender sent it, and it may have attachments. Strangers' words are parsed no further."""
        address = email.utils.parseaddr(str(head.get("From", "")))[1].lower()
        return address in {sender.lower() for sender in self.senders} and head.get_content_maintype() != "text"

    def _attachments(self, imap: imaplib.IMAP4, uid: int, size: int, numbering: str) -> list[Pulled]:
        if size > MOST_MESSAGE_BYTES:
            return [self._unread(uid, f"lớn hơn {MOST_MESSAGE_BYTES >> 20} MB")]
        for said, content in self._fetched(imap, str(uid), "(UID INTERNALDATE BODY.PEEK[])"):
            arrived = _arrived(said)
            try:
                files = list(_files_in(content))
            except Exception as error:  # noqa: BLE001 - one bad mail never stops the others
                return [self._unread(uid, f"thư hỏng, không tách được tệp đính kèm ({type(error).__name__})")]
            mark = f"{numbering} {len(files)}"
            return [Pulled(f"{uid:08d}/{name}", copies_of(copy), arrived, size, mark) for name, copy, size in files]
        return []  # deleted meanwhile

    def _unread(self, uid: int, why: str) -> Pulled:
        fault = SourceRefused(f"{self.name}: thư số {uid}: {why}. Đề nghị người gửi gửi lại, rồi xóa thư này.")
        return Pulled(f"{uid:08d}/", refusing(fault), NEVER, 0)

    def _fetched(self, imap: imaplib.IMAP4, numbers: str, what: str) -> list[tuple[bytes, bytes]]:
        """For each message what the server says of it, and the text asked for."""
        with _refused(f"{self.name}: máy chủ thư {self.host} không cho đọc thư."):
            status, answer = imap.uid("FETCH", numbers, what)
        if status != "OK":
            raise TryAgain(f"{self.name}: máy chủ thư {self.host} không đưa thư ra lúc này.")
        return [(part[0] + _rest_of(answer, n), part[1]) for n, part in enumerate(answer) if isinstance(part, tuple)]

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
        except ssl.SSLCertVerificationError as error:
            raise SourceRefused(f"{self.name}: {distrusted(error)}") from error
        except (OSError, imaplib.IMAP4.abort) as error:
            raise TryAgain(f"{self.name}: máy chủ thư {self.host} không trả lời ({type(error).__name__}).") from error

    def _connected(self) -> imaplib.IMAP4:
        context = trust_of(self.name, self.ca_file) if self.security != "none" else None
        if self.security == "tls":
            return imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=self.timeout_seconds)
        imap = imaplib.IMAP4(self.host, self.port, timeout=self.timeout_seconds)
        if self.security == "starttls":
            with _refused(f"{self.name}: máy chủ thư {self.host} không nhận STARTTLS."):
                imap.starttls(context)
        return imap

    def _enter(self, imap: imaplib.IMAP4) -> None:
        """Sign in and open the folder for reading only."""
        with _refused(f"{self.name}: hộp thư từ chối đăng nhập. Kiểm tra tên và mật khẩu."):
            imap.authenticate("PLAIN", lambda _: f"\0{self.user}\0{self.password}".encode())
            status, _ = imap.select(f'"{_in_utf7(self.folder)}"', readonly=True)
        if status != "OK":
            raise SourceRefused(f'{self.name}: hộp thư không có thư mục "{self.folder}".')


@contextlib.contextmanager
def _refused(sentence: str) -> Iterator[None]:
    """The server's "no" is told with this sentence; a conversation that broke off stays what it is."""
    try:
        yield
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise SourceRefused(sentence) from error


def _in_utf7(folder: str) -> str:
    """A folder's name as IMAP writes it (RFC 3501, 5.1.3): letters beyond ASCII in a base64 of their own."""
    return re.sub(r"[^\x20-\x7e]+", lambda found: _shifted(found[0]), folder.replace("&", "&-"))


def _shifted(text: str) -> str:
    encoded = base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
    return f"&{encoded}-"


def _numbering(imap: imaplib.IMAP4) -> str:
    """The folder's UIDVALIDITY: while it stays, a number means one message. "": the server does not keep numbers."""
    said = imap.response("UIDVALIDITY")[1]
    return said[0].decode() if said and isinstance(said[0], bytes) else ""


def _messages(known: Known, numbering: str) -> Mapping[int, list[str]]:
    """Number -> names of the attachments, for messages of this numbering of which every attachment is known."""
    found: dict[int, list[str]] = {}
    for name, mark in sorted(known.items()):
        uid = name.partition("/")[0]
        if numbering and uid.isdigit() and mark.partition(" ")[0] == numbering:
            found.setdefault(int(uid), []).append(name)
    return {uid: names for uid, names in found.items() if known[names[0]] == f"{numbering} {len(names)}"}


def _files_in(content: bytes) -> Iterator[tuple[str, BinaryIO, int]]:
    """Name, bytes and size of every file that a message carries, however deep; a name that comes again is numbered."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    seen: Counter[str] = Counter()
    for part in message.walk():
        name = _file_name(part)
        payload = part.get_payload(decode=True) if name else None
        if not isinstance(payload, bytes) or is_unfinished(name) or part.get_content_maintype() in _NO_TABLES:
            continue
        seen[name] += 1
        yield (f"{seen[name]}-{name}" if seen[name] > 1 else name), _spooled(payload), len(payload)


def _file_name(part: Message) -> str:
    """The part's own name, never a path; "" for text that is no file."""
    return PurePosixPath(shown_name(part.get_filename() or "").replace("\\", "/")).name


def _rest_of(answer: list[bytes | tuple[bytes, bytes]], at: int) -> bytes:
    """What stands after a message's text: servers may put the number and the date there."""
    after = answer[at + 1] if at + 1 < len(answer) else b""
    return b" " + after if isinstance(after, bytes) else b""


def _arrived(said: bytes) -> datetime:
    found = re.search(rb'INTERNALDATE "([^"]+)"', said)
    if found is None:
        return NEVER
    return datetime.strptime(found[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)


def _spooled(content: bytes) -> BinaryIO:
    copy = spool()
    copy.write(content)
    return copy
