"""Pages that were read stay read; a batch that is refused is asked for in halves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.contract import (
    AccountWrong,
    Denied,
    Limited,
    Manner,
    PlatformError,
    TooMuch,
    Transient,
    Unreadable,
)
from functions.collect.platforms.walks import MOST_ITEMS, ODD, AnswerPage, Walk, in_halves

NOW = datetime(2026, 10, 20, 3, tzinfo=UTC)
FAILURES = [Limited("x"), Transient("x"), Unreadable("x"), AccountWrong("x", "y"), Denied("x")]


def walked(walk: Walk) -> list[AnswerPage]:
    async def all_pages() -> list[AnswerPage]:
        return [page async for page in walk]

    return asyncio.run(all_pages())


def scripted(*answers: Any) -> Any:
    left = iter(answers)

    async def ask(walk: Walk) -> AnswerPage:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return AnswerPage(*answer)

    return ask


@pytest.mark.parametrize("failure", FAILURES, ids=lambda f: type(f).__name__)
def test_a_later_page_that_fails_leaves_the_earlier_ones(failure: PlatformError) -> None:
    walk = Walk("x", scripted(((), NOW, "a"), ((), NOW, "b"), failure), 9, 10)
    assert len(walked(walk)) == 2
    assert walk.failure is failure


@pytest.mark.parametrize("failure", FAILURES, ids=lambda f: type(f).__name__)
def test_a_first_page_that_fails_is_the_listings_failure(failure: PlatformError) -> None:
    with pytest.raises(type(failure)):
        walked(Walk("x", scripted(failure), 9, 10))


def test_a_cursor_that_repeats_ends_the_walk() -> None:
    walk = Walk("x", scripted(*[((), NOW, "a")] * 5), 9, 10)
    assert len(walked(walk)) == 2
    assert isinstance(walk.failure, Unreadable)


def test_pages_and_items_are_bounded() -> None:
    items = [b"{}"] * (MOST_ITEMS + 1)
    walk = Walk("x", scripted(*[(items, NOW, n) for n in range(9)]), 3, 10)
    assert [len(page.items) for page in walked(walk)] == [MOST_ITEMS] * 3
    assert walk.broken
    assert walk.failure is None


@pytest.mark.parametrize("most", [1, 3, 10, 25])
def test_half_is_asked_for_until_it_is_given(most: int) -> None:
    sizes: list[int] = []

    async def ask(walk: Walk) -> AnswerPage:
        sizes.append(walk.size)
        if walk.size > most:
            raise TooMuch("x")
        return AnswerPage((), NOW, None)

    walk = Walk("x", ask, 9, 25)
    walked(walk)
    assert sizes[-1] <= most
    assert walk.manner == (Manner() if most == 25 else Manner(sizes[-1]))
    again = Walk("x", ask, 9, 25, manner=walk.manner)
    sizes.clear()
    walked(again)
    assert len(sizes) == 1


def test_what_is_too_much_alone_is_denied() -> None:
    walk = Walk("x", scripted(*[TooMuch("x")] * 9), 9, 25, least=5)
    with pytest.raises(Denied):
        walked(walk)
    assert walk.size == 5


@given(st.sets(st.integers(0, 99), max_size=9), st.integers(10, 100))
def test_what_is_odd_in_a_batch_is_found_and_costs_no_other(odd: set[int], size: int) -> None:
    batch = range(size)

    async def ask(part: Sequence[int]) -> list[int]:
        if odd.intersection(part):
            raise Denied("x")
        return [*part]

    found = asyncio.run(in_halves([*batch], ask))
    assert sorted(n for answer in found.answers for n in answer) == sorted({*batch} - odd)
    assert {n for n, _ in found.odd} == odd & {*batch}
    assert found.failure is None


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_a_batch_that_is_refused_whole_is_the_requests_fault(size: int) -> None:
    asked = 0

    async def ask(part: Sequence[int]) -> None:
        nonlocal asked
        asked += 1
        raise Denied("x")

    with pytest.raises(Denied):
        asyncio.run(in_halves([*range(size)], ask))
    assert asked <= 2 * 7 + ODD


def test_a_limit_between_two_halves_leaves_the_first() -> None:
    answers = iter([Denied("x"), None, Limited("x")])

    async def ask(part: Sequence[int]) -> Sequence[int]:
        if error := next(answers):
            raise error
        return part

    found = asyncio.run(in_halves([1, 2], ask))
    assert (found.answers, type(found.failure)) == ([[1]], Limited)
