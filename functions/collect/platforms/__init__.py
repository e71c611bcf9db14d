"""One platform, one file, the same parts in the same order: an ``Adapter``.

Answers are decoded so that what is wrong costs its own place alone (``decoding``), and read page by
page so that what was read stays read (``walks``). What one account taught is never applied to
another: a client remembers only what is true of its credential or endpoint.

``youtube_feed`` reads YouTube without a key, and is no platform of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from functions.collect.contract import (
    USUAL,
    AccountWrong,
    Manner,
    PlatformError,
    Profile,
    Sweep,
)
from functions.model import Platform

if TYPE_CHECKING:
    from functions.collect.client import ApiClient


class Speaker(Protocol):
    """What the HTTP client asks of an adapter."""

    def explain(
        self, status: int, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> PlatformError | None:
        """What an answer means and whose fault it is; None: what its status says.

        It is the credential's fault only for reasons that are known to be; each adapter has a table
        of them.
        """

    def bucket(self, path: str) -> str:
        """The part of a credential's budget in which a call is counted."""


class Adapter(Speaker, Protocol):
    """What every platform's module offers. Every function raises ``PlatformError``s.

    What one platform alone has (posts by id, details, counts by the day) is not here: its companion
    in ``reading/companions`` calls it.
    """

    @property
    def __name__(self) -> str:
        """The module's."""

    @property
    def NAME(self) -> Platform:
        """The platform's name."""

    @property
    def PAGE_SIZE(self) -> int:
        """Posts on a page of a listing."""

    @property
    def MAX_PAGES(self) -> int:
        """Pages of a listing that are read at most."""

    @property
    def LOOKUP_SIZE(self) -> int:
        """Posts in one lookup by id; 0: posts are read by account alone."""

    @property
    def DEPTH(self) -> int:
        """Pages of a deep look at a listing, which is due now and then; 1 where a listing is in the
        order of publication, so that any look sees all that is recent."""

    @property
    def LISTING_TELLS(self) -> bool:
        """Whether a ``sweep`` brings the profile along, followers included."""

    @property
    def LISTING_PROVES(self) -> bool:
        """Whether a listing's order proves how far back it reached; else an account was looked at
        wholly wherever the walk ended by itself."""

    @property
    def RESOLVE_SIZE(self) -> int:
        """Accounts that one call of ``resolve`` serves."""

    @property
    def RECHECK_SIZE(self) -> int:
        """Accounts that one call of ``recheck`` serves."""

    @property
    def FOLLOWERS_EVERY(self) -> timedelta:
        """How often followers are read."""

    @property
    def HAS_CHOICES(self) -> bool:
        """Whether the agency chooses how it is read: with replies, and with posts counted."""

    async def resolve(
        self, client: ApiClient, handles: Sequence[str]
    ) -> dict[str, Profile | AccountWrong]:
        """The accounts behind handles that an admin typed, by handle.

        What stands not in the answer is unknown.
        """

    async def recheck(
        self, client: ApiClient, known: Sequence[Profile]
    ) -> dict[str, Profile | AccountWrong]:
        """Accounts that were found before as they are today, by ``account_id``.

        Of ``known`` only ``account_id`` and the ``handle`` of then are looked at. It differs from
        ``resolve``: by id a renamed account is still found, a handle of digits is no id, and what
        is told of an account that was lost is not what is told of one that was never found. What
        stands not in the answer is unknown.
        """

    async def sweep(
        self,
        client: ApiClient,
        profile: Profile,
        *,
        since: datetime,
        depth: int = 1,
        manner: Manner = USUAL,
    ) -> Sweep:
        """An account's recent posts.

        Args:
            since: how far back the listing is read at least.
            depth: pages that are read even when nothing recent stands on them.
            manner: how this account's listing had to be asked for before.
        """


def adapter(name: str) -> Adapter:
    """The module of a platform, or ``youtube_feed``; loaded when it is needed.

    Raises:
        KeyError: there is none of that name.
    """
    match name:
        case "instagram":
            from functions.collect.platforms import instagram

            return instagram
        case "facebook":
            from functions.collect.platforms import facebook

            return facebook
        case "x":
            from functions.collect.platforms import x

            return x
        case "tiktok":
            from functions.collect.platforms import tiktok

            return tiktok
        case "youtube":
            from functions.collect.platforms import youtube

            return youtube
        case "youtube_feed":
            from functions.collect.platforms import youtube_feed

            return youtube_feed
    raise KeyError(name)
