"""Posts as they were collected: their reads, their addresses, and what is missing of them.

``posts/{platform}:{account}:{post}`` is merged sample by sample (keyed by the time of the read), so
that two writers never undo each other. ``urls/{platform}:{key}`` finds posts by their addresses.
``completeness/{platform}`` names the accounts of which some posts could not be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec

from functions import log
from functions.model import FORMATS, PLATFORMS, Platform, Post, iso, month_bounds, month_of
from functions.store.agency.root import AgencyDocuments
from functions.store.keys import key
from functions.store.port import Stored, Write


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """A post that an address leads to: of which account, and where its ledger entry is.

    ``is_part``: the address is that of a further post of its thread.
    """

    account: str
    post_id: str
    published_at: datetime
    is_part: bool = False


class PostDocuments(AgencyDocuments):
    """An agency's posts."""

    def save_posts(self, posts: Iterable[Post]) -> None:
        """Merge posts: samples and absences are added, facts replaced by the newer ones."""
        self.store.write(
            Write(
                f"{self.root}/posts/{_post_key(post)}",
                _post_document(post),
                mode="merge",
                expires_at=self.expiry("posts", self._month_end(post), post.platform),
            )
            for post in posts
        )

    def forget_texts(self, posts: Iterable[Post]) -> None:
        """Take the texts out of the documents of posts, of those that are still there.

        ``Conflict`` when another writer was faster; some may be without their texts by then.
        """
        stored = self.store.get([f"{self.root}/posts/{_post_key(post)}" for post in posts])
        # Conditional: a merge into a post deleted meanwhile would leave half a document.
        self.store.write(
            Write(path, {"text": None}, "merge", held.version)
            for path, held in stored.items()
            if held.data.get("text") is not None
        )

    def _month_end(self, post: Post) -> datetime:
        zone = self.agency.zone
        return month_bounds(month_of(post.published_at, zone), zone)[1]

    def posts_published(self, at_least: datetime) -> Iterator[Post]:
        """The posts published at or after an instant, by time."""
        listed = self.store.list(f"{self.root}/posts", at_least=iso(at_least))
        return (post for _, post in _posts(listed, []))

    def changed_posts(
        self, since: datetime | None, broken: list[str] | None = None
    ) -> Iterator[tuple[datetime, Post]]:
        """The posts changed at or after a stamp of the store's clock (None: all), by that stamp.

        ``broken`` takes a line for each document that is no post, which is passed over.
        """
        since = since or datetime.fromisoformat("1970-01-01T00:00:00Z")
        listed = self.store.list(f"{self.root}/posts", changed_since=since)
        told = [] if broken is None else broken
        return ((stored.changed_at, post) for stored, post in _posts(listed, told))

    def post(self, account: str, post_id: str) -> Post | None:
        """A post as it was collected; None when there is none, when it has expired, or when its
        document is no post."""
        platform, _, account_id = account.partition(":")
        path = f"{self.root}/posts/{key(platform, account_id, post_id)}"
        held = _posts(self.store.get([path]).values(), [])
        return next((post for _, post in held), None)

    def held_posts(self, platform: Platform, names: Iterable[str]) -> set[str]:
        """Which of a platform's posts (``account_id:post_id``) there are."""
        paths = {}
        for name in names:
            account_id, _, post_id = name.rpartition(":")
            paths[f"{self.root}/posts/{key(platform, account_id, post_id)}"] = name
        return {paths[path] for path in self.store.get([*paths])}

    def keep_posts(self, month: str, until: datetime, since: str | None, most: int) -> str | None:
        """Keep a month's posts until an instant; returns where the next call goes on; None: done.

        Args:
            until: posts that already expire later are left alone.
            since: what an earlier call returned; None: begin at the month's beginning.
            most: about as many posts as one call may write.

        Raises:
            Conflict: another writer wrote a post meanwhile; some posts are kept. Call again.
        """
        begin, end = (iso(at) for at in month_bounds(month, self.agency.zone))
        reached, writes = since or begin, list[Write]()
        for stored in self.store.list(f"{self.root}/posts", at_least=reached, below=end):
            at: str = stored.data["published_at"]
            if len(writes) >= most and at > reached:
                self.store.write(writes)
                return at
            reached = at
            if stored.expires_at is not None and stored.expires_at < until:
                # Conditional: a merge into a post deleted meanwhile would leave half a document.
                write = Write(stored.path, {}, "merge", stored.version, expires_at=until)
                writes.append(write)
        self.store.write(writes)
        return None

    def save_completeness(self, platform: Platform, told: Mapping[str, str | None]) -> None:
        """Note by account id which of its posts are missing; None: none any more."""
        path = f"{self.root}/completeness/{platform}"
        self.store.write([Write(path, {"accounts": dict(told)}, mode="merge")])

    def completeness(self) -> dict[str, str]:
        """What is noted of missing posts, by account key; complete accounts are left out."""
        paths = [f"{self.root}/completeness/{platform}" for platform in PLATFORMS]
        return {
            f"{document.id}:{account_id}": said
            for document in self.store.get(paths).values()
            for account_id, said in document.data["accounts"].items()
            if said
        }

    def save_urls(self, posts: Iterable[tuple[Post, Iterable[str]]]) -> None:
        """Let posts be found under the keys of their addresses.

        A collaboration stands in the feeds of several accounts under one key: each is added.
        """
        documents: dict[str, dict[str, Any]] = defaultdict(dict)
        for post, keys in posts:
            for name in keys:
                documents[f"{self.root}/urls/{key(post.platform, name)}"][post.account] = {
                    "post_id": post.post_id,
                    "published_at": iso(post.published_at),
                    "month": month_of(post.published_at, self.agency.zone),
                    **({"part": True} if name in post.parts else {}),
                }
        self.store.write(
            Write(path, {"accounts": accounts}, mode="merge")
            for path, accounts in documents.items()
        )

    def find_urls(self, platform: Platform, keys: Iterable[str]) -> tuple[Located, ...]:
        """The posts that are found under any of the keys, by account; empty when none is."""
        stored = self.store.get([f"{self.root}/urls/{key(platform, name)}" for name in keys])
        found: dict[str, Located] = {}
        for document in stored.values():
            for account, facts in document.data.get("accounts", {}).items():
                with suppress(KeyError, TypeError, ValueError):  # typed over by hand: not found
                    found[account] = Located(
                        account=account,
                        post_id=facts["post_id"],
                        published_at=datetime.fromisoformat(facts["published_at"]),
                        is_part=facts.get("part", False),
                    )
        return tuple(found[account] for account in sorted(found))


def _post_key(post: Post) -> str:
    return key(post.platform, post.account_id, post.post_id)


def _post_document(post: Post) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(post)
    # An empty map would replace a full one: leave out what this read did not bring.
    for name in ("text", "versions", "parts", "format"):
        if not document[name]:
            del document[name]
    del document["samples"], document["absences"]
    if post.samples:
        document["samples"] = {
            sample.pop("taken_at"): sample for sample in msgspec.to_builtins(post.samples)
        }
    if post.absences:
        document["absences"] = {iso(at): True for at in post.absences}
    return document


def _posts(listed: Iterable[Stored], broken: list[str]) -> Iterator[tuple[Stored, Post]]:
    """The posts of documents, without documents that somebody has spoilt in the console."""
    for stored in listed:
        try:
            yield stored, _post(stored)
        except Exception as error:  # whatever was typed there
            why = " ".join(str(error).split()) or type(error).__name__
            broken.append(f"{stored.path} is no post ({why:.120}); mend or delete the document")
            log.warning("store.post_unreadable", path=stored.path, error=type(error).__name__)


def _post(stored: Stored) -> Post:
    """A stored post; an error of some kind when the document is none."""
    document = dict(stored.data)
    document["samples"] = [
        {"taken_at": taken_at, **counters}
        for taken_at, counters in sorted(document.get("samples", {}).items())
    ]
    document["absences"] = sorted(document.get("absences", {}))
    if (
        document.get("format") not in FORMATS
    ):  # of another version's, or typed over: not worth a post
        document["format"] = None
    post = msgspec.convert(document, Post)
    times = (post.published_at, *(sample.taken_at for sample in post.samples), *post.absences)
    if any(at.tzinfo is None for at in times):
        raise ValueError("a time without a UTC offset")
    return post
