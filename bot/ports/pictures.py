"""The record of kept pictures."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.chat import Place
from bot.domain.jobs import JobId
from bot.domain.people import AccountId, CommunityId
from bot.domain.pictures import Picture, PictureId

MOST_COMPARED = 10_000


class Pictures(Protocol):
    """Finds pictures, and decides who may still see them. All methods may raise `StorageFailed`.

    Where that changes, or a picture is gone, cases that are open about it are to be shown anew.
    """

    async def get(self, picture: PictureId) -> Picture | None:
        """Return the picture, whatever its state."""
        ...

    async def of_job(self, job: JobId) -> tuple[Picture, ...]:
        """Return a job's pictures by position, whatever their state."""
        ...

    async def find_owned(self, account: AccountId, pictures: Sequence[PictureId]) -> tuple[Picture, ...]:
        """Return those of the pictures that are an account's, whatever their state, in no order."""
        ...

    async def latest(self, account: AccountId, most: int) -> tuple[Picture, ...]:
        """Return an account's newest visible pictures, newest first."""
        ...

    async def page(self, *, most: int, after: PictureId | None = None, account: AccountId | None = None) -> tuple[Picture, ...]:
        """Return up to `most` pictures in the order of their ids, whatever their state: those after `after`, or of an account."""
        ...

    async def of_account(self, account: AccountId, most: int, before: PictureId | None = None) -> tuple[Picture, ...]:
        """Return visible pictures of an account, newest first: those that come after `before` in that order."""
        ...

    async def alike(self, picture: Picture, community: CommunityId, *, most: int, at: Place | None = None) -> tuple[Picture, ...]:
        """Return other visible pictures of the community that look like this one, newest first.

        Those of the server or workspace of `at` where it is given. Only the newest `MOST_COMPARED` are looked at.
        """
        ...

    async def star(self, pictures: Sequence[PictureId], at: datetime | None) -> None:
        """Make pictures favourites of their owner, since then; None makes them none."""
        ...

    async def hide(self, job: JobId, remove_at: datetime) -> None:
        """Take a job's visible pictures out of sight; they may be removed for good from `remove_at` on."""
        ...

    async def show(self, job: JobId) -> bool:
        """Undo `hide`; False when nothing was hidden any more. What `PictureRemovals` hid stays hidden."""
        ...

    async def hide_several(self, pictures: Sequence[PictureId], remove_at: datetime) -> None:
        """Hide some pictures as `hide` does those of a job; others of their jobs stay as they are."""
        ...

    async def show_several(self, pictures: Sequence[PictureId]) -> None:
        """Undo `hide_several` for those that are still hidden. What `PictureRemovals` hid stays hidden."""
        ...

    async def hide_older(self, community: CommunityId, before: datetime, *, remove_at: datetime, most: int) -> int:
        """Hide up to `most` visible pictures that the community's jobs kept before then, oldest first; return how many.

        They may be removed for good from `remove_at` on.
        """
        ...

    async def due(self, now: datetime, *, most: int, skip: int = 0) -> tuple[Picture, ...]:
        """Return a page of the hidden pictures whose time has come, and of those whose removal has begun.

        The longest overdue come first; the first `skip` of them are left out.
        """
        ...

    async def is_key_needed(self, key: str) -> bool:
        """Whether a picture that may still be seen has its bytes under `key`."""
        ...

    async def begin_removal(self, picture: PictureId) -> bool:
        """Make a hidden picture `REMOVING`, before its bytes go; False when it is neither that nor hidden."""
        ...

    async def remove(self, picture: PictureId) -> None:
        """Make a `REMOVING` picture `REMOVED`, once its bytes are gone."""
        ...
