"""One platform's plan carried out, and what it brought written, all but the note."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from functions.collect.client import Clock, Connections
from functions.collect.credentials import address, credentials
from functions.collect.desk import Desk, horizon
from functions.collect.planning.requests import Plan
from functions.collect.planning.reservations import Bill, bill_of
from functions.collect.reading.reader import Harvest, Reader
from functions.collect.report import summary_of
from functions.collect.state import Note
from functions.model import Account, Platform, Roster, iso
from functions.registry.doubles import beside, doubled
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.tokens.consents import Consents
from functions.tokens.vault import open_vault


class Work(msgspec.Struct, frozen=True):
    """What carrying out a plan came to; ``changed`` is the part of the note that it changed."""

    desk: Desk
    changed: Note
    harvest: Harvest
    spent: list[Bill]
    summary: dict[str, Any]


def consents_of(book: AgencyStore, settings: Settings) -> Consents:
    """The agency's consents; the vault is opened when one is needed."""
    return Consents(book, lambda: open_vault(settings))


async def carry_out(
    book: AgencyStore,
    settings: Settings,
    roster: Roster,
    desk: Desk,
    plan: Plan,
    clock: Clock,
    opened: Connections,
    ends: float | None = None,
) -> Work:
    """Read what the plan says, and write posts, followers and what admins are told.

    ``ends``: as ``Reader`` takes it.
    StoreError when the store cannot be used; whatever a platform does is in the summary.
    """
    connection = await opened.to(desk.platform, address(settings, desk.platform))
    began, sent = clock(), connection.requests
    reading = Reader(
        desk.platform,
        desk.module,
        credentials(settings, desk.platform, desk.module, connection, clock),
        consents_of(book, settings),
        desk.note,
        clock,
        horizon(plan, began, desk.following(began, settings)),
        ends,
        zone=book.agency.zone,
        stored=lambda names: _held(book, desk.platform, names),
    )
    await reading.carry_out(plan)
    harvest = reading.harvest
    if book.store.remote:  # an embedded store answers before a thread is even awake
        await asyncio.to_thread(
            save_harvest, book, desk.platform, roster, harvest, desk.note, began
        )
    else:
        save_harvest(book, desk.platform, roster, harvest, desk.note, began)
    served = reading.credentials.values()
    summary = summary_of(
        plan,
        harvest,
        stopped={c.name: str(error) for c in served for error in c.stops.values()},
        requests=connection.requests - sent,
        skipped=sum(credential.skipped for credential in served),
    )
    if summary["served"]:
        _note_beginning(book, began)
    accounts = [bill_of(credential, clock()) for credential in served]
    return Work(
        desk,
        reading.changed,
        harvest,
        [account for account in accounts if account.is_of_note],
        summary,
    )


async def _held(book: AgencyStore, platform: Platform, names: Sequence[str]) -> set[str]:
    """Which of some posts (``account_id:post_id``) the store holds."""
    if book.store.remote:
        return await asyncio.to_thread(book.held_posts, platform, names)
    return book.held_posts(platform, names)


def save_harvest(
    book: AgencyStore,
    platform: Platform,
    roster: Roster,
    harvest: Harvest,
    note: Note,
    now: datetime,
) -> None:
    """Write what reading brought: posts, how they are found, followers, what admins are told."""
    # First, since a note that is rebuilt takes a stored post for one that can be found.
    book.save_urls(harvest.found_under)
    book.save_posts(harvest.posts)
    if harvest.followers:
        book.save_followers(harvest.followers)
    if harvest.incomplete:
        book.save_completeness(
            platform,
            {
                account_id: said
                for handle, said in harvest.incomplete.items()
                if (account_id := note.accounts[handle].account_id)
            },
        )
    if not harvest.checked:
        return
    twice = doubled(roster.accounts, now)
    holders = _holders(roster, platform, harvest.checked, now)
    book.save_feedback(
        (account.satker, platform, account.handle, finding)
        for account in holders
        if (
            finding := _feedback(
                harvest,
                note,
                account.handle,
                twice.get((account.satker, platform, account.handle), []),
            )
        )
    )


def _holders(
    roster: Roster, platform: Platform, checked: Mapping[str, object], now: datetime
) -> list[Account]:
    """Whose the accounts are now; one that has ended is still read for a while, and past."""
    found = {
        (account.satker, account.handle): account
        for account in roster.accounts
        if account.platform == platform and account.handle in checked and account.holds(now)
    }
    return [*found.values()]


def _feedback(harvest: Harvest, note: Note, handle: str, twice: Sequence[str]) -> dict[str, Any]:
    """What is shown beside the handle that an admin typed."""
    account, profile = note.accounts.get(handle), harvest.checked[handle]
    if account is None:
        return {}
    remarks = [account.wrong] if account.wrong else [account.told, account.lacking]
    feedback: dict[str, Any] = {"status": " ".join(r for r in remarks if r) or "ok"}
    feedback |= beside(feedback, twice)
    if handle in harvest.incomplete:
        feedback["completeness"] = harvest.incomplete[handle]
    if account.checked_at:
        feedback["checked_at"] = iso(account.checked_at)
    if profile is not None:
        feedback |= {
            "account_id": profile.account_id,
            "title": profile.title,
            "followers": profile.followers,
        }
    return feedback


def _note_beginning(book: AgencyStore, now: datetime) -> None:
    """Remember when collection began: a month it did not cover whole is incomplete."""
    if "began_at" not in book.cursor("collect"):
        book.save_cursor("collect", began_at=iso(now))
