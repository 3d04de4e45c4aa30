"""Which address a visitor really comes from when proxies stand in between."""

import ipaddress
from collections.abc import Iterable, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_HOPS = 32  # more than any real chain of proxies; what stands further left is not read


def client_address(peer: str, forwarded_for: Sequence[str] | str, trusted_proxies: Iterable[Network]) -> str:
    """The address of the client, normalised; '' if even the peer has none (a Unix socket).

    `peer` is the other end of the connection, `forwarded_for` its X-Forwarded-For header or headers in order.
    Each proxy appends whom it heard from, so the chain is read from the right, and only as long as the one who
    wrote an entry is trusted: everything further left could have been written by the client itself. An entry that
    is not an address ends the reading, for nobody can be trusted beyond it.
    """
    networks = tuple(trusted_proxies)
    nearest = _parse_address(peer)
    if nearest is None:
        return ""
    header = forwarded_for if isinstance(forwarded_for, str) else ",".join(forwarded_for)
    for entry in reversed(header.rsplit(",", MAX_HOPS)[-MAX_HOPS:]):
        if not _is_trusted(nearest, networks):
            break
        if not entry.strip():
            continue
        farther = _parse_address(entry)
        if farther is None:
            break
        nearest = farther
    return str(nearest)


def owner_of(address: str) -> str:
    """Whom a throttle counts: an IPv4 address, but of IPv6 the /64, all of which one customer has."""
    parsed = _parse_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


def _is_trusted(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def _parse_address(text: str) -> Address | None:
    """Reads '1.2.3.4', '1.2.3.4:5678', '::1', '[::1]:443'; an IPv4 address inside IPv6 becomes plain. None for junk."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
