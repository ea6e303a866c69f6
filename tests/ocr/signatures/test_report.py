"""The report as others read it: keys, roles, profiles, times, and what the verdict rests on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from ocr.signatures import TrustStore, examine_signatures
from ocr.signatures.words import SENTENCES
from sample.signing import PKCS7
from tests.ocr.signatures.authority import AT, trust
from tests.ocr.signatures.case import SEAL, SIGNED_AT, signed
from tests.ocr.signatures.cases_attacks import ATTACKS
from tests.ocr.signatures.cases_sound import SOUND, picture
from tests.ocr.signatures.updates import with_dss

_FILE_KEYS = ["verdict", "sub", "summary_vi", "signatures", "profile"]
_SIGNATURE_KEYS = [
    "field",
    "verdict",
    "sub",
    "intact",
    "signer",
    "organisation",
    "role",
    "claimed_at",
    "trusted_at",
    "level",
    "covers_whole_file",
    "changes",
    "chain",
    "revocation",
    "algorithm",
]


def _leader_then(organ: str) -> bytes:
    return signed(signed(box=SEAL, appearance=picture()), organ, field="Dau", box=(1, 1, 90, 90), stamped=True)


def test_the_json_has_the_agreed_keys_first_and_names_what_the_verdict_rests_on() -> None:
    plain = examine_signatures(_leader_then("organ"), trust=trust(), at=AT).plain()

    assert list(plain)[: len(_FILE_KEYS)] == _FILE_KEYS
    assert list(plain["signatures"][0])[: len(_SIGNATURE_KEYS)] == _SIGNATURE_KEYS
    assert plain["trust_digest"] == trust().digest
    assert (plain["policy"], plain["library"].split()[0]) == ("thu 1", "pyHanko")
    assert plain["validated_at"] == "2026-11-23T15:00:00+07:00"
    assert json.loads(json.dumps(plain)) == plain


def test_leader_then_organ_meets_the_result_profile() -> None:
    report = examine_signatures(_leader_then("organ"), trust=trust(), at=AT)

    assert [finding.role for finding in report.signatures] == ["leader", "organ"]
    assert [finding.changes for finding in report.signatures] == ["signature", "none"]
    assert (report.profile.name, report.profile.met) == ("result", True)


def test_a_security_store_after_the_seal_still_meets_the_profile() -> None:
    report = examine_signatures(with_dss(_leader_then("organ"), "2026-11-01"), trust=trust(), at=AT)

    assert report.signatures[1].covers_whole_file is False
    assert report.profile.met is True


def test_organ_before_leader_breaks_the_order() -> None:
    report = examine_signatures(signed(signed(who="organ"), "leader", field="Sau"), trust=trust(), at=AT)

    assert report.verdict.word == "PASSED"
    assert report.profile.met is False
    assert "Sai thứ tự: lãnh đạo phải ký trước, cơ quan đóng dấu sau." in report.profile.reasons


def test_the_seal_of_another_ward_is_not_ours() -> None:
    report = examine_signatures(_leader_then("other_organ"), trust=trust(), at=AT)

    assert report.verdict.word == "PASSED"
    assert report.profile.met is False
    assert "Con dấu số là của cơ quan khác" in report.profile.reasons[0]


def test_one_signature_of_the_organ_is_not_enough_for_a_result() -> None:
    report = examine_signatures(signed(who="organ"), trust=trust(), at=AT)

    assert (report.profile.met, report.profile.reasons) == (False, ("Thiếu chữ ký số của lãnh đạo.",))


def test_a_clerk_may_sign_a_scan_but_not_a_result() -> None:
    pdf = signed(who="clerk")

    assert examine_signatures(pdf, trust=trust(), at=AT, scanned=True).profile.met is True
    assert examine_signatures(pdf, trust=trust(), at=AT, scanned=False).profile.met is False


def test_a_company_signs_as_a_citizen() -> None:
    report = examine_signatures(signed(who="company"), trust=trust(), at=AT)

    assert report.signatures[0].role == "citizen"
    assert (report.profile.name, report.profile.met) == ("citizen", True)


def test_a_leader_without_a_trusted_chain_leaves_the_profile_open() -> None:
    report = examine_signatures(_leader_then("organ"), trust=TrustStore(), at=AT)

    assert report.verdict.sub == "NO_CERTIFICATE_CHAIN_FOUND"
    assert report.signatures[0].intact is True
    assert report.profile.met is None


def test_the_known_seven_hour_error_of_the_signer_clock_is_shown_and_mended() -> None:
    pdf = signed(subfilter=PKCS7, stamped=True, claims=SIGNED_AT + timedelta(hours=7, minutes=10))

    finding = examine_signatures(pdf, trust=trust(), at=AT).signatures[0]

    assert finding.verdict.word == "PASSED"
    assert finding.trusted_at == SIGNED_AT
    assert any("7 giờ" in warning for warning in finding.warnings)


def test_a_clock_that_is_wrong_by_two_hours_is_reported() -> None:
    pdf = signed(subfilter=PKCS7, stamped=True, claims=SIGNED_AT + timedelta(hours=2))

    finding = examine_signatures(pdf, trust=trust(), at=AT).signatures[0]

    assert any("lệch hơn 1 giờ" in warning for warning in finding.warnings)


def test_sha1_under_an_official_anchor_passes_with_a_warning_that_names_the_policy() -> None:
    finding = examine_signatures(signed(digest="sha1", subfilter=PKCS7), trust=trust(), at=AT).signatures[0]

    assert finding.verdict.word == "PASSED"
    assert any("SHA-1" in warning and "thu 1" in warning for warning in finding.warnings)


def test_a_signer_whose_name_the_text_does_not_hold_is_reported() -> None:
    text = "QUYẾT ĐỊNH về việc phê duyệt kế hoạch cải cách hành chính. " * 10

    stranger = examine_signatures(signed(), trust=trust(), at=AT, text=text).signatures[0]
    named = examine_signatures(signed(), trust=trust(), at=AT, text=text + "NGUYỄN THỊ HỒNG").signatures[0]

    assert any("không thấy trong nội dung" in warning for warning in stranger.warnings)
    assert named.warnings == ()


def test_levels_follow_what_is_in_the_file() -> None:
    levels = [
        examine_signatures(pdf, trust=trust(), at=AT).signatures[0].level
        for pdf in (signed(), signed(stamped=True), with_dss(signed(stamped=True), "2026-11-01"))
    ]

    assert levels == ["B-B", "B-T", "B-LT"]


def test_the_last_day_of_sha1_is_a_setting() -> None:
    store = trust()
    ended = replace(store, policy=store.policy.model_copy(update={"sha1_signed_until": date(2026, 8, 31)}))
    pdf = signed(digest="sha1", subfilter=PKCS7, stamped=True)

    assert examine_signatures(pdf, trust=store, at=AT).verdict.word == "PASSED"
    assert examine_signatures(pdf, trust=ended, at=AT).verdict.sub == "CRYPTO_CONSTRAINTS_FAILURE"


def test_a_claimed_time_is_believed_only_where_the_policy_says_so() -> None:
    pdf = signed(who="expired_leader", at=datetime(2023, 6, 1, tzinfo=UTC))
    store = trust(crl_days=("2023-12-20", "2026-11-20"))
    trusting = replace(store, policy=store.policy.model_copy(update={"accept_claimed_time": True}))

    assert examine_signatures(pdf, trust=store, at=AT).verdict.sub == "OUT_OF_BOUNDS_NO_POE"
    believed = examine_signatures(pdf, trust=trusting, at=AT).signatures[0]
    assert (believed.verdict.word, believed.trusted_at) == ("PASSED", None)
    assert any("khai báo" in warning for warning in believed.warnings)


def test_every_outcome_of_the_cases_has_its_own_sentence() -> None:
    outcomes = {case.verdict.partition("/")[::2] for case in SOUND + ATTACKS}

    assert all((word, sub) in SENTENCES for word, sub in outcomes)
