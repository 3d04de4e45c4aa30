"""Which address a visitor really comes from."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.facts.address import client_address, owner_of

PROXIES = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")]
STRANGERS = st.ip_addresses().filter(
    lambda address: not any(address in n for n in PROXIES if n.version == address.version)
)


@pytest.mark.parametrize(
    ("peer", "header", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "198.51.100.1:5123", "198.51.100.1"),
        ("10.0.0.1", '"[2001:db8::7]:443"', "2001:db8::7"),
        ("fd00::1", "2001:DB8:0::7", "2001:db8::7"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, ", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
        ("10.0.0.1", "<script>", "10.0.0.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_rightmost_address_that_no_proxy_of_ours_has_is_the_client(
    peer: str, header: str, client: str
) -> None:
    assert client_address(peer, header, PROXIES) == client


def test_several_headers_are_one_chain_in_order() -> None:
    assert client_address("10.0.0.1", ["6.6.6.6", "198.51.100.1, 10.0.0.2"], PROXIES) == "198.51.100.1"


@given(STRANGERS, st.text())
def test_a_stranger_cannot_choose_an_address(peer: object, header: str) -> None:
    """Whatever a client that reaches us directly writes into the header, its own address stands."""
    assert client_address(str(peer), header, PROXIES) == client_address(str(peer), "", PROXIES)


@given(STRANGERS, st.text())
def test_a_stranger_behind_our_proxy_cannot_choose_an_address(stranger: object, forged: str) -> None:
    """The proxy appends the true address to whatever the client sent."""
    assert client_address("10.0.0.1", f"{forged},{stranger}", PROXIES) == client_address(
        str(stranger), "", PROXIES
    )


@given(st.text(), st.lists(st.text()))
def test_no_text_makes_it_raise_and_the_answer_is_an_address(peer: str, headers: list[str]) -> None:
    answer = client_address(peer, headers, PROXIES)
    assert answer == "" or str(ipaddress.ip_address(answer)) == answer


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_a_throttle_counts_a_whole_ipv6_customer_as_one(address: str, owner: str) -> None:
    assert owner_of(address) == owner
