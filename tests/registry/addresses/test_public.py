"""The address of a post that may be shown and published."""

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.model import PLATFORMS
from functions.registry.addresses.public import LONGEST, built_address, own_address, public_address
from functions.registry.addresses.sites import SITES
from tests.registry.addresses.test_posts import CODE, STORY, VIDEO

SOUND = [
    ("instagram", f"https://www.instagram.com/p/{CODE}/"),
    ("instagram", f"https://www.instagram.com/reel/{CODE}/?igsh=MTIz"),
    ("facebook", f"https://www.facebook.com/105612345678901/posts/{STORY}"),
    ("facebook", f"https://www.facebook.com/permalink.php?story_fbid={STORY}&id=1056"),
    ("facebook", f"https://m.facebook.com/story.php?story_fbid={STORY}&id=1056"),
    ("facebook", f"https://www.facebook.com/photo.php?fbid={STORY}&set=a.1&type=3"),
    ("x", "https://x.com/i/status/1"),
    ("x", "https://twitter.com/kemenkum/status/1"),
    ("tiktok", "https://www.tiktok.com/@kemenkum.bali/video/1?utm_campaign=a"),
    ("youtube", f"https://www.youtube.com/watch?v={VIDEO}"),
]


@pytest.mark.parametrize(("platform", "url"), SOUND)
def test_a_sound_address_stays_as_it_is(platform, url):
    assert public_address(platform, "7", url) == url
    assert own_address(platform, url) == url


def test_an_address_of_its_own_is_never_built():
    assert own_address("x", "https://evil.example/i/status/1") is None
    assert own_address("x", "") is None


@pytest.mark.parametrize(("platform", "url"), SOUND)
def test_http_becomes_https(platform, url):
    assert public_address(platform, "7", url.replace("https", "http")) == url
    assert public_address(platform, "7", url.replace("https", "HTTPS")) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "javascript://x.com/%0Aalert(1)",
        "data:text/html,x.com",
        "https://example.net/x.com/",
        "https://x.com.example.net/a/status/1",
        "https://notx.com/a",
        "https://x.com@example.net/",
        "https://x.com:x@example.net/",
        "https://x.com\\@example.net/",
        "https://example.net\\@x.com/",
        "https://x.com:8443/a",
        "https://help.x.com/a",
        "https://x.com/a b",
        "https://x.com/a\n",
        " https://x.com/a",
        "https://x.com/\x00",
        "https://x.com/\u202ea",
        'https://x.com/"onmouseover="x',
        "https://x.com/<script>",
        "https://ｘ.com/a",
        "//x.com/a",
        "x.com/a",
        "https:/x.com/a",
        "https://t.co/abc",
        "https://x.com/login?redirect_after_login=%2F%2Fexample.net",
        "https://x.com/redirect?url=https%3A%2F%2Fexample.net",
        "https://www.google.com/url?q=https://x.com/a",
        "https://x.com/" + "a" * LONGEST,
        "https://www.instagram.com/p/a/",
        "",
    ],
)
def test_what_is_no_address_of_the_platform_gives_way_to_one_from_the_id(url):
    assert public_address("x", "1 /?", url) == "https://x.com/i/status/1%20%2F%3F"


@pytest.mark.parametrize(
    ("platform", "url"),
    [
        ("facebook", "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.net"),
        ("facebook", "https://www.facebook.com/l.php?u=https%3A%2F%2Fexample.net"),
        ("facebook", "https://lm.facebook.com/a"),
        ("youtube", "https://www.youtube.com/redirect?q=https://example.net"),
        ("youtube", "https://www.youtube.com/redirect?q=example.net/a"),
    ],
)
def test_an_address_that_leads_on_is_not_shown(platform, url):
    assert public_address(platform, "7", url) == built_address(platform, "7")


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "https://",
                "http://",
                "//",
                "/",
                "\\",
                "@",
                ":",
                "?",
                "#",
                ".",
                "%2F",
                "u=",
                "next=",
            ),
            *("x.com", "www.", "instagram.com", "facebook.com", "example.net", "javascript:", "\n"),
            *(
                "youtube.com",
                "tiktok.com",
                "&",
                '"',
                "<",
                "\u200b",
                "watch?v=",
                "443",
                "l.php",
                " ",
            ),
        ]
    )
    | st.text(max_size=3),
    max_size=12,
).map("".join)


@settings(max_examples=150)
@given(st.sampled_from(PLATFORMS), st.text(), PIECES)
def test_whatever_a_platform_gives_the_link_leads_to_the_platform(platform, post_id, url):
    shown = public_address(platform, post_id, url)
    parts = urlsplit(shown)
    assert parts.scheme == "https"
    assert "@" not in parts.netloc
    assert any(f".{parts.netloc.lower()}".endswith(f".{host}") for host in SITES[platform].hosts)
    assert re.fullmatch(r"[!-~]+", shown)
    assert not re.search(r"[\"<>\\`]", shown)
    assert public_address(platform, post_id, shown) == shown
