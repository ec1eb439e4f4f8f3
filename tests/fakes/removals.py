"""Pictures that were taken out of sight, over the table of jobs in memory; and those that may not come back."""

from dataclasses import replace
from datetime import datetime

from bot.domain.chat import MessageRef
from bot.domain.jobs import JobId
from bot.domain.people import AccountId, Platform
from bot.domain.pictures import PictureId, PictureState
from bot.domain.removals import BlockedPicture, Removal, RemovalOrder, RemovalState, RemovalStep, StepState
from tests.fakes.jobs import Kept, MemoryJobs
from tests.fakes.scripted_failures import ScriptedFailures


class MemoryBlockedPictures:
    """Keeps them by the hash of their bytes."""

    def __init__(self) -> None:
        self.by_hash: dict[str, BlockedPicture] = {}
        self.failures = ScriptedFailures()

    async def add(self, blocked: BlockedPicture) -> bool:
        """Add it unless it is there."""
        known = self.by_hash.get(blocked.sha256)
        if known is None:
            self.by_hash[blocked.sha256] = blocked
        elif known.fingerprint is None:
            self.by_hash[blocked.sha256] = replace(known, fingerprint=blocked.fingerprint)
        return known is None

    async def is_blocked(self, sha256: str) -> bool:
        """Look for it."""
        self.failures.raise_next("is_blocked")
        return sha256 in self.by_hash

    async def fingerprints(self) -> tuple[str, ...]:
        """List them."""
        return tuple(one.fingerprint for one in self.by_hash.values() if one.fingerprint is not None)

    def allow(self, picture: PictureId) -> None:
        """Forget what was blocked with a picture."""
        self.by_hash = {name: one for name, one in self.by_hash.items() if one.picture != picture}


class MemoryPictureRemovals:
    """Keeps decisions beside the pictures of `MemoryJobs`."""

    def __init__(self, jobs: MemoryJobs, blocked: MemoryBlockedPictures) -> None:
        self._jobs = jobs
        self._blocked = blocked
        self.failures = ScriptedFailures()
        self._due: dict[PictureId, datetime | None] = {}
        self._steps: dict[PictureId, dict[str, RemovalStep]] = {}
        self._deleted: set[PictureId] = set()

    async def hide(self, picture: PictureId, order: RemovalOrder) -> bool:
        """Hide what is visible."""
        kept = self._jobs.kept.get(picture)
        if kept is None or kept.picture.state is not PictureState.VISIBLE:
            return False
        self._decide(kept, RemovalState.HIDDEN, order, PictureState.HIDDEN, None)
        return True

    async def remove(self, picture: PictureId, order: RemovalOrder, *, erase_at: datetime) -> bool:
        """Hide it, or begin its removal."""
        kept, before = self._jobs.kept.get(picture), self._jobs.removals.get(picture)
        if kept is None:
            return False
        is_there = kept.picture.state in {PictureState.VISIBLE, PictureState.HIDDEN}
        is_earlier = is_there and kept.remove_at is not None and kept.remove_at > erase_at
        if before is not None and before.state is RemovalState.REMOVED and not is_earlier:
            return False
        is_over = erase_at <= self._jobs.clock.now()
        state = PictureState.REMOVING if is_over else PictureState.HIDDEN
        is_deleted = kept.remove_at is not None and (before is None or not before.is_active)
        if is_there:
            self._decide(kept, RemovalState.REMOVED, order, state, kept.remove_at if is_deleted else erase_at)
            self._deleted = self._deleted | {picture} if is_deleted else self._deleted - {picture}
        else:
            self._decide(kept, RemovalState.REMOVED, order, kept.picture.state, kept.remove_at)
        if not order.reason.is_the_authors:
            file = kept.picture.file
            await self._blocked.add(
                BlockedPicture(
                    sha256=file.sha256, fingerprint=file.fingerprint, reason=order.reason, by=order.by, picture=picture
                )
            )
        return True

    async def restore(self, picture: PictureId, order: RemovalOrder, *, revision: int | None = None) -> bool:
        """Show what is hidden by a decision."""
        kept, before = self._jobs.kept.get(picture), self._jobs.removals.get(picture)
        if before is not None and revision not in {None, before.revision}:
            return False
        if kept is None or kept.picture.state is not PictureState.HIDDEN or before is None or not before.is_active:
            return False
        self._blocked.allow(picture)
        is_deleted = before.state is RemovalState.REMOVED and picture in self._deleted
        state, remove_at = (PictureState.HIDDEN, kept.remove_at) if is_deleted else (PictureState.VISIBLE, None)
        self._decide(kept, RemovalState.RESTORED, order, state, remove_at)
        return True

    def _decide(
        self, kept: Kept, state: RemovalState, order: RemovalOrder, becomes: PictureState, remove_at: datetime | None
    ) -> None:
        picture, now = kept.picture.id, self._jobs.clock.now()
        before = self._jobs.removals.get(picture)
        self._jobs.removals[picture] = Removal(
            picture=picture,
            job=JobId(kept.picture.job),
            state=state,
            order=order,
            decided_at=now,
            revision=1 if before is None else before.revision + 1,
        )
        kept.picture = replace(kept.picture, state=becomes)
        kept.remove_at = remove_at
        self._due[picture] = now
        self._steps[picture] = {}

    async def get(self, picture: PictureId) -> Removal | None:
        """Look it up."""
        return self._jobs.removals.get(picture)

    async def of_job(self, job: JobId) -> tuple[Removal, ...]:
        """List a job's."""
        found = [removal for removal in self._jobs.removals.values() if removal.job == job]
        return tuple(sorted(found, key=lambda removal: self._jobs.kept[removal.picture].picture.position))

    async def of_account(self, account: AccountId, most: int) -> tuple[Removal, ...]:
        """List an account's."""
        found = [one for one in self._jobs.removals.values() if one.is_active and self._jobs.kept[one.picture].account == account]
        found.sort(key=lambda one: one.picture)
        return tuple(sorted(found, key=lambda one: one.decided_at, reverse=True)[:most])

    async def due(self, *, most: int) -> tuple[Removal, ...]:
        """List what waits for somebody."""
        self.failures.raise_next("due")
        found = sorted((at, picture) for picture, at in self._due.items() if at is not None and at <= self._jobs.clock.now())
        return tuple(self._jobs.removals[picture] for _, picture in found[:most])

    async def claim(self, removal: Removal, until: datetime) -> bool:
        """Put off what is due."""
        self.failures.raise_next("claim")
        at = self._due[removal.picture]
        if not self._is_current(removal) or at is None or at > self._jobs.clock.now():
            return False
        self._due[removal.picture] = until
        return True

    async def postpone(self, removal: Removal, until: datetime | None) -> None:
        """Note the time."""
        self.failures.raise_next("postpone")
        if self._is_current(removal):
            self._due[removal.picture] = until

    async def note_step(self, removal: Removal, step: RemovalStep) -> None:
        """Note it."""
        if self._is_current(removal):
            self._steps[removal.picture][step.place] = step

    async def steps(self, picture: PictureId) -> tuple[RemovalStep, ...]:
        """List them."""
        self.failures.raise_next("steps")
        steps = self._steps.get(picture, {})
        return tuple(steps[place] for place in sorted(steps))

    async def list_unfinished(self, *, most: int, after: PictureId | None = None) -> tuple[RemovalStep, ...]:
        """List those that did not go well."""
        left = {
            picture: [one for one in steps.values() if one.state is not StepState.DONE]
            for picture, steps in self._steps.items()
            if after is None or picture > after
        }
        some = sorted(picture for picture, steps in left.items() if steps)[:most]
        return tuple(step for picture in some for step in sorted(left[picture], key=lambda one: one.place))

    def _is_current(self, removal: Removal) -> bool:
        return self._jobs.removals[removal.picture].revision == removal.revision


class MemorySentMessages:
    """Keeps messages beside the jobs of `MemoryJobs`."""

    def __init__(self, jobs: MemoryJobs) -> None:
        self._jobs = jobs

    async def add(self, job: JobId, message: MessageRef) -> None:
        """Note it once."""
        self._jobs.failures.raise_next("note_sent")
        self._jobs.note_sent(job, message)

    async def of_job(self, job: JobId) -> tuple[MessageRef, ...]:
        """List a job's."""
        return tuple(self._jobs.sent_messages.get(job, ()))

    async def jobs_shown(self, platform: Platform, channel: str, message: str) -> tuple[JobId, ...]:
        """Look for the message."""
        wanted = (platform, channel, message)
        sent = self._jobs.sent_messages.items()
        return tuple(job for job, refs in sent if any((ref.place.platform, ref.place.channel, ref.id) == wanted for ref in refs))

    async def turn(self, job: JobId, message: MessageRef) -> None:
        """Note it."""
        self._jobs.note_sent(job, message)
        self._jobs.turned[message.place.platform, message.place.channel, message.id] = job

    async def turn_back(self, message: MessageRef) -> None:
        """Forget it."""
        self._jobs.turned.pop((message.place.platform, message.place.channel, message.id), None)

    async def find_turned_to(self, platform: Platform, channel: str, message: str) -> JobId | None:
        """Look it up."""
        return self._jobs.turned.get((platform, channel, message))
