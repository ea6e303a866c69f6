"""Commands about the score: score, explain, diff, next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.door import (
    DONE,
    NEEDS_PERSON,
    WRONG_USE,
    AsJson,
    At,
    Period,
    Refused,
    Unit,
    finish,
    moment,
    settings_for,
)
from flows.cli.texts import text
from reports.letter import vietnamese_number
from reports.score_sheet import on_time_lines, outside_lines

if TYPE_CHECKING:
    from flows.telling.explaining import Outlook

Run = Annotated[str, typer.Argument(help=text("run_or_latest"))]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("score", help=text("score"))(score)
    app.command("explain", help=text("explain_component"))(explain)
    app.command("diff", help=text("diff"))(diff)
    app.command("next", help=text("next"))(next_steps)


def score(
    *,
    unit: Unit = "",
    period: Period = "",
    as_of: Annotated[str, typer.Option("--as-of", help=text("as_of"))] = "",
    criteria: Annotated[str, typer.Option("--criteria", help=text("criteria"))] = "",
    on_time: Annotated[str, typer.Option("--on-time", help=text("on_time"))] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=text("dry_run"))] = False,
    assumed: Annotated[list[str] | None, typer.Option("--set", help=text("assumed"))] = None,
    as_of_import: Annotated[int, typer.Option("--as-of-import", min=0, help=text("score_as_of_import"))] = 0,
    as_json: AsJson = False,
) -> None:
    """Score now, from what is kept."""
    from flows.resources import open_resources
    from flows.scores import scoring
    from flows.years import criteria_for, leading_year

    settings = settings_for(unit, period)
    now = moment("", settings)
    today = settings.local_day(now)
    known_on = _day("--as-of", as_of)
    scored = settings.period_on(known_on) if known_on else leading_year(settings, today)
    question = scoring.Question(
        period=scored,
        as_of=known_on or today,
        criteria=criteria or criteria_for(settings, scored),
        on_time_rule=on_time or settings.on_time_rule,
    )
    recorded = not (dry_run or assumed or as_of_import)
    with open_resources(settings) as resources:
        answer = scoring.compute(resources, question, assumed=assumed or (), as_of_import=as_of_import or None)
        run = scoring.record(resources, answer, who="parindex score", at=now) if recorded else None
    lines = [*_score_lines(answer.score), *(f"Để ngoài: {line}." for line in answer.gathered.left_out)]
    lines.append(f"Lần chấm {run}." if run else "Không ghi lần chấm nào.")
    finish(answer.score | {"run": run, "left_out": list(answer.gathered.left_out)}, as_json=as_json, lines=lines)


def explain(
    run: Run,
    component: Annotated[str, typer.Argument(help=text("component"))],
    *,
    unit: Unit = "",
    period: Period = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help=text("limit"))] = 50,
    as_json: AsJson = False,
) -> None:
    """From the points of a component to the rows and files behind them."""
    from flows.resources import open_resources
    from flows.telling.explaining import explained, run_named
    from flows.years import leading_year
    from scoring.explain import explanation_lines

    settings = settings_for(unit, period)
    with open_resources(settings) as resources:
        found = run_named(resources, run, leading_year(settings, settings.local_day(moment("", settings))))
        plain = explained(resources, found, component, limit)
    finish(plain, as_json=as_json, lines=list(explanation_lines(plain)))


def diff(
    before: Run,
    after: Run = "latest",
    *,
    unit: Unit = "",
    period: Period = "",
    as_json: AsJson = False,
) -> None:
    """Why the score moved between two runs."""
    from flows.resources import open_resources
    from flows.telling.explaining import moved, run_named
    from flows.years import leading_year

    settings = settings_for(unit, period)
    scored = leading_year(settings, settings.local_day(moment("", settings)))
    with open_resources(settings) as resources:
        plain = moved(resources, run_named(resources, before, scored), run_named(resources, after, scored))
    finish(plain, as_json=as_json, lines=_moves(plain))


def next_steps(
    *,
    unit: Unit = "",
    period: Period = "",
    appraisal: Annotated[str, typer.Option("--appraisal", help=text("appraisal"))] = "",
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """What to do next, and what is at stake."""
    from flows.resources import open_resources
    from flows.telling.explaining import LATEST, outlook, run_named
    from flows.years import leading_year

    settings = settings_for(unit, period)
    now = moment(at, settings)
    with open_resources(settings) as resources:
        run = run_named(resources, LATEST, leading_year(settings, settings.local_day(now)))
        ahead = outlook(resources, run, now, appraisal=_day("--appraisal", appraisal))
    code = NEEDS_PERSON if ahead.actions or ahead.due or ahead.expiring else DONE
    finish(ahead.plain(), as_json=as_json, lines=_ahead(ahead), code=code)


def _day(option: str, iso: str) -> date | None:
    try:
        return date.fromisoformat(iso) if iso else None
    except ValueError as error:
        raise Refused(f"{option} {iso!r}: không phải ngày; ví dụ đúng: 2025-12-31", WRONG_USE) from error


def _moves(plain: dict[str, Any]) -> Iterator[str]:
    before, after = plain["runs"]
    expected = vietnamese_number(plain["change"]["expected"])
    conservative = vietnamese_number(plain["change"]["conservative"])
    yield f"Từ lần chấm {before} đến {after}: điểm dự kiến thay đổi {expected}, điểm bảo thủ thay đổi {conservative}."
    moved = (*plain["components"], *plain.get("outside_100", ()))
    yield from (f"  - {change['because']}" for change in moved)


def _ahead(ahead: Outlook) -> Iterator[str]:
    yield f"Theo lần chấm {ahead.run}, việc nên làm trước:"
    for action in ahead.actions:
        until = "/".join(reversed(action["deadline"].split("-")))
        late = "đã quá hạn" if action["overdue"] else "hạn"
        gain = vietnamese_number(action["gain"])
        yield f"  - {action['what']} (tối đa +{gain} điểm; {action['responsible']}, {late} {until})"
    if ahead.due:
        lost = vietnamese_number(f"{ahead.loss_if_all_late:.2f}")
        yield f"Hồ sơ sắp đến hạn: {len(ahead.due)}; nếu tất cả trễ hạn thì mất {lost} điểm:"
        yield from (f"  - {dossier.code}: hẹn trả {dossier.due_at:%d/%m/%Y %H:%M}" for dossier in ahead.due)
    for component, margin in ahead.late_margin.items():
        left = "đã vượt 1 %" if margin is None else f"còn được trễ thêm {margin} hồ sơ"
        yield f"Giữ tỷ lệ trễ dưới 1 % ở mục {component}: {left}."
    if ahead.expiring:
        yield f"Hết hiệu lực trước {ahead.until:%d/%m/%Y}:"
    yield from (f"  - {line}" for line in ahead.expiring)
    if ahead.loss_when_expired:
        total = vietnamese_number(f"{sum(ahead.loss_when_expired.values()):.2f}")
        parts = ", ".join(f"{c} −{vietnamese_number(f'{lost:.2f}')}" for c, lost in ahead.loss_when_expired.items())
        yield f"Nếu không thay kịp thì mất {total} điểm ({parts})."


def _score_lines(plain: dict[str, Any]) -> Iterator[str]:
    for item in plain["components"]:
        points = "  –  " if item["points"] is None else f"{vietnamese_number(item['points']):>5}"
        maximum = vietnamese_number(item["max_points"])
        yield f"{item['id']:<7}{points} / {maximum:<5} {item['name']}"
        yield f"{'':21}{item['because']}"
    yield from outside_lines(plain)
    totals = {name: vietnamese_number(value) for name, value in plain["totals"].items()}
    yield (
        f"\nTự chấm dự kiến {totals['expected']}, bảo thủ {totals['conservative']}, "
        f"trên {totals['self_scorable']} điểm được tự chấm (thang {totals['maximum']})."
    )
    used = plain["criteria"]
    yield f"Bộ tiêu chí {used['id']}@{used['version']}."
    yield from on_time_lines(plain)
