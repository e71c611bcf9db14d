"""Sampling: who is drawn, that texts are sealed and go in time, and what odd offers cost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.listen.comments.sampling import (
    LONGEST,
    Sampler,
    Scorer,
    erase_threads,
    expire_texts,
    sampler_of,
)
from functions.model import Agency, month_bounds
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.agency.labels import OddSampleError
from functions.store.labels import Marks, ThreadSample, rank, seed_of, settled
from functions.store.listening_settings import Listening
from functions.store.port import Store, Write
from functions.tokens.vault import Vault
from tests.factories import MONTH, NOW

DAY = timedelta(days=1)
VAULT = Vault("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
WANTED = Listening(sample_texts=5)
MODEL = Scorer("m1", lambda text: 0.25)


@pytest.fixture
def agency(sqlite_url: str) -> Iterator[AgencyStore]:
    """Of one kind of store: what each keeps is tested in tests/store/."""
    with closing(open_store(sqlite_url)) as store:
        yield AgencyStore(store, Agency(), clock=lambda: NOW)


def sampler(
    agency: AgencyStore,
    now: datetime = NOW,
    wanted: Listening = WANTED,
    model: Scorer | None = MODEL,
) -> Sampler:
    found = sampler_of(agency, wanted, VAULT, now, model)
    assert found is not None
    return found


def run(agency: AgencyStore, *hashes: str, now: datetime = NOW) -> None:
    drawing = sampler(agency, now)
    for hash in hashes:
        drawing.offer(hash, "facebook:1", now, f"teks {hash}")
    drawing.save()


def drawn(agency: AgencyStore, month: str = MONTH) -> set[str]:
    sample = agency.sample(month)
    return set() if sample is None else {*sample.drawn}


def texts(agency: AgencyStore, *hashes: str) -> dict[str, str]:
    found = agency.texts(MONTH, hashes or drawn(agency))
    return {hash: VAULT.open(sealed) for hash, sealed in found.items()}


def contents(store: Store) -> str:
    return repr([(stored.path, stored.data) for stored in store.everything()])


def test_nothing_is_drawn_unless_it_is_wanted(agency: AgencyStore) -> None:
    assert sampler_of(agency, Listening(), VAULT, NOW) is None


def test_the_smallest_ranks_are_drawn_over_many_runs_and_only_their_texts_kept(
    agency: AgencyStore,
) -> None:
    hashes = [f"h{number}" for number in range(60)]
    for begin in range(0, 60, 7):
        run(agency, *hashes[begin : begin + 10], *hashes[:2])
    seed = seed_of(agency.id, MONTH)
    smallest = {*sorted(hashes, key=lambda hash: rank(seed, hash))[:5]}
    assert drawn(agency) == smallest
    assert texts(agency, *hashes) == {hash: f"teks {hash}" for hash in smallest}
    [day] = agency.populations(MONTH).values()
    assert day.count == 60
    assert (day.models["m1"].count, day.models["m1"].total) == (60, 15_000)


def test_two_runs_at_once_draw_as_one(agency: AgencyStore) -> None:
    hashes = [f"h{number}" for number in range(40)]
    first, second = sampler(agency), sampler(agency)
    for hash in hashes:
        (first if hash < "h2" else second).offer(hash, "facebook:1", NOW, hash)
    first.save()
    second.save()
    seed = seed_of(agency.id, MONTH)
    assert drawn(agency) == {*sorted(hashes, key=lambda hash: rank(seed, hash))[:5]}
    assert {*texts(agency, *hashes)} == drawn(agency)


def test_no_word_lies_open_in_the_store_or_in_a_repr(agency: AgencyStore) -> None:
    drawing = sampler(agency)
    drawing.offer("h", "facebook:1", NOW, "KENARI-7c1")
    assert "KENARI" not in repr(drawing)
    drawing.save()
    assert "KENARI" not in contents(agency.store)
    assert texts(agency) == {"h": "KENARI-7c1"}


@given(
    st.lists(st.text(max_size=30) | st.sampled_from(["\ud83d", "=cmd", "x" * 40_000]), max_size=5)
)
@settings(max_examples=25, deadline=None)
def test_odd_texts_cost_their_neighbours_nothing(odd: list[str]) -> None:
    with TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{folder}/k.db")) as store:
        agency = AgencyStore(store, Agency(), clock=lambda: NOW)
        drawing = sampler(agency, wanted=Listening(sample_texts=50))
        for number, text in enumerate(odd):
            drawing.offer(f"odd{number}", "facebook:1", NOW, text)
        drawing.offer("good", "facebook:1", NOW, "baik 👍")
        drawing.save()
        found = texts(agency)
        assert found["good"] == "baik 👍"
        assert len(found) == len(odd) + 1
        assert all(len(text) <= LONGEST for text in found.values())


def test_what_a_model_cannot_score_is_counted_without_a_score(agency: AgencyStore) -> None:
    scores = {"a": 0.5, "b": float("nan"), "c": 7.0, "d": "x", "e": None}
    drawing = sampler(agency, model=Scorer("m", lambda text: scores[text]))  # type: ignore[arg-type,return-value]
    for name in (*scores, "f"):  # of f it raises KeyError
        drawing.offer(name, "facebook:1", NOW, name)
    drawing.save()
    [day] = agency.populations(MONTH).values()
    assert (day.count, day.models["m"].count, day.models["m"].total) == (6, 1, 500)


@pytest.mark.parametrize(
    ("account", "asked_at", "is_drawn"),
    [
        ("facebook:1", NOW, True),
        ("x:1", NOW, False),
        ("youtube:1", NOW, False),
        ("facebook:1", NOW + 2 * DAY, False),
        ("facebook:1", NOW - 60 * DAY, False),
    ],
)
def test_who_may_be_drawn(
    agency: AgencyStore, account: str, asked_at: datetime, is_drawn: bool
) -> None:
    drawing = sampler(agency)
    drawing.offer("h", account, asked_at, "teks")
    drawing.save()
    assert (drawn(agency) == {"h"}) == is_drawn
    assert bool(agency.populations(MONTH)) == is_drawn


def test_youtube_is_drawn_once_its_amendment_is_accepted(agency: AgencyStore) -> None:
    wanted = Listening(sample_texts=5, youtube_amendment="A-1")
    drawing = sampler(agency, wanted=wanted)
    drawing.offer("h", "youtube:1", NOW, "teks")
    drawing.save()
    assert drawn(agency) == {"h"}


def test_a_thread_of_last_month_is_drawn_for_a_week(agency: AgencyStore) -> None:
    end = month_bounds(MONTH, agency.zone)[1]
    for number, later in enumerate((timedelta(0), 6 * DAY, 7 * DAY)):
        drawing = sampler(agency, end + later)
        drawing.offer(f"h{number}", "facebook:1", end - DAY, "teks")
        drawing.save()
    assert drawn(agency) == {"h0", "h1"}


def test_a_settled_month_takes_nothing_in(agency: AgencyStore) -> None:
    run(agency, "a")
    agency.change_sample(MONTH, lambda held: held and settled(held, NOW, "selesai"))
    run(agency, "b")
    assert drawn(agency) == set()
    assert texts(agency, "b") == {}


def test_texts_go_when_their_time_is_over_each_by_itself(agency: AgencyStore) -> None:
    run(agency, "a", now=NOW - 14 * DAY)
    run(agency, "b", now=NOW - 14 * DAY + timedelta(minutes=1))
    assert expire_texts(agency, WANTED, NOW) == 1
    assert f"{agency.root}/texts/{MONTH}:a" not in {s.path for s in agency.store.everything()}
    deletes = agency.store.meter.deletes
    assert expire_texts(agency, WANTED, NOW) == 0
    assert agency.store.meter.deletes == deletes
    # Also where nothing is drawn any more, or the time was made shorter.
    assert expire_texts(agency, Listening(sample_ttl_days=3), NOW) == 1
    sample = agency.sample(MONTH)
    assert sample is not None
    assert not any(each.has_text for each in sample.drawn.values())


def test_a_thread_that_is_offered_again_is_not_kept_for_longer(agency: AgencyStore) -> None:
    run(agency, "a", now=NOW - 13 * DAY)
    run(agency, "a", now=NOW)
    assert expire_texts(agency, WANTED, NOW + DAY) == 1
    run(agency, "a", now=NOW + DAY)
    assert texts(agency, "a") == {}


def test_a_run_that_died_before_its_sample_was_saved_is_made_good(
    agency: AgencyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(agency, "a")
    write = agency.store.write

    def broken(writes: list[Write]) -> None:
        held = [*writes]
        if any("/samples/" in each.path for each in held):
            raise OSError
        write(held)

    monkeypatch.setattr(agency.store, "write", broken)
    with pytest.raises(OSError):
        run(agency, "b")
    monkeypatch.setattr(agency.store, "write", write)
    assert drawn(agency) == {"a"}
    run(agency, "b")
    assert texts(agency) == {"a": "teks a", "b": "teks b"}


def test_an_odd_sample_costs_no_other_month(agency: AgencyStore) -> None:
    end = month_bounds(MONTH, agency.zone)[1]
    agency.store.write([Write(f"{agency.root}/samples/{MONTH}", {"body": b"x"})])
    drawing = sampler(agency, end + DAY)
    drawing.offer("old", "facebook:1", end - DAY, "teks")
    drawing.offer("new", "facebook:1", end + DAY, "teks")
    with pytest.raises(OddSampleError):
        drawing.save()
    assert drawn(agency, "2026-11") == {"new"}
    with pytest.raises(OddSampleError):
        expire_texts(agency, WANTED, end + 20 * DAY)
    assert agency.texts("2026-11", ["new"]) == {}


def test_withdrawn_accounts_and_named_threads_leave_with_everything(agency: AgencyStore) -> None:
    drawing = sampler(agency)
    for hash, account in (("a", "facebook:1"), ("b", "facebook:2"), ("c", "facebook:2")):
        drawing.offer(hash, account, NOW, "teks")
    drawing.save()
    marks = Marks(label="netral")

    def label(held: ThreadSample | None) -> ThreadSample | None:
        return held and msgspec.structs.replace(held, labels={"Ani": dict.fromkeys("abc", marks)})

    agency.change_sample(MONTH, label)
    assert erase_threads(agency, NOW, accounts=["facebook:1"], hashes=["c"]) == 2
    sample = agency.sample(MONTH)
    assert sample is not None
    assert ({*sample.drawn}, sample.labels, sample.erased) == ({"b"}, {"Ani": {"b": marks}}, True)
    assert {*texts(agency, "a", "b", "c")} == {"b"}


def test_many_offers_are_forgotten_while_they_come(agency: AgencyStore) -> None:
    drawing = sampler(agency)
    chance = random.Random(1)
    hashes = [str(chance.random()) for _ in range(500)]
    for hash in hashes:
        drawing.offer(hash, "facebook:1", NOW, "teks")
    assert repr(drawing) in {f"Sampler({count})" for count in range(21)}
    drawing.save()
    seed = seed_of(agency.id, MONTH)
    assert drawn(agency) == {*sorted(hashes, key=lambda hash: rank(seed, hash))[:5]}
    assert sum(day.count for day in agency.populations(MONTH).values()) == 500
