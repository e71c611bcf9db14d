"""A file for each platform that is listened to; it sees the HTTP client and the model alone."""

from __future__ import annotations

from functions.listen.contract import Listener
from functions.model import Platform


def listener(platform: Platform) -> Listener:
    """The module that reads a platform's comments; loaded when it is needed."""
    match platform:
        case "instagram":
            from functions.listen.platforms import instagram

            return instagram
        case "facebook":
            from functions.listen.platforms import facebook

            return facebook
        case "x":
            from functions.listen.platforms import x

            return x
        case "tiktok":
            from functions.listen.platforms import tiktok

            return tiktok
        case "youtube":
            from functions.listen.platforms import youtube

            return youtube
