"""What holds on every page of a site, on pages as readers get them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from posixpath import normpath
from typing import Any

import msgspec
import pytest

from functions.model import Account, Post, Roster, Satker
from functions.publish.heard import Heard
from functions.publish.pages import unit_month
from functions.publish.pages.context import Context, Page
from functions.publish.pages.issues import week_page
from functions.publish.pages.paths import post_anchor, post_path, unit_month_path, week_path
from functions.publish.pages.site_map import living, of_month
from functions.publish.render import render
from functions.publish.text import formats
from functions.store import open_store
from tests.publish.dom import Element, parse
from tests.publish.pieces import material_of
from tests.publish.spoken import heard_of
from tests.publish.world import NOW, UNITS, World, ranks_of

FIRST_DAYS = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
HEARING = datetime(2026, 10, 4, 3, 0, tzinfo=UTC)  # September closes on the 6th
HOSTILE = (
    "\u202eKanwil</bdi></script><script>alert(1)</script><b>\"'& Aceh",
    "Za\u0335\u0336\u0337\u0338\u0321\u0322lgo \u2066Kanwil\u202e",
)


class Site:
    """A site's pages as trees, each parsed when it is asked for first."""

    def __init__(self, world: World, heard: Heard | None = None) -> None:
        self.world = world
        material = material_of(world, heard=heard or heard_of(world))
        self.models: dict[str, Page] = living(material)
        for issues in material.heard.issues:
            path = week_path(issues.week)
            self.models[f"{path}index.html"] = week_page(Context(material, path), issues, None)
        self.months: dict[str, set[str]] = {}
        for month in material.records:
            found = of_month(material, month)
            self.months[month] = {*found}
            self.models |= found
        self.html = {path: body.decode() for path, body in render(self.models).items()}
        self._trees: dict[str, Element] = {}

    def __getitem__(self, path: str) -> Element:
        """The page at a path that ends with a slash, or is empty."""
        if path not in self._trees:
            self._trees[path] = parse(self.html[f"{path}index.html"])
        return self._trees[path]

    def pages(self) -> Iterator[tuple[str, Element]]:
        """Every page with its path."""
        for name in self.html:
            if name.endswith("index.html"):
                path = name.removesuffix("index.html")
                yield path, self[path]

    def unit_pages(self, satker: str) -> Iterator[Element]:
        """A satker's own page, and those of its months."""
        for path, page in self.pages():
            if path.startswith(f"satker/{satker}/"):
                yield page


def world_at(
    url: str, now: datetime, months: Mapping[str, str], units: tuple[Satker, ...] = UNITS
) -> World:
    """A world of these months by their states; what is final was frozen on the next month's 8th."""
    built = World(open_store(url), units, now=now)
    ranks = None
    for month, state in months.items():
        year, number = int(month[:4]), int(month[5:])
        frozen = datetime(year + number // 12, number % 12 + 1, 8, tzinfo=UTC)
        as_of = frozen if state == "final" else now
        record = built.add_month(month, state=state, as_of=as_of, previous=ranks)  # type: ignore[arg-type]
        ranks = ranks_of(record)
    return built


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("stores")
    return (f"sqlite:///{folder}/{number}.db" for number in range(100))


@pytest.fixture(scope="module")
def site(urls: Iterator[str]) -> Site:
    """Two final months and the running one."""
    months = {"2026-08": "final", "2026-09": "final", "2026-10": "open"}
    return Site(world_at(next(urls), NOW, months))


@pytest.fixture(scope="module")
def hearing(urls: Iterator[str]) -> Site:
    """A final month, one that hears objections, and a new one."""
    months = {"2026-08": "final", "2026-09": "closing", "2026-10": "open"}
    return Site(world_at(next(urls), HEARING, months))


@pytest.fixture(scope="module")
def frozen(urls: Iterator[str]) -> Site:
    """Final months alone, the latest of them also on the living pages."""
    return Site(world_at(next(urls), NOW, {"2026-08": "final", "2026-09": "final"}))


def many_units() -> tuple[Satker, ...]:
    """25 satker; the last one has no account."""
    more = (Satker(id=f"kanwil-{n:02}", name=f"Kanwil {n}", kind="kanwil") for n in range(19))
    return (*UNITS[:-1], *more, UNITS[-1])


@pytest.fixture(scope="module", params=[2, 0], ids=["two posts", "no post"])
def first_days(request: pytest.FixtureRequest, urls: Iterator[str]) -> Site:
    """A month's first days: everybody else is tied at 0."""
    built = world_at(next(urls), FIRST_DAYS, {"2026-10": "final"}, many_units())
    built.add_month(
        "2026-11",
        posts=request.param,
        as_of=FIRST_DAYS,
        previous=ranks_of(built.agency.months()["2026-10"]),
        quiet=True,
    )
    return Site(built)


def rankings(page: Element) -> Iterator[list[Element]]:
    """The rows of each ranked list on a page."""
    for table in page.all("table", "ranking"):
        [body] = table.all("tbody")
        yield body.all("tr")


def cell(row: Element, name: str) -> str:
    [found] = row.all("td", name)
    return found.text


# Ranks


def test_nobody_with_nothing_is_shown_as_the_first(first_days: Site) -> None:
    record = first_days.world.agency.months()["2026-11"]
    ties = [row for row in record.ranking.find("most_active").rows if row.rank and not row.posts]
    assert len(ties) >= 22
    assert len({row.rank for row in ties}) == 1
    shown = 0
    for _, page in first_days.pages():
        for rows in rankings(page):
            for row in rows:
                if "first" in row.classes:
                    assert re.match(r"[1-9]", cell(row, "fig"))
                    shown += 1
        for table in page.all("table", "scopes"):
            for leader in table.all("strong"):
                assert leader.text != "0"
        for top in page.all("td", "ten"):
            assert top.text
    assert shown
    living_pages = ("", *(f"platform/{each}/" for each in ("x", "instagram")), "2026/11/")
    if not any(row.posts for row in record.ranking.find("most_active").rows):
        for path in living_pages:
            assert not any(
                "first" in row.classes for rows in rankings(first_days[path]) for row in rows
            )
        for path in ("", "2026/11/"):
            said = [*first_days[path].all("p", "finding"), *first_days[path].all("ul", "points")]
            assert said
            assert not any("memimpin" in each.text for each in said)


def test_equal_ranks_look_equal(first_days: Site, site: Site) -> None:
    ties = 0
    for each in (first_days, site):
        for _, page in each.pages():
            for rows in rankings(page):
                looks = defaultdict(list)
                for row in rows:
                    [bar] = row.all("rect")
                    look = (row.classes, bar.attrs["width"], cell(row, "fig"))
                    looks[cell(row, "pos")].append(look)
                for told in looks.values():
                    assert all(look == told[0] for look in told)
                    ties += len(told) > 1
    assert ties > 5


def test_a_movement_stands_with_what_it_is_measured_against(
    site: Site, hearing: Site, first_days: Site
) -> None:
    moves = 0
    for each in (site, hearing, first_days):
        for path, page in each.pages():
            for words, where in page.words():
                if not re.search(r"[▲▼] \d", words):
                    continue
                around = where.within("section", "article")
                assert around is not None, path
                assert re.search(r"dibanding \w+( \d{4})? \(final\)", around.text), path
                moves += 1
    assert moves > 20


def test_who_is_poorly_measured_is_named_with_its_accounts(site: Site) -> None:
    thin = 0
    current = max(site.months)
    for month, record in site.world.agency.months().items():
        for row in record.ranking.find("most_popular").rows:
            paths = [unit_month_path(row.satker, month)]
            paths += [f"satker/{row.satker}/"] if month == current else []
            for path in paths:
                named = [
                    line
                    for line in site[path].all("small", "thin")
                    if line.text == "terukur di bawah 90 %"
                ]
                assert bool(named) == row.thin, path
                for line in named:
                    account = line.within("th")
                    assert account is not None
                    assert account.all("bdi")[0].text.startswith("@")
            thin += row.thin
    assert thin


# Evidence


def links(site: Site, path: str) -> set[str]:
    """The pages that a page leads to, by path."""
    found = set()
    for link in site[path].all("a"):
        target = link.attrs["href"].partition("#")[0].partition("?")[0]
        if target and ":" not in target:
            place = normpath(f"{path}{target}").removeprefix("./")
            found.add("" if place == "." else f"{place}/")
    return {place for place in found if f"{place}index.html" in site.html}


def test_every_rank_of_every_month_leads_to_all_its_posts_within_three_steps(
    urls: Iterator[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also months of the year before, of satker whose posts take several pages."""
    monkeypatch.setattr(unit_month, "MOST_POSTS", 4)
    months = {f"2026-{number:02}": "final" for number in (8, 9, 11, 12)} | {"2027-01": "open"}
    site = Site(world_at(next(urls), datetime(2027, 1, 20, tzinfo=UTC), months))
    reached, edge = {""}, {""}
    for _ in range(3):
        edge = {place for path in edge for place in links(site, path)} - reached
        reached |= edge
    anchors = {
        month: {
            row.attrs["id"]
            for path in reached
            if re.match(rf"satker/[^/]+/{month.replace('-', '/')}/", path)
            for row in site[path].all("tr", "post")
        }
        for month in months
    }
    for month in months:
        posts = [
            entry.post
            for ledger in site.world.agency.ledgers(month).values()
            for entry in ledger.entries.values()
        ]
        assert len(posts) == 40
        assert {post_anchor(p.platform, p.post_id) for p in posts} == anchors[month]


def test_every_unmeasured_post_says_its_cause(site: Site, hearing: Site) -> None:
    cause = re.compile(
        r"(Pertama kali|Tidak satu pun unggahan \w+|Unggahan ini tidak) terbaca .+\."
    )
    told = 0
    for each in (site, hearing):
        for path, page in each.pages():
            for row in page.all("tr", "post"):
                if "tak-terukur" in row.attrs["data-picks"].split():
                    [why] = row.all("p", "why")
                    assert cause.search(why.text), path
                    assert cell(row, "value") == "tidak terukur"
                    told += 1
    assert told > 5


def test_a_satker_without_an_account_gets_one_sentence_and_no_zeros(
    site: Site, hearing: Site
) -> None:
    for each in (site, hearing):
        for page in each.unit_pages("poltekpin"):
            [main] = page.all("main")
            assert main.text.count("belum punya akun terdaftar") == 1
            assert not re.search(r"\b0\b", main.text)
            assert "tanpa unggahan" not in main.text
            assert "Tidak ada unggahan" not in main.text


# Time


def test_every_dated_page_has_one_time(site: Site, hearing: Site, frozen: Site) -> None:
    dated = 0
    for each in (site, hearing, frozen):
        for path, model in each.models.items():
            head = getattr(model, "head", None)
            if head is None:
                continue
            page = each[path.removesuffix("index.html")]
            [foot] = page.all("footer")
            [told] = [s.text for s in foot.all("strong")]
            assert told == head.as_of == model.shell.as_of, path
            [main] = page.all("main")
            shown = [
                time.text for time in main.all("time") if time.attrs["datetime"] == head.moment
            ]
            # A post's head tells when it was published; its own reads may be of the same instant.
            if not path.startswith(("unggahan/", "platform/")):
                assert len(shown) == 1, path
                assert shown[0] in (head.as_of, head.as_of_short), path
            dated += 1
    assert dated > 100


def test_a_months_time_is_told_as_its_state_asks(site: Site) -> None:
    record = site.world.agency.months()["2026-09"]
    [foot] = site["satker/kanwil-bali/2026/09/"].all("footer")
    zone = site.world.agency.zone
    assert f"Data per {formats.time(record.ranking.as_of, zone)}" in foot.text


def test_a_month_that_hears_objections_is_named_where_a_satker_looks(
    hearing: Site, site: Site
) -> None:
    places = ["", "satker/", *(f"satker/{unit.id}/" for unit in hearing.world.units)]
    for path in places:
        [told] = hearing[path].all("aside", "closing")
        assert told.text == (
            "September dalam masa sanggah sampai 6 Oktober 2026 22.00 WIB · 1 sanggahan terbuka "
            "Cara menyanggah"
        )
        where, how = told.all("a")
        root = "../" * path.count("/")
        assert where.attrs["href"] == f"{root}2026/09/"
        assert how.attrs["href"] == f"{root}metode/#sanggah"
        assert not site[path].all("aside", "closing")


# Texts


def with_texts(world: World, text_of: Callable[[int, Post], str]) -> None:
    """Give every post the text that its number and itself make."""
    for month in world.agency.months():
        ledgers = world.agency.ledgers(month)
        entries = [entry for ledger in ledgers.values() for entry in ledger.entries.values()]
        for number, entry in enumerate(entries):
            post = msgspec.structs.replace(entry.post, text=text_of(number, entry.post))
            ledgers.put(msgspec.structs.replace(entry, post=post))
        world.agency.save_ledgers(ledgers)


@pytest.mark.parametrize("has_open", [True, False])
def test_no_text_stands_on_a_page_of_a_final_month_nor_of_a_post_that_is_gone(
    urls: Iterator[str], has_open: bool
) -> None:
    months = {"2026-08": "final", "2026-09": "final"} | ({"2026-10": "open"} if has_open else {})
    world = world_at(next(urls), NOW, months)
    with_texts(world, lambda _, post: f"Teks-{post.platform}-{post.post_id}.")
    site = Site(world)
    shown: dict[str, set[str]] = defaultdict(set)
    for path, html in site.html.items():
        for text in re.findall(r"Teks-[a-z]+-\d+\.", html):
            shown[text].add(path)
    told = 0
    for month in months:
        for ledger in world.agency.ledgers(month).values():
            for entry in ledger.entries.values():
                assert entry.verdict is not None
                places = shown.get(entry.post.text or "", set())
                if month != "2026-10" or entry.verdict.measurement.state == "removed":
                    assert places == set()
                else:
                    assert entry.verdict.satker is not None
                    path = unit_month_path(entry.verdict.satker, month)
                    assert f"{path}index.html" in places
                    told += 1
    assert bool(told) == has_open


def hostile_world(url: str) -> World:
    """A world in which names, handles, texts and what people wrote do their worst."""
    names = {unit.id: HOSTILE[at % 2] for at, unit in enumerate(UNITS)}
    units = tuple(
        msgspec.structs.replace(
            unit, name=f"{names[unit.id]} panjang", short_name=names[unit.id], province=HOSTILE[1]
        )
        for unit in UNITS
    )
    world = world_at(url, NOW, {"2026-09": "closing", "2026-10": "open"}, units)
    accounts: list[Account] = [
        msgspec.structs.replace(account, handle=HOSTILE[at % 2])
        for at, account in enumerate(world.accounts)
    ]
    world.agency.save_roster(
        Roster(as_of=NOW - timedelta(days=1), satker=units, accounts=tuple(accounts))
    )
    with_texts(world, lambda number, _: HOSTILE[number % 2])
    for record in world.agency.months().values():
        world.save(
            msgspec.structs.replace(
                record,
                decisions=tuple(
                    msgspec.structs.replace(each, by=HOSTILE[0], why=HOSTILE[1])
                    for each in record.decisions
                ),
                objections=tuple(
                    msgspec.structs.replace(
                        each,
                        by=HOSTILE[1],
                        why=HOSTILE[0],
                        answer=each.answer and HOSTILE[1],
                        answered_by=each.answered_by and HOSTILE[0],
                    )
                    for each in record.objections
                ),
            )
        )
    return world


def hostile_week(world: World) -> Heard:
    """What was heard in it, with the worst words."""
    heard = heard_of(world)
    worst: dict[str, Any] = {"title": HOSTILE[0], "tags": HOSTILE, "phrases": HOSTILE}
    worst |= {"claim": HOSTILE[1], "fact": HOSTILE[0], "link": f"https://{HOSTILE[0]}"}
    issues = tuple(
        msgspec.structs.replace(
            week,
            terms=tuple(msgspec.structs.replace(term, term=HOSTILE[0]) for term in week.terms),
            narratives=tuple(
                msgspec.structs.replace(each, words=HOSTILE) for each in week.narratives
            ),
            campaigns=tuple(msgspec.structs.replace(each, **worst) for each in week.campaigns),
            clarifications=tuple(
                msgspec.structs.replace(each, **worst) for each in week.clarifications
            ),
        )
        for week in heard.issues
    )
    insights = tuple(
        msgspec.structs.replace(
            month,
            effects=tuple(
                msgspec.structs.replace(each, kind="tag", group=HOSTILE[0])
                for each in month.effects
            ),
        )
        for month in heard.insights
    )
    return msgspec.structs.replace(heard, issues=issues, insights=insights)


def test_what_people_typed_stays_text_and_turns_nothing_around(urls: Iterator[str]) -> None:
    world = hostile_world(next(urls))
    site = Site(world, hostile_week(world))
    turning = re.compile("[\u202a-\u202e\u2066-\u2069]|[\u0300-\u036f]{3}")
    isolated = 0
    for path, page in site.pages():
        for each in page.all("script"):
            # A program of the site's own, or facts for programs that read it.
            is_data = each.attrs.get("type") == "application/ld+json"
            assert is_data or (each.attrs["src"] and not each.text), path
        assert not page.all("b"), path
        for words, where in page.words():
            if turning.search(words):
                assert where.within("bdi") is not None, (path, where.tag, words)
                isolated += 1
        for each in page.elements():
            assert not any(name.startswith("on") for name in each.attrs), path
            for name, value in each.attrs.items():
                if name != "data-find-text":  # searched in, never shown
                    assert not turning.search(value), (path, each.tag, name)
                if name in ("href", "src", "action"):
                    assert not re.match(r"\s*(javascript|data):", value, re.IGNORECASE), path
    assert isolated > 200


def test_the_pages_of_posts_are_among_those_of_their_month(site: Site) -> None:
    found = [path for path in site.html if path.startswith("unggahan/")]
    assert found
    for month, paths in site.months.items():
        for ledger in site.world.agency.ledgers(month).values():
            for entry in ledger.entries.values():
                path = f"{post_path(entry.post.platform, entry.post.post_id)}index.html"
                assert (path in site.html) == (path in paths)
