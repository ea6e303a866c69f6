"""Sending documents: many, large, resumable, with the hash and the verdict; declared values."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect

from flows.arriving.declaring import BadDeclaration, Declaration, EditedMeanwhile, declare, declared_now
from flows.examining import receiving
from flows.examining.receiving import Announced, UploadRefused
from flows.examining.uploading import WrongPlace, folder_for
from flows.scores import browsing
from storage.ledger import uploads
from web.access import Deed
from web.doors import Visit, allowed
from web.pages.home import PLACE

router = APIRouter()
_BLOCK = 1 << 20


@router.get(PLACE + "/nop-tai-lieu")
def form(visit: Visit = allowed(Deed.UPLOAD), muc: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Where documents are sent, and what this account sent before."""
    return _page(visit, chosen=muc)


def _page(visit: Visit, *, chosen: str = "", message: str = "", status: int = 200) -> Response:
    with visit.resources.database.read() as connection:
        sent = uploads.uploads_of(connection, visit.here.unit, visit.visitor.name)
    told = [receiving.verdict_of(visit.resources, row) for row in sent]
    whole = visit.visitor.whole_unit(Deed.UPLOAD, visit.here)
    most = visit.resources.settings.upload_mib
    return visit.page(
        "upload.html", status, items=_own(visit), sent=told, chosen=chosen, whole=whole, most=most, message=message
    )


def _own(visit: Visit) -> list[Mapping[str, Any]]:
    """Components that this visitor may send documents for."""
    run_id = browsing.newest_run_id(visit.resources, visit.here.period)
    items = browsing.run(visit.resources, run_id)["score"]["components"] if run_id else []
    return [item for item in items if visit.visitor.may_component(Deed.UPLOAD, visit.here, item)]


def folder_of(visit: Visit, target: str) -> str:
    """The folder that `target` names: a component id, `van-ban-di`, or `ho-so`; refused where it is not theirs."""
    whole = visit.visitor.whole_unit(Deed.UPLOAD, visit.here)
    known = {item["id"] for item in _own(visit)}
    component = target if re.fullmatch(r"\d+\.\d+\.\d+", target) else ""
    visit.require(whole or component in known)
    try:
        return folder_for(component=component, dossier="", outgoing=target == "van-ban-di")
    except WrongPlace as error:
        raise UploadRefused(str(error)) from error


@router.post(PLACE + "/nop-tai-lieu")
async def send_simply(request: Request, visit: Visit = allowed(Deed.UPLOAD)) -> Response:
    """Without JavaScript: whole files in one form. It is read here, when it is known who sends it."""
    sent = await request.form()
    target = str(sent.get("muc", ""))[:20]
    folder = await run_in_threadpool(folder_of, visit, target)
    files = [file for file in sent.getlist("tep") if isinstance(file, UploadFile) and file.filename]
    refused = []
    for file in files:
        try:
            await _take(visit, file, folder)
        except UploadRefused as error:
            refused.append(str(error))
    if refused or not files:
        message = "\n".join(refused) or "Chưa chọn tệp nào."
        return await run_in_threadpool(partial(_page, visit, chosen=target, message=message, status=422))
    return RedirectResponse(visit.request.url.path, status_code=303)


async def _take(visit: Visit, file: UploadFile, folder: str) -> None:
    fingerprint = f"form-{secrets.token_hex(8)}"  # it came whole: nothing of an earlier file may stand before it
    announced = Announced(file.filename or "", file.size or 0, folder, fingerprint, visit.visitor.name, visit.now)
    begun = await run_in_threadpool(receiving.begin, visit.resources, announced)
    row = await run_in_threadpool(own_upload, visit, begun["id"])
    await receiving.add_piece(visit.resources, row, 0, _blocks(file))
    await run_in_threadpool(finished, visit, begun["id"])


async def _blocks(file: UploadFile) -> AsyncIterator[bytes]:
    while block := await file.read(_BLOCK):
        yield block


@router.post(PLACE + "/nop-tai-lieu/bat-dau")
def begin(
    name: Annotated[str, Form(max_length=1000)],
    size: Annotated[int, Form(ge=0, le=1 << 50)],
    visit: Visit = allowed(Deed.UPLOAD),
    muc: Annotated[str, Form(max_length=20)] = "",
    fingerprint: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Open an upload or take up a broken one: {id, received}."""
    announced = Announced(name, size, folder_of(visit, muc), fingerprint, visit.visitor.name, visit.now)
    return JSONResponse(receiving.begin(visit.resources, announced))


@router.put(PLACE + "/nop-tai-lieu/{upload_id}")
async def piece(
    request: Request,
    upload_id: str,
    visit: Visit = allowed(Deed.UPLOAD),
    tu: Annotated[int, Query(ge=0, le=1 << 50)] = 0,
) -> Response:
    """One piece from byte `tu` on; what came before a broken connection is kept."""
    row = await run_in_threadpool(own_upload, visit, upload_id)
    return JSONResponse({"received": await taken(visit, row, tu, request)})


async def taken(visit: Visit, row: Mapping[str, Any], offset: int, request: Request) -> int:
    """Keep what comes of a piece, also when the connection breaks; how many bytes are there now."""
    try:
        return await receiving.add_piece(visit.resources, row, offset, request.stream())
    except ClientDisconnect:
        return receiving.received(visit.resources, str(row["id"]))


@router.post(PLACE + "/nop-tai-lieu/{upload_id}/xong")
def complete(upload_id: str, visit: Visit = allowed(Deed.UPLOAD)) -> Response:
    """The file is whole: kept under its hash, examined at once."""
    return JSONResponse(finished(visit, upload_id))


def finished(visit: Visit, upload_id: str) -> dict[str, Any]:
    """Close an upload: kept under its hash, examined at once."""
    told = receiving.finish(visit.resources, own_upload(visit, upload_id), where=visit.origin, at=visit.now)
    visit.house.verdicts.submit(receiving.examine_now, visit.resources, told["sha256"], at=visit.now)
    return told


@router.get(PLACE + "/nop-tai-lieu/{upload_id}")
def verdict(upload_id: str, visit: Visit = allowed(Deed.UPLOAD)) -> Response:
    """One upload with its verdict; a page, or the part that HTMX asks for again until there is one."""
    told = receiving.verdict_of(visit.resources, own_upload(visit, upload_id))
    part = "hx-request" in visit.request.headers
    return visit.page("parts/sent.html" if part else "sent.html", one=told)


def own_upload(visit: Visit, upload_id: str) -> Mapping[str, Any]:
    """An upload of this visitor in this unit."""
    with visit.resources.database.read() as connection:
        return uploads.upload_row(connection, visit.here.unit, visit.visitor.name, upload_id)


@router.get(PLACE + "/tieu-chi/{component}/khai")
def declaration(component: str, visit: Visit = allowed(Deed.DECLARE)) -> Response:
    """The form of a component's declared values."""
    return _declaration(visit, component)


def _declaration(
    visit: Visit, component: str, *, typed: Mapping[str, str] | None = None, message: str = "", status: int = 200
) -> Response:
    run = browsing.standing_run(visit.resources, visit.here.period)
    told = browsing.component(visit.resources, run, component)
    visit.require(visit.visitor.may_component(Deed.DECLARE, visit.here, told["item"]))
    known, version = declared_now(visit.resources, component, int(visit.here.period[:4]))
    return visit.page(
        "declare.html",
        status,
        item=told["item"],
        entry=told["entry"],
        known=known,
        version=version,
        typed=typed,
        message=message,
        events=(),
    )


@router.post(PLACE + "/tieu-chi/{component}/khai")
async def declare_values(request: Request, component: str, visit: Visit = allowed(Deed.DECLARE)) -> Response:
    """Record declared values; if somebody else changed them meanwhile, both versions are shown and nothing is lost."""
    typed = {name: str(value) for name, value in (await request.form()).items() if isinstance(value, str)}
    return await run_in_threadpool(_declared, visit, component, typed)


def _declared(visit: Visit, component: str, typed: dict[str, str]) -> Response:
    run = browsing.standing_run(visit.resources, visit.here.period)
    told = browsing.component(visit.resources, run, component)
    visit.require(visit.visitor.may_component(Deed.DECLARE, visit.here, told["item"]))
    try:
        declaring(visit, told, component, typed)
    except EditedMeanwhile:
        message = (
            "Người khác vừa sửa mục này. Giá trị của họ ghi ngay dưới từng ô, giá trị bạn nhập vẫn còn trong các ô; "
            "so lại rồi bấm Ghi để thay."
        )
        return _declaration(visit, component, typed=typed, message=message, status=409)
    except BadDeclaration as error:
        return _declaration(visit, component, typed=typed, message=str(error), status=422)
    return RedirectResponse(visit.request.url.path + "?xong=1", status_code=303)


def declaring(visit: Visit, told: Mapping[str, Any], component: str, typed: Mapping[str, str]) -> list[str]:
    """Record what was typed (`v.<key>`, owner, source, evidence, explanation, version); the keys that have a value.

    Raises:
        EditedMeanwhile: somebody else was faster; nothing was recorded.
        BadDeclaration: no value was typed, or one cannot be read; nothing was recorded.
    """
    labels = {entry["key"]: entry["label"] for entry in told["entry"].get("declared", ())}
    values = {key: typed.get(f"v.{key}", "").strip() for key in labels if typed.get(f"v.{key}", "").strip()}
    if not values:
        raise BadDeclaration("Chưa nhập giá trị nào.")
    said = Declaration(
        component=component,
        values=values,
        labels=labels,
        owner=typed.get("owner", "")[:200],
        source=typed.get("source", "")[:500],
        evidence=typed.get("evidence", "")[:1000],
        explanation=typed.get("explanation", "")[:4000],
        year=int(visit.here.period[:4]),
        version=typed.get("version", ""),
        who=visit.visitor.name,
        where=visit.origin,
        at=visit.now,
    )
    declare(visit.resources, said)
    return list(values)
