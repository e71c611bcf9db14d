"""Alarms are sent by real scorings in the way that the agency chose, once each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from functions.notify import delivery
from functions.score.listening.notices import NEUTRAL
from functions.store import open_store
from functions.store.port import Write
from tests.notify.post import PASSWORD, Hook, Mailbox, mail_server, webhook
from tests.score.listening.beating import DAY, HOUR, NOW, BeatingAgency, beating, scored


@pytest.fixture(autouse=True)
def _no_server_rests() -> None:
    delivery._rests.clear()
    delivery._failures.clear()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as found:
        yield found


@pytest.fixture
def ours(sqlite_url: str) -> Iterator[BeatingAgency]:
    """A ministry with a storm that no look has seen yet."""
    store = open_store(sqlite_url)
    agency = beating(store)
    agency.quiet("x:1", NOW + DAY)
    agency.storm("x:1")
    yield agency
    store.close()


def sends(agency: BeatingAgency, way: str) -> None:
    agency.store.write([Write(f"{agency.root}/settings/listening", {"alarm_notify": way})])


def test_an_alarm_is_sent_in_the_scoring_that_finds_it(ours: BeatingAgency, hook: Hook) -> None:
    sends(ours, "webhook")
    assert scored(ours, notify=hook.url).problems == []
    [told] = hook.told
    assert told["title"] == "Siaga: Kanwil Aceh"
    text = told["message"]
    assert text.startswith("Yth. Kanwil Aceh,\n\nSiaga: Kanwil Aceh mendapat 62 komentar baru ")
    assert "dalam 3 jam sampai 11 Oktober 2026 pukul 00.00 WIB" in text
    assert "Biasanya pada jam yang sama sekitar 2,6; peluang kebetulan" in text
    assert "paling besar 1 dari sejuta" in text
    assert "paling sedikit 25,6 %; bagian harian tertinggi kedua dalam 28 hari" in text
    assert "- https://x.com/i/status/a (60 komentar baru)" in text
    assert NEUTRAL in text
    assert "kiprah alarms mark aceh:20261010T170000Z:siaga benar (atau keliru)" in text


def test_it_is_sent_once_whatever_runs_again(ours: BeatingAgency, hook: Hook) -> None:
    sends(ours, "both")
    for minutes in (0, 1, 30, 60, 180, 210):
        assert scored(ours, NOW + timedelta(minutes=minutes), hook.url).problems == []
    assert len(hook.told) == 1


def test_a_run_that_died_between_keeping_and_telling_is_made_good(
    ours: BeatingAgency, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    sends(ours, "webhook")

    def died(*_: object) -> None:
        raise OSError("rahasia")

    with monkeypatch.context() as patch:
        patch.setattr(BeatingAgency, "add_notices", died)
        assert len(scored(ours, notify=hook.url).problems) == 1
    scored(ours, NOW + HOUR / 2, hook.url)
    assert len(hook.told) == 1


def test_by_mail_the_unit_hears_of_it_and_no_webhook(
    ours: BeatingAgency, mailbox: Mailbox, hook: Hook
) -> None:
    sends(ours, "surel")
    scored(ours, notify=f"{mailbox.url} {hook.url}")
    [(address, message)] = mailbox.taken
    assert address == "humas@aceh.example.go.id"
    assert message["Subject"] == "Siaga: Kanwil Aceh"
    assert hook.told == []


def test_by_both_the_unit_and_the_webhooks_hear_of_it(
    ours: BeatingAgency, mailbox: Mailbox, hook: Hook
) -> None:
    sends(ours, "keduanya")
    scored(ours, notify=f"{mailbox.url} {hook.url}")
    assert (len(mailbox.taken), len(hook.told)) == (1, 1)


@pytest.mark.parametrize("way", ["none", "tidak", "entah"])
def test_until_a_way_is_chosen_nobody_hears_of_it(
    ours: BeatingAgency, hook: Hook, way: str
) -> None:
    sends(ours, way)
    scored(ours, notify=hook.url)
    assert hook.told == []
    assert len([*ours.alarms()]) == 1


def test_a_way_without_servers_is_told_to_the_operator(ours: BeatingAgency) -> None:
    sends(ours, "webhook")
    [problem] = scored(ours).problems
    assert problem.startswith("settings/listening: alarm_notify is webhook, but KIPRAH_NOTIFY is")


def test_a_dead_webhook_costs_no_rank_and_hears_of_it_later(
    ours: BeatingAgency, hook: Hook
) -> None:
    sends(ours, "webhook")
    hook.status = 500
    report = scored(ours, notify=hook.url)
    assert report.as_dict()["failed"] is False
    assert ours.months().keys() == {"2026-10"}
    assert PASSWORD not in str(report.as_dict())
    hook.status = 200
    delivery._rests.clear()
    scored(ours, NOW + HOUR / 2, hook.url)
    assert len(hook.told) == 1


def test_a_simulation_tells_nobody(sqlite_url: str, hook: Hook) -> None:
    store = open_store(sqlite_url)
    made_up = beating(store, simulation=True)
    made_up.storm("x:1")
    sends(made_up, "webhook")
    scored(made_up, notify=hook.url)
    assert (len([*made_up.alarms()]), hook.told) == (1, [])
    store.close()


def test_a_name_is_plain_text(ours: BeatingAgency, hook: Hook) -> None:
    held = ours.roster(NOW)
    assert held is not None
    aceh, bali = held.satker
    hostile = msgspec.structs.replace(aceh, name="Aceh\r\nBcc: lain@example.org")
    ours.save_roster(msgspec.structs.replace(held, satker=(hostile, bali), as_of=NOW - HOUR))
    sends(ours, "webhook")
    scored(ours, notify=hook.url)
    assert [told["title"] for told in hook.told] == ["Siaga: Aceh Bcc: lain@example.org"]
