"""The status page: the registry's faults and every change of it, for everybody."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from html import unescape
from pathlib import Path

from functions.model import iso
from functions.registry.registrar import enrol
from functions.store.diary import DiaryDay, PlatformNow, UnreadAccount
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
    told = unescape(text(site / "status/index.html"))
    assert "bali belum diukur jenis 'kanwl' tidak dikenal; maksudnya kanwil?" in told


def test_a_registry_without_a_fault_says_so(run: Publish, site: Path) -> None:
    run()
    assert "Tidak ada kesalahan dalam daftar." in text(site / "status/index.html")


def test_every_change_is_told_with_what_was_and_is_and_by_whom(
    run: Publish, site: Path, world: World
) -> None:
    world.agency.save_satker({"aceh": ACEH})
    enrol(world.agency, NOW - DAY)
    world.agency.save_satker({"aceh": {**ACEH, "provinsi": "Aceh", "akun": ""}})
    enrol(world.agency, NOW, authors={"aceh": "ayu@example.go.id"})
    run()
    told = unescape(text(site / "status/index.html"))
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
    assert "satuan kerja lagi, dalam riwayat.csv" in text(site / "status/index.html")
    begun = {row["satker"] for row in rows(site) if row["happens"] == "begins"}
    assert {f"unit-{n}" for n in range(40)} <= begun


def test_a_change_of_tomorrow_is_no_news_of_today(run: Publish, site: Path, world: World) -> None:
    world.agency.save_satker({"aceh": ACEH})
    enrol(world.agency, NOW + DAY)
    run()
    assert rows(site) == []


# How the measuring stands


def test_what_is_read_is_told_with_how_long_ago(run: Publish, site: Path, world: World) -> None:
    now = {
        "x": PlatformNow(read_at=NOW - timedelta(minutes=42)),
        "tiktok": PlatformNow(read_at=NOW - timedelta(hours=5)),
        "youtube": PlatformNow(ready=False),
    }
    spent = {"x": DiaryDay(hours=2**11 - 1, requests=1234, failed=5, mills=4123, quota=61)}
    world.agency.note_in_diary(NOW.date(), spent, now)  # type: ignore[arg-type]
    run()
    told = unescape(text(site / "status/index.html"))
    assert "TikTok sudah lama tidak terbaca" in told
    assert "21 Okt 10.18 WIB 42 menit lalu" in told
    assert "tidak terbaca 21 Okt 06.00 WIB 5 jam lalu" in told
    assert "YouTube belum disiapkan" in told
    assert "1.234, 5 gagal US$ 4,12" in told
    assert "Ditagih platform untuk Oktober 2026 sampai sekarang: US$ 4,12." in told


def test_days_are_told_by_a_strip_and_in_words(run: Publish, site: Path, world: World) -> None:
    for back, hours in ((3, 2**24 - 1), (2, 0b111), (0, 2**11 - 1)):
        day = (NOW - timedelta(days=back)).date()
        world.agency.note_in_diary(day, {"x": DiaryDay(hours=hours)}, {})
    run()
    told = unescape(text(site / "status/index.html"))
    assert "X terbaca tanpa jeda panjang pada 2 dari 4 hari yang tercatat" in told
    assert "20 Okt tanpa pembacaan 19 Okt jeda terpanjang 21 jam" in told
    html = (site / "status/index.html").read_text(encoding="utf-8")
    assert html.count('class="day-good"') == 2
    assert html.count('class="day-missing"') == html.count('class="day-partial"') == 1
    assert "Instagram: belum ada catatan" in html


def test_accounts_that_need_somebody_stand_by_their_unit(
    run: Publish, site: Path, world: World
) -> None:
    account = next(a for a in world.accounts if a.satker == "kanwil-bali")
    unread = (UnreadAccount(handle=account.handle, said="Akun <b>tidak</b> ditemukan."),)
    world.agency.note_in_diary(NOW.date(), {}, {account.platform: PlatformNow(unread=unread)})
    run()
    told = unescape(text(site / "status/index.html"))
    assert f"@{account.handle} : Akun <b>tidak</b> ditemukan" in told
    assert 'href="../satker/kanwil-bali/"' in (site / "status/index.html").read_text("utf-8")


def test_jobs_say_when_they_ran_and_since_when_they_fail(
    run: Publish, site: Path, world: World
) -> None:
    ran = {"good_at": iso(NOW - timedelta(minutes=8)), "seconds": 75}
    world.agency.note("collect", ran)
    failed = {"failing_since": iso(NOW - timedelta(hours=2)), "said": "secret words"}
    world.agency.note("score", {"good_at": iso(NOW - timedelta(hours=3)), **failed})
    run()
    told = unescape(text(site / "status/index.html"))
    assert "Pengumpulan 21 Okt 10.52 WIB 8 menit lalu 1 menit tidak ada" in told
    assert "Penilaian gagal 21 Okt 08.00 WIB 3 jam lalu – gagal sejak 21 Okt 09.00 WIB" in told
    assert "Penerbitan 21 Okt 11.00 WIB baru saja" in told
    assert "secret words" not in told


def test_before_anything_is_read_that_is_said(run: Publish, site: Path) -> None:
    run()
    told = text(site / "status/index.html")
    assert "Belum ada yang terbaca." in told
    assert "Belum ada yang ditagih platform untuk Oktober 2026." in told
