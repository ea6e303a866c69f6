"""How things are said: dates and numbers as officials write them, states in words with a shape, English by switch."""

from __future__ import annotations

import functools
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

VIETNAMESE, ENGLISH = "vi", "en"
LANGUAGES = (VIETNAMESE, ENGLISH)
_ENGLISH = Path(__file__).parent / "words" / "en.json"


@functools.cache
def english() -> dict[str, str]:
    """Vietnamese sentence -> English sentence; what is missing stays Vietnamese."""
    words: dict[str, str] = json.loads(_ENGLISH.read_text(encoding="utf-8"))
    return words


def say(sentence: str, language: str, **values: Any) -> str:
    """A sentence of a page in the visitor's language, its {names} filled in."""
    said = english().get(sentence, sentence) if language == ENGLISH else sentence
    return said.format(**values) if values else said


def day_typed(text: str) -> date:
    """The day that an official typed as 31/01/2026.

    Raises:
        ValueError: it is none.
    """
    day, month, year = (int(part) for part in text.split("/"))
    return date(year, month, day)


STATES = {
    "scored": ("●", "Đã chấm"),
    "no_evidence": ("▲", "Chưa có tài liệu kiểm chứng"),
    "no_data": ("■", "Chưa có số liệu"),
    "not_applicable": ("○", "Không phát sinh"),
    "survey": ("◇", "Điều tra xã hội học, không tự chấm"),
}
"""States of a component: shape and words."""

DOCUMENT_STATES = {
    "received": ("◔", "Chờ kiểm tra"),
    "examining": ("◔", "Đang kiểm tra"),
    "examined": ("●", "Đã kiểm tra"),
    "quarantined": ("▲", "Cách ly: không dùng được"),
}

AWAITED = ("received", "examining")
"""States of a document that will have a verdict by itself."""

SIGNATURES = {
    "PASSED": ("●", "Chữ ký số hợp lệ"),
    "INDETERMINATE": ("◐", "Chữ ký số chưa kết luận được"),
    "FAILED": ("▲", "Chữ ký số không hợp lệ"),
    "NO_SIGNATURE": ("○", "Không có chữ ký số"),
    "UNREADABLE": ("■", "Không đọc được"),
}

DIGITISATION = {
    "đạt": ("●", "Đạt chuẩn số hóa"),
    "không đạt": ("▲", "Không đạt chuẩn số hóa"),
    "cần người xem": ("◐", "Cần người xem"),
}

REGISTERS = {"dossiers": "Đối chiếu sổ hồ sơ", "outgoing": "Đối chiếu sổ văn bản đi"}

AGREEMENT = {
    "agrees": ("●", "Khớp với sổ"),
    "contradicts": ("▲", "Không khớp với sổ"),
    "unknown": ("○", "Chưa so được"),
}
"""Whether a document says what its row in a register says."""

OUTCOMES = {"không đạt": ("▲", "không đạt"), "cần người xem": ("◐", "cần người xem")}
"""What one fault of a file means for its verdict."""

RUN_STATES = {
    "waiting": ("◔", "Đang chờ"),
    "running": ("▶", "Đang chạy"),
    "lost": ("◌", "Mất liên lạc, sẽ được chạy tiếp"),
    "done": ("●", "Xong"),
    "gaps": ("◐", "Xong, có mục cần người xem"),
    "failed": ("▲", "Không chạy được"),
    "cancelled": ("■", "Đã hủy"),
}

ORDER_STATES = {
    "waiting": ("◔", "Đang chờ"),
    "making": ("▶", "Đang lập"),
    "ready": ("●", "Đã lập xong"),
    "failed": ("▲", "Không lập được"),
}

WHOLE_DEEDS = {
    "begin": "Bắt đầu tự chấm",
    "approve": "Duyệt bảng tự chấm",
    "send_back": "Trả lại để sửa",
    "lock": "Chốt điểm tự chấm",
    "attach_sheet": "Đính kèm phiếu đã ký",
    "begin_appraisal": "Bắt đầu thẩm định lần 1",
    "ask_explanations": "Gửi kết quả lần 1, yêu cầu giải trình",
    "lock_explanation": "Chốt giải trình",
    "begin_second_appraisal": "Bắt đầu thẩm định lần 2",
    "end_appraisal": "Kết thúc thẩm định",
    "publish": "Công bố kết quả",
}
"""Deeds on the whole year, as their buttons say them."""

ENTRY_DEEDS = {
    "assign": "Giao đơn vị chịu trách nhiệm",
    "fill": "Tự chấm: ghi chú và tài liệu",
    "override": "Sửa điểm máy tính",
    "as_computed": "Lấy lại điểm máy tính",
    "appraise": "Thẩm định lần 1",
    "explain": "Giải trình",
    "appraise_again": "Thẩm định lần 2",
    "add_survey": "Ghi điểm điều tra xã hội học",
}
"""Deeds on one component."""

KINDS = {
    "dossiers": "Hồ sơ thủ tục hành chính",
    "petitions": "Phản ánh, kiến nghị",
    "declared": "Giá trị khai báo",
    "survey": "Kết quả khảo sát",
}

SOURCES = {"measured": "Đo từ dữ liệu", "declared": "Khai báo", "survey": "Khảo sát"}

EVENTS = {
    "stored": "Lưu vào kho",
    "received": "Tiếp nhận",
    "examined": "Kiểm tra",
    "imported": "Nhập dữ liệu",
    "taken_out": "Tách bảng ra đọc riêng",
    "rejected": "Trả lại",
    "layout_dismissed": "Bỏ cảnh báo cho mẫu tệp",
    "scored": "Tự chấm",
    "bundled": "Lập gói tài liệu kiểm chứng",
    "viewed": "Xem",
    "downloaded": "Tải về",
    "released": "Cho kiểm tra lại",
    "linked": "Gắn với một mục",
    "unlinked": "Bỏ gắn với một mục",
    "dated": "Khai thời gian",
    "expired": "Hết hiệu lực",
    "searched": "Hiện trong kết quả tìm kiếm",
    "signature_changed": "Kết luận về chữ ký số thay đổi",
    "damaged": "Phát hiện tệp trong kho bị hỏng",
    "mended": "Khôi phục tệp trong kho",
    "published": "Công bố",
    "reported": "Lập báo cáo",
}

BUNDLE_SIGNATURES = {"invalid": "chữ ký sai", "unsigned": "không có chữ ký", "other_key": "ký bằng khóa lạ"}
"""What the verifier says of a bundle's statement where its signature is not valid."""

TASKS = {"done_on_time": "●", "done_late": "◐", "done_undated": "◐", "overdue": "▲", "open": "◔"}
"""The shape of each standing of a task (scoring.other_indices.STANDINGS)."""

KNOWN_BY = {"said": "người dùng đã khai", "read": "máy đọc từ tài liệu", "issued": "theo năm ban hành"}
"""How the period of a document is known."""

NUMBERS = {
    "share": "Tỷ lệ",
    "finished": "Hồ sơ đã giải quyết xong",
    "late": "Trễ hạn",
    "on_time": "Đúng hạn",
    "early": "Trước hạn",
    "in_progress_late": "Đang giải quyết, đã quá hạn",
    "worth": "Tương ứng điểm",
    "respondents": "Số phiếu",
    "examined": "Có tệp kết quả đã kiểm tra",
    "missing": "Chưa có tệp kết quả",
    "unknown": "Chưa kết luận được, cần người xem",
    "to_review": "Cần người xem",
    "contradicted": "Mâu thuẫn với sổ hồ sơ, không tính",
    "failed": "Không đạt",
    "petitions": "Số phản ánh, kiến nghị",
}
"""Numbers beside those that a measure names itself (`scoring.number_names`)."""

DEEDS = {
    "see_score": "Xem điểm",
    "see_work": "Xem việc cần làm, ghi chú",
    "see_evidence": "Xem tài liệu",
    "see_dossiers": "Xem hồ sơ phía sau con số",
    "see_exports": "Xem dữ liệu một cửa",
    "see_runs": "Xem các lần chấm",
    "compare_units": "So sánh các đơn vị",
    "what_if": "Thử số khác",
    "report": "Lấy báo cáo, phiếu chấm điểm",
    "order_bundle": "Lập và tải gói tài liệu",
    "ask_run": "Yêu cầu chấm điểm",
    "upload": "Nộp tài liệu",
    "declare": "Khai giá trị, tự chấm, nói tài liệu chứng minh cho mục nào",
    "release": "Cho kiểm tra lại tài liệu bị cách ly",
    "share": "Tạo và thu hồi liên kết chia sẻ",
    "assign": "Mở kỳ chấm, phân công",
    "explain": "Giải trình",
    "approve": "Duyệt, sửa điểm tự chấm",
    "lock": "Chốt điểm, chốt giải trình",
    "appraise": "Thẩm định",
}
"""What a program's key may be given, reading first; the account itself must hold it too."""

TYPED = {
    "muc": "Mục",
    "note": "Ghi chú, nội dung",
    "points": "Điểm",
    "because": "Lý do",
    "office": "Đơn vị chịu trách nhiệm",
    "evidence": "Tài liệu kiểm chứng",
    "sheet": "Phiếu đã ký",
    "owner": "Đơn vị cung cấp",
    "source": "Nguồn số liệu",
    "explanation": "Giải trình",
    "self_score": "Hạn tự chấm",
    "appraisal_1": "Hạn thẩm định lần 1",
    "appraisal_2": "Hạn thẩm định lần 2",
    "recipient": "Gửi cho",
    "days": "Số ngày dùng được",
    "components": "Mục",
    "as_of": "Tính đến ngày",
    "criteria": "Bộ tiêu chí",
    "speaks_from": "Từ ngày",
    "speaks_to": "Đến ngày",
    "expires_on": "Dùng được đến hết ngày",
    "section": "Mục trong tài liệu",
    "pages": "Trang",
}
"""Fields of forms, as somebody recognises them who is to send one again; the others are not shown, but sent."""

ON_TIME = {
    "bcth_date": "Theo ngày, báo cáo tổng hợp",
    "bc06_datetime": "Theo giờ, phút, biểu 06a",
    "dvcqg_766": "Theo Cổng Dịch vụ công quốc gia, bộ chỉ số 766",
    "opencps": "Theo phần mềm một cửa mã nguồn mở",
}


def number(value: Any) -> str:
    """A number as officials write it: comma for the decimals, dot for the thousands; a dash for none."""
    if value is None or value == "":
        return "–"
    try:
        text = f"{Decimal(str(value)):,f}"
    except (InvalidOperation, ValueError):
        return str(value)
    return text.replace(",", "_").replace(".", ",").replace("_", ".")


def points(value: Any) -> str:
    """Points with two decimals; a dash where there is no score."""
    return "–" if value is None else number(f"{Decimal(str(value)):.2f}")


def signed(value: Any) -> str:
    """A difference of points with its sign."""
    amount = Decimal(str(value))
    return f"{'+' if amount > 0 else '−' if amount < 0 else ''}{points(abs(amount))}"


def percent(value: Any) -> str:
    """A share from 0 to 1 as per cent."""
    return f"{number(f'{Decimal(str(value)) * 100:.2f}')} %"


def day(value: Any) -> str:
    """A date as 05/01/2026, of a moment the local one; a dash for none."""
    if not value:
        return "–"
    if isinstance(value, datetime):
        value = _local(value)
    found = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    return f"{found:%d/%m/%Y}"


def moment(value: Any, zone: str = "Asia/Ho_Chi_Minh") -> str:
    """A moment as 01:00 ngày 05/01/2026, local time; a dash for none."""
    if not value:
        return "–"
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return f"{_local(found, zone):%H:%M %d/%m/%Y}"


def _local(moment: datetime, zone: str = "Asia/Ho_Chi_Minh") -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(ZoneInfo(zone))


def size(value: int | None) -> str:
    """Bytes in a unit that can be read."""
    if value is None:
        return "–"
    for limit, name in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")):
        if value >= limit:
            return f"{number(f'{value / limit:.1f}')} {name}"
    return f"{number(value)} byte"


def value(found: Any) -> str:
    """A declared or measured value in words."""
    if found is None or found == "":
        return "chưa có"
    if isinstance(found, bool):
        return "có" if found else "không"
    if found == "not_applicable":
        return "không phát sinh"
    if isinstance(found, str) and len(found) == 10 and found[4] == "-" and found[7] == "-":
        return day(found)
    return number(found) if isinstance(found, int | Decimal) else str(found).replace(".", ",")


def plain(found: Any) -> str:
    """A value as a form field holds it."""
    return ("có" if found else "không") if isinstance(found, bool) else str(found)


def rules_in_words(text: str) -> str:
    """A sentence with the names of the rules of being on time in words instead of their keys."""
    for key, name in ON_TIME.items():
        text = re.sub(rf"{key}(@\d+)?", f"cách “{name}”", text)
    return text


def asker(who: str) -> str:
    """Who asked for a run: the night by its name in Vietnamese, a person by the account."""
    return f"chấm đêm {who.removeprefix('night ')}" if who.startswith("night ") else who


def declared(found: Any) -> str:
    """A declared value as kept ({"decimal": ...}, {"date": ...}, bool, text), as a person types it; empty for none."""
    if isinstance(found, dict):
        kind, text = next(iter(found.items()))
        return day(text) if kind.startswith("date") else str(text).replace(".", ",")
    return "" if found is None else value(found)
