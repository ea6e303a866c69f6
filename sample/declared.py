"""The sheet of declared values: one row for each input that the criteria set asks for, some left blank."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import config
from sample.procedures import TEXTS
from sample.sheets import Sheet, new_workbook

CRITERIA = Path(config.__file__).parent / "criteria" / "phuong-de-xuat" / "2025.1.yaml"
HEADERS = (
    "STT",
    "Mã TCTP",
    "Mã chỉ tiêu",
    "Tên chỉ tiêu",
    "Giá trị",
    "Đơn vị cung cấp",
    "Nguồn số liệu",
    "Tài liệu kiểm chứng",
    "Mục",
    "Trang",
    "Giải trình",
)
MISSING_FROM_SOFTWARE = 14
"""Dossiers that stand in the paper register alone (component 3.3.1)."""


@dataclass(frozen=True, slots=True)
class DeclaredInput:
    """One input that a component of the criteria set asks officials for."""

    component: str
    key: str
    label: str
    owner: str


def asked_inputs(criteria: Path = CRITERIA) -> tuple[DeclaredInput, ...]:
    """Every declared input of a criteria set, in its order."""
    plain = yaml.safe_load(criteria.read_text(encoding="utf-8"))
    return tuple(_inputs(plain))


def _inputs(plain: Mapping[str, Any]) -> Iterator[DeclaredInput]:
    for domain in plain["domains"]:
        for criterion in domain["criteria"]:
            for component in criterion["components"]:
                for item in component.get("declared", ()):
                    yield DeclaredInput(component["id"], item["key"], item["label"], component["responsible"])


def declared_answers() -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """What was declared, by component and key."""
    plain = yaml.safe_load((TEXTS / "declared.yaml").read_text(encoding="utf-8"))
    return {
        (component, key): {"explanation": answers.get("explanation", "")} | answer
        for component, answers in plain.items()
        for key, answer in answers.items()
        if key != "explanation"
    }


def write_declared(path: Path, *, dossiers: int) -> Sequence[str]:
    """Write the sheet; returns the inputs left blank as "component/key"."""
    answers = declared_answers()
    book = new_workbook(path)
    sheet = Sheet(book, "Khai báo", widths=(6, 10, 32, 52, 20, 34, 34, 60, 12, 8, 60))
    sheet.titles(("UBND PHƯỜNG HỘI AN ĐÔNG", "BẢNG KHAI BÁO SỐ LIỆU TỰ CHẤM ĐIỂM CHỈ SỐ CẢI CÁCH HÀNH CHÍNH NĂM 2025"))
    sheet.header(HEADERS)
    blank = []
    for number, asked in enumerate(asked_inputs(), start=1):
        answer = answers.get((asked.component, asked.key), {})
        if not answer:
            blank.append(f"{asked.component}/{asked.key}")
        sheet.row(_row(number, asked, answer, dossiers))
    book.close()
    return blank


def _row(number: int, asked: DeclaredInput, answer: Mapping[str, Any], dossiers: int) -> list[Any]:
    register = f"{dossiers + MISSING_FROM_SOFTWARE:,}".replace(",", ".")
    return [
        number,
        asked.component,
        asked.key,
        asked.label,
        str(answer.get("value", "")).replace("{paper_register}", register),
        asked.owner,
        answer.get("source", ""),
        "; ".join(answer.get("evidence", ())),
        answer.get("section", ""),
        answer.get("pages", ""),
        answer.get("explanation", ""),
    ]
