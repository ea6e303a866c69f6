"""Commands about the ward: doctor, nightly, score, serve."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.door import (
    DONE,
    MISSING,
    NEEDS_PERSON,
    WRONG_USE,
    AsJson,
    At,
    Period,
    Refused,
    Unit,
    finish,
    moment,
    print_json,
    settings_for,
)
from flows.cli.texts import text
from reports.letter import vietnamese_number
from reports.score_sheet import on_time_lines

if TYPE_CHECKING:
    from flows.doctor import Finding


def doctor(*, as_json: AsJson = False) -> None:
    """What this machine has and lacks."""
    from flows.doctor import examine_machine

    findings = examine_machine(settings_for())
    lacking = [finding for finding in findings if not finding.ok]
    code = MISSING if any(finding.needed for finding in lacking) else NEEDS_PERSON if lacking else DONE
    plain = {"ok": not lacking, "findings": [finding.plain() for finding in findings]}
    finish(plain, as_json=as_json, lines=_findings(findings), code=code)


def nightly(
    *,
    unit: Unit = "",
    period: Period = "",
    at: At = "",
    direct: Annotated[bool, typer.Option("--direct", help=text("direct"))] = False,
    as_json: AsJson = False,
) -> None:
    """Run the night."""
    from flows.night import NightRequestedBy
    from flows.start import run_directly, run_through_prefect

    settings = settings_for(unit, period)
    asked = NightRequestedBy("parindex nightly", moment(at, settings))
    summary = run_directly(settings, asked) if direct else run_through_prefect(settings, asked)
    code = NEEDS_PERSON if summary["state"] == "gaps" else DONE
    finish(summary, as_json=as_json, lines=_night_lines(summary), code=code)


def score(
    *,
    unit: Unit = "",
    period: Period = "",
    as_of: Annotated[str, typer.Option("--as-of", help=text("as_of"))] = "",
    criteria: Annotated[str, typer.Option("--criteria", help=text("criteria"))] = "",
    on_time: Annotated[str, typer.Option("--on-time", help=text("on_time"))] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=text("dry_run"))] = False,
    as_json: AsJson = False,
) -> None:
    """Score now, from what is kept."""
    from flows import scoring
    from flows.resources import open_resources

    settings = settings_for(unit, period)
    now = moment("", settings)
    today = settings.local_day(now)
    question = scoring.Question(
        period=settings.period_on(today),
        as_of=_day(as_of, today),
        criteria=criteria or settings.criteria,
        on_time_rule=on_time or settings.on_time_rule,
    )
    with open_resources(settings) as resources:
        answer = scoring.compute(resources, question)
        if not dry_run:
            scoring.record(resources, answer, who="parindex score", at=now)
    finish(answer.score, as_json=as_json, lines=_score_lines(answer.score))


def serve(*, as_json: AsJson = False) -> None:
    """Run pages, scheduler and worker until stopped; with --json one document tells when they are ready."""
    from flows.serve import serve as run_service

    run_service(settings_for(), ready=print_json if as_json else _say_addresses)


def _say_addresses(addresses: dict[str, str]) -> None:
    typer.echo(f"Trang web: {addresses['pages']}", err=True)
    typer.echo(f"Lịch chạy đêm: {addresses['schedule']} ({addresses['timezone']}). Dừng: Ctrl+C", err=True)


def _findings(findings: list[Finding]) -> Iterator[str]:
    for finding in findings:
        yield f"{'có   ' if finding.ok else 'THIẾU'}  {finding.name}: {finding.seen}"
        if finding.fix:
            yield f"       → {finding.fix}"


def _day(iso: str, today: date) -> date:
    try:
        return date.fromisoformat(iso) if iso else today
    except ValueError as error:
        raise Refused(f"--as-of {iso!r}: không phải ngày; ví dụ đúng: 2025-12-31", WRONG_USE) from error


def _night_lines(summary: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield summary["letter"]


def _score_lines(plain: dict[str, Any]) -> Iterator[str]:
    for item in plain["components"]:
        points = "  –  " if item["points"] is None else f"{vietnamese_number(item['points']):>5}"
        maximum = vietnamese_number(item["max_points"])
        yield f"{item['id']:<7}{points} / {maximum:<5} {item['name']}"
        yield f"{'':21}{item['because']}"
    totals = {name: vietnamese_number(value) for name, value in plain["totals"].items()}
    yield (
        f"\nTự chấm dự kiến {totals['expected']}, bảo thủ {totals['conservative']}, "
        f"trên {totals['self_scorable']} điểm được tự chấm (thang {totals['maximum']})."
    )
    used = plain["criteria"]
    yield f"Bộ tiêu chí {used['id']}@{used['version']}."
    yield from on_time_lines(plain)
