"""Is the file digitised to the standard? Thresholds and outcomes are data (config/documents/digitisation.yaml)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from config.strict_yaml import plain_yaml
from ocr.intake import PDF_VERSIONS
from ocr.page import Note, PageReading

_FILE = Path(__file__).resolve().parents[1] / "config" / "documents" / "digitisation.yaml"
Profile = Literal["scanned", "born_digital", "image"]
PASSED, REVIEW, FAILED = "đạt", "cần người xem", "không đạt"
_SIDES = ("trái", "trên", "phải", "dưới")


@lru_cache(maxsize=1)
def rules() -> dict[str, Any]:
    """The rules, read once."""
    loaded: dict[str, Any] = plain_yaml(_FILE.read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=4)
def thresholds_of(profile: Profile) -> dict[str, Any]:
    """The profile's thresholds by name. A picture file is judged like a scan."""
    entries = rules()["profiles"]["scanned" if profile == "image" else profile]
    return {name: entry["value"] for name, entry in entries.items()}


def page_profile(page: PageReading) -> Profile:
    """A page is judged by what it is, whatever the other pages are."""
    return "scanned" if page.dpi is not None else "born_digital"


@dataclass(frozen=True, slots=True)
class Digitisation:
    """The verdict with every reason that weighed on it."""

    profile: Profile | None
    reasons: tuple[Note, ...]

    @property
    def verdict(self) -> str:
        outcomes = {outcome_of(reason.code) for reason in self.reasons}
        return FAILED if FAILED in outcomes else REVIEW if REVIEW in outcomes else PASSED

    def plain(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "profile": self.profile,
            "reasons": [
                {"code": r.code, "page": r.page, "detail": r.detail, "outcome": outcome_of(r.code)}
                for r in self.reasons
            ],
        }


def outcome_of(code: str) -> str:
    return str(rules()["outcomes"][code])


def profile_of(pages: Sequence[PageReading], media_type: str) -> Profile:
    """`image` for a picture file, `scanned` where pages are pictures of paper, else `born_digital`."""
    if media_type != "application/pdf":
        return "image"
    pictured = sum(page_profile(page) == "scanned" for page in pages)
    return "scanned" if pictured and pictured * 2 >= sum(page.kind != "blank" for page in pages) else "born_digital"


def judge(
    pages: Sequence[PageReading], *, profile: Profile, version: str | None, notes: Sequence[Note]
) -> Digitisation:
    """Collect every reason; `notes` are those that reading the file and comparing it gave."""
    reasons = [*notes, *_version(profile, version)]
    for page in pages:
        reasons += page.notes
        reasons += _page_reasons(page)
    reasons += _emptiness(pages, whole=not any(note.code == "pages_unread" for note in notes))
    reasons += _duplicates(pages)
    return Digitisation(profile, tuple(reasons))


def _version(profile: Profile, version: str | None) -> Iterator[Note]:
    least = thresholds_of(profile)["least_pdf_version"]
    if profile == "image":
        yield Note("not_pdf", None, "Tệp là ảnh; quy định yêu cầu bản số hóa ở định dạng PDF phiên bản 1.4 trở lên.")
    elif version not in PDF_VERSIONS or version < least:
        odd = ", không có phiên bản này" if version and version not in PDF_VERSIONS else ""
        said = f"Phiên bản PDF là {version or 'không rõ'}{odd}; quy định từ {least} trở lên."
        yield Note("pdf_version", None, said)


def _page_reasons(page: PageReading) -> Iterator[Note]:
    if page.kind == "blank":
        return
    if page.dpi is not None:
        yield from _scan_reasons(page)
    yield from _direction(page)
    if page.source == "ocr" or page.sampled is not None:
        yield from _legibility(page)
    limits = thresholds_of(page_profile(page))
    if not _is_paper(page.width, page.height, limits):
        size = f"{page.width * 25.4 / 72:.0f} x {page.height * 25.4 / 72:.0f} mm"
        yield Note("paper_size", page.number, f"Khổ trang {size} không phải khổ giấy thường dùng; cần xem tỷ lệ 100 %.")


def _scan_reasons(page: PageReading) -> Iterator[Note]:
    limits = thresholds_of(page_profile(page))
    if page.dpi is not None and page.dpi < limits["tolerated_dpi"]:
        yield Note(
            "low_resolution", page.number, f"Độ phân giải {page.dpi} dpi; quy định từ {limits['least_dpi']} dpi."
        )
    if page.colour in ("grey", "bilevel"):
        seen = "ảnh xám" if page.colour == "grey" else "ảnh đen trắng"
        yield Note("not_colour", page.number, f"Trang quét là {seen}; quy định là ảnh màu.")


def _direction(page: PageReading) -> Iterator[Note]:
    if page.rotation:
        code = "rotated" if page.number == 1 else "rotated_inner"
        yield Note(code, page.number, f"Trang bị xoay, phải xoay {page.rotation} độ mới đọc được.")


def _legibility(page: PageReading) -> Iterator[Note]:
    limits = thresholds_of(page_profile(page))
    if page.skew is not None and abs(page.skew) > limits["most_skew_degrees"]:
        yield Note("skewed", page.number, f"Trang quét lệch {abs(page.skew):.1f} độ.")
    confidence = page.confidence or 0.0
    if confidence < limits["illegible_confidence"]:
        yield Note("illegible", page.number, "Trang mờ hoặc nhòe, không đọc được chữ.")
    elif confidence < limits["doubtful_confidence"]:
        yield Note("doubtful", page.number, "Chữ trên trang khó đọc; cần người xem lại bản quét.")
    yield from _edges(page, limits)


def _edges(page: PageReading, limits: dict[str, Any]) -> Iterator[Note]:
    """Something may be cut off: strokes over an edge of the scan, else words that touch the picture's sides."""
    edge = limits["edge_share"]
    touching = sum(_touches(word.box.left / page.width, word.box.right / page.width, edge) for word in page.words)
    strokes = limits.get("cut_off_strokes")
    sides = [side for side, count in zip(_SIDES, page.cut, strict=True) if strokes and count >= strokes]
    if sides:
        said = f"Chữ chạm mép {', '.join(sides)} của ảnh quét; có thể trang bị cắt mất phần rìa."
        yield Note("cut_off", page.number, said)
    elif touching >= limits["cut_off_words"]:
        yield Note("cut_off", page.number, f"{touching} chữ sát mép ảnh; có thể trang bị cắt mất phần rìa.")


def _touches(left: float, right: float, edge: float) -> bool:
    return left < edge or right > 1 - edge


def _is_paper(width: float, height: float, limits: dict[str, Any]) -> bool:
    short, long = sorted((width * 25.4 / 72, height * 25.4 / 72))
    off = float(limits["paper_tolerance"])
    return any(abs(short / a - 1) <= off and abs(long / b - 1) <= off for a, b in limits["paper_sizes_mm"])


def _emptiness(pages: Sequence[PageReading], *, whole: bool) -> Iterator[Note]:
    blank = [page for page in pages if page.kind == "blank"]
    if whole and pages and len(blank) == len(pages):
        yield Note("blank_document", None, "Tệp không có nội dung: mọi trang đều trắng.")
    else:
        for page in blank[:20]:
            yield Note("blank_page", page.number, "Trang trắng (có thể là mặt sau của tờ giấy).")


def _duplicates(pages: Sequence[PageReading]) -> Iterator[Note]:
    seen: list[PageReading] = []
    for page in pages:
        if page.kind == "blank" or len(page.text) < 40:
            continue
        twin = next((other for other in seen if _same(other, page)), None)
        if twin is not None:
            yield Note("duplicate_page", page.number, f"Trang {page.number} lặp lại trang {twin.number}.")
        seen.append(page)


def _same(one: PageReading, other: PageReading) -> bool:
    if one.fingerprint is not None and other.fingerprint is not None:
        return (one.fingerprint ^ other.fingerprint).bit_count() <= 6 and _overlap(one.text, other.text) > 0.9
    return one.text == other.text


def _overlap(one: str, other: str) -> float:
    a, b = set(one.split()), set(other.split())
    return len(a & b) / max(1, len(a | b))
