"""The file of consents: every bad input is one line that helps and repeats no token."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.connect import files
from functions.connect.consents import ConsentRow
from functions.connect.files import FileError
from functions.registry.addresses.profiles import parse_handle

HEADER = "satker,platform,handle,refresh_token"
TOKEN = "rft.rahasia"
ROW = ConsentRow("kanwil-ntt", "tiktok", "kemenkum.ntt", TOKEN)
LINE = f"kanwil-ntt,tiktok,kemenkum.ntt,{TOKEN}"


def read(content: bytes) -> list[ConsentRow]:
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
    ],
)
def test_the_forms_in_which_people_save_it_are_all_read(text: str) -> None:
    assert read(text.encode()) == [ROW]


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
    assert read(content) == [ROW, ConsentRow("kanwil-ntt", "facebook", handle, "EAAB-rahasia")]


def test_a_header_alone_is_no_consent() -> None:
    assert read(HEADER.encode()) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the first line must be"),
        (f"{LINE}\n".encode(), "the first line must be"),
        (f"satker,handle,refresh_token\nkanwil,k,{TOKEN}\n".encode(), "the first line must be"),
        (f"{HEADER},extra\n{LINE},x\n".encode(), "the first line must be"),
        (f"{HEADER}\n{LINE}\n".encode("utf-16"), "not UTF-8"),
        (f"{HEADER}\n{LINE}é\n".encode("latin-1"), "not UTF-8"),
        (f'{HEADER}\nkanwil,tiktok,k,"{TOKEN}\n'.encode(), "the CSV is broken"),
        (f"{HEADER}\n{LINE}\0\n".encode(), "is not CSV"),
        (f"{HEADER}\n{LINE},{TOKEN}\n".encode(), "line 2: all of"),
        (f"{HEADER}\n{LINE}\nkanwil,tiktok,{TOKEN}\n".encode(), "line 3: all of"),
        (f"{HEADER}\nkanwil,tiktok,,{TOKEN}\n".encode(), "line 2: all of"),
        (f"{HEADER}\nkanwil,tiktok,@,{TOKEN}\n".encode(), "line 2: the handle"),
        (
            f"{HEADER}\nkanwil,instagram,k,{TOKEN}\n".encode(),
            "line 2: the platform must be tiktok or",
        ),
        (f"{HEADER}\nkanwil,facebook,dua kata,{TOKEN}\n".encode(), "line 2: the handle is no Face"),
        (f"{HEADER}\nkanwil,facebook,x.com/k,{TOKEN}\n".encode(), "line 2: the handle is no Face"),
        (
            f"{HEADER}\nkanwil,facebook,{TOKEN}|{TOKEN},k\n".encode(),
            "line 2: the handle is no Face",
        ),
        # Columns that were swapped put the token where something else is expected.
        (f"{HEADER}\nkanwil,{TOKEN},k,tiktok\n".encode(), "line 2: the platform"),
    ],
)
def test_a_bad_file_is_one_line_that_repeats_no_token(content: bytes, said: str) -> None:
    with pytest.raises(FileError, match=said) as caught:
        read(content)
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None


def test_one_bad_row_and_nothing_is_read() -> None:
    with pytest.raises(FileError):
        read(f"{HEADER}\n{LINE}\nkanwil,x,k,{TOKEN}\n{LINE}\n".encode())


def outcome(content: bytes) -> list[ConsentRow] | str:
    """The rows, or the one line that says what is wrong."""
    try:
        return read(content)
    except FileError as error:
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
