"""All that somebody has asked for, in memory."""

import re
from collections.abc import Callable

from bot.domain.jobs import Job, JobId, JobState
from bot.domain.people import AccountId
from bot.domain.picture_search import search_words
from bot.domain.pictures import PictureState
from bot.domain.wish_history import PastWish, WishQuery, WishStatus
from tests.fakes.jobs import MemoryJobs, Row

_IS_MEANT: dict[WishStatus, Callable[[Job], bool]] = {
    WishStatus.ALL: lambda job: True,
    WishStatus.WAITING: lambda job: not job.state.is_final,
    WishStatus.FAILED: lambda job: job.state in {JobState.REFUSED, JobState.FAILED, JobState.CANCELLED},
}


class MemoryWishHistory:
    """Looks at every job."""

    def __init__(self, jobs: MemoryJobs) -> None:
        self._jobs = jobs

    async def find(self, account: AccountId, query: WishQuery, *, most: int, before: JobId | None = None) -> tuple[PastWish, ...]:
        """Look through an account's."""
        last = self._jobs.rows.get(before) if before is not None else None
        if before is not None and last is None:
            return ()
        mine = [
            row for row in self._jobs.rows.values() if row.job.account == account and (last is None or row.order < last.order)
        ]
        meant = [row for row in mine if _is_meant(row.job, query)]
        newest = sorted(meant, key=lambda row: row.order, reverse=True)[:most]
        return tuple([await self._wish_of(row) for row in newest])

    async def _wish_of(self, row: Row) -> PastWish:
        kept = [one.picture for one in self._jobs.kept.values() if one.picture.job == row.job.id]
        return PastWish(
            job=row.job,
            counted=row.held if row.is_held else row.spent,
            cost=await self._jobs.cost(row.job.id),
            visible=sum(picture.state is PictureState.VISIBLE for picture in kept),
        )


def _is_meant(job: Job, query: WishQuery) -> bool:
    has = search_words(job.wish.prompt)
    is_new = query.since is None or job.created_at >= query.since
    return (
        is_new
        and _IS_MEANT[query.status](job)
        and all(any(re.match(re.escape(word), one) for one in has) for word in query.words)
    )
