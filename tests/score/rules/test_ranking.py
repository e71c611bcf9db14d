"""Ranks, movement and lists; the quoted lines stand in RULES.md."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from functions.model import PLATFORMS, Row, Sample
from functions.score.rules.formula import FORMULA
from functions.score.rules.judging import judge_month
from functions.score.rules.ranking import month_bands, moved, order, rank
from functions.store import evidence as ev
from functions.store.evidence import Rules
from tests.factories import (
    BEGIN,
    END,
    LATER,
    PUBLISHED,
    aged,
    evidence,
    measured_post,
    presence,
    read,
    unit,
    x_post,
)

SECOND = timedelta(seconds=1)


def ranked(given_evidence, ranking="most_active", **scope):
    """The rows of one list, by default the official total of Akun Teraktif."""
    wanted = {"platform": None, "kind": None, "band": None, **scope}
    ranking_of_month = rank(given_evidence, judge_month(given_evidence))
    [found] = [
        x
        for x in ranking_of_month.lists
        if x.ranking == ranking and all(getattr(x, k) == v for k, v in wanted.items())
    ]
    return found.rows


def places(rows):
    return [(row.rank, row.satker) for row in rows]


def rows_of(figures):
    """Rows of (satker, posts, i24) before they are ordered."""
    return [
        Row(rank=None, satker=satker, name=satker, posts=posts, measured=posts, i24=i24)
        for satker, posts, i24 in figures
    ]


def month_of_posts(figures, **facts):
    """One account on X per satker, with posts of these I24 values (None: unmeasured)."""
    units = [unit(satker) for satker in figures]
    accounts = [presence(satker, f"x:{satker}", **facts) for satker in figures]
    posts = [
        measured_post(i24, account=f"x:{satker}", post_id=f"{satker}-{n}")
        for satker, values in figures.items()
        for n, i24 in enumerate(values)
    ]
    return evidence(units, accounts, posts)


# Ranks and ties


def test_ties_share_a_rank_and_the_next_is_skipped():
    """ "Ties share a rank and the next is skipped (1-2-2-4)." """
    rows = rows_of([("d", 1, 1), ("b", 5, 2), ("a", 9, 0), ("c", 5, 2)])
    assert places(order(rows, "most_active", set("abcd"))) == [
        (1, "a"),
        (2, "b"),
        (2, "c"),
        (4, "d"),
    ]


def test_inside_a_tie_the_other_headline_figure_decides_then_the_id():
    """ "Inside a tie rows are ordered by the other headline figure, then by satker id." """
    rows = rows_of([("d", 5, 7), ("c", 5, 9), ("b", 5, 7), ("a", 5, None)])
    active = order(rows, "most_active", set("abcd"))
    assert places(active) == [(1, "c"), (1, "b"), (1, "d"), (1, "a")]
    rows = rows_of([("d", 5, 7), ("c", 6, 7), ("b", 5, 7)])
    popular = order(rows, "most_popular", set("bcd"))
    assert places(popular) == [(1, "c"), (1, "b"), (1, "d")]


def test_inside_a_tie_0_interactions_stand_before_interactions_that_nobody_could_measure():
    """ "unmeasured … no – and never as 0" """
    rows = rows_of([("a", 5, None), ("b", 5, 0)])
    assert places(order(rows, "most_active", set("ab"))) == [(1, "b"), (1, "a")]


def test_a_satker_without_a_registered_account_is_listed_with_rank_null():
    """ "A satker without a registered account is listed with rank null." """
    given_evidence = evidence([unit("aceh"), unit("bali")], [presence("bali", "x:1")])
    for ranking in ("most_active", "most_popular"):
        rows = ranked(given_evidence, ranking)
        assert places(rows) == [(1, "bali"), (None, "aceh")]
        assert (rows[1].posts, rows[1].i24) == (0, None)


def test_accounts_but_no_posts_are_0_posts_and_0_interactions_and_ranked():
    """ "Accounts but no posts: 0 posts, 0 interactions, ranked." """
    given_evidence = month_of_posts({"aceh": [3], "bali": []})
    for ranking in ("most_active", "most_popular"):
        last = ranked(given_evidence, ranking)[-1]
        assert (last.satker, last.rank, last.posts, last.measured, last.i24) == ("bali", 2, 0, 0, 0)


def test_posts_but_none_measured_are_null_and_unranked_in_terpopuler_alone():
    """ "Posts but none measured: i24 null, unranked in Terpopuler." """
    given_evidence = month_of_posts({"aceh": [None, None], "bali": [0]})
    popular = ranked(given_evidence, "most_popular")
    assert places(popular) == [(1, "bali"), (None, "aceh")]
    assert (popular[1].posts, popular[1].measured, popular[1].i24) == (2, 0, None)
    assert places(ranked(given_evidence)) == [(1, "aceh"), (2, "bali")]


def test_a_satker_with_one_measured_post_has_the_sum_of_what_is_measured():
    """ "n dari m unggahan terukur" """
    [row] = ranked(month_of_posts({"aceh": [None, 4, None, 5]}), "most_popular")
    assert (row.posts, row.measured, row.i24) == (4, 2, 9)


@pytest.mark.parametrize(
    ("begin", "end", "rank_given"),
    [
        (BEGIN - timedelta(days=90), None, 1),
        (END - SECOND, None, 1),
        (END, None, None),
        (BEGIN - timedelta(days=90), BEGIN + SECOND, 1),
        (BEGIN - timedelta(days=90), BEGIN, None),
    ],
)
def test_an_account_ranks_its_satker_in_the_months_in_which_it_is_registered(
    begin, end, rank_given
):
    account = presence("aceh", "x:1", valid_from=begin, valid_to=end)
    [row] = ranked(evidence([unit("aceh")], [account]))
    assert row.rank == rank_given


def test_an_account_whose_id_is_not_known_yet_ranks_its_satker_too():
    account = msgspec.structs.replace(presence("aceh", "x:1"), account_id=None)
    [row] = ranked(evidence([unit("aceh")], [account]))
    assert (row.rank, row.posts, row.i24) == (1, 0, 0)


# What is summed


def test_teraktif_counts_counted_posts_and_terpopuler_sums_their_i24():
    """Removed and unregistered posts stand in neither."""
    units = [unit("aceh")]
    accounts = [presence("aceh", "x:1", valid_from=PUBLISHED)]
    posts = [
        measured_post(5, post_id="1"),
        measured_post(7, post_id="2", at=PUBLISHED + timedelta(hours=1)),
        measured_post(100, post_id="3", at=PUBLISHED - timedelta(hours=1)),
        measured_post(100, post_id="4", account="x:2"),
        x_post(read(aged(1), likes=100), post_id="5", absences=(aged(3), aged(4))),
    ]
    [row] = ranked(evidence(units, accounts, posts))
    assert (row.posts, row.measured, row.i24) == (2, 2, 12)


def test_a_running_post_stands_in_both_with_its_provisional_value():
    running = x_post(read(aged(1), likes=6))
    given_evidence = evidence([unit("aceh")], [presence("aceh", "x:1")], [running], as_of=aged(2))
    [row] = ranked(given_evidence, "most_popular")
    assert (row.rank, row.posts, row.i24, row.engagement_rate) == (1, 1, 6, None)


def test_the_two_headline_lists_put_all_accounts_of_a_satker_together():
    """ "all its accounts on the five platforms together" """
    accounts = [presence("aceh", f"{p}:{n}") for p in PLATFORMS for n in (1, 2)]
    posts = [measured_post(1, account=a.key, post_id=a.key) for a in accounts]
    [row] = ranked(evidence([unit("aceh")], accounts, posts))
    assert (row.posts, row.i24) == (10, 10)


def test_each_platform_and_each_kind_has_lists_of_its_own():
    """ "each platform alone, each kind of unit alone" """
    units = [unit("aceh"), unit("setjen", kind="unit-utama")]
    accounts = [presence("aceh", "x:1"), presence("aceh", "tiktok:2"), presence("setjen", "x:3")]
    posts = [
        measured_post(1, account="x:1", post_id="1"),
        measured_post(10, account="tiktok:2", post_id="2"),
        measured_post(100, account="x:3", post_id="3"),
    ]
    given_evidence = evidence(units, accounts, posts)
    on_x = ranked(given_evidence, "most_popular", platform="x")
    assert [(r.rank, r.satker, r.i24) for r in on_x] == [(1, "setjen", 100), (2, "aceh", 1)]
    on_tiktok = ranked(given_evidence, "most_popular", platform="tiktok")
    assert [(r.rank, r.satker, r.i24) for r in on_tiktok] == [
        (1, "aceh", 10),
        (None, "setjen", None),
    ]
    kanwil = ranked(given_evidence, kind="kanwil")
    assert [(r.rank, r.satker, r.posts) for r in kanwil] == [(1, "aceh", 2)]
    ranking = rank(given_evidence, judge_month(given_evidence))
    scopes = [(x.platform, x.kind) for x in ranking.lists]
    assert (
        scopes[::2]
        == scopes[1::2]
        == [
            (None, None),
            *((platform, None) for platform in PLATFORMS),
            (None, "kanwil"),
            (None, "unit-utama"),
        ]
    )


def test_a_post_that_moved_with_its_account_counts_for_who_held_it():
    accounts = [
        presence("aceh", "x:1", valid_to=PUBLISHED),
        presence("bali", "x:1", valid_from=PUBLISHED),
    ]
    posts = [
        measured_post(1, post_id="1", at=PUBLISHED - SECOND),
        measured_post(10, post_id="2", at=PUBLISHED),
    ]
    rows = ranked(evidence([unit("aceh"), unit("bali")], accounts, posts), "most_popular")
    assert [(row.satker, row.i24) for row in rows] == [("bali", 10), ("aceh", 1)]


def test_a_shared_item_counts_for_both_satker():
    accounts = [presence("aceh", "x:1"), presence("bali", "x:2")]
    posts = [measured_post(4, account=a.key, post_id="same") for a in accounts]
    given_evidence = evidence([unit("aceh"), unit("bali")], accounts, posts)
    assert all(verdict.shared for _, verdict in judge_month(given_evidence).posts)
    assert [(r.rank, r.i24) for r in ranked(given_evidence, "most_popular")] == [(1, 4), (1, 4)]


def readings_of(posts: int, measured: int, account: str):
    """So many posts of an account, so many of them with a value."""
    return [
        measured_post(1 if n < measured else None, account=account, post_id=f"{account}-{n}")
        for n in range(posts)
    ]


@pytest.mark.parametrize(
    ("of_each_account", "thin"),
    [
        ([], False),
        ([(10, 9)], False),  # 90 % is not under 90 %
        ([(10, 8)], True),
        ([(9, 8)], True),  # 88.9 %
        ([(19, 17)], True),  # 89.5 %
        ([(20, 18)], False),
        ([(10, 9), (10, 9)], False),
        # "any of whose accounts": of both together 96 % are measured.
        ([(22, 22), (3, 2)], True),
    ],
)
def test_a_satker_with_an_account_under_90_percent_measured_is_marked(of_each_account, thin):
    """ "A satker any of whose accounts has under 90 % of its posts measured is marked" """
    keys = [f"x:{n}" for n in range(max(len(of_each_account), 1))]
    posts = [
        post
        for key, sizes in zip(keys, of_each_account, strict=False)
        for post in readings_of(*sizes, key)
    ]
    units = [unit("aceh"), unit("bali")]
    accounts = [*(presence("aceh", key) for key in keys), presence("bali", "x:9")]
    rows = {row.satker: row for row in ranked(evidence(units, accounts, posts))}
    assert (rows["aceh"].thin, rows["bali"].thin) == (thin, False)


def test_what_does_not_count_makes_nobody_thin():
    """Of its posts: of those that count. A hidden one does, and has no value."""
    gone = [x_post(read(aged(1)), post_id=f"9{n}", absences=(aged(3), aged(4))) for n in range(5)]
    posts = [*readings_of(10, 9, "x:1"), *gone]
    given_evidence = evidence([unit("aceh")], [presence("aceh", "x:1")], posts)
    assert not ranked(given_evidence)[0].thin
    hidden = x_post(Sample(taken_at=aged(24)), post_id="80")
    given_evidence = evidence([unit("aceh")], [presence("aceh", "x:1")], [*posts, hidden])
    [row] = ranked(given_evidence)
    assert (row.posts, row.measured, row.thin) == (11, 9, True)


# Follower bands


def large_and_small(*, more=(), **changes):
    """Eight satker of 10 followers and eight of 2,000, each with one post of its number."""
    sizes = {**{f"s{n}": 10 for n in range(8)}, **{f"t{n}": 2_000 for n in range(8)}}
    accounts = [
        msgspec.structs.replace(
            presence(satker, f"x:{satker}", followers=[(BEGIN, size)]), **changes.get(satker, {})
        )
        for satker, size in sizes.items()
    ]
    posts = [measured_post(n, account=a.key, post_id=a.satker) for n, a in enumerate(accounts, 1)]
    return evidence([unit(satker) for satker in sizes], [*accounts, *more], posts)


def numbers(given_evidence):
    return {satker: band.number for satker, band in month_bands(given_evidence).items()}


def test_each_follower_band_has_lists_of_its_own():
    """ "each follower band alone" """
    given_evidence = large_and_small()
    ranking = rank(given_evidence, judge_month(given_evidence))
    scopes = [(x.ranking, x.band, x.band_from, x.band_below) for x in ranking.lists if x.band]
    assert scopes == [
        ("most_active", 1, 0, 1_000),
        ("most_popular", 1, 0, 1_000),
        ("most_active", 2, 1_000, None),
        ("most_popular", 2, 1_000, None),
    ]
    small = ranked(given_evidence, "most_popular", band=1)
    assert [(r.rank, r.satker, r.i24) for r in small] == [
        (place, f"s{8 - place}", 9 - place) for place in range(1, 9)
    ]
    large = ranked(given_evidence, "most_popular", band=2)
    assert places(large) == [(place, f"t{8 - place}") for place in range(1, 9)]
    assert all(x.platform is None and x.kind is None for x in ranking.lists if x.band)


def test_one_band_has_no_lists_beside_the_official_ones():
    """ "under 16 satker there is one band" """
    given_evidence = large_and_small()
    fewer = msgspec.structs.replace(given_evidence, units=given_evidence.units[:15])
    assert {x.band for x in rank(fewer, judge_month(fewer)).lists} == {None}


def test_bands_follow_the_settings_of_the_month():
    given_evidence = large_and_small()
    rules = Rules(band_edges=(5_000,), band_least=1, band_fewest=2)
    month = msgspec.structs.replace(given_evidence.month, rules=rules)
    assert set(numbers(msgspec.structs.replace(given_evidence, month=month)).values()) == {1}
    rules = Rules(band_fewest=17)
    month = msgspec.structs.replace(given_evidence.month, rules=rules)
    assert set(numbers(msgspec.structs.replace(given_evidence, month=month)).values()) == {1}
    rules = Rules(band_least=9)
    month = msgspec.structs.replace(given_evidence.month, rules=rules)
    assert set(numbers(msgspec.structs.replace(given_evidence, month=month)).values()) == {1}


@pytest.mark.parametrize(
    ("facts", "number"),
    [
        # "the satker's followers summed at 00:00 on day 1"
        ({"followers": ((BEGIN, 999), (BEGIN + SECOND, 1_000))}, 1),
        ({"followers": ((BEGIN - SECOND, 999), (BEGIN, 1_000))}, 2),
        ({"followers": ((BEGIN - timedelta(days=40), 1_000),)}, 2),
        # "later entrants: their first read"
        ({"followers": ((BEGIN + timedelta(days=9), 1_000), (END - SECOND, 5))}, 2),
        ({"valid_from": BEGIN + SECOND, "followers": ((BEGIN + SECOND, 1_000),)}, 2),
        ({"valid_from": END - SECOND, "followers": ((END - SECOND, 1_000),)}, 2),
        # "unknown: lowest band"
        ({"followers": ()}, 1),
        # Nothing of an account that is not its own in the month.
        ({"valid_from": END, "followers": ((BEGIN, 1_000),)}, 1),
        ({"valid_to": BEGIN, "followers": ((BEGIN, 1_000),)}, 1),
        ({"valid_to": BEGIN + SECOND, "followers": ((BEGIN, 1_000),)}, 2),
    ],
)
def test_a_satker_is_as_large_as_it_was_on_day_1(facts, number):
    for_ever = {"valid_from": BEGIN - timedelta(days=400), **facts}
    # With seven others in its band, wherever it lands both bands stay large enough.
    other = [unit(f"u{n}") for n in range(2)]
    more = [
        presence("u0", "x:u0", followers=[(BEGIN, 10)]),
        presence("u1", "x:u1", followers=[(BEGIN, 2_000)]),
    ]
    given_evidence = large_and_small(more=more, s0=for_ever)
    given_evidence = msgspec.structs.replace(given_evidence, units=(*given_evidence.units, *other))
    assert numbers(given_evidence)["s0"] == number


def test_a_satkers_accounts_are_summed_but_not_one_that_comes_later():
    """ "Fixed for the month" """
    second = presence("s0", "tiktok:s0", followers=[(BEGIN, 990)])
    units = (unit("u0"), unit("u1"))

    def of(account):
        held = large_and_small(more=[account])
        return numbers(msgspec.structs.replace(held, units=(*held.units, *units)))["s0"]

    assert of(second) == 2
    assert of(msgspec.structs.replace(second, followers=((BEGIN, 989),))) == 1
    assert of(msgspec.structs.replace(second, valid_from=BEGIN + SECOND)) == 1


def test_a_satker_that_had_no_followers_on_day_1_stays_as_small():
    """ "Fixed for the month": 0 is known, and is not what an account that came later says."""
    units = (unit("u0"), unit("u1"))
    later = presence("s0", "x:9", valid_from=BEGIN + SECOND, followers=[(BEGIN, 9_000)])
    held = large_and_small(more=[later], s0={"followers": ((BEGIN, 0),)})
    assert numbers(msgspec.structs.replace(held, units=(*held.units, *units)))["s0"] == 1


def test_a_band_moves_against_the_same_band_alone():
    """A band of other bounds was another company, whatever its number."""
    bounds = {"band": 1, "band_from": 0, "band_below": 1_000}
    ranks = {f"s{n}": 1 for n in range(8)}
    base = ev.Previous(month="2026-09", ranking="most_popular", ranks=ranks, **bounds)

    def kinds(**changes):
        previous = (msgspec.structs.replace(base, **changes),)
        held = msgspec.structs.replace(large_and_small(), previous=previous)
        return {row.movement_kind for row in ranked(held, "most_popular", band=1)}

    assert kinds() == {"same", "down"}
    for changes in (
        {"band": 2},
        {"band_from": 1},
        {"band_below": 5_000},
        {"band_below": None},
        {"platform": "x"},
        {"kind": "kanwil"},
        {"ranking": "most_active"},
        {"band": None, "band_from": None, "band_below": None},
    ):
        assert kinds(**changes) == {"none"}


# Engagement rate


def test_the_rate_is_the_median_over_measured_posts_with_followers():
    """ "median over its measured posts"; running ones and those without followers stay out."""
    followers = [(PUBLISHED, 1000)]
    accounts = [presence("aceh", "x:1", followers=followers), presence("aceh", "tiktok:2")]
    posts = [
        measured_post(1, post_id="1"),
        measured_post(9, post_id="2"),
        measured_post(2, post_id="3"),
        measured_post(None, post_id="4"),
        measured_post(500, account="tiktok:2", post_id="5"),
        x_post(read(LATER, likes=1000), post_id="6", published_at=LATER - timedelta(hours=2)),
    ]
    given_evidence = evidence([unit("aceh")], accounts, posts)
    assert ranked(given_evidence)[0].engagement_rate == 2.0
    assert ranked(given_evidence, platform="tiktok")[0].engagement_rate is None


# Movement


@pytest.mark.parametrize(
    ("ranks", "now", "kind", "places_moved"),
    [
        ({"a": 5}, 2, "up", 3),
        ({"a": 2}, 5, "down", 3),
        ({"a": 2}, 2, "same", 0),
        ({"b": 1}, 2, "new", None),
        ({"a": None}, 2, "back", None),
        ({"a": 1}, None, "none", None),
    ],
)
def test_movement_is_against_the_previous_final_ranking(ranks, now, kind, places_moved):
    """ "`movement_kind` `up | down | same | new | back | none` and the number of places" """
    base = ev.Previous(month="2026-09", ranking="most_active", ranks=ranks)
    row = msgspec.structs.replace(rows_of([("a", 1, 1)])[0], rank=now)
    result = moved(row, base)
    assert (result.movement_kind, result.movement) == (kind, places_moved)


def test_without_a_previous_final_ranking_nothing_moves():
    row = msgspec.structs.replace(rows_of([("a", 1, 1)])[0], rank=1)
    assert (moved(row, None).movement_kind, moved(row, None).movement) == ("none", None)


def test_each_list_moves_against_its_own_predecessor():
    def earlier(ranking, ranks, **scope):
        return ev.Previous(month="2026-09", ranking=ranking, ranks=ranks, **scope)

    given_evidence = month_of_posts({"aceh": [1], "bali": [5, 5]})
    given_evidence = msgspec.structs.replace(
        given_evidence,
        previous=(
            earlier("most_active", {"aceh": 1, "bali": 2}),
            earlier("most_active", {"aceh": 2, "bali": 1}, platform="x"),
        ),
    )
    total = ranked(given_evidence)
    assert [(r.satker, r.movement_kind) for r in total] == [("bali", "up"), ("aceh", "down")]
    assert {r.movement_kind for r in ranked(given_evidence, platform="x")} == {"same"}
    assert {r.movement_kind for r in ranked(given_evidence, "most_popular")} == {"none"}
    assert {r.movement_kind for r in ranked(given_evidence, kind="kanwil")} == {"none"}


# Rank within what is known, and concentration


def estimated(satker, account, low, high, post_id="1"):
    """A post whose reads lie an hour and a half to each side of its mark."""
    platform, _, account_id = account.partition(":")
    return x_post(
        read(aged(22), likes=low),
        read(aged(26), likes=high),
        platform=platform,
        account_id=account_id,
        post_id=f"{satker}-{post_id}",
    )


def possible(rows):
    return [(row.satker, row.rank, row.rank_best, row.rank_worst) for row in rows]


def three_units(*posts):
    units = [unit("aceh"), unit("bali"), unit("ntt", "upt")]
    accounts = [presence(u.id, f"{p}:{u.id}") for u in units for p in ("x", "tiktok")]
    return evidence(units, accounts, posts)


def test_the_possible_ranks_follow_from_the_bounds_of_all():
    """ "low and high are the sums, over its counted posts with an I24, of ``lower`` and
    ``upper``" """
    found = three_units(
        estimated("aceh", "x:aceh", 100, 140),
        estimated("bali", "x:bali", 90, 110),
        measured_post(99, account="x:ntt", post_id="n"),
    )
    assert possible(ranked(found, "most_popular")) == [
        ("aceh", 1, 1, 2),
        ("bali", 2, 1, 3),
        ("ntt", 3, 2, 3),
    ]


def test_in_each_list_only_its_members_and_its_posts_are_compared():
    found = three_units(
        estimated("aceh", "x:aceh", 100, 140),
        estimated("bali", "x:bali", 90, 110),
        measured_post(99, account="x:ntt", post_id="n"),
        measured_post(500, account="tiktok:bali", post_id="t"),
    )
    assert possible(ranked(found, "most_popular")) == [
        ("bali", 1, 1, 1),
        ("aceh", 2, 2, 2),
        ("ntt", 3, 3, 3),
    ]
    on_x = possible(ranked(found, "most_popular", platform="x"))
    assert on_x == [("aceh", 1, 1, 2), ("bali", 2, 1, 3), ("ntt", 3, 2, 3)]
    assert possible(ranked(found, "most_popular", kind="upt")) == [("ntt", 1, 1, 1)]
    in_tiktok = possible(ranked(found, "most_popular", platform="tiktok"))
    assert in_tiktok == [("bali", 1, 1, 1), ("aceh", 2, 2, 3), ("ntt", 2, 2, 3)]


def test_an_open_bound_adds_the_value_itself():
    """ "a null bound: I24 itself" """
    one_sided = x_post(read(aged(26), likes=120), account_id="aceh", post_id="a")
    found = three_units(one_sided, estimated("bali", "x:bali", 100, 119))
    assert possible(ranked(found, "most_popular")) == [
        ("aceh", 1, 1, 1),
        ("bali", 2, 2, 2),
        ("ntt", 3, 3, 3),
    ]


def test_in_teraktif_the_rank_is_sure_and_a_row_without_rank_has_no_other():
    """ "In Teraktif they equal the rank." """
    found = three_units(
        estimated("aceh", "x:aceh", 0, 900), measured_post(None, account="x:bali", post_id="b")
    )
    assert possible(ranked(found)) == [
        ("aceh", 1, 1, 1),
        ("bali", 1, 1, 1),
        ("ntt", 3, 3, 3),
    ]
    assert possible(ranked(found, "most_popular")) == [
        ("aceh", 1, 1, 2),
        ("ntt", 2, 1, 2),
        ("bali", None, None, None),
    ]
    nobody = evidence([unit("aceh")], [])
    assert possible(ranked(nobody)) == [("aceh", None, None, None)]


def test_concentration_is_the_largest_posts_share_of_the_lists_sum():
    """ "``largest_share``, the largest post's share of a satker's sum, in percent, one decimal" """
    found = three_units(
        *(measured_post(n, account="x:aceh", post_id=f"a{n}") for n in (10, 20, 30)),
        measured_post(40, account="tiktok:aceh", post_id="t"),
        measured_post(0, account="x:bali", post_id="b"),
        measured_post(None, account="x:ntt", post_id="n"),
    )

    def shares(ranking, **scope):
        return {row.satker: row.largest_share for row in ranked(found, ranking, **scope)}

    for ranking in ("most_active", "most_popular"):
        assert shares(ranking) == {"aceh": 40.0, "bali": None, "ntt": None}
        assert shares(ranking, platform="x")["aceh"] == 50.0
        assert shares(ranking, platform="tiktok") == {"aceh": 100.0, "bali": None, "ntt": None}
        assert shares(ranking, kind="kanwil") == {"aceh": 40.0, "bali": None}


@given(
    posts=st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 40), st.integers(0, 30)), max_size=14
    ),
    sure=st.booleans(),
)
def test_the_rank_lies_within_the_possible_ones_and_is_the_only_one_where_all_is_sure(posts, sure):
    found = evidence(
        [unit(name) for name in "abcd"],
        [presence(name, f"x:{name}") for name in "abcd"],
        [
            estimated(name, f"x:{name}", low, low if sure else low + more, post_id=str(n))
            for n, (name, low, more) in enumerate(posts)
        ],
    )
    rows = ranked(found, "most_popular")
    for row in rows:
        assert 1 <= row.rank_best <= row.rank <= row.rank_worst <= len(rows)
        if sure:
            tied = sum(other.i24 == row.i24 for other in rows)
            assert (row.rank_best, row.rank_worst) == (row.rank, row.rank + tied - 1)
            assert (row.possible_ranks is None) is (tied == 1)
        assert (row.largest_share is None) is (row.i24 == 0)


def test_formula_1_says_neither():
    found = three_units(estimated("aceh", "x:aceh", 100, 140))
    month = msgspec.structs.replace(found.month, formula="1-09474d84")
    found = msgspec.structs.replace(found, month=month)
    for ranking in ("most_active", "most_popular"):
        for row in ranked(found, ranking):
            assert (row.rank_best, row.rank_worst, row.largest_share) == (UNSET,) * 3
            assert (row.possible_ranks, row.concentration) == (None, None)


# The whole


def test_a_ranking_carries_what_it_was_made_of():
    given_evidence = month_of_posts({"aceh": [1]})
    ranking = rank(given_evidence, judge_month(given_evidence))
    month = given_evidence.month
    assert (ranking.agency, ranking.month, ranking.state) == ("kemenkum", "2026-10", "open")
    assert (ranking.formula, ranking.as_of, ranking.run_id) == (FORMULA, month.as_of, "run")
    assert (ranking.incomplete, ranking.revision, ranking.reason) == (False, 1, None)


def test_a_revised_ranking_says_which_revision_it_is_and_why():
    """ "A correction makes revision 2 beside it, with its reason" """
    given_evidence = month_of_posts({"aceh": [1]})
    month = msgspec.structs.replace(
        given_evidence.month, state="closing", incomplete=True, revision=2, reason="salah hitung"
    )
    given_evidence = msgspec.structs.replace(given_evidence, month=month)
    ranking = rank(given_evidence, judge_month(given_evidence))
    assert (ranking.revision, ranking.reason) == (2, "salah hitung")
    assert (ranking.state, ranking.incomplete) == ("closing", True)


def test_lists_stand_in_a_fixed_order():
    """So that the same evidence is the same bytes: kinds by their name, bands from below."""
    kinds = ["upt", "lain", "kanwil", "unit-utama", "pusat", "balai"]
    followers = [10, 2_000, 6_000, 30_000, 200_000]
    units = [unit(f"s{n:02}", kind=kinds[n % 6]) for n in range(40)]
    accounts = [
        presence(each.id, f"x:{each.id}", followers=[(BEGIN, followers[n % 5])])
        for n, each in enumerate(units)
    ]
    given_evidence = evidence(units, accounts)
    lists = rank(given_evidence, judge_month(given_evidence)).lists
    assert [x.kind for x in lists if x.kind][::2] == sorted(kinds)
    assert [x.band for x in lists if x.band][::2] == [1, 2, 3, 4, 5]


def test_an_empty_registry_gives_empty_lists():
    assert ranked(evidence([], [])) == ()


@st.composite
def months(draw):
    """Up to five satker of two kinds, accounts on any platform, posts with and without a value."""
    satker = [f"s{n}" for n in range(draw(st.integers(1, 5)))]
    units = [unit(name, kind=draw(st.sampled_from(["kanwil", "upt"]))) for name in satker]
    accounts = [
        presence(
            draw(st.sampled_from(satker)),
            f"{draw(st.sampled_from(PLATFORMS))}:{n}",
            followers=[(BEGIN, draw(st.integers(0, 5000)))],
        )
        for n in range(draw(st.integers(0, 6)))
    ]
    posts = [
        measured_post(
            draw(st.none() | st.integers(0, 3)),
            account=draw(st.sampled_from(accounts)).key,
            post_id=str(n),
            at=PUBLISHED + timedelta(hours=draw(st.integers(-100, 140))),
        )
        for n in range(draw(st.integers(0, 12)) if accounts else 0)
    ]
    return evidence(units, accounts, posts)


@given(months(), st.randoms())
def test_the_order_of_evidence_lines_does_not_change_ranks(given_evidence, random):
    def shuffled(lines):
        return tuple(random.sample(lines, len(lines)))

    other = msgspec.structs.replace(
        given_evidence,
        units=shuffled(given_evidence.units),
        accounts=shuffled(given_evidence.accounts),
        items=shuffled(given_evidence.items),
    )
    assert rank(other, judge_month(other)) == rank(given_evidence, judge_month(given_evidence))


@given(months(), st.sampled_from(["most_active", "most_popular"]))
def test_totals_add_up(given_evidence, ranking):
    """The platforms' lists, and the kinds', sum to the official total."""
    judged = judge_month(given_evidence)
    lists = {
        (x.platform, x.kind): x
        for x in rank(given_evidence, judged).lists
        if x.ranking == ranking and x.band is None
    }

    def sums(rows):
        rows = list(rows)
        return tuple(sum(getattr(r, n) or 0 for r in rows) for n in ("posts", "measured", "i24"))

    total = sums(lists[None, None].rows)
    assert total == sums(r for (p, k), x in lists.items() if p for r in x.rows)
    assert total == sums(r for (p, k), x in lists.items() if k for r in x.rows)
    counted = [v for _, v in judged.posts if v.counted]
    values = [v.measurement.i24 for v in counted if v.measurement.i24 is not None]
    assert total == (len(counted), len(values), sum(values))


@given(months(), st.sampled_from(["most_active", "most_popular"]))
def test_a_rank_is_one_more_than_the_rows_that_are_better(given_evidence, ranking):
    for listed in rank(given_evidence, judge_month(given_evidence)).lists:
        if listed.ranking != ranking:
            continue
        figures = [
            row.posts if ranking == "most_active" else row.i24 for row in listed.rows if row.rank
        ]
        ranks = [row.rank for row in listed.rows if row.rank]
        assert ranks == [1 + sum(other > figure for other in figures) for figure in figures]
        # The unranked stand below.
        assert [row.rank for row in listed.rows[: len(ranks)]] == ranks


@given(months())
def test_a_satker_with_accounts_and_no_posts_changes_no_other_rank(given_evidence):
    more = msgspec.structs.replace(
        given_evidence,
        units=(*given_evidence.units, unit("zz", kind="lain")),
        accounts=(*given_evidence.accounts, presence("zz", "x:99")),
    )
    for ranking in ("most_active", "most_popular"):
        before = places(ranked(given_evidence, ranking))
        after = places(ranked(more, ranking))
        assert [place for place in after if place[1] != "zz"] == before
