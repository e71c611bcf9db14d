"""What pages say of answering: no number of too few, no ranking, and what is kept."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest

from functions.publish.heard import Heard
from functions.publish.pages.context import Context
from functions.publish.pages.dialog import dialog_page, dialog_section
from functions.publish.pages.site_map import living
from functions.publish.pages.units import unit_page
from functions.publish.render import render
from functions.publish.site import Material
from functions.store import open_store
from functions.store.dialog import Dialog, UnitDialog
from tests.publish.dom import Element, parse
from tests.publish.pieces import material_of
from tests.publish.spoken import dialog_of, heard_of
from tests.publish.world import UNITS, World

BALI, SETJEN, PAPUA = UNITS[2], UNITS[0], UNITS[3]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Material:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('dialog')}/k.db")
    world = World(store, (SETJEN, BALI, PAPUA))
    world.add_month("2026-10", posts=6)
    return replace(material_of(world), heard=heard_of(world))


def page_of(m: Material) -> Element:
    return parse(render({"p": dialog_page(Context(m, "dialog/"))})["p"].decode())


def section_of(m: Material, unit: str) -> Element | None:
    """The section of a unit's page, as a reader gets it."""
    satker = next(each for each in m.units if each.id == unit)
    page = parse(render({"p": unit_page(Context(m, f"satker/{unit}/"), satker)})["p"].decode())
    heads = [each for each in page.all("h2") if each.attrs.get("id") == "dialog"]
    return heads[0].within("section") if heads else None


def with_dialogs(m: Material, *dialogs: Dialog) -> Material:
    return replace(m, heard=Heard(dialogs=dialogs))


def test_a_units_figures_stand_with_what_they_rest_on(told: Material) -> None:
    section = section_of(told, "kanwil-bali")
    assert section is not None
    for each in (
        "18 dari 24 pertanyaan, 75\u00a0% (55–88\u00a0%)",
        "301 dari 1.180 utas",
        "8,5\u00a0jam (3,2–14,1\u00a0jam), dari 22 jawaban",
        "Dijawab sampai hari kerja ke-1",
        "Dijawab sampai hari kerja ke-3",
        "belum cukup data",
        "Satu jawaban yang sama",
        "Ini bukan peringkat",
        "Di bawah 20 utas tidak ada angka",
        "isi komentar, dan siapa penulisnya",
        "Oktober 2026 Berjalan",
        "September 2026 Selesai",
    ):
        assert each.replace("\u00a0", " ") in section.text.replace("\u00a0", " "), each
    links = {link.attrs["href"] for link in section.all("a")}
    assert links == {
        "../../data/dialog/2026-10.json",
        "../../data/dialog/2026-09.json",
        "../../metode/#dialog",
        "https://kemenkum.example/privasi",
        "mailto:ppdp@kemenkum.example",
    }


def test_too_few_threads_show_no_number_at_all(told: Material) -> None:
    section = section_of(told, "setjen")
    assert section is not None
    articles = section.all("article")
    assert len(articles) == 2
    for article in articles:
        [said] = article.all("p", "none")
        assert said.text == "Belum cukup data."
        assert not article.all("td")


def test_a_unit_of_which_nothing_was_read_has_no_section(told: Material) -> None:
    assert section_of(told, "kanwil-papua") is None
    assert section_of(with_dialogs(told), "kanwil-bali") is None
    gone = msgspec.structs.replace(dialog_of("2026-10"), units={})
    assert dialog_section(Context(with_dialogs(told, gone), "x/"), "kanwil-bali") is None


def test_the_ministrys_page_names_no_unit(told: Material) -> None:
    page = page_of(told)
    [main] = page.all("main")
    assert "1.204" not in main.text  # n itself stands in the file
    assert "18 dari 24 pertanyaan" in main.text
    for unit in told.units:
        assert unit.name not in main.text
        assert unit.label not in main.text
    assert "Belum ada bulan yang dihitung" in page_of(with_dialogs(told)).text


def test_no_page_of_the_site_has_two_units_figures(told: Material) -> None:
    """It would be a ranking."""
    spoken = dialog_of("2026-10")
    both = {"kanwil-bali": spoken.units["kanwil-bali"], "setjen": spoken.units["kanwil-bali"]}
    dialog = msgspec.structs.replace(spoken, units=both, ministry=UnitDialog())
    pages = render(living(with_dialogs(told, dialog)))
    having = {path for path, body in pages.items() if b"18 dari 24" in body}
    assert having == {"satker/kanwil-bali/index.html", "satker/setjen/index.html"}
    assert all(pages[path].count(b"18 dari 24") == 1 for path in having)


@pytest.mark.parametrize(
    ("dpo", "notice"), [("Biro Hukerma, 021-5253004", ""), ("javascript:alert(1)", "x"), ("", "")]
)
def test_a_contact_that_is_no_address_is_no_link(told: Material, dpo: str, notice: str) -> None:
    m = with_dialogs(told, dialog_of("2026-10"))
    heard = msgspec.structs.replace(m.heard, dpo=dpo, notice_url=notice)
    [main] = page_of(replace(m, heard=heard)).all("main")
    assert dpo in main.text
    assert not [a for a in main.all("a") if re.match(r"mailto|javascript|x", a.attrs["href"])]
    assert "Pemberitahuan privasi" not in main.text
