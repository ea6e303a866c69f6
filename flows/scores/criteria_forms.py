"""Criteria sets under hand: whether one is sound, how two differ, a new one from its Excel form."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from config.city_table import drafted
from config.criteria_form import set_of_form
from config.criteria_form_filled import Filled, form_of
from config.criteria_sets import (
    FOLDER,
    BadCriteriaSet,
    component_lines,
    load_cases,
    load_criteria_set,
    read_criteria_set,
)
from config.refusals import WrongUse
from config.settings import Settings
from connectors.exports.plain_tables import plain_tables
from flows.criteria import criteria_known, criteria_set, folder_of
from reports.criteria_form import criteria_form
from scoring import MEASURES, RULES, compare_sets
from scoring.cases import examples_of, failed_cases, uncovered_borders
from scoring.sets import successors


class VersionTaken(WrongUse, ValueError):
    """Another set stands under this id and version; versions are never overwritten."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A set that came in; `new` is False where the very same one was there already."""

    reference: str
    path: Path
    new: bool


def checked(settings: Settings, what: str) -> dict[str, Any]:
    """A set (id@version) or a file, checked whole: {set, ok, faults, failed_cases, uncovered_borders}."""
    path = Path(what)
    try:
        if path.is_file():
            found = read_criteria_set(path.read_text(encoding="utf-8"), file=what, measures=MEASURES)
        else:
            found = load_criteria_set(what, folder_of(settings, what), measures=MEASURES)
    except BadCriteriaSet as error:
        faults = [{"file": error.file, "line": fault.line, "what": fault.what} for fault in error.faults]
        return {"set": what, "ok": False, "faults": faults, "failed_cases": [], "uncovered_borders": []}
    folder = path.parent.parent if path.is_file() else folder_of(settings, what)
    reference, plain = f"{found.id}@{found.version}", found.plain()
    examples = examples_of(load_cases(reference, folder), found.effective_to)
    failed = [{"component": one.component, "case": one.name, "what": one.what} for one in failed_cases(plain, examples)]
    file = path if path.is_file() else (folder or FOLDER) / found.id / f"{found.version}.yaml"
    lines = component_lines(file.read_text(encoding="utf-8"))
    borders = [f"{file}:{lines.get(said.partition(':')[0], 0)}: {said}" for said in uncovered_borders(plain, examples)]
    return {"set": reference, "ok": not failed, "faults": [], "failed_cases": failed, "uncovered_borders": borders}


def difference(settings: Settings, before: str, after: str) -> dict[str, Any]:
    """What differs between two sets, and which component of the newer one takes over each of the older."""
    old, new = criteria_set(settings, before).plain(), criteria_set(settings, after).plain()
    changes = [change.plain() for change in compare_sets(old, new)]
    return {"from": before, "to": after, "changes": changes, "successors": successors(old, new)}


def form(settings: Settings, reference: str = "") -> bytes:
    """The Excel form, filled with a set or empty."""
    filled = form_of(criteria_set(settings, reference).plain()) if reference else Filled()
    return criteria_form(filled, sorted(RULES))


def form_of_table(file: Path, sheets: Sequence[str] = ()) -> tuple[bytes, tuple[str, ...]]:
    """The Excel form filled from a table that a city published, and what a person has to look at, by cell.

    Raises:
        Unreadable: not a workbook that can be read.
        NoTable: no sheet (of those named) holds a table of points.
    """
    draft = drafted(plain_tables(file), sheets)
    return criteria_form(draft.filled, sorted(RULES)), draft.doubts


def take_form(settings: Settings, file: Path) -> Imported:
    """Keep the set of a filled form under PAR_HOME/criteria.

    Raises:
        Unreadable: not a workbook that can be read.
        BadForm: every fault, by cell.
        VersionTaken: this id and version is another set already.
    """
    found, text = set_of_form(plain_tables(file), file=file.name, measures=MEASURES)
    reference = f"{found.id}@{found.version}"
    path = settings.criteria_folder / found.id / f"{found.version}.yaml"
    if reference in criteria_known(settings):
        if criteria_set(settings, reference) != found:
            raise _taken(file, reference)
        return Imported(reference, path, new=False)
    try:
        _write_new(path, text)
    except FileExistsError as error:
        raise _taken(file, reference) from error
    return Imported(reference, path, new=True)


def _taken(file: Path, reference: str) -> VersionTaken:
    return VersionTaken(
        f"{file.name}: đã có bộ tiêu chí {reference} với nội dung khác; không ghi đè phiên bản cũ. "
        "Đổi ô Phiên bản (ví dụ 2026.2) rồi nhập lại."
    )


def _write_new(path: Path, text: str) -> None:
    """The whole file or none, durable, and never in the place of another."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", suffix=".tmp", delete=True) as written:
        written.write(text.encode())
        written.flush()
        os.fsync(written.fileno())
        os.fchmod(written.fileno(), 0o644)
        os.link(written.name, path)
