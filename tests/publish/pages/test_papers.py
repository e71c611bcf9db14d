"""A month's documents on its pages: once they are there, and not before."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from functions.publish.documents.made import CURSOR, DocumentsNote, noted
from functions.publish.documents.papers import noted_signature
from functions.store.agency.signatures import Signature
from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.world import World

AT = datetime(2026, 10, 10, tzinfo=UTC)
LINKED = ("ringkasan.pdf", "paparan.pdf", "penetapan.pdf")


def note(world: World, month: str = "2026-09", **facts: object) -> None:
    """As the job of documents notes what it made."""
    record = world.agency.month(month)
    assert record is not None
    made = DocumentsNote(
        source=record.digest,
        revision=1,
        state=record.ranking.state,
        at=AT,
        **{"whole": True, **facts},  # type: ignore[arg-type]
    )
    world.agency.save_cursor(CURSOR, **noted(month, made))


def sign(world: World, by: str = "Ani Lestari") -> None:
    world.agency.save_cursor(
        CURSOR,
        **noted_signature(
            Signature(
                month="2026-09",
                revision=1,
                by=by,
                office="Kepala Biro",
                at=AT,
                sha256="a" * 64,
                size=9,
                sealed=False,
            )
        ),
    )


def test_documents_are_linked_once_they_are_there(run: Publish, site: Path, world: World) -> None:
    page = site / "2026/09/index.html"
    run()
    assert not any(name in page.read_text(encoding="utf-8") for name in LINKED)
    note(world)
    assert run()["made"] == ["2026-09"]
    told = page.read_text(encoding="utf-8")
    assert all(f'href="../../2026/09/{name}"' in told for name in LINKED)
    assert all(name in (site / "index.html").read_text(encoding="utf-8") for name in LINKED)


def test_a_frozen_month_is_made_again_for_its_own_page_alone(
    run: Publish, site: Path, world: World
) -> None:
    run()
    before = {path: path.read_bytes() for path in site.rglob("2026/09/**/*.html")}
    note(world)
    run()
    changed = [path for path, body in before.items() if path.read_bytes() != body]
    assert changed == [site / "2026/09/index.html"]
    assert run()["uploaded"] == 0


def test_who_signed_is_named_with_the_copy(run: Publish, site: Path, world: World) -> None:
    note(world)
    sign(world, by="<b>Ani</b>")
    run()
    page = site / "2026/09/index.html"
    assert "Kepala Biro, 10 Oktober 2026" in text(page)
    assert "<bdi>&lt;b&gt;Ani&lt;/b&gt;</bdi>" in page.read_text(encoding="utf-8")
    assert "Salinan tanpa tanda tangan elektronik" in text(page)


def test_a_report_is_linked_from_the_running_months_pages(
    run: Publish, site: Path, world: World
) -> None:
    note(world, "2026-10")
    run()
    for path in ("satker/setjen/index.html", "satker/setjen/2026/10/index.html"):
        assert "satker/setjen/2026/10/laporan.pdf" in (site / path).read_text(encoding="utf-8")


def test_a_preview_image_is_named_once_it_is_there(run: Publish, site: Path, world: World) -> None:
    run(site_url="https://kiprah.example")
    assert "og:image" not in (site / "index.html").read_text(encoding="utf-8")
    note(world, "2026-10")
    run(site_url="https://kiprah.example")
    image = 'content="https://kiprah.example/2026/10/bagikan.png"'
    assert image in (site / "index.html").read_text(encoding="utf-8")
