"""Run now: ask for a scoring run, watch it, stop it; download its sheet."""

from __future__ import annotations

from datetime import date
from typing import Annotated, get_args

from fastapi import APIRouter, Form, Path
from fastapi.responses import RedirectResponse, Response

from config.settings import Settings
from flows.criteria import criteria_known
from flows.running.requests import BadRequest, RunAsked, ask_for_run, cancel_run, progress_of, runs_asked
from flows.scores import browsing
from flows.telling.sheets import sheet_of_run
from reports.printed import NoFont
from storage.browsing import runs_slice
from storage.database.slices import Slice
from web import wording
from web.access import Deed
from web.doors import Visit, allowed
from web.errors import problem
from web.pages.documents import attachment
from web.pages.home import PLACE

router = APIRouter()
ON_TIME_RULES: tuple[str, ...] = get_args(Settings.model_fields["on_time_rule"].annotation)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {
    "xlsx": XLSX,
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
FORM = r"(giai-trinh\.)?(docx|pdf)|(tham-dinh|theo-don-vi)\.(xlsx|docx|pdf)"
_Form = Annotated[str, Path(pattern=rf"^({FORM})$")]


@router.get(PLACE + "/cham-diem")
def listed(visit: Visit = allowed(Deed.SEE_RUNS)) -> Response:
    """The form, the runs asked for, the runs that were made."""
    return _page(visit)


@router.post(PLACE + "/cham-diem")
def ask(
    visit: Visit = allowed(Deed.ASK_RUN),
    as_of: Annotated[str, Form(max_length=10)] = "",
    criteria: Annotated[str, Form(max_length=100)] = "",
    on_time_rule: Annotated[str, Form(max_length=40)] = "",
    dry_run: Annotated[bool, Form()] = False,
) -> Response:
    """Ask for a run; the same question twice is one run, so a double click does no harm."""
    try:
        day = _day(as_of.strip()) if as_of.strip() else None
        place = visit.here
        asked = RunAsked(visit.visitor.name, visit.now, place.unit, place.period, criteria, on_time_rule, day, dry_run)
        told = ask_for_run(visit.resources, asked)
    except BadRequest as error:
        return _page(visit, str(error), 422, as_of)
    except ValueError:
        return _page(visit, f"Ngày {as_of!r} chưa đúng; ví dụ đúng: 31/12/2025.", 422, as_of)
    return RedirectResponse(f"{visit.request.url.path}/{told['request']}", status_code=303)


def _day(typed: str) -> date:
    """A day as officials type it, or as programs do."""
    return wording.day_typed(typed) if "/" in typed else date.fromisoformat(typed)


def _page(visit: Visit, message: str = "", status: int = 200, as_of: str = "") -> Response:
    with visit.resources.database.read() as connection:
        made = runs_slice(connection, visit.here.unit, visit.here.period, Slice(0, 30))
    return visit.page(
        "runs.html",
        status,
        asked=[
            told for told in runs_asked(visit.resources, visit.here.unit, 30) if told["period"] == visit.here.period
        ],
        made=made,
        message=message,
        as_of=as_of,
        criteria=criteria_known(visit.resources.settings),
        rules=ON_TIME_RULES,
        settings=visit.resources.settings,
    )


@router.get(PLACE + "/cham-diem/{request_id}")
def watch(request_id: str, visit: Visit = allowed(Deed.SEE_RUNS)) -> Response:
    """How far a run is; the page looks again by itself, or when it is loaded again."""
    told = progress_of(visit.resources, request_id)
    visit.require(told["unit"] == visit.here.unit and told["period"] == visit.here.period)
    part = "hx-request" in visit.request.headers
    return visit.page("parts/progress.html" if part else "run.html", told=told)


@router.post(PLACE + "/cham-diem/{request_id}/huy")
def stop(request_id: str, visit: Visit = allowed(Deed.ASK_RUN)) -> Response:
    """Cancel a run: a waiting one at once, a working one at its next document."""
    told = progress_of(visit.resources, request_id)
    visit.require(told["unit"] == visit.here.unit and told["period"] == visit.here.period)
    cancel_run(visit.resources, request_id, who=visit.visitor.name, now=visit.now)
    return RedirectResponse(visit.request.url.path.removesuffix("/huy"), status_code=303)


@router.get(PLACE + "/phieu-cham-diem/{run_id}.xlsx")
def sheet(run_id: str, visit: Visit = allowed(Deed.REPORT)) -> Response:
    """The score sheet of a run, with formulas that recompute."""
    return sheet_in(visit, run_id, "xlsx")


@router.get(PLACE + "/phieu-cham-diem/{run_id}/{form}")
def sheet_to_sign(run_id: str, form: _Form, visit: Visit = allowed(Deed.REPORT)) -> Response:
    """The score sheet to sign (docx, pdf), the report with it, the appraisal in detail, tasks by office."""
    return sheet_in(visit, run_id, form)


def sheet_in(visit: Visit, run_id: str, form: str) -> Response:
    """The score sheet in one form (`flows.telling.sheets.FORMS`), as a file to keep."""
    run = browsing.run(visit.resources, run_id)
    visit.require(run["period"] == visit.here.period and visit.visitor.whole_unit(visit.deed, visit.here))
    try:
        made = sheet_of_run(visit.resources, run, form, words=visit.may(Deed.SEE_WORK))
    except NoFont as error:
        return problem(visit.request, 503, str(error))
    name, _, ending = form.rpartition(".")
    file = f"{name or 'phieu-cham-diem'}_{visit.here.unit}_{run_id}.{ending}"
    return Response(made, media_type=TYPES[ending], headers=attachment(file))
