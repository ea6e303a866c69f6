"""The morning letter and alarms leave the house: encrypted, once each, tried again until they arrive."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import Settings
from flows.resources import open_ledger, open_resources
from flows.scores.cycle import Wish, open_period
from flows.serving.mailing import Message, NotSent, send, send_alarms, send_letters, send_reminders
from flows.serving.silence import Silence
from flows.watching.alarms import alarm_kinds, alarms_now
from storage.ledger import nights
from storage.ledger.deliveries import MOST_TRIES, delivery_rows
from storage.ledger.nights import Ending, NightRequest, begin_night
from tests.flows.mail_server import PASSWORD, USER, Hooks, Mailbox, mail_server, webhook
from tests.servers import free_ports

NIGHT = datetime(2026, 1, 4, 18, 0, tzinfo=UTC)
MORNING = datetime(2026, 1, 4, 23, 30, tzinfo=UTC)
"""06:30 on 5 January in Vietnam."""
LETTER = "# Thư buổi sáng – Phường Hội An Đông\n\n**Điểm tự chấm dự kiến: 69,76**\n"


@pytest.fixture
def posted(tmp_path: Path) -> Iterator[tuple[Settings, Mailbox, Hooks]]:
    """A ward whose last night ended well, with a mail server and a webhook."""
    with mail_server(tmp_path) as (mailbox, port, certificate), webhook() as (hooks, address):
        settings = Settings(
            home=tmp_path,
            period="2025",
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_user=USER,
            smtp_password=SecretStr(PASSWORD),
            smtp_ca=certificate,
            mail_from="parindex@hoian.example",
            letter_to="lan@hoian.example, minh@hoian.example",
            letter_webhook=address,
        )
        _end_a_night(settings, NIGHT, "done")
        yield settings, mailbox, hooks


def test_the_letter_goes_out_at_its_hour_by_mail_and_webhook_once_each(
    posted: tuple[Settings, Mailbox, Hooks],
) -> None:
    settings, mailbox, hooks = posted

    assert send_letters(settings, MORNING - timedelta(minutes=1)) == {}
    assert send_letters(settings, MORNING) == {"letter:20260105-010000": ["mail", "webhook"]}
    assert send_letters(settings, MORNING + timedelta(hours=1)) == {}

    (letter,), (body,) = mailbox.letters, hooks.bodies
    assert letter["Subject"] == "Thư buổi sáng 05/01/2026 – Phường Hội An Đông – 69,76 điểm"
    assert "minh@hoian.example" in str(letter["To"])
    title = "Thư buổi sáng – Phường Hội An Đông"
    assert letter.get_content().splitlines()[:4] == [title, "=" * len(title), "", "Điểm tự chấm dự kiến: 69,76"]
    assert (body["kind"], body["unit"], body["text"]) == ("letter", "hoi-an-dong", LETTER)
    assert f"<{hooks.keys[0]}@parindex>" == letter["Message-ID"]


def test_a_channel_that_fails_is_tried_again_and_the_other_gets_nothing_twice(
    posted: tuple[Settings, Mailbox, Hooks],
) -> None:
    settings, mailbox, hooks = posted
    mailbox.refusals = 2

    for minutes in (0, 5):  # the pauses are one and two minutes
        with pytest.raises(NotSent, match="greylisted"):
            send_letters(settings, MORNING + timedelta(minutes=minutes))
    send_letters(settings, MORNING + timedelta(minutes=10))

    assert (len(mailbox.letters), len(hooks.bodies)) == (1, 1)


def test_why_a_webhook_refused_is_told_without_its_address_which_may_hold_a_secret(
    posted: tuple[Settings, Mailbox, Hooks],
) -> None:
    settings, _, hooks = posted
    hooks.refusals = 1
    with pytest.raises(NotSent, match="503") as refused:
        send_letters(settings, MORNING)
    assert "/thu" not in str(refused.value)


def test_what_can_never_be_sent_is_given_up_after_a_day_and_rings_until_the_channel_works(
    posted: tuple[Settings, Mailbox, Hooks],
) -> None:
    right = posted[0]
    wrong = right.model_copy(update={"smtp_password": SecretStr("wrong")})
    hours = [MORNING + timedelta(days=n // 15, hours=n % 15) for n in range(MOST_TRIES)]
    for hour in hours:
        with pytest.raises(NotSent, match="SMTPAuthenticationError"):
            send_letters(wrong, hour)

    after = hours[-1] + timedelta(hours=1)
    assert send_letters(wrong, after) == {}
    (alarm,) = [one for one in alarms_now(wrong, after) if one.id == "letter_not_sent"]
    assert "PAR_SMTP_" in alarm.way_out and PASSWORD not in alarm.seen

    send(right, [Message("alarm", "x", "Thử", "Thử")], after)
    later = after + timedelta(days=2)
    assert "letter_not_sent" not in {one.id for one in alarms_now(right, later)}


def test_a_mail_server_that_is_away_for_an_hour_costs_no_letter(posted: tuple[Settings, Mailbox, Hooks]) -> None:
    """The letter's chore tries five times within a quarter of an hour, then the alarms' chore every hour."""
    settings, mailbox, _ = posted
    away = settings.model_copy(update={"smtp_port": free_ports(1)[0]})
    for minutes in (0, 2, 6, 12, 20, 35, 37, 41, 47, 55):
        with contextlib.suppress(NotSent):
            send_letters(away, MORNING + timedelta(minutes=minutes))
    assert [one.id for one in alarms_now(away, MORNING + timedelta(hours=1)) if one.id == "letter_not_sent"]

    send_alarms(settings, MORNING + timedelta(minutes=95))
    assert [str(letter["Subject"])[:14] for letter in mailbox.letters][:1] == ["Thư buổi sáng "]
    assert "letter_not_sent" not in {one.id for one in alarms_now(settings, MORNING + timedelta(minutes=96))}


def test_a_ledger_that_is_silent_for_long_is_told_without_it_once_a_day(
    posted: tuple[Settings, Mailbox, Hooks],
) -> None:
    settings, mailbox, hooks = posted
    silence = Silence(settings.model_copy(update={"database_url": "postgresql+psycopg://nobody@127.0.0.1:1/none"}))

    for minutes in (0, 5, 14, 15, 20, 60, 24 * 60):
        silence.go_on("StoreUnavailable", MORNING + timedelta(minutes=minutes))
    silence.end()
    silence.go_on("StoreUnavailable", MORNING + timedelta(minutes=24 * 60 + 1))

    assert [body["id"] for body in hooks.bodies] == ["ledger_silent:2026-01-05", "ledger_silent:2026-01-06"]
    assert "15 phút" in mailbox.letters[0].get_content() and len(mailbox.letters) == 2


def test_each_office_is_reminded_before_a_deadline_at_its_own_address(posted: tuple[Settings, Mailbox, Hooks]) -> None:
    settings, mailbox, hooks = posted
    settings = settings.model_copy(update={"remind_to": "Phòng Văn hóa - Xã hội=vhxh@hoian.example"})
    days = {"self_score": date(2026, 1, 12), "appraisal_1": date(2026, 2, 1)}
    with open_resources(settings) as resources:
        later = {"explanation": date(2026, 2, 10), "appraisal_2": date(2026, 3, 1)}
        open_period(resources, "2025", days | later, Wish("open", "lan", "test", NIGHT))

    sent = send_reminders(settings, MORNING)
    again = [
        send_reminders(settings, MORNING + timedelta(hours=1)),
        send_reminders(settings, MORNING + timedelta(days=1)),
    ]
    nearer = send_reminders(settings, MORNING + timedelta(days=4))

    assert again == [{}, {}] and len(sent) == len(nearer) == len(hooks.bodies) / 2 > 1
    by_receiver = {str(letter["To"]): letter for letter in mailbox.letters[: len(sent)]}
    own = by_receiver["vhxh@hoian.example"]
    assert own["Subject"].startswith("Nhắc việc – Phường Hội An Đông: tự chấm")
    assert "Phòng Văn hóa - Xã hội" in own.get_content() and "hạn 12/01/2026, còn 7 ngày" in own.get_content()
    assert settings.letter_to in by_receiver and "còn 3 ngày" in mailbox.letters[-1].get_content()


def test_mail_is_never_sent_to_a_server_with_an_unknown_certificate(posted: tuple[Settings, Mailbox, Hooks]) -> None:
    settings, mailbox, _ = posted
    with pytest.raises(NotSent, match="CERTIFICATE_VERIFY_FAILED"):
        send_letters(settings.model_copy(update={"smtp_ca": None}), MORNING)
    assert mailbox.letters == []


def test_an_alarm_is_told_once_a_day_until_it_is_over(posted: tuple[Settings, Mailbox, Hooks]) -> None:
    settings, mailbox, hooks = posted
    later = NIGHT + timedelta(hours=30)

    send_alarms(settings, later)
    send_alarms(settings, later + timedelta(hours=1))
    send_alarms(settings, later + timedelta(hours=24))
    _end_a_night(settings, later + timedelta(hours=25), "gaps")
    send_alarms(settings, later + timedelta(hours=26))

    rang = [body["id"] for body in hooks.bodies if body["kind"] == "alarm" and body["id"].startswith("no_good_night")]
    assert rang == ["no_good_night:2026-01-06", "no_good_night:2026-01-07"]
    (first, *_) = [letter for letter in mailbox.letters if letter["Subject"].startswith("Cảnh báo")]
    assert "Lâu không có đêm nào chạy xong" in first["Subject"] and "Cách xử lý" in first.get_content()


def test_nothing_is_sent_where_no_channel_is_set(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, period="2025")
    _end_a_night(settings, NIGHT, "done")

    assert send_letters(settings, MORNING) == {}
    with open_ledger(settings) as database, database.read() as connection:
        assert delivery_rows(connection, "hoi-an-dong") == []


def test_every_alarm_looks_at_an_empty_ward_without_ringing(tmp_path: Path) -> None:
    ringing = {alarm.id for alarm in alarms_now(Settings(home=tmp_path), NIGHT)}
    assert ringing <= {"disk_low"} and len({kind.id for kind in alarm_kinds()}) == len(alarm_kinds()) >= 5


def _end_a_night(settings: Settings, now: datetime, state: str) -> None:
    summary = {"totals": {"expected": "69.76"}, "letter": LETTER}
    with open_ledger(settings) as database, database.write() as connection:
        request = NightRequest("hoi-an-dong", "2025", "schedule", "Asia/Ho_Chi_Minh", now)
        night = begin_night(connection, request, owner="worker:1:1", now=now)
        nights.end_night(connection, night.id, Ending(state, None, summary, now + timedelta(minutes=20)))
