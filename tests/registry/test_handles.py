"""Handles as admins type or paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import PLATFORMS
from functions.registry.handles import ELSEWHERE, FORMS, HOSTS, NAMES, parse_handle


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    "typed", ["kemenkum", "@kemenkum", "  kemenkum ", " @kemenkum\t", "kemenkum/", "/kemenkum"]
)
def test_a_handle_is_taken_with_or_without_its_at_sign_and_stray_spaces(platform, typed):
    assert parse_handle(platform, typed) == "kemenkum"


@pytest.mark.parametrize(
    ("platform", "address", "handle"),
    [
        ("instagram", "https://www.instagram.com/kemenkum.bali/", "kemenkum.bali"),
        ("instagram", "https://instagram.com/kemenkum_bali?igsh=MTIz", "kemenkum_bali"),
        ("instagram", "instagram.com/kemenkum", "kemenkum"),
        ("instagram", "Instagram.COM/Kemenkum", "Kemenkum"),
        ("instagram", "www.instagram.com/kemenkum", "kemenkum"),
        ("instagram", "http://m.instagram.com/kemenkum/reels/", "kemenkum"),
        ("instagram", "https://instagr.am/kemenkum", "kemenkum"),
        ("facebook", "https://www.facebook.com/kemenkum.bali", "kemenkum.bali"),
        ("facebook", "https://m.facebook.com/kemenkum/?locale=id_ID", "kemenkum"),
        ("facebook", "https://web.facebook.com/kemenkum/posts/123", "kemenkum"),
        ("facebook", "https://id-id.facebook.com/kemenkum", "kemenkum"),
        ("facebook", "fb.com/kemenkum", "kemenkum"),
        ("facebook", "https://fb.me/kemenkum", "kemenkum"),
        ("facebook", "FACEBOOK.COM/kemenkum", "kemenkum"),
        ("facebook", "https://www.facebook.com/profile.php?id=61573000111222", "61573000111222"),
        ("facebook", "https://m.facebook.com/profile.php?sk=about&id=100064", "100064"),
        (
            "facebook",
            "https://www.facebook.com/people/Kanwil-Bali/61573000111222/",
            "61573000111222",
        ),
        ("facebook", "people/Kanwil-Bali/61573000111222", "61573000111222"),
        ("facebook", "https://www.facebook.com/pages/Kanwil-Bali/105612345", "105612345"),
        ("facebook", "https://www.facebook.com/p/Kanwil-Bali-61573000111222/", "61573000111222"),
        ("facebook", "https://www.facebook.com/pg/kemenkum", "kemenkum"),
        ("x", "https://x.com/kemenkum", "kemenkum"),
        ("x", "https://twitter.com/kemenkum?s=21&t=abc", "kemenkum"),
        ("x", "http://mobile.twitter.com/kemenkum/", "kemenkum"),
        ("x", "https://x.com/kemenkum/status/1234567890", "kemenkum"),
        ("x", "https://x.com/@kemenkum", "kemenkum"),
        ("tiktok", "https://www.tiktok.com/@kemenkum.bali", "kemenkum.bali"),
        ("tiktok", "https://m.tiktok.com/@kemenkum?_t=8a&_r=1", "kemenkum"),
        ("tiktok", "https://www.tiktok.com/@kemenkum/video/7300000000000000000", "kemenkum"),
        ("youtube", "https://www.youtube.com/@KemenkumBali", "KemenkumBali"),
        ("youtube", "https://m.youtube.com/@kemenkum/videos?si=abc", "kemenkum"),
        (
            "youtube",
            "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv",
            "UCabcdefghijklmnopqrstuv",
        ),
        ("youtube", "youtube.com/c/KemenkumBali", "KemenkumBali"),
        ("youtube", "https://www.youtube.com/user/kemenkum/featured", "kemenkum"),
        ("youtube", "https://www.youtube.com/@kemenkum%C3%A9", "kemenkumé"),
    ],
)
def test_a_full_profile_url_is_accepted_for_a_handle(platform, address, handle):
    """ "a full profile URL is accepted for a handle" (DESIGN.md)"""
    assert parse_handle(platform, address) == handle


@pytest.mark.parametrize(
    ("platform", "typed"),
    [
        ("x", "a" * 16),
        ("x", "@kemenkum_sulawesi"),
        ("x", "kemenkum.bali"),
        ("instagram", "a" * 31),
        ("instagram", "kemenkum bali"),
        ("tiktok", "a" * 25),
        ("tiktok", "k"),
        ("facebook", "Kanwil Kemenkum Bali"),
        ("youtube", "Kanwil Kemenkum Bali"),
        ("youtube", "https://www.youtube.com/@Kanwil%20Bali"),
        *((platform, text) for platform in PLATFORMS for text in ("", "@", "@@kemenkum", "-–-")),
        ("tiktok", "@www.kemenkum"),
        ("facebook", "https://www.facebook.com/profile.php"),
        ("instagram", "https://www.instagram.com/"),
    ],
)
def test_what_cannot_be_a_handle_is_refused_with_what_it_may_be(platform, typed):
    """X names have 15 characters at most: a 16th is a typing error, not another account."""
    with pytest.raises(ValueError, match=r"isi nama akun atau alamat profilnya") as refused:
        parse_handle(platform, typed)
    assert NAMES[platform] in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_longest_x_name_is_accepted():
    assert parse_handle("x", "@" + "a" * 15) == "a" * 15


@pytest.mark.parametrize(
    ("platform", "address"),
    [
        ("instagram", "https://www.facebook.com/kemenkum"),
        ("x", "https://x.com.example.net/kemenkum"),
        ("x", "https://notx.com/kemenkum"),
        ("tiktok", "www.kemenkum.go.id"),
        ("youtube", "https://kemenkum.go.id/youtube.com/kemenkum"),
    ],
)
def test_an_address_of_another_site_is_refused(platform, address):
    with pytest.raises(ValueError, match=r"bukan alamat .*periksa kolomnya"):
        parse_handle(platform, address)


@pytest.mark.parametrize(
    ("platform", "address"),
    [
        ("instagram", "https://www.instagram.com/p/C8abc/"),
        ("instagram", "https://www.instagram.com/reel/C8abc/"),
        ("instagram", "https://instagram.com/stories/kemenkum/123"),
        ("facebook", "https://www.facebook.com/share/1AbCdEf/"),
        ("facebook", "https://www.facebook.com/watch/?v=1"),
        ("facebook", "https://m.facebook.com/story.php?story_fbid=1&id=2"),
        ("x", "https://x.com/i/status/1"),
        ("x", "https://x.com/search?q=kemenkum"),
        ("tiktok", "https://vt.tiktok.com/ZSabc/"),
        ("tiktok", "https://www.tiktok.com/tag/kemenkum"),
        ("youtube", "https://www.youtube.com/watch?v=abcdefghijk"),
        ("youtube", "https://youtu.be/abcdefghijk"),
        ("youtube", "https://www.youtube.com/shorts/abcdefghijk"),
    ],
)
def test_the_address_of_a_post_names_no_account(platform, address):
    """Else the unit would be measured by whoever is called "p" or "watch"."""
    with pytest.raises(ValueError, match="bukan alamat profil"):
        parse_handle(platform, address)


def test_a_broken_address_is_refused_in_one_line():
    with pytest.raises(ValueError, match="salin alamat profilnya"):
        parse_handle("x", "https://[x.com/kemenkum")


@st.composite
def typed(draw):
    """Something an admin may type: a handle, an address, or anything at all."""
    platform = draw(st.sampled_from(PLATFORMS))
    name = draw(st.from_regex(FORMS[platform][0], fullmatch=True) | st.text(max_size=12))
    prefix = draw(
        st.sampled_from(["", "@", " ", "www.", "https://", "people/Nama/", "channel/", "/@"])
        | st.sampled_from([f"https://www.{host}/" for host in HOSTS[platform]])
        | st.sampled_from([f"{host}/@" for host in HOSTS[platform]])
        | st.sampled_from(sorted(ELSEWHERE[platform])).map(lambda word: f"{word}/")
    )
    return platform, prefix + name + draw(st.sampled_from(["", "/", "?a=b", "/posts/1", "#x", " "]))


@given(typed())
def test_a_parsed_handle_is_a_handle_and_parses_to_itself(given_text):
    platform, text = given_text
    try:
        handle = parse_handle(platform, text)
    except ValueError:
        return
    assert FORMS[platform][0].fullmatch(handle)
    assert parse_handle(platform, handle) == handle
