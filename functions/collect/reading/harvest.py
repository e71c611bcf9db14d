"""What one tick brought from one platform, on its way into the store and the run's report."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec

from functions.collect.contract import Profile
from functions.model import Platform, Post


class Harvest(msgspec.Struct):
    """What was read, and what went wrong (one line each).

    ``found_under``: posts with the keys of their addresses that are new.
    ``checked``: the handles whose admins are to be told what the state says of them now, with the
    profile that was read, if any. ``incomplete``: what is said of missing posts where that has
    changed, by handle; None: nothing any more. ``spent``: what was paid for by the piece, by what
    it was, in thousandths of a dollar.
    """

    posts: list[Post] = msgspec.field(default_factory=list)
    found_under: list[tuple[Post, tuple[str, ...]]] = msgspec.field(default_factory=list)
    followers: list[tuple[Platform, str, datetime, int]] = msgspec.field(default_factory=list)
    checked: dict[str, Profile | None] = msgspec.field(default_factory=dict)
    incomplete: dict[str, str | None] = msgspec.field(default_factory=dict)
    counts: Counter[str] = msgspec.field(default_factory=Counter)
    spent: Counter[str] = msgspec.field(default_factory=Counter)
    problems: list[str] = msgspec.field(default_factory=list)

    def broken(self, messages: list[str] | tuple[str, ...]) -> None:
        """Count what could not be understood, and tell each kind of it once."""
        self.counts["items_broken"] += len(messages)
        told = {*self.problems}
        self.problems += [m for m in dict.fromkeys(messages) if m not in told]
