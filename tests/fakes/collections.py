"""The record of collections, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.collections import Collection, CollectionAudience, CollectionId, ListedCollection
from bot.domain.people import AccountId, CommunityId
from bot.domain.pictures import Picture, PictureId, PictureState
from bot.domain.shares import ShareId
from tests.fakes.jobs import MemoryJobs


class MemoryCollections:
    """Keeps collections by their ids, and what is in them by when it came."""

    def __init__(self, jobs: MemoryJobs) -> None:
        self._jobs = jobs
        self._rows: dict[CollectionId, Collection] = {}
        self._ended: set[ShareId] = set()
        self._in: dict[CollectionId, dict[PictureId, datetime]] = {}

    async def add(self, collection: Collection) -> Collection:
        """Keep it unless there is one of the name."""
        there = await self.find(collection.account, collection.name_key)
        return there or self._rows.setdefault(collection.id, collection)

    async def find(self, account: AccountId, name_key: str) -> Collection | None:
        """Look through them."""
        mine = (one for one in self._rows.values() if one.account == account)
        return next((one for one in mine if one.name_key == name_key), None)

    async def list_visible(self, account: AccountId, community: CommunityId) -> tuple[ListedCollection, ...]:
        """Look through them."""
        seen = [
            one
            for one in self._rows.values()
            if one.account == account or (one.audience is CollectionAudience.COMMUNITY and one.community == community)
        ]
        seen.sort(key=lambda one: (one.account != account, one.name_key, one.id))
        counts = [len(await self.pictures(one.id, 10_000)) for one in seen]
        return tuple(map(ListedCollection, seen, counts))

    async def put(self, collection: CollectionId, pictures: Sequence[PictureId], at: datetime) -> None:
        """Note when they came."""
        for picture in pictures:
            self._in.setdefault(collection, {}).setdefault(picture, at)

    async def take_out(self, collection: CollectionId, pictures: Sequence[PictureId]) -> int:
        """Forget them."""
        return len([picture for picture in pictures if self._in.get(collection, {}).pop(picture, None)])

    async def remove(self, collection: CollectionId) -> None:
        """Forget it, but for its page."""
        self._end_page(self._rows.pop(collection, None))
        self._in.pop(collection, None)

    async def open_to(self, collection: CollectionId, audience: CollectionAudience, page: ShareId | None = None) -> None:
        """Note it."""
        there = self._rows[collection]
        if page is not None and page != there.page:
            self._end_page(there)
        self._rows[collection] = replace(there, audience=audience, page=page or there.page)

    def _end_page(self, collection: Collection | None) -> None:
        if collection is not None and collection.page is not None:
            self._ended.add(collection.page)

    async def is_ended_page(self, page: ShareId) -> bool:
        """Look for it."""
        return page in self._ended

    async def of_page(self, page: ShareId) -> Collection | None:
        """Look through them."""
        return next((one for one in self._rows.values() if one.page == page), None)

    async def of_owner(self, account: AccountId, collection: CollectionId) -> tuple[Picture, ...]:
        """List those in a collection of an account's."""
        there = self._rows.get(collection)
        return () if there is None or there.account != account else await self.pictures(collection, 10_000)

    async def pictures(self, collection: CollectionId, most: int) -> tuple[Picture, ...]:
        """Look them up."""
        there = [(at, self._jobs.kept[id_]) for id_, at in self._in.get(collection, {}).items()]
        owner = self._rows[collection].account if collection in self._rows else None
        seen = [(at, kept.picture) for at, kept in there if kept.account == owner and kept.picture.state is PictureState.VISIBLE]
        seen.sort(key=lambda one: (one[0], one[1].id), reverse=True)
        return tuple(picture for _, picture in seen)[:most]
