"""Removes, once a day, what is older than its community keeps it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.domain.chat import MessageRef
from bot.domain.jobs import Job
from bot.domain.people import CommunityId, Platform
from bot.domain.rules import RuleKind
from bot.errors import EaselError, SurfaceFailed
from bot.ports.clock import Clock
from bot.ports.leader_lock import LeaderLock
from bot.ports.old_records import OldRecords
from bot.ports.pictures import Pictures
from bot.ports.rules import Rulebook
from bot.ports.surfaces import Surface
from bot.services.input_store import InputStore

log = structlog.get_logger(__name__)

KEPT_TOMBSTONES = timedelta(days=30)
"""How long the page remembers that a message was deleted: far longer than a page stays open without asking."""

_FIRST_AFTER = timedelta(minutes=10)
_EVERY = timedelta(days=1)
_PAUSE = timedelta(seconds=1)
_MOST_AT_ONCE = 500

_Kept = Mapping[str, Mapping[CommunityId, str]]
"""The days of each kind, as communities have set them."""


class RetentionSweep:
    """Removes what is too old, community by community, a page at a time with a `pause` in between.

    `kept_days` says what holds where nothing is set, by the setting's name;
    0 is for ever. A setting counts that has stood for `grace`, so that a typing
    mistake can be undone before it has cost anything.
    """

    def __init__(
        self,
        *,
        rulebook: Rulebook,
        records: OldRecords,
        pictures: Pictures,
        inputs: InputStore,
        surfaces: Mapping[Platform, Surface],
        clock: Clock,
        kept_days: Mapping[str, int],
        grace: timedelta,
        pause: timedelta = _PAUSE,
        most_at_once: int = _MOST_AT_ONCE,
    ) -> None:
        self._rulebook = rulebook
        self._records = records
        self._pictures = pictures
        self._inputs = inputs
        self._surfaces = surfaces
        self._clock = clock
        self._kept_days = kept_days
        self._grace = grace
        self._pause = pause
        self._most = most_at_once
        self._removers: Mapping[str, Callable[[CommunityId, datetime], Awaitable[int]]] = {
            "retention": self._hide_pictures,
            "prompt_retention": self._erase_prompts,
            "message_retention": self._delete_messages,
            "job_retention": self._delete_jobs,
            "record_retention": self._delete_records,
        }

    async def run(self, leader: LeaderLock, *, first_after: timedelta = _FIRST_AFTER, every: timedelta = _EVERY) -> None:
        """Sweep soon after the start and then once a day, while this process leads, until cancelled; a failure is logged."""
        await asyncio.sleep(first_after.total_seconds())
        while True:
            try:
                if await leader.lead():
                    await self.sweep()
            except EaselError as error:
                log.warning("retention.not_swept", reason=str(error))
            except Exception:
                log.exception("retention.broke")
            await asyncio.sleep(every.total_seconds())

    async def sweep(self) -> None:
        """Remove what is too old everywhere.

        Raises:
            StorageFailed: The record is away; what was not removed goes the next time.
        """
        before = await self._read_rules()
        await asyncio.sleep(self._grace.total_seconds())
        rules, now = await self._read_rules(), self._clock.now()
        for community in await self._records.communities():
            for kind, remove in self._removers.items():
                days = rules[kind].get(community)
                if days != before[kind].get(community):
                    continue  # changed a moment ago: it counts the next time
                kept = self._kept_days[kind] if days is None else int(days)
                if kept:
                    await self._remove_all(kind, community, remove, now - timedelta(days=kept))
        if kept := self._kept_days["record_retention"]:
            before_that = now - timedelta(days=kept)
            await self._in_pages(lambda: self._records.delete_forgotten(before_that, most=self._most))
        await self._in_pages(lambda: self._records.delete_tombstones(now - KEPT_TOMBSTONES, most=self._most))

    async def _read_rules(self) -> _Kept:
        return {kind: await self._rulebook.everywhere(RuleKind.SETTING, kind) for kind in self._removers}

    async def _remove_all(
        self, kind: str, community: CommunityId, remove: Callable[[CommunityId, datetime], Awaitable[int]], before: datetime
    ) -> None:
        removed = await remove(community, before)
        if removed:
            log.info("retention.removed", kind=kind, community=community, rows=removed)

    async def _hide_pictures(self, community: CommunityId, before: datetime) -> int:
        now = self._clock.now()
        hidden = await self._in_pages(lambda: self._pictures.hide_older(community, before, remove_at=now, most=self._most))
        return hidden + await self._in_pages(lambda: self._inputs.expire_older(community, before, most=self._most))

    async def _erase_prompts(self, community: CommunityId, before: datetime) -> int:
        now = self._clock.now()
        return await self._in_pages(lambda: self._records.erase_prompts(community, before, most=self._most, now=now))

    async def _delete_jobs(self, community: CommunityId, before: datetime) -> int:
        return await self._in_pages(lambda: self._records.delete_jobs(community, before, most=self._most))

    async def _delete_records(self, community: CommunityId, before: datetime) -> int:
        return await self._in_pages(lambda: self._records.delete_records(community, before, most=self._most))

    async def _in_pages(self, remove: Callable[[], Awaitable[int]]) -> int:
        total = 0
        while True:
            removed = await remove()
            total += removed
            if removed < self._most:
                return total
            await asyncio.sleep(self._pause.total_seconds())

    async def _delete_messages(self, community: CommunityId, before: datetime) -> int:
        """Delete messages on their platforms one by one, and return how many; after a failure they are tried the next day."""
        total, last = 0, None
        while True:
            found = await self._records.with_message(community, before, most=self._most, after=last)
            for job in found:
                total += await self._delete_message(job)
            if len(found) < self._most:
                return total
            last = found[-1]
            await asyncio.sleep(self._pause.total_seconds())

    async def _delete_message(self, job: Job) -> int:
        surface = self._surfaces.get(job.place.platform)
        if surface is None or job.message is None:
            return 0
        if not await delete_message(surface, job.message):
            return 0
        await self._records.detach(job.id)
        return 1


async def delete_message(surface: Surface, message: MessageRef) -> bool:
    """Delete a message; return False where it may work later, and True also where it never will."""
    try:
        await surface.delete(message)
    except SurfaceFailed as error:
        log.info("message.not_deleted", message=message.id, reason=str(error))
        return not error.is_temporary
    return True
