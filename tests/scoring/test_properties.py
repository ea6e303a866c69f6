"""What holds for any input: bounds, monotony, order, exactness, and differences that add up."""

from __future__ import annotations

import dataclasses
import random
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import ON_TIME_RULES, compare, evaluate, late_margin
from scoring.cycle_sheet import with_overrides
from scoring.engine.facts import DeclaredValue, DocumentFact, Dossier, Evidence, Facts, Petition
from scoring.engine.numbers import half_up
from tests.scoring.wards import CRITERIA, LAST_DAY, at, dossier, scored

ENTRIES = [c for d in CRITERIA["domains"] for k in d["criteria"] for c in k["components"]]
BY_ID = {entry["id"]: entry for entry in ENTRIES}
MOMENTS = st.sampled_from([None, *(at(f"2025-{month:02d}-15", f"{month:02d}:30:00") for month in range(1, 13))])
FLAGS = st.sampled_from([None, True, False])
DOSSIERS = st.builds(
    Dossier,
    code=st.integers(0, 9999).map("H17-250101-{:04d}".format),
    procedure_code=st.sampled_from([None, "1.001", "1.002"]),
    channel=st.sampled_from([None, "direct", "online", "postal"]),
    status=st.one_of(st.none(), st.integers(1, 10)),
    received_at=MOMENTS,
    due_at=MOMENTS,
    finished_at=MOMENTS,
    returned_at=MOMENTS,
    full_online=FLAGS,
    fee_due=FLAGS,
    paid_online=FLAGS,
    papers_digitised=FLAGS,
    papers_reused=FLAGS,
    synced=FLAGS,
    result_file_required=FLAGS,
    supplements=st.one_of(st.none(), st.integers(0, 3)),
    apology_number=st.sampled_from([None, "1/XL"]),
)
PETITIONS = st.builds(
    Petition,
    code=st.integers(0, 99).map(str),
    received_at=MOMENTS,
    due_at=MOMENTS,
    answered_at=MOMENTS,
    confirmed=FLAGS,
    about=st.sampled_from([None, "fees_and_papers", "conduct", "procedure", "other"]),
)
DOCUMENTS = st.builds(
    DocumentFact,
    sha256=st.sampled_from("abcd").map(lambda letter: letter * 64),
    name=st.sampled_from(["a.pdf", "b.pdf"]),
    purpose=st.sampled_from(["result", "evidence", "outgoing"]),
    dossier_code=st.sampled_from([None, "H17-250101-0001", "H17-250101-0002"]),
    signature=st.sampled_from(["PASSED", "INDETERMINATE", "FAILED", "NO_SIGNATURE", "UNREADABLE"]),
    profile_met=FLAGS,
    digitisation=st.sampled_from(["đạt", "không đạt", "cần người xem"]),
    quarantined=st.booleans(),
)
KEYS = sorted({(entry["id"], item["key"]) for entry in ENTRIES for item in entry["declared"]})
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 30).map(Decimal),
    st.dates(min_value=LAST_DAY.replace(month=1, day=1), max_value=LAST_DAY),
    st.sampled_from(["not_applicable", "chữ"]),
    st.sampled_from(
        [
            Decimal("NaN"),
            Decimal("sNaN"),
            Decimal("Infinity"),
            Decimal("1E+30"),
            Decimal("1E+999999"),
            Decimal("1E-999"),
            Decimal("0.333"),
        ]
    ),
)
DECLARED = st.builds(
    lambda key, value, explanation: DeclaredValue(component=key[0], key=key[1], value=value, explanation=explanation),
    st.sampled_from(KEYS),
    VALUES,
    st.sampled_from([None, "giải trình"]),
)
EVIDENCE = st.builds(
    Evidence,
    component=st.sampled_from([entry["id"] for entry in ENTRIES]),
    sha256=st.sampled_from("abcd").map(lambda letter: letter * 64),
    name=st.sampled_from(["a.pdf", "b.pdf"]),
)
FACTS = st.builds(
    Facts,
    dossiers=st.lists(DOSSIERS, max_size=12, unique_by=lambda dossier: dossier.code).map(tuple),
    petitions=st.lists(PETITIONS, max_size=5, unique_by=lambda petition: petition.code).map(tuple),
    documents=st.lists(DOCUMENTS, max_size=5, unique_by=lambda document: document.sha256).map(tuple),
    declared=st.lists(DECLARED, max_size=30).map(tuple),
    evidence=st.lists(EVIDENCE, max_size=10).map(tuple),
    known=st.sets(st.sampled_from(["dossiers", "petitions", "documents"])).map(lambda kinds: tuple(sorted(kinds))),
)
RULE_NAMES = st.sampled_from(ON_TIME_RULES)


@settings(max_examples=150, deadline=None)
@given(FACTS, RULE_NAMES)
def test_points_stay_between_zero_and_the_maximum_and_add_up(facts: Facts, rule: str) -> None:
    plain = scored(facts, on_time_rule=rule)

    earned = expected = Decimal(0)
    for item in plain["components"]:
        maximum, got = Decimal(item["max_points"]), item["points"]
        assert got is None or 0 <= Decimal(got) <= maximum
        assert item["expected"] is None or Decimal(got or 0) <= Decimal(item["expected"]) <= maximum
        assert item["because"].endswith(".")
        assert item["state"] != "survey" or got is None
        earned += Decimal(got or 0)
        expected += Decimal(item["expected"] or 0)
    assert (plain["totals"]["conservative"], plain["totals"]["expected"]) == (f"{earned:.2f}", f"{expected:.2f}")


def shuffled(facts: Facts, seed: int) -> Facts:
    chance = random.Random(seed)
    fields = {field.name: list(getattr(facts, field.name)) for field in dataclasses.fields(facts)}
    for items in fields.values():
        chance.shuffle(items)
    return Facts(**{name: tuple(items) for name, items in fields.items()})


@settings(max_examples=100, deadline=None)
@given(FACTS, RULE_NAMES, st.integers(0, 1000))
def test_the_order_of_the_facts_changes_nothing(facts: Facts, rule: str, seed: int) -> None:
    assert scored(shuffled(facts, seed), on_time_rule=rule) == scored(facts, on_time_rule=rule)


@settings(max_examples=100, deadline=None)
@given(FACTS, FACTS, RULE_NAMES, RULE_NAMES)
def test_the_differences_add_up_to_the_change_of_the_totals(
    before: Facts, after: Facts, rule: str, other_rule: str
) -> None:
    comparison = compare(scored(before, on_time_rule=rule), scored(after, on_time_rule=other_rule))

    assert sum((change.difference for change in comparison.changes), Decimal(0)) == comparison.conservative
    assert sum((change.expected_difference for change in comparison.changes), Decimal(0)) == comparison.expected


OVERRIDES = st.dictionaries(
    st.sampled_from([entry["id"] for entry in ENTRIES if entry["rule"]["kind"] != "survey"]),
    st.tuples(st.sampled_from(["0", "0.25", "0.5", "1"]), st.sampled_from(["chị Hoa", "anh Nam"])),
    max_size=6,
)
"""By component: the share of the maximum that somebody put in the place of the computed points, and who."""


def corrected(plain: dict[str, Any], overrides: dict[str, tuple[str, str]]) -> dict[str, Any]:
    entries = {
        name: {
            "override": {
                "points": f"{Decimal(BY_ID[name]['max_points']) * Decimal(share):.2f}",
                "who": who,
                "because": "đếm lại",
                "evidence": [{"sha256": "e" * 64, "name": "bien-ban.pdf", "section": "", "pages": ""}],
            }
        }
        for name, (share, who) in overrides.items()
    }
    return with_overrides(plain, entries)


@settings(max_examples=40, deadline=None)
@given(FACTS, FACTS, OVERRIDES, OVERRIDES)
def test_the_differences_add_up_whoever_overrode_what_before_and_after(
    before: Facts, after: Facts, old: dict[str, tuple[str, str]], new: dict[str, tuple[str, str]]
) -> None:
    comparison = compare(corrected(scored(before), old), corrected(scored(after), new))

    assert sum((change.difference for change in comparison.changes), Decimal(0)) == comparison.conservative
    assert sum((change.expected_difference for change in comparison.changes), Decimal(0)) == comparison.expected
    for change in comparison.changes:
        if old.get(change.component) != new.get(change.component):
            assert change.cause == "override"


@settings(max_examples=25, deadline=None)
@given(FACTS, OVERRIDES)
def test_an_override_moves_its_own_component_alone_and_the_sentence_says_by_whom(
    facts: Facts, overrides: dict[str, tuple[str, str]]
) -> None:
    changes = compare(scored(facts), corrected(scored(facts), overrides)).changes

    assert {change.component for change in changes} <= overrides.keys()
    for change in changes:
        assert change.cause == "override"
        assert f"{overrides[change.component][1]} sửa thành" in change.because
        assert "đếm lại" in change.because


@settings(max_examples=50, deadline=None)
@given(FACTS)
def test_a_score_beside_itself_shows_no_change(facts: Facts) -> None:
    assert compare(scored(facts), scored(facts)).changes == ()


COUNTS = st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


def by_hand(entry: dict[str, Any], done: int, total: int) -> Fraction:
    """The law of section 9 of the domain notes, written once more in plain fractions."""
    rule, maximum, share = entry["rule"], Fraction(entry["max_points"]), Fraction(done, total)
    exact = maximum * share
    match rule["kind"]:
        case "capped_share":
            exact = min(maximum, exact / Fraction(rule["full_from"]))
        case "floor_share":
            exact = exact if share >= Fraction(rule["floor"]) else Fraction(0)
        case "tiered" if 1 - share < Fraction(rule["full_when_missed_below"]):
            exact = maximum
        case "tiered":
            exact = exact if share >= Fraction(rule["floor"]) else Fraction(0)
        case "steps":
            reached = [Fraction(step["points"]) for step in rule["steps"] if share >= Fraction(step["from"])]
            exact = max(reached, default=Fraction(0))
        case "all_or_nothing":
            exact = maximum if done == total else Fraction(0)
    return exact


NAMES = {
    "on_time_share": ("finished", None, "late"),
    "petitions_on_time_share": ("petitions", None, "late"),
    "apology_share": ("late", "with_letter", None),
    "register_match_share": ("paper_register_count", "imported", None),
    "results_signed_share": ("required", "signed", None),
    "file_quality_share": ("files", "good", None),
    "outgoing_signed_share": ("outgoing", "signed", None),
    "online_procedures_share": ("procedures", "procedures_used", None),
    "online_share": ("received", "online", None),
    "full_online_share": ("received", "full_online", None),
    "online_payment_share": ("with_fee", "paid_online", None),
    "reuse_share": ("received", "reused", None),
    "synced_share": ("received", "synced", None),
    "papers_digitised_share": ("received", "digitised", None),
}
SHARED = [
    entry
    for entry in ENTRIES
    if entry["rule"]["kind"] in ("share", "capped_share", "floor_share", "tiered", "steps", "all_or_nothing")
    and entry.get("measure") != "handling_satisfaction_share"
]


def given_of(entry: dict[str, Any], done: int, total: int) -> dict[str, int]:
    if "measure" not in entry:
        return {entry["rule"]["done"]: done, entry["rule"]["total"]: total}
    whole, part, missed = NAMES[entry["measure"]]
    return {whole: total, part or missed or "": done if part else total - done}


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SHARED), COUNTS)
def test_points_equal_an_exact_computation_rounded_half_up_once(entry: dict[str, Any], counts: tuple[int, int]) -> None:
    done, total = counts
    exact = by_hand(entry, done, total)
    scaled = Decimal(exact.numerator * 100) / Decimal(exact.denominator)
    rounded = scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP) / 100

    assert evaluate(entry, given_of(entry, done, total), LAST_DAY).points == rounded


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SHARED), COUNTS, st.integers(1, 50))
def test_doing_more_never_costs_points(entry: dict[str, Any], counts: tuple[int, int], more: int) -> None:
    done, total = counts
    better = min(total, done + more)

    less = evaluate(entry, given_of(entry, done, total), LAST_DAY).points
    most = evaluate(entry, given_of(entry, better, total), LAST_DAY).points

    assert less is not None
    assert most is not None
    assert most >= less


COUNTED = [entry for entry in ENTRIES if entry["rule"]["kind"] in ("per_violation", "count_steps")]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(COUNTED), st.integers(0, 40), st.integers(1, 5))
def test_more_violations_never_earn_and_more_work_never_costs(entry: dict[str, Any], count: int, more: int) -> None:
    key = entry["rule"].get("count", "confirmed")
    required = dict.fromkeys(entry["rule"].get("requires", ()), True)

    fewer = evaluate(entry, {**required, key: count}, LAST_DAY).points
    many = evaluate(entry, {**required, key: count + more}, LAST_DAY).points

    assert fewer is not None
    assert many is not None
    assert many <= fewer if entry["rule"]["kind"] == "per_violation" else many >= fewer


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 60), st.integers(0, 60), RULE_NAMES)
def test_one_more_late_dossier_never_earns_points(count: int, late: int, rule: str) -> None:
    ward = [dossier(number, late=number <= min(late, count)) for number in range(1, count + 1)]
    worse = [dossier(number, late=number <= min(late + 1, count)) for number in range(1, count + 1)]

    def on_time_points(dossiers: list[Dossier]) -> Decimal:
        plain = scored(Facts(dossiers=tuple(dossiers)), on_time_rule=rule)
        return Decimal(next(item["points"] for item in plain["components"] if item["id"] == "3.3.2"))

    assert on_time_points(worse) <= on_time_points(ward)


@given(st.fractions(min_value=0, max_value=1000))
def test_rounding_is_half_up(value: Fraction) -> None:
    rounded = Fraction(half_up(value))

    assert abs(rounded - value) <= Fraction(1, 200)
    assert rounded - value != Fraction(-1, 200)


@given(st.integers(0, 100_000), st.integers(0, 1000))
def test_the_late_margin_is_the_largest_that_keeps_the_share_under_one_per_cent(finished: int, late: int) -> None:
    late = min(late, finished)
    margin = late_margin(finished, late)

    def under(more: int) -> bool:
        return finished + more == 0 or Fraction(late + more, finished + more) < Fraction(1, 100)

    if margin is None:
        assert not under(0)
    else:
        assert under(margin)
        assert not under(margin + 1)
