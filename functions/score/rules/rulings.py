"""Rulings: what the admins' decisions, taken together, say of a post.

Pure: no I/O, no clock. Of several decisions on the same question the latest holds (equal times: the
larger id): whether the post counts, whom it belongs to, what it is worth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from functions.model import Post
from functions.store.evidence import Decision


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was decided; None = nothing about that question. ``decisions`` are the ids that hold."""

    counts: bool | None = None
    satker: str | None = None
    value: int | None = None
    decisions: tuple[str, ...] = ()


UNDECIDED = Ruling()


class Rulings:
    """A month's decisions by the posts they are about."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self._about: dict[tuple[str, str], list[Decision]] = defaultdict(list)
        for decision in sorted(decisions, key=lambda d: (d.at, d.id)):
            self._about[decision.platform, decision.post_id].append(decision)

    def of(self, post: Post) -> Ruling:
        """The ruling on a post."""
        if not self._about:
            return UNDECIDED
        about = [
            decision
            for decision in self._about.get((post.platform, post.post_id), ())
            if decision.account_id in (None, post.account_id)
        ]
        if not about:
            return UNDECIDED
        counting = _latest(about, "include", "exclude")
        reassigned = _latest(about, "reassign")
        valued = _latest(about, "set_value")
        holding = [decision for decision in (counting, reassigned, valued) if decision]
        return Ruling(
            counts=counting.action == "include" if counting else None,
            satker=reassigned.satker if reassigned else None,
            value=valued.value if valued else None,
            decisions=tuple(sorted(decision.id for decision in holding)),
        )


def _latest(about: Iterable[Decision], *actions: str) -> Decision | None:
    found = [decision for decision in about if decision.action in actions]
    return found[-1] if found else None
