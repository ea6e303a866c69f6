"""The morning letter: what the score is and why it moved, what is stuck, what expires, what to do today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,  # the letter is plain text
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Another year that was scored the same night."""

    period: str
    totals: Mapping[str, Any]
    previous_expected: str | None
    """Expected total of the run before, None before the first."""
    moves: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What the letter tells. Lists hold whole Vietnamese sentences, most important first."""

    unit_name: str
    period: str
    night: str
    written_at: datetime
    totals: Mapping[str, Any]
    proposal: bool
    """The criteria set is a proposal, no official table."""
    previous_expected: str | None
    """Expected total of the run before, None before the first."""
    counts: Mapping[str, int]
    """new_exports, new_documents, examined, rejected_rows"""
    notices: tuple[str, ...] = ()
    """What to mind about the whole score, such as a criteria set of another year."""
    beside: tuple[Beside, ...] = ()
    moves: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    """Verdicts about signatures that this night changed without any new file."""
    expiring: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    on_time: tuple[str, ...] = ()
    """Which definition of on time counts, and what each other one would change."""
    actions: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    """What is wrong with the service as a whole, each with the way out."""

    @property
    def nothing_new(self) -> bool:
        """Nothing came in and nothing moved."""
        moved = self.moves or any(other.moves for other in self.beside)
        return not moved and not self.signatures and not any(self.counts.values())


def letter_text(letter: Letter) -> str:
    """The letter as Markdown that also reads well as plain text."""
    return _TEMPLATES.get_template("letter.md.j2").render(letter=letter, change=_change)


def as_plain_text(markdown: str) -> str:
    """The letter for mail programs, which show Markdown's marks as they are: headings underlined, no stars."""
    return "\n".join(line for one in markdown.splitlines() for line in _plain_lines(one)) + "\n"


def _plain_lines(line: str) -> list[str]:
    marks, _, title = line.partition(" ")
    if marks and not marks.strip("#"):
        return [title, ("=" if marks == "#" else "-") * len(title)]
    return [line.replace("**", "")]


def vietnamese_number(value: Any) -> str:
    """A number as officials write it: comma for the decimals, dot for the thousands."""
    text = f"{Decimal(str(value)):,f}"
    return text.replace(",", "_").replace(".", ",").replace("_", ".")


def _change(letter: Letter | Beside) -> str:
    if letter.previous_expected is None:
        return "lần chấm đầu tiên"
    difference = Decimal(str(letter.totals["expected"])) - Decimal(letter.previous_expected)
    if difference == 0:
        return "không đổi so với lần chấm trước"
    word = "tăng" if difference > 0 else "giảm"
    return f"{word} {vietnamese_number(abs(difference))} điểm so với lần chấm trước"


_TEMPLATES.filters["vn"] = vietnamese_number
