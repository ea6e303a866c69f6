"""Commands about evidence: show, link, unlink, term."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.settings import Settings
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
    from storage.documents.links import Said

Document = Annotated[str, typer.Argument(help=text("document_name"))]
Component = Annotated[str, typer.Argument(help=text("component"))]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    evidence = typer.Typer(help=text("evidence"), no_args_is_help=True)
    evidence.command("show", help=text("evidence_show"))(show)
    evidence.command("link", help=text("evidence_link"))(link)
    evidence.command("unlink", help=text("evidence_unlink"))(unlink)
    evidence.command("term", help=text("evidence_term"))(term)
    app.add_typer(evidence, name="evidence")


def show(
    component: Annotated[str, typer.Argument(help=text("component"))] = "",
    *,
    unit: Unit = "",
    period: Period = "",
    on: Annotated[str, typer.Option("--on", help=text("evidence_on"))] = "",
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """What each component has and lacks."""
    from flows.resources import open_resources
    from flows.telling.proving import component_evidence

    settings = settings_for(unit, period)
    with open_resources(settings) as resources:
        told = component_evidence(resources, at=moment(at, settings), on=_day("--on", on), component=component)
    code = NEEDS_PERSON if any(item["lacks"] for item in told) else DONE
    finish({"components": told}, as_json=as_json, lines=_lines(told), code=code)


def link(
    document: Document,
    component: Component,
    *,
    unit: Unit = "",
    section: Annotated[str, typer.Option("--section", help=text("section"))] = "",
    pages: Annotated[str, typer.Option("--pages", help=text("pages"))] = "",
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Let a document prove a component."""
    from flows.examining.uploading import require_component
    from flows.telling.proving import link_document

    settings = settings_for(unit)
    _require_component(component)
    require_component(settings, component, settings.local_day(moment(at, settings)))
    one = {"component": component, "section": section or None, "pages": pages or None}
    told = link_document(settings, document, one, _said(settings, at))
    finish(told, as_json=as_json, lines=[f"Đã gắn {document} với tiêu chí {component}; lần chấm sau sẽ tính."])


def unlink(document: Document, component: Component, *, unit: Unit = "", at: At = "", as_json: AsJson = False) -> None:
    """Take a link back."""
    from flows.telling.proving import unlink_document

    settings = settings_for(unit)
    _require_component(component)
    gone = unlink_document(settings, document, component, _said(settings, at))
    line = f"Đã bỏ gắn {document} khỏi {component}." if gone else "Không có liên kết nào do người dùng gắn như vậy."
    finish({"unlinked": gone}, as_json=as_json, lines=[line], code=DONE if gone else NEEDS_PERSON)


def term(
    document: Document,
    *,
    unit: Unit = "",
    first: Annotated[str, typer.Option("--from", help=text("speaks_from"))] = "",
    last: Annotated[str, typer.Option("--to", help=text("speaks_to"))] = "",
    expires: Annotated[str, typer.Option("--expires", help=text("expires_on"))] = "",
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Say for which period a document speaks, and until when it may be used."""
    from flows.telling.proving import date_document

    settings = settings_for(unit)
    days = {"speaks_from": _day("--from", first), "speaks_to": _day("--to", last)}
    days["expires_on"] = _day("--expires", expires)
    if (days["speaks_from"] is None) != (days["speaks_to"] is None):
        raise Refused("Khai thời gian thì cần cả --from và --to.", WRONG_USE)
    told = date_document(settings, document, days, _said(settings, at))
    finish(told, as_json=as_json, lines=[f"Đã ghi thời gian của {document}."])


def _said(settings: Settings, at: str) -> Said:
    from storage.documents.links import Said

    return Said(f"parindex evidence ({getpass.getuser()})", "command line", moment(at, settings))


def _require_component(component: str) -> None:
    from storage.scored.facts import COMPONENT

    if not COMPONENT.match(component):
        raise Refused(f"{component!r}: mã tiêu chí thành phần có dạng 1.7.1", WRONG_USE)


def _day(option: str, iso: str) -> date | None:
    try:
        return date.fromisoformat(iso) if iso else None
    except ValueError as error:
        raise Refused(f"{option} {iso!r}: không phải ngày; ví dụ đúng: 2025-12-31", WRONG_USE) from error


def _lines(told: list[dict[str, Any]]) -> Iterator[str]:
    for item in told:
        yield f"{item['id']} {item['name']}"
        for proof in item["has"]:
            place = ", ".join(part for part in (proof["section"], proof["pages"] and f"trang {proof['pages']}") if part)
            yield f"    có: {proof['name']}{f' ({place})' if place else ''}: {proof['because']}"
        for label in item["lacks"]:
            whose = f"; {item['responsible']}" if item["responsible"] else ""
            due = f", hạn {date.fromisoformat(item['deadline']):%d/%m/%Y}" if item["deadline"] else ""
            yield f"    THIẾU: {label}{whose}{due}"
