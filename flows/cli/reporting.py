"""Commands about reports: form II.06a, overdue dossiers, due dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
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

if TYPE_CHECKING:
    from config.settings import Settings
    from flows.reporting.periodic import ReportMade, ReportWanted

From = Annotated[str, typer.Option("--from", help=text("report_from"))]
To = Annotated[str, typer.Option("--to", help=text("report_to"))]
Office = Annotated[str, typer.Option("--office", help=text("report_office"))]
OnTime = Annotated[str, typer.Option("--on-time", help=text("on_time"))]
Output = Annotated[Path | None, typer.Option("-o", "--output", help=text("report_output"))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=text("dry_run"))]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    report = typer.Typer(help=text("report"), no_args_is_help=True)
    report.command("ii06a", help=text("report_ii06a"))(ii06a)
    report.command("overdue", help=text("report_overdue"))(overdue)
    report.command("766", help=text("report_766"))(index_766)
    report.command("list", help=text("report_list"))(kept)
    app.add_typer(report, name="report")
    app.command("due", help=text("due"))(due)


def ii06a(
    *,
    period: Period = "",
    first: From = "",
    last: To = "",
    office: Office = "",
    on_time: OnTime = "",
    unit: Unit = "",
    output: Output = None,
    dry_run: DryRun = False,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Form II.06a of a period."""
    from flows.reporting.periodic import ReportWanted

    wanted = ReportWanted("ii06a", period, _day("--from", first), _day("--to", last), office, on_time)
    made = _made(wanted, unit, at, output, keep=not dry_run)
    unclear = {"undated", "without_received", "impossible", "future"} & made.content["left_out"].keys()
    code = NEEDS_PERSON if unclear or not made.content["identities"]["hold"] else DONE
    finish(_said(made, output), as_json=as_json, lines=_ii06a_lines(made.content, output), code=code)


def overdue(
    *,
    period: Period = "",
    first: From = "",
    last: To = "",
    office: Office = "",
    on_time: OnTime = "",
    unit: Unit = "",
    output: Output = None,
    dry_run: DryRun = False,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Overdue dossiers of a period."""
    from flows.reporting.periodic import ReportWanted

    wanted = ReportWanted("overdue", period, _day("--from", first), _day("--to", last), office, on_time)
    made = _made(wanted, unit, at, output, keep=not dry_run)
    open_late = any(item["state"] == "in_progress" for item in made.content["dossiers"])
    code = NEEDS_PERSON if open_late or made.content["unclear"] else DONE
    finish(_said(made, output), as_json=as_json, lines=_overdue_lines(made.content, output), code=code)


def index_766(
    *,
    period: Period = "",
    first: From = "",
    last: To = "",
    reading: Annotated[str, typer.Option("--reading", help=text("report_reading"))] = "",
    unit: Unit = "",
    output: Output = None,
    dry_run: DryRun = False,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """The index of Decision 766."""
    from config.index_766 import READINGS
    from flows.reporting.periodic import ReportWanted

    if reading and reading not in READINGS:
        raise Refused(f"--reading {reading!r}: chỉ nhận {' hoặc '.join(READINGS)}", WRONG_USE)
    wanted = ReportWanted("index766", period, _day("--from", first), _day("--to", last), reading=reading)
    made = _made(wanted, unit, at, output, keep=not dry_run)
    finish(_said(made, output), as_json=as_json, lines=_766_lines(made.content, output))


def _766_lines(plain: dict[str, Any], output: Path | None) -> Iterator[str]:
    yield f"{plain['index']['source']}, kỳ {_vn(plain['first'])} - {_vn(plain['last'])}, cách đọc {plain['reading']}"
    for item in plain["metrics"]:
        points = "–" if item["points"] is None else item["points"].replace(".", ",")
        yield f"{item['id']:<6}{points:>6} / {item['max'].replace('.', ','):<6}{item['name']}"
        yield f"{'':21}{item['because']}"
    totals = {name: value.replace(".", ",") for name, value in plain["totals"].items()}
    yield (
        f"{totals['points']} điểm trên {totals['maximum']} điểm có số liệu; chưa có số liệu {totals['no_data']} điểm, "
        f"không áp dụng cho phường {totals['not_applicable']} điểm."
    )
    yield from _file_line(output)


def kept(*, unit: Unit = "", as_json: AsJson = False) -> None:
    """Reports that were made and kept."""
    from flows.reporting.periodic import kept_reports
    from flows.resources import open_resources

    settings = settings_for(unit)
    with open_resources(settings) as resources:
        heads = kept_reports(resources)
    lines = [
        f"{head['id']:28}{_vn(head['first'])} - {_vn(head['last'])}  {head['on_time_rule']:18}"
        f"{_moment_vn(head['made_at'])}  {head['asked_by']}"
        for head in heads
    ]
    finish({"reports": heads}, as_json=as_json, lines=lines or ["Chưa có báo cáo nào được lập."])


def due(
    received: Annotated[str, typer.Argument(help=text("due_received"))],
    *,
    days: Annotated[str, typer.Option("--days", help=text("due_days"))] = "0",
    wait: Annotated[list[str] | None, typer.Option("--wait", help=text("due_wait"))] = None,
    reading: Annotated[str, typer.Option("--reading", help=text("due_reading"))] = "",
    as_json: AsJson = False,
) -> None:
    """When a dossier is due."""
    from config.due_dates import BadDueDates
    from flows.reporting.due_dates import DueAsked, due_dates
    from scoring.due_dates import BadDuration, Waiting
    from scoring.work_time import OutsideCalendar

    settings = settings_for()
    waits = tuple(Waiting(*(_moment(part, settings) for part in _two(text))) for text in wait or ())
    try:
        found = due_dates(settings, DueAsked(_moment(received, settings), _half_days(days), waits, reading))
    except (BadDueDates, BadDuration, OutsideCalendar) as error:
        raise Refused(str(error), WRONG_USE) from error
    finish(found, as_json=as_json, lines=_due_lines(found))


def _moment(iso: str, settings: Settings) -> datetime:
    try:
        return moment(iso or "?", settings)
    except Refused as error:
        raise Refused(f"{iso!r}: không phải thời điểm; ví dụ đúng: 2026-01-09T15:10", WRONG_USE) from error


def _two(waited: str) -> tuple[str, str]:
    asked, _, given = waited.partition("/")
    if not (asked and given):
        raise Refused(f"--wait {waited!r}: phải viết A/B, ví dụ 2026-01-12T09:00/2026-01-14T09:00", WRONG_USE)
    return asked, given


def _half_days(days: str) -> int:
    """Half working days of "2", "0.5" or "1,5"."""
    whole, _, half = days.replace(",", ".").partition(".")
    if not whole.isdigit() or half not in ("", "0", "5") or len(whole) > 4:
        raise Refused(f"--days {days!r}: phải là số ngày làm việc, có thể lẻ nửa ngày; ví dụ 3 hoặc 0,5", WRONG_USE)
    return 2 * int(whole) + (half == "5")


def _due_lines(plain: dict[str, Any]) -> Iterator[str]:
    yield f"Hạn trả: {_moment_vn(plain['due_at'])}  ({plain['title']}; {plain['source']})"
    for other in plain["others"]:
        differs = "" if other["due_at"] != plain["due_at"] else " (như trên)"
        yield f"  cách khác: {_moment_vn(other['due_at'])}{differs}  ({other['title']}; {other['source']})"
    if plain["pause"]:
        yield f"Chờ bổ sung: {plain['pause']['title']}."


def _moment_vn(iso: str) -> str:
    return f"{datetime.fromisoformat(iso):%H:%M ngày %d/%m/%Y}"


def _made(wanted: ReportWanted, unit: str, at: str, output: Path | None, *, keep: bool) -> ReportMade:
    from flows.laying import write_whole
    from flows.reporting.periodic import make_report
    from flows.resources import open_resources

    settings = settings_for(unit)
    with open_resources(settings) as resources:
        made = make_report(resources, wanted, who="parindex report", at=moment(at, settings), keep=keep)
    if output:
        try:
            output.parent.mkdir(parents=True, exist_ok=True)
            write_whole(output, made.in_form(_form(output)))
        except OSError as error:
            raise Refused(f"{output}: không ghi được tệp ({error.strerror}). Chọn nơi khác.", WRONG_USE) from error
    return made


def _form(output: Path) -> str:
    """By the file's ending; anything but docx and pdf is the workbook."""
    ending = output.suffix[1:].lower()
    return ending if ending in ("docx", "pdf") else "xlsx"


def _said(made: ReportMade, output: Path | None) -> dict[str, Any]:
    return {"report": made.id, "new": made.new, "file": str(output) if output else None, **made.content}


def _ii06a_lines(plain: dict[str, Any], output: Path | None) -> Iterator[str]:
    yield f"Kỳ báo cáo {_vn(plain['first'])} - {_vn(plain['last'])}; cách tính đúng hạn {plain['on_time_rule']}"
    yield f"{'':56}{'tiếp nhận':>11}{'đã giải quyết':>15}{'quá hạn':>9}{'đang giải quyết':>17}{'quá hạn':>9}"
    for unit in plain["units"]:
        yield _counts_line(unit["unit"], unit)
        for item in unit["fields"]:
            yield _counts_line("  " + item["field"], item)
    yield _counts_line("Tổng số", plain["total"])
    if plain["on_time_percent"] is not None:
        yield f"Tỷ lệ trước hạn, đúng hạn: {plain['on_time_percent'].replace('.', ',')} %"
    yield from (f"Lưu ý: {warning}" for warning in plain["warnings"])
    yield from _file_line(output)


def _counts_line(name: str, counts: dict[str, Any]) -> str:
    return (
        f"{name[:56]:56}{counts['received']:>11}{counts['resolved']:>15}{counts['late']:>9}"
        f"{counts['in_progress']:>17}{counts['overdue']:>9}"
    )


def _overdue_lines(plain: dict[str, Any], output: Path | None) -> Iterator[str]:
    late = plain["dossiers"]
    open_late = sum(1 for item in late if item["state"] == "in_progress")
    yield (
        f"Hồ sơ quá hạn {_vn(plain['first'])} - {_vn(plain['last'])}: "
        f"{open_late} đang giải quyết, {len(late) - open_late} đã giải quyết"
    )
    for item in late:
        state = "đang giải quyết" if item["state"] == "in_progress" else "đã giải quyết"
        hours = f"{item['working_minutes_late'] / 60:.1f}".replace(".", ",")
        yield (
            f"{item['code']:26}{item['working_days_late']:>4} ngày {hours:>7} giờ làm việc  {state:16}{item['office']}"
            + (f" ({item['desk']})" if item["desk"] else "")
        )
    yield from (f"Không tính được hạn: {code}" for code in plain["unclear"])
    yield from (f"Lưu ý: {note}" for note in plain["notes"])
    yield from _file_line(output)


def _file_line(output: Path | None) -> Iterator[str]:
    if output:
        yield f"Đã ghi {output}"


def _vn(iso: str) -> str:
    return f"{date.fromisoformat(iso):%d/%m/%Y}"


def _day(option: str, iso: str) -> date | None:
    try:
        return date.fromisoformat(iso) if iso else None
    except ValueError as error:
        raise Refused(f"{option} {iso!r}: không phải ngày; ví dụ đúng: 2025-12-31", WRONG_USE) from error
