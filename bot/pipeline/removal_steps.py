"""Carries out decisions about pictures, place by place, until nothing is left that can be done."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.domain.chat import MessageRef
from bot.domain.jobs import Job
from bot.domain.pictures import PictureId, PictureState
from bot.domain.removals import BlockedPicture, Removal, RemovalState, RemovalStep, StepState
from bot.errors import EaselError, MessageGone, MessageOutOfReach, ObjectMissing, StorageFailed, SurfaceFailed
from bot.moderation.fingerprint import UNREADABLE, compute_fingerprints
from bot.pipeline.log_context import log_job
from bot.pipeline.picture_copies import PictureCopies
from bot.ports.clock import Clock
from bot.ports.jobs import Jobs
from bot.ports.leader_lock import LeaderLock
from bot.ports.objects import ObjectStore
from bot.ports.pictures import Pictures
from bot.ports.removals import BlockedPictures, PictureRemovals, SentMessages
from bot.services.gallery import Gallery
from bot.services.removal import UNDO, Removals

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=2)
"""How often whoever leads looks for decisions of other processes; what this process decides is carried out at once."""

_LEASE = timedelta(seconds=15)
"""How long no other process begins what one has begun; who dies over it is followed by another after that.

A platform may take longer. Then two do the same, which is one message and one change.
"""

_MOST_AT_ONCE = 20
_PAGE = 100
_LONGEST_PAUSE = timedelta(minutes=10)
_GIVE_UP_AFTER = timedelta(days=1)
"""After so long a platform that takes nothing is left alone, and what stands there is listed for people."""

_SAME_DECISION = timedelta(minutes=1)
"""Pictures of one person that are decided about within that are one message to them."""

Outcome = tuple[StepState, str]
_DONE: Outcome = (StepState.DONE, "")


class RemovalSteps:
    """Carries out what decisions about pictures change: messages, the store, and what the author is told.

    Every step may be repeated by another process after a crash. The result of
    each is recorded, so that only what failed is tried again, and what is
    impossible can be listed.
    """

    def __init__(
        self,
        *,
        removals: Removals,
        removal_records: PictureRemovals,
        blocked: BlockedPictures,
        sent_messages: SentMessages,
        jobs: Jobs,
        pictures: Pictures,
        objects: ObjectStore,
        gallery: Gallery,
        copies: PictureCopies,
        clock: Clock,
    ) -> None:
        self._removals = removals
        self._removal_records = removal_records
        self._blocked = blocked
        self._sent_messages = sent_messages
        self._jobs = jobs
        self._pictures = pictures
        self._objects = objects
        self._gallery = gallery
        self._copies = copies
        self._clock = clock
        self._seats = asyncio.Semaphore(_MOST_AT_ONCE)
        self._under_way: set[PictureId] = set()

    async def run(self, leader: LeaderLock, *, every: timedelta = EVERY) -> None:
        """Carry out decisions of this process at once, and those of others while this process leads, until cancelled.

        Steps that take long keep no other waiting.
        """
        changed = self._removals.changed
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    is_ours = changed.is_set()
                    changed.clear()
                    if await self._removal_records.due(most=1) and (is_ours or await leader.lead()):
                        await self._start_due(group)
                except EaselError as error:
                    log.warning("removals.not_swept", reason=str(error))
                except Exception:
                    log.exception("removals.broke")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(every.total_seconds()):
                        await changed.wait()

    async def sweep(self) -> None:
        """Carry out everything that is due, some of it side by side, and wait for its end.

        Raises:
            StorageFailed: The record is away; the steps so far are recorded.
        """
        while await self._removal_records.due(most=1):
            async with asyncio.TaskGroup() as group:
                await self._start_due(group)

    async def _start_due(self, group: asyncio.TaskGroup) -> None:
        for removal in await self._removal_records.due(most=_PAGE):
            if removal.picture not in self._under_way:
                self._under_way.add(removal.picture)
                group.create_task(self._perform(removal))

    async def _perform(self, removal: Removal) -> None:
        """Carry out what is left of one removal, unless another process does. A boundary: one failure stops no other removal."""
        try:
            async with self._seats:
                # Claimed for a while only, so that another process takes it up after a crash of this one.
                if await self._removal_records.claim(removal, self._clock.now() + _LEASE):
                    await self._perform_claimed(removal)
        except EaselError as error:
            log.warning("removal.left", picture=removal.picture, reason=str(error))
        except Exception:
            log.exception("removal.broke", picture=removal.picture)
        finally:
            self._under_way.discard(removal.picture)

    async def _perform_claimed(self, removal: Removal) -> None:
        job = await self._jobs.get(removal.job)
        if job is None:  # pragma: no cover - a picture's row refers to its job's
            return
        with log_job(job):
            try:
                next_at = await self._do_steps(removal, job)
            except EaselError as error:
                log.warning("removal.postponed", picture=removal.picture, reason=str(error))
                next_at = self._retry_at(removal)
            except Exception:
                log.exception("removal.broke", picture=removal.picture)
                next_at = self._retry_at(removal)
            await self._removal_records.postpone(removal, next_at)

    async def _do_steps(self, removal: Removal, job: Job) -> datetime | None:
        """Do every step that is not done, and return when the rest is to be done; None where nothing is left."""
        settled = {
            step.place for step in await self._removal_records.steps(removal.picture) if step.state is not StepState.FAILED
        }
        has_failed, erase_at = False, None
        if removal.state is RemovalState.REMOVED:
            try:
                erase_at = await self._erase(removal)
            except StorageFailed as error:
                has_failed = True
                step = RemovalStep(picture=removal.picture, place="store", state=StepState.FAILED, detail=str(error))
                await self._removal_records.note_step(removal, step)
        for place, act in await self._steps(removal, job):
            if place not in settled:
                state, detail = await self._attempt(removal, act)
                has_failed = has_failed or state is StepState.FAILED
                log.info("removal.step", picture=removal.picture, place=place.partition(" ")[0], state=state, reason=detail)
                await self._removal_records.note_step(
                    removal, RemovalStep(picture=removal.picture, place=place, state=state, detail=detail)
                )
        return self._retry_at(removal) if has_failed else erase_at

    async def _steps(self, removal: Removal, job: Job) -> list[tuple[str, Callable[[], Awaitable[Outcome]]]]:
        """Return the steps: one for each place that has the picture, and for each person to notify."""
        own = [job.message] if job.message is not None and job.message.is_posted else []
        messages = [*own, *(one for one in await self._sent_messages.of_job(job.id) if one not in own)]
        steps: list[tuple[str, Callable[[], Awaitable[Outcome]]]] = [
            (_place_of(message), lambda message=message: self._change_message(removal, job, message))  # type: ignore[misc]
            for message in messages
        ]
        if removal.order.tells_author:
            steps.append(("author", lambda: self._tell_author(removal, job)))
        return steps

    async def _attempt(self, removal: Removal, act: Callable[[], Awaitable[Outcome]]) -> Outcome:
        try:
            return await act()
        except MessageGone as error:
            return StepState.IMPOSSIBLE, str(error)
        except SurfaceFailed as error:
            is_final = not error.is_temporary or self._clock.now() - removal.decided_at >= _GIVE_UP_AFTER
            return StepState.IMPOSSIBLE if is_final else StepState.FAILED, str(error)

    async def _change_message(self, removal: Removal, job: Job, message: MessageRef) -> Outcome:
        """Have a message show only what may be seen; delete one of somebody who wants to be forgotten."""
        if not job.state.is_final:
            return StepState.FAILED, "its job is not done"  # whoever delivers it might show it after us
        place, deletes = message.place, removal.order.reason.is_the_authors
        jobs_shown = await self._sent_messages.jobs_shown(place.platform, place.channel, message.id)
        try:
            if await self._copies.retract_batch(job, message, deletes=deletes):
                return _DONE
            if len(jobs_shown) > 1:  # a gallery: nobody keeps what else it showed, and whoever wants it asks again
                await self._copies.delete(message)
                return _DONE
            await self._copies.retract(job, message, deletes=deletes)
        except MessageOutOfReach:
            raise
        except MessageGone:
            return StepState.DONE, "it was gone"
        return _DONE

    async def _tell_author(self, removal: Removal, job: Job) -> Outcome:
        """Notify the author, once for all of their pictures that were decided about together."""
        others = (
            await self._removal_records.of_account(job.account, _PAGE)
            if removal.is_active
            else await self._removal_records.of_job(job.id)
        )
        for other in others:
            one, two = removal.order, other.order
            is_same = (other.state, two.reason, two.case) == (removal.state, one.reason, one.case)
            is_earlier = (other.decided_at, other.picture) < (removal.decided_at, removal.picture)
            if is_same and is_earlier and removal.decided_at - other.decided_at < _SAME_DECISION:
                return StepState.DONE, "told with another picture"
        await self._copies.tell_removal(job, removal)
        return _DONE

    async def _erase(self, removal: Removal) -> datetime | None:
        """Delete the bytes and all copies once the decision cannot be undone any more; return when that is, if later.

        Raises:
            StorageFailed: The store is away.
        """
        picture = await self._pictures.get(removal.picture)
        may_go_at = removal.decided_at + UNDO
        if picture is None or picture.state is PictureState.REMOVED:
            return None
        # Hidden at once, deleted only when nobody can undo the decision any more.
        if picture.state is PictureState.HIDDEN and self._clock.now() < may_go_at:
            return may_go_at
        if picture.file.fingerprint is None and not removal.order.reason.is_the_authors:
            await self._complete_block(removal, picture.file.key, picture.file.sha256)
        await self._gallery.erase(picture)
        await self._removal_records.note_step(removal, RemovalStep(picture=picture.id, place="store", state=StepState.DONE))
        return None

    async def _complete_block(self, removal: Removal, key: str, sha256: str) -> None:
        """Compute the fingerprint of a picture that an older version kept without one, where its bytes are still there."""
        try:
            fingerprints = await asyncio.to_thread(compute_fingerprints, await self._objects.get(key))
        except (ObjectMissing, *UNREADABLE):
            return
        order = removal.order
        await self._blocked.add(
            BlockedPicture(
                sha256=sha256,
                fingerprint=fingerprints[0] if fingerprints else None,
                reason=order.reason,
                by=order.by,
                picture=removal.picture,
            )
        )

    def _retry_at(self, removal: Removal) -> datetime:
        """Return when to try again: the longer it is undone, the later."""
        now = self._clock.now()
        return now + min(_LONGEST_PAUSE, max(EVERY, now - removal.decided_at))


def _place_of(message: MessageRef) -> str:
    place = message.place
    return f"message {place.platform} {place.thread or place.channel}/{message.id}"
