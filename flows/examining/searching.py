"""Searching all evidence of a unit, page by page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from config.refusals import WrongUse
from flows.resources import Resources
from ocr import CHECKER_VERSION
from ocr.kept_words import unpacked_words
from ocr.pictures.shown_places import Share
from storage.database.slices import Slice
from storage.documents.search import Hit, Query, Reach, answering, index_again, packed_words_of, search_pages


class NothingAsked(WrongUse, ValueError):
    """A search without a word in it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: `words`, in one folder of the inbox (`component`), `within` these documents (None: all)."""

    words: str
    component: str = ""
    within: Collection[str] | None = None


def search(resources: Resources, asked: Asked, part: Slice) -> dict[str, Any]:
    """Pages that hold all the words: {words, exact, count, hits: [{sha256, name, page, snippet, marks, count, paths}]}.

    `exact` is False where diacritics did not count: none were asked for, or no page has the words as they were spelt
    (OCR drops marks of capitals). `part` says which of the `count` hits are told, best first.

    Raises:
        NothingAsked: there is no word in the words.
    """
    query = Query.of(asked.words)
    if query is None:
        raise NothingAsked("Chưa có từ nào để tìm; ví dụ: parindex search kế hoạch cải cách hành chính")
    reach = Reach(resources.settings.unit, asked.component, asked.within)
    with resources.database.read() as connection:
        hits, count = search_pages(connection, query, reach, part)
        if not count and query.exact:
            query = query.without_diacritics()
            hits, count = search_pages(connection, query, reach, part)
    return {"words": asked.words, "exact": query.exact, "count": count, "hits": [_plain(hit) for hit in hits]}


def places_on_page(resources: Resources, sha256: str, page: int, words: str) -> list[Share]:
    """Boxes of a page's words that answer a search, as shares of the upright page; [] where no places were kept."""
    query = Query.of(words)
    with resources.database.read() as connection:
        packed = packed_words_of(connection, sha256, page) if query else None
    if query is None or packed is None:
        return []
    kept = unpacked_words(packed)
    return [kept[place].box for place in answering([word.text for word in kept], query)]


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
