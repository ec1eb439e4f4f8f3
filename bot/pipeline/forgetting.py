"""Deletes what is kept of a person, step by step, so that it can be carried on after a crash."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.domain.chat import MessageRef
from bot.domain.jobs import Job, JobState
from bot.domain.people import Platform
from bot.domain.pictures import derived_keys
from bot.domain.privacy import PrivacyKind, PrivacyRequest, PrivacyState
from bot.errors import Conflict, MessageGone, MessageOutOfReach, SurfaceFailed
from bot.pipeline.delivery import PROMISE_LIFETIME
from bot.pipeline.log_context import log_job
from bot.pipeline.studio import Studio
from bot.ports.clock import Clock
from bot.ports.jobs import Jobs
from bot.ports.objects import ObjectStore
from bot.ports.pictures import Pictures
from bot.ports.privacy import PersonalRecords, PrivacyRequests
from bot.ports.removals import SentMessages
from bot.ports.surfaces import Surface
from bot.services.exports import Exports
from bot.services.gallery import Gallery
from bot.services.input_store import InputStore

log = structlog.get_logger(__name__)

GIVE_UP_AFTER = timedelta(days=1)
"""How long a platform is asked to delete a message; then the rest is forgotten, and what is left is told."""

_PAGE = 100


class Forgetting:
    """Forgets people. Every step may be done again; what cannot be done now is done the next time.

    A job is forgotten only `settled_after` its end: by then its worker has
    heard of the end, and has shown it.
    """

    def __init__(
        self,
        *,
        requests: PrivacyRequests,
        records: PersonalRecords,
        jobs: Jobs,
        studio: Studio,
        gallery: Gallery,
        pictures: Pictures,
        inputs: InputStore,
        objects: ObjectStore,
        sent: SentMessages,
        exports: Exports,
        surfaces: Mapping[Platform, Surface],
        clock: Clock,
        settled_after: timedelta,
    ) -> None:
        self._requests = requests
        self._records = records
        self._jobs = jobs
        self._studio = studio
        self._gallery = gallery
        self._pictures = pictures
        self._inputs = inputs
        self._objects = objects
        self._sent = sent
        self._exports = exports
        self._surfaces = surfaces
        self._clock = clock
        self._settled_after = settled_after

    async def carry_on(self, request: PrivacyRequest) -> PrivacyRequest:
        """Delete as much as can be deleted now, and return the request as it stands.

        Raises:
            StorageFailed: The records or the store are away; what was done stays done.
        """
        await self._remove_exports(request)
        is_waiting, after = False, None
        while True:
            found = await self._records.jobs_to_forget(request.account, request.requested_at, most=_PAGE, after=after)
            for job in found:
                with log_job(job):
                    request, is_forgotten = await self._forget_job(job, request)
                is_waiting = is_waiting or not is_forgotten
            await self._requests.save(request)
            if len(found) < _PAGE:
                break
            after = found[-1]
        # The identities go last: some rows are found by them, also by the next try.
        if is_waiting or not await self._delete_page_messages(request):
            return request
        now = self._clock.now()
        done = replace(request, state=PrivacyState.DONE, finished_at=now)
        await self._records.forget_rest(done, now)
        log.info("person.forgotten", account=request.account, **request.counts)
        return done

    async def _forget_job(self, job: Job, request: PrivacyRequest) -> tuple[PrivacyRequest, bool]:
        """Forget a job; return the request with the counts of what was removed, and False where the rest has to wait."""
        if not job.state.is_final:
            await self._cancel(job)
            return request, False
        request = replace(request, counts=request.counting(pictures=await self._gallery.remove_now(job.id)))
        # Its worker may still post about it, and nobody would know that message after the job is forgotten.
        if not self._is_settled(job):
            return request, False
        is_late = self._clock.now() - request.requested_at >= GIVE_UP_AFTER
        deleted = left = 0
        for message in await self._messages(job):
            was_deleted = await self._delete_message(message)
            if was_deleted is None and not is_late:
                return request, False
            deleted, left = deleted + bool(was_deleted), left + (not was_deleted)
        await self._delete_files(job)
        is_forgotten = await self._records.forget_job(job.id, self._clock.now())
        return replace(request, counts=request.counting(prompts=1, messages=deleted, left=left)), is_forgotten

    def _is_settled(self, job: Job) -> bool:
        """Whether no process shows anything about the job any more; a first message may come late."""
        now = self._clock.now()
        if job.message is not None and job.message.is_promised and now - job.created_at < PROMISE_LIFETIME:
            return False
        return now - (job.finished_at or job.created_at) >= self._settled_after

    async def _cancel(self, job: Job) -> None:
        """End a job that waits or runs; one whose pictures are kept is delivered first, and forgotten then."""
        if job.state in {JobState.QUEUED, JobState.RUNNING}:
            try:
                await self._studio.cancel(job)
            except Conflict:
                log.debug("job.ended_meanwhile")

    async def _messages(self, job: Job) -> tuple[MessageRef, ...]:
        """Return the job's messages; one that was promised is looked for."""
        sent = await self._sent.of_job(job.id)
        if job.message is None:
            return sent
        message: MessageRef | None = job.message
        surface = self._surfaces.get(job.place.platform)
        if not job.message.is_posted and surface is not None:
            try:
                message = await surface.find(job.message)
            except SurfaceFailed as error:
                log.info("message.not_found", reason=str(error))
                message = None
        return sent if message is None else (message, *(one for one in sent if one.id != message.id))

    async def _delete_message(self, message: MessageRef) -> bool | None:
        """Return True for a message that is gone, False where its platform never deletes it, None where it may later."""
        surface = self._surfaces.get(message.place.platform)
        if surface is None:
            return None
        try:
            await surface.delete(message)
        except MessageOutOfReach:
            return False
        except MessageGone:
            return True
        except SurfaceFailed as error:
            log.info("message.not_deleted", reason=str(error))
            return None if error.is_temporary else False
        return True

    async def _delete_files(self, job: Job) -> None:
        """Delete the inputs, and pictures that were drawn and not kept, if any of them reached the store."""
        await self._inputs.remove_now(job.id)
        for drawing in await self._jobs.drawings(job.id):
            for file in drawing.files:
                if not await self._pictures.is_key_needed(file.key):
                    for key in (*derived_keys(file.key), file.key):
                        await self._objects.delete(key)

    async def _delete_page_messages(self, request: PrivacyRequest) -> bool:
        """Delete the person's other messages on the page; return False where something has to wait."""
        while found := await self._records.page_messages(request.account, most=_PAGE):
            for message in found:
                if not await self._delete_message(message):
                    return False
        return True

    async def _remove_exports(self, request: PrivacyRequest) -> None:
        """Remove the person's export, whatever its state."""
        export = await self._requests.latest(request.account, PrivacyKind.EXPORT)
        if export is not None and export.state is not PrivacyState.EXPIRED:
            await self._exports.expire(export)
