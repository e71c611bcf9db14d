"""A crisis: within hours a post draws more comments than its unit gets in days, and few likes.

It comes upon the newest post of the day before on an account of the unit that is read by sweeps.
"""

from __future__ import annotations

from datetime import datetime

from tests.platforms.growth import DAY, HOUR, Surge
from tests.platforms.world import Post, World, epoch

SPAN = 10 * HOUR
LEAST = 60
"""Comments, however few the unit gets."""
DAYS = 5
"""Of the unit's usual comments, as many as come within the span."""
USUAL_DAYS = 28
_PLATFORMS = ("instagram", "facebook")


def plant(world: World, satker: str, begin: datetime) -> Post:
    """Plant one from an instant on; the post that it comes upon. ValueError where there is none."""
    at = epoch(begin)
    own = [post for post in world.posts if post.account.satker == satker]
    posts = [post for post in own if at - DAY <= post.published < at - HOUR and _is_plain(post)]
    if not posts:
        raise ValueError(f"{satker} has no plain post on the day before {begin.isoformat()}")
    struck = max(posts, key=lambda post: post.key)
    comments = max(LEAST, round(DAYS * usual(world, own, at)))
    struck.growth = Surge(struck.growth, at - struck.start, comments, SPAN)
    return struck


def usual(world: World, posts: list[Post], at: int) -> float:
    """Comments a day on a unit's posts, over the four weeks before."""
    before = at - USUAL_DAYS * DAY
    grown = (
        world.counters(post, at).comments - world.counters(post, before).comments for post in posts
    )
    return sum(grown) / USUAL_DAYS


def _is_plain(post: Post) -> bool:
    unusual = (post.removed, post.hidden, post.stream, post.versions, post.collaborators)
    return post.account.platform in _PLATFORMS and post.kind == "post" and not any(unusual)
