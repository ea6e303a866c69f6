"""Commands of the yearly cycle: open, show, do."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

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
from reports.heading import vn_number

app = typer.Typer(help=text("cycle"), no_args_is_help=True)
Who = Annotated[str, typer.Option("--who", help=text("cycle_who"))]
_COLUMNS = ("self", "appraisal_1", "appraisal_2", "final")


@app.command("open", help=text("cycle_open"))
def open_year(
    *,
    self_score: Annotated[str, typer.Option("--self-score", help=text("day_self_score"))],
    appraisal_1: Annotated[str, typer.Option("--appraisal-1", help=text("day_appraisal_1"))],
    explanation: Annotated[str, typer.Option("--explanation", help=text("day_explanation"))],
    appraisal_2: Annotated[str, typer.Option("--appraisal-2", help=text("day_appraisal_2"))],
    unit: Unit = "",
    period: Period = "",
    who: Who = "",
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Open the year."""
    from flows.resources import open_resources
    from flows.scores.cycle import Wish, open_period
    from flows.years import leading_year

    settings = settings_for(unit, period)
    now = moment(at, settings)
    given = {
        "self_score": self_score,
        "appraisal_1": appraisal_1,
        "explanation": explanation,
        "appraisal_2": appraisal_2,
    }
    deadlines = {name: _day(name, iso) for name, iso in given.items()}
    with open_resources(settings) as resources:
        wish = Wish("open", _who(who), "command line", now)
        seen = open_period(resources, leading_year(settings, settings.local_day(now)), deadlines, wish)
    finish(seen, as_json=as_json, lines=_lines(seen))


@app.command("show", help=text("cycle_show"))
def show(*, unit: Unit = "", period: Period = "", at: At = "", as_json: AsJson = False) -> None:
    """Where the cycle stands."""
    from flows.resources import open_resources
    from flows.scores.cycle import cycle_seen
    from flows.years import cycle_year

    settings = settings_for(unit, period)
    now = moment(at, settings)
    with open_resources(settings) as resources:
        seen = cycle_seen(resources, cycle_year(settings, settings.local_day(now)), now)
    finish(seen, as_json=as_json, lines=_lines(seen), code=NEEDS_PERSON if seen["reminders"] else DONE)


@app.command("do", help=text("cycle_do"))
def do(
    deed: Annotated[str, typer.Argument(help=text("cycle_deed"))],
    component: Annotated[str, typer.Argument(help=text("cycle_about"))] = "",
    *,
    said: Annotated[list[str] | None, typer.Option("--say", help=text("cycle_said"))] = None,
    evidence: Annotated[list[str] | None, typer.Option("--evidence", help=text("cycle_proof"))] = None,
    version: Annotated[int | None, typer.Option("--version", help=text("cycle_version"))] = None,
    unit: Unit = "",
    period: Period = "",
    who: Who = "",
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Do one deed of the cycle."""
    from flows.resources import open_resources
    from flows.scores.cycle import Wish, act
    from flows.years import cycle_year

    settings = settings_for(unit, period)
    now = moment(at, settings)
    words = _said(said or [], evidence or [])
    wish = Wish(deed, _who(who), "command line", now, component, words, version)
    with open_resources(settings) as resources:
        seen = act(resources, cycle_year(settings, settings.local_day(now)), wish)
    finish(seen, as_json=as_json, lines=_lines(seen))


def _said(pairs: list[str], evidence: list[str]) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for pair in pairs:
        name, found, value = pair.partition("=")
        if not found:
            raise Refused(f"--say {pair!r}: cần dạng TÊN=GIÁ TRỊ, ví dụ points=1.50", WRONG_USE)
        words[name] = value == "true" if name == "asks" else value
    if evidence:
        words["evidence"] = [dict(zip(("name", "section", "pages"), one.split("|"), strict=False)) for one in evidence]
    return words


def _who(who: str) -> str:
    return who or f"parindex cycle ({getpass.getuser()})"


def _day(name: str, iso: str) -> date:
    try:
        return date.fromisoformat(iso)
    except ValueError as error:
        option = name.replace("_", "-")
        raise Refused(f"--{option} {iso!r}: không phải ngày; ví dụ đúng: 2026-01-15", WRONG_USE) from error


def _lines(seen: dict[str, Any]) -> Iterator[str]:
    yield f"Kỳ {seen['period']} của {seen['unit']}: {seen['state_vi']}. Bộ tiêu chí {seen['criteria']}."
    yield from (f"  {item['name']}: {date.fromisoformat(item['day']):%d/%m/%Y}" for item in seen["deadlines"])
    yield f"\n{'Mục':<7}{'Tối đa':>7}{'Tự chấm':>9}{'TĐ lần 1':>9}{'TĐ lần 2':>9}{'Kết quả':>9}  Tên"
    for row in seen["components"]:
        points = "".join(f"{vn_number(row[name] or '–'):>9}" for name in _COLUMNS)
        yield f"{row['id']:<7}{vn_number(row['max_points']):>7}{points}  {row['name']}"
    sums = seen["totals"]
    points = "".join(f"{vn_number(sums[name]):>9}" for name in _COLUMNS)
    yield f"{'Tổng':<7}{vn_number(sums['maximum']):>7}{points}"
    yield f"Tự chấm {vn_number(sums['self'])} trên {vn_number(sums['self_scorable'])} điểm được tự chấm."
    for one in seen["disputed"]:
        own, theirs = (vn_number(one[name] or "–") for name in ("self", "appraisal_1"))
        yield f"  Còn lệch {one['id']}: tự chấm {own}, thẩm định {theirs}. {one['asked']}"
    yield from (f"  Sửa điểm: {line}" for line in seen["overridden"])
    yield from (f"  Nhắc: {line}" for line in seen["reminder_lines"])
    yield f"Việc làm được bây giờ: {', '.join(seen['deeds']) or 'không còn; kết quả đã công bố'}."
