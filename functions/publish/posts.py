"""A post as its satker's page shows it: value, bounds, the two samples and the reason."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from functions.model import Entry, Measurement, Platform, Post, Sample, Verdict
from functions.publish import formats, words
from functions.publish.pages import PostItem, Reading

_CAPTION = 160


def post_item(entry: Entry, verdict: Verdict, handle: str, zone: ZoneInfo) -> PostItem:
    """A scored post."""
    post, measured = entry.post, verdict.measurement
    return PostItem(
        platform=post.platform,
        label=words.PLATFORM[post.platform],
        handle=handle,
        href=web_address(post.url),
        when=formats.time_short(post.published_at, zone),
        moment=formats.time_short(post.mark, zone),
        caption=_caption(post, verdict),
        counted=verdict.counted,
        state=measured.state,
        state_label=words.STATE[measured.state],
        i24=measured.i24,
        bounds=_bounds(measured),
        why=words.why(entry),
        readings=tuple(
            _reading(post, sample, side, zone)
            for side, sample in _samples(post, measured)
            if sample is not None
        ),
    )


def web_address(url: str | None) -> str | None:
    """An address that may be linked: http or https, nothing a browser would run."""
    return url if url and url.lower().startswith(("http://", "https://")) else None


def profile_address(platform: Platform, handle: str) -> str | None:
    """The public address of an account."""
    name = handle.lstrip("@")
    if not name:
        return None
    if platform == "youtube":
        is_channel = len(name) == 24 and name.startswith("UC")
        return f"https://www.youtube.com/{'channel/' if is_channel else '@'}{name}"
    host = {
        "instagram": "https://www.instagram.com/",
        "facebook": "https://www.facebook.com/",
        "x": "https://x.com/",
        "tiktok": "https://www.tiktok.com/@",
    }[platform]
    return host + name


def _caption(post: Post, verdict: Verdict) -> str:
    """The caption's beginning while the post exists, and nothing of a removed one."""
    last_seen = post.samples[-1].taken_at if post.samples else None
    gone = bool(post.absences) and (last_seen is None or post.absences[-1] > last_seen)
    if verdict.measurement.state == "removed" or gone or not post.text:
        return ""
    text = " ".join(post.text.split())
    if len(text) <= _CAPTION:
        return text
    return text[:_CAPTION].rsplit(" ", 1)[0].rstrip(" ,.;:–-") + " …"


def _bounds(measured: Measurement) -> str:
    """The error in words; empty when the value is exact or still running."""
    lower, upper = measured.lower, measured.upper
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


def _reading(post: Post, sample: Sample, side: str, zone: ZoneInfo) -> Reading:
    return Reading(
        side=side,
        when=formats.time_short(sample.taken_at, zone),
        age=formats.duration(sample.taken_at - post.published_at),
        total=sample.total(post.platform),
        breakdown=words.breakdown(post.platform, sample),
    )
