"""A month is settled once, when it is over, and its labels become counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from functions.model import Agency
from functions.score.listening.shares import note
from functions.score.run import Run, ScoreReport
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.agency.labels import OddSampleError
from functions.store.labels import Drawn, Label, Marks, ThreadSample, seed_of
from functions.store.listening_settings import Listening
from functions.store.port import Write
from functions.store.shares import Shares
from tests.factories import BEGIN, END, MONTH

DAY = timedelta(days=1)
WEEK, LATEST = END + 7 * DAY, END + 21 * DAY
AGREED: tuple[tuple[Label, Label], ...] = (("negatif", "negatif"), ("netral", "netral"))


@pytest.fixture
def agency(sqlite_url: str) -> Iterator[AgencyStore]:
    """A simulation, in which ``now`` is the only clock; of one kind of store."""
    with closing(open_store(sqlite_url)) as store:
        yield AgencyStore(store, Agency(), simulation=True)


def put(
    agency: AgencyStore,
    pairs: list[tuple[Label, Label]],
    *,
    more: int = 0,
    month: str = MONTH,
    scores: tuple[int, ...] = (),
) -> None:
    """A sample with these labels, and ``more`` that nobody labelled."""
    names = [f"{n:03}" for n in range(len(pairs) + more)]
    drawn = {
        name: Drawn(
            account=f"{'facebook' if n % 2 else 'instagram'}:1",
            read_at=BEGIN,
            score=scores[n % len(scores)] if scores else None,
        )
        for n, name in enumerate(names)
    }
    labelled = zip(names, pairs, strict=False)
    both = {name: [Marks(label=label) for label in pair] for name, pair in labelled}
    labels = {who: {h: marks[n] for h, marks in both.items()} for n, who in enumerate(("A", "B"))}
    new = ThreadSample(month=month, size=300, since=BEGIN, drawn=drawn, labels=labels)
    agency.change_sample(month, lambda held: new)


def noted(agency: AgencyStore, now: datetime, month: str = MONTH) -> Shares | None:
    run = Run(agency, now, ScoreReport("run", now), {}, now)
    run.listening = Listening(sample_texts=300)
    note(run)
    return agency.shares(month)


def outcome(agency: AgencyStore) -> str:
    sample = agency.sample(MONTH)
    assert sample is not None
    assert (sample.settled_at is None) == bool(sample.drawn)
    return sample.outcome


def test_a_labelled_month_is_told_a_week_after_its_end(agency: AgencyStore) -> None:
    put(agency, [*AGREED * 60, ("negatif", "netral"), ("positif", "positif")])
    for number in range(3):
        agency.count_threads(
            f"{MONTH}-1{number}", {f"{number}:{n}": None for n in range(100)}, None
        )
    assert noted(agency, WEEK - DAY) is None
    assert outcome(agency) == ""
    found = noted(agency, WEEK)
    assert found is not None
    assert (found.n, found.drawn, found.population) == (122, 122, 300)
    assert (found.seed, found.platforms) == (seed_of(agency.id, MONTH), ("instagram", "facebook"))
    assert found.kappa > 950
    told = found.shares[0]
    assert (told.label, told.both, told.one) == ("negatif", 60, 1)
    assert told.estimate.share == round(1000 * 60.5 / 122)
    assert (told.method, told.difference, found.model) == ("wilson", None, None)
    assert outcome(agency) == "dimuat: n 122"
    sample = agency.sample(MONTH)
    assert sample is not None
    assert sample.table == {
        "negatif, negatif": 60,
        "negatif, netral": 1,
        "netral, netral": 60,
        "positif, positif": 1,
    }
    assert agency.listening_index().shares.keys() == {MONTH}


def test_what_is_not_labelled_in_time_is_waited_for_no_longer(agency: AgencyStore) -> None:
    put(agency, [*AGREED * 60], more=13)
    assert noted(agency, LATEST - DAY) is None
    assert outcome(agency) == ""
    found = noted(agency, LATEST)
    assert found is not None
    assert (found.n, found.drawn) == (120, 133)


@pytest.mark.parametrize(
    ("pairs", "more", "said"),
    [
        ([*AGREED * 49], 0, "hanya 98 teks dilabeli dua orang, kurang dari 100"),
        ([*AGREED * 60], 14, "hanya 120 dari 134 teks dilabeli dua orang"),
        ([*AGREED * 40, *[("negatif", "netral")] * 40], 0, "kappa 0,400, kurang dari 0,6"),
        ([("netral", "netral")] * 120, 0, "kappa tidak diketahui, kurang dari 0,6"),
        ([], 5, "hanya 0 teks dilabeli dua orang, kurang dari 100"),
    ],
)
def test_too_little_publishes_nothing_and_is_settled_all_the_same(
    agency: AgencyStore, pairs: list[tuple[Label, Label]], more: int, said: str
) -> None:
    put(agency, pairs, more=more)
    assert noted(agency, LATEST) is None
    assert outcome(agency) == f"tidak dimuat: {said}"
    assert not agency.listening_index().shares


def test_no_text_outlives_its_sample(agency: AgencyStore) -> None:
    put(agency, [*AGREED * 60], more=1)
    agency.save_texts(MONTH, {"000": b"x", "120": b"y"}, END, 14 * DAY)
    noted(agency, WEEK)
    assert agency.texts(MONTH, ["000", "120"]).keys() == {"000", "120"}
    noted(agency, LATEST)
    assert agency.texts(MONTH, ["000", "120"]) == {}


def test_settling_twice_is_settling_once(agency: AgencyStore) -> None:
    put(agency, [*AGREED * 60])
    first = noted(agency, WEEK)
    held = agency.sample(MONTH)
    assert noted(agency, WEEK + DAY) == first
    assert agency.sample(MONTH) == held


def test_a_run_that_died_before_the_labels_went_is_made_good(
    agency: AgencyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(agency, [*AGREED * 60])
    with monkeypatch.context() as broken:
        broken.setattr(agency, "change_sample", lambda *_: (_ for _ in ()).throw(OSError()))
        with pytest.raises(OSError):
            noted(agency, WEEK)
    first = agency.shares(MONTH)
    assert first is not None
    assert outcome(agency) == ""
    assert noted(agency, WEEK + timedelta(hours=1)) == first
    assert outcome(agency) == "dimuat: n 120"


@pytest.mark.parametrize(
    ("models", "uncounted", "method"),
    [(("m", "m"), 0, "difference"), (("m", "other"), 0, None), (("m", "m"), 1, None)],
)
def test_a_model_helps_where_it_has_seen_every_thread(
    agency: AgencyStore, models: tuple[str, str], uncounted: int, method: str | None
) -> None:
    put(agency, [*AGREED * 60], scores=(900, 100))
    for half, model in enumerate(models):
        scores: dict[str, int | None] = {f"{half}:{n}": 900 if n % 4 else 100 for n in range(200)}
        agency.count_threads(f"{MONTH}-1{half}", scores, model)
    if uncounted:
        agency.count_threads(f"{MONTH}-20", {"x": None}, "m")
    found = noted(agency, WEEK)
    assert found is not None
    told = found.shares[0]
    assert (told.method if told.difference else None) == method
    assert found.model == ("m" if method else None)
    if told.difference:
        assert found.correlation == 1000
        # The model is 0.1 off each way: 0.7 of all threads by it, 0.5 of the sample.
        assert told.estimate.share == 700
        assert told.wilson.share == 500


def test_a_trend_needs_two_months_whose_intervals_exclude_each_other(agency: AgencyStore) -> None:
    put(agency, [*AGREED * 60, *[("netral", "netral")] * 120], month="2026-09")
    put(agency, [*AGREED * 60])
    found = noted(agency, LATEST)
    assert found is not None
    assert {share.label: share.trend for share in found.shares} == {
        "negatif": "up",
        "netral": "down",
        "positif": None,
        "tidak jelas": None,
    }


def test_an_odd_sample_costs_no_other_month(agency: AgencyStore) -> None:
    put(agency, [*AGREED * 60])
    agency.store.write([Write(f"{agency.root}/samples/2026-09", {"body": b"x"})])
    with pytest.raises(OddSampleError):
        noted(agency, LATEST)
    assert agency.shares(MONTH) is not None
    assert outcome(agency) == "dimuat: n 120"


def test_months_are_looked_at_once_a_day(agency: AgencyStore) -> None:
    put(agency, [*AGREED * 60])
    noted(agency, WEEK - timedelta(minutes=1))
    same_day = WEEK.astimezone(agency.zone).replace(hour=23)
    noted(agency, WEEK)
    assert noted(agency, same_day) is not None
    put(agency, [*AGREED * 60])  # as if it had come since
    noted(agency, same_day)
    assert outcome(agency) == ""
