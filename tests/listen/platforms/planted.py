"""Threads below an account's posts, and what a look is to show of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import stamina

from functions.collect.client import ApiClient
from functions.listen.contract import Asked, Comment, Glance, Listener, Pointer
from tests.collect.api import Api, record
from tests.platforms.comments import Comment as Planted
from tests.platforms.faults import Fault
from tests.platforms.world import Account, Post, World

NOW = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SINCE = NOW - 2 * DAY


@dataclass
class Dialog:
    """An account of a world of its own, with a namesake and two posts."""

    world: World
    account: Account
    fresh: Post
    older: Post

    @classmethod
    def plant(cls, platform: str) -> Dialog:
        """Nothing is said below the posts yet."""
        world = World(now=NOW)
        account = world.add_account(
            platform, "kemenkum_ntt", title="Kemenkum NTT", refresh_token=_consent(platform)
        )
        fresh = world.add_post(account, NOW - DAY)
        older = world.add_post(account, NOW - 30 * DAY)
        return cls(world, account, fresh, older)

    def fill(self, posts: int = 60) -> None:
        """Post so often that the older post is not on the first page of any listing."""
        for n in range(posts):
            self.world.add_post(self.account, NOW - 9 * DAY - n * HOUR)

    def ask(self, hours_ago: float, text: str = "Kapan loket dibuka?", **options: Any) -> Planted:
        """A citizen's comment, below the fresh post unless another is named."""
        post = options.pop("post", self.fresh)
        return self.world.comments.add(post, NOW - hours_ago * HOUR, text, **options)

    def answer(self, thread: Planted, hours_ago: float, **options: Any) -> Planted:
        """A reply; the account's own unless an author is named."""
        options = {"author": self.account, **options}
        return self.world.comments.add(
            thread.post, NOW - hours_ago * HOUR, "Pukul 08.00.", parent=thread, **options
        )

    def asked(self, *followed: Planted, since: datetime = SINCE, **options: Any) -> Asked:
        """What a reader would ask of the account."""
        pointers = tuple(Pointer(one.id, one.post.id) for one in followed)
        return Asked(
            account_id=self.account.id,
            handle="kemenkum_ntt",
            since=since,
            open=pointers,
            **options,
        )


def _consent(platform: str) -> str:
    return "rft.kemenkum_ntt" if platform == "tiktok" else ""


def by_id(comments: Iterable[Comment]) -> dict[str, Comment]:
    return {comment.id: comment for comment in comments}


def at(comment: Planted) -> datetime:
    return datetime.fromtimestamp(comment.at, UTC)


def own_answers(glance: Glance, account_id: str) -> dict[str, datetime]:
    """When the account answered, by the thread."""
    return {
        comment.parent: comment.at
        for comment in sorted(glance.comments, key=lambda c: c.at, reverse=True)
        if comment.parent and (comment.is_own or comment.author == account_id)
    }


class Looking:
    """A planted world behind HTTP, and looks at its account."""

    def __init__(self, dialog: Dialog, api: Api, adapter: Listener) -> None:
        self.dialog = dialog
        self.api = api
        self.adapter = adapter
        self.speaks: Callable[[ApiClient], ApiClient] = lambda client: client
        self.seen = record(api.server)

    def look(self, asked: Asked) -> Glance:
        """One look; ``seen`` holds what it asked."""
        self.seen.clear()

        async def work(client: ApiClient) -> Glance:
            found = await self.adapter.look(self.speaks(client), [asked])
            return found[asked.account_id]

        with stamina.set_testing(True, attempts=3, cap=True):
            return self.api.run(work)

    def fault(self, kind: str, **options: Any) -> None:
        self.api.server.app.faults.add(Fault.make(kind, **options))
