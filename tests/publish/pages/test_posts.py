"""A post on its satker's page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from functions.model import DAY, Entry, Measurement, Platform, Post, Sample, Verdict
from functions.publish.pages.context import Link
from functions.publish.pages.posts import (
    PICKS,
    PostItem,
    PostLink,
    post_address,
    post_item,
    post_link,
    profile_address,
    shown_handle,
    web_address,
)

AT = datetime(2026, 10, 3, 2, 11, 9, tzinfo=UTC)
BEFORE = Sample(taken_at=AT + DAY - timedelta(minutes=19), likes=30, comments=4, shares=6)


def shown(measurement: Measurement, **facts: object) -> PostItem:
    post = Post(
        **{  # type: ignore[arg-type]
            "platform": "x",
            "account_id": "1",
            "post_id": "2",
            "published_at": AT,
            "url": "https://x.com/i/2",
            "text": "Halo",
            "samples": (BEFORE,),
            **facts,
        }
    )
    verdict = Verdict(counted=True, reason="counted", satker="a", measurement=measurement)
    return post_item(Entry(post=post, verdict=verdict), verdict, "", ZoneInfo("Asia/Makassar"))


def test_a_value_comes_with_its_bounds_and_samples() -> None:
    item = shown(Measurement(state="interpolated", i24=41, lower=40, upper=43, before=BEFORE))
    assert (item.i24, item.bounds) == (41, "40–43")
    reading = item.readings[0]
    assert (reading.side, reading.when) == ("Sebelum", "4 Okt 09.52 WITA")
    assert (reading.age, reading.total) == ("23 jam 41 menit", 40)


@pytest.mark.parametrize(
    ("measurement", "bounds"),
    [
        (Measurement(state="observed", i24=40, lower=40, upper=40), ""),
        (Measurement(state="estimated", i24=1040, lower=1040), "paling sedikit 1.040"),
        (Measurement(state="estimated", i24=40, upper=40), "paling banyak 40"),
        (Measurement(state="running", i24=40, lower=40), ""),
        (Measurement(state="unmeasured"), ""),
    ],
)
def test_bounds_are_told_where_there_are_any(measurement: Measurement, bounds: str) -> None:
    assert shown(measurement).bounds == bounds


def test_a_running_post_shows_its_latest_read() -> None:
    item = shown(Measurement(state="running", i24=40))
    assert [reading.side for reading in item.readings] == ["Terakhir"]


def test_an_unmeasured_post_has_no_number() -> None:
    item = shown(Measurement(state="unmeasured"))
    assert item.i24 is None
    assert item.state_label == "tidak terukur"


def item_of(**facts: object) -> PostItem:
    post = Post(platform="x", account_id="1", post_id="2", published_at=AT, url="https://x.com/i/2")
    earlier = Post(
        platform="x",
        account_id="1",
        post_id="1",
        published_at=AT - timedelta(hours=3),
        url="https://x.com/i/1",
    )
    measured = Measurement(state="observed", i24=41, lower=40, upper=43)
    given = {"counted": True, "reason": "counted", "satker": "a", "measurement": measured, **facts}
    verdict = Verdict(**given)  # type: ignore[arg-type]
    return post_item(
        Entry(post=post, verdict=verdict),
        verdict,
        "",
        ZoneInfo("Asia/Makassar"),
        month_page="../2026/10/",
        posts={("x:1", "1"): earlier},
    )


def test_a_post_says_how_far_it_lies_above_the_usual() -> None:
    item = item_of(over_usual=18)
    assert (item.usual, item.usual_tenths) == ("1,8 ×", 18)
    assert item_of(over_usual=30).usual == "3 ×"
    assert (item_of().usual, item_of().usual_tenths) == ("", None)


def test_a_multiple_of_next_to_nothing_is_not_told() -> None:
    """41 at 4.2 times the usual: ten were expected; at 4.3 times, fewer."""
    assert item_of(over_usual=41).usual == "4,1 ×"
    assert item_of(over_usual=42).usual == ""


def test_a_near_duplicate_leads_to_what_it_repeats() -> None:
    item = item_of(counted=False, reason="duplicate", duplicate_of="1", duplicate_percent=94)
    assert item.repeats == PostLink(
        "94\xa0% sama dengan unggahan 3 Okt 07.11 WITA", "https://x.com/i/1"
    )
    unknown = item_of(counted=False, reason="duplicate", duplicate_of="9", duplicate_percent=90)
    assert unknown.repeats == PostLink("90\xa0% sama dengan unggahan 9", "https://x.com/i/status/9")


def test_flags_and_decisions_lead_to_the_months_page() -> None:
    item = item_of(flags=("burst",), decisions=("d-1",))
    assert item.mark == Link("penanda: unggahan beruntun", "../2026/10/#penanda-a")
    assert item.decision == "../2026/10/#keputusan"
    assert item_of().mark is None
    assert item_of().decision == ""


def test_a_value_that_was_set_says_so_and_has_no_bounds() -> None:
    measured = Measurement(state="running", i24=120, lower=120, upper=120, decided=True)
    item = item_of(measurement=measured, decisions=("d-1",))
    assert (item.i24, item.bounds, item.state_label) == (120, "", "ditetapkan")
    assert item.note == "Dihitung: nilainya ditetapkan dengan keputusan admin."


def test_a_post_that_is_not_at_hand_is_linked_where_its_id_makes_an_address() -> None:
    zone = ZoneInfo("Asia/Jakarta")
    assert post_link({}, "instagram:1", "7", zone) == PostLink("7", None)
    assert post_link({}, "x", "7", zone) == PostLink("7", "https://x.com/i/status/7")
    assert post_address("youtube", "a&b") == "https://www.youtube.com/watch?v=a%26b"


def test_a_removed_post_keeps_no_text() -> None:
    assert shown(Measurement(state="observed", i24=1)).caption == "Halo"
    assert shown(Measurement(state="removed")).caption == ""
    gone_later = (BEFORE.taken_at + timedelta(hours=1),)
    assert shown(Measurement(state="observed", i24=1), absences=gone_later).caption == ""
    seen_again = (BEFORE.taken_at - timedelta(hours=1),)
    assert shown(Measurement(state="observed", i24=1), absences=seen_again).caption == "Halo"


def test_a_long_caption_ends_at_a_word() -> None:
    caption = shown(Measurement(state="observed", i24=1), text="kata\n " * 60).caption
    assert caption.endswith("kata …")
    assert len(caption) < 165


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "data:text/html,x", "", "http:/x", None),
        *("bali.kemenkum.go.id", "https://a b", "https://a\n", "https://", "ftp://a"),
    ],
)
def test_what_a_browser_would_run_is_not_linked(url: str | None) -> None:
    assert web_address(url) is None


@pytest.mark.parametrize(
    ("platform", "handle", "address"),
    [
        ("instagram", "kemenkumbali", "https://www.instagram.com/kemenkumbali"),
        ("facebook", "people/Kanwil/6157", "https://www.facebook.com/people/Kanwil/6157"),
        ("x", "@kemenkumbali", "https://x.com/kemenkumbali"),
        ("tiktok", "@kemenkumbali", "https://www.tiktok.com/@kemenkumbali"),
        ("youtube", "@kemenkumbali", "https://www.youtube.com/@kemenkumbali"),
        (
            "youtube",
            "UC0123456789012345678901",
            "https://www.youtube.com/channel/UC0123456789012345678901",
        ),
        ("youtube", "user/kemenkumbali", "https://www.youtube.com/user/kemenkumbali"),
        ("x", "@", None),
    ],
)
def test_an_account_is_linked(platform: Platform, handle: str, address: str | None) -> None:
    assert profile_address(platform, handle) == address


@pytest.mark.parametrize(
    ("handle", "name"),
    [
        ("kemenkumbali", "@kemenkumbali"),
        ("61573000111222", "61573000111222"),
        ("people/Kanwil-Bali/6157", "Kanwil Bali"),
        ("user/kemenkumbali", "user/kemenkumbali"),
    ],
)
def test_a_handle_is_shown_as_people_write_it(handle: str, name: str) -> None:
    assert shown_handle(handle) == name


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://x.com@example.net/", "", "//x.com"]
)
def test_a_stored_address_that_leads_elsewhere_is_not_shown(url: str) -> None:
    post = Post(platform="x", account_id="1", post_id="9", published_at=AT, url=url)
    measured = Measurement(state="observed", i24=41, lower=40, upper=43)
    verdict = Verdict(counted=True, reason="counted", satker="a", measurement=measured)
    item = post_item(Entry(post=post, verdict=verdict), verdict, "", ZoneInfo("Asia/Makassar"))
    assert item.href == "https://x.com/i/status/9"
    link = post_link({("x:1", "9"): post}, "x:1", "9", ZoneInfo("Asia/Jakarta"))
    assert link.href == "https://x.com/i/status/9"


def test_a_note_is_made_only_where_something_is_not_as_usual() -> None:
    plain = item_of()
    assert (plain.note, plain.is_plain) == ("", True)
    for facts in (
        {"counted": False, "reason": "excluded"},
        {"shared": True},
        {"duplicate_of": "1", "duplicate_percent": 92},
        {"measurement": Measurement(state="unmeasured")},
        {"measurement": Measurement(state="estimated", i24=4, lower=4, before=BEFORE)},
        {"measurement": Measurement(state="observed", i24=4, partial=True)},
    ):
        item = item_of(**facts)
        assert item.note.endswith(".")
        assert not item.is_plain


def test_posts_can_be_picked_by_what_deserves_a_look() -> None:
    assert item_of().picks == ""
    assert item_of(measurement=Measurement(state="unmeasured")).picks == "tak-terukur"
    assert item_of(measurement=Measurement(state="estimated", i24=4)).picks == "perkiraan"
    assert item_of(measurement=Measurement(state="running", i24=4)).picks == "berjalan"
    # One that does not count was not missed by the measuring.
    removed = item_of(
        counted=False, reason="removed", measurement=Measurement(state="removed"), flags=("burst",)
    )
    assert removed.picks == "tidak-dihitung bertanda"
    assert {*removed.picks.split()} <= {*PICKS}


def test_the_text_is_left_out_where_it_may_not_be_shown() -> None:
    post = Post(
        platform="x", account_id="1", post_id="2", published_at=AT, url="", text="Halo dunia"
    )
    verdict = Verdict(
        counted=True, reason="counted", satker="a", measurement=Measurement(state="observed", i24=1)
    )
    entry, zone = Entry(post=post, verdict=verdict), ZoneInfo("Asia/Jakarta")
    assert post_item(entry, verdict, "", zone).caption == "Halo dunia"
    assert post_item(entry, verdict, "", zone, captions=False).caption == ""
