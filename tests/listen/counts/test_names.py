"""What queries may name: odd values cost themselves and are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.listen.counts.names import ANSWER, answer, known_names
from functions.listen.counts.queries import checked, judged
from functions.model import Account
from functions.store.listening_settings import read_listening
from tests.factories import NOW, roster, satker

odd = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=20)
@given(st.fixed_dictionaries({"services": odd, "x_volume": odd, "layanan": odd}), odd)
def test_any_document_is_read(document, dollars):
    found, _ = read_listening({**document, "x_listen_dollars_per_day": dollars})
    known = known_names("HAM", roster(), found.services, [document, {"tags": dollars}], NOW)
    lines = answer(found, judged(found.x_volume, known))[ANSWER]
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
