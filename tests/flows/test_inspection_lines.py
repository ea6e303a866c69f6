"""What `parindex inspect` prints for people of the fields of a document."""

from __future__ import annotations

from flows.cli.files import inspection_lines
from tests.web.keeping_documents import field


def test_a_handwritten_field_is_told_with_its_print_and_every_suggestion_with_its_source() -> None:
    suggestions = [
        {"value": "2025-11-13", "source": "signing_time", "source_text": "2025-11-13"},
        {"value": "2025-11-18", "source": "handwriting", "source_text": "18"},
    ]
    fields = {
        "number": field("12/KH-UBND"),
        "issued_on": field(None, "handwritten", partial="2025-11", suggestions=suggestions),
        "signer": None,
    }

    lines = list(inspection_lines({"file": "a.pdf", "fields": fields, "digitisation": {"verdict": "đạt"}}))

    assert lines[:5] == [
        "a.pdf",
        "  Số: 12/KH-UBND",
        "  Ngày ban hành: (viết tay, cần người xem) tháng 11 năm 2025",
        "    có thể là 13/11/2025 (theo thời điểm ký số)",
        "    có thể là 18/11/2025 (máy đoán từ nét chữ)",
    ]
