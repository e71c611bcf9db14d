"""A ministry's registry and months of its posts with their reads, seeded, without a platform.

What the method page knows of is there: hidden and falling counters, posts that were removed, missed
or found too late, items listed twice, accounts that enter the registry within the month or pass
from one satker to another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from math import exp
from random import Random

import msgspec

from functions.model import (
    PLATFORMS,
    Account,
    Platform,
    Post,
    Roster,
    Sample,
    Satker,
    month_bounds,
)
from functions.store.agency import AgencyStore
from tests.platforms import ids
from tests.platforms.generate import HOUR_WEIGHTS
from tests.platforms.growth import DAY, HOUR
from tests.platforms.texts import Writer

KINDS = {"unit-utama": 11, "kanwil": 33, "upt": 3}
SECOND = timedelta(seconds=1)
# What becomes of a post's reads, in thousandths.
FATES = {
    "bracketed": 880,
    "at the mark": 20,
    "far apart": 30,
    "one side": 20,
    "missed": 10,
    "found late": 10,
    "removed": 20,
    "gone after the mark": 10,
}
SHARED = 0.01  # of Instagram's posts: listed for another account too
FALLING = 0.03
LIKES_HIDDEN, LIKES_HIDDEN_LATER, ALL_HIDDEN = 0.02, 0.01, 0.003


def register(agency: AgencyStore, begin: datetime, month: str) -> None:
    """Enter the registry as it stands from ``begin`` on, and daily follower counts of a month."""
    first, end = month_bounds(month, agency.zone)
    registered = roster(begin, first + timedelta(days=15))
    agency.save_roster(registered)
    random = Random("followers")
    for platform, account_id in sorted({(a.platform, a.account_id) for a in registered.accounts}):
        count = int(3_000 * exp(random.gauss(0, 1)))
        readings = []
        for day in range((end - first).days):
            count += random.randrange(-3, 20)
            readings.append((platform, str(account_id), first + timedelta(days=day), count))
        agency.save_followers(readings)


def roster(begin: datetime, middle: datetime) -> Roster:
    """47 satker with an account on each platform.

    At ``middle`` the accounts of the first pass to the second, and those of the third enter.
    """
    kinds = [kind for kind, count in KINDS.items() for _ in range(count)]
    satker = tuple(
        Satker(id=f"satker-{n:02}", name=f"Kantor Wilayah {n:02}", kind=kind)
        for n, kind in enumerate(kinds)
    )
    accounts = [
        Account(
            platform=platform,
            handle=f"satker{n:02}",
            satker=unit.id,
            valid_from=middle if n == 2 else begin,
            valid_to=middle if n == 0 else None,
            account_id=account_id(platform, n),
        )
        for n, unit in enumerate(satker)
        for platform in PLATFORMS
    ]
    passed = [
        msgspec.structs.replace(a, satker=satker[1].id, valid_from=middle, valid_to=None)
        for a in accounts
        if a.satker == satker[0].id
    ]
    return Roster(as_of=begin, satker=satker, accounts=(*accounts, *passed))


def account_id(platform: Platform, n: int) -> str:
    """The platform's own id of the ``n``-th satker's account."""
    return ids.account_id(platform, Random(f"{platform}{n}"))


def posts(begin: datetime, end: datetime, count: int, *, texts: bool = False) -> Iterator[Post]:
    """So many posts published in [begin, end), accounts in turn, a few of them busy.

    ``texts``: with captions, which evidence leaves out.
    """
    satker = sum(KINDS.values())
    random = Random(f"{begin}{count}")
    rhythms = [exp(random.gauss(0, 0.5)) for _ in range(satker * len(PLATFORMS))]
    edges = [round(count * at / sum(rhythms)) for at in accumulate(rhythms, initial=0.0)]
    for place, (first, last) in enumerate(pairwise(edges)):
        n, which = divmod(place, len(PLATFORMS))
        platform = PLATFORMS[which]
        other = account_id(platform, (n + 1) % satker)
        again: Post | None = None
        for post in _account(platform, n, begin, end, last - first, random, texts):
            # The same item in another account's listing stands in the place of a post.
            yield again or post
            is_shared = again is None and platform == "instagram" and random.random() < SHARED
            again = msgspec.structs.replace(post, account_id=other) if is_shared else None


def _account(
    platform: Platform,
    n: int,
    begin: datetime,
    end: datetime,
    size: int,
    random: Random,
    texts: bool,
) -> Iterator[Post]:
    owner = account_id(platform, n)
    writer = Writer(random)
    days = range((end - begin).days)
    usual = exp(random.gauss(3, 1))
    dates = random.choices(days, k=size)
    hours = random.choices(range(24), HOUR_WEIGHTS, k=size)
    fates = random.choices([*FATES], [*FATES.values()], k=size)
    for date, hour, fate in zip(dates, hours, fates, strict=True):
        at = begin + timedelta(days=date, hours=hour, seconds=random.randrange(HOUR))
        ages, absences = _ages(fate, random)
        post_id = ids.post_id(platform, owner, int(at.timestamp()), random)
        yield Post(
            platform=platform,
            account_id=owner,
            post_id=post_id,
            published_at=at,
            url=_url(platform, owner, post_id),
            text=writer.text() if texts else None,
            samples=_samples(platform, at, ages, usual * exp(random.gauss(0, 1)), random),
            absences=tuple(at + timedelta(seconds=age) for age in absences),
        )


def _ages(fate: str, random: Random) -> tuple[list[int], tuple[int, ...]]:
    """The ages (in seconds) at which a post was read, and at which it was missing."""
    late, later = random.randrange(HOUR), random.randrange(HOUR)
    way = [600 + late, 3 * HOUR + later, 8 * HOUR + late, 14 * HOUR + later, 20 * HOUR + late]
    if fate == "at the mark":
        return [*way, DAY - late % 300, DAY + 60 + later, 2 * DAY], ()
    if fate == "far apart":
        return [*way[:4], 18 * HOUR + late, 22 * HOUR, 26 * HOUR + late, 29 * HOUR + later], ()
    if fate == "one side":
        return [*way, 22 * HOUR + later, 31 * HOUR + late, 2 * DAY], ()
    if fate == "missed":
        return [*way[:3], 12 * HOUR, 13 * HOUR, 31 * HOUR + late, 40 * HOUR, 2 * DAY], ()
    if fate == "found late":
        return [(31 + 3 * n) * HOUR + late for n in range(8)], ()
    if fate == "removed":
        return way[: 1 + late % 4], (21 * HOUR + late, 21 * HOUR + late + 900)
    if fate == "gone after the mark":
        return [*way, 23 * HOUR + late], (DAY + late, 26 * HOUR + later)
    return [*way, 23 * HOUR + late, DAY + later, 2 * DAY + late], ()


def _samples(
    platform: Platform, at: datetime, ages: Sequence[int], level: float, random: Random
) -> tuple[Sample, ...]:
    has_shares = platform in ("facebook", "x", "tiktok")
    has_views = platform != "facebook"
    talk = random.randrange(5, 40)
    falls = random.random() < FALLING
    hidden = random.random()
    all_hidden = hidden > 1 - ALL_HIDDEN
    found = []
    for n, age in enumerate(ages):
        # Half of the crowd has come after four hours.
        likes = int(level * age / (age + 4 * HOUR))
        if falls and n > 4:
            likes -= likes * (n - 4) // 10
        no_likes = all_hidden or hidden < LIKES_HIDDEN
        no_likes |= n > 4 and LIKES_HIDDEN <= hidden < LIKES_HIDDEN + LIKES_HIDDEN_LATER
        found.append(
            Sample(
                taken_at=at + age * SECOND,
                likes=None if no_likes else likes,
                comments=None if all_hidden else likes // talk,
                shares=None if all_hidden or not has_shares else likes // (talk + 3),
                views=None if all_hidden or not has_views else likes * 23 + n,
            )
        )
    return tuple(found)


def _url(platform: Platform, owner: str, post_id: str) -> str:
    return {
        "instagram": f"https://www.instagram.com/p/{post_id[-11:]}/",
        "facebook": f"https://www.facebook.com/{owner}/posts/{post_id.rpartition('_')[2]}",
        "x": f"https://x.com/kemenkum_kanwil/status/{post_id}",
        "tiktok": f"https://www.tiktok.com/@kemenkum_kanwil/video/{post_id}",
        "youtube": f"https://www.youtube.com/watch?v={post_id}",
    }[platform]
