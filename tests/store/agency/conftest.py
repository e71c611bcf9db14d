"""What the tests of several subjects of an agency's store write."""

from __future__ import annotations

from functions.model import Entry, Post
from functions.store.agency import AgencyStore
from tests import factories
from tests.factories import MONTH

FRAME = factories.evidence([], [])


def keep(agency: AgencyStore, *posts: Post, month: str = MONTH) -> None:
    """Put posts into a month's ledgers, as scoring does."""
    ledgers = agency.ledgers(month)
    for post in posts:
        ledgers.put(Entry(post=post))
    agency.save_ledgers(ledgers)
