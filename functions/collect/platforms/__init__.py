"""One platform, one file, the same parts in the same order.

Each module has ``NAME`` and

- ``PAGE_SIZE``, ``MAX_PAGES``: posts on a page of a listing, and the pages read at most;
- ``LOOKUP_SIZE``: posts in one lookup by id; 0 = read by account alone;
- ``DEPTH``: the pages of a deep look at a listing, which is due now and then; 1 where a listing is
  in the order of publication, so that any look sees all that is recent;
- ``LISTING_TELLS``: whether a ``sweep`` brings the profile along, followers included;
- ``RESOLVE_SIZE``, ``RECHECK_SIZE``: accounts that one call serves, by handle and once known;
- ``FOLLOWERS_EVERY``: how often followers are read.

and these functions, which raise ``PlatformError``s:

- ``explain(status, headers, body, now)``: what an answer means, for the client, and whose fault it
  is: the credential's only for reasons that are known to be (the tables are the adapter's own);
- ``resolve(client, handles)``: the accounts behind handles that an admin typed, by handle;
- ``recheck(client, known)``: accounts found before (``Profile``s, of which ``account_id`` and the
  ``handle`` of then are looked at) as they are today, by ``account_id``. The two differ: by id a
  renamed account is still found, a handle of digits is no id, and what is told of an account that
  was lost is not what is told of one that was never found. What stands in neither answer is simply
  unknown;
- ``sweep(client, profile, *, since, depth=1, manner=USUAL)``: an account's recent posts. At least
  ``depth`` pages are read even when nothing recent stands on them; ``manner`` is how this account's
  listing had to be asked for before. X's takes ``replies`` and ``threads`` besides, for the parts
  of threads, Facebook's ``own``, ``recent`` and ``known``;
- where the platform has it, ``lookup(client, posts)``: posts by id;
- where a listing proves no absence (Facebook's is ranked), ``confirm(client, profile, posts)``:
  posts that it left out, by id;
- where listings carry no counters, ``details(client, ids)``: posts that are not known yet;
- ``parse``: one item as a post, pure.

Answers are decoded so that what is wrong costs its own place alone (``decoding``), and read page by
page so that what was read stays read (``walks``). What one account taught is never applied to
another: a client remembers only what is true of its credential or endpoint.

``youtube_feed`` reads YouTube without a key, and is no platform of its own.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def adapter(name: str) -> ModuleType:
    """The module of a platform (or ``youtube_feed``), loaded when it is needed."""
    return import_module(f"functions.collect.platforms.{name}")
