"""Units that were merged or renamed, and offices with several names, as data with its source."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field, ValidationError, model_validator

from config.criteria_rules import Strict
from config.refusals import WrongUse
from config.strict_yaml import UnreadableYaml, read_strict_yaml
from config.working_calendar import CalendarDocument, Provenance

FOLDER = Path(__file__).parent / "units"


class BadUnits(WrongUse, ValueError):
    """A file of units cannot be used; the message names it and the fault, in Vietnamese."""


class Merger(Strict):
    """Former units that one unit answers for from a day on."""

    unit: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")
    name: str
    since: date
    former: list[str] = Field(min_length=1)
    """Names with their kind: Phường Cẩm Châu."""
    source: str
    provenance: Provenance


class OfficeNames(Strict):
    """One office and what else it is called."""

    name: str
    also: list[str] = Field(min_length=1)
    source: str
    provenance: Provenance


class Units(Strict):
    """One file."""

    documents: dict[str, CalendarDocument] = Field(default_factory=dict)
    mergers: list[Merger] = Field(default_factory=list)
    offices: list[OfficeNames] = Field(default_factory=list)

    @model_validator(mode="after")
    def _each_former_unit_has_one_successor(self) -> Units:
        former = [(name, merger.since) for merger in self.mergers for name in merger.former]
        if doubled := sorted({name for name, since in former if former.count((name, since)) > 1}):
            raise ValueError(f"đơn vị {', '.join(doubled)} được nhập vào hai nơi trong cùng một ngày")
        return self


def load_units(folder: Path | None = None) -> Units:
    """All files of the folder as one.

    Raises:
        BadUnits: a file cannot be read or contradicts itself.
    """
    every = [_units(file) for file in sorted((folder or FOLDER).glob("*.yaml"))]
    return Units(
        mergers=[merger for units in every for merger in units.mergers],
        offices=[office for units in every for office in units.offices],
    )


def _units(file: Path) -> Units:
    try:
        return Units.model_validate(read_strict_yaml(file.read_text(encoding="utf-8")).value)
    except (UnreadableYaml, ValidationError) as error:
        raise BadUnits(f"{file}: {error}") from error
