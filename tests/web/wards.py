"""Two small wards in one database, with people of every role: what the tests of the pages walk through."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi.testclient import TestClient
from reportlab.pdfgen.canvas import Canvas

from config.settings import Settings
from connectors.exports.rows import Export, Row
from flows.arriving.intake import Sender, keep_document
from flows.people.accounts import Opened, Person, create_account, open_session
from flows.resources import Resources, open_resources
from flows.running.requests import RunAsked, ask_for_run
from flows.scores import scoring
from flows.telling import ordering
from flows.telling.ordering import OrderAsked
from ocr import CHECKER_VERSION
from storage.documents.evidence import Examination, record_examination, record_object
from storage.ledger import uploads
from storage.ledger.uploads import NewUpload
from storage.objects.port import digest_of
from storage.people import sessions
from storage.people.accounts import Grant
from storage.people.sessions import NewLink
from storage.records.imports import Arrival, record_export
from web.cookies import SESSION

NOW = datetime.now(UTC)
"""When the tests were collected: many minutes before those of the pages begin."""
OWN, OTHER, PERIOD = "hoi-an-dong", "hai-chau", "2025"
OFFICE, OTHER_OFFICE = "Phòng Văn hóa - Xã hội", "Văn phòng HĐND và UBND"
OWN_COMPONENT, FOREIGN_COMPONENT = "1.7.1", "2.4.1"
PASSWORD = "mot-mat-khau-du-dai-42"
ROLES = ("coordinator", "unit", "leader", "auditor", "supervisor", "administrator")


@dataclass(frozen=True)
class Ward:
    """Ids of what one ward holds."""

    unit: str
    run: str
    document: str
    quarantined: str
    import_id: int
    request: str
    orders: dict[str, str]
    link: str
    link_secret: str
    uploads: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Town:
    """The home, its wards and the sessions of its people."""

    settings: Settings
    own: Ward
    other: Ward
    sessions: dict[str, Opened]


def make_town(home: Path) -> Town:
    """Two wards and, for each role, a person of the first one; `guest` comes by its share link."""
    settings = Settings(home=home, period=PERIOD, workers=1, min_free_mib=0)
    with open_resources(settings) as resources:
        for role in ROLES:
            office = OFFICE if role == "unit" else ""
            person = Person(role, f"Người {role}", PASSWORD, (Grant(role, OWN, office),))
            create_account(resources.database, person, who="test", at=NOW)
        own, other = (_ward(_of(resources, unit)) for unit in (OWN, OTHER))
        begun = datetime.now(UTC)  # NOW may lie so far back that a session's secret is exchanged
        with resources.database.write() as connection:
            opened = {role: open_session(connection, "testclient", begun, account=role) for role in ROLES}
            opened["guest"] = open_session(connection, "testclient", begun, share=f"{own.link}9")
    return Town(settings, own, other, opened)


def let_in_for_both_wards(town: Town, role: str) -> None:
    """A person of the city with this role in both wards; the session is that of `city`."""
    with open_resources(town.settings) as resources:
        person = Person("city", "Người thành phố", PASSWORD, (Grant(role, OWN), Grant(role, OTHER)))
        create_account(resources.database, person, who="test", at=NOW)
        with resources.database.write() as connection:
            town.sessions["city"] = open_session(connection, "testclient", datetime.now(UTC), account="city")


@contextmanager
def visiting(town: Town, role: str = "") -> Iterator[TestClient]:
    """A browser, signed in as `role`; it follows no redirects. Forms it posts carry their key."""
    from web.app import create_app

    with TestClient(create_app(town.settings), follow_redirects=False) as client:
        sign_in(client, town, role)
        yield client


def sign_in(client: TestClient, town: Town, role: str) -> None:
    """Become `role`, or nobody."""
    client.cookies.clear()
    client.headers.pop("x-form-key", None)
    if role:
        client.cookies.set(SESSION, town.sessions[role].secret)
        client.headers["x-form-key"] = town.sessions[role].form_key


def pdf(text: str) -> bytes:
    """A small PDF."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    canvas.drawString(72, 720, text)
    canvas.save()
    return out.getvalue()


def _of(resources: Resources, unit: str) -> Resources:
    settings = resources.settings.model_copy(update={"unit": unit})
    return Resources(settings, resources.database, resources.store)


def _ward(resources: Resources) -> Ward:
    unit = resources.settings.unit
    document = kept_document(resources, f"{OWN_COMPONENT}/ke-hoach.pdf", pdf(f"KE HOACH {unit}"), None)
    quarantined = kept_document(resources, "1.1.1/hong.pdf", f"broken {unit}".encode(), "Tệp PDF hỏng, không mở được.")
    declare(resources, int(PERIOD))
    run = scored(resources)
    told = ask_for_run(resources, RunAsked(who="test", now=NOW, unit=unit, dry_run=True))
    secret = f"{unit}-secret-of-a-link-{'x' * 20}"
    link = NewLink(f"l-{'a' if unit == OWN else 'b'}0b1c2d3e4", secret, unit, PERIOD, (), "Sở Nội vụ", "coordinator",
                   NOW, NOW + timedelta(days=7))  # fmt: skip
    with resources.database.write() as connection:
        sessions.add_link(connection, link)
        sessions.add_link(connection, replace(link, id=f"{link.id}9", secret=f"{secret}9", recipient="HĐND phường"))
        sent = {role: _upload(connection, unit, role) for role in ("coordinator", "unit")}
    askers = {role: role for role in ("coordinator", "leader", "auditor")} | {"guest": f"link:{link.id}9"}
    orders = {
        role: ordering.order_bundle(resources, OrderAsked(run, (OWN_COMPONENT,), False, asker, NOW))
        for role, asker in askers.items()
    }
    ordering.make_ordered(resources, orders["coordinator"])
    imported = 1 if unit == OWN else 2
    return Ward(unit, run, document, quarantined, imported, told["request"], orders, link.id, secret, sent)


def scored(resources: Resources) -> str:
    """The id of a new run."""
    question = scoring.Question(PERIOD, resources.settings.local_day(NOW), resources.settings.criteria, "bcth_date")
    return scoring.record(resources, scoring.compute(resources, question), who="test", at=NOW)


def kept_document(resources: Resources, name: str, data: bytes, broken: str | None = None) -> str:
    """The hash of a document that came under `name` (a path of the inbox) and was examined."""
    path = resources.settings.home / "one.pdf"
    path.write_bytes(data)
    keep_document(resources, path, name, Sender("test", "inbox", NOW))
    sha256, _ = digest_of(io.BytesIO(data))
    result = {
        "status": "unreadable" if broken else "read",
        "page_count": 1,
        "pages": [{"number": 1, "kind": "text"}],
        "media_type": "application/pdf",
        "fields": {"number": {"value": "12/KH-UBND", "page": 1, "box": [0.1, 0.1, 0.4, 0.2], "state": "read"}},
        "digitisation": {"verdict": "không đạt" if broken else "đạt", "reasons": []},
        "signature": {"verdict": "NO_SIGNATURE", "summary_vi": "Không có chữ ký số.", "signatures": []},
    }
    examination = Examination(resources.settings.unit, sha256, CHECKER_VERSION, result, "Kế hoạch của phường", NOW)
    with resources.database.write() as connection:
        record_examination(connection, examination, quarantined_for=broken)
    return sha256


PLAN = {"improvement_plan_issued": True, "results_in_annual_report": True}


def declare(resources: Resources, year: int, values: Mapping[str, bool] = PLAN, at: datetime = NOW) -> None:
    """Declared values of one component, as an import of their own."""
    unit = resources.settings.unit
    kept = resources.store.put(io.BytesIO(f"declared {unit} {year} {values}".encode()))
    about = {"component": OWN_COMPONENT, "owner": OFFICE, "evidence": ("ke-hoach.pdf",)}
    said = (about | {"key": key, "value": value} for key, value in values.items())
    rows = tuple(Row("declared", "S", number, one) for number, one in enumerate(said, start=2))
    export = Export(file="khai.csv", sha256=kept.sha256, profile="khai-bao-so-lieu", kind="declared", sheets=("S",),
                    rows=rows, counted=2, exported_at=at)  # fmt: skip
    with resources.database.write() as connection:
        record_object(connection, kept, who="test", where="test", at=NOW)
        record_export(connection, Arrival(unit, "khai.csv", kept.sha256, "test", "test", at, "1", year=year), export)


def give_task(
    resources: Resources,
    code: str,
    office: str | None,
    due: datetime,
    origin: str = "plan",
    part: str | None = "II.1.1",
) -> None:
    """A task (of the plan's part II.1.1), as an import of the tracker of its own."""
    unit, name = resources.settings.unit, f"nhiem-vu-{code}.xlsx"
    kept = resources.store.put(io.BytesIO(name.encode()))
    task = {"code": code, "name": f"Nhiệm vụ {code}", "origin": origin, "part": part, "state": "open"}
    row = Row("tasks", "S", 2, task | {"office": office, "due_at": due})
    export = Export(file=name, sha256=kept.sha256, profile="theo-doi-nhiem-vu", kind="tasks", sheets=("S",),
                    rows=(row,), counted=1, exported_at=NOW)  # fmt: skip
    with resources.database.write() as connection:
        record_object(connection, kept, who="test", where="test", at=NOW)
        record_export(connection, Arrival(unit, name, kept.sha256, "test", "test", NOW, "1", year=int(PERIOD)), export)


def _upload(connection: object, unit: str, role: str) -> str:
    new = NewUpload(f"u-{unit}-{role}", unit, role, OWN_COMPONENT, "moi.pdf", 10, "1", NOW)
    return uploads.begin_upload(connection, new)  # type: ignore[arg-type]


def link_to(town: Town, *components: str) -> None:
    """A guest whose link shows these components only becomes `limited`."""
    new = NewLink("l-0123456789", "s" * 40, OWN, PERIOD, components, "Sở", "coordinator", NOW, NOW + timedelta(days=7))
    with open_resources(town.settings) as resources, resources.database.write() as connection:
        sessions.add_link(connection, new)
        town.sessions["limited"] = open_session(connection, "testclient", datetime.now(UTC), share=new.id)
