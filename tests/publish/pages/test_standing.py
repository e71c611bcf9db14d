"""Where a satker stands in a month: every figure is that of its lists and its posts."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import PLATFORMS, Entry, Measurement, Satker
from functions.publish.imprint import Imprint
from functions.publish.pages.context import Context
from functions.publish.pages.posts import PICKS
from functions.publish.pages.standing import Standing, looks, rank_figure, standing_of
from functions.publish.site import Material
from tests.factories import entry, row, x_post
from tests.publish.pieces import material_of
from tests.publish.world import World

MONTH = "2026-10"


@pytest.fixture
def material(world: World) -> Material:
    return material_of(world)


def of(material: Material, satker: str, month: str = MONTH) -> Standing:
    """A satker's standing, as a page of its own folder shows it."""
    [unit] = [each for each in material.units if each.id == satker]
    return standing_of(Context(material, f"satker/{satker}/"), unit, material.records[month])


def test_the_ranks_are_those_of_the_official_lists_and_lead_there(material: Material) -> None:
    for month, record in material.records.items():
        for unit in material.units:
            standing = of(material, unit.id, month)
            for place, name in zip(standing.ranks, ("most_popular", "most_active"), strict=True):
                ranked = record.ranking.find(name)  # type: ignore[arg-type]
                [own] = [each for each in ranked.rows if each.satker == unit.id]
                assert place.rank == own.rank
                assert place.out_of == sum(each.rank is not None for each in ranked.rows)
                assert place.href.startswith(f"../../{month.replace('-', '/')}/semua/#ter")
                assert place.provisional == (month == MONTH)
                assert bool(place.compared) == bool(place.movement_words)


def test_a_rank_among_equals_leads_to_the_band(material: Material) -> None:
    for unit in material.units:
        for place in of(material, unit.id).ranks:
            if place.rank is None:
                assert place.band is None
                continue
            assert place.band is not None
            assert re.fullmatch(r"\d+ dari \d+ dengan .+ pengikut.*", place.band.label)
            assert re.search(r"2026/10/pengikut-[12]/#pengikut-[12]-ter", place.band.href)


def test_the_platforms_sum_to_the_whole(material: Material) -> None:
    for month, record in material.records.items():
        for row_ in record.ranking.find("most_active").rows:
            lines = of(material, row_.satker, month).platforms
            assert sum(line.posts for line in lines) == row_.posts
            assert sum(line.measured for line in lines) == row_.measured
            assert sum(line.i24 or 0 for line in lines) == (row_.i24 or 0)
            assert [line.platform for line in lines] == [
                p for p in PLATFORMS if p in {line.platform for line in lines}
            ]
            for line in lines:
                assert line.href == f"../../{month.replace('-', '/')}/{line.platform}/"
                if not line.posts:
                    # A rank by no post at all says nothing.
                    assert (line.popular, line.active, line.share) == (None, None, None)


def test_the_accounts_sum_to_the_whole_and_say_when_they_were_read(material: Material) -> None:
    for month, record in material.records.items():
        for row_ in record.ranking.find("most_active").rows:
            accounts = of(material, row_.satker, month).accounts
            assert sum(line.posts for line in accounts) == row_.posts
            assert sum(line.measured for line in accounts) == row_.measured
            assert sum(line.i24 or 0 for line in accounts) == (row_.i24 or 0)
            for line in accounts:
                assert line.handle.startswith("@")
                assert line.followers is not None
                assert bool(line.read) >= bool(line.posts)
                assert line.thin == (100 * line.measured < 90 * line.posts)
                assert (line.i24 is None) == (line.measured == 0)


def test_followers_are_the_last_count_read_by_the_months_time(
    material: Material, world: World
) -> None:
    account = world.accounts[0]
    at = material.records["2026-09"].ranking.as_of
    later = at.replace(day=at.day + 1)
    counts = {account.key: ((at, 700), (later, 900))}
    made = dataclasses.replace(material, followers=counts)
    lines = {
        month: next(
            line
            for line in of(made, account.satker, month).accounts
            if line.platform == account.platform
        )
        for month in made.records
    }
    assert lines["2026-08"].followers is None
    assert lines["2026-09"].followers == 700
    assert lines["2026-10"].followers == 900


def test_a_satker_without_an_account_gets_one_sentence(material: Material) -> None:
    standing = of(material, "poltekpin")
    assert standing.none == (
        "Satuan kerja ini belum punya akun terdaftar, jadi belum diukur dan belum diperingkat. "
        "Akun didaftarkan oleh admin instansi."
    )
    assert standing.why == standing.platforms == standing.accounts == standing.looks == ()
    said = dataclasses.replace(material, imprint=Imprint(office="Biro Humas"))
    assert of(said, "poltekpin").none.endswith("oleh admin instansi: Biro Humas.")
    for unit in material.units:
        assert bool(of(material, unit.id).none) == (unit.id == "poltekpin")


def test_what_is_known_to_be_wrong_with_an_account_stands_beside_it(
    material: Material, world: World
) -> None:
    account = world.accounts[0]
    assert account.key
    said = "3 unggahan belum terbaca sejak 3 Okt."
    made = dataclasses.replace(material, incomplete={account.key: said})
    states = [line.state for line in of(made, account.satker).accounts]
    assert states.count(said) == 1
    assert states.count("") == len(states) - 1
    nowhere = msgspec.structs.replace(account, account_id=None)
    roster = msgspec.structs.replace(material.roster, accounts=(nowhere,))
    lines = of(dataclasses.replace(material, roster=roster), account.satker).accounts
    assert "akunnya belum ditemukan di platform" in {line.state for line in lines}


def test_a_post_that_was_given_to_a_satker_stands_with_the_account_it_came_from(
    material: Material,
) -> None:
    ledgers = material.ledgers[MONTH]
    account, ledger = next(
        (key, ledger)
        for key, ledger in ledgers.items()
        if any(e.verdict and e.verdict.satker == "setjen" for e in ledger.entries.values())
    )
    moved: dict[str, Entry] = {}
    for post_id, each in ledger.entries.items():
        assert each.verdict is not None
        moved[post_id] = msgspec.structs.replace(
            each, verdict=msgspec.structs.replace(each.verdict, satker="poltekpin")
        )
    made = dataclasses.replace(
        material,
        ledgers={
            **material.ledgers,
            MONTH: {
                **ledgers,
                account: msgspec.structs.replace(ledger, entries=moved),
            },
        },
    )
    [line] = of(made, "poltekpin").accounts
    assert line.validity == "akun satuan kerja lain"
    assert line.posts == sum(e.verdict.counted for e in moved.values() if e.verdict)
    assert of(made, "poltekpin").none == ""


def test_why_is_told_of_everybody_who_has_posts(material: Material) -> None:
    for row_ in material.records[MONTH].ranking.find("most_popular").rows:
        why = of(material, row_.satker).why
        assert bool(why) == bool(row_.rank and row_.posts)
        if why:
            assert why[0].startswith(f"Peringkat {row_.rank}: ")


STATES = st.sampled_from(["observed", "estimated", "running", "unmeasured", "removed"])


@given(st.lists(st.tuples(STATES, st.booleans(), st.booleans())))
def test_what_deserves_a_look_is_counted_once_for_each_reason(
    given: list[tuple[Any, bool, bool]],
) -> None:
    entries = [
        entry(
            x_post(post_id=str(at)),
            counted=counted,
            measurement=Measurement(
                state=state, i24=None if state in ("unmeasured", "removed") else 1
            ),
            flags=("burst",) if flagged else (),
        )
        for at, (state, counted, flagged) in enumerate(given)
    ]
    found = {look.key: look.count for look in looks(entries)}
    expected = Counter(
        {
            "tak-terukur": sum(c and s in ("unmeasured", "removed") for s, c, _ in given),
            "perkiraan": sum(s == "estimated" for s, _, _ in given),
            "berjalan": sum(c and s == "running" for s, c, _ in given),
            "tidak-dihitung": sum(not c for _, c, _ in given),
            "bertanda": sum(f for _, _, f in given),
        }
    )
    assert found == +expected
    assert {*expected} == {*PICKS}


@pytest.mark.parametrize(
    ("facts", "popular", "active"),
    [
        ({"posts": 3, "i24": 1_200, "measured": 2}, "1.200 interaksi, 2 dari 3 unggahan terukur",
         "3 unggahan"),
        ({"posts": 3, "i24": None, "measured": 0}, "tidak terukur", "3 unggahan"),
        ({"posts": 0, "i24": 0, "measured": 0}, "belum ada unggahan", "0 unggahan"),
        ({"posts": 0, "i24": None, "measured": 0}, "belum ada unggahan", "0 unggahan"),
    ],
)  # fmt: skip
def test_what_a_rank_rests_on_is_told_in_words(
    facts: dict[str, Any], popular: str, active: str
) -> None:
    given = row("a", 1, **facts)
    assert rank_figure(given, "most_popular") == popular
    assert rank_figure(given, "most_active") == active


def test_a_satker_that_was_not_yet_there_has_no_rank(material: Material) -> None:
    new = Satker(id="kanwil-baru", name="Kanwil Baru", kind="kanwil")
    standing = standing_of(Context(material, ""), new, material.records[MONTH])
    assert standing.ranks == ()
    assert standing.none
