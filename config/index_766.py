"""The index of Decision 766/QĐ-TTg as data: groups, metrics, the readings of their points."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from config.criteria_rules import Points, Share, Strict
from config.refusals import WrongUse
from config.strict_yaml import UnreadableYaml, read_strict_yaml
from config.working_calendar import Provenance

FILE = Path(__file__).parent / "indices" / "766.yaml"
READINGS = ("text", "observed")


class BadIndex(WrongUse, ValueError):
    """The file cannot be used; the message names it and the fault, in Vietnamese."""


class Group(Strict):
    """A group of metrics."""

    id: str
    name: str
    max: Points


class Readings(Strict):
    """The share from which a metric has all its points, under each reading."""

    text: Share = Decimal(1)
    observed: Share = Decimal(1)


class Metric(Strict):
    """One metric; without `measure` the inputs do not carry it, and `missing` says what they would need."""

    id: str
    group: str
    name: str
    max: Points
    scope: Literal["ward", "province"] = "ward"
    measure: str = ""
    missing: str = ""
    empty: Literal["none", "full", "zero"] = "none"
    """Points where there was nothing to count: none at all, all, or 0."""
    readings: Readings = Field(default_factory=Readings)

    @model_validator(mode="after")
    def _says_what_is_missing(self) -> Metric:
        if self.scope == "ward" and bool(self.measure) == bool(self.missing):
            raise ValueError(f"tiêu chí {self.id}: cần đúng một trong hai: measure hoặc missing")
        return self


class Index766(Strict):
    """The whole index; maxima of the metrics add up to those of their groups, these to 100."""

    id: str
    version: str
    title: str
    source: str
    provenance: Provenance
    groups: list[Group]
    metrics: list[Metric]
    notes: list[str]

    @model_validator(mode="after")
    def _adds_up(self) -> Index766:
        for group in self.groups:
            total = sum((metric.max for metric in self.metrics if metric.group == group.id), Decimal(0))
            if total != group.max:
                raise ValueError(f"nhóm {group.id}: các tiêu chí cộng lại {total}, nhóm ghi {group.max}")
        if sum((group.max for group in self.groups), Decimal(0)) != 100:
            raise ValueError("các nhóm cộng lại không bằng 100")
        return self

    def head(self) -> dict[str, Any]:
        """What a report says of the index."""
        return {"id": self.id, "version": self.version, "title": self.title, "source": self.source}


def load_index_766(file: Path = FILE) -> Index766:
    """The index.

    Raises:
        BadIndex: the file is missing or contradicts itself.
    """
    try:
        return Index766.model_validate(read_strict_yaml(file.read_text(encoding="utf-8")).value)
    except (OSError, UnreadableYaml, ValidationError) as error:
        raise BadIndex(f"{file}: {error}") from error
