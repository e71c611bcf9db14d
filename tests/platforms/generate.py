"""A seeded world: accounts with rhythms of their own, and posts that draw very unequal crowds.

Every account has its own random numbers, drawn from the seed and its name, so an account's
posts stay the same when others join or leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import exp, log
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.platforms import ids
from tests.platforms.growth import HOUR, Counters, Curve
from tests.platforms.oddities import add as add_oddities
from tests.platforms.oddities import unit_size
from tests.platforms.texts import Writer
from tests.platforms.world import Account, AccountRow, World

WIB = ZoneInfo("Asia/Jakarta")

DAY_WEIGHTS = (1.25, 1.25, 1.2, 1.2, 1.15, 0.6, 0.35)
"""Monday to Sunday; the mean is one."""
HOUR_WEIGHTS = (0, 0, 0, 0, 0, 1, 3, 6, 10, 12, 12, 9, 6, 9, 10, 9, 7, 4, 3, 3, 2, 1, 1, 0)
"""Midnight to midnight, in WIB: mostly working hours."""

SILENT_SHARE = 0.04
"""Accounts that never post."""
RHYTHM_SPREAD = 0.9
"""Sigma of the log-normal spread of posts a day: a few accounts are much busier than most."""
LEVEL_SPREAD = 1.0
"""Sigma of the log-normal spread of interactions around what an account usually gets."""
LOSS_SHARE = 0.02
"""Posts that lose some of their likes again."""


class Audience(NamedTuple):
    """How a platform's crowd reacts, relative to the account's followers."""

    followers: int
    likes: float
    comments: float
    shares: float
    quotes: float
    bookmarks: float
    views: float


# Medians: followers of a unit's account; likes per follower and post; the rest per like.
AUDIENCES = {
    "instagram": Audience(9_000, 0.008, 0.05, 0.03, 0, 0.02, 14),
    "facebook": Audience(7_000, 0.003, 0.12, 0.15, 0, 0, 20),
    "x": Audience(3_000, 0.003, 0.12, 0.35, 0.06, 0.05, 60),
    "tiktok": Audience(4_000, 0.02, 0.06, 0.08, 0, 0.05, 30),
    "youtube": Audience(1_500, 0.01, 0.12, 0, 0, 0, 18),
}


def generate(
    seed: int,
    accounts: Iterable[Sequence[str]],
    start: datetime,
    days: int,
    *,
    posts_per_day: float = 0.35,
    history_days: int = 30,
    special_cases: bool = True,
    oddities: bool = False,
) -> World:
    """Posts from `history_days` before the start until `days` after it; the clock is at start.

    Each account is (satker, platform, handle) or, for TikTok, (satker, platform, handle,
    refresh_token). Without special cases every post is plain and stays for ever. With oddities
    units are of very unlike sizes, and from the start on some of what is posted deserves a look.
    """
    world = World(now=start)
    begin = start.astimezone(WIB).replace(hour=0, minute=0, second=0) - timedelta(history_days)
    for entry in accounts:
        row = AccountRow(*entry)
        row = row._replace(handle=row.handle.removeprefix("@"))
        if world.by_handle(row.platform, row.handle) is not None:
            continue  # Two units may name the same account.
        rng = Random(f"{seed}:{row.platform}:{row.handle}")
        size = unit_size(seed, row.satker) if oddities else 1.0
        generator = _Generator(world, row, rng, begin, special_cases, size)
        generator.run(history_days + days, posts_per_day)
    if special_cases:
        _collaborate(world, Random(f"{seed}:collaborations"))
    if oddities:
        add_oddities(world, Random(f"{seed}:oddities"), start)
    return world


class _Generator:
    """Writes the life of one account."""

    def __init__(
        self,
        world: World,
        row: AccountRow,
        rng: Random,
        begin: datetime,
        special_cases: bool,
        size: float,
    ) -> None:
        self._world = world
        self._rng = rng
        self._special = special_cases
        self._audience = AUDIENCES[row.platform]
        self._writer = Writer(rng)
        self._platform = row.platform
        followers = int(self._audience.followers * size * exp(rng.gauss(0, 1.1)))
        self._level = followers**0.9 * 10**0.4 * self._audience.likes
        self._account = world.add_account(
            row.platform,
            row.handle,
            satker=row.satker,
            id=ids.account_id(row.platform, rng),
            title=row.handle.replace("_", " ").replace(".", " ").title(),
            followers=followers,
            followers_per_day=followers * max(-0.0002, rng.gauss(0.0008, 0.0006)),
            followers_since=begin,
            created=datetime(2014 + rng.randrange(8), 1 + rng.randrange(12), 1, tzinfo=UTC),
            refresh_token=row.refresh_token,
        )
        self._begin = begin

    def run(self, days: int, posts_per_day: float) -> None:
        rng = self._rng
        silent = rng.random() < SILENT_SHARE
        pace = exp(rng.gauss(0, RHYTHM_SPREAD) - RHYTHM_SPREAD**2 / 2) / (1 - SILENT_SHARE)
        shift = rng.randrange(-1, 3)
        if silent:
            return
        for number in range(days):
            day = self._begin + timedelta(number)
            mean = posts_per_day * pace * DAY_WEIGHTS[day.weekday()]
            for _ in range(_poisson(mean, rng)):
                self._post(_moment(day, shift, rng))

    def _post(self, published: datetime) -> None:
        rng = self._rng
        options = self._ordinary(published)
        if self._special:
            case = getattr(self, f"_{self._platform}_case", None)
            if case is not None:
                options |= case(published, rng.random())
            if rng.random() < 0.012:
                options["removed_at"] = published + timedelta(hours=exp(rng.gauss(2.2, 1.2)))
        kind = options.get("kind")
        if kind in ("reply", "thread_part", "repost"):
            options["growth"] = self._growth(0.15)
        options["id"] = self._fresh_id(published)
        post = self._world.add_post(self._account, published, **options)
        if self._special and self._platform == "x" and rng.random() < 0.02:
            self._thread(post.id, published, rng.randint(2, 12))

    def _fresh_id(self, published: datetime) -> str:
        while True:
            second = int(published.timestamp())
            one = ids.post_id(self._platform, self._account.id, second, self._rng)
            if self._world.post(self._platform, one) is None:
                return one

    def _ordinary(self, published: datetime) -> dict[str, Any]:
        """A plain post: its kind of medium, its text, and the crowd that it draws."""
        rng = self._rng
        options: dict[str, Any] = {"text": self._writer.text(), "growth": self._growth(1.0)}
        match self._platform:
            case "instagram":
                options["media"] = _one_of(rng, IMAGE=4, CAROUSEL_ALBUM=4, REELS=3)
                options["duration"] = rng.randint(10, 90)
            case "facebook":
                options["media"] = _one_of(
                    rng,
                    added_photos=8,
                    album=4,
                    added_video=1,
                    reel=1.5,
                    live=0.5,
                    mobile_status_update=2,
                    shared_story=1,
                )
                if options["media"] == "shared_story":
                    options["refers_to"] = f"{ids.digits(15, rng)}_{ids.digits(15, rng)}"
            case "x":
                options["media"] = (
                    _one_of(rng, photo=4, album=1.5, link=0.5, video=1)
                    if rng.random() < 0.7
                    else ""
                )
            case "tiktok":
                options["duration"] = rng.randint(12, 180)
            case "youtube":
                short = rng.random() < 0.4
                options["media"] = "short" if short else "video"
                options["title"] = options["text"].split(". ")[0][:90]
                options["duration"] = rng.randint(15, 60) if short else rng.randint(90, 4000)
        return options

    def _growth(self, factor: float) -> Curve:
        rng = self._rng
        audience = self._audience
        likes = self._level * factor * exp(rng.gauss(0, LEVEL_SPREAD))

        def per_like(ratio: float, spread: float = 0.6) -> int:
            return int(likes * ratio * exp(rng.gauss(0, spread)))

        mark = Counters(
            likes=int(likes),
            comments=per_like(audience.comments),
            shares=per_like(audience.shares),
            quotes=per_like(audience.quotes),
            bookmarks=per_like(audience.bookmarks),
            views=int(likes) + per_like(audience.views, 0.4),
        )
        loses = self._special and rng.random() < LOSS_SHARE
        return Curve(
            self._platform,
            mark,
            stretch=exp(rng.gauss(0, 0.12)),
            phase=rng.random(),
            loss_age=int(rng.uniform(3, 40) * HOUR) if loses else None,
            loss=rng.uniform(0.03, 0.3) if loses else 0.0,
        )

    # Special cases: what is out of the ordinary about a share of an account's posts

    def _instagram_case(self, published: datetime, chance: float) -> dict[str, Any]:
        if chance < 0.02:
            return {"hidden": ("likes",)}
        if chance < 0.025:
            return {"hidden": ("likes", "comments")}
        if chance < 0.03:
            return {"text": ""}
        if chance < 0.035:
            return {"pinned_at": published + timedelta(hours=2)}
        return {}

    def _facebook_case(self, published: datetime, chance: float) -> dict[str, Any]:
        if chance < 0.03:
            elsewhere = f"{ids.digits(15, self._rng)}_{ids.digits(15, self._rng)}"
            return {"kind": "share", "media": "shared_story", "text": "", "refers_to": elsewhere}
        if chance < 0.034:
            return {"kind": "profile_photo", "text": ""}
        if chance < 0.038:
            return {"kind": "cover_photo", "text": ""}
        if chance < 0.042:
            return {"kind": "event", "media": "created_event"}
        if chance < 0.044:
            return {"kind": "life_event"}
        return {}

    def _x_case(self, published: datetime, chance: float) -> dict[str, Any]:
        elsewhere = ids.snowflake(int(published.timestamp()) - 5 * HOUR, self._rng)
        if chance < 0.06:
            return {"kind": "reply", "refers_to": elsewhere, "media": ""}
        if chance < 0.12:
            return {"kind": "repost", "refers_to": elsewhere, "media": ""}
        if chance < 0.16:
            return {"kind": "quote", "refers_to": elsewhere}
        if chance < 0.175:
            edits = sorted(self._rng.sample(range(1, 30), self._rng.randint(1, 2)))
            return {"edited_at": [published + timedelta(minutes=edit) for edit in edits]}
        if chance < 0.195:
            return {"text": self._writer.long_text()}
        return {}

    def _thread(self, first: str, published: datetime, parts: int) -> None:
        """A thread is a chain of replies to oneself, a few seconds apart."""
        before = first
        for part in range(1, parts + 1):
            at = published + timedelta(seconds=7 * part)
            before = self._world.add_post(
                self._account,
                at,
                id=self._fresh_id(at),
                kind="thread_part",
                text=f"{self._writer.text()} ({part + 1}/{parts + 1})",
                growth=self._growth(0.15),
                refers_to=before,
                thread_of=first,
            ).id

    def _tiktok_case(self, published: datetime, chance: float) -> dict[str, Any]:
        if chance < 0.05:
            return {"media": "photo"}
        if chance < 0.07:  # Under review: listed late.
            return {"appears_at": published + timedelta(minutes=self._rng.randint(5, 90))}
        return {}

    def _youtube_case(self, published: datetime, chance: float) -> dict[str, Any]:
        rng = self._rng
        if chance < 0.02:
            return {"hidden": ("likes",)}
        if chance < 0.05:
            return {"hidden": ("comments",)}
        if chance < 0.09:  # Announced, then aired: the 24 hours begin with the latter.
            scheduled = published + timedelta(hours=rng.randint(1, 48))
            begun = scheduled + timedelta(seconds=rng.randint(-60, 600))
            return {
                "scheduled_at": scheduled,
                "started_at": begun,
                "ended_at": begun + timedelta(minutes=rng.randint(30, 180)),
                "media": "video",
            }
        if chance < 0.13:  # Uploaded earlier, made public later: not on top of the uploads.
            return {"uploaded_at": published - timedelta(hours=rng.randint(2, 400))}
        if chance < 0.16:  # New uploads can be missing for a while.
            return {"appears_at": published + timedelta(minutes=rng.randint(2, 45))}
        return {}


def _collaborate(world: World, rng: Random) -> None:
    """Some Instagram posts belong to two accounts and are listed by both."""
    accounts = [one for one in world.accounts if one.platform == "instagram"]
    if len(accounts) < 2:
        return
    for post in [one for one in world.posts if one.account.platform == "instagram"]:
        if rng.random() < 0.02:
            other: Account = rng.choice(accounts)
            if other is not post.account:
                world.share(post, other)


def _moment(day: datetime, shift: int, rng: Random) -> datetime:
    hour = rng.choices(range(24), HOUR_WEIGHTS)[0] + shift
    return day + timedelta(seconds=hour * HOUR + rng.randrange(HOUR))


def _poisson(mean: float, rng: Random) -> int:
    """How often something happens that happens so often on average."""
    count = 0
    waited = -log(1.0 - rng.random())
    while waited < mean:
        count += 1
        waited -= log(1.0 - rng.random())
    return count


def _one_of(rng: Random, **weights: float) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]
