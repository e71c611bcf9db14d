"""Units are told of answers and final months, by a real scoring; against both stores."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.collect.reading.witness import remember
from functions.model import Satker, iso
from functions.notify import delivery
from functions.notify.notifier import notifier_of
from functions.score.job import score
from functions.score.run import ScoreReport
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.port import Stored, Write
from tests.factories import (
    BEGIN,
    CLOSES,
    MONTH,
    account,
    agency_store,
    measured_post,
    roster,
    satker,
    typed_decision,
    typed_objection,
)
from tests.notify.post import PASSWORD, Hook, Mailbox, mail_server, webhook
from tests.score.scoring import LONG_BEFORE, ministry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MIDDLE = BEGIN + 10 * DAY
SITE = "https://peringkat.example.go.id"
ANSWER = {"accepted": False, "answer": "Sudah benar.", "answered_by": "Ani"}


def units(*names: str) -> list[Satker]:
    """Each with an address."""
    return [
        satker(id, f"Kanwil {id.title()}", emails=(f"humas@{id}.example.go.id",)) for id in names
    ]


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
def ours(store: Any) -> AgencyStore:
    """A real ministry of two units that have addresses, and one that has none."""
    found = agency_store(store)
    found.save_roster(
        roster(
            *units("aceh", "bali"),
            satker("setjen", "Setjen\r\nBcc: lain@example.org"),
            accounts=(
                account("aceh", "x:1", since=LONG_BEFORE),
                account("bali", "x:3", since=LONG_BEFORE),
            ),
            as_of=LONG_BEFORE,
        )
    )
    found.save_cursor("collect", began_at=BEGIN.isoformat())
    found.save_posts(
        [
            measured_post(1234, account="x:1", post_id="a", at=MIDDLE),
            measured_post(6, account="x:3", post_id="c", at=MIDDLE + HOUR),
        ]
    )
    return found


def scored(agency: AgencyStore, now: Any, notify: str, **more: Any) -> ScoreReport:
    """A scoring in the present, after a collection that has just ended."""
    remember(agency, now, lambda: now)
    notifier = notifier_of(Settings(notify=notify, **more))
    return score(agency, now=now, run_id="s", clock=lambda: now, notifier=notifier)


def kept(agency: AgencyStore) -> list[Stored]:
    return list(agency.store.list(f"{agency.root}/notices"))


def test_a_final_month_is_told_to_each_unit_once_with_its_ranks(
    ours: AgencyStore, mailbox: Mailbox
) -> None:
    assert scored(ours, MIDDLE + 3 * DAY, mailbox.url).problems == []
    assert mailbox.taken == []
    report = scored(ours, CLOSES + HOUR, mailbox.url, site_url=SITE)
    assert ours.months()[MONTH].ranking.state == "final"
    assert report.problems == []
    assert mailbox.addresses == ["humas@aceh.example.go.id", "humas@bali.example.go.id"]
    told = {address: message for address, message in mailbox.taken}
    message = told["humas@aceh.example.go.id"]
    assert message["Subject"] == "Peringkat Oktober 2026 sudah final"
    text = message.get_content()
    assert "Yth. Kanwil Aceh," in text
    assert "peringkat 1 dari 2 Akun Teraktif (1 unggahan)" in text
    assert "peringkat 1 dari 2 Akun Terpopuler (1.234 Interaksi 24 Jam)" in text
    assert f"Rinciannya: {SITE}/2026/10/" in text
    assert "2 dari 2 Akun Terpopuler" in told["humas@bali.example.go.id"].get_content()
    again = scored(ours, CLOSES + 2 * HOUR, mailbox.url)
    assert (again.writes, len(mailbox.taken)) == (0, 2)


def test_a_run_that_died_before_it_noted_what_it_told_tells_nobody_twice(
    ours: AgencyStore, mailbox: Mailbox
) -> None:
    scored(ours, CLOSES + HOUR, mailbox.url)
    ours.save_cursor("score", noticed={MONTH: None})
    scored(ours, CLOSES + 2 * HOUR, mailbox.url)
    assert len(mailbox.taken) == 2
    assert ours.cursor("score")["noticed"] == {MONTH: 1}


def test_a_revision_is_told_with_its_reason(ours: AgencyStore, mailbox: Mailbox) -> None:
    scored(ours, CLOSES + HOUR, mailbox.url)
    mailbox.taken.clear()
    decided = typed_decision(at=CLOSES + DAY, month=MONTH, revise=True)
    ours.add_decision("k1", decided)
    scored(ours, CLOSES + 2 * DAY, mailbox.url)
    assert len(mailbox.taken) == 2
    _, message = mailbox.taken[0]
    assert message["Subject"] == "Peringkat Oktober 2026 direvisi"
    assert "Alasan revisinya: Uji coba." in message.get_content()


def test_an_answer_is_told_to_who_objected_once(ours: AgencyStore, mailbox: Mailbox) -> None:
    ours.add_objection("s1", typed_objection(satker="bali", at=MIDDLE))
    scored(ours, MIDDLE + 3 * DAY, mailbox.url)
    assert mailbox.taken == []
    [held] = ours.objections()
    ours.amend(held, {**ANSWER, "answered_at": iso(MIDDLE + 4 * DAY)})
    scored(ours, MIDDLE + 4 * DAY, mailbox.url)
    [(address, message)] = mailbox.taken
    assert address == "humas@bali.example.go.id"
    assert message["Subject"] == "Sanggahan s1 ditolak"
    assert "ditolak oleh Ani" in message.get_content()
    assert "Jawabannya: Sudah benar." in message.get_content()
    assert scored(ours, MIDDLE + 5 * DAY, mailbox.url).writes == 0
    assert len(mailbox.taken) == 1


def test_an_answer_to_a_late_objection_is_told_once_too(
    ours: AgencyStore, mailbox: Mailbox
) -> None:
    scored(ours, CLOSES + HOUR, "")
    late = typed_objection(satker="bali", at=CLOSES + 10 * DAY, month=MONTH)
    ours.add_objection("s1", {**late, **ANSWER, "answered_at": iso(CLOSES + 11 * DAY)})
    for hours in (1, 2, 3):
        scored(ours, CLOSES + 11 * DAY + hours * HOUR, mailbox.url)
    assert [address for address, _ in mailbox.taken] == ["humas@bali.example.go.id"]


def test_a_webhook_hears_of_everybody_and_a_hostile_name_is_plain_text(
    ours: AgencyStore, hook: Hook
) -> None:
    scored(ours, CLOSES + HOUR, hook.url)
    assert len(hook.told) == 3
    [setjen] = [told for told in hook.told if "Setjen" in told["message"]]
    assert setjen["message"].startswith("Yth. Setjen\nBcc: lain@example.org,")
    assert "tidak diperingkat di Akun Teraktif" in setjen["message"]
    assert all("\n" not in told["title"] for told in hook.told)


def test_a_mail_server_that_is_down_fails_no_run_and_is_told(ours: AgencyStore) -> None:
    nowhere = f"mailto://u:{PASSWORD}@127.0.0.1:1?from=kiprah@example.go.id"
    report = scored(ours, CLOSES + HOUR, nowhere)
    assert ours.months()[MONTH].ranking.state == "final"
    [said] = report.problems
    assert said.startswith("notices: 2 could not be sent")
    assert report.as_dict()["failed"] is False
    everything = f"{report.as_dict()} {[held.data for held in ours.store.everything()]}"
    assert PASSWORD not in everything
    assert all("@" not in str(held.data) for held in kept(ours))


def test_an_outbox_that_cannot_be_read_fails_no_run(
    ours: AgencyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise OSError("rahasia")

    monkeypatch.setattr(AgencyStore, "due_notices", broken)
    monkeypatch.setattr(AgencyStore, "add_notices", broken)
    report = scored(ours, CLOSES + HOUR, "json://127.0.0.1:1/a")
    assert report.problems == ["notices: OSError; they are tried again"] * 2


def test_nothing_is_made_where_nobody_is_to_be_told(ours: AgencyStore, hook: Hook) -> None:
    scored(ours, CLOSES + HOUR, "")
    assert kept(ours) == []
    # What became final long before notices were switched on is no news.
    scored(ours, CLOSES + 8 * DAY, hook.url)
    assert (kept(ours), hook.told) == ([], [])


def test_an_agency_may_want_none(ours: AgencyStore, hook: Hook) -> None:
    ours.store.write([Write(f"{ours.root}/settings/notify", {"month": "tidak", "izn": True})])
    report = scored(ours, CLOSES + HOUR, hook.url)
    assert hook.told == []
    assert report.problems == ["settings/notify: izn tidak dikenal; maksudnya izin?"]


def test_a_simulation_and_a_replay_of_the_past_tell_nobody(
    store: Any, ours: AgencyStore, hook: Hook
) -> None:
    made_up = ministry(store, agency="simulasi")
    scored(made_up, CLOSES + HOUR, hook.url)
    remember(ours, CLOSES + 2 * DAY, lambda: CLOSES + 2 * DAY)
    notifier = notifier_of(Settings(notify=hook.url))
    late = CLOSES + 2 * DAY
    score(ours, now=CLOSES + HOUR, run_id="s", clock=lambda: late, notifier=notifier)
    assert ours.months()[MONTH].ranking.state == "final"
    assert hook.told == []
    # The next run in the present makes up for it.
    scored(ours, late, hook.url)
    assert len(hook.told) == 3
