"""Searching all evidence of a unit, page by page."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from config.refusals import WrongUse
from flows.resources import Resources
from ocr import CHECKER_VERSION
from storage.database import Connection
from storage.search import Hit, Query, index_again, search_pages


class NothingAsked(WrongUse, ValueError):
    """A search without a word in it."""


def search(
    resources: Resources, words: str, *, component: str = "", most: int = 50, within: Collection[str] | None = None
) -> dict[str, Any]:
    """Pages that hold all the words: {words, exact, count, hits: [{sha256, name, page, snippet, marks, count, paths}]}.

    `exact` is False where diacritics did not count: none were asked for, or no page has the words as they were spelt
    (OCR drops marks of capitals). `component` narrows to one folder of the inbox, `within` to these
    documents; `most` bounds the hits shown.

    Raises:
        NothingAsked: there is no word in `words`.
    """
    query = Query.of(words)
    if query is None:
        raise NothingAsked("Chưa có từ nào để tìm; ví dụ: parindex search kế hoạch cải cách hành chính")
    with resources.database.read() as connection:
        hits = _hits(connection, resources, query, component, within)
        if not hits and query.exact:
            query = query.without_diacritics()
            hits = _hits(connection, resources, query, component, within)
    shown = [_plain(hit) for hit in hits[:most]]
    return {"words": words, "exact": query.exact, "count": len(hits), "hits": shown}


def _hits(
    connection: Connection, resources: Resources, query: Query, component: str, within: Collection[str] | None
) -> list[Hit]:
    found = search_pages(connection, resources.settings.unit, query, folder=component)
    return [hit for hit in found if within is None or hit.sha256 in within]


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
