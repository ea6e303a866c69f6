"""/api/v1, what programs do: the cycle's deeds, uploads in pieces, bundles. Each right has an address of its own."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from fastapi import Request as HttpRequest
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from config.refusals import WrongUse
from flows.examining import receiving
from flows.examining.receiving import Announced
from flows.scores.cycle import Wish, open_period
from flows.telling import ordering
from storage.errors import StorageError
from storage.ledger import uploads
from web.access import Deed
from web.api import examples
from web.api.places import PLACE, Period, Unit, api_router
from web.api.v1 import document_told
from web.doors import Visit, allowed
from web.errors import problem
from web.pages.auditing import Order, handed_out, ordered, own_order
from web.pages.cycle import SLUGS, Asked, done, seen_or_missing, told_to
from web.pages.uploads import finished, folder_of, own_upload, taken

router = api_router()
_UploadId = Annotated[str, Path(pattern=r"^u-[A-Za-z0-9-]{1,80}$", examples=["u-1a2b3c"])]


class CycleDeed(BaseModel):
    """A deed of the yearly cycle; `said` as `parindex cycle do --say` takes it, `version` as the cycle showed it."""

    model_config = {"extra": "forbid", "json_schema_extra": {"example": examples.CYCLE_DEED}}

    deed: str = Field(max_length=40)
    component: str = Field("", max_length=20)
    said: dict[str, Any] = Field(default_factory=dict)
    version: int | None = Field(None, ge=1, le=1_000_000)


class OpeningWish(BaseModel):
    """The last day of each deadline of a year: self_score, appraisal_1, explanation, appraisal_2."""

    model_config = {"extra": "forbid", "json_schema_extra": {"example": examples.OPENING_WISH}}

    deadlines: dict[Literal["self_score", "appraisal_1", "explanation", "appraisal_2"], date]


class UploadWish(BaseModel):
    """A file that will come in pieces; `target`: a component, van-ban-di (outgoing) or ho-so (a dossier's result)."""

    model_config = {"extra": "forbid", "json_schema_extra": {"example": examples.UPLOAD_WISH}}

    name: str = Field(max_length=1000)
    size: int = Field(ge=0, le=1 << 50)
    target: str = Field(max_length=20)
    fingerprint: str = Field("", max_length=200)


class BundleWish(BaseModel):
    """Which components (none: all that this key may see); `redact` leaves personal data out."""

    model_config = {"extra": "forbid", "json_schema_extra": {"example": {"components": ["3.3.2"], "redact": True}}}

    components: list[str] = Field(default_factory=list, max_length=200)
    redact: bool = False


@router.get(PLACE + "/cycle", responses=examples.of(examples.CYCLE))
def cycle(unit: Unit, period: Period, visit: Visit = allowed(Deed.SEE_SCORE)) -> dict[str, Any]:
    """Where the year stands: state, deadlines, deeds possible now, three scores side by side, disputes."""
    return told_to(visit, seen_or_missing(visit))


@router.put(PLACE + "/cycle", responses=examples.of({"state": "open", "version": 1, "deeds": ["begin"]}))
def open_year(unit: Unit, period: Period, wish: OpeningWish, visit: Visit = allowed(Deed.ASSIGN)) -> Any:
    """Open the year with the last days of its four deadlines; 409 where it is open, or they are out of order."""
    visit.require(visit.visitor.whole_unit(Deed.ASSIGN, visit.here))
    who = Wish("open", visit.visitor.name, visit.origin, visit.now)
    try:
        seen = open_period(visit.resources, period, {str(name): day for name, day in wish.deadlines.items()}, who)
    except (WrongUse, StorageError) as error:
        return problem(visit.request, 409, str(error))
    return {"state": seen["state"], "version": seen["version"], "deeds": seen["deeds"]}


def _add_deeds_of(right: Deed) -> None:
    def do(unit: Unit, period: Period, wish: CycleDeed, visit: Visit = allowed(right)) -> Any:
        try:
            seen = done(visit, Asked(wish.deed, wish.component, wish.said, wish.version))
        except WrongUse as error:
            return problem(visit.request, 409, str(error))
        return {"state": seen["state"], "version": seen["version"], "deeds": seen["deeds"]}

    router.add_api_route(
        f"{PLACE}/cycle/{right.value}",
        do,
        methods=["POST"],
        responses=examples.of({"state": "self_scoring", "version": 2, "deeds": ["assign", "fill"]}),
        name=f"cycle_{right.value}",
        description=f"Deeds of the cycle that ask for the right `{right.value}`.",
    )


for _right in SLUGS:
    _add_deeds_of(_right)


@router.post(PLACE + "/uploads", responses=examples.of({"id": "u-1a2b3c", "received": 0}))
def begin_upload(unit: Unit, period: Period, wish: UploadWish, visit: Visit = allowed(Deed.UPLOAD)) -> dict[str, Any]:
    """Open an upload, or take up a broken one of the same fingerprint: {id, received}."""
    folder = folder_of(visit, wish.target)
    announced = Announced(wish.name, wish.size, folder, wish.fingerprint, visit.visitor.name, visit.now)
    return receiving.begin(visit.resources, announced)


@router.put(PLACE + "/uploads/{upload_id}", responses=examples.of({"received": 1048576}))
async def add_piece(
    request: HttpRequest,
    unit: Unit,
    period: Period,
    upload_id: _UploadId,
    visit: Visit = allowed(Deed.UPLOAD),
    offset: Annotated[int, Query(ge=0, le=1 << 50)] = 0,
) -> dict[str, int]:
    """One piece (the request's body) from byte `offset` on; what came before a broken connection is kept."""
    row = await run_in_threadpool(own_upload, visit, upload_id)
    return {"received": await taken(visit, row, offset, request)}


@router.post(PLACE + "/uploads/{upload_id}/done", responses=examples.of(examples.UPLOAD))
def end_upload(unit: Unit, period: Period, upload_id: _UploadId, visit: Visit = allowed(Deed.UPLOAD)) -> dict[str, Any]:
    """The file is whole: kept under its hash, examined at once."""
    return finished(visit, upload_id)


@router.get(PLACE + "/uploads/{upload_id}", responses=examples.of(examples.UPLOAD))
def upload(unit: Unit, period: Period, upload_id: _UploadId, visit: Visit = allowed(Deed.UPLOAD)) -> Response:
    """An upload, with its verdict once there is one."""
    row = own_upload(visit, upload_id)
    told = receiving.verdict_of(visit.resources, row)
    kept = {name: told[name] for name in ("id", "name", "size", "state", "sha256", "reason", "received")}
    document = document_told(told["document"], told["said"]) if told["document"] else None
    return JSONResponse(kept | {"document": document})


@router.post(PLACE + "/bundles", status_code=202, responses={202: examples.body({"order": "g-1a2b3c4d"})})
def order_bundle(
    unit: Unit, period: Period, wish: BundleWish, visit: Visit = allowed(Deed.ORDER_BUNDLE)
) -> dict[str, str]:
    """Ask for an evidence bundle of the newest run."""
    return {"order": ordered(visit, set(wish.components), redact=wish.redact)}


@router.get(PLACE + "/bundles/{order_id}", responses=examples.of(examples.BUNDLE))
def bundle(unit: Unit, period: Period, order_id: Order, visit: Visit = allowed(Deed.ORDER_BUNDLE)) -> dict[str, Any]:
    """How far a bundle is; state ready: fetch its content."""
    row = own_order(visit, order_id)
    return {"order": row["id"], "state": row["state"], "sha256": row["sha256"], "reason": row["reason"]}


@router.get(PLACE + "/bundles/{order_id}/content", response_class=Response)
def bundle_content(unit: Unit, period: Period, order_id: Order, visit: Visit = allowed(Deed.ORDER_BUNDLE)) -> Response:
    """The bundle as a zip; a broken download goes on where it stopped (Range)."""
    row = own_order(visit, order_id)
    path = ordering.order_path(visit.resources, row)
    if row["state"] != uploads.READY or not path.exists():
        return problem(visit.request, 404, "Gói này chưa lập xong hoặc không còn; hãy yêu cầu lại.")
    return handed_out(visit, row, path)
