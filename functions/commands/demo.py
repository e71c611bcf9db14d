"""The demo: six simulated weeks of the ministry's 47 units, from stand-in platforms to a site.

The stand-ins run as a process of their own and speak the official APIs; the jobs are the real
ones, in a store that is a simulation. Handles that the public list lacks are invented. On the last
day a post of one unit draws comments as never before; around it more is looked at, so that an alarm
is given. Three units agreed to their comments being read.
"""

from __future__ import annotations

import asyncio
import csv
import json
import shutil
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import click
from msgspec.structs import replace

from functions import settings as all_settings
from functions.collect.client import Connections
from functions.collect.job import collect
from functions.collect.tick import CollectRun
from functions.commands.contest import NewDecision, Said, contest, decide, reject
from functions.commands.serve import PORT, serve_folder
from functions.commands.shell import (
    fail,
    progress_bar,
    tells_errors,
)
from functions.listen.job import listen_all
from functions.listen.run import ListenRun
from functions.model import PLATFORMS, month_of, run_id
from functions.publish.documents.job import documents
from functions.publish.job import publish
from functions.publish.private.alarm_files import PAGE
from functions.publish.targets import open_objects
from functions.registry import files
from functions.registry.addresses.profiles import parse_handle
from functions.registry.check import check
from functions.score.job import score
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.alarms import Level
from functions.store.port import Write
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import open_vault

PROJECT = Path(__file__).resolve().parents[2]
REGISTRY = PROJECT / "examples" / "satker.csv"
WORK = Path("demo")
STORE = f"sqlite:///{WORK}/kiprah.db"
PRIVATE = WORK / "private"
SITE = Path("site")
BEGIN = datetime.fromisoformat("2026-09-01T00:00:00+07:00").astimezone(UTC)
WEEKS = 6
LAST_HOURS = timedelta(hours=15)  # so that the site shows a day in full swing
TICK = timedelta(hours=1)
SCORE_EVERY = timedelta(days=3)
DISCOVER_EVERY = timedelta(hours=18)
# Where, and from when on, comments come as they seldom do; and how much more often is looked then.
CRISIS = "kanwil-bali"
CRISIS_AT = datetime.fromisoformat("2026-10-12T19:00:00+07:00").astimezone(UTC)
LOOKED_AT = timedelta(hours=48)  # the last of them: accounts are looked at so often
WATCHED = timedelta(hours=24)  # and scored
WATCH_EVERY = timedelta(hours=3)
# What admins type of a week's issues: words that stand under many captions, and in few.
ISSUES: Mapping[str, Mapping[str, Any]] = {
    "campaigns/layanan-hukum": {
        "judul": "Layanan hukum untuk semua",
        "tagar": ["#LayananHukum", "#HukumUntukSemua"],
        "dari": "2026-09-07",
    },
    "clarifications/penipuan": {
        "judul": "Penipuan atas nama pegawai",
        "klaim": "Pegawai menagih biaya layanan lewat pesan pribadi.",
        "fakta": "Tidak ada layanan yang ditagih lewat pesan pribadi.",
        "frasa": ["penipuan yang mengatasnamakan pegawai kami"],
        "dari": "2026-10-12T06:00",
    },
}
# What of listening admins type: who agreed that comments are read, and what the law asks for first.
# They are read once a day, which loses none of them.
DIALOG: Mapping[str, Any] = {
    "dpia": "DPIA-contoh/2026",
    "dpo": "pdp@contoh.example",
    "notice_url": "https://contoh.example/privasi",
    "consents": {satker: "ND-contoh/2026" for satker in ("kanwil-bali", "kanwil-ntt", "ditjen-ki")},
    "comments": {"instagram": True, "facebook": True, "x": True, "youtube": True},
    "x_listen_dollars_per_day": 5,
}
LISTEN_EVERY = timedelta(days=1)
# In the time for objections of the first month, when its posts have been measured.
CONTESTED_AT = datetime.fromisoformat("2026-10-05T10:00:00+07:00").astimezone(UTC)
SEED = 2026
# Besides what stands on every page of a simulation.
NOTICE = "Sebagian nama akun dikarang."

ShareDone = Callable[[float, str], None]


class Simulated(NamedTuple):
    """What the demo leaves: the site's folder, and how many alarms were given of each level."""

    site: Path
    alarms: Mapping[Level, int]


class DemoError(Exception):
    """The demo cannot run here; one line says why and what to do."""


def demo(progress: ShareDone) -> Simulated:
    """Simulate six weeks and leave the site under ``site/``.

    ``progress`` is told the share done (0..1) and what is being done.

    Raises:
        DemoError: this is no checkout, or the example registry or the stand-ins cannot be used.
    """
    if not (PROJECT / "tests" / "platforms").is_dir():
        raise DemoError("the demo needs the project's checkout, which holds the stand-in platforms")
    _clear()
    rows = fill_handles(REGISTRY.read_bytes())
    accounts = _write_accounts(rows)
    with _stand_ins(accounts) as (address, environment):
        loaded = _settings(address, environment)
        agency = open_agency(loaded)
        try:
            _import(agency, loaded, rows)
            asyncio.run(_weeks(agency, loaded, address, progress))
            return Simulated(SITE, Counter(alarm.level for _, alarm in agency.alarms()))
        finally:
            agency.store.close()


def fill_handles(registry: bytes) -> list[tuple[int, dict[str, str]]]:
    """The example registry's rows; where a unit has no handle, one is invented from its id."""
    rows = files.read(registry, "satker.csv")
    for _, row in rows:
        name = row["id"].removeprefix("kanwil-").replace("-", "")
        for platform in PLATFORMS:
            # X allows 15 characters; the invented names stay short everywhere.
            row[platform] = row[platform] or f"kemenkum{name}"[:15]
    return rows


async def _weeks(agency: AgencyStore, loaded: Settings, address: str, progress: ShareDone) -> None:
    """The jobs at their simulated cadence, and the site at the end."""
    end = BEGIN + timedelta(weeks=WEEKS) + LAST_HOURS
    now = BEGIN
    async with Connections() as connections:
        while now <= end:
            progress((now - BEGIN) / (end - BEGIN), f"{now + timedelta(hours=7):%d %b %Y}")
            _set_clock(address, now)
            run = CollectRun(
                now=now,
                run_id=run_id("collect", now),
                simulated=True,
                connections=connections,
            )
            await collect(agency, _looking(loaded, now, end), run)
            if (now - BEGIN) % LISTEN_EVERY == timedelta(0) or now == end:
                await asyncio.to_thread(_listen, agency, loaded, now)
            if _is_scored(now, end):
                score(agency, now=now, run_id=run_id("score", now))
            if now == CONTESTED_AT:
                _contest(agency, now)
            now += TICK
    progress(1.0, "publish")
    objects = open_objects(loaded.site)
    shown = publish(agency, objects, now=end, settings=loaded, run_id=run_id("publish", end))
    # As the job's own turn does, which scoring and documents look up.
    agency.note("publish", {"published": shown["published"]})
    progress(1.0, "documents")
    documents(agency, objects, now=end, settings=loaded, run_id=run_id("documents", end))


def _listen(agency: AgencyStore, loaded: Settings, now: datetime) -> None:
    listen_all([agency], loaded, ListenRun(now=now, run_id=run_id("listen", now), simulated=True))


def _looking(loaded: Settings, now: datetime, end: datetime) -> Settings:
    """The settings of a collection: while the crisis is near, accounts are looked at more often."""
    if now < end - LOOKED_AT:
        return loaded
    return replace(loaded, discover_every=WATCH_EVERY // timedelta(minutes=1))


def _is_scored(now: datetime, end: datetime) -> bool:
    every = SCORE_EVERY if now < end - WATCHED else WATCH_EVERY
    return (now - BEGIN) % every == timedelta(0) or now == end


def _contest(agency: AgencyStore, now: datetime) -> None:
    """An objection that is granted and one that is rejected: what a month's log looks like."""
    ledgers = agency.ledgers(month_of(BEGIN, agency.zone))
    entries = (entry for ledger in ledgers.values() for entry in ledger.entries.values())
    addresses = sorted(entry.post.url for entry in entries if entry.post.platform == "x")
    unit, ministry = "Satuan kerja (contoh)", "Admin pusat (contoh)"
    later = now + timedelta(hours=4)

    asked = Said(unit, now, "Unggahan uji coba yang lupa dihapus.")
    answer = Said(ministry, later, "Unggahan itu memang uji coba.")
    objection = contest(agency, addresses[0], asked)
    decide(agency, addresses[0], answer, NewDecision(action="exclude", objection=objection))

    asked = Said(unit, now, "Menurut aplikasi kami nilainya lebih besar.")
    answer = Said(ministry, later, "Kedua cuplikannya cocok dengan platform; nilai tetap.")
    reject(agency, contest(agency, addresses[-1], asked), answer)


def _import(agency: AgencyStore, loaded: Settings, rows: list[tuple[int, dict[str, str]]]) -> None:
    checked, refusals = check(rows, {"": {}})
    if refusals:
        raise DemoError(f"the example registry is broken: {refusals[0].words()}")
    agency.save_satker({row.satker: row.document for row in checked})
    typed = {**ISSUES, "settings/listening": DIALOG}
    agency.store.write(Write(f"{agency.root}/{name}", {**said}) for name, said in typed.items())
    consents = [
        ConsentRow(row["id"], "tiktok", row["tiktok"].removeprefix("@"), _consent(row["id"]))
        for _, row in rows
    ]
    Consents(agency, lambda: open_vault(loaded)).add(consents, BEGIN)


def _settings(address: str, environment: Mapping[str, str]) -> Settings:
    places = (*PLATFORMS, "tiktok_business")
    given = {f"KIPRAH_{place.upper()}_URL": address for place in places}
    loaded = all_settings.load({**given, **environment}, dotenv=Path("demo/none"))
    return replace(
        loaded,
        store=STORE,
        site=f"file://{SITE}",
        private=f"file://{PRIVATE}",
        simulation=True,
        notice=NOTICE,
        collect_every=TICK // timedelta(minutes=1),
        discover_every=DISCOVER_EVERY // timedelta(minutes=1),
    )


def _clear() -> None:
    """Remove an earlier demo; never a site that is not a demo's."""
    front = SITE / "index.html"
    text = front.read_text(encoding="utf-8") if front.exists() else NOTICE
    # The second is what demos of before said.
    if not any(said in text for said in (NOTICE, "disimulasikan")):
        raise DemoError(f"{SITE}/ holds another site; move it away, or run the demo elsewhere")
    shutil.rmtree(WORK, ignore_errors=True)
    shutil.rmtree(SITE, ignore_errors=True)
    WORK.mkdir(parents=True)


def _consent(satker: str) -> str:
    return f"rft.demo-{satker}"


def _write_accounts(rows: list[tuple[int, dict[str, str]]]) -> Path:
    """The accounts that the stand-ins shall know."""
    path = WORK / "accounts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["satker", "platform", "handle", "refresh_token"])
        for _, row in rows:
            for platform in PLATFORMS:
                handle = parse_handle(platform, row[platform])
                token = _consent(row["id"]) if platform == "tiktok" else ""
                writer.writerow([row["id"], platform, handle, token])
    return path


@contextmanager
def _stand_ins(accounts: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The stand-in platforms' address, and the credentials they accept."""
    command = [sys.executable, "-m", "tests.platforms", "--until-stdin-closes"]
    command += ["--accounts", str(accounts.resolve()), "--start", BEGIN.isoformat()]
    # A day, as TikTok's tokens lived until lately: the demo's pace would renew them at every read.
    command += ["--tiktok-access-seconds", "86400"]
    command += ["--days", str(int(WEEKS * 7) + 1), "--seed", str(SEED), "--oddities"]
    command += ["--crisis", f"{CRISIS}@{CRISIS_AT.isoformat()}"]
    command += [f"--dialog={satker}" for satker in DIALOG["consents"]]
    process = subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise DemoError("the stand-in platforms did not start")
        started: dict[str, Any] = json.loads(line)
        yield started["url"], started["environment"]
    finally:
        process.terminate()
        process.wait(timeout=10)


def _set_clock(address: str, now: datetime) -> None:
    body = json.dumps({"now": now.isoformat()}).encode()
    request = urllib.request.Request(f"{address}/_world/clock", data=body, method="PUT")
    with urllib.request.urlopen(request, timeout=10):
        pass


@click.command("demo")
@click.option(
    "--port", default=8000, type=PORT, show_default=True, help="Where a terminal is served."
)
@tells_errors
def demo_command(port: int) -> None:
    """Simulate six weeks of the ministry's units and build their site under site/."""

    try:
        with progress_bar("Simulasi") as progress:
            made = demo(progress)
    except DemoError as error:
        fail(str(error))
    click.echo(f"Situs: {made.site}/index.html")
    click.echo(_alarms_told(made.alarms))
    if sys.stdout.isatty():
        serve_folder(made.site, port)


def _alarms_told(given: Mapping[Level, int]) -> str:
    said = f"Siaga: {given.get('siaga', 0)}, lonjakan: {given.get('lonjakan', 0)}"
    return f"{said} (KIPRAH_STORE={STORE} kiprah alarms; {PRIVATE}/{PAGE})" if given else said
