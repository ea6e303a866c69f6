"""Who may do what, where: the one place that decides. What is not named here is refused.

A role is a set of deeds. A grant gives a role in one unit, perhaps for one office and one period. An object is asked
for with its unit, period and office; every grant that fits all of them and has the deed opens it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from storage.people.accounts import Grant


class Deed(StrEnum):
    """Everything that a page or the API can be asked to do."""

    ENTER = "enter"
    """No sign-in needed: the sign-in page itself, a share link, the machine's own questions."""
    OWN_ACCOUNT = "own_account"
    SEE_SCORE = "see_score"
    SEE_WORK = "see_work"
    """Tasks, deadlines, next actions, declared values, notes."""
    SEE_EVIDENCE = "see_evidence"
    SEE_DOSSIERS = "see_dossiers"
    """Applicants' personal data: dossiers behind a number, results of dossiers, bundles that are not redacted."""
    SEE_EXPORTS = "see_exports"
    SEE_RUNS = "see_runs"
    ASK_RUN = "ask_run"
    WHAT_IF = "what_if"
    UPLOAD = "upload"
    DECLARE = "declare"
    RELEASE = "release"
    """Another try for quarantined documents; an export of an unneeded layout put aside."""
    ASSIGN = "assign"
    APPROVE = "approve"
    LOCK = "lock"
    APPRAISE = "appraise"
    EXPLAIN = "explain"
    REPORT = "report"
    ORDER_BUNDLE = "order_bundle"
    SHARE = "share"
    COMPARE_UNITS = "compare_units"
    """Units beside each other: of no role, but of whoever sees the whole score of several units."""
    ADMINISTER = "administer"


_READING = {Deed.SEE_SCORE, Deed.SEE_WORK, Deed.SEE_EVIDENCE}
_INSIDE = _READING | {Deed.SEE_DOSSIERS, Deed.SEE_EXPORTS, Deed.SEE_RUNS, Deed.WHAT_IF, Deed.REPORT, Deed.ORDER_BUNDLE}

DEEDS: Mapping[str, frozenset[Deed]] = {
    "coordinator": frozenset(
        _INSIDE | {Deed.ASK_RUN, Deed.UPLOAD, Deed.DECLARE, Deed.RELEASE, Deed.ASSIGN, Deed.EXPLAIN, Deed.SHARE}
    ),
    "unit": frozenset(_READING | {Deed.SEE_DOSSIERS, Deed.WHAT_IF, Deed.UPLOAD, Deed.DECLARE, Deed.EXPLAIN}),
    "leader": frozenset(_INSIDE | {Deed.APPROVE, Deed.LOCK}),
    "auditor": frozenset({Deed.SEE_SCORE, Deed.SEE_EVIDENCE, Deed.ORDER_BUNDLE, Deed.APPRAISE}),
    "guest": frozenset({Deed.SEE_SCORE, Deed.SEE_EVIDENCE, Deed.ORDER_BUNDLE}),
    "supervisor": frozenset({Deed.SEE_SCORE, Deed.SEE_EVIDENCE, Deed.REPORT}),
    "administrator": frozenset({Deed.ADMINISTER}),
}
"""What each role may do. A guest comes by a share link."""

CYCLE: Mapping[str, Deed] = {
    **dict.fromkeys(("begin", "assign"), Deed.ASSIGN),
    "fill": Deed.DECLARE,
    **dict.fromkeys(("override", "as_computed", "approve", "send_back"), Deed.APPROVE),
    **dict.fromkeys(("lock", "attach_sheet", "lock_explanation"), Deed.LOCK),
    **dict.fromkeys(("begin_appraisal", "appraise", "ask_explanations"), Deed.APPRAISE),
    **dict.fromkeys(("begin_second_appraisal", "appraise_again", "end_appraisal"), Deed.APPRAISE),
    **dict.fromkeys(("add_survey", "publish"), Deed.APPRAISE),
    "explain": Deed.EXPLAIN,
}
"""Which right each deed of the yearly cycle (`scoring.cycle.STEPS`) asks for."""

EVERYBODY = frozenset({Deed.OWN_ACCOUNT})
"""What every signed-in account may do, whatever its role."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object belongs: unit and period."""

    unit: str
    period: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: an account, a program with its token, or a guest by share link."""

    name: str
    full_name: str
    grants: tuple[Grant, ...] = ()
    at_most: frozenset[Deed] | None = None
    """What a token may do beyond which its account's rights do not reach; None for a person."""
    components: frozenset[str] = frozenset()
    """Components that a share link shows; empty: all."""
    share: str = ""
    form_key: str = ""

    @property
    def rights(self) -> Visitor:
        """Somebody without a name who may do the same: what may be kept for all who see the same."""
        return Visitor("-", "", self.grants, self.at_most, self.components, self.share)

    @property
    def signed_in(self) -> bool:
        """Whether this is anybody at all."""
        return bool(self.name)

    def may(self, deed: Deed, place: Place | None = None, office: str = "") -> bool:
        """Whether this deed is allowed here; `office` is the object's, empty for what belongs to the whole unit."""
        if deed == Deed.ENTER:
            return True
        if self.signed_in and deed in EVERYBODY:
            return not self.share
        if not self.signed_in or (self.at_most is not None and deed not in self.at_most):
            return False
        if deed == Deed.COMPARE_UNITS:
            return len(self.units_seen()) > 1
        return any(deed in DEEDS[grant.role] and _fits(grant, place, office) for grant in self.grants)

    def may_component(self, deed: Deed, place: Place, component: Mapping[str, str]) -> bool:
        """Whether this deed is allowed on a component of a score ({id, responsible, ...})."""
        shown = not self.components or component["id"] in self.components
        return shown and self.may(deed, place, component["responsible"])

    def whole_unit(self, deed: Deed, place: Place) -> bool:
        """Whether the deed is allowed on everything of the unit, not only on one office's or link's components."""
        if self.components or (self.at_most is not None and deed not in self.at_most):
            return False
        return any(deed in DEEDS[grant.role] and _fits(grant, place, "") and not grant.office for grant in self.grants)

    def units_seen(self, period: str = "") -> tuple[str, ...]:
        """Units whose whole score this visitor sees, in that period where one is named."""
        places = {Place(grant.unit, period or grant.period) for grant in self.grants}
        return tuple(sorted({place.unit for place in places if self.whole_unit(Deed.SEE_SCORE, place)}))

    def any_period(self, deed: Deed, place: Place) -> bool:
        """Whether the deed is allowed in the unit whatever the period."""
        held = (grant for grant in self.grants if grant.unit == place.unit and not grant.period)
        return any(deed in DEEDS[grant.role] for grant in held)

    def places(self) -> tuple[tuple[str, str], ...]:
        """(unit, period) of every grant, period empty where it holds for all; administrators have none."""
        held = {(grant.unit, grant.period) for grant in self.grants if grant.role != "administrator"}
        return tuple(sorted(held))

    def roles(self) -> Collection[str]:
        """Names of the roles held."""
        return sorted({grant.role for grant in self.grants})


NOBODY = Visitor("", "")


def guest(share: Mapping[str, object], who: str, form_key: str) -> Visitor:
    """The visitor that a share link lets in."""
    components = share["components"]
    shown = frozenset(str(item) for item in components) if isinstance(components, list) else frozenset()
    grant = Grant("guest", str(share["unit"]), "", str(share["period"]))
    return Visitor(f"link:{share['id']}", who, (grant,), components=shown, share=str(share["id"]), form_key=form_key)


def _fits(grant: Grant, place: Place | None, office: str) -> bool:
    """Whether a grant reaches there. An office's grant reaches the unit's common pages, and of objects only its own."""
    if place is None:
        return True
    if grant.unit != place.unit or grant.period not in ("", place.period):
        return False
    return not (grant.office and office) or grant.office == office


class Refused(Exception):
    """This visitor may not do this here."""

    def __init__(self, deed: Deed, signed_in: bool = True) -> None:
        super().__init__(deed)
        self.deed, self.signed_in = deed, signed_in
