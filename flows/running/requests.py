"""Ad-hoc scoring runs: asked for by command line, web or API, worked on by whoever is free, seen by everybody.

A run that is no dry run first takes in what is new (exports, documents) and examines it, then scores and records;
a dry run only scores what is kept. The ledger (`storage.ledger`) is the truth: what a dead worker left is resumed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, get_args

from config.criteria_sets import BadCriteriaSet
from config.refusals import WrongUse
from config.settings import Settings
from config.units_here import is_known, settings_of
from flows.arriving import intake
from flows.criteria import criteria_set
from flows.examining import examination
from flows.examining.batches import batches_in_order
from flows.resources import Resources, open_ledger, open_resources, require_room
from flows.scores import scoring
from flows.watching.heart import Heard, Heart, beating
from flows.years import criteria_for, leading_year
from scoring import UnknownOnTimeRule, UnknownPeriod
from storage.database import Connection
from storage.errors import StorageError, StoreUnavailable
from storage.ledger import requests
from storage.ledger.leases import owner_here, state_seen
from storage.ledger.requests import Asker, Claimed, LeaseLost, RequestEnding, RunCancelled, Wanted

STEPS = {
    "waiting": "Chờ đến lượt",
    "exports": "Lấy dữ liệu một cửa",
    "documents": "Nhận tài liệu",
    "examine": "Đọc và kiểm tra tài liệu",
    "signatures": "Xem lại chữ ký chưa kết luận",
    "score": "Tự chấm",
    "lay_out": "Lập phiếu chấm điểm và gói tài liệu kiểm chứng",
    "letter": "Viết thư buổi sáng",
}
"""What a run is doing, in words for people; nights use the same."""

STATES = {
    "waiting": "đang chờ",
    "running": "đang chạy",
    "lost": "mất liên lạc, sẽ được chạy tiếp",
    "done": "xong",
    "gaps": "xong, có việc cần người xử lý",
    "failed": "không chạy được",
    "cancelled": "đã hủy",
}
"""How a run or a night stands (`state_seen`), in words for people."""

_YEAR = r"20\d{2}"
_ON_TIME_RULES = get_args(Settings.model_fields["on_time_rule"].annotation)
_OF_COMPONENT = ("id", "name", "points", "max_points", "state", "because")


class BadRequest(WrongUse, ValueError):
    """What was asked for cannot be run; the message lists every fault, one a line, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class RunAsked:
    """A run that somebody asks for; what is empty comes from the settings. `as_of` None: the day on which it runs."""

    who: str
    now: datetime
    unit: str = ""
    period: str = ""
    criteria: str = ""
    on_time_rule: str = ""
    as_of: date | None = None
    dry_run: bool = False


def ask_for_run(resources: Resources, asked: RunAsked) -> dict[str, Any]:
    """Put a run in the queue, or join the open one with the same question; it as `progress_of` tells it, and `joined`.

    Raises:
        BadRequest: unknown unit, period, criteria set or on-time rule.
    """
    settings = resources.settings
    today = settings.local_day(asked.now)
    at_work = settings.period_on(asked.as_of) if asked.as_of else leading_year(settings, today)
    period = asked.period or at_work
    sound = re.fullmatch(_YEAR, period)
    wanted = Wanted(
        unit=asked.unit or settings.unit,
        period=period,
        criteria=asked.criteria or (criteria_for(settings, period) if sound else settings.criteria),
        on_time_rule=asked.on_time_rule or settings.on_time_rule,
        as_of=asked.as_of,
        dry_run=asked.dry_run,
    )
    _require_sound(settings, wanted)
    with resources.database.write() as connection:
        request_id, new = requests.ask(connection, wanted, Asker(asked.who, asked.now, settings.timezone))
    return progress_of(resources, request_id) | {"joined": not new}


def waiting_runs(resources: Resources, unit: str = "") -> list[dict[str, Any]]:
    """Runs that work or wait, in the order in which they were asked for; all units if none is named."""
    return _told(resources, unit, requests.OPEN)


def runs_asked(resources: Resources, unit: str = "", limit: int = 50) -> list[dict[str, Any]]:
    """Runs that were asked for, newest first, whatever became of them."""
    return list(reversed(_told(resources, unit)))[:limit]


def progress_of(resources: Resources, request_id: str) -> dict[str, Any]:
    """One run: what was asked, its state, place in the queue, step, documents done of how many, and its outcome.

    Raises:
        NoSuchRequest: there is none of this id.
    """
    with resources.database.read() as connection:
        row = requests.request_row(connection, request_id)
    return next(told for told in _told(resources, row["unit"]) if told["request"] == request_id)


def cancel_run(resources: Resources, request_id: str, *, who: str, now: datetime) -> dict[str, Any]:
    """Cancel a waiting run at once, a working one at its next document; one that ended stays as it is.

    Raises:
        NoSuchRequest: there is none of this id.
    """
    with resources.database.write() as connection:
        requests.cancel(connection, request_id, who=who, now=now)
    return progress_of(resources, request_id)


def run_next(
    settings: Settings, *, now: datetime, only: str | None = None, heard: Heard | None = None
) -> dict[str, Any] | None:
    """Work on the run whose turn it is, to its end; it as `progress_of` tells it, None if nothing may run now.

    `heard` is called with each step: {step, done, of}.

    Raises:
        StoreUnavailable: database or store went away; the run stays in the ledger and is resumed.
        LeaseLost: another worker took the run over.
    """
    owner = owner_here()
    with open_ledger(settings) as database, database.write() as connection:
        claimed = requests.claim_next(connection, owner=owner, now=now, only=only)
    if claimed is None:
        return None
    ending = _ending_of(settings_of(settings, claimed.wanted.unit), claimed, owner, heard)
    with open_resources(settings) as resources:
        with resources.database.write() as connection:
            requests.end(connection, claimed.id, ending, owner=owner)
        return progress_of(resources, claimed.id)


def _ending_of(settings: Settings, claimed: Claimed, owner: str, heard: Heard | None) -> RequestEnding:
    def beat(connection: Connection, *, now: datetime, progress: Mapping[str, Any] | None) -> None:
        requests.beat(connection, claimed.id, owner=owner, now=now, progress=progress)

    try:
        with beating(settings, beat, heard) as heart, open_resources(settings) as resources:
            return _score(resources, claimed, heart)
    except RunCancelled:
        return RequestEnding(requests.CANCELLED, None, {}, datetime.now(UTC))
    except (StoreUnavailable, LeaseLost):
        raise
    except (StorageError, BadCriteriaSet, UnknownOnTimeRule, UnknownPeriod) as error:
        return RequestEnding(requests.FAILED, None, {"reason": str(error)}, datetime.now(UTC))


def _score(resources: Resources, claimed: Claimed, heart: Heart) -> RequestEnding:
    wanted = claimed.wanted
    if not wanted.dry_run:
        _take_in(resources, claimed, heart)
    heart.tell("score")
    as_of = wanted.as_of or resources.settings.local_day(claimed.started_at)
    question = scoring.Question(wanted.period, as_of, wanted.criteria, wanted.on_time_rule)
    answer = scoring.compute(resources, question)
    outcome: dict[str, Any] = {"totals": answer.score["totals"]}
    if wanted.dry_run:
        outcome["components"] = [{name: item[name] for name in _OF_COMPONENT} for item in answer.score["components"]]
        return RequestEnding(requests.DONE, None, outcome, datetime.now(UTC))
    heart.tell("score")
    run_id = scoring.record(resources, answer, who=claimed.asked_by, at=claimed.started_at)
    state = requests.GAPS if any(answer.gathered.gaps().values()) else requests.DONE
    return RequestEnding(state, run_id, outcome, datetime.now(UTC))


def _take_in(resources: Resources, claimed: Claimed, heart: Heart) -> None:
    require_room(resources.settings)
    examination.expect_documents()
    heart.tell("exports")
    intake.pull_exports(resources, intake.Sender(claimed.asked_by, "exports", claimed.started_at))
    heart.tell("documents")
    intake.take_documents(resources, intake.Sender(claimed.asked_by, "inbox", claimed.started_at))
    batches = batches_in_order(resources)
    counted = _Counted(heart, sum(map(len, batches)))
    for batch in batches:
        examination.examine_batch(resources, batch, at=claimed.started_at, done=counted.one_more)


class _Counted:
    """Documents done of how many, told to the heart."""

    def __init__(self, heart: Heart, of: int) -> None:
        self.heart, self.done, self.of = heart, 0, of
        heart.tell("examine", 0, of)

    def one_more(self) -> None:
        self.done += 1
        self.heart.tell("examine", self.done, self.of)


def _told(resources: Resources, unit: str, states: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """All requests (or those of some states), oldest first, as the three doors show them."""
    with resources.database.read() as connection:
        rows = requests.request_rows(connection, unit, states=states)
        now = datetime.now(UTC)
        busy = requests.busy_units(connection, owner="", now=now)
    ahead: dict[str, str] = {}
    told = []
    for row in rows:
        before = ahead.get(row["unit"]) or busy.get(row["unit"])
        told.append(_plain(row, state_seen(row, now), before if row["state"] == requests.WAITING else None))
        if row["state"] in requests.OPEN:
            ahead[row["unit"]] = row["id"]
    return told


def _plain(row: Mapping[str, Any], state: str, waits_for: str | None) -> dict[str, Any]:
    progress = row["progress"] or {"step": "waiting", "done": 0, "of": 0}
    moments = {name: _iso(row[name]) for name in ("asked_at", "started_at", "ended_at")}
    return {
        "request": row["id"],
        **row["question"],
        "state": state,
        "asked_by": row["asked_by"],
        "cancelled_by": row["cancelled_by"],
        "waits_for": waits_for,
        "progress": progress | {"step_vi": STEPS.get(progress["step"], progress["step"])},
        "attempts": row["attempts"],
        "run": row["run_id"],
        "outcome": row["outcome"] or {},
        **moments,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _require_sound(settings: Settings, wanted: Wanted) -> None:
    faults = []
    if not is_known(settings, wanted.unit):
        faults.append(f"đơn vị {wanted.unit!r}: chưa có trong hệ thống; đơn vị đang chấm: {settings.unit}")
    if not re.fullmatch(_YEAR, wanted.period):
        faults.append(f"kỳ {wanted.period!r}: phải là năm, ví dụ 2025")
    if wanted.on_time_rule not in _ON_TIME_RULES:
        faults.append(f"quy tắc đúng hạn {wanted.on_time_rule!r}: chỉ nhận {', '.join(_ON_TIME_RULES)}")
    try:
        criteria_set(settings, wanted.criteria)
    except BadCriteriaSet as error:
        faults.append(str(error))
    if faults:
        raise BadRequest("Chưa chạy được yêu cầu này:\n" + "\n".join(f"  {fault}" for fault in faults))
