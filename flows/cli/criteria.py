"""Commands about criteria sets: check, diff, template, import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli.door import DONE, NEEDS_PERSON, WRONG_USE, AsJson, Refused, finish, settings_for
from flows.cli.texts import text

_SHOWN = 40


def register(app: typer.Typer) -> None:
    """Add these commands."""
    criteria = typer.Typer(help=text("criteria_sets"), no_args_is_help=True)
    criteria.command("check", help=text("criteria_check"))(check)
    criteria.command("diff", help=text("criteria_diff"))(diff)
    criteria.command("template", help=text("criteria_template"))(template)
    criteria.command("import", help=text("criteria_import"))(take)
    app.add_typer(criteria, name="criteria")


def check(what: Annotated[str, typer.Argument(help=text("set_or_file"))] = "", *, as_json: AsJson = False) -> None:
    """Check a set and run its test cases."""
    from flows.criteria_forms import checked

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
    from flows.criteria_forms import difference

    told = difference(settings_for(), before, after)
    finish(told, as_json=as_json, lines=_diff_lines(told))


def template(
    reference: Annotated[str, typer.Argument(help=text("set_in_form"))] = "",
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help=text("template_output"))] = Path("bo-tieu-chi.xlsx"),
    as_json: AsJson = False,
) -> None:
    """Write the Excel form, empty or filled with a set."""
    from flows.criteria_forms import form

    output.write_bytes(form(settings_for(), reference))
    finish({"file": str(output), "set": reference or None}, as_json=as_json, lines=[f"Đã ghi {output}."])


def take(file: Annotated[Path, typer.Argument(help=text("form_file"))], *, as_json: AsJson = False) -> None:
    """Take in a filled form as a new version."""
    from flows.criteria_forms import take_form

    if not file.is_file():
        raise Refused(f"{file}: không có tệp này.", WRONG_USE)
    taken = take_form(settings_for(), file)
    said = "Đã nhập" if taken.new else "Đã có từ trước, không đổi"
    plain = {"set": taken.reference, "file": str(taken.path), "new": taken.new}
    lines = [f"{said}: bộ tiêu chí {taken.reference}.", f"Để dùng: PAR_CRITERIA={taken.reference}"]
    finish(plain, as_json=as_json, lines=lines)


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
