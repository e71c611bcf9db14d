"""``kiprah doctor``: the next thing to do, then what is set up and what is wrong, on one screen."""

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
@click.option("--all", "everything", is_flag=True, help="Every finding, however long the list.")
@json_option
@tells_errors
def doctor(live: bool, agency_id: str | None, everything: bool, as_json: bool) -> None:
    """Say what to do next, what is set up and what is wrong; exits with 1 when anything is (!!).

    What is open and for somebody outside to decide (--) fails nothing.

    Without --live nobody is asked: what a platform said last is remembered. It writes nothing and
    renews no token.
    """
    from functions.commands.doctor import screen
    from functions.commands.doctor.examination import examine

    loaded = load_settings()
    with opened_all(loaded) as agencies:
        only = None if agency_id is None else chosen(agencies, agency_id)
        findings = examine(agencies, loaded, present(), only=only, live=live)
    if as_json:
        click.echo(log.clean(json.dumps([asdict(finding) for finding in findings])))
    else:
        # What was asked of platforms is told whole.
        for line in screen.lines(findings, everything=everything or live):
            click.echo(log.clean(line))
    if any(finding.fails for finding in findings):
        sys.exit(1)
