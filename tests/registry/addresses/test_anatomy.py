"""One address taken apart as a browser takes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.registry.addresses.anatomy import is_address, read
from functions.registry.addresses.sites import SITES


@pytest.mark.parametrize(
    ("text", "host", "words"),
    [
        ("https://x.com/kemenkum/status/1", "x.com", ("kemenkum", "status", "1")),
        ("X.com/Kemenkum", "x.com", ("Kemenkum",)),
        ("http:/x.com//a//", "x.com", ("a",)),
        ("https:\\\\x.com\\@example.net", "x.com", ("@example.net",)),
        ("//www.x.com.:443/%40a b", "www.x.com", ("@a b",)),
        ("https://x.com", "x.com", ()),
    ],
)
def test_an_address_has_a_host_and_words(text, host, words):
    address = read(text)
    assert (address.host, address.words) == (host, words)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "https://a@x.com/b",
            "https://x.com@example.net",
            "https://x.com:8080/a",
            "ftp://x.com/a",
        ),
        *(
            "https://x\u217f.com/",
            "https://ｘ.com/a",
            "https://faceboo\u212a.com",
            "https://x_.c0m/",
        ),
        *("https://", "//", "https://[::1]/", "x", "", "https:// x.com/", "https://x.com\u200b/a"),
    ],
)
def test_what_leads_elsewhere_than_it_looks_is_no_address(text):
    with pytest.raises(ValueError):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        *("https://x", "www.kemenkum", "kemenkum.go.id", "x.com", "youtu.be/a", "//a", "fb.me/a"),
        *("kemenkum.id/profil", "mysite.page/x", "kemenkum.com"),
    ],
)
def test_an_address_is_known_without_its_scheme(text):
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    ["kemenkum", "@kemenkum", "kemenkum.bali", "kemenkum.id", "kemenkum.id/", "user/a"],
)
def test_a_name_is_no_address(text):
    assert not is_address(text)


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("https://facebook.com/login.php?next=%2Fa%2F", ["https://facebook.com/a/"]),
        ("https://x.com/#!/a", ["https://x.com/a"]),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fx.com%2Fa", ["https://x.com/a"]),
        ("https://facebook.com/login.php?next=https%253A%252F%252Fx.com", ["https://x.com"]),
        ("https://www.google.com/amp/s/www.instagram.com/a/", ["www.instagram.com/a/"]),
        ("https://facebook.com/a?ref=https://x.com", []),
        ("https://facebook.com/a?next=a", []),
    ],
)
def test_what_stands_inside_an_address_is_found(text, inside):
    assert list(read(text).inside()) == inside


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://m.facebook.com", True),
        ("https://id-id.facebook.com", True),
        ("https://fb.com", True),
        ("https://developers.facebook.com", False),
        ("https://notfacebook.com", False),
        ("https://facebook.com.example.net", False),
    ],
)
def test_a_platform_is_shown_on_hosts_of_its_own(text, shown):
    assert read(text).shows(SITES["facebook"]) is shown


@given(st.text())
def test_any_text_is_read_or_is_none(text):
    is_address(text)
    try:
        address = read(text)
    except ValueError:
        return
    assert address.host == address.host.lower()
    assert list(address.inside()) is not None
