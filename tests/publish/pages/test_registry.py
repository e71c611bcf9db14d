"""The registry's page: its faults and every change of it, for everybody."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from html import unescape
from pathlib import Path

from functions.registry.registrar import enrol
from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.world import NOW, World

DAY = timedelta(days=1)
ACEH = {"nama": "Kanwil Aceh", "jenis": "kanwil", "akun": "x: aceh"}


def rows(site: Path) -> list[dict[str, str]]:
    content = (site / "status/riwayat.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_what_is_wrong_with_a_document_is_told(run: Publish, site: Path, world: World) -> None:
    world.agency.save_satker({"aceh": ACEH, "bali": {**ACEH, "jenis": "kanwl", "akun": None}})
    enrol(world.agency, NOW)
    run()
    told = unescape(text(site / "status/daftar/index.html"))
    assert "bali belum diukur jenis 'kanwl' tidak dikenal; maksudnya kanwil?" in told


def test_a_registry_without_a_fault_says_so(run: Publish, site: Path) -> None:
    run()
    assert "Tidak ada kesalahan dalam daftar." in text(site / "status/daftar/index.html")


def test_every_change_is_told_with_what_was_and_is_and_by_whom(
    run: Publish, site: Path, world: World
) -> None:
    world.agency.save_satker({"aceh": ACEH})
    enrol(world.agency, NOW - DAY)
    world.agency.save_satker({"aceh": {**ACEH, "provinsi": "Aceh", "akun": ""}})
    enrol(world.agency, NOW, authors={"aceh": "ayu@example.go.id"})
    run()
    told = unescape(text(site / "status/daftar/index.html"))
    assert "oleh ayu" in told
    assert "example.go.id" not in told
    assert "1 akun berakhir, 1 perubahan" in told
    assert "Kanwil Aceh : akun X aceh berakhir sekarang" in told
    assert "; provinsi kosong menjadi 'Aceh'" in told
    latest = [row for row in rows(site) if row["at"] == "2026-11-02T03:00:00Z"] or rows(site)[:2]
    assert {(row["happens"], row["field"], row["by"]) for row in latest} == {
        ("ends", "", "ayu"),
        ("changes", "provinsi", "ayu"),
    }


def test_mail_addresses_are_kept_from_the_public(run: Publish, site: Path, world: World) -> None:
    world.agency.save_satker({"aceh": ACEH})
    enrol(world.agency, NOW - DAY)
    world.agency.save_satker({"aceh": {**ACEH, "pemberitahuan": "humas.aceh@example.go.id"}})
    enrol(world.agency, NOW)
    run()
    for path in site.rglob("*"):
        if path.is_file():
            assert b"humas.aceh" not in path.read_bytes(), path
    assert [row["after"] for row in rows(site) if row["field"] == "pemberitahuan"] == [
        "(tidak diterbitkan)"
    ]


def test_a_long_change_is_cut_and_whole_in_the_file(run: Publish, site: Path, world: World) -> None:
    world.agency.save_satker({f"unit-{n}": {**ACEH, "akun": f"x: unit{n}"} for n in range(40)})
    enrol(world.agency, NOW)
    run()
    assert "satuan kerja lagi, dalam riwayat.csv" in text(site / "status/daftar/index.html")
    begun = {row["satker"] for row in rows(site) if row["happens"] == "begins"}
    assert {f"unit-{n}" for n in range(40)} <= begun


def test_a_change_of_tomorrow_is_no_news_of_today(run: Publish, site: Path, world: World) -> None:
    world.agency.save_satker({"aceh": ACEH})
    enrol(world.agency, NOW + DAY)
    run()
    assert rows(site) == []
