"""Workers begin with what every document needs: the fork server has loaded it before it makes them."""

from __future__ import annotations

import subprocess
import sys

from ocr.engines.port import DEFAULT_LANGUAGE, engine_for
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


def asked_of_new_workers() -> tuple[tuple[int, int], int]:
    """What is there before a worker's first document, and what that has to load."""
    before = run_one(already_loaded, None, preload=READERS)
    return before, run_one(loads_again, DEFAULT_LANGUAGE, preload=READERS)


def test_a_new_worker_has_the_grammar_and_the_engine_before_its_first_document() -> None:
    """In a process of its own, because a process has one fork server, which loads what the first question named."""
    program = "from tests.ocr.test_warm_workers import asked_of_new_workers as asked; print(asked())"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "((1, 1), 0)"
