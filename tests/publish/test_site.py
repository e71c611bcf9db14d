"""Which month is the running one, and who has a page."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from functions.model import RankedList, Ranking, Row
from functions.publish.site import current_month
from functions.store.agency.months import MonthRecord
from tests.publish.pages.test_boards import ranking

WIB = ZoneInfo("Asia/Jakarta")


def record(month: str, posts: int) -> MonthRecord:
    row = Row(rank=1, satker="a", name="A", posts=posts, measured=posts, i24=posts)
    lists = (RankedList(ranking="most_active", rows=(row,)),)
    made: Ranking = msgspec.structs.replace(ranking(*lists), month=month)
    return MonthRecord(ranking=made, digest="")


@pytest.mark.parametrize(
    ("now", "posts", "shown"),
    [
        ("2026-09-30T16:59:59Z", 0, "2026-09"),
        ("2026-09-30T17:00:00Z", 0, "2026-09"),  # 1 October in Jakarta, nothing posted yet
        ("2026-09-30T17:00:00Z", 1, "2026-10"),
        ("2026-10-01T16:59:59Z", 0, "2026-09"),
        ("2026-10-01T17:00:00Z", 0, "2026-10"),  # the second day shows the month, empty or not
    ],
)
def test_a_months_first_day_shows_the_last_month_until_the_first_post(
    now: str, posts: int, shown: str
) -> None:
    records = {"2026-09": record("2026-09", 5), "2026-10": record("2026-10", posts)}
    if now < "2026-09-30T17":
        del records["2026-10"]
    assert current_month(records, datetime.fromisoformat(now), WIB) == shown


def test_without_a_running_month_the_newest_is_shown() -> None:
    records = {"2026-08": record("2026-08", 5), "2026-07": record("2026-07", 5)}
    assert current_month(records, datetime(2026, 10, 5, tzinfo=UTC), WIB) == "2026-08"
    assert current_month({}, datetime(2026, 10, 5, tzinfo=UTC), WIB) is None


def test_the_very_first_month_is_shown_from_its_first_day() -> None:
    records = {"2026-10": record("2026-10", 0)}
    assert current_month(records, datetime(2026, 9, 30, 18, tzinfo=UTC), WIB) == "2026-10"
