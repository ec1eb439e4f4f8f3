"""The record of kept pictures, over the table of jobs in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.chat import Place
from bot.domain.fingerprints import is_alike
from bot.domain.jobs import JobId
from bot.domain.people import AccountId, CommunityId
from bot.domain.pictures import Picture, PictureId, PictureState
from tests.fakes.cases import MemoryCases
from tests.fakes.jobs import Kept, MemoryJobs

_GOING = (PictureState.HIDDEN, PictureState.REMOVING)


class MemoryPictures:
    """Finds the pictures that `MemoryJobs.keep` noted."""

    def __init__(self, jobs: MemoryJobs, cases: MemoryCases | None = None) -> None:
        self._jobs = jobs
        self._cases = cases

    async def get(self, picture: PictureId) -> Picture | None:
        """Look it up."""
        kept = self._jobs.kept.get(picture)
        return None if kept is None else kept.picture

    async def of_job(self, job: JobId) -> tuple[Picture, ...]:
        """List a job's."""
        return tuple(kept.picture for kept in self._of(job))

    async def find_owned(self, account: AccountId, pictures: Sequence[PictureId]) -> tuple[Picture, ...]:
        """Look them up."""
        kept = [self._jobs.kept[id_] for id_ in dict.fromkeys(pictures) if id_ in self._jobs.kept]
        return tuple(one.picture for one in kept if one.account == account)

    async def latest(self, account: AccountId, most: int) -> tuple[Picture, ...]:
        """List an account's; of one job the last position comes first."""
        mine = [kept for kept in self._in(PictureState.VISIBLE) if kept.account == account]
        mine.sort(key=lambda kept: (kept.kept_at, kept.picture.job, kept.picture.position), reverse=True)
        return tuple(kept.picture for kept in mine[:most])

    async def page(self, *, most: int, after: PictureId | None = None, account: AccountId | None = None) -> tuple[Picture, ...]:
        """List them by their ids."""
        mine = [kept for kept in self._in(*PictureState) if account in {None, kept.account}]
        pictures = sorted((kept.picture for kept in mine), key=lambda picture: picture.id)
        return tuple(picture for picture in pictures if after is None or picture.id > after)[:most]

    async def of_account(self, account: AccountId, most: int, before: PictureId | None = None) -> tuple[Picture, ...]:
        """List a page of an account's."""
        mine = await self.latest(account, len(self._jobs.kept))
        first = 0 if before is None else [picture.id for picture in mine].index(before) + 1
        return mine[first : first + most]

    async def alike(self, picture: Picture, community: CommunityId, *, most: int, at: Place | None = None) -> tuple[Picture, ...]:
        """Compare all of them."""
        others = [kept for kept in self._in(PictureState.VISIBLE) if self._community_of(kept) == community]
        others.sort(key=lambda kept: kept.picture.id)
        others.sort(key=lambda kept: kept.kept_at, reverse=True)
        return tuple(
            kept.picture
            for kept in others
            if kept.picture.id != picture.id and self._is_at(kept, at) and _looks_like(kept.picture, picture)
        )[:most]

    async def star(self, pictures: Sequence[PictureId], at: datetime | None) -> None:
        """Note since when."""
        for kept in (self._jobs.kept[id_] for id_ in pictures):
            kept.picture = replace(kept.picture, starred_at=at)

    async def hide(self, job: JobId, remove_at: datetime) -> None:
        """Hide what is visible."""
        for kept in self._of(job, PictureState.VISIBLE):
            self._put(kept, PictureState.HIDDEN, remove_at)

    async def show(self, job: JobId) -> bool:
        """Show what is hidden, but for what was hidden by a decision."""
        hidden = [kept for kept in self._of(job, PictureState.HIDDEN) if not self._is_decided(kept)]
        for kept in hidden:
            self._put(kept, PictureState.VISIBLE)
        return bool(hidden)

    async def hide_several(self, pictures: Sequence[PictureId], remove_at: datetime) -> None:
        """Hide what is visible."""
        for kept in self._named(pictures, PictureState.VISIBLE):
            self._put(kept, PictureState.HIDDEN, remove_at)

    async def show_several(self, pictures: Sequence[PictureId]) -> None:
        """Show what is hidden, but for what was hidden by a decision."""
        for kept in self._named(pictures, PictureState.HIDDEN):
            if not self._is_decided(kept):
                self._put(kept, PictureState.VISIBLE)

    async def hide_older(self, community: CommunityId, before: datetime, *, remove_at: datetime, most: int) -> int:
        """Hide the oldest."""
        visible = [kept for kept in self._in(PictureState.VISIBLE) if self._community_of(kept) == community]
        old = sorted((kept for kept in visible if kept.kept_at < before), key=lambda kept: kept.kept_at)[:most]
        for kept in old:
            self._put(kept, PictureState.HIDDEN, remove_at)
        return len(old)

    async def due(self, now: datetime, *, most: int, skip: int = 0) -> tuple[Picture, ...]:
        """List what is hidden for long enough."""
        waiting = [(kept.remove_at, kept.picture.id, kept.picture) for kept in self._in(*_GOING) if kept.remove_at]
        return tuple(picture for remove_at, _, picture in sorted(waiting) if remove_at <= now)[skip : skip + most]

    async def is_key_needed(self, key: str) -> bool:
        """Look for it."""
        return any(kept.picture.file.key == key for kept in self._in(PictureState.VISIBLE, PictureState.HIDDEN))

    async def begin_removal(self, picture: PictureId) -> bool:
        """Move on what is hidden."""
        kept = self._jobs.kept.get(picture)
        if kept is None or kept.picture.state not in _GOING:
            return False
        _put(kept, PictureState.REMOVING, kept.remove_at)
        return True

    async def remove(self, picture: PictureId) -> None:
        """Remove what is on its way."""
        kept = self._jobs.kept.get(picture)
        if kept is not None and kept.picture.state is PictureState.REMOVING:
            self._put(kept, PictureState.REMOVED)

    def _put(self, kept: Kept, state: PictureState, remove_at: datetime | None = None) -> None:
        _put(kept, state, remove_at)
        if self._cases is not None:
            self._cases.show_picture_anew(kept.picture.id)

    def _is_decided(self, kept: Kept) -> bool:
        removal = self._jobs.removals.get(kept.picture.id)
        return removal is not None and removal.is_active

    def _community_of(self, kept: Kept) -> CommunityId:
        return self._jobs.rows[JobId(kept.picture.job)].job.community

    def _is_at(self, kept: Kept, at: Place | None) -> bool:
        return at is None or self._jobs.rows[JobId(kept.picture.job)].job.place.is_at(at.platform, at.tenant)

    def _of(self, job: JobId, *states: PictureState) -> list[Kept]:
        found = [kept for kept in self._in(*states or PictureState) if kept.picture.job == job]
        return sorted(found, key=lambda kept: kept.picture.position)

    def _named(self, pictures: Sequence[PictureId], state: PictureState) -> list[Kept]:
        return [kept for kept in self._in(state) if kept.picture.id in pictures]

    def _in(self, *states: PictureState) -> list[Kept]:
        return [kept for kept in self._jobs.kept.values() if kept.picture.state in states]


def _looks_like(one: Picture, other: Picture) -> bool:
    hashes = (one.file.fingerprint, other.file.fingerprint)
    return None not in hashes and is_alike([hashes[0] or ""], [hashes[1] or ""])


def _put(kept: Kept, state: PictureState, remove_at: datetime | None = None) -> None:
    kept.picture = replace(kept.picture, state=state)
    kept.remove_at = remove_at
