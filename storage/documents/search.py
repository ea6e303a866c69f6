"""Full-text search over all documents, page by page, with and without diacritics.

`page_texts` holds what each page says, `page_search` its words: an FTS5 table on SQLite, two tsvectors on PostgreSQL.
Words are parted and folded here, so that both databases find the same. Everything can be made again from the
examinations (`index_again`); it is filled in the transaction that records one.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any
from unicodedata import normalize

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    TextClause,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    table,
    text,
)

from ocr.words import plain
from storage.database.slices import Slice
from storage.database.tables import documents, examinations, page_texts, receipts

_WORD = re.compile(r"[^\W_]+")
_TERM = re.compile(r'["“”„]([^"“”„]*)["“”„]|(\S+)')
_NEW_STYLE = re.compile(r"(?<!q)(?:o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])$")
"""Ends of words whose mark the new school of spelling puts on the last vowel (hoà), the old one before it (hòa)."""
_LONGEST_WORD = 100
_MOST_CHARACTERS = 100_000
"""Of one page that are indexed."""
_SNIPPET = 90
"""Characters shown before and after the first match."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand side by side; `prefix`: the last one may go on."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: every term must stand on the page. `exact`: diacritics count."""

    terms: tuple[Term, ...]
    exact: bool

    @classmethod
    def of(cls, asked: str) -> Query | None:
        """Quotes hold words together, `*` at a word's end stands for any ending; None where no word is asked.

        Diacritics count as soon as one is written: "hội an" does not find "hồi ăn", "hoi an" finds both.
        """
        terms = []
        for quoted, single in _TERM.findall(normalize("NFC", asked)):
            said = quoted or single
            if words := tuple(_words(said)):
                terms.append(Term(words, prefix=not quoted and said.endswith("*")))
        exact = any(_folded(word) != word for term in terms for word in term.words)
        return cls(tuple(terms), exact) if terms else None

    def without_diacritics(self) -> Query:
        """The same words however they are marked."""
        return Query(tuple(Term(tuple(map(_folded, term.words)), term.prefix) for term in self.terms), exact=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that answers. `marks` are [start, end) of the matches inside `snippet`; `count` of those on the page."""

    sha256: str
    name: str
    page: int
    snippet: str
    marks: tuple[tuple[int, int], ...]
    count: int
    paths: tuple[str, ...]


def record_pages(connection: Connection, sha256: str, pages: Mapping[int, str], words: Mapping[int, bytes]) -> None:
    """Keep what the pages of one document say, in place of what was kept before; `words` are packed, with places."""
    former = list(connection.execute(select(page_texts.c.id).where(page_texts.c.sha256 == sha256)).scalars())
    for number in former:
        connection.execute(text("DELETE FROM page_search WHERE " + _KEY[connection.dialect.name]), {"id": number})
    connection.execute(delete(page_texts).where(page_texts.c.sha256 == sha256))
    for page, said in sorted(pages.items()):
        kept = said[:_MOST_CHARACTERS]
        if kept.strip():
            row = insert(page_texts).values(sha256=sha256, page=page, text=kept, words=words.get(page))
            _index(connection, connection.execute(row.returning(page_texts.c.id)).scalar_one(), kept)


def pages_of(result: Mapping[str, Any], whole: str) -> dict[int, str]:
    """Text by page number, from an examination and its text (pages parted by form feeds)."""
    numbers = [int(page["number"]) for page in result.get("pages") or ()]
    return dict(zip(numbers, whole.split("\f"), strict=False))


def index_again(connection: Connection, checker: str) -> int:
    """Make the whole index anew from the examinations of one version of the checks; how many documents."""
    words: dict[str, dict[int, bytes]] = {}
    for row in connection.execute(select(page_texts.c.sha256, page_texts.c.page, page_texts.c.words)):
        words.setdefault(row.sha256, {})[row.page] = row.words
    connection.execute(text("DELETE FROM page_search"))
    connection.execute(delete(page_texts))
    kept = select(examinations.c.sha256, examinations.c.result, examinations.c.text)
    rows = connection.execute(kept.where(examinations.c.checker == checker).order_by(examinations.c.sha256)).all()
    for row in rows:
        record_pages(connection, row.sha256, pages_of(row.result, row.text), words.get(row.sha256, {}))
    return len(rows)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where is looked: a unit's documents, in one `folder` of the inbox (1.7.1), only these hashes (None: all)."""

    unit: str
    folder: str = ""
    within: Collection[str] | None = None


def search_pages(connection: Connection, query: Query, reach: Reach, part: Slice) -> tuple[list[Hit], int]:
    """A slice of the pages that answer, and how many there are; the database chooses, ranks and counts.

    SQLite ranks by bm25, PostgreSQL by ts_rank: pages that say the words more often come first.
    """
    chosen, rank = _answering(connection, query, reach)
    total = connection.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
    place = documents.c.name, page_texts.c.sha256, page_texts.c.page
    ordered = chosen.with_only_columns(*place, page_texts.c.text).order_by(rank, *place)
    found = connection.execute(ordered.offset(part.offset).limit(part.limit)).all()
    paths = _paths(connection, reach.unit, {row.sha256 for row in found})
    return [_hit(row, query, paths.get(row.sha256, ())) for row in found], int(total)


def _answering(connection: Connection, query: Query, reach: Reach) -> tuple[Select[Any], TextClause]:
    """Pages that answer, as a selection, and what they are ordered by."""
    lite = connection.dialect.name == "sqlite"
    matches, rank = _in_fts5(query) if lite else _in_tsvectors(query)
    index = table("page_search", column("rowid" if lite else "id"))
    joined = index.join(page_texts, next(iter(index.c)) == page_texts.c.id)
    joined = joined.join(documents, documents.c.sha256 == page_texts.c.sha256)
    chosen = select(page_texts.c.id).select_from(joined).where(documents.c.unit == reach.unit, matches)
    return chosen.where(*_narrowing(reach, lite=lite)), rank


def _in_fts5(query: Query) -> tuple[TextClause, TextClause]:
    spelt, terms = "exact" if query.exact else "folded", " AND ".join(map(_fts5, query.terms))
    matches = text("page_search MATCH :asked").bindparams(asked=f"{{{spelt}}} : ({terms})")
    return matches, text("bm25(page_search)")


def _in_tsvectors(query: Query) -> tuple[TextClause, TextClause]:
    asked = " & ".join(f"({_tsquery(term)})" for term in query.terms)
    said = f"page_search.{'exact' if query.exact else 'folded'}"
    matches = text(f"{said} @@ CAST(:asked AS tsquery)").bindparams(asked=asked)
    return matches, text(f"-ts_rank({said}, CAST(:asked AS tsquery))").bindparams(asked=asked)


def _narrowing(reach: Reach, *, lite: bool) -> Iterator[ColumnElement[bool]]:
    """Folder and hashes; the hashes travel as one JSON text, because databases take only so many values."""
    if reach.folder:
        here = receipts.c.unit == reach.unit, receipts.c.sha256 == page_texts.c.sha256
        path = literal("/").concat(receipts.c.path)
        yield exists().where(*here, path.contains(f"/{reach.folder}/", autoescape=True))
    if reach.within is not None:
        listed = "value FROM json_each(:within)" if lite else "jsonb_array_elements_text(CAST(:within AS jsonb))"
        hashes = text(f"(SELECT {listed})").bindparams(within=json.dumps(sorted(reach.within)))
        yield page_texts.c.sha256.in_(hashes)


def packed_words_of(connection: Connection, sha256: str, page: int) -> bytes | None:
    """The packed words of a page with their places; None where nobody kept them."""
    here = page_texts.c.sha256 == sha256, page_texts.c.page == page
    kept: bytes | None = connection.execute(select(page_texts.c.words).where(*here)).scalar()
    return kept


def answering(words: Sequence[str], query: Query) -> list[int]:
    """Which of a page's words (by place) answer a query, in the spelling that was asked for, else in any."""
    said, ends = " ".join(words), list(accumulate(len(word) + 1 for word in words))
    for asked in (query, query.without_diacritics()):
        spans = [span for term in asked.terms for span in _spans(said, term, exact=asked.exact)]
        if spans:
            found = (range(bisect_right(ends, start), bisect_right(ends, end - 1) + 1) for start, end in spans)
            return sorted({place for places in found for place in places})
    return []


_KEY = {"sqlite": "rowid = :id", "postgresql": "id = :id"}


def _index(connection: Connection, number: int, said: str) -> None:
    exact = list(_words(said))
    folded = [_folded(word) for word in exact]
    if connection.dialect.name == "sqlite":
        into, values = "(rowid, exact, folded) VALUES (:id, :exact, :folded)", map(" ".join, (exact, folded))
    else:
        into = "(id, exact, folded) VALUES (:id, CAST(:exact AS tsvector), CAST(:folded AS tsvector))"
        values = map(_vector, (exact, folded))
    kept_exact, kept_folded = values
    parameters = {"id": number, "exact": kept_exact, "folded": kept_folded}
    connection.execute(text(f"INSERT INTO page_search {into}"), parameters)


def _vector(words: Sequence[str]) -> str:
    """PostgreSQL's written form of words with places."""
    return " ".join(f"'{word}':{place}" for place, word in enumerate(words, 1))


def _fts5(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + " *" * term.prefix


def _tsquery(term: Term) -> str:
    return " <-> ".join(f"'{word}'" for word in term.words) + ":*" * term.prefix


def _paths(connection: Connection, unit: str, hashes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    chosen = receipts.c.unit == unit, receipts.c.sha256.in_(sorted(hashes))
    places: dict[str, list[str]] = {}
    for row in connection.execute(select(receipts.c.sha256, receipts.c.path).where(*chosen).order_by(receipts.c.path)):
        places.setdefault(row.sha256, []).append(row.path)
    return {sha256: tuple(found) for sha256, found in places.items()}


def _hit(row: Any, query: Query, paths: tuple[str, ...]) -> Hit:
    matches = sorted(span for term in query.terms for span in _spans(row.text, term, exact=query.exact))
    first = matches[0][0] if matches else 0
    start = max(0, first - _SNIPPET)
    end = min(len(row.text), first + 2 * _SNIPPET)
    start = 0 if start == 0 else row.text.find(" ", start, first) + 1 or start
    snippet = re.sub(r"\s", " ", row.text[start:end])
    marks = tuple((a - start, b - start) for a, b in matches if start <= a and b <= end)
    return Hit(row.sha256, row.name, row.page, snippet, marks, len(matches), paths)


def _spans(said: str, term: Term, *, exact: bool) -> Iterator[tuple[int, int]]:
    """Where the term's words stand in the text, as [start, end)."""
    stood = [(match.start(), match.end(), _spelt(match.group())) for match in _WORD.finditer(said)]
    words = [word if exact else _folded(word) for _, _, word in stood]
    wanted, last = term.words[:-1], term.words[-1]
    for place in range(len(words) - len(wanted)):
        final = words[place + len(wanted)]
        ends = final.startswith(last) if term.prefix else final == last
        if ends and tuple(words[place : place + len(wanted)]) == wanted:
            yield stood[place][0], stood[place + len(wanted)][1]


def _words(said: str) -> Iterator[str]:
    return map(_spelt, _WORD.findall(said))


@lru_cache(maxsize=4096)
def _spelt(word: str) -> str:
    """As a word is indexed: small letters, its mark where the old school of spelling puts it (hoà as hòa)."""
    small = word.lower()[:_LONGEST_WORD]
    return _NEW_STYLE.sub(_mark_first, small) if not small.isascii() else small


def _mark_first(end: re.Match[str]) -> str:
    bare = normalize("NFD", end.group())
    return normalize("NFC", bare[0] + bare[2:] + bare[1])


def _folded(word: str) -> str:
    return plain(word).lower()
