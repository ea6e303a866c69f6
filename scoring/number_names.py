"""What the numbers of a measure are called before officials, from the phrases that the measure explains itself with."""

from __future__ import annotations

from collections.abc import Mapping

from scoring.engine.measures import MEASURES

_WHICH = {"finished": " đã giải quyết xong", "received": " đã tiếp nhận"}
"""Which of all dossiers a total means, where the noun alone does not tell."""


def number_names(measure: str | None) -> Mapping[str, str]:
    """Vietnamese names by key: "received" -> "Tổng số hồ sơ đã tiếp nhận"; empty for what is declared or surveyed."""
    found = MEASURES.get(measure or "")
    if found is None:
        return {}
    parts = (*((found.done,) if found.done else ()), *found.missed)
    names = {key: f"Số {found.unit} {phrase}" for key, phrase in parts}
    if found.count:
        names[found.count[0]] = f"Số {found.count[1]}"
    return names | ({found.total: f"Tổng số {found.unit}{_WHICH.get(found.total, '')}"} if found.total else {})
