"""What admins typed in ``settings/listening`` of counting on X: queries, services, and the money.

What cannot be read is taken as its safe default, which asks nothing, and told in one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from functions.listen.queries import Known, Query
from functions.model import Roster
from functions.parsing.cleaning import clean
from functions.store.fields import Fields, Names, shown

DOCUMENT = "listening"
ANSWER = "x_volume_status"  # written beside what was typed; ``status`` is other readers'
MOST = Decimal(1000)  # dollars a day: a slip of the hand beyond
NAMES: Names = {
    "x_volume": ("volume x", "kueri x"),
    "x_listen_dollars_per_day": ("dolar x per hari",),
    "services": ("layanan", "nama layanan"),
}
_TAGS: Names = {"tags": ("tag", "tagar", "hashtag")}
_BETWEEN = {"services": re.compile(r","), "tags": re.compile(r"[\s,;#]+")}


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be counted. ``typed``: the queries as they stand there; ``services``: names.

    ``dollars``: US dollars a UTC day; 0: nothing is asked. ``wrong``: in Indonesian, a line each.
    """

    typed: Any = None
    services: tuple[str, ...] = ()
    dollars: Decimal = Decimal(0)
    wrong: tuple[str, ...] = ()

    @property
    def is_on(self) -> bool:
        """Whether any query was typed, or something that cannot be read."""
        return bool(self.typed or self.wrong)


def read_wishes(document: Mapping[str, Any]) -> Wishes:
    """What the settings say of counting on X; what else stands there is for others to read."""
    fields = Fields(document, NAMES)
    wrong: list[str] = []
    dollars, typed = Decimal(0), None
    try:
        typed = fields.get("x_volume")
    except ValueError as error:
        wrong.append(str(error))
    try:
        dollars = _dollars(fields)
    except ValueError as error:
        wrong.append(str(error))
    return Wishes(
        typed=typed, services=_texts(fields, "services"), dollars=dollars, wrong=tuple(wrong)
    )


def known_names(
    agency: str,
    roster: Roster,
    services: Iterable[str],
    campaigns: Iterable[Mapping[str, Any]],
    now: datetime,
) -> Known:
    """What queries may name.

    Args:
        agency: its name.
        roster: the registry in force.
        campaigns: as admins typed them.
    """
    units = (name for unit in roster.satker for name in (unit.name, unit.short_name or ""))
    return Known.of(
        (
            account.handle
            for account in roster.accounts
            if account.platform == "x" and not (account.valid_to and account.valid_to <= now)
        ),
        (agency, *units, *services),
        (tag for campaign in campaigns for tag in _texts(Fields(campaign, _TAGS), "tags")),
    )


def answer(wishes: Wishes, queries: Iterable[Query]) -> dict[str, Any]:
    """What to write beside the settings: a line for each query, and what is wrong."""
    lines = [*wishes.wrong, *(f"{query.name}: {query.said}" for query in queries)]
    if wishes.typed and not wishes.dollars:
        lines.append("belum ada yang dihitung: x_listen_dollars_per_day masih 0")
    return {ANSWER: lines}


def _dollars(fields: Fields) -> Decimal:
    given = fields.get("x_listen_dollars_per_day")
    try:
        amount = Decimal(0) if given is None else Decimal(clean(str(given)).replace(",", "."))
    except InvalidOperation:
        amount = Decimal("NaN")
    if isinstance(given, bool) or not (amount.is_finite() and 0 <= amount <= MOST):
        raise ValueError(
            f"{fields.label('x_listen_dollars_per_day')} {shown(given)} bukan jumlah dolar AS per "
            f"hari; isi misalnya 0.36 (paling banyak {MOST})"
        )
    return amount


def _texts(fields: Fields, field: str) -> tuple[str, ...]:
    """The texts of a list, or the parts of one text; what is no text is left out."""
    try:
        given = fields.get(field)
    except ValueError:
        return ()
    listed = _BETWEEN[field].split(given) if isinstance(given, str) else given
    if not isinstance(listed, list | tuple):
        return ()
    return tuple(text for one in listed if isinstance(one, str) and (text := clean(one)))
