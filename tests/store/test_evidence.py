"""Evidence: a fixed order, canonical bytes, no floats; the quoted lines stand in DESIGN.md."""

import gzip
import hashlib
import json
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import PLATFORMS
from functions.store import evidence as ev
from tests.factories import MARK, PUBLISHED, aged, evidence, presence, read, unit, x_post

PREVIOUS = ev.Previous(month="2026-09", ranking="most_active", ranks={"b": None, "a": 1})
DECISION = ev.Decision(
    id="k1",
    action="set_value",
    platform="x",
    post_id="9",
    by="Ani",
    at=aged(50),
    why="Salah hitung.",
    value=0,
)
OBJECTION = ev.Objection(id="s1", platform="x", post_id="9", by="Budi", at=aged(40), why="Kurang.")
POSTS = evidence(
    [unit("aceh"), unit("bali")],
    [presence("aceh", "x:1", followers=[(PUBLISHED, 1000)], valid_to=aged(100))],
    [
        x_post(read(MARK, likes=3, views=None), absences=(aged(30),), text="Rahasia", post_id="9"),
        x_post(post_id="8", versions=("8", "9")),
    ],
    [PREVIOUS],
)
FULL = msgspec.structs.replace(POSTS, decisions=(DECISION,), objections=(OBJECTION,))


def parsed_lines(content):
    return [json.loads(line) for line in content.splitlines()]


def test_the_lines_stand_in_a_fixed_order_by_type():
    """ "typed lines in a fixed order" """
    encoded = ev.encode(FULL)
    assert [line["type"] for line in parsed_lines(encoded)] == [
        "month",
        "satker",
        "satker",
        "account",
        "previous",
        "decision",
        "objection",
        "post",
        "post",
    ]
    assert encoded.endswith(b"}\n")
    assert encoded.count(b"\n") == 9


def test_every_type_of_line_comes_back_from_its_bytes():
    """ "`month` …, `satker`, `account` …, `previous` …, `decision`, `post`" """
    assert ev.decode(ev.encode(FULL)) == FULL


def test_who_confirmed_a_decision_stands_in_its_line_only_where_somebody_did():
    """The bytes of months without a confirmation are what they were before there were any."""
    assert b"confirmed" not in ev.encode(FULL)
    confirmed = msgspec.structs.replace(DECISION, confirmed_by="Cut", confirmed_at=aged(51))
    assert (confirmed.is_confirmed, DECISION.is_confirmed) == (True, False)
    whole = msgspec.structs.replace(FULL, decisions=(DECISION, confirmed))
    assert ev.encode(whole).count(b'"confirmed_by":"Cut"') == 1
    assert ev.decode(ev.encode(whole)) == whole
    assert ev.encode(ev.decode(ev.encode(whole))) == ev.encode(whole)


def test_the_frame_is_the_evidence_without_its_posts():
    assert FULL.frame == msgspec.structs.replace(FULL, items=())
    assert ev.encode(FULL.frame) + ev.encode_lines(FULL.items) == ev.encode(FULL)


def test_a_posts_line_says_what_it_repeats():
    """ "`post` (all samples, duplicate verdict)" """
    line = ev.item(x_post(), ("7", 93))
    assert (line.duplicate_of, line.duplicate_percent) == ("7", 93)
    alone = ev.item(x_post())
    assert (alone.duplicate_of, alone.duplicate_percent) == (None, None)


def test_the_bytes_are_canonical_json():
    """Sorted keys, no blanks, times in UTC with Z: what any JSON library can make again."""
    for line in ev.encode(FULL).splitlines():
        again = json.dumps(
            json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        assert again.encode() == line
    post = parsed_lines(ev.encode(FULL))[7]
    assert post["published_at"] == "2026-10-10T05:00:00Z"
    assert post["samples"][0] == {
        "taken_at": "2026-10-11T05:00:00Z",
        "likes": 3,
        "comments": 0,
        "shares": 0,
        "views": None,
    }


def test_no_caption_leaves_the_house():
    """ "evidence carries no caption" """
    assert b"Rahasia" not in ev.encode(FULL)
    assert "text" not in parsed_lines(ev.encode(FULL))[7]


def floats(value):
    if isinstance(value, float):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [f for item in value for f in floats(item)] if isinstance(value, list) else []


@st.composite
def months(draw):
    names = st.text(min_size=1, max_size=6)
    counts = st.none() | st.integers(0, 2**53)
    accounts = [
        presence(draw(names), f"{draw(st.sampled_from(PLATFORMS))}:{n}", followers=draw(followers))
        for n in range(draw(st.integers(0, 3)))
    ]
    posts = [
        x_post(read(aged(draw(st.integers(0, 99))), likes=draw(counts)), post_id=draw(names))
        for _ in range(draw(st.integers(0, 3)))
    ]
    ranks = draw(st.dictionaries(names, st.none() | st.integers(1, 900), max_size=3))
    previous = [msgspec.structs.replace(PREVIOUS, ranks=ranks)]
    return evidence([unit(draw(names))], accounts, posts, previous)


followers = st.lists(st.integers(0, 10**9), max_size=3).map(
    lambda counts: [(aged(24 * n), count) for n, count in enumerate(counts)]
)


@given(months())
def test_evidence_comes_back_from_its_bytes_and_holds_no_float(given_evidence):
    encoded = ev.encode(given_evidence)
    assert ev.decode(encoded) == given_evidence
    assert ev.encode(ev.decode(encoded)) == encoded
    assert floats(parsed_lines(encoded)) == []


@given(months(), st.randoms())
def test_lines_that_come_in_another_order_are_sorted_by_type(given_evidence, random):
    mixed = list(given_evidence.lines())
    random.shuffle(mixed)
    sorted_again = ev.sort_lines(mixed)
    assert sorted_again.month == given_evidence.month
    assert sorted(map(ev.item, [i.post() for i in sorted_again.items]), key=repr) == sorted(
        given_evidence.items, key=repr
    )


def test_a_line_gives_back_the_post_as_the_rules_take_it():
    post = x_post(read(MARK, likes=3), absences=(aged(30),), text="x", versions=("1",))
    assert ev.item(post).post() == msgspec.structs.replace(post, text=None, versions=())


@pytest.mark.parametrize(
    "damage",
    [
        lambda good: b"",
        lambda good: good.replace(b'"type":"month"', b'"type":"moon"', 1),
        lambda good: good + good.splitlines()[0] + b"\n",  # a second month
        lambda good: b"\n".join(good.splitlines()[1:]),  # none
        lambda good: good[:-20],
        lambda good: good.replace(b'"likes":3', b'"likes":3.5'),
        lambda good: good.replace(b'"likes":3', b'"likes":"3"'),
        lambda good: good.replace(b'"account_id":"1",', b"", 1).replace(b'"post_id":"9",', b""),
        lambda good: good.replace(b"2026-10-11T05:00:00Z", b"yesterday"),
        lambda good: good + b"\n",
        lambda good: good + b"\xff\xfe\n",
    ],
)
def test_broken_evidence_is_an_error_and_never_read_in_part(damage):
    good = ev.encode(FULL)
    broken = damage(good)
    assert broken != good
    with pytest.raises(ValueError):  # msgspec's own errors are ValueErrors too
        ev.decode(broken)


def test_the_digest_is_sha256_over_the_uncompressed_bytes():
    encoded = ev.encode(FULL)
    assert ev.digest(encoded) == hashlib.sha256(encoded).hexdigest()
    assert ev.digest(gzip.decompress(ev.compress(encoded))) == ev.digest(encoded)


def test_the_gzip_header_carries_neither_name_nor_time():
    """ "the gzip header is written by us" """
    compressed = ev.compress(ev.encode(FULL))
    assert compressed[:2] == b"\x1f\x8b"
    flags, time = compressed[3], compressed[4:8]
    assert flags == 0
    assert time == bytes(4)
    assert zlib.decompress(compressed, wbits=31) == ev.encode(FULL)
    assert ev.compress(ev.encode(FULL)) == compressed


def test_an_account_holds_from_its_first_instant_until_its_last_but_not_at_it():
    held = presence("aceh", "x:1", valid_from=PUBLISHED, valid_to=MARK)
    assert not held.holds(aged(0, 0, -1))
    assert held.holds(PUBLISHED)
    assert held.holds(aged(23, 59, 59))
    assert not held.holds(MARK)
    for_ever = msgspec.structs.replace(held, valid_to=None)
    assert for_ever.holds(aged(24 * 999))
    assert not for_ever.holds(aged(0, 0, -1))
    assert held.key == "x:1"
    assert msgspec.structs.replace(held, account_id=None).key is None
