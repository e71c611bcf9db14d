"""Why a post is not measured, in a sentence with its times. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from functions.model import PLATFORM_NAMES, Entry
from functions.publish.outages import Gap, Reads, own_gap
from functions.publish.text import formats
from functions.thresholds import LATEST_USABLE


def unmeasured(entry: Entry, reads: Reads, zone: ZoneInfo) -> str:
    """What kept a counted post from being measured; empty for one that is, or that is hidden.

    ``reads``: those of all posts of the month.
    """
    post, verdict = entry.post, entry.verdict
    if verdict is None or not verdict.counted or verdict.reason == "hidden":
        return ""
    if verdict.measurement.state != "unmeasured":
        return ""
    if post.samples and post.samples[0].taken_at > post.published_at + LATEST_USABLE:
        age = formats.duration(post.samples[0].taken_at - post.published_at)
        first = formats.time_short(post.samples[0].taken_at, zone)
        return f"Pertama kali terbaca {first}, pada umur {age}."
    gap = reads.gap(post.platform, post.published_at)
    if gap is not None:
        name = PLATFORM_NAMES[post.platform]
        return f"Tidak satu pun unggahan {name} terbaca {_between(gap, zone)}."
    return f"Unggahan ini tidak terbaca {_between(own_gap(entry), zone)}."


def _between(gap: Gap, zone: ZoneInfo) -> str:
    begin, end = gap
    if begin and end:
        return f"antara {formats.time_short(begin, zone)} dan {formats.time_short(end, zone)}"
    if begin:
        return f"sejak {formats.time_short(begin, zone)}"
    if end:
        return f"sampai {formats.time_short(end, zone)}"
    return "pada umur 18 sampai 30 jam"
