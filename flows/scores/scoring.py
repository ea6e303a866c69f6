"""Scoring a unit from what is kept: the same function for the night and for an ad-hoc run."""

from __future__ import annotations

import functools
import gzip
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from config.components import components_of
from config.registers import counted_inputs
from config.settings import Settings
from config.unit_names import load_units
from config.working_calendar import load_calendars
from flows.criteria import criteria_of_year
from flows.resources import Resources
from flows.years import criteria_for
from ocr import CHECKER_VERSION
from scoring import ENGINE_VERSION, MEASURES, changes_of, score
from scoring.engine.facts import Evidence
from scoring.engine.measuring import asked_of
from scoring.engine.on_time import rule_named
from scoring.engine.period import period_of
from scoring.unit_names import unit_names
from storage.database.types import canonical
from storage.documents.evidence import record_object
from storage.objects import Kept
from storage.records.kept_dossiers import KeptDossiers, facts_as_text, kept_dossiers
from storage.scored.facts import Counting, Gathered, export_evidence, facts_beside, input_files
from storage.scored.runs import RunRecord, latest_run, record_run

ENGINE = Path(__file__).parents[2] / "scoring" / "engine"


@dataclass(frozen=True, slots=True)
class Question:
    """What is scored: the period, as known on which day, by which criteria set and on-time rule."""

    period: str
    as_of: date
    criteria: str
    on_time_rule: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A score with all it was made of; `gathered` tells what could not be joined, its facts are without dossiers."""

    score: dict[str, Any]
    criteria: dict[str, Any]
    calendar: dict[str, Any]
    gathered: Gathered
    facts_text: bytes
    """All facts as canonical JSON: most of a run's inputs, written once."""
    inputs_digest: str


@dataclass(frozen=True, slots=True)
class _Sources:
    """What is kept of a unit: its dossiers, all other facts, the files that they come from."""

    dossiers: KeptDossiers
    gathered: Gathered
    files: list[dict[str, str]]


def compute(
    resources: Resources, question: Question, *, assumed: Sequence[str] = (), as_of_import: int | None = None
) -> Answer:
    """Score without recording anything.

    `assumed` are what-if values like 3.3.2.late=0; `as_of_import` takes what exports said once that import was in.

    Raises:
        BadAssumption: an assumption cannot be read or names nothing that the set has.
    """
    criteria = criteria_of_year(resources.settings, question.criteria, question.period)
    calendar = load_calendars()
    kept = _sources(resources, question, criteria, as_of_import)
    facts, unit = kept.gathered.facts, resources.settings.unit
    facts_text = facts_as_text(facts, kept.dossiers)
    digests = {"calendar": _digest(calendar), "criteria": _digest(criteria), "facts": _sha256(facts_text)}
    inputs = kept.files + [{"kind": kind, "sha256": sha256} for kind, sha256 in sorted(digests.items())]
    period = period_of(question.period, question.as_of)
    result = score(
        criteria,
        facts,
        calendar,
        unit=unit,
        period=question.period,
        as_of=question.as_of,
        on_time_rule=question.on_time_rule,
        inputs=inputs,
        engine=engine_name(),
        changes=changes_of(assumed, criteria) if assumed else None,
        register=kept.dossiers.register(period, unit, facts.units, asked_of(facts)),
    )
    digest = _digest({"inputs": inputs, "rule": rule_named(question.on_time_rule).reference, "engine": engine_name()})
    return Answer(result.plain(), criteria, calendar, kept.gathered, facts_text, digest)


def _sources(resources: Resources, question: Question, criteria: Mapping[str, Any], import_id: int | None) -> _Sources:
    unit, year = resources.settings.unit, int(question.period[:4])
    counting = Counting(counted_inputs(criteria), question.as_of)
    with resources.database.read() as connection:
        found = facts_beside(connection, unit, CHECKER_VERSION, year=year, import_id=import_id, counting=counting)
        exports = export_evidence(connection, unit, year, _counted_from(criteria))
        dossiers = kept_dossiers(connection, unit, import_id)
        files = input_files(connection, unit, year)
    units = unit_names(load_units().mergers)
    facts = replace(found.facts, evidence=(*found.facts.evidence, *exports), units=units)
    return _Sources(dossiers, replace(found, facts=facts, misplaced=_misplaced(found.facts.evidence, criteria)), files)


def _misplaced(evidence: Iterable[Evidence], criteria: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    known = {component["id"] for component in components_of(criteria)}
    return tuple((one.component, one.name) for one in evidence if one.component not in known)


def _counted_from(criteria: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Which kinds of export each purely measured component is counted from; declared values need proof of their own."""
    return {
        component["id"]: MEASURES[component["measure"]].needs
        for component in components_of(criteria)
        if component.get("measure") and not component.get("declared")
    }


def record(resources: Resources, answer: Answer, *, who: str, at: datetime) -> str:
    """Record a run if anything but the day differs from the newest one of its kind; the id of the run that holds it.

    Asked with the unit's own criteria set and on-time rule, as of its day, it becomes the run that stands.
    """
    held = run_that_holds(resources, answer, at)
    return held or record_new(resources, answer, keep_inputs(resources, answer), who=who, at=at)


def run_that_holds(resources: Resources, answer: Answer, at: datetime) -> str | None:
    """The newest run of the answer's kind where it says the same; None where a new one has to be recorded."""
    stands = _is_own_question(resources.settings, answer.score, at)
    with resources.database.read() as connection:
        newest = latest_run(connection, resources.settings.unit, str(answer.score["period"]), stands=stands)
    if newest is not None and _same_result(newest, answer) and (stands or _same_day(newest, answer)):
        return str(newest["id"])
    return None


def keep_inputs(resources: Resources, answer: Answer) -> Kept:
    """Keep what the answer was made of: the object before any row of it."""
    return resources.store.put(io.BytesIO(packed_inputs(answer)))


def record_new(resources: Resources, answer: Answer, kept: Kept, *, who: str, at: datetime) -> str:
    """Record a run whose inputs are kept; its id."""
    stands = _is_own_question(resources.settings, answer.score, at)
    with resources.database.write() as connection:
        record_object(connection, kept, who="parindex", where="scoring", at=at)
        run = RunRecord(answer.score, kept.sha256, answer.inputs_digest, answer.gathered.gaps(), who, at, stands)
        return record_run(connection, run)


@functools.cache
def engine_name() -> str:
    """Version of the engine with a digest of its source: the very code that travels in the bundle."""
    hasher = hashlib.sha256()
    for path in sorted(ENGINE.glob("*.py")):
        hasher.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"{ENGINE_VERSION}+{hasher.hexdigest()[:12]}"


def packed_inputs(answer: Answer) -> bytes:
    """Facts, criteria set and calendar as gzipped JSON; the same inputs give the same bytes."""
    others = json.dumps({"calendar": answer.calendar, "criteria": answer.criteria}, ensure_ascii=False).encode()
    plain = b"".join((others[:-1], b', "facts": ', answer.facts_text, b"}"))
    return gzip.compress(plain, compresslevel=6, mtime=0)


def unpacked_inputs(packed: bytes) -> dict[str, Any]:
    """What `packed_inputs` packed: {calendar, criteria, facts}."""
    plain: dict[str, Any] = json.loads(gzip.decompress(packed))
    return plain


def _is_own_question(settings: Settings, score: Mapping[str, Any], at: datetime) -> bool:
    used = f"{score['criteria']['id']}@{score['criteria']['version']}"
    own_rule = rule_named(score["on_time_rule"]).reference == rule_named(settings.on_time_rule).reference
    own_set = criteria_for(settings, str(score["period"]))
    return used == own_set and own_rule and score["as_of"] == settings.local_day(at).isoformat()


def _same_day(newest: Mapping[str, Any], answer: Answer) -> bool:
    return bool(newest["score"]["as_of"] == answer.score["as_of"])


def _same_result(newest: Mapping[str, Any], answer: Answer) -> bool:
    before, after = newest["score"], answer.score
    same_inputs = newest["inputs_digest"] == answer.inputs_digest
    return bool(same_inputs and _points(before) == _points(after))


def _points(plain: Mapping[str, Any]) -> list[tuple[str, str | None, str]]:
    return [(item["id"], item["points"], item["state"]) for item in plain["components"]]


def _digest(value: Any) -> str:
    return _sha256(canonical(value).encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
