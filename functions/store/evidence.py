"""A month's evidence: all that its ranking follows from, as typed lines of canonical JSON.

The order of lines is fixed (month, satker, account, previous, decision, objection, post), keys are
sorted, times are RFC 3339 in UTC, and there are no floats: so the same evidence is the same bytes
anywhere. The month line carries the digest of the month before, which chains the months together.

All lines except the posts' are the month's *frame*. It is small and stored with the ranking; frame
and ledgers together give the evidence again.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from functions.model import MonthState, Platform, Post, RankingName, Sample, Spell

Action = Literal["exclude", "include", "reassign", "set_value"]


class _Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower):
    """A line names its type first of all."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The agency's settings that touch a result, as the month was ranked by them.

    ``duplicate_percent``: from here on two texts are alike. ``objection_days``: full working days.
    ``band_edges``: followers, ascending; a band has at least ``band_least`` members, and fewer than
    ``band_fewest`` satker make one band. ``x_threads``: whether a thread is worth its first post or
    the sum of its parts. ``library``: what computed the likeness of texts. ``usual_least``: where
    less I24 than that is usual, no post is told to lie above it; unset, and then not in the line,
    in months ranked by formula 1, which knows no such least.
    """

    duplicate_percent: int = 90
    objection_days: int = 3
    band_edges: tuple[int, ...] = (1_000, 5_000, 20_000, 100_000)
    band_least: int = 8
    band_fewest: int = 16
    x_threads: Literal["first", "sum"] = "first"
    library: str = ""
    usual_least: int | UnsetType = UNSET


class Month(_Line, frozen=True, kw_only=True):
    """What the whole month shares. ``closes_at``: when objections end; None while open.

    A revision names in ``revises`` the digest of the one before it, and why it was made.
    """

    agency: str
    name: str
    month: str
    timezone: str
    formula: str
    state: MonthState
    incomplete: bool
    revision: int
    as_of: datetime
    run_id: str
    closes_at: datetime | None = None
    previous_digest: str | None = None
    revises: str | None = None
    reason: str | None = None
    rules: Rules = Rules()


class Unit(_Line, frozen=True, kw_only=True, tag="satker"):
    """A satker that was registered at any time of the month, as it was registered then."""

    id: str
    name: str
    kind: str


class Presence(_Line, Spell, frozen=True, kw_only=True, tag="account"):
    """An account's validity, and its follower counts as (read at, followers), by time.

    ``past`` are its last measured posts before the month, a hundred at most, oldest first: I24, and
    the comments and shares in it (None: not all are known).
    """

    platform: Platform
    handle: str
    satker: str
    account_id: str | None = None
    followers: tuple[tuple[datetime, int], ...] = ()
    past: tuple[tuple[int, int | None], ...] = ()

    @property
    def key(self) -> str | None:
        """``platform:account_id``; None until the handle has been resolved."""
        return None if self.account_id is None else f"{self.platform}:{self.account_id}"


class Previous(_Line, frozen=True, kw_only=True):
    """One list of the final ranking that movement is measured against: satker to rank."""

    month: str
    ranking: RankingName
    platform: Platform | None = None
    kind: str | None = None
    band: int | None = None
    band_from: int | None = None
    band_below: int | None = None
    ranks: dict[str, int | None] = {}


class Decision(_Line, frozen=True, kw_only=True):
    """What a named admin decided about a post: the only thing that changes what counts.

    ``account_id`` None: the post of any account, where several share it. ``satker`` is whom a
    ``reassign`` gives it to, ``value`` the I24 of a ``set_value``. ``objection`` is the id of the
    objection that it answers. ``confirmed_by``, ``confirmed_at``: the second person that agreed;
    unset, and then not in the line, where nobody did.
    """

    id: str
    action: Action
    platform: Platform
    post_id: str
    account_id: str | None = None
    by: str
    at: datetime
    why: str
    link: str | None = None
    satker: str | None = None
    value: int | None = None
    objection: str | None = None
    confirmed_by: str | UnsetType = UNSET
    confirmed_at: datetime | UnsetType = UNSET

    @property
    def is_confirmed(self) -> bool:
        """Whether a second person agreed to it."""
        return self.confirmed_by is not UNSET


class Objection(_Line, frozen=True, kw_only=True):
    """What a unit contests. ``answer`` None: undecided, which holds ``closing`` open."""

    id: str
    platform: Platform | None = None
    post_id: str | None = None
    satker: str | None = None
    by: str
    at: datetime
    why: str
    link: str | None = None
    accepted: bool | None = None
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None

    def holds_open(self, closes_at: datetime | None) -> bool:
        """Whether it came in time, before ``closes_at`` (None: not set yet), and is undecided."""
        return self.answer is None and (closes_at is None or self.at < closes_at)


class Item(_Line, frozen=True, kw_only=True, tag="post", gc=False):
    """A post with every sample that was kept; of its caption only what it repeats."""

    platform: Platform
    account_id: str
    post_id: str
    published_at: datetime
    url: str
    samples: tuple[Sample, ...] = ()
    absences: tuple[datetime, ...] = ()
    duplicate_of: str | None = None
    duplicate_percent: int | None = None

    @property
    def account(self) -> str:
        """The account's durable key, ``platform:account_id``."""
        return f"{self.platform}:{self.account_id}"

    def post(self) -> Post:
        """The post as the scoring rules take it."""
        return Post(
            platform=self.platform,
            account_id=self.account_id,
            post_id=self.post_id,
            published_at=self.published_at,
            url=self.url,
            samples=self.samples,
            absences=self.absences,
        )


Line = Month | Unit | Presence | Previous | Decision | Objection | Item

# What a post repeats: the earlier post's id, and the percent.
Repeated = tuple[str, int]
# By account key and post id.
Twins = Mapping[tuple[str, str], Repeated]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A month's lines by type, each in the order in which it is written."""

    month: Month
    units: tuple[Unit, ...] = ()
    accounts: tuple[Presence, ...] = ()
    previous: tuple[Previous, ...] = ()
    decisions: tuple[Decision, ...] = ()
    objections: tuple[Objection, ...] = ()
    items: tuple[Item, ...] = ()

    @property
    def frame(self) -> Evidence:
        """The evidence without its posts."""
        return msgspec.structs.replace(self, items=())

    def lines(self) -> Iterator[Line]:
        """Every line, in the order in which they are written."""
        yield self.month
        yield from self.units
        yield from self.accounts
        yield from self.previous
        yield from self.decisions
        yield from self.objections
        yield from self.items


def item(post: Post, twin: Repeated | None = None) -> Item:
    """The post's line; ``twin`` is what it repeats."""
    repeats, percent = twin or (None, None)
    return Item(
        platform=post.platform,
        account_id=post.account_id,
        post_id=post.post_id,
        published_at=post.published_at,
        url=post.url,
        samples=post.samples,
        absences=post.absences,
        duplicate_of=repeats,
        duplicate_percent=percent,
    )


def encode(evidence: Evidence) -> bytes:
    """The uncompressed evidence, a line each, ending in a newline."""
    return encode_lines(evidence.lines())


def encode_lines(lines: Iterable[Line]) -> bytes:
    """A line each; the posts' lines are the same whatever the frame before them says."""
    return msgspec.json.Encoder(order="sorted").encode_lines(lines)


def decode(data: bytes) -> Evidence:
    """Evidence from its uncompressed bytes; ``msgspec.ValidationError`` or ValueError if broken."""
    decoder = msgspec.json.Decoder(Line)
    # Line by line, so that no second copy of a month lies in memory.
    return sort_lines(decoder.decode(line) for line in io.BytesIO(data))


def sort_lines(lines: Iterable[Line]) -> Evidence:
    """Sort lines into evidence; ValueError without exactly one month line."""
    months: list[Month] = []
    units: list[Unit] = []
    accounts: list[Presence] = []
    previous: list[Previous] = []
    decisions: list[Decision] = []
    objections: list[Objection] = []
    items: list[Item] = []
    for line in lines:
        match line:
            case Month():
                months.append(line)
            case Unit():
                units.append(line)
            case Presence():
                accounts.append(line)
            case Previous():
                previous.append(line)
            case Decision():
                decisions.append(line)
            case Objection():
                objections.append(line)
            case Item():
                items.append(line)
    if len(months) != 1:
        raise ValueError("the evidence needs exactly one line of type month")
    return Evidence(
        month=months[0],
        units=tuple(units),
        accounts=tuple(accounts),
        previous=tuple(previous),
        decisions=tuple(decisions),
        objections=tuple(objections),
        items=tuple(items),
    )


def digest(encoded: bytes) -> str:
    """SHA-256 (hex) over the uncompressed evidence."""
    return hashlib.sha256(encoded).hexdigest()


def compress(encoded: bytes) -> bytes:
    """Gzip with a header of ours (no file name, no time), so that equal bytes stay equal."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as file:
        file.write(encoded)
    return buffer.getvalue()
