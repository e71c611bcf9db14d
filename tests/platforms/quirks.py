"""Behaviours of the platforms that their documentation leaves open.

Each default is the more likely or the less comfortable answer; a test turns one over to see
that the collector copes with the other as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Quirks:
    instagram_since: bool = True
    """`media.since(UNIX)` narrows the edge (recorded against v15; today's version unproven)."""
    instagram_refused_fields: set[str] = field(
        default_factory=lambda: {
            "ig_id",
            "is_comment_enabled",
            "shortcode",
            "thumbnail_url",
            "reposts_count",
        }
    )
    """Media fields that business_discovery refuses (seen in 2022)."""
    instagram_page_cap: int = 50
    """A larger `limit` is silently cut to this."""
    instagram_image_views: bool = False
    """Whether photos carry a view_count as well."""
    instagram_collab_in_both: bool = True
    """Whether a collaboration is listed in the co-author's feed too."""
    graph_oldest: str = "v21.0"
    """The oldest version of the Graph API that is left; it answers for those that are no more."""
    instagram_not_ours: set[str] = field(default_factory=set)
    """Ids of accounts that are not our business's: their comments are refused (#10)."""
    graph_dead_id_fails_batch: bool = False
    """The same as the next, for Instagram's comments."""
    facebook_refused_comment_fields: set[str] = field(default_factory=set)
    """Fields of comments that Page Public Content Access refuses (#100)."""
    facebook_dead_id_fails_batch: bool = False
    """Whether one dead id fails a whole `ids=` call with 100/33, or is left out in silence."""
    facebook_since_by_update: bool = False
    """Whether `since` looks at the update, so that old posts come back when commented."""
    facebook_ranked: bool = False
    """Whether neighbours in a feed may stand in the wrong order."""
    facebook_listed_per_year: int = 600
    """How many of the last year's posts a listing shows without the Page's own token: the best
    ranked, and nobody knows how. With that token `/published_posts` shows all."""
    facebook_posts_allowed: bool = True
    """Whether `/posts` is granted; otherwise (#10), and `/published_posts` is the fallback."""
    facebook_published_posts_allowed: bool = True
    """The same for `/published_posts`."""
    facebook_empty_last_page: bool = False
    """Whether a full last page still carries a `next`, which leads to an empty page."""
    x_rich_metrics: bool = True
    """Whether public_metrics has bookmark_count and impression_count."""
    x_locked: set[str] = field(default_factory=set)
    """Ids of citizens who show their posts to their followers alone."""
    x_withheld: set[str] = field(default_factory=set)
    """Ids of posts that X withholds in this country."""
    youtube_stats_as_int: bool = False
    """Whether batchGetStats sends numbers in place of strings; both were seen."""
    youtube_millis: bool = False
    """Whether timestamps carry `.000`, as older data does."""
    youtube_comments_off: set[str] = field(default_factory=set)
    """Ids of videos and channels whose comments are turned off."""
    youtube_missing_thread_fails: bool = False
    """Whether a thread that is gone fails the whole call that names it, or is left out of it."""
    youtube_feed_works: bool = True
    """The keyless feed fails for hours to days at a time; otherwise 404."""
    tiktok_client_tokens: bool = True
    """Whether the app may have client access tokens, which are documented for other products."""
    tiktok_access_seconds: int = 7_200
    """How long an access token lives; older copies of the documentation say 24 hours."""
    tiktok_owner_field: str = "owner"
    """What the Business API calls the mark of a comment by the owner: `owner` or `is_owner`."""
    tiktok_lists_photos: bool = True
    """Whether photo posts appear among the videos."""
