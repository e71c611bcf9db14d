"""A unit's month on one A4, whatever the unit is called and however much it posted."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.model import Entry
from functions.publish.documents import press
from functions.publish.documents.source import Source
from functions.publish.documents.unit_report import unit_report
from tests.publish.documents.conftest import MakeSource, renamed, text_of
from tests.publish.world import World, ranks_of

LONG = "Kantorwilayahkementerianhukum" * 3  # 87 letters without a space
HOSTILE = 'Kanwil \u202egnabmeL\u202c *tebal* #read("/etc/passwd") <b>$x$ \\'


def test_a_report_says_rank_figures_reasons_and_where_they_stand(make_source: MakeSource) -> None:
    source = make_source()
    [page] = text_of(press.pdf(unit_report(source, "kanwil-bali")))
    row = source.row("kanwil-bali")
    popular = next(r for r in source.ranking.find("most_popular").rows if r.satker == row.satker)
    assert "Kanwil Kemenkum Bali" in page
    assert "Kantor Wilayah Kementerian Hukum Bali" in page
    assert "FINAL · revisi 1" in page
    assert f"{row.measured} dari {row.posts} unggahan terukur" in page
    assert f"{popular.rank} dari 5" in page
    assert "dibanding Agustus (final)" in page
    assert "Data per 8 Oktober 2026 07.00 WIB" in page
    assert "https://kiprah.example.go.id/satker/kanwil-bali/2026/09/" in page
    assert source.record.digest in page.replace(" ", "")
    assert "SEMENTARA" not in page
    assert "SIMULASI" not in page


def test_a_running_month_is_called_provisional_and_a_simulation_one(
    make_source: MakeSource,
) -> None:
    [page] = text_of(press.pdf(unit_report(make_source("2026-10", simulation=True), "setjen")))
    assert "SEMENTARA" in page
    assert "SIMULASI: angka buatan" in page
    assert "Sidik jari" not in page


def test_while_a_month_closes_the_report_says_how_to_object(make_source: MakeSource) -> None:
    closes = datetime(2026, 10, 7, 17, tzinfo=UTC)
    closing = make_source(state="closing", closes_at=closes)
    [page] = text_of(press.pdf(unit_report(closing, "setjen")))
    assert "paling lambat 7 Oktober 2026 24.00 WIB" in page
    assert "SEMENTARA · masa sanggah" in page
    assert unit_report(make_source(), "setjen").objecting == ""


@pytest.mark.parametrize(
    "name", [LONG, HOSTILE, "Z\u0336\u0351\u0346\u035b" * 20, "漢字" * 50, " ", "a" * 500]
)
def test_any_name_fits_one_page_and_stays_text(make_source: MakeSource, name: str) -> None:
    source = renamed(make_source(simulation=True), setjen=name, kanwil_aceh=name, bhp_medan=name)
    for unit in ("setjen", "kanwil-bali"):
        assert len(text_of(press.pdf(unit_report(source, unit)))) == 1


def test_markup_in_a_name_is_shown_as_it_was_typed(make_source: MakeSource) -> None:
    source = renamed(make_source(), setjen=HOSTILE)
    [page] = text_of(press.pdf(unit_report(source, "setjen")))
    assert 'Kanwil gnabmeL *tebal* #read("/etc/passwd") <b>$x$ \\' in page


def test_a_thousand_posts_and_every_kind_of_trouble_fit_one_page(make_source: MakeSource) -> None:
    source = make_source("2026-10", simulation=True, state="closing")
    mine = next(e for e in source.entries if e.verdict and e.verdict.satker == "setjen")
    assert mine.verdict is not None
    reasons = ("removed", "duplicate", "thread_part", "outside_month", "excluded", "found_late")
    entries = [
        Entry(
            post=msgspec.structs.replace(mine.post, post_id=str(n), text="kata " * 100),
            verdict=msgspec.structs.replace(
                mine.verdict, counted=n % 3 > 0, reason=reasons[n % 6] if n % 3 == 0 else "counted"
            ),
        )
        for n in range(1_000)
    ]
    flags = tuple(
        msgspec.structs.replace(flag, satker="setjen") for flag in source.ranking.flags * 4
    )
    ranking = msgspec.structs.replace(source.ranking, flags=flags)
    record = msgspec.structs.replace(
        source.record, ranking=ranking, closes_at=datetime(2026, 11, 6, 17, tzinfo=UTC)
    )
    crowded = renamed(
        Source(**{**_facts(source), "entries": tuple(entries), "record": record}), setjen=LONG
    )
    report = unit_report(crowded, "setjen")
    assert report.looks[-1].endswith("hal lain di halaman bulannya.")
    assert len(text_of(press.pdf(report))) == 1


def test_a_unit_without_posts_or_account_has_a_report(make_source: MakeSource) -> None:
    [page] = text_of(press.pdf(unit_report(make_source(), "poltekpin")))
    assert "belum ada unggahan yang dihitung" in page
    assert "– dari 5" in page


def test_a_unit_that_is_not_listed_has_none(make_source: MakeSource) -> None:
    with pytest.raises(KeyError):
        unit_report(make_source(), "nobody")


def test_the_rank_line_needs_three_months(world: World, make_source: MakeSource) -> None:
    assert unit_report(make_source("2026-09"), "setjen").history == ()
    history = unit_report(make_source("2026-10"), "setjen").history
    assert [step.label for step in history] == ["Agu", "Sep", "Okt"]
    assert all(step.at is not None and 0 <= step.at <= 1 for step in history)


def test_what_is_not_counted_is_told_with_its_reason(make_source: MakeSource) -> None:
    source = make_source()
    left = [e for e in source.entries if e.verdict and not e.verdict.counted and e.verdict.satker]
    assert left
    for entry in left:
        assert entry.verdict is not None
        looks = unit_report(source, entry.verdict.satker or "").looks
        assert any("tidak dihitung: " in look for look in looks)


def test_the_year_before_is_not_in_a_year_s_line(world: World) -> None:
    previous = world.agency.months()["2026-09"]
    assert ranks_of(previous)  # the world has ranks to draw


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=200), caption=st.text(max_size=300))
def test_whatever_people_type_there_is_one_page(
    make_source: MakeSource, name: str, caption: str
) -> None:
    source = renamed(make_source("2026-10"), setjen=name, kanwil_bali=name)
    entries = tuple(
        msgspec.structs.replace(entry, post=msgspec.structs.replace(entry.post, text=caption))
        for entry in source.entries
    )
    odd = Source(**{**_facts(source), "entries": entries})
    assert len(text_of(press.pdf(unit_report(odd, "setjen")))) == 1


def _facts(source: Source) -> dict[str, object]:
    return {name: getattr(source, name) for name in Source.__dataclass_fields__}
