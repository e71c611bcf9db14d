"""The collector's state: small, exact, and made anew when it is lost."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.contract import Manner
from functions.collect.planning.candidates import Timing, candidates
from functions.collect.planning.marks import purpose_of
from functions.collect.planning.requests import Purpose
from functions.collect.planning.ways import Ways
from functions.collect.platforms import adapter
from functions.collect.state import (
    LONGEST_REST,
    REMEMBERED,
    TICKS,
    AccountState,
    LivePost,
    SyncState,
    decode,
    encode,
    rebuild,
)
from functions.model import Agency, Post, Sample, by_number
from functions.store.agency import AgencyStore
from functions.store.documents import MAX_BYTES
from functions.store.sqlite import SqliteStore
from tests.factories import NOW, live_post

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAY = 24 * HOUR
START = NOW

instants = st.integers(0, 10**6).map(lambda n: START + timedelta(seconds=n))
words = st.text(max_size=12)
series = st.lists(instants, max_size=4).map(lambda found: tuple(sorted(found)))
days = st.integers(0, 30).map(lambda n: (date(2026, 10, 1) + n * DAY).isoformat())
accounts = st.builds(
    AccountState,
    handle=words,
    account_id=st.none() | words,
    title=st.none() | words,
    playlist_id=st.none() | words,
    checked_at=st.none() | instants,
    followers_at=st.none() | instants,
    swept_at=st.none() | instants,
    wrong=st.none() | words,
    told=st.none() | words,
    lacking=st.none() | words,
    retry_at=st.none() | instants,
    settled=st.lists(words, max_size=3).map(tuple),
    deep_at=st.none() | instants,
    daily=st.dictionaries(days, st.integers(0, 99), max_size=3),
    covered_until=st.none() | instants,
)
counters = st.sampled_from([None, (1, 2, 3), (1, None, 2**53), (None, None, None)])
posts = st.builds(
    LivePost,
    account_id=words,
    post_id=words,
    published_at=instants,
    url=words,
    versions=st.lists(words, max_size=3).map(tuple),
    parts=st.lists(words, max_size=3).map(tuple),
    kept=series,
    read_at=st.none() | instants,
    counters=counters,
    missing=series,
)
states = st.builds(
    SyncState,
    ticks=series,
    accounts=st.dictionaries(words, accounts, max_size=3),
    posts=st.dictionaries(words, posts, max_size=3),
)


@given(states)
def test_a_state_comes_back_as_it_was(state: SyncState) -> None:
    assert decode(encode(state)) == state


@given(states)
def test_the_same_state_is_the_same_bytes(state: SyncState) -> None:
    backwards = SyncState(
        ticks=state.ticks,
        accounts=dict(reversed(state.accounts.items())),
        posts=dict(reversed(state.posts.items())),
    )
    assert encode(backwards) == encode(state)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_state_are_none(body: bytes) -> None:
    assert decode(body) is None


@given(states, st.data())
def test_a_state_cut_short_is_none(state: SyncState, data: st.DataObject) -> None:
    body = encode(state)
    assert decode(body[: data.draw(st.integers(0, len(body) - 1))]) is None


@pytest.mark.parametrize("content", [b"[]", b"7", b'{"posts": []}', b'{"ticks": ["soon"]}', b"{"])
def test_another_shape_is_none(content: bytes) -> None:
    assert decode(zlib.compress(content)) is None


def test_fields_of_a_later_version_are_no_obstacle() -> None:
    assert decode(zlib.compress(b'{"ticks": [], "colour": "blue"}')) == SyncState()


def test_a_ministrys_state_is_small() -> None:
    """47 accounts and two days of their posts, far from the limit of a document."""
    held = {
        f"17841400000000{n}:1800000000000{n}": LivePost(
            account_id=f"17841400000000{n}",
            post_id=f"1800000000000{n}",
            published_at=START,
            url=f"https://www.instagram.com/p/Cxyz{n}/",
            kept=tuple(START + k * HOUR for k in range(7)),
            read_at=START + 7 * HOUR,
            counters=(n % 17, n % 401, n % 5),
        )
        for n in range(400)
    }
    assert len(encode(SyncState(posts=held))) < 40_000


def test_the_state_of_five_thousand_accounts_is_split_by_the_store_and_comes_back(
    store_of_two_parts: tuple[AgencyStore, SyncState],
) -> None:
    """Two days of five posts a day each: far more than one document holds."""
    agency, state = store_of_two_parts
    stored = agency.sync_state("instagram")
    assert len(stored.pieces) > 1
    assert stored.body is not None
    assert len(stored.body) > MAX_BYTES
    assert decode(stored.body) == state
    sizes = [
        len(part.data["body"])
        for part in agency.store.list(f"{agency.root}/plans")
        if ":" in part.id
    ]
    assert len(sizes) == len(stored.pieces)
    assert max(sizes) < MAX_BYTES


@pytest.fixture
def store_of_two_parts(tmp_path: Path) -> Iterator[tuple[AgencyStore, SyncState]]:
    """A store that holds the state of a large ministry."""
    store = SqliteStore(tmp_path / "kiprah.db")
    agency, state = AgencyStore(store, Agency()), large()
    agency.save_sync_state("instagram", encode(state), agency.sync_state("instagram"))
    yield agency, state
    store.close()


def large() -> SyncState:
    state = SyncState()
    for n in range(5000):
        account_id = f"1784{_digits(n)}"
        state.accounts[f"unit{n}"] = AccountState(
            handle=f"unit{n}", account_id=account_id, swept_at=START, followers_at=START
        )
        for k in range(10):
            post = LivePost(
                account_id=account_id,
                post_id=f"180{_digits(10 * n + k)}",
                published_at=START - (n * 7 + k) * MINUTE,
                url=f"https://www.instagram.com/p/{hashlib.md5(bytes([k])).hexdigest()[:11]}/",
                kept=tuple(START - h * HOUR for h in range(6)),
                read_at=START,
                counters=(k, 7 * k, n % 9),
            )
            state.posts[post.key] = post
    return state


def _digits(n: int) -> str:
    return str(int(hashlib.sha256(str(n).encode()).hexdigest(), 16))[:13]


# Forgetting


def test_posts_are_forgotten_when_no_listing_can_bring_them_up_again() -> None:
    young, old = live_post(REMEMBERED - MINUTE), live_post(REMEMBERED)
    state = SyncState(posts={"young": young, "old": old})
    state.prune(START)
    assert state.posts == {"young": young}


def test_only_the_last_few_ticks_are_remembered() -> None:
    state = SyncState()
    for n in range(3 * TICKS):
        state.tick(START + n * MINUTE)
    assert state.ticks == tuple(START + n * MINUTE for n in range(2 * TICKS, 3 * TICKS))


@pytest.mark.parametrize(
    ("kept", "age", "closed"),
    [
        ((18,), 29, False),
        ((18, 23), 29, False),
        ((18, 24), 24, True),
        ((18, 26), 26, True),
        # Nobody could read it for thirty hours.
        ((), 30, False),
        ((), 31, True),
        ((18,), 31, True),
    ],
)
def test_a_post_is_closed_when_no_read_can_change_its_measurement(
    kept: tuple[int, ...], age: int, closed: bool
) -> None:
    post = live_post(timedelta(0), kept=tuple(START + hours * HOUR for hours in kept))
    assert post.closed(START + age * HOUR) is closed


# A part of it


def test_a_part_holds_what_it_is_told_and_what_is_there() -> None:
    held = {name: AccountState(handle=name) for name in "abc"}
    known = {name: live_post(timedelta(0)) for name in "xyz"}
    state = SyncState(ticks=(START,), accounts=held, posts=known)
    part = state.part(["c", "a", "strange"], ["y", "unknown"])
    assert part == SyncState(accounts={"c": held["c"], "a": held["a"]}, posts={"y": known["y"]})
    assert state.part([], []) == SyncState()


def test_an_account_rests_until_it_is_told_to_wake() -> None:
    state = SyncState(
        accounts={"a": AccountState(handle="a", wrong="salah"), "b": AccountState(handle="b")}
    )
    state.rest("a", START)
    assert state.accounts["a"] == AccountState(handle="a", wrong="salah", retry_at=START)
    state.rest("a", None)
    assert state.accounts["a"] == AccountState(handle="a", wrong="salah")
    assert state.accounts["b"] == AccountState(handle="b")


# Folding: what several readings noted of the same accounts and posts

moments = st.integers(0, 5).map(lambda n: START + n * HOUR)
maybe = st.none() | moments


def said(what: str, at: datetime | None) -> str | None:
    """What a look at that time told; two looks at one time tell the same."""
    return None if at is None or at.hour % 2 else f"{what} {at:%H}"


@st.composite
def looked_at(draw: st.DrawFn, handle: str) -> AccountState:
    checked, swept = draw(maybe), draw(maybe)
    return AccountState(
        handle=handle,
        account_id=said("id", checked),
        title=said("title", checked),
        playlist_id=said("playlist_id", checked),
        checked_at=checked,
        wrong=said("wrong", checked),
        told=said("told", checked),
        lacking=said("lacking", checked),
        retry_at=checked,
        swept_at=swept,
        settled=() if swept is None else (f"v{swept:%H}",),
        followers_at=draw(maybe),
        deep_at=draw(maybe),
        daily=draw(st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 3))),
        covered_until=draw(maybe),
    )


@st.composite
def live_posts(draw: st.DrawFn, post_id: str) -> LivePost:
    kept = sorted(draw(st.sets(moments, max_size=3)))
    read_at = max([*kept, *draw(st.sets(moments, max_size=1))], default=None)
    missing = sorted(draw(st.sets(moments, max_size=2)))
    return LivePost(
        account_id="1",
        post_id=post_id,
        published_at=START - HOUR,
        url="https://example.org/1",
        versions=tuple("abc"[: draw(st.integers(0, 3))]),
        parts=by_number(draw(st.sets(st.sampled_from(["8", "9", "10"])))),
        kept=tuple(kept),
        read_at=read_at,
        counters=draw(counters) if read_at else None,
        missing=tuple(at for at in missing if read_at is None or at > read_at),
    )


@st.composite
def readings(draw: st.DrawFn) -> SyncState:
    handles = draw(st.sets(st.sampled_from("abc")))
    ids = draw(st.sets(st.sampled_from("xyz")))
    return SyncState(
        accounts={handle: draw(looked_at(handle)) for handle in sorted(handles)},
        posts={f"1:{post_id}": draw(live_posts(post_id)) for post_id in sorted(ids)},
    )


def folded(parts: Iterable[SyncState]) -> SyncState:
    whole = SyncState()
    for part in parts:
        whole.fold(part)
    return whole


@given(st.lists(readings(), max_size=4), st.data())
def test_folding_knows_no_order(parts: list[SyncState], data: st.DataObject) -> None:
    assert folded(data.draw(st.permutations(parts))) == folded(parts)


@given(st.lists(readings(), min_size=1, max_size=4), st.data())
def test_folding_again_changes_nothing(parts: list[SyncState], data: st.DataObject) -> None:
    whole = folded(parts)
    again = folded([whole, *data.draw(st.lists(st.sampled_from(parts))), whole])
    assert again == whole


@given(st.lists(readings(), max_size=4), st.integers(0, 4))
def test_folding_knows_no_grouping(parts: list[SyncState], cut: int) -> None:
    assert folded([folded(parts[:cut]), folded(parts[cut:])]) == folded(parts)


@given(st.lists(readings(), max_size=4))
def test_folding_keeps_everything(parts: list[SyncState]) -> None:
    """Each fact by the reading that looked later; of posts all that was kept."""
    whole = folded(parts)
    assert set(whole.accounts) == {name for part in parts for name in part.accounts}
    assert set(whole.posts) == {name for part in parts for name in part.posts}
    for name, account in whole.accounts.items():
        held = [part.accounts[name] for part in parts if name in part.accounts]
        for fact in ("checked_at", "swept_at", "followers_at", "deep_at", "covered_until"):
            assert getattr(account, fact) == latest(getattr(one, fact) for one in held)
        checked = next(one for one in held if one.checked_at == account.checked_at)
        for fact in ("account_id", "title", "playlist_id", "wrong", "told", "lacking", "retry_at"):
            assert getattr(account, fact) == getattr(checked, fact)
        assert account.settled == next(o.settled for o in held if o.swept_at == account.swept_at)
        for day in {day for one in held for day in one.daily}:
            assert account.daily[day] == max(one.daily.get(day, 0) for one in held)
    for name, post in whole.posts.items():
        seen = [part.posts[name] for part in parts if name in part.posts]
        assert set(post.kept) == {at for one in seen for at in one.kept}
        assert list(post.kept) == sorted(post.kept)
        assert post.read_at == latest(one.read_at for one in seen)
        remembered = [o.counters for o in seen if o.read_at == post.read_at and o.counters]
        assert post.counters in (remembered or [None])
        missed = {at for one in seen for at in one.missing}
        assert set(post.missing) == {
            at for at in missed if post.read_at is None or at > post.read_at
        }
        assert list(post.missing) == sorted(post.missing)
        assert len(post.versions) == max(len(one.versions) for one in seen)
        assert post.parts == by_number({part for one in seen for part in one.parts})


@given(readings(), readings())
def test_folding_leaves_what_is_folded_in_alone(one: SyncState, other: SyncState) -> None:
    before = encode(other)
    one.fold(other)
    one.tick(START)
    one.prune(START + 9 * DAY)
    assert encode(other) == before


def latest(times: Iterable[datetime | None]) -> datetime | None:
    return max((at for at in times if at is not None), default=None)


# A clock that was wrong for a while

READ = Ways.of(adapter("instagram"))


def purposes(state: SyncState, now: datetime) -> list[Purpose]:
    """Why accounts would be read at that time."""
    found = candidates(
        state,
        state.accounts,
        READ,
        Timing(
            now=now,
            following=now + 15 * MINUTE,
            look_back=START - 20 * DAY,
            discover_every=3 * HOUR,
        ),
    )
    return [candidate.reason.purpose for candidate in found]


@given(states, instants)
def test_nothing_is_remembered_that_lies_in_the_future(state: SyncState, now: datetime) -> None:
    state.until(now)
    times = [*state.ticks]
    for account in state.accounts.values():
        times += [
            at
            for at in (
                account.checked_at,
                account.followers_at,
                account.swept_at,
                account.deep_at,
                account.covered_until,
            )
            if at
        ]
        assert account.retry_at is None or account.retry_at <= now + LONGEST_REST
    for post in state.posts.values():
        times += [*post.kept, *post.missing, *([post.read_at] if post.read_at else [])]
    assert all(at <= now for at in times)
    before = encode(state)
    state.until(now)
    assert encode(state) == before


@given(states)
def test_a_clock_that_was_right_changes_nothing(state: SyncState) -> None:
    before = encode(state)
    state.until(START + timedelta(seconds=10**6))
    assert encode(state) == before


def test_an_account_that_the_future_looked_at_is_looked_at_again() -> None:
    """Over two days back, so that nothing published meanwhile is lost."""
    ahead = START + 40 * DAY
    held = AccountState(
        handle="a",
        account_id="1",
        wrong="salah",
        retry_at=ahead,
        checked_at=ahead,
        followers_at=ahead,
        swept_at=ahead,
        deep_at=ahead,
    )
    state = SyncState(ticks=(START - HOUR, ahead), accounts={"a": held})
    assert purposes(state, START) == []
    state.until(START)
    assert state.ticks == (START - HOUR,)
    [account] = state.accounts.values()
    past = START - REMEMBERED
    assert account == AccountState(
        handle="a",
        account_id="1",
        wrong="salah",
        checked_at=past,
        followers_at=past,
        swept_at=past,
        deep_at=past,
    )
    assert purposes(state, START) == [Purpose.OVERDUE]


def test_only_what_lies_in_the_future_is_forgotten_of_an_account() -> None:
    held = AccountState(
        handle="a",
        account_id="1",
        swept_at=START + MINUTE,
        checked_at=START,
        followers_at=START - HOUR,
    )
    state = SyncState(accounts={"a": held})
    state.until(START)
    assert state.accounts["a"] == msgspec.structs.replace(held, swept_at=START - REMEMBERED)


@pytest.mark.parametrize(("rest", "wakes"), [(LONGEST_REST, False), (LONGEST_REST + MINUTE, True)])
def test_no_account_rests_longer_than_any_is_sent_to_rest(rest: timedelta, wakes: bool) -> None:
    held = AccountState(handle="a", checked_at=START, retry_at=START + rest)
    state = SyncState(accounts={"a": held})
    state.until(START)
    assert (state.accounts["a"].retry_at is None) is wakes


def test_a_post_that_the_future_closed_is_read_again() -> None:
    post = LivePost(
        account_id="1",
        post_id="2",
        published_at=START - 23 * HOUR - 54 * MINUTE,
        url="",
        kept=(START - 6 * HOUR, START + 40 * DAY),
        read_at=START + 40 * DAY,
        missing=(START + 41 * DAY,),
    )
    assert purpose_of(post, START, START + 15 * MINUTE) is None
    state = SyncState(posts={post.key: post})
    state.until(START)
    [healed] = state.posts.values()
    assert healed == msgspec.structs.replace(
        post, kept=(START - 6 * HOUR,), read_at=START - 6 * HOUR, missing=()
    )
    assert purpose_of(healed, START, START + 15 * MINUTE) is Purpose.MARK


def test_a_post_that_the_future_missed_is_not_gone() -> None:
    missed = (START - HOUR, START + 40 * DAY)
    post = msgspec.structs.replace(live_post(5 * HOUR), missing=missed, read_at=START - 2 * HOUR)
    state = SyncState(posts={post.key: post})
    state.until(START)
    assert state.posts[post.key].missing == missed[:1]


# Made anew


def stored_post(samples: tuple[int, ...], absences: tuple[int, ...] = ()) -> Post:
    return Post(
        platform="x",
        account_id="1",
        post_id="2",
        published_at=START,
        url="https://example.org/2",
        versions=("2", "3"),
        parts=("4", "5"),
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
def test_a_lost_state_is_made_from_the_stored_posts(
    samples: tuple[int, ...], absences: tuple[int, ...], missing: tuple[int, ...]
) -> None:
    [post] = rebuild([stored_post(samples, absences)]).posts.values()
    assert post.key == "1:2"
    assert post.kept == tuple(START + n * HOUR for n in samples)
    assert post.read_at == (START + samples[-1] * HOUR if samples else None)
    assert post.missing == tuple(START + n * HOUR for n in missing)
    assert (post.versions, post.parts) == (("2", "3"), ("4", "5"))
    assert post.mark == START + 24 * HOUR


def test_a_posts_facts_survive_the_state() -> None:
    whole = stored_post((1,))
    [post] = rebuild([whole]).posts.values()
    assert post.as_post("x") == msgspec.structs.replace(whole, samples=())


def test_an_account_was_looked_at_when_its_newest_post_was_first_read() -> None:
    """What was published since is to be found, and nothing before it is to be read again."""
    found = [
        stored_post((1, 9)),
        msgspec.structs.replace(stored_post((3, 4)), post_id="9"),
        stored_post(()),
    ]
    state = rebuild(found, {"ada": "1", "sepi": "7"})
    assert state.accounts["ada"].swept_at == START + 3 * timedelta(hours=1)
    assert state.accounts["ada"].account_id == "1"
    assert state.accounts["sepi"].swept_at is None
    assert rebuild(found).accounts == {}


@pytest.mark.parametrize(("hours", "forgotten"), [(0, False), (18, False), (19, True)])
def test_a_clock_that_was_far_ahead_has_forgotten_posts(hours: int, forgotten: bool) -> None:
    state = SyncState()
    assert not state.has_forgotten(START)
    state.tick(START - timedelta(hours=1))
    state.tick(START + timedelta(hours=hours))
    assert state.has_forgotten(START) == forgotten


def test_what_is_waited_for_is_first_seen_when_anybody_saw_it_first(now: datetime) -> None:
    early, late = now - 3 * timedelta(hours=1), now
    one = AccountState(handle="a", swept_at=early, waits={"v": early, "settled": early})
    other = AccountState(handle="a", swept_at=late, waits={"v": late})
    for first, second in ((one, other), (other, one)):
        state = SyncState(accounts={"a": first})
        state.fold(SyncState(accounts={"a": second}))
        assert state.accounts["a"].waits == {"v": early}


def test_how_a_listing_is_asked_for_is_what_was_found_out_last(now: datetime) -> None:
    narrow = AccountState(handle="a", manner=Manner(6), manner_at=now - timedelta(hours=1))
    usual = AccountState(handle="a", manner_at=now)
    for first, second in ((narrow, usual), (usual, narrow)):
        state = SyncState(accounts={"a": first})
        state.fold(SyncState(accounts={"a": second}))
        assert (state.accounts["a"].manner, state.accounts["a"].manner_at) == (None, now)


def test_what_a_post_had_is_forgotten_with_the_read_that_the_future_made(now: datetime) -> None:
    hour = timedelta(hours=1)
    held = live_post(read_at=now + hour, counters=(1, 2, 3))
    seen = live_post(read_at=now, counters=(1, 2, 3))
    state = SyncState(
        accounts={"a": AccountState(handle="a", swept_at=now, covered_until=now + hour)},
        posts={"held": held, "seen": seen},
    )
    state.until(now)
    assert (state.posts["held"].read_at, state.posts["held"].counters) == (held.kept[-1], None)
    assert state.posts["seen"] == seen
    assert state.accounts["a"] == AccountState(handle="a", swept_at=now)


def test_a_state_that_is_made_anew_remembers_no_counters() -> None:
    [post] = rebuild([stored_post((1,))]).posts.values()
    assert (post.read_at, post.counters) == (START + HOUR, None)


def test_a_copy_stays_as_it_is(now: datetime) -> None:
    state = SyncState(ticks=(now,), accounts={"a": AccountState(handle="a")})
    before = state.copy()
    state.rest("a", now)
    state.tick(now)
    state.posts["p"] = live_post()
    assert before == SyncState(ticks=(now,), accounts={"a": AccountState(handle="a")})
