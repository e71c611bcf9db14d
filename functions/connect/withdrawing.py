"""A consent is withdrawn: its tokens are deleted, whatever the platform answers.

It takes three steps, each safe to repeat, so that the next run finishes what a killed one began:

1. The document is marked as ended. From then on nothing is read with it, a renewal under way cannot
   store its pair, links and attempts made until now are void, and importing the same file again
   does not bring the consent back.
2. TikTok is asked to disconnect the app (with the living access token, else with a last renewal). A
   Facebook Page's token cannot be given back; its owner removes the app in the Page's settings. Nor
   is a consent to TikTok's Business app: its owner removes that one in TikTok.
3. The tokens are removed from the document.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from functions.connect.flow import ConsentProblem, Refusal
from functions.model import Platform, Roster, iso
from functions.store.agency import AgencyStore
from functions.store.agency.consents import ConsentKind
from functions.store.port import Stored, until_written
from functions.tokens.absent import NoConsent, without_consent
from functions.tokens.consents import WAITS, Grant
from functions.tokens.document import ended, ending, is_ended
from functions.tokens.vault import Vault, VaultError

PLATFORMS: tuple[ConsentKind, ...] = ("tiktok", "facebook", "tiktok_business")
IN_THE_APP = "the owner removes Kiprah in TikTok: Pengaturan dan privasi › Keamanan dan izin"
ON_THE_PAGE = "the owner removes the app in the Page's settings"


class Revoker(Protocol):
    """Our TikTok app over HTTP; its methods raise ``Refusal``."""

    async def renew(self, handle: str, refresh_token: str) -> Grant: ...
    async def revoke(self, handle: str, access_token: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What became of one account's consent.

    ``tokens``: whether there were any to delete. ``revoked``: whether the platform was told;
    ``why``: why it was not, with what to do. ``ended_at``: when the consent ended, as ISO-8601;
    None: there was no consent.
    """

    satker: str
    platform: ConsentKind
    handle: str
    tokens: bool
    revoked: bool
    why: str = ""
    ended_at: str | None = None

    @property
    def line(self) -> str:
        """All of it in one line."""
        what = "withdrawn, its tokens deleted" if self.tokens else "no tokens; links are void"
        if not self.tokens and self.platform != "tiktok":
            what = "no token"
        told = "; TikTok has disconnected the app" if self.revoked else ""
        return f"{self.platform}  {self.handle}  {what}{told}"


def meant(
    agency: AgencyStore,
    roster: Roster | None,
    satker: str,
    platform: ConsentKind | None,
    handle: str | None,
) -> list[tuple[ConsentKind, str]]:
    """The accounts of a satker that may have consented, each once.

    They are its accounts in the registry, past ones included, and those with a stored consent;
    ``platform`` and ``handle`` choose among them."""
    registered = [
        (account.platform, account.handle)
        for account in (roster.accounts if roster else ())
        if account.satker == satker and account.platform in PLATFORMS
    ]
    stored = [
        (data["platform"], data["handle"])
        for data in (one.data for one in agency.consents())
        if data.get("satker") == satker and data.get("platform") in PLATFORMS and data.get("handle")
    ]
    wanted = handle and handle.strip().lstrip("@").casefold()
    found = {(p, h.casefold()): (p, h) for p, h in [*stored, *registered]}
    return [
        (p, h)
        for (p, folded), (_, h) in found.items()
        if platform in (None, p) and wanted in (None, folded)
    ]


def report(done: Sequence[Withdrawn]) -> dict[str, Any]:
    """For people and machines; what the platform was not told is a problem, since somebody has to
    see to it there. The withdrawal itself has not failed."""
    return {
        "job": "connect withdraw",
        "withdrawn": [asdict(one) for one in done],
        "problems": [f"{one.platform} {one.handle}: {one.why}" for one in done if one.why],
    }


async def withdraw(
    agency: AgencyStore,
    open_vault: Callable[[], Vault],
    revoker: Revoker | str,
    satker: str,
    accounts: Sequence[tuple[ConsentKind, str]],
    now: datetime,
) -> list[Withdrawn]:
    """Withdraw the consents of a satker's accounts.

    Args:
        revoker: a text says why TikTok is not asked.
    """
    return [
        await _Withdrawal(agency, open_vault, revoker, satker, platform, handle, now).carry_out()
        for platform, handle in accounts
    ]


class _Withdrawal:
    """One account's."""

    def __init__(
        self,
        agency: AgencyStore,
        open_vault: Callable[[], Vault],
        revoker: Revoker | str,
        satker: str,
        platform: ConsentKind,
        handle: str,
        now: datetime,
    ) -> None:
        self._agency, self._open_vault, self._revoker = agency, open_vault, revoker
        self._satker, self._platform, self._handle, self._now = satker, platform, handle, now

    async def carry_out(self) -> Withdrawn:
        await self._let_renewal_end()
        marked = until_written(self._marked)
        if self._platform == "tiktok":
            self._void_attempts()
        has_tokens = marked is not None and _has_tokens(marked)
        revoked, why = False, ""
        if marked is not None and has_tokens:
            revoked, why = await self._revoked(marked)
            until_written(self._strip)
        ended_at = marked.data.get("ended_at") if marked else None
        return Withdrawn(
            self._satker, self._platform, self._handle, has_tokens, revoked, why, ended_at
        )

    async def _let_renewal_end(self) -> None:
        """Wait some seconds for a renewal's pair: its answer ends the old refresh token."""
        for wait in WAITS:
            held = self._held()
            leased = held is not None and str(held.data.get("lease_until", "")) > iso(self._now)
            if not leased:
                return
            await asyncio.sleep(wait)

    def _held(self) -> Stored | None:
        return self._agency.consent(self._handle, self._platform)

    def _marked(self) -> Stored | None:
        """The consent, marked as ended; None: it was never given, and no link leads to it."""
        held = self._held()
        if held is None and self._platform != "tiktok":
            return None
        self._mark(held)
        return self._held()

    def _mark(self, held: Stored | None) -> None:
        void = {"void_until": iso(self._now)}
        if held is not None:
            mark = ending(held.data, "withdrawn", self._now)
            # One that ended by itself is withdrawn all the same.
            why = {"why": "withdrawn"} if is_ended(held.data) else {}
            self._agency.amend(held, {**mark, **why, **void})
            return
        whose = {"satker": self._satker, "platform": self._platform, "handle": self._handle}
        document = whose | ending({}, "withdrawn", self._now) | void
        self._agency.add_consent(self._handle, self._platform, document)

    def _void_attempts(self) -> None:
        """Remove attempts under way: they hold a verifier, and for a moment a pair."""
        mine = [
            stored
            for stored in self._agency.attempts()
            if str(stored.data.get("handle", "")).casefold() == self._handle.casefold()
        ]
        self._agency.forget_attempts(mine)

    def _strip(self) -> None:
        held = self._held()
        if held is None or not is_ended(held.data) or not _has_tokens(held):
            return  # stripped, or given anew since
        self._agency.replace(held, ended(held.data))

    # The platform

    async def _revoked(self, held: Stored) -> tuple[bool, str]:
        """Whether TikTok has disconnected the app, and why it has not."""
        if self._platform == "facebook":
            return False, ON_THE_PAGE
        if self._platform == "tiktok_business":
            return False, IN_THE_APP
        if isinstance(self._revoker, str):
            return False, f"{self._revoker}; {IN_THE_APP}"
        try:
            await self._revoker.revoke(self._handle, await self._access_token(held, self._revoker))
        except Refusal as refusal:
            return False, _told(refusal)
        except VaultError:
            return False, f"its tokens cannot be opened with the present key; {IN_THE_APP}"
        return True, ""

    async def _access_token(self, held: Stored, revoker: Revoker) -> str:
        vault, data = self._open_vault(), held.data
        if "access" in data and str(data.get("access_until", "")) > iso(self._now):
            return vault.open(data["access"])
        grant = await revoker.renew(self._handle, vault.open(data["refresh"]))
        return grant.access_token


def _told(refusal: Refusal) -> str:
    if refusal.reason is ConsentProblem.UNREACHABLE:
        return f"TikTok could not be reached; {IN_THE_APP}"
    if refusal.reason is ConsentProblem.UNREADY:
        return f"TikTok refuses the app's key and secret; {IN_THE_APP}"
    return f"TikTok does not take its tokens any more; if Kiprah still stands there, {IN_THE_APP}"


def _has_tokens(held: Stored) -> bool:
    return any(isinstance(value, bytes) for value in held.data.values())


def feedback(
    roster: Roster | None, done: Iterable[Withdrawn], now: datetime
) -> list[tuple[str, Platform, str, dict[str, Any]]]:
    """Findings to write beside the handles in the registry, until a new consent is given."""
    withdrawn = {
        one.handle.casefold(): NoConsent(one.handle, "withdrawn", one.ended_at or iso(now))
        for one in done
        if one.platform == "tiktok"
    }
    return [
        (
            account.satker,
            account.platform,
            account.handle,
            {"status": without_consent(account.handle, gone), "checked_at": iso(now)},
        )
        for account in (roster.accounts if roster else ())
        if account.platform == "tiktok"
        and account.holds(now)
        and (gone := withdrawn.get(account.handle.casefold()))
    ]
