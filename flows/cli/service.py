"""Commands about running: run, runs, cancel."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from config.settings import Settings
from flows.cli.door import DONE, NEEDS_PERSON, WRONG_USE, AsJson, Period, Refused, Unit, finish, settings_for
from flows.cli.texts import text
from reports.letter import vietnamese_number


def run(
    *,
    unit: Unit = "",
    period: Period = "",
    criteria: Annotated[str, typer.Option("--criteria", help=text("criteria"))] = "",
    as_of: Annotated[str, typer.Option("--as-of", help=text("as_of"))] = "",
    on_time: Annotated[str, typer.Option("--on-time", help=text("on_time"))] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=text("dry_run"))] = False,
    leave: Annotated[bool, typer.Option("--leave", help=text("leave"))] = False,
    as_json: AsJson = False,
) -> None:
    """Ask for a scoring run, and follow it to its end."""
    from flows.resources import open_resources
    from flows.running.requests import RunAsked, ask_for_run

    settings = settings_for()
    now = datetime.now(UTC)
    asked = RunAsked("parindex run", now, unit, period, criteria, on_time, _day(as_of), dry_run)
    with open_resources(settings) as resources:
        told = ask_for_run(resources, asked)
    if not leave:
        told = _followed(settings, told)
    finish(
        told,
        as_json=as_json,
        lines=_lines(told),
        code=NEEDS_PERSON if told["ended_at"] and told["state"] != "done" else DONE,
    )


def runs(*, unit: Unit = "", as_json: AsJson = False) -> None:
    """List the runs that were asked for, newest first."""
    from flows.resources import open_resources
    from flows.running.requests import runs_asked

    with open_resources(settings_for()) as resources:
        told = runs_asked(resources, unit)
    lines = [line for one in told for line in _lines(one)] or [text("no_runs")]
    finish(told, as_json=as_json, lines=lines)


def cancel(request: Annotated[str, typer.Argument(help=text("request"))], *, as_json: AsJson = False) -> None:
    """Cancel a run that waits or works."""
    from flows.resources import open_resources
    from flows.running.requests import cancel_run

    with open_resources(settings_for()) as resources:
        told = cancel_run(resources, request, who="parindex cancel", now=datetime.now(UTC))
    finish(told, as_json=as_json, lines=_lines(told))


def setup(*, as_json: AsJson = False) -> None:
    """Make what a new installation needs; repeated, it only tells what is there."""
    from flows.serving.setup import set_up

    made = set_up(settings_for(), datetime.now(UTC))
    lines = [f"{'mới  ' if part.new else 'có   '}  {part.name}: {part.seen}" for part in made]
    lines += [f"{text('one_time_password')}: {part.secret}" for part in made if part.secret]
    code = DONE if all(part.ok for part in made) else NEEDS_PERSON
    finish([part.plain() for part in made], as_json=as_json, lines=lines, code=code)


def status(*, unit: Unit = "", as_json: AsJson = False) -> None:
    """What works now, what waits, how the last night ended, what rings."""
    from flows.serving.standing import standing_of

    told = standing_of(settings_for(unit), datetime.now(UTC))
    code = NEEDS_PERSON if told["alarms"] else DONE
    finish(told, as_json=as_json, lines=_standing(told), code=code)


def _standing(told: dict[str, Any]) -> Iterator[str]:
    from flows.running.requests import STATES

    night = told["last_night"]
    yield (f"Đêm gần nhất: {night['night']}, {STATES[night['state']]}" if night else "Chưa chạy đêm nào")
    if night and night["progress"]:
        progress = night["progress"]
        yield f"  {progress['step_vi']}" + (f": {progress['done']}/{progress['of']}" if progress["of"] else "")
    yield f"Đêm kế tiếp: {told['next_night']}"
    for one in told["runs"]:
        yield from _lines(one)
    for alarm in told["alarms"]:
        yield f"CẢNH BÁO  {alarm['name']}: {alarm['seen']}"
        yield f"       → {alarm['way_out']}"


def _followed(settings: Settings, told: dict[str, Any]) -> dict[str, Any]:
    """Work on the run here when its turn has come, or watch whoever does."""
    from flows.resources import open_resources
    from flows.running.night import say
    from flows.running.requests import progress_of, run_next

    seen = None
    while not told["ended_at"]:
        if (done := run_next(settings, now=datetime.now(UTC), only=told["request"], heard=_say_step)) is not None:
            return done
        if (now_at := _where(told)) != seen:
            seen = now_at
            say(now_at)
        time.sleep(1)
        with open_resources(settings) as resources:
            told = progress_of(resources, told["request"])
    return told


def _say_step(progress: Mapping[str, Any]) -> None:
    from flows.running.night import say
    from flows.running.requests import STEPS

    count = f": {progress['done']}/{progress['of']}" if progress["of"] else ""
    say(f"{STEPS[progress['step']]}{count}", transient=0 < progress["done"] < progress["of"])


def _where(told: dict[str, Any]) -> str:
    progress = told["progress"]
    if told["state"] == "waiting" and told["waits_for"]:
        return f"Đang chờ {told['waits_for']} của {told['unit']} chạy xong"
    count = f": {progress['done']}/{progress['of']}" if progress["of"] else ""
    return f"{progress['step_vi']}{count}"


def _lines(told: dict[str, Any]) -> Iterator[str]:
    from flows.running.requests import STATES

    dry = ", chỉ xem thử" if told["dry_run"] else ""
    yield f"{told['request']}: {STATES[told['state']]} ({told['unit']}, kỳ {told['period']}, {told['criteria']}{dry})"
    if not told["ended_at"]:
        yield f"  {_where(told)}"
    outcome = told["outcome"]
    if totals := outcome.get("totals"):
        expected, possible = vietnamese_number(totals["expected"]), vietnamese_number(totals["self_scorable"])
        run_id = f", lần chấm {told['run']}" if told["run"] else ""
        yield f"  Tự chấm dự kiến {expected} trên {possible} điểm{run_id}"
    if reason := outcome.get("reason"):
        yield f"  {reason}"


def _day(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso) if iso else None
    except ValueError as error:
        raise Refused(f"--as-of {iso!r}: không phải ngày; ví dụ đúng: 2025-12-31", WRONG_USE) from error
