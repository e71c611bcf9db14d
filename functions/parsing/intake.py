"""Bytes from outside, never more than are wanted, and never waited for without an end."""

from __future__ import annotations

import os
import stat
import zlib
from pathlib import Path


class TooLargeError(ValueError):
    """There are more bytes than are read."""


def read_file(path: Path, most: int) -> bytes:
    """A file's bytes; OSError when it cannot be read or is none (a folder, a pipe), and
    TooLargeError when it holds more than ``most``."""
    # Not to wait for somebody at the other end, should there be one.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        if stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it is no file", str(path))
        content = file.read(most + 1) or b""
    if len(content) > most:
        raise TooLargeError(f"{path} is larger than {most:,} bytes")
    return content


def gunzip(packed: bytes, most: int) -> bytes:
    """What gzip packed into one member; TooLargeError when it is more than ``most`` bytes, zlib's
    error or EOFError when it is broken."""
    unpacking = zlib.decompressobj(wbits=31)
    content = unpacking.decompress(packed, most + 1)
    if len(content) > most:
        raise TooLargeError(f"it unpacks to more than {most:,} bytes")
    if not unpacking.eof:
        raise EOFError("its end is missing")
    if unpacking.unused_data:
        raise zlib.error("something follows its end")
    return content
