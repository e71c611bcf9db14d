"""Credentials: which client speaks for an account, and what happens when one is stopped."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from decimal import Decimal
from functools import partial
from types import ModuleType
from typing import Any, TypeVar
from urllib.parse import urlsplit

from functions.collect.client import ApiClient, Clock, Connection, Rate
from functions.collect.contract import Limited, PlatformError, Refused
from functions.collect.planning.quota import EVERYTHING, PACIFIC, Limit, in_turn
from functions.collect.platforms.meta import usage
from functions.model import PLATFORMS, Platform
from functions.settings import Settings

T = TypeVar("T")

NEEDS: Mapping[Platform, str] = {
    "instagram": "KIPRAH_INSTAGRAM_TOKEN and KIPRAH_INSTAGRAM_USER_ID",
    "facebook": "KIPRAH_FACEBOOK_TOKEN",
    "x": "KIPRAH_X_BEARER_TOKEN",
    "tiktok": "KIPRAH_TIKTOK_CLIENT_KEY and KIPRAH_TIKTOK_CLIENT_SECRET",
    "youtube": "KIPRAH_YOUTUBE_API_KEY",
}

# The platforms' own, with every host below them.
OFFICIAL_DOMAINS = (
    "facebook.com",
    "instagram.com",
    "x.com",
    "twitter.com",
    "tiktok.com",
    "tiktokapis.com",
    "googleapis.com",
    "youtube.com",
)


@dataclass(slots=True)
class Credential:
    """One credential of one platform: its client, and what of its work is stopped.

    ``name`` is that of its budget. ``key`` and ``secret`` are the app's own: TikTok's, for its
    accounts' consents, and the Meta app's, which signs a Page's own token.
    """

    name: str
    client: ApiClient
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    stops: dict[str, PlatformError] = field(default_factory=dict)
    spent: Counter[str] = field(default_factory=Counter)
    skipped: int = 0

    def stop(self, error: Limited | Refused) -> None:
        """Send nothing more in this run that hangs on the same limit."""
        bucket = error.bucket if isinstance(error, Limited) else ""
        self.stops.setdefault(bucket or EVERYTHING, error)

    def serves(self, bucket: str) -> bool:
        """Whether work that is counted in a bucket may still be sent."""
        return not (self.stops.keys() & {EVERYTHING, bucket})


STOPS = (Limited, Refused)


def configured(settings: Settings, platform: Platform) -> int:
    """How many credentials are set for the platform."""
    return len(_secrets(settings, platform))


def limits(settings: Settings, platform: Platform) -> tuple[Limit, ...]:
    """What each of the platform's credentials may spend."""
    if platform in ("instagram", "facebook"):
        calls = int(settings.meta_calls_per_hour)
        return (Limit(bucket="calls", amount=calls, span=timedelta(hours=1)),)
    if platform == "x":
        mills = int(Decimal(settings.x_dollars_per_day) * 1000)
        return (Limit(bucket="mills", amount=mills, zone=UTC, even=False),)
    if platform == "tiktok":
        calls = int(settings.tiktok_calls_per_minute)
        return (Limit(bucket="calls", amount=calls, span=timedelta(minutes=1)),)
    if is_keyless(settings, platform):
        return ()
    return (
        Limit(bucket="units", amount=int(settings.youtube_units_per_day), zone=PACIFIC),
        Limit(bucket="stats", amount=int(settings.youtube_stats_per_day), zone=PACIFIC),
    )


def address(settings: Settings, platform: Platform) -> str:
    """The base URL at which the platform is read."""
    if is_keyless(settings, platform):
        return settings.youtube_feed_url
    value: str = getattr(settings, f"{platform}_url")
    return value


def names(settings: Settings, platform: Platform) -> list[str]:
    """The names of the platform's credentials: Instagram and Facebook with one token share one.

    A name tells nothing of the secret, is the same as long as that is, and another afterwards.
    """
    if is_keyless(settings, platform):
        return ["youtube:feed"]
    currency = "meta" if platform in ("instagram", "facebook") else platform
    return [f"{currency}:{fingerprint(secret)}" for secret in _secrets(settings, platform)]


def is_keyless(settings: Settings, platform: Platform) -> bool:
    """Whether YouTube is read by its public feed, for want of a key."""
    return platform == "youtube" and not settings.youtube_api_key


def credentials(
    settings: Settings,
    platform: Platform,
    adapter: ModuleType,
    connection: Connection,
    clock: Clock,
) -> list[Credential]:
    """A client for each credential that is set; empty when there is none."""
    clients = [
        (partial(ApiClient, connection, clock, adapter.explain, **how), key, secret)
        for how, key, secret in _ways_in(settings, platform, adapter)
    ]
    return [
        Credential(name, client(), key=key, secret=secret)
        for name, (client, key, secret) in zip(names(settings, platform), clients, strict=True)
    ]


def _ways_in(
    settings: Settings, platform: Platform, adapter: ModuleType
) -> list[tuple[dict[str, Any], str, str]]:
    """How each credential's client is made, with the app's own key and secret."""
    meta = {"prefix": f"/{settings.graph_version}", "usage": usage}
    if platform == "instagram":
        return [
            ({**meta, "subject": user, "params": {"access_token": token}}, "", "")
            for token, user in zip(
                settings.instagram_token, settings.instagram_user_id, strict=True
            )
        ]
    if platform == "facebook":
        return [
            ({**meta, "params": page_access(token, secret)}, "", secret)
            for token, secret in _pad(settings.facebook_token, settings.facebook_app_secret)
        ]
    if platform == "x":
        return [
            ({"headers": {"Authorization": f"Bearer {token}"}}, "", "")
            for token in settings.x_bearer_token
        ]
    if platform == "tiktok":
        calls = int(settings.tiktok_calls_per_minute)
        return [
            ({"rate": Rate(calls, 60.0)}, key, secret)
            for key, secret in zip(
                settings.tiktok_client_key, settings.tiktok_client_secret, strict=True
            )
        ]
    if is_keyless(settings, platform):
        return [({}, "", "")]
    return [
        ({"params": {"key": key}, "bucket": adapter.bucket}, "", "")
        for key in settings.youtube_api_key
    ]


def page_access(token: str, secret: str) -> dict[str, str]:
    """The parameters by which a token reads Pages; signed where the app's secret is known."""
    return {"access_token": token, **appsecret_proof(token, secret)}


def choose(available: Sequence[T], name: str) -> T:
    """The credential that serves an account: always the same one while the set is the same."""
    return in_turn(available, name)[0]


def appsecret_proof(token: str, secret: str) -> dict[str, str]:
    """HMAC-SHA256 of the token, which Page Public Content Access asks for; empty without secret."""
    if not secret:
        return {}
    proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    return {"appsecret_proof": proof}


def official(settings: Settings) -> list[Platform]:
    """The platforms that are read at their own hosts, not at a stand-in or proxy."""
    return [p for p in PLATFORMS if is_official(address(settings, p))]


def is_official(url: str) -> bool:
    """Whether an address is at one of the platforms' own hosts."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    return any(host == name or host.endswith(f".{name}") for name in OFFICIAL_DOMAINS)


def _pad(tokens: Sequence[str], secrets: Sequence[str]) -> list[tuple[str, str]]:
    """Each token with its app's secret (empty: none); one serves all tokens of one app."""
    if len(secrets) == 1:
        return [(token, secrets[0]) for token in tokens]
    return list(zip(tokens, [*secrets, *[""] * len(tokens)], strict=False))


def _secrets(settings: Settings, platform: Platform) -> tuple[str, ...]:
    held: Mapping[Platform, tuple[str, ...]] = {
        "instagram": settings.instagram_token,
        "facebook": settings.facebook_token,
        "x": settings.x_bearer_token,
        "tiktok": settings.tiktok_client_key,
        "youtube": settings.youtube_api_key,
    }
    return held[platform]


def fingerprint(secret: str) -> str:
    """Eight digits by which a secret is known again, and from which it cannot be had."""
    return hashlib.sha256(secret.encode()).hexdigest()[:8]
