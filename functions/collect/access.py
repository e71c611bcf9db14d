"""Credentials: which client speaks for an account, and what happens when one is stopped."""

from __future__ import annotations

import hashlib
import hmac
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import TypeVar
from urllib.parse import urlsplit

from functions.collect.answers import Limited, PlatformError, Refused
from functions.collect.client import ApiClient, Clock, Connection
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

OFFICIAL_HOSTS = (
    "graph.facebook.com",
    "api.x.com",
    "open.tiktokapis.com",
    "www.googleapis.com",
    "youtube.googleapis.com",
    "www.youtube.com",
)


@dataclass(slots=True)
class Credential:
    """One credential of one platform: its client, and why it is stopped, if it is.

    ``key`` and ``secret`` are the app's own, for platforms where every account consents (TikTok).
    ``until`` None with ``stopped`` set: until somebody acts.
    """

    number: str
    client: ApiClient
    key: str = ""
    secret: str = ""
    stopped: PlatformError | None = None
    until: datetime | None = None
    skipped: int = field(default=0)

    def stop(self, error: PlatformError) -> None:
        """Send nothing more with this credential in this run."""
        self.stopped = self.stopped or error
        if isinstance(error, Limited):
            self.until = error.until


STOPS = (Limited, Refused)


def configured(settings: Settings, platform: Platform) -> int:
    """How many credentials are set for the platform."""
    held: Mapping[Platform, tuple[str, ...]] = {
        "instagram": settings.instagram_token,
        "facebook": settings.facebook_token,
        "x": settings.x_bearer_token,
        "tiktok": settings.tiktok_client_key,
        "youtube": settings.youtube_api_key,
    }
    return len(held[platform])


def address(settings: Settings, platform: Platform) -> str:
    """The platform's base URL."""
    value: str = getattr(settings, f"{platform}_url")
    return value


def credentials(
    settings: Settings,
    platform: Platform,
    adapter: ModuleType,
    connection: Connection,
    clock: Clock,
) -> list[Credential]:
    """A client for each credential that is set; empty when there is none."""
    common = {"connection": connection, "clock": clock, "explain": adapter.explain}
    version = f"/{settings.graph_version}"
    if platform == "instagram":
        return [
            Credential(
                str(n),
                ApiClient(**common, prefix=version, subject=user, params={"access_token": token}),
            )
            for n, (token, user) in enumerate(
                zip(settings.instagram_token, settings.instagram_user_id, strict=True)
            )
        ]
    if platform == "facebook":
        proofs = [
            appsecret_proof(token, secret)
            for token, secret in _pad(settings.facebook_token, settings.facebook_app_secret)
        ]
        return [
            Credential(
                str(n),
                ApiClient(**common, prefix=version, params={"access_token": token, **proof}),
            )
            for n, (token, proof) in enumerate(zip(settings.facebook_token, proofs, strict=True))
        ]
    if platform == "x":
        return [
            Credential(str(n), ApiClient(**common, headers={"Authorization": f"Bearer {token}"}))
            for n, token in enumerate(settings.x_bearer_token)
        ]
    if platform == "tiktok":
        return [
            Credential(str(n), ApiClient(**common), key=key, secret=secret)
            for n, (key, secret) in enumerate(
                zip(settings.tiktok_client_key, settings.tiktok_client_secret, strict=True)
            )
        ]
    return [
        Credential(str(n), ApiClient(**common, params={"key": key}))
        for n, key in enumerate(settings.youtube_api_key)
    ]


def choose(available: Sequence[T], name: str) -> T:
    """The credential that serves an account: always the same one while the set is the same."""
    return available[zlib.crc32(name.encode()) % len(available)]


def appsecret_proof(token: str, secret: str | None) -> dict[str, str]:
    """HMAC-SHA256 of the token, which Page Public Content Access asks for; empty without secret."""
    if not secret:
        return {}
    proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    return {"appsecret_proof": proof}


def official(settings: Settings) -> list[Platform]:
    """The platforms that are read at their own hosts, not at a stand-in or proxy."""
    return [p for p in PLATFORMS if urlsplit(address(settings, p)).hostname in OFFICIAL_HOSTS]


def _pad(tokens: Sequence[str], secrets: Sequence[str]) -> list[tuple[str, str | None]]:
    """Each token with its app's secret; one secret serves all tokens of one app."""
    if len(secrets) == 1:
        return [(token, secrets[0]) for token in tokens]
    filled: list[str | None] = [*secrets, *[None] * len(tokens)]
    return list(zip(tokens, filled, strict=False))
