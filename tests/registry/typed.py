"""Generated members of the kinds that admins, consoles and spreadsheets send."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import strategies as st

from functions.model import PLATFORMS
from functions.registry.fields import COLUMNS, FIELDS

EDGES = [
    datetime.min,  # noqa: DTZ901
    datetime.max,  # noqa: DTZ901
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    date.min,
    date.max,
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "2026-02-30",
    "2026-W40-1",
    "20261001",
    "besok",
]
NUMBERS = [0, -1, 2**53, 2**63 - 1, 1.5e15, 1e300, float("nan"), float("inf"), -0.0, 3.5, True]
TEXTS = [
    "",
    " ",
    "'",
    "\u200e@kemenkum_bali",
    "'61573000111222",
    "\ud83d",
    "a\x00b\x1bc",
    "x" * 100_000,
    "#REF!",
    "#N/A",
    "1,52803E+15",
    "WITA",
    "Asia",
    "../../etc/passwd",
    "javascript:alert(1)",
    "http://[",
    "https://www.instagram.com/kemenkum_bali/",
    "None",
    "null",
    "@",
    "[]",
    "-",
    "=1+1",
]

scalars = (
    st.none()
    | st.sampled_from(EDGES)
    | st.sampled_from(NUMBERS)
    | st.sampled_from(TEXTS)
    | st.text(st.characters(), max_size=20)
    | st.integers()
    | st.floats()
    | st.binary(max_size=4)
    | st.datetimes()
)
keys = st.sampled_from([*PLATFORMS, "Instagram", "twitter", "handle", "from", "to", ""]) | st.text(
    st.characters(), max_size=8
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from([*FIELDS, *COLUMNS.values(), "account", "status", "catatan"])


def nested(depth: int) -> dict[str, object]:
    """A map in a map, deeper than Python goes."""
    found: dict[str, object] = {}
    for _ in range(depth):
        found = {"x": found}
    return found


@st.composite
def broken_documents(draw: st.DrawFn) -> dict[str, object]:
    """A good document with anything in some of its fields."""
    document: dict[str, object] = {"name": "Kanwil Aceh", "kind": "kanwil"}
    for field in draw(st.lists(fields, min_size=1, max_size=4)):
        document[field] = draw(anything)
    if draw(st.integers(0, 30)) == 0:
        document[draw(fields)] = nested(draw(st.sampled_from([100, 300, 5_000])))
    return document
