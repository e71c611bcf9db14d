"""When a document expires: never sooner for being written again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from functions.model import PLATFORM_NAMES, PLATFORMS, Platform
from functions.store.expiry import KEPT, NOTICE, POSTS, TEXTS, expiry

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


MIDDLE = datetime(2050, 1, 1, tzinfo=UTC)


@given(
    st.sampled_from([*((name, None) for name in sorted(KEPT)), *(("posts", p) for p in PLATFORMS)]),
    st.integers(-20_000, 17_000).map(lambda days: MIDDLE + days * DAY),
    st.lists(st.timedeltas(timedelta(0), timedelta(days=900)), min_size=1, max_size=4),
)
def test_an_expiry_never_falls(
    of: tuple[str, Platform | None], needed: datetime, waits: list[timedelta]
) -> None:
    name, platform = of
    kept = KEPT[name] if platform is None else POSTS[platform]
    clock = last = MIDDLE
    for wait in waits:
        clock += wait
        now = expiry(name, needed, clock, platform)
        assert now >= max(last, clock + kept, needed + kept)
        last = now


def test_what_was_read_of_youtube_without_consent_goes_within_thirty_days() -> None:
    assert set(POSTS) == set(PLATFORMS)
    assert POSTS["youtube"] <= 30 * DAY
    assert min(POSTS.values()) > NOTICE


def test_the_guide_to_the_terms_says_how_long_everything_is_kept() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "ketentuan.md").read_text(encoding="utf-8")
    for platform in PLATFORMS:
        name, raw, text = PLATFORM_NAMES[platform], POSTS[platform].days, TEXTS[platform].days
        assert f"| {name} | {raw} hari | {text} hari |" in guide
