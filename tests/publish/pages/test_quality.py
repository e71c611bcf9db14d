"""How well a month is measured, counted post by post."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.model import PLATFORMS, Entry, Measurement, Platform
from functions.publish.pages.quality import STATES, quality_of
from tests.factories import entry, x_post

KINDS: dict[str, dict[str, Any]] = {
    **{state: {"measurement": Measurement(state=state)} for state in STATES},
    "removed": {
        "counted": False,
        "reason": "removed",
        "measurement": Measurement(state="removed"),
    },
    "excluded": {"counted": False, "reason": "excluded"},
    "duplicate": {"counted": False, "reason": "duplicate"},
    "unscored": {},
}


def of(platform: Platform, kind: str, number: int) -> Entry:
    post = x_post(platform=platform, post_id=str(number))
    return Entry(post=post) if kind == "unscored" else entry(post, **KINDS[kind])


@given(st.lists(st.tuples(st.sampled_from(PLATFORMS), st.sampled_from([*KINDS]))))
def test_every_scored_post_stands_in_one_column_of_its_platform(
    posts: list[tuple[Platform, str]],
) -> None:
    quality = quality_of(of(*each, number) for number, each in enumerate(posts))
    *lines, whole = quality.lines
    assert whole.platform is None
    scored = [each for each in posts if each[1] != "unscored"]
    assert [line.platform for line in lines] == [
        p for p in PLATFORMS if any(platform == p for platform, _ in scored)
    ]
    for line in quality.lines:
        own = [kind for platform, kind in scored if line.platform in (None, platform)]
        assert line.counts == tuple(own.count(state) for state in STATES)
        assert line.counted == sum(line.counts)
        assert line.removed == own.count("removed")
        assert line.out == own.count("excluded") + own.count("duplicate")
        assert line.counted + line.removed + line.out == len(own)


def test_a_month_without_posts_has_a_line_of_sums_alone() -> None:
    [whole] = quality_of(()).lines
    assert (whole.label, whole.counted, whole.removed, whole.out) == ("Semua", 0, 0, 0)


def test_the_columns_are_the_states_that_a_counted_post_can_be_in() -> None:
    assert quality_of(()).states == (
        "teramati",
        "interpolasi",
        "perkiraan",
        "berjalan",
        "tidak terukur",
    )
