"""``kiprah why``: whether a post counts and why, from its address and the store alone.

No platform is asked. It reads the address' own document, one page of a ledger, the registry and the
month's ranking: some five documents, however many posts there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click
import msgspec

from functions import log
from functions.collect import state as states
from functions.commands.shell import (
    Misused,
    check_month,
    json_option,
    load_settings,
    now_option,
    opened_all,
    tells_errors,
)
from functions.model import (
    DAY,
    Account,
    Entry,
    Measurement,
    MonthState,
    Platform,
    Post,
    Roster,
    Spell,
    Verdict,
    iso,
    month_of,
)
from functions.publish.text import formats
from functions.publish.text.reasons import Case, Original, Unread, told, told_unknown
from functions.registry.addresses.lookup import NO_ADDRESS
from functions.registry.addresses.posts import NotAPost, PostAddress, parse_link, posted_at
from functions.registry.addresses.public import public_address
from functions.score.rules.counting import holder
from functions.store.agency import AgencyStore
from functions.store.agency.posts import Located
from functions.store.evidence import Decision
from functions.thresholds import SETTLED
from functions.times import present


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a post, a sentence each, and its facts as JSON values.

    For a collaboration ``told`` speaks of each account in turn, and ``facts["others"]`` holds the
    facts of all accounts but the first. An unknown fact is None. ``reason`` is ``unknown`` for a
    post that was never read, and None for one that is not scored yet.
    """

    told: tuple[str, ...]
    facts: dict[str, Any]


def why(agency: AgencyStore, text: str, now: datetime, month: str | None = None) -> Answer:
    """Why the post that a text names counts or not, as the registry stood at ``now``.

    Args:
        text: an address in any of its forms, or a message that holds one.
        month: the month it is asked about, ``YYYY-MM``; None = the post's own.

    Raises:
        NotAPost: the text names no post; its sentence says what it is instead.
        StoreError: the store cannot be used.
    """
    link = parse_link(text)
    if link is None:
        raise NotAPost(NO_ADDRESS)
    roster = agency.roster(now) or Roster(as_of=now)
    named = _named(roster, link)
    keys = {account.key for account in named}
    located = sorted(
        agency.find_urls(link.platform, [link.key]), key=lambda one: one.account not in keys
    )
    answers = [answer for one in located if (answer := _found(agency, roster, one, month, link))]
    if not answers:
        return _unknown(agency, roster, link, named, now)
    return Answer(
        told=tuple(line for answer in answers for line in answer.told),
        facts=answers[0].facts | {"others": [answer.facts for answer in answers[1:]]},
    )


# A post that was read


def _found(
    agency: AgencyStore, roster: Roster, located: Located, asked: str | None, link: PostAddress
) -> Answer | None:
    """The answer for one account's post; None when nothing is left of it in the store."""
    entry, is_scored = _entry(agency, located)
    if entry is None:
        return None
    if located.is_part:
        return _part(agency, roster, entry.post, link)
    zone, post = agency.zone, entry.post
    own = month_of(post.published_at, zone)
    state = agency.month_state(own)
    accounts = [account for account in roster.accounts if account.key == post.account]
    satker = holder(accounts, post.published_at)
    verdict = entry.verdict
    if not is_scored and state == "final":
        verdict = _too_late(post, satker)
    shown = verdict if asked in (None, own) else _outside(verdict, satker)
    case = Case(
        entry=Entry(post=post, verdict=shown),
        month=asked or own,
        month_state=state,
        handle=_handle(accounts, post.published_at),
        satker=_name(roster, shown.satker) if shown else None,
        spells=_spells(accounts),
        original=_original(agency, post, verdict),
        decisions=_decisions(agency, own, verdict),
    )
    lines = told(case, zone)
    if shown is None:
        lines += (_waiting(agency, post, own, state),)
    return Answer(told=lines, facts=_facts(case, verdict, own, lines))


def _part(agency: AgencyStore, roster: Roster, first: Post, link: PostAddress) -> Answer:
    """The answer for a further post of a thread, which counts within the first."""
    accounts = [account for account in roster.accounts if account.key == first.account]
    at = posted_at(link) or first.published_at
    satker, own = holder(accounts, at), month_of(first.published_at, agency.zone)
    handle = _handle(accounts, at)
    case = Case(
        entry=Entry(
            post=Post(
                platform=first.platform,
                account_id=first.account_id,
                post_id=link.key,
                published_at=at,
                url=f"https://x.com/{handle or 'i'}/status/{link.key}",
            ),
            verdict=Verdict(
                counted=False,
                reason="thread_part",
                satker=satker,
                measurement=Measurement(state="unmeasured"),
            ),
        ),
        month=own,
        month_state=agency.month_state(own),
        handle=handle,
        satker=_name(roster, satker),
        spells=_spells(accounts),
        thread=_address(first),
    )
    lines = told(case, agency.zone)
    return Answer(told=lines, facts=_facts(case, None, own, lines))


def _entry(agency: AgencyStore, located: Located) -> tuple[Entry | None, bool]:
    """What is held of a post, and whether a ledger holds it."""
    account, post_id, at = located.account, located.post_id, located.published_at
    if entry := agency.entry(account, post_id, at):
        return entry, True
    post = agency.post(account, post_id)
    if post is None:
        return None, False
    # A platform may tell another time than at first: that of a stream, say.
    moved = agency.entry(account, post_id, post.published_at) if post.published_at != at else None
    return moved or Entry(post=post), moved is not None


def _too_late(post: Post, holder: str | None) -> Verdict | None:
    """The verdict on a post found after its month became final: no scoring will judge it."""
    if not post.samples or post.samples[0].taken_at - post.published_at <= SETTLED:
        return None
    return Verdict(
        counted=False,
        reason="found_late" if holder else "account_not_registered",
        satker=holder,
        measurement=Measurement(state="unmeasured"),
    )


def _outside(verdict: Verdict | None, holder: str | None) -> Verdict:
    """The verdict on a post for another month than its own."""
    if verdict is None:
        measurement = Measurement(state="running")
        return Verdict(
            counted=False, reason="outside_month", satker=holder, measurement=measurement
        )
    return msgspec.structs.replace(verdict, counted=False, reason="outside_month")


def _original(agency: AgencyStore, post: Post, verdict: Verdict | None) -> Original | None:
    """The post that a duplicate repeats.

    It is at most 24 h older, so it was published on the same day or the day before.
    """
    if verdict is None or verdict.duplicate_of is None or verdict.duplicate_percent is None:
        return None
    for at in (post.published_at, post.published_at - DAY):
        if found := agency.entry(post.account, verdict.duplicate_of, at):
            return Original(
                url=_address(found.post),
                published_at=found.post.published_at,
                percent=verdict.duplicate_percent,
            )
    return None


def _decisions(agency: AgencyStore, month: str, verdict: Verdict | None) -> tuple[Decision, ...]:
    """The decisions that the verdict follows, from the month's public log."""
    record = agency.month(month) if verdict and verdict.decisions else None
    if record is None or verdict is None:
        return ()
    return tuple(decision for decision in record.decisions if decision.id in verdict.decisions)


def _waiting(agency: AgencyStore, post: Post, month: str, state: MonthState | None) -> str:
    """Why a post that was read has no verdict."""
    zone = agency.zone
    if state == "final":
        return f"{formats.month(month)} sudah final dan tidak diubah lagi."
    began = agency.cursor("collect").get("began_at")
    if began is not None and month < month_of(datetime.fromisoformat(began), zone):
        at = formats.time(datetime.fromisoformat(began), zone)
        return f"Pengumpulan dimulai {at}, jadi {formats.month(month)} tidak dinilai."
    read = f" {formats.time(post.samples[-1].taken_at, zone)}" if post.samples else ""
    return f"Sudah terbaca{read} dan menunggu penilaian berikutnya."


def _facts(case: Case, verdict: Verdict | None, own: str, lines: Sequence[str]) -> dict[str, Any]:
    """The facts of a post; ``verdict`` is that of its own month."""
    post, shown = case.entry.post, case.entry.verdict
    measured = verdict.measurement if verdict else None
    original = case.original
    return _blank(post.platform, post.post_id) | {
        "account": post.account,
        "handle": case.handle or None,
        "satker": shown.satker if shown else None,
        "url": _address(post),
        "published_at": iso(post.published_at),
        "month": own,
        "month_state": case.month_state,
        "asked_month": case.month,
        "counted": shown.counted if shown else None,
        "reason": shown.reason if shown else None,
        "state": measured.state if measured else None,
        "i24": measured.i24 if measured else None,
        "lower": measured.lower if measured else None,
        "upper": measured.upper if measured else None,
        "partial": measured.partial if measured else None,
        "shared": verdict.shared if verdict else None,
        "before": msgspec.to_builtins(measured.before) if measured else None,
        "after": msgspec.to_builtins(measured.after) if measured else None,
        "duplicate_of": verdict.duplicate_of if verdict else None,
        "duplicate_percent": verdict.duplicate_percent if verdict else None,
        "original_url": original.url if original else None,
        "thread_url": case.thread,
        "told": [*lines],
    }


# A post that was never read


def _unknown(
    agency: AgencyStore, roster: Roster, link: PostAddress, named: Sequence[Account], now: datetime
) -> Answer:
    handle = named[-1].handle if named else link.handle
    unread = Unread(
        platform=link.platform,
        handle=handle,
        spells=_spells(named) if named or _is_stranger(roster, link) else None,
        published_at=posted_at(link),
        looked_at=_looked_at(agency, link.platform, named, now),
        is_masked=link.is_masked,
        sums_threads=link.platform == "x" and agency.sums_threads(),
    )
    lines = told_unknown(unread, agency.zone)
    at = unread.published_at
    facts = _blank(link.platform, link.post_id) | {
        "handle": handle,
        "published_at": iso(at) if at else None,
        "month": month_of(at, agency.zone) if at else None,
        "reason": "unknown",
        "told": [*lines],
    }
    return Answer(told=lines, facts=facts)


def _looked_at(
    agency: AgencyStore, platform: Platform, named: Sequence[Account], now: datetime
) -> datetime | None:
    """When the account's list of posts was last read, as collecting remembers it; None: unknown."""
    body = agency.sync_state(platform).body if named else None
    state = states.decode(body) if body else None
    if state is None:
        return None
    held = [state.accounts[a.handle].swept_at for a in named if a.handle in state.accounts]
    return max((at for at in held if at is not None and at <= now), default=None)


def _is_stranger(roster: Roster, link: PostAddress) -> bool:
    """Whether an account that the registry does not name is certainly not registered.

    A Facebook Page has a name and two numbers; the registry knows only one of the three.
    """
    if link.handle is None or link.platform != "facebook":
        return link.handle is not None
    pages = [account.handle for account in roster.accounts if account.platform == "facebook"]
    return not link.handle.isdecimal() and not any(handle.isdecimal() for handle in pages)


def _blank(platform: Platform, post_id: str | None) -> dict[str, Any]:
    """The facts of a post of which nothing is known."""
    unknown = (
        *("account", "handle", "satker", "url", "published_at", "month", "month_state"),
        *("asked_month", "counted", "reason", "state", "i24", "lower", "upper", "partial"),
        *("shared", "before", "after", "duplicate_of", "duplicate_percent", "original_url"),
        "thread_url",
    )
    facts: Mapping[str, Any] = dict.fromkeys(unknown)
    return {"platform": platform, "post_id": post_id, **facts, "told": [], "others": []}


# Whose account it is


def _named(roster: Roster, link: PostAddress) -> list[Account]:
    """The registrations of the account that an address names, oldest first."""
    if link.handle is None:
        return []
    name = link.handle.casefold()
    return sorted(
        (
            account
            for account in roster.accounts
            if account.platform == link.platform
            and name in (account.handle.casefold(), account.account_id)
        ),
        key=lambda account: account.valid_from,
    )


def _handle(accounts: Iterable[Account], at: datetime) -> str:
    """What the account was called when it published, else what it was called last."""
    last = max(accounts, key=lambda a: (a.holds(at), a.valid_from), default=None)
    return last.handle if last else ""


def _address(post: Post) -> str:
    return public_address(post.platform, post.post_id, post.url)


def _name(roster: Roster, satker: str | None) -> str | None:
    """A unit's name, or what it was called last; its id when the registry never had it."""
    units = (*roster.satker, *reversed(roster.former))
    return next((unit.name for unit in units if unit.id == satker), satker)


def _spells(accounts: Iterable[Account]) -> tuple[Spell, ...]:
    """When the account was registered by any satker; spells that follow each other are joined."""
    spells: list[Spell] = []
    for account in sorted(accounts, key=lambda a: a.valid_from):
        begin, end = account.valid_from, account.valid_to
        last = spells[-1] if spells else None
        if last is None or (last.valid_to is not None and last.valid_to < begin):
            spells.append(Spell(valid_from=begin, valid_to=end))
        elif last.valid_to is not None and (end is None or end > last.valid_to):
            spells[-1] = Spell(valid_from=last.valid_from, valid_to=end)
    return tuple(spells)


@click.command("why")
@click.argument("address", metavar="URL")
@click.option("--month", metavar="YYYY-MM", help="Ask about this month instead of the post's own.")
@now_option
@json_option
@tells_errors
def why_command(address: str, month: str | None, now: datetime | None, as_json: bool) -> None:
    """Say why the post at URL counts or does not, from the store alone.

    URL may have any form that people paste: shared, shortened by the app, from a telephone.
    """
    from functions.registry.addresses.posts import NotAPost

    if month is not None:
        check_month(month)
    try:
        with opened_all(load_settings(), now) as agencies:
            answers = (why(agency, address, now or present(), month) for agency in agencies)
            found = next(answers)
            for other in answers if found.facts["reason"] == "unknown" else ():
                found = found if other.facts["reason"] == "unknown" else other
    except NotAPost as refusal:
        raise Misused(str(refusal)) from None
    if as_json:
        click.echo(log.clean(json.dumps(found.facts, ensure_ascii=False)))
    else:
        click.echo(log.clean("\n".join(found.told)))
