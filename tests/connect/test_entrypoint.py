"""The consent flow as a browser goes through it: our function, TikTok's page, and back."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import functions_framework
import httpx
import pytest
import stamina
from werkzeug.serving import make_server

from functions import log
from functions.connect import ticket
from functions.connect.flow import cookie_name
from functions.model import Agency
from functions.settings import Settings, load
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.port import Write
from functions.tokens.consents import Consents
from functions.tokens.vault import Vault
from tests import factories
from tests.collect.ministry import documents
from tests.platforms.credentials import ENVIRONMENT
from tests.platforms.server import Handle, serve
from tests.platforms.wire import Request, Response, json_response
from tests.platforms.world import World

MAIN = Path(__file__).parents[2] / "main.py"
KEY = "a2lwcmFoLXVuaXQtdGVzdHMtdG9rZW4ta2V5LTAwMDE="
HERE = "http://localhost:8080"
SATKER, HANDLE, OTHER = "kanwil-ntt", "kemenkum.ntt", "orang.lain"
CONSENT = f"agencies/kemenkum/consents/tiktok:{HANDLE}"
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def app() -> Any:
    return functions_framework.create_app("connect", str(MAIN))


@pytest.fixture(autouse=True)
def _retries_do_not_wait() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


@pytest.fixture
def clock() -> datetime:
    """The present: the function reads the computer's clock, as browsers do."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def tiktok(
    clock: datetime, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Handle]:
    """TikTok with two accounts, and the settings that lead to it."""
    world = World(now=clock)
    for handle in (HANDLE, OTHER):
        world.add_account("tiktok", handle)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(log, "_quiet", False)
    monkeypatch.setattr(log, "_hidden", set())
    with serve(world) as handle:
        environment = {
            **ENVIRONMENT,
            "KIPRAH_STORE": sqlite_url,
            "KIPRAH_TOKEN_KEY": KEY,
            "KIPRAH_TIKTOK_URL": handle.url,
            "KIPRAH_TIKTOK_AUTH_URL": handle.url,
            "KIPRAH_CONNECT_URL": HERE,
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield handle


@pytest.fixture
def agency(sqlite_url: str, tiktok: Handle, clock: datetime) -> Iterator[AgencyStore]:
    """An agency with one unit, which has one TikTok account."""
    store = open_agency(Settings(store=sqlite_url)).store
    held = AgencyStore(store, Agency())
    began = clock - timedelta(days=30)
    listed = [factories.account(SATKER, "tiktok", HANDLE, since=began)]
    unit = factories.satker(SATKER, "Kanwil NTT")
    held.save_roster(factories.roster(unit, accounts=listed, as_of=began))
    yield held
    store.close()


class Browser:
    """Goes where it is sent and keeps cookies; its user consents at TikTok as ``who``."""

    def __init__(self, app: Any, who: str = HANDLE) -> None:
        self.who = who
        self.answers: list[httpx.Response] = []
        self.client = httpx.Client(
            mounts={HERE: httpx.WSGITransport(app=app)},
            event_hooks={"request": [self._sign_in], "response": [self.answers.append]},
            verify=False,
            trust_env=False,
        )

    def _sign_in(self, request: httpx.Request) -> None:
        if request.url.path == "/v2/auth/authorize/":
            request.url = request.url.copy_set_param("handle", self.who)

    def open(self, address: str, *, until: str = "") -> httpx.Response:
        """Follow redirections, as far as an address that contains ``until``."""
        answer = self.client.get(address)
        while answer.next_request and not (until and until in str(answer.next_request.url)):
            answer = self.client.send(answer.next_request)
        return answer

    def comes_back_to(self, address: str) -> str:
        """Go through TikTok's page, and stop short of our callback: its address."""
        answer = self.open(address, until="/callback")
        assert answer.next_request is not None
        return str(answer.next_request.url)


@pytest.fixture
def browser(app: Any, agency: AgencyStore) -> Iterator[Browser]:
    one = Browser(app)
    yield one
    one.client.close()


def link(now: datetime, *, agency: str = "kemenkum", handle: str = HANDLE, base: str = HERE) -> str:
    return ticket.link(base, ticket.issue(Vault(KEY), agency, SATKER, handle, now))


def consent(agency: AgencyStore) -> dict[str, Any] | None:
    held = agency.store.get([CONSENT]).get(CONSENT)
    return held.data if held else None


def attempts(agency: AgencyStore) -> list[Any]:
    return list(agency.store.list(f"{agency.root}/attempts"))


def says(answer: httpx.Response, status: int, words: str) -> None:
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def scripted(server: Handle, path: str, payload: Any, status: int = 200) -> None:
    """From now on this answer at one path."""
    honest = server.app._answer

    def answer(request: Request, route: Any) -> Response:
        return json_response(status, payload) if path in request.path else honest(request, route)

    server.app._answer = answer  # type: ignore[method-assign]


# The way through


def test_a_consent_is_given_and_serves_the_collector(
    browser: Browser, agency: AgencyStore, tiktok: Handle, clock: datetime
) -> None:
    says(browser.open(link(clock)), 200, f"@{HANDLE}")
    held = consent(agency)
    assert held is not None
    assert (held["satker"], held["handle"], held["platform"]) == (SATKER, HANDLE, "tiktok")
    account = tiktok.world.by_handle("tiktok", HANDLE)
    assert account is not None
    assert held["owner"] == account.id
    assert attempts(agency) == []

    async def never(_: str) -> Any:
        raise AssertionError("renewed")

    access = asyncio.run(Consents(agency, lambda: Vault(KEY)).access(HANDLE, clock, never))
    assert access.owner == account.id
    [page] = [one for one in browser.answers if one.url.path == "/callback"]
    assert "dicabut" in page.text


def test_the_consent_page_is_asked_as_oauth_wants_it(
    browser: Browser, tiktok: Handle, clock: datetime
) -> None:
    answer = browser.client.get(link(clock))
    assert (answer.status_code, answer.text) == (302, "")
    address = httpx.URL(answer.headers["location"])
    asked = dict(address.params)
    assert str(address).startswith(f"{tiktok.url}/v2/auth/authorize/?")
    assert len(asked.pop("state")) >= 43
    assert len(asked.pop("code_challenge")) == 43
    assert asked == {
        "client_key": ENVIRONMENT["KIPRAH_TIKTOK_CLIENT_KEY"],
        "scope": "user.info.basic,user.info.profile,user.info.stats,video.list",
        "response_type": "code",
        "redirect_uri": f"{HERE}/callback",
        "code_challenge_method": "S256",
    }
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("base", "path", "secure"),
    [(HERE, "/callback", False), ("https://x.example.go.id/izin", "/izin/callback", True)],
)
def test_the_cookie_is_for_the_callback_and_no_script(
    app: Any,
    agency: AgencyStore,
    monkeypatch: pytest.MonkeyPatch,
    clock: datetime,
    base: str,
    path: str,
    secure: bool,
) -> None:
    monkeypatch.setenv("KIPRAH_CONNECT_URL", base)
    answer = app.test_client().get(httpx.URL(link(clock, base=base)).raw_path.decode())
    assert answer.status_code == 302
    _, attributes = parted(answer.headers["Set-Cookie"])
    usual = {"HttpOnly", "SameSite=Lax", f"Path={path}", "Max-Age=600"}
    assert attributes == usual | ({"Secure"} if secure else set())


def parted(cookie: str) -> tuple[str, set[str]]:
    """The pair and the attributes of a Set-Cookie header."""
    pair, *attributes = cookie.split("; ")
    return pair, {*attributes}


def test_over_http_the_cookie_is_kept_for_the_callback_which_takes_it_away(
    app: Any, agency: AgencyStore, monkeypatch: pytest.MonkeyPatch, clock: datetime
) -> None:
    monkeypatch.setattr("werkzeug.serving.WSGIRequestHandler.log_request", lambda *_, **__: None)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("KIPRAH_CONNECT_URL", base)
    browser = Browser(app)
    try:
        says(browser.open(link(clock, base=base)), 200, "Terima kasih")
    finally:
        server.shutdown()
        server.server_close()
        browser.client.close()
    told = [parted(a.headers["set-cookie"]) for a in browser.answers if "set-cookie" in a.headers]
    (given, first), (taken, last) = told
    usual = {"HttpOnly", "SameSite=Lax", "Path=/callback"}
    assert (first, last) == (usual | {"Max-Age=600"}, usual | {"Max-Age=0"})
    name, _, secret = given.partition("=")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secret)
    assert taken == f"{name}="
    assert not browser.client.cookies


def test_opening_a_link_does_not_spend_it(
    browser: Browser, app: Any, agency: AgencyStore, clock: datetime
) -> None:
    """Messengers open it first, for a preview."""
    address = link(clock)
    assert Browser(app).client.get(address).status_code == 302
    says(browser.open(address), 200, "Terima kasih")


def test_two_tabs_of_one_browser_do_not_disturb_each_other(
    browser: Browser, agency: AgencyStore, clock: datetime
) -> None:
    address = link(clock)
    first, _second = browser.comes_back_to(address), browser.comes_back_to(address)
    says(browser.open(first), 200, "Terima kasih")


def test_a_new_consent_takes_the_place_of_the_old_one(
    browser: Browser, agency: AgencyStore, clock: datetime
) -> None:
    browser.open(link(clock))
    before = consent(agency)
    says(browser.open(link(clock)), 200, "Terima kasih")
    after = consent(agency)
    assert before is not None
    assert after is not None
    assert after["refresh"] != before["refresh"]
    assert after["origin"] != before["origin"]


# Links that are no good


def test_a_used_link_is_refused(browser: Browser, agency: AgencyStore, clock: datetime) -> None:
    address = link(clock)
    browser.open(address)
    held = consent(agency)
    says(browser.open(address), 410, "sudah dipakai")
    assert consent(agency) == held


@pytest.mark.parametrize("age", [timedelta(days=7), timedelta(days=300)])
def test_an_expired_link_is_refused(
    browser: Browser, agency: AgencyStore, clock: datetime, age: timedelta
) -> None:
    says(browser.open(link(clock - age)), 410, "kedaluwarsa")
    assert attempts(agency) == []


def test_a_tampered_link_is_refused(browser: Browser, agency: AgencyStore, clock: datetime) -> None:
    address = link(clock)
    place = address.index("ticket=") + 60
    changed = "A" if address[place] != "A" else "B"
    says(browser.open(address[:place] + changed + address[place + 1 :]), 400, "tidak dikenali")
    assert attempts(agency) == []


def test_another_agencys_link_is_refused(
    browser: Browser, agency: AgencyStore, clock: datetime
) -> None:
    says(browser.open(link(clock, agency="kemenag")), 400, "tidak dikenali")
    assert attempts(agency) == []


def test_a_link_for_an_account_that_is_not_registered_is_refused(
    browser: Browser, agency: AgencyStore, clock: datetime
) -> None:
    says(browser.open(link(clock, handle=OTHER)), 410, f"@{OTHER} tidak terdaftar")
    assert attempts(agency) == []


@pytest.mark.parametrize(
    "path",
    ["/", "/start", "/start?ticket=", f"/start?ticket={EVIL}", "/start?ticket=%00%ff", "/other"],
)
def test_an_address_without_a_ticket_is_refused(browser: Browser, path: str) -> None:
    answer = browser.open(HERE + path)
    says(answer, 400, "tidak dikenali")
    assert "<script" not in answer.text


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT"])
def test_only_get_is_answered(
    browser: Browser, agency: AgencyStore, clock: datetime, method: str
) -> None:
    answer = browser.client.request(method, link(clock))
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert attempts(agency) == []


# Callbacks that are no good


def test_a_replayed_callback_is_refused(
    browser: Browser, agency: AgencyStore, clock: datetime
) -> None:
    back = browser.comes_back_to(link(clock))
    cookies = dict(browser.client.cookies)
    says(browser.open(back), 200, "Terima kasih")
    held = consent(agency)
    for name, value in cookies.items():
        browser.client.cookies.set(name, value, domain="localhost.local", path="/callback")
    says(browser.open(back), 410, "sudah kedaluwarsa atau sudah selesai")
    assert consent(agency) == held


def test_of_two_callbacks_at_once_one_is_heard(
    browser: Browser, app: Any, agency: AgencyStore, tiktok: Handle, clock: datetime
) -> None:
    back = httpx.URL(browser.comes_back_to(link(clock)))
    state = back.params["state"]
    secret = browser.client.cookies[cookie_name(state)]

    def call(_: int) -> int:
        client = app.test_client()
        client.set_cookie(cookie_name(state), secret, path="/callback")
        return int(client.get(back.raw_path.decode()).status_code)

    with ThreadPoolExecutor(4) as pool:
        answered = sorted(pool.map(call, range(4)))
    assert answered == [200, 410, 410, 410]
    assert consent(agency) is not None
    assert tiktok.calls.tiktok_refreshes == 1


def test_a_callback_of_another_browser_is_refused_and_spends_nothing(
    browser: Browser, app: Any, agency: AgencyStore, tiktok: Handle, clock: datetime
) -> None:
    """Whoever lures somebody to a callback of his own must not plant his consent."""
    back = browser.comes_back_to(link(clock))
    stranger = Browser(app)
    says(stranger.open(back), 403, "peramban")
    state = httpx.URL(back).params["state"]
    stranger.client.cookies.set(cookie_name(state), "guessed", path="/callback")
    says(stranger.open(back), 403, "peramban")
    assert (consent(agency), tiktok.calls.tiktok_refreshes) == (None, 0)
    says(browser.open(back), 200, "Terima kasih")


def test_an_attempt_ends_after_ten_minutes_and_is_cleared_away(
    browser: Browser, agency: AgencyStore, clock: datetime
) -> None:
    back = browser.comes_back_to(link(clock))
    [attempt] = attempts(agency)
    limit = datetime.fromisoformat(attempt.data["good_until"]) - clock
    assert timedelta(minutes=10) <= limit < timedelta(minutes=11)
    agency.store.write([Write(attempt.path, {"good_until": "2026-01-01T00:00:00Z"}, "merge")])
    says(browser.open(back), 410, "sudah kedaluwarsa")
    assert consent(agency) is None
    browser.client.get(link(clock))
    assert [one.path for one in attempts(agency)] != [attempt.path]
    assert len(attempts(agency)) == 1


@pytest.mark.parametrize("query", ["", "?code=x", "?state=&code=x", f"?state={EVIL}&code={EVIL}"])
def test_a_callback_out_of_nowhere_is_refused(browser: Browser, tiktok: Handle, query: str) -> None:
    answer = browser.open(f"{HERE}/callback{query}")
    says(answer, 410, "sudah kedaluwarsa")
    assert "<script" not in answer.text
    assert tiktok.calls.tiktok_refreshes == 0


# What TikTok and its user say


def test_a_refused_consent_can_be_tried_again(
    browser: Browser, agency: AgencyStore, clock: datetime
) -> None:
    address = link(clock)
    browser.who = "nobody"  # the stand-in answers access_denied
    says(browser.open(address), 403, f"Izin untuk @{HANDLE} tidak diberikan")
    assert (consent(agency), attempts(agency)) == (None, [])
    browser.who = HANDLE
    says(browser.open(address), 200, "Terima kasih")


def test_another_accounts_consent_is_not_kept_and_both_are_named(
    browser: Browser, agency: AgencyStore, clock: datetime
) -> None:
    address = link(clock)
    browser.who = OTHER
    answer = browser.open(address)
    says(answer, 403, f"@{OTHER}")
    assert f"@{HANDLE}" in answer.text
    assert (consent(agency), attempts(agency)) == (None, [])
    browser.who = HANDLE
    says(browser.open(address), 200, "Terima kasih")


def test_a_wrong_account_does_not_touch_the_consent_that_is_there(
    browser: Browser, agency: AgencyStore, clock: datetime
) -> None:
    browser.open(link(clock))
    held = consent(agency)
    browser.who = OTHER
    says(browser.open(link(clock)), 403, f"@{OTHER}")
    assert consent(agency) == held


def test_a_name_from_tiktok_is_escaped(
    browser: Browser, agency: AgencyStore, tiktok: Handle, clock: datetime
) -> None:
    user = {"open_id": "1", "username": EVIL}
    scripted(tiktok, "/user/info/", {"data": {"user": user}, "error": {"code": "ok"}})
    answer = browser.open(link(clock))
    says(answer, 403, "&lt;script&gt;")
    assert "<script" not in answer.text


def test_a_case_of_letters_is_no_other_account(
    browser: Browser, agency: AgencyStore, tiktok: Handle, clock: datetime
) -> None:
    user = {"open_id": "1", "username": HANDLE.upper()}
    scripted(tiktok, "/user/info/", {"data": {"user": user}, "error": {"code": "ok"}})
    says(browser.open(link(clock)), 200, "Terima kasih")


def test_a_consent_without_all_permissions_is_refused(
    browser: Browser, agency: AgencyStore, tiktok: Handle, clock: datetime
) -> None:
    grant = {
        "access_token": "act.x",
        "refresh_token": "rft.x",
        "expires_in": 7200,
        "scope": "user.info.basic,user.info.profile",
    }
    scripted(tiktok, "/oauth/token/", grant)
    says(browser.open(link(clock)), 403, "belum lengkap")
    assert (consent(agency), attempts(agency)) == (None, [])


@pytest.mark.parametrize(
    ("path", "payload", "status", "said"),
    [
        ("/oauth/token/", {"error": "internal_error"}, 500, (502, "tidak dapat dihubungi")),
        ("/oauth/token/", {"error": "invalid_grant"}, 400, (502, "menolak")),
        ("/oauth/token/", {"error": "invalid_client"}, 401, (500, "belum siap")),
        ("/oauth/token/", {"surprise": True}, 200, (502, "menolak")),
        ("/user/info/", {"error": {"code": "internal_error"}}, 500, (502, "dihubungi")),
        ("/user/info/", {"error": {"code": "rate_limit_exceeded"}}, 429, (502, "dihubungi")),
        ("/user/info/", {"error": {"code": "scope_not_authorized"}}, 401, (403, "lengkap")),
        ("/user/info/", {"data": {"user": {"open_id": "1"}}}, 200, (502, "menolak")),
    ],
)
def test_what_goes_wrong_at_tiktok_is_one_sentence_and_leaves_nothing(
    browser: Browser,
    agency: AgencyStore,
    tiktok: Handle,
    clock: datetime,
    path: str,
    payload: Any,
    status: int,
    said: tuple[int, str],
) -> None:
    honest = tiktok.app._answer
    address = link(clock)
    scripted(tiktok, path, payload, status)
    says(browser.open(address), *said)
    assert (consent(agency), attempts(agency)) == (None, [])
    tiktok.app._answer = honest  # type: ignore[method-assign]
    says(browser.open(address), 200, "Terima kasih")


def test_an_error_that_tiktok_sends_back_is_not_repeated(
    browser: Browser, agency: AgencyStore, clock: datetime
) -> None:
    back = httpx.URL(browser.comes_back_to(link(clock)))
    wrong = back.copy_remove_param("code").copy_merge_params(
        {"error": EVIL, "error_description": EVIL}
    )
    answer = browser.open(str(wrong))
    says(answer, 502, "TikTok menolak")
    assert "<script" not in answer.text


def test_the_pair_is_sealed_in_the_store_before_it_is_used(
    browser: Browser, agency: AgencyStore, tiktok: Handle, clock: datetime
) -> None:
    honest = tiktok.app._answer
    stored: list[Any] = []

    def looking(request: Request, route: Any) -> Response:
        if "/user/info/" in request.path:
            [attempt] = attempts(agency)
            stored.append(Vault(KEY).open(attempt.data["access"]) == request.bearer)
        return honest(request, route)

    tiktok.app._answer = looking  # type: ignore[method-assign]
    browser.open(link(clock))
    assert stored == [True]


# The installation


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KIPRAH_CONNECT_URL", ""),
        ("KIPRAH_TIKTOK_CLIENT_KEY", None),
        ("KIPRAH_STORE", "sqlite:////none/such/kiprah.db"),
        ("KIPRAH_TIMEZONE", "nowhere"),
    ],
)
def test_an_installation_that_is_not_ready_says_so_to_the_operator(
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    clock: datetime,
    name: str,
    value: str | None,
) -> None:
    if value is None:
        monkeypatch.delenv("KIPRAH_TIKTOK_CLIENT_SECRET")
        monkeypatch.delenv(name)
    else:
        monkeypatch.setenv(name, value)
    answer = browser.open(link(clock))
    says(answer, 500, "Layanan izin belum siap")
    assert "KIPRAH" not in answer.text
    assert name in capsys.readouterr().out


def test_a_crash_shows_nothing(
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    clock: datetime,
) -> None:
    def crash(*_: Any) -> None:
        raise RuntimeError("rahasia")

    monkeypatch.setattr("functions.connect.flow.Flow.start", crash)
    says(browser.open(link(clock)), 500, "belum siap")
    assert "rahasia" not in capsys.readouterr().out


@pytest.mark.parametrize("who", [HANDLE, OTHER, "nobody"])
def test_no_secret_is_in_a_log_a_page_or_the_store_in_clear(
    browser: Browser,
    agency: AgencyStore,
    sqlite_url: str,
    tiktok: Handle,
    capsys: pytest.CaptureFixture[str],
    clock: datetime,
    who: str,
) -> None:
    browser.who = who
    address = link(clock)
    back = httpx.URL(browser.comes_back_to(address))
    state = back.params["state"]
    secrets = [
        ENVIRONMENT["KIPRAH_TIKTOK_CLIENT_SECRET"],
        KEY,
        state,
        browser.client.cookies[cookie_name(state)],
        httpx.URL(address).params["ticket"],
        *([back.params["code"]] if "code" in back.params else []),
        "act.",
        "rft.",
    ]

    def hidden_from(text: str) -> None:
        assert [secret for secret in secrets if secret in text] == []

    hidden_from("".join(body for _, body in documents(load()).values()))
    hidden_from(browser.open(str(back)).text)
    hidden_from("".join(body for _, body in documents(load()).values()))
    captured = capsys.readouterr()
    hidden_from(captured.out + captured.err)
    assert '"connect.started"' in captured.out


# Several agencies


def test_a_consent_goes_to_the_agency_that_the_ticket_names(
    browser: Browser, agency: AgencyStore, monkeypatch: pytest.MonkeyPatch, clock: datetime
) -> None:
    """ "connect's tickets carry an agency": from the link to the callback and the store."""
    monkeypatch.setenv("KIPRAH_AGENCIES", "kemenkum=Kementerian Hukum; kemenham=Kementerian HAM")
    other = AgencyStore(agency.store, Agency(id="kemenham"))
    began = clock - timedelta(days=30)
    listed = [factories.account(SATKER, "tiktok", OTHER, since=began)]
    unit = factories.satker(SATKER, "Kanwil HAM NTT")
    other.save_roster(factories.roster(unit, accounts=listed, as_of=began))
    browser.who = OTHER
    says(browser.open(link(clock, agency="kemenham", handle=OTHER)), 200, f"@{OTHER}")
    [held] = agency.store.list(f"{other.root}/consents")
    assert (held.data["satker"], held.data["handle"]) == (SATKER, OTHER)
    assert list(agency.store.list(f"{agency.root}/consents")) == []
    assert attempts(agency) == attempts(other) == []
    # The first agency's links go on leading to its own.
    browser.who = HANDLE
    says(browser.open(link(clock)), 200, f"@{HANDLE}")
    assert consent(agency) is not None
    assert len(list(agency.store.list(f"{other.root}/consents"))) == 1


@pytest.mark.parametrize("name", ["KIPRAH_TIKTOK_URL", "KIPRAH_TIKTOK_AUTH_URL"])
def test_a_simulation_asks_tiktok_itself_for_no_consent(
    browser: Browser,
    agency: AgencyStore,
    tiktok: Handle,
    clock: datetime,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    agency.store.write([Write("installation/store", {"simulation": True}, "merge")])
    says(browser.open(link(clock)), 200, f"@{HANDLE}")
    monkeypatch.delenv(name)  # TikTok's own
    answer = browser.client.get(link(clock))
    assert answer.status_code == 500
    assert "location" not in answer.headers
    assert f"this store is a simulation and {name} is TikTok's own" in capsys.readouterr().out
