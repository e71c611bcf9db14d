"""Who carried a campaign or a clarification."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.score.rules.listening.carrying import Noted, carried, carried_within
from functions.store.campaigns import Campaign
from functions.store.issues import PostRef
from tests.factories import WIB

BEGIN = datetime(2026, 10, 4, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)
CAMPAIGN = Campaign(
    id="setahun",
    title="Setahun",
    begins=BEGIN,
    ends=BEGIN + 48 * HOUR,
    tags=("#SetahunBerdampak", "dampak_1"),
    phrases=("ini  HOAKS",),
)


def noted(text, hour=1, satker="aceh", i24=3):
    post = PostRef(
        platform="x",
        account_id=satker,
        post_id=str(hour),
        satker=satker,
        url="https://x.com/a",
        published_at=BEGIN + hour * HOUR,
    )
    return Noted(post, text, i24)


@pytest.mark.parametrize(
    "text",
    [
        "Halo #setahunberdampak!",
        "＃SETAHUNBERDAMPAK",
        "#𝗦𝗲𝘁𝗮𝗵𝘂𝗻𝗕𝗲𝗿𝗱𝗮𝗺𝗽𝗮𝗸",
        "a#Dampak_1",
        "Klarifikasi: ini\nhoaks, bukan",
    ],
)
def test_a_post_carries_a_whole_tag_or_a_phrase(text):
    assert carried(CAMPAIGN, [noted(text)], WIB).posts == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "setahunberdampak",
        "#SetahunBerdampak2",
        "https://a.id/#SetahunBerdampak",
        "ini bukan hoaks",
    ],
)
def test_nothing_else_is_guessed(text):
    assert carried(CAMPAIGN, [noted(text)], WIB).posts == 0


def test_a_post_carries_it_while_it_runs():
    posts = [noted("#dampak_1", hour) for hour in (-1, 0, 47, 48)]
    assert carried(CAMPAIGN, posts, WIB).posts == 2


def test_it_is_told_who_carried_it_first():
    posts = [noted("#dampak_1", 5, i24=None), noted("#dampak_1", 2, "bali"), noted("#dampak_1", 3)]
    found = carried(CAMPAIGN, posts, WIB)
    assert [(p.satker, p.post_id) for p in found.units] == [("bali", "2"), ("aceh", "3")]
    assert (found.posts, found.i24, found.measured) == (3, 6, 2)
    assert (str(found.begins), str(found.ends)) == ("2026-10-05", "2026-10-06")
    assert (found.within_24, found.within_48) == (None, None)
    assert carried(CAMPAIGN, [], WIB).i24 is None


def test_a_clarification_is_counted_from_its_beginning():
    posts = [noted("#dampak_1", hour, f"u{hour}") for hour in (0, 23, 24, 47)]
    assert carried_within(CAMPAIGN, posts, BEGIN) == (2, 4)
    assert carried_within(CAMPAIGN, posts, BEGIN + HOUR) == (None, None)
