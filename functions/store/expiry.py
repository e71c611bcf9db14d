"""What expires: the collections whose documents are needed only for a time, and for how long.

Firestore deletes them by a TTL policy on each of these collections, which Terraform sets from this
table; in the embedded store each scoring sweeps some (``SWEPT``). Everything else stays for good.
A simulation's documents never expire: deletion goes by the computer's clock, not by simulated time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from functions.model import Platform

# A post is folded into its month's ledger within the hour, and never read again once that month is
# frozen. So long after the end of its month it is gone; a month that is not frozen and published by
# then keeps its posts for longer (score/keeping.py). How long depends on what the platform's terms
# ask (docs/ketentuan.md).
POSTS: Mapping[Platform, timedelta] = {
    # As long as the purpose needs them: for looking into a month that was contested.
    "instagram": timedelta(days=90),
    "facebook": timedelta(days=90),
    "tiktok": timedelta(days=90),
    # What is deleted on X is to be deleted elsewhere too, and nobody asks X about it any more.
    "x": timedelta(days=21),
    # What was read without a user's consent is to be read again or deleted after 30 days.
    "youtube": timedelta(days=30),
}

# So long after the end of its month the texts of posts stay in its ledgers, if it is frozen and
# published by then, and else until it is (score/forgetting.py). No page of a frozen month shows
# any; what a week was about is told by comparing it with the eight weeks before.
TEXTS: Mapping[Platform, timedelta] = {
    "instagram": timedelta(weeks=10),
    "facebook": timedelta(weeks=10),
    "tiktok": timedelta(weeks=10),
    # As long as the month's last week is still looked at.
    "x": timedelta(days=10),
    "youtube": timedelta(days=10),
}

# So long after the day on which it was begun a thread of comments is known, whenever it is written:
# for a year beside the year before. Of YouTube no longer than what was read may be kept.
THREADS: Mapping[Platform, timedelta] = {
    "instagram": timedelta(days=400),
    "facebook": timedelta(days=400),
    "tiktok": timedelta(days=400),
    "x": timedelta(days=400),
    "youtube": timedelta(days=30),
}

KEPT = {
    # A batch's outcome is taken in by the next tick. What none took in for so long is of a platform
    # that is read no more, or of a collector that has stood still since.
    "outcomes": timedelta(days=30),
    # A consent that was begun serves for ten minutes.
    "attempts": timedelta(days=1),
    # A spent invitation is remembered for longer than an invitation is good (seven days).
    "tickets": timedelta(days=30),
    # What a run did is looked up when something went wrong, and counted month by month.
    "runs": timedelta(days=100),
    # A notice is sent within a day or given up; so long its key keeps it from being sent again.
    "notices": timedelta(days=60),
    # An alarm's record is that of ninety days.
    "alarms": timedelta(days=100),
    # How often a query was counted on X is held against the same weeks of a year ago.
    "volumes": timedelta(days=400),
    # The terms of YouTube leave a number thirty days; an alarm compares with twenty-eight.
    "pulse": timedelta(days=30),
    # Those of no known platform; of every other as ``THREADS`` says.
    "threads": max(THREADS.values()),
    # What is followed leads to a comment: where nobody reads any more, it is not to be known.
    "inbox": timedelta(days=30),
    # A comment that is not to be kept: as long as it could be met again.
    "forgotten": timedelta(days=400),
    # Texts drawn for labelling: so long at most, each from when it was read.
    "texts": timedelta(days=14),
    # How many threads a day had is needed until the month's sample is settled.
    "populations": timedelta(days=70),
    # Those of no known platform; of every other as ``POSTS`` says.
    "posts": max(POSTS.values()),
}

# Before the first posts of a month expire, so long is left for scoring to find that they are still
# needed, though it may have stood still for days. A month is frozen and published long before that,
# so that none of its posts is written again, but where many holidays come together.
NOTICE = timedelta(days=10)

SWEPT = 1_000  # documents that one scoring deletes at most


def expiry(
    collection: str, needed_until: datetime, clock: datetime, platform: Platform | None = None
) -> datetime:
    """When a document expires that is written now, by the computer's ``clock``.

    Writing a document again never makes its expiry earlier: a later clock gives a later expiry.
    ``needed_until``: the time counts from then, or from now if that has passed. ``platform``: of
    which a post is.
    """
    kept = KEPT[collection] if platform is None else POSTS[platform]
    return max(needed_until, clock) + kept


def kept_threads(platform: str) -> timedelta:
    """How long a day's threads are kept from its beginning on; of no known platform the longest."""
    return next((kept for name, kept in THREADS.items() if name == platform), KEPT["threads"])
