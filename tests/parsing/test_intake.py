"""Bytes from outside: as many as are wanted, and no waiting."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.parsing.intake import TooLargeError, gunzip, read_file


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 10)
    assert read_file(file, 10) == b"x" * 10
    with pytest.raises(TooLargeError, match="larger than 9 bytes"):
        read_file(file, 9)
    assert read_file(Path(os.devnull), 9) == b""


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to(path)])
def test_what_is_no_file_is_an_error_at_once(tmp_path: Path, make: object) -> None:
    make(tmp_path / "odd")  # type: ignore[operator]
    with pytest.raises(OSError):
        read_file(tmp_path / "odd", 10)


@given(st.binary(max_size=300), st.integers(0, 300))
def test_what_was_packed_is_unpacked_up_to_its_limit(content: bytes, most: int) -> None:
    packed = gzip.compress(content)
    if len(content) <= most:
        assert gunzip(packed, most) == content
    else:
        with pytest.raises(TooLargeError):
            gunzip(packed, most)


@given(st.binary(max_size=300))
def test_anything_else_is_told_to_be_broken(content: bytes) -> None:
    with pytest.raises((zlib.error, EOFError)):
        gunzip(content, 1000)
    whole = gzip.compress(content)
    with pytest.raises((zlib.error, EOFError)):
        gunzip(whole[:-1], 1000)
    with pytest.raises((zlib.error, EOFError)):
        gunzip(whole + b"x", 1000)
