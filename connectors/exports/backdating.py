"""Changes of a dossier that should not happen after the fact: a pure comparison of what was kept and what comes in.

A dossier that was late and is on time after the next export deserves a look: the alarm names the field, both values
and why. It judges nobody; corrections are made this way too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_CLOSED = frozenset({9, 10})
_EVENTS = {
    "received_at": "ngày tiếp nhận",
    "finished_at": "ngày kết thúc xử lý",
    "returned_at": "ngày trả kết quả",
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """One suspicious change: `kind` is reopened | due_moved | due_moved_after_end | event_moved | supplements_lowered.

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

    Only fields that both carry are compared; a value that was unknown before is never suspicious.
    A due date moved within the number of supplements is ordinary: the waiting time of the citizen is added to it.
    """
    return (*_reopened(kept, coming), *_due_moved(kept, coming), *_events_moved(kept, coming))


def _pair(name: str, kept: Mapping[str, Any], coming: Mapping[str, Any]) -> tuple[Any, Any] | None:
    """Both values of a field, if both say something and they differ."""
    before, after = kept.get(name), coming.get(name)
    return None if before is None or after is None or before == after else (before, after)


def _reopened(kept: Mapping[str, Any], coming: Mapping[str, Any]) -> Iterator[Alarm]:
    if (pair := _pair("status", kept, coming)) and pair[0] in _CLOSED and pair[1] not in _CLOSED:
        yield Alarm("reopened", "status", *pair, f"hồ sơ đã kết thúc (mã {pair[0]}) nay mở lại (mã {pair[1]})")
    elif kept.get("finished_at") is not None and coming.get("finished_at", "") is None and "status" not in coming:
        before = kept["finished_at"]
        yield Alarm("reopened", "finished_at", before, None, f"ngày kết thúc {_day(before)} đã bị xóa")


def _due_moved(kept: Mapping[str, Any], coming: Mapping[str, Any]) -> Iterator[Alarm]:
    pair = _pair("due_at", kept, coming)
    if pair is None or pair[0].date() == pair[1].date():
        return
    before, after = pair
    end = kept.get("finished_at") or kept.get("returned_at")
    moved = f"hạn trả đổi từ {_day(before)} thành {_day(after)}"
    if end is not None:
        late = before.date() < end.date() <= after.date()
        effect = ", nên từ quá hạn thành đúng hạn" if late else ""
        yield Alarm("due_moved_after_end", "due_at", before, after, f"{moved} sau khi kết thúc {_day(end)}{effect}")
    elif (coming.get("supplements") or 0) <= (kept.get("supplements") or 0):
        yield Alarm("due_moved", "due_at", before, after, f"{moved} mà không có lần bổ sung nào mới")


def _events_moved(kept: Mapping[str, Any], coming: Mapping[str, Any]) -> Iterator[Alarm]:
    for name, title in _EVENTS.items():
        pair = _pair(name, kept, coming)
        if pair is not None and pair[0].date() != pair[1].date():
            yield Alarm("event_moved", name, *pair, f"{title} đổi từ {_day(pair[0])} thành {_day(pair[1])}")
    if (pair := _pair("supplements", kept, coming)) and pair[1] < pair[0]:
        sentence = f"số lần bổ sung giảm từ {pair[0]} xuống {pair[1]}"
        yield Alarm("supplements_lowered", "supplements", *pair, sentence)


def _day(moment: datetime) -> str:
    return moment.strftime("%d/%m/%Y")
