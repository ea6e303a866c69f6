"""The units of a city beside each other, for those whose scope covers several."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import Response

from flows.scores import browsing
from flows.scores.city import drawn_ranking, standing_city
from reports.printed import NoFont
from web.access import Deed, Refused
from web.doors import Visit, allowed
from web.errors import problem
from web.house import House
from web.pages.documents import attachment
from web.pages.runs import TYPES
from web.shared import made_once

router = APIRouter()
Year = Annotated[str, Path(pattern=r"^20\d{2}$")]
_Form = Annotated[str, Path(pattern="^(xlsx|docx|pdf)$")]


@router.get("/thanh-pho/{period}")
def city(period: Year, visit: Visit = allowed(Deed.COMPARE_UNITS)) -> Response:
    """Published results and provisional self-scores of the units that this visitor sees, ranked among themselves."""
    return visit.page("city.html", told=city_seen(visit, period), period=period)


@router.get("/thanh-pho/{period}/xep-hang/{form}")
def ranking(period: Year, form: _Form, visit: Visit = allowed(Deed.COMPARE_UNITS)) -> Response:
    """The same as a document of the city, to print or to keep."""
    told = city_seen(visit, period)
    try:
        made = drawn_ranking(visit.house.resources(), told, form, visit.now)
    except NoFont as error:
        return problem(visit.request, 503, str(error))
    return Response(made, media_type=TYPES[form], headers=attachment(f"xep-hang_{period}.{form}"))


def city_seen(visit: Visit, period: str) -> dict[str, Any]:
    """The units that this visitor sees in a period, as `flows.scores.city.standing_city` tells them.

    Raises:
        Refused: they are not several.
    """
    units = visit.visitor.units_seen(period)
    if len(units) < 2:
        raise Refused(visit.deed, visit.visitor.signed_in)
    return _city(visit.house, units, period, browsing.newest_event(visit.house.resources()))


@made_once(16)
def _city(house: House, units: tuple[str, ...], period: str, _newest: int) -> dict[str, Any]:
    """Made once for all who see the same units, anew after each recorded event: runs, locks and results are such."""
    return standing_city({unit: house.resources(unit) for unit in units}, period)
