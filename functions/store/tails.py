"""A tail: what a month hands on to the next: each account's last values and its last day's texts.

Near-duplicates are looked for across a month's edge, and "di atas biasanya" looks back over up to a
hundred posts, however many months they took. With the tail a frozen month's ledgers need not be
read for that. The rules that make and use it are in score/rules/month_edge.py.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class Recent(msgspec.Struct, frozen=True, kw_only=True):
    """A post of a month's last 24 hours. ``stands``: neither removed nor itself a duplicate."""

    post_id: str
    published_at: datetime
    text: str | None = None
    stands: bool = True


class Tail(msgspec.Struct, frozen=True, kw_only=True):
    """By account key: the last measured posts as (I24, talk), oldest first, and the last texts."""

    past: dict[str, tuple[tuple[int, int | None], ...]] = {}
    recent: dict[str, tuple[Recent, ...]] = {}
