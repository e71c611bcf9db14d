"""The lines that people send one another."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from functions.publish.text import sharing
from tests.factories import ranked_list, ranking, row

PAGE = "https://kiprah.example.go.id/2026/10/"


def month(name: str = "Kanwil NTT", **facts: object):
    return ranking(
        ranked_list(row("ntt", 1, 61, 25_492, name=name), ranking="most_popular"),
        ranked_list(row("ntt", 1, 61, 25_492, name=name), ranking="most_active"),
        **facts,
    )


def test_a_month_is_told_with_its_leaders_and_its_state() -> None:
    told = sharing.of_month(month(), "Kementerian Hukum", PAGE)
    assert told.line == (
        "Peringkat media sosial satuan kerja Kementerian Hukum, Oktober 2026 (sementara): "
        "Terpopuler Kanwil NTT (25.492 interaksi), Teraktif Kanwil NTT (61 unggahan). " + PAGE
    )


def test_a_final_months_revision_is_told() -> None:
    told = sharing.of_month(month(state="final", revision=2), "Kementerian Hukum", None)
    assert "(final, revisi 2)" in told.line
    assert told.line.endswith(".")


def test_who_shares_the_first_place_is_counted() -> None:
    tied = ranked_list(row("a", 1, 3, 9), row("b", 1, 3, 9), row("c", 1, 3, 9))
    told = sharing.of_month(ranking(tied), "K", None)
    assert "Terpopuler A dan 2 lainnya (9 interaksi)" in told.line


def test_a_satker_is_told_with_both_ranks() -> None:
    rows = {
        "most_popular": (row("ntt", 9, 22, 5_434), 47),
        "most_active": (row("ntt", 18, 22, 5_434), 47),
    }
    told = sharing.of_satker("Kanwil NTT", month(), rows, PAGE)
    assert told.line == (
        "Kanwil NTT, Oktober 2026 (sementara): Terpopuler ke-9 dari 47 (5.434 interaksi), "
        "Teraktif ke-18 dari 47 (22 unggahan). " + PAGE
    )
    unknown = {"most_popular": (row("ntt", None, 3, None), 46)}
    assert "Terpopuler tanpa peringkat." in sharing.of_satker("A", month(), unknown, None).line
    assert "belum diperingkat." in sharing.of_satker("A", month(), {}, None).line


def test_a_month_without_a_post_has_no_leader() -> None:
    empty = ranking(ranked_list(row("a", 1, 0, 0)))
    assert "belum ada unggahan." in sharing.of_month(empty, "K", None).line


@given(st.text(max_size=20))
def test_whatever_a_name_holds_the_links_carry_the_line_and_lead_nowhere_else(name: str) -> None:
    told = sharing.of_month(month(name), name, PAGE)
    assert "\n" not in told.line
    assert "\u202e" not in told.line
    message = urlsplit(told.whatsapp)
    assert (message.scheme, message.netloc, message.fragment) == ("https", "wa.me", "")
    assert parse_qs(message.query) == {"text": [told.line]}
    mail = urlsplit(told.mail)
    assert (mail.scheme, mail.path, mail.fragment) == ("mailto", "", "")
    assert parse_qs(mail.query)["body"] == [told.line]
    assert set(parse_qs(mail.query)) == {"subject", "body"}
