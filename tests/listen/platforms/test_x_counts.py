"""X's counts by the hour, from its stand-in and from odd answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.collect.contract import Denied, PlatformError, Unreadable
from functions.listen.platforms.x_counts import BACK, HOUR, counts
from functions.model import iso
from tests.collect.api import Api, answer_with, record, settings_for
from tests.platforms.server import serve
from tests.platforms.world import World
from tests.platforms.x import mentions

NOON = datetime(2026, 10, 20, 12, 7, tzinfo=UTC)
UNTIL = NOON.replace(minute=0)
SINCE = UNTIL - 3 * HOUR


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with serve(World(now=NOON)) as server:
        yield Api(settings_for(server.url, "sqlite:///none.db"), "x", server)


@pytest.fixture(autouse=True)
def _honest_again(api: Api) -> Iterator[None]:
    honest = api.server.app._answer
    yield
    api.server.app._answer = honest  # type: ignore[method-assign]


def asked(api: Api, query: str = "@kemenkum", since: datetime = SINCE) -> dict[datetime, int]:
    return api.run(lambda client: counts(client, query, since=since, until=UNTIL))


def bucket(begin: datetime, number: Any, span: timedelta = HOUR) -> dict[str, Any]:
    return {"start": iso(begin), "end": iso(begin + span), "tweet_count": number}


def test_one_call_tells_the_hours_of_a_span(api: Api) -> None:
    seen = record(api.server)
    query = '@kemenkum OR "Layanan AHU" #Pengayoman -is:retweet'
    found = asked(api, query)
    hours = [SINCE + n * HOUR for n in range(3)]
    assert found == {at: mentions(query, int(at.timestamp())) for at in hours}
    [request] = seen
    assert request.query == {
        "query": query,
        "granularity": "hour",
        "start_time": iso(SINCE),
        "end_time": iso(UNTIL),
    }
    assert api.server.app.calls.x_counts == 1


def test_as_far_back_as_it_may_be_asked(api: Api) -> None:
    oldest = (NOON - BACK).replace(minute=0) + HOUR
    assert len(asked(api, since=oldest)) == (UNTIL - oldest) // HOUR == 24 * 7 - 1
    with pytest.raises(Denied):
        asked(api, since=UNTIL - timedelta(days=7, hours=1))


def test_what_is_no_whole_hour_of_the_span_is_left_out(api: Api) -> None:
    data = [
        bucket(SINCE, 0),
        bucket(SINCE + HOUR, 5, HOUR / 2),
        bucket(SINCE + HOUR / 2, 5),
        bucket(SINCE - HOUR, 5),
        bucket(UNTIL, 5),
        bucket(SINCE + 2 * HOUR, "7"),
    ]
    answer_with(api.server, {"data": data})
    assert asked(api) == {SINCE: 0, SINCE + 2 * HOUR: 7}


odd = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=9) | st.just(-1)


@settings(max_examples=15)
@given(st.lists(odd | st.dictionaries(st.sampled_from(["start", "end", "tweet_count"]), odd)))
def test_an_odd_piece_costs_only_itself(api: Api, pieces: list[Any]) -> None:
    answer_with(api.server, {"data": [*pieces, bucket(SINCE, 3), *pieces]})
    assert asked(api) == {SINCE: 3}


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": 5}, {"meta": {}}])
def test_an_answer_without_counts_is_no_zero(api: Api, answer: Any) -> None:
    answer_with(api.server, answer)
    with pytest.raises(Unreadable):
        asked(api)


def test_a_query_that_x_does_not_take_is_named_by_its_path_alone(api: Api) -> None:
    with pytest.raises(PlatformError) as refused:
        asked(api, "x" * 513)
    assert "/2/tweets/counts/recent: 400" in str(refused.value)
    assert "xxx" not in str(refused.value)
