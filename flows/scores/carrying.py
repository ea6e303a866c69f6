"""Last year's evidence under this year's criteria set, and the same data scored under both.

A component's evidence goes to the one that takes over from it (scoring.sets.successors). The proposals change nothing;
what a person confirms becomes links, each with its event in the custody log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from config.refusals import WrongUse
from flows.criteria import criteria_set
from flows.resources import Resources
from flows.scores import browsing
from flows.scores.inputs import criteria_of
from flows.scores.scoring import Question, compute
from scoring.sets import successors
from storage.documents.evidence import documents_of
from storage.documents.links import Link, Said, link, links_of


class NotProposed(WrongUse, ValueError):
    """What was confirmed is no proposal; nothing was linked."""


def proposals(resources: Resources, before: str, after: str) -> dict[str, Any]:
    """Where the evidence of the standing run of the period `before` belongs under the set `after`.

    {from, to, proposals: [{from, to, sha256, name, section, pages}], undecided: the same with `to` None}. Evidence
    whose component kept its number needs nothing, nor does what is linked already.

    Raises:
        NoSuchRun: the period was never scored.
    """
    run = browsing.standing_run(resources, before)
    old, new = criteria_of(resources, run), criteria_set(resources.settings, after).plain()
    heirs = successors(old, new)
    unit = resources.settings.unit
    with resources.database.read() as connection:
        kept = {row["sha256"] for row in documents_of(connection, unit)}
        linked = {(one.component, one.sha256) for one in links_of(connection, unit)}
    found = [item for item in _moves(run["score"], heirs) if item["sha256"] in kept]
    return {
        "from": f"{old['id']}@{old['version']}",
        "to": after,
        "proposals": [item for item in found if item["to"] and (item["to"], item["sha256"]) not in linked],
        "undecided": [item for item in found if item["to"] is None],
    }


def carry(
    resources: Resources, before: str, after: str, said: Said, *, components: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Link what is proposed, of all components of the new set or of those named; what was linked.

    Raises:
        NotProposed: nothing is proposed for a component that was named; nothing was linked.
    """
    told = proposals(resources, before, after)
    open_to = {item["to"] for item in told["proposals"]}
    if strange := sorted(set(components) - open_to):
        raise NotProposed(f"{', '.join(strange)}: không có tài liệu nào được đề xuất chuyển sang; chưa gắn gì.")
    chosen = [item for item in told["proposals"] if not components or item["to"] in components]
    with resources.database.write() as connection:
        for item in chosen:
            one = Link(resources.settings.unit, item["to"], item["sha256"], item["section"], item["pages"])
            where = f"{said.where}: {told['from']} {item['from']} → {after} {item['to']}"
            link(connection, one, Said(said.who, where, said.at))
    return chosen


def beside(resources: Resources, period: str, sets: tuple[str, str], now: datetime) -> dict[str, Any]:
    """The same facts scored under two sets, nothing recorded: {from, to, totals, components}, successors in one row."""
    settings = resources.settings
    day = settings.local_day(now)
    answers = [compute(resources, Question(period, day, one, settings.on_time_rule)) for one in sets]
    heirs = successors(answers[0].criteria, answers[1].criteria)
    return {
        "period": period,
        "from": sets[0],
        "to": sets[1],
        "totals": [answer.score["totals"] for answer in answers],
        "components": list(_rows(answers[0].score, answers[1].score, heirs)),
    }


def _moves(score: Mapping[str, Any], heirs: Mapping[str, str | None]) -> Iterator[dict[str, Any]]:
    for item in score["components"]:
        heir = heirs.get(item["id"])
        if heir == item["id"]:
            continue
        for proof in item["evidence"]:
            about = {part: proof[part] for part in ("sha256", "name", "section", "pages")}
            yield {"from": item["id"], "to": heir, **about}


def _rows(
    before: Mapping[str, Any], after: Mapping[str, Any], heirs: Mapping[str, str | None]
) -> Iterator[dict[str, Any]]:
    """Each component of the older set beside its heir, then those of the newer set that inherit nothing."""
    new = {item["id"]: item for item in after["components"]}
    taken = set()
    for item in before["components"]:
        heir = heirs.get(item["id"])
        if heir in taken:
            heir = None
        taken.add(heir)
        yield _row(item, new.get(heir) if heir else None)
    yield from (_row(None, item) for name, item in new.items() if name not in taken)


def _row(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> dict[str, Any]:
    shown = new or old or {}
    sides = {
        side: {part: item[part] for part in ("id", "points", "expected", "max_points", "state")} if item else None
        for side, item in (("before", old), ("after", new))
    }
    return {"name": shown["name"], **sides}
