"""/api/v1: the same use cases as the pages, as JSON, for programs with a token (`Authorization: Bearer par_...`).

Points and shares are decimal texts, days ISO dates, moments ISO with offset: what `parindex ... --json` prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from flows.examining.register_says import register_says
from flows.people.documents_seen import note_access
from flows.running.requests import RunAsked, ask_for_run, cancel_run, progress_of, runs_asked
from flows.scores import browsing
from storage.browsing import DocumentsWanted, runs_slice
from storage.database.slices import Slice
from web.access import Deed
from web.api import examples
from web.api.places import PLACE, Period, Unit, api_router
from web.doors import Visit, allowed
from web.pages.auditing import found
from web.pages.documents import Sha256, StateWanted, attachment, object_blocks, seen_document
from web.reach import visible_documents

router = api_router()
Component = Annotated[str, Path(pattern=r"^\d{1,3}\.\d{1,3}\.\d{1,3}$", examples=["3.3.2"])]
Request = Annotated[str, Path(pattern=r"^yc-[0-9-]{1,40}$", examples=["yc-20251231-080000"])]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Limit = Annotated[int, Query(ge=1, le=500)]


class RunQuestion(BaseModel):
    """What is to be scored; what is left out comes from the settings."""

    model_config = {"extra": "forbid", "json_schema_extra": {"example": {"as_of": "2025-12-31", "dry_run": True}}}

    as_of: date | None = None
    criteria: str = Field("", max_length=100)
    on_time_rule: str = Field("", max_length=40)
    dry_run: bool = False


@router.get("/me", responses=examples.of(examples.ME))
def me(visit: Visit = allowed(Deed.OWN_ACCOUNT)) -> dict[str, Any]:
    """Who asks, and what this key may do."""
    at_most = visit.visitor.at_most or frozenset()
    grants = [[grant.role, grant.unit, grant.office, grant.period] for grant in visit.visitor.grants]
    return {"account": visit.visitor.name, "grants": grants, "deeds": sorted(deed.value for deed in at_most)}


@router.get(PLACE + "/score", responses=examples.of(examples.SCORE))
def score(
    unit: Unit, period: Period, visit: Visit = allowed(Deed.SEE_SCORE), run: Annotated[str, Query(max_length=40)] = ""
) -> dict[str, Any]:
    """The score that stands, or that of `run`: totals, and every component in this key's scope with its reason."""
    found = browsing.run(visit.resources, run) if run else browsing.standing_run(visit.resources, period)
    visit.require(found["period"] == period)
    return _run(visit, found)


def _run(visit: Visit, run: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"run": run["id"], "made_at": _iso(run["made_at"]), **run["score"]}
    told["components"] = [
        item for item in told["components"] if visit.visitor.may_component(visit.deed, visit.here, item)
    ]
    if not visit.visitor.whole_unit(visit.deed, visit.here):
        told.pop("totals")
    return told


@router.get(PLACE + "/runs", responses=examples.of(examples.RUNS))
def runs(
    unit: Unit, period: Period, visit: Visit = allowed(Deed.SEE_RUNS), offset: Offset = 0, limit: Limit = 100
) -> list[dict[str, Any]]:
    """Score runs, newest first."""
    with visit.resources.database.read() as connection:
        rows = runs_slice(connection, unit, period, Slice(offset, limit))
    return [plain_row(row) for row in rows]


@router.get(PLACE + "/components/{component}", responses=examples.of(examples.COMPONENT))
def component(
    unit: Unit, period: Period, component: Component, visit: Visit = allowed(Deed.SEE_SCORE)
) -> dict[str, Any]:
    """One component: its score, its entry in the criteria set, its points over the runs. A bonus or a penalty outside
    the 100 likewise, for those who see the whole unit; `over` is empty for it."""
    run = browsing.standing_run(visit.resources, period)
    if beside := browsing.outside_item(visit.resources, run, component):
        visit.require(visit.visitor.whole_unit(visit.deed, visit.here))
        return {"score": beside["item"], "criteria": beside["entry"], "over": []}
    told = browsing.component(visit.resources, run, component)
    visit.require(visit.visitor.may_component(visit.deed, visit.here, told["item"]))
    over = [
        {"run": then.run_id, "made_at": _iso(then.made_at), "points": then.points, "expected": then.expected}
        for then in told["over"]
    ]
    return {"score": told["item"], "criteria": told["entry"], "over": over}


@router.get(PLACE + "/components/{component}/rows", responses=examples.of(examples.ROWS))
def rows(
    unit: Unit,
    period: Period,
    component: Component,
    visit: Visit = allowed(Deed.SEE_DOSSIERS),
    limit: Limit = 200,
) -> dict[str, Any]:
    """Dossiers, files and declared values behind a component's numbers."""
    run = browsing.standing_run(visit.resources, period)
    told = browsing.component(visit.resources, run, component)
    visit.require(visit.visitor.may_component(visit.deed, visit.here, told["item"]))
    return browsing.rows_behind(visit.resources, run, component, limit)


@router.get(PLACE + "/what-if", responses=examples.of(examples.WHAT_IF))
def what_if(
    unit: Unit,
    period: Period,
    visit: Visit = allowed(Deed.WHAT_IF),
    assume: Annotated[list[str] | None, Query(max_length=20, examples=[["3.3.2.late=0"]])] = None,
) -> dict[str, Any]:
    """What the totals would be with other numbers; nothing is recorded."""
    visit.require(visit.visitor.whole_unit(visit.deed, visit.here))
    given = dict(text.partition("=")[::2] for text in assume or ())
    result = browsing.what_if(visit.resources, browsing.standing_run(visit.resources, period), given)
    return {"totals": result["after"]["totals"], "moved": result["moved"]}


@router.get(PLACE + "/documents", responses=examples.of(examples.DOCUMENTS))
def documents(
    unit: Unit,
    period: Period,
    visit: Visit = allowed(Deed.SEE_EVIDENCE),
    state: StateWanted = "",
    name: Annotated[str, Query(max_length=200)] = "",
    offset: Offset = 0,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Documents in this key's scope, newest first, with their verdicts."""
    wanted = DocumentsWanted(state, name, visible_documents(visit))
    told = browsing.documents(visit.resources, wanted, Slice(offset, limit))
    return {"total": told["total"], "documents": [document_told(row, row["said"]) for row in told["rows"]]}


@router.get(PLACE + "/documents/{sha256}", responses=examples.of(examples.DOCUMENT))
def document(unit: Unit, period: Period, sha256: Sha256, visit: Visit = allowed(Deed.SEE_EVIDENCE)) -> dict[str, Any]:
    """One document with text, fields, verdicts and what the registers say of it; the look is in the custody log."""
    told, serves = seen_document(visit, sha256)
    note_access(visit.resources, sha256, "viewed", visit.said)
    said = told["said"] or {}
    proves = [{"component": found["component"]["id"], **_place(found)} for found in serves]
    whole = {"text": said.get("text"), "result": said.get("result"), "proves": proves}
    return document_told(told["row"], said) | whole | {"registers": register_says(visit.resources, told)}


@router.get(PLACE + "/documents/{sha256}/content", response_class=Response)
def content(unit: Unit, period: Period, sha256: Sha256, visit: Visit = allowed(Deed.SEE_EVIDENCE)) -> Response:
    """The file itself, as an attachment."""
    told, _ = seen_document(visit, sha256)
    note_access(visit.resources, sha256, "downloaded", visit.said)
    headers = attachment(str(told["row"]["name"])) | {"Content-Length": str(told["row"]["size"])}
    blocks = object_blocks(visit.resources, sha256)
    return StreamingResponse(blocks, media_type="application/octet-stream", headers=headers)


@router.get(PLACE + "/search", responses=examples.of(examples.SEARCH))
def find(
    unit: Unit,
    period: Period,
    q: Annotated[str, Query(max_length=200)],
    visit: Visit = allowed(Deed.SEE_EVIDENCE),
    offset: Offset = 0,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Full text of the evidence, with and without diacritics, best pages first; `count` is that of all pages."""
    return found(visit, q, Slice(offset, limit))


@router.get(PLACE + "/imports", responses=examples.of(examples.IMPORTS))
def imports(
    unit: Unit, period: Period, visit: Visit = allowed(Deed.SEE_EXPORTS), offset: Offset = 0, limit: Limit = 100
) -> dict[str, Any]:
    """Exports that were read or refused, newest first."""
    told = browsing.exports(visit.resources, Slice(offset, limit))
    return {"total": told["total"], "imports": [plain_row(row) for row in told["rows"]]}


@router.get(PLACE + "/requests", responses=examples.of([examples.REQUEST]))
def requests(unit: Unit, period: Period, visit: Visit = allowed(Deed.SEE_RUNS)) -> list[dict[str, Any]]:
    """Runs that were asked for, newest first."""
    return [told for told in runs_asked(visit.resources, unit, 200) if told["period"] == period]


@router.post(PLACE + "/requests", status_code=202, responses={202: examples.body(examples.REQUEST)})
def ask(unit: Unit, period: Period, question: RunQuestion, visit: Visit = allowed(Deed.ASK_RUN)) -> dict[str, Any]:
    """Ask for a scoring run; the same question while one is open joins it (`joined`)."""
    asked = RunAsked(
        who=visit.visitor.name,
        now=visit.now,
        unit=unit,
        period=period,
        criteria=question.criteria,
        on_time_rule=question.on_time_rule,
        as_of=question.as_of,
        dry_run=question.dry_run,
    )
    return ask_for_run(visit.resources, asked)


@router.get(PLACE + "/requests/{request_id}", responses=examples.of(examples.REQUEST))
def progress(unit: Unit, period: Period, request_id: Request, visit: Visit = allowed(Deed.SEE_RUNS)) -> dict[str, Any]:
    """How far a run is, and its outcome."""
    return _told(visit, request_id)


@router.delete(PLACE + "/requests/{request_id}", responses=examples.of(examples.REQUEST))
def cancel(unit: Unit, period: Period, request_id: Request, visit: Visit = allowed(Deed.ASK_RUN)) -> dict[str, Any]:
    """Cancel a run: a waiting one at once, a working one at its next document."""
    _told(visit, request_id)
    return cancel_run(visit.resources, request_id, who=visit.visitor.name, now=visit.now)


def _told(visit: Visit, request_id: str) -> dict[str, Any]:
    told = progress_of(visit.resources, request_id)
    visit.require((told["unit"], told["period"]) == (visit.here.unit, visit.here.period))
    return told


def document_told(row: Mapping[str, Any], said: Mapping[str, Any] | None) -> dict[str, Any]:
    result = (said or {}).get("result") or {}
    return {name: row[name] for name in ("sha256", "name", "state", "reason", "size")} | {
        "received_at": _iso(row["received_at"]),
        "digitisation": (result.get("digitisation") or {}).get("verdict"),
        "signature": (result.get("signature") or {}).get("verdict"),
    }


def _place(found: Mapping[str, Any]) -> dict[str, Any]:
    return {"section": found["section"], "pages": found["pages"]}


def plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _iso(value) if isinstance(value, date) else value for name, value in row.items()}


def _iso(value: date) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()
