"""Commands over whole scores: the sheet in its forms, all units of a city."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli.door import WRONG_USE, AsJson, At, Period, Refused, Unit, finish, moment, settings_for
from flows.cli.texts import text
from reports.heading import vn_number

_TITLES = {
    **dict.fromkeys(("xlsx", "docx", "pdf"), "phiếu chấm điểm"),
    "giai-trinh": "báo cáo giải trình",
    "tham-dinh": "kết quả thẩm định chi tiết",
    "theo-don-vi": "nhiệm vụ và tài liệu theo đơn vị",
}


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("sheet", help=text("sheet"))(sheet)
    app.command("city", help=text("city"))(city)


def sheet(
    run: Annotated[str, typer.Argument(help=text("run_or_latest"))] = "latest",
    *,
    form: Annotated[str, typer.Option("--form", help=text("sheet_form"))] = "xlsx",
    output: Annotated[Path | None, typer.Option("-o", "--output", help=text("sheet_output"))] = None,
    unit: Unit = "",
    period: Period = "",
    as_json: AsJson = False,
) -> None:
    """Write the score sheet of a run."""
    from flows.laying import write_whole
    from flows.resources import open_resources
    from flows.telling.explaining import run_named
    from flows.telling.sheets import sheet_of_run
    from flows.years import leading_year

    settings = settings_for(unit, period)
    with open_resources(settings) as resources:
        found = run_named(resources, run, leading_year(settings, settings.local_day(moment("", settings))))
        made = sheet_of_run(resources, found, form)
    name, _, ending = form.rpartition(".")
    path = output or Path(f"{name or 'phieu-cham-diem'}-{found['id']}.{ending}")
    write_whole(path, made)
    told = {"run": found["id"], "form": form, "file": str(path), "bytes": len(made)}
    finish(told, as_json=as_json, lines=[f"{path}: {_TITLES[form.partition('.')[0]]} của lần chấm {found['id']}"])


def city(
    *,
    unit: Annotated[list[str] | None, typer.Option("--unit", help=text("city_unit"))] = None,
    period: Period = "",
    criteria: Annotated[str, typer.Option("--criteria", help=text("criteria"))] = "",
    on_time: Annotated[str, typer.Option("--on-time", help=text("on_time"))] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=text("dry_run"))] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help=text("city_output"))] = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Score all units and put them beside each other."""
    from flows.laying import write_whole
    from flows.resources import open_resources
    from flows.scores.city import drawn_ranking, score_city
    from flows.scores.scoring import Question
    from flows.years import criteria_for, leading_year

    settings, ending = settings_for("", period), _ending(output) if output else ""
    now = moment(at, settings)
    today = settings.local_day(now)
    rule = on_time or settings.on_time_rule
    scored = leading_year(settings, today)
    question = Question(scored, today, criteria or criteria_for(settings, scored), rule)
    with open_resources(settings) as resources:
        plain = score_city(resources, question, now, units=unit or (), dry_run=dry_run)
        if output:
            write_whole(output, drawn_ranking(resources, plain, ending, now))
    finish(plain, as_json=as_json, lines=_lines(plain))


def _ending(output: Path) -> str:
    ending = output.suffix[1:].lower()
    if ending not in ("xlsx", "docx", "pdf"):
        raise Refused(f"{output}: chỉ lập được tệp .xlsx, .docx hoặc .pdf", WRONG_USE)
    return ending


def _lines(plain: dict[str, Any]) -> Iterator[str]:
    yield f"Kỳ {plain['period']}, bộ tiêu chí {plain['criteria']}, cách tính đúng hạn {plain['on_time_rule']}."
    yield f"{'Hạng':>5} {'Bảo thủ':>8} {'Dự kiến':>8}  Đơn vị"
    for row in plain["units"]:
        own, expected = (vn_number(row["totals"][name]) for name in ("conservative", "expected"))
        final = f"  kết quả đã công bố {vn_number(row['result']['total'])}" if row["result"] else ""
        yield f"{row['rank']:>5} {own:>8} {expected:>8}  {row['unit']}{final}"
    for item in plain["components"]:
        if item["lowest_units"]:
            low, high = vn_number(item["lowest"]), vn_number(item["highest"])
            yield f"  {item['id']} {item['name']}: {low} đến {high}; thấp nhất: {', '.join(item['lowest_units'][:5])}"
