"""One edit, answered: the registry, the account behind a handle, and what nobody could be asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from msgspec.structs import replace

from functions.check.job import check
from functions.model import PLATFORMS, Agency
from functions.registry.history import history
from functions.registry.registrar import enrol
from functions.settings import Settings
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.port import StoreError, Write
from tests.collect.api import Asked
from tests.collect.ministry import tick
from tests.factories import statuses
from tests.platforms.server import Handle
from tests.registry.typed import broken_documents

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
BALI = {"nama": "Kanwil Bali", "jenis": "kanwil"}


@pytest.fixture
def edit(agency: AgencyStore, settings: Settings, server: Handle, now: datetime) -> Any:
    """Writes a unit's document and checks it: ``edit("bali", {…})``."""

    def edited(satker: str, document: Any, at: datetime = now, **options: Any) -> dict[str, Any]:
        server.set_clock(at)
        agency.save_satker({satker: document})
        changes = options.pop("settings", settings)
        return check(agency, changes, satker, at, simulated=True, **options)

    return edited


def test_the_account_behind_a_new_handle_is_told_at_once(
    edit: Any, agency: AgencyStore, server: Handle, now: datetime
) -> None:
    for platform in PLATFORMS:
        server.world.add_account(
            platform,
            "kumbali",
            title=f"Kanwil Bali {platform}",
            followers=4_321,
            refresh_token="rft.bali" if platform == "tiktok" else "",
        )
    report = edit("bali", {**BALI, "akun": dict.fromkeys(PLATFORMS, "kumbali")})
    assert (report["job"], report["status"], report["failed"]) == ("check_satker", "ok", False)
    told = agency.feedback("bali")
    for platform in set(PLATFORMS) - {"tiktok"}:
        feedback = told[f"{platform}:kumbali"]
        assert feedback["title"] in (f"Kanwil Bali {platform}", "kumbali")
        assert feedback["followers"] is not None
        assert feedback["account_id"]
    assert "Belum ada izin TikTok" in told["tiktok:kumbali"]["status"]
    ids = {a.platform for a in agency.roster(now).accounts if a.account_id}  # type: ignore[union-attr]
    assert ids == set(PLATFORMS) - {"tiktok"}


def test_a_strangers_account_is_seen_and_one_that_nobody_has_is_told(
    edit: Any, agency: AgencyStore, server: Handle
) -> None:
    server.world.add_account("x", "kumbali", title="Toko Kue Bali")
    edit("bali", {**BALI, "akun": "x: kumbali; instagram: tidak_ada_siapa"})
    told = agency.feedback("bali")
    assert told["x:kumbali"]["title"] == "Toko Kue Bali"
    assert told["instagram:tidak_ada_siapa"]["status"] != "ok"


def test_the_next_tick_finds_the_account_known_and_begins_the_month(
    edit: Any,
    agency: AgencyStore,
    server: Handle,
    settings: Settings,
    now: datetime,
    asked: list[Asked],
) -> None:
    account = server.world.add_account("x", "kumbali")
    server.world.add_post(account, now - 30 * MINUTE)
    edit("bali", {**BALI, "x": "kumbali"})
    assert agency.cursor("collect") == {}
    assert len(asked) == 1
    assert [*agency.changed_posts(None)] == []
    report = tick(agency, settings, now + MINUTE)
    assert report.platforms["x"]["posts_found"] == 1
    assert not any("/by" in request.template for request in asked[1:])


def test_an_edit_that_was_answered_already_costs_two_reads(
    edit: Any, agency: AgencyStore, settings: Settings, now: datetime, asked: list[Asked]
) -> None:
    document = {**BALI, "x": "kumbali"}
    agency.save_satker({"bali": document})
    enrol(agency, now)
    reads = agency.store.meter.reads
    report = check(agency, settings, "bali", now, simulated=True)
    assert report["done"] == "answered already"
    assert agency.store.meter.reads - reads == 2
    assert asked == []


def test_an_edit_that_changes_no_handle_asks_nobody(
    edit: Any, agency: AgencyStore, server: Handle, now: datetime, asked: list[Asked]
) -> None:
    server.world.add_account("x", "kumbali")
    edit("bali", {**BALI, "x": "kumbali"})
    edit("bali", {**BALI, "nama": "Kanwil Bali Raya", "x": "kumbali"}, now + DAY)
    assert len(asked) == 1
    assert agency.answers(["bali"])["bali"]["understood"].startswith("Kanwil Bali Raya")
    assert agency.answers(["bali"])["bali"]["checked_at"] == "2026-10-21T03:00:00Z"


def test_a_broken_document_is_told_and_the_last_good_one_stays(
    edit: Any, agency: AgencyStore, server: Handle, now: datetime
) -> None:
    server.world.add_account("x", "kumbali")
    edit("bali", {**BALI, "x": "kumbali"})
    report = edit("bali", {**BALI, "x": "nama yang salah"}, now + DAY)
    assert report["status"].endswith("Isi sebelumnya tetap berlaku.")
    roster = agency.roster(now + DAY)
    assert roster is not None
    assert [(a.handle, a.valid_to) for a in roster.accounts] == [("kumbali", None)]
    assert agency.feedback("bali")["x:kumbali"]["account_id"]


def test_a_document_that_was_deleted_is_answered(
    edit: Any, agency: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    account = server.world.add_account("x", "kumbali")
    server.world.add_post(account, now - 30 * MINUTE)
    edit("bali", {**BALI, "x": "kumbali"})
    tick(agency, settings, now + MINUTE)
    agency.store.write([Write(f"{agency.root}/satker/bali", mode="delete")])
    report = check(agency, settings, "bali", now + 2 * MINUTE, simulated=True)
    assert "tetap berlaku sampai akhir 2026-10" in report["status"]
    again = check(agency, settings, "bali", now + 3 * MINUTE, simulated=True)
    assert again["done"] == "answered already"


def test_two_names_of_one_account_are_told_beside_both_units(
    edit: Any, agency: AgencyStore, server: Handle, now: datetime
) -> None:
    page = server.world.add_account("facebook", "kemenkumbali")
    edit("bali", {**BALI, "facebook": "kemenkumbali"})
    report = edit("denpasar", {**BALI, "facebook": page.id}, now + MINUTE)
    assert any("juga terdaftar untuk" in problem for problem in report["problems"])
    assert all("juga terdaftar untuk" in status for status in statuses(agency).values())


def test_what_nobody_can_be_asked_is_told_as_that(
    edit: Any, agency: AgencyStore, settings: Settings, server: Handle
) -> None:
    server.world.add_account("x", "kumbali")
    without = replace(settings, x_bearer_token=())
    edit("bali", {**BALI, "x": "kumbali"}, settings=without)
    assert agency.feedback("bali")["x:kumbali"]["status"] == (
        "Belum dapat diperiksa: instansi belum memasang akses ke X; hubungi operator Kiprah."
    )


def test_a_spent_budget_is_kept_and_told(
    edit: Any, agency: AgencyStore, settings: Settings, server: Handle, asked: list[Asked]
) -> None:
    poor = replace(settings, meta_calls_per_hour=1)  # a fifth of any limit is kept for marks
    edit("bali", {**BALI, "instagram": "kumbali"}, settings=poor)
    assert asked == []
    assert agency.feedback("bali")["instagram:kumbali"]["status"] == (
        "Belum diperiksa; dicoba lagi pada pengumpulan berikutnya."
    )


def test_who_edited_stands_in_the_history(edit: Any, agency: AgencyStore, now: datetime) -> None:
    edit("bali", BALI, by="ayu@example.go.id")
    [entry] = history(agency, now)
    assert entry.by == "ayu@example.go.id"


@examples(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(broken_documents())
def test_whatever_a_document_holds_it_is_answered(
    tmp_path_factory: pytest.TempPathFactory, settings: Settings, now: datetime, document: Any
) -> None:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('store')}/kiprah.db")
    try:
        agency = AgencyStore(store, Agency())
        try:
            agency.save_satker({"bali": document})
        except (ValueError, StoreError, RecursionError):  # what no store takes
            return
        offline = replace(settings, x_bearer_token=(), youtube_api_key=(), facebook_token=())
        offline = replace(offline, instagram_token=(), instagram_user_id=(), facebook_app_secret=())
        offline = replace(offline, tiktok_client_key=(), tiktok_client_secret=())
        report = check(agency, offline, "bali", now, simulated=True)
        assert report["status"].strip()
    finally:
        store.close()
