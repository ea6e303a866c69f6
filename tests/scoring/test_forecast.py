"""What is lost when documents end is what the score of that day loses, component by component."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

from scoring.engine.facts import DocumentFact, Facts
from scoring.forecast import Endings, lost_when_ended
from tests.scoring.wards import CALENDAR, CRITERIA, declared, dossier, evidence, scored

PROOF = evidence("1.1.2")
PAPER = DocumentFact(sha256=PROOF.sha256, name=PROOF.name, purpose="evidence", expires_on=date(2026, 1, 15))
RESULTS = tuple(
    DocumentFact(sha256=letter * 64, name=f"{letter}.pdf", purpose="result", dossier_code=dossier(number).code,
                 signature="PASSED", profile_met=True, digitisation="đạt")
    for number, letter in enumerate("ab")
)  # fmt: skip
WARD = Facts(
    dossiers=tuple(dossier(number, result_file_required=True) for number in range(2)),
    declared=declared("1.1.2", tasks_done=18, tasks_planned=20),
    evidence=(PROOF,),
    documents=(PAPER, *RESULTS),
)


def lost(**endings: set[str]) -> dict[str, Decimal]:
    return lost_when_ended(scored(WARD), CRITERIA, WARD, CALENDAR, Endings(**endings))


def test_a_document_that_ends_takes_the_points_that_rest_on_it() -> None:
    assert lost(terms={PAPER.sha256}) == {"1.1.2": Decimal("1.80")}


def test_points_with_a_written_explanation_do_not_end_with_a_document() -> None:
    said = declared("1.1.2", "đã báo cáo", tasks_done=18, tasks_planned=20)
    explained = dataclasses.replace(WARD, declared=said)

    assert lost_when_ended(scored(explained), CRITERIA, explained, CALENDAR, Endings({PAPER.sha256})) == {}


def test_a_signature_that_can_no_longer_be_proved_takes_its_part_of_a_share() -> None:
    before = next(item for item in scored(WARD)["components"] if item["id"] == "3.4.2")

    assert lost(signatures={RESULTS[0].sha256}) == {"3.4.2": Decimal(before["points"]) / 2}


def test_where_nothing_ends_nothing_is_lost() -> None:
    assert lost(terms={"f" * 64}, signatures={PAPER.sha256}) == {}
