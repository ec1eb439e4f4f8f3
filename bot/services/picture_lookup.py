"""Finds the pictures that a link leads to: one of ours, of a share page, of a message that shows them, or of a file there."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.domain.jobs import Job, JobId
from bot.domain.people import Platform
from bot.domain.pictures import Picture, PictureId
from bot.domain.shares import ShareId
from bot.errors import BadInput
from bot.ports.jobs import Jobs
from bot.ports.pictures import Pictures
from bot.ports.removals import SentMessages
from bot.ports.shares import Shares

LONGEST_LINK = 1000

_AROUND = " \t\r\n\"'“”<>"

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MESSAGE = re.compile(r"([a-z]{2,20}):(?![\s/])([^:]{1,80}):([^:/]{1,80})")
_PICTURE = re.compile(r"(?:/p/|easel-ai-)([A-Za-z0-9_-]{1,64})\.(?:png|jpe?g|webp)\b")
_SHARE = re.compile(r"/s/([A-Za-z0-9_-]{1,64})(?![\w/-])")

ParseMessageLink = Callable[[str], tuple[str, str] | None]
"""Reads the channel and the message out of a platform's link."""

_NO_LINKS: Mapping[Platform, ParseMessageLink] = {}


@dataclass(frozen=True, slots=True)
class FoundPictures:
    """A job, and those of its pictures that were meant, whatever their state. `id` finds them again: the job's or a picture's.

    `holder` is the job whose own message shows them, where they were looked for by a message that was turned to them.
    """

    id: str
    job: Job
    pictures: tuple[Picture, ...]
    holder: Job | None = None


def message_name(platform: Platform, channel: str, message: str) -> str:
    """Return what `PictureLookup.find` finds the pictures by that a message shows."""
    return f"{platform}:{channel}:{message}"


class PictureLookup:
    """Looks pictures up by what somebody typed or pressed."""

    def __init__(
        self,
        jobs: Jobs,
        pictures: Pictures,
        sent_messages: SentMessages,
        message_links: Mapping[Platform, ParseMessageLink] = _NO_LINKS,
        *,
        shares: Shares | None = None,
    ) -> None:
        self._jobs = jobs
        self._pictures = pictures
        self._sent_messages = sent_messages
        self._message_links = message_links
        self._shares = shares

    async def find(self, named: str) -> FoundPictures:
        """Return the pictures that a link, or the id of a job or of a picture, stands for.

        Raises:
            BadInput: It is no such link, or nothing is known of what it leads to.
        """
        text = named.strip(_AROUND)
        if message := _MESSAGE.fullmatch(text):
            found = await self._of_message(Platform(message[1]), message[2], message[3])
        else:
            found = await (self._by_id(text) if _ID.fullmatch(text) else self._by_link(text))
        if found is None:
            raise BadInput(
                "I know of no picture there, so nothing was done. Give the link of the picture, "
                "or of the message in which it was first posted."
            )
        return found

    async def job_of_message(self, platform: Platform, channel: str, message: str) -> Job | None:
        """Return the job that a message of ours is for, or whose pictures it shows; None where it shows those of several.

        A message that was turned to another picture stands for that one.
        """
        turned = await self._sent_messages.find_turned_to(platform, channel, message)
        if turned is not None:
            return await self._jobs.get(turned)
        job = await self._jobs.by_message(platform, channel, message)
        if job is not None:
            return job
        shown = await self._sent_messages.jobs_shown(platform, channel, message)
        return await self._jobs.get(shown[0]) if len(shown) == 1 else None

    async def find_shown_job(self, job: Job) -> Job:
        """Return the job whose pictures the message of this one shows now."""
        message = job.message
        if message is None:
            return job
        turned = await self._sent_messages.find_turned_to(message.place.platform, message.place.channel, message.id)
        found = None if turned is None else await self._jobs.get(turned)
        return found or job

    async def job_of_call(self, key: str) -> Job | None:
        """Return the job that a call began."""
        return await self._jobs.by_key(key)

    async def job_of_picture(self, picture: PictureId) -> Job | None:
        """Return the job that a picture was drawn for."""
        found = await self._pictures.get(picture)
        return None if found is None else await self._jobs.get(JobId(found.job))

    async def _by_id(self, id_: str) -> FoundPictures | None:
        job = await self._jobs.get(JobId(id_))
        return await self._of_picture(id_) if job is None else await self._of_job(job)

    async def _by_link(self, link: str) -> FoundPictures | None:
        if picture := _PICTURE.search(link):
            return await self._of_picture(picture[1])
        if (shared := _SHARE.search(link)) and self._shares is not None:
            share = await self._shares.get(ShareId(shared[1]))
            return None if share is None else await self._of_picture(share.picture)
        for platform, parse in self._message_links.items():
            message = parse(link)
            if message is not None:
                return await self._of_message(platform, *message)
        return None

    async def _of_message(self, platform: Platform, channel: str, message: str) -> FoundPictures | None:
        job = await self.job_of_message(platform, channel, message)
        if job is None:
            return None
        return replace(await self._of_job(job), holder=await self._jobs.by_message(platform, channel, message))

    async def _of_picture(self, id_: str) -> FoundPictures | None:
        picture = await self._pictures.get(PictureId(id_))
        job = await self.job_of_picture(PictureId(id_))
        return None if picture is None or job is None else FoundPictures(picture.id, job, (picture,))

    async def _of_job(self, job: Job) -> FoundPictures:
        return FoundPictures(job.id, job, await self._pictures.of_job(job.id))
