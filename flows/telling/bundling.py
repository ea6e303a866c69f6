"""What goes into an evidence bundle, gathered for one score run."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from config.settings import Settings
from flows.keeping.log_proofs import proof_of, ring_of
from flows.keeping.store_care import Asker, note_damage
from flows.reporting.periodic import NIGHTLY, sheets_of_run
from flows.resources import Resources, open_resources, outbox
from flows.scores.scoring import unpacked_inputs
from flows.years import years_at_work
from ocr import CHECKER_VERSION
from reports.evidence_list import EvidenceRow, evidence_list
from reports.heading import Heading
from reports.score_sheet import score_sheet
from storage.bundles import BundleContents, BundledExport, BundledFile, BundleReport, LogProof, write_bundle
from storage.database import Connection
from storage.documents.evidence import documents_of, examinations_of, object_sizes
from storage.errors import Damaged, Missing, StorageError
from storage.proof import custody
from storage.proof.custody import Happening
from storage.proof.keys import signing_key
from storage.records.imports import READ, imports_of
from storage.scored.runs import NoSuchRun, is_alone, latest_run, run_of, scored_in_log

SHEET_NAME, LIST_NAME = "phieu-cham-diem.xlsx", "BANG_KE_TLKC.xlsx"
Told = Callable[[int, int], None]
_LACKING = ("no_data", "no_evidence")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which bundle: of which run (empty: the newest), only some components, without applicants' personal data."""

    run_id: str = ""
    components: tuple[str, ...] = ()
    redact: bool = False
    allow_partial: bool = False
    """Write the bundle though something is missing; it says what."""


class Incomplete(StorageError):
    """Evidence is missing and nobody allowed a bundle without it: ask a person; nothing was written."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything the database says about one run."""

    run: Mapping[str, Any]
    documents: list[Mapping[str, Any]]
    examinations: Mapping[str, Mapping[str, Any]]
    exports: list[Mapping[str, Any]]
    log: list[dict[str, Any]]
    """The custody log up to the run's own event; where other units share it, what concerns this one."""
    log_length: int
    """Events of the whole log up to there: what came later does not change the run's bundle."""
    sizes: Mapping[str, int]


def bundle_run(
    settings: Settings, wanted: Wanted, *, output: Path | None, at: datetime, told: Told | None = None
) -> dict[str, Any]:
    """Write the bundle of a run (empty: the newest) and record that it was made.

    `told` is called with the documents that are in and how many there will be.

    Raises:
        NoSuchRun: nothing was scored yet, or there is no run of this id.
        Incomplete: something is missing, and `wanted` does not allow that.
    """
    with open_resources(settings) as resources:
        with resources.database.read() as connection:
            kept = kept_of(connection, settings, wanted.run_id or _newest(connection, settings, at))
        out = output or outbox(settings) / f"bo-tai-lieu_{settings.unit}_{kept.run['id']}.zip"
        out.parent.mkdir(parents=True, exist_ok=True)
        report = bundle_into(out, resources, kept, wanted, Asker("parindex bundle", at), told)
        happening = Happening("bundled", report.sha256, "parindex bundle", "command line", {"run": kept.run["id"]})
        with resources.database.write() as connection:
            custody.append(connection, [happening], at=at)
    return plain_report(report)


def bundle_into(
    out: Path, resources: Resources, kept: Kept, wanted: Wanted, asker: Asker, told: Told | None = None
) -> BundleReport:
    """Write the bundle to `out`. A kept file found damaged is mended, or left out and named where that is allowed.

    Raises:
        Incomplete: something is missing, and `wanted` does not allow that.
        Damaged, Missing: a kept file is lost, and `wanted` does not allow a bundle without it.
    """
    without: frozenset[str] = frozenset()
    while True:
        contents = contents_of(resources, kept, wanted, without=without)
        if contents.missing and not wanted.allow_partial:
            raise Incomplete(_incomplete(contents))
        try:
            return write_bundle(_telling(contents, told) if told else contents, out)
        except (Damaged, Missing) as error:
            if not error.sha256 or error.sha256 in without:
                raise
            if not note_damage(resources, error, asker):
                if not wanted.allow_partial:
                    raise
                without |= {error.sha256}


def _telling(contents: BundleContents, told: Told) -> BundleContents:
    """The same contents; each document that is opened is told."""
    of, opened = len(contents.evidence), itertools.count(1)

    def opener(file: BundledFile) -> BinaryIO:
        told(next(opened), of)
        return file.open()

    files = (replace(file, open=partial(opener, file)) for file in contents.evidence)
    return replace(contents, evidence=tuple(files))


def kept_of(connection: Connection, settings: Settings, run_id: str) -> Kept:
    """Gather what the database says about a run."""
    run = run_of(connection, run_id)
    documents, imports = documents_of(connection, settings.unit), imports_of(connection, settings.unit)
    own = {row["sha256"] for row in (*documents, *imports)} | {run["inputs_sha256"]}
    length = scored_in_log(connection, run)
    return Kept(
        run=run,
        documents=documents,
        examinations=examinations_of(connection, settings.unit, CHECKER_VERSION, with_text=True),
        exports=[row for row in imports if row["status"] == READ],
        log=custody.events(connection, None if is_alone(connection, run) else own, up_to=length),
        log_length=length,
        sizes=object_sizes(connection, settings.unit),
    )


def contents_of(
    resources: Resources, kept: Kept, wanted: Wanted, *, without: frozenset[str] = frozenset()
) -> BundleContents:
    """The bundle of a run, or of the part of it that is wanted; `without` are kept files that are lost."""
    settings, score = resources.settings, kept.run["score"]
    components, redact = wanted.components, wanted.redact
    inputs = inputs_of(resources, kept.run["inputs_sha256"])
    log = _of_scope(kept, components)
    criteria, facts = inputs["criteria"], inputs["facts"]
    heading = heading_of(settings, score, kept.run["made_at"])
    files = tuple(file for file in _files(resources, kept, facts, components) if file.sha256 not in without)
    made_of = {item["sha256"] for item in score["inputs"]} - without
    return BundleContents(
        unit=settings.unit,
        unit_name=settings.unit_name,
        components=components,
        redact=redact,
        period=str(score["period"]),
        made_at=kept.run["made_at"],
        score=score,
        criteria=criteria,
        calendar=inputs["calendar"],
        facts=facts,
        evidence=files,
        exports=tuple(
            BundledExport(row["sha256"], row["name"], kept.sizes[row["sha256"]], _opener(resources, row["sha256"]))
            for row in kept.exports
            if row["sha256"] in made_of
        ),
        custody=log,
        log_proof=_log_proof(resources, log, kept.log_length),
        extra={
            SHEET_NAME: score_sheet(score, criteria, heading),
            LIST_NAME: evidence_list(_evidence_rows(files, _offices(score), redact=redact), heading),
            **_reports(settings, score, inputs, wanted),
        },
        storage=resources.store.worm().plain(),
        missing=tuple(_missing(score, components, without)),
        signing_key=signing_key(settings.home / "keys"),
    )


def _reports(
    settings: Settings, score: Mapping[str, Any], inputs: Mapping[str, Any], wanted: Wanted
) -> dict[str, bytes]:
    """Form II.06a and the overdue list, the computed proof of 3.3.2; the list names officers: not redacted."""
    if wanted.components:
        return {}
    sheets = sheets_of_run(settings, score, inputs)
    return {name: sheet for name, sheet in sheets.items() if name == NIGHTLY["ii06a"] or not wanted.redact}


def _missing(score: Mapping[str, Any], components: Sequence[str], without: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Wanted components without data or evidence, and those whose evidence is lost, each with the reason."""
    for item in score["components"]:
        if components and item["id"] not in components:
            continue
        if item["state"] in _LACKING:
            yield item["id"], item["because"]
        lost = sorted({evidence["name"] for evidence in item["evidence"] if evidence["sha256"] in without})
        if lost:
            yield item["id"], f"tệp trong kho bị hỏng hoặc mất: {', '.join(lost)}"


def _incomplete(contents: BundleContents) -> str:
    every = len(contents.components) or len(contents.score["components"])
    lacking = dict(contents.missing)
    lines = [f"Chưa lập gói: yêu cầu {every} tiêu chí thành phần, đủ {every - len(lacking)}, thiếu {len(lacking)}:"]
    lines += [f"  {component}: {because}" for component, because in lacking.items()]
    lines += ["Bổ sung rồi chạy lại, hoặc thêm --allow-partial để vẫn lập gói; gói sẽ ghi rõ phần còn thiếu."]
    return "\n".join(lines)


def heading_of(settings: Settings, score: Mapping[str, Any], made_at: datetime) -> Heading:
    """Head of the documents: who scores, for which period, on which day."""
    return Heading(settings.unit_name, settings.parent_name, str(score["period"]), settings.local_day(made_at))


def plain_report(report: BundleReport) -> dict[str, Any]:
    """For JSON."""
    return {
        "file": str(report.path),
        "sha256": report.sha256,
        "files": report.files,
        "bytes": report.bytes,
        "requested": report.requested,
        "included": report.included,
        "missing": [{"id": component, "reason": reason} for component, reason in report.missing],
    }


def _newest(connection: Connection, settings: Settings, at: datetime) -> str:
    period = years_at_work(connection, settings, settings.local_day(at))[0]
    newest = latest_run(connection, settings.unit, period)
    if newest is None:
        raise NoSuchRun(f"Chưa có lần chấm nào của {settings.unit}, kỳ {period}. Chạy parindex nightly trước.")
    return str(newest["id"])


def inputs_of(resources: Resources, sha256: str) -> dict[str, Any]:
    """What a run was made of: {calendar, criteria, facts}."""
    with resources.store.open(sha256) as stream:
        return unpacked_inputs(stream.read())


def _of_scope(kept: Kept, components: Sequence[str]) -> list[dict[str, Any]]:
    """The events of the wanted components: of their files, of the exports, and of the run itself."""
    if not components:
        return kept.log
    items = [item for item in kept.run["score"]["components"] if item["id"] in components]
    subjects = {evidence["sha256"] for item in items for evidence in item["evidence"]}
    subjects |= {row["sha256"] for row in kept.exports} | {kept.run["inputs_sha256"]}
    return [event for event in kept.log if event["subject"] in subjects]


def _log_proof(resources: Resources, events: Sequence[Mapping[str, Any]], length: int) -> LogProof:
    with resources.database.read() as connection:
        return proof_of(connection, ring_of(resources.settings), events, length)


def _files(
    resources: Resources, kept: Kept, facts: Mapping[str, Any], components: Sequence[str]
) -> tuple[BundledFile, ...]:
    """Every document of the facts, with the components it serves."""
    links: dict[str, list[tuple[str, str | None, str | None]]] = {}
    for link in facts.get("evidence", []):
        if not components or link["component"] in components:
            place = (link["component"], link.get("section"), link.get("pages"))
            links.setdefault(link["sha256"], []).append(place)
    documents = {document["sha256"]: document for document in facts.get("documents", [])}
    return tuple(
        _file(resources, kept, document, tuple(links.get(sha256, ())))
        for sha256, document in documents.items()
        if not components or sha256 in links
    )


def _file(
    resources: Resources,
    kept: Kept,
    document: Mapping[str, Any],
    links: tuple[tuple[str, str | None, str | None], ...],
) -> BundledFile:
    said = kept.examinations.get(document["sha256"], {})
    result = said.get("result") or {}
    return BundledFile(
        sha256=document["sha256"],
        name=document["name"],
        media_type=result.get("media_type") or "application/octet-stream",
        size=kept.sizes[document["sha256"]],
        open=_opener(resources, document["sha256"]),
        links=links,
        dossier_code=document.get("dossier_code"),
        text=said.get("text"),
        verdict=result or None,
    )


def _offices(score: Mapping[str, Any]) -> dict[str, str]:
    """Who answers for each component."""
    return {item["id"]: item["responsible"] for item in score["components"]}


def _evidence_rows(files: Sequence[BundledFile], offices: Mapping[str, str], *, redact: bool) -> list[EvidenceRow]:
    """Rows of the evidence list; a redacted one leaves out results, whose names may name applicants."""
    rows = []
    for file in files:
        if redact and file.dossier_code:
            continue
        fields = (file.verdict or {}).get("fields") or {}
        signature = (file.verdict or {}).get("signature") or {}
        said = {name: (fields.get(name) or {}).get("value") for name in ("number", "issued_on", "issuer", "signer")}
        for component, section, pages in file.links or (("", None, None),):
            rows.append(
                EvidenceRow(
                    component=component,
                    name=file.name,
                    number=said["number"],
                    issued_on=said["issued_on"],
                    issuer=said["issuer"],
                    signer=said["signer"],
                    section=section,
                    pages=pages,
                    sha256=file.sha256,
                    signature=signature.get("summary_vi"),
                    office=offices.get(component),
                )
            )
    return rows


def _opener(resources: Resources, sha256: str) -> partial[Any]:
    return partial(resources.store.open, sha256)
