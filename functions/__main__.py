"""The command line: ``kiprah`` or ``python -m functions``.

Exits 0 on success, 1 when the work failed, 2 on wrong usage; errors are one line on stderr.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from functions import log, settings
from functions.agencies import idle, of_each
from functions.model import PLATFORMS, Agency, run_id
from functions.settings import Settings, SettingsError
from functions.store import open_agencies
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.times import NowError, parse_now, present, refuse_future

if TYPE_CHECKING:
    from functions.registry.changes import Changes


class Failed(click.ClickException):
    """The work failed: one line on stderr, exit status 1."""


class Misused(Failed):
    """The command cannot be carried out as it was put: exit status 2."""

    exit_code = 2


class _Instant(click.ParamType[datetime]):
    name = "ISO-8601"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return parse_now(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


# What became of each line of a file of consents.
CONSENTS = {
    "new": "izin baru",
    "replaced": "izin baru, mengganti yang lama",
    "kept": "sudah ada",
    "withdrawn": "tidak disimpan: izin ini telah dicabut; perlu token baru",
}

now_option = click.option(
    "--now", type=_Instant(), metavar="ISO-8601", help="Act at this instant instead of the present."
)
NO_SATKER = "kiprah registry export shows the satker and their accounts"
KEY_ELSEWHERE = (
    "the token key (KIPRAH_TOKEN_KEY, or the key file beside the store) is not in the backup; keep "
    "it elsewhere: without it the stored consents are lost"
)
MOST_BYTES = 16 * 1024 * 1024  # of a file that is imported
PORT = click.IntRange(0, 65535)
agency_option = click.option(
    "--agency", metavar="ID", help="One of KIPRAH_AGENCIES; the first when left out."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")


@contextmanager
def opened_all(loaded: Settings, now: datetime | None = None) -> Iterator[list[AgencyStore]]:
    """Every agency of the installation, their store closed afterwards.

    ``now``: what was given for it, None: nothing. ``NowError`` when the store takes no such time.
    """
    books = open_agencies(loaded)
    try:
        if now is not None and not books[0].simulation:
            refuse_future(now)
        yield books
    finally:
        books[0].store.close()


@contextmanager
def opened(
    loaded: Settings, agency: str | None = None, now: datetime | None = None
) -> Iterator[AgencyStore]:
    """One agency, the first when none is named, its store closed afterwards; as ``opened_all``."""
    with opened_all(loaded, now) as books:
        yield chosen(books, agency)


def chosen(books: Sequence[AgencyStore], agency: str | None) -> AgencyStore:
    """The agency of an id, the first without one; ``Misused`` when there is none of that id."""
    for book in books:
        if agency in (None, book.agency.id):
            return book
    known = ", ".join(book.agency.id for book in books)
    raise Misused(f"there is no agency {agency!r}; choose {known}")


def tells_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the errors that people can act on into one line and an exit status."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (SettingsError, NowError) as error:
            raise Misused(str(error)) from None
        except StoreError as error:
            _fail(str(error))

    return wrapped


def _fail(message: str) -> NoReturn:
    raise Failed(message)


def load_settings() -> Settings:
    """The settings, with their secrets kept out of all output from now on; what looks like one and
    is none is told."""
    loaded = settings.load()
    log.hide(loaded.secrets())
    for said in settings.strangers():
        click.echo(f"kiprah: {said}", err=True)
    return loaded


def tell(report: dict[str, Any], as_json: bool, words: str) -> None:
    """Print the report as JSON, or in words on a terminal; a failed run exits with 1."""
    if as_json:
        click.echo(log.clean(json.dumps(report, ensure_ascii=False, default=str)))
    elif sys.stdout.isatty():
        click.echo(words)
    for problem in report.get("problems", []):
        click.echo(log.clean(f"kiprah: {problem}"), err=True)
    if report.get("failed") or any(own.get("failed") for own in of_each(report)):
        sys.exit(1)


class _Commands(click.Group):
    """The commands; a wrong use of them is told in one line, as every other error is."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **{**kwargs, "standalone_mode": False})
        except click.Abort:
            click.echo("kiprah: interrupted", err=True)
            sys.exit(1)
        except click.exceptions.NoArgsIsHelpError as asked:
            asked.show()
            sys.exit(asked.exit_code)
        except click.ClickException as error:
            words = error.format_message()
            if isinstance(error, click.UsageError) and error.ctx:
                words = f"{words.rstrip('.')}; see {error.ctx.command_path} --help"
            click.echo(f"kiprah: {log.clean(' '.join(words.split()))}", err=True)
            sys.exit(error.exit_code)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Open monthly rankings of the social media of an agency's work units."""
    log.quiet()


@cli.group()
def registry() -> None:
    """Who is measured: satker and their accounts."""


@registry.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@now_option
@json_option
@tells_errors
def registry_import(file: Path, now: datetime | None, as_json: bool) -> None:
    """Import FILE (CSV or XLSX). With any error in it, nothing is changed.

    Says first which units and accounts begin, end and change; what ends is always said, on stderr.
    A column that FILE does not have is left as it is, an empty cell clears.
    """
    from functions.registrar import Imported, Refused, import_rows
    from functions.registry.doubles import held_twice

    at = present if now is None else lambda: now
    with opened_all(load_settings(), now) as books:
        where, rows = _rows(file)
        aloud = sys.stdout.isatty() and not as_json

        def say(book: AgencyStore, changes: Changes) -> None:
            _tell_changes(where, changes, book if len(books) > 1 else None, aloud=aloud)

        try:
            done: dict[str, Imported] = import_rows(books, rows, at, say)
        except Refused as refusal:
            _fail_each(where, refusal.problems)
    reports = {agency: imported.report() for agency, imported in done.items()}
    accounts = sum(report["accounts"] for report in reports.values())
    words = (
        f"{sum(report['satker'] for report in reports.values())} satker, {accounts} akun terdaftar."
    )
    if len(books) == 1:
        tell(reports[books[0].agency.id], as_json, words)
        return
    problems = [f"{name}: {said}" for name, own in reports.items() for said in own["problems"]]
    rosters = {name: own.enrolled.roster for name, own in done.items() if own.enrolled}
    report = {
        "job": "registry import",
        "agencies": reports,
        "problems": problems + held_twice(rosters, at()),
    }
    tell(report, as_json, words)


@registry.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@tells_errors
def registry_check(file: Path) -> None:
    """Check FILE without importing it, and say what an import would begin, end and change."""
    from functions.registrar import Refused, plan

    with opened_all(load_settings()) as books:
        where, rows = _rows(file)
        try:
            plans = plan(books, rows, present())
        except Refused as refusal:
            _fail_each(where, refusal.problems)
    for planned in plans:
        book = planned.book if len(books) > 1 else None
        _tell_changes(where, planned.changes, book, aloud=True)
    satker = sum(len(planned.documents) for planned in plans)
    click.echo(f"{where}: {satker} satker, tidak ada kesalahan.")


def _rows(file: Path) -> tuple[str, list[tuple[int, dict[str, str]]]]:
    """Where a file's rows were read from, in words, and the rows."""
    from functions.registry import files

    try:
        table = files.load(_content(file), file.name)
    except files.FileError as error:
        _fail(f"{file}: {error}")
    return (f"{file}, lembar {table.sheet!r}" if table.sheet else str(file)), table.rows


def _tell_changes(where: str, changes: Changes, book: AgencyStore | None, *, aloud: bool) -> None:
    """A line for each; what ends is told in a pipe as well, so that nothing ends in silence."""
    whose = f"{book.agency.id}: " if book else ""
    for title, lines in {"mulai": changes.begins, "berubah": changes.changes}.items():
        for line in lines if aloud else ():
            click.echo(log.clean(f"{title}: {whose}{line}"))
    for line in changes.ends:
        click.echo(log.clean(f"kiprah: {where}: {whose}{line}"), err=True)


def _fail_each(where: str, problems: Sequence[str]) -> NoReturn:
    """Every problem on a line of its own."""
    for problem in problems[:-1]:
        click.echo(log.clean(f"kiprah: {where}: {problem}"), err=True)
    _fail(f"{where}: {problems[-1]}")


@registry.command("export")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--agency", metavar="ID", help="One of KIPRAH_AGENCIES; all when left out.")
@tells_errors
def registry_export(file: Path | None, agency: str | None) -> None:
    """Write the registry as CSV to FILE, or to the terminal."""
    from functions.registry import files

    with opened_all(load_settings()) as books:
        wanted = [chosen(books, agency)] if agency is not None else books
        documents = _registries(wanted)
    several = len(books) > 1
    if file is not None and file.suffix.lower() in (".xlsx", ".xls"):
        raise Misused(f"{file}: what is written is CSV; name the file .csv")
    content = files.write_agencies(documents if several else {"": documents[books[0].agency.id]})
    if file is None:
        click.echo(content.decode(), nl=False)
        return
    try:
        file.write_bytes(content)
    except OSError as error:
        _fail(f"{file} cannot be written: {error.strerror}; choose another place")


def _registries(books: Sequence[AgencyStore]) -> dict[str, dict[str, dict[str, Any]]]:
    """The satker documents of each agency, by its id."""
    return {
        book.agency.id: {stored.id: stored.data for stored in book.satker_documents()}
        for book in books
    }


def _content(file: Path) -> bytes:
    """The file's bytes, no more of them than any file of ours has."""
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        _fail(f"{file} cannot be read: {error.strerror}")


@cli.group()
def connect() -> None:
    """Consents of TikTok accounts, and Facebook Pages' own tokens."""


@connect.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@agency_option
@now_option
@json_option
@tells_errors
def connect_import(file: Path, agency: str | None, now: datetime | None, as_json: bool) -> None:
    """Import consents from FILE, a CSV satker,platform,handle,refresh_token.

    A TikTok account's row carries its refresh token, a Facebook Page's row the Page's own
    long-lived access token.
    """
    from functions.connect.consents import Consents
    from functions.connect.files import FileError, matched, read
    from functions.connect.vault import open_vault
    from functions.registry.addresses.profiles import parse_handle

    loaded, at = load_settings(), now or present()
    with opened(loaded, agency, now) as book:
        try:
            rows = read(_content(file), parse_handle)
            log.hide(row.refresh_token for row in rows)
            rows = matched(rows, book.roster(max(at, present())), at)
        except FileError as error:
            for line in error.lines[:-1]:
                click.echo(f"kiprah: {file}: {line}", err=True)
            _fail(f"{file}: {error.lines[-1]}")
        became = Consents(book, lambda: open_vault(loaded)).add(rows, at)
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
def connect_link(satker: str, agency: str | None, now: datetime | None) -> None:
    """Print a link for each TikTok account of SATKER, which its staff opens to consent."""
    from functions.connect import ticket
    from functions.connect.flow import handles, links_from
    from functions.connect.vault import open_vault

    loaded, at = load_settings(), now or present()
    if not loaded.connect_url:
        raise SettingsError(
            "KIPRAH_CONNECT_URL is not set; set it to the address of the function connect"
        )
    with opened(loaded, agency, now) as book:
        roster = book.roster(at)
        known = {unit.id for unit in roster.satker} if roster else set()
        found = handles(book, satker, at)
        from_when = links_from(book, found, at)
    if satker not in known:
        _fail(f"no satker {satker!r} in the registry; kiprah registry export shows their ids")
    if not found:
        _fail(f"{satker} has no TikTok account in the registry; enter its handle there first")
    vault = open_vault(loaded)
    for handle in found:
        sealed = ticket.issue(vault, book.agency.id, satker, handle, from_when[handle])
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
    agency: str | None,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Withdraw the consents of SATKER's accounts: their tokens are deleted, TikTok is told.

    Links that were sent are void with it. A TikTok account is not read until a new consent.
    """
    from functions.collect.consent import revoker
    from functions.collect.desk import note_wrong
    from functions.connect import withdrawing
    from functions.connect.vault import open_vault

    loaded, at = load_settings(), now or present()
    with opened(loaded, agency, now) as book:
        roster = book.roster(max(at, present()))
        accounts = withdrawing.meant(book, roster, satker, platform, handle)
        if not accounts:
            _fail(f"{satker} has no such account that could have consented; {NO_SATKER}")
        asks = revoker(loaded, simulated=book.simulation)
        done = asyncio.run(
            withdrawing.withdraw(book, lambda: open_vault(loaded), asks, satker, accounts, at)
        )
        told = withdrawing.feedback(roster, done, at)
        book.save_feedback(told)
        note_wrong(book, "tiktok", {handle: said["status"] for _, _, handle, said in told}, at)
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
    with opened_all(loaded, now) as books:
        try:
            done = rekey(books, loaded, now or present(), new_key=new_key, drop_old=drop_old)
        except ValueError as refusal:
            raise Misused(str(refusal)) from None
    if not as_json:
        click.echo(f"{done.count.resealed} secrets sealed anew; {done.said}")
    tell(done.report(), as_json, "")


@cli.command()
@click.option("--platform", "platforms", multiple=True, type=click.Choice(PLATFORMS))
@now_option
@json_option
@tells_errors
def collect(platforms: tuple[Any, ...], now: datetime | None, as_json: bool) -> None:
    """Read what is due on every platform."""
    from functions.collect.job import collect_all

    loaded, at = load_settings(), now or present()
    with opened_all(loaded, now) as books:
        report = asyncio.run(
            collect_all(
                books,
                loaded,
                now=at,
                run_id=run_id("collect", at),
                simulated=now is not None,
                platforms=platforms or PLATFORMS,
            )
        )
    own = of_each(report)
    summaries = [summary for one in own for summary in one.get("platforms", {}).values()]
    found = sum(summary["posts_found"] for summary in summaries)
    sent = sum(summary["requests"] for summary in summaries)
    # Credentials are everybody's: what is said of one agency's platform is said once.
    skipped = {platform: why for one in own for platform, why in one.get("skipped", {}).items()}
    _tell_idle(report)
    for platform, reason in skipped.items():
        if platform != "collect":
            click.echo(f"kiprah: {platform} is skipped: {reason}", err=True)
    tell(report, as_json, f"{found} unggahan baru dengan {sent} permintaan.")


@cli.command()
@now_option
@json_option
@tells_errors
def score(now: datetime | None, as_json: bool) -> None:
    """Compute 24-hour interactions and the monthly rankings."""
    from functions.score.job import score_all

    at = now or present()
    with opened_all(load_settings(), now) as books:
        report = score_all(books, now=at, run_id=run_id("score", at))
    own = of_each(report)
    _tell_idle(report)
    folded = sum(one.get("folded", 0) for one in own)
    states = [
        f"{month} {facts['state']}" for one in own for month, facts in one.get("months", {}).items()
    ]
    tell(report, as_json, f"{folded} unggahan baru dibukukan; {', '.join(dict.fromkeys(states))}.")


def _tell_idle(report: dict[str, Any]) -> None:
    """Say where another run was at work, and this one did nothing."""
    for agency, why in idle(report).items():
        of = f"{agency}: " if agency else ""
        click.echo(f"kiprah: {of}{why}", err=True)


@cli.command()
@now_option
@json_option
@tells_errors
def publish(now: datetime | None, as_json: bool) -> None:
    """Render the site and its data files, and put what changed."""
    from functions.publish.job import publish_all
    from functions.publish.objects import ObjectsError
    from functions.publish.stamp import OutdatedError

    loaded, at = load_settings(), now or present()
    with opened_all(loaded, now) as books:
        try:
            report = publish_all(books, now=at, settings=loaded, run_id=run_id("publish", at))
        except OutdatedError as error:
            raise Misused(str(error)) from None
        except ObjectsError as error:
            _fail(str(error))
    own = of_each(report)
    _tell_idle(report)
    uploaded = sum(one.get("uploaded", 0) for one in own)
    unchanged = sum(one.get("unchanged", 0) for one in own)
    tell(report, as_json, f"{uploaded} berkas diperbarui, {unchanged} tetap.")


@cli.command()
@click.argument("month")
@click.option(
    "--from",
    "place",
    metavar="FOLDER-OR-URL",
    help="The published site, or what KIPRAH_FROZEN keeps of it; without it KIPRAH_SITE's folder.",
)
@click.option(
    "--agency", metavar="ID", help="Whose site; from the second on it lies in the folder ID."
)
@json_option
@tells_errors
def audit(month: str, place: str | None, agency: str | None, as_json: bool) -> None:
    """Recompute MONTH (such as 2026-10) from the published evidence alone, without the store.

    Says "identical", or lists each difference and exits with 1. Every month before it is looked at
    as well.
    """
    from functions.audit import SourceError, source
    from functions.audit import audit as check_month

    _check_month(month)
    try:
        folder = "" if agency is None else _site_of(agency, known=place is None)
        if place is None:
            place = str(_site_folder(load_settings().site, folder))
        elif folder:
            place = f"{place.rstrip('/')}/{folder}"
        found = check_month(source(place), month)
    except SourceError as error:
        _fail(str(error))
    if as_json:
        click.echo(json.dumps({**asdict(found), "identical": found.identical}))
    else:
        for difference in found.differences:
            click.echo(difference)
        for name, digest in found.months.items() if found.identical else ():
            click.echo(f"{name} {digest} identical")
    if not found.identical:
        sys.exit(1)


@cli.command()
@click.argument("address", metavar="URL")
@click.option("--month", metavar="YYYY-MM", help="Ask about this month instead of the post's own.")
@now_option
@json_option
@tells_errors
def why(address: str, month: str | None, now: datetime | None, as_json: bool) -> None:
    """Say why the post at URL counts or does not, from the store alone.

    URL may have any form that people paste: shared, shortened by the app, from a telephone.
    """
    from functions.registry.addresses.posts import NotAPost
    from functions.why import why as answer

    if month is not None:
        _check_month(month)
    try:
        with opened_all(load_settings(), now) as books:
            answers = (answer(book, address, now or present(), month) for book in books)
            found = next(answers)
            for other in answers if found.facts["reason"] == "unknown" else ():
                found = found if other.facts["reason"] == "unknown" else other
    except NotAPost as refusal:
        raise Misused(str(refusal)) from None
    if as_json:
        click.echo(log.clean(json.dumps(found.facts, ensure_ascii=False)))
    else:
        click.echo(log.clean("\n".join(found.told)))


by_option = click.option("--by", required=True, help="Who says so; stands in the public log.")
why_option = click.option("--why", required=True, help="The reason, in Indonesian; public.")
link_option = click.option("--link", help="Where it is written down; public.")


@cli.command()
@click.argument("address", metavar="[URL]", required=False)
@click.option("--action", type=click.Choice(["exclude", "include", "reassign", "set_value"]))
@by_option
@why_option
@link_option
@click.option("--satker", help="Whom reassign gives the post to.")
@click.option("--value", type=click.IntRange(min=0), help="The 24-hour interactions of set_value.")
@click.option("--account", help="One account of a shared post, such as instagram:178.")
@click.option("--objection", metavar="ID", help="The objection that this grants, or rejects.")
@click.option("--reject", is_flag=True, help="Reject the objection: nothing changes.")
@click.option("--revise", is_flag=True, help="Make a revision of a month that is final.")
@agency_option
@now_option
@json_option
@tells_errors
def decide(
    address: str | None,
    action: Any,
    by: str,
    why: str,
    link: str | None,
    satker: str | None,
    value: int | None,
    account: str | None,
    objection: str | None,
    reject: bool,
    revise: bool,
    agency: str | None,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Decide about the post at URL: what counts changes at the next scoring.

    Every decision stands in the month's public log. With --reject an objection is answered and
    nothing changes.
    """
    from functions import contest

    said = contest.Said(by, now or present(), why, link)
    id = None
    with opened(load_settings(), agency, now) as book, _told_refusals():
        if reject:
            if objection is None or action is not None:
                raise Misused("--reject needs --objection, and takes no --action")
            contest.reject(book, objection, said)
        elif address is None or action is None:
            raise Misused("name the post's URL and an --action, or --objection and --reject")
        elif (action == "reassign") != (satker is not None):
            raise Misused("--satker goes with --action reassign, and only with it")
        elif (action == "set_value") != (value is not None):
            raise Misused("--value goes with --action set_value, and only with it")
        else:
            id = contest.decide(
                book,
                address,
                said,
                action=action,
                satker=satker,
                value=value,
                account=account,
                objection=objection,
                revise=revise,
            )
    words = f"Keputusan {id} berlaku pada penilaian berikutnya." if id else "Sanggahan ditolak."
    tell({"job": "decide", "decision": id, "objection": objection}, as_json, words)


@cli.command("object")
@click.argument("address", metavar="[URL]", required=False)
@by_option
@why_option
@link_option
@click.option("--month", metavar="YYYY-MM", help="The month, where it is about no single post.")
@click.option("--satker", help="The unit that objects.")
@agency_option
@now_option
@json_option
@tells_errors
def object_to(
    address: str | None,
    by: str,
    why: str,
    link: str | None,
    month: str | None,
    satker: str | None,
    agency: str | None,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Object to how the post at URL counts, or to a month.

    The objection stands in the month's public log. Undecided, it keeps the month from becoming
    final.
    """
    from functions import contest

    if month is not None:
        _check_month(month)
    if (address is None) == (month is None):
        raise Misused("name either the post's URL or a --month")
    said = contest.Said(by, now or present(), why, link)
    with opened(load_settings(), agency, now) as book, _told_refusals():
        id = contest.contest(book, address, said, month=month, satker=satker)
    tell({"job": "object", "objection": id}, as_json, f"Sanggahan {id} tercatat.")


@contextmanager
def _told_refusals() -> Iterator[None]:
    """What cannot be done is one line; an address of no post is a wrong use."""
    from functions.contest import Refused
    from functions.registry.addresses.posts import NotAPost

    try:
        yield
    except NotAPost as refusal:
        raise Misused(str(refusal)) from None
    except Refused as refusal:
        _fail(str(refusal))


def _check_month(month: str) -> None:
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
        raise Misused(f"{month!r} is no month; write for example 2026-10")


@cli.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@tells_errors
def backup_store(file: Path, as_json: bool) -> None:
    """Write every document of the store to FILE, while jobs run. FILE must not be there yet.

    The key of stored consents (KIPRAH_TOKEN_KEY, or the key file beside the store) is not in it.
    """
    from functions.backup import BackupError, backup
    from functions.store import open_store

    store = open_store(load_settings().store)
    try:
        with _progress("Cadangan") as progress:
            done = backup(store, file, present(), lambda n: progress(0, f"{n} dokumen"))
    except BackupError as error:
        _fail(str(error))
    finally:
        store.close()
    tell(
        {"job": "backup", "file": str(file), **done.as_dict()},
        as_json,
        f"{done.documents} dokumen, sidik jari {done.sha256}.",
    )
    click.echo(f"kiprah: {KEY_ELSEWHERE}", err=True)


@cli.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@tells_errors
def restore_store(file: Path, as_json: bool) -> None:
    """Put the backup FILE into an empty store. Cut short, it goes on when it is run again."""
    from functions.backup import BackupError, restore
    from functions.store import open_store

    store = open_store(load_settings().store)
    try:
        with _progress("Pemulihan") as progress:
            done = restore(
                store, file, present(), lambda n, of: progress(n / max(of, 1), f"{n} dokumen")
            )
    except BackupError as error:
        _fail(str(error))
    finally:
        store.close()
    tell({"job": "restore", **done.as_dict()}, as_json, f"{done.documents} dokumen dipulihkan.")
    click.echo(f"kiprah: {KEY_ELSEWHERE}", err=True)


@cli.command()
@json_option
@tells_errors
def migrate(as_json: bool) -> None:
    """Bring a store that an older Kiprah wrote to what this one needs. Stop its jobs first.

    It may be run again at any time, also after it was cut short.
    """
    from functions.store import open_store
    from functions.store.migrations import migrate as carry_out

    store = open_store(load_settings().store)
    try:
        done = carry_out(store, present())
    finally:
        store.close()
    words = f"Skema {done.before} → {done.after}, {done.written} dokumen ditulis."
    tell({"job": "migrate", **asdict(done)}, as_json, words)


@cli.command()
@click.option(
    "--health",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write twice a minute whether this lives, for kiprah health.",
)
@tells_errors
def run(health: Path | None) -> None:
    """Collect, score and publish at their cadence until told to stop."""
    from functions.loop import run as loop

    log.speak()
    loaded = load_settings()
    with opened_all(loaded) as books:
        asyncio.run(loop(books, loaded, asyncio.Event(), health))


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
def health(file: Path) -> None:
    """Say whether the loop that writes FILE lives, and when each job last succeeded; exits with 1
    when it hangs or is not there."""
    from functions.health import judge, read

    try:
        findings = judge(read(file), present())
    except OSError as error:
        _fail(f"{file}: {error.strerror}; kiprah run --health {file} writes it")
    for finding in findings:
        click.echo(log.clean(f"{'ok' if finding.ok else '!!'}  {finding.subject}: {finding.words}"))
    if not all(finding.ok for finding in findings):
        sys.exit(1)


@cli.command()
@click.argument("what", type=click.Choice(["status", "pause", "resume", "run"]))
@click.argument("jobs", metavar="[JOB|all]...", nargs=-1)
@json_option
@tells_errors
def schedule(what: Any, jobs: tuple[str, ...], as_json: bool) -> None:
    """Look at the jobs of Cloud Scheduler (collect, score, publish), or pause, resume or run them.

    Terraform makes the jobs; this is for what happens at run time. status exits with 1 when a job
    needs somebody; a paused one does not.
    """
    from functions.schedule import ScheduleError, carry_out

    try:
        lines, report = carry_out(load_settings(), what, jobs)
    except ScheduleError as error:
        _fail(str(error))
    except ValueError as refusal:
        raise Misused(str(refusal)) from None
    for line in () if as_json else lines:
        click.echo(log.clean(line))
    tell(report, as_json, "")


@cli.command()
@click.option("--live", is_flag=True, help="Ask the platforms, too: one cheapest read each.")
@click.option("--agency", metavar="ID", help="Tell of this one of KIPRAH_AGENCIES alone.")
@json_option
@tells_errors
def doctor(live: bool, agency: str | None, as_json: bool) -> None:
    """Say what is set up and what is wrong; exits with 1 when nothing can work.

    With --live also when a platform refuses a credential. It writes nothing and renews no token.
    """
    from functions.doctor import examine

    loaded = load_settings()
    with opened_all(loaded) as books:
        only = None if agency is None else chosen(books, agency)
        findings = examine(books, loaded, present(), only=only, live=live)
    if as_json:
        click.echo(log.clean(json.dumps([asdict(finding) for finding in findings])))
    else:
        for finding in findings:
            sign = "ok" if finding.ok else "!!"
            click.echo(log.clean(f"{sign}  {finding.subject}: {finding.words}"))
    if any(finding.fatal for finding in findings):
        sys.exit(1)


@cli.command()
@click.option("--port", default=8000, type=PORT, show_default=True, help="0 takes any free one.")
@tells_errors
def serve(port: int) -> None:
    """Serve the site's folder on this machine, to look at it."""
    _serve(_site_folder(load_settings().site), port)


@cli.command()
@click.option(
    "--port", default=8000, type=PORT, show_default=True, help="Where a terminal is served."
)
@tells_errors
def demo(port: int) -> None:
    """Simulate six weeks of the ministry's units and build their site under site/."""
    from functions.demo import DemoError
    from functions.demo import demo as simulate

    try:
        with _progress("Simulasi") as progress:
            folder = simulate(progress)
    except DemoError as error:
        _fail(str(error))
    click.echo(f"Situs: {folder}/index.html")
    if sys.stdout.isatty():
        _serve(folder, port)


@contextmanager
def _progress(title: str) -> Iterator[Callable[[float, str], None]]:
    """A progress bar on a terminal, silence in a pipe."""
    if not sys.stderr.isatty():
        yield lambda share, doing: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.percentage:>3.0f} % · {task.fields[doing]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=1.0, doing="")
        yield lambda share, doing: bar.update(task, completed=share, doing=doing)


def _site_of(agency: str, *, known: bool) -> str:
    """The folder of an agency's site, empty for the first one's.

    ``known``: it must be one of ours; who audits somebody else's site has none of its settings.
    """
    loaded = load_settings()
    ids = [named.id for named in loaded.named_agencies()] or [Agency().id]
    if agency == ids[0]:
        return ""
    if agency not in ids and (known or loaded.agencies):
        raise Misused(f"there is no agency {agency!r}; choose {', '.join(ids)}")
    return agency


def _site_folder(site: str, agency: str = "") -> Path:
    if not site.startswith("file://"):
        _fail(f"KIPRAH_SITE={site} is no folder of this machine; open its public address instead")
    folder = Path(site.removeprefix("file://"), agency)
    if not (folder / "index.html").is_file():
        _fail(f"{folder} holds no site yet; run kiprah publish first")
    return folder


def _serve(folder: Path, port: int) -> None:
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing about requests."""

    handler = partial(Quiet, directory=str(folder))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    click.echo(f"http://127.0.0.1:{server.server_port}/  (Ctrl+C berhenti)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo()
    finally:
        server.server_close()


def main() -> None:
    """The console script."""
    cli()


if __name__ == "__main__":
    main()
