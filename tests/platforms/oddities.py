"""What deserves a look in a generated world, on accounts of their own choosing.

Captions that are posted again within the day, everywhere a few and on one account all the time; an
hour of posting without a pause; likes that come alone, and likes that go again; followers who came
over night.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import exp
from random import Random

from tests.platforms import ids
from tests.platforms.growth import HOUR, Counters, Curve
from tests.platforms.texts import Writer
from tests.platforms.world import Account, Post, World

REPEATED_SHARE = 0.015
"""Of all plain posts; on the account that repeats itself all the time nine in ten."""
SIZE_SPREAD = 1.0
"""Sigma of the log-normal spread of the units themselves, whatever accounts they have."""


def unit_size(seed: int, satker: str) -> float:
    """How much larger than usual the accounts of a unit are."""
    return exp(Random(f"{seed}:{satker}").gauss(-0.4, SIZE_SPREAD))


def add(world: World, rng: Random, begin: datetime) -> None:
    """Add them to the 28 days from `begin` on."""
    end = begin + timedelta(days=28)
    plain = [
        post
        for post in world.posts
        if begin <= _time(post) < end
        and post.kind == "post"
        and len(post.text) >= 60
        and not (post.stream or post.versions or post.removed)
    ]
    of_account: dict[str, list[Post]] = {}
    for post in plain:
        of_account.setdefault(post.account.id, []).append(post)
    steady = sorted(
        (posts for posts in of_account.values() if 8 <= len(posts) <= 16),
        key=lambda posts: posts[0].account.id,
    )
    chosen = rng.sample(steady, min(6, len(steady)))
    tireless = chosen.pop()[0].account if chosen else None
    for post in plain:
        if rng.random() < (0.9 if post.account is tireless else REPEATED_SHARE):
            _repeat(world, post, rng)
    for oddity, posts in zip((_burst, _bought, _bought, _purged, _jump), chosen, strict=False):
        oddity(world, posts, rng)


def _repeat(world: World, post: Post, rng: Random) -> None:
    """The same caption again within the day, perhaps with a word more."""
    at = _time(post) + timedelta(seconds=rng.randint(1 * HOUR, 20 * HOUR))
    text = rng.choice((post.text, f"{post.text} Yuk!", f"Info: {post.text}"))
    likes = rng.randint(3, 90)
    _post(world, post.account, at, text, _crowd(likes), rng, post)


def _burst(world: World, posts: Sequence[Post], rng: Random) -> None:
    """Thirteen posts within fifty minutes."""
    like, writer = posts[len(posts) // 2], Writer(rng)
    for number in range(13):
        at = _time(like) + timedelta(minutes=4 * number, seconds=rng.randint(60, 150))
        likes = rng.randint(5, 60)
        _post(world, like.account, at, writer.text(), _crowd(likes), rng, like)


def _bought(world: World, posts: Sequence[Post], rng: Random) -> None:
    """Likes by the hundred, and nobody says a word."""
    like = posts[-1]
    at = _time(like) + timedelta(hours=3)
    likes = rng.randint(600, 2_500)
    crowd = Counters(likes, comments=rng.randint(0, 2), views=likes * 2)
    _post(world, like.account, at, Writer(rng).text(), crowd, rng, like)


def _purged(world: World, posts: Sequence[Post], rng: Random) -> None:
    """The platform takes away half of the likes."""
    like = posts[0]
    at = _time(like) + timedelta(hours=2)
    curve = Curve(
        like.account.platform,
        Counters(likes=rng.randint(300, 900), comments=40, shares=20, views=9_000),
        loss_age=20 * HOUR,
        loss=0.5,
    )
    _post(world, like.account, at, Writer(rng).text(), curve, rng, like)


def _jump(world: World, posts: Sequence[Post], rng: Random) -> None:
    """Four thousand followers over night."""
    at = _time(posts[len(posts) // 2])
    account = posts[0].account
    world.set_followers(account, (account.followers_at(int(at.timestamp())) or 0) + 4_000, at)


def _post(
    world: World,
    account: Account,
    at: datetime,
    text: str,
    crowd: Counters | Curve,
    rng: Random,
    like: Post,
) -> None:
    """A plain post of the same kind of medium as another one."""
    if not isinstance(crowd, Curve):
        crowd = Curve(account.platform, crowd, phase=rng.random())
    second = int(at.timestamp())
    post_id = ids.post_id(account.platform, account.id, second, rng)
    title = like.title if text == like.text else ""
    facts = {"media": like.media, "title": title, "duration": like.duration}
    if like.refers_to:
        facts["refers_to"] = like.refers_to
    world.add_post(account, at, id=post_id, text=text, growth=crowd, **facts)


def _crowd(likes: int) -> Counters:
    return Counters(likes, comments=likes // 9, shares=likes // 12, views=likes * 25)


def _time(post: Post) -> datetime:
    return datetime.fromtimestamp(post.published, UTC)
