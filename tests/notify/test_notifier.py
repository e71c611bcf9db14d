"""What jobs tell units with."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

from functions.notify.notice import Notice
from functions.notify.notifier import addresses_of, notifier_of
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.port import Write
from tests.factories import roster, satker
from tests.notify.post import Hook, Mailbox

NOW = datetime(2026, 11, 6, 3, tzinfo=UTC)
ADDRESSES = {"bali": ("humas@bali.example.go.id",)}
NOWHERE = "mailto://u:p@127.0.0.1:1?from=kiprah@example.go.id"


def notice(satker: str | None = "bali", kind: str = "month") -> Notice:
    return Notice(key=(kind, "2026-10", satker or "-"), satker=satker, subject="a", text="b")


def test_there_is_none_where_nothing_is_set() -> None:
    assert notifier_of(Settings()) is None


def test_a_site_is_the_first_agencys_or_in_its_folder() -> None:
    one = notifier_of(Settings(notify=NOWHERE, site_url="https://peringkat.example.go.id/"))
    assert one is not None
    assert one.sites("kemenkum") == "https://peringkat.example.go.id"
    two = notifier_of(
        Settings(
            notify=NOWHERE,
            agencies="kemenkum=Hukum; kemenham=HAM",
            site_url="https://peringkat.example.go.id",
        )
    )
    assert two is not None
    assert two.sites("kemenkum") == "https://peringkat.example.go.id"
    assert two.sites("kemenham") == "https://peringkat.example.go.id/kemenham"
    bare = notifier_of(Settings(notify=NOWHERE))
    assert bare is not None
    assert bare.sites("kemenkum") == ""


def test_what_nobody_would_hear_is_not_written(agency: AgencyStore, hook: Hook) -> None:
    by_mail = notifier_of(Settings(notify=NOWHERE))
    assert by_mail is not None
    writes = agency.store.meter.writes
    assert by_mail.put(agency, [notice("aceh"), notice(None)], ADDRESSES, NOW) == 0
    assert agency.store.meter.writes == writes
    assert by_mail.put(agency, [notice("aceh"), notice("bali")], ADDRESSES, NOW) == 1
    by_both = notifier_of(Settings(notify=f"{NOWHERE} {hook.url}"))
    assert by_both is not None
    assert by_both.put(agency, [notice("aceh"), notice(None)], ADDRESSES, NOW) == 2


def test_what_is_for_mail_alone_reaches_no_webhook(agency: AgencyStore, hook: Hook) -> None:
    notifier = notifier_of(Settings(notify=f"{NOWHERE} {hook.url}"))
    assert notifier is not None
    by_mail = [
        Notice(key=("alarm", unit), satker=unit, subject="a", text="b", mail_only=True)
        for unit in ("aceh", "bali")
    ]
    assert notifier.put(agency, by_mail, ADDRESSES, NOW) == 1
    notifier.deliver(agency, lambda: ADDRESSES, lambda: NOW)
    assert hook.told == []


def test_what_the_agency_does_not_want_is_not_written(agency: AgencyStore) -> None:
    agency.store.write([Write(f"{agency.root}/settings/notify", {"Bulan": "tidak"})])
    notifier = notifier_of(Settings(notify=NOWHERE))
    assert notifier is not None
    told = [notice(kind="month"), notice(kind="consent")]
    assert notifier.put(agency, told, ADDRESSES, NOW) == 1
    assert agency.settings("notify")["status"] == "berlaku"


def test_what_was_put_in_is_sent(agency: AgencyStore, mailbox: Mailbox) -> None:
    notifier = notifier_of(Settings(notify=mailbox.url))
    assert notifier is not None
    notifier.put(agency, [notice()], ADDRESSES, NOW)
    assert notifier.deliver(agency, lambda: ADDRESSES, lambda: NOW) == []
    assert mailbox.addresses == ["humas@bali.example.go.id"]


def test_ended_units_are_told_too_and_those_registered_again_by_their_new_address() -> None:
    known = roster(
        satker("bali", emails=("baru@example.go.id",)),
        satker("aceh"),
        former=(
            satker("bali", emails=("lama@example.go.id",)),
            satker("ntb", emails=("ntb@example.go.id",)),
        ),
    )
    assert addresses_of(known) == {
        "bali": ("baru@example.go.id",),
        "ntb": ("ntb@example.go.id",),
    }
    assert addresses_of(None) == {}


def test_the_library_is_not_loaded_before_something_is_sent() -> None:
    program = (
        "import sys, functions.score.job, functions.collect.job, functions.notify.notifier;"
        "from functions.notify.notifier import notifier_of;"
        "from functions.settings import Settings;"
        "notifier_of(Settings(notify='json://127.0.0.1:1'));"
        "sys.exit('apprise' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
