"""Examples that the OpenAPI description shows."""

from __future__ import annotations

from typing import Any

_SHA256 = "9aeb1b92ba4b6c621f570cc1220591b5826406819dccacde830ab8067762cb7f"
_ITEM = {
    "id": "3.3.2",
    "name": "Tỷ lệ hồ sơ giải quyết đúng hạn (trễ hạn < 1%)",
    "points": "3.95",
    "max_points": "4.00",
    "expected": "3.95",
    "state": "scored",
    "because": "Trễ hạn 24/1971 hồ sơ (1,218 %), đúng hạn 98,782 %: 1947/1971 × 4 = 3,95 điểm.",
}
_TOTALS = {"maximum": "100.00", "self_scorable": "88.00", "conservative": "64.00", "expected": "69.76"}
_DOCUMENT = {
    "sha256": _SHA256,
    "name": "ke-hoach-cchc.pdf",
    "state": "examined",
    "reason": None,
    "size": 190_000,
    "received_at": "2025-12-31T18:00:00+00:00",
    "digitisation": "đạt",
    "signature": "PASSED",
}

ERROR: dict[str, Any] = {"content": {"application/json": {"example": {"error": "Không có lần chấm này."}}}}
ME = {"account": "phan-mem-mot-cua", "grants": [["coordinator", "hoi-an-dong", "", ""]], "deeds": ["see_score"]}
SCORE = {"run": "2025-0001", "unit": "hoi-an-dong", "period": "2025", "totals": _TOTALS, "components": [_ITEM]}
RUNS = [{"id": "2025-0001", "as_of": "2025-12-31", "made_at": "2025-12-31T18:00:00+00:00", "asked_by": "night"}]
COMPONENT = {"score": _ITEM, "criteria": {"id": "3.3.2"}, "over": [{"run": "2025-0001", "points": "3.95"}]}
ROWS = {"rows": [{"kind": "dossier", "key": "H17.12-250105-0001", "why": "hẹn trả 10/01/2025 ..."}], "left_out": 0}
WHAT_IF = {"totals": _TOTALS, "moved": {"change": {"conservative": "0.05", "expected": "0.05"}, "components": []}}
DOCUMENTS = {"total": 1, "documents": [_DOCUMENT]}
DOCUMENT = _DOCUMENT | {"text": "...", "result": {}, "proves": [{"component": "1.1.1", "section": "III", "pages": "1"}]}
SEARCH = {"words": "ke hoach", "exact": False, "count": 1, "hits": [{"sha256": _SHA256, "page": 1, "snippet": "..."}]}
IMPORTS = {"total": 1, "imports": [{"id": 1, "name": "hoso_2025.xls", "status": "read", "counts": {"read": 2000}}]}
CYCLE_DEED: dict[str, Any] = {"deed": "fill", "component": "1.7.1", "said": {"note": "Đủ tài liệu"}, "version": 1}
CYCLE = {"state": "self_scoring", "deadlines": [], "deeds": ["fill"], "components": [], "disputed": [], "totals": None}
OPENING_WISH: dict[str, Any] = {
    "deadlines": {
        "self_score": "2025-12-31",
        "appraisal_1": "2026-01-15",
        "explanation": "2026-01-31",
        "appraisal_2": "2026-02-28",
    }
}
_ACTION = {"component": "1.7.1", "gain": "0.50", "responsible": "Văn phòng", "deadline": "2025-12-31", "overdue": False}
TODAY = {"run": "2025-0002", "before": "2025-0001", "moved": [], "totals": _TOTALS, "actions": [_ACTION], "due": []}
_RANKED = {"rank": 1, "unit": "hoi-an-dong", "name": "Phường Hội An Đông", "run": "2025-0002", "totals": _TOTALS}
CITY = {"period": "2025", "criteria": "phuong-de-xuat@2025.1", "units": [_RANKED], "components": [], "waiting": []}
IMPORT = {
    "import": {"id": 1, "name": "hoso_2025.xls", "status": "read", "counts": {"read": 2000, "rejected": 1}},
    "alarms": [],
    "total": 1,
    "rejected": [{"sheet": "Sheet1", "row": 7, "cell": "D7", "reason": "không phải ngày"}],
}
SOURCES = [{"source": "iGate", "fresh": True, "newest": "2025-12-31T17:00:00+00:00", "age_hours": 3.5, "reason": None}]
UPLOAD_WISH: dict[str, Any] = {
    "name": "ke-hoach.pdf",
    "size": 190_000,
    "target": "1.1.1",
    "fingerprint": "ke-hoach.pdf-190000",
}
UPLOAD = {"id": "u-1a2b3c", "name": "ke-hoach.pdf", "state": "kept", "sha256": _SHA256, "reason": None} | {
    "received": 190_000,
    "document": _DOCUMENT,
}
BUNDLE = {"order": "g-1a2b3c4d", "state": "ready", "sha256": _SHA256, "reason": None}
TERM_WISH: dict[str, Any] = {"speaks_from": "2025-01-01", "speaks_to": "2025-12-31", "expires_on": None, "version": ""}
TERM_SAID = {"sha256": _SHA256, "speaks_from": "2025-01-01", "speaks_to": "2025-12-31", "expires_on": None}
TERM = {"term": TERM_SAID | {"known_by": "said"}, "state": "good", "because": "...", "linked": ["1.1.1"], "version": ""}
LINKED = {"sha256": _SHA256, "component": "1.1.1", "section": "II.3", "pages": "4-5"}
DECLARED_WISH: dict[str, Any] = {"values": {"plan_issued": "có"}, "version": "", "owner": "Văn phòng HĐND và UBND"}
DECLARED = {"inputs": [{"key": "plan_issued", "label": "Đã ban hành kế hoạch"}], "values": {}, "version": ""}
WORK = {"components": ["1.1.1"], "tasks": [], "notes": ["1.1.1"], "reminders": [], "indices": None}
VERIFICATION = {"ok": True, "files": 12, "faults": [], "score": {"stated": "3.95", "recomputed": "3.95", "equal": True}}
LINK_WISH: dict[str, Any] = {"recipient": "Sở Nội vụ", "days": 14, "components": ["3.3.2"]}
SHARED = {"id": "l-0b1c2d3e4a", "address": "https://par.example/chia-se/...", "expires_at": "2026-01-14T01:00:00Z"}
_OPENING = {"number": 1, "who": "Nguyễn Văn Thử", "office": "Sở Nội vụ", "opened_at": "2026-01-02T08:00:00Z"}
_LINK = {"id": "l-0b1c2d3e4a", "recipient": "Sở Nội vụ", "components": ["3.3.2"], "revoked_at": None}
LINKS = {"links": [_LINK | {"openings": [_OPENING]}]}
REQUEST = {"request": "yc-20251231-080000", "state": "waiting", "progress": {"step": "waiting", "done": 0, "of": 0}}


def body(example: Any) -> dict[str, Any]:
    """One answer with its example."""
    return {"content": {"application/json": {"example": example}}}


def of(example: Any) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that answers 200."""
    return {200: body(example)}
