"""Later looks at signatures: the examination stays as it was, a look with another outcome stands over it.

A look that says the same as the one before is no new row: the row remembers until when, and with which trust material,
it was confirmed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.database.tables import signature_looks
from storage.proof.custody import Happening, append, events_named

CHANGED = "signature_changed"
"""The custody event of a verdict that a later look changed; its detail tells before, after and what it rests on."""

_FEW = 500
"""As many hashes fit into one question to the database."""
_TOLD_OF_EACH = ("field", "verdict", "sub", "role", "trusted_at", "revocation")


@dataclass(frozen=True, slots=True)
class Look:
    """What a later look said: `signature` is the object of that name in an examination's result."""

    sha256: str
    checker: str
    signature: dict[str, Any]
    at: datetime


def looks_of(connection: Connection, checker: str, hashes: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """The newest look at each content, by hash: {signature, looked_at, confirmed_at, confirmed_trust}."""
    rows = select(signature_looks).where(signature_looks.c.checker == checker).order_by(signature_looks.c.looked_at)
    if len(hashes) <= _FEW:
        rows = rows.where(signature_looks.c.sha256.in_(hashes))
    wanted = set(hashes)
    return {row.sha256: dict(row._mapping) for row in connection.execute(rows) if row.sha256 in wanted}


def overlaid(
    connection: Connection, checker: str, examinations: Mapping[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    """Examinations by hash, each with the signature verdict that stands now; a look from before it does not count."""
    looks = looks_of(connection, checker, examinations)
    later = {
        sha256: look["signature"]
        for sha256, look in looks.items()
        if look["looked_at"] > examinations[sha256]["examined_at"]
    }
    return {
        sha256: {**row, "result": row["result"] | {"signature": later[sha256]}} if sha256 in later else row
        for sha256, row in examinations.items()
    }


def record_look(connection: Connection, look: Look, before: Mapping[str, Any], *, who: str) -> bool:
    """Keep a look; whether its outcome differs from `before`, the signature object that stood until now."""
    trust = str(look.signature.get("trust_digest", ""))
    newest = looks_of(connection, look.checker, [look.sha256]).get(look.sha256)
    changed = _outcome(look.signature) != _outcome(before)
    if newest is not None and not changed:
        here = [signature_looks.c[name] == newest[name] for name in ("sha256", "checker", "looked_at")]
        connection.execute(update(signature_looks).where(*here).values(confirmed_at=look.at, confirmed_trust=trust))
        return False
    row = {"sha256": look.sha256, "checker": look.checker, "looked_at": look.at, "signature": look.signature}
    connection.execute(insert(signature_looks).values(**row, confirmed_at=look.at, confirmed_trust=trust))
    if changed:
        append(connection, [_happening(look, before, who)], at=look.at)
    return changed


def changes_at(connection: Connection, moment: datetime) -> list[dict[str, Any]]:
    """The verdicts that the night begun at `moment` changed, in order, as custody events."""
    at = moment.astimezone(UTC).isoformat(timespec="seconds")
    return [event for event in events_named(connection, CHANGED) if event["at"] == at]


def _happening(look: Look, before: Mapping[str, Any], who: str) -> Happening:
    rests_on = {name: look.signature.get(name, "") for name in ("trust_digest", "policy", "library", "validated_at")}
    detail = {"checker": look.checker, "before": _word(before), "after": _word(look.signature), **rests_on}
    return Happening(CHANGED, look.sha256, who, "trust", detail)


def _word(signature: Mapping[str, Any]) -> str:
    return "/".join(str(signature[name]) for name in ("verdict", "sub") if signature.get(name))


def _outcome(signature: Mapping[str, Any]) -> tuple[object, ...]:
    """What a look must repeat to be the same: verdicts, roles, proven times, profile. Not wording, not versions."""
    each = tuple(tuple(one.get(name) for name in _TOLD_OF_EACH) for one in signature.get("signatures") or ())
    profile = signature.get("profile") or {}
    return (signature.get("verdict"), signature.get("sub"), profile.get("name"), profile.get("met"), each)
