"""Personal links to exports: each works once, and only for a while."""

import hashlib
import re
from datetime import timedelta

from bot.domain.privacy import PrivacyRequest, PrivacyRequestId, PrivacyState
from bot.ports.clock import Clock, Ids
from bot.ports.codes import Codes, Purpose
from bot.ports.privacy import PrivacyRequests

LINK_LASTS = timedelta(hours=1)

_SHAPE = re.compile(r"[A-Za-z0-9_-]{44}")


class ExportLinks:
    """Makes links below `base_url`. Of an export the newest link alone works."""

    def __init__(self, requests: PrivacyRequests, codes: Codes, clock: Clock, ids: Ids, *, base_url: str) -> None:
        self._requests = requests
        self._codes = codes
        self._clock = clock
        self._ids = ids
        self._base_url = base_url

    async def make(self, request: PrivacyRequest) -> str:
        """Return a new address of a finished export."""
        # Two ids, because a secret that stands for a person should have 256 random bits.
        code = self._ids.new() + self._ids.new()
        await self._codes.issue(Purpose.EXPORT, _hash(code), request.id, self._clock.now() + LINK_LASTS)
        return f"{self._base_url}/export/{code}"

    async def redeem(self, code: str) -> PrivacyRequest | None:
        """Return the export that a link is to, once; None where it was used, is too old, or the export is gone."""
        holder = await self._codes.redeem(Purpose.EXPORT, _hash(code)) if _SHAPE.fullmatch(code) else None
        request = None if holder is None else await self._requests.get(PrivacyRequestId(holder))
        return request if request is not None and request.state is PrivacyState.DONE else None


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
