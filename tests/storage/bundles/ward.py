"""A small real ward for the tests of sheets and bundles: facts, real criteria set and calendar, real engine."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.criteria_sets import load_criteria_set
from config.working_calendar import load_calendars
from scoring import score
from scoring.engine.facts import DeclaredValue, DocumentFact, Dossier, Evidence, Facts, Petition, to_plain
from storage.bundles import BundleContents, BundledExport, BundledFile, LogProof
from storage.bundles.merkle import Tree, leaf
from storage.proof.keys import KeyRing

VIETNAM = timezone(timedelta(hours=7))
MADE_AT = datetime(2026, 1, 5, 18, 30, 10, tzinfo=UTC)
PLAN = b"%PDF-1.7\nplan of the ward\n%%EOF\n"
RESULT = b"%PDF-1.7\nresult of a dossier\n%%EOF\n"
REPORT = b"%PDF-1.7\nreport\x00\xff\n%%EOF\n"


def sha(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def dossier(number: int, *, late: bool = False) -> Dossier:
    """A finished dossier of 2025."""
    received = datetime(2025, 3, 3, 8, tzinfo=VIETNAM) + timedelta(days=number % 200)
    due = received + timedelta(days=10)
    done = due + timedelta(days=2) if late else due - timedelta(days=2)
    return Dossier(
        code=f"H17.21-250303-{number:04d}",
        procedure_code="1.004873",
        field="Hộ tịch",
        channel="online" if number % 2 else "direct",
        full_online=True,
        status=10,
        received_at=received,
        due_at=due,
        finished_at=done,
        returned_at=done,
        papers_digitised=number % 5 != 0,
        result_file_required=True,
    )


def ward_facts() -> Facts:
    """Forty dossiers, two of them late, a plan, a report and a result, some declared values."""
    return Facts(
        dossiers=tuple(dossier(number, late=number in (7, 19)) for number in range(40)),
        petitions=(
            Petition(code="PA1", received_at=datetime(2025, 5, 5, 9, tzinfo=VIETNAM), subject="Ông Nguyễn Văn A"),
        ),
        documents=(
            DocumentFact(sha256=sha(PLAN), name="KH 12.pdf", purpose="evidence", issued_on=date(2025, 1, 20)),
            DocumentFact(sha256=sha(REPORT), name="Báo cáo: quý I.pdf", purpose="evidence"),
            DocumentFact(sha256=sha(RESULT), name="Kết quả.pdf", purpose="result", dossier_code="H17.21-250303-0001"),
        ),
        evidence=(
            Evidence(component="1.1.1", sha256=sha(PLAN), name="KH 12.pdf", section="mục II", pages="2-3"),
            Evidence(component="1.7.1", sha256=sha(PLAN), name="KH 12.pdf"),
            Evidence(component="1.2.1", sha256=sha(REPORT), name="Báo cáo: quý I.pdf", pages="1"),
        ),
        declared=(
            DeclaredValue(component="1.1.1", key="plan_issued_on", value=date(2025, 1, 20), owner="VP", source="KH 12"),
            DeclaredValue(component="1.1.2", key="tasks_planned", value=Decimal(20), owner="VP"),
            DeclaredValue(component="1.1.2", key="tasks_done", value=Decimal(19), owner="VP"),
        ),
        known=("dossiers", "petitions", "documents"),
    )


def canonical_sha(value: Any) -> str:
    """Digest of a value as scoring's inputs name it."""
    return sha(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def criteria_plain() -> dict[str, Any]:
    """The project's own criteria set."""
    return load_criteria_set("phuong-de-xuat@2025.1").plain()


def ward_score(facts: Facts | None = None) -> dict[str, Any]:
    """The real score of the ward, as JSON."""
    facts, criteria, calendar = facts or ward_facts(), criteria_plain(), load_calendars()
    values = {"calendar": calendar, "criteria": criteria, "facts": to_plain(facts)}
    inputs = [{"kind": kind, "sha256": canonical_sha(value)} for kind, value in values.items()]
    inputs += [{"kind": "document", "sha256": document.sha256} for document in facts.documents]
    result = score(
        criteria,
        facts,
        calendar,
        unit="hoi-an-dong",
        period="2025",
        as_of=date(2025, 12, 31),
        on_time_rule="bcth_date",
        inputs=inputs,
    )
    plain: dict[str, Any] = json.loads(json.dumps(result.plain()))
    return plain


def opener(data: bytes) -> Callable[[], BinaryIO]:
    """Opens these bytes."""
    return lambda: io.BytesIO(data)


def custody_log(*subjects: str) -> list[dict[str, Any]]:
    """A chained log, one event a subject."""
    events: list[dict[str, Any]] = []
    previous = "0" * 64
    for seq, subject in enumerate(subjects, start=1):
        event = {
            "seq": seq,
            "at": MADE_AT.isoformat(),
            "event": "received",
            "subject": subject,
            "who": "chị Hoa",
            "where": "inbox",
            "detail": {"name": f"tệp {seq}"},
            "previous": previous,
        }
        previous = canonical_sha(event)
        events.append(event | {"hash": previous})
    return events


EXPORT = "Mã hồ sơ;Chủ hồ sơ\nH17.21-250303-0001;Nguyễn Văn A\n".encode()
KEY = bytes(range(32))


def ward_contents(**changes: Any) -> BundleContents:
    """A whole small bundle: plan, report, result, an export, a log, two sheets; signed."""
    facts, score_plain = ward_facts(), ward_score()
    links = {
        PLAN: (("1.1.1", "mục II", "2-3"), ("1.7.1", None, None)),
        REPORT: (("1.2.1", None, "1"),),
        RESULT: (),
    }
    files = tuple(
        BundledFile(
            sha256=document.sha256,
            name=document.name,
            media_type="application/pdf",
            size=len(data),
            open=opener(data),
            links=links[data],
            dossier_code=document.dossier_code,
            text="Số định danh 048123456789, điện thoại 0905123456",
            verdict={"sha256": document.sha256, "signature": {"verdict": "PASSED", "summary_vi": "Chữ ký số hợp lệ"}},
        )
        for document, data in zip(facts.documents, (PLAN, REPORT, RESULT), strict=True)
    )
    fields: dict[str, Any] = {
        "unit": "hoi-an-dong",
        "period": "2025",
        "made_at": MADE_AT,
        "score": score_plain,
        "criteria": criteria_plain(),
        "calendar": load_calendars(),
        "facts": to_plain(facts),
        "evidence": files,
        "exports": (BundledExport(sha(EXPORT), "hồ sơ 2025.csv", len(EXPORT), opener(EXPORT)),),
        "custody": custody_log(sha(PLAN), sha(RESULT), sha(EXPORT)),
        "extra": {"phieu-cham-diem.xlsx": b"PK sheet", "BANG_KE_TLKC.xlsx": b"PK list"},
        "missing": (("1.3.1", "chưa khai"),),
        "signing_key": KEY,
    }
    fields |= changes
    if "log_proof" not in changes and fields["signing_key"] is not None:
        fields["log_proof"] = log_proof(fields["custody"], fields["signing_key"])
    return BundleContents(**fields)


def log_proof(events: list[dict[str, Any]], seed: bytes) -> LogProof:
    """That these events are the whole log, which continues a checkpoint over all but the last."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()
    ring = KeyRing(seed, ({"number": 1, "public_key": public},))
    tree = Tree(leaf(event["hash"]) for event in events)
    before = tree.size - 1
    if before < 1:
        return LogProof(ring.note(tree.size, tree.root()), ring.chain)
    earlier = ring.note(before, Tree(tree.leaves[:before]).root())
    consistency = tuple(one.hex() for one in tree.consistency(before))
    return LogProof(ring.note(tree.size, tree.root()), ring.chain, earlier, consistency)
