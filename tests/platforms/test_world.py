"""Generation is seeded and varied, and explicit construction reaches every special case."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.platforms import ids
from tests.platforms.generate import WIB
from tests.platforms.truth import truth
from tests.platforms.world import PLATFORMS, World, epoch

START = datetime(2026, 9, 1, tzinfo=UTC)
ACCOUNTS = [(f"s{n}", platform, f"akun{n}") for n in range(40) for platform in PLATFORMS]


@pytest.fixture(scope="module")
def generated() -> World:
    return World.generate(3, ACCOUNTS, START, 30)


def _facts(world: World) -> list[tuple[object, ...]]:
    return [
        (post.id, post.published, post.text, world.counters(post, post.mark))
        for post in world.posts
    ]


def test_the_same_seed_makes_the_same_world(generated: World) -> None:
    assert _facts(World.generate(3, ACCOUNTS, START, 30)) == _facts(generated)
    assert _facts(World.generate(4, ACCOUNTS, START, 30)) != _facts(generated)


def test_oddities_come_to_a_world_that_is_the_same_but_for_its_sizes() -> None:
    plain = World.generate(3, ACCOUNTS, START, 30)
    odd = World.generate(3, ACCOUNTS, START, 30, oddities=True)
    assert {(post.id, post.text) for post in plain.posts} < {(p.id, p.text) for p in odd.posts}
    captions = Counter((post.account.id, post.text) for post in odd.posts if post.text)
    assert max(captions.values()) >= 2
    hours = Counter((post.account.id, post.published // 3600) for post in odd.posts)
    assert max(hours.values()) >= 7
    assert _facts(World.generate(3, ACCOUNTS, START, 30, oddities=True)) == _facts(odd)
    sizes = [
        {one.satker: one.followers_at(epoch(START)) or 0 for one in world.accounts}
        for world in (plain, odd)
    ]
    ratios = [sizes[1][satker] / sizes[0][satker] for satker in sizes[0]]
    assert min(ratios) < 0.5 < 1.5 < max(ratios)


def test_an_account_is_the_same_beside_others(generated: World) -> None:
    alone = World.generate(3, ACCOUNTS[10:11], START, 30, special_cases=False)
    other = World.generate(3, ACCOUNTS[5:15], START, 30, special_cases=False)
    account = other.by_handle("instagram", "akun2")
    assert account is not None
    assert [post.id for post in alone.accounts[0].feed] == [post.id for post in account.feed]


def test_an_account_named_twice_is_made_once() -> None:
    rows = [("a", "youtube", "@kemenkumntt"), ("b", "youtube", "KemenkumNTT")]
    world = World.generate(3, rows, START, 1)
    assert [(one.satker, one.handle(0)) for one in world.accounts] == [("a", "kemenkumntt")]


def test_rhythm(generated: World) -> None:
    """About 0.35 posts a day and account, mostly on weekdays in working hours; some silent."""
    own = [post for post in generated.posts if not post.thread_of]
    per_day = len(own) / len(ACCOUNTS) / 60
    assert 0.25 < per_day < 0.45
    moments = [datetime.fromtimestamp(post.published, WIB) for post in own]
    weekdays = sum(moment.weekday() < 5 for moment in moments)
    working = sum(7 <= moment.hour < 17 for moment in moments)
    assert weekdays / len(own) > 0.75
    assert working / len(own) > 0.6
    busy = Counter(post.account for post in own)
    assert max(busy.values()) > 4 * len(own) / len(ACCOUNTS)
    assert any(not account.feed for account in generated.accounts)


def test_ids_have_their_platforms_shape(generated: World) -> None:
    for account in generated.accounts:
        for post in account.feed:
            match account.platform:
                case "instagram":
                    assert account.id.startswith("1784")
                    assert len(account.id) == len(post.id) == 17
                case "facebook":
                    assert post.id.startswith(f"{account.id}_")
                case "x":
                    assert ids.snowflake_time(post.id) == post.published
                case "tiktok":
                    assert int(post.id) >> 32 == post.published
                    assert len(post.id) == 19
                case "youtube":
                    assert account.id.startswith("UC")
                    assert (len(account.id), len(post.id)) == (24, 11)


def test_special_cases_occur_and_can_be_switched_off(generated: World) -> None:
    kinds = Counter(post.kind for post in generated.posts)
    assert {"post", "quote", "reply", "thread_part", "repost", "share"} <= set(kinds)
    assert kinds["post"] > 0.7 * len(generated.posts)
    for special in ("hidden", "versions", "stream", "collaborators", "removed"):
        assert any(getattr(post, special) for post in generated.posts), special
    plain = World.generate(3, ACCOUNTS, START, 30, special_cases=False)
    assert {post.kind for post in plain.posts} == {"post"}
    assert not any(post.hidden or post.stream or post.removed for post in plain.posts)


def test_a_datetime_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        World().set_clock(datetime(2026, 10, 1))  # noqa: DTZ001


def test_versions_of_an_edited_post_add_up() -> None:
    world = World()
    account = world.add_account("x", "ntt")
    edited = START + timedelta(minutes=20)
    post = world.add_post(account, START, level={"likes": 500, "comments": 40}, edited_at=[edited])
    later = epoch(START + timedelta(hours=5))
    versions = [world.version_counters(post, one, later) for one in post.version_ids(later)]
    assert len(versions) == 2
    assert all(version.likes > 0 for version in versions)
    assert sum(version.likes for version in versions) == world.counters(post, later).likes


def test_renaming_takes_effect_at_its_instant() -> None:
    world = World(now=START)
    account = world.add_account("instagram", "lama")
    world.rename(account, "baru", START + timedelta(days=1))
    assert world.by_handle("instagram", "LAMA") is account
    world.set_clock(START + timedelta(days=1))
    assert world.by_handle("instagram", "lama") is None
    assert world.by_handle("instagram", "baru") is account


def test_truth_tells_why_a_post_does_not_count() -> None:
    world = World(now=START)
    x = world.add_account("x", "ntt", satker="kanwil-ntt")
    youtube = world.add_account("youtube", "ntt")
    world.add_post(x, START, level={"likes": 10, "shares": 2, "quotes": 1, "views": 900})
    world.add_post(x, START, kind="reply", refers_to="1")
    world.add_post(x, START, removed_at=START + timedelta(hours=23))
    world.add_post(x, START, removed_at=START + timedelta(hours=25), level={"likes": 4})
    world.add_post(x, START, hidden=("likes",), level={"likes": 4, "comments": 2})
    world.add_post(youtube, START, started_at=START + timedelta(hours=3))
    rows = truth(world, epoch(START + timedelta(hours=1)))
    assert [(row["why"], row["i24"]) for row in rows] == [
        ("counted", 13),
        ("reply", None),
        ("counted", 0),
        ("counted", 4),
        ("counted", 2),
        ("not_aired", None),
    ]
    later = truth(world, epoch(START + timedelta(days=2)))
    assert [row["why"] for row in later[2:]] == ["removed", "counted", "counted", "counted"]
    assert later[5]["published_at"] == "2026-09-01T03:00:00Z"
    assert later[0]["satker"] == "kanwil-ntt"
