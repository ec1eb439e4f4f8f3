"""Asks how many visitors of one address may become accounts."""

from http import HTTPStatus

import pytest
from fastapi import HTTPException, Request

from bot.adapters.web.newcomers import Newcomers
from bot.adapters.web.visitors import COOKIE, Visitors
from storage.limits.local import LocalRateLimiter
from tests.fakes.bench import Bench
from tests.fakes.ids import CountingIds

IPV4, IPV6 = "203.0.113.9", "2001:db8:1:2::"
VISITORS = Visitors(CountingIds(), is_secure=False)


def request(host: str | None, cookie: str) -> Request:
    """Send a cookie from an address; from a socket there is none."""
    client = None if host is None else (host, 50_000)
    return Request({"type": "http", "client": client, "headers": [(b"cookie", f"{COOKIE}={cookie:-<44}".encode())]})


class Entrance:
    """A page that people come to."""

    def __init__(self) -> None:
        self.bench = Bench()
        self._newcomers = Newcomers(self.bench.quotas, LocalRateLimiter(self.bench.clock))

    async def come(self, host: str | None, cookie: str) -> None:
        """Come, and become an account."""
        asked = request(host, cookie)
        visitor = VISITORS.identify(asked)
        await self._newcomers.admit(asked, visitor)
        await self.bench.quotas.account(visitor.person)

    async def fill(self, host: str) -> None:
        """Let as many come as may."""
        for number in range(30):
            await self.come(host, f"of-{host}-{number}".replace(":", "-").replace(".", "-"))


async def test_an_address_has_only_so_many_newcomers() -> None:
    """Whoever came before is let in all the same, and so is somebody from elsewhere."""
    entrance = Entrance()
    await entrance.fill(IPV4)
    with pytest.raises(HTTPException) as refused:
        await entrance.come(IPV4, "one-more")
    assert (refused.value.status_code, refused.value.headers) == (HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": "3600"})
    assert len(entrance.bench.accounts.created) == 30
    await entrance.come(IPV4, "of-203-0-113-9-7")
    await entrance.come("203.0.113.10", "one-more")


async def test_a_household_has_one_address() -> None:
    """Of IPv6 it has billions; one of IPv4 that is written as such is that one."""
    entrance = Entrance()
    await entrance.fill(f"{IPV6}1")
    with pytest.raises(HTTPException):
        await entrance.come(f"{IPV6}2", "one-more")
    await entrance.fill(IPV4)
    with pytest.raises(HTTPException):
        await entrance.come(f"::ffff:{IPV4}", "and-another")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "a-socket", None])
async def test_this_machine_itself_is_not_counted(host: str | None) -> None:
    """Its proxy says who stands behind it; whoever has the machine needs no cookie."""
    entrance = Entrance()
    for number in range(31):
        await entrance.come(host, f"visitor-{number}")
    assert len(entrance.bench.accounts.created) == 31
