"""Comments in Meta's Graph API as Instagram and Facebook share them: edges, and objects by id.

An edge without anything on it is left out of the answer. ``paging.next`` is there while more
follows, but nested edges were seen without it: a full page counts as one with more behind it.

``ids=`` reads up to 50 objects in one call. Whether one that is not there fails the whole call or
is left out in silence is not documented: both end in asking for it alone, and 100/33 then says that
it is not there. Since the same is said of what a token may not see, that is believed only where
something else can be read in this way.

What is read of an account that is our business's own is limited by the account (80001, 80002), not
by the token: that limit costs its account alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from functions.collect.client import ApiClient, HttpAnswer
from functions.collect.contract import (
    UNDECODABLE,
    Limited,
    PlatformError,
    Transient,
    Unreadable,
)
from functions.collect.platforms import meta
from functions.collect.platforms.decoding import Cursor, Id, decode
from functions.listen.platforms.glances import Notes, second_of

OF_AN_ACCOUNT = ("(#80001)", "(#80002)")  # limits, as their errors name them
MOST_CALLS = 12  # for objects by id, in one look at an account

T = TypeVar("T")


class Node(msgspec.Struct):
    """An object of which its id is asked for."""

    id: Id


class _Cursors(msgspec.Struct):
    after: Cursor | None = None


class _Paging(msgspec.Struct):
    cursors: _Cursors | None = None
    next: Cursor | None = None


class Edge(msgspec.Struct):
    """A page of what hangs on an object."""

    data: list[msgspec.Raw]  # without it nothing was said: there is no default
    paging: _Paging | msgspec.UnsetType | None = None


def nothing() -> Edge:
    """An edge that was left out of an answer."""
    return Edge(data=[])


class Following(NamedTuple):
    """Whether an edge goes on, and the cursor that leads there; None: nobody knows it."""

    is_more: bool
    cursor: str | None = None


def following(edge: Edge, size: int) -> Following:
    """What comes after a page of an edge that was asked for ``size`` items."""
    if edge.paging is msgspec.UNSET:
        return Following(True)
    paging = edge.paging or _Paging()
    if paging.next is None and len(edge.data) < size:
        return Following(False)
    after = paging.cursors.after if paging.cursors else None
    return Following(True, after or _after(paging.next or ""))


def _after(address: str) -> str | None:
    try:
        return parse_qs(urlsplit(address).query).get("after", [None])[0]
    except ValueError:
        return None


def at_second(text: str | None, taken_at: datetime) -> datetime:
    """A Graph API time; ValueError for one that cannot be, without repeating it."""
    try:
        return second_of(meta.parse_time(text or ""), taken_at)
    except ValueError:
        raise ValueError("no possible time") from None


async def edge_of(
    client: ApiClient, path: str, lost: list[str], **params: str | int
) -> tuple[Edge, datetime]:
    """A page of an edge, and when it was read; as the client's ``get``, but ``Transient`` where the
    account has its limit."""
    try:
        return await client.get(path, Edge, lost=lost, **params)
    except Limited as limit:
        if any(code in str(limit) for code in OF_AN_ACCOUNT):
            raise Transient(str(limit)) from None
        raise


class ById(NamedTuple):
    """Objects that were asked for by id, with when they were read: those that are there, and those
    of which the platform says that they are not."""

    found: dict[str, tuple[Any, datetime]]
    missing: list[str]


async def by_ids(
    client: ApiClient,
    ids: Sequence[str],
    type: type[T],
    notes: Notes,
    *,
    size: int,
    fields: str,
    proof: str | None,
) -> ById:
    """Objects by id, ``size`` a call; what could not be asked for or understood is in neither.

    Args:
        proof: the id of something of the same kind that is known to be there.
    """
    held = ById({}, [])
    waiting = [list(ids[start : start + size]) for start in range(0, len(ids), size)]
    for _ in range(MOST_CALLS):
        if not waiting:
            break
        part = waiting.pop(0)
        try:
            silent = await _batch(client, part, type, notes, fields, held)
        except (Unreadable, meta.MissingObject) as error:
            if len(part) > 1:
                middle = len(part) // 2
                waiting += [part[:middle], part[middle:]]
            elif isinstance(error, meta.MissingObject):
                held.missing.extend(part)
            else:
                notes.broken.append(str(error))
        except PlatformError as error:
            notes.failure = error
            break
        else:
            waiting += [[one] for one in silent]
    if held.missing and not held.found and not await _is_there(client, proof):
        held.missing.clear()
    return held


async def _batch(
    client: ApiClient, part: list[str], type: type[T], notes: Notes, fields: str, held: ById
) -> list[str]:
    """Read some objects into ``held``; returns those of which nothing was said."""
    if len(part) == 1:
        item, taken_at = await client.get(f"/{part[0]}", type, lost=notes.lost, fields=fields)
        held.found[part[0]] = item, taken_at
        return []
    # As plain values, since what is wrong in one object is mended without the others.
    answer, taken_at = await client.get(
        "/", dict[str, Any], lost=notes.lost, ids=",".join(part), fields=fields
    )
    for one in part:
        if one not in answer:
            continue
        try:
            raw = msgspec.json.encode(answer[one])
            held.found[one] = decode(raw, type, notes.lost, named="object"), taken_at
        except UNDECODABLE as error:
            notes.broken.append(f"object: {error}")
    return [one for one in part if one not in answer]


async def _is_there(client: ApiClient, proof: str | None) -> bool:
    if proof is None:
        return False
    try:
        await client.get(f"/{proof}", Node, fields="id")
    except PlatformError:
        return False
    return True


def price(path: str, params: Mapping[str, str | int]) -> int:
    """A call."""
    return 1


def billed(path: str, answer: HttpAnswer) -> int:
    """A call, whatever came of it."""
    return 1
