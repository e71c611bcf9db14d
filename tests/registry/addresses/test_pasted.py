"""The addresses of platforms in a pasted text."""

from functions.registry.addresses.pasted import MOST_ADDRESSES, addresses


def hosts(text: str) -> list[str]:
    return [address.host for address in addresses(text)]


def test_addresses_are_found_in_the_order_of_the_text():
    assert hosts("Lihat x.com/a dan (https://youtu.be/b).") == ["x.com", "youtu.be"]


def test_what_is_encoded_comes_after_what_stands_in_plain_sight():
    found = hosts("https://l.facebook.com/l.php?u=https%3A%2F%2Fx.com%2Fa")
    assert found[0] == "l.facebook.com"
    assert "x.com" in found[1:]


def test_what_an_address_leads_to_on_its_own_host_follows_it():
    found = list(addresses("https://x.com/login?redirect_after_login=%2Fa%2Fstatus%2F1"))
    assert found[1].words == ("a", "status", "1")


def test_other_sites_are_none():
    assert hosts("https://kemenkum.go.id/x surel@x.com https://notx.com/a") == []


def test_there_is_an_end():
    assert len(hosts("x.com/a " * 500)) == MOST_ADDRESSES
