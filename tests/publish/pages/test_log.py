"""A month's public log, as its page and its files tell it."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from tests.publish.conftest import Publish
from tests.publish.files.test_month_files import csv_rows
from tests.publish.pieces import text
from tests.publish.world import World


def log_of(site: Path, month: str) -> str:
    """The words of the log on a month's page."""
    whole = text(site / month.replace("-", "/") / "index.html")
    return whole.partition("Semuanya tercatat di sini menurut waktunya.")[2]


def test_who_decided_what_when_and_why_stands_in_order_of_time(run: Publish, site: Path) -> None:
    run()
    told = log_of(site, "2026-10")
    said = [
        "Sanggahan Setjen belum diputuskan, menahan penutupan bulan",
        "Bayu · 18 Oktober 2026 11.00 WIB",
        "dikabulkan",
        "Benar, nilainya ditetapkan. Sari Dewi, 20 Oktober 2026 17.00 WIB",
        "Dikeluarkan keputusan Sari Dewi · 20 Oktober 2026 16.00 WIB · tentang",
        "Unggahan uji coba",
        "Nilainya ditetapkan: 120 interaksi keputusan Sari Dewi · 20 Oktober 2026 17.00 WIB",
        "Menjawab sanggahan Made",
    ]
    assert [told.index(each) for each in said] == sorted(told.index(each) for each in said)


def test_an_objection_of_a_final_month_holds_nothing_open(
    run: Publish, site: Path, world: World
) -> None:
    record = world.agency.months()["2026-10"]
    undecided = msgspec.structs.replace(record.objections[0], answer=None, accepted=None)
    final = world.revise("2026-08", as_of=record.ranking.as_of)
    later = msgspec.structs.replace(
        final,
        ranking=msgspec.structs.replace(final.ranking, revision=3),
        objections=(undecided,),
    )
    world.save(later)
    run()
    told = log_of(site, "2026-08")
    assert "belum diputuskan" in told
    assert "menahan" not in told


def test_a_link_that_a_browser_would_run_is_left_out(
    run: Publish, site: Path, world: World
) -> None:
    record = world.agency.months()["2026-10"]
    bad = tuple(
        msgspec.structs.replace(each, link="javascript:alert(1)", why="<script>x</script>")
        for each in record.decisions
    )
    world.save(msgspec.structs.replace(record, decisions=bad))
    run()
    html = (site / "2026/10/index.html").read_text("utf-8")
    assert "javascript:" not in html
    assert "<script>x" not in html
    assert "&lt;script&gt;x" in html


def test_the_post_is_linked_even_when_its_month_is_long_final(
    run: Publish, site: Path, world: World
) -> None:
    """A settled month's ledgers are not read again: its file still knows the addresses."""
    run()
    first = (site / "2026/08/index.html").read_text("utf-8")
    run(notice="Pengumuman")
    again = (site / "2026/08/index.html").read_text("utf-8")
    ledgers = world.agency.ledgers("2026-08").values()
    urls = [
        entry.post.url
        for ledger in ledgers
        for entry in ledger.entries.values()
        if entry.verdict and entry.verdict.decisions
    ]
    assert len(urls) == 2
    for url in urls:
        assert f'href="{url}"' in first
        assert f'href="{url}"' in again


def test_the_log_can_be_downloaded(run: Publish, site: Path, world: World) -> None:
    run()
    record = world.agency.months()["2026-10"]
    told = json.loads((site / "data/2026-10/keputusan.json").read_bytes())
    assert told["month"] == "2026-10"
    assert told["decisions"] == msgspec.to_builtins(list(record.decisions))
    assert told["objections"] == msgspec.to_builtins(list(record.objections))
    assert told["changes"] == []
    lines = csv_rows((site / "data/2026-10/keputusan.csv").read_bytes())
    assert [line["type"] for line in lines] == ["objection", "objection", "decision", "decision"]
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    assert lines[-1]["value"] == "120"
    assert lines[0]["accepted"] == ""
    assert lines[1]["accepted"] == "true"
    assert (site / "data/2026-09/r1/keputusan.csv").is_file()


def test_a_quiet_month_says_that_there_is_nothing(run: Publish, site: Path, world: World) -> None:
    record = world.agency.months()["2026-10"]
    quiet = msgspec.structs.replace(record.ranking, flags=())
    world.save(msgspec.structs.replace(record, ranking=quiet, decisions=(), objections=()))
    run()
    told = text(site / "2026/10/index.html")
    assert "Tidak ada penanda bulan ini." in told
    assert "Tidak ada keputusan atau sanggahan untuk bulan ini." in told
