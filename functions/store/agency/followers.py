"""How many followers accounts had: ``followers/{platform}:{month}`` (store/followers.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import partial

from functions.model import Platform, iso, month_of
from functions.store import followers as readings_of
from functions.store.agency.root import AgencyDocuments
from functions.store.keys import key
from functions.store.parts import held_parts, part_writes
from functions.store.port import Stored, until_written

ATTEMPTS = 20  # at adding to a document that others add to as well


class FollowerDocuments(AgencyDocuments):
    """An agency's readings of follower counts."""

    def save_followers(self, readings: Iterable[tuple[Platform, str, datetime, int]]) -> None:
        """Add (platform, account id, read at, followers), kept by platform and month."""
        grouped: dict[tuple[Platform, str], readings_of.FollowerCounts] = defaultdict(dict)
        for platform, account_id, at, count in readings:
            month = month_of(at, self.agency.zone)
            grouped[platform, month].setdefault(account_id, {})[iso(at)] = count
        for (platform, month), added in sorted(grouped.items()):
            # Another writer may add readings meanwhile: keep both.
            until_written(partial(self._add_followers, platform, month, added), ATTEMPTS)

    def followers(
        self, first: str, last: str, now: datetime
    ) -> dict[str, tuple[tuple[datetime, int], ...]]:
        """Follower counts read by ``now`` in the months first..last: account key to readings."""
        documents: dict[str, list[Stored]] = defaultdict(list)
        for stored in self.store.list(f"{self.root}/followers", at_least=first, below=last + "~"):
            documents[stored.data["platform"]].append(stored)
        found: dict[str, tuple[tuple[datetime, int], ...]] = {}
        for platform, held in documents.items():
            for account_id, counts in readings_of.unite(held).items():
                read = ((datetime.fromisoformat(at), count) for at, count in counts.items())
                known = tuple(sorted((at, count) for at, count in read if at <= now))
                if known:
                    found[f"{platform}:{account_id}"] = known
        return found

    def _add_followers(
        self, platform: Platform, month: str, added: readings_of.FollowerCounts
    ) -> None:
        head = f"{self.root}/followers/{key(platform, month)}"
        held = held_parts(self.store, [head]).get(head, {})
        known = readings_of.unite(held.values())
        readings_of.add(known, added)
        facts = {"month": month, "platform": platform}
        self.store.write(part_writes(head, held, facts, known))
