"""The function ``connect``: where a satker's staff gives its TikTok account's consent.

``GET /start?ticket=…`` leads to TikTok's consent page, ``GET /callback`` back from it. This file is
where the flow and the collector's HTTP are put together; no other file of the room sees them both.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import functions_framework

from functions import log, settings
from functions.jobs.trigger import Response
from functions.settings import Settings, SettingsError
from functions.store import open_agencies
from functions.store.port import StoreError
from functions.times import present

if TYPE_CHECKING:
    from flask import Request

    from functions.connect.flow import Flow

LONGEST = 2_000  # characters of a ticket, of TikTok's code, of anything that is sent here


@functions_framework.http
def connect(request: Request) -> Response:
    """GET ``/start`` and ``/callback``; answers a redirection or a page."""
    from functions.connect import page
    from functions.connect.flow import ConsentProblem, Refusal
    from functions.tokens.vault import VaultError

    log.follow(request.headers.get)
    if request.method != "GET":
        return page.message("Buka tautan izin di peramban."), 405, page.HEADERS | {"Allow": "GET"}
    try:
        return _answer(request)
    except Refusal as refusal:
        log.info("connect.refused", handle=refusal.handle, reason=refusal.reason.value)
        status, words = page.refused(refusal)
        return words, status, page.HEADERS
    except (SettingsError, StoreError, VaultError) as error:
        log.error("connect.failed", error=str(error))
    except Exception as error:
        # Its message may hold what the address held.
        log.crash("connect.crashed", error, told=False)
    status, words = page.refused(Refusal(ConsentProblem.UNREADY))
    return words, status, page.HEADERS


def _answer(request: Request) -> Response:
    from functions.connect.flow import ConsentProblem, Flow, Refusal, begun, invited
    from functions.connect.tiktok_app import TikTokApp
    from functions.tokens.vault import open_vault

    loaded = settings.load()
    log.hide(loaded.secrets())
    log.belongs_to(loaded.project())
    if not loaded.connect_url:
        raise SettingsError("KIPRAH_CONNECT_URL is not set; set it to this function's address")
    path = request.path.removeprefix(urlsplit(loaded.connect_url).path.rstrip("/"))
    if path not in ("/start", "/callback"):
        raise Refusal(ConsentProblem.UNKNOWN)
    agencies = open_agencies(loaded)
    try:
        if agencies[0].simulation:
            _refuse_official(loaded)
        vault, now = open_vault(loaded), present()
        agency = (
            invited(agencies, vault, _sent(request, "ticket"), now)
            if path == "/start"
            else begun(agencies, _sent(request, "state"))
        )
        flow = Flow(
            agency,
            vault,
            TikTokApp(loaded),
            auth_url=loaded.tiktok_auth_url,
            connect_url=loaded.connect_url,
        )
        turn = _start if path == "/start" else _callback
        return turn(flow, request, loaded, now)
    finally:
        agencies[0].store.close()


def _refuse_official(loaded: Settings) -> None:
    """A simulation asks nobody for a real consent."""
    from functions.collect.credentials import is_official

    for name in ("tiktok_url", "tiktok_auth_url"):
        if is_official(getattr(loaded, name)):
            raise SettingsError(
                f"this store is a simulation and KIPRAH_{name.upper()} is TikTok's own; set it to "
                "a stand-in, or name a new KIPRAH_STORE without KIPRAH_SIMULATION"
            )


def _start(flow: Flow, request: Request, loaded: Settings, now: datetime) -> Response:
    from functions.connect import page
    from functions.connect.flow import ATTEMPT

    begun = flow.start(_sent(request, "ticket"), now)
    log.info("connect.started", handle=begun.handle)
    seconds = int(ATTEMPT.total_seconds())
    cookie = _cookie(loaded, begun.cookie, begun.secret, seconds)
    return "", 302, page.HEADERS | {"Location": begun.address, "Set-Cookie": cookie}


def _callback(flow: Flow, request: Request, loaded: Settings, now: datetime) -> Response:
    import asyncio

    from functions.connect import page

    given = asyncio.run(
        flow.finish(
            _sent(request, "state"),
            _sent(request, "code"),
            _sent(request, "error"),
            lambda name: _bounded(request.cookies.get(name, "")),
            now,
        )
    )
    log.info("connect.given", satker=given.satker, handle=given.handle)
    cookie = _cookie(loaded, given.cookie, "", 0)
    return page.given(given), 200, page.HEADERS | {"Set-Cookie": cookie}


def _sent(request: Request, name: str) -> str:
    """What the address carries under a name; empty when it is longer than anything of ours."""
    return _bounded(request.args.get(name, ""))


def _bounded(value: str) -> str:
    return value if len(value) <= LONGEST else ""


def _cookie(loaded: Settings, name: str, value: str, seconds: int) -> str:
    """A cookie for the callback alone. Lax, since the browser comes back from another site."""
    from werkzeug.http import dump_cookie

    parts = urlsplit(loaded.connect_url)
    return dump_cookie(
        name,
        value,
        max_age=seconds,
        sync_expires=False,  # an instant of this computer, whose clock may be another
        path=f"{parts.path.rstrip('/')}/callback",
        secure=parts.scheme != "http",  # plain http is this machine
        httponly=True,
        samesite="Lax",
    )
