"""Reports: the score sheet, form II.06a, the overdue list, the set of Decision 766."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from flows.reporting.drawing import NoSuchForm
from flows.reporting.periodic import ReportWanted, make_report
from flows.scores import browsing
from flows.scores.cycle import locked_run
from reports.printed import NoFont
from scoring import UnknownPeriod
from web.access import Deed
from web.doors import Visit, allowed
from web.errors import problem
from web.pages.documents import attachment
from web.pages.home import PLACE
from web.pages.runs import TYPES

router = APIRouter()
_NAMES = {"ii06a": "bieu-II.06a", "overdue": "ho-so-qua-han", "index766": "bo-chi-so-766"}
Kind = Annotated[str, Path(pattern="^(ii06a|overdue|index766)$")]
Span = r"^20\d{2}(-(0[1-9]|1[0-2])|-Q[1-4])?$"


@router.get(PLACE + "/bao-cao")
def listed(visit: Visit = allowed(Deed.REPORT)) -> Response:
    """What can be made, for which span of the period."""
    year = visit.here.period
    spans = [(year, f"Năm {year}")]
    spans += [(f"{year}-Q{quarter}", f"Quý {quarter}/{year}") for quarter in range(1, 5)]
    spans += [(f"{year}-{month:02d}", f"Tháng {month}/{year}") for month in range(1, 13)]
    run_id = browsing.newest_run_id(visit.resources, year)
    locked = locked_run(visit.resources, year)
    return visit.page("reports.html", spans=spans, run_id=run_id, sheet_of=locked or run_id, locked=locked)


@router.get(PLACE + "/bao-cao/{kind}.xlsx")
def made(
    kind: Kind,
    visit: Visit = allowed(Deed.REPORT),
    ky: Annotated[str, Query(pattern=Span)] = "",
) -> Response:
    """One report as a workbook, made from what is kept now; the list of overdue dossiers names dossiers."""
    return report_in(visit, kind, ky, "xlsx")


@router.get(PLACE + "/bao-cao/{kind}")
def to_sign(
    kind: Annotated[str, Path(pattern="^(ii06a|overdue)$")],
    visit: Visit = allowed(Deed.REPORT),
    ky: Annotated[str, Query(pattern=Span)] = "",
    dang: Annotated[str, Query(pattern="^(xlsx|docx|pdf)$")] = "pdf",
) -> Response:
    """One report in a form to print and sign."""
    return report_in(visit, kind, ky, dang)


def report_in(visit: Visit, kind: str, ky: str, form: str) -> Response:
    """A report in one form (xlsx, docx, pdf), as a file to keep; not every report has each."""
    visit.require(kind != "overdue" or visit.may(Deed.SEE_DOSSIERS))
    visit.require(
        visit.visitor.whole_unit(visit.deed, visit.here) and (ky or visit.here.period)[:4] == visit.here.period
    )
    wanted = ReportWanted(kind, ky or visit.here.period)
    try:
        report = make_report(visit.resources, wanted, who=visit.visitor.name, at=visit.now, keep=False)
    except UnknownPeriod as error:
        return problem(visit.request, 422, str(error))
    try:
        data = report.in_form(form)
    except (NoFont, NoSuchForm) as error:
        return problem(visit.request, 503 if isinstance(error, NoFont) else 422, str(error))
    name = f"{_NAMES[kind]}_{visit.here.unit}_{wanted.period}.{form}"
    return Response(data, media_type=TYPES[form], headers=attachment(name))
