"""Criteria sets that this installation has."""

from __future__ import annotations

from config.criteria_sets import FOLDER


def criteria_known() -> list[str]:
    """Each as id@version, sorted."""
    files = (path for path in FOLDER.glob("*/*.yaml") if not path.name.endswith(".cases.yaml"))
    return sorted(f"{path.parent.name}@{path.stem}" for path in files)
