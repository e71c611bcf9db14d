"""YouTube's public feed of a channel, for an installation without an API key.

An Atom feed with the latest 15 videos and Shorts, in no reliable order, with views and likes. It is
weaker than the API in much:

- No comment counts, so every measurement is partial. Likes that are 0 are unknown: the feed says 0
  also where the owner hides them. Counters may be missing altogether.
- It cannot tell that anything is gone: it shows 15 videos and no word about the others, and for
  hours or days at a time it answers 404 or 500, or with a page, for channels that are well. All of
  this is an outage, never a verdict about a channel; so a mistyped id is an outage as well.
- A stream or premiere stands in it before it airs, looks like any other video (with 0 views), and
  has the time of its announcement: it is counted too early, and its 24 hours begin too early.
- More than 15 publications between two looks, and videos uploaded long before they are published,
  are missed.
- Handles cannot be resolved and followers are not told: a channel is known by its id alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from xml.etree import ElementTree

from functions.collect.client import ApiClient, every_call
from functions.collect.contract import (
    USUAL,
    AccountWrong,
    Manner,
    PlatformError,
    Profile,
    Sweep,
    Transient,
    Unreadable,
)
from functions.collect.platforms.decoding import NOT_A_CHARACTER, plausible
from functions.model import Post, Sample, parse_time

NAME: Final = "youtube"
PAGE_SIZE = 15
MAX_PAGES = 1
LOOKUP_SIZE = 0
DEPTH = 1
LISTING_TELLS = False
LISTING_PROVES = False
RESOLVE_SIZE, RECHECK_SIZE = 1, 1
FOLLOWERS_EVERY = timedelta(days=30)  # there are none; a title seldom changes
HAS_CHOICES = False
bucket = every_call

# A feed of 15 videos has some 50 kB and 300 elements.
LONGEST = 2 * 2**20
MOST_ELEMENTS = 20_000
MOST_ENTRIES = 100
VIDEO_ID = re.compile(r"[!-.0-~]{1,200}")
REFERENCE = re.compile(r"&(#?\w+;)?")
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what no XML can hold

ATOM = "{http://www.w3.org/2005/Atom}"
YOUTUBE = "{http://www.youtube.com/xml/schemas/2015}"
MEDIA = "{http://search.yahoo.com/mrss/}"
COMMUNITY = f"{MEDIA}group/{MEDIA}community"


def explain(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> PlatformError | None:
    """What is no feed is an outage, whatever its status says; 429 stays a limit."""
    if status == 429:
        return None
    if status != 200:
        return Transient("the feed is out of order")
    if b"<feed" not in body:
        return Transient("the answer is not a feed")
    return None


async def resolve(client: ApiClient, handles: Sequence[str]) -> dict[str, Profile | AccountWrong]:
    """The channels behind ids, one call each; handles stay unknown."""
    return {
        handle: await _channel(client, handle) if _is_channel_id(handle) else _no_id(handle)
        for handle in handles
    }


async def recheck(client: ApiClient, known: Sequence[Profile]) -> dict[str, Profile | AccountWrong]:
    """Known channels as they are called today, one call each."""
    return {one.account_id: await _channel(client, one.account_id) for one in known}


async def sweep(
    client: ApiClient,
    profile: Profile,
    *,
    since: datetime,
    depth: int = 1,
    manner: Manner = USUAL,
) -> Sweep:
    """The channel's latest 15 videos, whatever ``since`` and ``depth``.

    Nothing is ever covered: what is not in the feed proves nothing.
    """
    feed, taken_at = await _feed(client, profile.account_id)
    posts: list[Post] = []
    broken: list[str] = []
    lost: list[str] = []
    for entry in feed.findall(f"{ATOM}entry")[:MOST_ENTRIES]:
        try:
            posts.append(parse(entry, profile.account_id, taken_at, lost))
        except ValueError as error:
            broken.append(f"youtube item: {error}")
    return Sweep(
        posts=tuple(posts),
        broken=tuple(broken),
        lost=tuple(lost),
    )


def parse(entry: ElementTree.Element, account_id: str, taken_at: datetime, lost: list[str]) -> Post:
    """One entry as a post with one sample; ValueError when it has no id or no sound time.

    Counters that make no sense are unknown, and told in ``lost``.
    """
    video = (entry.findtext(f"{YOUTUBE}videoId") or "").strip()
    if not VIDEO_ID.fullmatch(video):
        raise ValueError("no id")
    return Post(
        platform="youtube",
        account_id=account_id,
        post_id=video,
        published_at=plausible(
            parse_time((entry.findtext(f"{ATOM}published") or "").strip()), taken_at
        ),
        url=f"https://www.youtube.com/watch?v={video}",
        text=entry.findtext(f"{ATOM}title"),
        samples=(
            Sample(
                taken_at=taken_at,
                # 0 is also what it says of likes that are hidden, so it says nothing.
                likes=_count(entry.find(f"{COMMUNITY}/{MEDIA}starRating"), "count", lost) or None,
                views=_count(entry.find(f"{COMMUNITY}/{MEDIA}statistics"), "views", lost),
            ),
        ),
    )


async def _channel(client: ApiClient, channel: str) -> Profile:
    feed, _ = await _feed(client, channel)
    return Profile(account_id=channel, title=feed.findtext(f"{ATOM}title"))


async def _feed(client: ApiClient, channel: str) -> tuple[ElementTree.Element, datetime]:
    body, taken_at = await client.raw("/feeds/videos.xml", channel_id=channel)
    if len(body) > LONGEST or body.count(b"<") > MOST_ELEMENTS:
        raise Unreadable("/feeds/videos.xml: larger than any feed")
    try:
        return _parsed(body), taken_at
    except ValueError as error:
        raise Transient(f"/feeds/videos.xml: {error}") from None


def _parsed(body: bytes) -> ElementTree.Element:
    """The feed's root; ValueError for what is no sound XML or declares a document type.

    A feed needs no document type, and without one there are no entities to expand. Decoded here, so
    that no other encoding can hide one from the search. What no text can hold is mended, and costs
    that text alone.
    """
    text = body.decode("utf-8-sig", "replace")
    if "<!DOCTYPE" in text:
        raise ValueError("the answer declares a document type")
    try:
        root = _root(text)
    except ElementTree.ParseError:
        try:
            root = _root(_mended(text))
        except ElementTree.ParseError:
            raise ValueError("the answer is broken XML") from None
    if root.tag != f"{ATOM}feed":
        raise ValueError("the answer is no Atom feed")
    return root


def _root(text: str) -> ElementTree.Element:
    # As bytes: text with an encoding declared would be refused for another one.
    return ElementTree.fromstring(text.encode("utf-8"), ElementTree.XMLParser(encoding="utf-8"))


def _mended(text: str) -> str:
    """The text with U+FFFD for what is no character, and with ampersands that stand alone."""
    return UNFIT.sub(NOT_A_CHARACTER, REFERENCE.sub(_referred, text))


def _referred(found: re.Match[str]) -> str:
    """A reference, if XML has such a one; a character that is none, or an ampersand, otherwise."""
    name = (found[1] or "").removesuffix(";")
    if name in ("amp", "lt", "gt", "quot", "apos"):
        return found[0]
    if not name.startswith("#"):
        return f"&amp;{found[1] or ''}"
    try:
        number = int(name[2:], 16) if name[1:2] in "xX" else int(name[1:])
        character = chr(number)
    except (ValueError, OverflowError):
        return NOT_A_CHARACTER
    is_none = UNFIT.match(character) or "\ud800" <= character <= "\udfff"
    return NOT_A_CHARACTER if is_none else f"&#{number};"


def _count(element: ElementTree.Element | None, name: str, lost: list[str]) -> int | None:
    """A counter; None where the feed has none that makes sense."""
    value = None if element is None else element.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 16):
        lost.append(f"youtube item: {name} is no number; taken as unknown")
        return None
    return int(value)


def _is_channel_id(handle: str) -> bool:
    return handle.startswith("UC") and len(handle) == 24


def _no_id(handle: str) -> AccountWrong:
    return AccountWrong(
        "without an API key a handle cannot be resolved",
        f"Kanal YouTube {handle} belum dapat dibaca: isi id kanalnya (UC…) di daftar, atau minta "
        "operator memasang kunci API YouTube.",
    )
