"""One platform, one file, the same parts in the same order.

Each module has ``NAME``, ``PAGE_SIZE``, ``LOOKUP_SIZE`` (posts in one lookup by id; 0 = read by
account alone), ``KNOWN_BY`` (what ``resolve`` takes for an account it has resolved before),
``RESOLVE_SIZE`` and ``RECHECK_SIZE`` (accounts one such call serves, by handle and by what they are
known by), ``FOLLOWERS_EVERY``, ``explain``, ``resolve``, ``sweep``, where the platform has it
``lookup``, and a pure ``parse``.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from functions.model import Platform


def adapter(platform: Platform) -> ModuleType:
    """The platform's module, loaded when it is needed."""
    return import_module(f"functions.collect.platforms.{platform}")
