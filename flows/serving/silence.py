"""When the ledger does not answer, nobody can record an alarm; then it is sent without being recorded, once a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from config.settings import Settings
from flows.logs import log
from flows.serving.mailing import Message, send_unrecorded

LONG = timedelta(minutes=15)
"""A server that is restarted or a share that is mounted late is back by then."""

_WAY_OUT = (
    "Cách xử lý: xem cơ sở dữ liệu (PAR_DATABASE_URL) và đĩa của PAR_HOME, chạy parindex doctor. "
    "Đêm bị lỡ sẽ tự chạy bù khi có lại; chưa có gì bị mất."
)


class Silence:
    """Since when the ledger of an installation has not answered, and whether that was told today."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._since: datetime | None = None
        self._told_on: date | None = None

    def go_on(self, reason: str, now: datetime) -> None:
        """The ledger did not answer again; `reason` is the name of the error."""
        self._since = self._since or now
        today = self._settings.local_day(now)
        if now - self._since < LONG or self._told_on == today:
            return
        self._told_on = today
        sent = send_unrecorded(self._settings, self._message(reason, now), now)
        log("silence_told", unit=self._settings.unit, channels=",".join(sent))

    def end(self) -> None:
        """The ledger answers."""
        self._since = None

    def _message(self, reason: str, now: datetime) -> Message:
        minutes = int((now - (self._since or now)).total_seconds() // 60)
        text = f"Đã {minutes} phút dịch vụ không đọc hoặc không ghi được sổ chạy đêm ({reason}).\n\n{_WAY_OUT}\n"
        title = f"Cảnh báo – {self._settings.unit_name}: cơ sở dữ liệu không trả lời"
        return Message("alarm", f"ledger_silent:{self._settings.local_day(now)}", title, text)
