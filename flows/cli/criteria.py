"""Commands about criteria sets: check, diff, template, import, carry, beside."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path
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

_SHOWN = 40


def register(app: typer.Typer) -> None:
    """Add these commands."""
    criteria = typer.Typer(help=text("criteria_sets"), no_args_is_help=True)
    criteria.command("check", help=text("criteria_check"))(check)
    criteria.command("diff", help=text("criteria_diff"))(diff)
    criteria.command("template", help=text("criteria_template"))(template)
    criteria.command("import", help=text("criteria_import"))(take)
    criteria.command("carry", help=text("criteria_carry"))(carry)
    criteria.command("beside", help=text("criteria_beside"))(beside)
    app.add_typer(criteria, name="criteria")


def check(what: Annotated[str, typer.Argument(help=text("set_or_file"))] = "", *, as_json: AsJson = False) -> None:
    """Check a set and run its test cases."""
    from flows.scores.criteria_forms import checked

    settings = settings_for()
    told = checked(settings, what or settings.criteria)
    code = WRONG_USE if told["faults"] else DONE if told["ok"] else NEEDS_PERSON
    finish(told, as_json=as_json, lines=_check_lines(told), code=code)


def diff(
    before: Annotated[str, typer.Argument(help=text("set_before"))],
    after: Annotated[str, typer.Argument(help=text("set_after"))],
    *,
    as_json: AsJson = False,
) -> None:
    """What differs between two sets."""
    from flows.scores.criteria_forms import difference

    told = difference(settings_for(), before, after)
    finish(told, as_json=as_json, lines=_diff_lines(told))


def template(
    reference: Annotated[str, typer.Argument(help=text("set_in_form"))] = "",
    *,
    table: Annotated[Path | None, typer.Option("--from", help=text("city_table"))] = None,
    sheet: Annotated[list[str] | None, typer.Option("--sheet", help=text("city_sheet"))] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help=text("template_output"))] = Path("bo-tieu-chi.xlsx"),
    as_json: AsJson = False,
) -> None:
    """Write the Excel form, empty, filled with a set, or from a city's own table."""
    from flows.scores.criteria_forms import form, form_of_table

    if table and not table.is_file():
        raise Refused(f"{table}: không có tệp này.", WRONG_USE)
    made, doubts = form_of_table(table, sheet or ()) if table else (form(settings_for(), reference), ())
    output.write_bytes(made)
    told = {"file": str(output), "set": reference or None, "doubts": list(doubts)}
    more = [f"Còn {len(doubts)} chỗ cần người xem trong bảng gốc; điền nốt biểu mẫu rồi nhập lại."] if doubts else []
    lines = [*doubts, *more, f"Đã ghi {output}."]
    finish(told, as_json=as_json, lines=lines, code=NEEDS_PERSON if doubts else DONE)


def take(file: Annotated[Path, typer.Argument(help=text("form_file"))], *, as_json: AsJson = False) -> None:
    """Take in a filled form as a new version."""
    from flows.scores.criteria_forms import take_form

    if not file.is_file():
        raise Refused(f"{file}: không có tệp này.", WRONG_USE)
    taken = take_form(settings_for(), file)
    said = "Đã nhập" if taken.new else "Đã có từ trước, không đổi"
    plain = {"set": taken.reference, "file": str(taken.path), "new": taken.new}
    lines = [f"{said}: bộ tiêu chí {taken.reference}.", f"Để dùng: PAR_CRITERIA={taken.reference}"]
    finish(plain, as_json=as_json, lines=lines)


def carry(
    before: Annotated[str, typer.Argument(help=text("period_before"))],
    after: Annotated[str, typer.Argument(help=text("set_after"))],
    *,
    confirm: Annotated[bool, typer.Option("--confirm", help=text("carry_confirm"))] = False,
    component: Annotated[list[str] | None, typer.Option("--component", help=text("carry_component"))] = None,
    unit: Unit = "",
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Propose, or with --confirm make, the links of last year's evidence under another set."""
    from flows.resources import open_resources
    from flows.scores import carrying
    from storage.documents.links import Said

    settings = settings_for(unit)
    said = Said(f"parindex criteria ({getpass.getuser()})", "command line", moment(at, settings))
    with open_resources(settings) as resources:
        done = carrying.carry(resources, before, after, said, components=component or ()) if confirm else []
        told = carrying.proposals(resources, before, after)
    code = NEEDS_PERSON if told["proposals"] or told["undecided"] else DONE
    finish(told | {"linked": done}, as_json=as_json, lines=_carry_lines(told, done), code=code)


def beside(
    before: Annotated[str, typer.Argument(help=text("set_before"))],
    after: Annotated[str, typer.Argument(help=text("set_after"))],
    *,
    unit: Unit = "",
    period: Period = "",
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Score the same data under two sets."""
    from flows.resources import open_resources
    from flows.scores import carrying
    from flows.years import leading_year

    settings = settings_for(unit, period)
    now = moment(at, settings)
    with open_resources(settings) as resources:
        told = carrying.beside(resources, leading_year(settings, settings.local_day(now)), (before, after), now)
    finish(told, as_json=as_json, lines=_beside_lines(told))


def _carry_lines(told: dict[str, Any], done: list[dict[str, Any]]) -> Iterator[str]:
    for item in done:
        yield f"Đã gắn {item['name']} (mục {item['from']} cũ) với mục {item['to']} của bộ {told['to']}."
    for item in told["proposals"]:
        yield f"Đề xuất: {item['name']}, mục {item['from']} → mục {item['to']}"
    for item in told["undecided"]:
        yield f"Cần người quyết định: {item['name']}, mục {item['from']} không còn; gắn bằng parindex evidence link."
    if told["proposals"]:
        yield "Chưa gắn gì thêm; kiểm tra rồi chạy lại với --confirm (--component để chọn từng mục)."
    elif not done and not told["undecided"]:
        yield f"Không có tài liệu nào phải chuyển từ {told['from']} sang {told['to']}."


def _beside_lines(told: dict[str, Any]) -> Iterator[str]:
    yield f"Kỳ {told['period']}, cùng số liệu, không ghi lần chấm nào: {told['from']} | {told['to']}"
    for row in told["components"]:
        yield f"{_side(row['before'])} | {_side(row['after'])} {row['name']}"
    for name, said in (("expected", "dự kiến"), ("conservative", "bảo thủ")):
        old, new = (totals[name].replace(".", ",") for totals in told["totals"])
        yield f"Điểm {said}: {old} | {new}"


def _side(item: dict[str, Any] | None) -> str:
    if item is None:
        return f"{'không có':<20}"
    points = "–" if item["points"] is None else item["points"].replace(".", ",")
    return f"{item['id']:<7}{points:>5} / {item['max_points'].replace('.', ','):<5}"


def _check_lines(told: dict[str, Any]) -> Iterator[str]:
    for fault in told["faults"]:
        yield f"{fault['file']}:{fault['line']}: {fault['what']}"
    for failed in told["failed_cases"]:
        yield f'{failed["component"]}: ca thử "{failed["case"]}": {failed["what"]}'
    borders = told["uncovered_borders"]
    yield from borders[:_SHOWN]
    if len(borders) > _SHOWN:
        yield f"... và {len(borders) - _SHOWN} mốc nữa chưa có ca thử"
    verdict = "chưa dùng được" if told["faults"] else "có ca thử sai" if told["failed_cases"] else "dùng được"
    yield f"Bộ tiêu chí {told['set']}: {verdict}."


def _diff_lines(told: dict[str, Any]) -> Iterator[str]:
    for change in told["changes"]:
        yield f"{'ĐIỂM ' if change['changes_points'] else '     '} {change['what']}"
    moved = {old: new for old, new in told["successors"].items() if old != new}
    for old, new in moved.items():
        yield f"Tài liệu của mục {old}: {f'chuyển sang mục {new}' if new else 'chưa rõ mục nào nhận, cần người xem'}"
    yield f"{len(told['changes'])} chỗ khác nhau giữa {told['from']} và {told['to']}."
