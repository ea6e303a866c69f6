"""Commands about the ward: doctor, nightly, serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.settings import load_settings
from flows.cli.door import (
    DONE,
    MISSING,
    NEEDS_PERSON,
    AsJson,
    At,
    Period,
    Unit,
    finish,
    moment,
    print_json,
    settings_for,
)
from flows.cli.texts import text

if TYPE_CHECKING:
    from flows.serving.doctor import Finding


def doctor(*, as_json: AsJson = False) -> None:
    """What this machine has and lacks."""
    from flows.serving.doctor import examine_machine

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
    from flows.running.night import NightRequestedBy
    from flows.serving.start import run_directly, run_through_prefect

    settings = settings_for(unit, period)
    asked = NightRequestedBy("parindex nightly", moment(at, settings))
    summary = run_directly(settings, asked) if direct else run_through_prefect(settings, asked)
    code = NEEDS_PERSON if summary["state"] == "gaps" else DONE
    finish(summary, as_json=as_json, lines=_night_lines(summary), code=code)


def serve(*, as_json: AsJson = False) -> None:
    """Run pages, scheduler and worker until stopped; with --json one document tells when they are ready."""
    from flows.serving.serve import serve as run_service

    run_service(load_settings(), ready=print_json if as_json else _say_addresses)


def _say_addresses(addresses: dict[str, str]) -> None:
    typer.echo(f"Trang web: {addresses['pages']}", err=True)
    typer.echo(f"Lịch chạy đêm: {addresses['schedule']} ({addresses['timezone']}). Dừng: Ctrl+C", err=True)


def _findings(findings: list[Finding]) -> Iterator[str]:
    for finding in findings:
        yield f"{'có   ' if finding.ok else 'THIẾU'}  {finding.name}: {finding.seen}"
        if finding.fix:
            yield f"       → {finding.fix}"


def _night_lines(summary: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield summary["letter"]
