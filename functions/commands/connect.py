"""``kiprah connect``: consents given by link or file, withdrawn, and sealed with another key."""

from __future__ import annotations

import asyncio
import codecs
import os
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import click

from functions import log
from functions.commands.shell import (
    Misused,
    agency_option,
    chosen,
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
from functions.connect.links import Invitation
from functions.model import Agency
from functions.settings import Settings, SettingsError
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
    long-lived access token. With platform tiktok_business the refresh token is the one that the
    account gave TikTok's Business app, by which its comments are read.
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
    _check_address(loaded)
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


@connect.command("links")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--all", "everyone", is_flag=True, help="List those as well who have consented.")
@click.option("--renew", is_flag=True, help="Make new links for them, too; they stay consented.")
@click.option(
    "--agency", "agency_id", metavar="ID", help="One of KIPRAH_AGENCIES; all when left out."
)
@now_option
@tells_errors
def connect_links(
    file: Path | None, everyone: bool, renew: bool, agency_id: str | None, now: datetime | None
) -> None:
    """Write the links of all TikTok accounts that have not consented, and each account's state.

    FILE is CSV or XLSX by its name, for its owner alone to read; without it the sheet goes to
    stdout as CSV. Whoever has a link may consent for its account: hand each to its unit alone.
    """
    from functions.connect.links import invitations
    from functions.tokens.vault import open_vault

    loaded, at = load_settings(), now or present()
    _check_address(loaded)
    if file is not None and file.suffix.lower() not in (".csv", ".xlsx"):
        raise Misused(f"{file}: what is written is CSV or XLSX; name the file .csv or .xlsx")
    with opened_all(loaded, now) as agencies:
        wanted = [chosen(agencies, agency_id)] if agency_id is not None else agencies
        vault = cache(lambda: open_vault(loaded))
        found = [
            (agency.agency, one)
            for agency in wanted
            for one in invitations(agency, vault, loaded.connect_url, at, renew=renew)
        ]
    if not found:
        fail("no satker has a TikTok account in the registry; enter their handles there first")
    several = len(agencies) > 1
    rows = [
        _link_row(one, agency, several=several) for agency, one in found if everyone or one.link
    ]
    _write_links(file, rows, at, several=several)
    made = sum(one.link is not None for _, one in found)
    given = sum(one.has_consented for _, one in found)
    said = f"kiprah: {len(found)} TikTok accounts, {given} have consented; {made} new links"
    care = "; whoever has a link can consent by it: hand each to its unit alone, then delete them"
    click.echo(said + (care if made else ""), err=True)


def _check_address(loaded: Settings) -> None:
    if not loaded.connect_url:
        raise SettingsError(
            "KIPRAH_CONNECT_URL is not set; set it to the address of the function connect"
        )


def _link_row(one: Invitation, agency: Agency, *, several: bool) -> list[str | None]:
    until = None
    if one.good_until is not None:
        until = f"{one.good_until.astimezone(agency.zone):%Y-%m-%d %H:%M %Z}"
    row = [one.satker, one.name, one.handle, one.link, until, one.state]
    return [agency.id, *row] if several else row


def _write_links(
    file: Path | None, rows: Sequence[Sequence[str | None]], at: datetime, *, several: bool
) -> None:
    """The sheet into a file that its owner alone can read, or as CSV to stdout."""
    from functions.publish.files.tables import Column, write_csv, write_xlsx

    columns = [
        Column("satker", "id satker", 24, is_id=True),
        Column("nama", "nama satker", 40),
        Column("akun", "nama akun TikTok", 24, is_id=True),
        Column("tautan", "tautan untuk pemilik akun; hanya untuk satker itu", 60, is_id=True),
        Column("berlaku_sampai", "sesudahnya tautan tidak dapat dipakai", 22),
        Column("izin", "keadaan izin akun ini", 40),
    ]
    columns = [Column("instansi", "id instansi", 16, is_id=True), *columns] if several else columns
    if file is None:
        click.echo(write_csv(columns, rows).removeprefix(codecs.BOM_UTF8), nl=False)
        return
    is_csv = file.suffix.lower() == ".csv"
    content = write_csv(columns, rows) if is_csv else write_xlsx("izin", columns, rows, created=at)
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as opened_file:
            file.chmod(0o600)  # also where the file was there before
            opened_file.write(content)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}; choose another place")


@connect.command("withdraw")
@click.argument("satker")
@click.option(
    "--platform",
    type=click.Choice(["tiktok", "facebook", "tiktok_business"]),
    help="All when left out.",
)
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
