"""The front page tells the running month, or that there is nothing yet."""

from __future__ import annotations

from pathlib import Path

from functions.model import Agency
from functions.publish.job import publish
from functions.publish.targets.folder import FolderObjects
from functions.settings import Settings
from functions.store import open_store
from functions.store.agency import AgencyStore
from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.world import NOW


def test_the_front_page_says_month_state_and_time(run: Publish, site: Path) -> None:
    run()
    told = text(site / "index.html")
    assert "Oktober 2026" in told
    assert "Sementara" in told
    assert "Data per 21 Oktober 2026 11.00 WIB" in told
    assert "hari ke-21 dari 31" in told
    assert "Unggahan yang dihitung per hari, Kementerian Hukum, 1–21 Oktober 2026" in told


def test_a_store_without_months_says_so_and_leads_on(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    objects = FolderObjects(tmp_path)
    publish(AgencyStore(store, Agency()), objects, now=NOW, settings=Settings(), run_id="run-1")
    store.close()
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "Oktober" not in html
    assert 'href="metode/"' in html
    assert 'href="satker/"' in html
    assert 'href="status/"' in html
    units = text(tmp_path / "satker/index.html")
    assert "Belum ada satuan kerja yang terdaftar. Daftar diisi admin Kementerian Hukum." in units
    assert "Belum ada akun yang dibaca." in text(tmp_path / "status/index.html")
    assert "Belum ada peringkat di X: belum ada akun yang terdaftar." in text(
        tmp_path / "platform/x/index.html"
    )
    assert "Belum ada bulan yang terbit." in text(tmp_path / "data/index.html")
    assert "Belum ada peringkat yang dapat dibandingkan." in text(tmp_path / "banding/index.html")
