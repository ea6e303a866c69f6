"""The score sheet of a run, made when somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.browsing import criteria_of
from flows.bundling import heading_of
from flows.resources import Resources
from reports.score_sheet import score_sheet


def sheet_of_run(resources: Resources, run: Mapping[str, Any]) -> bytes:
    """The workbook that the night lays out for the same run, byte for byte."""
    heading = heading_of(resources.settings, run["score"], run["made_at"])
    return score_sheet(run["score"], criteria_of(resources, run), heading)
