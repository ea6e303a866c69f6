"""Evidence and outgoing documents of the sample ward, from `texts/papers.yaml`, and its plan, from its own text."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from sample.documents import TM_KT, WARD_ORGAN, Document, Scan, Style
from sample.procedures import TEXTS

PLAN_TEXT = "ke-hoach-cai-thien-chi-so-2025.txt"
_USUAL = ("Như trên;", "CT, các PCT UBND phường;", "Lưu: VT.")
_PART = re.compile(r"^[IVX]+\. ")
_HEADING = re.compile(r"^\d+\. ")
_SUBHEADING = re.compile(r"^\d+\.\d+\. ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper: where it lies in the inbox, its form (born | scan | plan | docx) and who signs it digitally."""

    path: str
    form: str
    document: Document
    signers: tuple[str, ...] = ()
    scan: Scan | None = None


@functools.cache
def papers() -> tuple[Paper, ...]:
    """All papers, in the order of the file."""
    plain = yaml.safe_load((TEXTS / "papers.yaml").read_text(encoding="utf-8"))
    return tuple(_paper(entry) for entry in plain["papers"])


def _paper(entry: dict[str, Any]) -> Paper:
    document = ward_plan() if entry["form"] == "plan" else _document(entry)
    scan = Scan(**entry["scan"]) if "scan" in entry else None
    return Paper(path=entry["path"], form=entry["form"], document=document, signers=tuple(entry["sign"]), scan=scan)


def _document(entry: dict[str, Any]) -> Document:
    issued: date = entry["date"]
    return Document(
        kind=entry["kind"],
        symbol=entry["symbol"],
        number=entry["number"],
        issued_on=issued,
        subject=entry["subject"],
        parent=entry.get("parent", ""),
        organ=tuple(entry.get("organ", WARD_ORGAN)),
        addressee=tuple(entry.get("addressee", ())),
        authority=entry.get("authority", ""),
        body=tuple(entry["body"]),
        recipients=tuple(entry.get("recipients", _USUAL)),
        signature=tuple(entry.get("signature", TM_KT)),
        signer=entry.get("signer", "Nguyễn Thị Hồng"),
        by_hand=entry.get("by_hand", False),
        style=Style.from_seed(entry["path"]),
    )


@functools.cache
def ward_plan() -> Document:
    """The ward's plan as it was downloaded: no number, no day, "KT.CHỦ TỊCH" without a space, a download mark."""
    lines = (TEXTS / PLAN_TEXT).read_text(encoding="utf-8").strip().splitlines()
    lines = [line.strip() for line in lines if line.strip()]
    title, recipients = lines.index("KẾ HOẠCH"), lines.index("Nơi nhận:")
    signing = next(place for place, line in enumerate(lines) if line.startswith("TM. "))
    *signature, signer, mark = lines[signing:]
    return Document(
        kind="KẾ HOẠCH",
        symbol="KH-UBND",
        subject=lines[title + 1],
        body=tuple(_styled(text) for text in _rejoined(lines[title + 2 : recipients])),
        recipients=tuple(line.removeprefix("- ") for line in lines[recipients + 1 : signing]),
        signature=tuple(signature),
        signer=signer,
        trailer=mark,
    )


def _rejoined(lines: list[str]) -> Iterator[str]:
    """Paragraphs: a line that goes on in small letters belongs to the one above (a page break cut it)."""
    whole = ""
    for line in lines:
        if whole and line[0].islower():
            whole = f"{whole} {line}"
            continue
        if whole:
            yield whole
        whole = line
    yield whole


def _styled(text: str) -> str:
    if _PART.match(text) or _HEADING.match(text):
        return f"<b>{text}</b>"
    return f"<b><i>{text}</i></b>" if _SUBHEADING.match(text) else text
