"""``kiprah collect``, ``score``, ``publish``, ``documents``: one run of a job, now or then."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from functions.commands.shell import (
    Misused,
    check_month,
    fail,
    json_option,
    load_settings,
    now_option,
    opened_all,
    tell,
    tells_errors,
)
from functions.jobs.rounds import idle, of_each
from functions.model import PLATFORMS, run_id
from functions.store.agency import AgencyStore
from functions.times import present


@click.command()
@click.option("--platform", "platforms", multiple=True, type=click.Choice(PLATFORMS))
@now_option
@json_option
@tells_errors
def collect(platforms: tuple[Any, ...], now: datetime | None, as_json: bool) -> None:
    """Read what is due on every platform."""
    from functions.collect.job import collect_all
    from functions.collect.tick import CollectRun

    loaded, at = load_settings(), now or present()
    with opened_all(loaded, now) as agencies:
        report = asyncio.run(
            collect_all(
                agencies,
                loaded,
                CollectRun(
                    now=at,
                    run_id=run_id("collect", at),
                    simulated=now is not None,
                    platforms=platforms or PLATFORMS,
                ),
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


@click.command()
@now_option
@json_option
@tells_errors
def score(now: datetime | None, as_json: bool) -> None:
    """Compute 24-hour interactions and the monthly rankings."""
    from functions.notify.notifier import notifier_of
    from functions.score.job import score_all

    loaded, at = load_settings(), now or present()
    with opened_all(loaded, now) as agencies:
        name, notifier = run_id("score", at), notifier_of(loaded)
        report = score_all(agencies, now=at, run_id=name, notifier=notifier)
    own = of_each(report)
    _tell_idle(report)
    folded = sum(one.get("folded", 0) for one in own)
    states = [
        f"{month} {facts['state']}" for one in own for month, facts in one.get("months", {}).items()
    ]
    tell(report, as_json, f"{folded} unggahan baru dibukukan; {', '.join(dict.fromkeys(states))}.")


def _tell_idle(report: dict[str, Any]) -> None:
    """Say where another run was at work, and this one did nothing."""
    for agency_id, why in idle(report).items():
        of = f"{agency_id}: " if agency_id else ""
        click.echo(f"kiprah: {of}{why}", err=True)


@click.command()
@click.option("--check", "look", is_flag=True, help="List the site and make good what it lost.")
@click.option(
    "--again",
    metavar="MONTH",
    multiple=True,
    help="Make a frozen month's pages anew; its data stays frozen.",
)
@now_option
@json_option
@tells_errors
def publish(look: bool, again: tuple[str, ...], now: datetime | None, as_json: bool) -> None:
    """Render the site and its data files, and put what changed.

    A run believes what the site says it holds, and lists it once a day.
    """
    from functions.publish.job import publish_all
    from functions.publish.targets.port import ObjectsError
    from functions.publish.targets.stamp import OutdatedError

    loaded, at = load_settings(), now or present()
    with opened_all(loaded, now) as agencies:
        _refuse_unsettled(agencies, again)
        try:
            report = publish_all(
                agencies,
                now=at,
                settings=loaded,
                run_id=run_id("publish", at),
                look=look,
                again=frozenset(again),
            )
        except OutdatedError as error:
            raise Misused(str(error)) from None
        except ObjectsError as error:
            fail(str(error))
    own = of_each(report)
    _tell_idle(report)
    uploaded = sum(one.get("uploaded", 0) for one in own)
    unchanged = sum(one.get("unchanged", 0) for one in own)
    tell(report, as_json, f"{uploaded} berkas diperbarui, {unchanged} tetap.")


@click.command()
@click.argument("month", required=False)
@now_option
@json_option
@tells_errors
def documents(month: str | None, now: datetime | None, as_json: bool) -> None:
    """Make the documents of the months that need them: reports, summary, slides, images.

    With MONTH (2026-09) that month's alone, also when nothing changed.
    """
    from functions.publish.documents.job import documents_all
    from functions.publish.targets.port import ObjectsError
    from functions.publish.targets.stamp import OutdatedError

    if month is not None:
        check_month(month)
    loaded, at = load_settings(), now or present()
    name = run_id("documents", at)
    with opened_all(loaded, now) as agencies:
        try:
            report = documents_all(agencies, now=at, settings=loaded, run_id=name, month=month)
        except OutdatedError as error:
            raise Misused(str(error)) from None
        except ObjectsError as error:
            fail(str(error))
    own = of_each(report)
    _tell_idle(report)
    if month is not None and not any(month in one.get("months", ()) for one in own):
        fail(f"{month} is not published as it is ranked; run kiprah publish, then try again")
    made = sum(one.get("uploaded", 0) for one in own)
    months = dict.fromkeys(month for one in own for month in one.get("months", ()))
    tell(
        report, as_json, f"{made} dokumen dibuat; {', '.join(months) or 'tidak ada yang berubah'}."
    )


def _refuse_unsettled(agencies: Sequence[AgencyStore], months: Sequence[str]) -> None:
    """Misused for a month that no agency has frozen: it is made by every run anyway, or is none."""
    if months:
        indexes = [agency.month_index().months for agency in agencies]
        for month in months:
            found = [index[month] for index in indexes if month in index]
            if not any(told.is_settled for told in found):
                raise Misused(f"--again {month}: there is no frozen month {month}")
