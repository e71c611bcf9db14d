"""Campaigns and clarifications as admins type them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.store.campaigns import Campaign, parse_campaign, parse_clarification
from tests.factories import WIB

CAMPAIGN = {"judul": "Setahun", "tagar": "#SetahunBerdampak", "dari": "2026-10-05"}
CLARIFICATION = {
    **CAMPAIGN,
    "klaim": "Biaya naik.",
    "fakta": "Biaya tetap.",
    "frasa": "biaya tetap",
}
BEGINS = datetime(2026, 10, 4, 17, tzinfo=UTC)


def campaign(**changes):
    return parse_campaign("a", {**CAMPAIGN, **changes}, WIB)


def clarification(**changes):
    return parse_clarification("a", {**CLARIFICATION, **changes}, WIB)


def test_a_campaign_is_read():
    found = campaign(Sampai="2026-10-31", Tautan="https://kemenkum.go.id/setahun")
    assert found == Campaign(
        id="a",
        title="Setahun",
        begins=BEGINS,
        ends=datetime(2026, 10, 31, 17, tzinfo=UTC),
        tags=("SetahunBerdampak",),
        link="https://kemenkum.go.id/setahun",
    )
    assert (found.first_day(WIB), found.last_day(WIB)) == (date(2026, 10, 5), date(2026, 10, 31))
    assert campaign().last_day(WIB) is None


def test_a_clarification_is_read():
    found = clarification(
        dari="2026-10-05T09:00", oleh="Ani", frasa="biaya tetap; tidak ada\nkenaikan biaya"
    )
    assert found.begins == datetime(2026, 10, 5, 2, tzinfo=UTC)
    assert found.phrases == ("biaya tetap", "tidak ada", "kenaikan biaya")
    assert (found.claim, found.fact) == ("Biaya naik.", "Biaya tetap.")
    assert clarification(tagar=None).tags == ()


def test_a_last_instant_is_taken_as_it_is_typed():
    assert campaign(to="2026-10-06T12:00").ends == datetime(2026, 10, 6, 5, tzinfo=UTC)
    assert campaign(to="2026-10-05").ends == datetime(2026, 10, 5, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "tags",
    ["#A1b, c_d", "A1b c_d", "#A1b#c_d", ["#A1b", "c_d"], ["A1b; #c_d", "A1b"], "＃A1b\n#c_d"],
)
def test_tags_are_typed_as_they_come(tags):
    assert campaign(tagar=tags).tags == ("A1b", "c_d")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"judul": " "}, "judul kosong"),
        ({"judul": "Setahun\u202e"}, "judul memuat huruf yang tidak terlihat"),
        ({"judul": "Seta\x07hun"}, "judul memuat huruf yang tidak terlihat"),
        ({"judul": 2 * ["a"]}, "judul ['a', 'a'] bukan teks"),
        ({"judul": "a" * 201}, "judul terlalu panjang"),
        ({"tagar": None}, "tagar kosong"),
        ({"tagar": "#"}, "tagar kosong"),
        ({"tagar": "#setahun!"}, "'setahun!' bukan tagar"),
        ({"tagar": "#2026"}, "'2026' bukan tagar"),
        ({"tagar": [1]}, "tagar 1 bukan teks"),
        ({"tagar": " ".join(f"a{n}" for n in range(21))}, "berisi 21 isian; paling banyak 20"),
        ({"dari": None}, "dari None bukan waktu"),
        ({"sampai": "besok"}, "sampai 'besok' bukan waktu"),
        ({"sampai": "2026-10-04"}, "sampai lebih awal daripada dari"),
        ({"tautan": "javascript:alert(1)"}, "bukan alamat https"),
        ({"tautan": "http://kemenkum.go.id"}, "bukan alamat https"),
        ({"tautan": 'https://a.id/"onclick'}, "bukan alamat https"),
        ({"tautan": "https://a.id@b.id/"}, "bukan alamat https"),
        ({"tautn": "https://a.id"}, "tautn tidak dikenal; maksudnya tautan?"),
        ({"Title": "Lain"}, "berisi hal yang berbeda"),
    ],
)
def test_a_broken_campaign_says_what_to_mend(changes, told):
    with pytest.raises(ValueError, match=r"\w") as refusal:
        campaign(**changes)
    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"tagar": "", "frasa": ""}, "tagar dan frasa kosong"),
        ({"frasa": "hoaks"}, "frasa 'hoaks' harus 8 sampai 200 huruf"),
        ({"fakta": "a" * 1001}, "fakta terlalu panjang"),
        ({"klaim": "\u2066Biaya"}, "klaim memuat huruf yang tidak terlihat"),
    ],
)
def test_a_broken_clarification_says_what_to_mend(changes, told):
    with pytest.raises(ValueError, match=r"\w") as refusal:
        clarification(**changes)
    assert told in str(refusal.value)


@pytest.mark.parametrize(
    "link",
    ["https://kemenkum.go.id", "https://www.tiktok.com/@kemenkum/video/1", "https://a.id:443/?b#c"],
)
def test_an_address_of_https_is_taken(link):
    assert campaign(link=link).link == link


ODD = st.one_of(
    st.none() | st.booleans() | st.integers() | st.floats() | st.binary(max_size=5),
    st.text(max_size=20),
    st.sampled_from(["2026-10-05", "#a", "https://a.id", "javascript:1", "\ud83d", "\x00"]),
)
NESTED = ODD | st.lists(ODD, max_size=3) | st.dictionaries(st.text(max_size=5), ODD, max_size=2)
FIELDS = ["title", "Judul", "tags", "tagar", "from", "dari", "to", "link", "phrases", "claim", "by"]


@pytest.mark.parametrize("parse", [parse_campaign, parse_clarification])
@given(
    st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), NESTED, max_size=5),
    st.booleans(),
)
@settings(max_examples=60)
def test_an_odd_document_is_read_or_refused_in_one_line(parse, document, is_nearly_right):
    found = refused = None
    try:
        found = parse("a", {**CLARIFICATION, **document} if is_nearly_right else document, WIB)
    except ValueError as error:
        refused = str(error)
    if found is None:
        assert refused
        assert "\n" not in refused
    else:
        assert found.title
        assert (found.link or "https://").startswith("https://")
        shown = "".join([found.title, *found.tags, *found.phrases, found.claim or ""])
        assert shown.isprintable()
