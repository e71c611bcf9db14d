"""Why a unit stands where it stands, from figures that are checked by hand."""

from __future__ import annotations

from functions.publish.text.standing import band_of, gaps, platform_shares, standing
from tests.factories import ranked_list, ranking, row

PERCENT = "\N{NO-BREAK SPACE}%"


def test_the_gaps_up_and_down_are_told() -> None:
    ranked = ranked_list(
        row("kalbar", 1, i24=5_620), row("ntt", 2, i24=5_358), row("gorontalo", 3, i24=5_245)
    )
    assert gaps(ranked, "ntt") == (
        "Peringkat 2: 262 interaksi di bawah KALBAR, 113 di atas GORONTALO."
    )
    assert gaps(ranked, "kalbar") == "Peringkat 1: 262 interaksi di atas NTT."
    assert gaps(ranked, "gorontalo") == "Peringkat 3: 113 interaksi di bawah NTT."
    assert gaps(ranked, "nobody") == ""


def test_equals_are_told() -> None:
    ranked = ranked_list(row("a", 1, i24=5), row("b", 1, i24=5), row("c", 3, i24=2))
    assert gaps(ranked, "a") == "Peringkat 1: sama dengan B, 3 interaksi di atas C."
    alone = ranked_list(row("a", 1, i24=5))
    assert gaps(alone, "a") == ""


def test_a_standing_names_platforms_the_largest_post_and_its_band() -> None:
    month = ranking(
        ranked_list(row("a", 1, i24=90), row("b", 2, i24=60, largest_share=18.4)),
        ranked_list(row("b", 1, i24=40), platform="tiktok"),
        ranked_list(row("b", 1, i24=20), platform="x"),
        ranked_list(row("b", None, 0, None), platform="youtube"),
        ranked_list(row("b", 1, i24=60), row("c", 2, i24=10), row("d", 3, i24=4), band=1),
    )
    assert standing(month, "b") == (
        "Peringkat 2: 30 interaksi di bawah A.",
        f"Interaksinya 67{PERCENT} dari TikTok, 33{PERCENT} dari X.",
        f"Unggahan terbesarnya membawa 18,4{PERCENT} dari interaksinya.",
        "Jumlahnya di atas nilai tengah 3 satuan kerja dengan pengikut sebanyak itu "
        "(10 interaksi).",
    )
    assert platform_shares(month, "b") == {"x": 20, "tiktok": 40}
    band = band_of(month, "most_popular", "b")
    assert band is not None
    assert band.band == 1
    assert band_of(month, "most_popular", "a") is None


def test_nothing_is_said_of_who_is_not_ranked() -> None:
    month = ranking(ranked_list(row("a", None, 3, None)))
    assert standing(month, "a") == standing(month, "b") == ()
