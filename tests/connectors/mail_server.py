"""Dovecot in a folder of its own, for trying the mailbox source on."""

from __future__ import annotations

import contextlib
import imaplib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from connectors.sources.mailbox import MailboxSource
from tests.connectors.source_servers import Authority, free_port, wait_for

PASSWORD = "mat-khau-thu"
SENDER = "mot-cua@example.org"


@dataclass
class MailServer:
    """A running Dovecot; every user name is a fresh, empty account."""

    port: int
    tls_port: int = 0

    def source(self, user: str, password: str = PASSWORD, folder: str = "INBOX") -> MailboxSource:
        """A source on an account."""
        return MailboxSource("mail", "127.0.0.1", user, password, (SENDER,), folder, self.port, "none", 60.0)

    @contextlib.contextmanager
    def account(self, user: str) -> Iterator[imaplib.IMAP4]:
        """An account, opened for writing."""
        imap = imaplib.IMAP4("127.0.0.1", self.port, timeout=60)
        imap.login(user, PASSWORD)
        imap.select("INBOX")
        yield imap
        imap.logout()

    def deliver(self, user: str, files: Mapping[str, bytes], *, at: datetime, sender: str = SENDER) -> None:
        """One message with attachments."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = f"Một cửa <{sender}>", f"{user}@example.org", "Dữ liệu"
        message.set_content("Kính gửi dữ liệu ngày.")
        for name, content in files.items():
            message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        self.deliver_raw(user, message.as_bytes(), at=at)

    def deliver_raw(self, user: str, content: bytes, *, at: datetime) -> None:
        """One message as it stands."""
        with self.account(user) as imap:
            imap.append("INBOX", "", imaplib.Time2Internaldate(at), content)

    def state(self, user: str) -> list[bytes]:
        """Every message with its flags."""
        with self.account(user) as imap:
            return [line for line in imap.fetch("1:*", "(FLAGS RFC822.SIZE)")[1] if isinstance(line, bytes)]


@contextlib.contextmanager
def mail_server(authority: Authority | None = None) -> Iterator[MailServer]:
    """Dovecot on free ports, any user with one password; TLS with an authority. It needs root and dovecot-imapd."""
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not Path(program).exists():
        raise RuntimeError("Dovecot is missing: apt-get install dovecot-imapd (./dev test does it)")
    home = Path(tempfile.mkdtemp(prefix="parindex-mail-"))
    home.chmod(0o755)
    nobody = pwd.getpwnam("nobody")
    (home / "mail").mkdir()
    os.chown(home / "mail", nobody.pw_uid, nobody.pw_gid)
    port, tls_port = free_port(), free_port() if authority else 0
    tls = f"ssl = yes\nssl_cert = <{authority.server}\nssl_key = <{authority.key}" if authority else "ssl = no"
    (home / "dovecot.conf").write_text(
        f"""protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/log
{tls}
disable_plaintext_auth = no
mail_location = maildir:{home}/mail/%u
first_valid_uid = 1
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={nobody.pw_uid} gid={nobody.pw_gid} home={home}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
""",
        encoding="ascii",
    )
    server = subprocess.Popen([program, "-F", "-c", home / "dovecot.conf"], stderr=subprocess.DEVNULL)
    try:
        wait_for(port, server)
        yield MailServer(port, tls_port)
    finally:
        server.terminate()
        server.wait(timeout=60)
        time.sleep(0.1)
        shutil.rmtree(home, ignore_errors=True)
