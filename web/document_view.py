"""What a document's page shows of its examination: fields with their state, faults in order, labelled places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.document_words import FIELDS, MARKS, printed_part, said_value, suggested_values
from flows.examining.pictures import lie_of, signature_places
from ocr.pictures.shown_places import Share, as_scanned, turned

FAULTS = ("không đạt", "cần người xem")
"""Outcomes that weigh on the verdict, worst first; the others are notes."""
_BESIDE = frozenset({"authority", "signer_title", "signer"})
"""Fields under each other, whose labels stand beside them."""
_PICTURED = frozenset({"handwritten", "blank"})


@dataclass(frozen=True, slots=True)
class FieldShown:
    """One field. `value` is what was read; `printed` what is printed of a place that is handwritten or blank."""

    name: str
    state: str
    value: str = ""
    printed: str = ""
    suggestions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Values with the words of those who suggest them."""
    page: int | None = None
    pictured: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a file is judged as it is: one sentence, and the pages of which it holds."""

    outcome: str
    detail: str
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the page's picture, in per cent from the left and top. `kind`: field | seal | handwriting | found.

    `label` is a key of the words; it stands above, beside or below the place.
    """

    kind: str
    label: str
    left: float
    top: float
    width: float
    height: float
    side: str = "above"


Suggestions = Mapping[str, Sequence[Mapping[str, str]]]
"""Field -> what others suggest for it: {value, source, source_text}."""


def fields_shown(result: Mapping[str, Any], registers: Suggestions) -> list[FieldShown]:
    """Every field of the examination, in the order of people; those that were not found have the state `missing`.

    `registers`: what rows of registers suggest for fields that could not be read.
    """
    fields = result.get("fields") or {}
    return [_field(name, fields, registers.get(name, ())) for name in FIELDS if name in fields]


def _field(name: str, fields: Mapping[str, Any], registers: Sequence[Mapping[str, str]]) -> FieldShown:
    field = fields[name] or {"state": "missing", "value": None}
    if not field["value"]:
        field = {**field, "suggestions": [*registers, *(field.get("suggestions") or ())]}
    state = str(field.get("state") or "read")
    return FieldShown(
        name,
        state,
        said_value(name, str(field.get("value") or "")),
        printed_part(name, fields) if state in _PICTURED else "",
        tuple((value, tuple(sources)) for value, sources in suggested_values(name, field).items()),
        field.get("page"),
        state in _PICTURED and bool(field.get("box")),
    )


def reasons_shown(result: Mapping[str, Any]) -> tuple[list[Reason], list[Reason]]:
    """Faults, worst first, and notes without weight; the same sentence about several pages is told once."""
    pages: dict[tuple[str, str], list[int]] = {}
    for reason in (result.get("digitisation") or {}).get("reasons") or ():
        told = pages.setdefault((str(reason.get("outcome") or FAULTS[1]), str(reason["detail"])), [])
        told += [int(reason["page"])] if reason.get("page") else []
    found = [Reason(outcome, detail, tuple(numbers)) for (outcome, detail), numbers in pages.items()]
    faults = sorted((one for one in found if one.outcome in FAULTS), key=lambda one: FAULTS.index(one.outcome))
    return faults, [one for one in found if one.outcome not in FAULTS]


def marks_of(said: Mapping[str, Any] | None, page: int, found: Sequence[Share] = ()) -> list[Mark]:
    """Fields, seals and handwriting on the picture of a page, and words that were `found` by a search.

    Signatures are drawn into the picture itself.
    """
    result = (said or {}).get("result") or {}
    turn, skew = lie_of(said, page)
    sought = (_mark("found", "", as_scanned(box, skew), "above") for box in found)
    return [*sought, *_field_marks(result, page, skew), *_paper_marks(result, page, turn or 0)]


def _field_marks(result: Mapping[str, Any], page: int, skew: float) -> Iterator[Mark]:
    fields = result.get("fields") or {}
    for name, label in FIELDS.items():
        field = fields.get(name) or {}
        if field.get("page") == page and field.get("box"):
            box = as_scanned(_share(field["box"]), skew)
            yield _mark("field", label, box, "beside" if name in _BESIDE else "above")


def _paper_marks(result: Mapping[str, Any], page: int, turn: int) -> Iterator[Mark]:
    for mark in (result.get("paper_marks") or {}).get("marks") or ():
        if mark["page"] == page:
            yield _mark(mark["kind"], MARKS[mark["kind"]], turned(_share(mark["box"]), turn), "below")


def _share(box: Any) -> Share:
    left, top, right, bottom = (float(edge) for edge in box)
    return left, top, right, bottom


def _mark(kind: str, label: str, box: Share, side: str) -> Mark:
    left, top, right, bottom = (round(100 * min(1.0, max(0.0, edge)), 2) for edge in box)
    return Mark(kind, label, left, top, round(right - left, 2), round(bottom - top, 2), side)


def signers_on(said: Mapping[str, Any] | None, page: int) -> list[tuple[int, str]]:
    """Numbers of the signatures framed on the picture of a page, and whose they are."""
    signatures = (((said or {}).get("result") or {}).get("signature") or {}).get("signatures") or ()
    return [
        (number, str(signatures[number - 1].get("signer") or signatures[number - 1].get("field") or ""))
        for number, _ in signature_places(said, page)
    ]
