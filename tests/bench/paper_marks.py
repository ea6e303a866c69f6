"""How surely seals and handwriting are found on generated scans: `python -m tests.bench.paper_marks [SCANS]`.

Every scan is made with or without seal and signature, at 150 to 300 dpi, in colour, skewed and noisy as its seed says.
A mark is right where its kind was put and its box meets the place; everything else that is found is false.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from dataclasses import replace
from io import BytesIO

import pypdfium2 as pdfium

from ocr.signatures.paper_pages import marks_in_file
from sample.documents import Document, Scan, places, scanned

_DOCUMENT = Document(
    kind="QUYẾT ĐỊNH",
    symbol="QĐ-UBND",
    number="12",
    subject="Về việc kiện toàn Bộ phận Tiếp nhận và Trả kết quả",
    body=("Điều 1. Kiện toàn Bộ phận Tiếp nhận và Trả kết quả.", "Điều 2. Quyết định có hiệu lực từ ngày ký."),
)


def _scan(chance: random.Random, seed: int) -> Scan:
    return Scan(
        dpi=chance.choice((150, 200, 300)),
        skew=chance.uniform(-1.5, 1.5),
        noise=chance.uniform(1, 8),
        sealed=chance.random() < 0.7,
        signed=chance.random() < 0.7,
        seed=seed,
    )


def _meets(box: tuple[float, float, float, float], place: tuple[float, float, float, float]) -> bool:
    left, bottom, right, top = place
    share = (left / 595, 1 - top / 842, right / 595, 1 - bottom / 842)
    return box[0] < share[2] and share[0] < box[2] and box[1] < share[3] and share[1] < box[3]


def main(scans: int = 60) -> None:
    """Measure and print."""
    chance, told, spent, pages = random.Random(20261123), Counter[tuple[str, str]](), 0.0, 0
    for seed in range(scans):
        document = replace(_DOCUMENT, number=str(10 + seed), body=_DOCUMENT.body * chance.randint(1, 6))
        scan = _scan(chance, seed)
        pdf, place = scanned(document, scan=scan), places(document)
        began = time.process_time()
        numbers = range(1, len(pdfium.PdfDocument(BytesIO(pdf))) + 1)
        found = marks_in_file(pdf, dict.fromkeys(numbers), is_pdf=True, has_time=lambda: True)
        spent, pages = spent + time.process_time() - began, pages + len(found.looked_at)
        for kind, put, where in (("seal", scan.sealed, place.organ), ("handwriting", scan.signed, place.leader)):
            mine = [(number, mark) for number, mark in found.marks if mark.kind == kind]
            right = [mark for number, mark in mine if put and number == place.page + 1 and _meets(mark.box, where)]
            told[kind, "right"] += bool(right)
            told[kind, "missed"] += put and not right
            told[kind, "false"] += len(mine) - len(right)
    for kind in ("seal", "handwriting"):
        hits, missed, false = (told[kind, word] for word in ("right", "missed", "false"))
        print(
            f"{kind:12} right {hits}, missed {missed}, false {false}: "
            f"precision {hits / max(1, hits + false):.2f}, recall {hits / max(1, hits + missed):.2f}"
        )
    print(f"{pages} pages, {spent / max(1, pages) * 1000:.0f} ms of CPU each")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
