"""Asks whether a browser is recognised by its secret, and by nothing else."""

import re

import pytest
from fastapi import Request, Response

from bot.adapters.web.visitors import COOKIE, Visitor, Visitors, visitor_name
from tests.fakes.ids import CountingIds


def identify(cookie: str = "", *, visitors: Visitors | None = None) -> Visitor:
    """Let a browser with this cookie come by."""
    headers = [(b"cookie", f"{COOKIE}={cookie}".encode())] if cookie else []
    request = Request({"type": "http", "headers": headers})
    return (visitors or Visitors(CountingIds(), is_secure=False)).identify(request)


def cookie_set(visitor: Visitor, *, is_secure: bool) -> str:
    """Return the header that keeps the cookie."""
    response = Response()
    Visitors(CountingIds(), is_secure=is_secure).remember(visitor, response)
    return response.headers["set-cookie"]


def test_somebody_new_gets_a_secret_of_256_bits() -> None:
    """Two ids of 128 bits, different for each browser."""
    visitors = Visitors(CountingIds(), is_secure=False)
    first, second = identify(visitors=visitors), identify(visitors=visitors)
    assert first.is_new
    assert re.fullmatch(r"[A-Za-z0-9_-]{44}", first.cookie)
    assert first.cookie != second.cookie
    assert first.person.identity != second.person.identity


def test_who_comes_back_is_the_same_person() -> None:
    """With the same name, and the same tag, which tells nothing of the rest."""
    first = identify()
    again = identify(first.cookie)
    assert not again.is_new
    assert again.tag == first.tag != identify("B" * 44).tag
    assert first.tag not in first.person.identity.user
    assert again.person == first.person


def test_the_identity_does_not_give_the_secret_away() -> None:
    """It is a hash of 32 hex digits, and nobody is a moderator."""
    visitor = identify("a" * 44)
    assert re.fullmatch(r"[0-9a-f]{32}", visitor.person.identity.user)
    assert (visitor.person.identity.platform, visitor.person.identity.realm) == ("web", "")
    assert not visitor.person.is_moderator


@pytest.mark.parametrize("cookie", ["short", "a" * 43, "a" * 45, "a" * 43 + "!", "a" * 4000])
def test_a_cookie_of_the_wrong_shape_is_nobody(cookie: str) -> None:
    """A new one takes its place."""
    visitor = identify(cookie)
    assert visitor.is_new
    assert visitor.cookie != cookie


def test_the_cookie_is_kept_from_scripts_and_other_sites() -> None:
    """And sent over https only, where the page is."""
    header = cookie_set(identify(), is_secure=True).lower()
    assert all(part in header for part in ("httponly", "samesite=lax", "secure", "path=/", "max-age=31536000"))
    assert "secure" not in cookie_set(identify(), is_secure=False).lower()


def test_names_are_friendly_and_steady() -> None:
    """Two capitalised words, the same for the same user; nobody has none."""
    assert visitor_name("user") == visitor_name("user")
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", visitor_name("user"))
    assert len({visitor_name(str(number)) for number in range(500)}) > 300
    assert visitor_name("") == ""
