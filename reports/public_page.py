"""The public results page: scores as published, without reasons, names or personal data; the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.heading import Heading, vn_day, vn_number

STYLE = """body { font: 1.1rem/1.6 sans-serif; color: #14202b; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.total { font-size: 1.3rem; border-left: 6px solid #0b4a86; padding-left: 1rem; }
.notice { border-left: 6px solid #6b4300; background: #fff8e6; padding: .5rem 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .5rem; border-bottom: 1px solid #8a97a3; }
.n { text-align: right; white-space: nowrap; }
@media print { body { font-size: 10pt; } tr { break-inside: avoid; } }
"""
_NOTES = {
    "survey": "điều tra xã hội học, không tự chấm",
    "no_data": "chưa có số liệu",
    "not_applicable": "không phát sinh",
}
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), undefined=StrictUndefined, autoescape=True
)
_TEMPLATES.filters["vn"] = lambda value: vn_number(str(value))


@dataclass(frozen=True, slots=True)
class Published:
    """What is published: a run's score, by which criteria set, under which head."""

    run_id: str
    score: Mapping[str, Any]
    criteria: Mapping[str, Any]
    heading: Heading
    provisional: bool = False
    """The ward's own self-score, not appraised; otherwise what was published."""


def public_page(published: Published) -> str:
    """The page as HTML; its style is `STYLE` in a file beside it."""
    score = published.score
    return _TEMPLATES.get_template("public.html.j2").render(
        heading=published.heading,
        period=score["period"],
        run_id=published.run_id,
        as_of=vn_day(str(score["as_of"])),
        criteria=published.criteria,
        totals=_totals(published),
        provisional=published.provisional,
        domains=list(_domains(published)),
        published_on=vn_day(published.heading.made_on.isoformat()),
    )


def public_values(published: Published) -> dict[str, Any]:
    """The same as JSON-ready values, for the ward's own site."""
    score = published.score
    return {
        "unit": score["unit"],
        "period": score["period"],
        "run": published.run_id,
        "as_of": score["as_of"],
        "criteria": score["criteria"],
        "provisional": published.provisional,
        "totals": _totals(published),
        "domains": list(_domains(published)),
    }


def _domains(published: Published) -> Iterator[dict[str, Any]]:
    for domain in published.criteria["domains"]:
        items = [item for item in published.score["components"] if item["domain"] == domain["id"]]
        components = [_component(item, result=not published.provisional) for item in items]
        yield {
            "id": domain["id"],
            "name": domain["name"],
            "points": _sum(item["points"] for item in components),
            "max_points": domain["max_points"],
            "components": components,
        }


def _component(item: Mapping[str, Any], *, result: bool) -> dict[str, Any]:
    """`points` are what counts: the result (appraisal or survey) where it is published, else the self-score."""
    shown = {name: item[name] for name in ("id", "name", "points", "max_points")}
    if result:
        shown |= {"self": item["points"], "points": item.get("final") or item.get("survey_points")}
    return shown | {"note": "" if result and shown["points"] else _NOTES.get(str(item["state"]), "")}


def _totals(published: Published) -> dict[str, str]:
    totals = published.score["totals"]
    shown = {name: totals[name] for name in ("conservative", "self_scorable", "maximum")}
    if published.provisional:
        return shown
    return shown | {"result": _sum(part["points"] for part in _domains(published))}


def _sum(points: Iterable[str | None]) -> str:
    return f"{sum((Decimal(text) for text in points if text), Decimal(0)):.2f}"
