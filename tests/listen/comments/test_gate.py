"""The gate: closed by default, and opened by every one of its keys together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.listen.comments.gate import missing, readable, registered_ids
from functions.model import Platform
from functions.store.listening_settings import Listening
from tests.factories import NOW, account, roster, satker

DAY = timedelta(days=1)
LAW = ("dpia", "dpo", "notice_url")


def allowed(
    *units: str,
    comments: Iterable[Platform] = ("youtube",),
    lacks: Iterable[str] = (),
    **fields: Any,
) -> Listening:
    """What admins and units allowed."""
    law = {name: "x" for name in LAW if name not in lacks}
    consents = dict.fromkeys(units, "B-1")
    return Listening(comments=frozenset(comments), consents=consents, **law, **fields)


REGISTERED = roster(
    satker("aceh"),
    satker("bali"),
    satker("riau"),
    accounts=[
        account("aceh", "youtube:1", since=NOW - DAY),
        account("aceh", "x:1", since=NOW - DAY),
        account("bali", "youtube:2", since=NOW - DAY),
        account("bali", "youtube", since=NOW - DAY),  # its id is not known yet
        account("bali", "youtube:4", since=NOW - 2 * DAY, until=NOW - DAY),
        account("bali", "youtube:5", since=NOW + DAY),
        account("riau", "youtube:6", since=NOW - DAY),
        account("aceh", "youtube:6", since=NOW - DAY),
    ],
)


@settings(max_examples=40)
@given(
    st.frozensets(st.sampled_from(["aceh", "bali", "riau"])),
    st.frozensets(st.sampled_from(["youtube", "x"])),
    st.frozensets(st.sampled_from(LAW)),
)
def test_only_registered_accounts_of_units_that_agreed_are_read(units, comments, lacks):
    listening = allowed(*units, comments=comments, lacks=lacks)
    found = {
        one.key
        for platform in ("youtube", "x")
        for one in readable(platform, REGISTERED, listening, NOW)
    }
    open = {("aceh", "x:1"), ("aceh", "youtube:1"), ("bali", "youtube:2")}
    wanted = {key for unit, key in open if unit in units and key.partition(":")[0] in comments}
    assert found == (set() if lacks else wanted)


def test_whoever_is_registered_begins_no_thread_read_or_not():
    assert registered_ids("youtube", REGISTERED, NOW) == {"1", "2", "6"}


def test_what_is_missing_is_said():
    assert "dpia, dpo" in missing(allowed(lacks=("dpia", "dpo")), ())
    assert "consent" in missing(allowed(), ())
    assert missing(allowed("aceh"), REGISTERED.accounts) == ""
