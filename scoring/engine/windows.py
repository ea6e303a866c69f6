"""Which documents may prove something of a period: issued in time for it, about it, and still in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from .facts import DocumentFact
from .numbers import day_vn
from .period import Period

EXPIRED, OUTSIDE = "expired", "outside_period"
SAID, READ = "said", "read"


@dataclass(frozen=True, slots=True)
class Window:
    """The period, the day of the score, and the days on which its documents are issued (None: the set does not say)."""

    period: Period
    as_of: date
    opens: date | None
    closes: date | None


def window_of(criteria: Mapping[str, Any], period: Period, as_of: date) -> Window:
    """From `evidence_period` of a criteria set: {days_before, days_after}, counted from the ends of the period."""
    allowed = criteria.get("evidence_period")
    if allowed is None:
        return Window(period, as_of, None, None)
    before, after = timedelta(days=allowed["days_before"]), timedelta(days=allowed["days_after"])
    return Window(period, as_of, period.first - before, period.ends + after)


def days_allowed(component: Mapping[str, Any], window: Window) -> tuple[date, date] | None:
    """First and last day that a declared date of this component may name; None where the criteria set does not say.

    Where documents of earlier years count, only the last day bounds it.
    """
    if window.opens is None or window.closes is None:
        return None
    standing = any(wanted.get("standing") for wanted in component.get("evidence", ()))
    return date.min if standing else window.opens, window.closes


def doubt_of(document: DocumentFact, window: Window, *, standing: bool) -> Mapping[str, str] | None:
    """Why a document does not yet prove anything of the period: {kind, because}; None where nothing speaks against it.

    What a person said of its period decides. Otherwise it was issued in the window, or its title names the period, or
    (`standing`) documents of earlier years stay in force for this component. Where the windows of two periods overlap
    (a report of last year issued in January), a title that names the other one speaks against it.
    """
    if document.expires_on is not None and document.expires_on < window.as_of:
        return _doubt(EXPIRED, f"hết hiệu lực từ ngày {day_vn(document.expires_on + timedelta(days=1))}")
    if document.speaks_by == SAID:
        return None if _speaks_of(document, window.period) else _doubt(OUTSIDE, _spoken(document))
    issued, opens, closes = document.issued_on, window.opens, window.closes
    if issued is None or opens is None or closes is None:
        return None
    names_period = document.speaks_by == READ and _speaks_of(document, window.period)
    if opens <= issued <= closes:
        names_other = document.speaks_by == READ and not names_period
        shared = names_other and _in_two_windows(issued, window.period, opens, closes)
        return _doubt(OUTSIDE, _spoken(document)) if shared else None
    if names_period or (standing and issued < opens):
        return None
    taken = f"nhận văn bản ban hành từ {day_vn(opens)} đến {day_vn(closes)}"
    return _doubt(OUTSIDE, f"ban hành ngày {day_vn(issued)}, ngoài kỳ đang chấm ({taken})")


def _in_two_windows(issued: date, period: Period, opens: date, closes: date) -> bool:
    """Whether a day lies in the window of the period before or of the one after too."""
    before, after = period.first - opens, closes - period.ends
    return issued < period.first + after or issued > period.ends - before


def _doubt(kind: str, because: str) -> Mapping[str, str]:
    return {"kind": kind, "because": because}


def _speaks_of(document: DocumentFact, period: Period) -> bool:
    first, last = document.speaks_from, document.speaks_to
    return first is not None and last is not None and first <= period.ends and last >= period.first


def _spoken(document: DocumentFact) -> str:
    first, last = document.speaks_from, document.speaks_to
    if first is None or last is None:
        return "chưa rõ nói về thời gian nào"
    return f"nói về {day_vn(first)} – {day_vn(last)}, ngoài kỳ đang chấm"
