"""The credentials that the stand-ins accept, in one place."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

INSTAGRAM_TOKEN = "instagram-token"
INSTAGRAM_USER_ID = "17841400000000000"
FACEBOOK_TOKEN = "facebook-token"
FACEBOOK_APP_SECRET = "facebook-app-secret"
X_BEARER_TOKEN = "x-bearer-token"
TIKTOK_CLIENT_KEY = "tiktok-client-key"
TIKTOK_CLIENT_SECRET = "tiktok-client-secret"
TIKTOK_BUSINESS_CLIENT_ID = "tiktok-business-client-id"
TIKTOK_BUSINESS_SECRET = "tiktok-business-secret"
YOUTUBE_API_KEY = "youtube-api-key"

ENVIRONMENT = {
    "KIPRAH_INSTAGRAM_TOKEN": INSTAGRAM_TOKEN,
    "KIPRAH_INSTAGRAM_USER_ID": INSTAGRAM_USER_ID,
    "KIPRAH_FACEBOOK_TOKEN": FACEBOOK_TOKEN,
    "KIPRAH_FACEBOOK_APP_SECRET": FACEBOOK_APP_SECRET,
    "KIPRAH_X_BEARER_TOKEN": X_BEARER_TOKEN,
    "KIPRAH_TIKTOK_CLIENT_KEY": TIKTOK_CLIENT_KEY,
    "KIPRAH_TIKTOK_CLIENT_SECRET": TIKTOK_CLIENT_SECRET,
    "KIPRAH_TIKTOK_BUSINESS_CLIENT_ID": TIKTOK_BUSINESS_CLIENT_ID,
    "KIPRAH_TIKTOK_BUSINESS_SECRET": TIKTOK_BUSINESS_SECRET,
    "KIPRAH_YOUTUBE_API_KEY": YOUTUBE_API_KEY,
}
"""The same, under the names of the environment that the collector reads."""


@dataclass(slots=True)
class MetaGrant:
    """What one Meta access token may do.

    `instagram_user` is our own professional account, on which `business_discovery` is asked.
    With an `app_secret`, Page Public Content Access demands a right `appsecret_proof`;
    without one the token counts as an app token, which needs no proof.
    `scopes`, `expires_at` and `data_until` (instants, 0: never) are what `debug_token` tells.
    `page` is the id of the Page whose own token this is: it reads that Page without any feature
    of the app, and others only with `pages`.
    """

    instagram_user: str | None = None
    pages: bool = False
    app_secret: str | None = None
    page: str | None = None
    scopes: tuple[str, ...] = (
        "instagram_basic",
        "instagram_manage_insights",
        "pages_read_engagement",
    )
    expires_at: int = 0
    data_until: int = 0

    def proof(self, token: str) -> str | None:
        """HMAC-SHA256 of the token, keyed with the app's secret."""
        if self.app_secret is None:
            return None
        return hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


@dataclass(slots=True)
class Credentials:
    """All credentials of a world; a test may add further ones, or take one away."""

    meta: dict[str, MetaGrant] = field(
        default_factory=lambda: {
            INSTAGRAM_TOKEN: MetaGrant(instagram_user=INSTAGRAM_USER_ID),
            FACEBOOK_TOKEN: MetaGrant(pages=True, app_secret=FACEBOOK_APP_SECRET),
        }
    )
    x: set[str] = field(default_factory=lambda: {X_BEARER_TOKEN})
    tiktok: dict[str, str] = field(
        default_factory=lambda: {TIKTOK_CLIENT_KEY: TIKTOK_CLIENT_SECRET}
    )
    tiktok_business: dict[str, str] = field(
        default_factory=lambda: {TIKTOK_BUSINESS_CLIENT_ID: TIKTOK_BUSINESS_SECRET}
    )
    youtube: set[str] = field(default_factory=lambda: {YOUTUBE_API_KEY})

    def give_page_token(self, page: str, token: str = "", *, pages: bool = False) -> str:
        """A Page's own token, made through our app; taking it out of `meta` is its death."""
        token = token or f"page-token-{page}"
        self.meta[token] = MetaGrant(pages=pages, app_secret=FACEBOOK_APP_SECRET, page=page)
        return token
