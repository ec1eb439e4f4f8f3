"""The record of pictures that moderators took out of sight, and of those that may not come back."""

from datetime import datetime
from typing import Protocol

from bot.domain.chat import MessageRef
from bot.domain.jobs import JobId
from bot.domain.people import AccountId, Platform
from bot.domain.pictures import PictureId
from bot.domain.removals import BlockedPicture, Removal, RemovalOrder, RemovalStep


class PictureRemovals(Protocol):
    """Takes pictures out of sight and says what is left to do. May raise `StorageFailed`, and then nothing has changed.

    `hide`, `remove` and `restore` are decisions: each is one transaction, after
    which links are dead or work again, and gives False where it changes
    nothing. Everything that follows from a decision is due at once, and the
    steps of earlier ones are forgotten.
    """

    async def hide(self, picture: PictureId, order: RemovalOrder) -> bool:
        """Hide a visible picture until it is removed or restored; its author cannot restore it."""
        ...

    async def remove(self, picture: PictureId, order: RemovalOrder, *, erase_at: datetime) -> bool:
        """Take a picture out of sight for good, its bytes from `erase_at` on, and block it unless the author wants it.

        One that is to be removed already is changed only where it is to be erased earlier; one
        whose bytes are gone, because its author deleted it, is blocked and counts as removed.
        """
        ...

    async def restore(self, picture: PictureId, order: RemovalOrder, *, revision: int | None = None) -> bool:
        """Show a picture again that was hidden or removed, and allow it to come back; False too when its bytes are gone.

        With a `revision`, only where nothing has been decided about it since that one.
        """
        ...

    async def get(self, picture: PictureId) -> Removal | None:
        """Return what was decided last about a picture."""
        ...

    async def of_job(self, job: JobId) -> tuple[Removal, ...]:
        """Return what was decided about a job's pictures, by position."""
        ...

    async def of_account(self, account: AccountId, most: int) -> tuple[Removal, ...]:
        """Return the newest decisions about an account's pictures that hold, newest first."""
        ...

    async def due(self, *, most: int) -> tuple[Removal, ...]:
        """Return removals of which something is to be done now, the longest overdue first."""
        ...

    async def claim(self, removal: Removal, until: datetime) -> bool:
        """Keep other processes from a removal that is due until then; False when one has it, or there was a new decision."""
        ...

    async def postpone(self, removal: Removal, until: datetime | None) -> None:
        """Set when the removal is due next, None for never; one with a newer decision stays as it is."""
        ...

    async def note_step(self, removal: Removal, step: RemovalStep) -> None:
        """Record how a step went, over the earlier record; one of an older decision changes nothing."""
        ...

    async def steps(self, picture: PictureId) -> tuple[RemovalStep, ...]:
        """Return how the steps of the last decision about a picture went, by place."""
        ...

    async def list_unfinished(self, *, most: int, after: PictureId | None = None) -> tuple[RemovalStep, ...]:
        """Return steps that failed or are impossible, for up to `most` pictures with an id after `after`, in its order."""
        ...


class BlockedPictures(Protocol):
    """Keeps the pictures that may not come back. May raise `StorageFailed`."""

    async def add(self, blocked: BlockedPicture) -> bool:
        """Block a picture; False when its bytes are blocked already, where a missing fingerprint is filled in."""
        ...

    async def is_blocked(self, sha256: str) -> bool:
        """Whether exactly these bytes are blocked."""
        ...

    async def fingerprints(self) -> tuple[str, ...]:
        """Return the perceptual hashes of all blocked pictures that have one."""
        ...


class SentMessages(Protocol):
    """Keeps the messages of ours that show a job's pictures beside the job's own message. May raise `StorageFailed`."""

    async def add(self, job: JobId, message: MessageRef) -> None:
        """Write a message down; the same one again changes nothing."""
        ...

    async def of_job(self, job: JobId) -> tuple[MessageRef, ...]:
        """Return a job's messages in the order of their writing down."""
        ...

    async def jobs_shown(self, platform: Platform, channel: str, message: str) -> tuple[JobId, ...]:
        """Return the jobs whose pictures a message shows, by the platform's ids."""
        ...

    async def turn(self, job: JobId, message: MessageRef) -> None:
        """Note that a message, which may be another job's own, shows this job's pictures in the place of all others."""
        ...

    async def turn_back(self, message: MessageRef) -> None:
        """Note that a message shows again what it is for; `find_turned_to` returns None then."""
        ...

    async def find_turned_to(self, platform: Platform, channel: str, message: str) -> JobId | None:
        """Return the job whose pictures a message was turned to last; None where it shows what it is for."""
        ...
