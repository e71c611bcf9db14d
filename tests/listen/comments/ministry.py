"""A ministry of two units: the first agreed to its comments being read, on each platform."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from functions.listen.job import listen_all
from functions.listen.run import ListenRun
from functions.model import PLATFORMS, Account, Entry, month_of, run_id
from functions.store import open_agency
from functions.store.port import Write
from functions.store.threads import CommentThread
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import open_vault
from tests.collect.api import as_post, record, settings_for
from tests.factories import roster, satker
from tests.listen.comments.shelf import DAY, NOON
from tests.platforms import dialog

CANARY = "KENARI"
READ = PLATFORMS
LAW = {"dpia": "D-1", "dpo": "dpo@kemenkum.example", "notice_url": "https://kemenkum.example/p"}
BEGIN = NOON - 3 * DAY


class Ministry:
    """Two units with an account on each platform, of which the first agreed; and their world."""

    def __init__(self, store: str, server: Any) -> None:
        self.server, self.world = server, server.world
        self.asked = record(server)
        self.settings = settings_for(server.url, store, meta_calls_per_hour=2_000)
        self.agency = open_agency(self.settings)
        self.accounts = {
            (unit, platform): self.world.add_account(platform, f"{unit}_resmi", title="Kemenkum")
            for unit in ("aceh", "bali")
            for platform in READ
        }
        registered = [
            Account(
                platform=platform,
                handle=f"{unit}_resmi",
                satker=unit,
                valid_from=BEGIN - 9 * DAY,
                account_id=account.id,
            )
            for (unit, platform), account in self.accounts.items()
        ]
        self._consent()
        units = (satker("aceh"), satker("bali"))
        self.agency.save_roster(roster(*units, accounts=registered, as_of=BEGIN - 9 * DAY))

    def _consent(self) -> None:
        """The first unit's consent to TikTok's Business app."""
        self.world.business_tokens["bizr.aceh"] = self.accounts["aceh", "tiktok"]
        row = ConsentRow("aceh", "tiktok_business", "aceh_resmi", "bizr.aceh")
        vault = partial(open_vault, self.settings)
        Consents(self.agency, vault, "tiktok_business").add([row], BEGIN)

    def post(self, account: Any, at: Any) -> None:
        """A post that was collected and scored."""
        post = as_post(self.world.add_post(account, at))
        ledgers = self.agency.ledgers(month_of(at, self.agency.zone))
        ledgers.put(Entry(post=post))
        self.agency.save_ledgers(ledgers)

    def type(self, **fields: Any) -> None:
        typed = {
            "comments": dict.fromkeys(READ, True),
            "consents": {"aceh": "B-12/2026"},
            "x_listen_dollars_per_day": 50,
            **LAW,
            **fields,
        }
        path = f"{self.agency.root}/settings/listening"
        self.agency.store.write([Write(path, typed)])

    def run(self, now: Any, **settings: Any) -> dict[str, Any]:
        self.server.set_clock(now)
        run = ListenRun(now=now, run_id=run_id("listen", now), simulated=True)
        loaded = msgspec.structs.replace(self.settings, **settings)
        return listen_all([self.agency], loaded, run)

    def threads(self, unit: str) -> dict[str, list[CommentThread]]:
        """What is kept, by platform."""
        days = [(BEGIN + n * DAY).date().isoformat() for n in range(-8, 9)]
        return {
            platform: [
                thread
                for day in days
                for thread in self.agency.threads_of(f"{platform}:{account.id}", day).values()
            ]
            for (owner, platform), account in self.accounts.items()
            if owner == unit
        }


def plant(ministry: Ministry, per_day: float, mark: str = CANARY) -> None:
    for (unit, platform), account in ministry.accounts.items():
        ministry.post(account, BEGIN - DAY)
        if unit == "aceh":
            seed = len(platform)
            facts = {"per_day": per_day, "busy": 0.0, "removed": 0.5, "mark": mark}
            dialog.plant(ministry.world, seed, account, BEGIN, NOON - DAY, **facts)
