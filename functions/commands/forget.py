"""``kiprah forget``: what is kept of a unit's threads, or of one comment, is deleted for good."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click

from functions.commands.shell import (
    Misused,
    agency_option,
    fail,
    instant_of,
    json_option,
    load_settings,
    now_option,
    opened,
    tell,
    tells_errors,
)
from functions.jobs import turns
from functions.listen.comments.erasing import erase_unit, remembered
from functions.listen.comments.hashes import hasher_of
from functions.listen.comments.sampling import erase_threads
from functions.listen.report import JOB
from functions.model import PLATFORMS
from functions.parsing.cleaning import unwrapped
from functions.parsing.nearest import meant
from functions.registry.addresses.comments import CommentAddress, NotAComment, comment_at
from functions.registry.units import ID
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.fields import shown
from functions.store.listening_settings import NAME, read_listening
from functions.tokens.vault import VaultError, open_vault


def known_units(agency: AgencyStore, now: datetime) -> frozenset[str]:
    """The units that are or were registered, or of which anything may be kept."""
    roster = agency.roster(now)
    registered = () if roster is None else (*roster.satker, *roster.former)
    read = agency.inboxes(PLATFORMS).values()
    return frozenset(
        [
            *(unit.id for unit in registered),
            *(inbox.satker for inboxes in read for inbox in inboxes.values()),
            *remembered(agency).heard,
        ]
    )


def forget_comment(
    agency: AgencyStore, settings: Settings, comment: CommentAddress, now: datetime
) -> bool:
    """Keep nothing of a comment, now and later; whether anything was kept.

    VaultError: the key of the hashes cannot be opened.
    """
    hasher = hasher_of(agency, lambda: open_vault(settings))
    hashes = {hasher.thread(comment.platform, id) for id in comment.ids}
    # Of what is followed the id itself is known: Facebook's holds the post's number, which the
    # address may not show.
    for inbox in agency.inboxes([comment.platform])[comment.platform].values():
        hashes |= {
            name
            for name, one in inbox.open.items()
            if {one.id, one.id.rpartition("_")[2]} & {*comment.ids}
        }
    is_found = agency.forget_thread(comment.platform, hashes, now)
    return erase_threads(agency, now, hashes=hashes) > 0 or is_found


@click.command("forget")
@click.argument("what", metavar="SATKER|URL")
@click.option("--yes", is_flag=True, help="Do not ask.")
@agency_option
@now_option
@json_option
@tells_errors
def forget_command(
    what: str, yes: bool, agency_id: str | None, now: datetime | None, as_json: bool
) -> None:
    """Delete for good what is kept of SATKER's threads, or of the comment at URL.

    Of a comment nothing is kept later, either. URL is the comment's own address: YouTube's with
    lc=, Facebook's with comment_id=, Instagram's ending in /c/NUMBER/, TikTok's with
    share_comment_id=, on X the post's; or platform:id.
    """
    loaded, named = load_settings(), unwrapped(what)
    with opened(loaded, agency_id, now) as agency:
        at = instant_of(agency, now)
        if ID.fullmatch(named.casefold()):
            _forget_unit(agency, named.casefold(), at, yes=yes, as_json=as_json)
            return
        try:
            comment = comment_at(what)
        except NotAComment as refusal:
            raise Misused(str(refusal)) from None
        _sure("Hapus catatan tentang komentar itu untuk selamanya?", yes=yes)
        with _turn(agency, at):
            try:
                is_found = forget_comment(agency, loaded, comment, at)
            except VaultError as error:
                fail(str(error))
    words = "Komentar itu dihapus dari catatan" if is_found else "Komentar itu tidak tercatat"
    report = {"job": "forget", "platform": comment.platform, "found": is_found}
    tell(report, as_json, f"{words}; mulai kini ia tidak akan dicatat.")


def _forget_unit(
    agency: AgencyStore, satker: str, now: datetime, *, yes: bool, as_json: bool
) -> None:
    known = known_units(agency, now)
    if satker not in known:
        fail(f"satker {shown(satker)} tidak terdaftar{meant(satker, known)}")
    _sure(f"Hapus semua catatan percakapan {satker} untuk selamanya?", yes=yes)
    with _turn(agency, now):
        erased = erase_unit(agency, satker, now)
    if read_listening(agency.settings(NAME))[0].agreed(satker):
        click.echo(
            f"kiprah: persetujuan {satker} masih tertulis di settings/{NAME}; tulis dicabut di "
            "sana, atau komentarnya dibaca lagi",
            err=True,
        )
    report = {"job": "forget", "satker": satker, "erased": erased}
    tell(report, as_json, f"{erased} catatan percakapan {satker} dihapus.")


def _sure(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise Misused("what is forgotten is gone for good; add --yes")
    click.confirm(question, abort=True, err=True)


@contextmanager
def _turn(agency: AgencyStore, now: datetime) -> Iterator[None]:
    """While nobody reads comments: a reading that has begun would bring back what it has seen."""
    with turns.taken(agency, JOB, now) as turn:
        if turn.other is not None:
            fail(f"{turn.other}; try again when it has ended")
        yield
