"""Narratives: which posts of which units say nearly the same."""

from collections import defaultdict
from datetime import timedelta
from itertools import combinations
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.score.rules.listening.narratives import Told, narratives
from functions.score.rules.listening.words import Names
from tests.platforms.texts import Writer
from tests.score.rules.listening.captions import BEGIN, Planted, changed, syndicated, words

TEXT = "Pos Bantuan Hukum kini hadir di setiap desa dan kelurahan untuk warga"
HOUR = timedelta(hours=1)


def told(unit, text=TEXT, hour=0, id=""):
    return Told(id or f"{unit}-{hour}", unit, BEGIN + hour * HOUR, text)


def as_sets(posts, found):
    return {frozenset(posts[number].id for number in each.posts) for each in found}


@st.composite
def weeks(draw):
    """A few texts that some of six units carry with changes, among posts about something else."""
    random = Random(draw(st.integers(0, 10_000)))
    posts = []
    for _ in range(draw(st.integers(1, 4))):
        base = words(random, random.randint(5, 20))
        for unit in range(draw(st.integers(1, 6))):
            posts.append(told(f"u{unit}", changed(random, base), random.randrange(160)))
    posts += [told("u1", text, 161) for text in draw(st.lists(st.text(max_size=30), max_size=3))]
    return [msgspec.structs.replace(post, id=f"{n:03}") for n, post in enumerate(posts)]


@given(weeks(), st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_the_order_of_posts_does_not_matter(posts, random):
    mixed = random.sample(posts, len(posts))
    found, other = narratives(posts), narratives(mixed)
    named = [([posts[n].id for n in each.posts], each.words) for each in found]
    assert named == [([mixed[n].id for n in each.posts], each.words) for each in other]


@given(weeks(), st.data())
@settings(max_examples=15)
def test_another_units_copy_never_takes_a_narrative_away(posts, data):
    copied = data.draw(st.sampled_from(posts))
    more = [*posts, msgspec.structs.replace(copied, id="copy", unit="another")]
    after = as_sets(more, narratives(more))
    for narrative in as_sets(posts, narratives(posts)):
        assert any(narrative <= larger for larger in after)


def pairs(groups, posts):
    return {
        pair
        for group in groups
        for pair in combinations(sorted(group), 2)
        if posts[pair[0]].unit != posts[pair[1]].unit
    }


def figures(planted: Planted) -> tuple[float, float]:
    """Recall and precision, in pairs of posts of different units."""
    true = defaultdict(list)
    for number, text in enumerate(planted.texts):
        true[text].append(number)
    meant = pairs(true.values(), planted.posts)
    found = pairs([each.posts for each in narratives(planted.posts)], planted.posts)
    return len(meant & found) / len(meant), len(meant & found) / len(found)


@pytest.mark.parametrize("seed", [1, 2])
def test_syndicated_texts_are_found_and_nothing_else(seed):
    recall, precision = figures(syndicated(Random(seed), texts=25, alone=150))
    assert recall >= 0.85
    assert precision >= 0.95


def test_three_units_make_a_narrative():
    posts = [told("a"), told("b", hour=2), told("b", TEXT + " semua", 1), told("c", hour=3)]
    assert narratives(posts[:3]) == []
    [found] = narratives(posts)
    assert found.posts == (0, 2, 1, 3)


def test_a_units_own_posts_bring_nobody_together():
    posts = [told("a", hour=hour) for hour in range(5)]
    assert narratives(posts) == []


def test_too_short_a_text_is_no_narrative():
    assert narratives([told(unit, "Selamat pagi semua warga") for unit in "abc"]) == []
    assert (
        len(narratives([told(unit, "Selamat Hari Raya Idul Fitri 1447 H") for unit in "abc"])) == 1
    )


def test_tags_handles_and_addresses_bring_nobody_together():
    line = "#KementerianHukum #SetahunBerdampak #Kemenkum @kemenkum_ri https://kemenkum.go.id/a "
    texts = [
        "pagi ini hujan turun lagi di kota",
        "buku tamu kantor pindah ke lantai dua atas",
        "lomba catur antar pegawai usai sudah kemarin",
    ]
    assert narratives([told(str(n), line * 3 + text) for n, text in enumerate(texts)]) == []


def test_the_widest_narrative_comes_first():
    other = "Layanan merek dagang dibuka lagi bagi pelaku usaha kecil menengah"
    posts = [told(unit, other, 1) for unit in "abc"]
    posts += [told("a", other, 2), *(told(unit, hour=5) for unit in "abc")]
    assert [each.posts for each in narratives(posts)] == [(0, 1, 2, 3), (4, 5, 6)]
    posts += [told("d", hour=6)]
    assert [each.posts for each in narratives(posts)] == [(4, 5, 6, 7), (0, 1, 2, 3)]


def test_a_narrative_is_named_by_its_own_words():
    others = [
        told(f"o{n}", f"Layanan desa nomor {n} dibuka kembali hari ini oleh petugas")
        for n in range(9)
    ]
    names = Names.of(["kelurahan"], ["Warga"])
    posts = [*(told(unit, hour=200) for unit in "abc"), *others]
    found = next(each for each in narratives(posts, names) if 0 in each.posts)
    assert found.words == ("pos", "bantuan", "hukum", "desa")


def test_stock_sentences_bring_no_subjects_together():
    writers = {f"u{n}": Writer(Random(n)) for n in range(30)}
    random = Random(4)
    units = [random.choice([*writers]) for _ in range(500)]
    posts = [told(unit, writers[unit].text(), id=f"{n:03}") for n, unit in enumerate(units)]
    beginnings = [" ".join(post.text.split()[:2]) for post in posts]
    true = defaultdict(list)
    for number, beginning in enumerate(beginnings):
        true[beginning].append(number)
    found = narratives(posts)
    joined = pairs([each.posts for each in found], posts)
    assert len(joined & pairs(true.values(), posts)) >= 0.95 * len(joined)
    assert len(found) > 20
    assert all(each.words for each in found)
