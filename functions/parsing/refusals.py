"""What a service of Google's says when it refuses, and what that means to whoever runs this."""

from __future__ import annotations

from collections.abc import Mapping

LONGEST = 300  # characters of a service's own words


def words(error: Exception) -> str:
    """A service's own words, in one line and no more than ``LONGEST`` characters."""
    return " ".join(str(getattr(error, "message", None) or error).split())[:LONGEST]


def advice(error: Exception, meant: Mapping[str, str], otherwise: str = "see its own words") -> str:
    """What to do about an error, by its class's name as google.api_core has it, or a base's."""
    return next((meant[k.__name__] for k in type(error).__mro__ if k.__name__ in meant), otherwise)
