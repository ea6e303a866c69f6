"""A mailbox as a source, through imap-tools: attachments of its messages, read without marking anything as read."""

from __future__ import annotations

import contextlib
import imaplib
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import BinaryIO

from imap_tools import OR, BaseMailBox, MailAttachment, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessage
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError

from connectors.errors import SourceRefused, TryAgain
from connectors.sources.port import (
    NEVER,
    Known,
    Pulled,
    Unchanged,
    copies_of,
    fenced,
    is_unfinished,
    refusing,
    shown_name,
    spool,
    trust_of,
)

MOST_MESSAGE_BYTES = 64 << 20
_NO_TABLES = frozenset({"image", "audio", "video", "message", "multipart"})
_NAMELESS = "tệp không tên"


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
        with self._conversation() as box:
            numbering = _numbering(box)
            before = _messages(known, numbering)
            for uid in sorted(map(int, box.uids(OR(from_=list(self.senders)), charset=None))):
                if names := before.get(uid):
                    yield from map(Unchanged, names)
                else:
                    yield from sorted(self._attachments(box, uid, numbering), key=lambda pulled: pulled.name)

    def _attachments(self, box: BaseMailBox, uid: int, numbering: str) -> list[Pulled]:
        """The files of a message; it is fetched whole only where its head says from whom it is and how large."""
        head = _message(box, uid, headers_only=True)
        if head is None or not self._is_expected(head):
            return []
        if head.size_rfc822 > MOST_MESSAGE_BYTES:
            return [self._unread(uid, f"lớn hơn {MOST_MESSAGE_BYTES >> 20} MB")]
        message, arrived = _message(box, uid), _arrived(box, uid)
        if message is None:
            return []  # deleted meanwhile
        try:
            files = list(_files_in(message))
        except Exception as error:  # noqa: BLE001 - one bad mail never stops the others
            return [self._unread(uid, f"thư hỏng, không tách được tệp đính kèm ({type(error).__name__})")]
        mark = f"{numbering} {len(files)}"
        return [Pulled(f"{uid:08d}/{name}", copies_of(copy), arrived, size, mark) for name, copy, size in files]

    def _is_expected(self, head: MailMessage) -> bool:
        """Whether a trusted sender sent it (servers find names that only contain his), and it may have attachments."""
        trusted = {sender.lower() for sender in self.senders}
        return head.from_.lower() in trusted and head.obj.get_content_maintype() != "text"

    def _unread(self, uid: int, why: str) -> Pulled:
        fault = SourceRefused(f"{self.name}: thư số {uid}: {why}. Đề nghị người gửi gửi lại, rồi xóa thư này.")
        return Pulled(f"{uid:08d}/", refusing(fault), NEVER, 0)

    @contextlib.contextmanager
    def _conversation(self) -> Iterator[BaseMailBox]:
        """The folder, opened for reading only."""
        try:
            box = self._connected()
            try:
                self._enter(box)
                yield box
            finally:
                with contextlib.suppress(imaplib.IMAP4.error, ImapToolsError, OSError):
                    box.logout()
        except imaplib.IMAP4.abort as error:
            raise TryAgain(f"{self.name}: máy chủ thư {self.host} không trả lời ({type(error).__name__}).") from error
        except imaplib.IMAP4.error as error:
            raise SourceRefused(f"{self.name}: máy chủ thư {self.host} không cho đọc thư.") from error
        except ImapToolsError as error:
            raise TryAgain(f"{self.name}: máy chủ thư {self.host} không đưa thư ra lúc này.") from error

    def _connected(self) -> BaseMailBox:
        if self.security == "none":
            return MailBoxUnencrypted(self.host, self.port, timeout=self.timeout_seconds)
        trust = trust_of(self.name, self.ca_file)
        if self.security == "tls":
            return MailBox(self.host, self.port, timeout=self.timeout_seconds, ssl_context=trust)
        with _refused(f"{self.name}: máy chủ thư {self.host} không nhận STARTTLS."):
            return MailBoxStartTls(self.host, self.port, timeout=self.timeout_seconds, ssl_context=trust)

    def _enter(self, box: BaseMailBox) -> None:
        with _refused(f"{self.name}: hộp thư từ chối đăng nhập. Kiểm tra tên và mật khẩu."):
            box.login_utf8(self.user, self.password, initial_folder=None)
        try:
            box.folder.set(self.folder, readonly=True)
        except MailboxFolderSelectError as error:
            raise SourceRefused(f'{self.name}: hộp thư không có thư mục "{self.folder}".') from error


@contextlib.contextmanager
def _refused(sentence: str) -> Iterator[None]:
    """The server's "no" is told with this sentence; a conversation that broke off stays what it is."""
    try:
        yield
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        raise SourceRefused(sentence) from error


def _numbering(box: BaseMailBox) -> str:
    """The folder's UIDVALIDITY: while it stays, a number means one message. "": the server does not keep numbers."""
    said = box.client.response("UIDVALIDITY")[1]
    return said[0].decode() if said and isinstance(said[0], bytes) else ""


def _messages(known: Known, numbering: str) -> Mapping[int, list[str]]:
    """Number -> names of the attachments, for messages of this numbering of which every attachment is known."""
    found: dict[int, list[str]] = {}
    for name, mark in sorted(known.items()):
        uid = name.partition("/")[0]
        if numbering and uid.isdigit() and mark.partition(" ")[0] == numbering:
            found.setdefault(int(uid), []).append(name)
    return {uid: names for uid, names in found.items() if known[names[0]] == f"{numbering} {len(names)}"}


def _message(box: BaseMailBox, uid: int, *, headers_only: bool = False) -> MailMessage | None:
    """One message, left as unread as it was; None: it is gone."""
    return next(box.fetch(uid_list=str(uid), mark_seen=False, headers_only=headers_only), None)


def _arrived(box: BaseMailBox, uid: int) -> datetime:
    """When the server received a message; imap-tools knows only the day that its sender wrote."""
    said = box.client.uid("FETCH", str(uid), "(INTERNALDATE)")[1][0]
    at = imaplib.Internaldate2tuple(said) if isinstance(said, bytes) else None
    return datetime.fromtimestamp(time.mktime(at), UTC) if at else NEVER


def _files_in(message: MailMessage) -> Iterator[tuple[str, BinaryIO, int]]:
    """Name, bytes and size of every file that a message carries, however deep; a name that comes again is numbered."""
    seen: Counter[str] = Counter()
    for part in map(MailAttachment, message.obj.walk()):
        name = _file_name(part)
        if not name or is_unfinished(name) or part.content_type.partition("/")[0] in _NO_TABLES:
            continue
        seen[name] += 1
        yield (f"{seen[name]}-{name}" if seen[name] > 1 else name), _spooled(part.payload), part.size


def _file_name(part: MailAttachment) -> str:
    """The part's own name, never a path; "" for text that is no file."""
    name = PurePosixPath(shown_name(part.filename).replace("\\", "/")).name
    return name or (_NAMELESS if part.content_disposition == "attachment" else "")


def _spooled(content: bytes) -> BinaryIO:
    copy = spool()
    copy.write(content)
    return copy
