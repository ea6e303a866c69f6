"""Changes of a dossier that should not happen after the fact: a pure comparison of what was kept and what comes in.

A dossier that was late and is on time after the next export deserves a look: the alarm names the field, both values
and why. It judges nobody; corrections are made this way too. Within one day a change counts only where both values
tell the time of day (layouts differ in that), and only where it turns late into on time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

_CLOSED = frozenset({9, 10})
_NO_TIME = frozenset({time(0, 0), time(23, 59, 59)})
"""What a moment looks like whose cell told the day alone."""
_EVENTS = {
    "received_at": "ngày tiếp nhận",
    "finished_at": "ngày kết thúc xử lý",
    "returned_at": "ngày trả kết quả",
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """One suspicious change.

    `kind` is reopened | due_removed | due_moved | due_moved_after_end | event_moved | supplements_lowered |
    ended_in_hindsight.

    `before` and `after` are the field's values; `sentence` is Vietnamese, without the dossier's code.
    """

    kind: str
    field: str
    before: Any
    after: Any
    sentence: str

    def plain(self) -> dict[str, str]:
        """For JSON and the letter: what and where; the sentence holds both values."""
        return {"kind": self.kind, "field": self.field, "sentence": self.sentence}


def alarms_between(kept: Mapping[str, Any], coming: Mapping[str, Any]) -> tuple[Alarm, ...]:
    """What is suspicious about `coming` values (field -> value, `Dossier` fields) given the `kept` ones.

    Only fields that both carry are compared; of a value that was unknown before see `ended_in_hindsight`.
    A due date moved within the number of supplements is ordinary: the waiting time of the citizen is added to it.
    """
    return (*_reopened(kept, coming), *_due_moved(kept, coming), *_events_moved(kept, coming))


def _pair(name: str, kept: Mapping[str, Any], coming: Mapping[str, Any]) -> tuple[Any, Any] | None:
    """Both values of a field, if both say something and they differ."""
    before, after = kept.get(name), coming.get(name)
    return None if before is None or after is None or before == after else (before, after)


def ended_in_hindsight(
    kept: Mapping[str, Any], coming: Mapping[str, Any], seen_open: datetime, entered_by: Callable[[date], date]
) -> Alarm | None:
    """An end that lies well before `seen_open`, the moment of an export in which the dossier was open and overdue.

    A clerk may enter an end some days later: `entered_by` gives the last day on which that is ordinary. An end that
    changes nothing (the dossier is late all the same, or was not overdue yet) is never suspicious.
    """
    end = coming.get("finished_at") or coming.get("returned_at")
    due_then, due = kept.get("due_at"), coming.get("due_at", kept.get("due_at"))
    if end is None or due is None or _end(kept) is not None or _is_late(end, due):
        return None
    if due_then is None or due_then >= seen_open or entered_by(end.date()) >= seen_open.date():
        return None
    sentence = (
        f"khi kết xuất {_moment(seen_open)} hồ sơ chưa kết thúc và đã quá hạn {_day(due_then)};"
        f" nay ghi kết thúc {_day(end)}, nên từ quá hạn thành đúng hạn"
    )
    return Alarm("ended_in_hindsight", "finished_at", None, end, sentence)


def _reopened(kept: Mapping[str, Any], coming: Mapping[str, Any]) -> Iterator[Alarm]:
    if (pair := _pair("status", kept, coming)) and pair[0] in _CLOSED and pair[1] not in _CLOSED:
        yield Alarm("reopened", "status", *pair, f"hồ sơ đã kết thúc (mã {pair[0]}) nay mở lại (mã {pair[1]})")
    elif _is_removed("finished_at", kept, coming):
        before = kept["finished_at"]
        yield Alarm("reopened", "finished_at", before, None, f"ngày kết thúc {_day(before)} đã bị xóa")


def _due_moved(kept: Mapping[str, Any], coming: Mapping[str, Any]) -> Iterator[Alarm]:
    end = _end(kept)
    if _is_removed("due_at", kept, coming):
        late = ", nên không còn tính là quá hạn" if end and _is_late(end, kept["due_at"]) else ""
        yield Alarm("due_removed", "due_at", kept["due_at"], None, f"hạn trả {_day(kept['due_at'])} đã bị xóa{late}")
    if (pair := _pair("due_at", kept, coming)) is None or not _is_due_told(pair, end):
        return
    moved = f"hạn trả đổi từ {_both(pair)}"
    if end is not None:
        effect = ", nên từ quá hạn thành đúng hạn" if _is_late(end, pair[0]) and not _is_late(end, pair[1]) else ""
        yield Alarm("due_moved_after_end", "due_at", *pair, f"{moved} sau khi kết thúc {_day(end)}{effect}")
    elif (coming.get("supplements") or 0) <= (kept.get("supplements") or 0):
        yield Alarm("due_moved", "due_at", *pair, f"{moved} mà không có lần bổ sung nào mới")


def _events_moved(kept: Mapping[str, Any], coming: Mapping[str, Any]) -> Iterator[Alarm]:
    for name, title in _EVENTS.items():
        pair = _pair(name, kept, coming)
        if pair is not None and _is_event_told(name, pair, kept, coming):
            yield Alarm("event_moved", name, *pair, f"{title} đổi từ {_both(pair)}")
    if (pair := _pair("supplements", kept, coming)) and pair[1] < pair[0]:
        sentence = f"số lần bổ sung giảm từ {pair[0]} xuống {pair[1]}"
        yield Alarm("supplements_lowered", "supplements", *pair, sentence)


def _is_removed(name: str, kept: Mapping[str, Any], coming: Mapping[str, Any]) -> bool:
    return kept.get(name) is not None and name in coming and coming[name] is None


def _end(fields: Mapping[str, Any]) -> datetime | None:
    return fields.get("finished_at") or fields.get("returned_at")


def _is_late(end: datetime, due: datetime) -> bool:
    """By the clock; a due date without a time of day lasts to its end, an end without one began with its day."""
    return end > due


def _is_due_told(due: tuple[datetime, datetime], end: datetime | None) -> bool:
    """Whether a changed due date is: on another day always, within its day where late becomes on time."""
    if due[0].date() != due[1].date():
        return True
    return end is not None and _tell_time(due) and _is_late(end, due[0]) and not _is_late(end, due[1])


def _is_event_told(
    name: str, pair: tuple[datetime, datetime], kept: Mapping[str, Any], coming: Mapping[str, Any]
) -> bool:
    if pair[0].date() != pair[1].date():
        return True
    ends = "finished_at" if kept.get("finished_at") is not None else "returned_at"
    due = (kept.get("due_at"), coming.get("due_at", kept.get("due_at")))
    if name != ends or due[0] is None or due[1] is None or not _tell_time(pair):
        return False
    return _is_late(pair[0], due[0]) and not _is_late(pair[1], due[1])


def _tell_time(pair: tuple[datetime, datetime]) -> bool:
    return all(moment.time() not in _NO_TIME for moment in pair)


def _both(pair: tuple[datetime, datetime]) -> str:
    show = _day if pair[0].date() != pair[1].date() else _moment
    return f"{show(pair[0])} thành {show(pair[1])}"


def _day(moment: datetime) -> str:
    return moment.strftime("%d/%m/%Y")


def _moment(moment: datetime) -> str:
    return moment.strftime("%H:%M %d/%m/%Y")
