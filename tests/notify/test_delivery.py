"""The outbox worked off: once, in bounded time, whatever the servers do; against both stores."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest

from functions.notify import delivery
from functions.notify.delivery import ATTEMPTS, LEASE, PAUSES, Delivered, deliver
from functions.notify.notice import Notice
from functions.notify.sender import Sender
from functions.settings.notices import Targets
from functions.store.agency import AgencyStore
from functions.store.agency.notices import GIVEN_UP
from functions.store.port import Stored
from tests.notify.post import PASSWORD, Hook, Mailbox

NOW = datetime(2026, 11, 6, 3, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ADDRESSES = {
    "aceh": ("humas@aceh.example.go.id",),
    "bali": ("kepala@bali.example.go.id", "humas@bali.example.go.id"),
}


def put(agency: AgencyStore, *satker: str, month: str = "2026-10") -> None:
    notices = [
        Notice(key=("month", month, "r1", id), satker=id, subject="Final", text=f"Halo {id}")
        for id in satker
    ]
    agency.add_notices({notice.key: notice.document(NOW) for notice in notices})


def stored(agency: AgencyStore) -> dict[str, Stored]:
    return {held.id: held for held in agency.store.list(f"{agency.root}/notices")}


def delivered(
    agency: AgencyStore,
    mail: str | None = None,
    hooks: Sequence[str] = (),
    at: datetime = NOW,
    addresses: Any = ADDRESSES,
) -> Delivered:
    targets = Targets(mail, tuple(hooks))
    return deliver(agency, targets, lambda: addresses, lambda: at)


def awake() -> None:
    """Let servers that rest be asked again."""
    delivery._rests.clear()
    delivery._failures.clear()


def test_what_is_due_reaches_every_address_and_webhook_once(
    agency: AgencyStore, mailbox: Mailbox, hook: Hook
) -> None:
    put(agency, "aceh", "bali")
    assert delivered(agency, mailbox.url, [hook.url]) == Delivered(sent=2)
    assert mailbox.addresses == sorted(a for known in ADDRESSES.values() for a in known)
    assert sorted(each["message"] for each in hook.told) == ["Halo aceh", "Halo bali"]
    assert delivered(agency, mailbox.url, [hook.url], NOW + LEASE) == Delivered()
    put(agency, "aceh", "bali")  # a trigger that comes twice
    assert delivered(agency, mailbox.url, [hook.url], NOW + LEASE) == Delivered()
    assert len(mailbox.taken) == 3


def test_nothing_is_loaded_looked_up_or_written_where_nothing_is_due(agency: AgencyStore) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError

    writes, reads = agency.store.meter.writes, agency.store.meter.reads
    assert deliver(agency, Targets("mailto://x", ()), never, lambda: NOW, never) == Delivered()
    assert agency.store.meter.writes == writes
    assert agency.store.meter.reads <= reads + 1


def test_two_instances_at_the_same_time_send_once(agency: AgencyStore, mailbox: Mailbox) -> None:
    put(agency, "aceh", "bali")
    runs = [threading.Thread(target=delivered, args=(agency, mailbox.url)) for _ in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert mailbox.addresses == sorted(a for known in ADDRESSES.values() for a in known)


def test_one_bad_address_costs_only_itself_and_is_not_asked_for_twice_where_it_arrived(
    agency: AgencyStore, mailbox: Mailbox
) -> None:
    mailbox.refused.add("kepala@bali.example.go.id")
    put(agency, "aceh", "bali")
    assert delivered(agency, mailbox.url) == Delivered(sent=1, waiting=1)
    assert mailbox.addresses == ["humas@aceh.example.go.id", "humas@bali.example.go.id"]
    mailbox.refused.clear()
    awake()
    assert delivered(agency, mailbox.url, at=NOW + PAUSES[0] + SECOND) == Delivered(sent=1)
    assert mailbox.addresses.count("humas@bali.example.go.id") == 1
    assert "kepala@bali.example.go.id" in mailbox.addresses


def test_what_fails_waits_longer_each_time_and_is_given_up_a_day_later(
    agency: AgencyStore, mailbox: Mailbox
) -> None:
    mailbox.is_down = True
    put(agency, "aceh")
    at = NOW
    for pause in PAUSES:
        assert delivered(agency, mailbox.url, at=at).waiting == 1
        awake()
        assert delivered(agency, mailbox.url, at=at + pause - SECOND) == Delivered()
        at += pause
    assert at - NOW > timedelta(days=1)
    last = delivered(agency, mailbox.url, at=at)
    assert last == Delivered(given_up=1)
    assert last.problems == [f"notices: 1 were given up after {ATTEMPTS} attempts"]
    [held] = agency.given_up_notices()
    assert held.data["due"] == GIVEN_UP
    mailbox.is_down = False
    assert delivered(agency, mailbox.url, at=at + timedelta(days=9)) == Delivered()


class Dying(Sender):
    """A worker that dies after the mail has gone, before it can say so."""

    def mail(self, address: str, subject: str, text: str) -> bool:
        super().mail(address, subject, text)
        raise KeyError


def test_a_worker_that_dies_between_sending_and_marking_lets_it_be_sent_again(
    agency: AgencyStore, mailbox: Mailbox
) -> None:
    """At least once there: the claim holds until its lease is over, then another takes it."""
    put(agency, "aceh")
    targets = Targets(mailbox.url, ())
    deliver(agency, targets, lambda: ADDRESSES, lambda: NOW, Dying)
    assert delivered(agency, mailbox.url, at=NOW + LEASE - SECOND) == Delivered()
    assert len(mailbox.taken) == 1
    assert delivered(agency, mailbox.url, at=NOW + LEASE + SECOND) == Delivered(sent=1)
    assert len(mailbox.taken) == 2


def test_a_server_that_is_down_costs_few_attempts_and_the_webhook_nothing(
    agency: AgencyStore, hook: Hook
) -> None:
    names = {f"unit-{n}": (f"humas@u{n}.example.go.id",) for n in range(12)}
    put(agency, *names)
    nowhere = "mailto://u:p@127.0.0.1:1?from=kiprah@example.go.id"
    begun = monotonic()
    told = delivered(agency, nowhere, [hook.url], addresses=names)
    assert monotonic() - begun < delivery.SECONDS + delivery.GRACE
    assert told.waiting == 12
    assert "could not be sent and are tried again" in told.problems[0]
    assert len(hook.told) == 12
    counted = [held.data["attempts"] for held in stored(agency).values()]
    assert sum(counted) <= delivery._FAILURES + delivery.WORKERS
    # While the server rests nothing is tried, and nothing is written.
    writes = agency.store.meter.writes
    assert delivered(agency, nowhere, at=NOW + PAUSES[0], addresses=names).waiting == 12
    assert agency.store.meter.writes == writes


def test_a_server_that_never_answers_holds_nobody_up(
    agency: AgencyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was begun is left to its lease."""
    released = threading.Event()

    class Hanging(Sender):
        def mail(self, address: str, subject: str, text: str) -> bool:
            return released.wait(60)

    monkeypatch.setattr(delivery, "SECONDS", 0.2)
    monkeypatch.setattr(delivery, "GRACE", 0.2)
    put(agency, "aceh", "bali")
    begun = monotonic()
    targets = Targets("mailto://u:p@127.0.0.1:1?from=k@example.go.id", ())
    told = deliver(agency, targets, lambda: ADDRESSES, lambda: NOW, Hanging)
    assert monotonic() - begun < 5
    assert told == Delivered(waiting=2)
    released.set()
    for thread in threading.enumerate():
        if thread.daemon and "through" in thread.name:
            thread.join(10)


def test_a_unit_without_an_address_is_nobody_to_wait_for(
    agency: AgencyStore, mailbox: Mailbox
) -> None:
    put(agency, "setjen")
    assert delivered(agency, mailbox.url) == Delivered(sent=1)
    assert mailbox.taken == []


@pytest.mark.parametrize(
    "spoilt",
    [
        {"attempts": "banyak", "done": "tidak", "subject": None, "text": 5},
        {"satker": ["aceh"]},
        {"attempts": True, "done": {"a": 1}},
    ],
)
def test_a_spoilt_document_costs_only_itself(
    agency: AgencyStore, mailbox: Mailbox, spoilt: dict[str, Any]
) -> None:
    put(agency, "aceh", "bali")
    held = stored(agency)["month:2026-10:r1:aceh"]
    agency.settle_notice(held, spoilt)
    delivered(agency, mailbox.url)
    assert "humas@bali.example.go.id" in mailbox.addresses


def test_no_address_and_no_secret_stands_in_a_document(
    agency: AgencyStore, mailbox: Mailbox, hook: Hook
) -> None:
    put(agency, "aceh", "bali")
    mailbox.refused.add("kepala@bali.example.go.id")
    delivered(agency, mailbox.url, [hook.url])
    told = str([held.data for held in stored(agency).values()])
    for hidden in (PASSWORD, "@", "rahasia"):
        assert hidden not in told
