"""The questions that nobody has answered yet, kept for staff as links.

While nothing is new this reads the inbox of each platform whose comments are read, and no more;
nothing at all where none are and none were. Units that do not agree (any more) are left out at
once, whatever is still kept of them; where the gate closes, the files are made again without any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from functions.model import PLATFORMS, Platform
from functions.publish.private.inbox_files import FOLDER, WaitingQuestion, files_of
from functions.publish.private.place import Done, PrivatePlace
from functions.publish.text.plain import plain
from functions.registry.addresses.public import own_address
from functions.store.threads import Followed, Inbox


def keep_inbox(place: PrivatePlace, before: Mapping[str, Any]) -> Done:
    """Put it as far as it changed. ``before``: what the last run noted."""
    on = [each for each in PLATFORMS if place.wanted.reads_comments(each)]
    if not (on or before):
        return Done()
    questions = sorted(_questions(place, on), key=_turn)
    # A place that is emptied need not be looked at again.
    source = place.source(place.day if on else "", questions)
    if before.get("source") == source:
        return Done()
    put = place.put(FOLDER, files_of(place.agency.agency, questions))
    return Done(put=put, noted={"source": source})


def _turn(question: WaitingQuestion) -> tuple[int, datetime, str, str, str]:
    """By the order that the ministry's model suggests, then the oldest first."""
    return (
        question.order,
        question.asked_at,
        question.satker,
        question.platform,
        question.url or "",
    )


def _questions(place: PrivatePlace, on: Sequence[Platform]) -> Iterator[WaitingQuestion]:
    # Imported here: where no comment is read, as in most places, pages have no use.
    from functions.publish.pages.unit_month import zone_of

    units = {unit.id: unit for unit in place.roster.satker}
    held = place.agency.inboxes(on) if on else {}
    for platform, accounts in held.items():
        for inbox in accounts.values():
            if place.wanted.agreed(inbox.satker):
                unit = units.get(inbox.satker)
                name = unit.label if unit else inbox.satker
                zone = zone_of(unit, place.agency.zone) if unit else place.agency.zone
                yield from _of_account(platform, inbox, plain(name), zone)


def _of_account(
    platform: Platform, inbox: Inbox, name: str, zone: ZoneInfo
) -> Iterator[WaitingQuestion]:
    for followed in inbox.open.values():
        if _waits(followed):
            yield WaitingQuestion(
                satker=inbox.satker,
                name=name,
                platform=platform,
                asked_at=followed.asked_at,
                read_at=max(followed.seen_at, followed.checked_at or followed.seen_at),
                timezone=zone.key,
                order=followed.order,
                url=_address(platform, followed),
            )


def _waits(followed: Followed) -> bool:
    """Whether nobody of the ministry has answered a question that was there at the latest look."""
    return followed.question and followed.helped_at is None and followed.missed_at is None


def _address(platform: Platform, followed: Followed) -> str | None:
    """Where it is seen, on the platform itself; None where its address is none that may be shown.

    An address on X would name who asked: there the number alone leads to the post.
    """
    if platform == "x":
        is_number = followed.id.isascii() and followed.id.isdecimal()
        return f"https://x.com/i/status/{followed.id}" if is_number else None
    return own_address(platform, followed.url)
