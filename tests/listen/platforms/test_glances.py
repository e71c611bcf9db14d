"""What has been seen stays, whatever ends a look."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from functions.collect.contract import AccountWrong, Limited, PlatformError, Refused, Transient
from functions.listen.contract import Comment
from functions.listen.platforms.glances import Notes, look_at, second_of

NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
COMMENT = Comment(id="1", at=NOON, url="https://contoh.example/1", text="rahasia", author="99")


def step(
    notes: Notes, *comments: Comment, fails: PlatformError | None = None
) -> Callable[[], Awaitable[None]]:
    async def taken() -> None:
        for comment in comments:
            notes.take(comment)
        if fails:
            raise fails

    return taken


@pytest.mark.parametrize("fails", [Limited("a"), Refused("b"), Transient("c")])
def test_what_was_read_before_a_failure_stays(fails: PlatformError) -> None:
    notes = Notes()
    asyncio.run(look_at(notes, step(notes, COMMENT, fails=fails), step(notes, fails=fails)))
    glance = notes.glance(NOON)
    assert (glance.comments, glance.failure, glance.covered_since) == ((COMMENT,), fails, None)
    notes = Notes()
    asyncio.run(look_at(notes, step(notes), step(notes, fails=fails)))
    assert (notes.glance(NOON).failure, notes.glance(NOON).covered_since) == (fails, NOON)


def test_what_stops_the_credential_before_anything_was_read_is_raised() -> None:
    for fails in (Limited("a"), Refused("b")):
        with pytest.raises(type(fails)):
            asyncio.run(look_at(Notes(), step(Notes(), fails=fails), step(Notes())))
    notes = Notes()
    wrong = AccountWrong("a", "b")
    asyncio.run(look_at(notes, step(notes, fails=wrong), step(notes, COMMENT)))
    assert (notes.failure, notes.comments) == (wrong, {})


def test_what_was_seen_is_not_gone_and_nothing_is_counted_twice() -> None:
    notes = Notes(gone={"1", "2"})
    notes.take(COMMENT)
    notes.take(Comment(id="1", at=NOON, url="", text="lain"))
    assert notes.glance(NOON).gone == {"2"}
    assert notes.glance(NOON).comments == (COMMENT,)
    assert "rahasia" not in repr(notes)


def test_times_are_whole_seconds_of_utc() -> None:
    jakarta = timezone(timedelta(hours=7))
    told = datetime(2026, 10, 20, 18, 59, 59, 999_999, tzinfo=jakarta)
    assert second_of(told, NOON) == NOON - timedelta(seconds=1)
    with pytest.raises(ValueError, match="impossible"):
        second_of(NOON + timedelta(days=3), NOON)
