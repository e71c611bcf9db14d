"""Identifiers in each platform's own shape."""

from __future__ import annotations

from base64 import b64encode
from random import Random

_URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_X_EPOCH_MS = 1_288_834_974_657
"""Zero of X's snowflake ids: 2010-11-04T01:42:54.657Z."""


def account_id(platform: str, rng: Random) -> str:
    """The durable id of an account, which no change of its handle touches."""
    if platform == "instagram":
        return "1784" + digits(13, rng)
    if platform == "facebook":
        return "1000" + digits(11, rng) if rng.random() < 0.5 else digits(15, rng)
    if platform == "x":
        return digits(10, rng) if rng.random() < 0.5 else "1" + digits(18, rng)
    if platform == "tiktok":
        return "-000" + url_safe(32, rng)
    return "UC" + url_safe(22, rng)


def post_id(platform: str, account: str, published: int, rng: Random) -> str:
    """The id of a post; X's and TikTok's carry the time of publication, as the real ones do."""
    if platform == "instagram":
        return rng.choice(("17", "18")) + digits(15, rng)
    if platform == "facebook":
        return f"{account}_{digits(15, rng)}"
    if platform == "x":
        return snowflake(published, rng)
    if platform == "tiktok":
        return str(published << 32 | rng.getrandbits(32))
    return url_safe(11, rng)


def snowflake(published: int, rng: Random) -> str:
    """An X id: milliseconds since X's epoch, then 22 bits of machine and sequence."""
    return str((published * 1000 + rng.randrange(1000) - _X_EPOCH_MS) << 22 | rng.getrandbits(22))


def snowflake_time(snowflake_id: str) -> int:
    """The second in which an X id was made."""
    return ((int(snowflake_id) >> 22) + _X_EPOCH_MS) // 1000


def shortcode(media_id: str) -> str:
    """The eleven characters of an Instagram permalink; they are not the Graph id."""
    return b64encode(Random(media_id).randbytes(9), b"-_")[:11].decode()


def digits(count: int, rng: Random) -> str:
    """So many digits, the first of them not zero."""
    return str(rng.randrange(10 ** (count - 1), 10**count))


def url_safe(count: int, rng: Random) -> str:
    return "".join(rng.choices(_URL_SAFE, k=count))
