"""How the fields of a document are called and what their states are, in words for officials: pages and commands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from config.dossier_codes import dossier_code_in

FIELDS = {
    "number": "Số",
    "symbol": "Ký hiệu",
    "issued_on": "Ngày ban hành",
    "place": "Nơi ban hành",
    "issuer": "Cơ quan ban hành",
    "type": "Loại văn bản",
    "subject": "Trích yếu",
    "authority": "Thẩm quyền ký",
    "signer_title": "Chức vụ người ký",
    "signer": "Người ký",
    "recipients": "Nơi nhận",
    "dossier_code": "Mã hồ sơ",
}
"""Fields of an examination in the order in which people read them."""

FIELD_STATES = {
    "read": ("●", "đọc được"),
    "handwritten": ("◐", "viết tay, cần người xem"),
    "blank": ("○", "để trống trên văn bản"),
    "missing": ("–", "không tìm thấy"),
}
"""Shape and words of a field's state; `missing`: nothing of it stands on the document."""

SHORT_STATES = {"handwritten": "viết tay", "blank": "để trống"}
"""The same for lists, where a field has no value."""

SIGNATURES = {
    "PASSED": "hợp lệ",
    "INDETERMINATE": "chưa kết luận được",
    "FAILED": "không hợp lệ",
    "NO_SIGNATURE": "không có",
    "UNREADABLE": "không đọc được",
}
"""What the check of a document's signatures says, after "chữ ký số"."""

SUGGESTED_BY = {
    "register": "theo sổ",
    "file_name": "theo tên tệp",
    "signing_time": "theo thời điểm ký số",
    "stamp_time": "theo thời gian in trong dấu",
    "handwriting": "máy đoán từ nét chữ",
}
"""Who thinks so: sources of suggestions (ocr.fields.found.Suggestion)."""

UNPLACED = (
    "Chưa gắn với hồ sơ hay mục nào: không thấy mã hồ sơ trong tên tệp và trên văn bản. "
    "Nộp lại vào đúng mục, hoặc ghi mã hồ sơ vào tên tệp rồi nộp lại."
)
"""What is told at once of a document that would count nowhere."""

MARKS = {"seal": "con dấu", "handwriting": "chữ viết tay"}
"""What a pen or a seal left on scanned paper (ocr.signatures.paper_marks)."""


_SHOWN_PAGES = 5
_COMPONENT = re.compile(r"\d+\.\d+\.\d+")


def place_said(path: str) -> str:
    """Where a document was handed in, for people: `mục 1.7.1 (ke-hoach.pdf)`; `path` is that inside the inbox."""
    *folders, name = path.split("/")
    component = next((folder for folder in folders if _COMPONENT.fullmatch(folder)), None)
    code = dossier_code_in(path)
    if component:
        place = f"mục {component}"
    elif "van-ban-di" in folders:
        place = "văn bản đi"
    else:
        place = f"hồ sơ {code}" if code else "chưa xếp vào mục nào"
    return f"{place} ({name})"


def printed_part(name: str, fields: Mapping[str, Any]) -> str:
    """What is printed of a field whose rest is handwritten or blank; empty where nothing is."""
    field = fields.get(name) or {}
    if name == "issued_on" and field.get("partial"):
        year, _, month = str(field["partial"]).partition("-")
        return f"tháng {month} năm {year}" if month else f"năm {year}"
    symbol = (fields.get("symbol") or {}).get("value")
    return f"…/{symbol}" if name == "number" and symbol else str(field.get("partial") or "")


def said_value(name: str, value: str) -> str:
    """A field's value as officials write it: days as 31/12/2025."""
    parts = value.split("-")
    return "/".join(reversed(parts)) if name == "issued_on" and len(parts) == 3 else value


def suggested_values(name: str, field: Mapping[str, Any]) -> dict[str, list[str]]:
    """Each value that is suggested for a field, best first, with the words of all who suggest it."""
    by_value: dict[str, list[str]] = {}
    for one in field.get("suggestions") or ():
        source = SUGGESTED_BY.get(str(one["source"]), str(one["source"]))
        sources = by_value.setdefault(said_value(name, str(one["value"])), [])
        sources += [] if source in sources else [source]
    return by_value


def digitisation_vn(digitisation: Mapping[str, Any]) -> str:
    """The verdict of an examination on how a file was digitised, with its reasons."""
    reasons = "; ".join(reason.rstrip(".") for reason in reasons_vn(digitisation))
    verdict = str(digitisation.get("verdict"))
    return f"{verdict}: {reasons}" if reasons else verdict


def reasons_vn(digitisation: Mapping[str, Any]) -> list[str]:
    """The reasons of a verdict, each sentence once; one that several pages share names them."""
    pages: dict[str, list[int]] = {}
    for reason in digitisation.get("reasons") or ():
        pages.setdefault(str(reason["detail"]), []).extend([reason["page"]] if reason.get("page") else [])
    return [f"{detail.rstrip('.')} (trang {_listed(on)})." if len(on) > 1 else detail for detail, on in pages.items()]


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:_SHOWN_PAGES]))
    return shown if len(numbers) <= _SHOWN_PAGES else f"{shown} và {len(numbers) - _SHOWN_PAGES} trang khác"


def signature_vn(verdict: str) -> str:
    """A verdict (`PASSED`, `INDETERMINATE/TRY_LATER`) in words for officials; its code alone where it has none."""
    return SIGNATURES.get(verdict.partition("/")[0], verdict)
