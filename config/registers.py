"""Which inputs of components are counted from lists that people keep: data in `registers.yaml`, checked here."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.components import components_of
from config.export_profiles import FIELDS, BadProfile
from config.strict_yaml import read_strict_yaml

DERIVED: Mapping[str, frozenset[str]] = {"tasks": frozenset({"standing", "due_in_year"})}
"""Fields that follow from others (`scoring.registers.with_standings`)."""
_FILE = Path(__file__).parent / "registers.yaml"


class CountedInput(BaseModel):
    """One input: the rows of kind `source` that fit `where` (a field's value, or a list of them), counted or summed.

    `component` is set where a criteria set asks for the key (`counted_inputs`).
    `filled`: without any row that says something of this field the input stays unknown, instead of 0.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    component: str = ""
    key: str
    source: str = Field(alias="from")
    where: Mapping[str, Any] = Field(default_factory=dict)
    sum: str | None = None
    filled: str | None = None
    beside: str | None = None
    """Kind of a list that the rows have been held against."""

    @model_validator(mode="after")
    def _names_are_known(self) -> CountedInput:
        named = {*self.where, *filter(None, (self.sum, self.filled))}
        if unknown := named - FIELDS.get(self.source, frozenset()) - DERIVED.get(self.source, frozenset()):
            raise ValueError(f"{self.key}: {self.source} không có mục {', '.join(sorted(unknown))}")
        return self


def counted_inputs(criteria: Mapping[str, Any]) -> tuple[CountedInput, ...]:
    """The inputs of a criteria set (plain mapping) that are counted from lists, with the component that asks for each.

    Raises:
        BadProfile: the file names what no list has.
    """
    known = {one.key: one for one in countable_inputs()}
    return tuple(
        known[asked["key"]].model_copy(update={"component": component["id"]})
        for component in components_of(criteria)
        for asked in component.get("declared") or ()
        if asked["key"] in known
    )


@functools.cache
def countable_inputs() -> tuple[CountedInput, ...]:
    """All inputs that can be counted from lists, by key.

    Raises:
        BadProfile: the file names what no list has.
    """
    try:
        entries = read_strict_yaml(_FILE.read_text(encoding="utf-8")).value["counted"]
        return tuple(CountedInput.model_validate(entry) for entry in entries)
    except ValidationError as error:
        raise BadProfile(f"{_FILE.name}: chưa dùng được.\n{error}") from error
