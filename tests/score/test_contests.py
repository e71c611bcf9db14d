"""Decisions, objections and revisions through the score job, against both stores."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import iso
from functions.score.cases import FROZEN, UNKNOWN, WAITS, Found
from functions.score.contests import read_contests
from functions.score.rules.closing import closing_begins, closing_ends
from functions.score.rules.formula import FORMULA
from functions.store import evidence as ev
from functions.store.decisions import DECISION_NAMES, OBJECTION_NAMES
from functions.store.port import Stored, Write
from tests.factories import BEGIN, END, MONTH, WIB, measured_post, typed_decision, typed_objection
from tests.score.scoring import entries, official, save, score_at

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MIDDLE = BEGIN + 10 * DAY
CLOSING = closing_begins(MONTH, WIB)
CLOSES = datetime(2026, 11, 5, 17, 0, tzinfo=CLOSING.tzinfo)  # 2 Nov is the day closing starts
ANSWER = {"accepted": False, "answer": "Sudah benar.", "answered_by": "Ani"}


@pytest.fixture(autouse=True)
def _two_posts(request):
    """Of two units, in the store of each test that has one."""
    if "agency" in request.fixturenames:
        save(
            request.getfixturevalue("agency"),
            measured_post(5, account="x:1", post_id="a", at=MIDDLE),
            measured_post(6, account="x:3", post_id="c", at=MIDDLE + HOUR),
        )


def status(agency, collection, id):
    path = f"{agency.root}/{collection}/{id}"
    return agency.store.get([path])[path].data.get("status")


def test_the_closing_date_is_three_full_working_days_after():
    """ "3 full working days after the day closing starts, ending 24:00 agency time" """
    assert closing_ends(MONTH, WIB, ()) == CLOSES


def test_a_decision_changes_the_ranking_from_the_next_run_on(agency):
    score_at(agency, MIDDLE + 2 * DAY)
    assert official(agency)[0] == (1, "bali", 1, 6)
    agency.add_decision("k1", typed_decision())
    score_at(agency, MIDDLE + 2 * DAY + HOUR)
    assert official(agency)[0] == (1, "aceh", 1, 5)
    assert entries(agency)["c"].verdict.reason == "excluded"
    assert status(agency, "decisions", "k1") == "berlaku"
    assert [d.id for d in agency.months()[MONTH].decisions] == ["k1"]
    assert score_at(agency, MIDDLE + 2 * DAY + HOUR).writes == 0


def test_a_decision_is_undone_by_taking_it_back(agency):
    agency.add_decision("k1", typed_decision())
    score_at(agency, MIDDLE + 3 * DAY)
    agency.store.write([Write(f"{agency.root}/decisions/k1", mode="delete")])
    score_at(agency, MIDDLE + 4 * DAY)
    assert official(agency)[0] == (1, "bali", 1, 6)
    assert agency.months()[MONTH].decisions == ()


def test_a_decision_of_later_is_not_known_yet(agency):
    agency.add_decision("k1", typed_decision(at=MIDDLE + 9 * DAY))
    score_at(agency, MIDDLE + 8 * DAY)
    assert official(agency)[0] == (1, "bali", 1, 6)


def test_a_broken_decision_changes_nothing_and_tells_the_admin(agency):
    agency.add_decision("k1", typed_decision(action="hapus"))
    agency.add_decision("k2", typed_decision(post="x:a"))
    report = score_at(agency, MIDDLE + 3 * DAY)
    assert "decisions/k1: action 'hapus' tidak dikenal" in report.problems[0]
    assert status(agency, "decisions", "k1").startswith("action 'hapus'")
    assert official(agency)[0] == (1, "bali", 1, 6)
    assert entries(agency)["a"].verdict.reason == "excluded"


def test_a_decision_about_a_post_nobody_knows_is_told(agency):
    agency.add_decision("k1", typed_decision(post="x:zzz"))
    report = score_at(agency, MIDDLE + 3 * DAY)
    assert "decisions/k1: unggahannya belum dikenal" in report.problems[0]
    assert "belum dikenal" in status(agency, "decisions", "k1")


def test_an_admin_may_paste_the_posts_address(agency):
    post = measured_post(6, account="x:3", post_id="1843", at=MIDDLE + HOUR)
    save(agency, post)
    agency.save_urls([(post, ["1843"])])
    given = typed_decision(url="https://twitter.com/kemenkum/status/1843?s=20")
    del given["post"]
    agency.add_decision("k1", given)
    score_at(agency, MIDDLE + 3 * DAY)
    assert entries(agency)["1843"].verdict.reason == "excluded"
    path = f"{agency.root}/decisions/k1"
    told = agency.store.get([path])[path].data
    assert (told["post"], told["month"]) == ("x:1843", MONTH)


# What stands, without a store


POSTS = {("x", "c"): {"3"}, ("x", "a"): {"1"}}
UNITS = {"aceh", "bali", "setjen"}
NOW = CLOSING + 2 * DAY


def stored(collection, id, data):
    path = f"agencies/kemenkum/{collection}/{id}"
    return Stored(path=path, data=data, version="1", changed_at=NOW)


def docket_of(decisions=(), objections=(), now=NOW, clock=None, find=lambda address: None):
    """Documents named d0, d1 … and o0, o1 …"""
    return read_contests(
        [stored("decisions", f"d{n}", data) for n, data in enumerate(decisions)],
        [stored("objections", f"o{n}", data) for n, data in enumerate(objections)],
        now=now,
        clock=clock,
        zone=WIB,
        find=find,
    )


def ids(found):
    return [each.id for each in found]


def told_of(contests):
    return {case.id: findings for case, findings in contests.told}


def test_what_is_dated_ahead_of_the_clock_is_told_that_it_does_not_apply_yet():
    """Not what a replay of an earlier instant leaves out."""
    second = timedelta(seconds=1)
    dated = [
        typed_decision(at=NOW),
        typed_decision(at=NOW + second),
        typed_decision(at=NOW + 400 * DAY),
    ]
    contested = [typed_objection(at=NOW), typed_objection(at=NOW + 400 * DAY)]

    def early(contests):
        told = told_of(contests)
        return {
            id for id, said in told.items() if said.get("status", "").startswith("berlaku mulai")
        }

    assert early(docket_of(dated, contested, clock=NOW)) == {"d1", "d2", "o1"}
    assert early(docket_of(dated, contested, now=NOW - DAY, clock=NOW + DAY)) == {"d2", "o1"}
    # A simulation has no other time than its own.
    assert early(docket_of(dated, contested)) == {"d1", "d2", "o1"}


def test_what_was_written_by_then_stands_and_what_came_later_does_not():
    """ "Under `--now`, score … ignore … decisions … later than that instant" (DESIGN.md)"""
    at = [typed_decision(at=NOW), typed_decision(at=NOW + timedelta(seconds=1))]
    contested = [typed_objection(at=NOW), typed_objection(at=NOW + timedelta(seconds=1))]
    found = docket_of(at, contested)
    assert ids(found.decisions(MONTH, POSTS, UNITS)) == ["d0"]
    assert ids(found.objections(MONTH, POSTS)) == ["o0"]


def test_an_answer_of_later_is_not_known_yet():
    answered = [
        typed_objection(**{**ANSWER, "accepted": True}, answered_at=iso(NOW)),
        typed_objection(
            **{**ANSWER, "accepted": True}, answered_at=iso(NOW + timedelta(seconds=1))
        ),
        typed_objection(),
    ]
    found = docket_of(objections=answered)
    known, unknown, open_ = found.objections(MONTH, POSTS)
    assert (known.accepted, known.answer, known.answered_by, known.answered_at) == (
        True,
        ANSWER["answer"],
        "Ani",
        NOW,
    )
    for each in (unknown, open_):
        assert (each.accepted, each.answer, each.answered_by, each.answered_at) == (None,) * 4
    assert {id: each["status"] for id, each in told_of(found).items()} == {
        "o0": "sudah diputuskan",
        "o1": "berlaku",
        "o2": "berlaku",
    }


def test_an_empty_docket_is_empty_and_one_with_either_is_not():
    assert docket_of().is_empty is True
    assert docket_of([typed_decision()]).is_empty is False
    assert docket_of(objections=[typed_objection()]).is_empty is False
    assert docket_of([typed_decision(by="")]).is_empty is True


@pytest.mark.parametrize(
    ("facts", "concerned"),
    [
        ({"post": "x:c"}, True),
        ({"post": "x:c", "month": MONTH}, True),
        ({"post": "x:c", "month": "2026-09"}, False),
        ({"post": "x:zzz"}, False),
        ({"post": "x:zzz", "month": MONTH}, False),
        ({"post": "tiktok:c"}, False),
        ({"post": None, "month": MONTH}, True),
        ({"post": None, "month": "2026-09"}, False),
        ({"post": None}, False),
    ],
)
def test_an_objection_is_to_posts_of_the_month_or_to_the_month_as_a_whole(facts, concerned):
    found = docket_of(objections=[typed_objection(**facts)])
    assert (ids(found.objections(MONTH, POSTS)) == ["o0"]) is concerned
    if facts["post"]:
        assert (
            bool(docket_of([typed_decision(**facts)]).decisions(MONTH, POSTS, UNITS)) is concerned
        )


def test_what_nobody_took_is_told_once_and_asked_for_again_as_long_as_it_is_unknown():
    lost = typed_objection(post="x:zzz")
    contests = docket_of([typed_decision()], [lost])
    contests.decisions(MONTH, POSTS, UNITS)
    contests.close()
    assert told_of(contests)["d0"] == {"status": "berlaku", "month": MONTH}
    assert told_of(contests)["o0"] == {"status": UNKNOWN}
    assert contests.problems == [f"objections/o0: {UNKNOWN}"]
    # Of a month that was not looked at in this run, what was told before still holds.
    earlier = docket_of([typed_decision(post="x:zzz", status="berlaku")])
    earlier.close()
    assert (told_of(earlier), earlier.problems) == ({"d0": {}}, [])


def test_a_broken_objection_is_told_and_changes_nothing():
    contests = docket_of(objections=[typed_objection(by=" "), typed_objection()])
    assert ids(contests.objections(MONTH, POSTS)) == ["o1"]
    contests.close()
    assert contests.problems == ["objections/o0: by kosong; isi nama yang menyanggah"]
    assert told_of(contests)["o0"] == {"status": "by kosong; isi nama yang menyanggah"}


def test_an_address_is_looked_up_where_no_post_is_named():
    def find(address):
        return Found("x:c", MONTH) if address == "https://x.com/a/status/c" else None

    address = "https://x.com/a/status/c"
    unnamed = {name: value for name, value in typed_decision(url=address).items() if name != "post"}
    contests = docket_of([unnamed, {**typed_decision(post="x:a"), "url": address}], find=find)
    assert [d.post_id for d in contests.decisions(MONTH, POSTS, UNITS)] == ["c", "a"]
    assert told_of(contests)["d0"] == {"post": "x:c", "month": MONTH, "status": "berlaku"}
    elsewhere = docket_of([{**unnamed, "url": "https://x.com/a/status/d"}], find=find)
    assert elsewhere.problems == [f"decisions/d0: {UNKNOWN}"]
    # The month that was found with it is the post's own.
    late = docket_of([unnamed], find=lambda address: Found("x:c", "2026-09"))
    assert late.decisions(MONTH, POSTS, UNITS) == ()


def test_a_revision_is_asked_for_by_new_decisions_that_say_so():
    given = [
        typed_decision(revise=True),
        typed_decision(post="x:a", revise=True),
        typed_decision(),
        typed_decision(revise="tidak"),
        typed_decision(post="x:zzz", revise=True),
    ]
    contests = docket_of(given)
    assert ids(contests.revising(MONTH, POSTS, UNITS, {"d1"})) == ["d0"]
    assert {id: each.get("status") for id, each in told_of(contests).items()} == {
        "d0": "berlaku",
        "d1": "berlaku",
        "d2": FROZEN,
        "d3": FROZEN,
        "d4": None,
    }


def test_a_final_month_is_looked_at_when_something_new_names_it():
    contests = docket_of([typed_decision(month=MONTH), typed_decision()])
    assert contests.may_concern(MONTH, ())
    assert contests.may_concern(MONTH, {"d1"})
    assert not contests.may_concern(MONTH, {"d0"})
    assert not contests.may_concern("2026-09", ())


# What cannot be done is refused beside it


def told_beside(facts, **more):
    """The status of one decision, and whether the decision beside it still holds."""
    beside = typed_decision(post="x:a")
    contests = docket_of([{**typed_decision(), **facts}, beside], **more)
    found = contests.decisions(MONTH, POSTS, UNITS)
    contests.objections(MONTH, POSTS)
    contests.close()
    assert "d1" in ids(found)
    assert told_of(contests)["d1"]["status"] == "berlaku"
    holds = "d0" in ids(found)
    assert holds is told_of(contests)["d0"]["status"].startswith("berlaku")
    assert holds is (contests.problems == [])
    return told_of(contests)["d0"]["status"]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"action": "reassign", "satker": "acheh"}, "satker 'acheh' tidak ada; maksudnya 'aceh'?"),
        (
            {"action": "reassign", "satker": "medan"},
            f"satker 'medan' tidak ada dalam daftar {MONTH}",
        ),
        ({"account": "instagram:3"}, "account 'instagram:3' bukan akun x; isi misalnya x:178"),
        ({"account": "x:9"}, "account bukan akun unggahan ini; isi x:3, atau kosongkan"),
        ({"month": "2026-13"}, "month '2026-13' bukan bulan; isi misalnya 2026-10"),
        ({"month": ["2026-10"]}, "month ['2026-10'] bukan teks; tulis sebagai teks biasa"),
        (
            {"month": "2026-09"},
            f"month 2026-09 bukan bulan unggahannya, {MONTH}; perbaiki atau kosongkan month",
        ),
        ({"actoin": "exclude"}, "actoin tidak dikenal; maksudnya action?"),
        ({"acount": "x:3"}, "acount tidak dikenal; maksudnya account?"),
        ({"action": "exlude"}, "action 'exlude' tidak dikenal; maksudnya 'exclude'?"),
        ({"objection": "s9"}, "sanggahan 's9' tidak ada"),
        ({"catatan": "rapat"}, "berlaku; catatan tidak dikenal dan tidak dibaca"),
        ({"at": "9999-12-31T23:59:59Z"}, "at '9999-12-31T23:59:59Z' bukan waktu"),
        ({"why": "a" * 4001}, "why terlalu panjang (4001 huruf); paling banyak 4000"),
        ({"why": "a\ud83d"}, "why memuat huruf yang rusak; ketik ulang"),
        ({"post": {"x": 1}}, "post {'x': 1} bukan kode unggahan"),
        ({"by": ["Ani"]}, "by ['Ani'] bukan teks"),
    ],
)
def test_a_decision_that_cannot_hold_is_refused_and_costs_no_other(facts, told):
    assert told_beside(facts).startswith(told)


def test_the_objection_that_is_answered_is_named_by_the_nearest_id():
    contests = docket_of([typed_decision(objection="o-0")], [typed_objection()])
    assert told_of(contests)["d0"]["status"] == "sanggahan 'o-0' tidak ada; maksudnya 'o0'?"
    answered = docket_of([typed_decision(objection="o0")], [typed_objection()])
    assert ids(answered.decisions(MONTH, POSTS, UNITS)) == ["d0"]


def test_what_is_dated_ahead_is_told_from_when_on_it_holds():
    later = NOW + DAY
    contests = docket_of([typed_decision(at=later)], [typed_objection(at=later)])
    contests.close()
    assert {each["status"] for each in told_of(contests).values()} == {
        f"berlaku mulai {later.astimezone(WIB).isoformat(timespec='minutes')}"
    }
    told = typed_decision(at=NOW, status="berlaku mulai 2026-11-03T09:00+07:00", post="x:zzz")
    held = docket_of([told])
    held.close()
    assert told_of(held)["d0"] == {"status": UNKNOWN}


def test_a_post_of_another_month_is_told_with_its_month_and_one_without_a_month_gets_it():
    def find(text):
        return Found(text, "2026-09") if text == "x:zzz" else None

    contests = docket_of(
        [
            typed_decision(post="x:zzz", month=MONTH),
            typed_decision(post="x:zzz"),
            typed_decision(post="x:yyy"),
        ],
        find=find,
    )
    contests.decisions(MONTH, POSTS, UNITS)
    contests.close()
    told = told_of(contests)
    assert told["d0"]["status"].startswith(f"month {MONTH} bukan bulan unggahannya, 2026-09")
    assert (told["d1"]["month"], told["d2"]) == ("2026-09", {"status": UNKNOWN})


def test_an_objection_to_nothing_that_is_ranked_is_told():
    contests = docket_of(
        objections=[typed_objection(post=None, month="2026-01"), typed_objection(post=None)]
    )
    contests.objections(MONTH, POSTS)
    contests.close()
    assert [each["status"] for each in told_of(contests).values()] == [
        "bulan 2026-01 sudah final atau tidak dinilai; periksa month",
        "isi post, url, atau month: apa yang disanggah",
    ]


def test_a_status_that_is_no_longer_true_is_written_anew():
    was_wrong = typed_decision(post="x:zzz", status="action 'hapus' tidak dikenal")
    was_good = typed_decision(post="x:zzz", status="berlaku", month=MONTH)
    contests = docket_of([was_wrong, was_good])
    contests.decisions(MONTH, POSTS, UNITS)
    contests.close()
    assert [told_of(contests)[name] for name in ("d0", "d1")] == [{"status": UNKNOWN}] * 2


def test_a_broken_answer_costs_the_answer_and_the_objection_stands():
    """Else a month would close over an objection that nobody has decided."""
    halves = [
        {"answer": "Sudah benar.", "accepted": True},
        {**ANSWER, "answered_at": "besok"},
        {"accepted": True},
    ]
    contests = docket_of(objections=[typed_objection(**half) for half in halves])
    found = contests.objections(MONTH, POSTS)
    assert [each.answer for each in found] == [None] * 3
    told = [each["status"] for each in told_of(contests).values()]
    assert [status.partition("; ")[2].split()[0] for status in told] == [
        "answered_by",
        "answered_at",
        "answer",
    ]


def test_an_objection_of_a_unit_that_is_not_there_stands_and_is_told():
    contests = read_contests(
        [],
        [stored("objections", "o0", typed_objection(satker="acheh"))],
        now=NOW,
        clock=None,
        zone=WIB,
        find=lambda text: None,
        satker=lambda: UNITS,
    )
    assert ids(contests.objections(MONTH, POSTS)) == ["o0"]
    assert told_of(contests)["o0"]["status"] == (
        "berlaku; satker 'acheh' tidak ada; maksudnya 'aceh'?"
    )


def test_a_reassignment_to_nobody_leaves_the_post_where_it_was(agency):
    agency.add_decision("k1", typed_decision(action="reassign", satker="acheh"))
    report = score_at(agency, MIDDLE + 3 * DAY)
    assert report.problems == ["decisions/k1: satker 'acheh' tidak ada; maksudnya 'aceh'?"]
    assert status(agency, "decisions", "k1") == "satker 'acheh' tidak ada; maksudnya 'aceh'?"
    assert official(agency)[0] == (1, "bali", 1, 6)
    assert agency.months()[MONTH].decisions == ()
    assert score_at(agency, MIDDLE + 3 * DAY + HOUR).writes == 0


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=30)
    | st.datetimes()
    | st.binary(max_size=5)
    | st.sampled_from(["exclude", "reassign", "set_value", "x:c", "x:a", "aceh", MONTH, iso(NOW)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
names = st.sampled_from(
    [*typed_decision(), *typed_objection(), *ANSWER, "satker", "value", "account", "url"]
    + [each for called in DECISION_NAMES.values() for each in called]
    + [each.title() for called in OBJECTION_NAMES.values() for each in called]
)
strange = st.dictionaries(names | st.text(max_size=12), anything, max_size=6)


@given(strange, strange, st.booleans())
def test_whatever_stands_in_a_document_costs_that_document_alone(
    spoilt, spoilt_objection, confirms
):
    contests = docket_of(
        [typed_decision(post="x:a"), {**typed_decision(), **spoilt}],
        [typed_objection(), {**typed_objection(), **spoilt_objection}],
    )
    if confirms:
        contests.hold_back({"d0": None})
    assert "d0" in ids(contests.decisions(MONTH, POSTS, UNITS))
    assert "o0" in ids(contests.objections(MONTH, POSTS))
    contests.close()
    told = told_of(contests)
    assert told["d0"] == {"status": "berlaku", "month": MONTH}
    for each in told.values():
        each["status"].encode()
        assert "\n" not in each["status"]


# A second person


def agreed(decision, by="Budi", at=NOW - HOUR):
    return {**decision, "confirmed_by": by, "confirmed_at": iso(at)}


def held_back(decisions, objections=(), standing=None, **more):
    contests = docket_of(decisions, objections, **more)
    contests.hold_back(standing or {})
    return contests


def test_a_decision_waits_for_a_second_person_and_says_so():
    contests = held_back(
        [typed_decision(), agreed(typed_decision(post="x:a")), agreed(typed_decision(), by="ani ")]
    )
    [counts] = contests.decisions(MONTH, POSTS, UNITS)
    assert (counts.id, counts.confirmed_by, counts.confirmed_at) == ("d1", "Budi", NOW - HOUR)
    contests.close()
    told = {id: said["status"] for id, said in told_of(contests).items()}
    assert told["d0"] == WAITS
    assert told["d1"] == "berlaku"
    assert told["d2"].startswith(f"{WAITS}; confirmed_by sama dengan by")
    assert [problem.partition(":")[0] for problem in contests.problems] == [
        "decisions/d0",
        "decisions/d2",
    ]


def test_a_confirmation_of_later_is_not_known_yet():
    later = agreed(typed_decision(), at=NOW + HOUR)
    contests = held_back([later])
    assert contests.decisions(MONTH, POSTS, UNITS) == ()
    assert told_of(contests)["d0"]["status"].startswith("berlaku mulai")
    # What only a replay of the past leaves out is told nothing.
    replayed = held_back([later], clock=NOW + DAY)
    assert replayed.decisions(MONTH, POSTS, UNITS) == ()
    assert told_of(replayed)["d0"] == {}
    # Where nobody is asked for, the decision counts meanwhile.
    [counts] = docket_of([later]).decisions(MONTH, POSTS, UNITS)
    assert not counts.is_confirmed


def test_where_nobody_is_asked_for_a_broken_confirmation_costs_only_itself():
    contests = docket_of([agreed(typed_decision(), by="Ani")])
    [counts] = contests.decisions(MONTH, POSTS, UNITS)
    assert not counts.is_confirmed
    assert told_of(contests)["d0"]["status"].startswith("berlaku; confirmed_by sama dengan by")


def test_what_counted_before_goes_on_counting_as_long_as_it_is_what_it_was():
    [before] = docket_of([typed_decision()]).decisions(MONTH, POSTS, UNITS)
    assert ids(
        held_back([typed_decision()], standing={"d0": before}).decisions(MONTH, POSTS, UNITS)
    ) == ["d0"]
    changed = held_back([typed_decision(action="include")], standing={"d0": before})
    assert changed.decisions(MONTH, POSTS, UNITS) == ()
    # A final month never changes, whatever is typed.
    frozen = held_back([typed_decision(action="include")], standing={"d0": None})
    assert ids(frozen.decisions(MONTH, POSTS, UNITS)) == ["d0"]


def test_an_objection_is_undecided_while_what_grants_it_waits():
    granted = typed_objection(**{**ANSWER, "accepted": True}, answered_at=iso(NOW))
    rejected = typed_objection(**ANSWER, answered_at=iso(NOW))
    contests = held_back(
        [typed_decision(objection="o0"), typed_decision(objection="o1")], [granted, rejected]
    )
    waits, answered = contests.objections(MONTH, POSTS)
    assert (waits.answer, answered.answer) == (None, "Sudah benar.")
    assert told_of(contests)["o0"]["status"] == (
        "berlaku; menunggu keputusan d0 disetujui orang kedua"
    )


def test_indonesian_fields_are_told_where_they_stand():
    typed = {"Tindakan": "keluarkan", "Unggahan": "x:c", "Oleh": "Ani", "Alasan": "Uji."}
    typed |= {"Waktu": iso(NOW), "Bulan": MONTH}
    contests = docket_of([typed, {**typed, "Bulan": "2026-09"}])
    assert ids(contests.decisions(MONTH, POSTS, UNITS)) == ["d0"]
    contests.close()
    told = told_of(contests)
    assert told["d0"] == {"status": "berlaku", "Bulan": MONTH}
    assert told["d1"]["status"] == (
        f"Bulan 2026-09 bukan bulan unggahannya, {MONTH}; perbaiki atau kosongkan Bulan"
    )


def test_a_ministry_that_asks_for_a_second_person_counts_what_both_agree_to(agency):
    """From the middle of a month on; what counted before goes on counting."""
    agency.add_decision("k1", typed_decision())
    score_at(agency, MIDDLE + 3 * DAY)
    agency.store.write([Write(f"{agency.root}/settings/decisions", {"Persetujuan": "ya"})])
    agency.add_decision("k2", typed_decision("x:a", at=MIDDLE + 3 * DAY))
    report = score_at(agency, MIDDLE + 4 * DAY)
    assert report.problems == [f"decisions/k2: {WAITS}"]
    assert status(agency, "decisions", "k2") == WAITS
    assert agency.settings("decisions")["in_force"] is True
    assert [d.id for d in agency.months()[MONTH].decisions] == ["k1"]
    assert score_at(agency, MIDDLE + 4 * DAY + HOUR).writes == 0
    second = {"confirmed_by": "Budi", "confirmed_at": iso(MIDDLE + 5 * DAY)}
    agency.store.write([Write(f"{agency.root}/decisions/k2", second, "merge")])
    score_at(agency, MIDDLE + 5 * DAY)
    held = agency.months()[MONTH]
    assert [(d.id, d.is_confirmed) for d in held.decisions] == [("k1", False), ("k2", True)]
    assert entries(agency)["a"].verdict.reason == "excluded"


def test_a_switch_that_cannot_be_read_leaves_the_last_good_one_in_force(agency):
    path = f"{agency.root}/settings/decisions"
    agency.store.write([Write(path, {"confirm": True})])
    score_at(agency, MIDDLE + 2 * DAY)
    agency.store.write([Write(path, {"confirm": "entah"}, "merge")])
    agency.add_decision("k1", typed_decision())
    report = score_at(agency, MIDDLE + 3 * DAY)
    assert report.problems[0] == (
        "settings/decisions: confirm 'entah' bukan ya atau tidak; isi true atau false. "
        "Yang berlaku tetap true."
    )
    assert agency.months()[MONTH].decisions == ()
    agency.store.write([Write(path, {"confirm": False}, "merge")])
    score_at(agency, MIDDLE + 4 * DAY)
    assert [d.id for d in agency.months()[MONTH].decisions] == ["k1"]


# Objections


def test_an_undecided_objection_holds_closing_open(agency):
    """ "an undecided objection holds it open" """
    agency.add_objection("s1", typed_objection())
    score_at(agency, CLOSES - HOUR)
    score_at(agency, CLOSES + DAY)
    held = agency.months()[MONTH]
    assert (held.ranking.state, [o.id for o in held.objections]) == ("closing", ["s1"])
    assert score_at(agency, CLOSES + 2 * DAY).writes == 0
    [stored] = agency.objections()
    agency.amend(stored, {**ANSWER, "answered_at": iso(CLOSES + 2 * DAY)})
    score_at(agency, CLOSES + 3 * DAY)
    final = agency.months()[MONTH]
    assert (final.ranking.state, final.closes_at) == ("final", CLOSES)
    assert final.objections[0].answer == "Sudah benar."


def test_an_objection_to_a_month_holds_it_open_too(agency):
    agency.add_objection("s1", typed_objection(post=None, month=MONTH))
    score_at(agency, CLOSES + DAY)
    assert agency.months()[MONTH].ranking.state == "closing"


def test_an_objection_that_came_too_late_holds_nothing(agency):
    agency.add_objection("s1", typed_objection(at=CLOSES))
    score_at(agency, CLOSES + DAY)
    assert agency.months()[MONTH].ranking.state == "final"


def test_an_objection_alone_changes_no_figure(agency):
    agency.add_objection("s1", typed_objection())
    score_at(agency, CLOSES - HOUR)
    assert official(agency)[0] == (1, "bali", 1, 6)


# Revisions


def final(agency):
    score_at(agency, CLOSES + HOUR)
    assert agency.months()[MONTH].ranking.state == "final"
    return agency.months()[MONTH]


def test_a_final_month_stays_as_it_is_unless_a_revision_is_asked_for(agency):
    frozen = final(agency)
    agency.add_decision("k1", typed_decision(at=CLOSES + DAY, month=MONTH))
    score_at(agency, CLOSES + 2 * DAY)
    assert agency.months()[MONTH] == frozen
    assert "revise: true" in status(agency, "decisions", "k1")


def test_a_correction_makes_a_revision_beside_it_with_its_reason_and_differences(agency):
    """ "A correction makes revision 2 beside it, with its reason and the list of differences." """
    frozen = final(agency)
    encoded = agency.frozen_evidence(MONTH, 1)
    agency.add_decision("k1", typed_decision(at=CLOSES + DAY, month=MONTH, revise=True))
    score_at(agency, CLOSES + 2 * DAY)
    revised = agency.months()[MONTH]
    assert (revised.ranking.revision, revised.ranking.state) == (2, "final")
    assert revised.ranking.reason == "Uji coba."
    assert official(agency)[0] == (1, "aceh", 1, 5)
    changed = {
        (change.ranking, change.satker): (change.before, change.after)
        for change in revised.changes
        if change.platform is None and change.kind is None
    }
    assert changed["most_popular", "bali"] == ((1, 1, 6), (2, 0, 0))
    assert changed["most_popular", "aceh"] == ((2, 1, 5), (1, 1, 5))
    evidence = ev.decode(agency.frozen_evidence(MONTH, 2))
    assert evidence.month.revises == frozen.digest
    assert agency.frozen_evidence(MONTH, 1) == encoded
    assert status(agency, "decisions", "k1") == "berlaku"


@pytest.mark.usefixtures("unheard")
def test_a_revision_is_made_once(agency):
    final(agency)
    agency.add_decision("k1", typed_decision(at=CLOSES + DAY, month=MONTH, revise=True))
    score_at(agency, CLOSES + 2 * DAY)
    assert score_at(agency, CLOSES + 3 * DAY).writes == 0
    assert agency.months()[MONTH].ranking.revision == 2
    agency.add_decision("k2", typed_decision("x:a", at=CLOSES + 4 * DAY, month=MONTH, revise=True))
    score_at(agency, CLOSES + 5 * DAY)
    third = agency.months()[MONTH]
    assert third.ranking.revision == 3
    assert {d.id for d in third.decisions} == {"k1", "k2"}


def test_the_next_month_builds_on_the_revision(agency):
    final(agency)
    agency.add_decision("k1", typed_decision(at=CLOSES + DAY, month=MONTH, revise=True))
    score_at(agency, CLOSES + 2 * DAY)
    months = agency.months()
    assert months["2026-11"].previous_digest == months[MONTH].digest


# Settings


def test_broken_settings_leave_the_last_good_ones_in_force(agency):
    path = f"{agency.root}/settings/formula"
    agency.store.write([Write(path, {"objection_days": 5})])
    score_at(agency, MIDDLE + 2 * DAY)
    assert agency.months()[MONTH].rules.objection_days == 5
    agency.store.write([Write(path, {"objection_days": "lima"})])
    report = score_at(agency, CLOSING)
    assert "objection_days" in report.problems[0]
    held = agency.months()[MONTH]
    assert held.rules.objection_days == 5
    assert held.closes_at == CLOSES + 4 * DAY  # a weekend lies between


def test_settings_that_change_while_objections_are_heard_wait_for_the_next_month(agency):
    score_at(agency, CLOSING)
    path = f"{agency.root}/settings/formula"
    agency.store.write([Write(path, {"duplicate_percent": 80})])
    score_at(agency, CLOSING + HOUR)
    months = agency.months()
    assert months[MONTH].rules.duplicate_percent == 90
    assert months[MONTH].ranking.formula == FORMULA
    assert months["2026-11"].rules.duplicate_percent == 80
    assert months["2026-11"].ranking.formula.startswith(f"{FORMULA}-")


def test_the_calendar_can_be_corrected(agency):
    agency.store.write(
        [Write(f"{agency.root}/settings/calendar", {"holidays": ["2026-11-03", "besok"]})]
    )
    report = score_at(agency, CLOSING)
    assert agency.months()[MONTH].closes_at == CLOSES + DAY
    assert "besok" in report.problems[0]


# Across months


def test_a_text_repeated_across_the_months_edge_is_a_duplicate(agency):
    """ "also across a month's edge" """
    text = "Penyuluhan hukum serentak di seluruh kelurahan kota ini"
    posts = [
        msgspec.structs.replace(measured_post(1, post_id=name, at=END + offset), text=text)
        for name, offset in (("p", -HOUR), ("q", HOUR))
    ]
    save(agency, *posts)
    score_at(agency, END + 2 * DAY)
    november = entries(agency, "2026-11")["q"].verdict
    assert (november.reason, november.duplicate_of) == ("duplicate", "p")
    # Also once October is frozen and no longer read.
    score_at(agency, CLOSES + DAY)
    save(agency, measured_post(1, account="x:3", post_id="later", at=END + 5 * DAY))
    score_at(agency, END + 8 * DAY)
    assert entries(agency, "2026-11")["q"].verdict.duplicate_of == "p"
