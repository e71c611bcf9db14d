"""Queries as admins type them: what is counted, what waits, and which word is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from functions.listen.counts.queries import COUNTED, LONGEST, MOST, Known, checked, code_of, judged
from functions.listen.counts.words import REFUSED, refused_word
from tests.listen.counts.test_words import disguised

KNOWN = Known.of(
    ["kemenkum", "kemenkumbali"],
    ["Kantor Wilayah Kementerian Hukum Bali", "Kanwil D.I. Yogyakarta", "AHU", "Apostille"],
    ["SetahunBerdampak", "#HariPengayoman"],
)
GOOD: dict[str, Any] = {
    "name": "Sebutan kementerian",
    "query": "@kemenkum -is:retweet lang:in",
    "by": "Ani",
    "confirmed_by": "Budi",
    "code": code_of("@kemenkum -is:retweet lang:in"),
}


class Everything(frozenset[str]):
    """Knows every name: what is refused then is refused for itself."""

    def __contains__(self, _: object) -> bool:
        return True


EVERYTHING = Known(handles=Everything(), names=Everything(), tags=Everything())


def said_of(text: str, known: Known = KNOWN) -> str:
    """Why a query is refused."""
    with pytest.raises(ValueError, match=r".") as refused:
        checked(text, known)
    return str(refused.value)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("@kemenkum", "@kemenkum"),
        ("@Kemenkum  -is:retweet\u00a0LANG:in", "@kemenkum -is:retweet lang:in"),
        ("to:kemenkum OR from:@kemenkumbali", "to:kemenkum OR from:kemenkumbali"),
        ("“Kanwil DI Yogyakarta”", '"Kanwil DI Yogyakarta"'),
        ("AHU (apostille OR #setahunberdampak)", "AHU (apostille OR #setahunberdampak)"),
        ("#SétahunBerdampak -from:kemenkum", "#SetahunBerdampak -from:kemenkum"),
        ("@kemenkum –is:reply", "@kemenkum -is:reply"),
        ("(@kemenkum OR AHU) -#HariPengayoman -is:quote",) * 2,
    ],
)
def test_what_is_asked_is_what_was_judged(typed, asked):
    assert checked(typed, KNOWN) == asked
    assert checked(asked, KNOWN) == asked


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("@kemenkum demo", "'demo'"),
        ("demo-demo", "'demo'"),
        ("#AksiSetahunBerdampak", "'aksi'"),
        ('AHU "unjuk  rasa"', "'unjuk rasa'"),
        ("@orang_lain", "@orang_lain"),
        ("from:kemenkum to:prabowo", "@prabowo"),
        ("#Lain", "'#Lain'"),
        ("AHU Presiden", "'Presiden'"),
        ("Kantor Wilayah", "'Kantor'"),
        ('"Kanwil Bali"', "'Kanwil Bali'"),
        ("AHU has:links", "'has:links'"),
        ("AHU conversation_id:1", "'conversation_id:1'"),
        ("AHU $BBCA", "'$BBCA'"),
        ("@Кemenkum", "'@Кemenkum'"),
        ('"АHU"', "'АHU'"),
        ("AHU or Apostille", "'or'"),
        ('AHU "Apostille', "tanda kutip"),
        ("(AHU", "kurung ("),
        ("AHU)", "kurung )"),
        ("AHU OR", "OR"),
        ("()", "kurung"),
        ("(" * 500, "bersarang"),
        ("#Setahun-Berdampak", "'#Setahun-Berdampak'"),
        ("Apos-tille", "'Apos-tille'"),
        ("lang:in", "semua orang"),
        ("-@kemenkum lang:in", "semua orang"),
        ("AHU OR -is:retweet", "semua orang"),
        ("AHU -(@kemenkum)", "minus di depan kurung"),
        ("from:12345", "'from:12345'"),
        ("", "kosong"),
        ("\u200b", "kosong"),
        ("@kemenkum " * 60, str(LONGEST)),
    ],
)
def test_a_refusal_names_the_word(typed, word):
    assert word in said_of(typed)


@settings(max_examples=30)
@given(
    st.data(),
    st.sampled_from(REFUSED),
    st.sampled_from(['"{}"', "#{}", "@{}", "from:{}", "{}", "AHU OR {}", "-#{} AHU", "#Kawal{}"]),
)
def test_no_refused_word_passes_even_if_everything_is_registered(data, word, form):
    assert said_of(form.format(data.draw(disguised(word))), EVERYTHING)


@given(st.text(st.sampled_from('abA @#"()-:_OR é\u200b9'), max_size=30))
@example("-)")
@example('-"')
def test_any_text_is_asked_as_it_was_judged_or_refused_in_a_line(text):
    try:
        asked = checked(text, EVERYTHING)
    except ValueError as refused:
        line = str(refused)
        assert len(line.splitlines()) == 1, line
    else:
        assert checked(asked, EVERYTHING) == asked
        assert asked.isascii()
        assert len(asked) <= LONGEST
        assert refused_word(asked) is None


def test_a_query_counts_only_once_a_second_admin_confirmed_it():
    [counted] = judged([GOOD], KNOWN)
    assert (counted.state, counted.said, counted.text) == ("counted", COUNTED, GOOD["query"])
    waits = GOOD | {"confirmed_by": " "}
    typed = [waits, "@kemenkum", GOOD | {"name": "b", "confirmed_by": "ANI "}]
    found = judged(typed, KNOWN)
    assert [query.state for query in found] == ["waiting", "waiting", "refused"]
    assert {query.text for query in found} == {""}
    assert found[0].said.endswith(f"isi confirmed_by, dan code dengan {GOOD['code']}")
    assert code_of("@kemenkum") in found[1].said


TEXTS = st.sampled_from(
    ["@kemenkum", "AHU", "AHU OR @kemenkum", "@kemenkumbali", "#HariPengayoman"]
)


@given(TEXTS, TEXTS, st.sampled_from(["{}", " {}\u200b", "{}  -is:reply"]))
def test_who_confirmed_a_text_confirmed_no_other(confirmed, typed, form):
    """A space more is the same text; the code may be typed in capitals."""
    text = form.format(typed)
    asked = GOOD | {"query": text, "code": f" {code_of(confirmed).upper()}"}
    [query] = judged([asked], KNOWN)
    assert query.state == ("counted" if checked(text, KNOWN) == confirmed else "waiting")
    if query.state == "waiting":
        assert f"code dengan {code_of(checked(text, KNOWN))}; " in query.said
        assert judged([asked | {"code": code_of(checked(text, KNOWN))}], KNOWN)[0].text


@given(st.none() | st.text() | st.integers() | st.booleans() | st.lists(st.text(), max_size=1))
def test_an_odd_code_confirms_nothing_and_costs_only_its_query(code):
    odd, good = judged([GOOD | {"name": "odd", "code": code}, GOOD], KNOWN)
    assert (odd.text, good.state) == ("", "counted")


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        (7, "bukan kueri"),
        (None, "bukan kueri"),
        ([], "bukan kueri"),
        ({"query": "AHU", "by": "Ani"}, "name kosong"),
        (GOOD | {"by": None}, "by kosong"),
        (GOOD | {"query": 5.5}, "bukan teks"),
        (GOOD | {"confirmd_by": "Cici"}, "maksudnya confirmed_by?"),
        (GOOD | {"query": "demo AHU"}, "'demo'"),
        (GOOD, "sudah dipakai"),
    ],
)
def test_an_odd_query_costs_only_itself(odd, said):
    good, bad, other = judged([GOOD, odd, GOOD | {"name": "lain"}], KNOWN)
    assert (good.state, bad.state, other.state) == ("counted", "refused", "counted")
    assert said in bad.said


def test_fields_may_be_typed_in_indonesian():
    typed = {"nama": "AHU", "kueri": "AHU", "oleh": "Ani", "disetujui oleh": "Budi", "catatan": 1}
    typed |= {"kode": code_of("AHU")}
    assert judged([typed], KNOWN)[0].state == "counted"


@settings(max_examples=30)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.just("AHU") | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*GOOD, "nama", "x"]) | st.text(), inner, max_size=4)
        ),
        max_leaves=8,
    )
)
def test_whatever_stands_in_the_setting_is_judged(typed):
    for query in judged(typed, KNOWN):
        assert len(query.said.splitlines()) == 1
        assert bool(query.text) == (query.state == "counted")


def test_too_many_queries_are_refused_beyond_the_first():
    states = [q.state for q in judged([GOOD | {"name": str(n)} for n in range(MOST + 2)], KNOWN)]
    assert states == ["counted"] * MOST + ["refused"] * 2
    assert judged(None, KNOWN) == judged("", KNOWN) == judged([], KNOWN) == []
