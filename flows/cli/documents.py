"""Commands about kept documents: documents, search."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
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

_SHOWN = 200


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(help=text("documents"), invoke_without_command=True)
    group.callback()(documents)
    group.command("release", help=text("documents_release"))(release)
    app.add_typer(group, name="documents")
    app.command("search", help=text("search"))(search)


def documents(
    context: typer.Context,
    *,
    unit: Unit = "",
    period: Period = "",
    missing: Annotated[bool, typer.Option("--missing", help=text("documents_missing"))] = False,
    quarantined: Annotated[bool, typer.Option("--quarantined", help=text("documents_quarantined"))] = False,
    waiting: Annotated[bool, typer.Option("--waiting", help=text("documents_waiting"))] = False,
    substandard: Annotated[bool, typer.Option("--substandard", help=text("documents_substandard"))] = False,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """List documents, or check the register against the files."""
    if context.invoked_subcommand:
        return
    from flows.examining.documents import check_register, list_documents
    from flows.resources import open_resources

    settings = settings_for(unit, period)
    with open_resources(settings) as resources:
        if missing:
            told = check_register(resources, at=moment(at, settings))
            lacking = any(one["state"] != "sound" for one in told["dossiers"])
            finish(told, as_json=as_json, lines=_register_lines(told), code=NEEDS_PERSON if lacking else DONE)
        state = "quarantined" if quarantined else "received" if waiting else ""
        found = list_documents(resources, state=state, verdict="không đạt" if substandard else "")
    finish({"count": len(found), "documents": found}, as_json=as_json, lines=_document_lines(found))


def release(
    hashes: Annotated[list[str], typer.Argument(help=text("documents_hashes"))],
    *,
    unit: Unit = "",
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Give quarantined documents another try."""
    from flows.examining.documents import NoSuchDocument, release_documents
    from flows.resources import open_resources

    settings = settings_for(unit)
    try:
        with open_resources(settings) as resources:
            told = release_documents(resources, hashes, who=getpass.getuser(), at=moment(at, settings))
    except NoSuchDocument as error:
        raise Refused(str(error), WRONG_USE) from error
    code = DONE if all(one["state"] == "examined" for one in told) else NEEDS_PERSON
    finish({"documents": told}, as_json=as_json, lines=_document_lines(told), code=code)


def search(
    words: Annotated[list[str], typer.Argument(help=text("search_words"))],
    *,
    unit: Unit = "",
    component: Annotated[str, typer.Option("--component", help=text("component"))] = "",
    most: Annotated[int, typer.Option("--most", min=1, help=text("search_most"))] = 20,
    rebuild: Annotated[bool, typer.Option("--rebuild", help=text("search_rebuild"))] = False,
    as_json: AsJson = False,
) -> None:
    """Search all documents, page by page."""
    from flows.examining.searching import Asked, NothingAsked, rebuild_index
    from flows.examining.searching import search as search_documents
    from flows.resources import open_resources
    from storage.database.slices import Slice

    try:
        with open_resources(settings_for(unit)) as resources:
            if rebuild:
                rebuild_index(resources)
            told = search_documents(resources, Asked(" ".join(words), component), Slice(0, most))
    except NothingAsked as error:
        raise Refused(str(error), WRONG_USE) from error
    finish(told, as_json=as_json, lines=_hit_lines(told), code=DONE)


def _hit_lines(told: dict[str, Any]) -> Iterator[str]:
    inexact = "" if told["exact"] else " (không phân biệt dấu)"
    yield f"{told['count']} trang có: {told['words']}{inexact}"
    for hit in told["hits"]:
        yield f"\n{hit['paths'][0] if hit['paths'] else hit['name']}, trang {hit['page']}"
        yield f"  {_marked(hit['snippet'], hit['marks'])}"


def _marked(snippet: str, marks: list[list[int]]) -> str:
    """The snippet with its matches in brackets, for terminals without colours."""
    for start, end in sorted(marks, reverse=True):
        snippet = f"{snippet[:start]}[{snippet[start:end]}]{snippet[end:]}"
    return snippet


def _register_lines(told: dict[str, Any]) -> Iterator[str]:
    from scoring.filed_results import STATES_VI

    yield f"Đối chiếu hồ sơ đã giải quyết trong kỳ {told['period']} với tệp kết quả:"
    for state, count in told["counts"].items():
        yield f"  {STATES_VI[state]}: {count}"
    lacking = [one for one in told["dossiers"] if one["state"] != "sound"]
    for one in lacking[:_SHOWN]:
        yield f"{one['code']}: {one['state_vi']}. {one['reason_vi']}" + (f" [{one['name']}]" if one["name"] else "")
    if len(lacking) > _SHOWN:
        yield f"... và {len(lacking) - _SHOWN} hồ sơ nữa; thêm --json để xem đủ."
    for file in told["without_dossier"]:
        yield f"{file['name']}: mã hồ sơ {file['code']} không có trong sổ."
    yield from _outgoing_lines(told["outgoing"])


def _outgoing_lines(told: dict[str, Any]) -> Iterator[str]:
    if not told["rows"]:
        return
    yield f"Sổ văn bản đi: {told['rows']} văn bản trong kỳ, {len(told['without_file'])} văn bản chưa có tệp."
    for row in told["without_file"][:_SHOWN]:
        yield f"  {row['number']} ngày {row['issued_on']}: chưa có tệp. {row['subject']}"
    for row in told["other_day"][:_SHOWN]:
        yield f"  {row['number']}: sổ ghi ngày {row['issued_on']}, trong tệp {row['name']} là {row['printed']}."
    for row in told["other_pages"][:_SHOWN]:
        yield f"  {row['number']}: sổ ghi {row['declared']} trang, tệp {row['name']} có {row['counted']} trang."
    for file in told["without_row"][:_SHOWN]:
        yield f"  {file['name']}: số {file['number']} không có trong sổ."
    for one in told["suggested"][:_SHOWN]:
        yield f"  {one['name']}: không đọc được số; theo sổ có thể là {one['number']} ngày {one['issued_on']}."


def _document_lines(found: list[dict[str, Any]]) -> Iterator[str]:
    from flows.examining.uploading import STATES_VI

    yield f"{len(found)} tài liệu"
    for one in found[:_SHOWN]:
        verdict = f"số hóa {one['digitisation']}" if one["digitisation"] else ""
        number = one["number"] or (one["suggested_number"] and f"theo sổ có thể là số {one['suggested_number']}")
        said = "; ".join(filter(None, (STATES_VI[one["state"]], number, verdict, one["reason"])))
        yield f"{one['sha256'][:12]}  {one['paths'][0] if one['paths'] else one['name']}: {said}"
    if len(found) > _SHOWN:
        yield f"... và {len(found) - _SHOWN} tài liệu nữa; thêm --json để xem đủ."
