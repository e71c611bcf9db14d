"""A platform's note between the store and a tick, and what admins are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from functions.collect.contract import Profile
from functions.collect.credentials import limits, names
from functions.collect.desk import (
    ATTEMPTS,
    Desk,
    horizon,
    note_wrong,
    open_desk,
    plan_together,
    read_note,
    reader,
)
from functions.collect.planning.marks import PROMISED
from functions.collect.planning.quota import Budget, Spending
from functions.collect.planning.requests import Plan, SweepRequest
from functions.collect.planning.reservations import Bill, Books, decode
from functions.collect.reading.reader import Harvest
from functions.collect.state import REMEMBERED, AccountNote, LivePost, Note
from functions.collect.work import save_harvest
from functions.model import DAY, PLATFORMS, SETTLED, Account, Platform, Post, Roster, Sample
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.port import Conflict, StoreError, Write
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import open_vault
from tests.collect.api import settings_for

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)
LONG_AGO = START - 300 * DAY
TICK = 15 * MINUTE
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def settings(sqlite_url: str) -> Settings:
    """No platform is ever asked here."""
    return settings_for(NOWHERE, sqlite_url)


@pytest.fixture
def book(settings: Settings) -> Iterator[AgencyStore]:
    opened = open_agency(settings)
    yield opened
    opened.store.close()


def roster(*handles: str, platform: Platform = "instagram", **facts: Any) -> Roster:
    return Roster(
        as_of=LONG_AGO,
        accounts=tuple(
            Account(
                platform=platform,
                handle=handle,
                satker=f"s-{handle}",
                **{"valid_from": LONG_AGO, **facts},
            )
            for handle in handles
        ),
    )


def opened(
    book: AgencyStore,
    settings: Settings,
    *handles: str,
    platform: Platform = "instagram",
    now: datetime = START,
) -> Desk:
    return open_desk(book, settings, platform, roster(*handles, platform=platform), now)


def account(handle: str, **facts: Any) -> AccountNote:
    known = {"account_id": f"id-{handle}", "followers_at": START, "swept_at": START, **facts}
    return AccountNote(handle=handle, **known)


def live(post_id: str, age: timedelta = HOUR, account_id: str = "id-a") -> LivePost:
    at = START - age
    return LivePost(
        account_id=account_id,
        post_id=post_id,
        published_at=at,
        url=f"https://example.org/{post_id}",
        kept=(at,),
        read_at=at,
    )


def post(post_id: str, age: timedelta, platform: Platform = "instagram") -> Post:
    at = START - age
    return Post(
        platform=platform,
        account_id="id-a",
        post_id=post_id,
        published_at=at,
        url=f"https://example.org/{post_id}",
        samples=(Sample(taken_at=at + MINUTE, likes=1),),
    )


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


# Whose accounts


def test_the_handles_are_those_that_are_registered_now(
    book: AgencyStore, settings: Settings
) -> None:
    """And those that were until so lately that a mark is still to come."""
    spans = {
        "now": (LONG_AGO, None),
        "from-now": (START, None),
        "later": (START + MINUTE, None),
        "ending": (LONG_AGO, START + DAY),
        "lately": (LONG_AGO, START - SETTLED),
        "over": (LONG_AGO, START - SETTLED - MINUTE),
    }
    held = tuple(
        account
        for handle, (begin, end) in spans.items()
        for account in roster(handle, valid_from=begin, valid_to=end).accounts
    )
    foreign = roster("foreign", platform="x").accounts
    whole = Roster(as_of=LONG_AGO, accounts=(*held, *foreign, *roster("now").accounts))
    desk = open_desk(book, settings, "instagram", whole, START)
    assert desk.handles == ["ending", "from-now", "lately", "now"]
    assert open_desk(book, settings, "x", whole, START).handles == ["foreign"]


def test_accounts_that_are_registered_no_more_are_forgotten(
    book: AgencyStore, settings: Settings
) -> None:
    """So that one that comes back is resolved afresh; its posts wait for their marks."""
    desk = opened(book, settings, "a", "b")
    desk.note.accounts = {name: account(name) for name in "ab"}
    desk.note.posts = {"id-b:1": live("1", account_id="id-b")}
    desk.save(desk.note, START)
    again = opened(book, settings, "a", "c")
    assert set(again.note.accounts) == {"a"}
    assert set(again.note.posts) == {"id-b:1"}
    assert again.account_ids() == {"a": "id-a"}


def test_only_accounts_that_were_found_have_an_id(book: AgencyStore, settings: Settings) -> None:
    desk = opened(book, settings, "a", "b")
    desk.note.accounts = {"a": account("a"), "b": account("b", account_id=None)}
    assert desk.account_ids() == {"a": "id-a"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_is_read_by_its_adapter(settings: Settings, platform: Platform) -> None:
    module = reader(settings, platform)
    assert module.__name__ == f"functions.collect.platforms.{platform}"


def test_youtube_is_read_by_its_feed_where_there_is_no_key(
    book: AgencyStore, settings: Settings
) -> None:
    keyless = replace(settings, youtube_api_key=())
    assert reader(keyless, "youtube").__name__.endswith("youtube_feed")
    assert opened(book, keyless, "a", platform="youtube").ways.lookup_size == 0
    assert opened(book, settings, "a", platform="youtube").ways.lookup_size == 50


# Consents given anew


def test_an_account_wakes_when_its_consent_is_given(book: AgencyStore, settings: Settings) -> None:
    consents = Consents(book, lambda: open_vault(settings))
    desk = opened(book, settings, "before", "after", "none", "at-work", platform="tiktok")
    resting = {"wrong": "salah", "checked_at": START - HOUR, "retry_at": START + HOUR}
    desk.note.accounts = {
        "before": account("before", **resting),
        "after": account("after", **resting),
        "none": account("none", **resting),
        "at-work": account("at-work", checked_at=START - HOUR),
    }
    for handle, at in (("before", START - 2 * HOUR), ("after", START), ("at-work", START)):
        consents.add([ConsentRow(f"s-{handle}", "tiktok", handle, f"rft.{handle}")], at)
    held = dict(desk.note.accounts)
    desk.wake(consents, START)
    assert desk.note.accounts.pop("after") == msgspec.structs.replace(
        held.pop("after"), retry_at=None
    )
    assert desk.note.accounts == held


def test_nobody_else_is_asked_for_a_consent(book: AgencyStore, settings: Settings) -> None:
    """Nor TikTok's, when no account rests."""
    consents = Consents(book, lambda: open_vault(settings))
    consents.add([ConsentRow("s-a", "tiktok", "a", "rft.a")], START)
    resting = account("a", wrong="salah", checked_at=START - HOUR, retry_at=START + HOUR)
    over = msgspec.structs.replace(resting, retry_at=START)
    for platform, held in (("instagram", resting), ("tiktok", over)):
        desk = opened(book, settings, "a", platform=platform)  # type: ignore[arg-type]
        desk.note.accounts = {"a": held}
        reads = book.store.meter.reads
        desk.wake(consents, START)
        assert desk.note.accounts == {"a": held}
        assert book.store.meter.reads == reads


def test_what_somebody_else_told_an_admin_is_noted_whoever_writes_at_that_moment(
    book: AgencyStore, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = opened(book, settings, "a", "b", platform="tiktok")
    desk.note.accounts = {name: account(name) for name in ("a", "b")}
    desk.save(Note(), START)
    honest, raced = book.save_plan, []

    def racing(*asked: Any) -> None:
        if not raced:
            raced.append(1)
            other = opened(book, settings, "a", "b", platform="tiktok")
            other.note.accounts["b"] = account("b", title="Judul")
            other.save(other.note, START)
        honest(*asked)

    monkeypatch.setattr(book, "save_plan", racing)
    note_wrong(book, "tiktok", {"a": "Izin dicabut.", "tak-dikenal": "x"}, START)
    found = opened(book, settings, "a", "b", platform="tiktok").note.accounts
    assert (found["a"].wrong, found["a"].checked_at) == ("Izin dicabut.", START)
    assert (found["b"].wrong, found["b"].title) == (None, "Judul")
    assert found.keys() == {"a", "b"}


# Two instances at once


def test_what_two_instances_noted_is_in_the_note_of_both(
    book: AgencyStore, settings: Settings
) -> None:
    one, two = opened(book, settings, "a", "b"), opened(book, settings, "a", "b")
    one.note.accounts["a"] = account("a", checked_at=START)
    one.note.posts["id-a:1"] = live("1")
    two.note.accounts["a"] = account("a", title="Lama", checked_at=START - HOUR)
    two.note.accounts["b"] = account("b")
    two.note.posts["id-a:1"] = msgspec.structs.replace(live("1"), kept=(START,), read_at=START)
    two.note.posts["id-b:2"] = live("2", account_id="id-b")
    assert one.save(one.note.part(["a"], ["id-a:1"]), START)
    assert two.save(two.note.part(["a", "b"], ["id-a:1", "id-b:2"]), START + MINUTE)
    note, _ = read_note(book, "instagram", START + MINUTE)
    assert note.accounts == {"a": account("a", checked_at=START), "b": account("b")}
    assert set(note.posts) == {"id-a:1", "id-b:2"}
    assert note.posts["id-a:1"].kept == (START - HOUR, START)
    assert note.ticks == (START, START + MINUTE)
    assert two.note == note


def test_what_an_instance_did_not_change_is_not_brought_back(
    book: AgencyStore, settings: Settings
) -> None:
    """Only what it noted itself goes into the other's note."""
    first = opened(book, settings, "a", "b")
    first.note.accounts = {name: account(name) for name in "ab"}
    first.save(first.note, START)
    one, two = opened(book, settings, "a"), opened(book, settings, "a", "b")
    one.save(one.note.part(["a"], []), START)  # "b" is registered no more
    two.note.accounts["a"] = account("a", title="Baru", checked_at=START + HOUR)
    two.save(two.note.part(["a"], []), START)
    note, _ = read_note(book, "instagram", START + HOUR)
    assert set(note.accounts) == {"a"}
    assert note.accounts["a"].title == "Baru"


def test_who_is_always_overtaken_gives_up_and_says_so(
    book: AgencyStore,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tries: list[str] = []

    def overtaken(platform: str, *_: object) -> None:
        tries.append(platform)
        raise Conflict("somebody else wrote first")

    desk = opened(book, settings, "a")
    before = desk.note
    monkeypatch.setattr(book, "save_plan", overtaken)
    assert not desk.save(desk.note, START)
    assert tries == ["instagram"] * ATTEMPTS
    [line] = lines(capsys)
    assert (line["message"], line["platform"]) == ("collect.overlap", "instagram")
    assert desk.note is before


def test_a_tick_that_asked_nothing_leaves_no_trace(book: AgencyStore, settings: Settings) -> None:
    desk = opened(book, settings, "a")
    assert desk.save(desk.note, START, sent=False)
    assert read_note(book, "instagram", START)[0].ticks == ()
    later = opened(book, settings, "a")
    assert later.save(later.note, START + TICK)
    assert read_note(book, "instagram", START + TICK)[0].ticks == (START + TICK,)


def test_what_no_listing_can_bring_up_again_is_forgotten(
    book: AgencyStore, settings: Settings
) -> None:
    desk = opened(book, settings, "a")
    desk.note.posts = {p.key: p for p in (live("1"), live("2", REMEMBERED))}
    desk.save(desk.note, START)
    assert set(read_note(book, "instagram", START)[0].posts) == {"id-a:1"}


# A note that is lost


def lose(book: AgencyStore, how: str) -> None:
    path = f"{book.root}/plans/instagram"
    if how == "all":
        book.store.write([Write(path, mode="delete")])
    elif how == "garbled":
        book.store.write([Write(path, {"body": b"garbled"})])
    else:
        book.store.write([Write(path, {"parts": ["there", "lost"]})])
        book.store.write([Write(f"{path}:there", {"body": b"half of it"})])


@pytest.mark.parametrize("how", ["all", "garbled", "part"])
def test_a_lost_note_is_made_anew_from_the_posts(
    book: AgencyStore, settings: Settings, how: str
) -> None:
    desk = opened(book, settings, "a")
    desk.note.accounts = {"a": account("a")}
    desk.save(desk.note, START)
    book.save_posts(
        [
            post("young", HOUR),
            post("old", REMEMBERED + MINUTE),
            post("foreign", HOUR, platform="x"),
        ]
    )
    lose(book, how)
    again = opened(book, settings, "a")
    assert again.note.accounts == {}
    # Of the whole month: else a first listing would bring up what is in the store already.
    kept = {post.post_id: post.kept for post in again.note.posts.values()}
    assert set(kept) == {"young", "old"}
    assert kept["young"] == (START - HOUR + MINUTE,)
    assert [candidate.subject for candidate in again.candidates(START, settings)] == ["a", "a"]
    # And it can be written again, whatever is left of the old one.
    again.note.accounts = {"a": account("a")}
    assert again.save(again.note, START)
    assert set(opened(book, settings, "a").note.accounts) == {"a"}
    assert [p.id for p in book.store.list(f"{book.root}/plans")] == ["instagram"]


@pytest.mark.parametrize(
    ("platform", "hours", "reads"), [("x", 6, 1), ("x", 0, 0), ("instagram", 6, 0)]
)
def test_how_threads_count_is_looked_up_once_and_only_for_a_listing_of_x(
    book: AgencyStore, settings: Settings, platform: Platform, hours: int, reads: int
) -> None:
    book.store.write([Write(f"{book.root}/settings/formula", {"x_threads": "sum"})])
    desk = opened(book, settings, "a", "b", platform=platform)
    swept = START - hours * HOUR
    desk.note.accounts = {name: account(name, swept_at=swept) for name in ("a", "b")}
    before = book.store.meter.reads
    found = desk.candidates(START, settings)
    assert book.store.meter.reads - before == reads
    sweeps = [candidate.what for candidate in found if isinstance(candidate.what, SweepRequest)]
    assert [sweep.replies for sweep in sweeps] == [platform == "x"] * (2 if hours else 0)


def test_what_a_wrong_clock_noted_is_forgotten_when_the_note_is_read(
    book: AgencyStore, settings: Settings
) -> None:
    ahead = START + 40 * DAY
    desk = opened(book, settings, "a", now=ahead)
    desk.note.accounts = {"a": account("a", swept_at=ahead)}
    desk.save(desk.note, ahead)
    again = opened(book, settings, "a")
    assert again.note.ticks == ()
    assert again.note.accounts["a"].swept_at == START - REMEMBERED


def test_a_lost_note_is_healed_too(book: AgencyStore, settings: Settings) -> None:
    known = post("1", HOUR)
    late = msgspec.structs.replace(known, samples=(Sample(taken_at=START + DAY),))
    book.save_posts([known, late])
    [held] = opened(book, settings, "a").note.posts.values()
    assert held.kept == (START - HOUR + MINUTE,)


# What to read


def test_a_first_look_reaches_back_to_the_first_of_the_agencys_month(
    book: AgencyStore, settings: Settings
) -> None:
    """In Jakarta November began at 17:00 UTC on the last of October."""
    for now, since in (
        (datetime(2026, 10, 31, 16, 59, tzinfo=UTC), datetime(2026, 9, 30, 17, tzinfo=UTC)),
        (datetime(2026, 10, 31, 17, 0, tzinfo=UTC), datetime(2026, 10, 31, 17, tzinfo=UTC)),
    ):
        found = opened(book, settings, "a", now=now).candidates(now, settings)
        assert [w.what.since for w in found if isinstance(w.what, SweepRequest)] == [since]


def test_how_often_to_look_and_when_the_next_tick_comes_are_settings(
    book: AgencyStore, settings: Settings
) -> None:
    desk = opened(book, settings, "a")
    desk.note.accounts = {"a": account("a", swept_at=START - 2 * HOUR)}
    desk.note.posts = {"id-a:1": live("1")}
    assert desk.following(START, settings) == START + TICK
    assert desk.following(START, replace(settings, collect_every=40)) == START + 40 * MINUTE
    assert desk.candidates(START, settings) == []
    assert len(desk.candidates(START, replace(settings, discover_every=120))) == 1


def test_ticks_that_come_more_rarely_than_configured_are_noticed(
    book: AgencyStore, settings: Settings
) -> None:
    desk = opened(book, settings, "a")
    desk.note.ticks = (START - 2 * HOUR, START - HOUR)
    assert desk.following(START, settings) == START + HOUR


def test_where_budgets_are_short_an_early_read_is_kept_as_the_last_before_a_mark() -> None:
    following = START + TICK
    assert horizon(Plan(), START, following) == following
    short = Plan(given_up={"freshness": 1})
    assert horizon(short, START, following) == START + PROMISED
    assert horizon(short, START, START + 2 * HOUR) == START + 2 * HOUR


# All platforms together


def desks(book: AgencyStore, settings: Settings, *platforms: Platform) -> dict[Platform, Desk]:
    found: dict[Platform, Desk] = {}
    for platform in platforms:
        desk = opened(book, settings, "a", "b", platform=platform)
        desk.note.accounts = {
            name: account(name, swept_at=START - 9 * HOUR, deep_at=START) for name in "ab"
        }
        found[platform] = desk
    return found


def books_of(book: AgencyStore, settings: Settings, run: str = "run") -> Books:
    limited = {name: limits(settings, p) for p in PLATFORMS for name in names(settings, p)}
    return Books(book, limited, run, START)


def test_two_platforms_with_one_token_share_its_hour(book: AgencyStore, settings: Settings) -> None:
    """Four listings are due, and of four calls an hour three may be planned."""
    shared = replace(settings, facebook_token=settings.instagram_token, meta_calls_per_hour=4)
    held = desks(book, shared, "instagram", "facebook")
    plans = plan_together(held, shared, books_of(book, shared))
    assert set(plans) == {"instagram", "facebook"}
    assert sum(len(plan.sweeps) for plan in plans.values()) == 3
    assert sum(plan.given_up.get("discovery", 0) for plan in plans.values()) == 1
    [name] = names(shared, "instagram")
    assert decode(book.budgets([name])[name].data, name).runs == {
        "run": Spending(at=START, amounts={"calls": 3})
    }
    again = plan_together(held, shared, books_of(book, shared, "another"))
    assert all(plan.empty for plan in again.values())


def test_where_nothing_is_worth_reading_nothing_is_reserved(
    book: AgencyStore, settings: Settings
) -> None:
    held = desks(book, settings, "instagram")
    for name in "ab":
        held["instagram"].note.accounts[name] = account(name)
    books = books_of(book, settings)
    reads = book.store.meter.reads
    assert plan_together(held, settings, books) == {}
    assert books.report() == {}
    assert book.store.meter.reads == reads
    assert book.budgets(books.limits) == {}


def test_what_batches_brought_is_entered_even_where_nothing_is_worth_reading(
    book: AgencyStore, settings: Settings
) -> None:
    [name] = names(settings, "instagram")
    plans = plan_together(
        {},
        settings,
        books_of(book, settings),
        settled=[("r/1", START, Bill(name=name, spent={"calls": 3}))],
    )
    assert plans == {}
    assert decode(book.budgets([name])[name].data, name) == Budget(
        runs={"r/1": Spending(at=START, amounts={"calls": 3}, settled=True)}
    )


def test_a_reservation_for_batches_lapses(book: AgencyStore, settings: Settings) -> None:
    held = desks(book, settings, "instagram")
    plan_together(held, settings, books_of(book, settings), lapses_after=20 * MINUTE)
    [name] = names(settings, "instagram")
    [run] = decode(book.budgets([name])[name].data, name).runs.values()
    assert run.lapses_at == START + 20 * MINUTE


def test_what_marks_will_need_is_kept_free_with_the_credential_that_pays_them(
    book: AgencyStore, settings: Settings
) -> None:
    """Two marks will want a listing each within the hour: one call of three is left for looks."""
    short = replace(settings, meta_calls_per_hour=4)
    held = desks(book, short, "instagram")
    note = held["instagram"].note
    for name in "ab":
        at = START - DAY + 40 * MINUTE
        note.posts[name] = LivePost(
            account_id=f"id-{name}",
            post_id=name,
            published_at=at,
            url="",
            kept=(START - MINUTE,),
            read_at=START - MINUTE,
        )
    plans = plan_together(held, short, books_of(book, short))
    assert len(plans["instagram"].sweeps) == 1
    note.posts.clear()
    again = plan_together(held, short, books_of(book, short))
    assert len(again["instagram"].sweeps) == 2


# What admins are told

PROFILE = Profile(account_id="17841", handle="a", title="Kanwil A", followers=12)


def told(book: AgencyStore, held: AccountNote, profile: Profile | None) -> dict[str, Any]:
    """What stands beside the handle after a tick that looked at the account."""
    harvest = Harvest(checked={"a": profile})
    save_harvest(book, "instagram", roster("a"), harvest, Note(accounts={"a": held}), START)
    return dict(book.feedback("s-a").get("instagram:a", {}))


def test_an_account_that_is_in_order_is_ok(book: AgencyStore) -> None:
    assert told(book, account("a", checked_at=START), PROFILE) == {
        "status": "ok",
        "checked_at": "2026-10-20T03:00:00Z",
        "account_id": "17841",
        "title": "Kanwil A",
        "followers": 12,
    }


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "ok"),
        ({"told": "Akun ini kini bernama @b."}, "Akun ini kini bernama @b."),
        ({"told": "Belum ada unggahan."}, "Belum ada unggahan."),
        ({"lacking": "Daftar tidak lengkap."}, "Daftar tidak lengkap."),
        ({"told": "Nama baru.", "lacking": "Tidak lengkap."}, "Nama baru. Tidak lengkap."),
        ({"wrong": "Akun tidak ditemukan."}, "Akun tidak ditemukan."),
        # What is wrong stands alone: the rest was true when it could still be read.
        ({"wrong": "Hilang.", "told": "Nama baru.", "lacking": "Tidak lengkap."}, "Hilang."),
    ],
)
def test_what_an_admin_sees(book: AgencyStore, facts: dict[str, Any], status: str) -> None:
    assert told(book, account("a", **facts), PROFILE)["status"] == status


def test_an_account_that_was_lost_keeps_what_was_known_of_it(book: AgencyStore) -> None:
    told(book, account("a", checked_at=START), PROFILE)
    gone = account("a", wrong="Hilang.", checked_at=START + HOUR)
    assert told(book, gone, None) == {
        "status": "Hilang.",
        "checked_at": "2026-10-20T04:00:00Z",
        "account_id": "17841",
        "title": "Kanwil A",
        "followers": 12,
    }


def test_every_unit_with_the_account_is_told_once_and_no_other(book: AgencyStore) -> None:
    """An account may be two units'; and a unit may have given it up and taken it again."""
    first = roster("a").accounts[0]
    shared = Roster(
        as_of=LONG_AGO,
        accounts=(
            msgspec.structs.replace(first, valid_to=START - DAY),
            first,
            msgspec.structs.replace(first, satker="s-other"),
            msgspec.structs.replace(first, handle="b", satker="s-b"),
            msgspec.structs.replace(first, platform="x", satker="s-x"),
        ),
    )
    note = Note(accounts={name: account(name) for name in "ab"})
    writes = book.store.meter.writes
    save_harvest(book, "instagram", shared, Harvest(checked={"a": PROFILE}), note, START)
    assert book.store.meter.writes - writes == 2
    found = {satker: book.feedback(satker) for satker in ("s-a", "s-other", "s-b", "s-x")}
    assert [set(found[satker]) for satker in ("s-a", "s-other")] == [{"instagram:a"}] * 2
    assert [found[satker] for satker in ("s-b", "s-x")] == [{}, {}]


def test_a_harvest_brings_posts_and_followers_too(book: AgencyStore) -> None:
    harvest = Harvest(posts=[post("1", HOUR)], followers=[("instagram", "id-a", START, 12)])
    save_harvest(book, "instagram", roster("a"), harvest, Note(), START)
    assert list(book.posts_published(START - DAY)) == [post("1", HOUR)]
    assert book.followers("2026-10", "2026-10", START) == {"instagram:id-a": ((START, 12),)}


def test_an_empty_harvest_writes_nothing(book: AgencyStore) -> None:
    writes = book.store.meter.writes
    save_harvest(
        book, "instagram", roster("a"), Harvest(), Note(accounts={"a": account("a")}), START
    )
    assert book.store.meter.writes == writes


def test_what_posts_are_found_under_is_written_before_them(book: AgencyStore) -> None:
    """A run that dies between the two leaves no post that is stored and can never be found."""
    found = post("1", HOUR)
    harvest = Harvest(posts=[found], found_under=[(found, ("CODE", "1"))])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AgencyStore, "save_posts", killed)
        with pytest.raises(StoreError):
            save_harvest(book, "instagram", roster("a"), harvest, Note(), START)
    assert [one.post_id for one in book.find_urls("instagram", ["CODE"])] == ["1"]
    assert list(book.posts_published(START - DAY)) == []
    before = book.store.meter.writes
    save_harvest(book, "instagram", roster("a"), harvest, Note(), START)
    assert book.store.meter.writes - before == 3
    assert len(book.find_urls("instagram", ["CODE", "1"])) == 1


def killed(*_: Any) -> None:
    raise StoreError("killed")
