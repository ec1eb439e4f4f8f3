"""Asks whether host names and origins are read as browsers write them."""

import pytest
from fastapi.datastructures import Headers

from bot.adapters.web.security import host_name, is_same_origin


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost", "localhost"),
        ("LocalHost:8420", "localhost"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("[::1]:8420", "::1"),
        ("evil.example", "evil.example"),
        ("localhost@evil.example", "evil.example"),
        ("", ""),
        ("[::1", ""),
    ],
)
def test_a_host_is_its_name(host: str, name: str) -> None:
    """Without port, brackets and case."""
    assert host_name(host) == name


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://studio:1"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": "http://studio:1"}, True),
        ({"origin": "http://studio:2"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"referer": "http://studio:1/"}, False),
    ],
)
def test_only_our_own_page_is_ours(headers: dict[str, str], is_ours: bool) -> None:
    """A request that does not say where it comes from is not."""
    assert is_same_origin(Headers({"host": "studio:1", **headers})) is is_ours
