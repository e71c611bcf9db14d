"""What reading shows of posts: which are seen, which are missing, and what counts say about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from functions.collect.contract import Lookup, Profile, Sweep
from functions.collect.credentials import Credential
from functions.collect.platforms.decoding import AHEAD, EARLIEST
from functions.collect.reading import retention
from functions.collect.reading.completeness import shortfall, tallied, words
from functions.collect.reading.session import Session
from functions.collect.state import LivePost
from functions.model import COUNTERS, Post
from functions.registry.addresses.public import public_address

# What is longer than any platform's own is cut (a text) or makes a broken item (an id); a document
# of the store holds a megabyte.
LONGEST_TEXT = 20_000
LONGEST_NAME = 200


class Sightings:
    """The posts of one platform as one tick sees them.

    ``pending``: how many listed ids are no posts yet, by handle.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.pending: dict[str, int] = {}
        self._handles: dict[str, list[str]] = {}
        for handle, account in session.state.accounts.items():
            if account.account_id is not None:
                self._handles.setdefault(account.account_id, []).append(handle)

    # One post

    def see(self, post: Post, credential: Credential, *, garbled: bool = False) -> None:
        """Take in a post that was read. ``garbled``: fields were lost in the answer it came in."""
        session = self.session
        if not self._is_plausible(post):
            session.harvest.broken([f"{session.platform} item: an impossible time or id"])
            return
        sound = self._with_sound_counters(post)
        garbled = garbled or sound is not post
        post = msgspec.structs.replace(
            sound,
            text=post.text and post.text[:LONGEST_TEXT],
            url=public_address(session.platform, post.post_id, post.url),
        )
        known = session.state.posts.get(f"{post.account_id}:{post.post_id}")
        live, kept = retention.seen(known, post, session.horizon, garbled=garbled)
        self._charge(post, known, credential)
        session.change_post(live)
        self.find(post, known, live)
        session.harvest.counts["posts_read"] += 1
        session.harvest.counts["posts_found"] += known is None
        if known is None or len(known.missing) > 1:
            self._count(post.account_id, post.post_id, 1)
        if kept:
            session.harvest.counts["samples_kept"] += 1
            session.harvest.posts.append(post)

    def find(self, post: Post, before: LivePost | None, after: LivePost) -> None:
        """Have a post found under those of its addresses that are new; ``before`` None: all."""
        if keys := retention.new_keys(self.session.platform, before, after):
            self.session.harvest.found_under.append((post, keys))

    def miss(self, live: LivePost, at: datetime) -> None:
        """Take in that a read which covered a post did not show it."""
        session = self.session
        after, kept = retention.missed(live, at)
        session.change_post(after)
        if len(live.missing) < 2 <= len(after.missing):
            self._count(live.account_id, live.post_id, -1)
        if kept:
            session.harvest.counts["absences"] += 1
            post = live.as_post(session.platform)
            session.harvest.posts.append(msgspec.structs.replace(post, absences=(at,)))

    def answered(
        self, found: Lookup, asked: Mapping[str, LivePost], credential: Credential
    ) -> None:
        """Take in what was said of posts that were asked for by id."""
        session = self.session
        session.harvest.broken((*found.broken, *found.lost))
        for post in found.posts:
            if known := asked.get(post.post_id):
                named = {"account_id": known.account_id, "url": known.url}
                named_post = msgspec.structs.replace(post, **named)
                self.see(named_post, credential, garbled=bool(found.lost))
        for post_id, at in found.absent.items():
            self.miss(asked[post_id], at)
        if found.failure is not None:
            session.draw(credential, [], found.failure)

    def missing_of(self, found: Sweep, live: Iterable[LivePost]) -> None:
        """Take in what a listing covered without showing it."""
        if found.covered_since is None:
            return
        listed = {post.post_id for post in found.posts}
        for known in live:
            if known.post_id not in listed and known.published_at >= found.covered_since:
                self.miss(known, self.session.clock())

    def _charge(self, post: Post, known: LivePost | None, credential: Credential) -> None:
        """A post is billed once a UTC day, and so is every version and part of it."""
        (sample,) = post.samples
        is_first_today = (
            known is None or known.read_at is None or known.read_at.date() != sample.taken_at.date()
        )
        if is_first_today:
            pieces = (len(post.versions) or 1) + len(post.parts)
        else:
            pieces = len({*post.parts} - {*(known.parts if known else ())})
        if pieces:
            self.session.charge(credential, self.session.price.post, pieces)

    def _is_plausible(self, post: Post) -> bool:
        """Whether a store can hold the post and a plan can wait for it; else it costs one item."""
        names = (post.post_id, post.account_id, *post.versions, *post.parts)
        return EARLIEST <= post.published_at <= self.session.clock() + AHEAD and all(
            0 < len(name) <= LONGEST_NAME for name in names
        )

    def _with_sound_counters(self, post: Post) -> Post:
        """The post without the counters that cannot be: they are unknown."""
        (sample,) = post.samples
        odd = [
            name
            for name in COUNTERS
            if (count := getattr(sample, name)) is not None and not is_count(count)
        ]
        if not odd:
            return post
        platform = self.session.platform
        self.session.harvest.broken(
            [f"{platform} item: an impossible number of {name}" for name in odd]
        )
        sound = msgspec.structs.replace(sample, **dict.fromkeys(odd))
        return msgspec.structs.replace(post, samples=(sound,))

    # All posts of an account

    def hold_against(self, handle: str, profile: Profile, now: datetime) -> None:
        """Hold the platform's own count of an account's posts against what was found."""
        if profile.posts is None:
            return
        session = self.session
        tally = tallied(
            session.account(handle).tally,
            now,
            profile.posts,
            since=session.month.before,
            pending=self.pending.get(handle, 0),
        )
        session.change_account(handle, tally=tally)
        self.tell(handle)

    def tell(self, handle: str) -> None:
        """Have the admin told what of an account's posts is missing, when that has changed."""
        session = self.session
        account = session.account(handle)
        said = words(session.platform, shortfall(account.tally), account.unlooked, session.zone)
        if said == account.incomplete:
            return
        session.change_account(handle, incomplete=said)
        session.harvest.checked.setdefault(handle, None)
        session.harvest.incomplete[handle] = said

    def _count(self, account_id: str, post_id: str, by: int) -> None:
        """A post was found (1) or removed (-1): its account's count should have changed as well."""
        for handle in self._handles.get(account_id, ()):
            if (tally := self.session.account(handle).tally) is not None:
                self.session.change_account(handle, tally=tally.changed(post_id, by))


def is_count(number: int) -> bool:
    """Whether it can be a counter, and every store and file can hold it."""
    return 0 <= number < 2**53
