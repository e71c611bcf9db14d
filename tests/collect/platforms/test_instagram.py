"""Instagram's own ways: pins, hidden likes, personal accounts, names that change hands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from functions.collect.contract import AccountWrong, PlatformError, Refused, TooMuch, Transient
from functions.collect.platforms import instagram
from tests.collect.api import HOUR, Api, Asked, answer_with

PLATFORM = "instagram"
READ = {"likes": 41, "comments": 7, "views": 900}


def test_pinned_posts_on_top_do_not_end_a_listing(api: Api, now: datetime) -> None:
    """Old pins come first, and only a page's last item tells how far back it reaches. Whatever the
    listing shows is given."""
    account = api.account()
    pins = [
        api.server.world.add_post(account, now - age * 24 * HOUR, pinned_at=now - 9 * HOUR)
        for age in (300, 200, 100)
    ]
    recent = [
        api.server.world.add_post(account, now - n * timedelta(minutes=20)) for n in range(1, 61)
    ]
    since = now - 24 * HOUR
    found = api.sweep(account, since)
    assert {post.post_id for post in found.posts} == {post.id for post in (*recent, *pins)}
    assert found.covered_since == since


def test_a_pinned_post_of_today_is_read_like_any_other(api: Api, now: datetime) -> None:
    account = api.account()
    pin = api.server.world.add_post(account, now - 5 * HOUR, pinned_at=now - 4 * HOUR)
    other = api.server.world.add_post(account, now - HOUR)
    found = api.sweep(account, now - 24 * HOUR)
    assert [post.post_id for post in found.posts] == [pin.id, other.id]


def test_likes_hidden_from_some_instant_on_are_unknown_from_then_on(
    api: Api, now: datetime
) -> None:
    account = api.account()
    api.server.world.add_post(
        account,
        now - 3 * HOUR,
        media="REELS",
        steps=[(now - 2 * HOUR, READ)],
        hidden={"likes": now + HOUR},
    )
    [before] = api.sweep(account, now - 24 * HOUR).posts[0].samples
    api.server.set_clock(now + HOUR)
    [after] = api.sweep(account, now - 24 * HOUR).posts[0].samples
    assert (before.likes, after.likes) == (41, None)
    assert (after.comments, after.views) == (7, 900)


def test_a_photo_has_no_views_and_a_missing_figure_is_no_zero(api: Api, now: datetime) -> None:
    account = api.account()
    api.server.world.add_post(account, now - HOUR, media="IMAGE", steps=[(now - HOUR, READ)])
    [sample] = api.sweep(account, now - 24 * HOUR).posts[0].samples
    assert (sample.likes, sample.views, sample.shares) == (41, None, None)


def test_a_personal_account_is_asked_to_become_a_professional_one(api: Api) -> None:
    """Instagram answers as for a name that nobody bears; the advice covers both."""
    api.account("pribadi", state="personal")
    found = api.resolve("pribadi")["pribadi"]
    assert isinstance(found, AccountWrong)
    assert "profesional" in found.advice
    assert "@pribadi" in found.advice


@pytest.mark.parametrize("what", ["personal", "unknown", "renamed"])
def test_a_known_account_that_answers_no_more_is_told_all_that_may_have_happened(
    api: Api, now: datetime, what: str
) -> None:
    """Instagram answers alike to all of it, and there is no looking for it by its id."""
    account = api.account()
    known = api.profile(account)
    if what == "renamed":
        api.server.world.rename(account, "kanwil_baru", now - HOUR)
    else:
        api.server.world.set_state(account, what)

    async def listed(client: Any) -> Any:
        with pytest.raises(AccountWrong) as caught:
            await instagram.sweep(client, known, since=now - 24 * HOUR)
        return caught.value

    rechecked = api.run(lambda client: instagram.recheck(client, [known]))[account.id]
    for wrong in (api.run(listed), rechecked):
        assert isinstance(wrong, AccountWrong)
        words = ("@kemenkum_ntt", "namanya diganti", "pribadi atau privat", "dihapus", "nama baru")
        assert [word for word in words if word not in wrong.advice] == []


def test_a_handle_taken_over_by_another_account_brings_no_foreign_posts(
    api: Api, now: datetime
) -> None:
    ours = api.account("kanwil")
    api.server.world.rename(ours, "kanwil_baru", now - HOUR)
    other = api.account("lain")
    api.server.world.rename(other, "kanwil", now - HOUR)
    api.server.world.add_post(other, now - HOUR)
    profile = msgspec.structs.replace(api.profile(ours), handle="kanwil")
    with pytest.raises(AccountWrong) as caught:
        api.run(lambda client: instagram.sweep(client, profile, since=now - 24 * HOUR))
    assert "akun Instagram lain" in caught.value.advice
    rechecked = api.run(lambda client: instagram.recheck(client, [profile]))[ours.id]
    assert isinstance(rechecked, AccountWrong)
    assert "akun Instagram lain" in rechecked.advice


@pytest.mark.parametrize(("product", "counts"), [
    ("FEED", True),
    ("REELS", True),
    ("IGTV", True),
    (None, True),
    ("AD", False),
    ("STORY", False),
])  # fmt: skip
def test_ads_and_stories_are_no_posts(
    api: Api, now: datetime, product: str | None, counts: bool
) -> None:
    item = {"id": "17900000000000001", "timestamp": "2026-10-20T01:00:00+0000"}
    if product:
        item["media_product_type"] = product
    account = {"id": "178400000", "media": {"data": [item]}}
    answer_with(api.server, {"business_discovery": account, "id": "1"})
    profile = instagram.Profile(account_id="178400000", handle="kanwil")
    found = api.run(lambda client: instagram.sweep(client, profile, since=now - 24 * HOUR))
    assert len(found.posts) == counts
    assert found.covered_since == now - 24 * HOUR


def test_an_account_without_its_media_proves_no_absence(api: Api, now: datetime) -> None:
    answer_with(api.server, {"business_discovery": {"id": "178400000"}, "id": "1"})
    profile = instagram.Profile(account_id="178400000", handle="kanwil")
    found = api.run(lambda client: instagram.sweep(client, profile, since=now - 24 * HOUR))
    assert (found.posts, found.covered_since) == ((), None)


def test_a_collaboration_stands_in_both_accounts_listings(api: Api, now: datetime) -> None:
    one, other = api.account("satu"), api.account("dua")
    post = api.server.world.add_post(one, now - HOUR, collaborators=[other])
    for account in (one, other):
        [found] = api.sweep(account, now - 24 * HOUR).posts
        assert (found.post_id, found.account_id) == (post.id, account.id)


def test_a_listing_brings_followers_along(api: Api, asked: list[Asked], now: datetime) -> None:
    found = api.sweep(api.account(followers=4300), now - 24 * HOUR)
    assert found.profile is not None
    assert (found.profile.followers, found.profile.posts) == (4300, 0)
    assert len(asked) == 1


def test_a_number_of_posts_that_is_not_told_is_unknown(api: Api) -> None:
    answer_with(api.server, {"business_discovery": {"id": "178400000"}, "id": "1"})
    found: Any = api.resolve("kemenkum_ntt")["kemenkum_ntt"]
    assert found.posts is None


def test_hidden_followers_are_unknown(api: Api) -> None:
    api.account(followers=None)
    found: Any = api.resolve("kemenkum_ntt")["kemenkum_ntt"]
    assert found.followers is None


@pytest.mark.parametrize(("code", "kind"), [
    (190, Refused),
    (10, Refused),
    (200, Refused),
    (275, Refused),
    (1, TooMuch),  # in the words that ask for less data
    (2, Transient),
])  # fmt: skip
def test_metas_code_decides_not_its_status(
    api: Api, now: datetime, code: int, kind: type[PlatformError]
) -> None:
    account = api.account()
    api.server.fault("meta_error", platform="instagram", code=code, status=400)
    with pytest.raises(kind):
        api.sweep(account, now - 24 * HOUR)


def test_a_time_without_a_colon_in_its_offset_is_understood() -> None:
    item = msgspec.json.decode(
        b'{"id": "1", "timestamp": "2026-10-03T02:11:09+0000"}', type=instagram._Item
    )
    taken_at = datetime.fromisoformat("2026-10-03T03:00:00Z")
    post = instagram.parse(item, "178400000", taken_at)
    assert post.published_at == datetime.fromisoformat("2026-10-03T02:11:09Z")
    assert post.url == "https://www.instagram.com/media/1"
    assert post.text is None


@pytest.mark.parametrize(("media", "format"), [
    ("IMAGE", "photo"), ("CAROUSEL_ALBUM", "album"), ("VIDEO", "video"), ("REELS", "short"),
])  # fmt: skip
def test_a_format_is_what_the_media_type_says(
    api: Api, now: datetime, media: str, format: str
) -> None:
    api.server.world.add_post(api.account(), now - HOUR, media=media)
    [post] = api.sweep(api.server.world.accounts[-1], now - 24 * HOUR).posts
    assert post.format == format


@given(st.none() | st.text())
def test_a_media_type_that_nobody_knows_is_no_format(media_type: str | None) -> None:
    assume(media_type not in instagram.FORMATS)
    item = instagram._Item(id="1", timestamp="", media_type=media_type, media_product_type="FEED")
    assert instagram.format_of(item) is None
