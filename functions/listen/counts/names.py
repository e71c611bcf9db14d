"""What the queries of ``settings/listening`` may name, and what their admins are told of them.

The settings themselves, with what is wrong in them, are read by store/listening_settings.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from functions.listen.counts.queries import Known, Query
from functions.model import Roster
from functions.parsing.cleaning import clean
from functions.store.fields import Fields, Names
from functions.store.listening_settings import Listening

ANSWER = "x_volume_status"  # written beside what was typed; ``status`` is for what is wrong there
_TAGS: Names = {"tags": ("tag", "tagar", "hashtag")}
_BETWEEN = re.compile(r"[\s,;#]+")


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


def answer(listening: Listening, queries: Sequence[Query]) -> dict[str, Any]:
    """What to write beside the settings: a line for each query."""
    lines = [f"{query.name}: {query.said}" for query in queries]
    if queries and not listening.x_listen_dollars_per_day:
        lines.append("belum ada yang dihitung: x_listen_dollars_per_day masih 0")
    return {ANSWER: lines}


def _texts(fields: Fields, field: str) -> tuple[str, ...]:
    """The texts of a list, or the parts of one text; what is no text is left out."""
    try:
        given = fields.get(field)
    except ValueError:
        return ()
    listed = _BETWEEN.split(given) if isinstance(given, str) else given
    if not isinstance(listed, list | tuple):
        return ()
    return tuple(text for one in listed if isinstance(one, str) and (text := clean(one)))
