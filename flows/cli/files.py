"""Commands about files of strangers: import, upload, inspect."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from config.document_words import (
    FIELD_STATES,
    FIELDS,
    UNPLACED,
    digitisation_vn,
    place_said,
    printed_part,
    said_value,
    suggested_values,
)
from config.opening import why_not_opened
from flows.cli.door import (
    DONE,
    MISSING,
    NEEDS_PERSON,
    WRONG_USE,
    AsJson,
    At,
    Refused,
    Unit,
    finish,
    moment,
    print_json,
    settings_for,
)
from flows.cli.texts import text

_INSPECTED = (".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png")
"""Names of files in a folder that are inspected whatever they hold; others where they hold a document."""
_INSPECT_SECONDS = 35.0
"""Wall clock of one file; with start-up and clean-up a caller has its answer within 45 seconds."""


def upload(
    files: Annotated[list[Path], typer.Argument(readable=False, help=text("upload_files"))],
    *,
    unit: Unit = "",
    component: Annotated[str, typer.Option("--component", help=text("component"))] = "",
    dossier: Annotated[str, typer.Option("--dossier", help=text("dossier"))] = "",
    outgoing: Annotated[bool, typer.Option("--outgoing", help=text("outgoing"))] = False,
    as_json: AsJson = False,
) -> None:
    """Upload documents and examine them."""
    from flows.examining.uploading import folder_for, require_component, upload_files

    for file in files:
        _require_file(file)
    settings = settings_for(unit)
    folder = folder_for(component=component, dossier=dossier, outgoing=outgoing)
    at = moment("", settings)
    if component:
        require_component(settings, component, settings.local_day(at))
    reports = upload_files(settings, files, folder=folder, at=at)
    code = NEEDS_PERSON if any(report["state"] != "examined" or report["unplaced"] for report in reports) else DONE
    lines = [
        f"{r['file']}: {r['state_vi']} {r['reason'] or ''}\n  SHA-256 {r['sha256']}\n  {r['verdict_vi']}"
        + (f"\n  Cùng tệp này đã nộp ở: {'; '.join(map(place_said, r['also_at']))}" if r["also_at"] else "")
        + (f"\n  {UNPLACED}" if r["unplaced"] else "")
        for r in reports
    ]
    finish({"files": reports}, as_json=as_json, lines=lines, code=code)


def inspect(
    paths: Annotated[list[Path], typer.Argument(readable=False, help=text("inspect_paths"))],
    *,
    with_text: Annotated[bool, typer.Option("--text", help=text("text"))] = False,
    fields_first: Annotated[bool, typer.Option("--fields-first", help=text("fields_first"))] = False,
    trust: Annotated[Path | None, typer.Option("--trust", help=text("trust"))] = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Read documents and say what they are worth; records nothing."""
    from ocr import InspectOptions, inspect_fields_first, inspect_files
    from ocr.signatures import TrustStore
    from sandbox import Limits

    files = [found for path in paths for found in _files_of(path)]
    if not files:
        folders = ", ".join(map(str, paths))
        raise Refused(f"{folders}: không có tệp PDF hay ảnh (TIFF, JPEG, PNG) nào để kiểm tra.", WRONG_USE)
    settings = settings_for()
    TrustStore.load(trust)  # a folder named by hand must be sound; BadTrustStore says what is not
    options = InspectOptions(
        trust_folder=trust or settings.trust_folder,
        at=moment(at, settings),
        refusing_sha1=settings.sha1 == "strict",
        engine=settings.ocr_engine,
    )
    limits = Limits(memory_bytes=settings.document_memory_mib << 20, wall_seconds=_INSPECT_SECONDS)
    worst = DONE
    workers = settings.workers or len(os.sched_getaffinity(0))
    for result in (inspect_fields_first if fields_first else inspect_files)(files, options, workers, limits):
        worst = max(worst, _code_of(result))
        _print_inspection(str(result["file"]), result, as_json=as_json, with_text=with_text)
    raise typer.Exit(worst)


def _code_of(result: dict[str, Any]) -> int:
    """What one answer means for the command: something is missing on this machine, unreadable input, or done."""
    from ocr import ENGINE_MISSING

    if result.get("failure") == ENGINE_MISSING:
        return MISSING
    return WRONG_USE if result.get("status") == "unreadable" else DONE


def _print_inspection(file: str, result: dict[str, Any], *, as_json: bool, with_text: bool) -> None:
    shown = {name: value for name, value in result.items() if with_text or name != "text"} | {"file": file}
    if as_json:
        print_json(shown)
        return
    for line in inspection_lines(shown):
        typer.echo(line)


def inspection_lines(shown: dict[str, Any]) -> Iterator[str]:
    """An examination for people."""
    yield f"{shown['file']}"
    if shown.get("reason_vi"):
        yield f"  {shown['reason_vi']}"
    yield from _field_lines(shown.get("fields") or {})
    yield f"  Số hóa: {digitisation_vn(shown.get('digitisation') or {})}"
    yield f"  Chữ ký số: {(shown.get('signature') or {}).get('summary_vi')}"
    for one in (shown.get("signature") or {}).get("signatures") or []:
        yield f"    {one['signer'] or one['field']}: {one['summary_vi']}"
    if shown.get("paper_marks"):
        yield f"  Trên giấy: {shown['paper_marks']['summary_vi']}"
    if "text" in shown:
        yield str(shown["text"])


def _field_lines(fields: Mapping[str, Any]) -> Iterator[str]:
    """A field a line: its value, else its state in words, what is printed of it, and who suggests what."""
    for name, field in fields.items():
        if not field:
            continue
        state, printed = FIELD_STATES[field.get("state") or "read"][1], printed_part(name, fields)
        said = said_value(name, field["value"]) if field["value"] else f"({state})" + (f" {printed}" if printed else "")
        yield f"  {FIELDS.get(name, name)}: {said}"
        for value, sources in suggested_values(name, field).items():
            yield f"    có thể là {value} ({', '.join(sources)})"


def _files_of(path: Path) -> list[Path]:
    """The file itself, though it may be missing (its answer says so), or a folder's documents by name and content.

    A folder inside that may not be looked into is among them: its answer says so.
    """
    if not os.path.isdir(path):  # noqa: PTH112 - a name too long is no folder; Path raises
        return [path]
    closed: list[OSError] = []
    files = [Path(at, name) for at, _, names in os.walk(path, onerror=closed.append) for name in names]
    found = (file for file in files if _is_inspected(file))
    return sorted((*found, *(Path(os.fsdecode(error.filename)) for error in closed)))


def _is_inspected(path: Path) -> bool:
    """By its name or content; what cannot be looked at has its answer, too, where its name promises a document."""
    from ocr.intake import holds_document

    named = path.suffix.lower() in _INSPECTED
    try:
        return stat.S_ISREG(path.stat().st_mode) and (named or holds_document(path))
    except OSError:
        return named


def _require_file(path: Path) -> None:
    try:
        plain = stat.S_ISREG(path.stat().st_mode)
        if plain:
            path.open("rb").close()
    except OSError as error:
        raise Refused(f"{path}: {why_not_opened(error)}.", WRONG_USE) from error
    if not plain:
        raise Refused(f"{path}: đây là thư mục hay thiết bị. Chỉ rõ từng tệp cần nộp.", WRONG_USE)
