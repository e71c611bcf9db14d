"""Meta's Graph API versions and when they end: no answer announces it beforehand.

"A version will no longer be usable two years after the date that the subsequent version is
released"; calls to it are then answered by the oldest that is left (Meta, Platform Versioning,
developers.facebook.com/docs/apps/versions, 2026-11). Dates as the changelog had them in 2026-11;
those of v23.0 and v24.0 follow from that rule. The newest version has no end yet.

X, TikTok and YouTube have one version each in their paths, and have announced no end of it.
"""

from __future__ import annotations

from datetime import date, timedelta

# By number, oldest first: v21.0 is no more from 21 January 2027 on.
ENDS = {
    (20, 0): date(2026, 9, 24),
    (21, 0): date(2027, 1, 21),
    (22, 0): date(2027, 5, 20),
    (23, 0): date(2027, 10, 8),
    (24, 0): date(2028, 2, 18),
    (25, 0): date(2028, 7, 29),
}
NEWEST = "v26.0"
SOON = timedelta(days=60)  # before its end a version is told: time to try the next one
ADVICE = f"set KIPRAH_GRAPH_VERSION={NEWEST}"


def ending(version: str) -> date | None:
    """The day from which a version such as ``v21.0`` is no more.

    One that is older than all that are known had ended by the first known end. None: it has no
    known end, as the newest ones, or is no version.
    """
    try:
        major, minor = version.removeprefix("v").split(".")
        number = int(major), int(minor)
    except ValueError:
        return None
    return next((end for known, end in ENDS.items() if number <= known), None)


def remark(version: str, today: date) -> str | None:
    """What to know of a version that has ended or soon will, in one sentence; None: nothing."""
    end = ending(version)
    if end is None or today < end - SOON:
        return None
    if today >= end:
        return f"Graph API {version} is no more since {end}, the oldest left answers; {ADVICE}"
    return f"Graph API {version} ends on {end}; {ADVICE}"
