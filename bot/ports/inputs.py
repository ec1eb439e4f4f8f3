"""The record of the pictures that people brought to their wishes. `Jobs.accept` writes it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.jobs import JobId
from bot.domain.people import AccountId, CommunityId
from bot.domain.pictures import PictureId


@dataclass(frozen=True, slots=True)
class KeptInput:
    """An input whose bytes are, or may be, in the store; `parent` is the picture of ours that it was."""

    key: str
    job: JobId
    position: int
    parent: PictureId | None = None


class Inputs(Protocol):
    """Finds inputs, and those that are to be removed. All methods may raise `StorageFailed`.

    An input is removed when the words of its job are erased, when the last picture
    of its job is removed, and when the picture is removed that it is a copy of.
    """

    async def of_job(self, job: JobId) -> tuple[KeptInput, ...]:
        """Return the inputs of a job whose bytes are there, by position."""
        ...

    async def of_account(self, account: AccountId, most: int, after: str = "") -> tuple[KeptInput, ...]:
        """Return up to `most` inputs of an account whose bytes are there, by their keys: those after `after`."""
        ...

    async def parents(self, job: JobId) -> tuple[PictureId, ...]:
        """Return the pictures of ours that a job's inputs were, by position; also of inputs that were removed since."""
        ...

    async def find_made_from(self, pictures: Collection[PictureId], *, most: int) -> tuple[JobId, ...]:
        """Return up to `most` jobs that changed one of these pictures and have a visible one themselves, newest first."""
        ...

    async def expire_older(self, community: CommunityId, before: datetime, *, most: int) -> int:
        """Mark up to `most` inputs for removal that the community kept before then; return how many there were."""
        ...

    async def due(self, now: datetime, *, most: int, skip: int = 0) -> tuple[KeptInput, ...]:
        """Return a page of those that are to be removed by now, the longest overdue first; the first `skip` are left out."""
        ...

    async def note_removed(self, key: str, now: datetime) -> None:
        """Note that the bytes of an input are gone."""
        ...
