"""Edges of the Graph API, and what is asked for by id (its use: test_instagram, test_facebook)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.collect.platforms.decoding import decode
from functions.listen.platforms.graph import Edge, Following, at_second, following, nothing

NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("items", "paging", "told"),
    [
        (3, None, Following(False)),
        (3, {"cursors": {"after": "q"}}, Following(False)),
        (3, {"next": "https://graph.example/?after=z"}, Following(True, "z")),
        (3, {"next": "https://graph.example/?after=z", "cursors": {"after": "q"}}, (True, "q")),
        (3, {"next": "http://[::1"}, Following(True)),
        (3, [], Following(True)),
        (5, {"cursors": {"after": "q"}}, Following(True, "q")),
        (5, None, Following(True)),
    ],
)
def test_where_an_edge_goes_on(items: int, paging: Any, told: Any) -> None:
    body = {"data": [0] * items} | ({} if paging is None else {"paging": paging})
    assert following(decode(msgspec.json.encode(body), Edge, []), 5) == told


def test_an_edge_that_is_left_out_holds_nothing() -> None:
    assert following(nothing(), 50) == Following(False)


def refusal(text: str) -> str:
    try:
        at_second(text, NOON)
    except ValueError as error:
        return str(error)
    return ""


@settings(max_examples=30)
@given(st.text(max_size=30))
def test_a_time_that_cannot_be_is_not_repeated(text: str) -> None:
    assert refusal(text) in ("", "no possible time")


def test_a_time_of_the_graph_api() -> None:
    assert at_second("2026-10-20T11:00:00+0000", NOON) == NOON.replace(hour=11)
