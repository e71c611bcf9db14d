"""The gate: closed by default, and opened by every one of its keys together."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.listen.comments.gate import missing, readable, registered_ids
from functions.model import Platform
from tests.factories import NOW, account, roster, satker

DAY = timedelta(days=1)
LAW = ("dpia", "dpo", "notice_url")


class Allowed:
    """What admins and units allowed, by hand."""

    def __init__(
        self,
        *units: str,
        comments: frozenset[Platform] = frozenset({"youtube"}),
        lacks: tuple[str, ...] = (),
    ) -> None:
        self.units = units
        self.comments = comments
        self.lacks = lacks

    def reads_comments(self, platform: Platform) -> bool:
        return platform in self.comments and not self.lacks

    def agreed(self, satker: str) -> bool:
        return satker in self.units


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
    allowed = Allowed(*units, comments=comments, lacks=tuple(sorted(lacks)))
    found = {
        one.key
        for platform in ("youtube", "x")
        for one in readable(platform, REGISTERED, allowed, NOW)
    }
    open = {("aceh", "x:1"), ("aceh", "youtube:1"), ("bali", "youtube:2")}
    wanted = {key for unit, key in open if unit in units and key.partition(":")[0] in comments}
    assert found == (set() if lacks else wanted)


def test_whoever_is_registered_begins_no_thread_read_or_not():
    assert registered_ids("youtube", REGISTERED, NOW) == {"1", "2", "6"}


def test_what_is_missing_is_said():
    assert "dpia, dpo" in missing(Allowed(lacks=("dpia", "dpo")), ())
    assert "consent" in missing(Allowed(), ())
    assert missing(Allowed("aceh"), REGISTERED.accounts) == ""
