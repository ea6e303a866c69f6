"""What a technician is told about the trust folder: what counts, what is old, what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from config.trust_policy import Anchor, TrustPolicy
from ocr.signatures import TrustStore
from ocr.signatures.survey import Survey
from tests.ocr.signatures.authority import AT, leaf, trust

MUCH_LATER = datetime(2027, 6, 1, tzinfo=UTC)


def test_a_complete_folder_needs_nothing() -> None:
    assert Survey(trust(), AT).problems() == []


def test_an_empty_folder_says_how_to_pin_a_root() -> None:
    (problem,) = Survey(TrustStore(), AT).problems()

    assert problem.needed and "parindex trust pin" in problem.fix and "đường khác" in problem.fix


def test_old_lists_are_named_with_their_days() -> None:
    said = [problem.what for problem in Survey(trust(), MUCH_LATER).problems()]

    assert len(said) == len(trust().anchors) + len(trust().intermediates)
    assert all("2026-11-20" in what and "2027-01-20" in what for what in said)


def test_an_authority_without_lists_is_named() -> None:
    said = [problem.what for problem in Survey(trust(crl_days=()), AT).problems()]

    assert said and all("chưa có danh sách thu hồi" in what for what in said)


def test_a_root_that_nobody_verified_is_told_apart_from_a_pinned_one() -> None:
    mark = leaf("root").fingerprint
    candidate = TrustPolicy(anchors=(Anchor(sha256=mark, kind="official_duty", name="Gốc, UNVERIFIED"),))
    store = replace(trust(), policy=candidate)

    shown = {one["fingerprint"]: one for one in Survey(store, AT).plain()["anchors"]}
    said = [problem.what for problem in Survey(store, AT).problems()]

    assert (shown[mark]["pinned"], shown[mark]["verified"]) == (True, False)
    assert sum("chưa được đối chiếu" in what for what in said) == 1
    assert sum("chưa được ghim" in what for what in said) == len(store.anchors) - 1


def test_intermediates_without_their_issuer_and_a_missing_staff_list_are_named() -> None:
    store = TrustStore(anchors=(leaf("fake_root").der,), intermediates=(leaf("ca").der,), policy=trust().policy)

    said = " ".join(problem.what for problem in Survey(store, AT).problems())

    assert "không có chứng thư của cơ quan đã cấp nó" in said and "staff.yaml" in said


def test_the_strict_policy_names_itself_and_changes_the_digest() -> None:
    strict = trust().refusing_sha1()

    assert strict.policy.sha1 == "strict" and "không nhận SHA-1" in strict.policy.name
    assert strict.digest != trust().digest
