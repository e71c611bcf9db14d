"""``kiprah doctor``: what is set up and what is wrong, one finding a line."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from functions import log
from functions.commands.shell import (
    chosen,
    json_option,
    load_settings,
    opened_all,
    tells_errors,
)
from functions.times import present


@click.command()
@click.option("--live", is_flag=True, help="Ask the platforms, too: one cheapest read each.")
@click.option(
    "--agency", "agency_id", metavar="ID", help="Tell of this one of KIPRAH_AGENCIES alone."
)
@json_option
@tells_errors
def doctor(live: bool, agency_id: str | None, as_json: bool) -> None:
    """Say what is set up and what is wrong; exits with 1 when nothing can work.

    With --live also when a platform refuses a credential. It writes nothing and renews no token.
    """
    from functions.commands.doctor.examination import examine

    loaded = load_settings()
    with opened_all(loaded) as agencies:
        only = None if agency_id is None else chosen(agencies, agency_id)
        findings = examine(agencies, loaded, present(), only=only, live=live)
    if as_json:
        click.echo(log.clean(json.dumps([asdict(finding) for finding in findings])))
    else:
        for finding in findings:
            sign = "ok" if finding.ok else "!!"
            click.echo(log.clean(f"{sign}  {finding.subject}: {finding.words}"))
    if any(finding.fatal for finding in findings):
        sys.exit(1)
