"""Checks whether the house can take jobs right now."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.app.foundation import Foundation
from bot.domain.health import Check, Finding, Health
from bot.errors import EaselError
from bot.ports.clock import Clock

log = structlog.get_logger(__name__)

_TIMEOUT = timedelta(seconds=3)
_RECORDS_HOLD_FOR = timedelta(seconds=2)
_OBJECTS_HOLD_FOR = timedelta(minutes=1)
_TROUBLE_HOLDS_FOR = timedelta(seconds=5)


class CachedCheck:
    """A check that one caller at a time makes, and whose result holds for a while; trouble is checked again sooner."""

    def __init__(self, check: Check, clock: Clock, *, holds_for: timedelta) -> None:
        self._check = check
        self._clock = clock
        self._holds_for = holds_for
        self._lock = asyncio.Lock()
        self._findings: tuple[Finding, ...] = ()
        self._until = clock.now()

    async def findings(self) -> tuple[Finding, ...]:
        """Return what was found, now or a while ago."""
        async with self._lock:
            if self._clock.now() >= self._until:
                self._findings = await self._check()
                is_well = all(finding.health is not Health.WRONG for finding in self._findings)
                holds_for = self._holds_for if is_well else min(self._holds_for, _TROUBLE_HOLDS_FOR)
                self._until = self._clock.now() + holds_for
            return self._findings


class Readiness:
    """Checks what every job needs: the database and the store; and the front ends, as they see themselves.

    A Redis that is away is reported in any case. A process that accepts jobs goes on
    without it and stays ready; with `needs_redis`, as a worker has it, it is not.
    """

    def __init__(
        self, base: Foundation, front_ends: Callable[[], tuple[Finding, ...]] = tuple, *, needs_redis: bool = False
    ) -> None:
        self._base = base
        self._front_ends = front_ends
        self._records = CachedCheck(self._check_records, base.clock, holds_for=_RECORDS_HOLD_FOR)
        self._shared = CachedCheck(base.shared.check, base.clock, holds_for=_RECORDS_HOLD_FOR)
        self._needs_redis = needs_redis
        self._objects = CachedCheck(self._check_objects, base.clock, holds_for=_OBJECTS_HOLD_FOR)

    async def findings(self) -> tuple[Finding, ...]:
        """Return what is wrong, or notable of Redis; nothing wrong when jobs can be taken. Never raises."""
        found = [*await self._records.findings(), *await self._objects.findings(), *self._front_ends()]
        wrong = [finding for finding in found if finding.health is Health.WRONG]
        shared = [finding for finding in await self._shared.findings() if finding.health is not Health.OK]
        if not self._needs_redis:
            shared = [replace(finding, health=Health.NOTE) for finding in shared]
        return (*wrong, *shared)

    async def _check_records(self) -> tuple[Finding, ...]:
        """Check that a transaction that writes can begin: a locked database can be read, but takes no job."""
        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                await self._base.database.check_writable()
        except (EaselError, TimeoutError) as error:
            # Anybody may ask for readiness, and the reason may name a machine.
            log.warning("database.unwritable", reason=str(error) or "no answer in time")
            return (Finding("database", Health.WRONG, "It cannot be written.", "Run easel doctor."),)
        return (Finding("database", Health.OK, "It answers."),)

    async def _check_objects(self) -> tuple[Finding, ...]:
        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                return await self._base.objects.check()
        except TimeoutError:
            return (Finding("objects", Health.WRONG, "The picture store does not answer.", "Run easel doctor."),)
