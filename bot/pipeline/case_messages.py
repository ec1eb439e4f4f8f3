"""Shows cases in their communities' review channels, and each change of them in the same message."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.domain.cases import Case
from bot.domain.chat import MessageRef, Place, Post
from bot.domain.people import Platform
from bot.errors import EaselError, MessageGone, StorageFailed
from bot.pipeline.case_posts import case_post, shows_picture, with_picture
from bot.ports.cases import Cases
from bot.ports.leader_lock import LeaderLock
from bot.ports.rate_limiter import Locks
from bot.ports.surfaces import Surface
from bot.services.case_details import CaseDetails, CaseReader
from bot.services.cases import CaseReview
from bot.services.picture_links import PictureLinks
from bot.services.quotas import Quotas

log = structlog.get_logger(__name__)

_PAGE = 20
_PAUSE = timedelta(seconds=2)
"""Between two looks: what happens to a case meanwhile is one change of its message."""

NotifyOwners = Callable[..., Awaitable[bool]]
"""Tells the owners of the house a post, once for each `key`; False where they could not be told now."""

_NAME_ONE = "/settings set here --name review_channel. Until then /cases list shows them."
_NO_CHANNEL = (
    "There are cases for moderators, and nobody has said where to show them. An admin can, in a channel that moderators read: "
    f"{_NAME_ONE}"
)
_CHANNEL_GONE = (
    "Cases for moderators cannot be shown in {channel}: the channel is gone, or this bot may not speak there. "
    f"An admin can name another, in a channel that moderators read: {_NAME_ONE}"
)


class CaseMessages:
    """Keeps the messages of cases as the cases stand. A message that is gone is posted again."""

    def __init__(
        self,
        *,
        cases: Cases,
        review: CaseReview,
        reader: CaseReader,
        quotas: Quotas,
        links: PictureLinks,
        surfaces: Mapping[Platform, Surface],
        locks: Locks,
        notify_owners: NotifyOwners,
    ) -> None:
        self._cases = cases
        self._review = review
        self._reader = reader
        self._quotas = quotas
        self._links = links
        self._surfaces = surfaces
        self._locks = locks
        self._notify_owners = notify_owners

    async def run(self) -> None:
        """Show changes of this process, until cancelled."""
        while True:
            await self._review.changed.wait()
            self._review.changed.clear()
            await self._show_safely()
            await asyncio.sleep(_PAUSE.total_seconds())

    async def sweep(self, leader: LeaderLock, *, every: timedelta) -> None:
        """Enforce what was decided and show what other processes left unshown, until cancelled, while this process leads."""
        while True:
            try:
                if await leader.lead():
                    await self._review.carry_on()
                    await self.show_due()
            except EaselError as error:
                log.warning("cases.not_swept", reason=str(error))
            except Exception:
                log.exception("cases.sweep_broke")
            await asyncio.sleep(every.total_seconds())

    async def show_due(self) -> None:
        """Show every case that has changed since it was shown; what a platform does not accept now is left for the next time."""
        failed, is_last = 0, False
        while not is_last:
            found = await self._cases.to_show(most=_PAGE, skip=failed)
            is_last = len(found) < _PAGE
            for case in found:
                failed += not await self._is_shown(case)

    async def _is_shown(self, case: Case) -> bool:
        """Show a case, and return whether that worked. A boundary: one that cannot be shown keeps no other waiting.

        Raises:
            StorageFailed: The record is away.
        """
        try:
            async with self._locks.lock(f"case:{case.id}"):
                return await self._show(await self._review.find(case.id, None))
        except StorageFailed:
            raise
        except EaselError as error:
            log.warning("case.not_shown", case=case.id, reason=str(error))
            return False
        except Exception:
            log.exception("case.not_shown", case=case.id)
            return False

    async def post_of(self, case: Case) -> Post:
        """Return a case as its message shows it."""
        return self._post(await self._reader.read(case))

    async def _show_safely(self) -> None:
        try:
            await self.show_due()
        except EaselError as error:
            log.warning("cases.not_shown", reason=str(error))
        except Exception:
            log.exception("cases.showing_broke")

    async def _show(self, case: Case) -> bool:
        """Show a case where its community wants it, or tell the owners that it has no place; return False if neither worked."""
        if case.closed_at is not None:
            return await self._show_closed(case)
        channel = (await self._quotas.settings(case.community)).review_channel
        if not channel:
            return await self._tell_owners(case, Post(_NO_CHANNEL), "none")
        message = await self._cases.message(case.id)
        post = await self.post_of(case)
        try:
            message = await self._say(case, _place(channel), message, post)
        except MessageGone as error:
            log.warning("case.no_channel", case=case.id, channel=channel, reason=str(error))
            return await self._tell_owners(case, Post(_CHANNEL_GONE.format(channel=channel)), channel)
        await self._cases.note_shown(case, message)
        return True

    async def _show_closed(self, case: Case) -> bool:
        """Change the message where it stands: nothing more can be done about the case, so nobody needs another one."""
        message = await self._cases.message(case.id)
        surface = None if message is None else self._surfaces.get(message.place.platform)
        if message is not None and surface is not None:
            with suppress(MessageGone):
                await surface.update(message, await self.post_of(case))
        await self._cases.note_shown(case, message)
        return True

    async def _say(self, case: Case, place: Place, message: MessageRef | None, post: Post) -> MessageRef:
        """Change the message, or post one where there is none; without the picture where the store does not give it."""
        surface = self._surfaces.get(place.platform)
        if surface is None:
            raise MessageGone(place.platform, "not served by this process")
        if message is not None and message.place == place:
            with suppress(MessageGone):
                await surface.update(message, post)
                return message
        was = "" if message is None else message.id
        return await surface.post(place, post, key=f"case:{case.id}:{was}")

    def _post(self, details: CaseDetails) -> Post:
        post = case_post(details)
        if details.picture is None or not shows_picture(details):
            return post
        return with_picture(post, self._links.post_picture(details.picture, "The picture that this case is about"))

    async def _tell_owners(self, case: Case, post: Post, why: str) -> bool:
        is_notified = await self._notify_owners(post, key=f"review channel:{case.community}:{why}")
        if is_notified:
            await self._cases.note_shown(case, None)
        return is_notified


def _place(channel: str) -> Place:
    """Return the place that `platform:tenant:channel` names."""
    platform, tenant, name = channel.split(":", 2)
    return Place(Platform(platform), tenant, name)
