"""What a bundle claims, proved: statement and signature, custody chain, index, and the score computed again.

Standard library alone, besides the scoring engine that travels in the same bundle.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from storage.bundles.containers import Container
from storage.bundles.ed25519 import signature_holds
from storage.bundles.manifests import SIGNATURE, STATEMENT, TAGS, Listed, read_small
from storage.bundles.sentences import Fault

INDEX, CLAIMS = "data/muc-luc.json", "data/xac-nhan.json"
SCORE, FACTS, CRITERIA, CALENDAR = (f"data/diem/{name}.json" for name in ("score", "facts", "criteria", "calendar"))
MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading a value of another shape than ours can raise."""
VALID, INVALID, UNSIGNED, OTHER_KEY = "valid", "invalid", "unsigned", "other_key"


@dataclass(frozen=True, slots=True)
class ScoreProof:
    """Stated and recomputed sum of points; None where it cannot be told."""

    stated: str | None
    recomputed: str | None
    equal: bool
    engine: str | None
    engine_here: str | None

    def plain(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "stated": self.stated,
            "recomputed": self.recomputed,
            "equal": self.equal,
            "engine": self.engine,
            "engine_here": self.engine_here,
        }


def canonical(value: Any) -> bytes:
    """The JSON that is hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read_json(container: Container, path: str, faults: list[Fault]) -> Any:
    """The JSON value of a file; None and a fault where there is none."""
    data = read_small(container, path)
    if data is None:
        faults.append(Fault("missing" if path not in container.entries else "unreadable", path))
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        faults.append(Fault("unreadable", path, str(error)))
        return None


def statement_faults(container: Container, listed: Listed, statement: Mapping[str, Any]) -> Iterator[Fault]:
    """The statement must name the tag manifest, and through it every other byte."""
    if statement.get("tag_manifest_sha256") != listed.actual.get(TAGS):
        yield Fault("bad_statement", STATEMENT, f"{TAGS}: {listed.actual.get(TAGS)}")
    payload = [entry.size for path, entry in container.entries.items() if path.startswith("data/")]
    real = {"files": len(payload), "bytes": sum(payload)}
    if statement.get("payload") != real:
        yield Fault("bad_statement", STATEMENT, f"payload {statement.get('payload')} != {real}")


def claim_faults(claims: Any, statement: Mapping[str, Any], score: Mapping[str, Any]) -> Iterator[Fault]:
    """The statement repeats the claims of the payload, and these repeat the score."""
    own = {"payload", "tag_manifest_sha256", "public_key"}
    for name in sorted({*claims, *statement} - own):
        if name not in claims or name not in statement or claims[name] != statement[name]:
            yield Fault("bad_statement", STATEMENT, f"{name} != {CLAIMS}")
    stated = {name: score[name] for name in claims["score"]} | {"unit": score["unit"], "period": score["period"]}
    for name, value in {**claims["score"], "unit": claims["unit"], "period": claims["period"]}.items():
        if stated[name] != value:
            yield Fault("bad_statement", CLAIMS, f"{name} {_short(value)} != {_short(stated[name])}")


def check_signature(
    container: Container, statement: Mapping[str, Any], trusted: Collection[str], faults: list[Fault]
) -> dict[str, Any]:
    """State of the statement's signature: valid | invalid | unsigned | other_key, with the key it names."""
    key = statement.get("public_key")
    signed = SIGNATURE in container.entries
    if not isinstance(key, str) and not signed:
        if trusted:
            faults.append(Fault("unsigned", STATEMENT))
        return {"state": UNSIGNED, "public_key": None}
    state = VALID if _signature_holds(container, key) else INVALID
    if state == INVALID:
        faults.append(Fault("bad_signature", SIGNATURE, "" if signed else "statement.sig"))
    elif trusted and key not in trusted:
        state = OTHER_KEY
        faults.append(Fault("other_key", SIGNATURE, str(key)))
    return {"state": state, "public_key": key}


def _signature_holds(container: Container, key: Any) -> bool:
    data, written = read_small(container, STATEMENT), read_small(container, SIGNATURE)
    if data is None or written is None or not isinstance(key, str):
        return False
    try:
        signature = bytes.fromhex(written.decode("ascii").removesuffix("\n"))
        public = bytes.fromhex(key)
    except ValueError:
        return False
    return written == signature.hex().encode() + b"\n" and signature_holds(public, data, signature)


def index_faults(index: Mapping[str, Any], listed: Listed) -> Iterator[Fault]:
    """Every file of the index must be there with the hash that the index says."""
    for entry in (*index["evidence"], *index["exports"]):
        path = entry["path"]
        if path is not None and listed.actual.get(path) != entry["sha256"]:
            yield Fault("wrong_place", path, str(entry["sha256"]))


def evidence_faults(
    score: Mapping[str, Any], index: Mapping[str, Any], statement: Mapping[str, Any]
) -> Iterator[Fault]:
    """Evidence that the score cites must be in the bundle or named as absent, for the requested components."""
    told = statement["completeness"]
    excused = {item["sha256"] for item in (*told["absent"], *told["withheld"])}
    kept = (*index["evidence"], *index["exports"])
    held = {entry["sha256"] for entry in kept if entry["path"] is not None} | excused
    for component in score["components"]:
        for item in component["evidence"] if component["id"] in told["requested"] else ():
            if item["sha256"] not in held:
                yield Fault("evidence_missing", str(item["name"]), f"{component['id']}, {item['sha256']}")


def input_faults(
    score: Mapping[str, Any], values: Mapping[str, Any], index: Mapping[str, Any], statement: Mapping[str, Any]
) -> Iterator[Fault]:
    """The digests that the score names as its inputs must be those of the values and files in the bundle."""
    told = statement["completeness"]
    excused = {item["sha256"] for item in (*told["inputs_not_included"], *told["withheld"])}
    held = {entry["sha256"] for entry in (*index["evidence"], *index["exports"])} | excused
    for item in score["inputs"]:
        kind, sha256 = item["kind"], item["sha256"]
        if kind == "facts" and statement.get("redacted"):
            continue
        if kind in values:
            if hashlib.sha256(canonical(values[kind])).hexdigest() != sha256:
                yield Fault("wrong_input", f"data/diem/{kind}.json", sha256)
        elif sha256 not in held:
            yield Fault("wrong_input", SCORE, f"{kind} {sha256}")


def recompute(score: Mapping[str, Any], values: Mapping[str, Any], faults: list[Fault]) -> ScoreProof:
    """The score once more from facts, criteria set and calendar; every component that differs is a fault."""
    stated = score.get("totals", {}).get("conservative")
    try:
        from scoring.engine.score import ENGINE_VERSION
    except ImportError as error:
        faults.append(Fault("not_recomputed", SCORE, str(error)))
        return ScoreProof(stated, None, False, score.get("engine"), None)
    try:
        again = _score_again(score, values)
        found = list(_differences(score, again, ENGINE_VERSION))
    except MALFORMED as error:
        faults.append(Fault("not_recomputed", SCORE, f"{type(error).__name__}: {error}"))
        return ScoreProof(stated, None, False, score.get("engine"), ENGINE_VERSION)
    faults += found
    return ScoreProof(stated, again["totals"]["conservative"], not found, score.get("engine"), ENGINE_VERSION)


def _score_again(score: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    from scoring.engine.facts import Facts, from_plain
    from scoring.engine.score import score as score_of

    again = score_of(
        values["criteria"],
        from_plain(Facts, values["facts"]),
        values["calendar"],
        unit=score["unit"],
        period=score["period"],
        as_of=date.fromisoformat(score["as_of"]),
        on_time_rule=score["on_time_rule"],
        inputs=score["inputs"],
        engine=score["engine"],
    )
    plain: dict[str, Any] = json.loads(canonical(again.plain()))
    return plain


def _differences(score: Mapping[str, Any], again: Mapping[str, Any], engine_here: str) -> Iterator[Fault]:
    note = "" if score["engine"] == engine_here else f" (engine {score['engine']} != {engine_here})"
    before, after = ({item["id"]: item for item in whole["components"]} for whole in (score, again))
    for component in _ordered(before, after):
        stated, found = before.get(component, {}), after.get(component, {})
        fields = [name for name in sorted({*stated, *found}) if stated.get(name) != found.get(name)]
        seen = "; ".join(f"{name} {_short(stated.get(name))} != {_short(found.get(name))}" for name in fields)
        if seen:
            yield Fault("other_score", SCORE, f"{component}: {seen}{note}")
    for name in sorted({*score, *again} - {"components"}):
        if score.get(name) != again.get(name):
            yield Fault("other_score", SCORE, f"{name}: {_short(score.get(name))} != {_short(again.get(name))}{note}")


def _ordered(*known: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(component for ids in known for component in ids))


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 160 else f"{text[:157]}..."
