"""Commands about the store: show, scrub, repair, migrate, rebuild-index, lock, hold, backup, restore."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from config.settings import Settings
from flows.cli.door import DONE, NEEDS_PERSON, WRONG_USE, AsJson, At, Refused, finish, moment, settings_for
from flows.cli.texts import text

Run = Annotated[str, typer.Argument(help=text("run_id"))]
_SEEN = {"changed": "bị thay đổi", "missing": "bị mất"}


def show(*, as_json: AsJson = False) -> None:
    """What the store guarantees."""
    from flows.resources import open_store

    report = open_store(settings_for()).worm()
    finish(report.plain(), as_json=as_json, lines=[report.sentence])


def scrub(*, at: At = "", as_json: AsJson = False) -> None:
    """Re-hash the whole store."""
    from flows.keeping import store_care

    settings = settings_for()
    told = store_care.scrub_store(settings, store_care.Asker("parindex storage scrub", moment(at, settings)))
    head = f"Đã đọc lại {told['objects']} tệp, {told['bytes']} byte."
    code = NEEDS_PERSON if told["damages"] else DONE
    finish(told, as_json=as_json, lines=[head, *_damage_lines(told)], code=code)


def repair(*, at: At = "", as_json: AsJson = False) -> None:
    """Mend damaged objects."""
    from flows.keeping import store_care

    settings = settings_for()
    told = store_care.repair(settings, store_care.Asker("parindex storage repair", moment(at, settings)))
    finish(told, as_json=as_json, lines=_damage_lines(told), code=NEEDS_PERSON if told["damages"] else DONE)


def migrate(
    *, to: Annotated[str, typer.Option("--to", help=text("migrate_to"))], at: At = "", as_json: AsJson = False
) -> None:
    """Copy the store into the other kind."""
    from flows.keeping import store_care

    if to not in ("folder", "s3"):
        raise Refused(f"--to {to!r}: chỉ nhận folder hoặc s3.", WRONG_USE)
    settings = settings_for()
    told = store_care.move_store(settings, to, store_care.Asker("parindex storage migrate", moment(at, settings)))
    lines = [f"Đã chép và kiểm tra {told['objects'] - len(told['lacking'])}/{told['objects']} tệp sang kho {to}."]
    lines += [f"  chưa chép được (hỏng hoặc mất ở kho cũ): {sha256}" for sha256 in told["lacking"]]
    lines += [f"Từ nay dùng kho mới: đặt {told['next']} rồi chạy parindex doctor. Kho cũ vẫn còn nguyên."]
    finish(told, as_json=as_json, lines=lines, code=NEEDS_PERSON if told["lacking"] else DONE)


def rebuild_index(*, at: At = "", as_json: AsJson = False) -> None:
    """Make the database again from the store."""
    from flows.keeping.rebuilding import rebuild_index as rebuilt

    settings = settings_for()
    told = rebuilt(settings, at=moment(at, settings))
    lines = [
        f"Đã dựng lại: {told['objects']} tệp, {told['events']} sự kiện nhật ký, {told['runs']} lần chấm, "
        f"{told['nights']} đêm, {told['imports']} lần nhập kết xuất, {told['receipts']} lần nhận tài liệu.",
        "Nhật ký khớp với các mốc đã ký." if told["proved"] else "Nhật ký KHÔNG khớp: chạy parindex log verify.",
        f"Sẽ đọc lại: {'; '.join(told['read_again'])}.",
        f"Không có trong kho: {'; '.join(told['lost'])}.",
    ]
    finish(told, as_json=as_json, lines=lines, code=DONE if told["proved"] else NEEDS_PERSON)


def lock(
    run: Run,
    *,
    until: Annotated[str, typer.Option("--until", help=text("lock_until"))],
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Lock all objects of a run until a day."""
    from flows.keeping import store_care

    settings = settings_for()
    asker = store_care.Asker("parindex storage lock", moment(at, settings))
    told = store_care.lock_run(settings, run, asker, until=_end_of_day(until, settings))
    finish(told, as_json=as_json, lines=[f"Đã khóa {told['objects']} tệp của lần chấm {run} đến {until}."])


def hold(
    run: Run,
    *,
    off: Annotated[bool, typer.Option("--off", help=text("hold_off"))] = False,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Put or lift a legal hold."""
    from flows.keeping import store_care

    settings = settings_for()
    told = store_care.hold_run(
        settings, run, store_care.Asker("parindex storage hold", moment(at, settings)), on=not off
    )
    what = "Thôi giữ" if off else "Giữ nguyên"
    finish(told, as_json=as_json, lines=[f"{what} {told['objects']} tệp của lần chấm {run}."])


def backup(
    target: Annotated[Path, typer.Argument(help=text("backup_target"))], *, at: At = "", as_json: AsJson = False
) -> None:
    """Back everything up."""
    from flows.keeping import backing_up

    settings = settings_for()
    told = backing_up.backup(settings, target, at=moment(at, settings))
    lines = [
        f"{told['folder']}: {told['objects']} tệp (mới chép {told['copied']}), cơ sở dữ liệu {told['database']}.",
        "Bản sao lưu có khóa ký: giữ ở nơi chỉ người có trách nhiệm mở được.",
        *(f"  hỏng trong kho nên không sao lưu được: {sha256}" for sha256 in told["damaged"]),
    ]
    finish(told, as_json=as_json, lines=lines, code=NEEDS_PERSON if told["damaged"] else DONE)


def restore(source: Annotated[Path, typer.Argument(help=text("restore_source"))], *, as_json: AsJson = False) -> None:
    """Restore a backup into an empty home."""
    from flows.keeping import backing_up

    if not source.is_dir():
        raise Refused(f"{source}: không có thư mục này. Kiểm tra lại đường dẫn.", WRONG_USE)
    settings = settings_for()
    told = backing_up.restore(settings, source)
    log, made = told["log"], datetime.fromisoformat(told["made_at"]).astimezone(ZoneInfo(settings.timezone))
    lines = [
        f"Đã khôi phục bản sao lưu lúc {made:%H:%M ngày %d/%m/%Y}: {told['proved']}/{told['objects']} tệp đúng mã băm.",
        f"Nhật ký {log['events']} sự kiện, {log['checkpoints']} mốc đã ký: {'khớp' if log['ok'] else 'KHÔNG khớp'}.",
        *(f"  bản sao lưu bị hỏng: {sha256}" for sha256 in told["damaged"]),
    ]
    finish(told, as_json=as_json, lines=lines, code=DONE if log["ok"] and not told["damaged"] else NEEDS_PERSON)


def _damage_lines(told: dict[str, Any]) -> Iterator[str]:
    for sha256 in told["mended"]:
        yield f"  đã khôi phục: {sha256}"
    for sha256 in told.get("unaccounted", ()):
        yield f"  chưa có trong sổ (đêm sau ghi sổ): {sha256}"
    for damage in told["damages"]:
        yield f"  {_SEEN[damage['seen']]}: {damage['sha256']}"
        for need in damage["needed_by"]:
            yield f"      liên quan: {need}"
    if not told["damages"]:
        yield "Kho nguyên vẹn."
    else:
        yield "Đặt bản sao thứ hai (PAR_MIRROR) hoặc nộp lại tài liệu gốc, rồi chạy parindex storage repair."


def _end_of_day(day: str, settings: Settings) -> datetime:
    try:
        return datetime.combine(datetime.fromisoformat(day).date(), time(23, 59, 59), ZoneInfo(settings.timezone))
    except ValueError as error:
        raise Refused(f"--until {day!r}: không phải ngày; ví dụ đúng: 2031-12-31", WRONG_USE) from error
