"""Why a post counts, asked as people ask: by an address in any form, without any platform."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from functions import log
from functions.__main__ import cli
from functions.commands.why import why
from functions.model import (
    DAY,
    PLATFORMS,
    Agency,
    Entry,
    Platform,
    Post,
    Sample,
    run_id,
)
from functions.registry.addresses.posts import link_keys
from functions.score.job import score
from functions.store import open_agency, open_store
from functions.store.agency import AgencyStore
from functions.store.port import Store, Write
from tests import factories
from tests.collect.api import settings_for
from tests.collect.ministry import handle_of, register, rows, tick
from tests.platforms.server import serve
from tests.platforms.world import Post as WorldPost
from tests.platforms.world import World
from tests.registry.addresses.test_posts import CASES, MASKED, TWEET

ROOT = Path(__file__).parents[2]
UNITS = ("kanwil-ntt", "kanwil-bali")
START = datetime(2026, 9, 30, 17, tzinfo=UTC)  # October begins in Jakarta
HOUR = timedelta(hours=1)
SCORED = START + 34 * HOUR
END = SCORED + 4 * HOUR  # discovery comes round every three hours
FINAL = "2026-11-20T00:00:00+07:00"
ANEW = "pfbid0" + MASKED[:5:-1]
COUNTS = {
    "instagram": {"likes": 50, "comments": 4},
    "facebook": {"likes": 90, "comments": 3, "shares": 2},
    "x": {"likes": 30, "comments": 4, "shares": 5, "quotes": 1},
    "tiktok": {"likes": 500, "comments": 20, "shares": 10},
    "youtube": {"likes": 40, "comments": 2},
}


@dataclass(frozen=True)
class Collected:
    """A store that was collected into and scored, and the world's posts by what they are."""

    store: str
    posts: dict[str, WorldPost]

    def url(self, name: str) -> str:
        return self.posts[name].url


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Collected:
    """Thirty-four hours of two units, collected hourly and scored, and some ticks behind that."""
    folder = tmp_path_factory.mktemp("why")
    store = f"sqlite:///{folder}/kiprah.db"
    world = World(now=START)
    posts = populate(world)
    log.quiet()
    with serve(world) as server:
        settings = settings_for(server.url, store, collect_every=60)
        agency = open_agency(settings)
        register(agency, settings, UNITS, START)
        agency.save_satker({"kanwil-papua": late_entrant()})
        for hours in range(39):
            now = START + hours * HOUR
            if hours == 12:  # Facebook makes these ids anew from time to time
                posts["masked"].url = posts["masked"].url.replace(MASKED, ANEW)
            server.set_clock(now)
            report = tick(agency, settings, now)
            assert report.problems == []
            if now == SCORED:
                score(agency, now=now, run_id=run_id("score", now))
        agency.store.close()
    log.speak()
    return Collected(store, posts)


def populate(world: World) -> dict[str, WorldPost]:
    """A post of every kind that is answered differently."""
    accounts = {}
    for row in rows(UNITS):
        accounts[row.satker, row.platform] = world.add_account(
            row.platform, row.handle, satker=row.satker, refresh_token=row.refresh_token
        )
    papua = world.add_account("x", "kanwilpapua", satker="kanwil-papua")
    at = START + 2 * HOUR
    posts = {
        platform: world.add_post(accounts["kanwil-ntt", platform], at, level=COUNTS[platform])
        for platform in PLATFORMS
    }
    x, facebook = accounts["kanwil-bali", "x"], accounts["kanwil-bali", "facebook"]
    posts["removed"] = world.add_post(x, at, removed_at=at + 6 * HOUR)
    posts["edited"] = world.add_post(x, at + HOUR, edited_at=[at + 2 * HOUR])
    posts["running"] = world.add_post(x, START + 30 * HOUR)
    posts["unscored"] = world.add_post(x, SCORED + HOUR / 2)
    posts["too early"] = world.add_post(papua, at)
    posts["hidden"] = world.add_post(
        accounts["kanwil-bali", "youtube"], at, hidden=("likes", "comments")
    )
    posts["masked"] = world.add_post(facebook, at)
    posts["masked"].url = f"https://www.facebook.com/{facebook.id}/posts/{MASKED}"
    posts["shared"] = world.add_post(
        accounts["kanwil-ntt", "instagram"],
        at + HOUR,
        level=COUNTS["instagram"],
        collaborators=[accounts["kanwil-bali", "instagram"]],
    )
    return posts


def late_entrant() -> dict[str, Any]:
    """A unit that is measured from 2 October on."""
    return {
        "name": "KANWIL-PAPUA",
        "kind": "kanwil",
        "active_from": "2026-10-02",
        "accounts": {"x": "kanwilpapua"},
    }


@pytest.fixture(autouse=True)
def only_the_store(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No credentials, no stand-ins: whatever is answered comes from the store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(log, "_quiet", False)
    if "collected" in request.fixturenames:
        monkeypatch.setenv("KIPRAH_STORE", request.getfixturevalue("collected").store)


def asked(*words: str, status: int = 0) -> Any:
    result = CliRunner().invoke(cli, ["why", *words, "--now", END.isoformat()])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert result.exit_code == status, result.stderr
    return result


def lines_told(*words: str) -> list[str]:
    result = asked(*words)
    assert result.stderr == ""
    told: list[str] = result.stdout.splitlines()
    return told


def facts(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(asked(*words, "--json").stdout)
    return found


# Any form of an address


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_form_of_an_address_has_the_same_answer(
    collected: Collected, platform: Platform
) -> None:
    post = collected.posts[platform]
    own = link_keys(platform, post.id, post.url)[0]
    [expected] = {line for line in lines_told(post.url) if line.startswith("Interaksi 24 Jam")}
    forms = [
        form.replace(key, own)
        for of, key, form in CASES
        if of == platform and not key.startswith("pfbid")
    ]
    assert len(forms) > 10
    for form in forms:
        told = lines_told(form)
        assert told[0].startswith("Dihitung"), form
        assert expected in told, form


def test_the_answer_holds_the_reason_and_its_facts(collected: Collected) -> None:
    post = collected.posts["tiktok"]
    assert lines_told(
        f"Mohon dicek: {post.url}?is_from_webapp=1&sender_device=pc, terima kasih"
    ) == [
        "Dihitung: terbaca paling jauh 5 menit dari tanda 24 jam.",
        "Unggahan TikTok @kanwilntt terbit 1 Oktober 2026 02.00 WIB; "
        "tanda 24 jamnya 2 Oktober 2026 02.00 WIB.",
        "Dihitung untuk KANWIL-NTT, Oktober 2026 (Sementara).",
        "Interaksi 24 Jam: 530.",
        *lines_told(post.url)[4:],
    ]
    known = facts(post.url)
    assert {
        name: known[name]
        for name in (
            *("platform", "post_id", "account", "handle", "satker", "url", "published_at"),
            *("month", "asked_month", "month_state", "counted", "reason", "state", "i24"),
        )
    } == {
        "platform": "tiktok",
        "post_id": post.id,
        "account": f"tiktok:{post.account.id}",
        "handle": "kanwilntt",
        "satker": "kanwil-ntt",
        "url": post.url,
        "published_at": "2026-09-30T19:00:00Z",
        "month": "2026-10",
        "asked_month": "2026-10",
        "month_state": "open",
        "counted": True,
        "reason": "counted",
        "state": "observed",
        "i24": 530,
    }
    assert known["before"]["likes"] <= 500 <= known["after"]["likes"]
    assert known["told"] == lines_told(post.url)
    assert known["others"] == []


def test_an_edited_post_is_found_by_every_version(collected: Collected) -> None:
    post = collected.posts["edited"]
    [(version, _)] = post.versions
    assert lines_told(f"https://x.com/i/status/{version}") == lines_told(post.url)


def test_a_facebook_post_is_found_by_its_number_and_every_masked_one_it_was_met_under(
    collected: Collected,
) -> None:
    """Facebook makes masked numbers anew: each that the collector met leads to the post."""
    post = collected.posts["masked"]
    story = post.id.partition("_")[2]
    expected = facts(f"https://m.facebook.com/story.php?story_fbid={story}&id=1")
    assert (expected["post_id"], expected["counted"]) == (post.id, True)
    for masked in (MASKED, ANEW):
        assert facts(f"https://www.facebook.com/kanwilbali/posts/{masked}?__tn__=R") == expected


def test_a_collaboration_is_answered_for_each_account(collected: Collected) -> None:
    post = collected.posts["shared"]
    code = post.url.split("/")[-2]
    told = lines_told(post.url)
    assert [line for line in told if line.startswith("Dihitung untuk")] == [
        f"Dihitung untuk {name}, Oktober 2026 (Sementara)."
        for name in sorted(
            ("KANWIL-NTT", "KANWIL-BALI"), key=lambda name: facts_of(collected, name)
        )
    ]
    assert "unggahan kolaborasi" in told[0]
    for handle in map(handle_of, UNITS):
        known = facts(f"https://www.instagram.com/{handle}/p/{code}/")
        assert known["handle"] == handle
        assert [other["handle"] for other in known["others"]] == [
            other for other in map(handle_of, UNITS) if other != handle
        ]


def facts_of(collected: Collected, name: str) -> str:
    """The account of the collaboration that is this unit's, by which answers are ordered."""
    known = facts(collected.url("shared"))
    accounts = {one["satker"]: one["account"] for one in (known, *known["others"])}
    account: str = accounts[name.lower()]
    return account


# Every reason


@pytest.mark.parametrize(
    ("name", "counted", "reason", "first", "further"),
    [
        (
            "removed",
            False,
            "removed",
            "Tidak dihitung: unggahan dihapus sebelum genap 24 jam.",
            "Tidak tampil lagi saat dibaca",
        ),
        ("running", True, "running", "Dihitung; interaksinya masih berjalan", "Nilainya tetap"),
        (
            "hidden",
            True,
            "hidden",
            "Dihitung di Teraktif saja: angka interaksinya disembunyikan",
            "tanpa angka yang dihitung",
        ),
        (
            "too early",
            False,
            "account_not_registered",
            "Tidak dihitung: akun belum atau tidak lagi terdaftar saat unggahan terbit.",
            "Akun ini terdaftar sejak 2 Oktober 2026 00.00 WIB.",
        ),
    ],
)
def test_every_reason_is_told_with_its_facts(
    collected: Collected, name: str, counted: bool, reason: str, first: str, further: str
) -> None:
    known = facts(collected.url(name))
    assert (known["counted"], known["reason"]) == (counted, reason)
    assert known["told"][0].startswith(first)
    assert any(further in line for line in known["told"])


def test_a_post_that_was_read_since_the_last_scoring_waits_for_the_next(
    collected: Collected,
) -> None:
    told = lines_told(collected.url("unscored"))
    assert told[0] == "Belum dinilai."
    assert told[-1].startswith("Sudah terbaca 2 Oktober 2026 ")
    assert told[-1].endswith(" WIB dan menunggu penilaian berikutnya.")
    known = facts(collected.url("unscored"))
    assert (known["counted"], known["reason"], known["i24"]) == (None, None, None)
    assert known["account"].startswith("x:")


def test_asked_for_another_month_the_post_lies_outside_it(collected: Collected) -> None:
    for name in ("tiktok", "unscored"):
        told = lines_told(collected.url(name), "--month", "2026-11")
        assert told[0] == "Tidak dihitung: waktu unggahnya di luar bulan ini."
        assert told[-1] == "Unggahan ini masuk Oktober 2026, bukan November 2026."
        known = facts(collected.url(name), "--month", "2026-11")
        assert (known["counted"], known["reason"]) == (False, "outside_month")
        assert (known["month"], known["asked_month"]) == ("2026-10", "2026-11")
    assert lines_told(collected.url("x"), "--month", "2026-10") == lines_told(collected.url("x"))


# What was never read


def test_a_post_that_was_never_read_is_unknown_and_that_is_an_answer(
    collected: Collected,
) -> None:
    told = lines_told(f"https://x.com/KanwilNTT/status/{TWEET}")
    assert told == [
        "Tidak dikenal: unggahan X ini belum pernah terbaca.",
        "Menurut nomornya, unggahan ini terbit 14 Oktober 2024 11.11 WIB.",
        "Akun @kanwilntt terdaftar sejak 1 Oktober 2026 00.00 WIB, "
        "jadi belum atau tidak lagi saat itu.",
        told[3],
        "Di X, balasan, lanjutan utas, dan repost tidak dibaca.",
    ]
    assert told[3].startswith("Daftar unggahannya terakhir dibaca 2 Oktober 2026 ")
    known = facts(f"https://x.com/KanwilNTT/status/{TWEET}")
    assert (known["reason"], known["counted"], known["account"]) == ("unknown", None, None)
    assert (known["post_id"], known["handle"]) == (TWEET, "kanwilntt")
    assert known["told"] == told


def test_an_account_outside_the_registry_is_said_to_be_so(collected: Collected) -> None:
    told = lines_told("https://www.tiktok.com/@orang.lain/video/7423968892256636191")
    assert "Akun @orang.lain tidak ada dalam daftar akun, jadi unggahannya tidak dibaca." in told


def test_of_a_page_that_may_be_registered_by_its_other_number_nothing_is_said(
    collected: Collected,
) -> None:
    told = lines_told("https://www.facebook.com/100064912345678/posts/320666585359581")
    assert not any("daftar akun" in line for line in told)
    told = lines_told(f"https://www.facebook.com/{'1' * 15}/posts/pfbid0{'A' * 40}")
    assert any("pfbid" in line for line in told)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://x.com/kanwilntt", "Ini alamat profil X"),
        ("https://www.instagram.com/stories/kanwilntt/31/", "cerita tidak diukur"),
        ("https://vm.tiktok.com/ZM123abcd/", "Tautan pendek TikTok"),
        ("https://www.kemenkum.go.id/berita/1", "Tidak ada alamat unggahan"),
        ("", "Tidak ada alamat unggahan"),
    ],
)
def test_what_is_no_posts_address_is_refused_in_one_line(
    collected: Collected, text: str, said: str
) -> None:
    result = asked(text, "--json", status=2)
    [line] = result.stderr.splitlines()
    assert line.startswith("kiprah: ")
    assert said in line
    assert result.stdout == ""


def test_a_month_that_is_none_is_refused(collected: Collected) -> None:
    assert "is no month" in asked(collected.url("x"), "--month", "2026-13", status=2).stderr


# A month that is final


@pytest.fixture
def final(collected: Collected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AgencyStore:
    """The same store after its month became final."""
    shutil.copy(collected.store.removeprefix("sqlite:///"), tmp_path / "final.db")
    monkeypatch.setenv("KIPRAH_STORE", f"sqlite:///{tmp_path}/final.db")
    result = CliRunner().invoke(cli, ["score", "--now", FINAL, "--json"])
    assert json.loads(result.stdout)["months"]["2026-10"]["state"] == "final"
    return AgencyStore(open_store(f"sqlite:///{tmp_path}/final.db"), Agency())


def test_a_final_months_post_is_said_to_be_of_a_final_month(
    final: AgencyStore, collected: Collected
) -> None:
    assert "Dihitung untuk KANWIL-NTT, Oktober 2026 (Final)." in lines_told(collected.url("x"))
    assert facts(collected.url("x"))["month_state"] == "final"


def test_a_post_that_was_found_when_its_month_was_final_counts_no_more(
    final: AgencyStore, collected: Collected
) -> None:
    """No scoring will take it in, so it must not be said to wait for one."""
    owner = collected.posts["x"].account.id
    late = a_post(START + DAY, account_id=owner, post_id="9", read_at=START + 60 * DAY)
    keep(final, late)
    told = lines_told(late.url)
    assert told[0] == "Tidak dihitung: baru ditemukan setelah bulannya berakhir."
    assert "Saat itu Oktober 2026 sudah ditutup bagi temuan baru." in told
    known = facts(late.url)
    assert (known["counted"], known["reason"]) == (False, "found_late")


def test_a_post_that_expired_is_still_answered_from_its_ledger(
    final: AgencyStore, collected: Collected
) -> None:
    expected = lines_told(collected.url("youtube"))
    for stored in [*final.store.list(f"{final.root}/posts")]:
        final.store.write([Write(stored.path, mode="delete")])
    assert lines_told(collected.url("youtube")) == expected


def test_a_post_from_before_collecting_began_waits_for_nothing(
    final: AgencyStore, collected: Collected
) -> None:
    """A first look may find posts of the month before, which is never scored."""
    owner = collected.posts["x"].account.id
    early = a_post(START - 2 * HOUR, account_id=owner, post_id="8")
    keep(final, early)
    assert lines_told(early.url)[-1] == (
        "Pengumpulan dimulai 1 Oktober 2026 00.00 WIB, jadi September 2026 tidak dinilai."
    )


# Duplicates


def a_post(at: datetime, *, read_at: datetime | None = None, **of: str) -> Post:
    facts = {"platform": "x", "account_id": "1", "post_id": "1", **of}
    return Post(
        **facts,  # type: ignore[arg-type]
        published_at=at,
        url=f"https://x.com/kanwilntt/status/{facts['post_id']}",
        samples=(Sample(taken_at=read_at or at + HOUR, likes=1),),
    )


def keep(agency: AgencyStore, *posts: Post) -> None:
    """What collect writes of posts."""
    agency.save_urls(
        (post, link_keys(post.platform, post.post_id, post.url, post.versions)) for post in posts
    )
    agency.save_posts(posts)


def book_in(agency: AgencyStore, month: str, *entries: Entry) -> None:
    """What scoring writes of them."""
    ledgers = agency.ledgers(month)
    for entry in entries:
        ledgers.put(entry)
    agency.save_ledgers(ledgers)


def judged(post: Post, **facts: Any) -> Entry:
    return factories.entry(post, **{"satker": "ntt", **facts})


@pytest.mark.parametrize("hours_between", [1, 23, 24])
def test_a_duplicate_names_the_post_it_repeats_across_the_edge_of_a_month(
    store: Store, hours_between: int
) -> None:
    """The original is at most a day older, and may lie in the page, or the month, before."""
    agency = AgencyStore(store, Agency())
    copy = a_post(START + HOUR / 2, post_id="2")
    original = a_post(copy.published_at - hours_between * HOUR)
    keep(agency, original, copy)
    book_in(agency, "2026-09", judged(original))
    verdict = {"counted": False, "reason": "duplicate", "duplicate_of": "1"}
    book_in(agency, "2026-10", judged(copy, **verdict, duplicate_percent=93))
    answer = why(agency, copy.url, END)
    assert answer.told[0].startswith("Tidak dihitung: isinya hampir sama")
    assert answer.told[-1].startswith("Kemiripannya 93 persen dengan unggahan ")
    assert answer.told[-1].endswith(original.url)
    assert answer.facts["duplicate_of"] == "1"
    assert answer.facts["original_url"] == original.url


# What an answer costs


def test_an_answer_reads_a_few_documents_however_many_posts_there_are(store: Store) -> None:
    agency = AgencyStore(store, Agency())
    post = a_post(START + 2 * HOUR)
    keep(agency, post)
    book_in(agency, "2026-10", judged(post))

    def reads() -> int:
        before = agency.store.meter.reads
        assert why(agency, post.url, END).facts["counted"] is True
        return agency.store.meter.reads - before

    few = reads()
    more = [
        a_post(START + n * HOUR, post_id=str(n), account_id=str(n % 5)) for n in range(3, 30 * 24)
    ]
    keep(agency, *more)
    book_in(agency, "2026-10", *map(judged, more))
    assert reads() == few
    assert few <= 5


def test_a_post_whose_time_was_told_anew_is_found_in_its_new_page(store: Store) -> None:
    """A stream's, say: the address was filed under the time that was told first."""
    agency = AgencyStore(store, Agency())
    first, moved = a_post(START + HOUR), a_post(START + 26 * HOUR)
    keep(agency, first)
    agency.save_posts([moved])
    book_in(agency, "2026-10", judged(moved))
    assert why(agency, first.url, END).facts["reason"] == "counted"


def test_an_address_that_leads_to_nothing_any_more_is_unknown(store: Store) -> None:
    agency = AgencyStore(store, Agency())
    post = a_post(START + HOUR)
    agency.save_urls([(post, ["1"])])
    assert why(agency, post.url, END).facts["reason"] == "unknown"


def test_of_what_was_collected_and_scored_as_few_are_read(collected: Collected) -> None:
    agency = AgencyStore(open_store(collected.store), Agency())
    reads = {}
    for name, post in collected.posts.items():
        before = agency.store.meter.reads
        why(agency, post.url, END)
        reads[name] = agency.store.meter.reads - before
    agency.store.close()
    assert max(reads.values()) <= 8, reads


def test_a_whole_process_loads_nothing_that_an_answer_has_no_need_of(collected: Collected) -> None:
    """Loading the libraries of platforms, clouds and pages would take longer than the answer."""
    finished = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "functions", "why", collected.url("facebook")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert finished.stdout.startswith("Dihitung")
    loaded = {line.rpartition("|")[2].strip() for line in finished.stderr.splitlines()}
    assert {"click", "msgspec"} <= loaded
    assert loaded.isdisjoint({"boto3", "cryptography", "flask", "google.cloud", "httpx", "jinja2"})
