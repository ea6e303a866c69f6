"""The facts of a unit, gathered from what is kept: plain values for scoring, in a fixed order."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from config.dossier_codes import dossier_code_in
from config.export_profiles import KEYS, YEARLY, Profile, load_profiles
from config.registers import CountedInput, countable_inputs
from scoring.engine.facts import (
    DeclaredValue,
    DocumentFact,
    Evidence,
    Facts,
    Petition,
    SurveyResult,
    from_plain,
)
from scoring.registers import (
    KeptList,
    Row,
    against_portal,
    contradictions,
    disagreeing_words,
    survey_result,
    unlike_the_portal,
    with_counted,
    with_standings,
)
from storage.database.tables import imports
from storage.documents.evidence import QUARANTINED, documents_of, examinations_of, receipts_of
from storage.documents.freshness import READ, SAID, term_of
from storage.documents.links import Link, links_of, terms_of
from storage.documents.read_fields import unsure_in, value_of
from storage.records.history import dossier_of, dossiers_as_of, dossiers_now, keys_said_lately, records_as_of
from storage.records.incoming import YEAR

_YEAR_FOLDER = re.compile(r"^20\d\d$")
COMPONENT = re.compile(r"^\d+\.\d+\.\d+$")
_TASKS, _PROCEDURES, _PORTAL = "tasks", "procedures", "portal"
OUTGOING_FOLDER = "van-ban-di"
_KINDS: dict[str, type] = {
    "petitions": Petition,
    "declared": DeclaredValue,
    "survey": SurveyResult,
}


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts, and what could not be joined: declared files nobody uploaded, documents linked to nothing."""

    facts: Facts
    missing_files: tuple[tuple[str, str], ...]
    unlinked: tuple[str, ...]
    contradictions: tuple[str, ...] = ()
    """Where an official declared another number than the list of it gives."""
    left_out: tuple[str, ...] = ()
    """What is kept and speaks of other years: Vietnamese sentences."""
    misplaced: tuple[tuple[str, str], ...] = ()
    """Documents under components that the set does not have, where they prove nothing: (component, name)."""

    def gaps(self) -> dict[str, Any]:
        """What could not be joined, for JSON."""
        files = {"missing_files": [list(pair) for pair in self.missing_files], "unlinked": list(self.unlinked)}
        told = {"contradictions": list(self.contradictions), "left_out": list(self.left_out)}
        return files | told | {"misplaced": [list(pair) for pair in self.misplaced]}


@dataclass(frozen=True, slots=True)
class Counting:
    """Which inputs are counted from lists, and as known on which day."""

    inputs: tuple[CountedInput, ...] = ()
    as_of: date = date.max


_NOTHING_COUNTED = Counting()


def gather_facts(
    connection: Connection,
    unit: str,
    checker: str,
    *,
    year: int,
    import_id: int | None = None,
    counting: Counting = _NOTHING_COUNTED,
) -> Gathered:
    """All facts of a unit for a year as they are kept now; with `import_id`, what exports say as that import left it.

    What a person or a folder says of another year is left out; dossiers, petitions and documents bear their own dates.
    """
    found = facts_beside(connection, unit, checker, year=year, import_id=import_id, counting=counting)
    stored = dossiers_now(connection, unit) if import_id is None else dossiers_as_of(connection, unit, import_id)
    return replace(found, facts=replace(found.facts, dossiers=tuple(map(dossier_of, stored))))


def facts_beside(
    connection: Connection,
    unit: str,
    checker: str,
    *,
    year: int,
    import_id: int | None = None,
    counting: Counting = _NOTHING_COUNTED,
) -> Gathered:
    """The same without the dossiers, which by far are the most: whoever counts takes them as columns."""
    rows = {kind: rows_of_year(connection, unit, kind, year, import_id) for kind in _KINDS}
    documents = _documents(connection, unit, checker, year)
    typed = tuple(from_plain(DeclaredValue, fields) for fields in rows["declared"])
    as_kept = _lists(connection, unit, year, import_id, counting)
    lists = against_portal(as_kept)
    declared = with_counted(typed, lists, counting.inputs)
    evidence, missing = _evidence(documents, rows["declared"], links_of(connection, unit))
    linked = {item.sha256 for item in evidence}
    evidence = (*evidence, *export_evidence(connection, unit, year, _proven_by_lists(counting, declared, typed)))
    facts = Facts(
        petitions=tuple(from_plain(Petition, fields) for fields in rows["petitions"]),
        documents=tuple(found.fact for found in documents),
        evidence=evidence,
        declared=declared,
        surveys=tuple(map(survey_result, rows["survey"])),
        known=_known_kinds(connection, unit, year, documents, import_id),
    )
    unlinked = [found.fact.sha256 for found in documents if _is_unlinked(found, linked)]
    words = disagreeing_words(lists[_TASKS].rows) if _TASKS in lists else ()
    contradicted = (*contradictions(typed, lists, counting.inputs), *words, *unlike_the_portal(as_kept))
    others = tuple(left_out(connection, unit, year, import_id))
    return Gathered(facts, missing, tuple(unlinked), contradicted, others)


def left_out(connection: Connection, unit: str, year: int, import_id: int | None = None) -> Iterator[str]:
    """How many rows and documents speak of other years, kind by kind and year by year: Vietnamese sentences."""
    titles: dict[str, str] = {profile.kind: profile.name for profile in load_profiles()}
    for kind in sorted(YEARLY):
        found = Counter(row.get(YEAR) for row in records_as_of(connection, unit, kind, import_id))
        for other, rows in sorted((other, rows) for other, rows in found.items() if other not in (None, year)):
            yield f"{titles[kind]}: {rows} dòng thuộc kỳ {other}, không tính vào kỳ {year}"
    others = Counter(_folders_of_other_years(connection, unit, year))
    for other, files in sorted(others.items()):
        yield f"Tài liệu: {files} tệp trong thư mục năm {other}, không tính vào kỳ {year}"


def _folders_of_other_years(connection: Connection, unit: str, year: int) -> Iterator[str]:
    for receipt in receipts_of(connection, unit):
        years = {part for part in receipt["path"].split("/")[:-1] if _YEAR_FOLDER.match(part)}
        if years and str(year) not in years:
            yield min(years)


def rows_of_year(
    connection: Connection, unit: str, kind: str, year: int, import_id: int | None = None
) -> list[dict[str, Any]]:
    """Rows of a kind that speak of a year; rows kept before years were told apart count where none says better."""
    rows = records_as_of(connection, unit, kind, import_id)
    if kind not in YEARLY:
        return rows
    fitting = sorted((row for row in rows if row.get(YEAR) in (None, year)), key=lambda row: YEAR in row)
    by_key = {tuple(str(row.get(name)) for name in KEYS[kind]): row for row in fitting}
    return [by_key[key] for key in sorted(by_key)]


def procedures_known(connection: Connection, unit: str) -> tuple[dict[str, Any], ...]:
    """The ward's list of procedures, held against the portal's own list where that is kept."""
    counting = Counting(tuple(one for one in countable_inputs() if one.source == _PROCEDURES))
    kept = against_portal(_lists(connection, unit, 0, None, counting)).get(_PROCEDURES)
    return tuple(dict(row) for row in kept.rows) if kept else ()


def _lists(
    connection: Connection, unit: str, year: int, import_id: int | None, counting: Counting
) -> dict[str, KeptList]:
    """The lists that people keep, by kind; those that were never imported are missing. Tasks tell how they stand."""
    kinds = sorted({kind for wanted in counting.inputs for kind in (wanted.source, wanted.beside) if kind})
    about: dict[str, Profile] = {profile.kind: profile for profile in load_profiles() if profile.kind in kinds}
    found: dict[str, Sequence[Row]] = {kind: rows_of_year(connection, unit, kind, year, import_id) for kind in kinds}
    if _TASKS in found:
        found[_TASKS] = with_standings(found[_TASKS], year, min(counting.as_of, date(year, 12, 31)))
    if _PORTAL in found:
        listed = keys_said_lately(connection, unit, _PORTAL, import_id)
        found[_PORTAL] = [row for row in found[_PORTAL] if str(row["code"]) in listed]
    return {kind: KeptList(rows, about[kind].owner, about[kind].name) for kind, rows in found.items() if rows}


def _proven_by_lists(
    counting: Counting, declared: Iterable[DeclaredValue], typed: Iterable[DeclaredValue]
) -> dict[str, set[str]]:
    """Which lists prove a component, because its values were counted from them: component -> kinds."""
    by_people = {(value.component, value.key) for value in typed if value.value is not None}
    counted = {(value.component, value.key) for value in declared} - by_people
    needs: dict[str, set[str]] = {}
    for wanted in counting.inputs:
        if (wanted.component, wanted.key) in counted:
            needs.setdefault(wanted.component, set()).update(filter(None, (wanted.source, wanted.beside)))
    return needs


def export_evidence(
    connection: Connection, unit: str, year: int, needs: Mapping[str, Iterable[str]]
) -> tuple[Evidence, ...]:
    """The raw exports as evidence of the components counted from them; `needs`: component -> kinds of export."""
    found = _imports_of_year(connection, unit, year)
    links = {
        (component, str(row.name), str(row.sha256))
        for component, kinds in needs.items()
        for row in found
        if row.kind in kinds
    }
    return tuple(Evidence(component=component, sha256=sha256, name=name) for component, name, sha256 in sorted(links))


def _imports_of_year(connection: Connection, unit: str, year: int, import_id: int | None = None) -> list[Any]:
    """Exports that could be read and may speak of a year, up to one import where it is named."""
    read = select(imports.c.kind, imports.c.sha256, imports.c.name, imports.c.period)
    mine = read.where(imports.c.unit == unit, imports.c.status == "read")
    rows = connection.execute(mine if import_id is None else mine.where(imports.c.id <= import_id))
    return [row for row in rows if row.kind not in YEARLY or not row.period or str(year) == row.period[1][:4]]


def input_files(connection: Connection, unit: str, year: int) -> list[dict[str, str]]:
    """Every file that the facts come from, as {kind, sha256}: exports that could be read, documents."""
    files = {(f"export:{row.kind}", str(row.sha256)) for row in _imports_of_year(connection, unit, year)}
    files |= {("document", str(document["sha256"])) for document in documents_of(connection, unit)}
    return [{"kind": kind, "sha256": sha256} for kind, sha256 in sorted(files)]


@dataclass(frozen=True, slots=True)
class _Found:
    fact: DocumentFact
    components: tuple[str, ...]
    names: tuple[str, ...]


def _known_kinds(
    connection: Connection, unit: str, year: int, documents: list[_Found], import_id: int | None
) -> tuple[str, ...]:
    kinds = {row.kind for row in _imports_of_year(connection, unit, year, import_id)}
    return tuple(sorted(kinds | ({"documents"} if documents else set())))


def _documents(connection: Connection, unit: str, checker: str, year: int) -> list[_Found]:
    """Documents with what was said of them; those that lie only in folders of other years are not of this one."""
    paths: dict[str, list[str]] = {}
    for receipt in receipts_of(connection, unit):
        paths.setdefault(receipt["sha256"], []).append(receipt["path"])
    said = examinations_of(connection, unit, checker)
    terms = terms_of(connection, unit)
    return [
        found
        for document in documents_of(connection, unit)
        if (mine := _paths_of_year(all_paths := paths.get(document["sha256"], []), year)) or not all_paths
        for found in _found(
            document, mine, said.get(document["sha256"], {}).get("result", {}), terms.get(document["sha256"])
        )
    ]


def _paths_of_year(paths: Iterable[str], year: int) -> list[str]:
    """Paths in no folder of a year, or in this year's: inbox/<unit>/2025/1.1.1/..."""
    folders = ((path, {part for part in path.split("/")[:-1] if _YEAR_FOLDER.match(part)}) for path in paths)
    return [path for path, years in folders if not years or str(year) in years]


def _found(
    document: Mapping[str, Any], paths: list[str], result: Mapping[str, Any], said: Mapping[str, Any] | None
) -> Iterator[_Found]:
    """What a document is: once, or twice where it is a dossier's result and an outgoing document as well."""
    fields, signature = result.get("fields") or {}, result.get("signature") or {}
    components = tuple(sorted({part for path in paths for part in path.split("/")[:-1] if COMPONENT.match(part)}))
    outgoing = any(OUTGOING_FOLDER in path.split("/")[:-1] for path in paths)
    of_dossiers = [path for path in paths if not is_filed(path)]
    dossier, *others = _dossier_codes(of_dossiers, fields) if of_dossiers or not paths else (None,)
    name = paths[0].rsplit("/", 1)[-1] if paths else document["name"]
    fact = DocumentFact(
        sha256=document["sha256"],
        name=name,
        purpose="result" if dossier else "outgoing" if outgoing else "evidence",
        dossier_code=dossier,
        also_for=tuple(sorted(map(str, others))),
        printed_code=value_of(fields, "dossier_code"),
        unsure=unsure_in(fields),
        number=value_of(fields, "number"),
        issued_on=_date(value_of(fields, "issued_on")),
        signature=signature.get("verdict", "UNREADABLE"),
        profile_met=(signature.get("profile") or {}).get("met"),
        digitisation=(result.get("digitisation") or {}).get("verdict", "cần người xem"),
        scanned=_scanned(result),
        quarantined=document["state"] == QUARANTINED,
        **_term(said, fields, name),
    )
    names = tuple(sorted({path.rsplit("/", 1)[-1] for path in paths}))
    yield _Found(fact, components, names)
    if outgoing and dossier:
        yield _Found(replace(fact, purpose="outgoing"), components, names)


def _term(said: Mapping[str, Any] | None, fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """For which days a document speaks as a person or its title says, and until when it may be used."""
    term = term_of(said, fields, name)
    if term.known_by not in (SAID, READ):
        return {"expires_on": term.expires_on}
    spoken = {"speaks_from": term.speaks_from, "speaks_to": term.speaks_to, "speaks_by": term.known_by}
    return spoken | {"expires_on": term.expires_on}


def is_filed(path: str) -> bool:
    """A path says that a document is evidence or an outgoing one; under any other it may be a dossier's result."""
    return any(COMPONENT.match(folder) or folder == OUTGOING_FOLDER for folder in path.split("/")[:-1])


def _dossier_codes(paths: Iterable[str], fields: Mapping[str, Any]) -> list[str | None]:
    """By names or folders, else by what the text says; the first is the document's own, [None] without any. Of several,
    the one that the text names is its own."""
    printed = value_of(fields, "dossier_code")
    named = dict.fromkeys(code for path in paths if (code := dossier_code_in(path)))
    return sorted(named, key=lambda code: code != printed) or [printed]


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _scanned(result: Mapping[str, Any]) -> bool | None:
    kinds = {page["kind"] for page in result.get("pages") or []}
    return None if not kinds else kinds <= {"scan", "blank"}


def _evidence(
    documents: list[_Found], declared: list[dict[str, Any]], said: Iterable[Link]
) -> tuple[tuple[Evidence, ...], tuple[tuple[str, str], ...]]:
    """Links by folder, by declared file name, which adds section and pages, and by people, who know best.

    Quarantined files prove nothing.
    """
    sound = [found for found in documents if not found.fact.quarantined]
    received = {_folded(name) for found in documents for name in found.names}
    by_name = {_folded(name): found.fact for found in sound for name in found.names}
    links: dict[tuple[str, str], Evidence] = {}
    for found in sound:
        for component in found.components:
            link = Evidence(component=component, sha256=found.fact.sha256, name=found.fact.name)
            links[component, found.fact.sha256] = link
    missing = []
    for fields, name in _declared_files(declared):
        fact = by_name.get(_folded(name))
        if fact is None:
            missing += [] if _folded(name) in received else [(str(fields["component"]), name)]
            continue
        links[str(fields["component"]), fact.sha256] = Evidence(
            component=str(fields["component"]),
            sha256=fact.sha256,
            name=fact.name,
            section=fields.get("section"),
            pages=fields.get("pages"),
        )
    by_hash = {found.fact.sha256: found.fact for found in sound}
    for one in said:
        if one.sha256 in by_hash:
            links[one.component, one.sha256] = Evidence(
                component=one.component,
                sha256=one.sha256,
                name=by_hash[one.sha256].name,
                section=one.section,
                pages=one.pages,
            )
    return tuple(links[key] for key in sorted(links)), tuple(sorted(set(missing)))


def _declared_files(declared: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    return ((fields, name) for fields in declared for name in fields.get("evidence") or ())


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def _is_unlinked(found: _Found, linked: set[str]) -> bool:
    return found.fact.purpose == "evidence" and found.fact.sha256 not in linked and not found.fact.quarantined
