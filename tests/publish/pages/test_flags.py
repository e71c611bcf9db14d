"""A month's flags on its page and on the pages of the satker."""

from __future__ import annotations

from pathlib import Path

import msgspec

from functions.model import Burst
from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.world import World


def test_every_flag_is_told_with_its_satker_and_account(
    run: Publish, site: Path, world: World
) -> None:
    run()
    told = text(site / "2026/10/index.html")
    flag = world.agency.months()["2026-10"].ranking.flags[0]
    account = next(a for a in world.accounts if a.key == flag.account)
    assert "Ia tidak menghukum dan tidak mengubah peringkat." in told
    assert f"@{account.handle} : 12 unggahan dalam 60 menit" in told
    for said in (
        "(35 %) hampir sama",
        "turun dari 120 menjadi 80",
        "hanya 1 dari 400",
        "naik dari",
    ):
        assert said in told
    html = (site / "2026/10/index.html").read_text("utf-8")
    assert f'id="penanda-{flag.satker}"' in html
    assert f'href="../../2026/10/#penanda-{flag.satker}"' in html


def test_a_satker_sees_its_own_flags_and_nobody_elses(
    run: Publish, site: Path, world: World
) -> None:
    run()
    for month, record in world.agency.months().items():
        flagged = {flag.satker for flag in record.ranking.flags}
        for unit in world.units:
            told = text(site / f"satker/{unit.id}/{month.replace('-', '/')}/index.html")
            assert ("12 unggahan dalam 60 menit" in told) == (unit.id in flagged)


def test_the_posts_of_a_flag_are_linked_and_a_long_burst_is_cut_short(
    run: Publish, site: Path, world: World
) -> None:
    record = world.agency.months()["2026-10"]
    ledgers = world.agency.ledgers("2026-10")
    ledger = max(ledgers.values(), key=lambda ledger: len(ledger.entries))
    known = list(ledger.entries)
    burst = Burst(
        satker="setjen",
        account=ledger.account,
        post_ids=(*known, *(f"hilang-{number}" for number in range(30))),
        most=30,
        begin=record.ranking.as_of,
        end=record.ranking.as_of,
    )
    world.save(
        msgspec.structs.replace(
            record, ranking=msgspec.structs.replace(record.ranking, flags=(burst,))
        )
    )
    run()
    html = (site / "2026/10/index.html").read_text("utf-8")
    part = html[html.index('id="penanda-setjen"') :]
    linked = sum(f'href="{entry.post.url}"' in part for entry in ledger.entries.values())
    assert linked == min(12, len(known))
    assert "lagi" in text(site / "2026/10/index.html")
