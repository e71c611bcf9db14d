"""X's posts as its API gives them: their versions, and what of them is one ``Post``.

An edit makes a new post with counters of its own, so a post is known by its first version and
counted over all of them that are left. Texts come with ``&``, ``<`` and ``>`` escaped as in HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from functions.collect.contract import AccountWrong
from functions.collect.platforms.decoding import Count, Cursor, Id, plausible
from functions.model import Post, PostFormat, Sample

POST_FIELDS = (
    "created_at,public_metrics,referenced_tweets,edit_history_tweet_ids,note_tweet,entities"
)
THREAD_FIELDS = f"{POST_FIELDS},conversation_id,in_reply_to_user_id"
MOST_IDS = 100  # in one call
MOST_VERSIONS = 20  # the API allows five edits
# The titles of what X says of an account or a post in a 200.
NOT_FOUND, SUSPENDED, PROTECTED = "Not Found Error", "Forbidden", "Authorization Error"
_ATTACHED = re.compile(r"/(photo|video)/\d+/?\Z")
_OWN = re.compile(r"https?://(?:[\w-]+\.)*(?:x|twitter)\.com(?:[/?#]|\Z)", re.IGNORECASE)
EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)  # of the ids, which carry their time


class MissingUser(AccountWrong):
    """404: what the path names does not exist."""


class PublicMetrics(msgspec.Struct):
    like_count: Count | None = None
    reply_count: Count | None = None
    retweet_count: Count | None = None
    quote_count: Count | None = None
    impression_count: Count | None = None
    followers_count: Count | None = None
    tweet_count: Count | None = None


class _Reference(msgspec.Struct):
    type: str


class _Address(msgspec.Struct):
    expanded_url: str | None = None
    media_key: str | None = None


class _Entities(msgspec.Struct):
    urls: list[_Address] | None = []  # None: nobody knows


class _Note(msgspec.Struct):
    text: str | None = None
    entities: _Entities | None = msgspec.field(default_factory=_Entities)  # None: nobody knows


class Tweet(msgspec.Struct):
    id: Id
    created_at: Annotated[datetime, msgspec.Meta(tz=True)]
    text: str | None = None
    public_metrics: PublicMetrics = msgspec.field(default_factory=PublicMetrics)
    referenced_tweets: list[_Reference] | None = []  # None: nobody knows
    edit_history_tweet_ids: list[Id] | None = []
    note_tweet: _Note = msgspec.field(default_factory=_Note)
    entities: _Entities | None = msgspec.field(default_factory=_Entities)  # None: nobody knows
    conversation_id: Id | None = None
    in_reply_to_user_id: Id | None = None

    @property
    def versions(self) -> list[str]:
        history = self.edit_history_tweet_ids or []
        return history if self.id in history and len(history) <= MOST_VERSIONS else [self.id]

    @property
    def root(self) -> str:
        """The id of its first version, by which it is known."""
        return self.versions[0]

    @property
    def published_at(self) -> datetime:
        """When its first version was posted."""
        return self.created_at if self.id == self.root else _time_of(self.root, self.created_at)


ReadTweet = tuple[Tweet, datetime]  # and when it was read


class Trouble(msgspec.Struct):
    title: str = ""
    detail: str = ""
    type: str = ""
    status: int | None = None
    value: Id | None = None
    resource_id: Id | None = None
    section: str | None = None


class _Meta(msgspec.Struct):
    next_token: Cursor | None = None


class TweetPage(msgspec.Struct):
    data: list[msgspec.Raw] = []
    errors: list[Trouble] = []
    meta: _Meta | None = None


def parse(versions: Sequence[Tweet], taken_at: datetime) -> Post:
    """All versions of one post, first to last, as one post: the latest text, the summed counters.

    A counter that is unknown in one version is unknown in the sum.
    """
    first, latest = versions[0], versions[-1]
    root = latest.root
    metrics = [version.public_metrics for version in versions]
    reposts = total(m.retweet_count for m in metrics)
    quotes = total(m.quote_count for m in metrics)
    return Post(
        platform="x",
        account_id="",  # the caller knows whose timeline it read
        post_id=root,
        published_at=first.created_at if first.id == root else _time_of(root, first.created_at),
        url=f"https://x.com/i/status/{root}",
        text=_unescaped(latest.note_tweet.text or latest.text),
        versions=tuple(latest.versions) if len(latest.versions) > 1 else (),
        samples=(
            Sample(
                taken_at=taken_at,
                likes=total(m.like_count for m in metrics),
                comments=total(m.reply_count for m in metrics),
                shares=total((reposts, quotes)),
                views=total(m.impression_count for m in metrics),
            ),
        ),
        format=format_of(latest),
    )


def format_of(tweet: Tweet) -> PostFormat | None:
    """What a post is, by the addresses in its ``entities``; None where they do not say.

    What is attached has a ``media_key`` there, and an address that ends in ``/photo/1`` or
    ``/video/1`` (as recorded in 2021-2026). Only an address outside of X is a link: one of a post
    that is quoted is not. ``entities`` come with the post and cost nothing (it is billed by the
    post), ``includes.media`` might.
    """
    told = [tweet.entities, tweet.note_tweet.entities]
    addresses = [a for each in told if each is not None for a in each.urls or ()]
    attached = {a.media_key: _kind_of(a.expanded_url) for a in addresses if a.media_key}
    if attached:
        kinds = set(attached.values())
        if kinds == {"photo"}:
            return "photo" if len(attached) == 1 else "album"
        return "video" if kinds == {"video"} else None
    if any(each is None or each.urls is None for each in told):
        return None
    return "link" if any(_leads_outside(a.expanded_url) for a in addresses) else "text"


def _kind_of(address: str | None) -> str | None:
    """``photo`` or ``video``, as the address of what is attached says."""
    found = _ATTACHED.search(address or "")
    return found[1] if found else None


def _leads_outside(address: str | None) -> bool:
    return address is not None and not _OWN.match(address)


def is_reply_or_repost(tweet: Tweet) -> bool:
    if tweet.referenced_tweets is None:  # then it was read where there are none but for threads
        return tweet.in_reply_to_user_id is not None
    return any(
        reference.type in ("replied_to", "retweeted") for reference in tweet.referenced_tweets
    )


def listed_tweet(replies: bool, taken_at: datetime, tweet: Tweet) -> ReadTweet:
    """A listed post; ValueError where a listing with replies does not say what it is."""
    if tweet.referenced_tweets is None and replies and tweet.in_reply_to_user_id is None:
        raise ValueError("it is not told whether it is a reply")
    plausible(tweet.created_at, taken_at)
    return tweet, taken_at


def gone_of(answer: TweetPage) -> set[str]:
    """The ids that X says do not exist (any more)."""
    return {
        trouble.resource_id or trouble.value or ""
        for trouble in answer.errors
        if trouble.title == NOT_FOUND
    }


def _unescaped(text: str | None) -> str | None:
    """The text as it was written: X escapes three characters, ``&`` first."""
    if text is None or "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def total(counts: Iterable[int | None]) -> int | None:
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total


def _time_of(post_id: str, latest: datetime) -> datetime:
    """When a first version that cannot be read any more was posted: its id says so."""
    if not post_id.isdecimal():
        return latest
    at = EPOCH + timedelta(milliseconds=int(post_id) >> 22)
    # Edits end an hour after posting; an id that says otherwise is no snowflake.
    return at.replace(microsecond=0) if latest - timedelta(hours=2) <= at <= latest else latest
