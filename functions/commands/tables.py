"""Tables for people: with lines around them on a terminal, in a pipe text in columns."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

import click

from functions import log

MOST_FRAMED = 500  # rows; the library takes long for more


def show(header: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """Print a table as it suits where it is printed; nothing when it has no rows."""
    safe = [tuple(map(log.clean, row)) for row in cells]
    if sys.stdout.isatty() and len(safe) <= MOST_FRAMED:
        framed(header, safe)
    elif safe:
        click.echo("\n".join(aligned(header, safe)))


def aligned(header: Sequence[str], cells: Sequence[Sequence[str]]) -> Iterator[str]:
    """The table as lines of text, its columns below one another."""
    everything = [header, *cells]
    widths = [max(len(row[n]) for row in everything) for n in range(len(header))]
    for row in everything:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()


def framed(header: Sequence[str], cells: Iterable[Sequence[str]]) -> None:
    """Print the table on a terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*header)
    for row in cells:
        table.add_row(*map(Text, row))
    Console().print(table)
