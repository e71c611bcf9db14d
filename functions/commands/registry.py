"""``kiprah registry``: the registry imported from a file, checked and exported."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
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
from functions.registry.files import Table
from functions.registry.importing import Imported, ImportPlan
from functions.registry.refusals import RowRefusal
from functions.store.agency import AgencyStore
from functions.times import present


@click.group()
def registry() -> None:
    """Who is measured: satker and their accounts."""


@registry.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show the difference as a table; write nothing.")
@click.option("--partial", is_flag=True, help="Import the good rows; exit with 1 if any is not.")
@click.option("--by", metavar="NAME", help="Whose changes they are, for the registry's history.")
@now_option
@json_option
@tells_errors
def registry_import(
    file: Path,
    dry_run: bool,
    partial: bool,
    by: str | None,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Import FILE (CSV or XLSX). With any error in it, nothing is changed.

    Says first which units and accounts begin, end and change; what ends is always said, on stderr.
    A column that FILE does not have is left as it is, an empty cell clears, and a unit that FILE
    does not name stays.
    """
    from functions.registry.importing import ImportRefused, import_rows

    at = present if now is None else lambda: now
    if dry_run:
        _show(file, now, partial=partial, as_json=as_json)
        return
    with opened_all(load_settings(), now) as agencies:
        where, table = _table(file)
        aloud = sys.stdout.isatty() and not as_json

        def say(planned: ImportPlan) -> None:
            _tell_changes(where, planned, several=len(agencies) > 1, aloud=aloud)

        try:
            done, refusals = import_rows(agencies, table.rows, at, say, partial=partial, by=by)
        except ImportRefused as refused:
            _refuse(where, refused.refusals, table, as_json=as_json)
    report, words = _summary(done, at())
    _tell_refusals(where, refusals, table)
    tell(report | _refused(refusals), as_json, words + _refused_words(refusals))


def _summary(done: Mapping[str, Imported], now: datetime) -> tuple[dict[str, Any], str]:
    """What became of a file, by agency where there are several, and the same in words."""
    from functions.registry.doubles import held_twice

    reports = {agency_id: imported.report() for agency_id, imported in done.items()}
    satker, accounts = (
        sum(own[name] for own in reports.values()) for name in ("satker", "accounts")
    )
    words = f"{satker} satker, {accounts} akun terdaftar."
    if len(reports) == 1:
        return next(iter(reports.values())), words
    problems = [f"{name}: {said}" for name, own in reports.items() for said in own["problems"]]
    rosters = {name: own.enrolled.roster for name, own in done.items() if own.enrolled}
    return {
        "job": "registry import",
        "agencies": reports,
        "problems": problems + held_twice(rosters, now),
    }, words


@registry.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@tells_errors
def registry_check(file: Path) -> None:
    """Check FILE and show what an import would change: import --dry-run."""
    _show(file, None, partial=False, as_json=False)


def _show(file: Path, now: datetime | None, *, partial: bool, as_json: bool) -> None:
    """The difference that a file would make; nothing is written."""
    from functions.commands import difference, tables
    from functions.registry.importing import ImportRefused, plan

    with opened_all(load_settings(), now) as agencies:
        where, table = _table(file)
        try:
            planned = plan(agencies, table.rows, now or present(), partial=partial)
        except ImportRefused as refused:
            _refuse(where, refused.refusals, table, as_json=as_json)
    several = len(planned.agencies) > 1
    for own in planned.agencies:
        _tell_changes(where, own, several=several, aloud=False)
    _tell_refusals(where, planned.refusals, table)
    reports = {own.agency.id: own.report() for own in planned.agencies}
    report = {"agencies": reports} if several else reports[planned.agencies[0].agency.id]
    report = {"job": "registry import", "dry_run": True} | report | _refused(planned.refusals)
    if not as_json:
        cells = [row for own in planned.agencies for row in difference.rows(own, several=several)]
        tables.show(difference.HEADER, cells)
        for own in planned.agencies:
            if line := difference.kept(own, several=several):
                click.echo(log.clean(line))
        click.echo(log.clean(f"{where}: {difference.numbers(planned)}"))
    tell(report, as_json, "")


def _table(file: Path) -> tuple[str, Table]:
    """Where a file's rows were read from, in words, and its table."""
    from functions.registry import files

    try:
        table = files.load(content_of(file), file.name)
    except files.FileError as error:
        fail(f"{file}: {error}")
    return (f"{file}, lembar {table.sheet!r}" if table.sheet else str(file)), table


def _tell_changes(where: str, planned: ImportPlan, *, several: bool, aloud: bool) -> None:
    """A line for each; what ends is told in a pipe as well, so that nothing ends in silence."""
    whose = f"{planned.agency.id}: " if several else ""
    words: tuple[tuple[str, Happens], ...] = (("mulai", "begins"), ("berubah", "changes"))
    for title, happens in words:
        for said in planned.lines(happens) if aloud else ():
            click.echo(log.clean(f"{title}: {whose}{said}"))
    for said in planned.lines("ends"):
        click.echo(log.clean(f"kiprah: {where}: {whose}{said}"), err=True)


def _tell_refusals(where: str, refusals: Sequence[RowRefusal], table: Table) -> None:
    """Every one on a line of its own."""
    for refused in refusals:
        click.echo(log.clean(f"kiprah: {where}: {refused.words(table.places)}"), err=True)


def _refuse(where: str, refusals: Sequence[RowRefusal], table: Table, *, as_json: bool) -> NoReturn:
    """End the command with every refusal; nothing was written."""
    _tell_refusals(where, refusals, table)
    tell({"job": "registry import"} | _refused(refusals), as_json, "")
    sys.exit(1)


def _refused(refusals: Sequence[RowRefusal]) -> dict[str, Any]:
    """The refused rows as a report has them; with any the run has failed."""
    if not refusals:
        return {}
    rows = [
        {"row": said.row, "column": said.column or None, "reason": said.reason} for said in refusals
    ]
    return {"refused": rows, "failed": True}


def _refused_words(refusals: Sequence[RowRefusal]) -> str:
    rows = len({said.row for said in refusals})
    return f" {rows} baris ditolak." if rows else ""


@registry.command("export")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--agency", "agency_id", metavar="ID", help="One of KIPRAH_AGENCIES; all when left out."
)
@tells_errors
def registry_export(file: Path | None, agency_id: str | None) -> None:
    """Write the registry to FILE, XLSX or CSV by its name, or as CSV to the terminal."""
    from functions.registry.export import write_csv
    from functions.registry.sheet import write_xlsx

    suffix = file.suffix.lower() if file else ""
    if suffix in (".xls", ".xlsm", ".ods"):
        raise Misused(f"{file}: what is written is XLSX or CSV; name the file .xlsx or .csv")
    with opened_all(load_settings()) as agencies:
        wanted = [chosen(agencies, agency_id)] if agency_id is not None else agencies
        documents = _registries(wanted)
    several = len(agencies) > 1
    typed = documents if several else {"": documents[agencies[0].id]}
    ids = [agency.id for agency in agencies] if several else []
    content = write_xlsx(typed, ids) if suffix == ".xlsx" else write_csv(typed)
    if file is None:
        click.echo(content.decode(), nl=False)
        return
    try:
        file.write_bytes(content)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}; choose another place")


@registry.command("template")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default="satker.xlsx")
@click.option("--overwrite", is_flag=True, help="Replace FILE if it is there already.")
@tells_errors
def registry_template(file: Path, overwrite: bool) -> None:
    """Write the empty sheet to fill in to FILE, satker.xlsx when left out; - is stdout."""
    from functions.registry.sheet import write_xlsx

    agencies = [agency.id for agency in load_settings().named_agencies()]
    content = write_xlsx({}, agencies if len(agencies) > 1 else [])
    if str(file) == "-":
        if sys.stdout.isatty():
            raise Misused("an XLSX is nothing for a terminal; name a file, or lead it into a pipe")
        click.echo(content, nl=False)
        return
    if file.suffix.lower() != ".xlsx":
        raise Misused(f"{file}: what is written is XLSX; name the file .xlsx")
    try:
        if overwrite:
            file.write_bytes(content)
        else:
            with file.open("xb") as new:
                new.write(content)
    except FileExistsError:
        raise Misused(f"{file} is there already; name another file, or add --overwrite") from None
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}; choose another place")
    click.echo(f"{file}: the sheet Satker is empty, Petunjuk says what each column takes", err=True)


def _registries(agencies: Sequence[AgencyStore]) -> dict[str, dict[str, dict[str, Any]]]:
    """The satker documents of each agency, by its id."""
    return {
        agency.id: {stored.id: stored.data for stored in agency.satker_documents()}
        for agency in agencies
    }
