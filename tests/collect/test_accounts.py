"""What becomes of accounts over the real job: new names, empty ones, Pages' own tokens, no key."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from functions.collect.contract import Profile
from functions.collect.reading import accounts
from functions.model import Platform
from functions.score.job import score
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import open_vault
from tests.collect.api import HOUR, Asked
from tests.collect.ministry import UNIT, Enter, Run, documents, status, stored_posts
from tests.factories import statuses
from tests.platforms.server import Handle
from tests.platforms.world import Account
from tests.registry.one_agency import check

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

# Other names


@pytest.mark.parametrize(
    ("platform", "seen_after"),
    [("facebook", 1), ("tiktok", 1), ("youtube", 1), ("x", 30)],
)
def test_a_renamed_account_is_read_on_and_its_admin_is_told(
    enter: Enter,
    run: Run,
    server: Handle,
    agency: AgencyStore,
    now: datetime,
    platform: Platform,
    seen_after: int,
) -> None:
    account = enter(platform, posts=1)
    run(now)
    assert status(agency) == "ok"
    server.world.rename(account, "kemenkumntt", now + HOUR)
    later = now + seen_after * DAY + HOUR
    server.world.add_post(account, later - HOUR)
    run(later - 30 * MINUTE)
    run(later + 3 * HOUR)
    run(later + 6 * HOUR)
    assert "@kemenkumntt" in status(agency)
    assert "perbarui" in status(agency)
    posts = stored_posts(agency)
    assert {key[1] for key in posts} == {account.id}
    assert len(posts) == 2


def test_an_instagram_account_that_is_found_no_more_is_told_apart_and_not_asked_in_a_loop(
    enter: Enter, run: Run, server: Handle, agency: AgencyStore, asked: list[Asked], now: datetime
) -> None:
    account = enter("instagram", posts=1)
    run(now)
    server.world.rename(account, "kemenkumntt", now + HOUR)
    asked.clear()
    for quarters in range(12, 12 + 24):
        run(now + quarters * 15 * MINUTE)
    assert "berganti nama" in status(agency) or "nama" in status(agency)
    assert 1 <= len(asked) <= 2
    assert len(stored_posts(agency)) == 1
    # The admin corrects the name: the account goes on with its history.
    document = agency.satker_documents()[0].data
    agency.save_satker({UNIT: {**document, "accounts": {"instagram": "kemenkumntt"}}})
    at = now + 10 * HOUR
    server.world.add_post(account, at - HOUR)
    run(at)
    roster = agency.roster(at)
    assert roster is not None
    assert {a.account_id for a in roster.accounts} == {account.id}
    assert {key[1] for key in stored_posts(agency)} == {account.id}
    assert len(stored_posts(agency)) == 2


@pytest.mark.parametrize(
    ("platform", "state", "word"),
    [
        ("instagram", "personal", "profesional"),
        ("x", "suspended", "ditangguhkan"),
        ("x", "protected", "dikunci"),
        ("tiktok", "revoked", "izin"),
        ("facebook", "unknown", "Halaman"),
        ("youtube", "unknown", "tidak mengenal"),
    ],
)
def test_what_is_wrong_with_an_account_is_said_in_one_indonesian_sentence(
    enter: Enter,
    run: Run,
    agency: AgencyStore,
    asked: list[Asked],
    now: datetime,
    platform: Platform,
    state: str,
    word: str,
) -> None:
    enter(platform, posts=1, state=state)
    run(now)
    told = status(agency)
    assert word in told
    assert "\n" not in told
    asked.clear()
    for quarters in range(1, 20):
        run(now + quarters * 15 * MINUTE)
    assert len(asked) <= (19 if platform == "tiktok" else 0)
    assert status(agency) == told


@pytest.mark.parametrize("platform", ["instagram", "x", "tiktok", "youtube"])
def test_an_account_without_posts_is_read_and_its_admin_is_told(
    enter: Enter, run: Run, server: Handle, agency: AgencyStore, now: datetime, platform: Platform
) -> None:
    account = enter(platform)
    run(now)
    assert "belum memiliki unggahan" in status(agency)
    # With the first post the remark goes, when the account is looked at again.
    server.world.add_post(account, now + HOUR)
    run(now + 3 * HOUR)
    for days in (1, 2, 30, 31):
        run(now + days * DAY + 4 * HOUR)
    assert status(agency) == "ok"
    assert len(stored_posts(agency)) == 1


def test_a_channel_entered_by_a_users_name_is_read_and_called_nothing_else(
    run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    """Such a name stays the channel's beside whatever handle it takes: there is nothing to mend."""
    row = {"id": UNIT, "nama": "NTT", "jenis": "kanwil"}
    row["youtube"] = "https://www.youtube.com/user/KemenkumNTT/featured"
    found, problems = check([(1, row)], {})
    assert problems == []
    agency.save_satker(found)
    account = server.world.add_account("youtube", "user/KemenkumNTT")
    server.world.add_account("youtube", "KemenkumNTT")  # somebody else's handle
    server.world.add_post(account, now - HOUR)
    run(now)
    [[key, told]] = agency.feedback(UNIT).items()
    assert (key, told["status"]) == ("youtube:user/KemenkumNTT", "ok")
    assert told["account_id"] == account.id
    [post] = stored_posts(agency).values()
    assert post.account_id == account.id


@pytest.mark.parametrize(
    ("handle", "told"),
    [
        ("lama", "Akun ini kini bernama @baru; perbarui nama akun di daftar. "),
        ("BARU", None),
        ("user/lama", None),
        ("6157300011", None),
        ("id7", None),
    ],
)
def test_a_new_name_is_told_where_the_old_one_was_entered(handle: str, told: str | None) -> None:
    remark = accounts._remark(handle, Profile(account_id="id7", handle="baru"))
    assert remark == (told and f"{told}Riwayatnya tetap tersimpan.")


# Facebook Pages' own tokens


def give_page_token(agency: AgencyStore, settings: Settings, token: str, now: datetime) -> None:
    row = ConsentRow(UNIT, "facebook", "kanwilntt", token)
    Consents(agency, lambda: open_vault(settings)).add([row], now)


def test_a_busy_page_is_listed_whole_with_its_own_token_and_marked_without(
    enter: Enter, run: Run, server: Handle, agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    server.world.quirks.facebook_listed_per_year = 60
    page = enter("facebook", posts=120)
    run(now)
    without = len(stored_posts(agency))
    assert without == 60
    assert "600" in status(agency)
    token = server.world.credentials.give_page_token(page.id)
    give_page_token(agency, settings, token, now)
    run(now + 3 * HOUR)
    assert status(agency) == "ok"
    young = [p for p in server.world.posts if p.published > (now - 27 * HOUR).timestamp()]
    assert len(
        [p for p in stored_posts(agency).values() if p.published_at > now - 27 * HOUR]
    ) == len(young)


def test_a_dead_page_token_costs_that_page_its_use_alone(
    enter: Enter, run: Run, server: Handle, agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    page = enter("facebook", posts=1)
    token = server.world.credentials.give_page_token(page.id)
    give_page_token(agency, settings, token, now)
    run(now)
    assert status(agency) == "ok"
    del server.world.credentials.meta[token]
    report = run(now + 3 * HOUR)
    assert report.platforms["facebook"]["stopped"] == {}
    assert report.platforms["facebook"]["accounts_read"] == 1
    assert "token" in status(agency).lower()
    assert all(token not in text for _, text in documents(settings).values())


# YouTube without a key


def channel(enter: Enter, agency: AgencyStore) -> Account:
    account = enter("youtube", posts=3)
    document = agency.satker_documents()[0].data
    agency.save_satker({UNIT: {**document, "accounts": {"youtube": account.id}}})
    return account


def test_without_a_key_the_public_feed_is_read_and_marked_partial(
    enter: Enter, run: Run, server: Handle, agency: AgencyStore, asked: list[Asked], now: datetime
) -> None:
    account = channel(enter, agency)
    keyless = {"youtube_api_key": (), "youtube_feed_url": server.url}
    for hours in range(32):
        report = run(now + hours * HOUR, **keyless)
        assert report.skipped == {}
    assert {one.template for one in asked} == {"/feeds/videos.xml"}
    posts = stored_posts(agency)
    assert {key[1] for key in posts} == {account.id}
    assert len(posts) == 3
    score(agency, now=now + 32 * HOUR, run_id="s")
    [ledger] = agency.ledgers("2026-10").values()
    for entry in ledger.entries.values():
        assert entry.verdict is not None
        assert entry.verdict.measurement.partial
        assert entry.verdict.measurement.i24 is not None


def test_an_outage_of_the_feed_is_never_a_channel_gone(
    enter: Enter, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    channel(enter, agency)
    keyless = {"youtube_api_key": (), "youtube_feed_url": server.url}
    run(now, **keyless)
    server.world.quirks.youtube_feed_works = False
    for hours in range(3, 24):
        report = run(now + hours * HOUR, **keyless)
        assert report.platforms["youtube"]["accounts_wrong"] == 0
    assert status(agency) == "ok"
    assert all(post.absences == () for post in stored_posts(agency).values())
    server.world.quirks.youtube_feed_works = True
    run(now + 25 * HOUR, **keyless)
    assert all(len(post.samples) == 2 for post in stored_posts(agency).values())


def test_without_a_key_a_handle_cannot_be_resolved_and_its_admin_learns_what_to_type(
    enter: Enter, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    enter("youtube", posts=1)
    run(now, youtube_api_key=(), youtube_feed_url=server.url)
    assert "UC" in status(agency)


def test_at_a_simulated_time_the_official_feed_is_left_alone(
    enter: Enter, run: Run, agency: AgencyStore, now: datetime
) -> None:
    channel(enter, agency)
    report = run(now, youtube_api_key=())
    assert list(report.skipped) == ["youtube"]
    assert report.failed


# Registered twice


def test_one_page_by_its_name_and_by_its_number_is_told_beside_both_units(
    agency: AgencyStore, settings: Settings, server: Handle, run: Run, now: datetime
) -> None:
    page = server.world.add_account("facebook", "kemenkumbali")
    server.world.add_post(page, now - HOUR)
    unit = {"name": "Kanwil", "kind": "kanwil"}
    agency.save_satker(
        {
            "bali": {**unit, "accounts": {"facebook": "kemenkumbali"}},
            "denpasar": {**unit, "accounts": {"facebook": page.id}},
        }
    )
    report = run(now)
    said = [problem for problem in report.problems if "juga terdaftar" in problem]
    assert [problem.partition(":")[0] for problem in said] == ["bali", "denpasar"]
    for satker, name in (("bali", "kemenkumbali"), ("denpasar", page.id)):
        told = str(agency.feedback(satker)[f"facebook:{name}"]["status"])
        assert "juga terdaftar untuk" in told
        assert "unggahannya dihitung untuk bali" in told
    documents = {stored.id: stored.data for stored in agency.satker_documents()}
    assert all("juga terdaftar untuk" in status for status in statuses(agency).values())
    # It stays so when the accounts are looked at again, and ends with its cause.
    run(now + 25 * HOUR)
    assert "juga terdaftar" in str(agency.feedback("bali")["facebook:kemenkumbali"]["status"])
    agency.save_satker({"denpasar": {**documents["denpasar"], "accounts": {}}})
    later = run(now + 26 * HOUR)
    assert not [problem for problem in later.problems if "juga terdaftar" in problem]
    assert agency.feedback("bali")["facebook:kemenkumbali"]["status"] == "ok"
    assert agency.feedback("denpasar") == {}
    assert set(statuses(agency).values()) == {"ok"}


def test_a_spelling_that_was_corrected_leaves_no_complaint(
    enter: Enter, run: Run, agency: AgencyStore, now: datetime
) -> None:
    enter("x", posts=1)
    document = agency.satker_documents()[0].data
    agency.save_satker({UNIT: {**document, "accounts": {"x": "kanwilntt_salah"}}})
    run(now)
    assert status(agency) != "ok"
    document = agency.satker_documents()[0].data
    agency.save_satker({UNIT: {**document, "accounts": {"x": "kanwilntt"}}})
    for hours in (1, 7, 25):
        run(now + hours * HOUR)
    assert status(agency) == "ok"
