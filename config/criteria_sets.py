"""Criteria sets as data: read one version, check all of it, give every fault with file, line and component.

A set is `config/criteria/<id>/<version>.yaml`. Nothing in it is ever evaluated as code.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from config.complaints import complaint, seen_in
from config.criteria_checks import Spot, component_faults, outside_faults, set_faults
from config.criteria_inputs import MeasureShape
from config.criteria_rules import BonusRule, Key, Points, Rule, Strict
from config.refusals import WrongUse
from config.strict_yaml import Fault, LinedValue, UnreadableYaml, read_strict_yaml

FOLDER = Path(__file__).parent / "criteria"
_REFERENCE = re.compile(r"^[a-z0-9-]+@[\w.]+$")
_COMPONENT_ID = re.compile(r"\bid:[^\"'\d]*[\"']?(\d+\.\d+\.\d+)\b")
Provenance = Literal["proposal", "official", "indicator"]
Worth = Literal["full_points", "zero_points", "no_score", "redistribute"]


class BadCriteriaSet(WrongUse, ValueError):
    """A criteria set cannot be used. The message lists every fault: file, line, component, what, in Vietnamese."""

    def __init__(self, file: str, faults: Collection[Fault]) -> None:
        self.file = file
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, _by_number(fault.what))))
        lines = [f"{file}:{fault.line or ''}{': ' if fault.line else ' '}{fault.what}" for fault in self.faults]
        head = f"Bộ tiêu chí chưa dùng được ({len(lines)} lỗi):"
        super().__init__("\n".join([head, *lines, "Sửa các dòng trên rồi chạy lại."]))


def _by_number(text: str) -> str:
    """Sorted as people count: cell A4 before A10."""
    return re.sub(r"\d+", lambda found: found[0].zfill(6), text)


class LegalReference(Strict):
    """Where the component comes from; `provenance` says whether the points are official or ours."""

    document: str = Field(min_length=5)
    part: str = Field(min_length=3)
    provenance: Provenance


class RequiredEvidence(Strict):
    """A document that has to be shown. `standing`: one that stays in force for years (quy chế, đề án) counts too."""

    kind: Key
    label: str = Field(min_length=5)
    standing: Literal[True] | None = None


class EvidencePeriod(Strict):
    """How many days before and after the period its documents may be issued."""

    days_before: int = Field(ge=0, le=366)
    days_after: int = Field(ge=0, le=366)
    legal_reference: LegalReference


class DeclaredInput(Strict):
    """A value that officials declare; a `choice` is the id of one branch of the rule."""

    key: Key
    label: str = Field(min_length=5)
    type: Literal["number", "count", "yes_no", "date", "choice"]


class Component(Strict):
    """A component criterion (tiêu chí thành phần)."""

    id: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    name: str = Field(min_length=5)
    max_points: Points
    rule: Rule
    measure: Key | None = None
    declared: list[DeclaredInput] = Field(default_factory=list)
    no_cases: Worth
    redistribute_to: list[str] | None = None
    """With no_cases: redistribute, the components that share its points where there were no cases."""

    no_data: Literal["zero_points", "no_score"]
    evidence: list[RequiredEvidence] = Field(min_length=1)
    responsible: str = Field(min_length=5)
    deadline: date
    legal_reference: LegalReference


class Criterion(Strict):
    """A criterion (tiêu chí): its components."""

    id: str = Field(pattern=r"^\d+\.\d+$")
    name: str = Field(min_length=5)
    max_points: Points
    components: list[Component] = Field(min_length=1)


class Domain(Strict):
    """A domain (lĩnh vực): its criteria."""

    id: str = Field(pattern=r"^\d+$")
    name: str = Field(min_length=5)
    max_points: Points
    criteria: list[Criterion] = Field(min_length=1)


class Rounding(Strict):
    """Only one way is known: half up to two places, once per component."""

    places: Literal[2]
    mode: Literal["half_up"]
    where: Literal["component"]


class OutsideItem(Strict):
    """A bonus or a penalty outside the 100."""

    id: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    name: str = Field(min_length=5)
    rule: BonusRule
    declared: list[DeclaredInput] = Field(min_length=1)


class Outside(Strict):
    """Bonus and penalty outside the 100, each with its cap."""

    enabled: bool
    bonus_cap: Points
    penalty_cap: Points
    items: list[OutsideItem]


class CriteriaSet(Strict):
    """A version of a criteria set."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    version: str = Field(pattern=r"^[\w.]+$")
    title: str = Field(min_length=10)
    notice: str = Field(min_length=10)
    provenance: Provenance
    effective_from: date
    effective_to: date
    max_points: Points
    other_total: LegalReference | None = None
    """Where it is laid down that the points add up to something other than 100."""

    not_self_scored: Points
    rounding: Rounding
    outside_100: Outside
    evidence_period: EvidencePeriod | None = None
    domains: list[Domain] = Field(min_length=1)

    def plain(self) -> dict[str, Any]:
        """JSON-ready mapping for the engine and the bundle: decimals and dates as text, absent values left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def components(self) -> Iterator[Component]:
        """All components, in the order of the set."""
        for domain in self.domains:
            for criterion in domain.criteria:
                yield from criterion.components


class Expectation(Strict):
    """What a test case must give; `points` null means no score."""

    points: Points | None
    expected: Points | None = None
    state: Literal["scored", "no_data", "not_applicable", "survey"] = "scored"


class CaseEntry(Strict):
    """A sentence, named values as a measure or an official gives them, and what they are worth."""

    name: str = Field(min_length=10)
    given: dict[Key, bool | date | int | str]
    expect: Expectation
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class _Header:
    """The fields of a level, without the list of the level below."""

    model: type[Strict]
    below: str


_LEVELS = (_Header(CriteriaSet, "domains"), _Header(Domain, "criteria"), _Header(Criterion, "components"))


def load_criteria_set(
    reference: str = "phuong-de-xuat@2025.1",
    folder: Path | None = None,
    *,
    measures: Mapping[str, MeasureShape] | None = None,
) -> CriteriaSet:
    """The set `<id>@<version>`; `measures`, where given, are those that exist: each is judged with its rule.

    Raises:
        BadCriteriaSet: no such file, or every fault of the file at once.
    """
    name, _, version = reference.partition("@")
    path = (folder or FOLDER) / name / f"{version}.yaml"
    if not _REFERENCE.match(reference) or not path.is_file():
        sets = ", ".join(known_sets(folder)) or "không có bộ nào"
        raise BadCriteriaSet(str(path), [Fault(0, f"không có bộ tiêu chí {reference!r}; hiện có: {sets}")])
    known = None if measures is None else _Measures(measures)
    loaded = _read_once(path.read_text(encoding="utf-8"), str(path), known)
    if (loaded.id, loaded.version) != (name, version):
        what = f"tệp ghi {loaded.id}@{loaded.version}, nhưng tên tệp là {reference}; hai tên phải như nhau"
        raise BadCriteriaSet(str(path), [Fault(1, what)])
    return loaded


@dataclass(frozen=True, slots=True)
class _Measures:
    """Measures as part of a cache's key: the same mapping is the same key."""

    known: Mapping[str, MeasureShape] = field(compare=False)
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", frozenset(self.known))


@lru_cache(maxsize=8)
def _read_once(text: str, file: str, measures: _Measures | None) -> CriteriaSet:
    """A night asks several times; the same text is checked once in a process."""
    return read_criteria_set(text, file=file, measures=measures.known if measures else None)


def read_criteria_set(text: str, *, file: str, measures: Mapping[str, MeasureShape] | None = None) -> CriteriaSet:
    """The set in `text`; `file` is only named in messages.

    Raises:
        BadCriteriaSet: every fault at once.
    """
    try:
        lined = read_strict_yaml(text)
    except UnreadableYaml as error:
        raise BadCriteriaSet(file, [_with_component(text, fault) for fault in error.faults]) from error
    faults = list(_shape_faults(lined, lined.value, 0, ()))
    faults += [_at(lined, spot) for spot in set_faults(lined.value)]
    faults += [_at(lined, spot) for spot in component_faults(_sound_components(lined.value), measures)]
    faults += [_at(lined, spot) for spot in outside_faults(_sound_outside(lined.value))]
    if faults:
        raise BadCriteriaSet(file, set(faults))
    return CriteriaSet.model_validate(lined.value)


def component_lines(text: str) -> dict[str, int]:
    """The line of each component's id in the text of a set, also of a text that is no YAML."""
    lines = enumerate(text.splitlines(), start=1)
    return {found.group(1): number for number, line in lines if (found := _COMPONENT_ID.search(line))}


def _with_component(text: str, fault: Fault) -> Fault:
    """A fault of the text as YAML, with the component in which it stands."""
    above = [component for component, line in component_lines(text).items() if line <= fault.line]
    return Fault(fault.line, f"{above[-1]}: {fault.what}") if above else fault


def load_cases(reference: str = "phuong-de-xuat@2025.1", folder: Path | None = None) -> dict[str, list[CaseEntry]]:
    """Test cases by component, from `<version>.cases.yaml` beside the set; empty where a set brings none.

    Raises:
        BadCriteriaSet: every fault of the file at once.
    """
    name, _, version = reference.partition("@")
    path = (folder or FOLDER) / name / f"{version}.cases.yaml"
    if not _REFERENCE.match(reference) or not path.is_file():
        return {}
    try:
        lined = read_strict_yaml(path.read_text(encoding="utf-8"))
        return TypeAdapter(dict[str, list[CaseEntry]]).validate_python(lined.value)
    except UnreadableYaml as error:
        raise BadCriteriaSet(str(path), error.faults) from error
    except ValidationError as error:
        faults = [
            Fault(lined.line(problem["loc"]), f"{problem['loc'][0]}: {_told(problem)}") for problem in error.errors()
        ]
        raise BadCriteriaSet(str(path), faults) from error


def known_sets(folder: Path | None = None) -> list[str]:
    """References of all sets in a folder."""
    files = sorted((folder or FOLDER).glob("*/*.yaml"))
    return [f"{file.parent.name}@{file.stem}" for file in files if not file.stem.endswith(".cases")]


def _shape_faults(lined: LinedValue, value: Any, level: int, path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Faults of one level's own fields, then of the levels below, each validated by itself so that all are found."""
    if level == len(_LEVELS):
        yield from _model_faults(lined, Component, value, path)
        return
    header = _LEVELS[level]
    children = value.get(header.below) if isinstance(value, dict) else None
    own = {**value, header.below: []} if isinstance(value, dict) else value
    whole = isinstance(children, list) and bool(children)
    yield from (fault for fault in _model_faults(lined, header.model, own, path, ignore=header.below if whole else ""))
    for index, child in enumerate(children if isinstance(children, list) else []):
        yield from _shape_faults(lined, child, level + 1, (*path, header.below, index))


def _model_faults(
    lined: LinedValue, model: type[Strict], value: Any, path: tuple[str | int, ...], ignore: str = ""
) -> Iterator[Fault]:
    try:
        model.model_validate(value)
    except ValidationError as error:
        who = value.get("id", "?") if isinstance(value, dict) else "?"
        for problem in error.errors():
            where = [step for step in problem["loc"] if step != ignore or ignore == ""]
            if ignore and problem["loc"][:1] == (ignore,):
                continue
            field = ".".join(str(step) for step in where)
            what = f"{who}: {field}: {_told(problem)}"
            yield Fault(lined.line([*path, *problem["loc"]]), what)


def _at(lined: LinedValue, spot: Spot) -> Fault:
    return Fault(lined.line(spot.path), f"{spot.who}: {spot.what}")


def _sound_components(value: Any) -> Iterator[tuple[tuple[str | int, ...], Component]]:
    """Components whose own shape is right, with their place in the file."""
    for first, domain in enumerate(_list(value, "domains")):
        for second, criterion in enumerate(_list(domain, "criteria")):
            for third, component in enumerate(_list(criterion, "components")):
                try:
                    sound = Component.model_validate(component)
                except ValidationError:
                    continue
                yield ("domains", first, "criteria", second, "components", third), sound


def _sound_outside(value: Any) -> Iterator[tuple[tuple[str | int, ...], OutsideItem]]:
    """Bonuses and penalties whose own shape is right, with their place in the file."""
    outside = value.get("outside_100") if isinstance(value, dict) else None
    for index, item in enumerate(_list(outside, "items")):
        try:
            yield ("outside_100", "items", index), OutsideItem.model_validate(item)
        except ValidationError:
            continue


def _list(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _told(fault: Mapping[str, Any]) -> str:
    return complaint(fault, _OWN_WORDS) + seen_in(fault)


_OWN_WORDS = {
    "union_tag_invalid": "không có loại quy tắc {tag!r}; các loại: {expected_tags}",
    "union_tag_not_found": "quy tắc thiếu kind",
}
