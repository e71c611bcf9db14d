"""The file of consents: CSV with the columns ``satker,platform,handle,refresh_token``.

A TikTok account's row carries its refresh token, with platform ``tiktok_business`` the one that the
Business app was given; a Facebook Page's row the Page's own access token.
Every row must fit an account of the registry: a token without an account would never be used. No
message repeats a cell: where columns were swapped, any cell may hold a token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from functions.model import Account, Platform, Roster
from functions.parsing.cleaning import clean
from functions.parsing.nearest import nearest
from functions.parsing.tables import (
    FIRST_LINES,
    BinaryError,
    BrokenError,
    EncodingError,
    TableError,
    read_csv,
)
from functions.store.agency.consents import ConsentKind
from functions.tokens.consents import ConsentRow

# The bare handle in what somebody typed or pasted; ValueError when there is none.
ParseHandle = Callable[[Platform, str], str]

HEADER = ("satker", "platform", "handle", "refresh_token")
PLATFORMS: dict[str, ConsentKind] = {
    "tiktok": "tiktok",
    "tiktok_business": "tiktok_business",
    "facebook": "facebook",
}
NAMES = {
    "tiktok": "TikTok account",
    "tiktok_business": "TikTok account",
    "facebook": "Facebook Page",
}
LONGEST_TOKEN = 5_000  # characters; TikTok's have a hundred, Facebook's some two hundred


class ConsentFileError(ValueError):
    """The file cannot be used; ``lines`` say why, one for each row. None repeats a token."""

    def __init__(self, *lines: str) -> None:
        super().__init__(lines[0])
        self.lines = lines


def read(content: bytes, parse_handle: ParseHandle) -> list[ConsentRow]:
    """The file's consents; nothing is returned unless every row can be used.

    ``parse_handle`` is the registry's, so that a token is kept under the handle that the collector
    will ask for.

    Raises:
        ConsentFileError: it is no such file, or a row cannot be used.
    """
    table = _table(content)
    first = next((n for n, cells in enumerate(table[:FIRST_LINES]) if _is_header(cells)), None)
    if first is None:
        raise ConsentFileError(f"the first line must be {','.join(HEADER)}")
    columns = _header(table[first])
    rows: list[ConsentRow] = []
    problems: list[str] = []
    for number, cells in enumerate(table[first + 1 :], first + 2):
        filled = [clean(cell) for cell in cells]
        if not any(filled):
            continue
        try:
            rows.append(_row(number, columns, filled, parse_handle))
        except ValueError as error:
            problems.append(f"line {number}: {error}")
    problems += _doubled(rows)
    if problems:
        raise ConsentFileError(*problems)
    return rows


def matched(rows: Sequence[ConsentRow], roster: Roster | None, now: datetime) -> list[ConsentRow]:
    """The rows, each under the handle of its account in the registry.

    Raises:
        ConsentFileError: one fits no account that is registered now or will be.
    """
    if roster is None or not roster.satker:
        raise ConsentFileError("the registry is empty; run: kiprah registry import FILE")
    accounts = [a for a in roster.accounts if a.valid_to is None or a.valid_to > now]
    found: list[ConsentRow] = []
    problems: list[str] = []
    for row in rows:
        account = next((a for a in accounts if _is_of(row, a)), None)
        if account is None:
            problems.append(f"line {row.line}: {_misfit(row, roster, accounts)}")
        else:
            found.append(replace(row, handle=account.handle))
    problems += [] if problems else _doubled(found)
    if problems:
        raise ConsentFileError(*problems)
    return found


def _table(content: bytes) -> list[list[str]]:
    try:
        return read_csv(content, _is_header)
    except EncodingError:
        raise ConsentFileError("the file is not UTF-8; save it as 'CSV UTF-8'") from None
    except BinaryError:
        raise ConsentFileError("the file is not CSV; save it as 'CSV UTF-8'") from None
    except BrokenError as error:
        raise ConsentFileError(f"the CSV is broken ({error})") from None
    except TableError as error:
        raise ConsentFileError(f"the file is {error}; leave one row for each account") from None


def _is_header(cells: Sequence[str]) -> bool:
    return sorted(name for name in _header(cells) if name) == sorted(HEADER)


def _header(cells: Sequence[str]) -> list[str]:
    return [clean(cell).lower() for cell in cells]


def _row(
    number: int, columns: Sequence[str], cells: Sequence[str], parse_handle: ParseHandle
) -> ConsentRow:
    named = dict(zip(columns, cells, strict=False))
    # Spreadsheets write empty cells at a row's end; what stands in one belongs to no column.
    is_whole = not any(cells[len(columns) :]) and not named.get("")
    if not is_whole or not all(named.get(name) for name in HEADER):
        raise ValueError(f"all of {', '.join(HEADER)} are needed, and nothing else")
    platform = PLATFORMS.get(named["platform"].lower())
    if platform is None:
        raise ValueError(
            "the platform must be tiktok, tiktok_business or facebook; no other needs consents"
        )
    token = named["refresh_token"]
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise ValueError("the refresh_token holds a space or a sign that none has; copy it anew")
    if len(token) > LONGEST_TOKEN:
        raise ValueError("the refresh_token is longer than any is; copy it anew")
    row = ConsentRow(named["satker"], platform, "", token, number)
    try:
        handle = parse_handle(row.registered_as, named["handle"])
    except ValueError:
        raise ValueError(
            f"the handle is no {NAMES[platform]}; enter its name or the address of its profile"
        ) from None
    return replace(row, handle=handle)


def _is_of(row: ConsentRow, account: Account) -> bool:
    is_named = (
        row.handle.casefold() == account.handle.casefold() or row.handle == account.account_id
    )
    return is_named and (row.satker, row.registered_as) == (account.satker, account.platform)


def _misfit(row: ConsentRow, roster: Roster, accounts: Iterable[Account]) -> str:
    """Why a row fits no account, and what is nearest."""
    ids = [satker.id for satker in roster.satker]
    if row.satker not in ids:
        near = nearest(row.satker, ids, 0.5)
        hint = f"did you mean {near}?" if near else "kiprah registry export shows the ids"
        return f"the satker is not in the registry; {hint}"
    own = [a for a in accounts if a.platform == row.registered_as]
    name = NAMES[row.platform]
    holder = next((a for a in own if _is_of(replace(row, satker=a.satker), a)), None)
    if holder is not None:
        return f"that {name} is not registered for {row.satker}, but for {holder.satker}"
    theirs = ", ".join(f"@{a.handle}" for a in own if a.satker == row.satker)
    hint = f"registered are {theirs}" if theirs else f"{row.satker} has none there"
    return f"that {name} is not registered for {row.satker}; {hint}"


def _doubled(rows: Iterable[ConsentRow]) -> list[str]:
    first: dict[tuple[str, str], int] = {}
    problems = []
    for row in rows:
        line = first.setdefault((row.platform, row.handle.casefold()), row.line)
        if line != row.line:
            problems.append(f"line {row.line}: the same account as in line {line}; keep one")
    return problems
