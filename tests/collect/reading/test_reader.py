"""Carrying out a plan: what is asked once, what is asked again, and what never twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.collect import state as states
from functions.collect.report import CollectReport
from functions.model import Platform
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import open_vault
from tests.collect.api import HOUR, Asked
from tests.collect.ministry import register, stored_posts, tick
from tests.platforms.server import Handle
from tests.platforms.world import Account

MINUTE = timedelta(minutes=1)

Enter = Callable[..., Account]
Run = Callable[[datetime], CollectReport]


@pytest.fixture
def enter(book: AgencyStore, settings: Settings, server: Handle, now: datetime) -> Enter:
    """Makes an account and registers it."""

    def entered(platform: Platform, **options: Any) -> Account:
        register(book, settings, ["kanwil-ntt"], now, [platform])
        token = "rft.first-kanwil-ntt" if platform == "tiktok" else ""
        return server.world.add_account(platform, "kanwilntt", refresh_token=token, **options)

    return entered


@pytest.fixture
def run(book: AgencyStore, settings: Settings, server: Handle) -> Run:
    """One tick at an instant, for the world too."""

    def ticked(at: datetime) -> CollectReport:
        server.set_clock(at)
        return tick(book, settings, at)

    return ticked


def templates(asked: list[Asked]) -> list[str]:
    return [one.template.rpartition("/")[2] for one in asked]


# YouTube's uploads


def test_an_upload_that_was_looked_at_is_not_looked_at_again(
    enter: Enter, run: Run, server: Handle, asked: list[Asked], now: datetime
) -> None:
    """Old videos stand in the uploads for ever; their details are asked for once."""
    channel = enter("youtube")
    for days in (1, 3, 60, 300):
        server.world.add_post(channel, now - days * 24 * HOUR)
    run(now)
    assert "videos" in templates(asked)
    asked.clear()
    run(now + 3 * HOUR)
    assert templates(asked) == ["playlistItems"]


def test_a_stream_is_looked_at_until_it_has_ended(
    enter: Enter,
    run: Run,
    server: Handle,
    book: AgencyStore,
    asked: list[Asked],
    now: datetime,
) -> None:
    channel = enter("youtube")
    begun, over = now + 4 * HOUR, now + 5 * HOUR
    stream = server.world.add_post(
        channel, now - HOUR, scheduled_at=begun, started_at=begun, ended_at=over
    )
    for hours in (0, 3):
        run(now + hours * HOUR)
        assert stored_posts(book) == {}
    run(now + 6 * HOUR)
    [post] = stored_posts(book).values()
    assert (post.post_id, post.published_at) == (stream.id, begun)


def test_details_that_failed_leave_their_videos_new(
    enter: Enter, run: Run, server: Handle, book: AgencyStore, now: datetime
) -> None:
    channel = enter("youtube")
    server.world.add_post(channel, now - HOUR)
    server.fault("server_error", platform="youtube", path="videos")
    run(now)
    assert stored_posts(book) == {}
    server.app.faults.clear()
    run(now + 15 * MINUTE)
    assert len(stored_posts(book)) == 1


def test_a_video_left_out_of_the_details_is_late_for_two_days_and_not_new_for_ever(
    enter: Enter, run: Run, server: Handle, asked: list[Asked], now: datetime
) -> None:
    """The uploads may name it before its details are there, and a while after it is gone."""
    channel = enter("youtube")
    gone = server.world.add_post(channel, now - HOUR)
    server.world.add_post(channel, now - 2 * HOUR)
    server.fault("partial", platform="youtube", path="/youtube/v3/videos", ids=[gone.id])
    run(now)
    for hours, looked_at in ((3, True), (46, True), (52, True), (58, False)):
        asked.clear()
        run(now + hours * HOUR)
        assert ("videos" in templates(asked)) == looked_at


def test_a_video_that_its_details_left_out_comes_late_though_the_listing_has_moved_on(
    enter: Enter, run: Run, server: Handle, book: AgencyStore, now: datetime
) -> None:
    channel = enter("youtube")
    late = server.world.add_post(channel, now - HOUR)
    server.fault("partial", platform="youtube", path="/youtube/v3/videos", ids=[late.id])
    for hours in (0, 6, 12, 18):
        run(now + hours * HOUR)
    assert stored_posts(book) == {}
    server.app.faults.clear()
    run(now + 24 * HOUR)
    assert [post.post_id for post in stored_posts(book).values()] == [late.id]


# What no document can hold


@pytest.mark.parametrize(("field", "length", "kept"), [
    ("caption", 20_001, 20_000),
    ("caption", 2_200, 2_200),
    ("caption", 1_200_000, 20_000),
    ("permalink", 1_200_000, 4),
    ("id", 1_200_000, None),
])  # fmt: skip
def test_a_text_is_cut_an_address_replaced_and_an_id_without_end_is_a_broken_item(
    enter: Enter,
    run: Run,
    server: Handle,
    book: AgencyStore,
    now: datetime,
    field: str,
    length: int,
    kept: int | None,
) -> None:
    account = enter("instagram")
    odd = server.world.add_post(account, now - HOUR, text="satu")
    server.world.add_post(account, now - 2 * HOUR, text="dua")
    honest = server.app._answer

    def grown(request: Any, route: Any) -> Any:
        response = honest(request, route)
        answer = json.loads(response.body)
        for item in answer["business_discovery"].get("media", {}).get("data", ()):
            if item["id"] == odd.id:
                item[field] = "a" * length
        response.body = json.dumps(answer).encode()
        return response

    server.app._answer = grown  # type: ignore[method-assign]
    report = run(now)
    texts = {post.post_id: len(post.text or "") for post in stored_posts(book).values()}
    assert len(texts) == (2 if kept else 1)
    assert texts.get(odd.id) == kept
    assert report.platforms["instagram"]["items_broken"] == (field != "caption")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("javascript:alert(1)", None),
        ("https://instagram.com.example.net/p/a/", None),
        ("https://www.instagram.com@example.net/p/a/", None),
        ("https://www.instagram.com/p/a/\n", None),
        ("", None),
        ("http://www.instagram.com/p/a/", "https://www.instagram.com/p/a/"),
        ("https://www.instagram.com/reel/a/?igsh=1", "https://www.instagram.com/reel/a/?igsh=1"),
    ],
)
def test_an_address_that_leads_elsewhere_gives_way_to_one_from_the_id(
    enter: Enter,
    run: Run,
    server: Handle,
    book: AgencyStore,
    now: datetime,
    given: str,
    kept: str | None,
) -> None:
    odd = server.world.add_post(enter("instagram"), now - HOUR, text="satu")
    honest = server.app._answer

    def lying(request: Any, route: Any) -> Any:
        response = honest(request, route)
        answer = json.loads(response.body)
        for item in answer["business_discovery"].get("media", {}).get("data", ()):
            item["permalink"] = given
        response.body = json.dumps(answer).encode()
        return response

    server.app._answer = lying  # type: ignore[method-assign]
    report = run(now)
    [post] = stored_posts(book).values()
    assert post.url == (kept or f"https://www.instagram.com/media/{odd.id}")
    assert report.platforms["instagram"]["items_broken"] == 0


def test_an_impossible_number_of_followers_is_unknown(
    enter: Enter, run: Run, server: Handle, book: AgencyStore, now: datetime
) -> None:
    enter("instagram", followers=10**30)
    report = run(now)
    assert report.platforms["instagram"]["items_broken"] > 0
    assert report.platforms["instagram"]["accounts_read"] == 1
    assert book.feedback("kanwil-ntt")["instagram:kanwilntt"]["followers"] is None
    assert book.followers("2026-10", "2026-10", now) == {}


# Lookups


def test_what_a_listing_of_the_same_tick_has_shown_is_not_looked_up(
    enter: Enter, run: Run, server: Handle, asked: list[Asked], now: datetime
) -> None:
    account = enter("x")
    server.world.add_post(account, now - 10 * MINUTE)
    run(now)
    asked.clear()
    run(now + 3 * HOUR)  # due for freshness, and the account for discovery
    assert [one.template for one in asked] == ["/2/users/:id/tweets"]


def test_posts_of_many_accounts_are_looked_up_together(
    book: AgencyStore,
    settings: Settings,
    run: Run,
    server: Handle,
    asked: list[Asked],
    now: datetime,
) -> None:
    units = [f"unit-{n}" for n in range(30)]
    register(book, settings, units, now, ["x"])
    for unit in units:
        account = server.world.add_account("x", unit.replace("-", ""))
        for minutes in range(1, 5):
            server.world.add_post(account, now - 2 * HOUR - minutes * MINUTE)
    run(now)
    asked.clear()
    run(now + HOUR)  # all are three hours old by then
    lookups = [one for one in asked if one.template == "/2/tweets"]
    assert [len(one.query["ids"].split(",")) for one in lookups] == [100, 20]
    assert len(asked) == 2


# Being gone, and coming back


@pytest.mark.parametrize("platform", ["instagram", "facebook", "x", "tiktok", "youtube"])
def test_a_post_that_goes_is_confirmed_gone_and_one_that_returns_is_a_post_again(
    enter: Enter,
    run: Run,
    server: Handle,
    book: AgencyStore,
    now: datetime,
    platform: Platform,
) -> None:
    account = enter(platform)
    post = server.world.add_post(account, now - 10 * MINUTE)
    # Facebook proves by another post that posts can be read by id at all.
    server.world.add_post(account, now - 5 * HOUR)
    born = now - 10 * MINUTE
    server.world.remove(post, now + HOUR, restored_at=now + 20 * HOUR)
    for quarters in range(4 * 26):
        run(now + quarters * 15 * MINUTE)
    [stored] = [found for found in stored_posts(book).values() if found.post_id == post.id]
    assert len(stored.absences) == 2
    first, second = stored.absences
    assert second - first >= 15 * MINUTE
    assert second < born + 20 * HOUR
    seen = [s.taken_at for s in stored.samples if s.taken_at > second]
    assert any(at <= stored.mark for at in seen)
    assert any(at >= stored.mark for at in seen)


def test_a_broken_page_makes_no_post_absent(
    enter: Enter, run: Run, server: Handle, book: AgencyStore, now: datetime
) -> None:
    account = enter("facebook")
    for hours in (1, 2):
        server.world.add_post(account, now - hours * HOUR)
    run(now)
    server.fault("missing_keys", platform="facebook", ids=[account.feed[0].id])
    for hours in (3, 6, 9):
        run(now + hours * HOUR)
    assert all(post.absences == () for post in stored_posts(book).values())


# Accounts


def test_a_handle_that_another_account_took_over_stays_with_its_first_id(
    enter: Enter, run: Run, server: Handle, book: AgencyStore, now: datetime
) -> None:
    ours = enter("instagram")
    run(now)
    server.world.rename(ours, "kanwilnttbaru", now + HOUR)
    other = server.world.add_account("instagram", "penumpang")
    server.world.rename(other, "kanwilntt", now + HOUR)
    server.world.add_post(other, now + HOUR)
    report = run(now + 6 * HOUR)
    assert stored_posts(book) == {}
    assert any("akun Instagram lain" in problem for problem in report.problems)
    told = book.feedback("kanwil-ntt")["instagram:kanwilntt"]
    assert "akun Instagram lain" in told["status"]
    roster = book.roster(now + 7 * HOUR)
    assert roster is not None
    assert [account.account_id for account in roster.accounts] == [ours.id]


def test_followers_are_read_about_once_a_day(
    enter: Enter, run: Run, server: Handle, book: AgencyStore, now: datetime
) -> None:
    enter("facebook", followers=2000, followers_per_day=240.0, followers_since=now)
    for hours in range(0, 75, 3):
        run(now + hours * HOUR)
    [readings] = book.followers("2026-10", "2026-10", now + 99 * HOUR).values()
    assert [count for _, count in readings] == [2000, 2240, 2480, 2720]


def test_a_notes_size_does_not_grow_with_time(
    enter: Enter, run: Run, server: Handle, book: AgencyStore, now: datetime
) -> None:
    account = enter("facebook")
    for hours in range(-48, 14 * 24, 6):
        server.world.add_post(account, now + hours * HOUR)
    sizes = []
    for day in range(14):
        run(now + day * 24 * HOUR)
        body = book.sync_state("facebook").body
        assert body is not None
        note = states.decode(body)
        assert note is not None
        sizes.append(len(note.posts))
    assert max(sizes[3:]) <= 8


def test_new_videos_of_many_channels_are_looked_at_fifty_a_call(
    book: AgencyStore, settings: Settings, server: Handle, asked: list[Asked], now: datetime
) -> None:
    units = [f"kanwil-{letter}" for letter in "abcdefgh"]
    register(book, settings, units, now, ["youtube"])
    for unit in units:
        channel = server.world.add_account("youtube", unit.replace("-", ""))
        for hours in range(1, 9):
            server.world.add_post(channel, now - hours * HOUR)
    server.set_clock(now)
    tick(book, settings, now)
    assert len(stored_posts(book)) == 64
    assert templates(asked).count("videos") == 2


# The time that a run may take


def test_past_its_time_limit_a_run_begins_nothing_and_says_what_it_gave_up(
    enter: Enter, run: Run, book: AgencyStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter("x")
    monkeypatch.setattr("functions.collect.sync.TIME_LIMIT", -1.0)
    report = run(now)
    assert report.platforms["x"]["skipped"] == 1
    assert report.platforms["x"]["requests"] == 0
    monkeypatch.undo()
    assert run(now + 15 * MINUTE).platforms["x"]["accounts_read"] == 1


# TikTok's consents


def renew_consent(book: AgencyStore, settings: Settings, token: str, now: datetime) -> None:
    row = ConsentRow("kanwil-ntt", "tiktok", "kanwilntt", token)
    Consents(book, lambda: open_vault(settings)).add([row], now)


def status(book: AgencyStore) -> str:
    told: str = book.feedback("kanwil-ntt")["tiktok:kanwilntt"]["status"]
    return told


def test_a_consent_given_anew_is_used_at_the_next_tick(
    enter: Enter,
    run: Run,
    server: Handle,
    book: AgencyStore,
    settings: Settings,
    asked: list[Asked],
    now: datetime,
) -> None:
    account = enter("tiktok")
    server.world.add_post(account, now - HOUR)
    server.world.set_state(account, "revoked", now + MINUTE)
    run(now)
    run(now + 3 * HOUR)
    assert "izin baru" in status(book)
    server.world.set_state(account, "ok", now + 3 * HOUR + MINUTE)
    server.world.refresh_tokens["rft.anew"] = account
    asked.clear()
    run(now + 3 * HOUR + 15 * MINUTE)
    assert asked == []  # nothing was given yet, and a dead token is not tried every time
    renew_consent(book, settings, "rft.anew", now + 3 * HOUR + 20 * MINUTE)
    run(now + 3 * HOUR + 30 * MINUTE)
    assert status(book) == "ok"
    assert "list" in "".join(one.template for one in asked)


def test_another_accounts_consent_is_noticed_before_a_post_is_filed(
    enter: Enter,
    run: Run,
    server: Handle,
    book: AgencyStore,
    settings: Settings,
    asked: list[Asked],
    now: datetime,
) -> None:
    account = enter("tiktok")
    server.world.add_post(account, now - HOUR)
    other = server.world.add_account("tiktok", "orang.lain", refresh_token="rft.other")
    server.world.add_post(other, now - HOUR)
    run(now)
    before = stored_posts(book)
    renew_consent(book, settings, "rft.other", now + MINUTE)
    asked.clear()
    run(now + 4 * HOUR)
    assert stored_posts(book) == before
    assert "@orang.lain, bukan @kanwilntt" in status(book)
    assert not any("video" in one.template for one in asked)


def test_a_handle_whose_account_is_another_now_files_under_the_new_one(
    enter: Enter,
    run: Run,
    server: Handle,
    book: AgencyStore,
    settings: Settings,
    now: datetime,
) -> None:
    """As after a new account took the name, or another app of ours asked for the consent."""
    account = enter("tiktok")
    post = server.world.add_post(account, now - HOUR)
    run(now)
    heir = server.world.add_account("tiktok", "pewaris", refresh_token="rft.heir")
    server.world.rename(account, "lama", now + MINUTE)
    server.world.rename(heir, "kanwilntt", now + MINUTE)
    new = server.world.add_post(heir, now + HOUR)
    renew_consent(book, settings, "rft.heir", now + MINUTE)
    run(now + 4 * HOUR)
    held = stored_posts(book)
    assert set(held) == {("tiktok", account.id, post.id), ("tiktok", heir.id, new.id)}
    assert held["tiktok", account.id, post.id].absences == ()
