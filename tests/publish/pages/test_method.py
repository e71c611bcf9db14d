"""The method page says what scoring does, with the values of its own tables."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from types import ModuleType
from typing import Any, get_args
from urllib.parse import parse_qs

import msgspec
import pytest

from functions import thresholds
from functions.model import Reason
from functions.publish.pages.method import Limits, limits
from functions.publish.pages.voice import voice_limits
from functions.publish.text import flags as flags_told
from functions.publish.text.listening import listening_limits
from functions.score.rules import bands, duplicates, engagement, flags, ranking, usual, window
from functions.store import open_store
from functions.store.evidence import Rules
from functions.store.port import Write
from tests.browser.conftest import publish_months
from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.world import World

TEMPLATE = Path(__file__).parents[3] / "site_templates/pages/method.html"
# What has digits and is no value of a rule: names, hours of a day and days of a month that bound
# months, and examples.
NAMES_AND_EXAMPLES = (
    "Interaksi 24 Jam",
    "(I24)",
    "SHA-256",
    "pukul 00.00",
    "pukul 24.00",
    "tanggal 1",
    "1, 2, 2, 4",
    "“1,8 × dari biasanya”",
    "“6 (bisa 5–8)”",
    "0 unggahan, 0 interaksi",
)


def test_the_method_page_names_every_rule_in_force(run: Publish, site: Path) -> None:
    run()
    told = text(site / "metode/index.html")
    for rule in (
        "18 jam sampai 30 jam",
        "setengah dibulatkan ke atas",
        "paling jauh 5 menit",
        "paling lama 2 jam",
        "1, 2, 2, 4",
        "ditambah tepat 30 jam",
        "3 hari kerja penuh",
        "kurang dari 90 %",
        "dalam 7 hari sesudahnya",
        "paling sedikit 15 menit",
        "dihitung sekali, dari unggahan pertamanya",
        "sejak 6 jam sesudah pertama kali terlihat tidak lagi berlangsung",
        "paling lama 24 jam lebih tua",
        "masing-masing 1/4 dari banyaknya",
        "per 1.000 pengikut",
        "“6 (bisa 5–8)”",
        "Pemusatan",
        "bila yang biasa itu kurang dari 10 interaksi",
    ):
        assert rule in told, rule


def test_the_method_page_names_the_thresholds_that_scoring_uses(run: Publish, site: Path) -> None:
    run()
    told = text(site / "metode/index.html")
    at = thresholds
    minutes = int(at.BURST_WITHIN.total_seconds() // 60)
    for rule in (
        f"{at.BURST_POSTS} unggahan atau lebih dari satu akun dalam {minutes} menit",
        f"{at.SAME_LEAST} unggahan atau lebih dalam sebulan",
        f"paling sedikit {at.SAME_PERCENT} % dari unggahan akun itu",
        f"turun lebih dari {at.FALL_PERCENT} % dan lebih dari {at.FALL_ABOVE}",
        f"Interaksi 24 Jam {at.LIKES_I24} atau lebih",
        f"kurang dari 0,{at.LIKES_PERMILLE} %",
        f"paling sedikit {at.LIKES_USUAL_PERCENT} %",
        f"lebih dari {at.JUMP_PERCENT} % dan lebih dari {at.JUMP_ABOVE}",
        f"kurang dari {at.SHORTEST_COMPARED} karakter",
        f"paling banyak {at.USUAL_MOST} unggahan terukur",
        f"mulai {at.USUAL_FEWEST} unggahan terukur",
        *flags_told.LABELS.values(),
        *flags_told.LABELS,
        *get_args(Reason)[:5],
        "excluded",
        "duplicate",
        "exclude",
        "include",
        "reassign",
        "set_value",
    ):
        assert rule in told, rule


def test_no_value_of_a_rule_is_typed_into_the_template() -> None:
    """Outside markup it has no digit but in names and examples."""
    typed = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<[^>]*>", " ", TEMPLATE.read_text())
    for name in NAMES_AND_EXAMPLES:
        assert name in typed, f"{name} is no longer there"
        typed = typed.replace(name, " ")
    assert re.findall(r".{0,30}\d.{0,30}", typed) == []


def test_every_threshold_of_the_page_is_on_it() -> None:
    template = TEMPLATE.read_text()
    for name in Limits.__struct_fields__:
        assert f"limit.{name}" in template, name


def thresholds_told() -> dict[str, Any]:
    """Every threshold by its name."""
    return {name: value for name, value in vars(thresholds).items() if name.isupper()}


def limits_told() -> dict[str, str]:
    """The thresholds as the pages of methods write them."""
    told = {**msgspec.structs.asdict(limits()), **msgspec.structs.asdict(listening_limits())}
    return told | {
        f"voice.{name}": said for name, said in msgspec.structs.asdict(voice_limits()).items()
    }


@pytest.mark.parametrize("name", thresholds_told())
def test_a_threshold_that_changes_is_another_on_the_page(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = limits_told()
    value = getattr(thresholds, name)
    more = timedelta(days=3, minutes=7) if isinstance(value, timedelta) else 3
    monkeypatch.setattr(thresholds, name, value + more)
    after = limits_told()
    assert [one for one in before if before[one] != after[one]] != [], f"{name} is nowhere"


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (window, ("EARLIEST_USABLE", "LATEST_USABLE", "OBSERVED_WITHIN", "INTERPOLATED_WITHIN")),
        (window, ("ABSENCES_APART", "SETTLED")),
        (duplicates, ("COMPARED_WITHIN", "SHORTEST_COMPARED")),
        (engagement, ("RATE_PER", "FOLLOWERS_WITHIN")),
        (usual, ("USUAL_MOST", "USUAL_FEWEST", "USUAL_DROPPED")),
        (ranking, ("THIN_PERCENT",)),
        (flags, ("BURST_POSTS", "BURST_WITHIN", "SAME_LEAST", "SAME_PERCENT", "FALL_PERCENT")),
        (flags, ("FALL_ABOVE", "LIKES_I24", "LIKES_PERMILLE", "LIKES_USUAL_PERCENT")),
        (flags, ("JUMP_PERCENT", "JUMP_ABOVE")),
    ],
)
def test_the_rules_follow_the_same_table(rule: ModuleType, names: tuple[str, ...]) -> None:
    for name in names:
        assert vars(rule)[name] is getattr(thresholds, name)


def test_the_method_page_tells_the_agencys_own_settings(
    run: Publish, site: Path, world: World
) -> None:
    record = world.agency.months()["2026-10"]
    rules = Rules(
        duplicate_percent=85,
        objection_days=5,
        band_edges=(3_000,),
        band_least=6,
        band_fewest=14,
        library="rapidfuzz 3.14.6",
        usual_least=25,
    )
    world.save(msgspec.structs.replace(record, rules=rules))
    run()
    told = text(site / "metode/index.html")
    for rule in (
        "Mulai kemiripan 85 %",
        "5 hari kerja penuh",
        "di bawah 3.000 pengikut 3.000 pengikut ke atas",
        "kurang dari 6 anggota",
        "Di bawah 14 satuan kerja",
        "rapidfuzz 3.14.6",
        "kurang dari 25 interaksi",
    ):
        assert rule in told, rule


def test_a_month_that_asks_for_no_least_says_that_nothing_is_not_usual(
    run: Publish, site: Path, world: World
) -> None:
    record = world.agency.months()["2026-10"]
    world.save(msgspec.structs.replace(record, rules=Rules(library="rapidfuzz 3.14.6")))
    run()
    assert "tidak ada bila yang biasa itu nol." in text(site / "metode/index.html")


def test_it_says_how_to_object_and_to_whom(run: Publish, site: Path, world: World) -> None:
    run()
    nobody = text(site / "metode/index.html")
    assert "Saat ini tidak ada bulan dalam masa sanggah." in nobody
    assert "admin media sosial Kementerian Hukum" in nobody
    document = {"kantor": "Biro Hukum", "kontak": "sanggah@example.go.id"}
    world.agency.store.write([Write(f"{world.agency.root}/settings/site", document)])
    run()
    told = (site / "metode/index.html").read_text(encoding="utf-8")
    [mail] = re.findall(r'href="(mailto:[^"]+subject[^"]+)"', told)
    address, _, asked = unescape(mail).partition("?")
    assert address == "mailto:sanggah@example.go.id"
    assert parse_qs(asked)["subject"] == ["Sanggahan peringkat media sosial"]
    assert "Nama dan jabatan:" in parse_qs(asked)["body"][0]


def test_it_names_the_months_that_hear_objections(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/kiprah.db")
    publish_months(World(store), tmp_path, notice="")
    store.close()
    told = text(tmp_path / "site/metode/index.html")
    assert "September: masa sanggah berakhir 6 Oktober 2026" in told
    assert "Saat ini tidak ada bulan" not in told


def test_every_entry_of_the_contents_leads_to_a_section(run: Publish, site: Path) -> None:
    run()
    told = (site / "metode/index.html").read_text(encoding="utf-8")
    contents = re.findall(r'<li><a href="#([a-z0-9]+)">', told.partition("</nav>\n<div")[0])
    sections = re.findall(r'<section><h2 id="([a-z0-9]+)">', told)
    assert contents == sections
    assert {"sanggah", "keadaan", "istilah", "bukan", "umur", "kutip"} <= {*sections}


def test_the_method_page_tells_what_a_second_program_has_to_know(run: Publish, site: Path) -> None:
    run()
    told = text(site / "metode/index.html")
    for rule in (
        f"yang berjarak paling lama {int(flags.DAILY.total_seconds() // 3600)} jam",
        f"sejauh dalam {int(bands.ENTRY.total_seconds() // 3600)} jam dari yang paling awal",
        "rentang 60 menit, kedua ujungnya termasuk",
        "100 unggahan terukur terakhir akun itu",
        "berjarak paling sedikit 15 menit",
    ):
        assert rule in told, rule


def test_it_says_how_dialog_is_counted_and_what_of_it_is_kept(run: Publish, site: Path) -> None:
    run()
    told = text(site / "metode/index.html").replace("\u00a0", " ")
    for rule in (
        "tidak pernah diperingkat",
        "memuat “?” dan paling sedikit tiga kata",
        "hari kerja ke-1 dan ke-3",
        "Tanpa bukti itu tidak ada utas yang disebut tidak dijawab",
        "Di bawah 20 tidak ada angka",
        "400 hari, dari YouTube 30 hari",
        "paling banyak 300 teks sebulan, tertutup, paling lama 14 hari",
    ):
        assert rule in told, rule
