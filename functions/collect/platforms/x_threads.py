"""X's threads: a post and the account's replies to itself, read together and summed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

import msgspec

from functions.collect.client import ApiClient
from functions.collect.contract import Denied, PlatformError, Thread
from functions.collect.platforms.decoding import each
from functions.collect.platforms.walks import in_halves
from functions.collect.platforms.x_posts import (
    MOST_IDS,
    POST_FIELDS,
    MissingUser,
    ReadTweet,
    Tweet,
    TweetPage,
    gone_of,
    is_reply_or_repost,
    listed_tweet,
    parse,
    total,
)
from functions.model import COUNTERS, DAY, Post, Sample, by_number


class ThreadsAsked(msgspec.Struct, frozen=True):
    """What of an account's threads a listing is to sum.

    ``known``: posts known before by id; their known parts are summed whether listed or not.
    ``replies``: whether replies are listed as well, so that new parts are found.
    """

    known: Mapping[str, Thread] = msgspec.field(default_factory=dict)
    replies: bool = True


NO_THREADS = ThreadsAsked(replies=False)


class Assembly:
    """Posts put together from what is read of them: their versions, and the parts of threads.

    ``gone``: the ids that X says do not exist, with the time of that answer; ``broken``, ``lost``
    and ``failure``: as a ``Lookup`` has them.
    """

    def __init__(
        self,
        client: ApiClient,
        broken: list[str],
        lost: list[str],
        failure: PlatformError | None,
    ) -> None:
        self.broken = broken
        self.lost = lost
        self.failure = failure
        self.gone: dict[str, datetime] = {}
        self._client = client

    async def read(self, ids: Sequence[str]) -> list[ReadTweet]:
        """Tweets by id, up to ``MOST_IDS``; what X refuses by itself is a broken item.

        The first failure is raised where nothing could be read, and kept otherwise.
        """
        answers = await in_halves([*dict.fromkeys(ids)], self._ask)
        self.failure = self.failure or answers.failure
        self.broken += [f"x item: {denied}" for _, denied in answers.odd]
        tweets: list[ReadTweet] = []
        for answer, taken_at in answers.answers:
            self.gone |= dict.fromkeys(gone_of(answer), taken_at)
            tweets += each(
                answer.data,
                Tweet,
                partial(listed_tweet, False, taken_at),
                named="x item",
                broken=self.broken,
                lost=self.lost,
            )
        return tweets

    async def _ask(self, ids: Sequence[str]) -> tuple[TweetPage, datetime]:
        try:
            return await self._client.get(
                "/2/tweets",
                TweetPage,
                lost=self.broken,
                ids=",".join(ids),
                **{"tweet.fields": POST_FIELDS},
            )
        except MissingUser as missing:  # of a hundred, it does not say which
            raise Denied(str(missing)) from None

    async def assemble(
        self, tweets: Sequence[ReadTweet], parts: Mapping[str, Sequence[str]]
    ) -> list[Post]:
        """Posts from tweets, reading what of them is not at hand.

        A version or part that X says does not exist is gone with its interactions. One that is left
        out without a word, or cannot be asked for, makes the post a broken item: the sum over the
        others would be too low.
        """
        own = [read for read in tweets if not is_reply_or_repost(read[0])]
        wanted = dict.fromkeys(part for tweet, _ in own for part in parts.get(tweet.root, ()))
        known = {read[0].id: read for read in tweets}
        missing = [v for tweet, _ in own for v in tweet.versions if v not in known]
        missing += _unread(wanted, known, self.gone)
        while missing and self.failure is None:
            for start in range(0, len(missing), MOST_IDS):
                try:
                    reads = await self.read(missing[start : start + MOST_IDS])
                except Denied as denied:  # of the ids that these posts told, not of the posts
                    self.broken.append(f"x item: {denied}")
                    continue
                except PlatformError as error:
                    self.failure = error
                    break
                known |= {read[0].id: read for read in reads}
            # Only a part that was read tells whether it has further versions.
            asked = {*missing}
            missing = [one for one in _unread(wanted, known, self.gone) if one not in asked]
        further = _histories(known.values())
        posts: list[Post] = []
        for root, versions in _histories(own).items():
            chains = [further.get(part, [part]) for part in parts.get(root, ())]
            left_out = [
                what
                for what, chain in (("version", versions), *(("part", chain) for chain in chains))
                if any(version not in known and version not in self.gone for version in chain)
            ]
            if left_out:
                self.broken.append(f"x item: a {left_out[0]} of {root} was left out")
                continue
            first = _whole([known[version] for version in versions if version in known])
            others = ([known[version] for version in c if version in known] for c in chains)
            posts.append(_with_parts(first, [_whole(reads) for reads in others if reads]))
        return posts


def _whole(reads: Sequence[ReadTweet]) -> Post:
    return parse([tweet for tweet, _ in reads], max(at for _, at in reads))


_LAST = datetime.max.replace(tzinfo=UTC) - DAY  # a platform may say any time


def parts_of(
    tweets: Sequence[Tweet], owner: str, known: Mapping[str, Thread]
) -> dict[str, tuple[str, ...]]:
    """The parts of threads, those known before and those in a listing, by the first post's id.

    A part is a reply of the account to itself in the conversation that its own post began.
    """
    threads = dict(known)
    for tweet in tweets:
        if not is_reply_or_repost(tweet):
            held = threads.get(tweet.root) or Thread(mark=min(tweet.published_at, _LAST) + DAY)
            longer = max(held.versions, tuple(tweet.versions), key=len)
            threads[tweet.root] = msgspec.structs.replace(held, versions=longer)
    begun = {
        version: name for name, thread in threads.items() for version in (name, *thread.versions)
    }
    found = {name: {*thread.parts} for name, thread in threads.items()}
    for tweet in tweets:
        name = begun.get(tweet.conversation_id or "")
        is_own = is_reply_or_repost(tweet) and tweet.in_reply_to_user_id == owner
        if name is not None and is_own and threads[name].takes(tweet.published_at):
            found[name].add(tweet.root)
    return {name: by_number(parts) for name, parts in found.items() if parts}


def _unread(
    wanted: Iterable[str], known: Mapping[str, ReadTweet], gone: Collection[str]
) -> list[str]:
    """The versions of parts that are yet to be read, as far as they are known of."""
    histories = _histories(known.values())
    return [
        version
        for part in wanted
        for version in histories.get(part, [part])
        if version not in known and version not in gone
    ]


def _histories(reads: Iterable[ReadTweet]) -> dict[str, list[str]]:
    """The versions of what was read by the first one's id.

    A post edited between two reads shows up once per version read; the longest history wins.
    """
    histories = sorted((tweet.versions for tweet, _ in reads), key=len)
    return {versions[0]: versions for versions in histories}


def _with_parts(first: Post, parts: Sequence[Post]) -> Post:
    """A thread as one post; a counter that is unknown in any part is unknown in the sum."""
    if not parts:
        return first
    samples = [sample for post in (first, *parts) for sample in post.samples]
    return msgspec.structs.replace(
        first,
        parts=tuple(part.post_id for part in parts),
        samples=(
            Sample(
                taken_at=max(sample.taken_at for sample in samples),
                **{name: total(getattr(s, name) for s in samples) for name in COUNTERS},
            ),
        ),
    )
