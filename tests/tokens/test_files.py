"""The file of consents: every bad input is one line that helps and repeats no token."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Account, Roster, Satker
from functions.registry.addresses.profiles import parse_handle
from functions.tokens import files
from functions.tokens.consents import ConsentRow
from functions.tokens.files import ConsentFileError
from tests import factories

HEADER = "satker,platform,handle,refresh_token"
TOKEN = "rft.rahasia"
ROW = ConsentRow("kanwil-ntt", "tiktok", "kemenkum.ntt", TOKEN)
LINE = f"kanwil-ntt,tiktok,kemenkum.ntt,{TOKEN}"


def read_rows(content: bytes) -> list[ConsentRow]:
    """The file as the command line reads it."""
    return files.read(content, parse_handle)


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\n{LINE}\n",
        f"{HEADER}\r\n{LINE}\r\n",
        f"\ufeff{HEADER}\n{LINE}",
        f"{HEADER}\n\n{LINE}\n,,,\n\n",
        f"{HEADER}\n kanwil-ntt , TikTok , @kemenkum.ntt , {TOKEN} \n",
        f" SATKER , Platform,handle,Refresh_Token\n{LINE}\n",
        f"{HEADER}\n{LINE}\n".replace(",", ";"),
        f'{HEADER}\n"kanwil-ntt","tiktok","kemenkum.ntt","{TOKEN}"\n',
        f"{HEADER}\n{LINE}\n".replace(",", "\t"),
        f"sep=;\n{HEADER}\n{LINE}\n".replace(",", ";"),
        f"\n;;;\n{HEADER}\n{LINE}\n".replace(",", ";"),
        f"Izin TikTok,,,\n{HEADER}\n{LINE}\n",
        f"{HEADER},,\n{LINE},,\n",
        f"refresh_token,handle,platform,satker\n{TOKEN},kemenkum.ntt,tiktok,kanwil-ntt\n",
        f"{HEADER}\nkanwil-ntt,tiktok,\u200e@kemenkum.ntt,'{TOKEN}\u200b\n",
        f"{HEADER}\nkanwil-ntt,tiktok,https://www.tiktok.com/@kemenkum.ntt?lang=id,{TOKEN}\n",
        f"{HEADER}\nkanwil-ntt,tiktok,tiktok.com/@kemenkum.ntt/,{TOKEN}\n",
    ],
)
def test_the_forms_in_which_people_save_it_are_all_read(text: str) -> None:
    assert read_rows(text.encode()) == [ROW]
    assert read_rows(text.removeprefix("\ufeff").encode("utf-16")) == [ROW]


@pytest.mark.parametrize(("typed", "handle"), [
    ("kemenkumntt", "kemenkumntt"),
    ("@KemenkumNTT", "KemenkumNTT"),
    ("https://www.facebook.com/kemenkumntt/", "kemenkumntt"),
    ("facebook.com/kemenkumntt?locale=id_ID", "kemenkumntt"),
    ("https://www.facebook.com/profile.php?id=61557000000001", "61557000000001"),
    ("https://www.facebook.com/people/Kanwil-NTT/61557000000001/", "61557000000001"),
])  # fmt: skip
def test_a_pages_row_carries_its_own_token_under_the_registrys_handle(
    typed: str, handle: str
) -> None:
    content = f"{HEADER}\n{LINE}\nkanwil-ntt, Facebook ,{typed},EAAB-rahasia\n".encode()
    assert read_rows(content) == [ROW, ConsentRow("kanwil-ntt", "facebook", handle, "EAAB-rahasia")]


def test_a_consent_to_the_business_app_is_another_of_the_same_account() -> None:
    line = "kanwil-ntt,tiktok_business,@kemenkum.ntt,bizr.rahasia"
    rows = read_rows(f"{HEADER}\n{LINE}\n{line}\n".encode())
    business = ConsentRow("kanwil-ntt", "tiktok_business", "kemenkum.ntt", "bizr.rahasia")
    assert rows == [ROW, business]
    now = datetime(2026, 10, 1, tzinfo=UTC)
    listed = [factories.account("kanwil-ntt", "tiktok", "Kemenkum.NTT", since=now)]
    unit = factories.satker("kanwil-ntt")
    units = factories.roster(unit, accounts=listed, as_of=now)
    assert [row.handle for row in files.matched(rows, units, now)] == [
        "Kemenkum.NTT",
        "Kemenkum.NTT",
    ]


def test_a_header_alone_is_no_consent() -> None:
    assert read_rows(HEADER.encode()) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the first line must be"),
        (f"{LINE}\n".encode(), "the first line must be"),
        (f"satker,handle,refresh_token\nkanwil,k,{TOKEN}\n".encode(), "the first line must be"),
        (f"{HEADER},extra\n{LINE},x\n".encode(), "the first line must be"),
        (f"{HEADER}\n{LINE}\n".encode("utf-16-le"), "is not CSV"),
        (f"{HEADER}\n{LINE}é\n".encode("latin-1"), "not UTF-8"),
        (f'{HEADER}\nkanwil,tiktok,k,"{TOKEN}\n'.encode(), "the CSV is broken"),
        (f"{HEADER}\n{LINE}\0\n".encode(), "is not CSV"),
        (f"{HEADER}\n{LINE},{TOKEN}\n".encode(), "line 2: all of"),
        (f"{HEADER}\n{LINE}\nkanwil,tiktok,{TOKEN}\n".encode(), "line 3: all of"),
        (f"{HEADER}\nkanwil,tiktok,,{TOKEN}\n".encode(), "line 2: all of"),
        (f"{HEADER}\nkanwil,tiktok,@,{TOKEN}\n".encode(), "line 2: the handle"),
        (
            f"{HEADER}\nkanwil,instagram,k,{TOKEN}\n".encode(),
            "line 2: the platform must be tiktok,",
        ),
        (f"{HEADER}\nkanwil,facebook,dua kata,{TOKEN}\n".encode(), "line 2: the handle is no Face"),
        (f"{HEADER}\nkanwil,facebook,x.com/k,{TOKEN}\n".encode(), "line 2: the handle is no Face"),
        (
            f"{HEADER}\nkanwil,facebook,{TOKEN}|{TOKEN},k\n".encode(),
            "line 2: the handle is no Face",
        ),
        (
            f"{HEADER}\nkanwil,tiktok,https://x.com/k,{TOKEN}\n".encode(),
            "line 2: the handle is no T",
        ),
        (f"{HEADER}\nkanwil,tiktok,k.satu,{TOKEN} {TOKEN}\n".encode(), "line 2: the refresh_token"),
        (f"{HEADER}\n{LINE}\n{LINE}\n".encode(), "line 3: the same account as in line 2"),
        (b"x" * 17_000_000, "larger than"),
        # Columns that were swapped put the token where something else is expected.
        (f"{HEADER}\nkanwil,{TOKEN},k,tiktok\n".encode(), "line 2: the platform"),
    ],
)
def test_a_bad_file_is_one_line_that_repeats_no_token(content: bytes, said: str) -> None:
    with pytest.raises(ConsentFileError, match=said) as caught:
        read_rows(content)
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None


def test_one_bad_row_and_nothing_is_read() -> None:
    with pytest.raises(ConsentFileError):
        read_rows(f"{HEADER}\n{LINE}\nkanwil,x,k,{TOKEN}\n{LINE}\n".encode())


def test_every_row_that_cannot_be_used_is_told() -> None:
    content = f"{HEADER}\n{LINE}\nkanwil,x,k,{TOKEN}\nkanwil,tiktok,,{TOKEN}\n".encode()
    with pytest.raises(ConsentFileError) as caught:
        read_rows(content)
    assert [line.partition(":")[0] for line in caught.value.lines] == ["line 3", "line 4"]


# Against the registry

NOW = datetime(2026, 10, 20, 3, tzinfo=UTC)
DAY = timedelta(days=1)


def registered(
    satker: str,
    handle: str,
    key: str = "tiktok",
    *,
    since: datetime = NOW - DAY,
    until: datetime | None = None,
) -> Account:
    """An account of yesterday."""
    return factories.account(satker, key, handle, since=since, until=until)


ROSTER = Roster(
    as_of=NOW,
    satker=tuple(Satker(id=f"kanwil-{n}", name=n, kind="kanwil") for n in ("ntt", "bali", "aceh")),
    accounts=(
        registered("kanwil-ntt", "Kemenkum.NTT"),
        registered("kanwil-bali", "kemenkum.bali"),
        registered("kanwil-bali", "kemenkumbali", "facebook:105000000000001"),
        registered("kanwil-aceh", "lama", until=NOW - DAY / 2),
        registered("kanwil-aceh", "nanti", since=NOW + DAY),
    ),
)


@pytest.mark.parametrize(
    ("row", "handle"),
    [
        (ROW, "Kemenkum.NTT"),
        (ConsentRow("kanwil-bali", "facebook", "105000000000001", TOKEN), "kemenkumbali"),
        (ConsentRow("kanwil-aceh", "tiktok", "nanti", TOKEN), "nanti"),
    ],
)
def test_a_consent_is_kept_under_its_accounts_handle(row: ConsentRow, handle: str) -> None:
    assert files.matched([row], ROSTER, NOW) == [replace(row, handle=handle)]


@pytest.mark.parametrize(
    ("satker", "platform", "handle", "said"),
    [
        ("kanwil-nt", "tiktok", "kemenkum.ntt", "did you mean kanwil-ntt"),
        ("x", "tiktok", "kemenkum.ntt", "not in the registry; kiprah registry export"),
        ("kanwil-bali", "tiktok", "kemenkum.ntt", "not registered for kanwil-bali, but for kanwil"),
        ("kanwil-bali", "tiktok", "kemenkum.lain", "registered are @kemenkum.bali"),
        ("kanwil-bali", "facebook", "kemenkum.lain", "that Facebook Page is not registered"),
        ("kanwil-aceh", "tiktok", "lama", "registered are @nanti"),
        ("kanwil-ntt", "facebook", "kemenkumntt", "kanwil-ntt has none there"),
    ],
)
def test_a_row_that_fits_no_account_is_told_with_what_is_nearest(
    satker: str, platform: Any, handle: str, said: str
) -> None:
    row = ConsentRow(satker, platform, handle, TOKEN, 7)
    with pytest.raises(ConsentFileError, match=said) as caught:
        files.matched([ROW, row], ROSTER, NOW)
    assert str(caught.value).startswith("line 7: ")
    assert len(caught.value.lines) == 1


@pytest.mark.parametrize("roster", [None, Roster(as_of=NOW)])
def test_without_a_registry_no_consent_has_a_place(roster: Roster | None) -> None:
    with pytest.raises(ConsentFileError, match="the registry is empty"):
        files.matched([ROW], roster, NOW)


def outcome(content: bytes) -> list[ConsentRow] | str:
    """The rows, or the one line that says what is wrong."""
    try:
        return read_rows(content)
    except ConsentFileError as error:
        return str(error)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_the_file_holds_it_is_rows_or_one_line(content: bytes) -> None:
    found = outcome(content)
    assert isinstance(found, list) or "\n" not in found


@given(st.binary(max_size=100) | st.text(max_size=100).map(str.encode))
def test_whatever_follows_a_good_row_it_is_rows_or_one_line(content: bytes) -> None:
    found = outcome(f"{HEADER}\n{LINE}\n".encode() + content)
    if isinstance(found, str):
        assert "\n" not in found
        assert TOKEN not in found
    else:
        assert found[0] == ROW


_CELLS = st.one_of(
    st.sampled_from(
        ["kanwil-ntt", "tiktok", "facebook", "@kemenkum.ntt", TOKEN, "", "'", "\u200b"]
    ),
    st.text(max_size=12),
)


@given(st.lists(st.lists(_CELLS, max_size=6), max_size=6), st.sampled_from(",;\t"))
def test_whatever_stands_in_the_cells_it_is_rows_of_accounts_or_lines_without_a_token(
    lines: list[list[str]], delimiter: str
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(HEADER.split(","))
    writer.writerows(lines)
    content = buffer.getvalue().encode(errors="replace")
    try:
        rows = files.matched(read_rows(content), ROSTER, NOW)
        said: tuple[str, ...] = ()
    except ConsentFileError as error:
        rows, said = [], error.lines
    assert all(row.handle == "Kemenkum.NTT" for row in rows)
    assert all("\n" not in line and TOKEN not in line for line in said)
