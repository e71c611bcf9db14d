"""``kiprah doctor --live``: the first contact with the real platforms, a line for each credential.

It makes the cheapest read with each credential (collect/watching/probes.py), all at the same time;
each is bounded in time and fails alone. It writes neither documents nor budgets and renews no
token: it tries only consents whose access token still lives. Its last line gives the cost.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from functions import log
from functions.collect.client import ApiClient, Clock, Connection
from functions.collect.contract import PlatformError
from functions.collect.credentials import (
    Credential,
    address,
    choose,
    configured,
    credentials,
    is_keyless,
    is_official,
    page_access,
)
from functions.collect.platforms import Adapter, adapter
from functions.collect.watching import probes, versions
from functions.collect.watching.probes import Probe
from functions.commands.doctor.finding import LONGEST, Finding, grouped
from functions.model import PLATFORMS, Account, Platform, Roster
from functions.settings import Settings, SettingsError
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.tokens.consents import Consents
from functions.tokens.vault import VaultError, open_vault

PATIENCE = 30.0  # seconds for all that is asked with one credential
TRIED = 3  # consents, and Pages' own tokens, of each agency


@dataclass(slots=True)
class _Heard:
    """A platform's adapter, which notes what the answers' headers say of the version."""

    adapter: Adapter
    versions: set[str] = field(default_factory=set)

    def explain(
        self, status: int, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> PlatformError | None:
        if version := probes.answered_version(headers):
            self.versions.add(version)
        return self.adapter.explain(status, headers, body, now)

    def bucket(self, path: str) -> str:
        return self.adapter.bucket(path)


@dataclass(slots=True)
class _Look:
    """One thing to try: what it is called, how it is tried, and whose calls are counted by it."""

    subject: str
    ask: Callable[[], Awaitable[Probe]]
    client: ApiClient | None = None


def look(
    agencies: Sequence[AgencyStore],
    settings: Settings,
    rosters: Mapping[str, Roster],
    now: datetime,
) -> list[Finding]:
    """What the platforms say of every credential that is set; a failure is fatal.

    ``rosters``: by agency; of them come the accounts to try a read on.
    """
    return asyncio.run(_Round(agencies, settings, rosters, now).look())


class _Round:
    """One look at everything."""

    def __init__(
        self,
        agencies: Sequence[AgencyStore],
        settings: Settings,
        rosters: Mapping[str, Roster],
        now: datetime,
    ) -> None:
        self._agencies, self._settings, self._rosters, self._now = agencies, settings, rosters, now
        self._cost: Counter[str] = Counter()
        self._heard: dict[Platform, _Heard] = {}

    async def look(self) -> list[Finding]:
        findings: list[Finding] = []
        async with AsyncExitStack() as stack:
            looks: list[_Look] = []
            for platform in PLATFORMS:
                if not configured(self._settings, platform) or is_keyless(self._settings, platform):
                    findings.append(Finding(f"live {platform}", "no credential is set; not asked"))
                elif self._is_forbidden(platform):
                    words = "a simulation asks no official host; not asked"
                    findings.append(Finding(f"live {platform}", words))
                else:
                    connection = await stack.enter_async_context(
                        Connection(address(self._settings, platform))
                    )
                    looks += self._looks(platform, connection)
            findings += await asyncio.gather(*(self._tried(one) for one in looks))
            self._count(looks)
        return grouped("tokens", [*findings, *self._versions(), self._told_cost()])

    def _is_forbidden(self, platform: Platform) -> bool:
        return self._agencies[0].simulation and is_official(address(self._settings, platform))

    def _looks(self, platform: Platform, connection: Connection) -> list[_Look]:
        heard = self._heard[platform] = _Heard(adapter(platform))
        held = credentials(self._settings, platform, heard, connection, Clock())
        looks = [
            _Look(f"live {platform} {one.name}", self._asking(platform, number, one), one.client)
            for number, one in enumerate(held)
        ]
        if platform == "tiktok":
            looks += self._consents(held)
        if platform == "facebook":
            looks += self._page_tokens(held)
        return looks

    def _asking(
        self, platform: Platform, number: int, credential: Credential
    ) -> Callable[[], Awaitable[Probe]]:
        """How a credential is tried, on the first account that is known to exist."""
        client, settings = credential.client, self._settings
        account = self._account(platform)
        named = account.handle if account else None
        known = account.account_id if account else None
        match platform:
            case "instagram":
                token = settings.instagram_token[number]
                return partial(probes.instagram, client, token, named, self._now)
            case "facebook":
                token = settings.facebook_token[number]
                return partial(probes.facebook, client, token, known or named, self._now)
            case "x":
                return partial(probes.x, client)
            case "tiktok":
                return partial(probes.tiktok, client, credential.key, credential.secret)
            case _:
                return partial(probes.youtube, client, known)

    def _account(self, platform: Platform) -> Account | None:
        """The first account that is known to exist, or else the first."""
        accounts = self._accounts(platform, self._rosters.values())
        return next((a for a in accounts if a.account_id), next(iter(accounts), None))

    def _accounts(self, platform: Platform, rosters: Iterable[Roster]) -> list[Account]:
        return [
            account
            for roster in rosters
            for account in roster.accounts
            if account.platform == platform and account.holds(self._now)
        ]

    # Tokens that accounts gave

    def _consents(self, apps: Sequence[Credential]) -> list[_Look]:
        """The first living access tokens of each agency."""
        looks: list[_Look] = []
        for agency, handles in self._of_each("tiktok"):
            living = self._vaulted(agency).living(handles, self._now)
            for handle, access in [*living.items()][:TRIED]:
                subject = f"live tiktok @{handle}"
                if isinstance(access, VaultError):
                    looks.append(_Look(subject, _failing(access)))
                    continue
                log.hide([access.token])
                client = choose(apps, handle).client.authorised(access.token)
                looks.append(_Look(subject, partial(probes.tiktok_consent, client)))
        return looks

    def _page_tokens(self, apps: Sequence[Credential]) -> list[_Look]:
        """The first of each agency."""
        looks: list[_Look] = []
        for agency, handles in self._of_each("facebook"):
            tokens = self._vaulted(agency).page_tokens(handles)
            for handle, token in [*tokens.items()][:TRIED]:
                subject = f"live facebook {handle}"
                if isinstance(token, VaultError):
                    looks.append(_Look(subject, _failing(token)))
                    continue
                log.hide([token])
                app = choose(apps, handle)
                client = app.client.speaking(**page_access(token, app.secret))
                looks.append(_Look(subject, partial(probes.page, client), client))
        return looks

    def _of_each(self, platform: Platform) -> Iterator[tuple[AgencyStore, list[str]]]:
        for agency in self._agencies:
            roster = self._rosters.get(agency.id) or Roster(as_of=self._now)
            yield agency, [account.handle for account in self._accounts(platform, [roster])]

    def _vaulted(self, agency: AgencyStore) -> Consents:
        return Consents(agency, lambda: open_vault(self._settings))

    # Trying

    async def _tried(self, look: _Look) -> Finding:
        """One try's finding, whatever comes of it."""
        try:
            async with asyncio.timeout(PATIENCE):
                probe = await look.ask()
        except TimeoutError:
            probe = Probe(wrong=[f"no answer within {PATIENCE:.0f} s; check the network"])
        except (VaultError, SettingsError) as error:
            probe = Probe(wrong=[str(error)])
        except StoreError:
            raise
        except Exception as error:  # nobody foresaw it, and its words may hold anything
            probe = Probe(wrong=[f"unforeseen {type(error).__name__}; report it"])
        self._cost["mills"] += probe.mills
        words = "; ".join([*probe.wrong, *probe.look, *probe.well])[:LONGEST]
        failed = bool(probe.wrong)
        todo = probe.wrong[0] if failed else ""
        return Finding(look.subject, words, ok=not (failed or probe.look), fatal=failed, todo=todo)

    def _count(self, looks: Sequence[_Look]) -> None:
        for one in looks:
            if one.client is not None:
                sent = one.client.tally.sent
                self._cost["calls"] += sent.total()
                self._cost["units"] += sent["units"] + sent["stats"]

    # What it came to

    def _versions(self) -> list[Finding]:
        """How long Meta's version lasts, and which one answered."""
        meta = [heard for name, heard in self._heard.items() if name in ("instagram", "facebook")]
        if not meta:
            return []
        version, subject = self._settings.graph_version, "live graph version"
        others = sorted({v for heard in meta for v in heard.versions} - {version})
        if said := versions.remark(version, self._now.date()):
            return [Finding(subject, said, ok=False, todo=said)]
        if others:
            words = (
                f"{version} is asked for and {', '.join(others)} answers; "
                f"set KIPRAH_GRAPH_VERSION to one that is left, such as {versions.NEWEST}"
            )
            return [Finding(subject, words, ok=False, todo=words)]
        end = versions.ending(version)
        until = f"lasts until {end}" if end else "has no known end"
        return [Finding(subject, f"{version} {until}")]

    def _told_cost(self) -> Finding:
        calls, units, mills = (self._cost[name] for name in ("calls", "units", "mills"))
        words = f"{calls} calls, {units} YouTube units, ${mills / 1000:.3f}; nothing was written"
        return Finding("live cost", words)


def _failing(error: VaultError) -> Callable[[], Awaitable[Probe]]:
    async def ask() -> Probe:
        raise error

    return ask
