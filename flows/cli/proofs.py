"""Commands about proof: bundle, verify."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli.door import DONE, NEEDS_PERSON, WRONG_USE, AsJson, Period, Refused, Unit, finish, moment, settings_for
from flows.cli.storage import text_of
from flows.cli.texts import text


def bundle(
    *,
    unit: Unit = "",
    period: Period = "",
    component: Annotated[list[str] | None, typer.Option("--component", help=text("component"))] = None,
    run: Annotated[str, typer.Option("--run", help=text("run"))] = "",
    redact: Annotated[bool, typer.Option("--redact", help=text("redact"))] = False,
    allow_partial: Annotated[bool, typer.Option("--allow-partial", help=text("allow_partial"))] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help=text("output"))] = None,
    as_json: AsJson = False,
) -> None:
    """Write the evidence bundle of a score run."""
    from flows.telling.bundling import Incomplete, Wanted, bundle_run

    settings = settings_for(unit, period)
    wanted = Wanted(run, tuple(component or ()), redact, allow_partial)
    try:
        report = bundle_run(settings, wanted, output=output, at=moment("", settings))
    except Incomplete as error:
        raise Refused(str(error), NEEDS_PERSON) from error
    lines = [
        f"{report['file']}: {report['files']} tệp, {report['bytes']} byte",
        f"  Yêu cầu {report['requested']} tiêu chí thành phần, đủ {report['included']}",
        f"  SHA-256 {report['sha256']}",
        f"  Kiểm tra: parindex verify {report['file']}",
        *(f"  Còn thiếu {item['id']}: {item['reason']}" for item in report["missing"]),
    ]
    finish(report, as_json=as_json, lines=lines, code=NEEDS_PERSON if report["missing"] else DONE)


def verify(
    file: Annotated[Path, typer.Argument(help=text("verify_file"))],
    *,
    key: Annotated[list[str] | None, typer.Option("--key", help=text("verify_key"))] = None,
    before: Annotated[Path | None, typer.Option("--from", help=text("log_from"))] = None,
    as_json: AsJson = False,
) -> None:
    """Check a bundle and recompute its score."""
    from storage.bundles import verify_bundle

    if not file.exists():
        raise Refused(f"{file}: không có gói này. Kiểm tra lại đường dẫn.", WRONG_USE)
    plain = verify_bundle(file, trusted_keys=key or (), before=text_of(before)).plain()
    code = DONE if plain["ok"] else NEEDS_PERSON
    finish(plain, as_json=as_json, lines=_verified_lines(file, plain), code=code)


def _verified_lines(file: Path, plain: dict[str, Any]) -> Iterator[str]:
    stated, checkpoint = plain["score"], plain["log"].get("checkpoint")
    yield f"{file}: {'nguyên vẹn' if plain['ok'] else 'CÓ LỖI'}, {plain['files']} tệp"
    yield (
        f"  Điểm ghi trong gói {stated['stated']}, tính lại {stated['recomputed']}: "
        + ("khớp" if stated["equal"] else "KHÔNG khớp")
    )
    if checkpoint and checkpoint["ok"]:
        after = f", nối tiếp mốc đã ký ở sự kiện {checkpoint['continues']}" if checkpoint["continues"] else ""
        size = checkpoint["size"]
        yield f"  Nhật ký: {plain['log']['events']} sự kiện, nằm trong nhật ký đã ký {size} sự kiện{after}"
    for fault in plain["faults"]:
        yield f"  {fault['kind']}: {fault['path']}: {fault['detail']}"
