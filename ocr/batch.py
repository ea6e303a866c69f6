"""Inspect many files, each in a sandbox worker; answers come back in order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ocr.answers import unread_answer
from ocr.errors import ENGINE_MISSING, EngineMissing
from ocr.inspection import InspectOptions, inspect_file
from ocr.intake import Intake, take_in
from ocr.json_values import sound
from ocr.preload import READERS
from sandbox import Failure, Limits, Slots, run_each

HEAD_AND_SIGNATURE = 2
"""Pages from which every field comes: the first and the last."""
_RESERVE_SECONDS = 8.0
"""Between the budget inside a worker and the wall clock that kills it."""

_REASONS = {
    "timeout": ("limit", "TIMEOUT", "Kiểm tra quá thời gian cho phép; cần người mở xem tệp này."),
    "memory": ("limit", "LIMIT", "Tệp cần quá nhiều bộ nhớ khi mở; cần người xem tệp này."),
    "died": ("limit", "LIMIT", "Chương trình đọc tệp bị dừng giữa chừng vì tệp này; cần người xem."),
    "error": ("unreadable", "PARSE", "Không đọc được tệp này. Đề nghị mở thử và tải lại tệp."),
}


def inspect_files(
    paths: Sequence[Path],
    options: InspectOptions,
    workers: int,
    limits: Limits | None = None,
    slots: Slots | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield one answer for each path, in order; a worker that was killed gives an answer that says so.

    Where there are fewer files than `workers`, the pages of a scan are spread over those left.
    The time inside a worker is bounded so that it answers with what it has before `limits.wall_seconds` kills it.

    With `slots` no more files are read at a time than this machine has slots, over all its processes.
    Such an answer has the key `failure` (timeout, memory, died, error): another try may fare better. Where a page needs
    an OCR engine that this machine lacks, `failure` is engine_missing and `reason_vi` holds the line that installs it.
    """
    os.environ["OMP_THREAD_LIMIT"] = "1"  # before the fork server loads the engine's library
    bounds = limits or Limits()
    within = replace(
        options,
        budget_seconds=min(options.budget_seconds, max(2.0, bounds.wall_seconds - _RESERVE_SECONDS)),
        processes=max(1, workers // max(1, len(paths))),
    )
    ask: Callable[[Path], dict[str, Any]] = partial(_asked, options=within)
    count = max(1, min(workers, len(paths)))
    answers = run_each(ask, paths, workers=count, limits=bounds, preload=READERS, slots=slots)
    for path, answer in zip(paths, answers, strict=True):
        if isinstance(answer, Failure):
            yield _failed(path, answer, bounds)
        else:
            yield answer


def inspect_fields_first(
    paths: Sequence[Path], options: InspectOptions, workers: int, limits: Limits | None = None
) -> Iterator[dict[str, Any]]:
    """One answer for each path from head and signature block alone (`stage`: fields), then the whole ones.

    The key `stage` says which. A document of at most two pages, or one that cannot be read, is whole at once; the
    others follow in order when every document's fields stand. Their first pages are read twice.
    """
    long = []
    for path, answer in zip(
        paths, inspect_files(paths, replace(options, max_pages=HEAD_AND_SIGNATURE), workers, limits), strict=True
    ):
        whole = answer["page_count"] <= HEAD_AND_SIGNATURE or options.max_pages <= HEAD_AND_SIGNATURE
        long += [] if whole else [path]
        yield answer | {"stage": "whole" if whole else "fields"}
    for answer in inspect_files(long, options, workers, limits):
        yield answer | {"stage": "whole"}


def _asked(path: Path, options: InspectOptions) -> dict[str, Any]:
    """In the worker: what the machine lacks is an answer too, so that the other files get theirs."""
    try:
        return inspect_file(path, options)
    except EngineMissing as error:
        answer = unread_answer(path, _intake(path), reason=str(error), code="engine_missing", sub="NO_ENGINE")
        plain: dict[str, Any] = sound(answer)
        return plain | {"failure": ENGINE_MISSING}


def _failed(path: Path, failure: Failure, limits: Limits) -> dict[str, Any]:
    code, sub, reason = _REASONS.get(failure.why, _REASONS["error"])
    answer: dict[str, Any] = sound(unread_answer(path, _intake(path), reason=reason, code=code, sub=sub))
    waited = {"took_seconds": limits.wall_seconds} if failure.why == "timeout" else {}
    return answer | {"failure": failure.why} | waited


def _intake(path: Path) -> Intake | None:
    try:
        return take_in(path)
    except OSError:
        return None
