"""The .env file as people and their editors write it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.settings.dotenv import LARGEST, DotenvError, read


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def refusal(file: Path) -> str:
    with pytest.raises(DotenvError) as refused:
        read(file)
    assert "\n" not in str(refused.value)
    assert str(file) in str(refused.value)
    return str(refused.value)


def test_without_a_file_there_are_no_values(file: Path) -> None:
    assert read(file) == {}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=b", "b"),
        ("  A  =  b  ", "b"),
        ("export A=b", "b"),
        ("export\tA=b", "b"),
        ("A=b # a remark", "b"),
        ("A=b#c", "b#c"),
        ("A=#c", ""),
        ("A='b # c' # a remark", "b # c"),
        ('A="b=c"', "b=c"),
        ("A=it's", "it's"),
        ("A=", ""),
        ('A=""', ""),
        ("A=b\u2028c", "b\u2028c"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_line_gives_its_value(file: Path, line: str, value: str, end: str, mark: str) -> None:
    file.write_bytes(f"{mark}# remark{end or chr(10)}{line}{end}".encode())
    assert read(file) == {"A": value}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"A=1\nB", "line 2: expected NAME=value"),
        (b"A B=1", "line 1: expected NAME=value, the name of letters"),
        (b"A: b=1", "line 1: expected NAME=value"),
        ("\u200bA=1".encode(), "line 1: expected NAME=value"),
        (b"A=1\n\nA=2", "line 3: A stands in line 1 already"),
        (b"A='rahasia", "line 1: the value of A begins with a quote"),
        (b"A='rahasia\"", "line 1: the value of A begins with a quote"),
        (b"A='rahasia' 1", "line 1: the value of A begins with a quote"),
        (b"A=\xff\xfe", "is not UTF-8"),
        ("A=1".encode("utf-16"), "is not UTF-8"),
        (b"A=\x00", "is not UTF-8"),
        (b"#" * (LARGEST + 1), "larger than"),
    ],
)
def test_what_cannot_be_read_is_one_line_without_its_words(
    file: Path, content: bytes, said: str
) -> None:
    file.write_bytes(content)
    assert said in refusal(file)
    assert "rahasia" not in refusal(file)


def test_what_is_no_file_is_one_line_and_nothing_is_waited_for(file: Path) -> None:
    file.mkdir()
    assert "cannot be read" in refusal(file)
    file.rmdir()
    os.mkfifo(file)
    assert "it is no file" in refusal(file)
    file.unlink()
    file.symlink_to(file.name)
    assert "cannot be read" in refusal(file)


@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_are_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.env"
    file.write_bytes(content)
    said = ""
    try:
        assert all(name.strip() == name != "" for name in read(file))
    except DotenvError as error:
        said = str(error)
    assert len(said.splitlines()) <= 1


@given(
    st.dictionaries(
        st.from_regex(r"[A-Z_][A-Z0-9_]{0,9}", fullmatch=True),
        st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="'")),
    )
)
def test_what_is_written_in_quotes_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]
) -> None:
    file = tmp_path_factory.getbasetemp() / "quoted.env"
    file.write_text("".join(f"{n}='{v}'\n" for n, v in values.items()), encoding="utf-8")
    assert read(file) == values
