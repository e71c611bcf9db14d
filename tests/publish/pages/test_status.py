"""The status page: how the measuring stands, for everybody."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from pathlib import Path

from functions.model import iso
from functions.store.diary import DiaryDay, PlatformNow, UnreadAccount
from functions.store.port import Write
from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.world import NOW, World


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


def test_what_the_terms_of_youtube_ask_is_said_until_it_is_noted(
    run: Publish, site: Path, world: World
) -> None:
    run()
    told = unescape(text(site / "status/index.html"))
    assert "Penerimaan itu belum dicatat di sini." in told
    path = f"{world.agency.root}/settings/listening"
    world.agency.store.write([Write(path, {"youtube_amendment": "YT-1"})])
    run()
    told = unescape(text(site / "status/index.html"))
    assert "Ketentuan platform" not in told
    assert "YT-1" not in (site / "status/keadaan.json").read_text("utf-8")
