"""A month's verdicts and flags together; the quoted lines stand in RULES.md."""

from datetime import timedelta

import msgspec
import pytest

from functions.model import Post, Sample
from functions.score.rules.judging import judge_month
from functions.score.rules.marks import with_marks
from functions.score.rules.ranking import rank
from functions.store import evidence as ev
from tests.factories import (
    BEGIN,
    END,
    LATER,
    MARK,
    PUBLISHED,
    aged,
    evidence,
    measured_post,
    presence,
    read,
    unit,
    x_post,
)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
UNITS = [unit("aceh"), unit("bali")]
ACCOUNTS = [presence("aceh", "x:1"), presence("bali", "x:2")]


def verdicts(given, *, twins=(), decisions=()):
    repeats = dict(twins)
    items = tuple(
        msgspec.structs.replace(
            item,
            duplicate_of=repeats.get(item.post_id),
            duplicate_percent=95 if item.post_id in repeats else None,
        )
        for item in given.items
    )
    given = msgspec.structs.replace(given, items=items, decisions=tuple(decisions))
    judgement = with_marks(given, judge_month(given))
    return {post.post_id: verdict for post, verdict in judgement.posts}, judgement, given


def decided(action, post_id="100", id="1", **facts):
    return ev.Decision(
        id=id,
        action=action,
        platform="x",
        post_id=post_id,
        by="Ani",
        at=LATER,
        why="salah hitung",
        **facts,
    )


# Duplicates


def test_a_near_duplicate_does_not_count_and_says_of_what():
    given = evidence(UNITS, ACCOUNTS, [measured_post(5), measured_post(6, post_id="101")])
    found, _, _ = verdicts(given, twins={"101": "100"})
    assert found["100"].counted
    assert (found["101"].counted, found["101"].reason) == (False, "duplicate")
    assert (found["101"].duplicate_of, found["101"].duplicate_percent) == ("100", 95)


def test_a_removed_post_is_removed_before_it_is_a_duplicate():
    gone = x_post(read(aged(1)), absences=(aged(2), aged(3)), post_id="101")
    found, _, _ = verdicts(evidence(UNITS, ACCOUNTS, [gone]), twins={"101": "100"})
    assert found["101"].reason == "removed"


def test_a_running_duplicate_does_not_count_either():
    young = x_post(read(aged(1), likes=3), post_id="101")
    given = evidence(UNITS, ACCOUNTS, [young], as_of=aged(2))
    found, _, _ = verdicts(given, twins={"101": "100"})
    assert (found["101"].reason, found["101"].measurement.i24) == ("duplicate", 3)


# Decisions


def test_an_excluded_post_counts_nowhere():
    given = evidence(UNITS, ACCOUNTS, [measured_post(5)])
    found, judgement, given = verdicts(given, decisions=[decided("exclude")])
    verdict = found["100"]
    assert (verdict.counted, verdict.reason, verdict.decisions) == (False, "excluded", ("1",))
    assert {(r.posts, r.i24) for x in rank(given, judgement).lists for r in x.rows} <= {
        (0, 0),
        (0, None),
    }


@pytest.mark.parametrize(
    "post",
    [
        measured_post(5),
        x_post(read(aged(1)), absences=(aged(2), aged(3))),
    ],
    ids=["duplicate", "removed"],
)
def test_an_included_post_counts_whatever_spoke_against_it(post):
    given = evidence(UNITS, ACCOUNTS, [post])
    found, _, _ = verdicts(given, twins={"100": "99"}, decisions=[decided("include")])
    assert (found["100"].counted, found["100"].reason) == (True, "counted")


def test_a_post_that_was_found_too_late_counts_once_it_is_included():
    late = x_post(read(PUBLISHED + 40 * DAY))
    given = evidence(UNITS, ACCOUNTS, [late], as_of=PUBLISHED + 41 * DAY)
    assert not verdicts(given)[0]["100"].counted
    found, _, _ = verdicts(given, decisions=[decided("include")])
    assert (found["100"].counted, found["100"].reason) == (True, "found_late")


def test_a_set_value_alone_does_not_make_a_late_post_count():
    """It says what the post is worth, not that it was found in time."""
    late = x_post(read(PUBLISHED + 40 * DAY))
    given = evidence(UNITS, ACCOUNTS, [late], as_of=PUBLISHED + 41 * DAY)
    found, _, _ = verdicts(given, decisions=[decided("set_value", value=7)])
    assert (found["100"].counted, found["100"].reason) == (False, "found_late")
    both = [decided("set_value", value=7), decided("include", id="2")]
    found, _, _ = verdicts(given, decisions=both)
    assert (found["100"].counted, found["100"].measurement.i24) == (True, 7)


def test_nobody_can_include_a_post_that_belongs_to_nobody():
    given = evidence(UNITS, [presence("bali", "x:2")], [measured_post(5)])
    found, _, _ = verdicts(given, decisions=[decided("include")])
    assert (found["100"].counted, found["100"].reason) == (False, "account_not_registered")
    found, _, _ = verdicts(
        given, decisions=[decided("include"), decided("reassign", id="2", satker="aceh")]
    )
    assert (found["100"].counted, found["100"].satker) == (True, "aceh")


def test_a_reassigned_post_counts_for_the_other():
    given = evidence(UNITS, ACCOUNTS, [measured_post(5)])
    found, judgement, given = verdicts(given, decisions=[decided("reassign", satker="bali")])
    assert found["100"].satker == "bali"
    [popular] = [
        x
        for x in rank(given, judgement).lists
        if (x.ranking, x.platform, x.kind) == ("most_popular", None, None)
    ]
    assert [(row.satker, row.i24) for row in popular.rows] == [("bali", 5), ("aceh", 0)]


@pytest.mark.parametrize("measured", [5, None])
@pytest.mark.parametrize("set_to", [70, 0])
def test_a_set_value_stands_in_the_place_of_what_was_read(measured, set_to):
    given = evidence(UNITS, ACCOUNTS, [measured_post(measured)])
    found, judgement, given = verdicts(given, decisions=[decided("set_value", value=set_to)])
    value = found["100"].measurement
    assert (value.i24, value.lower, value.upper, value.decided) == (set_to, set_to, set_to, True)
    assert found["100"].counted
    rows = {row.satker: row for row in rank(given, judgement).lists[1].rows}
    assert (rows["aceh"].i24, rows["aceh"].measured, rows["aceh"].rank) == (set_to, 1, 1)


def test_a_hidden_post_whose_value_is_set_is_hidden_no_more():
    hidden = x_post(Sample(taken_at=MARK))
    given = evidence(UNITS, ACCOUNTS, [hidden])
    assert verdicts(given)[0]["100"].reason == "hidden"
    found, _, _ = verdicts(given, decisions=[decided("set_value", value=3)])
    assert (found["100"].counted, found["100"].reason) == (True, "counted")


def test_a_set_value_alone_does_not_bring_back_what_does_not_count():
    """Only `include` does: a duplicate or a removed post stays out, whatever it is worth."""
    given = evidence(UNITS, ACCOUNTS, [measured_post(5)])
    found, _, _ = verdicts(given, twins={"100": "99"}, decisions=[decided("set_value", value=3)])
    assert (found["100"].counted, found["100"].reason) == (False, "duplicate")
    gone = x_post(read(aged(1)), absences=(aged(2), aged(3)))
    given = evidence(UNITS, ACCOUNTS, [gone])
    found, _, _ = verdicts(given, decisions=[decided("set_value", value=3)])
    assert (found["100"].counted, found["100"].reason) == (False, "removed")


def test_a_set_value_is_no_measurement():
    """It neither enters the engagement rate nor what is usual for the account."""
    accounts = [presence("aceh", "x:1", followers=[(BEGIN, 1000)])]
    given = evidence([unit("aceh")], accounts, [measured_post(5)])
    _, judgement, given = verdicts(given, decisions=[decided("set_value", value=70)])
    assert rank(given, judgement).lists[0].rows[0].engagement_rate is None


def test_an_account_whose_id_is_not_known_yet_disturbs_no_other():
    waiting = msgspec.structs.replace(presence("bali", "x:2"), account_id=None)
    accounts = [presence("aceh", "x:1"), waiting]
    found, judgement, _ = verdicts(evidence(UNITS, accounts, [measured_post(5)]))
    assert (found["100"].satker, judgement.flags) == ("aceh", ())


# Flags


def burst(count, account="x:1"):
    return [
        measured_post(1, account=account, post_id=f"{n:03}", at=PUBLISHED + n * MINUTE)
        for n in range(count)
    ]


def test_a_burst_marks_its_posts_its_satker_and_its_platform():
    given = evidence(UNITS, ACCOUNTS, [*burst(10), measured_post(1, account="x:2")])
    found, judgement, given = verdicts(given)
    [flag] = judgement.flags
    assert (flag.code, flag.satker, flag.account, flag.most) == ("burst", "aceh", "x:1", 10)
    assert {name for name, v in found.items() if v.flags} == {f"{n:03}" for n in range(10)}
    lists = rank(given, judgement)
    assert lists.flags == judgement.flags
    marked = {
        (x.platform, row.satker) for x in lists.lists for row in x.rows if row.flags == ("burst",)
    }
    assert marked == {(None, "aceh"), ("x", "aceh")}


def test_a_burst_that_goes_on_after_a_handover_is_whose_it_was_when_it_began():
    accounts = [
        presence("bali", "x:1", valid_to=PUBLISHED + MINUTE),
        presence("aceh", "x:1", valid_from=PUBLISHED + MINUTE),
    ]
    found, judgement, _ = verdicts(evidence(UNITS, accounts, burst(10)))
    assert [found[name].satker for name in ("000", "001", "009")] == ["bali", "aceh", "aceh"]
    assert [flag.satker for flag in judgement.flags] == ["bali"]


def test_flags_change_no_figure():
    """ "Flags point out, never punish" """
    given = evidence(UNITS, ACCOUNTS, burst(12))
    _, judgement, given = verdicts(given)
    row = rank(given, judgement).lists[0].rows[0]
    assert (row.satker, row.posts, row.i24, row.flags) == ("aceh", 12, 12, ("burst",))


def test_removed_posts_make_no_burst_and_no_share_of_the_same_text():
    gone = [
        Post(
            platform="x",
            account_id="1",
            post_id=f"9{n}",
            published_at=PUBLISHED + n * MINUTE,
            url="https://x.example/9",
            samples=(read(aged(1)),),
            absences=(aged(2), aged(3)),
        )
        for n in range(5)
    ]
    _, judgement, _ = verdicts(evidence(UNITS, ACCOUNTS, [*burst(9), *gone]))
    assert judgement.flags == ()


def test_the_same_text_again_and_again_is_flagged():
    given = evidence(UNITS, ACCOUNTS, burst(9))
    found, judgement, _ = verdicts(given, twins={f"{n:03}": "000" for n in range(1, 6)})
    [flag] = judgement.flags
    assert (flag.code, flag.duplicates, flag.posts, flag.percent) == ("same_text", 5, 9, 555)
    assert not any(verdict.flags for verdict in found.values())


def test_a_falling_counter_is_flagged_with_its_reads():
    falling = x_post(read(aged(1), likes=100), read(MARK, likes=50))
    found, judgement, _ = verdicts(evidence(UNITS, ACCOUNTS, [falling]))
    [flag] = judgement.flags
    assert (flag.code, flag.post_id, flag.before, flag.after) == ("counter_fall", "100", 100, 50)
    assert found["100"].flags == ("counter_fall",)
    # "shown from 20 earlier posts on": until then unknown, and not 0.
    assert found["100"].over_usual is None


def test_likes_alone_are_flagged_beside_what_is_usual():
    accounts = [msgspec.structs.replace(presence("aceh", "x:1"), past=((100, 10),))]
    liked = x_post(Sample(taken_at=MARK, likes=300, comments=0, shares=0))
    found, judgement, _ = verdicts(evidence([unit("aceh")], accounts, [liked]))
    assert [flag.code for flag in judgement.flags] == ["likes_only"]
    assert found["100"].flags == ("likes_only",)


def test_several_flags_are_named_in_the_order_of_their_codes():
    """So that the same evidence is the same bytes."""
    readings = ((BEGIN + DAY, 1000), (BEGIN + 2 * DAY, 2000))
    accounts = [
        msgspec.structs.replace(presence("aceh", "x:1"), followers=readings, past=((100, 10),) * 20)
    ]
    posts = [
        x_post(
            read(aged(1), likes=900),
            read(MARK + n * MINUTE, likes=300),
            post_id=f"{n:03}",
            published_at=PUBLISHED + n * MINUTE,
        )
        for n in range(10)
    ]
    found, judgement, given = verdicts(
        evidence([unit("aceh")], accounts, posts),
        twins={f"{n:03}": "000" for n in range(5, 10)},
    )
    assert found["000"].flags == ("burst", "counter_fall", "likes_only")
    codes = ("burst", "counter_fall", "follower_jump", "likes_only", "same_text")
    assert rank(given, judgement).lists[0].rows[0].flags == codes


def test_a_jump_of_followers_is_the_satkers_that_held_the_account_then():
    readings = [(BEGIN + DAY, 1000), (BEGIN + 2 * DAY, 2000)]
    accounts = [
        presence("aceh", "x:1", valid_to=BEGIN + DAY, followers=readings),
        presence("bali", "x:1", valid_from=BEGIN + DAY, followers=readings),
    ]
    _, judgement, given = verdicts(evidence(UNITS, accounts))
    [flag] = judgement.flags
    assert (flag.code, flag.satker, flag.before, flag.after) == (
        "follower_jump",
        "bali",
        1000,
        2000,
    )
    rows = {row.satker: row.flags for row in rank(given, judgement).lists[0].rows}
    assert rows == {"aceh": (), "bali": ("follower_jump",)}


def test_flags_stand_in_the_order_of_their_accounts_and_satker():
    """So that the same evidence is the same bytes, in whatever order its posts stand."""
    handed_over = PUBLISHED + 9 * MINUTE + DAY
    accounts = [
        *(presence("aceh", f"x:{n}") for n in (7, 5, 3, 9)),
        presence("bali", "x:1", valid_to=handed_over),
        presence("aceh", "x:1", valid_from=handed_over),
    ]
    posts = [
        x_post(read(aged(1), 100), read(MARK, 50), account_id=str(n), post_id=f"fall{n}")
        for n in (9, 3, 7, 5)
    ]
    repeated = [
        measured_post(1, post_id=f"{n:03}", at=PUBLISHED + n % 2 * 2 * DAY + n * 7 * MINUTE)
        for n in range(10)
    ]
    given = evidence(UNITS, accounts, [*posts, *repeated])
    _, judgement, _ = verdicts(given, twins={post.post_id: "0" for post in repeated})
    assert [(flag.code, flag.account, flag.satker) for flag in judgement.flags] == [
        ("same_text", "x:1", "aceh"),
        ("same_text", "x:1", "bali"),
        *(("counter_fall", f"x:{n}", "aceh") for n in (3, 5, 7, 9)),
    ]


def test_a_post_of_an_unregistered_account_is_flagged_for_whom_it_was_given_to():
    falling = x_post(read(aged(1), likes=100), read(MARK, likes=50), account_id="9")
    given = evidence(UNITS, ACCOUNTS, [falling])
    assert verdicts(given)[1].flags == ()
    _, judgement, _ = verdicts(given, decisions=[decided("reassign", satker="bali")])
    assert [(flag.code, flag.satker) for flag in judgement.flags] == [("counter_fall", "bali")]


def test_what_nobody_holds_is_not_flagged():
    _, judgement, _ = verdicts(evidence(UNITS, [], burst(12)))
    assert judgement.flags == ()


@pytest.mark.parametrize("at", [BEGIN - DAY, BEGIN - MINUTE, END, END + 300 * DAY])
def test_a_post_of_another_month_never_counts_and_is_not_flagged(at):
    """ "A post belongs to the month of its `published_at`" """
    strangers = [measured_post(5, post_id=f"s{n}", at=at) for n in range(12)]
    own = measured_post(5)
    found, judgement, given = verdicts(evidence(UNITS, ACCOUNTS, [*strangers, own]))
    reasons = {verdict.reason for name, verdict in found.items() if name != "100"}
    assert reasons == {"outside_month"}
    assert found["100"].counted
    assert judgement.flags == ()
    alone = verdicts(evidence(UNITS, ACCOUNTS, [own]))
    assert rank(given, judgement) == rank(alone[2], alone[1])


def test_nothing_counts_for_a_satker_that_stands_in_no_list():
    """ "the counted posts of a month and its lists always sum to the same" """
    posts = [measured_post(5, account="x:1", post_id=name) for name in ("a", "b", "c")]
    given = evidence([unit("aceh")], [presence("aceh", "x:1"), presence("ghost", "x:2")], posts)
    moved = ev.Decision(
        id="k",
        action="reassign",
        platform="x",
        post_id="b",
        by="Ani",
        at=PUBLISHED,
        why="Uji coba.",
        satker="ghost",
    )
    given = msgspec.structs.replace(
        given,
        decisions=(moved,),
        items=(*given.items, ev.item(measured_post(9, account="x:2", post_id="d"))),
    )
    judgement = judge_month(given)
    verdicts = {post.post_id: (v.counted, v.reason) for post, v in judgement.posts}
    assert verdicts["a"] == verdicts["c"] == (True, "counted")
    assert verdicts["b"] == verdicts["d"] == (False, "account_not_registered")
    official = rank(given, judgement).lists[0]
    assert sum(row.posts for row in official.rows) == 2
