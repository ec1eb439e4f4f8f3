"""Finding pictures by their words, in memory."""

import re
from datetime import datetime

from bot.domain.jobs import JobId
from bot.domain.people import AccountId
from bot.domain.picture_search import PictureQuery, search_words
from bot.domain.pictures import Picture, PictureId
from tests.fakes.collections import MemoryCollections
from tests.fakes.jobs import Kept, MemoryJobs
from tests.fakes.pictures import MemoryPictures


class MemoryPictureSearch:
    """Looks at every word of every wish."""

    def __init__(self, jobs: MemoryJobs, collections: MemoryCollections | None = None) -> None:
        self._jobs = jobs
        self._collections = collections or MemoryCollections(jobs)
        self._pictures = MemoryPictures(jobs)

    async def find(
        self, account: AccountId, query: PictureQuery, *, most: int, before: PictureId | None = None
    ) -> tuple[Picture, ...]:
        """Look through an account's."""
        mine = await self._pictures.latest(account, len(self._jobs.kept))
        if before is not None:
            last = self._jobs.kept.get(before)
            mine = tuple(one for one in mine if last is not None and _place(self._jobs.kept[one.id]) < _place(last))
        if query.collection is not None:
            inside = {one.id for one in await self._collections.of_owner(account, query.collection)}
            mine = tuple(one for one in mine if one.id in inside)
        return tuple(picture for picture in mine if self._is_meant(picture, query))[:most]

    def _is_meant(self, picture: Picture, query: PictureQuery) -> bool:
        has = search_words(self._jobs.rows[JobId(picture.job)].job.wish.prompt) if query.words else ()
        is_new = query.since is None or self._jobs.kept[picture.id].kept_at >= query.since
        is_wanted = is_new and (picture.starred_at is not None or not query.only_favourites)
        return is_wanted and all(any(re.match(re.escape(word), one) for one in has) for word in query.words)


def _place(kept: Kept) -> tuple[datetime, str, int]:
    return kept.kept_at, kept.picture.job, kept.picture.position
