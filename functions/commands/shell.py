"""What the commands share: options, opened stores, errors in one line, reports."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

from functions import log, settings
from functions.jobs.rounds import of_each
from functions.model import Agency
from functions.settings import Settings, SettingsError
from functions.store import open_agencies
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.times import NowError, parse_now, present, refuse_future


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


now_option = click.option(
    "--now", type=_Instant(), metavar="ISO-8601", help="Act at this instant instead of the present."
)


agency_option = click.option(
    "--agency", "agency_id", metavar="ID", help="One of KIPRAH_AGENCIES; the first when left out."
)


json_option = click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")


MOST_BYTES = 16 * 1024 * 1024  # of a file that is imported


@contextmanager
def opened_all(loaded: Settings, now: datetime | None = None) -> Iterator[list[AgencyStore]]:
    """Every agency of the installation, their store closed afterwards.

    ``now``: the given instant; None: none was given. ``NowError`` when the store does not take it.
    """
    agencies = open_agencies(loaded)
    try:
        if now is not None and not agencies[0].simulation:
            refuse_future(now)
        yield agencies
    finally:
        agencies[0].store.close()


@contextmanager
def opened(
    loaded: Settings, agency_id: str | None = None, now: datetime | None = None
) -> Iterator[AgencyStore]:
    """One agency, the first when none is named, its store closed afterwards; as ``opened_all``."""
    with opened_all(loaded, now) as agencies:
        yield chosen(agencies, agency_id)


def chosen(agencies: Sequence[AgencyStore], agency_id: str | None) -> AgencyStore:
    """The agency of an id, the first without one; ``Misused`` when there is none of that id."""
    for agency in agencies:
        if agency_id in (None, agency.id):
            return agency
    known = ", ".join(agency.id for agency in agencies)
    raise Misused(f"there is no agency {agency_id!r}; choose {known}")


def instant_of(agency: AgencyStore, now: datetime | None) -> datetime:
    """The given instant; else the present, which in a simulation is when collecting last ended."""
    if now is None and agency.simulation:
        return agency.read_until() or present()
    return now or present()


def tells_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the errors that people can act on into one line and an exit status."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (SettingsError, NowError) as error:
            raise Misused(str(error)) from None
        except StoreError as error:
            fail(str(error))

    return wrapped


def fail(message: str) -> NoReturn:
    """End the command with one line on the error stream, by raising Failed."""
    raise Failed(message)


def load_settings() -> Settings:
    """The settings; their secrets are kept out of all output from now on.

    Tells of environment names that look like a setting and are none.
    """
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


def content_of(file: Path) -> bytes:
    """The file's bytes, up to the size that any file of ours has; Failed when it is unreadable."""
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}")


def check_month(month: str) -> None:
    """Misused unless it is a month, ``YYYY-MM``."""
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
        raise Misused(f"{month!r} is no month; write for example 2026-10")


def site_of(agency_id: str, *, known: bool) -> str:
    """The folder of an agency's site, empty for the first one's.

    ``known``: the agency must be one of ours; False for somebody else's site, whose settings are
    not here.

    Raises:
        Misused: the settings name agencies, and not this one.
    """
    loaded = load_settings()
    ids = [named.id for named in loaded.named_agencies()] or [Agency().id]
    if agency_id == ids[0]:
        return ""
    if agency_id not in ids and (known or loaded.agencies):
        raise Misused(f"there is no agency {agency_id!r}; choose {', '.join(ids)}")
    return agency_id


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[float, str], None]]:
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


class Commands(click.Group):
    """The commands, each imported when it is called; a wrong use of one is told in one line.

    ``places``: by a command's name, where it is defined, as ``module:name``.
    """

    def __init__(self, *args: Any, places: Mapping[str, str] = {}, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands by their names."""
        return sorted(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None when there is none."""
        if cmd_name not in self._places:
            return None
        module, _, name = self._places[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

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
