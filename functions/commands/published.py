"""A published site's files, from its folder or its address: read within bounds, or said why not.

An audit reads files that others have put there. So each file is read up to a size and within a
time, whatever its server sends, and only from that server or from where it redirects over http or
https.
"""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from functools import cache
from pathlib import Path
from time import monotonic
from typing import IO, Any
from urllib.parse import urlsplit

from functions.parsing.intake import TooLargeError, read_file
from functions.publish.targets import open_objects
from functions.publish.targets.port import ObjectsError

LARGEST = 64 * 1024 * 1024  # bytes of one file; a month of 100,000 posts takes a tenth of it
SILENCE = 15.0  # seconds without a byte, after which a request is tried once more
PATIENCE = 40.0  # seconds that every file has, however slowly it comes
SLOWEST = 32 * 1024  # bytes a second that a file must bring on an average after that
REDIRECTS = 3
PIECE = 64 * 1024
TRIES = 2
# What proves a month, and lies in its folder and in that of each revision.
PROVING = ("ranking.json", "bukti.jsonl.gz", "bukti.sha256")

# The bytes at a path of the site; None when there is nothing.
Read = Callable[[str], bytes | None]


class SourceError(Exception):
    """The published files cannot be read; one line says why."""


def source(location: str) -> Read:
    """A reader of a site: its folder, its bucket (gs://, s3://), or its address.

    If the location holds only frozen revisions, a month's newest revision is read as the month.
    """
    return _with_frozen(_source(location))


def _with_frozen(read: Read) -> Read:
    """Read a month without files in its own folder from the folder of its newest revision."""

    @cache
    def place_of(month: str) -> str:
        revision = 1
        while read(f"data/{month}/r{revision + 1}/bukti.sha256") is not None:
            revision += 1
        return f"data/{month}/r{revision}"

    @cache
    def is_frozen_alone(month: str) -> bool:
        return all(read(f"data/{month}/{name}") is None for name in PROVING)

    def read_either(path: str) -> bytes | None:
        body, parts = read(path), path.split("/")
        if body is not None or len(parts) != 3 or not is_frozen_alone(parts[1]):
            return body
        return read(f"{place_of(parts[1])}/{parts[2]}")

    return read_either


def _source(location: str) -> Read:
    if location.startswith(("gs://", "s3://")):
        return _bucket(location)
    if "://" in location and not location.startswith("file://"):
        return _web(_address(location))
    folder = Path(location.removeprefix("file://"))
    if not folder.is_dir():
        raise SourceError(f"{location} is no folder; name the site's folder, or its address")
    return _folder(folder)


def _folder(folder: Path) -> Read:
    def read(path: str) -> bytes | None:
        try:
            return read_file(folder / path, LARGEST)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except TooLargeError as error:
            raise SourceError(f"{error}, more than any file of a month") from None
        except OSError as error:
            raise SourceError(f"{folder / path} cannot be read ({error.strerror})") from None

    return read


def _bucket(location: str) -> Read:
    try:
        objects = open_objects(location, "--from")
        held = objects.list("data/")
    except ObjectsError as error:
        raise SourceError(str(error)) from None

    def read(path: str) -> bytes | None:
        if path not in held:
            return None
        if held[path].size > LARGEST:
            raise SourceError(
                f"{location}/{path} is larger than {LARGEST:,} bytes, more than any file of a month"
            )
        try:
            return objects.get(path)
        except ObjectsError as error:
            raise SourceError(str(error)) from None

    return read


def _address(location: str) -> str:
    try:
        parts = urlsplit(location)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname)
        is_plain = location.isascii() and location.isprintable() and " " not in location
        # Looked at, since asking for a port is what finds out that it is none.
        usable = is_whole and is_plain and "@" not in parts.netloc and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment:
        raise SourceError(
            "the site's address must be http or https, with a host, without a password, ? and #"
        )
    return location.rstrip("/")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few, from http to http or https, and from https to https alone."""

    max_redirections = REDIRECTS
    max_repeats = REDIRECTS

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        before, after = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if after not in ("http", "https") or (before, after) == ("https", "http"):
            raise SourceError(f"{req.full_url} leads elsewhere over {after or 'nothing'}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)

    def http_error_302(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
    ) -> Any:
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except (SourceError, ValueError):
            fp.close()
            raise

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _opener() -> urllib.request.OpenerDirector:
    """Speaks http and https, and nothing else that urllib could: no files, no ftp."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        _Redirects(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _web(address: str) -> Read:
    opener = _opener()

    def read(path: str) -> bytes | None:
        for left in reversed(range(TRIES)):
            fetch = _Fetch(opener, f"{address}/{path}")
            try:
                return fetch.result()
            except TimeoutError:
                if not left:
                    raise SourceError(f"{address}/{path} does not answer; try again") from None
            except urllib.error.HTTPError as error:
                error.close()
                if error.code in (403, 404, 410):  # a bucket says 403 of what is not there
                    return None
                raise SourceError(f"{address}/{path} answers {error.code}") from None
            except (OSError, ValueError, http.client.HTTPException) as error:
                reason = _plain(getattr(error, "reason", error))
                raise SourceError(f"{address} cannot be reached ({reason})") from None
        raise AssertionError("the last try returns or raises")

    return read


@dataclass
class _Fetch:
    """One request, in a thread of its own: it ends in time even if the server sends slowly."""

    opener: urllib.request.OpenerDirector
    address: str
    received: int = 0
    given_up: bool = False
    body: bytes | None = None
    error: BaseException | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def result(self) -> bytes | None:
        """The body; TimeoutError, SourceError, HTTPError, or whatever the connection met."""
        threading.Thread(target=self._run, daemon=True).start()
        began = monotonic()
        while not self.done.wait(0.5):
            waited = monotonic() - began
            if waited > PATIENCE and self.received < SLOWEST * (waited - PATIENCE):
                self.given_up = True
                raise SourceError(
                    f"{self.address} comes too slowly ({self.received:,} bytes in {waited:.0f} s); "
                    "try again, or audit a copy of the site's folder"
                )
        if self.error is not None:
            raise self.error
        return self.body

    def _run(self) -> None:
        try:
            self.body = self._fetched()
        except urllib.error.URLError as error:
            timed_out = isinstance(error.reason, TimeoutError)
            self.error = error.reason if timed_out else error  # type: ignore[assignment]
        except BaseException as error:
            self.error = error
        finally:
            self.done.set()

    def _fetched(self) -> bytes:
        pieces: list[bytes] = []
        with self.opener.open(self.address, timeout=SILENCE) as answer:
            while piece := answer.read1(PIECE):
                pieces.append(piece)
                self.received += len(piece)
                if self.received > LARGEST or self.given_up:
                    raise SourceError(
                        f"{self.address} is larger than {LARGEST:,} bytes, more than any file of a "
                        "month"
                    )
            if self.received < _promised(answer.headers):
                raise TimeoutError("the connection ended in the middle")
        return b"".join(pieces)


def _promised(headers: Message[Any, Any]) -> int:
    said = str(headers.get("Content-Length") or "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else 0


def _plain(error: object) -> str:
    """An error's words as one line of what can be printed."""
    return "".join(c if c.isprintable() else " " for c in str(error))[:200]
