"""Who is measured, and from when to when; the quoted lines stand in RULES.md."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.registry.roster import build, with_account_ids
from tests.factories import WIB

# 20 October 2026, 10:00 in Jakarta.
NOW = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)
TODAY = datetime(2026, 10, 19, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def wib(text):
    return datetime.fromisoformat(f"{text}T00:00:00+07:00").astimezone(UTC)


def document(**facts):
    return {"name": "Kanwil Aceh", "kind": "kanwil", **facts}


def built(accounts, previous=None, now=NOW, **facts):
    """The roster of one satker with these accounts."""
    return build({"aceh": document(accounts=accounts, **facts)}, previous, now, WIB)[0]


def spans(found):
    return [(a.handle, a.valid_from, a.valid_to) for a in found.accounts]


# From and to


@pytest.mark.parametrize(
    ("now", "begin"),
    [
        (NOW, TODAY),
        (TODAY, TODAY),
        (TODAY - timedelta(seconds=1), TODAY - DAY),
    ],
)
def test_an_account_counts_from_0_00_of_the_day_it_entered_the_registry(now, begin):
    """ "its `from` (default 00:00 agency time of the day it entered the registry)" """
    assert spans(built({"x": "kemenkum"}, now=now)) == [("kemenkum", begin, None)]


def test_that_day_stays_when_the_registry_is_read_again():
    first = built({"x": "kemenkum"})
    later = built({"x": "kemenkum", "tiktok": "kemenkum"}, first, NOW + 5 * DAY)
    assert [(a.platform, a.valid_from) for a in later.accounts] == [
        ("tiktok", TODAY + 5 * DAY),
        ("x", TODAY),
    ]


def test_explicit_dates_win_and_a_last_day_counts_whole():
    accounts = {"x": {"handle": "kemenkum", "from": "2026-10-01", "to": "2026-12-31"}}
    assert spans(built(accounts)) == [("kemenkum", wib("2026-10-01"), wib("2027-01-01"))]


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ("2026-10-01T08:30:00+09:00", datetime(2026, 9, 30, 23, 30, tzinfo=UTC)),
        ("2026-10-01T08:30:00", datetime(2026, 10, 1, 1, 30, tzinfo=UTC)),
        (
            datetime(2026, 10, 1, 8, 30, 0, 999, tzinfo=WIB),
            datetime(2026, 10, 1, 1, 30, tzinfo=UTC),
        ),
    ],
)
def test_an_instant_may_be_typed_or_picked_in_the_console(given, at):
    for name in ("from", "to"):
        found = built({"x": {"handle": "kemenkum", "from": None, name: given}})
        [account] = found.accounts
        assert {"from": account.valid_from, "to": account.valid_to}[name] == at


def test_a_satkers_dates_serve_the_accounts_that_have_none():
    accounts = {"x": ["satu", {"handle": "dua", "from": "2026-10-10", "to": "2026-12-31"}]}
    dated = {"active_from": "2026-10-05", "active_to": "2026-11-30"}
    assert spans(built(accounts, **dated)) == [
        ("dua", wib("2026-10-10"), wib("2026-12-01")),
        ("satu", wib("2026-10-05"), wib("2026-12-01")),
    ]


def test_a_handle_can_be_typed_in_every_form_the_console_allows():
    """ "platform → handle, or a list of handles or of {handle, from, to}" (DESIGN.md)"""
    accounts = {
        "instagram": "@satu",
        "x": ["dua", {"handle": "https://x.com/tiga"}, "", None],
        "facebook": None,
        "tiktok": "",
        "youtube": [],
    }
    found = built(accounts)
    assert [(a.platform, a.handle) for a in found.accounts] == [
        ("instagram", "satu"),
        ("x", "dua"),
        ("x", "tiga"),
    ]


# What was stays


def test_a_removed_handle_keeps_its_past():
    """ "an account counts from its `from` … to its `to`": the `to` is when it was removed."""
    first = built({"x": "kemenkum"})
    removed = built({}, first, NOW + DAY)
    assert spans(removed) == [("kemenkum", TODAY, NOW + DAY)]
    again = built({"tiktok": "lain"}, removed, NOW + 9 * DAY)
    assert ("kemenkum", TODAY, NOW + DAY) in spans(again)


def test_a_handle_that_is_typed_in_again_begins_anew_and_keeps_its_past():
    first = built({"x": "kemenkum"})
    removed = built({}, first, NOW + DAY)
    back = built({"x": "Kemenkum"}, removed, NOW + 5 * DAY)
    expected = [
        ("Kemenkum", TODAY + 5 * DAY, None),
        ("kemenkum", TODAY, NOW + DAY),
    ]
    assert spans(back) == expected
    other = built({"x": "Kemenkum", "tiktok": "bali"}, back, NOW + 6 * DAY)
    assert spans(other)[1:] == expected
    gone = built({}, back, NOW + 7 * DAY)
    assert sorted(spans(gone)) == [
        ("Kemenkum", TODAY + 5 * DAY, NOW + 7 * DAY),
        ("kemenkum", TODAY, NOW + DAY),
    ]
    third = built({"x": "kemenkum"}, gone, NOW + 9 * DAY)
    assert sorted(span[1] for span in spans(third)) == [
        TODAY,
        TODAY + 5 * DAY,
        TODAY + 9 * DAY,
    ]


def test_an_end_that_is_taken_back_in_time_leaves_the_account_as_it_was():
    planned = built({"x": {"handle": "kemenkum", "to": "2026-12-31"}})
    assert spans(built({"x": "kemenkum"}, planned, NOW + 5 * DAY)) == [("kemenkum", TODAY, None)]


def test_an_end_that_is_moved_is_moved():
    ended = built({"x": {"handle": "kemenkum", "from": "2026-09-01", "to": "2026-10-10"}})
    later = built({"x": {"handle": "kemenkum", "to": "2026-11-10"}}, ended)
    assert spans(later) == [("kemenkum", wib("2026-09-01"), wib("2026-11-11"))]


def test_a_satker_that_is_taken_out_ends_its_accounts():
    first = built({"x": "kemenkum"})
    found, _ = build({}, first, NOW + DAY, WIB)
    assert found.satker == ()
    assert spans(found) == [("kemenkum", TODAY, NOW + DAY)]


def test_when_nothing_changed_the_previous_roster_itself_comes_back():
    """So that a run with nothing new writes nothing."""
    first = built({"x": "kemenkum"})
    assert built({"x": "kemenkum"}, first, NOW + DAY) is first
    removed = built({}, first, NOW + DAY)
    assert built({}, removed, NOW + 2 * DAY) is removed


# Durable ids


def test_ids_that_were_found_are_kept_when_the_registry_changes():
    named = with_account_ids(built({"x": "kemenkum"}), {("x", "kemenkum"): "1"}, NOW)
    assert named.accounts[0].key == "x:1"
    later = built({"x": "kemenkum", "tiktok": "bali"}, named, NOW + DAY)
    assert [(a.platform, a.account_id) for a in later.accounts] == [("tiktok", None), ("x", "1")]


def test_a_renamed_account_goes_on_from_where_it_was():
    """Another handle with the same id is the same account: no gap, no overlap."""
    named = with_account_ids(built({"x": "lama"}), {("x", "lama"): "1"}, NOW)
    renamed = built({"x": "baru"}, named, NOW + 3 * DAY)
    assert spans(renamed)[0] == ("baru", TODAY + 3 * DAY, None)
    resolved = with_account_ids(renamed, {("x", "baru"): "1"}, NOW)
    assert spans(resolved) == [
        ("baru", NOW + 3 * DAY, None),
        ("lama", TODAY, NOW + 3 * DAY),
    ]
    assert {a.key for a in resolved.accounts} == {"x:1"}
    for at in (TODAY, NOW + 3 * DAY, NOW + 9 * DAY):
        assert sum(account.holds(at) for account in resolved.accounts) == 1


def test_a_handle_that_now_means_another_account_begins_on_its_own_day():
    named = with_account_ids(built({"x": "lama"}), {("x", "lama"): "1"}, NOW)
    renamed = built({"x": "baru"}, named, NOW + 3 * DAY)
    resolved = with_account_ids(renamed, {("x", "baru"): "2"}, NOW)
    assert spans(resolved)[0] == ("baru", TODAY + 3 * DAY, None)


def test_nothing_found_changes_nothing():
    found = built({"x": "kemenkum"})
    assert with_account_ids(found, {}, NOW) == found


# What is broken


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"kind": "kanwil"}, "name kosong"),
        ({"name": "  ", "kind": "kanwil"}, "name kosong"),
        ({"name": "Aceh"}, "kind kosong"),
        (document(accounts="kemenkum"), "accounts harus berisi"),
        (document(accounts={"telegram": "kemenkum"}), "platform 'telegram' tidak dikenal"),
        (document(accounts={"x": "kemenkum_sulawesi"}), "bukan nama akun X"),
        (document(accounts={"x": [{"from": "2026-10-01"}]}), "accounts.x: handle kosong"),
        (document(accounts={"x": {"handle": "a", "to": "besok"}}), "'besok' bukan tanggal"),
        (document(active_from="2026-13-01"), "'2026-13-01' bukan tanggal"),
    ],
)
def test_a_broken_document_costs_one_satker_and_keeps_its_previous_state(broken, said):
    good = {
        "aceh": document(accounts={"x": "kemenkum", "tiktok": "aceh"}),
        "bali": document(name="Kanwil Bali"),
    }
    previous, _ = build(good, None, NOW, WIB)
    mended = {**good, "aceh": broken, "bali": document(name="Bali", accounts={"x": "bali"})}
    found, problems = build(mended, previous, NOW + DAY, WIB)
    [problem] = problems
    assert problem.startswith("aceh: ")
    assert said in problem
    assert [unit.name for unit in found.satker] == ["Kanwil Aceh", "Bali"]
    assert spans(found) == [
        ("aceh", TODAY, None),
        ("kemenkum", TODAY, None),
        ("bali", TODAY + DAY, None),
    ]


def test_a_satker_that_is_broken_from_the_start_is_left_out_and_told():
    found, problems = build({"aceh": {}, "bali": document()}, None, NOW, WIB)
    assert [unit.id for unit in found.satker] == ["bali"]
    assert problems == [
        "aceh: name kosong; isi nama satuan kerja",
        "aceh: kind kosong; isi misalnya kanwil",
    ]


def test_problems_are_told_at_every_run_until_they_are_mended():
    documents = {"aceh": {"kind": "kanwil"}}
    first, problems = build(documents, None, NOW, WIB)
    again, told = build(documents, first, NOW + DAY, WIB)
    assert again is first
    assert told == problems != []


def test_two_holders_of_an_account_are_both_told_who_has_its_posts():
    documents = {
        "bali": document(accounts={"x": "Kemenkum"}),
        "aceh": document(accounts={"x": "kemenkum"}),
    }
    _, problems = build(documents, None, NOW, WIB)
    end = "; unggahannya dihitung untuk aceh; biarkan akun ini di satu satker saja"
    assert problems == [
        f"aceh: x kemenkum juga terdaftar untuk bali{end}",
        f"bali: x Kemenkum juga terdaftar untuk aceh{end}",
    ]


def test_an_account_that_was_handed_over_has_one_holder():
    documents = {
        "aceh": document(accounts={"x": {"handle": "kemenkum", "to": "2026-10-10"}}),
        "bali": document(accounts={"x": {"handle": "kemenkum", "from": "2026-10-11"}}),
    }
    _, problems = build(documents, None, NOW, WIB)
    assert problems == []


# Units that end


def registry(documents, previous=None, now=NOW):
    return build(documents, previous, now, WIB)[0]


def test_a_unit_is_registered_from_0_00_of_the_day_it_entered_or_from_its_own_date():
    found = registry({"aceh": document(), "bali": document(active_from="2026-10-05")})
    assert [unit.valid_from for unit in found.satker] == [TODAY, wib("2026-10-05")]
    later = registry({"aceh": document(name="A"), "bali": document()}, found, NOW + 3 * DAY)
    assert [unit.valid_from for unit in later.satker] == [TODAY, wib("2026-10-05")]


def test_a_unit_whose_document_is_gone_stays_as_it_was_with_its_end():
    first = registry({"aceh": document(short_name="Aceh", accounts={"x": "kemenkum"})})
    gone = registry({}, first, NOW + DAY)
    [unit] = gone.former
    assert (unit.id, unit.label, unit.kind) == ("aceh", "Aceh", "kanwil")
    assert (unit.valid_from, unit.valid_to, unit.removed) == (TODAY, NOW + DAY, True)
    assert registry({"bali": document()}, gone, NOW + 2 * DAY).former == gone.former


def test_a_unit_that_ended_by_its_date_keeps_that_end():
    first = registry({"aceh": document(active_to="2026-10-20")})
    gone = registry({}, first, NOW + 5 * DAY)
    assert [(u.valid_to, u.removed) for u in gone.former] == [(wib("2026-10-21"), False)]


def test_a_unit_typed_in_again_begins_anew_and_keeps_its_past():
    first = registry({"aceh": document()})
    gone = registry({}, first, NOW + DAY)
    back = registry({"aceh": document()}, gone, NOW + 2 * DAY)
    assert [(u.valid_from, u.valid_to) for u in back.former] == [(TODAY, NOW + DAY)]
    assert [(u.valid_from, u.valid_to) for u in back.satker] == [(TODAY + 2 * DAY, None)]
    ended = registry({"aceh": document(active_to="2026-10-20")}, first, NOW)
    again = registry({"aceh": document()}, ended, NOW + 9 * DAY)
    assert [u.valid_to for u in again.former] == [wib("2026-10-21")]
    assert [u.valid_from for u in again.satker] == [TODAY + 9 * DAY]


def test_a_broken_document_neither_ends_a_unit_nor_makes_it_new():
    first = registry({"aceh": document()})
    broken = registry({"aceh": {"kind": "kanwil"}}, first, NOW + DAY)
    assert (broken.satker, broken.former) == (first.satker, ())
    assert registry({"aceh": document()}, broken, NOW + 2 * DAY).satker == first.satker


@pytest.mark.parametrize("heir", ["aaa", "zzz"])
def test_a_renamed_id_takes_the_account_over_at_one_instant(heir):
    """Both stand in the month of the change, "each with the posts of its time"."""
    typed = document(accounts={"x": "kemenkum"})
    first = registry({"mmm": typed})
    at = NOW + 3 * DAY
    renamed = registry({heir: typed}, first, at)
    spans = {a.satker: (a.valid_from, a.valid_to) for a in renamed.accounts}
    assert spans == {"mmm": (TODAY, at), heir: (at, None)}
    for instant in (TODAY, at - timedelta(seconds=1), at, at + DAY):
        assert sum(account.holds(instant) for account in renamed.accounts) == 1


def test_an_account_that_another_unit_takes_later_that_day_has_no_gap():
    first = registry({"a": document(accounts={"x": "k"}), "b": document()})
    given_up = registry({"a": document(), "b": document()}, first, NOW + DAY)
    taken = registry(
        {"a": document(), "b": document(accounts={"x": "K"})}, given_up, NOW + DAY + DAY / 12
    )
    assert {(a.satker, a.valid_from) for a in taken.accounts} == {("a", TODAY), ("b", NOW + DAY)}


# Units whose documents were taken away in a month with posts

MONTH_END = wib("2026-11-01")


def without(documents, previous, now=NOW + DAY, posting=("aceh",)):
    return build(documents, previous, now, WIB, posting)


def test_a_unit_with_posts_stays_in_force_to_the_end_of_the_month():
    first = registry({"aceh": document(accounts={"x": ["a", {"handle": "b", "to": "2026-10-25"}]})})
    found, problems = without({}, first)
    [unit] = found.satker
    assert (unit.valid_to, unit.removed) == (MONTH_END, True)
    assert [(a.handle, a.valid_to) for a in found.accounts] == [
        ("a", MONTH_END),
        ("b", wib("2026-10-26")),
    ]
    [said] = problems
    assert said.startswith(
        "aceh: dokumennya sudah tidak ada; satker ini memiliki unggahan bulan ini"
    )
    assert "tetap berlaku sampai akhir 2026-10" in said


def test_it_stays_whatever_else_changes_and_ends_with_the_month():
    first = registry({"aceh": document(accounts={"x": "a"}), "bali": document()})
    stays, _ = without({"bali": document()}, first)
    # The next run finds the document gone already, and need not look for posts again.
    again, _ = without({"bali": document(name="B")}, stays, NOW + 2 * DAY, ())
    assert [(u.id, u.valid_to) for u in again.satker if u.removed] == [("aceh", MONTH_END)]
    over, problems = without({"bali": document(name="C")}, again, MONTH_END + DAY, ())
    assert [u.id for u in over.satker] == ["bali"]
    assert [(u.id, u.valid_to, u.removed) for u in over.former] == [("aceh", MONTH_END, True)]
    assert [(a.handle, a.valid_to) for a in over.accounts] == [("a", MONTH_END)]
    assert problems == []


def test_a_document_that_is_written_again_goes_on_as_if_it_had_never_been_away():
    documents = {"aceh": document(accounts={"x": "a"}), "bali": document()}
    first = registry(documents)
    stays, _ = without({"bali": document()}, first)
    back, problems = without(documents, stays, NOW + 2 * DAY)
    assert (back.satker, back.accounts, back.former) == (first.satker, first.accounts, ())
    assert problems == []


def test_a_unit_without_posts_ends_at_once():
    first = registry({"aceh": document(accounts={"x": "a"})})
    found, _ = without({}, first, posting=())
    assert found.satker == ()
    assert [(a.handle, a.valid_to) for a in found.accounts] == [("a", NOW + DAY)]


def test_accounts_that_another_unit_takes_over_do_not_stay():
    first = registry({"aceh": document(accounts={"x": ["a", "b"]})})
    found, problems = without({"baru": document(accounts={"x": "A"})}, first)
    held = {(a.satker, a.handle): (a.valid_from, a.valid_to) for a in found.accounts}
    assert held == {
        ("aceh", "a"): (TODAY, NOW + DAY),
        ("aceh", "b"): (TODAY, MONTH_END),
        ("baru", "A"): (NOW + DAY, None),
    }
    [said] = problems
    assert "Akunnya kini milik baru." in said


def test_a_unit_that_would_end_before_the_month_does_ends_then():
    first = registry({"aceh": document(active_to="2026-10-25", accounts={"x": "a"})})
    found, _ = without({}, first)
    assert [u.valid_to for u in found.satker] == [wib("2026-10-26")]


# Names that are somebody else's


def test_what_ended_keeps_its_id_when_its_name_is_another_account():
    first = with_account_ids(built({"x": "a"}), {("x", "a"): "1"}, NOW)
    given_up = built({}, first, NOW + DAY)
    again = built({"x": "a"}, given_up, NOW + 2 * DAY)
    found = with_account_ids(again, {("x", "a"): "2"}, NOW + 2 * DAY)
    assert [(a.account_id, a.valid_from) for a in found.accounts] == [
        ("1", TODAY),
        ("2", TODAY + 2 * DAY),
    ]
