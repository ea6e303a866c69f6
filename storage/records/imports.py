"""Keeping what exports say: one import per content, its rows merged into what is known, alarms, rejected rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from config.export_profiles import YEARLY
from connectors.exports.reading import about_totals
from connectors.exports.row_view import columns_of
from connectors.exports.rows import Export
from connectors.exports.sheet_reading import tells_layout
from connectors.exports.whole_file import from_the_future, unlike_the_last
from storage.database.export_tables import import_rows
from storage.database.tables import imports, rejected_rows
from storage.proof.custody import Happening, append
from storage.records.hindsight import alarms_in_hindsight
from storage.records.import_alarms import AS_READ, TOTALS, ImportAlarm, raise_alarms
from storage.records.incoming import DOSSIERS, Incoming, incoming_of
from storage.records.kept_prints import keep_prints
from storage.records.merging import Merged, merge, without_collecting
from storage.records.packing import unpacked
from storage.records.state_tables import state_table

READ, REJECTED = "read", "rejected"
PERSON, TITLE, NOBODY = "person", "title", "nobody"
_STILL_LAST_YEAR = timedelta(days=45)
_ROWS = re.compile(r"(?<=dòng )\d+(?: \([^()]*\))?(?:, \d+(?: \([^()]*\))?)*|(?<=![A-Z])\d+|(?<=![A-Z]{2})\d+")
"""Where in a file something stands, as sentences about files say it: "các dòng 5, 9", "Sổ!C14"."""
FORM = "bieu-ii06a"
"""Kind and layout of a form II.06a: it is compared, and brings no rows of its own."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An export that lies in the object store and is about to be recorded."""

    unit: str
    name: str
    sha256: str
    who: str
    where: str
    at: datetime
    reader: str
    """Version of the layouts the file was read with."""
    source: str | None = None
    """Name of the source it was pulled from; None: a person handed it over."""
    year: int | None = None
    """The year that a yearly table speaks of where it does not say so itself; None: by the day it came."""
    said_year: int | None = None
    """The year that the person who brought it names; counts before the table's own words."""
    modified_at: datetime | None = None
    """When its source says the file last changed; None: it does not say."""
    stood_at: datetime | None = None
    """When a file that is read again was handed in first; None: it comes now."""
    reading: int = 1
    """The how-manieth reading of these bytes this is."""

    @property
    def since(self) -> datetime:
        """The moment its words count from, where they do not say it themselves."""
        return self.stood_at or self.at


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """Rows of one import."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0

    def plain(self) -> dict[str, int]:
        """For JSON."""
        return {name: getattr(self, name) for name in ("read", "new", "changed", "unchanged", "rejected")}


def known_import(connection: Connection, unit: str, sha256: str, reader: str) -> bool:
    """Whether these bytes were imported for this unit before, or rejected with the same layouts."""
    found = connection.execute(
        select(imports.c.status, imports.c.reader)
        .where(imports.c.unit == unit, imports.c.sha256 == sha256)
        .order_by(imports.c.id.desc())
    ).first()
    return found is not None and (found.status == READ or found.reader == reader)


@without_collecting()
def record_export(connection: Connection, arrival: Arrival, export: Export) -> ImportCounts:
    """Record all rows of an export; the import, its rows and its custody event are kept together or not at all.

    Where rows are said again (`Export.again`) the caller has made sure that what was said of them stands
    (`storage.records.repeats.still_rests`).
    """
    forget_rejection(connection, arrival)
    import_id = next_id(connection)
    spoken = year_spoken_of(arrival, export)
    incoming = incoming_of(export, spoken.year if spoken else None)
    last = _last_of_layout(connection, arrival.unit, export.profile)
    _insert_import(connection, import_id, arrival, export, incoming, spoken)
    newer = imports_newer_than(connection, import_id, arrival.unit, export.kind)
    table = state_table(connection, arrival.unit, export.kind)
    merged = merge(connection, import_id, incoming, _protected(connection, newer, incoming), table, export.again)
    merged.alarms += alarms_in_hindsight(connection, arrival.unit, import_id, merged.given) if merged.given else ()
    if export.kind == DOSSIERS:
        keep_prints(connection, arrival.unit, import_id, export.prints)
    counts = _counts(export, merged)
    connection.execute(update(imports).where(imports.c.id == import_id).values(counts=counts.plain()))
    _insert_rejected(connection, import_id, export)
    alarms = [*_alarms_of_reading(last, export)]
    if arrival.reading == 1:  # a file that is read again is what it was: nobody changed anything
        alarms += [*_alarms_of_file(last, incoming, export), *_alarms_of_dossiers(merged)]
    alarms += [*_alarms_of_year(spoken), *_alarms_of_future(arrival, export)]
    raise_alarms(connection, arrival.unit, import_id, alarms)
    detail: dict[str, Any] = {"kind": export.kind, "profile": export.profile, "name": arrival.name}
    detail |= {"rows": counts.plain()}
    detail |= {"unit": arrival.unit} | ({"year": spoken.year, "year_by": spoken.by} if spoken else {})
    detail |= {"modified_at": arrival.modified_at.isoformat()} if arrival.modified_at else {}
    detail |= {"stood_at": arrival.stood_at.isoformat()} if arrival.stood_at else {}
    detail |= {"reading": arrival.reading} if arrival.reading > 1 else {}
    append(connection, [Happening("imported", arrival.sha256, arrival.who, arrival.where, detail)], at=arrival.at)
    return counts


@dataclass(frozen=True, slots=True)
class SpokenYear:
    """The year that a yearly table speaks of, and who says so: person | title | nobody (assumed)."""

    year: int
    by: str
    title: int | None = None
    """What its own words say."""

    @property
    def days(self) -> tuple[date, date]:
        """Its first and last day."""
        return date(self.year, 1, 1), date(self.year, 12, 31)


def year_spoken_of(arrival: Arrival, export: Export) -> SpokenYear | None:
    """By whoever brought it, else by its own words, as the installation is set, by the day it came.

    None for kinds with their own dates.

    What comes in the first weeks of a year without a word of it belongs to the year before: quarterly and yearly tables
    are due after their period (config/exports).
    """
    if export.kind not in YEARLY:
        return None
    own = export.year or (export.period[1].year if export.period else None)
    assumed = arrival.year or (arrival.since - _STILL_LAST_YEAR).year
    if arrival.said_year is not None:
        return SpokenYear(arrival.said_year, PERSON, own)
    return SpokenYear(own or assumed, TITLE if own is not None else NOBODY, own)


def record_rejected_export(connection: Connection, arrival: Arrival, reason: str) -> None:
    """Record that an export could not be read, and why; its bytes stay kept."""
    forget_rejection(connection, arrival)
    connection.execute(
        insert(imports).values(
            id=next_id(connection),
            unit=arrival.unit,
            sha256=arrival.sha256,
            name=arrival.name,
            status=REJECTED,
            reason=reason,
            reader=arrival.reader,
            counts=ImportCounts().plain(),
            warnings=[],
            imported_at=arrival.at,
            source=arrival.source,
        )
    )
    happening = Happening(
        "rejected", arrival.sha256, arrival.who, arrival.where, {"name": arrival.name, "unit": arrival.unit}
    )
    append(connection, [happening], at=arrival.at)


def record_form(
    connection: Connection,
    arrival: Arrival,
    lines: int,
    period: tuple[date, date] | None,
    alarms: Sequence[ImportAlarm],
) -> None:
    """Record a form II.06a: it changes no dossier; what does not agree in it becomes alarms."""
    forget_rejection(connection, arrival)
    import_id = next_id(connection)
    connection.execute(
        insert(imports).values(
            id=import_id,
            unit=arrival.unit,
            sha256=arrival.sha256,
            name=arrival.name,
            status=READ,
            kind=FORM,
            profile=FORM,
            reader=arrival.reader,
            counts=ImportCounts(lines, unchanged=lines).plain(),
            warnings=[],
            imported_at=arrival.at,
            source=arrival.source,
            stands_at=arrival.since,
            period=None if period is None else [day.isoformat() for day in period],
        )
    )
    raise_alarms(connection, arrival.unit, import_id, alarms)
    detail = {"kind": FORM, "name": arrival.name, "unit": arrival.unit}
    happening = Happening("imported", arrival.sha256, arrival.who, arrival.where, detail)
    append(connection, [happening], at=arrival.at)


def imports_of(connection: Connection, unit: str) -> list[Mapping[str, Any]]:
    """All imports of a unit, oldest first."""
    rows = connection.execute(select(imports).where(imports.c.unit == unit).order_by(imports.c.id))
    return [dict(row._mapping) for row in rows]


def import_of(connection: Connection, unit: str, sha256: str) -> Mapping[str, Any] | None:
    """The import of these bytes by their newest reading, or None."""
    mine = select(imports).where(imports.c.unit == unit, imports.c.sha256 == sha256)
    row = connection.execute(mine.order_by(imports.c.id.desc())).first()
    return dict(row._mapping) if row else None


def rejected_rows_of(connection: Connection, import_id: int) -> list[Mapping[str, Any]]:
    """The rows of one import that could not be used, in file order."""
    rows = select(rejected_rows).where(rejected_rows.c.import_id == import_id).order_by(rejected_rows.c.position)
    return [dict(row._mapping) for row in connection.execute(rows)]


def forget_rejection(connection: Connection, arrival: Arrival) -> None:
    """A file that is read again replaces its earlier rejection; the custody log keeps both."""
    same = (imports.c.unit == arrival.unit, imports.c.sha256 == arrival.sha256, imports.c.status == REJECTED)
    connection.execute(delete(imports).where(*same))


def _counts(export: Export, merged: Merged) -> ImportCounts:
    seen, rejected = len(export.rows) + (len(export.again.keys) if export.again else 0), len(export.rejected)
    return ImportCounts(seen + rejected, merged.new, merged.changed, seen - merged.new - merged.changed, rejected)


def _alarms_of_dossiers(merged: Merged) -> Iterator[ImportAlarm]:
    return (ImportAlarm(alarm.kind, alarm.sentence, code, alarm.field) for code, alarm in merged.alarms)


def _alarms_of_year(spoken: SpokenYear | None) -> Iterator[ImportAlarm]:
    if spoken is not None and spoken.by == PERSON and spoken.title not in (None, spoken.year):
        what = f"tiêu đề ghi năm {spoken.title}, người nhập khai là số liệu năm {spoken.year}"
        yield ImportAlarm("year_disputed", f"{what}: tính theo người nhập, hãy kiểm tra lại")
    if spoken is not None and spoken.by == NOBODY:
        what = f"tệp không ghi năm, được tính là số liệu năm {spoken.year}"
        yield ImportAlarm("year_assumed", f'{what}; nếu không đúng, ghi "năm ..." vào tiêu đề bảng rồi nộp lại')


def _alarms_of_future(arrival: Arrival, export: Export) -> Iterator[ImportAlarm]:
    """Events after the day the file came, where the file does not say itself when it was written."""
    if export.exported_at is None:
        told = from_the_future(columns_of(export.rows), arrival.since, "nhận tệp")
        yield from (ImportAlarm("future", sentence) for sentence in told)


def _alarms_of_reading(last: Mapping[str, Any] | None, export: Export) -> Iterator[ImportAlarm]:
    """What was doubtful when the file was read, sums first, unless the last file of its layout had the same doubts.

    Rows that only moved are the same doubt: a nightly export that grows is told once. Columns have their own alarm.
    """
    known = set(map(_without_rows, last["warnings"])) if last else set()
    doubts = [said for said in export.warnings if _without_rows(said) not in known and not tells_layout(said)]
    sums = about_totals(export.declared_total, export.counted)
    for said in sorted(doubts, key=lambda said: said not in sums):
        yield ImportAlarm(TOTALS if said in sums else AS_READ, said)


def _without_rows(sentence: str) -> str:
    return _ROWS.sub("", sentence)


def _alarms_of_file(last: Mapping[str, Any] | None, incoming: Incoming, export: Export) -> Iterator[ImportAlarm]:
    """What is unlike the last export of the same layout."""
    if last is None:
        return
    if (unlike := unlike_the_last(export.counted, last["counts"]["read"])) is not None:
        yield ImportAlarm("row_count", unlike)
    before, now = set(last["carries"] or incoming.fields), set(incoming.fields)
    if before != now:
        lost, won = (_named(fields, export.titles) for fields in (before - now, now - before))
        yield ImportAlarm("layout_changed", f"bố cục tệp đổi so với {last['name']}: cột mất: {lost}; cột thêm: {won}")


def _named(fields: set[str], titles: Mapping[str, str]) -> str:
    """Columns by the headers that people know."""
    return ", ".join(f'"{title}"' for title in sorted({titles.get(name, name) for name in fields})) or "không"


def _last_of_layout(connection: Connection, unit: str, profile: str) -> Mapping[str, Any] | None:
    same = (imports.c.unit == unit, imports.c.profile == profile, imports.c.status == READ)
    newest = (imports.c.stands_at.desc().nulls_last(), imports.c.id.desc())
    row = connection.execute(select(imports).where(*same).order_by(*newest).limit(1)).first()
    return dict(row._mapping) if row else None


def imports_newer_than(connection: Connection, import_id: int, unit: str, kind: str) -> list[int]:
    """Imports of the kind whose words stand at a later moment.

    Of one moment the one imported later counts, of one night the one whose file changed later; the hash only decides
    where nothing else does.
    """
    same = (imports.c.unit == unit, imports.c.kind == kind, imports.c.status == READ)
    changed = func.coalesce(imports.c.modified_at, imports.c.imported_at)
    columns = (imports.c.id, imports.c.stands_at, imports.c.imported_at, changed, imports.c.sha256)
    ranks = {row.id: tuple(row)[1:] for row in connection.execute(select(*columns).where(*same))}
    return [other for other, rank in ranks.items() if rank > ranks[import_id]]


def _protected(connection: Connection, newer: Sequence[int], incoming: Incoming) -> dict[str, frozenset[str]]:
    """Fields of which newer exports have spoken, for the keys of a late arrival."""
    keys = incoming.keys if newer else []
    if not keys:
        return {}
    sought, found = set(keys), dict[str, set[str]]()
    overlapping = (import_rows.c.first_key <= keys[-1], import_rows.c.last_key >= keys[0])
    blocks = select(import_rows.c.packed).where(import_rows.c.import_id.in_(newer), *overlapping)
    for packed in connection.execute(blocks).scalars():
        block = unpacked(packed)
        for key, said in zip(block["keys"], block["said"], strict=True):
            if key in sought:
                found.setdefault(key, set()).update(said.split(","))
    return {key: frozenset(said) for key, said in found.items()}


def _insert_import(
    connection: Connection,
    import_id: int,
    arrival: Arrival,
    export: Export,
    incoming: Incoming,
    spoken: SpokenYear | None,
) -> None:
    period = spoken.days if spoken and export.period is None else export.period
    connection.execute(
        insert(imports).values(
            id=import_id,
            unit=arrival.unit,
            sha256=arrival.sha256,
            name=arrival.name,
            status=READ,
            reader=arrival.reader,
            kind=export.kind,
            profile=export.profile,
            counts=ImportCounts().plain(),
            totals={"declared": export.declared_total, "counted": export.counted, "agree": export.agree},
            warnings=[str(warning) for warning in export.warnings],
            exported_at=export.exported_at,
            imported_at=arrival.at,
            source=arrival.source,
            stands_at=export.exported_at or arrival.since,
            carries=sorted(incoming.fields),
            sheets=list(export.sheets),
            period=None if period is None else [day.isoformat() for day in period],
            content=export.content,
            modified_at=arrival.modified_at,
            letters={sheet.sheet: sheet.letters for sheet in columns_of(export.rows)},
            reading=arrival.reading,
        )
    )


def _insert_rejected(connection: Connection, import_id: int, export: Export) -> None:
    rows = [{"import_id": import_id, "position": n} | bad.plain() for n, bad in enumerate(export.rejected, start=1)]
    if rows:
        connection.execute(insert(rejected_rows), rows)


def next_id(connection: Connection) -> int:
    """1, 2, 3 ... without gaps: writers are one at a time, and two nights over the same facts give the same rows."""
    return (connection.execute(select(func.max(imports.c.id))).scalar() or 0) + 1
