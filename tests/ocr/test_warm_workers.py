"""Workers begin with what every document needs: the fork server has loaded it before it makes them."""

from __future__ import annotations

from ocr.engine import DEFAULT_LANGUAGE, engine_for
from ocr.fields.grammar import grammar
from ocr.preload import READERS
from sandbox import run_one


def already_loaded(_: object) -> tuple[int, int]:
    """How many grammars and engines this process holds before it was asked for any."""
    return grammar.cache_info().currsize, engine_for.cache_info().currsize


def loads_again(language: str) -> int:
    """How many engines had to be loaded when a document asks for its engine."""
    before = engine_for.cache_info().misses
    engine_for(language, "")
    return engine_for.cache_info().misses - before


def test_a_new_worker_has_the_grammar_and_the_engine_before_its_first_document() -> None:
    assert run_one(already_loaded, None, preload=READERS) == (1, 1)
    assert run_one(loads_again, DEFAULT_LANGUAGE, preload=READERS) == 0
