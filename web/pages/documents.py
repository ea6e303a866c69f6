"""Documents: what came in, one document with text, fields, verdicts and pictures, quarantine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query
from fastapi.responses import FileResponse, RedirectResponse, Response, StreamingResponse

from config.document_words import FIELDS
from flows.examining.documents import release_documents
from flows.examining.pictures import picture_of_field, picture_of_page
from flows.examining.register_says import register_says
from flows.examining.searching import places_on_page
from flows.people.documents_seen import note_access
from flows.resources import Resources
from flows.scores import browsing
from flows.telling.proving import term_seen
from ocr.page_picture import NoPicture
from storage.browsing import DocumentsWanted
from storage.database.slices import Slice
from web.access import Deed
from web.document_view import fields_shown, marks_of, reasons_shown, signers_on
from web.doors import Visit, allowed
from web.errors import problem
from web.headers import SANDBOX
from web.pages.home import PLACE
from web.reach import visible_documents
from web.wording import AWAITED, DOCUMENT_STATES

router = APIRouter()
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
StateWanted = Annotated[str, Query(pattern=f"^({'|'.join(DOCUMENT_STATES)}|)$")]
FieldName = Annotated[str, Path(pattern=f"^({'|'.join(FIELDS)})$", examples=["number"])]
_PAGE_ROWS = 50
_CHUNK = 1 << 18


@router.get(PLACE + "/tai-lieu")
def listed(
    visit: Visit = allowed(Deed.SEE_EVIDENCE),
    q: Annotated[str, Query(max_length=200)] = "",
    trang_thai: StateWanted = "",
    trang: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """What came in, newest first."""
    wanted = DocumentsWanted(trang_thai, q.strip(), visible_documents(visit))
    told = browsing.documents(visit.resources, wanted, Slice((trang - 1) * _PAGE_ROWS, _PAGE_ROWS))
    pages = max(1, -(-told["total"] // _PAGE_ROWS))
    return visit.page("documents.html", told=told, q=q, state=trang_thai, page=trang, pages=pages)


@router.get(PLACE + "/cach-ly")
def quarantine(visit: Visit = allowed(Deed.SEE_WORK)) -> Response:
    """Documents that cannot be used, each with its reason and the way out."""
    return _quarantine(visit)


def _quarantine(visit: Visit, message: str = "", status: int = 200) -> Response:
    wanted = DocumentsWanted("quarantined", "", visible_documents(visit))
    told = browsing.documents(visit.resources, wanted, Slice(0, 200))
    return visit.page("quarantine.html", status, told=told, message=message)


@router.get(PLACE + "/tai-lieu/{sha256}")
def one_document(
    sha256: Sha256,
    visit: Visit = allowed(Deed.SEE_EVIDENCE),
    trang: Annotated[int, Query(ge=1, le=10_000)] = 1,
    tim: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """One document, words looked for marked on its page; looking at it is noted in the custody log."""
    told, serves = seen_document(visit, sha256)
    note_access(visit.resources, sha256, "viewed", visit.said)
    return document_page(visit, told, serves, page=trang, sought=tim.strip())


@router.get(PLACE + "/tai-lieu/{sha256}/tien-do")
def progress(sha256: Sha256, visit: Visit = allowed(Deed.SEE_EVIDENCE)) -> Response:
    """What an open page asks until there is a verdict: nothing to show, and then to load itself again."""
    told, _ = seen_document(visit, sha256)
    done = told["row"]["state"] not in AWAITED
    return Response(status_code=204, headers={"HX-Refresh": "true"} if done else {})


def document_page(
    visit: Visit,
    told: Mapping[str, Any],
    serves: list[dict[str, Any]],
    *,
    page: int = 1,
    sought: str = "",
    typed: Mapping[str, str] | None = None,
    refusal: tuple[int, str] = (200, ""),
) -> Response:
    """A document's page; with what was typed into it and why that was refused (status, sentence)."""
    result = (told["said"] or {}).get("result") or {}
    faults, notes = reasons_shown(result)
    says = register_says(visit.resources, told)
    found = places_on_page(visit.resources, told["row"]["sha256"], page, sought) if sought else []
    return visit.page(
        "document.html",
        refusal[0],
        told=told,
        serves=serves,
        result=result,
        page=page,
        faults=faults,
        notes=notes,
        shown=fields_shown(result, says["suggestions"]),
        registers=says["rows"],
        marks=marks_of(told["said"], page, found),
        sought=sought,
        signers=signers_on(told["said"], page),
        seen=term_seen(visit.resources, told, visit.here.period, visit.resources.settings.local_day(visit.now)),
        own=own_components(visit) if may_say(visit, told, serves) else [],
        typed=typed or {},
        message=refusal[1],
    )


def may_say(visit: Visit, told: Mapping[str, Any], serves: list[dict[str, Any]]) -> bool:
    """Whether this visitor may say what a document proves and for when: the ward, or the office it belongs to."""
    if visit.visitor.whole_unit(Deed.DECLARE, visit.here):
        return True
    if any(visit.visitor.may_component(Deed.DECLARE, visit.here, found["component"]) for found in serves):
        return True
    return visit.may(Deed.DECLARE) and told["row"]["sha256"] in browsing.sent_by(visit.resources, visit.visitor.name)


def own_components(visit: Visit) -> list[Mapping[str, Any]]:
    """Components of the newest run for which this visitor may say something."""
    run_id = browsing.newest_run_id(visit.resources, visit.here.period)
    items = browsing.run(visit.resources, run_id)["score"]["components"] if run_id else []
    return [item for item in items if visit.visitor.may_component(Deed.DECLARE, visit.here, item)]


@router.get(PLACE + "/tai-lieu/{sha256}/trang/{page}.png")
def picture(
    sha256: Sha256, page: Annotated[int, Path(ge=1, le=10_000)], visit: Visit = allowed(Deed.SEE_EVIDENCE)
) -> Response:
    """The picture of a page; a picture that we drew ourselves is the only thing shown inside a page."""
    told, _ = seen_document(visit, sha256)
    return _picture(visit, told, lambda: picture_of_page(visit.resources, sha256, page, told["said"]), page=page)


@router.get(PLACE + "/tai-lieu/{sha256}/cho/{field}.png")
def field_picture(sha256: Sha256, field: FieldName, visit: Visit = allowed(Deed.SEE_EVIDENCE)) -> Response:
    """The picture of the place where a field stands, or was left blank or written by hand."""
    told, _ = seen_document(visit, sha256)
    return _picture(visit, told, lambda: picture_of_field(visit.resources, sha256, field, told["said"]), field=field)


def _picture(visit: Visit, told: Mapping[str, Any], drawn: Callable[[], FilePath], **part: Any) -> Response:
    """A picture drawn from a document that this visitor may see; the custody log tells which `part`."""
    try:
        path = drawn()
    except NoPicture as error:
        return problem(visit.request, 404, str(error), "Không có hình")
    note_access(visit.resources, told["row"]["sha256"], "viewed", visit.said, **part)
    return FileResponse(path, media_type="image/png", headers={"Cache-Control": "private, max-age=86400"})


@router.get(PLACE + "/tai-lieu/{sha256}/tai-ve")
def download(sha256: Sha256, visit: Visit = allowed(Deed.SEE_EVIDENCE)) -> Response:
    """The file itself, always as an attachment of no active type."""
    told, _ = seen_document(visit, sha256)
    note_access(visit.resources, sha256, "downloaded", visit.said)
    headers = attachment(str(told["row"]["name"])) | {"Content-Length": str(told["row"]["size"])}
    return StreamingResponse(
        object_blocks(visit.resources, sha256), media_type="application/octet-stream", headers=headers
    )


@router.post(PLACE + "/cach-ly")
def release(
    visit: Visit = allowed(Deed.RELEASE), sha256: Annotated[list[str] | None, Form(max_length=500)] = None
) -> Response:
    """Give quarantined documents another try, tonight or at the next run."""
    if not sha256:
        return _quarantine(visit, "Chưa chọn tệp nào. Đánh dấu tệp cần kiểm tra lại rồi bấm.", 422)
    for one in sha256:
        seen_document(visit, one)
    visit.house.verdicts.submit(release_documents, visit.resources, sha256, who=visit.visitor.name, at=visit.now)
    return RedirectResponse(visit.request.url.path + "?xong=1", status_code=303)


class LargeFile(FileResponse):
    """A file in blocks of a MiB: fewer turns between disk and network than Starlette's 64 KiB."""

    chunk_size = 1 << 20


def attachment(name: str) -> dict[str, str]:
    """Headers with which a browser saves a file and never opens it here."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Disposition": disposition, "Content-Security-Policy": SANDBOX, "X-Content-Type-Options": "nosniff"}


def seen_document(visit: Visit, sha256: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A document and the components it proves, if this visitor may see it.

    Raises:
        NoSuchDocument: there is none.
        Refused: it is not theirs.
    """
    told = browsing.document(visit.resources, sha256)
    visible = visible_documents(visit)
    visit.require(visible is None or sha256 in visible)
    run_id = browsing.newest_run_id(visit.resources, visit.here.period)
    serves = browsing.components_of_document(browsing.run(visit.resources, run_id), sha256) if run_id else []
    return told, [found for found in serves if _may(visit, found["component"])]


def _may(visit: Visit, item: Mapping[str, Any]) -> bool:
    return visit.visitor.may_component(Deed.SEE_EVIDENCE, visit.here, item)


def object_blocks(resources: Resources, sha256: str) -> Iterator[bytes]:
    """A kept object in blocks; opened at once, so that a missing one is an error and not half an answer."""
    stream = resources.store.open(sha256)

    def blocks() -> Iterator[bytes]:
        with stream:
            while block := stream.read(_CHUNK):
                yield block

    return blocks()
