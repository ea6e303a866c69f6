"""Official report forms as data: their columns, the sums that must hold, and where the form was read."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from config.criteria_rules import Strict
from config.refusals import WrongUse
from config.strict_yaml import UnreadableYaml, read_strict_yaml

FOLDER = Path(__file__).parent / "forms"


class BadForm(WrongUse, ValueError):
    """A form cannot be used; the message names the file and the fault, in Vietnamese."""


class FormColumn(Strict):
    """One column: what it counts, its number in the form, and the columns it adds up."""

    key: str
    number: int = Field(ge=1)
    head: str
    sum: list[str] = Field(default_factory=list)


class FormGroup(Strict):
    """A heading over neighbouring columns."""

    head: str
    columns: list[str]


class Identity(Strict):
    """A sum that must hold in every row."""

    total: str
    parts: list[str]


class ReportForm(Strict):
    """A form; `provenance` reported: read in a system that uses it, not in the circular."""

    id: str
    version: str
    number: str
    title: str
    measured_in: str
    source: str
    provenance: Literal["official", "reported", "unverified"]
    groups: list[FormGroup]
    columns: list[FormColumn]
    identities: list[Identity]
    waiting: Literal["in_progress", "resolved"]

    @model_validator(mode="after")
    def _columns_are_known(self) -> ReportForm:
        keys = [column.key for column in self.columns]
        named = [key for group in self.groups for key in group.columns]
        named += [key for item in self.identities for key in (item.total, *item.parts)]
        if unknown := sorted({key for key in named if key not in keys}):
            raise ValueError(f"không có cột {', '.join(unknown)}")
        return self

    def number_of(self, key: str) -> int:
        """The number of a column in the form."""
        return next(column.number for column in self.columns if column.key == key)

    def plain(self) -> dict[str, Any]:
        """JSON-ready."""
        return self.model_dump()


def load_form(name: str, folder: Path | None = None) -> ReportForm:
    """The form of this id.

    Raises:
        BadForm: there is none, or it contradicts itself.
    """
    path = (folder or FOLDER) / f"{name}.yaml"
    try:
        return ReportForm.model_validate(read_strict_yaml(path.read_text(encoding="utf-8")).value)
    except OSError as error:
        raise BadForm(f"{path}: không có biểu mẫu này") from error
    except (UnreadableYaml, ValidationError) as error:
        raise BadForm(f"{path}: {error}") from error
