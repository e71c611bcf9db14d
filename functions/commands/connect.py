"""``kiprah connect``: consents given by link or file, withdrawn, and sealed with another key."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from functions import log
from functions.commands.shell import (
    Misused,
    agency_option,
    content_of,
    fail,
    json_option,
    load_settings,
    now_option,
    opened,
    opened_all,
    tell,
    tells_errors,
)
from functions.settings import SettingsError
from functions.times import present

# What became of each line of a file of consents.
CONSENTS = {
    "new": "izin baru",
    "replaced": "izin baru, mengganti yang lama",
    "kept": "sudah ada",
    "withdrawn": "tidak disimpan: izin ini telah dicabut; perlu token baru",
}


NO_SATKER = "kiprah registry export shows the satker and their accounts"


@click.group()
def connect() -> None:
    """Consents of TikTok accounts, and Facebook Pages' own tokens."""


@connect.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@agency_option
@now_option
@json_option
@tells_errors
def connect_import(file: Path, agency_id: str | None, now: datetime | None, as_json: bool) -> None:
    """Import consents from FILE, a CSV satker,platform,handle,refresh_token.

    A TikTok account's row carries its refresh token, a Facebook Page's row the Page's own
    long-lived access token.
    """
    from functions.registry.addresses.profiles import parse_handle
    from functions.tokens.consents import Consents
    from functions.tokens.files import ConsentFileError, matched, read
    from functions.tokens.vault import open_vault

    loaded, at = load_settings(), now or present()
    with opened(loaded, agency_id, now) as agency:
        try:
            rows = read(content_of(file), parse_handle)
            log.hide(row.refresh_token for row in rows)
            rows = matched(rows, agency.roster(max(at, present())), at)
        except ConsentFileError as error:
            for line in error.lines[:-1]:
                click.echo(f"kiprah: {file}: {line}", err=True)
            fail(f"{file}: {error.lines[-1]}")
        became = Consents(agency, lambda: open_vault(loaded)).add(rows, at)
    stored = [
        {"satker": row.satker, "platform": row.platform, "handle": row.handle, "consent": what}
        for row, what in zip(rows, became, strict=True)
    ]
    added = sum(what in ("new", "replaced") for what in became)
    report = {"job": "connect import", "consents": len(rows), "added": added, "stored": stored}
    for one in [] if as_json else stored:
        words = CONSENTS[one["consent"]]
        click.echo(f"{one['satker']}  {one['platform']}  {one['handle']}  {words}")
    tell(report, as_json, f"{added} izin baru dari {len(rows)} baris.")


@connect.command("link")
@click.argument("satker")
@agency_option
@now_option
@tells_errors
def connect_link(satker: str, agency_id: str | None, now: datetime | None) -> None:
    """Print a link for each TikTok account of SATKER, which its staff opens to consent."""
    from functions.connect import ticket
    from functions.connect.flow import handles, links_from
    from functions.tokens.vault import open_vault

    loaded, at = load_settings(), now or present()
    if not loaded.connect_url:
        raise SettingsError(
            "KIPRAH_CONNECT_URL is not set; set it to the address of the function connect"
        )
    with opened(loaded, agency_id, now) as agency:
        roster = agency.roster(at)
        known = {unit.id for unit in roster.satker} if roster else set()
        found = handles(agency, satker, at)
        from_when = links_from(agency, found, at)
    if satker not in known:
        fail(f"no satker {satker!r} in the registry; kiprah registry export shows their ids")
    if not found:
        fail(f"{satker} has no TikTok account in the registry; enter its handle there first")
    vault = open_vault(loaded)
    for handle in found:
        sealed = ticket.issue(vault, agency.id, satker, handle, from_when[handle])
        click.echo(f"@{handle}  {ticket.link(loaded.connect_url, sealed)}")


@connect.command("withdraw")
@click.argument("satker")
@click.option("--platform", type=click.Choice(["tiktok", "facebook"]), help="Both when left out.")
@click.option("--handle", help="One of its accounts; all when left out.")
@agency_option
@now_option
@json_option
@tells_errors
def connect_withdraw(
    satker: str,
    platform: Any,
    handle: str | None,
    agency_id: str | None,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Withdraw the consents of SATKER's accounts: their tokens are deleted, TikTok is told.

    Links that were sent are void with it. A TikTok account is not read until a new consent.
    """
    from functions.collect.sync import note_wrong
    from functions.connect import withdrawing
    from functions.connect.tiktok_app import revoker
    from functions.tokens.vault import open_vault

    loaded, at = load_settings(), now or present()
    with opened(loaded, agency_id, now) as agency:
        roster = agency.roster(max(at, present()))
        accounts = withdrawing.meant(agency, roster, satker, platform, handle)
        if not accounts:
            fail(f"{satker} has no such account that could have consented; {NO_SATKER}")
        asks = revoker(loaded, simulated=agency.simulation)
        done = asyncio.run(
            withdrawing.withdraw(agency, lambda: open_vault(loaded), asks, satker, accounts, at)
        )
        told = withdrawing.feedback(roster, done, at)
        agency.save_feedback(told)
        note_wrong(agency, "tiktok", {handle: said["status"] for _, _, handle, said in told}, at)
    for one in () if as_json else done:
        click.echo(one.line)
    tell(withdrawing.report(done), as_json, "")


@connect.command("rekey")
@click.option("--new-key", is_flag=True, help="Make a new key in the key file first.")
@click.option("--drop-old", is_flag=True, help="Take the old key out of the key file at once.")
@now_option
@json_option
@tells_errors
def connect_rekey(new_key: bool, drop_old: bool, now: datetime | None, as_json: bool) -> None:
    """Seal every stored secret with the newest key, so that the old one may go.

    With KIPRAH_TOKEN_KEY set it to NEW,OLD first; without it --new-key makes one in the key file.
    """
    from functions.connect.rekey import rekey

    loaded = load_settings()
    with opened_all(loaded, now) as agencies:
        try:
            done = rekey(agencies, loaded, now or present(), new_key=new_key, drop_old=drop_old)
        except ValueError as refusal:
            raise Misused(str(refusal)) from None
    if not as_json:
        click.echo(f"{done.count.resealed} secrets sealed anew; {done.said}")
    tell(done.report(), as_json, "")
