"""The morning letter, alarms and reminders leave the house: by mail and webhook, each once, tried again until it works.

A crash between sending and recording may send twice; the Message-ID (Idempotency-Key) is the same then, so that mail
servers and receivers can drop the second.
"""

from __future__ import annotations

import contextlib
import hashlib
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from config.settings import Settings
from flows.resources import open_ledger
from flows.scores.cycle import reminders_due
from flows.watching.alarms import Alarm, alarms_now
from reports.letter import as_plain_text, vietnamese_number
from scoring.cycle_sheet import reminder_lines
from storage.ledger.deliveries import SENT, Delivery, record_try, to_be_sent
from storage.ledger.nights import last_good_night

_SECONDS = 30.0
_DAYS = (7, 3, 1, 0)
"""How many days before a deadline an office is reminded."""


class NotSent(RuntimeError):
    """Something could not be sent now; it stays in the ledger and is tried again."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a kind (letter, alarm, reminder) with its id, a subject line, a plain text."""

    kind: str
    id: str
    title: str
    text: str
    to: str = ""
    """Mail addresses by comma; empty: those of the letter."""

    @property
    def subject(self) -> str:
        """Its name in the ledger of deliveries."""
        return f"{self.kind}:{self.id}"


def send_letters(settings: Settings, now: datetime) -> dict[str, Any]:
    """Send the newest night's letter where it was not sent yet, if PAR_LETTER_AT has come.

    Raises:
        NotSent: a channel did not take it.
    """
    local = now.astimezone(ZoneInfo(settings.timezone))
    if local.strftime("%H:%M") < settings.letter_at:
        return {}
    letter = _newest_letter(settings)
    return send(settings, [letter], now) if letter else {}


def send_alarms(settings: Settings, now: datetime) -> dict[str, Any]:
    """Send what rings, each alarm once a day, and a letter that came too late for its hour.

    Raises:
        NotSent: a channel did not take something.
    """
    day = settings.local_day(now)
    messages = [_alarm_message(settings, alarm, day.isoformat()) for alarm in alarms_now(settings, now)]
    return send_letters(settings, now) | send(settings, messages, now)


def send_reminders(settings: Settings, now: datetime) -> dict[str, Any]:
    """Remind each office of what it owes, 7, 3 and 1 days before a deadline and on its day.

    Raises:
        NotSent: a channel did not take something.
    """
    with open_ledger(settings) as database, database.read() as connection:
        owed = [(period, due) for period, due in reminders_due(connection, settings, now) if due["days_left"] in _DAYS]
    return send(settings, [_reminder(settings, period, due) for period, due in owed], now)


def send(settings: Settings, messages: list[Message], now: datetime) -> dict[str, Any]:
    """Send each message through each channel that the settings name, once; {subject: [channels]}.

    Raises:
        NotSent: after all were tried, with the reasons.
    """
    sent: dict[str, Any] = {}
    faults = []
    for message in messages:
        for channel, deliver in _channels(settings, message):
            delivery = Delivery(settings.unit, message.subject, channel)
            with open_ledger(settings) as database, database.read() as connection:
                if not to_be_sent(connection, delivery, now):
                    continue
            reason = _tried(deliver, settings, message, now)
            with open_ledger(settings) as database, database.write() as connection:
                state = record_try(connection, delivery, reason=reason, at=now)
            if state == SENT:
                sent.setdefault(message.subject, []).append(channel)
            else:
                faults.append(f"{channel}: {reason}")
    if faults:
        raise NotSent("; ".join(faults))
    return sent


def send_unrecorded(settings: Settings, message: Message, now: datetime) -> list[str]:
    """Send through each channel without a ledger; the channels that took it."""
    return [channel for channel, deliver in _channels(settings, message) if not _tried(deliver, settings, message, now)]


def by_mail(settings: Settings, message: Message, now: datetime) -> None:
    """Send by SMTP, encrypted as PAR_SMTP_SECURITY says."""
    mail = MIMEText(as_plain_text(message.text), "plain", "utf-8")
    # EmailMessage loses spaces where it folds Vietnamese; the stubs of MIMEText do not know Header
    mail["Subject"] = Header(message.title, "utf-8")  # type: ignore[assignment]
    mail["From"], mail["To"] = settings.mail_from, message.to or settings.letter_to
    mail["Date"] = format_datetime(now.astimezone(ZoneInfo(settings.timezone)))
    mail["Message-ID"] = f"<{_key(settings, message)}@parindex>"
    mail["Auto-Submitted"] = "auto-generated"
    with mail_server(settings) as server:
        server.send_message(mail)


def by_webhook(settings: Settings, message: Message, now: datetime) -> None:
    """POST as JSON; anything but 2xx is a failure, told without the address: it may hold the receiver's secret."""
    body = {
        "kind": message.kind,
        "id": message.id,
        "unit": settings.unit,
        "title": message.title,
        "text": message.text,
        "sent_at": now.isoformat(timespec="seconds"),
    }
    key = {"Idempotency-Key": _key(settings, message)}
    answer = httpx.post(settings.letter_webhook, json=body, headers=key, timeout=_SECONDS)
    if not answer.is_success:
        raise httpx.HTTPError(f"{answer.status_code} {answer.reason_phrase}")


def webhook_fault(settings: Settings) -> str | None:
    """Why the webhook would not take a letter now, None if it seems to: it is asked which methods it takes (OPTIONS).

    So nobody gets a message. Many receivers do not know the question (405, 501), which is answer enough.
    """
    try:
        answer = httpx.options(settings.letter_webhook, timeout=_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
    sound = answer.is_success or answer.status_code in (httpx.codes.METHOD_NOT_ALLOWED, httpx.codes.NOT_IMPLEMENTED)
    return None if sound else f"{answer.status_code} {answer.reason_phrase}"


@contextlib.contextmanager
def mail_server(settings: Settings) -> Iterator[smtplib.SMTP]:
    """The mail server, encrypted and signed in to as the settings say.

    Raises:
        OSError, smtplib.SMTPException: it is not reached, not the right one, or refuses.
    """
    context = ssl.create_default_context(cafile=str(settings.smtp_ca) if settings.smtp_ca else None)
    with _connected(settings, context) as server:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        yield server


def _connected(settings: Settings, context: ssl.SSLContext) -> smtplib.SMTP:
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=_SECONDS, context=context)
    return smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_SECONDS)


def _channels(
    settings: Settings, message: Message
) -> Iterator[tuple[str, Callable[[Settings, Message, datetime], None]]]:
    if settings.smtp_host and (message.to or settings.letter_to):
        yield "mail", by_mail
    if settings.letter_webhook:
        yield "webhook", by_webhook


def _tried(
    deliver: Callable[[Settings, Message, datetime], None], settings: Settings, message: Message, now: datetime
) -> str | None:
    """None when it was sent, otherwise why not."""
    try:
        deliver(settings, message, now)
        return None
    except (OSError, UnicodeError, smtplib.SMTPException, httpx.HTTPError, httpx.InvalidURL) as error:
        return f"{type(error).__name__}: {error}"


def _key(settings: Settings, message: Message) -> str:
    return hashlib.sha256(f"{settings.unit} {message.subject}".encode()).hexdigest()[:32]


def _newest_letter(settings: Settings) -> Message | None:
    with open_ledger(settings) as database, database.read() as connection:
        night = last_good_night(connection, settings.unit)
    return _letter_message(settings, night) if night and night["summary"].get("letter") else None


def _letter_message(settings: Settings, night: Mapping[str, Any]) -> Message:
    summary = night["summary"]
    day = settings.local_day(night["slot"] or night["started_at"])
    points = vietnamese_number(summary["totals"]["expected"])
    title = f"Thư buổi sáng {day:%d/%m/%Y} – {settings.unit_name} – {points} điểm"
    link = f"\n\nXem chi tiết: {settings.web_address}\n" if settings.web_address else ""
    return Message("letter", str(night["id"]), title, summary["letter"] + link)


def _reminder(settings: Settings, period: str, due: Mapping[str, Any]) -> Message:
    office, day = str(due["office"]), date.fromisoformat(due["deadline"])
    (line,) = reminder_lines([due])
    page = f"{settings.web_address}/p/{settings.unit}/{period}/ky-cham"
    link = f"\n\nMở trang: {page}\n" if settings.web_address else "\n"
    key = hashlib.sha256(f"{office} {due['what']}".encode()).hexdigest()[:12]
    return Message(
        "reminder",
        f"{period}:{due['deadline']}:{due['days_left']}:{key}",
        f"Nhắc việc – {settings.unit_name}: {due['what']}, hạn {day:%d/%m/%Y}",
        line + link,
        settings.mail_of_office.get(office, ""),
    )


def _alarm_message(settings: Settings, alarm: Alarm, day: str) -> Message:
    text = f"{alarm.seen[:1].upper()}{alarm.seen[1:]}\n\nCách xử lý: {alarm.way_out}\n"
    return Message("alarm", f"{alarm.id}:{day}", f"Cảnh báo – {settings.unit_name}: {alarm.name}", text)
