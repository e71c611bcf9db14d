"""The first contact with the platforms: a line for each credential, and nothing written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.commands.doctor import live
from functions.commands.doctor.finding import Finding
from functions.model import Account, Roster, Satker
from functions.settings import Settings
from functions.store import open_agencies
from functions.store.agency import AgencyStore
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import open_vault
from tests.collect.api import settings_for
from tests.platforms import credentials as known
from tests.platforms.credentials import MetaGrant
from tests.platforms.server import Handle, serve
from tests.platforms.wire import Request, Response
from tests.platforms.world import World

CONSENT = ConsentRow("bali", "tiktok", "kemenkum.bali", "rft.rahasia")


@pytest.fixture
def server(now: datetime) -> Iterator[Handle]:
    """A world in which every platform has one account of the registry."""
    world = World(now=now)
    for platform in ("instagram", "facebook", "x", "tiktok", "youtube"):
        token = "rft.rahasia" if platform == "tiktok" else ""
        world.add_account(platform, _handle(platform), satker="bali", refresh_token=token)
    with serve(world) as handle:
        yield handle


def _handle(platform: str) -> str:
    return "kemenkum_bali" if platform == "x" else "kemenkum.bali"


@pytest.fixture
def server_settings(server: Handle, sqlite_url: str) -> Settings:
    return settings_for(server.url, sqlite_url)


@pytest.fixture
def roster(server: Handle, now: datetime) -> Roster:
    return Roster(
        as_of=now,
        satker=(Satker(id="bali", name="Kanwil Bali", kind="kanwil"),),
        accounts=tuple(
            Account(
                platform=account.platform,  # type: ignore[arg-type]
                handle=account.handle(server.world.now),
                satker="bali",
                valid_from=now - timedelta(days=1),
                account_id=account.id,
            )
            for account in server.world.accounts
        ),
    )


def look(
    agency: AgencyStore, settings: Settings, roster: Roster, now: datetime
) -> dict[str, Finding]:
    """The findings, each by the second word of its subject, or by its first two."""
    found = live.look([agency], settings, {agency.id: roster}, now)
    named = {f.subject.removeprefix("live ").partition(" meta:")[0]: f for f in found}
    assert all("\n" not in f.words for f in found)
    return {name.partition(":")[0]: f for name, f in named.items()}


def x_of(found: dict[str, Finding]) -> Finding:
    return found["x x"]


# What works


def test_each_credential_is_one_line_and_its_cost_is_told(
    agency: AgencyStore, server_settings: Settings, roster: Roster, server: Handle, now: datetime
) -> None:
    found = look(agency, server_settings, roster, now)
    assert {name: f.words for name, f in found.items()} == {
        "instagram": "the token does not end; its access to data does not end; "
        "Business Discovery reads @kemenkum.bali",
        "facebook": "the token does not end; its access to data does not end; "
        f"Page Public Content Access reads {roster.accounts[1].account_id}",
        "x x": "it reads posts; 0 of 3,000,000 posts of this cycle are read",
        "tiktok tiktok": "TikTok takes the app's key and secret",
        "youtube youtube": "it reads channels",
        "graph version": "v26.0 has no known end",
        "cost": "8 calls, 1 YouTube units, $0.000; nothing was written",
    }
    assert all(f.ok and not f.fatal for f in found.values())
    report = server.calls.report()
    assert report["total"] == 8
    assert report["x"]["dollars"] == 0
    assert report["tiktok"]["refreshes"] == 0


def test_a_living_consent_is_read_and_none_is_renewed(
    agency: AgencyStore, server_settings: Settings, roster: Roster, server: Handle, now: datetime
) -> None:
    import asyncio

    from functions.collect.client import ApiClient, Clock, Connection
    from functions.collect.platforms import tiktok

    consents = Consents(agency, lambda: open_vault(server_settings))
    consents.add([CONSENT], now)
    assert "tiktok @kemenkum.bali" not in look(agency, server_settings, roster, now)

    async def renew(token: str) -> Any:
        async with Connection(server.url) as connection:
            client = ApiClient(connection, Clock(), tiktok.explain)
            key, secret = known.TIKTOK_CLIENT_KEY, known.TIKTOK_CLIENT_SECRET
            return await tiktok.refresh(client, key, secret, token)

    asyncio.run(consents.access("kemenkum.bali", now, renew))
    before = _everything(agency)
    found = look(agency, server_settings, roster, now)
    assert found["tiktok @kemenkum.bali"].words == "its consent is read"
    assert _everything(agency) == before
    assert server.calls.report()["tiktok"]["refreshes"] == 1
    server.fault("token_revoked", platform="tiktok", path="/v2/user/info")
    revoked = look(agency, server_settings, roster, now)["tiktok @kemenkum.bali"]
    assert revoked.fatal
    assert "consent refused (access_token_invalid)" in revoked.words


def test_a_page_that_gave_its_token_is_read_with_it(
    agency: AgencyStore, server_settings: Settings, roster: Roster, server: Handle, now: datetime
) -> None:
    page = server.world.by_handle("facebook", "kemenkum.bali")
    assert page is not None
    token = server.world.credentials.give_page_token(page.id)
    row = ConsentRow("bali", "facebook", "kemenkum.bali", token)
    Consents(agency, lambda: open_vault(server_settings)).add([row], now)
    assert look(agency, server_settings, roster, now)["facebook kemenkum.bali"].words == (
        "its own token answers"
    )
    del server.world.credentials.meta[token]
    found = look(agency, server_settings, roster, now)["facebook kemenkum.bali"]
    assert found.fatal
    assert "(#190)" in found.words
    assert token not in found.words


def _everything(agency: AgencyStore) -> dict[str, Any]:
    return {s.path: (s.data, s.version) for s in agency.store.list(f"{agency.root}/consents")} | {
        "writes": agency.store.meter.writes
    }


# What does not


@pytest.mark.parametrize(
    ("name", "changes", "told"),
    [
        ("instagram", {"instagram_token": ("dicuri-1",)}, "(#190) the access token is invalid"),
        ("instagram", {"instagram_user_id": ("123",)}, "KIPRAH_INSTAGRAM_USER_ID is no account"),
        ("facebook", {"facebook_token": ("dicuri-2",)}, "(#190) the access token is invalid"),
        ("facebook", {"facebook_app_secret": ("salah-3",)}, "check the app secret"),
        ("facebook", {"facebook_app_secret": ()}, "check the app secret"),
        ("x x", {"x_bearer_token": ("dicuri-4",)}, "401 the bearer token is invalid; issue a new"),
        ("tiktok tiktok", {"tiktok_client_secret": ("salah-5",)}, "check the client key and secr"),
        ("youtube youtube", {"youtube_api_key": ("dicuri-6",)}, "keyInvalid: check the API key"),
    ],
)
def test_a_wrong_credential_costs_its_own_line(
    agency: AgencyStore,
    server_settings: Settings,
    roster: Roster,
    now: datetime,
    name: str,
    changes: dict[str, Any],
    told: str,
) -> None:
    found = look(agency, replace(server_settings, **changes), roster, now)
    assert told in found[name].words
    assert [line for line, f in found.items() if f.fatal] == [name]
    secrets = [value for values in changes.values() for value in values if len(value) > 4]
    assert not any(secret in f.words for secret in secrets for f in found.values())


@pytest.mark.parametrize(
    ("name", "fault", "told"),
    [
        ("x x", {"kind": "credits_depleted", "platform": "x"}, "CreditsDepleted: add credits"),
        ("x x", {"kind": "spend_cap", "platform": "x"}, "SpendCapReached"),
        ("x x", {"kind": "usage_capped", "platform": "x"}, "UsageCapExceeded"),
        ("youtube youtube", {"kind": "quota_exceeded", "platform": "youtube"}, "quotaExceeded"),
        (
            "youtube youtube",
            {"kind": "key_refused", "platform": "youtube", "how": "accessNotConfigured"},
            "accessNotConfigured: check the API key and that the YouTube Data API is enabled",
        ),
        (
            "youtube youtube",
            {"kind": "key_refused", "platform": "youtube", "how": "API_KEY_IP_ADDRESS_BLOCKED"},
            "API_KEY_IP_ADDRESS_BLOCKED",
        ),
        (
            "facebook",
            {"kind": "meta_error", "platform": "facebook", "path": "{node}", "code": 10},
            "have it reviewed (Page Public Content Access)",
        ),
        (
            "instagram",
            {"kind": "token_expired", "platform": "instagram"},
            "(#190/463) the access token is invalid or expired",
        ),
        ("instagram", {"kind": "rate_limited", "platform": "instagram"}, "request limit reached"),
        ("tiktok tiktok", {"kind": "html", "platform": "tiktok"}, "the answer is not JSON"),
        ("x x", {"kind": "refuse", "platform": "x"}, "no answer"),
        ("x x", {"kind": "cut", "platform": "x"}, "no answer"),
        ("youtube youtube", {"kind": "empty_body", "platform": "youtube"}, "not JSON"),
        ("instagram", {"kind": "broken_json", "platform": "instagram"}, "broken JSON"),
    ],
)
def test_a_fault_costs_its_own_line(
    agency: AgencyStore,
    server_settings: Settings,
    roster: Roster,
    server: Handle,
    now: datetime,
    name: str,
    fault: dict[str, Any],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("functions.collect.client.ATTEMPTS", 1)
    server.fault(**fault)
    found = look(agency, server_settings, roster, now)
    assert told in found[name].words
    assert found[name].fatal
    assert [line for line, f in found.items() if f.fatal] == [name]


def test_one_that_does_not_answer_is_given_up_alone(
    agency: AgencyStore,
    server_settings: Settings,
    roster: Roster,
    server: Handle,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "PATIENCE", 0.6)
    server.fault("hang", platform="x", seconds=5)
    found = look(agency, server_settings, roster, now)
    assert "no answer within" in x_of(found).words
    assert found["youtube youtube"].ok


def test_a_tiktok_app_without_client_tokens_is_known_at_least(
    agency: AgencyStore, server_settings: Settings, roster: Roster, server: Handle, now: datetime
) -> None:
    server.world.quirks.tiktok_client_tokens = False
    found = look(agency, server_settings, roster, now)["tiktok tiktok"]
    assert found.ok
    assert "knows the app, but says nothing of its secret" in found.words


# What will end


def _token(**facts: Any) -> MetaGrant:
    return MetaGrant(instagram_user=known.INSTAGRAM_USER_ID, **facts)


@pytest.mark.parametrize(
    ("facts", "told", "ok", "fatal"),
    [
        ({"expires_at": timedelta(days=60)}, "the token lasts until", True, False),
        ({"expires_at": timedelta(days=13)}, "issue a new one before", False, False),
        ({"expires_at": timedelta(hours=-1)}, "the token ended at", False, True),
        ({"data_until": timedelta(days=2)}, "its access to data ends at", False, False),
        (
            {"scopes": ("instagram_basic",)},
            "lacks instagram_manage_insights, pages_read_engagement; have the app reviewed",
            False,
            True,
        ),
    ],
)
def test_the_end_of_a_token_and_what_it_lacks_are_told(
    agency: AgencyStore,
    server_settings: Settings,
    roster: Roster,
    server: Handle,
    now: datetime,
    facts: dict[str, Any],
    told: str,
    ok: bool,
    fatal: bool,
) -> None:
    given = {
        name: int((now + value).timestamp()) if isinstance(value, timedelta) else value
        for name, value in facts.items()
    }
    server.world.credentials.meta[known.INSTAGRAM_TOKEN] = _token(**given)
    found = look(agency, server_settings, roster, now)["instagram"]
    assert told in found.words
    assert (found.ok, found.fatal) == (ok, fatal)


@pytest.mark.parametrize(
    ("version", "told", "ok"),
    [
        ("v25.0", "v25.0 lasts until 2028-07-29", True),
        ("v21.0", "ends on 2027-01-21; set KIPRAH_GRAPH_VERSION", True),
        ("v19.0", "is no more since", False),
        ("v22.0", "v22.0 is asked for and v23.0 answers", False),
    ],
)
def test_a_version_that_ends_is_told(
    agency: AgencyStore,
    server_settings: Settings,
    roster: Roster,
    server: Handle,
    now: datetime,
    version: str,
    told: str,
    ok: bool,
) -> None:
    server.world.quirks.graph_oldest = "v23.0" if version == "v22.0" else "v21.0"
    at = datetime(2026, 12, 1, tzinfo=UTC) if version == "v21.0" else now
    found = look(agency, replace(server_settings, graph_version=version), roster, at)[
        "graph version"
    ]
    assert told in found.words
    assert not found.fatal
    assert found.ok is (ok and version != "v21.0")


# Whom it may not ask


def test_without_credentials_nobody_is_asked(
    agency: AgencyStore, server: Handle, sqlite_url: str, now: datetime
) -> None:
    found = look(agency, Settings(store=sqlite_url), Roster(as_of=now), now)
    assert [f.words for f in found.values()] == ["no credential is set; not asked"] * 5 + [
        "0 calls, 0 YouTube units, $0.000; nothing was written"
    ]


def test_a_simulation_asks_no_official_host(tmp_path: Any, roster: Roster, now: datetime) -> None:
    asking = Settings(
        store=f"sqlite:///{tmp_path}/simulation.db", simulation=True, x_bearer_token=("rahasia",)
    )
    [agency] = open_agencies(asking)
    found = look(agency, asking, roster, now)
    assert found["x"].words == "a simulation asks no official host; not asked"
    agency.store.close()


def test_without_any_account_the_credentials_are_tried_all_the_same(
    agency: AgencyStore, server_settings: Settings, now: datetime
) -> None:
    found = look(agency, server_settings, Roster(as_of=now), now)
    assert not any(f.fatal for f in found.values())
    assert "no Page is registered to try it on" in found["facebook"].words


# Any answer

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["data", "error", "code", "id", "kind", "scopes", "expires_at", "items"]
            )
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
_bodies = (
    _json.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=100)
    | st.just(b"<html><body>Sorry</body></html>")
    | st.just(b'{"data": {"is_valid": true, "expires_at": 1e400')
)


@examples(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=_bodies, status=st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 429, 500, 599])
)
def test_any_answer_is_a_line_for_each(
    agency: AgencyStore,
    server_settings: Settings,
    roster: Roster,
    server: Handle,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    body: bytes,
    status: int,
) -> None:
    monkeypatch.setattr("functions.collect.client.ATTEMPTS", 1)

    def scripted(request: Request, route: Any) -> Response:
        return Response(status, body)

    server.app._answer = scripted  # type: ignore[method-assign]
    found = look(agency, server_settings, roster, now)
    assert {"instagram", "facebook", "x x", "tiktok tiktok", "youtube youtube", "cost"} <= {*found}
    assert not any("unforeseen" in f.words for f in found.values()), found
    assert all(f.words.isprintable() for f in found.values())
