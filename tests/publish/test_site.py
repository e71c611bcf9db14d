"""Which month is the running one, and who has a page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from functions.publish.site import current_month
from functions.store.agency.months import MonthRecord
from tests.factories import WIB, ranked_list, ranking, record, row


def month_with(month: str, posts: int) -> MonthRecord:
    """A month in which one unit has so many posts."""
    listed = ranked_list(row("a", 1, posts, posts), ranking="most_active")
    return record(ranking(listed, month=month))


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
    records = {"2026-09": month_with("2026-09", 5), "2026-10": month_with("2026-10", posts)}
    if now < "2026-09-30T17":
        del records["2026-10"]
    assert current_month(records, datetime.fromisoformat(now), WIB) == shown


def test_without_a_running_month_the_newest_is_shown() -> None:
    records = {"2026-08": month_with("2026-08", 5), "2026-07": month_with("2026-07", 5)}
    assert current_month(records, datetime(2026, 10, 5, tzinfo=UTC), WIB) == "2026-08"
    assert current_month({}, datetime(2026, 10, 5, tzinfo=UTC), WIB) is None


def test_the_very_first_month_is_shown_from_its_first_day() -> None:
    records = {"2026-10": month_with("2026-10", 0)}
    assert current_month(records, datetime(2026, 9, 30, 18, tzinfo=UTC), WIB) == "2026-10"
