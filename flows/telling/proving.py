"""What proves each component: what it has, whether that is still good, what it lacks, and who owes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from config.components import components_of
from config.refusals import WrongUse
from config.settings import Settings
from flows.resources import Resources, open_resources
from flows.telling.bundling import inputs_of
from flows.years import years_at_work
from ocr import CHECKER_VERSION
from scoring.engine.period import period_of
from storage.documents import links
from storage.documents.evidence import documents_of, examinations_of
from storage.documents.freshness import EXPIRED, GOOD, ISSUED, OTHER_PERIOD, Freshness, freshness_of, term_of
from storage.documents.links import Link, Said, TermSaid
from storage.scored.runs import NoSuchRun, latest_run

_TYPES = {
    "plan": ("KẾ HOẠCH", "ĐỀ ÁN", "CHƯƠNG TRÌNH"),
    "report": ("BÁO CÁO",),
    "survey_report": ("BÁO CÁO",),
    "decision": ("QUYẾT ĐỊNH", "QUY CHẾ", "NGHỊ QUYẾT"),
    "minutes": ("BIÊN BẢN",),
    "notice": ("THÔNG BÁO",),
    "conclusion": ("KẾT LUẬN", "THÔNG BÁO"),
    "letter": ("CÔNG VĂN",),
    "certificate": ("GIẤY XÁC NHẬN", "GIẤY CHỨNG NHẬN"),
}
"""Which types of document (Decree 30/2020, annex III) a requirement of the criteria set means; others take any file."""
_STATE_OF_DOUBT = {"expired": EXPIRED, "outside_period": OTHER_PERIOD}
_COMPUTED = ("export", "computed_report", "signature_report")
"""Made by the system from the exports themselves."""


class BadTerm(WrongUse, ValueError):
    """A period that cannot be; nothing was recorded."""


class SaidMeanwhile(WrongUse, ValueError):
    """Somebody else said another period since the form was opened; nothing was recorded."""


@dataclass(frozen=True, slots=True)
class _Documents:
    """What is kept of a unit's documents, by hash."""

    received: Mapping[str, date]
    fields: Mapping[str, Mapping[str, Any]]
    said: Mapping[str, Mapping[str, Any]]


def component_evidence(
    resources: Resources, *, at: datetime, on: date | None = None, component: str = ""
) -> list[dict[str, Any]]:
    """Each component of the newest run (or one): {id, name, has, lacks, responsible, deadline}, on the appraisal day.

    `has` holds {sha256, name, section, pages, received_on, term, state, because, usable}.

    Raises:
        NoSuchRun: nothing was scored yet, or the run has no such component.
    """
    settings = resources.settings
    day = settings.local_day(at)
    with resources.database.read() as connection:
        period = years_at_work(connection, settings, day)[0]
        run = latest_run(connection, settings.unit, period)
        if run is None:
            raise NoSuchRun(f"Chưa có lần chấm nào của {settings.unit}, kỳ {period}. Chạy parindex nightly trước.")
        kept = _documents(resources, connection)
    required = {entry["id"]: entry for entry in components_of(inputs_of(resources, run["inputs_sha256"])["criteria"])}
    scored = period_of(period, date(9999, 12, 31))
    items = [item for item in run["score"]["components"] if component in ("", item["id"])]
    if not items:
        raise NoSuchRun(f"{component}: không có tiêu chí thành phần này trong lần chấm {run['id']}.")
    return [
        _component(item, required[item["id"]], kept, run["gaps"], ((scored.first, scored.ends), on or day))
        for item in items
    ]


def link_document(settings: Settings, name: str, one: dict[str, Any], said: Said) -> dict[str, Any]:
    """Let a document (by name or hash) prove a component: `one` holds component, section, pages.

    Raises:
        NoSuchDocument: no document, or several, have this name.
    """
    with open_resources(settings) as resources, resources.database.write() as connection:
        sha256 = links.document_named(connection, settings.unit, name)
        links.link(connection, Link(settings.unit, sha256=sha256, **one), said)
    return {"sha256": sha256, **one}


def unlink_document(settings: Settings, name: str, component: str, said: Said) -> bool:
    """Take back a link that a person made; whether there was one."""
    with open_resources(settings) as resources, resources.database.write() as connection:
        sha256 = links.document_named(connection, settings.unit, name)
        return links.unlink(connection, Link(settings.unit, component, sha256), said)


def date_document(
    settings: Settings, name: str, days: dict[str, date | None], said: Said, *, shown: str | None = None
) -> dict[str, Any]:
    """Say for which period a document speaks and until when it may be used: speaks_from, speaks_to, expires_on.

    `shown` is the version of what was said that the speaker saw (`term_seen`); None: whatever stands is replaced.

    Raises:
        NoSuchDocument: no document, or several, have this name.
        BadTerm: one day of the period is missing, or it ends before it begins.
        SaidMeanwhile: what stands is not what was shown.
    """
    _require_possible(days)
    with open_resources(settings) as resources, resources.database.write() as connection:
        sha256 = links.document_named(connection, settings.unit, name)
        if shown is not None and shown != _version(links.terms_of(connection, settings.unit).get(sha256)):
            raise SaidMeanwhile("Người khác vừa khai thời gian của tài liệu này; xem lại rồi ghi lần nữa.")
        links.say_term(connection, TermSaid(settings.unit, sha256, **days), said)
    return {"sha256": sha256} | {key: day.isoformat() if day else None for key, day in days.items()}


def term_seen(resources: Resources, document: Mapping[str, Any], period: str, day: date) -> dict[str, Any]:
    """What a page shows of a document (`flows.scores.browsing.document`): {term, state, because, linked, version}.

    `linked` holds the components that people linked it to; `version` names what was said last.
    """
    row, result = document["row"], (document["said"] or {}).get("result") or {}
    unit = resources.settings.unit
    with resources.database.read() as connection:
        said = links.terms_of(connection, unit).get(row["sha256"])
        linked = [one.component for one in links.links_of(connection, unit) if one.sha256 == row["sha256"]]
    term = term_of(said, result.get("fields") or {}, row["name"])
    scored = period_of(period, date(9999, 12, 31))
    received = resources.settings.local_day(row["received_at"])
    found = freshness_of(term, received, (scored.first, scored.ends), max(day, received))
    told = {"term": term.plain(), "state": found.state, "because": found.because}
    return told | {"linked": linked, "version": _version(said)}


def _version(said: Mapping[str, Any] | None) -> str:
    return " ".join(str(said[name] or "-") for name in ("speaks_from", "speaks_to", "expires_on")) if said else ""


def _require_possible(days: Mapping[str, date | None]) -> None:
    first, last = days["speaks_from"], days["speaks_to"]
    if (first is None) != (last is None):
        raise BadTerm("Khai thời gian thì cần cả ngày đầu và ngày cuối.")
    if first and last and last < first:
        raise BadTerm(f"Ngày cuối {last:%d/%m/%Y} đứng trước ngày đầu {first:%d/%m/%Y}.")


def _documents(resources: Resources, connection: Any) -> _Documents:
    unit = resources.settings.unit
    said = examinations_of(connection, unit, CHECKER_VERSION)
    rows = documents_of(connection, unit)
    return _Documents(
        received={row["sha256"]: resources.settings.local_day(row["received_at"]) for row in rows},
        fields={sha256: row["result"].get("fields") or {} for sha256, row in said.items()},
        said=links.terms_of(connection, unit),
    )


def _component(
    item: Mapping[str, Any],
    entry: Mapping[str, Any],
    kept: _Documents,
    gaps: Mapping[str, Any],
    when: tuple[tuple[date, date], date],
) -> dict[str, Any]:
    has = [_proof(evidence, kept, when) for evidence in item["evidence"]]
    usable = [proof for proof in has if proof["usable"]]
    not_received = [name for component, name in gaps.get("missing_files", ()) if component == item["id"]]
    return {
        "id": item["id"],
        "name": item["name"],
        "has": has,
        "lacks": [*_unmet(entry.get("evidence") or (), usable), *(f"tệp “{name}” đã khai" for name in not_received)],
        "responsible": entry.get("responsible"),
        "deadline": str(entry["deadline"]) if entry.get("deadline") else None,
    }


def _proof(evidence: Mapping[str, Any], kept: _Documents, when: tuple[tuple[date, date], date]) -> dict[str, Any]:
    sha256 = evidence["sha256"]
    shown = {name: evidence.get(name) for name in ("sha256", "name", "section", "pages")}
    received = kept.received.get(sha256)
    if received is None:
        because = "kết xuất của phần mềm một cửa"
        made_here = {"received_on": None, "term": None, "type": None}
        return shown | made_here | {"state": GOOD, "because": because, "usable": True}
    fields = kept.fields.get(sha256, {})
    term = term_of(kept.said.get(sha256), fields, evidence["name"])
    found = freshness_of(term, received, *when)
    told = {"received_on": received.isoformat(), "term": term.plain(), "type": (fields.get("type") or {}).get("value")}
    if doubt := evidence.get("doubt"):  # the score itself does not count it
        found = Freshness(_STATE_OF_DOUBT[doubt["kind"]], doubt["because"])
    elif found.state == OTHER_PERIOD and term.known_by == ISSUED:
        found = Freshness(GOOD, "ban hành trong thời gian bộ tiêu chí chấp nhận")
    return shown | told | {"state": found.state, "because": found.because, "usable": found.usable}


def _unmet(required: Any, usable: list[dict[str, Any]]) -> Iterator[str]:
    """Labels of the requirements that no usable document meets; each document meets one."""
    free = list(usable)
    for want in sorted(required, key=lambda want: want["kind"] not in _TYPES):
        met = next((proof for proof in free if _meets(proof, want["kind"])), None)
        if met is None:
            yield want["label"]
        elif want["kind"] not in _COMPUTED:
            free.remove(met)


def _meets(proof: Mapping[str, Any], kind: str) -> bool:
    if kind in _COMPUTED:
        return proof["received_on"] is None
    wanted, kind_read = _TYPES.get(kind), str(proof["type"] or "").upper()
    return wanted is None or not kind_read or kind_read.startswith(wanted)
