"""The score table, one component, what would be if."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup

from flows.resources import Resources
from flows.scores import browsing
from scoring import BadAssumption
from web import wording
from web.access import Deed, Place, Visitor
from web.doors import Visit, allowed, language_of
from web.pages.home import PLACE
from web.rendering import once, rendered

router = APIRouter()
_ORDERS = ("muc", "diem", "thieu", "han")
_LONGEST = 200
"""Letters of a word in an address that count."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What the score table shows: every part may be empty."""

    words: str = ""
    domain: str = ""
    state: str = ""
    office: str = ""
    order: str = ""

    def fits(self, item: Mapping[str, Any]) -> bool:
        """Whether a component is shown."""
        wanted = ((self.domain, item["domain"]), (self.state, item["state"]), (self.office, item["responsible"]))
        if any(want and want != has for want, has in wanted):
            return False
        text = f"{item['id']} {item['name']} {item['because']} {item['responsible']}"
        return all(word in plain_letters(text) for word in plain_letters(self.words).split())


def plain_letters(text: str) -> str:
    """Lower case without diacritics, for searching."""
    letters = normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if not "\u0300" <= letter <= "\u036f")


def filter_of(asked: Mapping[str, str]) -> Filter:
    """The filter that an address names."""
    names = ("q", "linh_vuc", "trang_thai", "don_vi", "sap_xep")
    words, domain, state, office, order = (asked.get(name, "")[:_LONGEST] for name in names)
    return Filter(words, domain, state, office, order if order in _ORDERS else "")


@router.get(PLACE + "/bang-diem")
def table(visit: Visit = allowed(Deed.SEE_SCORE)) -> Response:
    """8 domains, 60 components: filter, sort, search by the address alone."""
    wanted, lan = filter_of(visit.request.query_params), visit.request.query_params.get("lan", "")
    run = browsing.run(visit.resources, lan) if lan else browsing.standing_run(visit.resources, visit.here.period)
    visit.require(run["period"] == visit.here.period)
    whole = visit.visitor.whole_unit(visit.deed, visit.here)
    shown = _shown(visit.resources, run["id"], visit.visitor.rights, visit.here)
    asked = _Asked(visit.resources, run["id"], wanted, shown, whole, whole and visit.may(Deed.REPORT))
    key = (asked, visit.here)
    made = once("parts/score_table.html", language_of(visit.request), key, lambda: _table(asked, visit.here))
    return visit.page("table.html", table=made)


@functools.lru_cache(maxsize=256)
def _shown(resources: Resources, run_id: str, rights: Visitor, place: Place) -> tuple[str, ...]:
    """Components of a run that somebody with these rights sees."""
    items = browsing.run(resources, run_id)["score"]["components"]
    return tuple(item["id"] for item in items if rights.may_component(Deed.SEE_SCORE, place, item))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What decides a table: a run never changes, so it is made once."""

    resources: Resources
    run_id: str
    wanted: Filter
    shown: tuple[str, ...]
    whole: bool
    """Everything of the unit may be seen, not one office's or link's part: bonuses and penalties are no office's."""
    reports: bool


def _table(asked: _Asked, place: Place) -> dict[str, Any]:
    run = browsing.run(asked.resources, asked.run_id)
    visible = set(asked.shown)
    all_items = [item for item in run["score"]["components"] if item["id"] in visible]
    items = [item for item in all_items if asked.wanted.fits(item)]
    domains = browsing.domains(asked.resources, run)
    return {
        "run": run,
        "place": place,
        "reports": asked.reports,
        "outside": _outside(run, asked.wanted) if asked.whole else [],
        "wanted": asked.wanted,
        "groups": _groups(items, domains, asked.wanted.order),
        "domains": domains,
        "offices": sorted({item["responsible"] for item in all_items}),
        "states": sorted({item["state"] for item in all_items}),
        "counts": (len(items), len(all_items)),
        "sums": _sums(items),
    }


def _outside(run: Mapping[str, Any], wanted: Filter) -> list[Mapping[str, Any]]:
    """Bonuses and penalties that fit the words and the state; they have neither domain nor office."""
    if wanted.domain or wanted.office:
        return []
    about = {"domain": "", "responsible": ""}
    return [item for item in run["score"].get("outside_100", ()) if wanted.fits({**item, **about})]


def _groups(shown: list[Mapping[str, Any]], domains: Iterable[Mapping[str, Any]], order: str) -> list[dict[str, Any]]:
    """The rows by domain, or as one list where they are sorted across domains."""
    if order and order != "muc":
        return [{"domain": None, "items": sorted(shown, key=_SORTS[order]), "sums": _sums(shown)}]
    groups = []
    for domain in domains:
        items = [item for item in shown if item["domain"] == domain["id"]]
        if items:
            groups.append({"domain": domain, "items": items, "sums": _sums(items)})
    return groups


_SORTS = {
    "diem": lambda item: (Decimal(item["points"] or 0), item["id"]),
    "thieu": lambda item: (Decimal(item["points"] or 0) - Decimal(item["max_points"]), item["id"]),
    "han": lambda item: (item["deadline"], item["id"]),
}


def _sums(items: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    rows = list(items)
    return {
        "points": sum((Decimal(item["points"] or 0) for item in rows), Decimal(0)),
        "expected": sum((Decimal(item["expected"] or 0) for item in rows), Decimal(0)),
        "max": sum((Decimal(item["max_points"]) for item in rows), Decimal(0)),
    }


@router.get(PLACE + "/tieu-chi/{component}")
def one_component(component: str, visit: Visit = allowed(Deed.SEE_SCORE)) -> Response:
    """One component: formula with its numbers, chart, evidence, dossiers behind it, history, what would be if."""
    run = browsing.standing_run(visit.resources, visit.here.period)
    if beside := browsing.outside_item(visit.resources, run, component):
        visit.require(visit.visitor.whole_unit(visit.deed, visit.here))
        return visit.page("outside.html", item=beside["item"], run=run)
    visit.require(visit.visitor.may_component(visit.deed, visit.here, browsing.item_of(run, component)))
    key = (visit.resources, run["id"], component, visit.visitor.rights, visit.here)
    made = once("parts/component.html", language_of(visit.request), key, lambda: _component(visit, run, component))
    return visit.page("component.html", component=made, item=browsing.item_of(run, component))


def _component(
    visit: Visit, run: Mapping[str, Any], component: str, tried: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    told = browsing.component(visit.resources, run, component)
    may = {deed for deed in Deed if visit.may(deed, told["item"]["responsible"])}
    about = {"run": run, "told": told, "item": told["item"], "entry": told["entry"]}
    return about | {"tried": tried, "may": may, "Deed": Deed, "place": visit.here}


@router.get(PLACE + "/tieu-chi/{component}/phia-sau")
def rows_behind(component: str, visit: Visit = allowed(Deed.SEE_DOSSIERS)) -> Response:
    """The dossiers, files and declared values behind the numbers."""
    run = browsing.standing_run(visit.resources, visit.here.period)
    told = browsing.component(visit.resources, run, component)
    visit.require(visit.visitor.may_component(visit.deed, visit.here, told["item"]))
    behind = browsing.rows_behind(visit.resources, run, component)
    part = "hx-request" in visit.request.headers
    return visit.page("parts/behind.html" if part else "behind.html", run=run, item=told["item"], behind=behind)


@router.get(PLACE + "/tieu-chi/{component}/neu-nhu")
def what_if(component: str, visit: Visit = allowed(Deed.WHAT_IF)) -> Response:
    """What the score would be with other numbers; the address holds them, nothing is recorded."""
    run = browsing.standing_run(visit.resources, visit.here.period)
    told = browsing.component(visit.resources, run, component)
    visit.require(visit.visitor.may_component(visit.deed, visit.here, told["item"]))
    prefix = f"{component}."
    known = {f"{prefix}{key}": wording.plain(value) for key, value in told["item"]["numbers"].items()}
    asked = visit.request.query_params.items()
    given = {name: value for name, value in asked if name.startswith(prefix) and value and known.get(name) != value}
    tried: dict[str, Any] = {"given": given, "faults": "", "result": None}
    try:
        result = browsing.what_if(visit.resources, run, given) if given else None
        whole = visit.visitor.whole_unit(visit.deed, visit.here)
        tried["result"] = result and _difference(result, component, whole=whole)
    except BadAssumption as error:
        tried["faults"] = str(error)
    if "hx-request" in visit.request.headers:
        return visit.page("parts/what_if.html", run=run, item=told["item"], tried=tried)
    made = rendered("parts/component.html", _component(visit, run, component, tried), language_of(visit.request))
    return visit.page("component.html", component=Markup(made), item=told["item"])


def _difference(result: Mapping[str, Any], component: str, *, whole: bool) -> dict[str, Any]:
    after = next(item for item in result["after"]["components"] if item["id"] == component)
    return {"item": after, "totals": result["after"]["totals"] if whole else None, "moved": result["moved"]}
