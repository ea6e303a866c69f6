"""Export profiles: how a vendor's table spells our fields. Data in `config/exports/*.yaml`, checked here."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from config.complaints import complaint, place_of, seen_in
from config.refusals import WrongUse
from config.strict_yaml import plain_yaml

FOLDER = Path(__file__).parent / "exports"
VOCABULARY = "vocabulary.yaml"

Vocabulary = Mapping[str, Mapping[Any, tuple[str, ...]]]
"""Word tables: table -> meaning -> the words for it."""
_ADDED = TypeAdapter(dict[str, dict[bool | int | str, tuple[str, ...]]])

Kind = Literal[
    "dossiers",
    "petitions",
    "declared",
    "survey",
    "satisfaction",
    "papi",
    "procedures",
    "portal",
    "outgoing",
    "tasks",
    "staff",
    "budget",
]
ReadAs = Literal[
    "number",
    "text",
    "dossier_code",
    "procedure_code",
    "component",
    "moment",
    "deadline",
    "choice",
    "count",
    "amount",
    "percent",
    "names",
    "any",
    "value",
]

_DOSSIER_FIELDS = (
    *("code", "procedure_code", "procedure", "field", "receiving_unit", "resolving_unit", "channel", "full_online"),
    *("status", "submitted_at", "received_at", "due_at", "finished_at", "returned_at", "supplements"),
    *("supplement_asked_at", "supplement_given_at", "due_before", "extended_at", "desk"),
    *("fee_due", "paid_online", "papers_digitised", "papers_reused", "synced"),
    *("result_file_required", "result_number", "result_files", "apology_number"),
)
_PETITION_FIELDS = ("code", "received_at", "due_at", "answered_at", "subject", "confirmed", "about", "satisfied")
_DECLARED_FIELDS = ("component", "key", "value", "owner", "source", "explanation", "evidence", "section", "pages")

_ANSWERS = ("very_satisfied", "satisfied", "neutral", "unsatisfied", "very_unsatisfied")

FIELDS: Mapping[str, frozenset[str]] = {
    "dossiers": frozenset(_DOSSIER_FIELDS),
    "petitions": frozenset(_PETITION_FIELDS),
    "declared": frozenset(_DECLARED_FIELDS),
    "survey": frozenset(("component", "share", "respondents", "source", *_ANSWERS)),
    "satisfaction": frozenset(("factor", "source", *_ANSWERS)),
    "papi": frozenset(("dimension", "score", "source")),
    "procedures": frozenset(
        (
            *("code", "name", "field", "full_online", "must_publish", "on_portal", "posted"),
            *("announced_on", "updated_on_time", "fee_due"),
        )
    ),
    "portal": frozenset(("code", "name", "field", "office")),
    "outgoing": frozenset(("number", "issued_on", "subject", "signer", "recipients", "office", "pages", "files")),
    "tasks": frozenset(("code", "name", "origin", "office", "due_at", "done_at", "state", "product", "part")),
    "staff": frozenset(
        ("code", "position", "office", "placed_by_scheme", "qualified", "trainings_planned", "trainings_done")
    ),
    "budget": frozenset(("code", "name", "origin", "planned", "spent")),
}
"""Fields a profile may fill, per kind: for the first four those of `scoring/engine/facts.py` (a test compares them)."""

KEYS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("dossiers", "petitions", "procedures", "portal", "tasks", "staff", "budget"), ("code",)),
    "declared": ("component", "key"),
    "survey": ("component",),
    "satisfaction": ("factor",),
    "papi": ("dimension",),
    "outgoing": ("number", "issued_on"),
}
"""Fields that identify a row of a kind, everywhere."""

YEARLY: frozenset[str] = frozenset(("declared", "survey", "satisfaction", "papi", "tasks", "staff", "budget"))
"""Kinds whose rows speak of one year: the same key said of another year is another row. The others bear their own
dates, or (procedures) say how things stand now."""


class BadProfile(WrongUse, ValueError):
    """A profile cannot be used; the message names the file and everything that is wrong with it, in Vietnamese."""


def _as_path(header: object) -> object:
    return (header,) if isinstance(header, str) else header


Header = Annotated[tuple[str, ...], BeforeValidator(_as_path)]
"""Labels from the top merged header row down to the column's own."""


class ToldBy(BaseModel):
    """A column whose header lies in rows of one status: there it means another field, and says nothing of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: int
    means: str


class Column(BaseModel):
    """One column of a layout. Without `field` it is recognised and not kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    header: Header = Field(min_length=1)
    also: tuple[Header, ...] = ()
    field: str | None = None
    read_as: ReadAs = Field(alias="as")
    words: str | None = None
    split: str | None = None
    nothing: str | None = None
    required: bool = False
    filled: bool = False
    cell_may_lack: bool = False
    told_by: ToldBy | None = None
    role: Literal["term", "term_unit"] | None = None
    """What a column without `field` serves for while a file is checked: the term of a dossier, and its unit (which may
    be a `choice`, where a vendor writes it as a number)."""

    @property
    def title(self) -> str:
        """The column's own label."""
        return self.header[-1]

    @property
    def spellings(self) -> tuple[tuple[str, ...], ...]:
        """All label paths this column is known by."""
        return (self.header, *self.also)


class Deadline(BaseModel):
    """When a table that people fill in is due: a day of the month after each month, quarter or year."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    every: Literal["month", "quarter", "year"]
    day: int = Field(ge=1, le=28)

    def last_before(self, today: date) -> date:
        """The newest day on or before `today` on which such a table was due."""
        first = {"month": 1, "quarter": 3, "year": 12}[self.every]
        months = today.year * 12 + today.month - 1
        months -= 1 if today.day < self.day else 0
        months -= months % first
        return date(months // 12, months % 12 + 1, self.day)

    def sentence(self) -> str:
        """In Vietnamese."""
        after = {"month": "tháng sau", "quarter": "tháng đầu quý sau", "year": "tháng 01 năm sau"}[self.every]
        return f"ngày {self.day:02d} {after}"


class Profile(BaseModel):
    """One layout: what its rows are, which fields make a row's key, and its columns from left to right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{2,63}$")
    name: str
    kind: Kind
    key: tuple[str, ...] = Field(min_length=1)
    owner: str = ""
    """Who fills it in, where people do."""
    deadline: Deadline | None = None
    provenance: Literal["official", "proposal"] | None = None
    """Who says so of owner and deadline: a document of the ward or city (named in the profile's comments), or we."""
    columns: tuple[Column, ...] = Field(min_length=1)

    @property
    def proposed(self) -> bool:
        """Owner and deadline are this project's proposal, in no document of the ward or city."""
        return self.provenance == "proposal"

    @model_validator(mode="after")
    def _is_consistent(self) -> Profile:
        problems = [
            *_unknown_fields(self),
            *_repeated_fields(self),
            *_keyless(self),
            *_wordless(self),
            *_unfounded(self),
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _unknown_fields(profile: Profile) -> Iterable[str]:
    known = FIELDS[profile.kind]
    named = [(column.title, column.field) for column in profile.columns if column.field]
    named += [(column.title, column.told_by.means) for column in profile.columns if column.told_by]
    return [f'cột "{title}": không có mục {name!r}' for title, name in named if name not in known]


def _repeated_fields(profile: Profile) -> Iterable[str]:
    counts = Counter(column.field for column in profile.columns if column.field)
    return [f"mục {name!r} có ở {count} cột" for name, count in counts.items() if count > 1]


def _keyless(profile: Profile) -> Iterable[str]:
    required = {column.field for column in profile.columns if column.required}
    return [f"mục khóa {name!r} phải là cột bắt buộc (required: true)" for name in profile.key if name not in required]


def _wordless(profile: Profile) -> Iterable[str]:
    titles = [column.title for column in profile.columns if column.read_as == "choice" and not column.words]
    return [f'cột "{title}": đọc theo từ điển (as: choice) thì phải có words' for title in titles]


def _unfounded(profile: Profile) -> Iterable[str]:
    if (profile.owner or profile.deadline) and profile.provenance is None:
        yield "có owner hoặc deadline thì phải ghi provenance: official (có văn bản giao) hay proposal (đề xuất)"


@functools.cache
def load_profiles(folder: Path = FOLDER) -> tuple[Profile, ...]:
    """All profiles of a folder, by id.

    Raises:
        BadProfile: lists what is wrong with the first unusable file.
    """
    known_words = load_vocabulary(folder).keys()
    files = [file for file in sorted(folder.glob("*.yaml")) if file.name != VOCABULARY]
    profiles = [_profile(file, frozenset(known_words)) for file in files]
    repeated = [name for name, count in Counter(profile.id for profile in profiles).items() if count > 1]
    if repeated:
        raise BadProfile(f"{folder}: mẫu đọc bị trùng tên: {', '.join(repeated)}")
    return tuple(sorted(profiles, key=lambda profile: profile.id))


def own_profiles(folder: Path | None) -> tuple[tuple[Profile, ...], tuple[str, ...]]:
    """The profiles that an installation wrote itself, by id, and what is wrong with those that cannot be used.

    They share the built-in vocabulary; an id of a built-in profile is taken. A fault costs its own file alone.
    """
    usable: dict[str, Profile] = {}
    faults: list[str] = []
    taken = {profile.id for profile in load_profiles()}
    for file in sorted(folder.glob("*.yaml")) if folder else ():
        if file.name == VOCABULARY:
            continue
        try:
            profile = _profile(file, frozenset(load_vocabulary()))
        except BadProfile as error:
            faults.append(str(error))
            continue
        if profile.id in taken | usable.keys():
            faults.append(f"{file.name}: đã có mẫu đọc tên {profile.id}; hãy đặt id khác")
        else:
            usable[profile.id] = profile
    return tuple(usable[name] for name in sorted(usable)), tuple(faults)


def vocabulary_with(own: Path | None, folder: Path = FOLDER) -> tuple[Vocabulary, tuple[str, ...]]:
    """The word tables with the words that an installation adds in a table file of its own, and what is wrong with it.

    A word may be added to a meaning that is there; a fault costs the whole file, so that no word is read half.
    """
    tables = load_vocabulary(folder)
    file = own / VOCABULARY if own else None
    if file is None or not file.is_file():
        return tables, ()
    try:
        added = _ADDED.validate_python(plain_yaml(file.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as error:
        return tables, (f"{VOCABULARY}: bảng từ riêng chưa dùng được: {_faults(error)}",)
    if wrong := [*_misplaced(added, tables)]:
        return tables, (f"{VOCABULARY}: bảng từ riêng chưa dùng được: {'; '.join(wrong)}",)
    return {
        name: {meaning: (*words, *added.get(name, {}).get(meaning, ())) for meaning, words in table.items()}
        for name, table in tables.items()
    }, ()


def _misplaced(added: Vocabulary, tables: Vocabulary) -> Iterable[str]:
    for name, table in added.items():
        known = {word.casefold(): meaning for meaning, words in tables.get(name, {}).items() for word in words}
        for meaning, words in table.items():
            if meaning not in tables.get(name, {}):
                yield f"không có mục {name}: {meaning}"
            taken = [word for word in words if known.get(word.casefold(), meaning) != meaning]
            yield from (f"{name}: từ {word!r} đã có nghĩa {known[word.casefold()]}" for word in taken)


def _faults(error: Exception) -> str:
    """All faults of a file in one line, each with its place."""
    if not isinstance(error, ValidationError):
        return " ".join(str(error).split())
    return "; ".join(map(_fault, error.errors()))


def _fault(fault: Mapping[str, Any]) -> str:
    place = f"{place_of(fault)}: " if fault["loc"] else ""
    return place + complaint(fault) + seen_in(fault)


def _profile(file: Path, known_words: frozenset[str]) -> Profile:
    try:
        profile = Profile.model_validate(plain_yaml(file.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadProfile(f"{file.name}: mẫu đọc chưa dùng được: {_faults(error)}") from error
    missing = {column.words for column in profile.columns if column.words} - known_words
    if missing:
        raise BadProfile(f"{file.name}: {VOCABULARY} không có bảng từ {', '.join(map(str, missing))}")
    return profile


@functools.cache
def load_vocabulary(folder: Path = FOLDER) -> Vocabulary:
    """The word tables of a folder; one without uses the built-in ones."""
    file = folder / VOCABULARY
    if not file.is_file():
        return load_vocabulary(FOLDER)
    tables = plain_yaml(file.read_text(encoding="utf-8"))
    return {name: {key: tuple(map(str, words)) for key, words in table.items()} for name, table in tables.items()}
