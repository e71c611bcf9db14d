"""A document that says something of a post or a month, as a run looks at it: what it is about, and
what its admin is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from functions.model import Post
from functions.store.decisions import OBJECTION_NAMES
from functions.store.evidence import Item
from functions.store.fields import Fields
from functions.store.port import Stored

APPLIES = "berlaku"
DECIDED = "sudah diputuskan"
WAITS = "menunggu persetujuan orang kedua; isi confirmed_by dan confirmed_at"
UNKNOWN = "unggahannya belum dikenal; periksa post atau url, dan month"
FROZEN = "bulannya sudah final; isi revise: true untuk membuat revisi"
LATER = "berlaku mulai"

# A post's platform and id.
About = tuple[str, str]
# A month's posts, each with the ids of the accounts in whose listings it stands.
PostsOfItems = Mapping[About, Collection[str]]


def by_item(posts: Iterable[Post | Item]) -> PostsOfItems:
    """Posts as documents name them."""
    found: dict[About, set[str]] = defaultdict(set)
    for post in posts:
        found[post.platform, post.post_id].add(post.account_id)
    return found


class Found(NamedTuple):
    """The post that an address or a code names, as ``x:123``, its month, and the ids of the
    accounts in whose listings it stands."""

    post: str
    month: str
    accounts: tuple[str, ...] = ()


@dataclass(slots=True)
class TypedCase:
    """A document that was read. ``month``: the month that it names; None: it names none.

    ``remarks`` follow its status: faults that do not keep it from applying. ``labels``: what its
    fields are called where they were typed. ``later``: from when on its confirmation holds, where
    that is yet to come; None: it has none.
    """

    stored: Stored
    month: str | None
    findings: dict[str, Any]
    remarks: list[str] = field(default_factory=list)
    labels: Mapping[str, str] = field(default_factory=dict)
    revises: bool = False
    later: dict[str, str] | None = None

    @property
    def url(self) -> str | None:
        """The address that was typed."""
        given = Fields(self.stored.data, OBJECTION_NAMES).get("url")
        return given if isinstance(given, str) else None

    @property
    def name(self) -> str:
        return "/".join(self.stored.path.split("/")[2:])

    @property
    def is_settled(self) -> bool:
        """Whether its status said before that it applies, or that its month is final."""
        told = self.stored.data.get("status")
        return isinstance(told, str) and (
            told == FROZEN or (told.startswith((APPLIES, DECIDED)) and not told.startswith(LATER))
        )

    def concerns(self, about: About | None, month: str, posts: PostsOfItems) -> bool:
        """Whether it is about the month; ``posts`` are the month's."""
        if about is None:
            return self.month == month
        if about not in posts:
            return False
        if self.month not in (None, month):
            self.findings.setdefault("status", self.not_its_month(month))
        return self.month in (None, month)

    def not_its_month(self, month: str) -> str:
        """What to tell where it names another month than its post's."""
        label = self.labels.get("month", "month")
        return (
            f"{label} {self.month} bukan bulan unggahannya, {month}; "
            f"perbaiki atau kosongkan {label}"
        )
