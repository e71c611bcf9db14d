"""A post as its satker's page shows it: value, bounds, the two samples and the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from functions.model import (
    PLATFORM_NAMES,
    Entry,
    Measurement,
    Platform,
    Post,
    Sample,
    State,
    Verdict,
    iso,
)
from functions.publish.files.month_files import NamedPost
from functions.publish.pages.boards import flag_link
from functions.publish.pages.context import Link
from functions.publish.pages.paths import flag_anchor, post_anchor
from functions.publish.text import formats, words
from functions.registry.addresses.public import built_address, public_address

_CAPTION = 160
USUAL_LEAST = 10  # interactions that must be expected before a multiple of them is told
_WEB = re.compile(r"https?://[^\s\x00-\x20\x7f]+\Z", re.IGNORECASE)

# Posts by account key and id.
PostsByItem = Mapping[tuple[str, str], Post] | Mapping[tuple[str, str], NamedPost]


class PostLink(msgspec.Struct, frozen=True):
    """A post by a name; ``href`` None = its address is not known."""

    label: str
    href: str | None


class ShownRead(msgspec.Struct, frozen=True):
    """One of the two samples a value rests on."""

    side: str
    when: str
    age: str
    total: int | None
    breakdown: str


class PostItem(msgspec.Struct, frozen=True):
    """A post with its state, its value and its evidence.

    ``anchor`` names its row; ``page`` leads to its own page, where it has one. ``note`` is a
    sentence where something is not as usual; empty for a post that counts and is measured between
    two close samples. ``usual`` says how many times the usual it has. ``picks`` are the words by
    which rows can be picked. ``repeats`` says how alike it is to an earlier post and links to it;
    ``mark`` names its flags and links to their numbers; ``decision`` links to the log.
    """

    anchor: str
    platform: Platform
    label: str
    handle: str
    href: str | None
    page: str
    when: str
    moment: str
    published: str
    caption: str
    counted: bool
    state: State
    state_label: str
    is_plain: bool
    i24: int | None
    bounds: str
    note: str
    readings: tuple[ShownRead, ...]
    picks: str
    usual: str = ""
    usual_tenths: int | None = None
    repeats: PostLink | None = None
    mark: Link | None = None
    decision: str = ""


# States of a post that counts and is measured as most are: nothing more need be said of it.
_PLAIN: frozenset[State] = frozenset({"observed", "interpolated"})


def post_item(
    entry: Entry,
    verdict: Verdict,
    handle: str,
    zone: ZoneInfo,
    *,
    month_page: str = "",
    page: str = "",
    posts: PostsByItem | None = None,
    cause: str = "",
    captions: bool = True,
) -> PostItem:
    """A scored post.

    Args:
        month_page: the page of its month's flags and decisions.
        page: its own page's address; empty while it has none.
        posts: the posts at hand; it may repeat one of them.
        cause: why it has no usable sample, where that is so.
        captions: whether its text may be shown.
    """
    post, measured = entry.post, verdict.measurement
    is_plain = (
        verdict.counted
        and measured.state in _PLAIN
        and not (measured.partial or measured.decided or verdict.shared or verdict.duplicate_of)
    )
    over = _over_usual(verdict)
    return PostItem(
        anchor=post_anchor(post.platform, post.post_id),
        platform=post.platform,
        label=PLATFORM_NAMES[post.platform],
        handle=handle,
        href=public_address(post.platform, post.post_id, post.url),
        page=page,
        when=formats.time_short(post.published_at, zone),
        moment=formats.time_short(post.mark, zone),
        published=iso(post.published_at),
        caption=caption_of(entry) if captions else "",
        counted=verdict.counted,
        state=measured.state,
        state_label="ditetapkan" if measured.decided else words.STATE[measured.state],
        is_plain=is_plain,
        i24=measured.i24,
        bounds=bounds_of(measured),
        note="" if is_plain else " ".join(filter(None, (words.why(entry), cause))),
        readings=tuple(
            _reading(post, sample, side, zone)
            for side, sample in _samples(post, measured)
            if sample is not None
        ),
        picks=" ".join(picks(entry)),
        usual="" if over is None else f"{formats.tenths(over)} ×",
        usual_tenths=over,
        repeats=_repeats(post, verdict, posts or {}, zone),
        mark=flag_link(verdict.flags, f"{month_page}#{flag_anchor(verdict.satker or '')}"),
        decision=f"{month_page}#keputusan" if verdict.decisions else "",
    )


# What a post can be picked by, beside its platform: the key in the address, and the words.
PICKS: dict[str, str] = {
    "tak-terukur": "tidak terukur",
    "perkiraan": "perkiraan",
    "berjalan": "berjalan",
    "tidak-dihitung": "tidak dihitung",
    "bertanda": "bertanda",
}


def picks(entry: Entry) -> tuple[str, ...]:
    """What a post can be picked by: keys of ``PICKS``."""
    verdict = entry.verdict
    if verdict is None:
        return ()
    state = verdict.measurement.state
    found = []
    if verdict.counted and verdict.measurement.i24 is None:
        found.append("tak-terukur")
    if state == "estimated":
        found.append("perkiraan")
    if state == "running" and verdict.counted:
        found.append("berjalan")
    if not verdict.counted:
        found.append("tidak-dihitung")
    if verdict.flags:
        found.append("bertanda")
    return tuple(found)


def caption_of(entry: Entry) -> str:
    """The beginning of a post's text; nothing for a removed post."""
    post = entry.post
    if entry.is_gone or not post.text:
        return ""
    text = " ".join(post.text.split())
    if len(text) <= _CAPTION:
        return text
    return text[:_CAPTION].rsplit(" ", 1)[0].rstrip(" ,.;:–-") + " …"


def post_link(posts: PostsByItem, owner: str, post_id: str, zone: ZoneInfo) -> PostLink:
    """A link that names a post by its time if it is at hand, else by its id.

    ``owner``: the key of its account, or its platform alone where the account is not named.
    """
    post = posts.get((owner, post_id))
    if post is not None:
        address = public_address(post.platform, post.post_id, post.url)
        return PostLink(formats.time_short(post.published_at, zone), address)
    return PostLink(post_id, post_address(owner.partition(":")[0], post_id))


def post_address(platform: str, post_id: str) -> str | None:
    """A post's address made from its id; None on platforms where the id is not enough."""
    return built_address(platform, post_id) if platform in ("x", "youtube") else None


def web_address(url: str | None) -> str | None:
    """The address if it may be linked (http or https); None otherwise: a browser might run it."""
    return url if url and _WEB.match(url) else None


def profile_address(platform: Platform, handle: str) -> str | None:
    """The public address of an account; None without a name."""
    name = quote(handle.lstrip("@"), safe="/", errors="replace")
    if not name:
        return None
    if platform == "youtube":
        if "/" in name:  # user/NAME, which is no handle
            return f"https://www.youtube.com/{name}"
        is_channel = len(name) == 24 and name.startswith("UC")
        return f"https://www.youtube.com/{'channel/' if is_channel else '@'}{name}"
    host = {
        "instagram": "https://www.instagram.com/",
        "facebook": "https://www.facebook.com/",
        "x": "https://x.com/",
        "tiktok": "https://www.tiktok.com/@",
    }[platform]
    return host + name


def shown_handle(handle: str) -> str:
    """A handle as people write it.

    A Facebook Page without one is shown by name and number; a YouTube user name from before 2014
    with ``user/`` in front.
    """
    if handle.startswith("user/"):
        return handle
    if "/" in handle:
        return handle.strip("/").split("/")[-2].replace("-", " ")
    return handle if handle.isdecimal() else f"@{handle.lstrip('@')}"


def _over_usual(verdict: Verdict) -> int | None:
    """How many times the usual it has, in tenths; None when unknown.

    Months of formula 1 have it however little was expected; what lies under ten is noise.
    """
    over, i24 = verdict.over_usual, verdict.measurement.i24
    if not over or i24 is None or 10 * i24 < USUAL_LEAST * over:
        return None
    return over


def _repeats(post: Post, verdict: Verdict, posts: PostsByItem, zone: ZoneInfo) -> PostLink | None:
    """What a near-duplicate repeats."""
    if verdict.duplicate_of is None:
        return None
    link = post_link(posts, post.account, verdict.duplicate_of, zone)
    percent = (
        ""
        if verdict.duplicate_percent is None
        else f"{formats.percent(10 * verdict.duplicate_percent)} "
    )
    return PostLink(f"{percent}sama dengan unggahan {link.label}", link.href)


def bounds_of(measured: Measurement) -> str:
    """The error of a value in words; empty when the value is exact or still running."""
    lower, upper = measured.lower, measured.upper
    if measured.decided:
        return ""
    if lower is not None and upper is not None:
        return "" if lower == upper else f"{formats.number(lower)}–{formats.number(upper)}"
    if measured.state == "running":
        return ""
    if lower is not None:
        return f"paling sedikit {formats.number(lower)}"
    return f"paling banyak {formats.number(upper)}" if upper is not None else ""


def _samples(post: Post, measured: Measurement) -> tuple[tuple[str, Sample | None], ...]:
    """The samples a value rests on; of a running post, the latest read."""
    if measured.state == "running" and not (measured.before or measured.after) and post.samples:
        return (("Terakhir", post.samples[-1]),)
    return (("Sebelum", measured.before), ("Sesudah", measured.after))


def _reading(post: Post, sample: Sample, side: str, zone: ZoneInfo) -> ShownRead:
    return ShownRead(
        side=side,
        when=formats.time_short(sample.taken_at, zone),
        age=formats.duration(sample.taken_at - post.published_at),
        total=sample.total(post.platform),
        breakdown=words.breakdown(post.platform, sample),
    )
