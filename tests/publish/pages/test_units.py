"""The pages of the work units."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from functions.model import PLATFORMS, Account, Roster, Satker
from functions.publish.pages import paths, units
from functions.publish.pages.context import Context
from functions.publish.render import assets, render
from functions.publish.site import Material
from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.test_condition import material
from tests.publish.world import NOW, World


def test_the_newest_posts_are_shown_and_the_rest_is_led_to(
    run: Publish, site: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "LATEST", 5)
    run()
    told = (site / "satker/kanwil-bali/index.html").read_text(encoding="utf-8")
    entries = [
        entry
        for ledger in world.agency.ledgers("2026-10").values()
        for entry in ledger.entries.values()
        if entry.verdict and entry.verdict.satker == "kanwil-bali"
    ]
    entries.sort(key=lambda entry: entry.post.published_at, reverse=True)
    assert len(entries) > units.LATEST
    places = [told.find(f'href="{entry.post.url}"') for entry in entries]
    assert all(place > 0 for place in places[: units.LATEST])
    assert sorted(places[: units.LATEST]) == places[: units.LATEST]
    assert told.count('<tr class="post') == units.LATEST
    whole = (site / "satker/kanwil-bali/2026/10/index.html").read_text(encoding="utf-8")
    assert 'href="../../satker/kanwil-bali/2026/10/"' in told
    assert all(f'href="{entry.post.url}"' in whole for entry in entries)
    counted = sum(entry.verdict.counted for entry in entries if entry.verdict)
    left = len(entries) - counted
    said = f"{counted} dihitung" + (f", {left} tidak dihitung" if left else "")
    assert f"{said} pada Oktober 2026" in text(site / "satker/kanwil-bali/index.html")


def test_times_are_in_the_units_own_zone(run: Publish, site: Path) -> None:
    run()
    bali = text(site / "satker/kanwil-bali/index.html")
    assert "WITA" in bali
    assert "WIT " in text(site / "satker/kanwil-papua/index.html")


def test_unknown_is_said_and_never_a_zero(run: Publish, site: Path) -> None:
    run()
    everything = "".join(text(page) for page in site.rglob("satker/*/index.html"))
    assert "tidak terukur" in everything
    assert "None" not in everything


def test_a_unit_without_an_account_says_so(run: Publish, site: Path) -> None:
    run()
    told = text(site / "satker/poltekpin/index.html")
    assert told.count("Satuan kerja ini belum punya akun terdaftar") == 1
    assert "tanpa peringkat" not in told
    assert " 0 " not in told.partition("Satuan kerja ini")[2].partition("Data per")[0]


def test_the_list_of_units_leads_to_each(run: Publish, site: Path, world: World) -> None:
    run()
    told = (site / "satker/index.html").read_text(encoding="utf-8")
    for unit in world.units:
        assert f'href="../satker/{unit.id}/"' in told


@pytest.mark.parametrize(
    ("handle", "shown"),
    [
        ("kemenkumbali", "@kemenkumbali"),
        ("@kemenkumbali", "@kemenkumbali"),
        ("people/Kanwil-Jatim/6157", "Kanwil Jatim"),
        ("61574871164838", "61574871164838"),
    ],
)
def test_handles_are_shown_as_people_write_them(
    run: Publish, site: Path, world: World, handle: str, shown: str
) -> None:
    account = msgspec.structs.replace(world.accounts[0], handle=handle)
    roster = Roster(as_of=NOW, satker=world.units, accounts=(account,))
    world.agency.save_roster(roster)
    run()
    told = text(site / f"satker/{account.satker}/index.html")
    assert f"{shown} Instagram, diukur sejak" in told


def test_history_tells_every_month(run: Publish, site: Path) -> None:
    run()
    told = text(site / "satker/kanwil-bali/index.html")
    for month in ("Agustus 2026", "September 2026", "Oktober 2026"):
        assert month in told
    assert "Peringkat tiap bulan, Agustus 2026 sampai Oktober 2026; makin atas makin baik" in told
    html = (site / "satker/kanwil-bali/index.html").read_text(encoding="utf-8")
    for name in ("rank-line", "rank-line rank-active"):
        assert html.count(f'class="{name}"') == 1


def take_out(world: World, at: datetime) -> None:
    """Bali's document is gone since then."""
    gone = [
        msgspec.structs.replace(unit, valid_to=at, removed=True)
        for unit in world.units
        if unit.id == "kanwil-bali"
    ]
    world.agency.save_roster(
        Roster(
            as_of=at,
            satker=tuple(unit for unit in world.units if unit.id != "kanwil-bali"),
            former=tuple(gone),
            accounts=tuple(
                msgspec.structs.replace(a, valid_to=at) if a.satker == "kanwil-bali" else a
                for a in world.accounts
            ),
        )
    )


def test_a_unit_that_is_gone_says_since_when_and_keeps_its_page(
    run: Publish, site: Path, world: World
) -> None:
    run()
    before = text(site / "satker/kanwil-bali/index.html")
    take_out(world, NOW - timedelta(hours=3))
    run()
    told = text(site / "satker/kanwil-bali/index.html")
    assert "Tidak lagi terdaftar sejak 21 Oktober 2026" in told
    assert "Tidak lagi terdaftar" not in before
    for kept in ("Kantor Wilayah Kementerian Hukum Bali", "Oktober 2026", "September 2026", "WITA"):
        assert kept in told
    assert "sampai 21 Oktober 2026" in told
    listed = text(site / "satker/index.html")
    assert "5 satuan kerja dan 1 yang tidak lagi terdaftar" in listed

    assert 'href="../satker/kanwil-bali/"' in (site / "satker/index.html").read_text("utf-8")


def test_a_unit_that_ended_by_its_date_is_told_to_have_ended_from_that_day_on(
    run: Publish, site: Path, world: World
) -> None:
    ends = NOW - timedelta(days=2)
    units = (msgspec.structs.replace(world.units[0], valid_to=ends), *world.units[1:])
    world.agency.save_roster(
        Roster(as_of=NOW - timedelta(days=9), satker=units, accounts=world.accounts)
    )
    run(now=ends - timedelta(seconds=1))
    assert "Tidak lagi terdaftar" not in text(site / "satker/setjen/index.html")
    run()
    told = text(site / "satker/setjen/index.html")
    assert "Tidak lagi terdaftar sejak 19 Oktober 2026" in told


def test_what_is_missing_of_an_account_is_said_beside_it(
    run: Publish, site: Path, world: World
) -> None:
    roster = world.agency.roster(NOW)
    assert roster is not None
    account = next(one for one in roster.accounts if one.satker == "kanwil-bali" and one.account_id)
    said = "3 unggahan menurut Instagram belum terbaca sejak 3 Okt."
    assert account.account_id is not None
    world.agency.save_completeness(account.platform, {account.account_id: said, "other": None})
    run()
    assert said in text(site / "satker/kanwil-bali/index.html")
    others = [page for page in site.rglob("satker/*/index.html") if "kanwil-bali" not in str(page)]
    assert not any(said in text(page) for page in others)


# A long list


def many(world: World, count: int) -> Material:
    """The world with so many more units, each with five accounts."""
    units = tuple(
        Satker(
            id=f"kanwil-{number:05}",
            name=f"Kantor Wilayah Kementerian Hukum Nusa Tenggara Timur {number}",
            short_name=f"Kanwil Kemenkum NTT {number}",
            kind="kanwil",
            province="Nusa Tenggara Timur",
        )
        for number in range(count)
    )
    accounts = tuple(
        Account(platform=platform, handle=f"kemenkum_ntt.{unit.id}", satker=unit.id, valid_from=NOW)
        for unit in units
        for platform in PLATFORMS
    )
    roster = Roster(as_of=NOW, satker=units, accounts=accounts)
    return dataclasses.replace(material(world), roster=roster, assets=assets()[0])


def test_a_list_of_thousands_goes_on_in_pages_that_are_light(world: World) -> None:
    m = many(world, 5_000)
    assert units.units_pages(m) == 11  # with the six that are no longer registered
    pages = {n: units.units_page(Context(m, paths.units_path(n)), n) for n in (1, 2, 11)}
    html = render({str(n): page for n, page in pages.items()})
    assert all(len(body) < 1_000_000 for body in html.values())
    assert pages[1].index == "../data/cari.json"
    assert pages[2].index == "../../../data/cari.json"
    assert [link.label for link in pages[2].parts][:2] == ["1–500", "501–1.000"]
    assert [link.current for link in pages[2].parts].index(True) == 1
    assert len({line.href for g in pages[11].groups for line in g.units}) == 6
    index = msgspec.json.decode(units.units_index(m))
    assert len(index) == 5_006
    assert index[0][:3] == [
        "Kanwil Kemenkum NTT 0",
        "Kantor Wilayah Kementerian Hukum Nusa Tenggara Timur 0",
        "satker/kanwil-00000/",
    ]
    assert "kemenkum_ntt.kanwil-00000" in index[0][3]


def test_every_unit_stands_on_one_page_of_the_list(
    run: Publish, site: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "ROWS", 4)
    run()
    first = (site / "satker/index.html").read_text(encoding="utf-8")
    second = (site / "satker/semua/2/index.html").read_text(encoding="utf-8")
    for unit in world.units:
        in_first, in_second = (f'satker/{unit.id}/"' in told for told in (first, second))
        assert in_first != in_second
    found = json.loads((site / "data/cari.json").read_bytes())
    assert {path for _, _, path, _ in found} == {f"satker/{unit.id}/" for unit in world.units}


def test_a_list_of_one_page_needs_no_index(run: Publish, site: Path) -> None:
    run()
    assert not (site / "data/cari.json").exists()
    assert 'data-find-text="' in (site / "satker/index.html").read_text(encoding="utf-8")
