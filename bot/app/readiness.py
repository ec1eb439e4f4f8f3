"""Whether the house can take jobs right now."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from bot.app.foundation import Foundation
from bot.domain.health import Finding, Health
from bot.domain.people import HOUSE, AccountId
from bot.errors import EaselError

_BUDGET = timedelta(seconds=5)


class Readiness:
    """Looks at what every job needs: the database and the store; and at the front ends, as they see themselves."""

    def __init__(self, base: Foundation, front_ends: Callable[[], tuple[Finding, ...]] = tuple) -> None:
        self._base = base
        self._front_ends = front_ends

    async def findings(self) -> tuple[Finding, ...]:
        """Give what is wrong; nothing when jobs can be taken. Never raises."""
        found = [await self._records(), *await self._objects(), *self._front_ends()]
        return tuple(finding for finding in found if finding.health is Health.WRONG)

    async def _records(self) -> Finding:
        try:
            async with asyncio.timeout(_BUDGET.total_seconds()):
                await self._base.records.ledger.standing(HOUSE, AccountId("nobody"), self._base.clock.now().date(), 0)
        except (EaselError, TimeoutError) as error:
            return Finding("database", Health.WRONG, f"It cannot be read ({error}).", "Run easel doctor.")
        return Finding("database", Health.OK, "It answers.")

    async def _objects(self) -> tuple[Finding, ...]:
        try:
            async with asyncio.timeout(_BUDGET.total_seconds()):
                return await self._base.objects.check()
        except TimeoutError:
            return (Finding("objects", Health.WRONG, "The picture store does not answer.", "Run easel doctor."),)
