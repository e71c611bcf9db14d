"""How many posts X counts for a query, by the hour: numbers alone, no post and no author.

One call tells up to seven days and is billed as one, whatever it counts. The numbers are not
filtered for compliance as a search is, and may differ from it.
https://docs.x.com/x-api/posts/get-count-of-recent-posts
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from functions.collect.client import ApiClient
from functions.model import iso

HOUR = timedelta(hours=1)
# A week back, and some minutes for the way there: what is older fails the whole call.
BACK = timedelta(days=7) - timedelta(minutes=5)


class _Count(msgspec.Struct):
    start: Annotated[datetime, msgspec.Meta(tz=True)]
    end: Annotated[datetime, msgspec.Meta(tz=True)]
    tweet_count: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class _Counts(msgspec.Struct):
    data: list[_Count]  # without it nothing was counted: there is no default


async def counts(
    client: ApiClient, query: str, *, since: datetime, until: datetime
) -> dict[datetime, int]:
    """How many posts there were in each whole hour, by its beginning; what X does not tell is not
    among them.

    Args:
        query: what X is asked, 512 characters at most.
        since: on the hour, ``BACK`` ago at most. ``until``: on the hour, ten seconds ago at least.

    Raises:
        PlatformError: as the client has it.
    """
    answer, _ = await client.get(
        "/2/tweets/counts/recent",
        _Counts,
        query=query,
        granularity="hour",
        start_time=iso(since),
        end_time=iso(until),
    )
    return {
        count.start.astimezone(UTC): count.tweet_count
        for count in answer.data
        if _is_hour(count) and since <= count.start < until
    }


def _is_hour(count: _Count) -> bool:
    on_the_hour = (count.start.minute, count.start.second, count.start.microsecond) == (0, 0, 0)
    return on_the_hour and count.end - count.start == HOUR
