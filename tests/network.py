"""No test reaches beyond this machine: a connection to anywhere else is an error, not a wait."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


class OutsideConnectionError(Exception):
    """A test tried to leave the machine. No OSError, so that nothing retries or swallows it."""


@contextmanager
def only_loopback() -> Iterator[None]:
    """Refuse names and addresses outside the machine to every socket of this process."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    resolve = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check(self, address)
        return connect_ex(self, address)

    def guarded_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        _check_host(host)
        return resolve(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_resolve)
        yield


def _check(used: socket.socket, address: Any) -> None:
    if used.family in (socket.AF_INET, socket.AF_INET6):
        _check_host(address[0])


def _check_host(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if not name or name == "localhost" or name.endswith(".localhost"):
        return
    try:
        inside = (address := ipaddress.ip_address(name)).is_loopback or address.is_unspecified
    except ValueError:
        inside = False
    if not inside:
        raise OutsideConnectionError(f"a test may not reach {name}: use a stand-in on 127.0.0.1")
