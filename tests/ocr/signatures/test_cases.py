"""Every case of the table gets exactly the verdict that it must get."""

from __future__ import annotations

import pytest

from ocr.signatures import TrustStore, examine_signatures
from tests.ocr.signatures.authority import AT
from tests.ocr.signatures.case import Case
from tests.ocr.signatures.cases_attacks import ATTACKS
from tests.ocr.signatures.cases_foreign import FOREIGN, IntegrityCase
from tests.ocr.signatures.cases_lawful import LAWFUL
from tests.ocr.signatures.cases_sound import SOUND


@pytest.mark.parametrize("case", SOUND + LAWFUL + ATTACKS, ids=lambda case: f"{case.name}: {case.says}")
def test_the_verdict_is_exactly_the_expected_one(case: Case) -> None:
    report = examine_signatures(case.build(), trust=case.trust(), at=AT, scanned=case.scanned)

    word, _, sub = case.verdict.partition("/")
    assert (report.verdict.word, report.verdict.sub) == (word, sub), report.plain()


@pytest.mark.parametrize("case", FOREIGN, ids=lambda case: f"{case.name}: {case.says}")
def test_integrity_is_told_apart_from_trust(case: IntegrityCase) -> None:
    report = examine_signatures(case.build(), trust=TrustStore(), at=AT)

    assert tuple(finding.intact for finding in report.signatures) == case.intact, report.plain()
    assert report.verdict.word != "PASSED"
