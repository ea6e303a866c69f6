"""What Prefect shows of a night while it runs and afterwards: progress, a link to the pages, the morning letter.

Artifacts are an extra: a Prefect that does not take one never stops a night.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    update_progress_artifact,
)
from prefect.exceptions import PrefectException

from config.settings import Settings
from flows.running.requests import STEPS

_LINK = "Xem điểm và tài liệu kiểm chứng"
_ENDED = {"done": "xong", "gaps": "xong, có việc cần người xem", "failed": "chưa xong", "elsewhere": "nơi khác chạy"}
_LOST = (PrefectException, httpx.HTTPError, OSError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Ward:
    """Which of several units a night is of: its place, from 1, in the list of `of` units."""

    unit: str
    name: str
    place: int
    of: int


class Shown:
    """What a flow shows, until Prefect does not take something: then nothing more is offered, because each offer to a
    server that is gone waits some seconds."""

    def __init__(self, ward: Ward | None = None) -> None:
        self._ward = ward
        self._artifact: UUID | None = None
        self._lost = False

    def progress(self, progress: Mapping[str, Any]) -> None:
        """One progress artifact: the share of documents examined, and in words which step and how many of how many.

        Called with each step {step, done, of}.
        """
        if self._lost:
            return
        share, words = share_of(progress), words_of(progress)
        if self._ward is not None:
            words = f"{self._ward.name} ({self._ward.place}/{self._ward.of} đơn vị): {words}"
        with self._offered():
            if self._artifact is None:
                self._artifact = create_progress_artifact(share, key=self._key("tien-do"), description=words)  # type: ignore[assignment]
            else:
                update_progress_artifact(self._artifact, share, description=words)

    def end(self, settings: Settings, summary: Mapping[str, Any]) -> None:
        """The morning letter, and where the pages are."""
        if self._lost:
            return
        with self._offered():
            create_markdown_artifact(
                summary["letter"], key=self._key("thu-buoi-sang"), description=f"Đêm {summary['night']}"
            )
            if settings.web_address:
                create_link_artifact(settings.web_address, link_text=_LINK, key="trang-diem")

    def units(self, ended: Mapping[str, str]) -> None:
        """How the nights of several units stand, by unit: done | gaps | failed | elsewhere."""
        rows = "\n".join(f"| {unit} | {_ENDED.get(state, state)} |" for unit, state in ended.items())
        if not self._lost:
            with self._offered():
                create_markdown_artifact(f"| Đơn vị | Đêm |\n|---|---|\n{rows}", key="cac-don-vi")

    def _key(self, name: str) -> str:
        return f"{name}-{self._ward.unit}" if self._ward is not None else name

    @contextlib.contextmanager
    def _offered(self) -> Iterator[None]:
        try:
            yield
        except _LOST:
            self._lost = True


def share_of(progress: Mapping[str, Any]) -> float:
    """Of the documents while they are examined, otherwise of the steps; 0 to 100."""
    steps = list(STEPS)
    if progress["step"] == "examine" and progress["of"]:
        return round(100.0 * int(progress["done"]) / int(progress["of"]), 1)
    return round(100.0 * steps.index(progress["step"]) / len(steps), 1) if progress["step"] in steps else 0.0


def words_of(progress: Mapping[str, Any]) -> str:
    """In Vietnamese: the step, and how many documents of how many."""
    count = f": {progress['done']}/{progress['of']} tài liệu" if progress["of"] else ""
    return f"{STEPS.get(progress['step'], progress['step'])}{count}"
