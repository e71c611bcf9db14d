"""Single values, the same at every door."""

from datetime import UTC, date, datetime

import pytest

from functions.registry import values
from functions.registry.values import UnreadableValue, Wrong, is_empty, shown
from tests.factories import WIB


@pytest.mark.parametrize(
    "nothing", [None, "", "  ", "\u200b", "'", [], {}, [None, ""], {"handle": None, "from": ""}]
)
def test_empty_is_empty_however_it_was_typed(nothing):
    assert is_empty(nothing)


@pytest.mark.parametrize(
    "something", ["a", 0, False, [0], {"handle": "a"}, UnreadableValue("berisi")]
)
def test_what_holds_anything_is_not_empty(something):
    assert not is_empty(something)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Kanwil\nBali", "Kanwil Bali"),
        (61573000111222, "61573000111222"),
        (61573000111222.0, "61573000111222"),
        (2**53 - 1, "9007199254740991"),
        ('="61573000111222"', "61573000111222"),
        (None, None),
        (" ", None),
    ],
)
def test_a_text_is_one_line_and_a_whole_number_its_digits(typed, meant):
    assert values.text(typed) == meant


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (True, "harus teks, bukan benar/salah"),
        ([], "harus teks, bukan daftar"),
        ({"a": 1}, "harus teks, bukan peta"),
        (b"a", "harus teks, bukan data biner"),
        (3.5, "bukan bilangan bulat"),
        (-5, "bukan bilangan bulat"),
        (float("nan"), "bukan bilangan bulat"),
        (float("inf"), "bukan bilangan bulat"),
        (1.5e15, "terlalu panjang untuk utuh"),
        (2**53, "terlalu panjang untuk utuh"),
        ("a" * 201, "terlalu panjang (201 karakter)"),
        ("#REF!", "berisi kesalahan lembar kerja #REF!"),
        ("#N/A", "berisi kesalahan lembar kerja #N/A"),
        ('=HYPERLINK("https://x.com/a","a")', "adalah rumus; tulis nilainya"),
        ("Err:502", "berisi kesalahan lembar kerja Err:502"),
        (UnreadableValue("berisi rumus tanpa hasil"), "berisi rumus tanpa hasil"),
    ],
)
def test_what_is_no_text_is_refused_with_what_it_is(typed, said):
    with pytest.raises(Wrong) as refused:
        values.text(typed)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("WITA", "maksudnya Asia/Makassar?"),
        ("wib", "maksudnya Asia/Jakarta?"),
        ("WIT", "maksudnya Asia/Jayapura?"),
        ("Asia/Jakrta", "maksudnya Asia/Jakarta?"),
        ("asia/makasar", "maksudnya Asia/Makassar?"),
        ("Asia", "misalnya"),
        ("../../etc/passwd", ""),
        ("a" * 150, "misalnya"),
        ("a\x00b", ""),
    ],
)
def test_a_time_zone_that_is_none_is_refused_with_the_one_that_was_meant(typed, hint):
    with pytest.raises(Wrong, match="tidak dikenal") as refused:
        values.timezone(typed)
    assert hint in str(refused.value)


def test_no_time_zone_is_jakartas():
    assert values.timezone(None) == values.timezone(" ") == "Asia/Jakarta"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("www.bali.kemenkum.go.id", "https://www.bali.kemenkum.go.id"),
        ("//bali.kemenkum.go.id/a", "https://bali.kemenkum.go.id/a"),
        ("bali.kemenkum.go.id:8080/a", "https://bali.kemenkum.go.id:8080/a"),
        ("http://bali.kemenkum.go.id", "http://bali.kemenkum.go.id"),
        ("HTTPS://Bali.go.id/@humas", "HTTPS://Bali.go.id/@humas"),
    ],
)
def test_a_website_gets_its_scheme(typed, address):
    assert values.website(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "javascript:1",
        "ftp://bali.go.id",
        "data:text/html,a",
        "-",
        "bali",
        "humas@bali.go.id",
        "https://humas:rahasia@bali.go.id",
        "http://[",
        "https://bali.go.id:99999",
        "bali .go.id",
        "https://",
        5,
    ],
)
def test_what_is_no_website_is_refused(typed):
    with pytest.raises(Wrong, match="bukan alamat web"):
        values.website(typed)


@pytest.mark.parametrize(
    ("typed", "addresses"),
    [
        (None, ()),
        (" ;", ()),
        ("humas@bali.example.go.id", ("humas@bali.example.go.id",)),
        ("mailto:a@b.id; c+d@e.co.id , a@b.id", ("a@b.id", "c+d@e.co.id")),
        (["a@b.id", None, "c@d.id"], ("a@b.id", "c@d.id")),
    ],
)
def test_mail_addresses_are_a_list_or_a_text_between_separators(typed, addresses):
    assert values.emails(typed) == addresses


@pytest.mark.parametrize("typed", ["humas", "a@b", "a b@c.id", "a@b.id c@d.id", True, ["x"], 12])
def test_what_is_no_mail_address_is_refused(typed):
    with pytest.raises(values.Wrong):
        values.emails(typed)


def test_very_many_mail_addresses_are_refused():
    with pytest.raises(values.Wrong, match="paling banyak 5"):
        values.emails(";".join(f"a{n}@b.id" for n in range(6)))


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("2026-10-01", date(2026, 10, 1)),
        ("'2026-10-01", date(2026, 10, 1)),
        ("20261001", date(2026, 10, 1)),
        (date(2026, 10, 1), date(2026, 10, 1)),
        ("2026-10-01T08:30:00", datetime(2026, 10, 1, 1, 30, tzinfo=UTC)),
        ("2026-10-01 08:30", datetime(2026, 10, 1, 1, 30, tzinfo=UTC)),
        ("2026-10-01T08:30:00.5+09:00", datetime(2026, 9, 30, 23, 30, tzinfo=UTC)),
        (datetime(2026, 10, 1, 8, 30), datetime(2026, 10, 1, 1, 30, tzinfo=UTC)),  # noqa: DTZ001
        ("", None),
        (None, None),
    ],
)
def test_a_day_or_an_instant_is_read_in_every_form(typed, at):
    assert values.day_or_instant(typed, WIB) == at


@pytest.mark.parametrize(
    "typed",
    [
        *["9999-12-31", "0001-01-01", "1999-12-31", "2101-01-01", date.max],
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    ],
)
def test_a_year_out_of_reach_is_refused_with_what_to_do(typed):
    with pytest.raises(Wrong, match="di luar tahun 2000–2100; kosongkan"):
        values.instant(typed, WIB, end=True)


@pytest.mark.parametrize(
    "typed", ["besok", "2026-02-30", "2026-W40-1", 20261001, True, [1], {"a": 1}, "1/10/2026"]
)
def test_what_is_no_date_is_refused(typed):
    with pytest.raises(Wrong, match="bukan tanggal; tulis misalnya 2026-10-01"):
        values.instant(typed, WIB, end=False)


@pytest.mark.parametrize("typed", ["1,52803E+15", "1.52803E+15", "1E+15"])
def test_a_number_that_was_cut_short_is_no_handle(typed):
    with pytest.raises(Wrong, match="format selnya sebagai teks"):
        values.handle("facebook", typed)


@pytest.mark.parametrize(
    "value", [None, True, 5, 1e300, "a\nb", "x" * 10**6, {}, [], b"", object()]
)
def test_a_value_is_quoted_shortly_whatever_it_is(value):
    assert len(shown(value)) < 80
    assert "\n" not in shown(value)
