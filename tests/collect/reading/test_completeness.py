"""What a platform counts, held against what was found: nothing more is told than is missing."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.contract import PostCount
from functions.collect.reading.completeness import (
    COUNTED_BACK,
    LAST_LOOK,
    LASTING,
    CountTally,
    Shortfall,
    counted_by,
    lacking,
    open_month,
    shortfall,
    tallied,
    together,
    words,
)
from functions.model import DAY, PLATFORM_NAMES, Platform, month_bounds
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.port import Write
from functions.thresholds import SETTLED
from tests.collect.api import Asked
from tests.collect.ministry import register, stored_posts, tick
from tests.platforms.server import Handle

WIB = ZoneInfo("Asia/Jakarta")
HOUR = timedelta(hours=1)
START = datetime(2026, 10, 3, 3, tzinfo=UTC)
CLOSED = datetime(2026, 10, 1, 23, tzinfo=UTC)

instants = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


# Months


@given(instants)
def test_the_open_month_is_the_oldest_that_has_not_begun_closing(now: datetime) -> None:
    month = open_month(now, WIB)
    assert (month.begin, month.end) == month_bounds(month.name, WIB)
    assert month.before <= now < month.closes_at
    assert month.before == month.begin + SETTLED


def test_until_thirty_hours_after_its_end_a_month_is_open() -> None:
    closing = datetime(2026, 11, 1, 23, tzinfo=UTC)
    assert open_month(closing - timedelta(seconds=1), WIB).name == "2026-10"
    assert open_month(closing, WIB).name == "2026-11"


@given(instants, st.floats(0, 1, exclude_max=True))
def test_counts_leave_no_gap_from_closing_to_closing(now: datetime, share: float) -> None:
    """With the one before closing begins as the last; each reaches back to the one before it."""
    month = open_month(now, WIB)
    dues, at = [], month.before
    while at < month.closes_at - LAST_LOOK:
        due = counted_by(month, at, share)
        if due is not None and due not in dues:
            dues.append(due)
        at += HOUR
    counts = [month.before - LAST_LOOK, *dues, month.closes_at - LAST_LOOK]
    assert len(dues) == 4  # and the last look: a count for each week that begins
    pauses = [later - earlier for earlier, later in pairwise(counts)]
    assert max(pauses) < COUNTED_BACK


# Counts by the day


@given(
    st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=60),
    st.integers(0, 23),
)
def test_the_days_that_lack_are_those_that_hold_more(
    posts: list[tuple[int, bool]], hour: int
) -> None:
    """For any posts (a day, whether it was found) and a first day that is cut anywhere."""
    midnight = datetime(2026, 10, 10, tzinfo=UTC)
    begins = [midnight + n * DAY for n in range(7)]
    begins[0] += hour * HOUR
    days = [
        PostCount(begin, midnight + (n + 1) * DAY, sum(day == n for day, _ in posts))
        for n, begin in enumerate(begins)
    ]
    found = [
        midnight + day * DAY + 23 * HOUR + 30 * timedelta(minutes=1)
        for day, is_found in posts
        if is_found
    ]
    spans = lacking(days, found)
    missing = [day for day, is_found in posts if not is_found]
    assert sum(span.posts for span in spans) == len(missing)
    covered = [
        n for n in range(7) if any(s.begin <= begins[n] and begins[n] < s.end for s in spans)
    ]
    assert set(covered) == set(missing)
    assert all(a.end < b.begin for a, b in pairwise(spans))


# Tallies


class Account:
    """An account with posts that are shown or not, and its reading."""

    def __init__(self) -> None:
        self.public = 700
        self.shown: set[str] = set()
        self.found: set[str] = set()
        self.tally: CountTally | None = None

    def look(self, at: datetime) -> None:
        for post_id in sorted(self.shown - self.found):
            self._change(post_id, 1)
        for post_id in sorted(self.found - self.shown):
            self._change(post_id, -1)
        self.found = set(self.shown)
        self.tally = tallied(self.tally, at, self.public, since=CLOSED)

    def _change(self, post_id: str, by: int) -> None:
        if self.tally is not None:
            self.tally = self.tally.changed(post_id, by)


events = st.lists(
    st.tuples(st.sampled_from(["post", "hidden", "show", "remove", "unseen"]), st.integers(0, 3)),
    max_size=6,
)


@given(st.lists(events, min_size=1, max_size=12))
def test_a_remainder_is_exactly_what_is_missing(days: list[list[tuple[str, int]]]) -> None:
    """Whatever is published, hidden, shown later, removed, or removed without a read seeing it."""
    account, number = Account(), 0
    account.look(START)
    hidden: list[str] = []
    missing = 0
    for day, happened in enumerate(days, 1):
        for what, which in happened:
            number += 1
            name = f"p{number}"
            if what == "post":
                account.public, account.shown = account.public + 1, account.shown | {name}
            elif what == "hidden":
                account.public, missing = account.public + 1, missing + 1
                hidden.append(name)
            elif what == "show" and hidden:
                account.shown.add(hidden.pop(which % len(hidden)))
                missing -= 1
            elif what == "remove" and account.shown:
                account.shown.remove(sorted(account.shown)[which % len(account.shown)])
                account.public -= 1
            elif what == "unseen":
                account.public, missing = account.public - 1, missing - 1
        account.look(START + day * DAY)
        assert account.tally is not None
        assert account.tally.off == missing
        if missing == 0:
            assert shortfall(account.tally) is None


def tally_of(*offs: int) -> CountTally:
    """A tally after daily reads that were off by these."""
    tally = tallied(None, START, 100, since=CLOSED)
    for day, off in enumerate(offs, 1):
        tally = tallied(tally, START + day * DAY, 100 + off, since=CLOSED)
    return tally


@pytest.mark.parametrize(
    ("offs", "posts"),
    [
        ((0, 0, 0), None),
        ((3,), None),
        ((3, 3), None),
        ((3, 3, 3), 3),
        ((0, 3, 3, 3), 3),
        ((3, 3, 3, 0), None),
        ((1, 1, 1, 9), 1),  # eight of them are of today
        ((9, 5, 2), 2),
        ((-2, -2, -2), -2),
        ((2, 2, -1), None),
        ((2, -1, -1, -1), -1),
        ((1, 0, 1, 0, 1), None),
    ],
)
def test_what_stays_for_two_days_is_told(offs: tuple[int, ...], posts: int | None) -> None:
    found = shortfall(tally_of(*offs))
    assert (found.posts if found else None) == posts


def test_a_shortfall_is_told_since_it_began() -> None:
    assert shortfall(tally_of(0, 2, 2, 3, 3)) == Shortfall(2, START + 2 * DAY)


def test_what_is_pending_may_be_counted_or_not() -> None:
    tally = tallied(None, START, 10, since=CLOSED)
    for day in range(1, 5):
        tally = tallied(tally, START + day * DAY, 12, since=CLOSED, pending=2)
        assert shortfall(tally) is None
    tally = tallied(tally, START + 5 * DAY, 15, since=CLOSED, pending=2)
    assert tally.readings[-1][1] == 3


def test_another_month_begins_anew() -> None:
    tally = tally_of(4, 4, 4)
    begun = START + 30 * DAY
    anew = tallied(tally, begun + DAY, 104, since=begun)
    assert anew == CountTally(at=begun + DAY, count=104)


changes = st.dictionaries(st.sampled_from("abcd"), st.sampled_from([1, -1]), max_size=4)


@given(changes, changes, changes)
def test_two_readings_lose_no_change(
    before: dict[str, int], one: dict[str, int], other: dict[str, int]
) -> None:
    """One of them may have read the count anew meanwhile."""
    base = CountTally(at=START, count=10, since=before)
    first, second = base, base
    for post_id in one.keys() - before.keys():
        first = first.changed(post_id, one[post_id])
    for post_id in other.keys() - before.keys() - one.keys():
        second = second.changed(post_id, other[post_id])
    later = tallied(second, START + DAY, 10, since=CLOSED)
    for a, b in ((first, second), (first, later)):
        both = together(a, b)
        assert both == together(b, a) == together(both, a) == together(both, b)
    same = together(first, second)
    assert same is not None
    assert same.since == first.since | second.since
    ahead = together(first, later)
    # What the later read had taken in is not counted again; what it had not is still to come.
    assert ahead is not None
    assert ahead.since == {k: v for k, v in first.since.items() if k not in second.since}


def test_the_words_say_how_many_and_since_when() -> None:
    at = datetime(2026, 10, 2, 20, tzinfo=UTC)  # the 3rd in Jakarta
    assert words("instagram", Shortfall(3, at), None, WIB) == (
        "3 unggahan menurut Instagram belum terbaca sejak 3 Okt."
    )
    assert "tidak lagi dihitung YouTube sejak 3 Okt" in (
        words("youtube", Shortfall(-2, at), None, WIB) or ""
    )
    assert "Sep 2026" in (words("x", None, "2026-09", WIB) or "")
    assert words("tiktok", None, None, WIB) is None
    assert LASTING == 2 * DAY


# Told, from the platform's answers to the store


@pytest.mark.parametrize("platform", ["instagram", "tiktok", "youtube"])
def test_what_a_platform_counts_and_shows_nobody_is_told_until_it_is_found(
    platform: Platform, agency: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    register(agency, settings, ["kanwil-ntt"], now, [platform])
    token = "rft.first-kanwil-ntt" if platform == "tiktok" else ""
    account = server.world.add_account(platform, "kanwilntt", refresh_token=token)
    account.counts_unlisted = True
    server.world.add_post(account, now - 9 * DAY)
    shown_at = now + 4 * DAY + 5 * HOUR
    for hours in (30, 33):
        server.world.add_post(account, now + hours * HOUR, appears_at=shown_at)
    for hours in (40, 60, 70, 85, 110, 125):  # others come and go as ever
        gone = now + (hours + 12) * HOUR if hours % 4 else None
        server.world.add_post(account, now + hours * HOUR, removed_at=gone)
    told: list[str | None] = []
    for hours in range(0, 8 * 24, 3):
        at = now + hours * HOUR
        server.set_clock(at)
        assert tick(agency, settings, at).problems == []
        told.append(agency.completeness().get(f"{platform}:{account.id}"))
    said = [words for words in told if words]
    assert set(said) == {
        f"2 unggahan menurut {PLATFORM_NAMES[platform]} belum terbaca sejak 22 Okt."
    }
    assert told.index(said[0]) * 3 >= 48 + 30  # it stayed for two days
    assert told[-1] is None
    [feedback] = agency.feedback("kanwil-ntt").values()
    assert feedback["completeness"] is None
    assert feedback["status"] == "ok"


def test_where_nothing_is_counted_nothing_is_told(
    agency: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    register(agency, settings, ["kanwil-ntt"], now, ["facebook"])
    page = server.world.add_account("facebook", "kanwilntt")
    server.world.add_post(page, now + HOUR, appears_at=now + 9 * DAY)
    for hours in range(0, 5 * 24, 12):
        server.set_clock(now + hours * HOUR)
        tick(agency, settings, now + hours * HOUR)
    assert agency.completeness() == {}


# X, counted by the day


@pytest.mark.parametrize("wanted", [None, False])
def test_a_post_of_x_that_comes_late_is_found_by_the_count_of_its_day(
    wanted: bool | None, agency: AgencyStore, settings: Settings, server: Handle
) -> None:
    """Of a busy account, whose listings reach back to yesterday at most."""
    begin = datetime(2026, 10, 2, 3, tzinfo=UTC)
    if wanted is not None:
        agency.store.write([Write(f"{agency.root}/settings/formula", {"x_counts": wanted})])
    register(agency, settings, ["kanwil-ntt"], begin, ["x"])
    account = server.world.add_account("x", "kanwilntt")
    for hours in range(1, 8 * 24, 4):
        server.world.add_post(account, begin + hours * HOUR)
    late = [
        server.world.add_post(
            account, begin + days * DAY + 13 * HOUR, appears_at=begin + days * DAY + 63 * HOUR
        )
        for days in (1, 2)
    ]
    mills: Counter[str] = Counter()
    for hours in range(0, 8 * 24, 3):
        at = begin + hours * HOUR
        server.set_clock(at)
        report = tick(agency, settings, at)
        assert report.problems == []
        mills.update(report.platforms["x"].get("mills", {}))
    held = {post_id for _, _, post_id in stored_posts(agency)}
    assert all((post.id in held) is (wanted is None) for post in late)
    calls = server.calls.report()["x"]
    assert calls["counts"] == (1 if wanted is None else 0)
    assert mills["counts"] == 5 * calls["counts"]
    # What was planned for and what was billed are the same, for posts and for counts.
    assert mills["posts"] == 5 * calls["post_reads"]
    assert mills["users"] == 10 * calls["user_reads"]


def test_a_count_that_finds_nothing_missing_lists_nothing(
    agency: AgencyStore, settings: Settings, server: Handle, asked: list[Asked]
) -> None:
    begin = datetime(2026, 10, 2, 3, tzinfo=UTC)
    register(agency, settings, ["kanwil-ntt"], begin, ["x"])
    account = server.world.add_account("x", "kanwilntt")
    for hours in range(1, 7 * 24, 7):
        kind = ("post", "quote", "reply", "repost")[hours % 4]
        server.world.add_post(
            account, begin + hours * HOUR, kind=kind, refers_to="" if kind == "post" else "1234567"
        )
    server.world.add_post(account, begin + 60 * HOUR, removed_at=begin + 70 * HOUR)
    for hours in range(0, 7 * 24, 3):
        server.set_clock(begin + hours * HOUR)
        tick(agency, settings, begin + hours * HOUR)
    counts = [one.query for one in asked if one.template.endswith("/counts/recent")]
    assert [count["query"] for count in counts] == ["from:kanwilntt -is:retweet -is:reply"]
    assert not any("end_time" in one.query for one in asked if one.template.endswith("/tweets"))
