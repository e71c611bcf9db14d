"""Short words for building posts and evidence by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.model import Platform, Post, Sample, month_bounds
from functions.score.rules.formula import DEFAULT
from functions.score.rules.usual import Measured
from functions.score.rules.window import measure
from functions.store import evidence as ev

WIB = ZoneInfo("Asia/Jakarta")
MONTH = "2026-10"
BEGIN, END = month_bounds(MONTH, WIB)
PUBLISHED = datetime(2026, 10, 10, 5, 0, tzinfo=UTC)
MARK = PUBLISHED + timedelta(hours=24)
LATER = PUBLISHED + timedelta(days=5)  # long after the post has been decided


def aged(hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
    """The instant at which a post of ``PUBLISHED`` has this age."""
    return PUBLISHED + timedelta(hours=hours, minutes=minutes, seconds=seconds)


def read(at: datetime, likes: int | None = 0, **counters: int | None) -> Sample:
    """A read in which X's counters that are not named are 0."""
    return Sample(taken_at=at, likes=likes, **{"comments": 0, "shares": 0, **counters})


def x_post(*samples: Sample, **facts: Any) -> Post:
    """A post on X, published at ``PUBLISHED`` unless told otherwise."""
    known: dict[str, Any] = {
        "platform": "x",
        "account_id": "1",
        "post_id": "100",
        "published_at": PUBLISHED,
        "url": "https://x.com/kemenkum/status/100",
        **facts,
    }
    return Post(samples=samples, **known)


def measured_post(
    i24: int | None, *, account: str = "x:1", post_id: str = "100", at: datetime = PUBLISHED
) -> Post:
    """A post whose I24 is read exactly at its mark; None = it was never read near it."""
    platform, _, account_id = account.partition(":")
    age = timedelta(hours=24 if i24 is not None else 2)
    return Post(
        platform=platform,  # type: ignore[arg-type]
        account_id=account_id,
        post_id=post_id,
        published_at=at,
        url=f"https://{platform}.example/{post_id}",
        samples=(read(at + age, likes=i24 or 0),),
    )


def measured(
    i24: int, talk: int | None = 0, *, post_id: str = "100", at: datetime = PUBLISHED
) -> Measured:
    """A post as it is held against others; ``talk`` None: its comments are hidden."""
    likes = i24 - (talk or 0)
    sample = Sample(taken_at=at + timedelta(hours=24), likes=likes, comments=talk, shares=0)
    post = x_post(sample, post_id=post_id, published_at=at)
    return Measured(post=post, measurement=measure(post, sample.taken_at), i24=i24)


def unit(satker: str, kind: str = "kanwil") -> ev.Unit:
    """A satker's line."""
    return ev.Unit(id=satker, name=satker.title(), kind=kind)


def presence(
    satker: str,
    account: str,
    *,
    valid_from: datetime = BEGIN,
    valid_to: datetime | None = None,
    followers: Iterable[tuple[datetime, int]] = (),
) -> ev.Presence:
    """An account's line; registered from the month's first instant on unless told otherwise."""
    platform, _, account_id = account.partition(":")
    named: Platform = platform  # type: ignore[assignment]
    return ev.Presence(
        platform=named,
        handle=f"{satker}{account_id}",
        satker=satker,
        valid_from=valid_from,
        valid_to=valid_to,
        account_id=account_id,
        followers=tuple(followers),
    )


def evidence(
    units: Iterable[ev.Unit],
    accounts: Iterable[ev.Presence],
    posts: Iterable[Post] = (),
    previous: Iterable[ev.Previous] = (),
    *,
    as_of: datetime = LATER,
) -> ev.Evidence:
    """An open month's evidence."""
    month = ev.Month(
        agency="kemenkum",
        name="Kementerian Hukum",
        month=MONTH,
        timezone="Asia/Jakarta",
        formula="1",
        rules=DEFAULT,
        state="open",
        incomplete=False,
        revision=1,
        as_of=as_of,
        run_id="run",
    )
    return ev.Evidence(
        month=month,
        units=tuple(units),
        accounts=tuple(accounts),
        previous=tuple(previous),
        items=tuple(ev.item(post) for post in posts),
    )
