"""What many ask for at once is made once; a failure reaches all who wait and is not remembered."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from web.shared import made_once


def test_eight_who_ask_at_once_get_the_one_value_that_the_first_one_made() -> None:
    begun, made = threading.Barrier(8), []

    @made_once(4)
    def slow(name: str) -> list[str]:
        made.append(name)
        threading.Event().wait(0.05)
        return [name]

    def ask(_number: int) -> list[str]:
        begun.wait()
        return slow("a")

    with ThreadPoolExecutor(8) as people:
        found = list(people.map(ask, range(8)))

    assert made == ["a"]
    assert all(one is found[0] for one in found)


def test_other_arguments_are_another_value_and_only_the_last_ones_are_kept() -> None:
    made = []

    @made_once(2)
    def square(number: int) -> int:
        made.append(number)
        return number * number

    assert [square(number) for number in (1, 2, 1, 3, 1, 2)] == [1, 4, 1, 9, 1, 4]
    assert made == [1, 2, 3, 2]


def test_a_failure_is_told_and_tried_again() -> None:
    answers = iter([OSError("weg"), 7])

    @made_once(2)
    def ask() -> int:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    with pytest.raises(OSError, match="weg"):
        ask()
    assert ask() == 7
