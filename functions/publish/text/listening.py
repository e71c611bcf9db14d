"""What issues and insights are called in Indonesian, and the values of their rules."""

from __future__ import annotations

import msgspec

from functions import thresholds
from functions.publish.text import formats
from functions.store.insights import GroupKind

# What platforms call the forms of their posts; one that is not here is shown as it is written.
_FORMATS = {
    "album": "Album",
    "carousel": "Carousel",
    "event": "Acara",
    "gif": "Gambar bergerak",
    "image": "Foto",
    "link": "Tautan",
    "live": "Siaran langsung",
    "photo": "Foto",
    "poll": "Jajak pendapat",
    "quote": "Kutipan",
    "reel": "Reel",
    "short": "Short",
    "shorts": "Short",
    "status": "Teks",
    "stream": "Siaran langsung",
    "text": "Teks",
    "video": "Video",
}
_WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
# What stands behind a group's name where that does not say what it is.
GROUP_KINDS: dict[GroupKind, str] = {"format": "bentuk", "campaign": "kampanye"}


class ListeningLimits(msgspec.Struct, frozen=True):
    """The thresholds of issues and insights, as pages write them (functions/thresholds.py)."""

    term_weeks: str
    term_letters: str
    term_prior: str
    term_z: str
    term_units: str
    term_most: str
    narrative_words: str
    narrative_share: str
    narrative_units: str
    clarified_soon: str
    clarified_later: str
    effect_posts: str
    effect_units: str
    effect_share: str
    effect_hours: str


def listening_limits() -> ListeningLimits:
    """The thresholds in words."""
    at = thresholds
    return ListeningLimits(
        term_weeks=formats.number(at.TERM_WEEKS),
        term_letters=formats.number(at.TERM_LETTERS),
        term_prior=formats.number(at.TERM_PRIOR),
        term_z=formats.hundredths(at.TERM_Z),
        term_units=formats.number(at.TERM_UNITS),
        term_most=formats.number(at.TERM_MOST),
        narrative_words=formats.number(at.NARRATIVE_WORDS),
        narrative_share=formats.percent(10 * at.NARRATIVE_PERCENT),
        narrative_units=formats.number(at.NARRATIVE_UNITS),
        clarified_soon=formats.duration(at.CLARIFIED_SOON),
        clarified_later=formats.duration(at.CLARIFIED_LATER),
        effect_posts=formats.number(at.EFFECT_POSTS),
        effect_units=formats.number(at.EFFECT_UNITS),
        effect_share=formats.percent(10 * at.EFFECT_PERCENT),
        effect_hours=formats.duration(at.EFFECT_HOURS),
    )


def format_name(code: str | None) -> str:
    """A form of posts; one that the platform did not tell is said to be so."""
    if code is None:
        return "tidak disebut platform"
    return _FORMATS.get(code.lower(), code)


def group_name(kind: GroupKind, group: str) -> str:
    """A group of posts in words: ``pukul 06–09``, ``hari Selasa``, ``#hukum``.

    What is no hour or weekday is shown as it is written.
    """
    if kind == "format":
        return format_name(group)
    if kind == "tag":
        return f"#{group.removeprefix('#')}"
    if not (group.isascii() and group.isdigit()):
        return group
    number = int(group)
    if kind == "hour" and number < 24:
        hours = int(thresholds.EFFECT_HOURS.total_seconds()) // 3600
        return f"pukul {number:02}–{min(number + hours, 24):02}"
    if kind == "weekday" and 1 <= number <= 7:
        return f"hari {_WEEKDAYS[number - 1]}"
    return group
