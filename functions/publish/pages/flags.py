"""A month's flags on its page: by satker, with the account, the numbers and the posts.

The rules that raise flags are in score/rules/flags.py, the sentences in publish/text/flags.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import msgspec

from functions.model import PLATFORM_NAMES, Flag, Platform, Ranking
from functions.publish.pages.context import Context
from functions.publish.pages.paths import flag_anchor, satker_path
from functions.publish.pages.posts import PostLink, PostsByItem, post_link, shown_handle
from functions.publish.site import Material
from functions.publish.text import flags

_LINKED = 12  # posts of one flag, at most


class FlagLine(msgspec.Struct, frozen=True):
    """A flag with its numbers; ``more``: posts beyond those that are linked."""

    label: str
    platform: Platform
    account: str
    sentence: str
    posts: tuple[PostLink, ...]
    more: int = 0


class FlaggedUnit(msgspec.Struct, frozen=True):
    """A satker's flags of a month."""

    anchor: str
    name: str
    href: str
    count: int
    lines: tuple[FlagLine, ...]


def flagged_units(context: Context, ranking: Ranking) -> tuple[FlaggedUnit, ...]:
    """The satker that have flags, by name."""
    m = context.material
    named = m.named_in(ranking.month)
    found: dict[str, list[Flag]] = defaultdict(list)
    for flag in ranking.flags:
        if flag.satker is not None:
            found[flag.satker].append(flag)
    return tuple(
        FlaggedUnit(
            anchor=flag_anchor(satker),
            name=m.names.get(satker, satker),
            href=context.href(satker_path(satker)),
            count=len(found[satker]),
            lines=flag_lines(m, found[satker], named, m.zone),
        )
        for satker in sorted(found, key=lambda satker: (m.names.get(satker, satker), satker))
    )


def flag_lines(
    m: Material, told: Iterable[Flag], posts: PostsByItem, zone: ZoneInfo
) -> tuple[FlagLine, ...]:
    """Flags one by one, with links to ``posts``; times in ``zone``."""
    return tuple(_line(m, flag, posts, zone) for flag in told)


def _line(m: Material, flag: Flag, known: PostsByItem, zone: ZoneInfo) -> FlagLine:
    ids = flags.post_ids(flag)
    posts = [post_link(known, flag.account, post_id, zone) for post_id in ids]
    if len(posts) > 1:
        # Of many posts, name only those that can be linked.
        posts = [post for post in posts if post.href][:_LINKED]
    platform = flags.platform_of(flag)
    handle = m.handles.get(flag.account)
    name = shown_handle(handle) if handle else flag.account.removeprefix(f"{platform}:")
    return FlagLine(
        label=flags.LABELS[flag.code],
        platform=platform,
        account=f"{PLATFORM_NAMES[platform]} {name}",
        sentence=flags.sentence(flag, zone),
        posts=tuple(posts),
        more=len(ids) - len(posts) if posts else 0,
    )
