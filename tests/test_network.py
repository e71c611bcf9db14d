"""The guard itself: tests stay on this machine."""

import socket

import pytest

from tests.network import OutsideConnectionError


@pytest.mark.parametrize("host", ["192.0.2.1", "198.51.100.7", "2001:db8::1"])
def test_an_outside_address_is_refused(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        outside = socket.socket(family)
    except OSError:
        pytest.skip("no IPv6 here")
    with outside, pytest.raises(OutsideConnectionError, match="may not"):
        outside.connect((host, 443))


def test_an_outside_name_is_not_even_looked_up():
    with pytest.raises(OutsideConnectionError):
        socket.create_connection(("kiprah.example", 443))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_open(host):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection((host, port)) as made:
            assert made.getpeername()[1] == port
