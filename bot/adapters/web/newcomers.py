"""Limits how many visitors of one address become accounts: a cookie can be made up, an address cannot."""

import math
from datetime import timedelta
from http import HTTPStatus
from ipaddress import IPv6Address, IPv6Network, ip_address

import structlog
from fastapi import HTTPException, Request

from bot.adapters.web.visitors import Visitor
from bot.ports.rate_limiter import Rate, RateLimiter
from bot.services.quotas import Quotas

log = structlog.get_logger(__name__)

_RATE = Rate(30, timedelta(hours=1))
"""A class in school comes from one address; thousands of cookies an hour come from a script."""

_HOME = 64
"""Bits of an IPv6 address that a household has for itself."""

_TOO_MANY = "Too many new visitors have come from your address within an hour; please try again later. Nothing was counted."


class Newcomers:
    """Counts visitors who are about to get an account. A visitor who has one is let through, and so is this machine itself."""

    def __init__(self, quotas: Quotas, rate_limiter: RateLimiter) -> None:
        self._quotas = quotas
        self._rate_limiter = rate_limiter

    async def admit(self, request: Request, visitor: Visitor) -> None:
        """Let a visitor do what makes an account.

        Raises:
            HTTPException: They have none, and too many of their address were new of late.
        """
        source = _source(request.client.host if request.client else "")
        if not source or await self._quotas.find_account(visitor.person) is not None:
            return
        wait = await self._rate_limiter.try_acquire(f"newcomers:{source}", _RATE)
        if wait > timedelta():
            log.warning("web.newcomer_refused", most=_RATE.most)
            headers = {"Retry-After": str(max(1, math.ceil(wait.total_seconds())))}
            raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, _TOO_MANY, headers)


def _source(host: str) -> str:
    """Return what is counted together; nothing for this machine, whose proxy says who stands behind it."""
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback:
        return ""
    return str(IPv6Network((address, _HOME), strict=False) if isinstance(address, IPv6Address) else address)
