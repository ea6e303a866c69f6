"""Searching all evidence of a unit, page by page."""

from __future__ import annotations

from typing import Any

from config.refusals import WrongUse
from flows.resources import Resources
from ocr import CHECKER_VERSION
from storage.search import Hit, Query, index_again, search_pages


class NothingAsked(WrongUse, ValueError):
    """A search without a word in it."""


def search(resources: Resources, words: str, *, component: str = "", most: int = 50) -> dict[str, Any]:
    """Pages that hold all the words: {words, exact, count, hits: [{sha256, name, page, snippet, marks, count, paths}]}.

    `exact` is False where diacritics did not count: none were asked for, or no page has the words as they were spelt
    (OCR drops marks of capitals). `component` narrows to one folder of the inbox; `most` bounds the hits shown.

    Raises:
        NothingAsked: there is no word in `words`.
    """
    query = Query.of(words)
    if query is None:
        raise NothingAsked("Chưa có từ nào để tìm; ví dụ: parindex search kế hoạch cải cách hành chính")
    with resources.database.read() as connection:
        hits = search_pages(connection, resources.settings.unit, query, folder=component)
        if not hits and query.exact:
            query = query.without_diacritics()
            hits = search_pages(connection, resources.settings.unit, query, folder=component)
    shown = [_plain(hit) for hit in hits[:most]]
    return {"words": words, "exact": query.exact, "count": len(hits), "hits": shown}


def rebuild_index(resources: Resources) -> int:
    """Make the search index anew from what is kept; how many documents are in it."""
    with resources.database.write() as connection:
        return index_again(connection, CHECKER_VERSION)


def _plain(hit: Hit) -> dict[str, Any]:
    return {
        "sha256": hit.sha256,
        "name": hit.name,
        "page": hit.page,
        "snippet": hit.snippet,
        "marks": [list(mark) for mark in hit.marks],
        "count": hit.count,
        "paths": list(hit.paths),
    }
