"""Who speaks for an account."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from functions.collect.client import Clock, Connection
from functions.collect.contract import Limited
from functions.listen.comments.speaking import Speakers
from functions.model import Platform
from functions.tokens.vault import VaultError
from tests.collect.api import settings_for
from tests.factories import NOW, account

HELD: Mapping[str, Any] = {"aceh_1": "own-token", "aceh_2": VaultError("cannot be opened")}


class Consents:
    """Consents as they are held; how often they were looked up."""

    asked = 0

    def page_tokens(self, handles: Iterable[str]) -> Mapping[str, Any]:
        self.asked += 1
        return {handle: HELD[handle] for handle in handles if handle in HELD}


def speakers_of(platform: Platform, consents: Consents, **changes: Any) -> Speakers:
    settings = settings_for("http://127.0.0.1:1", "sqlite:///unused.db", **changes)

    async def opened() -> Speakers:
        connection = Connection("http://127.0.0.1:1")
        return Speakers(settings, platform, connection, Clock(NOW), consents)

    return asyncio.run(opened())


def test_a_page_speaks_with_its_own_token_and_any_other_with_the_apps():
    consents = Consents()
    pages = [account("aceh", f"facebook:{n}") for n in (1, 2, 3)]
    speakers = speakers_of("facebook", consents)
    speakers.prepare(pages)
    [app] = speakers.credentials
    own, *others = (speakers.speaking(page, app) for page in pages)
    assert own.credential is None
    assert own.client.options.params["access_token"] == "own-token"
    assert own.client.options.params["appsecret_proof"]
    assert [voice.client for voice in others] == [app.client, app.client]
    assert speakers.problems == ["facebook aceh_2: cannot be opened"]
    assert consents.asked == 1


def test_elsewhere_no_consent_is_looked_up():
    consents = Consents()
    speakers_of("x", consents).prepare([account("aceh", "x:1")])
    assert consents.asked == 0


def test_what_is_stopped_speaks_for_nobody_and_the_other_steps_in():
    two = speakers_of("youtube", Consents(), youtube_api_key=("k1", "k2"))
    accounts = [account("aceh", f"youtube:{n}") for n in range(20)]
    first, second = two.credentials
    assert {two.credential(one) is first for one in accounts} == {True, False}
    first.stop(Limited("later", bucket="units"))
    assert all(two.credential(one) is second for one in accounts)
    second.stop(Limited("later"))
    assert two.credential(accounts[0]) is None
