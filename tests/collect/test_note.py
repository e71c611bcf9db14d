"""The collector's note: small, exact, and made anew when it is lost."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.note import (
    REMEMBERED,
    TICKS,
    AccountNote,
    LivePost,
    Note,
    decode,
    encode,
    rebuild,
)
from functions.model import Post, Sample

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)

instants = st.integers(0, 10**6).map(lambda n: START + timedelta(seconds=n))
words = st.text(max_size=12)
series = st.lists(instants, max_size=4).map(lambda found: tuple(sorted(found)))
accounts = st.builds(
    AccountNote,
    handle=words,
    account_id=st.none() | words,
    title=st.none() | words,
    checked_at=st.none() | instants,
    swept_at=st.none() | instants,
    wrong=st.none() | words,
    settled=st.lists(words, max_size=3).map(tuple),
)
posts = st.builds(
    LivePost,
    account_id=words,
    post_id=words,
    published_at=instants,
    url=words,
    versions=st.lists(words, max_size=3).map(tuple),
    kept=series,
    read_at=st.none() | instants,
    missing=series,
)
notes = st.builds(
    Note,
    ticks=series,
    accounts=st.dictionaries(words, accounts, max_size=3),
    posts=st.dictionaries(words, posts, max_size=3),
    waits=st.dictionaries(words, instants, max_size=2),
)


@given(notes)
def test_a_note_comes_back_as_it_was(note: Note) -> None:
    assert decode(encode(note)) == note


@given(notes)
def test_the_same_note_is_the_same_bytes(note: Note) -> None:
    backwards = Note(
        ticks=note.ticks,
        accounts=dict(reversed(note.accounts.items())),
        posts=dict(reversed(note.posts.items())),
        waits=dict(reversed(note.waits.items())),
    )
    assert encode(backwards) == encode(note)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_note_are_none(body: bytes) -> None:
    assert decode(body) is None


@given(notes, st.data())
def test_a_note_cut_short_is_none(note: Note, data: st.DataObject) -> None:
    body = encode(note)
    assert decode(body[: data.draw(st.integers(0, len(body) - 1))]) is None


@pytest.mark.parametrize("content", [b"[]", b"7", b'{"posts": []}', b'{"ticks": ["soon"]}', b"{"])
def test_another_shape_is_none(content: bytes) -> None:
    assert decode(zlib.compress(content)) is None


def test_fields_of_a_later_version_are_no_obstacle() -> None:
    assert decode(zlib.compress(b'{"ticks": [], "colour": "blue"}')) == Note()


def test_a_ministrys_note_is_small() -> None:
    """47 accounts and two days of their posts, far from the limit of a document."""
    held = {
        f"17841400000000{n}:1800000000000{n}": LivePost(
            account_id=f"17841400000000{n}",
            post_id=f"1800000000000{n}",
            published_at=START,
            url=f"https://www.instagram.com/p/Cxyz{n}/",
            kept=tuple(START + k * HOUR for k in range(7)),
        )
        for n in range(400)
    }
    assert len(encode(Note(posts=held))) < 40_000


# Forgetting


def live(age: timedelta) -> LivePost:
    return LivePost(account_id="1", post_id=str(age), published_at=START - age, url="")


def test_posts_are_forgotten_when_no_listing_can_bring_them_up_again() -> None:
    young, old = live(REMEMBERED - MINUTE), live(REMEMBERED)
    note = Note(posts={"young": young, "old": old})
    note.prune(START)
    assert note.posts == {"young": young}


def test_waits_are_forgotten_when_they_are_over() -> None:
    note = Note(waits={"0": START, "1": START + MINUTE})
    note.prune(START)
    assert note.waits == {"1": START + MINUTE}


def test_only_the_last_few_ticks_are_remembered() -> None:
    note = Note()
    for n in range(3 * TICKS):
        note.tick(START + n * MINUTE)
    assert note.ticks == tuple(START + n * MINUTE for n in range(2 * TICKS, 3 * TICKS))


# Made anew


def stored(samples: tuple[int, ...], absences: tuple[int, ...] = ()) -> Post:
    return Post(
        platform="x",
        account_id="1",
        post_id="2",
        published_at=START,
        url="https://example.org/2",
        versions=("2", "3"),
        samples=tuple(Sample(taken_at=START + n * HOUR) for n in samples),
        absences=tuple(START + n * HOUR for n in absences),
    )


@pytest.mark.parametrize(
    ("samples", "absences", "missing"),
    [
        ((1, 6), (), ()),
        ((1, 6), (7, 8), (7, 8)),
        # Seen again since: the absences before that are over.
        ((1, 6, 9), (7, 8), ()),
        ((1, 6, 9), (7, 8, 10), (10,)),
        ((), (7,), (7,)),
    ],
)
def test_a_lost_note_is_made_from_the_stored_posts(
    samples: tuple[int, ...], absences: tuple[int, ...], missing: tuple[int, ...]
) -> None:
    [post] = rebuild([stored(samples, absences)]).posts.values()
    assert post.key == "1:2"
    assert post.kept == tuple(START + n * HOUR for n in samples)
    assert post.read_at == (START + samples[-1] * HOUR if samples else None)
    assert post.missing == tuple(START + n * HOUR for n in missing)
    assert post.versions == ("2", "3")
    assert post.mark == START + 24 * HOUR


def test_a_posts_facts_survive_the_note() -> None:
    whole = stored((1,))
    [post] = rebuild([whole]).posts.values()
    assert post.as_post("x") == msgspec.structs.replace(whole, samples=())
