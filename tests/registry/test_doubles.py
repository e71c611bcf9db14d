"""One account in two hands: everybody is told, and of nobody else anything."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.model import Account, Roster
from functions.registry.doubles import beside, doubled, held_twice, sentences
from tests import factories


def test_an_account_that_two_agencies_hold_is_told_once_and_a_past_one_is_not(now):
    def roster(satker, handle, *, to=None):
        account = Account(
            platform="x",
            handle=handle,
            satker=satker,
            valid_from=now - timedelta(days=9),
            valid_to=to,
        )
        return Roster(as_of=now, accounts=(account,))

    rosters = {"satu": roster("aceh", "Humas"), "dua": roster("bali", "humas")}
    [said] = held_twice(rosters, now)
    assert said.startswith("dua: bali: x humas juga terdaftar untuk satu: aceh")
    assert held_twice({**rosters, "satu": roster("aceh", "humas", to=now)}, now) == []
    assert held_twice({"satu": rosters["satu"]}, now) == []


def held_account(now, satker, handle, *, id="", platform="x", to=None):
    """An account of nine days ago, resolved where it has an id."""
    since = now - timedelta(days=9)
    return factories.account(satker, f"{platform}:{id or ''}", handle, since=since, until=to)


def test_one_id_under_two_names_is_one_account(now):
    told = doubled(
        [held_account(now, "bali", "humas", id="1"), held_account(now, "aceh", "lain", id="1")], now
    )
    assert list(told) == [("aceh", "x", "lain"), ("bali", "x", "humas")]
    assert told["aceh", "x", "lain"][0].startswith(
        "x lain juga terdaftar untuk bali sebagai humas;"
    )
    assert all("unggahannya dihitung untuk aceh" in said for [said] in told.values())


def test_one_unit_that_typed_an_account_by_two_names_is_told(now):
    told = doubled(
        [held_account(now, "bali", "humas", id="1"), held_account(now, "bali", "lain", id="1")], now
    )
    assert told["bali", "x", "humas"] == [
        "x humas adalah akun yang sama dengan lain; tulis salah satunya saja"
    ]


def test_a_renamed_account_and_one_that_was_handed_over_are_none(now):
    past = held_account(now, "bali", "lama", id="1", to=now - timedelta(days=1))
    assert doubled([past, held_account(now, "bali", "baru", id="1")], now) == {}
    assert doubled([past, held_account(now, "aceh", "lama", id="1")], now) == {}


def test_the_same_name_elsewhere_is_another_account(now):
    one = held_account(now, "bali", "humas", id="1")
    assert doubled([one, held_account(now, "aceh", "humas", id="1", platform="tiktok")], now) == {}
    assert doubled([one, held_account(now, "aceh", "lain", id="2")], now) == {}


def test_agencies_that_hold_one_id_by_two_names_are_told(now):
    rosters = {
        "satu": Roster(as_of=now, accounts=(held_account(now, "aceh", "humas", id="1"),)),
        "dua": Roster(as_of=now, accounts=(held_account(now, "aceh", "lain", id="1"),)),
    }
    [said] = held_twice(rosters, now)
    assert said.startswith("dua: aceh: x lain juga terdaftar untuk satu: aceh sebagai humas;")


accounts = st.builds(
    lambda satker, handle, id: (satker, handle, id),
    st.sampled_from("abcd"),
    st.sampled_from(["h1", "H1", "h2", "h3"]),
    st.sampled_from([None, "1", "2"]),
)


@given(st.lists(accounts, max_size=8, unique_by=lambda a: (a[0], a[1].casefold())))
def test_whoever_is_told_of_another_is_known_to_it(given):
    now = datetime(2026, 10, 20, tzinfo=UTC)
    held = [held_account(now, satker, handle, id=id) for satker, handle, id in given]
    told = doubled(held, now)
    by_name = {(a.satker, a.platform, a.handle): a for a in held}
    assert told.keys() <= by_name.keys()
    for one in held:
        for other in held:
            same = one.handle.casefold() == other.handle.casefold()
            same |= one.account_id is not None and one.account_id == other.account_id
            if same and one.satker != other.satker:
                assert (one.satker, "x", one.handle) in told
                assert (other.satker, "x", other.handle) in told


@given(
    st.sampled_from(["ok", "Nama baru.", ""]), st.lists(st.sampled_from(["a", "b?"]), max_size=2)
)
def test_what_was_said_of_doubles_is_taken_back_alone(status, said):
    first = {"status": status or "ok", "followers": 5}
    with_them = first | beside(first, said)
    assert with_them["status"].endswith(sentences(said) or first["status"])
    without = with_them | beside(with_them, [])
    assert without["status"] == first["status"]
    assert beside(without, []) == {}
