"""No credential shows in anything that a faulty run leaves behind.

    No credential ever appears in a log line, an exception, a URL kept in the store, a report or a
    page. A test greps everything a faulty run produced.

Nothing is blanked here by ``log.hide``: secrets are nowhere in the first place.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import hmac
import io
import json
import logging
import os
import subprocess
import sys
import traceback
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote

import httpx
import msgspec
import pytest

from functions.collect.client import Clock, Connection
from functions.collect.contract import PlatformError
from functions.collect.credentials import ACCESS, credentials
from functions.collect.platforms import adapter, tiktok
from functions.model import PLATFORMS, run_id
from functions.publish.job import publish
from functions.publish.targets import open_objects
from functions.score.job import score
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.tokens.consents import Access, ConsentRow
from functions.tokens.vault import VaultError
from tests.collect.api import HOUR, TOKEN_KEY, settings_for
from tests.collect.ministry import register, rows, tick
from tests.collect.storms import GUSTS, FrailStore, Killed
from tests.platforms.credentials import Credentials, MetaGrant
from tests.platforms.server import Handle
from tests.platforms.wire import Request, Response, json_response
from tests.platforms.world import World

ROOT = Path(__file__).parents[2]
UNITS = ("kanwil-ntt", "kanwil-bali")
LIBRARIES = ("httpx", "httpcore", "urllib3", "google", "google.auth", "asyncio", "stamina")

# With characters that change their looks in addresses, in JSON and in base64.
INSTAGRAM = "EAAinstagram/rahasia+1=&%41"
FACEBOOK = "EAAfacebook|rahasia+2/==&?"
APP_SECRET = "aplikasi/rahasia+3=&"
X = "AAAAxrahasia%2Fempat%3D+4/"
TIKTOK_KEY = "awtiktok+rahasia/5"
TIKTOK_SECRET = "rahasia&enam=+6/%"
YOUTUBE = "AIzayoutube+rahasia/7=&"
USER = "17841400000000000"

PROOF = hmac.new(APP_SECRET.encode(), FACEBOOK.encode(), hashlib.sha256).hexdigest()

ENVIRONMENT = {
    "KIPRAH_INSTAGRAM_TOKEN": INSTAGRAM,
    "KIPRAH_INSTAGRAM_USER_ID": USER,
    "KIPRAH_FACEBOOK_TOKEN": FACEBOOK,
    "KIPRAH_FACEBOOK_APP_SECRET": APP_SECRET,
    "KIPRAH_X_BEARER_TOKEN": X,
    "KIPRAH_TIKTOK_CLIENT_KEY": TIKTOK_KEY,
    "KIPRAH_TIKTOK_CLIENT_SECRET": TIKTOK_SECRET,
    "KIPRAH_YOUTUBE_API_KEY": YOUTUBE,
    "KIPRAH_TOKEN_KEY": TOKEN_KEY,
}


@pytest.fixture
def world(now: datetime) -> World:
    made = World.generate(4, rows(UNITS), now, 3, posts_per_day=3, history_days=2)
    made.credentials = Credentials(
        meta={
            INSTAGRAM: MetaGrant(instagram_user=USER),
            FACEBOOK: MetaGrant(pages=True, app_secret=APP_SECRET),
        },
        x={X},
        tiktok={TIKTOK_KEY: TIKTOK_SECRET},
        youtube={YOUTUBE},
    )
    made.set_clock(now)
    return made


@pytest.fixture
def settings(server: Handle, tmp_path: Path) -> Settings:
    return settings_for(
        server.url,
        f"sqlite:///{tmp_path}/kiprah.db",
        site=f"file://{tmp_path}/site",
        instagram_token=(INSTAGRAM,),
        instagram_user_id=(USER,),
        facebook_token=(FACEBOOK,),
        facebook_app_secret=(APP_SECRET,),
        x_bearer_token=(X,),
        tiktok_client_key=(TIKTOK_KEY,),
        tiktok_client_secret=(TIKTOK_SECRET,),
        youtube_api_key=(YOUTUBE,),
    )


@pytest.fixture
def secrets(server: Handle) -> set[str]:
    """Every credential, and every token that the stand-ins give out meanwhile."""
    known = {*ENVIRONMENT.values(), PROOF, *server.world.refresh_tokens} - {USER}
    make = server.app._tiktok._make

    def remembering(prefix: str) -> str:
        token = make(prefix)
        known.add(token)
        return token

    server.app._tiktok._make = remembering  # type: ignore[method-assign]
    return known


def shapes(secret: str) -> set[str]:
    """The secret as it may be written: plain, in an address, in JSON, in hex, in base64."""
    raw = secret.encode()
    found = {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret).replace("/", "\\/")[1:-1],
        repr(secret)[1:-1],
        raw.hex(),
    }
    # Inside something longer, a text begins at any of three places of a base64 group.
    for lead in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"\0" * lead + raw).decode().rstrip("=")
            found.add(text[4 if lead else 0 : -1])
    return found


def leaks(secrets: set[str], produced: dict[str, str]) -> list[str]:
    """Where which secret shows."""
    return [
        f"{where}: …{text[max(0, text.index(shape) - 60) :][:60]}"
        for secret in sorted(secrets)
        for shape in shapes(secret)
        for where, text in produced.items()
        if shape in text
    ]


def test_a_leak_would_be_noticed() -> None:
    for text in (
        f"GET /?access_token={quote_plus(INSTAGRAM)}",
        json.dumps({"token": FACEBOOK}),
        base64.b64encode(f"{TIKTOK_KEY}:{TIKTOK_SECRET}".encode()).decode(),
        repr({"key": YOUTUBE}),
        f"appsecret_proof={PROOF}",
    ):
        assert leaks({*ENVIRONMENT.values(), PROOF}, {"somewhere": text})
    assert leaks({*ENVIRONMENT.values(), PROOF}, {"somewhere": "nothing of the kind"}) == []


# What a run leaves behind


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """Every error that is made from now on, caught or not."""
    made: list[BaseException] = []
    for kind in (PlatformError, StoreError, VaultError, httpx.HTTPError, msgspec.MsgspecError):
        begin: Callable[..., None] = kind.__init__

        def recording(
            self: BaseException, *args: Any, begin: Callable[..., None] = begin, **options: Any
        ) -> None:
            made.append(self)
            begin(self, *args, **options)

        with suppress(TypeError):  # of a library in C
            monkeypatch.setattr(kind, "__init__", recording)
    return made


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Every log record that an operator gets who asks for all of them."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s %(exc_text)s"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


def printed(error: BaseException) -> str:
    """All that is likely to be printed of an error, and of what led to it."""
    words = "".join(traceback.format_exception(error))
    chain: list[BaseException | None] = [error, error.__cause__, error.__context__]
    return words + "".join(f"{one}{one!r}{getattr(one, 'args', '')}" for one in chain)


def unpacked(content: bytes) -> str:
    """A document's or a file's text, taken out of whatever it is packed in."""
    with suppress(zlib.error):
        return unpacked(zlib.decompress(content))
    with suppress(OSError, EOFError, zlib.error):
        return unpacked(gzip.decompress(content))
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(unpacked(archive.read(name)) for name in archive.namelist())
    return content.decode(errors="replace")


def kept(agency: AgencyStore, folder: Path) -> dict[str, str]:
    """Every document, packed values unpacked, and the store's own files as they lie there."""
    found: dict[str, str] = {}
    collections = [
        *("satker", "posts", "plans", "followers", "ledgers", "rankings", "evidence", "rosters"),
        *("cursors", "consents", "runs", "budgets", "urls", "tickets", "attempts", "settings"),
    ]
    collections += [f"satker/{unit}/accounts" for unit in UNITS]
    for name in collections:
        for stored in agency.store.list(f"{agency.root}/{name}"):
            values = [unpacked(v) for v in stored.data.values() if isinstance(v, bytes)]
            found[stored.path] = stored.path + repr(stored.data) + "".join(values)
    for path in folder.glob("kiprah.db*"):
        found[str(path)] = path.read_bytes().decode(errors="replace")
    return found


def faulty_ticks(
    agency: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> tuple[dict[str, str], datetime]:
    """A day and a half in which each kind of trouble strikes each platform that knows it."""
    reports: dict[str, str] = {}
    at, store = now, agency.store
    for n, gust in enumerate(GUSTS):
        at = now + n * HOUR
        server.set_clock(at)
        server.app.faults.clear()
        for m, platform in enumerate(gust.platforms):
            server.fault(gust.kind, platform=platform, skip=(n + m) % 3, times=4, **gust.options)
        frail = FrailStore(store)
        frail.refusals, frail.refuse_writes_only = (1, True) if n % 7 == 3 else (0, False)
        frail.kill_after = 5 if n % 7 == 5 else None
        agency.store = frail
        name = f"tick {n} {gust.kind}"
        try:
            report = tick(agency, settings, at)
            reports[name] = msgspec.json.encode(report.as_dict()).decode() + repr(report)
        except (StoreError, Killed) as error:
            reports[name] = printed(error)
        agency.store = store
    server.app.faults.clear()
    return reports, at


def test_a_faulty_run_shows_no_credential_anywhere(
    agency: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    tmp_path: Path,
    secrets: set[str],
    raised: list[BaseException],
    logged: io.StringIO,
    capfd: pytest.CaptureFixture[str],
) -> None:
    register(agency, settings, UNITS, now)
    produced, at = faulty_ticks(agency, settings, server, now)
    at += HOUR
    produced["score"] = repr(score(agency, now=at, run_id=run_id("score", at)))
    objects = open_objects(settings.site)
    name = run_id("publish", at)
    produced["publish"] = repr(publish(agency, objects, now=at, settings=settings, run_id=name))
    site = [path for path in (tmp_path / "site").rglob("*") if path.is_file()]
    produced |= {str(path): str(path) + unpacked(path.read_bytes()) for path in site}
    produced |= kept(agency, tmp_path)
    produced |= {f"error {n}": printed(error) for n, error in enumerate(raised)}
    produced["log"] = logged.getvalue()
    produced["stdout"], produced["stderr"] = capfd.readouterr()
    produced["settings"] = repr(settings) + str(settings)

    # It was a storm indeed, and everything was looked at.
    assert sum('"problems":[]' not in text for text in produced.values()) > 20
    assert {type(error).__name__ for error in raised} >= {"Transient", "Limited", "Refused"}
    assert sum(path.suffix == ".gz" for path in site) >= 1
    assert len(secrets) > len(ENVIRONMENT) + 6
    assert any("/posts/" in where for where in produced)
    assert leaks(secrets, produced) == []


def test_not_even_the_libraries_own_debugging_shows_a_credential(
    agency: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    secrets: set[str],
    logged: io.StringIO,
) -> None:
    """Somebody may turn on a library's own lines, which name whole addresses."""
    levels = {name: logging.getLogger(name).level for name in LIBRARIES}
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        register(agency, settings, UNITS, now)
        tick(agency, settings, now)
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
    assert leaks(secrets, {"log": logged.getvalue()}) == []


def test_a_refusal_that_quotes_our_own_request_is_not_passed_on(
    agency: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    tmp_path: Path,
    secrets: set[str],
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Meta's own words for a token it cannot read are: Malformed access token EAA…"""
    register(agency, settings, UNITS, now)
    tick(agency, settings, now)
    honest, statuses = server.app._answer, iter((400, 401, 403, 404, 429, 500) * 1000)

    def quoting(request: Request, route: Any) -> Response:
        if "oauth" in route.template:
            return honest(request, route)
        ours = f"{unquote(request.target)} {request.headers} {request.body!r}"
        told = {"message": ours, "error_description": ours, "log_id": ours, "code": 190}
        errors = [{"reason": "badRequest", "message": ours, "location": ours}]
        payload = {"title": "Bad", "detail": ours, "error": {**told, "errors": errors}}
        return json_response(next(statuses), payload)

    server.app._answer = quoting  # type: ignore[method-assign]
    produced = {}
    for hours in (4, 11, 18, 25):
        server.set_clock(now + hours * HOUR)
        report = tick(agency, settings, now + hours * HOUR)
        produced[f"tick {hours}"] = repr(report)
    assert all("problems=[]" not in text for text in produced.values())
    produced |= kept(agency, tmp_path)
    produced["stdout"], produced["stderr"] = capfd.readouterr()
    assert leaks(secrets, produced) == []


# Objects that carry a credential


async def carriers(settings: Settings) -> list[object]:
    """What a debugger, or a message that quotes its arguments, could print."""
    things: list[object] = [
        settings,
        ConsentRow("kanwil-ntt", "tiktok", "kanwilntt", "rft.rahasia"),
        Access("act.rahasia", "owner"),
        tiktok.TokenGrant("act.rahasia", 1, "rft.rahasia"),
    ]
    for platform in PLATFORMS:
        async with Connection("http://127.0.0.1:1") as connection:
            held = credentials(settings, platform, adapter(platform), connection, Clock())
            things += [*held, *(credential.client for credential in held)]
            things += [credential.client.options for credential in held]
        things += ACCESS[platform].keys(settings)
    return things


def test_no_object_shows_the_credential_that_it_carries(settings: Settings) -> None:
    known = {*ENVIRONMENT.values(), PROOF, "act.rahasia", "rft.rahasia"} - {USER}
    shown = {type(thing).__name__: repr(thing) for thing in asyncio.run(carriers(settings))}
    assert leaks(known, shown) == []


# The command line, as a process of its own


@pytest.mark.parametrize(
    ("faults", "changes"),
    [
        ([("token_expired", {}), ("html", {"path": "/2/"})], {}),
        ([("cut", {}), ("wrong_types", {})], {"KIPRAH_X_BEARER_TOKEN": X + "\n"}),
        ([], {"KIPRAH_STORE": "sqlite:////nirgends/kiprah.db"}),
        ([], {"KIPRAH_TOKEN_KEY": TOKEN_KEY + "x"}),
        ([], {"KIPRAH_TIKTOK_CLIENT_SECRET": f"{TIKTOK_SECRET},{TIKTOK_SECRET}2"}),
    ],
)
def test_the_command_line_shows_no_credential(
    agency: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    tmp_path: Path,
    secrets: set[str],
    faults: list[tuple[str, dict[str, str]]],
    changes: dict[str, str],
) -> None:
    register(agency, settings, UNITS, now)
    for kind, options in faults:
        server.fault(kind, **options)
    addresses = {f"KIPRAH_{platform.upper()}_URL": server.url for platform in PLATFORMS}
    ran = subprocess.run(
        [sys.executable, "-m", "functions", "collect", "--json", "--now", now.isoformat()],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "KIPRAH_STORE": settings.store,
            **addresses,
            **ENVIRONMENT,
            **changes,
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    assert leaks(secrets, {"stdout": ran.stdout, "stderr": ran.stderr}) == []
