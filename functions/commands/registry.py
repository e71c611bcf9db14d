"""``kiprah registry``: the registry imported from a file, checked and exported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from functions import log
from functions.commands.shell import (
    Misused,
    chosen,
    content_of,
    fail,
    json_option,
    load_settings,
    now_option,
    opened_all,
    tell,
    tells_errors,
)
from functions.registry.changes import Happens
from functions.registry.importing import ImportPlan
from functions.store.agency import AgencyStore
from functions.times import present


@click.group()
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
    from functions.registry.doubles import held_twice
    from functions.registry.importing import Imported, ImportRefused, import_rows

    at = present if now is None else lambda: now
    with opened_all(load_settings(), now) as agencies:
        where, rows = _rows(file)
        aloud = sys.stdout.isatty() and not as_json

        def say(planned: ImportPlan) -> None:
            _tell_changes(where, planned, several=len(agencies) > 1, aloud=aloud)

        try:
            done: dict[str, Imported] = import_rows(agencies, rows, at, say)
        except ImportRefused as refusal:
            _fail_each(where, refusal.problems)
    reports = {agency_id: imported.report() for agency_id, imported in done.items()}
    accounts = sum(report["accounts"] for report in reports.values())
    words = (
        f"{sum(report['satker'] for report in reports.values())} satker, {accounts} akun terdaftar."
    )
    if len(agencies) == 1:
        tell(reports[agencies[0].id], as_json, words)
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
    from functions.registry.importing import ImportRefused, plan

    with opened_all(load_settings()) as agencies:
        where, rows = _rows(file)
        try:
            plans = plan(agencies, rows, present())
        except ImportRefused as refusal:
            _fail_each(where, refusal.problems)
    for planned in plans:
        _tell_changes(where, planned, several=len(agencies) > 1, aloud=True)
    satker = sum(len(planned.documents) for planned in plans)
    click.echo(f"{where}: {satker} satker, tidak ada kesalahan.")


def _rows(file: Path) -> tuple[str, list[tuple[int, dict[str, str]]]]:
    """Where a file's rows were read from, in words, and the rows."""
    from functions.registry import files

    try:
        table = files.load(content_of(file), file.name)
    except files.FileError as error:
        fail(f"{file}: {error}")
    return (f"{file}, lembar {table.sheet!r}" if table.sheet else str(file)), table.rows


def _tell_changes(where: str, planned: ImportPlan, *, several: bool, aloud: bool) -> None:
    """A line for each; what ends is told in a pipe as well, so that nothing ends in silence."""
    whose = f"{planned.agency.id}: " if several else ""
    words: tuple[tuple[str, Happens], ...] = (("mulai", "begins"), ("berubah", "changes"))
    for title, happens in words:
        for said in planned.lines(happens) if aloud else ():
            click.echo(log.clean(f"{title}: {whose}{said}"))
    for said in planned.lines("ends"):
        click.echo(log.clean(f"kiprah: {where}: {whose}{said}"), err=True)


def _fail_each(where: str, problems: Sequence[str]) -> NoReturn:
    """Every problem on a line of its own."""
    for problem in problems[:-1]:
        click.echo(log.clean(f"kiprah: {where}: {problem}"), err=True)
    fail(f"{where}: {problems[-1]}")


@registry.command("export")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--agency", "agency_id", metavar="ID", help="One of KIPRAH_AGENCIES; all when left out."
)
@tells_errors
def registry_export(file: Path | None, agency_id: str | None) -> None:
    """Write the registry as CSV to FILE, or to the terminal."""
    from functions.registry import files

    with opened_all(load_settings()) as agencies:
        wanted = [chosen(agencies, agency_id)] if agency_id is not None else agencies
        documents = _registries(wanted)
    several = len(agencies) > 1
    if file is not None and file.suffix.lower() in (".xlsx", ".xls"):
        raise Misused(f"{file}: what is written is CSV; name the file .csv")
    content = files.write(documents if several else {"": documents[agencies[0].id]})
    if file is None:
        click.echo(content.decode(), nl=False)
        return
    try:
        file.write_bytes(content)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}; choose another place")


def _registries(agencies: Sequence[AgencyStore]) -> dict[str, dict[str, dict[str, Any]]]:
    """The satker documents of each agency, by its id."""
    return {
        agency.id: {stored.id: stored.data for stored in agency.satker_documents()}
        for agency in agencies
    }
