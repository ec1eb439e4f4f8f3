"""Which addresses a service's answer may send us to."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_NOT_PUBLIC: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carriers, and some clouds' metadata
        "168.63.129.16/32",  # Azure's own services, behind an address that looks public
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "64:ff9b::/96",  # these five carry an IPv4 address inside, which nobody would have checked
        "64:ff9b:1::/48",
        "::ffff:0:0/96",
        "2001::/32",
        "2002::/16",
        "::/96",
        "fec0::/10",
        "3fff::/20",  # documentation (RFC 9637), which Python 3.11 does not know
        "5f00::/16",  # segment routing inside of networks (RFC 9602)
        "100:0:0:1::/64",  # a dummy (RFC 9780)
    )
)


def is_public(address: str) -> bool:
    """Whether an address belongs to the internet at large: not this machine, its network, or anything special."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return parsed.is_global and not _is_special(parsed) and not any(parsed in network for network in _NOT_PUBLIC)


def _is_special(address: IPv4Address | IPv6Address) -> bool:
    return (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
