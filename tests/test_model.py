"""The words every room shares: time, months, and what is known of a post."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import (
    COUNTED,
    COUNTERS,
    DAY,
    PLATFORMS,
    Account,
    Agency,
    Entry,
    Measurement,
    Post,
    Row,
    Sample,
    Satker,
    Verdict,
    iso,
    month_bounds,
    month_of,
    parse_time,
    previous_month,
    run_id,
)
from functions.thresholds import SETTLED
from tests.factories import BEGIN, END, PUBLISHED, WIB, aged, entry, read, x_post

SECOND = timedelta(seconds=1)
moments = st.integers(0, 4_102_444_800).map(lambda n: datetime.fromtimestamp(n, UTC))
zones = st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Europe/Amsterdam"])


# Months


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (BEGIN - SECOND, "2026-09"),
        (BEGIN, "2026-10"),
        (END - SECOND, "2026-10"),
        (END, "2026-11"),
    ],
)
def test_a_month_is_bounded_in_the_agencys_time_zone(at, month):
    """ "A month is bounded in the agency's time zone (⚙ Asia/Jakarta, WIB)." """
    assert month_of(at, WIB) == month


def test_october_begins_at_17_utc_of_the_day_before():
    begin, end = month_bounds("2026-10", WIB)
    assert (begin, end) == (
        datetime(2026, 9, 30, 17, tzinfo=UTC),
        datetime(2026, 10, 31, 17, tzinfo=UTC),
    )
    assert month_bounds("2026-12", WIB)[1] == month_bounds("2027-01", WIB)[0]


@given(moments, zones.map(ZoneInfo))
def test_every_instant_lies_in_exactly_its_own_month(at, zone):
    month = month_of(at, zone)
    begin, end = month_bounds(month, zone)
    assert begin <= at < end
    assert month_of(begin - SECOND, zone) == previous_month(month)
    assert month_bounds(previous_month(month), zone)[1] == begin


def test_the_month_before_january_is_december():
    assert previous_month("2027-01") == "2026-12"
    assert previous_month("2026-10") == "2026-09"


# Time as text


@given(moments, zones.map(ZoneInfo))
def test_a_time_comes_back_from_its_text_and_sorts_as_text(at, zone):
    assert iso(at.astimezone(zone)) == iso(at)
    assert parse_time(iso(at)) == at
    assert (iso(at) < iso(at + SECOND)) is True


@pytest.mark.parametrize(
    "text",
    ["2026-10-01T07:00:00+07:00", "2026-10-01T00:00:00Z", "2026-10-01T00:00:00.999+00:00"],
)
def test_an_instant_may_be_written_with_any_offset(text):
    at = parse_time(text)
    assert at == datetime(2026, 10, 1, tzinfo=UTC)
    assert at.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-01",
        "2026-10-01T07:00:00",
        "yesterday",
        "",
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00+07:00",
        "9999-12-31T23:59:59-07:00",
    ],
)
def test_an_instant_without_an_offset_or_outside_the_calendar_is_refused(text):
    with pytest.raises(ValueError):
        parse_time(text)


def test_the_same_trigger_delivered_twice_is_the_same_run():
    at = datetime(2026, 10, 1, 7, 0, tzinfo=timezone(timedelta(hours=7)))
    assert run_id("score", at) == run_id("score", at.astimezone(UTC)) == "20261001T000000Z-score"
    assert run_id("score", at) != run_id("collect", at)


# Posts and samples


@pytest.mark.parametrize(
    ("platform", "counted"),
    [
        ("instagram", {"likes", "comments"}),
        ("facebook", {"likes", "comments", "shares"}),
        ("x", {"likes", "comments", "shares"}),
        ("tiktok", {"likes", "comments", "shares"}),
        ("youtube", {"likes", "comments"}),
    ],
)
def test_interactions_are_the_counters_that_the_rules_name(platform, counted):
    """The table "What counts as interactions"; views are shown beside, never counted."""
    assert set(COUNTED[platform]) == counted
    sample = Sample(taken_at=PUBLISHED, **{name: 10**n for n, name in enumerate(COUNTERS)})
    assert sample.total(platform) == sum(getattr(sample, name) for name in counted)


def test_the_five_platforms_are_counted():
    assert set(COUNTED) == set(PLATFORMS)
    assert len(PLATFORMS) == 5


def test_what_a_platform_did_not_say_is_no_zero():
    nothing = Sample(taken_at=PUBLISHED, views=5)
    assert nothing.total("x") is None
    assert Sample(taken_at=PUBLISHED, likes=0).total("x") == 0
    assert Sample(taken_at=PUBLISHED, comments=3).total("x") == 3


def test_the_mark_is_24_h_after_publication_exactly():
    """ "`published_at` + 24 h exactly" """
    assert x_post().mark == PUBLISHED + DAY
    assert timedelta(hours=24) == DAY
    assert timedelta(hours=30) == SETTLED


def test_a_post_as_known_then_has_nothing_that_was_read_later():
    post = x_post(read(aged(1)), read(aged(2)), read(aged(3)), absences=(aged(1), aged(2), aged(3)))
    known = post.as_known(aged(2))
    assert [s.taken_at for s in known.samples] == [aged(1), aged(2)]
    assert known.absences == (aged(1), aged(2))
    assert msgspec.structs.replace(known, samples=(), absences=()) == x_post()
    assert post.as_known(aged(9)) == post


def test_what_is_not_said_of_a_post_or_a_row_is_not_so():
    """Neither partial nor decided, not shared, not thin; and unknown where there is a number."""
    nothing = Measurement(state="unmeasured")
    assert (nothing.partial, nothing.decided, nothing.i24) == (False, False, None)
    verdict = Verdict(counted=True, reason="counted", satker=None, measurement=nothing)
    assert (verdict.shared, verdict.over_usual, verdict.duplicate_of) == (False, None, None)
    row = Row(rank=None, satker="a", name="A", posts=0, measured=0, i24=None)
    assert (row.thin, row.engagement_rate, row.movement_kind) == (False, None, "none")


def test_values_are_frozen_and_compare_by_content():
    assert x_post(read(aged(1))) == x_post(read(aged(1)))
    with pytest.raises(AttributeError):
        x_post().url = "other"


def test_a_posts_account_is_its_platform_and_durable_id():
    assert x_post(account_id="17").account == "x:17"
    assert isinstance(x_post(), Post)


# Registry


def test_an_entry_is_gone_when_its_newest_read_did_not_show_it():
    seen, missed = aged(2), aged(3)
    assert not entry(x_post(read(seen))).is_gone
    assert entry(x_post(read(seen), absences=(missed,))).is_gone
    assert not entry(x_post(read(missed), absences=(seen,))).is_gone
    assert entry(x_post(absences=(seen,))).is_gone
    assert not Entry(post=x_post()).is_gone
    assert entry(x_post(read(seen)), measurement=Measurement(state="removed")).is_gone


def test_an_account_holds_from_its_first_instant_to_before_its_last():
    account = Account(platform="x", handle="a", satker="s", valid_from=BEGIN, valid_to=END)
    assert [account.holds(at) for at in (BEGIN - SECOND, BEGIN, END - SECOND, END)] == [
        False,
        True,
        True,
        False,
    ]
    for_ever = msgspec.structs.replace(account, valid_to=None)
    assert for_ever.holds(END + 999 * DAY)
    assert account.key is None
    assert msgspec.structs.replace(account, account_id="1").key == "x:1"


def test_a_satkers_label_is_its_short_name_if_it_has_one():
    satker = Satker(id="a", name="Kantor Wilayah", kind="kanwil")
    assert satker.label == "Kantor Wilayah"
    assert msgspec.structs.replace(satker, short_name="Kanwil").label == "Kanwil"


def test_one_agency_needs_no_configuration():
    """ "one agency needs no configuration: `kemenkum`" (DESIGN.md)"""
    assert (Agency().id, Agency().zone) == ("kemenkum", ZoneInfo("Asia/Jakarta"))


def test_a_row_tells_its_other_possible_ranks_and_how_much_one_post_weighs():
    told = Row(rank=6, satker="a", name="A", posts=1, measured=1, i24=1)
    assert (told.possible_ranks, told.concentration) == (None, None)  # as formula 1 left it
    sure = msgspec.structs.replace(told, rank_best=6, rank_worst=6, largest_share=100.0)
    assert (sure.possible_ranks, sure.concentration) == (None, 100.0)
    tied = msgspec.structs.replace(sure, rank_worst=7, largest_share=None)
    assert (tied.possible_ranks, tied.concentration) == ((6, 7), None)
    unranked = msgspec.structs.replace(told, rank=None, rank_best=None, rank_worst=None)
    assert unranked.possible_ranks is None


def test_what_a_row_does_not_say_is_not_in_its_file():
    told = Row(rank=6, satker="a", name="A", posts=1, measured=1, i24=1)
    assert b"rank_best" not in msgspec.json.encode(told)
    none = msgspec.structs.replace(told, rank_best=None, rank_worst=None, largest_share=None)
    encoded = msgspec.json.encode(none)
    assert encoded.endswith(b'"rank_best":null,"rank_worst":null,"largest_share":null}')
    assert msgspec.json.decode(encoded, type=Row) == none
