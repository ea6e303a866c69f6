"""Commands about exports: import, template, exports."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.door import DONE, NEEDS_PERSON, WRONG_USE, AsJson, Refused, Unit, finish, moment, settings_for
from flows.cli.texts import text

if TYPE_CHECKING:
    from config.export_profiles import Profile

_STATES = {
    "pulled": "đã lấy",
    "asleep": "ngoài khung giờ",
    "retry": "chưa trả lời, sẽ thử lại",
    "ask": "cần người xử lý",
}
_SHOWN = 20
_YEAR_BY = {
    "person": "theo người nhập",
    "title": "theo tiêu đề, tên tệp",
    "nobody": "tệp không ghi năm, lấy theo kỳ đang mở hoặc ngày nhập",
    "kept": "đã nhập trước đây",
}


def register(app: typer.Typer) -> None:
    """The commands of this topic."""
    app.command("import", help=text("import"))(import_export)
    app.command("template", help=text("template"))(template)
    app.command("exports", help=text("exports"))(exports)


def import_export(
    file: Annotated[Path | None, typer.Argument(help=text("import_file"))] = None,
    *,
    unit: Unit = "",
    again: Annotated[bool, typer.Option("--again", help=text("import_again"))] = False,
    profile: Annotated[str, typer.Option("--profile", help=text("profile"))] = "",
    explain: Annotated[bool, typer.Option("--explain", help=text("explain"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=text("dry_run"))] = False,
    year: Annotated[int | None, typer.Option("--period", min=2000, max=2100, help=text("import_year"))] = None,
    as_json: AsJson = False,
) -> None:
    """Import one export, or only look at it."""
    from flows.arriving.importing import explain_file, import_file

    if again:
        _read_again(str(file or ""), unit, alone=not (profile or explain or dry_run or year), as_json=as_json)
    if file is None or not file.is_file():
        raise Refused(f"{file or 'Chưa ghi tên tệp'}: không có tệp này. Kiểm tra lại tên và đường dẫn.", WRONG_USE)
    settings = settings_for(unit)
    if explain:
        plain = explain_file(settings, file).plain()
        code = DONE if plain["known_profile"] else NEEDS_PERSON
        finish(plain, as_json=as_json, lines=_explained(plain, settings.profiles_folder), code=code)
    now = moment("", settings)
    report = import_file(settings, file, profile=profile, dry_run=dry_run, at=now, year=year)
    code = NEEDS_PERSON if report["rows"]["rejected"] or report["warnings"] else DONE
    finish(report, as_json=as_json, lines=_imported(report), code=code)


def _read_again(which: str, unit: str, *, alone: bool, as_json: bool) -> None:
    from flows.arriving.reading_again import read_again

    if not alone:
        raise Refused("--again chỉ đi cùng mã băm của tệp (hoặc không gì cả: mọi tệp đã giữ).", WRONG_USE)
    settings = settings_for(unit)
    report = read_again(settings, which, moment("", settings))
    if not report["read"]:
        raise Refused(f"Không có tệp đã nhập nào có mã băm bắt đầu bằng {which!r}. Xem parindex exports.", WRONG_USE)
    refused = any(one["status"] == "rejected" for one in report["imports"])
    finish(report, as_json=as_json, lines=_found_again(report), code=NEEDS_PERSON if refused else DONE)


def _found_again(report: dict[str, Any]) -> Iterator[str]:
    yield f"Đã đọc lại {report['read']} tệp đã giữ: {len(report['imports'])} lần nhập mới"
    for one in report["imports"]:
        what = one["reason"] or f"mẫu {one['profile']}, {one['counts']['read']} dòng, mới {one['counts']['new']}"
        yield f"  {one['id']}. {one['name']}: {what}"
    yield from (f"  Lưu ý: {warning}" for warning in report["warnings"])


def template(
    name: Annotated[str, typer.Argument(help=text("template_name"))] = "",
    *,
    output: Annotated[Path | None, typer.Option("-o", "--output", help=text("template_output"))] = None,
    year: Annotated[int | None, typer.Option("--period", min=2000, max=2100, help=text("import_year"))] = None,
    listing: Annotated[bool, typer.Option("--list", help=text("template_list"))] = False,
    as_json: AsJson = False,
) -> None:
    """Write the empty workbook of a layout."""
    from connectors.exports.templates import template_workbook, templates

    if listing or not name:
        known = [_template_plain(profile) for profile in templates()]
        finish(known, as_json=as_json, lines=[_template(one) for one in known])
    target = output or Path(f"{name}.xlsx")
    target.write_bytes(template_workbook(name, year))
    finish({"template": name, "file": str(target)}, as_json=as_json, lines=[f"Đã ghi mẫu {name} ra {target}"])


def exports(
    number: Annotated[int, typer.Argument(help=text("import_number"))] = 0,
    *,
    unit: Unit = "",
    dossier: Annotated[str, typer.Option("--dossier", help=text("exports_dossier"))] = "",
    as_of: Annotated[int, typer.Option("--as-of", help=text("as_of_import"))] = 0,
    dismiss: Annotated[str, typer.Option("--dismiss", help=text("exports_dismiss"))] = "",
    as_json: AsJson = False,
) -> None:
    """Sources and imports; one import with its rejected rows; the history of a dossier."""
    from flows.arriving.importing import dismiss_layout, dossier_seen, exports_seen, import_seen
    from storage.dismissals import Dismissal

    settings = settings_for(unit)
    if dossier:
        told = dossier_seen(settings, dossier, as_of or None)
        finish(told, as_json=as_json, lines=_history(told), code=DONE if told["history"] else NEEDS_PERSON)
    if number and dismiss:
        dismiss_layout(settings, number, Dismissal(getpass.getuser(), "parindex", dismiss, datetime.now(UTC)))
    if number:
        one = import_seen(settings, number)
        if one is None:
            raise Refused(f"Không có lần nhập số {number}. Chạy parindex exports để xem các lần nhập.", WRONG_USE)
        finish(one, as_json=as_json, lines=_one_import(one))
    seen = exports_seen(settings, datetime.now(UTC))
    late = any(not source["fresh"] or source["state"] in ("retry", "ask") for source in seen["sources"])
    finish(seen, as_json=as_json, lines=_seen(seen), code=NEEDS_PERSON if late else DONE)


def _explained(plain: dict[str, Any], profiles: Path) -> Iterator[str]:
    if plain["known_profile"]:
        yield f"{plain['file']}: đọc được bằng mẫu {plain['known_profile']}"
    else:
        yield f"{plain['file']}: chưa có mẫu đọc; gần nhất là {plain['nearest'] or 'không mẫu nào'}"
    yield f"Dòng tiêu đề: trang {plain['sheet']}, dòng {plain['row']}"
    for column in plain["columns"]:
        field = f" → {column['field']}" if column["field"] else ""
        yield f"  {column['letters']:>3} {column['label'] or '(trống)'}: {column['looks_like']}{field}"
    yield from (f"Mẫu đọc riêng {fault}" for fault in plain["faults"])
    if not plain["known_profile"]:
        yield f"Mẫu viết sẵn; hoàn chỉnh rồi lưu vào {profiles}/<id>.yaml, đêm sau sẽ đọc lại tệp này:"
        yield plain["ready_profile"]


def _imported(report: dict[str, Any]) -> Iterator[str]:
    rows = report["rows"]
    yield f"{report['file']}: mẫu {report['profile']}, {rows['read']} dòng"
    yield f"  mới {rows['new']}, thay đổi {rows['changed']}, giữ nguyên {rows['unchanged']}, trả lại {rows['rejected']}"
    if report["year_by"]:
        yield f"  số liệu năm {report['period'][1][:4]} ({_YEAR_BY[report['year_by']]})"
    totals = report["totals"]
    if totals["declared"] is not None:
        agrees = "khớp" if totals["agree"] else "KHÔNG khớp"
        yield f"  dòng tổng cộng {totals['declared']}, đếm được {totals['counted']}: {agrees}"
    yield from _shortened([f"  {bad['sheet']}!{bad['cell']}: {bad['reason']}" for bad in report["rejected"]])
    yield from _shortened([f"  lưu ý: {warning}" for warning in report["warnings"]])
    for part in report.get("parts", ()):
        yield from [f"{part['file']}: {part['reason']}"] if "reason" in part else _imported(part)


def _template_plain(profile: Profile) -> dict[str, Any]:
    deadline = profile.deadline.sentence() if profile.deadline else None
    names = {"id": profile.id, "name": profile.name, "kind": profile.kind}
    return names | {"owner": profile.owner or None, "deadline": deadline, "provenance": profile.provenance}


def _template(plain: dict[str, Any]) -> str:
    owner = f"; lập bởi {plain['owner']}" if plain["owner"] else ""
    deadline = f"; hạn {plain['deadline']}" if plain["deadline"] else ""
    proposed = " (đề xuất)" if plain["provenance"] == "proposal" else ""
    return f"{plain['id']:<24} {plain['name']}{owner}{deadline}{proposed}"


def _seen(seen: dict[str, Any]) -> Iterator[str]:
    yield "Nguồn dữ liệu:"
    for source in seen["sources"]:
        age = "chưa có tệp nào" if source["newest"] is None else f"tệp mới nhất cách đây {_age(source['age_hours'])}"
        late = "" if source["fresh"] else f" QUÁ HẠN {source['fresh_hours']} giờ"
        yield f"  {source['source']:<20} {_STATES.get(source['state'] or '', 'chưa lấy lần nào')}; {age}{late}"
        if source["reason"]:
            yield f"      {source['reason']}"
    yield "Các lần nhập, mới nhất trước:"
    lines = [_import_line(row) for row in seen["imports"]]
    yield from _shortened(lines) if lines else ["  chưa có"]
    if older := seen["read_by_older"]:
        yield f"{older} tệp đã đọc bằng phiên bản hoặc mẫu đọc cũ; đọc lại từ bản đã giữ: parindex import --again"


def _import_line(row: dict[str, Any]) -> str:
    if row["status"] != "read":
        return f"  {row['id']:>4} {row['name']}: bị trả lại"
    counts = row["counts"]
    what = f"{counts['read']} dòng, mới {counts['new']}, thay đổi {counts['changed']}, trả lại {counts['rejected']}"
    return f"  {row['id']:>4} {row['name']}: {what}"


def _one_import(one: dict[str, Any]) -> Iterator[str]:
    yield f"Lần nhập {one['id']}: {one['name']}, mẫu {one['profile']}, nguồn {one['source'] or 'nhập tay'}"
    if one["reason"]:
        yield f"  {one['reason']}"
    if aside := one["dismissed"]:
        yield f"  đã bỏ cảnh báo cho mẫu tệp này: {aside['why']} ({aside['who']}, {aside['at'][:10]})"
    yield from (f"  {bad['sheet']}!{bad['cell']}: {bad['reason']}" for bad in one["rejected"])
    yield from (f"  lưu ý: {sentence}" for sentence in (*one["warnings"], *one["alarms"]))


def _history(told: dict[str, Any]) -> Iterator[str]:
    if not told["history"]:
        yield f"{told['code']}: chưa có hồ sơ này trong các tệp đã nhập."
    for said in told["history"]:
        yield f"Lần nhập {said['import']} ({said['file']}, {said['sheet']} dòng {said['row']}):"
        yield from _fields(said["fields"], said["cells"])
    if told["as_of_import"] is not None:
        known = "chưa biết hồ sơ này" if told["dossier"] is None else "đã biết"
        yield f"Tính đến lần nhập {told['as_of_import']}: {known}"
        yield from _fields(told["dossier"] or {}, {})


def _fields(fields: dict[str, Any], cells: dict[str, str]) -> Iterator[str]:
    """Values under the titles of their columns, in the words of the exports, each with its cell where that is known."""
    from config.export_profiles import load_profiles, load_vocabulary

    layouts = [profile for profile in load_profiles() if profile.kind == "dossiers"]
    all_columns = [column for layout in layouts for column in layout.columns if not column.title.isascii()]
    columns = {column.field: column for column in all_columns if column.field}
    for name, value in fields.items():
        words = load_vocabulary().get(columns[name].words or "", {}) if name in columns else {}
        shown = words[value][0] if isinstance(value, str | int | bool) and value in words else _plain(value)
        if value not in (None, []):
            cell = f" (ô {cells[name]})" if name in cells else ""
            yield f"  {columns[name].title if name in columns else name}: {shown}{cell}"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    text = str(next(iter(value.values()))) if isinstance(value, dict) else str(value)
    return (
        f"{datetime.fromisoformat(text):%d/%m/%Y %H:%M:%S}" if isinstance(value, dict) and "datetime" in value else text
    )


def _age(hours: float) -> str:
    return f"{hours:.0f} giờ" if hours < 72 else f"{hours / 24:.0f} ngày"


def _shortened(lines: list[str]) -> list[str]:
    return lines if len(lines) <= _SHOWN else [*lines[:_SHOWN], f"  … và {len(lines) - _SHOWN} dòng khác"]
