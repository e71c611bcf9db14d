"""Several agencies in one installation, from outside: the functions, the command line, the site."""

import csv
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.request import urlopen

import boto3
import functions_framework
import pytest

import main
from functions import log, settings
from functions.collect.job import in_turn
from functions.commands.doctor.examination import examine
from functions.jobs import rounds
from functions.jobs.tally import NAMES
from functions.model import PLATFORMS, Agency, iso
from functions.settings import SettingsError
from functions.store import open_agencies, open_store
from functions.store.agency import AgencyStore
from functions.store.port import Conflict, StoreError, Write
from tests.commands.running import done, kiprah, report
from tests.platforms.credentials import X_BEARER_TOKEN
from tests.platforms.server import serve
from tests.platforms.world import World
from tests.publish.pieces import tree
from tests.publish.targets.test_port import make_s3_bucket

ROOT = Path(__file__).parents[2]
TWO = "kemenkum=Kementerian Hukum; kemenham=Kementerian HAM@Asia/Makassar"
REGISTRY = """id,nama,jenis,x,instansi
aceh,Kanwil Aceh,kanwil,@hukum_aceh,
bali,Kanwil Bali,kanwil,@hukum_bali,kemenkum
aceh,Kanwil HAM Aceh,kanwil,@ham_aceh,kemenham
"""
OF_ONE = "".join(REGISTRY.splitlines(keepends=True)[:-1])
HANDLES = ("hukum_aceh", "hukum_bali", "ham_aceh")
BEGIN = datetime(2026, 9, 30, 1, tzinfo=UTC)
# Half past eleven at night in Jakarta, and half past midnight of 1 October in Makassar.
BETWEEN = datetime(2026, 9, 30, 16, 30, tzinfo=UTC)
TICKS = [BETWEEN + timedelta(minutes=m) for m in (15, 23 * 60 + 45, 24 * 60 + 15)]
END = BETWEEN + timedelta(hours=56)
JOBS = ("collect", "publish", "score")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty working folder with a registry; the settings name two agencies."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(log, "_quiet", False)
    monkeypatch.setattr(log, "_hidden", set())
    monkeypatch.setenv("KIPRAH_AGENCIES", TWO)
    monkeypatch.setenv("KIPRAH_X_BEARER_TOKEN", X_BEARER_TOKEN)
    (tmp_path / "satker.csv").write_text(REGISTRY)
    yield tmp_path
    log.trace(None)


@pytest.fixture(scope="module")
def clients():
    """A test client for each function, made as functions-framework makes it."""
    source = str(ROOT / "main.py")
    return {
        name: functions_framework.create_app(name, source).test_client() for name in main.__all__
    }


def made():
    """Every account posts once, between the two agencies' midnights."""
    world = World(now=BEGIN)
    for n, handle in enumerate(HANDLES, 1):
        world.add_post(world.add_account("x", handle), BETWEEN, level={"likes": 10 * n})
    return world


@pytest.fixture
def platforms(monkeypatch):
    with served(monkeypatch) as handle:
        yield handle


@contextmanager
def served(monkeypatch):
    """The world's platforms, with the settings that lead to them."""
    with serve(made()) as handle:
        for platform in PLATFORMS:
            monkeypatch.setenv(f"KIPRAH_{platform.upper()}_URL", handle.url)
        yield handle


def lines_refused(status, *words):
    result = kiprah(*words)
    assert (result.exit_code, result.stdout) == (status, "")
    return result.stderr.splitlines()


def call(clients, name, now, status=200):
    answered = clients[name].post("/", data=json.dumps({"now": iso(now)}))
    assert answered.status_code == status, answered.json
    return answered.json


def collected(clients, platforms, ticks=TICKS):
    """The registry and every tick; returns the ticks' reports."""
    done("registry", "import", "satker.csv", "--now", iso(BEGIN))
    reports = []
    for now in ticks:
        platforms.set_clock(now)
        reports.append(call(clients, "collect", now))
    return reports


def whole(clients, platforms, ticks=TICKS):
    """Everything, from the registry to the site."""
    reports = collected(clients, platforms, ticks)
    return [*reports, call(clients, "score", END), call(clients, "publish", END)]


def all_versions():
    """Every document's version, by its path."""
    store = open_store("sqlite:///kiprah.db")
    collections = (
        *("satker", "rosters", "posts", "ledgers", "rankings", "cursors", "runs", "plans"),
        *("budgets", "followers", "evidence", "outcomes"),
    )
    found = {
        stored.path: stored.version
        for agency in ("kemenkum", "kemenham")
        for name in collections
        for stored in store.list(f"agencies/{agency}/{name}")
    }
    store.close()
    return found


def popular_rows(month, folder=""):
    ranking = json.loads(Path(f"site/{folder}data/{month}/ranking.json").read_text())
    popular = next(
        one
        for one in ranking["lists"]
        if (one["ranking"], one["platform"], one["kind"]) == ("most_popular", None, None)
    )
    return ranking["agency"], {row["satker"]: (row["posts"], row["i24"]) for row in popular["rows"]}


# From the platforms to the site


def test_each_agency_has_its_own_units_months_and_site(clients, platforms):
    """ "Two agencies with different time zones have different month bounds" """
    whole(clients, platforms, [BEGIN, *TICKS])
    assert popular_rows("2026-09") == ("kemenkum", {"aceh": (1, 10), "bali": (1, 20)})
    assert popular_rows("2026-10")[1] == {"aceh": (0, 0), "bali": (0, 0)}
    assert popular_rows("2026-10", "kemenham/") == ("kemenham", {"aceh": (1, 30)})
    assert popular_rows("2026-09", "kemenham/")[1] == {"aceh": (0, 0)}
    assert "Kanwil HAM Aceh" in Path("site/kemenham/index.html").read_text()
    assert "Kanwil HAM Aceh" not in Path("site/index.html").read_text()


def test_several_agencies_report_side_by_side(clients, platforms):
    reports = whole(clients, platforms)
    for said, job in zip(reports[-3:], ("collect", "score", "publish"), strict=True):
        assert list(said) == [
            *("job", "run_id", "now", "agencies", "problems", "postponed"),
            *NAMES,
            "failed",
        ]
        for name in ("reads", "writes", "calls", "dollars", "objects", "bytes"):
            of_each = [own[name] for own in said["agencies"].values()]
            assert said[name] == pytest.approx(sum(of_each))
        assert (said["job"], said["problems"], said["failed"]) == (job, [], False)
        assert list(said["agencies"]) == ["kemenkum", "kemenham"]
        for own in said["agencies"].values():
            assert (own["job"], own["run_id"]) == (job, said["run_id"])


def test_running_twice_writes_nothing(clients, platforms):
    whole(clients, platforms)
    before, site = all_versions(), tree(Path("site"))
    assert call(clients, "collect", TICKS[-1])["failed"] is False
    again = [call(clients, name, END) for name in ("score", "publish")]
    assert again[1]["agencies"]["kemenham"]["uploaded"] == 0
    assert again[1]["agencies"]["kemenkum"]["uploaded"] == 0
    assert all_versions() == before
    assert tree(Path("site")) == site


def test_one_agency_that_is_named_is_the_same_as_none_that_is_named(clients, tmp_path, monkeypatch):
    """ "one agency needs no configuration": its site, store and reports are what they were."""
    found = []
    for named in ("", "kemenkum=Kementerian Hukum"):
        here = tmp_path / f"installation-{len(found)}"
        here.mkdir()
        monkeypatch.chdir(here)
        Path("satker.csv").write_text(OF_ONE)
        monkeypatch.setenv("KIPRAH_AGENCIES", named)
        with served(monkeypatch) as handle:
            reports = [{**said, "seconds": 0} for said in whole(clients, handle)]
        exported = done("registry", "export")
        written = {path: version.partition("@")[0] for path, version in all_versions().items()}
        found.append((tree(Path("site")), reports, exported, written))
    (site, reports, exported, held), named_too = found[0], found[1]
    assert "index.html" in site
    assert "Instansi lain" not in site["index.html"].decode()
    assert "agencies" not in reports[0]
    assert (site, reports, exported, held) == named_too


def test_every_link_of_every_site_leads_to_a_file(clients, platforms):
    whole(clients, platforms)
    site = tree(Path("site"))
    pages = [path for path in site if path.endswith(".html") and "404" not in path]
    assert any(path.startswith("kemenham/satker/") for path in pages)
    for path in pages:
        for target in links(site[path].decode()):
            led = urlsplit(urljoin(f"http://situs/{path}", target)).path.removeprefix("/")
            led = f"{led}index.html" if led.endswith("/") or not led else led
            assert led in site, (path, target)
            # Within a site but for the one list of the others.
            if "index.html" not in led:
                assert led.startswith("kemenham/") == path.startswith("kemenham/")


def links(page):
    found = [part.partition('"')[0] for part in page.split('href="')[1:]]
    return [one for one in found if not one.startswith(("#", "http", "mailto"))]


def test_each_site_leads_to_the_others(clients, platforms):
    whole(clients, platforms)
    root, other = Path("site/satker/index.html"), Path("site/kemenham/satker/index.html")
    for page, link in [
        (root, '<a href="../kemenham/">Kementerian HAM</a>'),
        (other, '<a href="../../">Kementerian Hukum</a>'),
    ]:
        footer = page.read_text().partition("<footer")[2]
        assert "Instansi lain" in footer
        assert link in footer


def test_canonical_links_name_the_place_where_a_page_lies(clients, platforms, monkeypatch):
    monkeypatch.setenv("KIPRAH_SITE_URL", "https://kiprah.example.go.id/")
    whole(clients, platforms)
    for path in ("", "satker/", "kemenham/", "kemenham/satker/aceh/"):
        page = Path(f"site/{path}index.html").read_text()
        assert f'<link rel="canonical" href="https://kiprah.example.go.id/{path}">' in page
    lost = Path("site/kemenham/404.html").read_text()
    assert 'href="https://kiprah.example.go.id/kemenham/satker/"' in lost
    assert 'href="https://kiprah.example.go.id/">Kementerian Hukum' in lost


def test_a_bucket_holds_the_further_agency_below_its_own_prefix(
    clients, platforms, monkeypatch, s3_server
):
    make_s3_bucket()
    monkeypatch.setenv("KIPRAH_SITE", "s3://situs/kiprah")
    first = whole(clients, platforms)[-1]
    listed = boto3.client("s3").list_objects_v2(Bucket="situs")["Contents"]
    keys = {item["Key"].removeprefix("kiprah/") for item in listed}
    mine = {key for key in keys if not key.startswith("kemenham/")}
    theirs = {key.removeprefix("kemenham/") for key in keys - mine}
    assert {"index.html", "404.html", "data/2026-10/ranking.json"} <= mine & theirs
    assert any(key.startswith("assets/") for key in theirs)
    own = first["agencies"]
    # The status page and its files are put first and last.
    uploaded = (own["kemenkum"]["uploaded"], own["kemenham"]["uploaded"])
    assert uploaded == (len(mine) + 3, len(theirs) + 3)
    again = call(clients, "publish", END)["agencies"]
    assert (again["kemenkum"]["uploaded"], again["kemenham"]["uploaded"]) == (0, 0)


# One that falls over


def spoil(agency):
    """Break a document without which nothing of an agency's can be done."""
    store = open_store("sqlite:///kiprah.db")
    roster = {"as_of": "2026-09-30T02:00:00Z", "body": b"{}"}
    ranking = {"month": "2026-10", "revision": 1, "state": "open", "body": b"{}"}
    store.write(
        [
            Write(f"agencies/{agency}/rosters/2026-09-30T02:00:00Z", roster),
            Write(f"agencies/{agency}/rankings/2026-10:r1", ranking),
        ]
    )
    store.close()


@pytest.mark.parametrize(
    ("broken", "whole_one"), [("kemenkum", "kemenham"), ("kemenham", "kemenkum")]
)
def test_an_agency_that_falls_over_does_not_stop_the_other(clients, platforms, broken, whole_one):
    done("registry", "import", "satker.csv", "--now", iso(BEGIN))
    spoil(broken)
    platforms.set_clock(TICKS[0])
    for name, now in [("collect", TICKS[0]), ("score", TICKS[1]), ("publish", TICKS[1])]:
        said = call(clients, name, now, status=500)
        own = said["agencies"]
        assert (own[broken]["failed"], own[whole_one]["failed"]) == (True, False)
        [problem] = said["problems"]
        assert problem.startswith(f"{broken}: ")
        assert problem == f"{broken}: {own[broken]['problems'][0]}"
        assert "\n" not in problem
    assert own[whole_one]["uploaded"] > 0
    place = "site/kemenham/" if whole_one == "kemenham" else "site/"
    assert "Instansi lain" in Path(f"{place}index.html").read_text()
    # The same by the command line: one line on stderr, exit status 1.
    assert lines_refused(1, "score", "--now", iso(TICKS[1]))[-1].startswith(f"kiprah: {broken}: ")


def test_a_place_that_cannot_be_written_is_told_of_each_agency(clients, platforms, monkeypatch):
    done("registry", "import", "satker.csv", "--now", iso(BEGIN))
    Path("file").touch()
    monkeypatch.setenv("KIPRAH_SITE", "file://file")
    said = call(clients, "publish", TICKS[0], status=500)
    assert [problem.partition(": ")[0] for problem in said["problems"]] == ["kemenkum", "kemenham"]
    assert all("KIPRAH_SITE" in problem for problem in said["problems"])


@pytest.mark.parametrize("name", JOBS)
def test_a_store_that_cannot_be_used_stops_everything(clients, monkeypatch, name):
    monkeypatch.setenv("KIPRAH_STORE", "sqlite:///none/kiprah.db")
    answered = clients[name].post("/")
    assert answered.status_code == 500
    assert "KIPRAH_STORE" in answered.json["error"]


def agencies(sqlite_url):
    return open_agencies(
        settings.load({"KIPRAH_STORE": sqlite_url, "KIPRAH_AGENCIES": TWO}, Path("none"))
    )


@pytest.mark.parametrize("error", [StoreError("the line is dead"), SettingsError("KIPRAH_X wants")])
def test_what_befalls_all_agencies_stops_them_all(sqlite_url, now, error):
    asked = []

    def job(agency):
        asked.append(agency.id)
        raise error

    with pytest.raises(type(error)):
        rounds.each(agencies(sqlite_url), job, job="test", run_id="run", now=now)
    assert asked == ["kemenkum"]


def test_a_conflict_is_one_agencys_own(sqlite_url, now):
    def job(agency):
        if agency.id == "kemenkum":
            raise Conflict("somebody was faster")
        return {"job": "test", "problems": ["odd"], "failed": False}

    said = rounds.each(agencies(sqlite_url), job, job="test", run_id="run", now=now)
    assert said["problems"] == ["kemenkum: Conflict: somebody was faster", "kemenham: odd"]
    assert said["failed"] is True


def test_the_errors_of_an_only_agency_are_what_they_are(sqlite_url, now):
    def job(agency):
        raise Conflict("somebody was faster")

    with pytest.raises(Conflict):
        rounds.each(agencies(sqlite_url)[:1], job, job="test", run_id="run", now=now)


# What credentials spend


def test_each_agency_keeps_its_own_budget_and_both_heed_one_limit(clients, platforms):
    [first, *_] = collected(clients, platforms, TICKS[:1])
    [name] = first["agencies"]["kemenkum"]["budgets"]
    own = {agency: said["budgets"][name]["mills"] for agency, said in first["agencies"].items()}
    assert all(told["spent"] > 0 for told in own.values())
    paths = [path for path in all_versions() if "/budgets/" in path]
    assert sorted(path.split("/")[1] for path in paths if "/x:" in path) == ["kemenham", "kemenkum"]
    # Whoever came second was told what the first had spent.
    assert max(told["others"] for told in own.values()) in [told["spent"] for told in own.values()]
    held = agencies("sqlite:///kiprah.db")
    findings = examine(held, settings.load(), TICKS[0])
    found = next(f for f in findings if f.subject == f"budget {name}")
    spent = sum(told["spent"] for told in own.values())
    assert f"${spent / 1000:.2f} of $20.00" in found.words


def test_a_credential_that_serves_no_account_of_an_agency_locks_nothing_away(clients, platforms):
    """Told once, and not again at every tick."""
    Path("satker.csv").write_text(OF_ONE)
    collected(clients, platforms, TICKS[:1])
    held = {path: version for path, version in all_versions().items() if "/budgets/" in path}
    [idle] = [path for path in held if path.startswith("agencies/kemenham/budgets/x:")]
    for now in TICKS[1:]:
        platforms.set_clock(now)
        call(clients, "collect", now)
    assert all_versions()[idle] == held[idle]


def test_a_budget_that_is_short_is_shared_and_nobody_is_left_out(clients, platforms, monkeypatch):
    monkeypatch.setenv("KIPRAH_X_DOLLARS_PER_DAY", "0.06")
    done("registry", "import", "satker.csv", "--now", iso(BEGIN))
    served = set()
    for n in range(4):
        now = BETWEEN + timedelta(minutes=15 * n + 15)
        platforms.set_clock(now)
        own = call(clients, "collect", now)["agencies"]
        held = [s["mills"] for said in own.values() for s in said["budgets"].values()]
        assert all(told["spent"] + told["others"] <= 60 for told in held)
        assert all(told["others"] + told["granted"] <= 57 for told in held)
        served |= {a for a, said in own.items() if said["platforms"]["x"]["requests"]}
    assert served == {"kemenkum", "kemenham"}


def test_whoever_begins_comes_last_at_the_next_tick(now):
    every = timedelta(minutes=15)
    three = [AgencyStore(None, Agency(id=name)) for name in ("a", "b", "c")]
    orders = [[agency.id for agency in in_turn(three, now + n * every, every)] for n in range(4)]
    assert all(sorted(order) == ["a", "b", "c"] for order in orders)
    for order, following in pairwise(orders):
        assert following == [*order[1:], order[0]]


def test_all_agencies_share_one_runs_time(clients, platforms, monkeypatch):
    """ "keep the invocation's time limit for all together" """
    monkeypatch.setattr("functions.collect.job.TIME_LIMIT", -1.0)
    [said] = collected(clients, platforms, TICKS[:1])
    for own in said["agencies"].values():
        assert own["platforms"]["x"]["requests"] == 0
        assert own["platforms"]["x"]["skipped"] > 0


# The registry


def test_each_row_goes_to_its_agency():
    said = report("registry", "import", "satker.csv", "--now", iso(BEGIN))
    assert said["problems"] == []
    own = said["agencies"]
    assert {name: (one["satker"], one["accounts"]) for name, one in own.items()} == {
        "kemenkum": (2, 2),
        "kemenham": (1, 1),
    }
    held = agencies("sqlite:///kiprah.db")
    assert [[s.id for s in agency.satker_documents()] for agency in held] == [
        ["aceh", "bali"],
        ["aceh"],
    ]
    begins = [agency.roster(BEGIN).accounts[0].valid_from for agency in held]
    assert begins == [datetime(2026, 9, 29, 17, tzinfo=UTC), datetime(2026, 9, 29, 16, tzinfo=UTC)]


def test_importing_again_writes_nothing():
    done("registry", "import", "satker.csv", "--now", iso(BEGIN))
    before = all_versions()
    said = report("registry", "import", "satker.csv", "--now", iso(END))
    assert [own["changed"] for own in said["agencies"].values()] == [0, 0]
    assert all_versions() == before


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (
            REGISTRY.replace(",kemenkum", ",x"),
            ["baris 3, kolom instansi: 'x' tidak dikenal; pilih kemenkum, kemenham"],
        ),
        (
            REGISTRY.replace("ham_aceh", "hukum_bali"),
            [
                "baris 3, kolom x: hukum_bali juga tertulis untuk aceh (kemenham) di baris 4; "
                "sisakan di satu satker",
                "baris 4, kolom x: hukum_bali juga tertulis untuk bali (kemenkum) di baris 3; "
                "sisakan di satu satker",
            ],
        ),
        (
            REGISTRY.replace("bali,Kanwil", "aceh,Kanwil"),
            [
                "baris 2, kolom id: 'aceh' juga tertulis di baris 3; sisakan satu",
                "baris 3, kolom id: 'aceh' juga tertulis di baris 2; sisakan satu",
            ],
        ),
        (
            REGISTRY.replace(",instansi", ",instansi,induk").replace("kemenham", "kemenham,bali"),
            ["baris 4, kolom induk: 'bali' tidak ada dalam daftar"],
        ),
    ],
)
@pytest.mark.parametrize("command", ["import", "check"])
def test_a_file_with_any_error_in_it_changes_nothing(content, lines, command):
    Path("satker.csv").write_text(content)
    told = [f"kiprah: satker.csv: {line}" for line in lines]
    assert lines_refused(1, "registry", command, "satker.csv") == told
    assert all_versions() == {}


def test_an_unknown_agency_is_told_where_there_is_only_one(monkeypatch):
    monkeypatch.delenv("KIPRAH_AGENCIES")
    [said] = lines_refused(1, "registry", "import", "satker.csv")
    assert said.endswith("baris 4, kolom instansi: 'kemenham' tidak dikenal; pilih kemenkum")


def test_an_account_that_came_to_two_agencies_by_two_files_is_told():
    done("registry", "import", "satker.csv", "--now", iso(BEGIN))
    other = REGISTRY.splitlines()[0] + "\nbali,HAM Bali,kanwil,hukum_bali,kemenham\n"
    Path("ham.csv").write_text(other)
    result = kiprah("registry", "import", "ham.csv", "--now", iso(BEGIN))
    assert (result.exit_code, result.stderr) == (
        0,
        "kiprah: kemenham: bali: x hukum_bali juga terdaftar untuk kemenkum: bali; "
        "unggahannya dihitung di kedua instansi\n",
    )
    assert "kemenham: bali: x hukum_bali juga terdaftar" in kiprah("doctor").stdout


def test_an_export_says_whose_each_satker_is_and_can_be_imported_again():
    done("registry", "import", "satker.csv", "--now", iso(BEGIN))
    lines = done("registry", "export").splitlines()
    assert [(row["id"], row["instansi"]) for row in csv.DictReader(lines)] == [
        ("aceh", "kemenkum"),
        ("bali", "kemenkum"),
        ("aceh", "kemenham"),
    ]
    done("registry", "export", "--agency", "kemenham", "ham.csv")
    assert Path("ham.csv").read_text().splitlines() == [lines[0], lines[3]]
    before = all_versions()
    done("registry", "export", "all.csv")
    done("registry", "import", "all.csv", "--now", iso(END))
    assert all_versions() == before


@pytest.mark.parametrize(
    "words",
    [
        ["registry", "export"],
        ["connect", "link", "aceh"],
        ["connect", "import", "consents.csv"],
        ["audit", "2026-10"],
    ],
)
def test_an_agency_that_is_not_there_is_one_line(monkeypatch, words):
    monkeypatch.setenv("KIPRAH_CONNECT_URL", "https://izin.example.go.id")
    Path("consents.csv").write_text(
        "satker,platform,handle,refresh_token\naceh,tiktok,ham.aceh,rft.rahasia\n"
    )
    [said] = lines_refused(2, *words, "--agency", "nowhere")
    assert said == "kiprah: there is no agency 'nowhere'; choose kemenkum, kemenham"


def test_consents_are_imported_for_the_agency_that_is_named():
    Path("ham.csv").write_text(
        "id,nama,jenis,tiktok,instansi\naceh,Kanwil HAM Aceh,kanwil,ham.aceh,kemenham\n"
    )
    done("registry", "import", "ham.csv")
    Path("consents.csv").write_text(
        "satker,platform,handle,refresh_token\naceh,tiktok,ham.aceh,rft.rahasia\n"
    )
    assert report("connect", "import", "consents.csv", "--agency", "kemenham")["added"] == 1
    first, second = agencies("sqlite:///kiprah.db")
    assert list(first.store.list(f"{first.root}/consents")) == []
    assert len(list(second.store.list(f"{second.root}/consents"))) == 1


# Looking after it


def test_the_command_line_does_the_same_for_all(platforms):
    done("registry", "import", "satker.csv", "--now", iso(BEGIN))
    for now in TICKS:
        platforms.set_clock(now)
        assert report("collect", "--now", iso(now))["failed"] is False
    scored = report("score", "--now", iso(END))
    assert scored["agencies"]["kemenham"]["months"]["2026-10"]["posts"] == 1
    published = report("publish", "--now", iso(END))
    assert all(own["uploaded"] for own in published["agencies"].values())
    for words in ([], ["--agency", "kemenkum"], ["--agency", "kemenham"]):
        assert "2026-10" in done("audit", "2026-10", *words)
        assert done("audit", "2026-10", "--from", "site", *words).endswith(" identical\n")
    first, second = (
        done("audit", "2026-10", "--agency", name) for name in ("kemenkum", "kemenham")
    )
    assert first != second


def test_somebody_elses_site_is_audited_without_its_settings(clients, platforms, monkeypatch):
    whole(clients, platforms)
    monkeypatch.delenv("KIPRAH_AGENCIES")
    words = ["audit", "2026-10", "--from", "site"]
    assert "identical" in done(*words, "--agency", "kemenham")
    [said] = lines_refused(1, *words, "--agency", "kemenkam")
    assert "is 2026-10 published?" in said or "is no folder" in said


def test_a_month_that_was_changed_is_found_in_its_own_site_alone(clients, platforms):
    whole(clients, platforms)
    path = Path("site/kemenham/data/2026-10/ranking.json")
    path.write_text(path.read_text().replace("Kanwil HAM Aceh", "Kanwil HAM Bali"))
    assert kiprah("audit", "2026-10", "--agency", "kemenham").exit_code == 1
    assert kiprah("audit", "2026-10").exit_code == 0


def test_the_doctor_says_which_agencies_there_are(clients, platforms):
    collected(clients, platforms)
    result = kiprah("doctor")
    assert result.exit_code == 1  # that was long ago, and nobody collects any more
    lines = [line[4:] for line in result.stdout.splitlines()]
    assert any(line.startswith("kemenham collect: last good run") for line in lines)
    assert (
        "agencies: kemenkum (Kementerian Hukum, Asia/Jakarta), "
        "kemenham (Kementerian HAM, Asia/Makassar)"
    ) in lines
    assert "kemenkum registry: 2 satker, 2 accounts" in lines
    assert "kemenham registry: 1 satker, 1 accounts" in lines
    assert "kemenham site: file://site/kemenham/: nothing published yet" in lines
    assert sum(line.startswith("budget x:") for line in lines) == 1


def test_an_agency_without_a_registry_yet_is_no_fatal_finding_beside_another():
    Path("satker.csv").write_text(OF_ONE)
    done("registry", "import", "satker.csv", "--now", iso(BEGIN))
    assert "!!  kemenham registry: empty" in kiprah("doctor").stdout


def test_all_sites_are_served_together(clients, platforms):
    whole(clients, platforms)
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "functions", "serve", "--port", "0"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = process.stdout.readline().split()[0]
        for place, name in [("", "Kanwil Aceh"), ("kemenham/", "Kanwil HAM Aceh")]:
            with urlopen(f"{address}{place}") as page:
                assert name in page.read().decode()
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_the_loop_runs_every_agency():
    done("registry", "import", "satker.csv", "--now", iso(BEGIN))
    process = subprocess.Popen(
        [sys.executable, "-m", "functions", "run"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "KIPRAH_X_BEARER_TOKEN": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        lines = [json.loads(process.stdout.readline()) for _ in range(3)]
    finally:
        process.terminate()
        process.communicate(timeout=20)
    finished = {line["message"]: line for line in lines}
    for name in ("collect.finished", "score.finished", "publish.finished"):
        assert list(finished[name]["agencies"]) == ["kemenkum", "kemenham"]
    assert Path("site/kemenham/index.html").is_file()


# Very many


@pytest.fixture
def hundreds(monkeypatch):
    """Six hundred agencies, of which two have a registry."""
    names = [TWO, *(f"a{n}=Dinas {n}" for n in range(598))]
    monkeypatch.setenv("KIPRAH_AGENCIES", "; ".join(names))
    done("registry", "import", "satker.csv", "--now", iso(BEGIN))


def test_the_doctor_of_six_hundred_agencies_is_a_page(hundreds):
    lines = kiprah("doctor").stdout.splitlines()
    assert len(lines) < 60
    assert "ok  agencies: 600; the first is kemenkum (Kementerian Hukum)" in lines
    assert "ok  all registry: 2 of 600 are well" in lines
    assert sum(line.startswith("!!  a") and "registry: empty" in line for line in lines) == 5
    assert "!!  all registry: 593 more are not; kiprah doctor --agency ID tells of one" in lines


def test_the_doctor_tells_all_of_one_agency(hundreds):
    lines = kiprah("doctor", "--agency", "kemenham").stdout.splitlines()
    assert "ok  kemenham registry: 1 satker, 1 accounts" in lines
    assert any(line.startswith("ok  kemenham site: file://site/kemenham") for line in lines)
    assert not any("kemenkum registry" in line for line in lines)
    assert lines_refused(2, "doctor", "--agency", "no")[0].startswith(
        "kiprah: there is no agency 'no'"
    )


def test_the_doctor_says_how_a_credential_is_shared(clients, platforms, monkeypatch):
    monkeypatch.setenv("KIPRAH_SHARES", "kemenkum=3")
    [first] = collected(clients, platforms, TICKS[:1])
    [name] = first["agencies"]["kemenkum"]["budgets"]
    own = {a: said["budgets"][name]["mills"]["spent"] for a, said in first["agencies"].items()}
    found = examine(books_shared("kemenkum=3"), settings.load(), TICKS[0])
    words = next(f.words for f in found if f.subject == f"budget {name}")
    assert f"${(19_000 - sum(own.values())) / 1000:.2f} left for 2 agencies" in words
    assert f"kemenkum ${own['kemenkum'] / 1000:.2f} of its $14.25" in words
    assert f"kemenham ${own['kemenham'] / 1000:.2f} of its $4.75" in words


def books_shared(shares):
    given = {"KIPRAH_STORE": "sqlite:///kiprah.db", "KIPRAH_AGENCIES": TWO, "KIPRAH_SHARES": shares}
    return open_agencies(settings.load(given, Path("none")))


def test_opening_a_real_store_for_hundreds_reads_a_few_documents(hundreds):
    opened = open_agencies(settings.load())
    assert opened[0].store.meter.reads <= 5
    opened[0].store.close()
    one = open_agencies(settings.load(), only="a300")
    assert one[0].store.meter.reads <= 5
    one[0].store.close()
