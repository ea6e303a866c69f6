"""Signatures that nobody could judge are asked again when the trust material is another, or once a week."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from flows.examining.second_look import look_at_signatures_again
from flows.keeping.log_proofs import verify_log
from flows.resources import open_resources
from flows.running.night import NightRequestedBy, run_night
from tests.journeys.commands import NIGHT
from tests.once import made_once

NEXT = "2026-01-06T01:00:00+07:00"
THIRD = "2026-01-07T01:00:00+07:00"


@pytest.fixture(scope="session")
def nights(sample_ward: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """Two signed results: a night without revocation lists, a night with them, and one in which nothing came."""

    def pass_nights(home: Path) -> None:
        (home / "summaries.json").write_text(json.dumps(_three_nights(sample_ward, home), default=str))

    home = made_once(tmp_path_factory, "three-nights", pass_nights)
    return home, json.loads((home / "summaries.json").read_text())


def _three_nights(sample_ward: Path, home: Path) -> list[dict[str, Any]]:
    shutil.copytree(sample_ward / "trust", home / "trust")
    (home / "exports").mkdir(parents=True)
    shutil.copyfile(
        sample_ward / "exports" / "Danh sách hồ sơ_2025_dot_2.xlsx",
        home / "exports" / "Danh sách hồ sơ_2025_dot_2.xlsx",
    )
    for path in _signed_results(sample_ward):
        target = home / "inbox" / "hoi-an-dong" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sample_ward / "inbox" / "hoi-an-dong" / path, target)
    (home / "trust" / "crls").rename(home / "crls-that-come-tomorrow")
    first = _night(home, NIGHT)
    (home / "crls-that-come-tomorrow").rename(home / "trust" / "crls")
    return [first, _night(home, NEXT), _night(home, THIRD)]


def _night(home: Path, at: str) -> dict[str, Any]:
    return run_night(
        Settings.model_validate({"home": home, "period": "2025"}), NightRequestedBy("thu", datetime.fromisoformat(at))
    )


def _signed_results(ward: Path) -> list[str]:
    documents = json.loads((ward / "truth.json").read_text(encoding="utf-8"))["documents"]
    born = [p for p, truth in sorted(documents.items()) if (truth["form"], truth["flaw"]) == ("born", "none")]
    return [path for path in born if "van-ban-di" in path][:1] + [path for path in born if "ho-so" in path][:1]


def _rows(home: Path, question: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(home / "parindex.db") as connection:
        return connection.execute(question).fetchall()


def test_a_verdict_that_lacked_revocation_data_is_reached_the_night_the_lists_are_there(
    nights: tuple[Path, list[dict[str, Any]]],
) -> None:
    home, _ = nights

    first = [json.loads(row[0])["signature"] for row in _rows(home, "select result from examinations")]
    later = [json.loads(row[0]) for row in _rows(home, "select signature from signature_looks")]

    assert {(one["verdict"], one["sub"]) for one in first} == {("INDETERMINATE", "TRY_LATER")}
    assert {one["verdict"] for one in later} == {"PASSED"} and len(later) == len(first)
    assert {one["validated_at"] for one in later} == {NEXT}
    assert all(one["trust_digest"] and one["policy"] and "pyHanko" in one["library"] for one in first + later)
    assert {one["trust_digest"] for one in first}.isdisjoint(one["trust_digest"] for one in later)


def test_the_change_moves_the_score_that_night_and_stands_in_the_custody_log(
    nights: tuple[Path, list[dict[str, Any]]],
) -> None:
    home, summaries = nights

    events = _rows(home, "select subject, who, detail from custody where event = 'signature_changed'")

    assert len({summary["run"] for summary in summaries}) == 2
    assert summaries[1]["run"] != summaries[0]["run"] and summaries[2]["run"] == summaries[1]["run"]
    assert {json.loads(detail)["before"] for _, _, detail in events} == {"INDETERMINATE/TRY_LATER"}
    assert {json.loads(detail)["after"] for _, _, detail in events} == {"PASSED"}
    assert verify_log(Settings.model_validate({"home": home}))["ok"]


def test_the_letter_says_what_changed_and_only_that_night(nights: tuple[Path, list[dict[str, Any]]]) -> None:
    _, (first, second, third) = nights

    assert "Chữ ký được xem lại" not in first["letter"]
    assert "chữ ký số trước chưa kết luận được, nay hợp lệ. Chữ ký số hợp lệ." in second["letter"]
    assert "Chữ ký được xem lại" not in third["letter"]


def test_a_broken_trust_file_neither_stops_the_night_nor_trusts_anybody(
    nights: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    home = tmp_path / "ward"
    shutil.copytree(nights[0], home)
    (home / "trust" / "crls" / "hong.crl").write_bytes(b"<html>404</html>")

    summary = _night(home, "2026-01-08T01:00:00+07:00")

    assert summary["run"] == nights[1][2]["run"]
    assert not _rows(home, "select 1 from documents where state = 'quarantined'")


@pytest.mark.parametrize(("day", "looked"), [(9, 0), (16, 2)])
def test_an_undecided_signature_is_left_alone_for_a_week_when_trust_is_the_same(
    nights: tuple[Path, list[dict[str, Any]]], tmp_path: Path, day: int, looked: int
) -> None:
    home = tmp_path / "ward"
    shutil.copytree(nights[0], home)
    shutil.rmtree(home / "trust" / "crls")
    settings = Settings.model_validate({"home": home, "period": "2025"})

    with open_resources(settings) as resources:
        undecided = look_at_signatures_again(resources, at=datetime.fromisoformat(THIRD), who="thu")
        later = look_at_signatures_again(resources, at=datetime(2026, 1, day, 1, tzinfo=UTC), who="thu")

    assert (undecided["looked"], undecided["changed"], later["looked"], later["changed"]) == (2, 2, looked, 0)
