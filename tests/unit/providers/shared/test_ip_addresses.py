"""Which addresses an answer may send us to."""

import pytest

from bot.providers.shared.ip_addresses import is_public


@pytest.mark.parametrize("address", ["8.8.8.8", "151.101.1.6", "2606:4700::6810:84e5", "2a00:1450:4001:80b::200e"])
def test_the_internet_is_public(address: str) -> None:
    """Pictures live there."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "0.0.0.0",  # noqa: S104 - an address to refuse, nothing listens there
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "3fff::1",
        "5f00::1",
        "100:0:0:1::1",
        "not an address",
        "",
        "2130706433",
    ],
)
def test_everything_nearer_or_special_is_not(address: str) -> None:
    """This machine, its networks, clouds' metadata, and addresses that wrap another one."""
    assert not is_public(address)
