"""What can go wrong at the border, typed by what to do next.

ConnectorError
├── TryAgain            the source may answer later: retry
├── Unreadable          the bytes cannot be a table: reject the file, keep its bytes
└── AskPerson           a person must decide something
    ├── UnknownLayout   a table without a profile: complete the profile it proposes
    └── SourceRefused   the source wants another password, path or right

Messages are Vietnamese, for the clerk who sent the file: what, where, what was seen, the way out.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.refusals import WrongUse


class ConnectorError(WrongUse):
    """Something at the border went wrong; `next_step` is retry, reject or ask."""

    next_step = "ask"


class TryAgain(ConnectorError):
    """The source did not answer, or not completely."""

    next_step = "retry"


class Unreadable(ConnectorError):
    """The bytes cannot be read as a table: password, truncated, too large, empty, or another kind of file."""

    next_step = "reject"


class AskPerson(ConnectorError):
    """Only a person can decide."""


class SourceRefused(AskPerson):
    """The source answered, and refused: wrong password, missing right, missing folder."""


class UnknownLayout(AskPerson):
    """A table was read, but no profile knows its header.

    `headers` are the labels of the likeliest header row, `sheet` and `row` (from 1) where it stands, `nearest` the
    id of the profile that shares most labels (None: none shares any), `missing` the labels that profile lacks here.
    """

    def __init__(
        self,
        message: str,
        headers: tuple[str, ...] = (),
        nearest: str | None = None,
        missing: tuple[str, ...] = (),
        sheet: str = "",
        row: int = 0,
    ) -> None:
        super().__init__(message, headers, nearest, missing, sheet, row)
        self.message, self.headers, self.nearest = message, headers, nearest
        self.missing, self.sheet, self.row = missing, sheet, row

    def with_notes(self, notes: Sequence[str]) -> UnknownLayout:
        """The same, with what else was found in the file, as sheets that are hidden."""
        if not notes:
            return self
        said = f"{self.message}\nLưu ý: {'; '.join(notes)}."
        return UnknownLayout(said, self.headers, self.nearest, self.missing, self.sheet, self.row)

    def __str__(self) -> str:
        return self.message
