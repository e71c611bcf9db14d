"""When texts go: as soon as nothing shows or compares them, and no number changes with them.

These stores are real; the computer's clock is an argument.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.collect.reading.witness import remember
from functions.model import PLATFORMS, Agency, Entry, Post
from functions.score import job
from functions.score import month as score_month
from functions.score.forgetting import texts_lost
from functions.score.job import score
from functions.score.rules.calendar import indonesian_holidays
from functions.score.rules.closing import closing_ends
from functions.score.trial import TrialError, try_out
from functions.store.agency import AgencyStore
from functions.store.expiry import TEXTS
from functions.store.port import Store, Write
from functions.store.sqlite import SqliteStore
from tests.factories import BEGIN, CLOSES, END, MONTH, WIB, read
from tests.score.scoring import ROSTER, ministry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOVEMBER = "2026-11"
NOVEMBER_CLOSES = closing_ends(NOVEMBER, WIB, indonesian_holidays())
TEXT = "Penyuluhan hukum serentak di seluruh kelurahan kota ini"


def posted(post_id: str, at: datetime, account: str = "x:1", **facts: Any) -> Post:
    platform, _, account_id = account.partition(":")
    known: dict[str, Any] = {"text": TEXT, "samples": (read(at + HOUR, 1), read(at + DAY, 5))}
    return Post(
        platform=platform,  # type: ignore[arg-type]
        account_id=account_id,
        post_id=post_id,
        published_at=at,
        url=f"https://{platform}.example/{post_id}",
        **{**known, **facts},
    )


@dataclass
class Life:
    """A real store, and the instant by its computer's clock."""

    store: Store
    at: datetime = BEGIN

    def __post_init__(self) -> None:
        self.agency = AgencyStore(self.store, Agency(), clock=lambda: self.at)
        self.agency.save_roster(ROSTER)
        self.agency.save_cursor("collect", began_at=BEGIN.isoformat())

    def score(self, at: datetime, *posts: Post) -> None:
        """What a collection, a scoring and a publishing do then."""
        self.at = at
        self.agency.save_posts(posts)
        remember(self.agency, at, lambda: at)
        score(self.agency, now=at, run_id=f"{at:%m%dT%H%M%S}", clock=lambda: at)
        published = {month: record.digest for month, record in self.agency.months().items()}
        path = f"{self.agency.root}/jobs/publish"
        self.store.write([Write(path, {"published": published}, "merge")])

    def entries(self, month: str = MONTH) -> dict[str, Entry]:
        ledgers = self.agency.ledgers(month).values()
        return {name: entry for each in ledgers for name, entry in each.entries.items()}

    def texts(self, month: str = MONTH) -> set[str]:
        """The posts whose texts a month's ledgers hold."""
        return {name for name, entry in self.entries(month).items() if entry.post.text}

    def raw(self) -> set[str]:
        """The posts whose texts lie where they were collected."""
        return {post.post_id for post in self.agency.posts_published(BEGIN) if post.text}

    def repeats(self) -> dict[str, str | None]:
        found = self.entries().items()
        return {name: entry.verdict.duplicate_of for name, entry in found if entry.verdict}


@pytest.fixture
def life(store: Store) -> Life:
    return Life(store)


# Frozen months


def test_a_frozen_month_loses_its_texts_platform_by_platform(life: Life) -> None:
    middle, last = BEGIN + 9 * DAY, END - HOUR
    named = {p: posted(p, middle, f"{p}:1") for p in PLATFORMS}
    edge = {f"{p}-edge": posted(f"{p}-edge", last, f"{p}:1") for p in PLATFORMS}
    life.score(CLOSES - DAY, *named.values(), *edge.values())
    life.score(CLOSES)
    assert life.texts() == {*named, *edge}  # frozen, and not published yet
    frozen = life.agency.frozen_evidence(MONTH, 1)
    life.score(CLOSES + HOUR)
    assert life.texts() == {*named, *edge}  # the month's last week is still looked at
    life.score(END + TEXTS["x"])
    assert life.texts() == {"instagram", "facebook", "tiktok", *edge}
    assert len(life.agency.tail(MONTH).recent["x:1"]) == 1
    life.score(NOVEMBER_CLOSES)
    life.score(NOVEMBER_CLOSES + HOUR)
    assert life.texts() == {
        f"{p}{edge}" for p in ("instagram", "facebook", "tiktok") for edge in ("", "-edge")
    }
    recent = life.agency.tail(MONTH).recent
    assert [each.text for each in recent["x:1"]] == [None]
    assert [each.text for each in recent["tiktok:1"]] == [TEXT]
    life.score(END + TEXTS["tiktok"])
    assert life.texts() == set()
    assert not any(each.text for last in life.agency.tail(MONTH).recent.values() for each in last)
    assert life.agency.frozen_evidence(MONTH, 1) == frozen
    assert set(life.entries()) == {*named, *edge}


def test_what_has_gone_is_looked_at_once_and_nothing_is_written_again(life: Life) -> None:
    life.score(CLOSES, posted("a", BEGIN + 9 * DAY))
    life.score(CLOSES + HOUR)
    life.score(END + TEXTS["x"])
    assert texts_lost(life.agency.cursor("score"), MONTH) == {"x", "youtube"}
    versions = {held.path: held.version for held in life.store.list(f"{life.agency.root}/ledgers")}
    life.score(END + TEXTS["x"] + HOUR)
    after = {held.path: held.version for held in life.store.list(f"{life.agency.root}/ledgers")}
    assert {path: after[path] for path in versions} == versions


def test_a_month_that_hears_an_objection_keeps_its_texts(life: Life) -> None:
    life.score(CLOSES - DAY, posted("a", BEGIN + 9 * DAY))
    objection = {"post": "x:a", "by": "Ani", "why": "Uji.", "at": "2026-10-12T00:00:00Z"}
    life.agency.add_objection("a", objection)
    life.score(CLOSES + DAY)
    life.score(CLOSES + 2 * DAY)
    assert life.texts() == {"a"}


def test_no_near_duplicates_are_tried_where_texts_are_gone(life: Life) -> None:
    life.score(CLOSES, posted("a", BEGIN + 9 * DAY))
    life.score(CLOSES + HOUR)
    life.score(END + TEXTS["x"])
    with pytest.raises(TrialError, match="no longer kept"):
        try_out(life.agency, MONTH, {"duplicate_percent": 50})
    assert try_out(life.agency, MONTH, {"usual_least": 0}).changes == ()
    with pytest.raises(TrialError, match="no longer kept"):
        try_out(Life(life.store).agency, MONTH, {"duplicate_percent": 95})


@pytest.mark.parametrize("odd", ["", 5, [], {MONTH: "x"}, {MONTH: [{}, 5, "?"]}, {MONTH: {}}])
def test_what_a_hand_left_in_the_cursor_is_looked_at_again(life: Life, odd: Any) -> None:
    life.score(CLOSES, posted("a", BEGIN + 9 * DAY))
    life.score(CLOSES + HOUR)
    life.agency.save_cursor("score", texts=odd)
    life.score(END + TEXTS["x"])
    assert life.texts() == set()


# Deleted posts


def test_a_post_deleted_before_its_mark_loses_its_text_at_once(life: Life) -> None:
    at = BEGIN + 9 * DAY
    a, b = posted("a", at, samples=(read(at + HOUR),)), posted("b", at + HOUR, samples=())
    b = msgspec.structs.replace(b, samples=(read(at + 2 * HOUR),))
    life.score(at + 3 * HOUR, a, b)
    assert life.repeats() == {"a": None, "b": "a"}
    gone = msgspec.structs.replace(a, absences=(at + 4 * HOUR, at + 5 * HOUR))
    life.score(at + 4 * HOUR, msgspec.structs.replace(gone, absences=gone.absences[:1]))
    assert (life.texts(), life.raw()) == ({"a", "b"}, {"a", "b"})  # not confirmed yet
    life.score(at + 5 * HOUR, gone)
    assert (life.texts(), life.raw()) == ({"b"}, {"b"})
    assert life.repeats() == {"a": None, "b": None}
    # Seen again: what the platform shows comes back with the read.
    life.score(at + 6 * HOUR, posted("a", at, samples=(read(at + 6 * HOUR),)))
    assert (life.texts(), life.raw()) == ({"a", "b"}, {"a", "b"})
    assert life.repeats() == {"a": None, "b": "a"}


def test_a_post_deleted_after_its_mark_stands_and_what_it_repeats_holds(life: Life) -> None:
    at = BEGIN + 9 * DAY
    a, b, c = (posted(name, at + n * HOUR) for n, name in enumerate("abc"))
    life.score(at + DAY + 3 * HOUR, a, b, c)
    absences = (at + 27 * HOUR, at + 28 * HOUR)
    deleted = [msgspec.structs.replace(post, absences=absences) for post in (a, b)]
    life.score(at + 29 * HOUR, *deleted)
    assert life.texts() == {"a", "b", "c"}
    life.score(at + 31 * HOUR)
    assert (life.texts(), life.raw()) == ({"c"}, {"c"})
    digest = life.agency.months()[MONTH].digest
    # Everything is compared anew where the settings change; and then nothing is written twice.
    for percent in (95, 90):
        document = {"duplicate_percent": percent}
        life.store.write([Write(f"{life.agency.root}/settings/formula", document)])
        life.score(at + 32 * HOUR + percent * HOUR)
        assert life.repeats() == {"a": None, "b": "a", "c": "a"}
    assert len(life.entries()["a"].post.absences) == 2
    assert life.agency.months()[MONTH].digest != digest  # the settings stand in the evidence
    # The run after it sees what forgetting wrote; the next has nothing new.
    life.score(life.at)
    before = life.store.meter.writes
    score(life.agency, now=life.at, run_id="again", clock=lambda: life.at)
    assert life.store.meter.writes == before


def test_a_document_that_is_gone_is_not_made_anew(life: Life) -> None:
    post = posted("a", BEGIN)
    life.agency.save_posts([post])
    [held] = life.store.list(f"{life.agency.root}/posts")
    life.store.write([Write(held.path, mode="delete")])
    life.agency.forget_texts([post])
    assert [*life.store.list(f"{life.agency.root}/posts")] == []


def test_a_simulation_keeps_its_texts(store: Store) -> None:
    agency = ministry(store)
    at = BEGIN + 9 * DAY
    gone = (at + 2 * HOUR, at + 3 * HOUR)
    agency.save_posts([posted("a", at, samples=(read(at + HOUR),), absences=gone)])
    score(agency, now=CLOSES, run_id="r", clock=lambda: CLOSES)
    [post] = agency.posts_published(BEGIN)
    assert post.text == TEXT


# Nothing but texts changes


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Post], list[datetime]]:
    """Posts around the edge of two months, some deleted, some alike; and when scorings run."""
    posts = []
    for n in range(draw(st.integers(3, 9))):
        at = (
            draw(st.sampled_from([BEGIN + 9 * DAY, END - 20 * HOUR]))
            + draw(st.integers(0, 30)) * HOUR
        )
        absences = draw(st.sampled_from([(), (2, 3), (25, 26), (25,)]))
        seen = 1 if absences and absences[0] < 24 else 24
        posts.append(
            posted(
                f"p{n}",
                at,
                draw(st.sampled_from(["x:1", "x:3", "instagram:2"])),
                text=draw(st.sampled_from([TEXT, TEXT + "!!", TEXT + " mulai pekan depan", None])),
                samples=(read(at + HOUR, 1), *([read(at + DAY, 5)] if seen > 1 else [])),
                absences=tuple(at + hours * HOUR for hours in absences),
            )
        )
    gaps = draw(st.lists(st.integers(1, 200), min_size=2, max_size=4))
    times, at = [], BEGIN + 10 * DAY
    for gap in gaps:
        at += gap * HOUR
        times.append(at)
    later = [CLOSES, CLOSES + HOUR, NOVEMBER_CLOSES, NOVEMBER_CLOSES + HOUR, END + 80 * DAY]
    return posts, sorted({*times, *later})


def proofs(posts: list[Post], times: list[datetime]) -> tuple[list[Any], set[str]]:
    """What is ranked and frozen after each scoring, and the posts with a text at the end."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "kiprah.db")
        life, told, last = Life(store), [], BEGIN
        for at in times:
            # What had been read by then, each read in its time.
            known = [post.as_known(at) for post in posts]
            new = [p for p in known if p.samples and p != p.as_known(last)]
            life.score(at, *new)
            last = at
            agency = life.agency
            told.append(
                (
                    agency.months(),
                    [agency.frozen_evidence(month, 1) for month in (MONTH, NOVEMBER)],
                )
            )
        left = life.texts() | life.texts(NOVEMBER)
        store.close()
    return told, left


@settings(max_examples=4, print_blob=True)
@given(worlds())
def test_rankings_and_evidence_are_the_same_bytes_with_and_without_forgetting(
    world: tuple[list[Post], list[datetime]],
) -> None:
    forgetful, left = proofs(*world)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "forget_frozen", lambda run, cursor: {})
        patch.setattr(score_month, "forget_deleted", lambda agency, ledgers, now: None)
        kept, _ = proofs(*world)
    assert forgetful == kept
    assert msgspec.json.encode(forgetful[-1][0]) == msgspec.json.encode(kept[-1][0])
    october = [post.post_id for post in world[0] if post.published_at < END]
    assert left.isdisjoint(october)
