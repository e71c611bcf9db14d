"""How the measuring stands: days, accounts that need somebody, jobs."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import PLATFORMS, Platform, Roster, iso
from functions.publish.condition import (
    SHOWN,
    Condition,
    PlatformCondition,
    condition_of,
    longest_gap,
    watch_of,
)
from functions.publish.measured import SILENT, measured_of
from functions.publish.site import Material
from functions.settings import Settings
from functions.store.agency.months import index_of
from functions.store.diary import DiaryDay, PlatformNow, UnreadAccount
from functions.store.port import Write
from tests.publish.world import NOW, World

TODAY = date(2026, 10, 21)  # 11.00 WIB
WHOLE = DiaryDay(hours=2**24 - 1)


def material(world: World, *, now: datetime = NOW, **facts: Any) -> Material:
    """The world as publishing would hold it."""
    agency = world.agency
    records = agency.months()
    return Material(
        agency=agency.agency,
        now=now,
        roster=agency.roster(now) or Roster(as_of=now),
        index=index_of(records).months,
        ranked=index_of(records).units,
        records=records,
        ledgers={month: agency.ledgers(month) for month in records},
        pending=frozenset(),
        files={},
        assets={},
        **facts,
    )


def of_material(world: World, m: Material, *, changed_at: datetime | None = None) -> Condition:
    return condition_of(
        measured_of(m),
        watch_of(world.agency, Settings(), m.now),
        m.roster,
        zone=m.zone,
        now=m.now,
        changed_at=changed_at,
    )


def found(world: World, *, now: datetime = NOW, **facts: Any) -> Condition:
    return of_material(world, material(world, now=now, **facts))


def of(condition: Condition, platform: Platform) -> PlatformCondition:
    [it] = [each for each in condition.platforms if each.platform == platform]
    return it


# Days


@pytest.mark.parametrize(
    ("hours", "begin", "end", "gap"),
    [(0, 0, 24, 24), (1, 0, 24, 23), (2**24 - 1, 0, 24, 0), (0b1000_0001, 0, 8, 6), (0, 5, 5, 0)],
)
def test_the_longest_gap_is_counted_in_hours(hours: int, begin: int, end: int, gap: int) -> None:
    assert longest_gap(hours, begin, end) == gap


@given(st.integers(0, 2**24 - 1), st.integers(0, 23))
def test_one_more_answer_never_makes_a_gap_longer(hours: int, hour: int) -> None:
    assert longest_gap(hours | 1 << hour, 0, 24) <= longest_gap(hours, 0, 24)


def test_a_day_is_whole_partial_or_missing_and_unknown_before_the_first_note(world: World) -> None:
    notes = {5: WHOLE, 3: DiaryDay(hours=0b1111), 2: DiaryDay(requests=9), 1: WHOLE}
    for back, entry in notes.items():
        world.agency.note_in_diary(TODAY - timedelta(days=back), {"x": entry}, {})
    days = of(found(world), "x").days
    assert len(days) == SHOWN
    assert [(day.day, day.state, day.gap) for day in days[-6:]] == [
        (TODAY - timedelta(days=5), "good", 0),
        (TODAY - timedelta(days=4), "missing", 24),
        (TODAY - timedelta(days=3), "partial", 20),
        (TODAY - timedelta(days=2), "missing", 24),
        (TODAY - timedelta(days=1), "good", 0),
        (TODAY, "missing", 11),
    ]
    assert {day.state for day in days[:-6]} == {"unknown"}


def test_todays_hours_count_up_to_now_and_the_first_days_from_its_first_note(world: World) -> None:
    world.agency.note_in_diary(TODAY, {"x": DiaryDay(hours=0b0111_1000_0000)}, {})
    assert of(found(world), "x").days[-1].state == "good"  # from 07.00 to 11.00
    midnight = datetime(2026, 10, 21, 17, 30, tzinfo=NOW.tzinfo)
    days = of(found(world, now=midnight), "x").days
    assert [(day.state, day.gap) for day in days[-2:]] == [("partial", 13), ("unknown", None)]


def test_a_platform_without_accounts_or_notes_has_no_line(world: World) -> None:
    only_x = tuple(account for account in world.accounts if account.platform == "x")
    world.agency.save_roster(Roster(as_of=NOW, satker=world.units, accounts=only_x))
    world.agency.note_in_diary(TODAY, {"tiktok": WHOLE}, {})
    assert [each.platform for each in found(world).platforms] == ["x", "tiktok"]


# Platforms


def test_a_month_sums_its_own_days_and_today_has_its_quota(world: World) -> None:
    entry = DiaryDay(hours=1, requests=10, failed=2, mills=15, quota=40)
    for day in (date(2026, 9, 30), date(2026, 10, 1), TODAY):
        world.agency.note_in_diary(day, {"x": entry}, {})
    it = of(found(world), "x")
    assert (it.requests, it.failed, it.mills, it.quota) == (20, 4, 30, 40)
    assert of(found(world), "tiktok").quota is None


@pytest.mark.parametrize(("minutes", "stale"), [(239, False), (241, True)])
def test_a_platform_that_was_not_read_for_hours_is_stale(
    world: World, minutes: int, stale: bool
) -> None:
    read_at = NOW - timedelta(minutes=minutes)
    world.agency.note_in_diary(TODAY, {}, {"x": PlatformNow(read_at=read_at)})
    assert of(found(world), "x").stale is stale
    assert of(found(world), "tiktok").read_at is None


def test_what_is_measured_is_that_of_the_ranking(world: World) -> None:
    condition = found(world)
    rows = world.agency.months()["2026-10"].ranking.find("most_active", platform="x").rows
    it = of(condition, "x")
    assert (it.posts, it.measured) == (sum(r.posts for r in rows), sum(r.measured for r in rows))
    assert condition.measured.month == "2026-10"


# Accounts


def test_accounts_that_cannot_be_read_are_told_with_their_sentence(world: World) -> None:
    account = world.accounts[0]
    unread = UnreadAccount(handle=account.handle, said="Akun tidak ditemukan.")
    stranger = UnreadAccount(handle="lama", said="Akun tidak ada.")
    now = PlatformNow(read_at=NOW, unread=(unread, stranger))
    world.agency.note_in_diary(TODAY, {}, {account.platform: now})
    told = [t for t in found(world).troubles if t.kind == "unread"]
    assert [(t.satker, t.handle, t.said) for t in told] == [
        (account.satker, account.handle, "Akun tidak ditemukan.")
    ]


def test_an_account_without_an_id_is_unknown_after_a_day(world: World) -> None:
    new, old = (
        msgspec.structs.replace(
            world.accounts[0], account_id=None, handle=name, valid_from=NOW - timedelta(hours=hours)
        )
        for name, hours in (("baru", 23), ("lama", 25))
    )
    world.agency.save_roster(Roster(as_of=NOW, satker=world.units, accounts=(new, old)))
    told = [t.handle for t in found(world).troubles if t.kind == "unknown"]
    assert told == ["lama"]


def test_an_account_without_posts_for_two_weeks_is_silent(world: World) -> None:
    quiet = [t for t in found(world).troubles if t.kind == "silent"]
    posts: dict[str, list[datetime]] = {}
    for month in world.agency.months():
        for key, ledger in world.agency.ledgers(month).items():
            posts.setdefault(key, []).extend(e.post.published_at for e in ledger.entries.values())
    expected = {
        account.handle + account.platform
        for account in world.accounts
        if NOW - max(posts.get(account.key or "", [account.valid_from])) >= SILENT
    }
    assert {t.handle + t.platform for t in quiet} == expected
    assert all(t.days >= SILENT.days for t in quiet)
    assert expected


def test_silence_is_not_told_of_an_account_that_is_new_or_while_nothing_is_at_hand(
    world: World,
) -> None:
    new = msgspec.structs.replace(
        world.accounts[0], account_id="999999", valid_from=NOW - SILENT + timedelta(hours=1)
    )
    world.agency.save_roster(Roster(as_of=NOW, satker=world.units, accounts=(new,)))
    m = material(world)
    assert not [t for t in of_material(world, m).troubles if t.kind == "silent"]
    later = material(world, now=NOW + timedelta(hours=2))
    assert [t.days for t in of_material(world, later).troubles if t.kind == "silent"] == [14]
    nothing = dataclasses.replace(later, ledgers={})
    assert not [t for t in of_material(world, nothing).troubles if t.kind == "silent"]


def test_what_is_hidden_or_measured_thinly_is_counted(world: World) -> None:
    counts: dict[str, list[int]] = {}
    for ledger in world.agency.ledgers("2026-10").values():
        for entry in ledger.entries.values():
            if entry.verdict is not None and entry.verdict.counted:
                count = counts.setdefault(entry.post.account, [0, 0, 0])
                count[0] += 1
                count[1] += entry.verdict.measurement.i24 is not None
                count[2] += entry.verdict.reason == "hidden"
    keys = {(a.platform, a.handle): a.key for a in world.accounts}
    told = {(keys[t.platform, t.handle], t.kind): (t.count, t.of) for t in found(world).troubles}
    for key, (posts, measured, hidden) in counts.items():
        thin = not hidden and 10 * measured < 9 * posts
        assert told.get((key, "hidden")) == ((hidden, posts) if hidden else None)
        assert told.get((key, "thin")) == ((measured, posts) if thin else None)


def test_what_is_missing_of_an_account_is_told(world: World) -> None:
    account = world.accounts[0]
    told = found(world, incomplete={account.key or "": "3 unggahan belum terbaca."}).troubles
    assert [t.said for t in told if t.kind == "incomplete"] == ["3 unggahan belum terbaca."]


# Jobs


def test_a_job_is_late_after_three_missed_runs(world: World) -> None:
    for minutes, late in ((60, False), (61, True)):
        good = {"good_at": iso(NOW - timedelta(minutes=minutes)), "seconds": 3}
        world.agency.note("collect", good)
        world.agency.note("score", {"good_at": iso(NOW)})
        collect, score = found(world).jobs
        assert (collect.late, collect.seconds, score.late) == (late, 3, False)


@pytest.mark.parametrize("odd", [{"good_at": 7, "seconds": "x", "failing_since": []}, {}])
def test_an_odd_note_is_as_if_there_were_none(world: World, odd: dict[str, Any]) -> None:
    world.agency.note("collect", odd)
    world.agency.note("score", {"good_at": iso(NOW)})
    collect, score = found(world).jobs
    assert (collect.good_at, collect.seconds, collect.failing_since) == (None, None, None)
    assert score.good_at == NOW


def test_while_nothing_is_new_nothing_new_is_said_for_an_hour(world: World) -> None:
    def said(minutes: int) -> datetime:
        m = material(world, now=NOW + timedelta(minutes=minutes))
        return of_material(world, m, changed_at=NOW).at

    assert said(0) == said(60) == NOW
    assert said(61) == said(119) == NOW + timedelta(hours=1)
    assert said(120) == NOW + timedelta(hours=2)


def test_every_platform_is_in_the_order_of_all_pages(world: World) -> None:
    assert [each.platform for each in found(world).platforms] == [*PLATFORMS]


# Terms


def test_a_platform_lacks_terms_until_the_acceptance_is_noted(world: World) -> None:
    lacking = [each.platform for each in found(world).platforms if each.lacks_terms]
    assert lacking == ["youtube"]
    path = f"{world.agency.root}/settings/listening"
    world.agency.store.write([Write(path, {"youtube_amendment": "YT-1"})])
    assert not any(each.lacks_terms for each in found(world).platforms)


def test_where_no_channel_is_registered_nothing_is_lacking(world: World) -> None:
    m = material(world)
    others = tuple(a for a in m.roster.accounts if a.platform != "youtube")
    m = dataclasses.replace(m, roster=msgspec.structs.replace(m.roster, accounts=others))
    assert not any(each.lacks_terms for each in of_material(world, m).platforms)
