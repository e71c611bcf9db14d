"""The page of a post that stands out: which posts have one, and what it tells."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.model import Agency, Entry, Measurement
from functions.publish.imprint import Imprint
from functions.publish.pages.best import most_above_usual, most_interactions
from functions.publish.pages.context import Context
from functions.publish.pages.paths import post_path
from functions.publish.pages.post import (
    MINISTRY,
    UNIT,
    PostPage,
    post_page,
    post_page_of,
    posts_with_page,
)
from functions.publish.site import Material
from functions.publish.text import flags
from functions.store.ledgers import Ledgers
from tests.factories import (
    CLOSES,
    LATER,
    MONTH,
    WIB,
    aged,
    decision,
    entry,
    ranking,
    read,
    record,
    roster,
    satker,
    x_post,
)
from tests.publish.pieces import material_of
from tests.publish.world import World


def place(each: Entry) -> str:
    return post_path(each.post.platform, each.post.post_id)


def site_of(*entries: Entry, state: str = "open", contact: str = "", **facts: object) -> Material:
    """A site of one month with these posts."""
    ledgers = Ledgers(MONTH, WIB)
    for each in entries:
        ledgers.put(each)
    return Material(
        agency=Agency(),
        now=LATER,
        roster=roster(satker("aceh", "Kanwil Aceh"), satker("bali", "Kanwil Bali")),
        index={},
        records={MONTH: record(ranking(state=state), closes_at=CLOSES, **facts)},
        ledgers={MONTH: ledgers},
        pending=frozenset(),
        files={},
        assets={"kiprah.css": "", "kiprah.js": "", "icon.svg": ""},
        imprint=Imprint(contact=contact),
        site_url="https://kiprah.example",
    )


def page_of(material: Material, path: str = "unggahan/x/100/") -> PostPage:
    found = posts_with_page(material, MONTH)[path]
    page = post_page(Context(material, f"{path}index.html"), found, MONTH)
    assert isinstance(page, PostPage)
    return page


def told(material: Material, month: str) -> Iterable[Entry]:
    """The posts that a month's best, flags, decisions and objections name, by going through all."""
    of_month = material.posts_of(month) or []
    record = material.records[month]
    yield from most_interactions(of_month, MINISTRY)
    yield from most_above_usual(of_month, MINISTRY)
    by_satker = defaultdict(list)
    for each in of_month:
        assert each.verdict is not None
        by_satker[each.verdict.satker].append(each)
    for posts in by_satker.values():
        yield from most_interactions(posts, UNIT)
    for each in of_month:
        for flag in record.ranking.flags:
            if flag.account == each.post.account and each.post.post_id in flags.post_ids(flag):
                yield each
        for contested in (*record.decisions, *record.objections):
            if (contested.platform, contested.post_id) == (each.post.platform, each.post.post_id):
                yield each


def test_the_posts_that_stand_out_have_a_page_and_no_others(world: World) -> None:
    material = material_of(world)
    for month in material.records:
        found = posts_with_page(material, month)
        assert {*found} == {place(each) for each in told(material, month)}
        assert len(found) < len(material.posts_of(month) or ())
        assert [*found] == sorted(found)
        for path, entries in found.items():
            assert {place(each) for each in entries} == {path}


def test_a_post_that_had_a_page_keeps_it(world: World) -> None:
    """Its rank among the best may pass; its address does not."""
    material = material_of(world)
    paths = {place(each) for each in material.posts_of(MONTH) or ()}

    @given(st.sets(st.sampled_from(sorted(paths))), st.booleans())
    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def holds(held: set[str], with_others: bool) -> None:
        published = {f"{path}index.html" for path in held}
        if with_others:  # those of the month's other pages
            published |= {"2026/10/index.html", "unggahan/x/not-of-this-month/index.html"}
        again = dataclasses.replace(material_of(world), published={MONTH: published})
        assert {*posts_with_page(again, MONTH)} == {*posts_with_page(material, MONTH)} | held

    holds()


def test_a_row_leads_to_the_page_where_there_is_one(world: World) -> None:
    material = material_of(world)
    context = Context(material, "satker/setjen/index.html")
    with_page = posts_with_page(material, MONTH)
    for each in material.posts_of(MONTH) or ():
        expected = f"../../{place(each)}" if place(each) in with_page else ""
        assert post_page_of(context, each, MONTH) == expected


def test_every_read_is_told_and_what_it_was_used_for() -> None:
    before, after = read(aged(23, 50), likes=40), read(aged(24, 30), likes=44)
    first, hidden = read(aged(1), likes=3), read(aged(2), None, comments=None, shares=None)
    measured = Measurement(
        state="interpolated", i24=41, lower=40, upper=44, before=before, after=after
    )
    page = page_of(
        site_of(entry(x_post(first, hidden, before, after), measurement=measured, over_usual=41))
    )
    [account] = page.accounts
    assert [(each.age, each.total, each.used) for each in account.reads] == [
        ("1 jam", 3, ""),
        ("2 jam", None, ""),
        ("23 jam 50 menit", 40, "sebelum tanda"),
        ("24 jam 30 menit", 44, "sesudah tanda"),
    ]
    assert account.finding == "41 interaksi pada tanda 24 jam, 40–44"
    assert account.bounds == "40–44"
    assert account.curve is not None
    assert account.usual == (
        "4,1 kali dari biasanya: rata-rata tengah unggahan lain dari akun ini sekitar 10."
    )
    assert account.mark == "11 Oktober 2026 12.00 WIB"
    assert account.why


def test_a_read_at_the_mark_is_said_to_lie_there() -> None:
    at = read(aged(24), likes=9)
    measured = Measurement(state="observed", i24=9, lower=9, upper=9, before=at, after=at)
    page = page_of(site_of(entry(x_post(at), measurement=measured)))
    [account] = page.accounts
    assert [each.used for each in account.reads] == ["tepat pada tanda"]
    assert account.curve is None
    assert account.finding == "9 interaksi pada tanda 24 jam"


def test_a_post_without_a_value_says_so_and_why() -> None:
    lost = entry(x_post(read(aged(2))), measurement=Measurement(state="unmeasured"))
    about = decision("include", post_id="100")
    page = page_of(site_of(lost, decisions=(about,)))
    [account] = page.accounts
    assert account.finding == "Tidak terukur pada tanda 24 jam"
    assert account.i24 is None
    assert account.why[-1] == "Tidak satu pun unggahan X terbaca sejak 10 Okt 14.00 WIB."
    running = entry(x_post(read(aged(2), likes=7)), measurement=Measurement(state="running", i24=7))
    assert page_of(site_of(running)).accounts[0].finding == "7 interaksi sejauh ini"


def test_a_collaboration_stands_once_with_each_of_its_accounts() -> None:
    both = [
        entry(x_post(read(aged(24), likes=9), account_id=account), satker=unit, shared=True)
        for account, unit in (("1", "aceh"), ("2", "bali"))
    ]
    material = site_of(*both)
    page = page_of(material)
    assert len(posts_with_page(material, MONTH)) == 1
    assert [each.unit.label for each in page.accounts if each.unit] == [
        "Kanwil Aceh",
        "Kanwil Bali",
    ]
    assert page.accounts[1].unit is not None
    assert page.accounts[1].unit.href == "../../../satker/bali/2026/10/"
    assert page.accounts[1].row == "#u-x-100"


@pytest.mark.parametrize(
    "gone",
    [
        entry(
            x_post(read(aged(24), likes=9), absences=(aged(25),), text="Rahasia"),
        ),
        entry(
            x_post(read(aged(2)), text="Rahasia"),
            counted=False,
            reason="removed",
            measurement=Measurement(state="removed"),
        ),
    ],
)
def test_a_post_that_is_gone_keeps_its_numbers_and_not_its_text(gone: Entry) -> None:
    page = page_of(site_of(gone, decisions=(decision(),)))
    assert page.gone
    assert page.caption == ""
    assert page.accounts[0].reads


def test_a_text_is_shown_while_the_month_is_not_frozen() -> None:
    there = entry(x_post(read(aged(24)), text="Halo dunia"))
    assert page_of(site_of(there)).caption == "Halo dunia"
    assert page_of(site_of(there, state="closing")).caption == "Halo dunia"
    assert page_of(site_of(there, state="final")).caption == ""


def test_an_objection_is_a_mail_with_the_posts_address_filled_in() -> None:
    there = entry(x_post(read(aged(24))))
    mail = urlsplit(page_of(site_of(there, contact="humas@kemenkum.example")).accounts[0].objecting)
    assert (mail.scheme, mail.path) == ("mailto", "humas@kemenkum.example")
    asked = parse_qs(mail.query)
    assert asked["subject"] == ["Sanggahan unggahan X 100"]
    [body] = asked["body"]
    assert "Unggahan: https://x.com/kemenkum/status/100\r\n" in body
    assert "Halaman bukti: https://kiprah.example/unggahan/x/100/\r\n" in body
    for contact in ("", "https://form.example/@humas"):
        page = page_of(site_of(there, contact=contact))
        assert page.accounts[0].objecting == "../../../metode/#sanggah"
    assert page_of(site_of(there, state="final")).accounts[0].objecting == ""


@given(st.text(min_size=1, max_size=40), st.text(max_size=60))
def test_a_posts_id_and_address_of_whatever_letters_stay_within_the_mail(
    post_id: str, url: str
) -> None:
    there = entry(x_post(read(aged(24)), post_id=post_id, url=url))
    material = site_of(there, contact="humas@kemenkum.example")
    [path] = posts_with_page(material, MONTH)
    made = page_of(material, path).accounts[0].objecting
    assert made.isascii()
    asked = parse_qs(urlsplit(made).query)
    assert {*asked} == {"subject", "body"}
    shown = post_id.encode("utf-8", "replace").decode()
    assert unquote(made.partition("subject=")[2].partition("&")[0]).endswith(shown)


def test_a_post_without_a_verdict_has_no_page() -> None:
    unscored = Entry(post=x_post())
    assert posts_with_page(site_of(unscored), MONTH) == {}
