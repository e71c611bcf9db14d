"""The settings of listening on X: odd values cost themselves and are told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.listen.queries import checked, judged
from functions.listen.settings import ANSWER, MOST, Wishes, answer, known_names, read_wishes
from functions.model import Account
from tests.factories import NOW, roster, satker

odd = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def test_nothing_is_off():
    assert read_wishes({}) == Wishes()
    assert not read_wishes({"x_volume": [], "alarm": True}).is_on


@pytest.mark.parametrize(
    ("typed", "dollars"),
    [(1, "1"), (0.36, "0.36"), ("0,36", "0.36"), (" 2.5 ", "2.5"), ("", "0"), (None, "0")],
)
def test_money_is_typed_as_a_number_or_a_text(typed, dollars):
    wishes = read_wishes({"x_listen_dollars_per_day": typed})
    assert (wishes.dollars, wishes.wrong) == (Decimal(dollars), ())


@pytest.mark.parametrize("typed", [True, -1, "banyak", float("nan"), float("inf"), [1], MOST + 1])
def test_money_that_is_none_is_nothing_and_told(typed):
    wishes = read_wishes({"x_volume": ["@a"], "x_listen_dollars_per_day": typed})
    assert wishes.dollars == 0
    assert "x_listen_dollars_per_day" in wishes.wrong[0]
    assert wishes.is_on


@settings(max_examples=20)
@given(st.fixed_dictionaries({"services": odd, "x_volume": odd, "layanan": odd}), odd)
def test_any_document_is_read(document, dollars):
    wishes = read_wishes({**document, "x_listen_dollars_per_day": dollars})
    assert 0 <= wishes.dollars <= MOST
    known = known_names("HAM", roster(), wishes.services, [document, {"tags": dollars}], NOW)
    lines = answer(wishes, judged(wishes.typed, known))[ANSWER]
    assert all(len(line.splitlines()) == 1 for line in lines)


def test_what_queries_may_name():
    held = roster(satker("aceh", "Kanwil Aceh", short_name="Kw. Aceh"))
    yet, past = NOW - timedelta(days=9), NOW - timedelta(days=1)
    accounts = (
        Account(platform="x", handle="Kemenkum_Aceh", satker="aceh", valid_from=yet),
        Account(platform="x", handle="lama", satker="aceh", valid_from=yet, valid_to=past),
        Account(platform="tiktok", handle="joget", satker="aceh", valid_from=yet),
    )
    held = type(held)(as_of=held.as_of, satker=held.satker, accounts=accounts)
    campaigns = [{"tagar": "#Satu #Dua"}, {"tags": [3, "Tiga"]}, {"tags": 5}]
    known = known_names("Kementerian Hukum", held, ["AHU Online"], campaigns, NOW)
    for query in (
        "@kemenkum_aceh",
        '"Kementerian Hukum"',
        '"Kanwil Aceh"',
        '"Kw Aceh"',
        '"ahu online"',
        "#satu OR #DUA OR #tiga",
    ):
        assert checked(query, known)
    for query in ("@lama", "@joget", "#lima", "aceh"):
        with pytest.raises(ValueError, match=query.strip("@#")):
            checked(query, known)
