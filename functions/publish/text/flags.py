"""Flags in words: one Indonesian sentence each, with the numbers that it rests on. Pure.

The rules that raise flags are in score/rules/flags.py, their list on a page in pages/flags.py.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from functions.model import (
    COUNTED,
    PLATFORMS,
    Burst,
    CounterFall,
    Flag,
    FlagCode,
    FollowerJump,
    LikesOnly,
    Platform,
    SameText,
)
from functions.publish.text import formats, words
from functions.thresholds import BURST_WITHIN

LABELS: dict[FlagCode, str] = {
    "burst": "unggahan beruntun",
    "same_text": "teks berulang",
    "counter_fall": "angka turun",
    "likes_only": "hampir hanya suka",
    "follower_jump": "lonjakan pengikut",
}


def labels(codes: tuple[FlagCode, ...]) -> str:
    """Several flags by name: ``penanda: unggahan beruntun, teks berulang``; empty without any."""
    return f"penanda: {', '.join(LABELS[code] for code in codes)}" if codes else ""


def sentence(flag: Flag, zone: ZoneInfo) -> str:
    """What was seen, without the account and the posts; times in ``zone``."""
    match flag:
        case Burst():
            return _burst(flag, zone)
        case SameText():
            return (
                f"{formats.number(flag.duplicates)} dari {formats.number(flag.posts)} unggahan "
                f"({formats.percent(flag.percent)}) hampir sama dengan unggahan sebelumnya"
            )
        case CounterFall():
            name = words.counter(platform_of(flag), flag.counter)
            fall = f"{formats.number(flag.before)} menjadi {formats.number(flag.after)}"
            percent = formats.percent(flag.percent)
            return f"jumlah {name} turun dari {fall} ({percent}) {_reads(flag, zone)}"
        case LikesOnly():
            return _likes_only(flag)
        case FollowerJump():
            return _follower_jump(flag, zone)


def post_ids(flag: Flag) -> tuple[str, ...]:
    """The posts that a flag is about, oldest first; none when it is about the account."""
    match flag:
        case Burst():
            return flag.post_ids
        case CounterFall() | LikesOnly():
            return (flag.post_id,)
    return ()


def platform_of(flag: Flag) -> Platform:
    """The platform of the flagged account."""
    return next(name for name in PLATFORMS if flag.account.startswith(f"{name}:"))


def _burst(flag: Burst, zone: ZoneInfo) -> str:
    count, when = len(flag.post_ids), formats.span(flag.begin, flag.end, zone)
    within = formats.minutes(BURST_WITHIN)
    if count == flag.most:
        return f"{formats.number(count)} unggahan dalam {within}, {when}"
    return (
        f"{formats.number(count)} unggahan beruntun, {when}, "
        f"paling banyak {formats.number(flag.most)} dalam {within}"
    )


def _likes_only(flag: LikesOnly) -> str:
    platform = platform_of(flag)
    talk = " dan ".join(
        words.counter(platform, name)
        for name in ("comments", "shares")
        if name in COUNTED[platform]
    )
    return (
        f"hanya {formats.number(flag.talk)} dari {formats.number(flag.i24)} interaksi "
        f"({formats.percent(flag.percent)}) berupa {talk}; pada {formats.number(flag.earlier)} "
        f"unggahan sebelumnya {formats.number(flag.usual_talk)} dari "
        f"{formats.number(flag.usual_i24)} ({formats.percent(flag.usual_percent)})"
    )


def _follower_jump(flag: FollowerJump, zone: ZoneInfo) -> str:
    way = "naik" if flag.after > flag.before else "turun"
    percent = "" if flag.percent is None else f" ({formats.percent(flag.percent)})"
    return (
        f"pengikut {way} dari {formats.number(flag.before)} menjadi "
        f"{formats.number(flag.after)}{percent} {_reads(flag, zone)}"
    )


def _reads(flag: CounterFall | FollowerJump, zone: ZoneInfo) -> str:
    """The two reads between which it happened."""
    before, after = flag.before_at, flag.after_at
    return (
        f"antara pembacaan {formats.time_short(before, zone)} dan {formats.time_short(after, zone)}"
    )
