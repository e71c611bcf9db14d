"""Credentials: which client speaks for an account, and what happens when one is stopped."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

from functions.collect.client import PLAIN, ApiClient, ClientOptions, Clock, Connection, Rate
from functions.collect.contract import Limited, PlatformError, Refused
from functions.collect.planning.quota import EVERYTHING, PACIFIC, Limit, in_turn
from functions.collect.platforms import Adapter, Speaker, adapter
from functions.collect.platforms.meta import usage
from functions.model import PLATFORMS, Platform
from functions.settings import Settings

T = TypeVar("T")

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


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """One credential as the settings give it; ``key`` and ``secret``: the app's own."""

    client: ClientOptions
    key: str = ""
    secret: str = ""


class PlatformAccess(NamedTuple):
    """How the settings let a platform be read.

    Attributes:
        needs: the settings without which it cannot be.
        currency: what the names of its credentials begin with. Instagram and Facebook spend from
            one budget where they share a token.
        address: the setting with its base URL.
        secrets: what each credential is told apart by; empty where none is set.
        limits: what each credential may spend.
        keys: the credentials themselves, in the order of ``secrets``.
        by_consent: whether accounts are read with a consent of their own.
    """

    needs: str
    currency: str
    address: str
    secrets: Callable[[Settings], tuple[str, ...]]
    limits: Callable[[Settings], tuple[Limit, ...]]
    keys: Callable[[Settings], Iterable[Key]]
    by_consent: bool = False


def _meta_limits(settings: Settings) -> tuple[Limit, ...]:
    calls = settings.meta_calls_per_hour
    return (Limit(bucket="calls", amount=calls, span=timedelta(hours=1)),)


def _x_limits(settings: Settings) -> tuple[Limit, ...]:
    mills = int(settings.x_dollars_per_day * 1000)
    return (Limit(bucket="mills", amount=mills, zone=UTC, even=False),)


def _tiktok_limits(settings: Settings) -> tuple[Limit, ...]:
    calls = settings.tiktok_calls_per_minute
    return (Limit(bucket="calls", amount=calls, span=timedelta(minutes=1)),)


def _youtube_limits(settings: Settings) -> tuple[Limit, ...]:
    return (
        Limit(bucket="units", amount=settings.youtube_units_per_day, zone=PACIFIC),
        Limit(bucket="stats", amount=settings.youtube_stats_per_day, zone=PACIFIC),
    )


def _instagram_keys(settings: Settings) -> Iterable[Key]:
    for token, user in zip(settings.instagram_token, settings.instagram_user_id, strict=True):
        yield Key(_meta(settings, {"access_token": token}, subject=user))


def _facebook_keys(settings: Settings) -> Iterable[Key]:
    for token, secret in _pad(settings.facebook_token, settings.facebook_app_secret):
        yield Key(_meta(settings, page_access(token, secret)), secret=secret)


def _x_keys(settings: Settings) -> Iterable[Key]:
    for token in settings.x_bearer_token:
        yield Key(ClientOptions(headers={"Authorization": f"Bearer {token}"}))


def _tiktok_keys(settings: Settings) -> Iterable[Key]:
    calls = settings.tiktok_calls_per_minute
    for key, secret in zip(settings.tiktok_client_key, settings.tiktok_client_secret, strict=True):
        yield Key(ClientOptions(rate=Rate(calls, 60.0)), key, secret)


def _youtube_keys(settings: Settings) -> Iterable[Key]:
    for key in settings.youtube_api_key:
        yield Key(ClientOptions(params={"key": key}))


def _meta(settings: Settings, params: Mapping[str, str], subject: str = "") -> ClientOptions:
    prefix = f"/{settings.graph_version}"
    return ClientOptions(prefix=prefix, subject=subject, params=params, usage=usage)


ACCESS: Mapping[Platform, PlatformAccess] = {
    "instagram": PlatformAccess(
        "KIPRAH_INSTAGRAM_TOKEN and KIPRAH_INSTAGRAM_USER_ID",
        "meta",
        "instagram_url",
        lambda settings: settings.instagram_token,
        _meta_limits,
        _instagram_keys,
    ),
    "facebook": PlatformAccess(
        "KIPRAH_FACEBOOK_TOKEN",
        "meta",
        "facebook_url",
        lambda settings: settings.facebook_token,
        _meta_limits,
        _facebook_keys,
    ),
    "x": PlatformAccess(
        "KIPRAH_X_BEARER_TOKEN",
        "x",
        "x_url",
        lambda settings: settings.x_bearer_token,
        _x_limits,
        _x_keys,
    ),
    "tiktok": PlatformAccess(
        "KIPRAH_TIKTOK_CLIENT_KEY and KIPRAH_TIKTOK_CLIENT_SECRET",
        "tiktok",
        "tiktok_url",
        lambda settings: settings.tiktok_client_key,
        _tiktok_limits,
        _tiktok_keys,
        by_consent=True,
    ),
    "youtube": PlatformAccess(
        "KIPRAH_YOUTUBE_API_KEY",
        "youtube",
        "youtube_url",
        lambda settings: settings.youtube_api_key,
        _youtube_limits,
        _youtube_keys,
    ),
}
# YouTube's public feed, which is read for want of a key.
FEED = PlatformAccess(
    "", "youtube", "youtube_feed_url", lambda _: (), lambda _: (), lambda _: (Key(PLAIN),)
)
FEED_NAME = "youtube:feed"
NEEDS: Mapping[Platform, str] = {platform: access.needs for platform, access in ACCESS.items()}


def _access(settings: Settings, platform: Platform) -> PlatformAccess:
    return FEED if is_keyless(settings, platform) else ACCESS[platform]


def is_keyless(settings: Settings, platform: Platform) -> bool:
    """Whether YouTube is read by its public feed, for want of a key."""
    return platform == "youtube" and not settings.youtube_api_key


def adapter_for(settings: Settings, platform: Platform) -> Adapter:
    """The adapter that reads a platform: YouTube's feed where there is no key."""
    return adapter("youtube_feed" if is_keyless(settings, platform) else platform)


def configured(settings: Settings, platform: Platform) -> int:
    """How many credentials are set for the platform."""
    return len(ACCESS[platform].secrets(settings))


def limits(settings: Settings, platform: Platform) -> tuple[Limit, ...]:
    """What each of the platform's credentials may spend."""
    return _access(settings, platform).limits(settings)


def address(settings: Settings, platform: Platform) -> str:
    """The base URL at which the platform is read."""
    value: str = getattr(settings, _access(settings, platform).address)
    return value


def names(settings: Settings, platform: Platform) -> list[str]:
    """The names of the platform's credentials: Instagram and Facebook with one token share one.

    A name tells nothing of the secret, is the same as long as that is, and another afterwards.
    """
    if is_keyless(settings, platform):
        return [FEED_NAME]
    access = ACCESS[platform]
    return [f"{access.currency}:{fingerprint(secret)}" for secret in access.secrets(settings)]


def credentials(
    settings: Settings,
    platform: Platform,
    speaker: Speaker,
    connection: Connection,
    clock: Clock,
) -> list[Credential]:
    """A client for each credential that is set; empty when there is none."""
    keys = _access(settings, platform).keys(settings)
    return [
        Credential(
            name,
            ApiClient(connection, clock, speaker.explain, speaker.bucket, held.client),
            key=held.key,
            secret=held.secret,
        )
        for name, held in zip(names(settings, platform), keys, strict=True)
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


def fingerprint(secret: str) -> str:
    """Eight digits by which a secret is known again, and from which it cannot be had."""
    return hashlib.sha256(secret.encode()).hexdigest()[:8]
