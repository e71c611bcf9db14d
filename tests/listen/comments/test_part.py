"""The comments' part over HTTP: what a world's threads come to, look after look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import stamina

from functions.listen.counts.queries import code_of
from functions.model import iso, run_id
from functions.settings import SettingsError
from functions.store.port import Write
from tests.factories import text_model
from tests.listen.comments.ministry import BEGIN, CANARY, READ, Ministry, plant
from tests.listen.comments.shelf import DAY, HOUR, NOON
from tests.platforms import dialog
from tests.platforms.faults import Fault
from tests.platforms.server import serve
from tests.platforms.world import World


@pytest.fixture
def ministry(sqlite_url: str) -> Iterator[Ministry]:
    with serve(World(now=BEGIN)) as server, stamina.set_testing(True, attempts=2):
        ministry = Ministry(sqlite_url, server)
        ministry.type()
        yield ministry
        ministry.agency.store.close()


def comparable(answered_at: Any, by: str | None) -> Any:
    return (answered_at, by) if by == "own" else by


@pytest.mark.parametrize("is_faulty", [False, True])
def test_every_answer_is_found_and_what_was_not_seen_is_never_called_unanswered(
    ministry: Ministry, is_faulty: bool
) -> None:
    plant(ministry, 8, mark="")  # a mark is a word of its own
    seen_before = 0
    for number in range(0, 73, 4):
        if is_faulty and number % 12 == 8:
            for kind in ("server_error", "cut", "rate_limited"):
                ministry.server.app.faults.add(Fault.make(kind, times=3))
        report = ministry.run(BEGIN + number * HOUR)
        seen_before += sum(one["threads"] for one in report["comments"].values())
    if is_faulty:
        for number in (73, 74, 75):
            report = ministry.run(BEGIN + number * HOUR)
    assert report["problems"] == []
    now = BEGIN + (75 if is_faulty else 72) * HOUR
    kept = ministry.threads("aceh")
    for platform in READ:
        account = ministry.accounts["aceh", platform]
        truths = dialog.truth_of(ministry.world, account, now)
        found = {thread.asked_at: thread for thread in kept[platform]}
        assert len(found) == len(kept[platform])
        lost = [t for t in truths if t.asked_at not in found and not t.gone_at and not t.hidden]
        assert lost == [], platform
        for truth in truths:
            thread = found.get(truth.asked_at)
            if thread is None:
                continue
            assert thread.question is truth.question
            if not truth.gone_at and not truth.hidden:
                assert comparable(thread.answered_at, thread.answered_by) == comparable(
                    truth.answered_at, truth.answered_by
                )
            if truth.answered_by == "own" and thread.checked_at and not truth.gone_at:
                assert truth.answered_at > thread.checked_at - HOUR
            is_kept = thread.answered_at is None and not truth.hidden
            if is_kept and truth.gone_at and now - truth.gone_at > DAY + 8 * HOUR:
                assert thread.gone_at, (platform, truth)
            if thread.gone_at is not None:
                assert truth.gone_at <= thread.gone_at
    assert sum(map(len, kept.values())) > 40
    assert ministry.threads("bali") == {platform: [] for platform in READ}


def test_no_word_and_no_author_is_in_the_store_or_the_report(ministry: Ministry) -> None:
    plant(ministry, 4)
    report = ministry.run(NOON)
    assert sum(one["threads"] for one in report["comments"].values()) > 10
    everything = repr([*ministry.agency.store.everything()]) + repr(report)
    bodies = [repr(ministry.threads("aceh")), repr(ministry.agency.inboxes(READ))]
    citizens = [one.author for one in ministry.world.comments.all if isinstance(one.author, str)]
    for told in (everything, *bodies):
        assert CANARY not in told
        assert not [author for author in citizens if author in told]


def test_the_report_says_what_a_platform_cost_and_found(ministry: Ministry) -> None:
    plant(ministry, 4)
    report = ministry.run(NOON)
    told = report["comments"]["x"]
    assert told["unit"] == "mills"
    assert report["dollars"] == told["cost"] / 1000
    assert report["calls"] == sum(one["calls"] for one in report["comments"].values())
    [held] = ministry.agency.store.get(
        [f"{ministry.agency.root}/runs/{run_id('listen', NOON)}"]
    ).values()
    assert held.data["comments"]["youtube"]["accounts"] == 1
    assert "todo" not in report


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"dpia": ""}, "dpia"),
        ({"consents": {}}, "consent"),
        ({"consents": ["aceh"]}, "consent"),
        ({"comments": {"tiktok": True}, "consents": {"riau": "B-1"}}, "no registered account"),
    ],
)
def test_behind_a_closed_gate_nothing_is_asked(
    ministry: Ministry, fields: dict[str, Any], said: str
) -> None:
    ministry.type(**fields)
    report = ministry.run(NOON)
    assert (report["calls"], ministry.asked) == (0, [])
    assert said in report["todo"]
    assert not [*ministry.agency.store.list(f"{ministry.agency.root}/keys")]


def test_what_a_unit_takes_back_is_erased_before_anything_is_read(ministry: Ministry) -> None:
    plant(ministry, 4)
    ministry.run(NOON)
    assert any(ministry.threads("aceh").values())
    ministry.type(consents={"aceh": "dicabut"})
    ministry.asked.clear()
    report = ministry.run(NOON + HOUR)
    assert ministry.threads("aceh") == {platform: [] for platform in READ}
    assert not any(ministry.agency.inboxes(READ).values())
    assert (ministry.asked, "withdrawn" in report["problems"][0]) == ([], True)


def test_what_is_real_is_never_read_into_a_simulation(ministry: Ministry) -> None:
    with pytest.raises(SettingsError, match="KIPRAH_YOUTUBE_URL"):
        ministry.run(NOON, youtube_url="https://www.googleapis.com")
    ministry.type(dpo="")
    assert ministry.run(NOON, youtube_url="https://www.googleapis.com")["calls"] == 0


def test_a_platform_that_breaks_costs_no_other(ministry: Ministry) -> None:
    plant(ministry, 2)
    ministry.server.app.faults.add(Fault.make("server_error", platform="x", times=99))
    report = ministry.run(NOON)
    read = {platform: one["accounts"] for platform, one in report["comments"].items()}
    assert read == dict.fromkeys(READ, 1) | {"x": 0}
    assert [said.partition(":")[0] for said in report["problems"]] == ["x"]


def test_an_access_token_that_is_refused_is_renewed_once(ministry: Ministry) -> None:
    plant(ministry, 2)
    ministry.type(comments={"tiktok": True})
    assert ministry.run(NOON)["comments"]["tiktok"]["accounts"] == 1
    ministry.server.app._business._access.clear()
    report = ministry.run(NOON + HOUR)
    assert (report["comments"]["tiktok"]["accounts"], report["problems"]) == (1, [])


def test_a_key_that_cannot_be_opened_reads_nothing_and_says_what_to_do(ministry: Ministry) -> None:
    plant(ministry, 2)
    ministry.run(NOON)
    path = f"{ministry.agency.root}/keys/threads"
    ministry.agency.store.write([Write(path, {"sealed": b"odd"})])
    ministry.asked.clear()
    report = ministry.run(NOON + HOUR)
    assert (report["failed"], ministry.asked) == (True, [])
    assert "KIPRAH_TOKEN_KEY" in report["problems"][0]


def test_units_that_nobody_knows_are_named(ministry: Ministry) -> None:
    ministry.type(consents={"acehh": "B-1"})
    report = ministry.run(NOON)
    assert any("acehh" in said for said in report["problems"])
    assert iso(NOON) == report["now"]


def test_counts_and_comments_are_two_parts(ministry: Ministry, monkeypatch: Any) -> None:
    plant(ministry, 2)
    query = {"name": "K", "query": "@aceh_resmi", "by": "Ani", "confirmed_by": "Budi"}
    query["code"] = code_of(query["query"])
    ministry.type(x_volume=[query])
    report = ministry.run(NOON + timedelta(minutes=7))
    assert report["queries"]["K"]["hours"] > 100
    assert report["comments"]["youtube"]["accounts"] == 1

    def broken(*_: Any) -> Any:
        raise ValueError(CANARY)

    monkeypatch.setattr("functions.listen.job.judge", broken)
    report = ministry.run(NOON + timedelta(hours=2))
    assert (report["failed"], report["comments"]["youtube"]["accounts"]) == (True, 1)
    assert CANARY not in str(report)


def test_a_sample_is_drawn_and_sealed_and_leaves_with_what_is_gone(ministry: Ministry) -> None:
    plant(ministry, 4)
    ministry.type(sample_texts=300)
    ministry.run(NOON)
    sample = ministry.agency.sample("2026-10")
    assert sample is not None
    platforms = {drawn.account.partition(":")[0] for drawn in sample.drawn.values()}
    assert platforms == {"instagram", "facebook", "tiktok"}  # of YouTube no amendment is noted
    assert all(drawn.has_text for drawn in sample.drawn.values())
    assert CANARY not in repr([*ministry.agency.store.everything()])
    for comment in ministry.world.comments.all[::2]:
        comment.removed = int((NOON + HOUR).timestamp())
    for hours in (2, 4):
        report = ministry.run(NOON + hours * HOUR)
    gone = sum(one["gone"] for one in report["comments"].values())
    after = ministry.agency.sample("2026-10")
    assert after is not None
    assert gone > 0
    assert {h for h, drawn in after.drawn.items() if not drawn.has_text} != set()
    ministry.type(sample_texts=300, consents={"aceh": "dicabut"})
    ministry.run(NOON + 6 * HOUR)
    left = ministry.agency.sample("2026-10")
    assert left is None or left.drawn == {}


def test_the_ministrys_own_model_orders_what_waits_and_nothing_else(ministry: Ministry) -> None:
    plant(ministry, 4, mark="")
    ministry.agency.save_model(text_model(name="keluhan"), NOON)
    ministry.run(NOON)
    inboxes = ministry.agency.inboxes(READ)
    orders = {
        one.order
        for accounts in inboxes.values()
        for a in accounts.values()
        for one in a.open.values()
    }
    assert len(orders) > 1
    assert "order" not in repr(ministry.threads("aceh"))
