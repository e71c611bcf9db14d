"""Posts as they were collected, and their addresses; each test runs against both stores."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.model import PLATFORMS, Agency, Sample
from functions.store.agency import AgencyStore
from functions.store.agency.posts import Located
from functions.store.expiry import POSTS
from functions.store.keys import key
from functions.store.port import Write
from tests.factories import BEGIN, END, PUBLISHED, aged, measured_post, read, x_post

DAY = timedelta(days=1)


def posts(agency):
    return list(agency.posts_published(BEGIN))


def test_a_post_comes_back_as_it_was_saved(agency):
    post = x_post(
        read(aged(1), likes=None, views=9),
        read(aged(2), likes=0),
        text="Halo “é” 🇮🇩",
        versions=("100", "101"),
        absences=(aged(3),),
    )
    agency.save_posts([post])
    assert posts(agency) == [post]


def test_what_two_writers_read_of_a_post_is_united(agency):
    """ "Posts are merged sample by sample … so two writers never undo each other." """
    first = x_post(read(aged(1), likes=1), absences=(aged(4),))
    second = x_post(read(aged(2), likes=2), absences=(aged(5),))
    agency.save_posts([second])
    agency.save_posts([first])
    agency.save_posts([first])
    assert posts(agency) == [
        x_post(read(aged(1), likes=1), read(aged(2), likes=2), absences=(aged(4), aged(5)))
    ]


def test_what_a_read_does_not_bring_is_not_wiped(agency):
    whole = x_post(
        read(aged(1)),
        text="Halo",
        versions=("100", "101"),
        parts=("102",),
        absences=(aged(4),),
        format="album",
    )
    agency.save_posts([whole])
    agency.save_posts([x_post(absences=(aged(5),))])
    [post] = posts(agency)
    assert (post.text, post.versions, post.parts) == ("Halo", ("100", "101"), ("102",))
    assert (post.samples, post.absences) == (whole.samples, (aged(4), aged(5)))
    assert post.format == "album"


@pytest.mark.parametrize("typed", ["hologram", "", 7, ["photo"], {"a": None}, True, None])
def test_a_format_that_is_none_costs_no_post(agency, typed):
    agency.save_posts([x_post(read(aged(1)), format="photo")])
    [(_, post)] = agency.changed_posts(None)
    path = f"{agency.root}/posts/{key(post.platform, post.account_id, post.post_id)}"
    agency.store.write([Write(path, {"format": typed}, "merge")])
    assert [post.format for post in posts(agency)] == [None]


def test_a_changed_caption_and_address_replace_the_older_ones(agency):
    agency.save_posts([x_post(read(aged(1)), text="lama", url="https://x.com/lama/1")])
    agency.save_posts([x_post(read(aged(2)), text="baru", url="https://x.com/baru/1")])
    [post] = posts(agency)
    assert (post.text, post.url) == ("baru", "https://x.com/baru/1")


def test_ids_may_hold_what_a_path_may_not(agency):
    strange = x_post(read(aged(1)), account_id="UC/a:b", post_id="..%2F", platform="youtube")
    agency.save_posts([strange])
    assert posts(agency) == [strange]


def test_the_same_item_in_two_accounts_is_two_documents(agency):
    shared = [x_post(read(aged(1)), platform="instagram", account_id=str(n)) for n in (1, 2)]
    agency.save_posts(shared)
    assert {post.account for post in posts(agency)} == {"instagram:1", "instagram:2"}


def test_one_post_is_read_by_its_account_and_id(agency):
    strange = x_post(read(aged(1)), account_id="UC/a:b", post_id="..%2F", platform="youtube")
    agency.save_posts([strange, x_post(read(aged(1)))])
    assert agency.post("youtube:UC/a:b", "..%2F") == strange
    assert agency.post("youtube:UC/a:b", "other") is None


def test_posts_are_found_by_when_they_were_published(agency):
    agency.save_posts(
        [measured_post(1, post_id=str(n), at=PUBLISHED + n * DAY) for n in (3, 1, 2, 0)]
    )
    found = [post.post_id for post in agency.posts_published(PUBLISHED + DAY)]
    assert found == ["1", "2", "3"]


def test_changed_posts_come_by_the_stores_own_clock(agency):
    agency.save_posts([x_post(read(aged(1)), post_id="1")])
    agency.save_posts([x_post(read(aged(1)), post_id="2")])
    changes = list(agency.changed_posts(None))
    assert [post.post_id for _, post in changes] == ["1", "2"]
    stamp = changes[1][0]
    assert stamp.tzinfo is not None
    assert [post.post_id for _, post in agency.changed_posts(stamp)] == ["2"]
    agency.save_posts([x_post(read(aged(2)), post_id="1")])
    assert [post.post_id for _, post in agency.changed_posts(stamp)] == ["2", "1"]


SPOILT = [
    {"published_at": "2026-10-09T00:00:00"},
    {"published_at": "kemarin"},
    {"published_at": None},
    {"platform": "friendster"},
    {"post_id": 7},
    {"samples": "dua"},
    {"samples": {"2026-10-09T00:00:00Z": 5}},
    {"samples": {"2026-10-09T00:00:00Z": {"likes": "banyak"}}},
    {"samples": {"2026-10-09T00:00:00": {"likes": 5}}},
    {"samples": {"kemarin": {"likes": 5}}},
    {"absences": [1, {}]},
    {"absences": {"2026-10-09T00:00:00": True}},
    {"versions": 5},
    {"text": ["a"]},
]


@pytest.mark.parametrize("spoilt", SPOILT, ids=str)
def test_a_post_that_somebody_typed_over_costs_itself(agency, spoilt):
    agency.save_posts([x_post(read(aged(1)), post_id=name) for name in ("1", "2", "3")])
    stored = next(s for s in agency.store.list(f"{agency.root}/posts") if s.id.endswith(":2"))
    kept = {name: value for name, value in stored.data.items() if name not in spoilt}
    agency.store.write([Write(stored.path, {**kept, **spoilt})])
    broken = []
    assert [post.post_id for _, post in agency.changed_posts(None, broken)] == ["1", "3"]
    assert [line.startswith(f"{stored.path} is no post") for line in broken] == [True]
    assert "2" not in [post.post_id for post in agency.posts_published(BEGIN)]
    assert agency.post("x:1", "2") is None


def test_times_that_come_out_are_aware_utc(agency):
    agency.save_posts([x_post(Sample(taken_at=aged(1)), absences=(aged(2),))])
    [post] = posts(agency)
    for at in (post.published_at, post.samples[0].taken_at, post.absences[0]):
        assert isinstance(at, datetime)
        assert at.utcoffset() == timedelta(0)
        assert at == at.astimezone(UTC)


# Addresses


def test_a_post_is_found_under_each_of_its_keys(agency):
    post = x_post(read(aged(1)))
    agency.save_urls([(post, ["100", "101"])])
    located = Located(account=post.account, post_id=post.post_id, published_at=PUBLISHED)
    assert agency.find_urls("x", ["100"]) == (located,)
    assert agency.find_urls("x", ["101", "102", "100"]) == (located,)
    assert agency.find_urls("x", ["102"]) == ()
    assert agency.find_urls("tiktok", ["100"]) == ()


def test_an_address_of_a_threads_further_post_leads_to_its_first(agency):
    post = x_post(read(aged(1)), parts=("101",))
    agency.save_urls([(post, ["100", "101"])])
    [first], [further] = agency.find_urls("x", ["100"]), agency.find_urls("x", ["101"])
    assert (first.post_id, first.is_part) == (post.post_id, False)
    assert (further.post_id, further.is_part) == (post.post_id, True)


def test_an_address_document_says_whose_post_it_is_and_of_which_month(agency):
    agency.save_urls([(x_post(published_at=END, account_id="7"), ["a/b:c"])])
    [stored] = agency.store.list(f"{agency.root}/urls")
    assert stored.id == "x:a%2Fb%3Ac"
    assert stored.data == {
        "accounts": {
            "x:7": {"post_id": "100", "published_at": "2026-10-31T17:00:00Z", "month": "2026-11"}
        }
    }


def test_an_item_of_several_accounts_is_found_for_each(agency):
    """Whoever writes first, and however often: a collaboration has one shortcode."""
    shared = [x_post(platform="instagram", account_id=str(n)) for n in (1, 2, 3)]
    agency.save_urls((post, ["CODE"]) for post in shared[:2])
    writes = agency.store.meter.writes
    for _ in range(2):
        agency.save_urls([(shared[2], ["CODE"])])
    assert agency.store.meter.writes - writes == 2
    found = agency.find_urls("instagram", ["CODE"])
    assert [located.account for located in found] == ["instagram:1", "instagram:2", "instagram:3"]


def test_an_address_that_two_feeds_show_at_once_is_one_write(agency):
    writes = agency.store.meter.writes
    shared = [x_post(platform="instagram", account_id=str(n)) for n in (1, 2)]
    agency.save_urls((post, ["CODE"]) for post in shared)
    assert agency.store.meter.writes - writes == 1
    assert len(agency.find_urls("instagram", ["CODE"])) == 2


def test_an_address_document_that_somebody_typed_over_leads_nowhere(agency):
    post = x_post(read(aged(1)), post_id="1")
    agency.save_urls([(post, ["1"])])
    [stored] = agency.store.list(f"{agency.root}/urls")
    agency.store.write([Write(stored.path, {"accounts": {"x:9": "apa saja"}}, "merge")])
    assert [one.account for one in agency.find_urls("x", ["1"])] == [post.account]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_post_goes_when_its_platform_says(store, platform):
    """In both stores the document carries the instant from which on it may go."""
    agency = AgencyStore(store, Agency(), clock=lambda: BEGIN + 20 * DAY)
    agency.save_posts([measured_post(5, account=f"{platform}:1", at=BEGIN + 9 * DAY)])
    [held] = store.list(f"{agency.root}/posts")
    assert held.expires_at == END + POSTS[platform]
