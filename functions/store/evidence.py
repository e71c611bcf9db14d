"""A month's evidence: all that its ranking follows from, as typed lines of canonical JSON.

The order of lines is fixed (month, satker, account, previous, post), keys are sorted, times are
RFC 3339 in UTC, and there are no floats: so the same evidence is the same bytes anywhere. The
month line carries the digest of the month before, which chains the months together.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from functions.model import MonthState, Platform, Post, RankingName, Sample


class _Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower):
    """A line names its type first of all."""


class Month(_Line, frozen=True, kw_only=True):
    """What the whole month shares. ``closes_at``: when objections end; None while open."""

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


class Unit(_Line, frozen=True, kw_only=True, tag="satker"):
    """A satker as the ranking names it."""

    id: str
    name: str
    kind: str


class Presence(_Line, frozen=True, kw_only=True, tag="account"):
    """An account's validity, and its follower counts as (read at, followers), by time."""

    platform: Platform
    handle: str
    satker: str
    valid_from: datetime
    valid_to: datetime | None = None
    account_id: str | None = None
    followers: tuple[tuple[datetime, int], ...] = ()

    @property
    def key(self) -> str | None:
        return None if self.account_id is None else f"{self.platform}:{self.account_id}"

    def holds(self, at: datetime) -> bool:
        """Whether the account is registered at that instant."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


class Previous(_Line, frozen=True, kw_only=True):
    """One list of the final ranking that movement is measured against: satker to rank."""

    month: str
    ranking: RankingName
    platform: Platform | None = None
    kind: str | None = None
    band: int | None = None
    ranks: dict[str, int | None] = {}


class Item(_Line, frozen=True, kw_only=True, tag="post"):
    """A post with every sample that was kept; its caption stays out."""

    platform: Platform
    account_id: str
    post_id: str
    published_at: datetime
    url: str
    samples: tuple[Sample, ...] = ()
    absences: tuple[datetime, ...] = ()

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


Line = Month | Unit | Presence | Previous | Item


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A month's lines by type, each in the order in which it is written."""

    month: Month
    units: tuple[Unit, ...] = ()
    accounts: tuple[Presence, ...] = ()
    previous: tuple[Previous, ...] = ()
    items: tuple[Item, ...] = ()

    def lines(self) -> Iterator[Line]:
        yield self.month
        yield from self.units
        yield from self.accounts
        yield from self.previous
        yield from self.items


def item(post: Post) -> Item:
    """The post's line."""
    return Item(
        platform=post.platform,
        account_id=post.account_id,
        post_id=post.post_id,
        published_at=post.published_at,
        url=post.url,
        samples=post.samples,
        absences=post.absences,
    )


def encode(evidence: Evidence) -> bytes:
    """The uncompressed evidence, a line each, ending in a newline."""
    encoder = msgspec.json.Encoder(order="sorted")
    return b"".join(encoder.encode(line) + b"\n" for line in evidence.lines())


def decode(data: bytes) -> Evidence:
    """Evidence from its uncompressed bytes; ``msgspec.ValidationError`` or ValueError if broken."""
    decoder = msgspec.json.Decoder(Line)
    return sort_lines(decoder.decode(line) for line in data.splitlines())


def sort_lines(lines: Iterable[Line]) -> Evidence:
    """Sort lines into evidence; ValueError without exactly one month line."""
    months: list[Month] = []
    units: list[Unit] = []
    accounts: list[Presence] = []
    previous: list[Previous] = []
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
            case Item():
                items.append(line)
    if len(months) != 1:
        raise ValueError("the evidence needs exactly one line of type month")
    return Evidence(
        month=months[0],
        units=tuple(units),
        accounts=tuple(accounts),
        previous=tuple(previous),
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
