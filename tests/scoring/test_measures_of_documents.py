"""Measures over documents: results of dossiers, outgoing documents, the paper register."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from scoring.engine.facts import DocumentFact, Facts
from tests.scoring.wards import (
    at,
    component,
    declared,
    dossier,
    dossiers,
    evidence,
    numbers,
    points,
    scored,
)


def document(number: int, **fields: Any) -> DocumentFact:
    known = {"purpose": "result", "signature": "PASSED", "profile_met": True, "digitisation": "đạt"}
    return DocumentFact(sha256=f"{number:064d}", name=f"{number}.pdf", **(known | fields))


def test_a_result_counts_only_when_signature_profile_and_digitisation_are_all_met() -> None:
    ward = dossiers(7, result_file_required=True)
    files = tuple(
        document(number, dossier_code=ward[number].code, **fields)
        for number, fields in enumerate(
            [
                {},
                {"signature": "FAILED", "profile_met": False},
                {"signature": "INDETERMINATE", "profile_met": None},
                {"digitisation": "không đạt"},
                {"digitisation": "cần người xem"},
                {"quarantined": True, "signature": "UNREADABLE", "profile_met": None},
            ]
        )
    )

    found = numbers(Facts(dossiers=ward, documents=files), "3.4.2")

    assert {key: found[key] for key in ("required", "signed", "examined", "missing", "unknown", "failed")} == {
        "required": 7, "signed": 1, "examined": 6, "missing": 1, "unknown": 2, "failed": 3
    }  # fmt: skip


def test_a_result_that_its_row_contradicts_counts_neither_as_signed_nor_as_good_and_says_why() -> None:
    ward = dossiers(5, result_file_required=True, result_number="05/GPXD-UBND")
    said: list[dict[str, Any]] = [
        {"number": "5/GPXD-UBND", "printed_code": ward[0].code},
        {"number": "06/GPXD-UBND"},
        {"printed_code": ward[0].code},
        {"issued_on": date(2025, 8, 31)},
        {"also_for": (ward[0].code,)},
    ]
    files = tuple(replace(document(n, dossier_code=ward[n].code), **fields) for n, fields in enumerate(said))
    facts = Facts(dossiers=ward, documents=files)

    signed, good = numbers(facts, "3.4.2"), numbers(facts, "3.4.3")

    assert (signed["required"], signed["signed"], signed["contradicted"], signed["failed"]) == (5, 1, 4, 0)
    assert (good["files"], good["good"], good["contradicted"]) == (5, 1, 4)
    assert any("4 kết quả mâu thuẫn với sổ hồ sơ" in told for told in component(scored(facts), "3.4.2")["warnings"])


def test_a_second_file_that_fits_makes_up_for_one_that_does_not() -> None:
    (one,) = dossiers(1, result_file_required=True, result_number="05/GPXD-UBND")
    wrong, right = (document(n, dossier_code=one.code) for n in (1, 2))
    files = (replace(wrong, number="06/GPXD-UBND"), right)

    found = numbers(Facts(dossiers=(one,), documents=files), "3.4.2")

    assert (found["signed"], found["contradicted"]) == (1, 0)


def test_results_of_dossiers_that_need_none_are_left_out() -> None:
    ward = (dossier(1, result_file_required=True), dossier(2, result_file_required=False))
    files = tuple(document(number, dossier_code=one.code) for number, one in enumerate(ward))

    found = numbers(Facts(dossiers=ward, documents=files), "3.4.2")

    assert (found["required"], found["signed"]) == (1, 1)


def test_a_quarantined_file_lowers_the_share_of_good_files() -> None:
    files = (document(1), document(2, quarantined=True), document(3, digitisation="không đạt"), document(4))

    assert points(Facts(documents=files), "3.4.3") == "0.50"


def test_outgoing_documents_of_another_year_are_left_out() -> None:
    files = (
        document(1, purpose="outgoing", issued_on=date(2025, 5, 5)),
        document(2, purpose="outgoing", issued_on=date(2024, 12, 31)),
        document(3, purpose="outgoing", issued_on=None, profile_met=None),
    )

    found = numbers(Facts(documents=files), "7.1.2")

    assert (found["outgoing"], found["signed"], found["unknown"]) == (2, 1, 1)


def test_no_outgoing_document_is_no_data_and_not_full_marks() -> None:
    assert component(scored(Facts(documents=(document(1),))), "7.1.2")["state"] == "no_data"


def test_the_software_is_compared_with_the_counted_paper_register() -> None:
    facts = Facts(
        dossiers=dossiers(95), declared=declared("3.3.1", paper_register_count=100), evidence=(evidence("3.3.1"),)
    )

    assert points(facts, "3.3.1") == "1.90"


def test_more_dossiers_than_the_register_are_all_and_are_told() -> None:
    facts = Facts(
        dossiers=dossiers(101), declared=declared("3.3.1", paper_register_count=100), evidence=(evidence("3.3.1"),)
    )

    found = component(scored(facts), "3.3.1")

    assert found["points"] == "2.00"
    assert "nhiều hơn sổ giấy" in found["warnings"][0]


def test_a_register_that_agrees_exactly_is_nothing_to_warn_about() -> None:
    facts = Facts(
        dossiers=dossiers(5), declared=declared("3.3.1", paper_register_count=5), evidence=(evidence("3.3.1"),)
    )

    found = component(scored(facts), "3.3.1")

    assert (found["points"], found["warnings"]) == ("2.00", [])


def test_a_quarantined_document_is_not_signed_whatever_was_said_before() -> None:
    assert points(Facts(documents=(document(1, purpose="outgoing", quarantined=True),)), "7.1.2") == "0.00"


def test_result_files_of_dossiers_from_another_year_are_left_out() -> None:
    old = dossier(1, received_at=at("2024-02-01"), finished_at=at("2024-02-05"), returned_at=at("2024-02-05"))
    ward = (old, dossier(2))
    files = tuple(document(number, dossier_code=one.code) for number, one in enumerate(ward))

    assert numbers(Facts(dossiers=ward, documents=files), "3.4.3")["files"] == 1
