"""The plan's other indices as data: SIPAS with five factors, PAPI with eight dimensions, the ward's plan by part."""

from __future__ import annotations

import functools
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from config.criteria_rules import Strict
from config.refusals import WrongUse
from config.strict_yaml import UnreadableYaml, read_strict_yaml
from config.working_calendar import Provenance

FOLDER = Path(__file__).parent / "indices"
PLANS = FOLDER / "plans"
SIPAS_PARTS = {"policy": "Xây dựng, tổ chức thực hiện chính sách công", "service": "Cung ứng dịch vụ hành chính công"}


Data = TypeVar("Data", bound=Strict)


class BadIndexData(WrongUse, ValueError):
    """A file cannot be used; the message names it and its fault, in Vietnamese."""


class Factor(Strict):
    """A factor of SIPAS; `id` is what the layout phieu-sipas says."""

    id: str
    name: str


class Sipas(Strict):
    """How satisfaction is surveyed and counted; `component` is the one of the criteria set that its result feeds."""

    id: str
    title: str
    source: str
    provenance: Provenance
    rate: str
    rate_provenance: Provenance
    component: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    factors: list[Factor] = Field(min_length=5, max_length=5)


class Dimension(Strict):
    """A dimension of PAPI with its sub-dimensions."""

    id: str
    name: str
    parts: list[str]
    parts_provenance: Provenance


class Papi(Strict):
    """The dimensions of PAPI; each is worth `lowest` to `highest` points, of a province alone."""

    id: str
    title: str
    source: str
    provenance: Provenance
    lowest: Decimal
    highest: Decimal
    dimensions: list[Dimension] = Field(min_length=8, max_length=8)


class PlanPart(Strict):
    """One part of the plan: which index it serves, where in it, who answers for it and who says so."""

    id: str
    serves: Literal["par_index", "sipas", "papi"]
    of: str
    duty: str
    target: str = ""
    office: str
    office_by: Literal["plan", "proposal"]


class Plan(Strict):
    """A ward's plan of one year."""

    unit: str
    year: int
    title: str
    source: str
    provenance: Provenance
    parts: list[PlanPart]

    @model_validator(mode="after")
    def _parts_have_a_place(self) -> Self:
        known = {
            "papi": {dimension.id for dimension in papi().dimensions},
            "sipas": set(SIPAS_PARTS),
            "par_index": {str(number) for number in range(1, 9)},
        }
        if strange := [part.id for part in self.parts if part.of not in known[part.serves]]:
            raise ValueError(f"mục {', '.join(strange)}: chỉ số không có phần này")
        if len({part.id for part in self.parts}) != len(self.parts):
            raise ValueError("có mục ghi hai lần")
        return self


@functools.cache
def sipas() -> Sipas:
    """SIPAS.

    Raises:
        BadIndexData: the file is missing or contradicts itself; so do the other readers.
    """
    return _read(Sipas, FOLDER / "sipas.yaml")


@functools.cache
def papi() -> Papi:
    """PAPI."""
    return _read(Papi, FOLDER / "papi.yaml")


def plan_of(unit: str, year: int, folder: Path = PLANS) -> Plan | None:
    """The unit's plan of the year; None where none was entered."""
    file = folder / f"{unit}-{year}.yaml"
    return _read(Plan, file) if file.is_file() else None


def _read(kind: type[Data], file: Path) -> Data:
    try:
        return kind.model_validate(read_strict_yaml(file.read_text(encoding="utf-8")).value)
    except (OSError, UnreadableYaml, ValidationError) as error:
        raise BadIndexData(f"{file}: {error}") from error
