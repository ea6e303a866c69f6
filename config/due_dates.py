"""How due dates are counted, as data: readings, the cut-off of same-day procedures, what a pause does."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from config.criteria_rules import Strict
from config.refusals import WrongUse
from config.strict_yaml import UnreadableYaml, read_strict_yaml
from config.working_calendar import Provenance

FILE = Path(__file__).parent / "due_dates.yaml"


class BadDueDates(WrongUse, ValueError):
    """The file cannot be used; the message names it and the fault, in Vietnamese."""


class DueReading(Strict):
    """One way to count working days from the day of reception."""

    id: Literal["same_clock", "day_end", "hours"]
    version: str
    title: str
    source: str
    provenance: Provenance
    round_up_minutes: int = 0

    @property
    def reference(self) -> str:
        """Id and version, as outputs name it."""
        return f"{self.id}@{self.version}"


class CutOff(Strict):
    """From this time of day on, a same-day procedure is due on the next working day."""

    time: time
    procedures: list[str]
    source: str
    provenance: Provenance


class Pause(Strict):
    """What waiting for papers does to the due date."""

    id: Literal["pushed", "restart"]
    title: str
    source: str
    provenance: Provenance


class DueDateRules(Strict):
    """The whole file."""

    readings: list[DueReading]
    cut_off: CutOff
    pauses: list[Pause]

    def reading(self, name: str) -> DueReading:
        """The reading of an id.

        Raises:
            BadDueDates: there is none.
        """
        for found in self.readings:
            if found.id == name:
                return found
        known = ", ".join(reading.id for reading in self.readings)
        raise BadDueDates(f"không có cách tính hạn {name!r}; các cách: {known}")


def load_due_date_rules(file: Path = FILE) -> DueDateRules:
    """The rules.

    Raises:
        BadDueDates: the file is missing or contradicts itself.
    """
    try:
        return DueDateRules.model_validate(read_strict_yaml(file.read_text(encoding="utf-8")).value)
    except (OSError, UnreadableYaml, ValidationError) as error:
        raise BadDueDates(f"{file}: {error}") from error
