"""The yearly cycle of the ward: open it, do what its state allows, see where it stands, lock what a deadline locks.

For command line, page and API alike. Plain values in, JSON-ready values out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.settings import Settings
from flows.criteria import criteria_set
from flows.resources import Resources, open_resources
from flows.scores import browsing
from flows.years import criteria_for
from reports.heading import vn_number
from scoring import compare
from scoring.cycle import (
    BY_DEADLINE_ALONE,
    DEADLINES,
    RECOMPUTED,
    STATES,
    STEPS,
    BadDeed,
    Cycle,
    Deed,
    after,
    automatic,
    opened,
)
from scoring.cycle_sheet import (
    Due,
    disputed,
    owed_soon,
    proofs_of,
    reminder_lines,
    reminders,
    side_by_side,
    totals,
    with_cycle,
    with_overrides,
)
from scoring.engine.facts import from_plain
from scoring.other_indices import Task, standing_of
from storage.database import Connection
from storage.documents.links import Link, Said, document_named, link, unlink
from storage.scored.cycle import (
    ChangedMeanwhile,
    Kept,
    NoCycle,
    cycle_of,
    first_run_standing,
    keep_change,
    open_cycle,
    run_standing_before,
)
from storage.scored.facts import rows_of_year
from storage.scored.runs import latest_run

APPRAISING = ("appraise", "appraise_again")
VALUE = "value."
"""Before a key: a number that an appraiser enters anew."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants done (a name of scoring.cycle.STEPS). `version` is the one shown to them; None: any.

    `said` as the deed reads it; documents are named by file name or hash: {"sheet": NAME, "evidence": [{name, pages}]}.
    """

    deed: str
    who: str
    where: str
    at: datetime
    component: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None


def open_period(resources: Resources, period: str, deadlines: Mapping[str, date], wish: Wish) -> dict[str, Any]:
    """Open the year over the criteria set that scores it.

    Raises:
        AlreadyOpen, BadDeed: it is open; deadlines are missing or out of order.
    """
    settings = resources.settings
    reference = criteria_for(settings, period)
    cycle = opened(criteria_set(settings, reference).plain(), deadlines)
    kept = Kept(settings.unit, period, reference, cycle, 1, {})
    with resources.database.write() as connection:
        open_cycle(connection, kept, _deed(wish), wish.where)
    return cycle_seen(resources, period, wish.at)


def act(resources: Resources, period: str, wish: Wish) -> dict[str, Any]:
    """Do one deed; a deadline that has passed locks first.

    Raises:
        NoCycle, NotNow, BadDeed, ChangedMeanwhile, NoSuchDocument: nothing was recorded.
    """
    lock_due(resources, period, wish.at)
    if wish.deed in BY_DEADLINE_ALONE:
        raise BadDeed("Việc này chỉ hệ thống làm, khi hết hạn.")
    if wish.deed in APPRAISING:
        wish = _with_points(resources, period, wish)
    with resources.database.write() as connection:
        kept = cycle_of(connection, resources.settings.unit, period)
        _require_version(kept, wish)
        deed = _deed(replace(wish, said=_with_documents(connection, kept, wish)))
        now = after(kept.cycle, deed)
        keep_change(connection, kept, now, deed, wish.where)
        _link_documents(connection, kept, now, deed, wish.where)
    return cycle_seen(resources, period, wish.at)


def _with_points(resources: Resources, period: str, wish: Wish) -> Wish:
    """An appraisal by numbers of the appraisers' own (`value.KEY`: text): the rule of the locked run gives the points.

    Raises:
        BadDeed: the rule gives no points for them, or points were typed that differ.
        BadAssumption: a number cannot be read, or the component has no such key.
    """
    values = {name.removeprefix(VALUE): str(text) for name, text in wish.said.items() if name.startswith(VALUE)}
    said = {name: item for name, item in wish.said.items() if name not in RECOMPUTED and VALUE not in name}
    run_id = locked_run(resources, period)
    if not values or run_id is None:
        return replace(wish, said=said)
    assumed = {f"{wish.component}.{key}": text for key, text in values.items()}
    after_it = browsing.what_if(resources, browsing.run(resources, run_id), assumed)["after"]
    item = next((one for one in after_it["components"] if one["id"] == wish.component), None)
    if item is None or item["points"] is None:
        raise BadDeed(f"Mục {wish.component}: số liệu này chưa tính được điểm. {item['because'] if item else ''}")
    typed = str(said.get("points") or "").strip().replace(",", ".")
    if typed and typed != item["points"]:
        earned = vn_number(item["points"])
        raise BadDeed(
            f"Mục {wish.component}: số liệu này được {earned} điểm, khác điểm đã ghi; bỏ trống một trong hai."
        )
    labels = {one["key"]: one["label"] for one in inputs_of_entry(resources, period, wish.component)}
    names = {key: labels[key] for key in values if key in labels}
    told = {"values": values, "names": names, "because": item["because"]}
    return replace(wish, said={**said, "points": item["points"], **told})


def inputs_of_entry(resources: Resources, period: str, component: str) -> list[dict[str, str]]:
    """What an appraiser may re-enter of a component of the locked run: {key, label, now}; empty before the lock."""
    run_id = locked_run(resources, period)
    if run_id is None:
        return []
    found = browsing.component(resources, browsing.run(resources, run_id), component)
    labels = found["names"] | {asked["key"]: asked["label"] for asked in found["entry"].get("declared") or ()}
    numbers = found["item"]["numbers"]
    return [{"key": key, "label": labels.get(key, key), "now": str(numbers.get(key, ""))} for key in found["assumable"]]


def run_as_corrected(resources: Resources, period: str) -> dict[str, Any]:
    """The run that was locked, or else the newest, as the ward's leader corrected it in the cycle; its id is `cycle`.

    Raises:
        NoCycle, NoSuchRun: the period was not opened, or nothing was scored.
    """
    with resources.database.read() as connection:
        kept = cycle_of(connection, resources.settings.unit, period)
        locked = kept.cycle.lock and kept.cycle.lock["run"]
    run = browsing.run(resources, locked) if locked else browsing.standing_run(resources, period)
    return {**run, "id": "cycle", "score": with_overrides(run["score"], kept.cycle.entries)}


def locked_run(resources: Resources, period: str) -> str | None:
    """The run that was locked as the year's self-score, None before."""
    cycle = kept_cycle(resources, period)
    return str(cycle.lock["run"]) if cycle and cycle.lock else None


def kept_cycle(resources: Resources, period: str) -> Cycle | None:
    """A year's cycle, None while it is not opened."""
    with resources.database.read() as connection, suppress(NoCycle):
        return cycle_of(connection, resources.settings.unit, period).cycle
    return None


def as_in_cycle(resources: Resources, run: Mapping[str, Any]) -> dict[str, Any]:
    """The score of a run with what its year's cycle says of it; as computed where the cycle speaks of another run.

    The cycle speaks of the run that was locked, before that of the one that stands.
    """
    period = str(run["score"]["period"])
    cycle = kept_cycle(resources, period)
    if cycle is None:
        return dict(run["score"])
    with resources.database.read() as connection:
        newest = latest_run(connection, resources.settings.unit, period)
    meant = cycle.lock["run"] if cycle.lock else newest and newest["id"]
    return with_cycle(run["score"], cycle) if run["id"] in (meant, "cycle") else dict(run["score"])


def lock_due(resources: Resources, period: str, now: datetime) -> str | None:
    """Do the lock that a deadline has brought; its name, or None. Repeating it does nothing.

    A year in which nothing was scored is locked with its first run, as soon as there is one.
    """
    settings = resources.settings
    with resources.database.write() as connection:
        kept = cycle_of(connection, settings.unit, period)
        name = automatic(kept.cycle, settings.local_day(now))
        if name is None:
            return None
        said = _locked_late(connection, kept, settings) if name == "lock_at_deadline" else {}
        if said is None:
            return None
        deed = Deed(name, "parindex", now, said=said)
        keep_change(connection, kept, after(kept.cycle, deed), deed, "deadline")
    return name


def lock_what_is_due(settings: Settings, now: datetime) -> dict[str, Any]:
    """The chore of every night: lock by deadline, in this year's and last year's cycle."""
    done = {}
    year = settings.local_day(now).year
    with open_resources(settings) as resources:
        for period in (str(year - 1), str(year)):
            with suppress(NoCycle):
                done[period] = lock_due(resources, period, now)
    return {"locked": done}


def cycle_seen(resources: Resources, period: str, now: datetime) -> dict[str, Any]:
    """Where the cycle stands: state, deadlines, deeds possible now, three scores side by side, disputes, reminders.

    Raises:
        NoCycle: the period was not opened.
    """
    settings = resources.settings
    with resources.database.read() as connection:
        kept = cycle_of(connection, settings.unit, period)
        run = latest_run(connection, settings.unit, period)
    cycle = kept.cycle
    rows = side_by_side(cycle, _points(run))
    for row in rows:
        row |= {"version": kept.versions[row["id"]], "entry": dict(cycle.entries[row["id"]])}
    due = reminders(cycle, settings.local_day(now))
    return {
        "unit": kept.unit,
        "period": period,
        "criteria": kept.criteria,
        "state": cycle.state,
        "state_vi": STATES[cycle.state],
        "version": kept.version,
        "deadlines": [
            {"id": name, "name": title, "day": cycle.deadlines[name].isoformat()} for name, title in DEADLINES.items()
        ],
        "deeds": [name for name, step in STEPS.items() if cycle.state in step.states and name not in BY_DEADLINE_ALONE],
        "lock": cycle.lock,
        "components": rows,
        "totals": totals(rows),
        "disputed": disputed(cycle),
        "reminders": due,
        "reminder_lines": list(reminder_lines(due)),
        "overridden": _overridden(run, cycle),
    }


def reminder_sentences(connection: Connection, settings: Settings, now: datetime) -> tuple[str, ...]:
    """What owners still owe before a deadline that is near, of every open cycle; for the letter."""
    owed = (due for _, due in reminders_due(connection, settings, now))
    return tuple(reminder_lines(owed))


def reminders_due(connection: Connection, settings: Settings, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """Who owes what before a day that is near, with the period: of cycles, components without data or proof, tasks."""
    found: list[tuple[str, dict[str, Any]]] = []
    day = settings.local_day(now)
    for period in (str(day.year - 1), str(day.year)):
        with suppress(NoCycle):
            found += [(period, due) for due in reminders(cycle_of(connection, settings.unit, period).cycle, day)]
        lacking = owed_soon(_lacking(connection, settings.unit, period), "nộp số liệu, tài liệu kiểm chứng", day)
        tasks = owed_soon(_open_tasks(connection, settings.unit, period, day), "hoàn thành nhiệm vụ được giao", day)
        found += [(period, due) for due in (*lacking, *tasks)]
    return found


def _lacking(connection: Connection, unit: str, period: str) -> Iterator[Due]:
    """Components of the standing run without data or proof, with their own deadline."""
    run = latest_run(connection, unit, period)
    for item in run["score"]["components"] if run else ():
        if item["state"] in ("no_data", "no_evidence"):
            yield item["responsible"], item["id"], date.fromisoformat(item["deadline"])


def _open_tasks(connection: Connection, unit: str, period: str, day: date) -> Iterator[Due]:
    for row in rows_of_year(connection, unit, "tasks", int(period)):
        task: Task = from_plain(Task, row)
        if task.due_at is not None and standing_of(task, day) == "open":
            yield task.office or "Chưa rõ đơn vị", task.code, task.due_at.date()


def locked_line(connection: Connection, unit: str, period: str) -> tuple[str, ...]:
    """That the self-score of a year is locked, so that later runs only inform; nothing while it is not."""
    try:
        cycle = cycle_of(connection, unit, period).cycle
    except NoCycle:
        return ()
    if cycle.lock is None:
        return ()
    own = vn_number(totals(side_by_side(cycle, {}))["self"])
    state = STATES[cycle.state]
    return (f"Năm {period} {state}; điểm đã chốt là {own}, điểm tính lại sau khi chốt chỉ để tham khảo.",)


def _overridden(run: Mapping[str, Any] | None, cycle: Cycle) -> list[str]:
    """Why the ward's own score differs from the computed one: sentences that add up to the difference."""
    if run is None:
        return []
    return list(compare(run["score"], with_overrides(run["score"], cycle.entries)).sentences())


def _require_version(kept: Kept, wish: Wish) -> None:
    known = kept.versions.get(wish.component) if wish.component else kept.version
    if wish.version is not None and known is not None and wish.version != known:
        raise ChangedMeanwhile(
            f"{wish.component or 'Kỳ này'}: có người khác vừa sửa. Mở lại để xem giá trị mới rồi sửa tiếp; chưa ghi gì."
        )


def _with_documents(connection: Connection, kept: Kept, wish: Wish) -> dict[str, Any]:
    """What was said, with documents found in the store; a lock takes the run that stands."""
    said = dict(wish.said)
    if wish.deed == "lock":
        said = {"sheet": said.get("sheet"), **_locked(connection, kept, wish.at + timedelta(microseconds=1))}
    if said.get("sheet"):
        said["sheet"] = document_named(connection, kept.unit, str(said["sheet"]))
    if said.get("evidence"):
        said["evidence"] = [
            {**item, "sha256": document_named(connection, kept.unit, str(item.get("sha256") or item["name"]))}
            for item in said["evidence"]
        ]
    return said


def _link_documents(connection: Connection, kept: Kept, now: Cycle, deed: Deed, where: str) -> None:
    """Let what the ward's side named prove the component from now on; what it no longer names proves nothing."""
    if not deed.component or deed.name.startswith("appraise"):
        return
    said = Said(deed.who, where, deed.at)
    named = {item["sha256"]: item for item in proofs_of(now.entries[deed.component])}
    before = {item["sha256"]: item for item in proofs_of(kept.cycle.entries[deed.component])}
    for sha256, item in named.items():
        if item != before.get(sha256):
            place = (item["section"] or None, item["pages"] or None)
            link(connection, Link(kept.unit, deed.component, sha256, *place), said)
    for sha256 in before.keys() - named.keys():
        unlink(connection, Link(kept.unit, deed.component, sha256), said)


def _locked_late(connection: Connection, kept: Kept, settings: Settings) -> dict[str, Any] | None:
    """What a deadline locks: the run of then, or the first one after it where nothing had been scored; None: none yet.

    A year without any score stays open, because a lock without points could never be mended.
    """
    end = _end_of(settings, kept.cycle)
    run = run_standing_before(connection, kept.unit, kept.period, end) or first_run_standing(
        connection, kept.unit, kept.period
    )
    return _of_run(run) if run else None


def _locked(connection: Connection, kept: Kept, until: datetime) -> dict[str, Any]:
    run = run_standing_before(connection, kept.unit, kept.period, until)
    if run is None:
        raise BadDeed(f"Chưa có lần chấm nào của kỳ {kept.period}; chạy parindex score rồi chốt.")
    return _of_run(run)


def _of_run(run: Mapping[str, Any]) -> dict[str, Any]:
    """What a lock takes of a run."""
    most = {item["id"]: item["max_points"] for item in run["score"]["components"]}
    return {"run": run["id"], "points": _points(run), "maximums": most}


def _points(run: Mapping[str, Any] | None) -> dict[str, str | None]:
    return {item["id"]: item["points"] for item in run["score"]["components"]} if run else {}


def _end_of(settings: Settings, cycle: Cycle) -> datetime:
    """The first moment after the deadline's last day, in the unit's time zone."""
    day = cycle.deadlines["self_score"] + timedelta(days=1)
    return datetime.combine(day, time(), ZoneInfo(settings.timezone))


def _deed(wish: Wish) -> Deed:
    return Deed(wish.deed, wish.who, wish.at, wish.component, wish.said)
