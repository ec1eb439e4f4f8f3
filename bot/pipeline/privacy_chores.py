"""Carries on, in the process that leads, what people asked for about their data: exports, and being forgotten."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.domain.chat import Attachment, Post
from bot.domain.people import Identity, Platform
from bot.domain.privacy import PrivacyKind, PrivacyRequest, PrivacyState
from bot.errors import EaselError, SurfaceFailed
from bot.pipeline import privacy_posts
from bot.pipeline.forgetting import GIVE_UP_AFTER, Forgetting
from bot.pipeline.retries import retry_delivery
from bot.ports.clock import Clock
from bot.ports.leader_lock import LeaderLock
from bot.ports.privacy import PrivacyRequests
from bot.ports.surfaces import Surface
from bot.services.export_links import ExportLinks
from bot.services.exports import Exports

log = structlog.get_logger(__name__)

MOST_SENT_BYTES = 8 * 1024 * 1024
"""What every platform takes as a file; a larger export is given by a link."""

_EVERY = timedelta(seconds=5)


class PrivacyChores:
    """Looks for requests every few seconds. Exports do not wait for those who are forgotten, nor they for exports."""

    def __init__(
        self,
        *,
        requests: PrivacyRequests,
        exports: Exports,
        links: ExportLinks,
        forgetting: Forgetting,
        surfaces: Mapping[Platform, Surface],
        clock: Clock,
        most_sent_bytes: int = MOST_SENT_BYTES,
    ) -> None:
        self._requests = requests
        self._exports = exports
        self._links = links
        self._forgetting = forgetting
        self._surfaces = surfaces
        self._clock = clock
        self._most_sent_bytes = most_sent_bytes

    async def run(self, leader: LeaderLock, *, every: timedelta = _EVERY) -> None:
        """Carry requests on until cancelled, while this process leads; a failure is logged, and tried again."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._repeat(leader, self.sweep_exports, every))
            group.create_task(self._repeat(leader, self.sweep_forgetting, every))

    async def _repeat(self, leader: LeaderLock, sweep: Callable[[], Awaitable[None]], every: timedelta) -> None:
        while True:
            try:
                if await leader.lead():
                    await sweep()
            except EaselError as error:
                log.warning("privacy.not_swept", reason=str(error))
            except Exception:
                log.exception("privacy.broke")
            await asyncio.sleep(every.total_seconds())

    async def sweep_exports(self) -> None:
        """Make and hand over the exports that were asked for, and remove those that have expired."""
        for expired in await self._requests.due(self._clock.now()):
            await self._exports.expire(expired)
        for request in await self._requests.list_unfinished(PrivacyKind.EXPORT):
            made = await self._exports.make(request) if request.state is PrivacyState.OPEN else request
            if made.state is PrivacyState.DONE:
                await self._tell(made, self._hand_over)
            else:
                await self._requests.save(self._close(made))

    async def sweep_forgetting(self) -> None:
        """Forget everybody who asked for it, as far as that goes now, and notify those who are forgotten."""
        for request in await self._requests.list_unfinished(PrivacyKind.FORGET):
            now = await self._forgetting.carry_on(request) if request.state is PrivacyState.OPEN else request
            if now.state is not PrivacyState.OPEN:
                await self._tell(now, self._report)

    async def _hand_over(self, export: PrivacyRequest) -> Post:
        if export.size_bytes > self._most_sent_bytes:
            return privacy_posts.export_ready(export, link=await self._links.make(export))
        content = b"".join([part async for part in self._exports.read(export)])
        name = f"easel-data-{export.requested_at:%Y-%m-%d}.zip"
        return privacy_posts.export_ready(export, attachment=Attachment(name, "application/zip", content))

    async def _report(self, request: PrivacyRequest) -> Post:
        return privacy_posts.build_forgotten_post(request)

    async def _tell(self, request: PrivacyRequest, build: Callable[[PrivacyRequest], Awaitable[Post]]) -> None:
        """Send a direct message, for a day at most; after that, or where there are none, the command says it."""
        is_late = self._clock.now() - (request.finished_at or request.requested_at) >= GIVE_UP_AFTER
        try:
            if request.identity is not None and not is_late:
                await self._send(request.identity, await build(request), key=f"privacy:{request.id}")
        except SurfaceFailed as error:
            log.info("privacy.unnotified", request=request.id, reason=str(error))
            if error.is_temporary:
                return
        await self._requests.save(self._close(request))

    def _close(self, request: PrivacyRequest) -> PrivacyRequest:
        """Return the request as finished, naming nobody any more."""
        return replace(request, notified_at=self._clock.now(), identity=None)

    async def _send(self, person: Identity, post: Post, *, key: str) -> None:
        surface = self._surfaces.get(person.platform)
        if surface is None:
            raise SurfaceFailed(person.platform, "not served by this process")
        place = await retry_delivery(lambda: surface.direct(person))
        await retry_delivery(lambda: surface.post(place, post, key=key))
