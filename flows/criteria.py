"""Criteria sets of an installation: its own under PAR_HOME/criteria, beside those that the product brings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config.criteria_sets import CriteriaSet, known_sets, load_criteria_set
from config.criteria_years import for_year
from config.settings import Settings
from scoring import MEASURES


def criteria_set(settings: Settings, reference: str) -> CriteriaSet:
    """A set of this installation, else one that the product brings.

    Raises:
        BadCriteriaSet: there is none, or every fault of it at once.
    """
    return load_criteria_set(reference, folder_of(settings, reference), measures=MEASURES)


def criteria_of_year(settings: Settings, reference: str, period: str) -> dict[str, Any]:
    """The plain set as it is used for a period: with due dates moved to its year where it was written for another.

    Raises:
        BadCriteriaSet: there is none, or every fault of it at once.
    """
    return dict(for_year(criteria_set(settings, reference).plain(), int(period[:4])))


def criteria_known(settings: Settings) -> list[str]:
    """All sets, each as id@version, sorted."""
    return sorted({*known_sets(), *known_sets(settings.criteria_folder)})


def folder_of(settings: Settings, reference: str) -> Path | None:
    """The folder that has this set; None: the product's own."""
    name, _, version = reference.partition("@")
    own = settings.criteria_folder
    return own if (own / name / f"{version}.yaml").is_file() else None
