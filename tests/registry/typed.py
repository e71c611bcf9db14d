"""Generated members of the kinds that admins, consoles and spreadsheets send."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import strategies as st

from functions.model import PLATFORMS
from functions.parsing.cleaning import clean
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


texts = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=12)
    .map(lambda text: " ".join(clean(text).split()))
    .filter(lambda text: not text.startswith(("=", "#")))  # a formula, an error
)
names = st.from_regex(r"[a-z][a-z0-9]{2,12}", fullmatch=True)


@st.composite
def registries(draw: st.DrawFn) -> dict[str, dict[str, object]]:
    """Good documents by satker id, as an import writes them."""
    found: dict[str, dict[str, object]] = {}
    taken = draw(st.lists(names, unique=True, max_size=12))
    for satker in draw(
        st.lists(st.from_regex(r"[a-z0-9][a-z0-9-]{0,9}", fullmatch=True), max_size=4, unique=True)
    ):
        accounts: dict[str, list[str]] = {}
        for platform in PLATFORMS:
            if taken and draw(st.booleans()):
                accounts[platform] = [taken.pop() for _ in range(min(2, len(taken)))]
        found[satker] = {
            "name": draw(texts.filter(bool)),
            "short_name": draw(texts) or None,
            "kind": draw(st.sampled_from(["kanwil", "unit-utama", "upt"])),
            "province": draw(texts) or None,
            "timezone": draw(st.sampled_from(["Asia/Jakarta", "Asia/Makassar"])),
            "website": draw(st.sampled_from([None, "https://aceh.example.go.id/a?b=c"])),
            "parent": draw(st.sampled_from([None, *found])),
            "active_from": draw(st.sampled_from([None, "2026-10-01"])),
            "active_to": draw(st.sampled_from([None, "2026-12-31"])),
            "notify": draw(st.sampled_from([None, "a@b.example.id; c@d.example.id"])),
            "accounts": accounts,
        }
    return found
