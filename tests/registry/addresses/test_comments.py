"""Addresses of comments: which one is meant, and what is said of an address that names none."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.registry.addresses.comments import NotAComment, comment_at

LC = "UgzAbCdEfGhIjKlMnOp4AaABAg"
FB = base64.b64encode(b"comment:777_123").decode()
STORY = "https://www.facebook.com/kemenkum/posts/777?comment_id="


@pytest.mark.parametrize(
    ("text", "platform", "ids"),
    [
        (f"https://www.youtube.com/watch?v=abcdefghijk&lc={LC}", "youtube", [LC]),
        (
            f"lihat https://youtu.be/abcdefghijk?lc={LC}.9xYzabcdefgh !",
            "youtube",
            [f"{LC}.9xYzabcdefgh"],
        ),
        ("https://x.com/warga/status/1991000000000000001?s=20", "x", ["1991000000000000001"]),
        ("twitter.com/i/web/status/1991000000000000001", "x", ["1991000000000000001"]),
        (f"{STORY}123", "facebook", ["123", "777_123"]),
        (f"{STORY}1&reply_comment_id=123", "facebook", ["123", "777_123"]),
        (f"{STORY}{FB}", "facebook", ["777_123", "123"]),
        (
            "https://www.facebook.com/kemenkum/posts/pfbid02AbCdEfGhIjKl?comment_id=123",
            "facebook",
            ["123"],
        ),
        ("https://www.instagram.com/p/CODE12345/c/178123/", "instagram", ["178123"]),
        ("https://www.instagram.com/kemenkum/reel/CODE12345/c/178123/", "instagram", ["178123"]),
        ("https://www.instagram.com/p/CODE12345/c/178123/r/179456/", "instagram", ["179456"]),
        (
            "https://www.tiktok.com/@kemenkum/video/7412?share_comment_id=7499&_r=1",
            "tiktok",
            ["7499"],
        ),
        (" tiktok:7499 ", "tiktok", ["7499"]),
        (f"youtube:{LC}", "youtube", [LC]),
    ],
)
def test_a_comment_is_named(text: str, platform: str, ids: list[str]) -> None:
    found = comment_at(text)
    assert (found.platform, [*found.ids]) == (platform, ids)
    assert not any(id in repr(found) for id in ids)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://www.youtube.com/watch?v=abcdefghijk", "lc="),
        (f"https://www.youtube.com/watch?v=abcdefghijk&lc={LC}/..", "lc="),
        ("https://x.com/warga", "/status/NOMOR"),
        ("https://www.facebook.com/kemenkum/posts/777?comment_id=abc", "comment_id="),
        ("https://www.instagram.com/p/CODE12345/", "/c/NOMOR/"),
        ("https://www.instagram.com/c/123/", "/c/NOMOR/"),
        ("https://www.tiktok.com/@kemenkum/video/7412", "share_comment_id="),
        ("https://example.com/p/CODE/c/178123/", "Tidak ada alamat komentar"),
        ("halo", "Tidak ada alamat komentar"),
    ],
)
def test_what_names_none_is_answered_with_what_is_accepted(text: str, said: str) -> None:
    with pytest.raises(NotAComment) as refused:
        comment_at(text)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


hosts = st.sampled_from(["instagram.com", "www.facebook.com", "x.com", "tiktok.com", "youtu.be"])
rests = st.text(st.sampled_from("/?=&c1r_.%~😀 lcommentid"), max_size=30)


@settings(max_examples=40)
@given(hosts, rests, st.text(max_size=20))
def test_whatever_is_pasted_is_a_comment_or_refused(host: str, rest: str, text: str) -> None:
    for pasted in (f"{text} https://{host}/{rest}", text):
        with suppress(NotAComment):
            assert all(comment_at(pasted).ids)
