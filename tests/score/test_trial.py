"""A month tried under other settings: as scoring would rank it, and nothing is written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.model import Entry, Post, Ranking
from functions.score.trial import TrialError, try_out
from functions.store.agency import AgencyStore
from functions.store.port import Write
from functions.store.sqlite import SqliteStore
from tests.factories import BEGIN, CLOSES, CLOSING, END, MONTH, measured_post
from tests.score import earlier
from tests.score.scoring import ministry, save, score_at

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MIDDLE = BEGIN + 10 * DAY
TEXT = "Pelayanan pendaftaran merek dibuka kembali di kantor wilayah"
# Alike to TEXT in this many percent, as ``repeated`` makes them.
ALIKE = {100: TEXT, 95: TEXT + " besok", 86: TEXT + " mulai senin depan", 60: TEXT[:26]}


def repeated(percent: int, account: str, post_id: str, i24: int, at: datetime) -> Post:
    post = measured_post(i24, account=account, post_id=post_id, at=at)
    return msgspec.structs.replace(post, text=ALIKE[percent])


def october(agency: AgencyStore) -> None:
    """Aceh repeats itself once, more or less alike; the last day reaches into November."""
    save(
        agency,
        repeated(100, "x:1", "a1", 30, MIDDLE),
        repeated(86, "x:1", "a2", 20, MIDDLE + HOUR),
        repeated(95, "x:1", "a3", 10, MIDDLE + 2 * HOUR),
        repeated(100, "x:3", "b1", 45, MIDDLE),
        repeated(100, "x:3", "b2", 5, END - 2 * HOUR),
        repeated(86, "x:3", "c1", 7, END + HOUR),
    )


def typed(agency: AgencyStore, **formula: Any) -> None:
    agency.store.write([Write(f"{agency.root}/settings/formula", formula)])


def everything(agency: AgencyStore) -> list[Any]:
    """Every document as it lies in the store, with its version and stamp."""
    return sorted(agency.store.everything(), key=lambda stored: stored.path)


def of_run(ranking: Ranking) -> Ranking:
    """The ranking but for when and by which run it was made."""
    return msgspec.structs.replace(ranking, as_of=BEGIN, run_id="", state="open")


def scored_with(now: datetime, month: str, **formula: Any) -> Ranking:
    """What scoring makes of the month where its settings, and no earlier month's, are these."""
    with small_store() as agency:
        october(agency)
        if month == MONTH:
            typed(agency, **formula)
        score_until(agency, now)
        typed(agency, **formula)
        score_at(agency, now)
        return agency.months()[month].ranking


def score_until(agency: AgencyStore, now: datetime) -> None:
    """Score as months go by, and at ``now``."""
    for at in (MIDDLE, CLOSING, CLOSES):
        if at < now:
            score_at(agency, at)
    score_at(agency, now)


@contextmanager
def small_store() -> Iterator[AgencyStore]:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder, "kiprah.db"))
        yield ministry(store)
        store.close()


@pytest.mark.parametrize(
    ("now", "month", "state"),
    [
        (MIDDLE + 5 * DAY, MONTH, "open"),
        (CLOSING + HOUR, MONTH, "closing"),
        (CLOSES + HOUR, MONTH, "final"),
        # October still hears objections, and then is final: November is compared with its texts.
        (CLOSING + HOUR, "2026-11", "open"),
        (CLOSES + 2 * DAY, "2026-11", "open"),
    ],
)
@pytest.mark.parametrize("percent", [50, 96])
def test_a_trial_is_what_scoring_would_make_of_it(
    agency: AgencyStore, now: datetime, month: str, state: str, percent: int
) -> None:
    october(agency)
    score_until(agency, now)
    trial = try_out(agency, month, {"duplicate_percent": percent})
    assert trial.state == state
    wanted = scored_with(now, month, duplicate_percent=percent)
    assert of_run(trial.after) == of_run(wanted)
    assert trial.before == agency.months()[month].ranking
    assert trial.textless == 0


@pytest.mark.parametrize("now", [MIDDLE + 5 * DAY, CLOSING + HOUR, CLOSES + HOUR])
def test_a_trial_writes_nothing(agency: AgencyStore, now: datetime) -> None:
    october(agency)
    score_until(agency, now)
    before, writes = everything(agency), agency.store.meter.writes
    for given_settings in (
        {"duplicate_percent": 85},
        {"x_threads": "sum", "usual_least": 0},
        {"band_edges": [10], "band_least": 1, "band_fewest": 1, "objection_days": 9},
    ):
        try_out(agency, MONTH, given_settings)
    assert everything(agency) == before
    assert agency.store.meter.writes == writes


def test_a_trial_says_which_posts_count_no_more_or_again(agency: AgencyStore) -> None:
    october(agency)
    score_at(agency, MIDDLE + 5 * DAY)
    stricter = try_out(agency, MONTH, {"duplicate_percent": 85})
    [gone] = stricter.recounted
    assert (gone.post.post_id, gone.before.counted, gone.after.counted) == ("a2", True, False)
    assert (gone.after.duplicate_of, gone.after.reason) == ("a1", "duplicate")
    looser = try_out(agency, MONTH, {"duplicate_percent": 96})
    assert [(r.post.post_id, r.after.counted) for r in looser.recounted] == [("a3", True)]
    official = [c for c in looser.changes if (c.platform, c.kind, c.band) == (None,) * 3]
    assert [(c.ranking, c.satker, c.before, c.after) for c in official] == [
        ("most_active", "aceh", (1, 2, 50), (1, 3, 60)),
        ("most_popular", "aceh", (1, 2, 50), (1, 3, 60)),
    ]


def test_settings_that_are_in_force_change_nothing(agency: AgencyStore) -> None:
    october(agency)
    score_at(agency, MIDDLE + 5 * DAY)
    trial = try_out(agency, MONTH, {"duplicate_percent": 90, "objection_days": 3})
    assert trial.after == trial.before
    assert (trial.changes, trial.recounted, trial.textless) == ((), (), None)
    assert trial.closes_at[0] == trial.closes_at[1] == CLOSES


def test_bands_objections_and_what_is_usual_are_tried_too(agency: AgencyStore) -> None:
    save(
        agency,
        *(
            measured_post(4, account="x:1", post_id=f"{n:02}", at=BEGIN + n * HOUR)
            for n in range(30)
        ),
    )
    score_at(agency, MIDDLE)
    trial = try_out(agency, MONTH, {"band_least": 1, "band_fewest": 1, "objection_days": 4})
    assert trial.in_other_bands == 3
    assert trial.closes_at == (CLOSES, CLOSES + DAY)
    assert {c.band for c in trial.changes} == {1, 2}
    assert try_out(agency, MONTH, {"usual_least": 4}).unusual == (0, 10)


def test_threads_whose_parts_were_never_read_are_counted(agency: AgencyStore) -> None:
    october(agency)
    save(agency, measured_post(3, account="instagram:2", post_id="i", at=MIDDLE))
    score_at(agency, MIDDLE + 5 * DAY)
    trial = try_out(agency, MONTH, {"x_threads": "sum"})
    assert (trial.unread, trial.inseparable) == (4, None)
    assert trial.after == trial.before


def test_threads_that_are_summed_cannot_be_taken_apart(agency: AgencyStore) -> None:
    typed(agency, x_threads="sum")
    alone = measured_post(5, account="x:3", post_id="1", at=MIDDLE)
    thread = measured_post(9, account="x:1", post_id="2", at=MIDDLE)
    save(agency, alone, msgspec.structs.replace(thread, parts=("3", "4")))
    score_at(agency, MIDDLE + 5 * DAY)
    trial = try_out(agency, MONTH, {"x_threads": "first"})
    assert (trial.unread, trial.inseparable) == (None, 1)
    assert trial.after == trial.before


def without_texts(agency: AgencyStore, month: str, *post_ids: str) -> None:
    """Take the captions of posts out of the month's ledgers."""
    ledgers = agency.ledgers(month)
    for ledger in list(ledgers.values()):
        for entry in list(ledger.entries.values()):
            if entry.post.post_id in post_ids:
                post = msgspec.structs.replace(entry.post, text=None)
                ledgers.put(Entry(post=post, verdict=entry.verdict))
    agency.save_ledgers(ledgers)


def test_where_texts_are_gone_duplicates_are_not_guessed(agency: AgencyStore) -> None:
    october(agency)
    score_at(agency, MIDDLE + 5 * DAY)
    without_texts(agency, MONTH, "a1")
    with pytest.raises(TrialError, match="of 1 posts the store no longer holds the texts"):
        try_out(agency, MONTH, {"duplicate_percent": 85})
    assert try_out(agency, MONTH, {"usual_least": 0}).changes == ()  # needs no text


def test_posts_without_a_text_are_counted(agency: AgencyStore) -> None:
    """Whether they never had one nobody can tell; so it is said."""
    october(agency)
    score_at(agency, MIDDLE + 5 * DAY)
    without_texts(agency, MONTH, "a2")
    assert try_out(agency, MONTH, {"duplicate_percent": 85}).textless == 1


def test_a_month_that_changed_since_it_was_ranked_is_scored_first(agency: AgencyStore) -> None:
    october(agency)
    score_at(agency, MIDDLE + 5 * DAY)
    ledgers = agency.ledgers(MONTH)
    entry = ledgers["x:1"].entries["a1"]
    ledgers.put(Entry(post=msgspec.structs.replace(entry.post, url="https://x.com/i/9")))
    agency.save_ledgers(ledgers)
    with pytest.raises(TrialError, match="kiprah score first"):
        try_out(agency, MONTH, {"duplicate_percent": 85})


def test_a_month_that_is_not_ranked_cannot_be_tried(agency: AgencyStore) -> None:
    with pytest.raises(TrialError, match="2026-10 is not ranked in this store"):
        try_out(agency, MONTH, {"duplicate_percent": 85})


@pytest.mark.parametrize(
    ("given_settings", "said"),
    [
        ({"duplicate_percent": 101}, "isi bilangan bulat 50 sampai 100"),
        ({"duplicate_percnt": 85}, "duplicate_percnt tidak dikenal"),
        ({"x_counts": False}, "x_counts hanya menentukan apa yang dicari"),
        ({"band_least": 20}, "band_fewest lebih kecil daripada band_least"),
        ({"x_threads": "all", "band_edges": [5, 1]}, "isi first atau sum; band_edges"),
    ],
)
def test_a_value_that_no_setting_takes_is_refused(
    agency: AgencyStore, given_settings: dict[str, Any], said: str
) -> None:
    october(agency)
    score_at(agency, MIDDLE + 5 * DAY)
    with pytest.raises(ValueError, match=said):
        try_out(agency, MONTH, given_settings)


def test_a_month_of_formula_1_is_tried_by_formula_1(agency: AgencyStore) -> None:
    earlier.keep(agency)
    trial = try_out(agency, MONTH, {"band_least": 1, "band_fewest": 1, "band_edges": [500]})
    assert trial.after.formula.startswith("1-")
    assert trial.changes != ()
    assert all(row.possible_ranks is None for x in trial.after.lists for row in x.rows)
    with pytest.raises(TrialError, match="no longer holds the texts"):
        try_out(agency, MONTH, {"duplicate_percent": 80})


texts = st.sampled_from([*ALIKE.values(), "Kanwil", "", None])
posts = st.lists(
    st.tuples(
        st.sampled_from(["x:1", "x:3", "instagram:2"]),
        st.integers(0, 60),  # hours
        st.integers(0, 50),
        texts,
    ),
    max_size=10,
)


@settings(max_examples=25)
@given(posts=posts, held=st.integers(50, 100), tried=st.integers(50, 100))
def test_whatever_was_posted_a_trial_is_what_scoring_makes_of_it(
    posts: list[tuple[str, int, int, str | None]], held: int, tried: int
) -> None:
    made = [
        msgspec.structs.replace(
            measured_post(i24, account=account, post_id=f"p{n}", at=MIDDLE + hour * HOUR),
            text=text,
        )
        for n, (account, hour, i24, text) in enumerate(posts)
    ]
    now = MIDDLE + 9 * DAY
    with small_store() as agency:
        typed(agency, duplicate_percent=held)
        save(agency, *made)
        score_at(agency, now)
        trial = try_out(agency, MONTH, {"duplicate_percent": tried})
        typed(agency, duplicate_percent=tried)
        score_at(agency, now)
        scored = agency.months()[MONTH].ranking
        assert of_run(trial.after) == of_run(scored)
        counted = {name: e.verdict for name, e in _entries(agency).items() if e.verdict}
        for each in trial.recounted:
            assert counted[each.post.post_id].counted is each.after.counted


def _entries(agency: AgencyStore) -> dict[str, Entry]:
    ledgers = agency.ledgers(MONTH).values()
    return {name: entry for ledger in ledgers for name, entry in ledger.entries.items()}
