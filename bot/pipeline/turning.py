"""Shows the picture that another was changed from, or a change of it, in the other's message. Nothing is drawn for it."""

import structlog

from bot.domain.jobs import Job
from bot.errors import BadInput, NotAllowed, NotYours, SurfaceFailed
from bot.pipeline.picture_copies import PictureCopies
from bot.pipeline.studio import Studio
from bot.ports.jobs import Jobs
from bot.ports.removals import SentMessages
from bot.ports.surfaces import Call
from bot.services.gallery import Gallery
from bot.services.lineage import Lineage
from bot.services.picture_bases import is_same_room, may_see

log = structlog.get_logger(__name__)

_FIRST = "That is the first one: it was not changed from another picture here. Nothing was changed."
_LAST = "Nothing came of that one yet; Edit changes it. Nothing was changed."
_FOREIGN = "The picture before it is somebody else's and from another place, so it is not shown here. Nothing was changed."
_GONE = "The picture before it was deleted or taken down. Nothing was changed."


class Turning:
    """Turns messages. Somebody who may not change a message is shown the other picture in private."""

    def __init__(
        self,
        *,
        studio: Studio,
        lineage: Lineage,
        gallery: Gallery,
        jobs: Jobs,
        sent_messages: SentMessages,
        copies: PictureCopies,
    ) -> None:
        self._studio = studio
        self._lineage = lineage
        self._gallery = gallery
        self._jobs = jobs
        self._sent_messages = sent_messages
        self._copies = copies

    async def back(self, job: Job, call: Call, holder: Job | None = None) -> None:
        """Show what a job's pictures were changed from; `holder` is the job whose message shows them, if not the pressed one.

        Raises:
            BadInput: There is no such picture, or none any more.
            NotAllowed: It is not for the caller to see.
        """
        origin = await self._lineage.origin(job)
        if origin is None:
            raise BadInput(_FIRST)
        account = await self._studio.account(call.person)
        if not may_see(origin.job, account.id, call.place):
            raise NotAllowed(_FOREIGN)
        if not await self._gallery.visible(origin.job.id):
            raise BadInput(_GONE)
        await self._show(origin.job, call, holder or await self.find_pressed(call))

    async def forward(self, job: Job, call: Call) -> None:
        """Show the latest change of a job's pictures.

        Raises:
            BadInput: There is none that the caller may see.
        """
        account = await self._studio.account(call.person)
        changed = await self._lineage.newest_change(job, account.id, call.place)
        if changed is None:
            raise BadInput(_LAST)
        await self._show(changed, call, await self.find_pressed(call))

    async def find_pressed(self, call: Call) -> Job | None:
        """Return the job whose own message was pressed; what is shown anywhere else stays as it is."""
        pressed = call.message
        if pressed is None:
            return None
        return await self._jobs.by_message(pressed.place.platform, pressed.place.channel, pressed.id)

    async def _show(self, job: Job, call: Call, holder: Job | None) -> None:
        if holder is not None and await self._turn(job, call, holder):
            return
        message = await call.whisper(await self._copies.post_privately(job))
        if message is not None:
            await self._sent_messages.add(job.id, message)

    async def _turn(self, job: Job, call: Call, holder: Job) -> bool:
        """Show the job in the holder's message, if the caller may change that and everybody there may see the picture."""
        message = holder.message
        if message is None or not is_same_room(job.place, message.place) or not await self._may_turn(holder, call):
            return False
        try:
            await self._copies.turn(job, message, holder)
        except SurfaceFailed as error:
            log.info("message.not_turned", job=job.id, reason=str(error))
            return False
        return True

    async def _may_turn(self, holder: Job, call: Call) -> bool:
        try:
            await self._studio.find_own(holder.id, call)
        except NotYours:
            return False
        return True
