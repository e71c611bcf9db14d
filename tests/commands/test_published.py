"""A site's files, read from servers and folders that send and hold anything."""

from __future__ import annotations

import io
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from functions.commands import published
from functions.commands.published import SourceError, source

Say = Callable[[socket.socket], None]


class Server:
    """Answers each connection with the next of some scripts, the last one for ever."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.scripts: list[Say] = []
        self.connections = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            say = self.scripts[min(self.connections, len(self.scripts) - 1)]
            self.connections += 1
            threading.Thread(target=self._answer, args=(connection, say), daemon=True).start()

    def _answer(self, connection: socket.socket, say: Say) -> None:
        with connection:
            try:
                connection.recv(65536)
                say(connection)
            except OSError:
                pass

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def stranger() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def says(content: bytes) -> Say:
    return lambda connection: connection.sendall(content)


def answers(body: bytes, *headers: str, status: str = "200 OK") -> Say:
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", *headers, "Connection: close"))
    return says(f"{head}\r\n".encode() + body)


def silent(connection: socket.socket) -> None:
    connection.recv(1)


def drips(first: bytes) -> Say:
    def say(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(b"x")
            sleep(0.02)

    return say


def complaint(server: Server) -> str:
    with pytest.raises(SourceError) as refused:
        source(server.address)("data/file")
    assert len(str(refused.value).splitlines()) == 1
    assert len(str(refused.value)) < 400
    return str(refused.value)


def test_a_file_is_read_as_it_is_and_what_is_not_there_is_none(stranger: Server) -> None:
    stranger.scripts = [answers(b"isi", "Content-Length: 3"), answers(b"", status="404 Not Found")]
    read = source(f"{stranger.address}/")
    assert (read("a"), read("b")) == (b"isi", None)


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_what_comes_a_byte_at_a_time_is_not_waited_for(
    stranger: Server, monkeypatch: pytest.MonkeyPatch, first: bytes
) -> None:
    monkeypatch.setattr(published, "PATIENCE", 0.2)
    stranger.scripts = [drips(first)]
    began = monotonic()
    assert "comes too slowly" in complaint(stranger)
    assert monotonic() - began < 10


def test_who_says_nothing_is_asked_twice(stranger: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "SILENCE", 0.1)
    stranger.scripts = [silent]
    assert "does not answer" in complaint(stranger)
    assert stranger.connections == 2
    stranger.scripts = [silent, silent, silent, answers(b"isi")]
    assert source(stranger.address)("a") == b"isi"


def test_half_a_file_is_asked_for_again_and_never_taken_for_the_whole(stranger: Server) -> None:
    half = answers(b"is", "Content-Length: 3")
    stranger.scripts = [half, answers(b"isi", "Content-Length: 3"), half]
    assert source(stranger.address)("a") == b"isi"
    assert "does not answer" in complaint(stranger)


def test_more_than_any_file_of_a_month_is_not_read(
    stranger: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "LARGEST", 1000)
    monkeypatch.setattr(published, "PIECE", 100)
    stranger.scripts = [answers(b"x" * 1_000_000)]
    assert "larger than 1,000 bytes" in complaint(stranger)


@pytest.mark.parametrize(
    "place", ["file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1", "data:,a"]
)
def test_nobody_is_followed_to_another_scheme(stranger: Server, place: str) -> None:
    stranger.scripts = [answers(b"", f"Location: {place}", status="302 Found")]
    assert "leads elsewhere over ftp" in (said := complaint(stranger)) or "answers 302" in said


def test_from_https_nobody_is_followed_to_http() -> None:
    import urllib.request

    asked = urllib.request.Request("https://kiprah.example.go.id/a")
    with pytest.raises(SourceError, match="leads elsewhere over http"):
        published._Redirects().redirect_request(
            asked,
            io.BytesIO(),
            302,
            "",
            {},  # type: ignore[arg-type]
            "http://kiprah.example.go.id/a",
        )


def test_a_few_redirections_are_followed_and_a_circle_ends(stranger: Server) -> None:
    on = [
        answers(b"", f"Location: {stranger.address}/{n}", status="301 Moved Permanently")
        for n in range(3)
    ]
    stranger.scripts = [*on, answers(b"isi")]
    assert source(stranger.address)("a") == b"isi"
    stranger.scripts = [on[0]]
    assert "answers 301" in complaint(stranger)
    assert stranger.connections < 12


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff" * 50,
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 500 Oh\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_one_line(stranger: Server, content: bytes) -> None:
    stranger.scripts = [says(content)]
    assert stranger.address in complaint(stranger)


@pytest.mark.parametrize(
    "place",
    [
        "https://user:rahasia@kiprah.example.go.id",
        "https://kiprah.example.go.id/?a=b",
        "https://kiprah.example.go.id/#a",
        "https://kiprah example.go.id",
        "https://kiprah.example.go.id:99999",
        "http://",
        "http://[::1",
        "ftp://kiprah.example.go.id",
    ],
)
def test_an_address_that_is_none_is_refused_without_its_password(place: str) -> None:
    with pytest.raises(SourceError, match="must be http or https") as refused:
        source(place)
    assert "rahasia" not in str(refused.value)


# A folder


def test_what_lies_in_a_files_place_and_is_none_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "large").write_bytes(b"x" * 11)
    (tmp_path / "file").write_bytes(b"x" * 10)
    monkeypatch.setattr(published, "LARGEST", 10)
    read = source(str(tmp_path))
    assert read("file") == b"x" * 10
    assert read("none") is read("file/none") is None
    for name in ("folder", "pipe", "circle", "large"):
        with pytest.raises(SourceError) as refused:
            read(name)
        assert len(str(refused.value).splitlines()) == 1
        assert name in str(refused.value)
