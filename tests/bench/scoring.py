"""What scoring costs: a ward of 60,000 dossiers, a city of 94 wards and 4,000,000, growth, beside plain SQL.

`./dev bench tests/bench/scoring.py`; parts and sizes: `... scoring.py engine city growth 60000 4000000`.
Medians of several runs in one process; SQL counts the on-time share and shares of yes by unit over the same rows.
PostgreSQL is started here. On a busy machine quote ratios.
"""

from __future__ import annotations

import contextlib
import io
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "2")

import polars as pl
from sqlalchemy import text

from config.criteria_sets import load_cases
from config.settings import Settings
from config.unit_names import load_units
from connectors.exports.rows import Export, Row
from flows.resources import Resources, open_resources
from flows.scores.city import score_city
from flows.scores.scoring import Question
from scoring.cases import examples_of
from scoring.columns import NEEDED, register_of
from scoring.engine.facts import DeclaredValue, DocumentFact, Dossier, Evidence, Facts, Petition
from scoring.engine.measures import MEASURES
from scoring.engine.measuring import Measured, NoData, asked_of, scope_of
from scoring.engine.period import in_vietnam, period_of, working_days
from scoring.unit_names import unit_names
from storage.database import metadata
from storage.documents.evidence import record_object
from storage.records.dossier_columns import SCHEMA, dossier_columns
from storage.records.imports import Arrival, record_export
from tests.scoring.wards import CALENDAR, CRITERIA, at, declared, dossier, petition, scored

UNITS = 94
UNIT_NAMES = unit_names(load_units().mergers)
PERIOD = period_of("2025", date(2025, 12, 31))
OPENS, CLOSES = int(PERIOD.opens.timestamp()), int(PERIOD.closes.timestamp())
FLAGS = ("full_online", "fee_due", "paid_online", "papers_digitised", "papers_reused", "synced")
SQL = f"""
SELECT unit, SUM(done),
  SUM(CASE WHEN done = 1 AND (ended + 25200) / 86400 > (due_at + 25200) / 86400 THEN 1 ELSE 0 END),
  SUM(received), SUM(CASE WHEN received = 1 AND channel = 'online' THEN 1 ELSE 0 END),
  {", ".join(f"SUM(received * {flag})" for flag in FLAGS)}
FROM (SELECT *, CASE WHEN ended >= {OPENS} AND ended < {CLOSES} THEN 1 ELSE 0 END AS done,
        CASE WHEN received_at >= {OPENS} AND received_at < {CLOSES} THEN 1 ELSE 0 END AS received
      FROM (SELECT *, COALESCE(finished_at, returned_at) AS ended FROM dossiers) AS first) AS second
GROUP BY unit ORDER BY unit
"""

_ROUNDS = 15
"""Of a ward's score: five told of the machine's minute, not of the score."""


def city(rows: int, wards: int = UNITS) -> pl.DataFrame:
    """Dossiers of some wards in the columns of the table: moments within the year, one in eighty late, all finished."""
    number = pl.int_range(0, rows, eager=True)
    received = OPENS + (number * 7919) % (300 * 86_400)
    due = received + 10 * 86_400
    finished = pl.select(pl.when(number % 80 == 0).then(due + 86_400).otherwise(due - 86_400)).to_series()
    frame = pl.DataFrame({"unit": number % wards, "status": (number % 2) + 9, "received_at": received, "due_at": due})
    frame = frame.with_columns(
        pl.format("phuong-{}", pl.col("unit")).alias("unit"),
        pl.format("H17-{}", number).alias("code"),
        pl.format("1.{}", number % 180).alias("procedure_code"),
        pl.lit("UBND phường Hội An Đông").alias("resolving_unit"),
        pl.when(number % 5 < 3).then(pl.lit("online")).otherwise(pl.lit("direct")).alias("channel"),
        finished.alias("finished_at"),
        finished.alias("returned_at"),
        (number % 7 * 0).alias("supplements"),
        (number % 3 == 0).cast(SCHEMA["result_file_required"]).alias("result_file_required"),
        *((number % (3 + place) > 0).cast(SCHEMA[flag]).alias(flag) for place, flag in enumerate(FLAGS)),
    )
    silent = (name for name in NEEDED if name not in frame.columns)
    return frame.with_columns(pl.lit(None, dtype=SCHEMA[name]).alias(name) for name in silent)


def median_seconds(work: Callable[[], object], times: int = 3, clock: Callable[[], float] = time.perf_counter) -> float:
    """The median of some runs, after one that warms up."""
    work()
    taken = []
    for _ in range(times):
        begun = clock()
        work()
        taken.append(clock() - begun)
    return statistics.median(taken)


def engine_milliseconds(facts: Facts, clock: Callable[[], float]) -> float:
    """A whole score of sixty components under four on-time rules."""
    return 1000 * median_seconds(lambda: scored(facts, criteria=CRITERIA, calendar=CALENDAR), _ROUNDS, clock)


def ward(rows: int) -> Facts:
    """A ward as storage gives it to the engine (all moments share one zone), with something for every component: one
    dossier in twenty open, one in eighty late, a result file for every third, a petition for every hundredth, an
    outgoing document for every fiftieth, every declared value with its evidence."""
    made = tuple(map(_bench_dossier, range(rows)))
    declared_values, evidence, papers = _said()
    files = tuple(_result(number, made[number]) for number in range(0, rows, 3))
    outgoing = tuple(_file(rows + number, "outgoing") for number in range(rows // 50))
    return Facts(
        dossiers=made,
        petitions=tuple(map(_petition, range(rows // 100))),
        documents=files + outgoing + papers,
        evidence=evidence,
        declared=declared_values,
        units=UNIT_NAMES,
        known=("dossiers", "petitions", "documents"),
    )


def _bench_dossier(number: int) -> Dossier:
    shift = timedelta(days=number % 90)
    one = dossier(number, late=number % 80 == 0, channel="online" if number % 5 < 3 else "direct", full_online=True,
                  papers_digitised=number % 3 > 0, papers_reused=True, synced=True, fee_due=number % 4 > 0,
                  paid_online=number % 5 > 0, procedure_code=f"1.{number % 180:06d}", receiving_unit="Hội An Đông",
                  resolving_unit="UBND phường Hội An Đông", result_file_required=number % 3 == 0)  # fmt: skip
    moments = ("received_at", "due_at", "finished_at", "returned_at")
    said = {name: in_vietnam(getattr(one, name)) + shift for name in moments}
    if number % 20 == 7:
        said |= {"due_at": in_vietnam(at("2026-01-20")), "finished_at": None, "returned_at": None}
    rest = {name: getattr(one, name) for name in Dossier.__slots__ if name not in moments}
    return Dossier(**rest | said | {"status": 4 if number % 20 == 7 else rest["status"]})


def _petition(number: int) -> Petition:
    about = ("fees_and_papers", "conduct", "procedure", "other")[number % 4]
    received = in_vietnam(at("2025-03-03")) + timedelta(days=number % 200)
    return petition(number, received_at=received, about=about, confirmed=number % 40 == 0,
                    answered_at=received + timedelta(days=number % 25))  # fmt: skip


def _result(number: int, of: Dossier) -> DocumentFact:
    return _file(number, "result", (of.finished_at or of.due_at or at("2025-12-01")).date(), dossier_code=of.code)


def _file(number: int, purpose: str, issued_on: date = date(2025, 6, 1), **fields: Any) -> DocumentFact:
    return DocumentFact(sha256=f"{number:064x}", name=f"{number}.pdf", purpose=purpose, issued_on=issued_on,
                        signature="PASSED" if number % 10 else "FAILED", profile_met=number % 10 > 0,
                        digitisation="đạt" if number % 7 else "không đạt", **fields)  # fmt: skip


def _said() -> tuple[tuple[DeclaredValue, ...], tuple[Evidence, ...], tuple[DocumentFact, ...]]:
    """Every declared value of the set, as the best case beside it has it; a document behind each component."""
    best = {name: max(cases, key=lambda case: case.points or Decimal(0)) for name, cases in
            examples_of(load_cases(), date(2025, 12, 31)).items()}  # fmt: skip
    entries = [c for domain in CRITERIA["domains"] for k in domain["criteria"] for c in k["components"]]
    values = tuple(
        value
        for entry in entries
        for value in declared(entry["id"], **{item["key"]: best[entry["id"]].given.get(item["key"])
                                              for item in entry.get("declared", ())})
    )  # fmt: skip
    papers = tuple(_file(10**6 + number, "evidence") for number in range(len(entries)))
    pairs = zip(entries, papers, strict=True)
    return values, tuple(Evidence(component=e["id"], sha256=p.sha256, name=p.name) for e, p in pairs), papers


def sqlite_seconds(frame: pl.DataFrame, folder: Path) -> float:
    """The SQL on SQLite, table in a file, warm."""
    connection = sqlite3.connect(folder / "city.db")
    connection.execute(f"CREATE TABLE dossiers ({', '.join(frame.columns)})")
    marks = ", ".join("?" * len(frame.columns))
    connection.executemany(f"INSERT INTO dossiers VALUES ({marks})", frame.iter_rows())
    connection.commit()
    return median_seconds(lambda: connection.execute(SQL).fetchall(), 1)


def postgresql_seconds(frame: pl.DataFrame, folder: Path) -> float:
    """The SQL on PostgreSQL, analysed, warm."""
    import psycopg

    from tests.servers import postgresql

    kinds = {pl.String: "text"}
    columns = ", ".join(f"{name} {kinds.get(kind, 'bigint')}" for name, kind in frame.schema.items())
    with postgresql(folder) as url, psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE TABLE dossiers ({columns})")
        with connection.cursor().copy("COPY dossiers FROM STDIN (FORMAT csv)") as copy:
            copy.write(frame.write_csv(include_header=False))
        connection.execute("ANALYZE dossiers")
        return median_seconds(lambda: connection.execute(SQL).fetchall(), 1)


def measured(table: pl.DataFrame) -> Mapping[str, Measured]:
    """All measures of one ward, as `parindex score` and `city` take them: from its columns to named numbers."""
    register = register_of(table, PERIOD, "hoi-an-dong", units=UNIT_NAMES)
    calendar = working_days(CALENDAR)
    scope = scope_of(
        Facts(units=UNIT_NAMES, known=("dossiers",)), PERIOD, calendar, "bcth_date", "hoi-an-dong", register
    )
    found = {}
    for name, measure in MEASURES.items():
        with contextlib.suppress(NoData):
            found[name] = measure.of(scope, "")
    return found


def all_measured(tables: Sequence[pl.DataFrame]) -> list[Mapping[str, Measured]]:
    """All measures of many wards, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(measured, tables))


def verdict(seconds: float, goal: float) -> str:
    """Whether a goal in the same unit was met."""
    return f"(goal {goal:g}: {'met' if seconds <= goal else 'MISSED'})"


def keep(resources: Resources, rows: int) -> None:
    """A ward of so many dossiers as an export leaves them, ready to be scored."""
    settings = resources.settings
    now = datetime.now(UTC)
    kept = resources.store.put(io.BytesIO(b"bench"))
    fields = [name for name in Dossier.__slots__ if name != "result_files"]
    said = tuple(
        Row("dossiers", "S", number, {name: value for name in fields if (value := getattr(one, name)) is not None})
        for number, one in enumerate(map(_bench_dossier, range(rows)), 2)
    )
    export = Export(file="hs.xlsx", sha256=kept.sha256, profile="danh-sach-ho-so", kind="dossiers", sheets=("S",),
                    rows=said, counted=rows, exported_at=now)  # fmt: skip
    with resources.database.write() as connection:
        record_object(connection, kept, who="bench", where="bench", at=now)
        record_export(connection, Arrival(settings.unit, "hs.xlsx", kept.sha256, "bench", "bench", now, "1"), export)


def keep_city(resources: Resources, rows: int) -> list[str]:
    """So many wards alike, the first one as an export left it, the others copied from it; their names."""
    base = resources.settings.unit
    keep(resources, rows // UNITS)
    units = [base, *(f"phuong-{number:02d}" for number in range(1, UNITS))]
    with resources.database.engine.begin() as connection:
        for name in ("imports", "dossiers"):
            columns = [column.name for column in metadata.tables[name].columns]
            wanted = [":unit" if c == "unit" else "id + :n" if c == "id" else f'"{c}"' for c in columns]
            quoted = ", ".join(f'"{column}"' for column in columns)
            copied = text(f"INSERT INTO {name} ({quoted}) SELECT {', '.join(wanted)} FROM {name} WHERE unit = :base")
            connection.execute(copied, [{"unit": unit, "n": n, "base": base} for n, unit in enumerate(units[1:], 1)])
    return units


def engines(rows: int) -> None:
    """All components of a ward with something for every one of them: by the engine alone, as an auditor has it; and
    with its dossiers counted over columns, as `parindex score` and the night have it."""
    facts = ward(rows)
    table = pl.DataFrame([_stored(one) for one in facts.dossiers], schema={name: SCHEMA[name] for name in NEEDED})
    beside, alone = replace(facts, dossiers=()), Facts(dossiers=facts.dossiers, known=facts.known)
    asked = asked_of(facts)

    def counted() -> object:
        register = register_of(table, PERIOD, "hoi-an-dong", facts.units, asked)
        return scored(beside, criteria=CRITERIA, calendar=CALENDAR, register=register)

    for name, clock in (("of processor time", time.process_time), ("by the clock", time.perf_counter)):
        base, plain = engine_milliseconds(Facts(), clock), engine_milliseconds(facts, clock)
        own, columns = engine_milliseconds(alone, clock), 1000 * median_seconds(counted, _ROUNDS, clock)
        print(f"ward of {rows:,}, {name} above an empty ward's {base:.0f} ms")
        print(f"  as scored from the database (columns): {columns - base:.0f} ms {verdict(columns - base, 100)}")
        print(f"  by the bare engine: {plain - base:.0f} ms {verdict(plain - base, 100)}; its dossiers alone "
              f"{own - base:.0f} ms {verdict(own - base, 100)}")  # fmt: skip


def _stored(one: Dossier) -> dict[str, Any]:
    """The fields that are counted, as the table holds them."""
    said = {name: getattr(one, name) for name in NEEDED}
    return {
        name: int(value.timestamp())
        if isinstance(value, datetime)
        else int(value)
        if isinstance(value, bool)
        else value
        for name, value in said.items()
    }


def cities(rows: int) -> None:
    """`parindex city` over a whole city as it is kept: its measures, and the command from the database to the runs."""
    question = Question("2025", date(2025, 12, 31), "phuong-de-xuat@2025.1", "bcth_date")
    with tempfile.TemporaryDirectory() as folder, open_resources(Settings(home=Path(folder))) as resources:
        units = keep_city(resources, rows)
        with resources.database.read() as connection:
            tables = [dossier_columns(connection, unit) for unit in units]
        for name, clock, goal in (("by the clock", time.perf_counter, 2), ("of processor time", time.process_time, 4)):
            taken = median_seconds(lambda tables=tables: all_measured(tables), 3, clock)
            print(f"city, {len(units)} wards of {rows // UNITS:,}, all measures: {taken:.2f} s {name} "
                  f"{verdict(taken, goal)}")  # fmt: skip
        del tables
        for name, dry in (("without recording", True), ("recorded with all inputs", False), ("once more", False)):
            begun, busy = time.perf_counter(), time.process_time()
            score_city(resources, question, datetime.now(UTC), units=units, dry_run=dry)
            print(f"city, the whole command {name}: {time.perf_counter() - begun:.1f} s, "
                  f"{time.process_time() - busy:.1f} s of processor time")  # fmt: skip


def growth(_: int, of_city: int) -> None:
    """The measures beside plain SQL over the same rows, and how they grow."""
    part = city(min(of_city, 1_000_000))
    tables = part.partition_by("unit", include_key=False)
    with tempfile.TemporaryDirectory() as folder:
        here = median_seconds(lambda: all_measured(tables))
        for name, seconds in (
            ("SQLite", sqlite_seconds(part, Path(folder))),
            ("PostgreSQL", postgresql_seconds(part, Path(folder))),
        ):
            print(f"{name}, {part.height:,}: {seconds:.2f} s, {seconds / here:.1f} times our {here:.2f} s")
    per_row = []
    for rows in (100_000, 1_000_000, 10_000_000):
        grown = city(rows, 1)
        per_row.append(median_seconds(lambda grown=grown: measured(grown), 3, time.process_time) / rows)
        times = per_row[-1] / per_row[0]
        print(f"growth, {rows:,}: {1e9 * per_row[-1]:.0f} ns of processor time a row, {times:.2f} times the first "
              f"{verdict(times, 1.1)}")  # fmt: skip


PARTS: Mapping[str, Callable[[int, int], None]] = {
    "engine": lambda of_ward, _: engines(of_ward),
    "city": lambda _, of_city: cities(of_city),
    "growth": growth,
}


def main(words: Sequence[str]) -> None:
    """Print one line for each figure; `words` may name parts and the two sizes."""
    sizes = [int(word) for word in words if word.isdigit()]
    for name in [word for word in words if word in PARTS] or PARTS:
        PARTS[name](*(sizes if len(sizes) == 2 else (60_000, 4_000_000)))


if __name__ == "__main__":
    main(sys.argv[1:])
