"""The record of collections."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.collections import Collection, CollectionAudience, CollectionId, ListedCollection
from bot.domain.people import AccountId, CommunityId
from bot.domain.pictures import Picture, PictureId
from bot.domain.shares import ShareId


class Collections(Protocol):
    """Keeps collections of their owners' pictures, as far as these may be seen. May raise `StorageFailed`."""

    async def add(self, collection: Collection) -> Collection:
        """Write a collection down and return it; where its account has one of that name, return that one, and change nothing."""
        ...

    async def find(self, account: AccountId, name_key: str) -> Collection | None:
        """Return an account's collection of that name."""
        ...

    async def list_visible(self, account: AccountId, community: CommunityId) -> tuple[ListedCollection, ...]:
        """Return an account's own, wherever they were made, and then those that others share with a community, by name."""
        ...

    async def put(self, collection: CollectionId, pictures: Sequence[PictureId], at: datetime) -> None:
        """Put pictures into a collection; those in it already stay where they are."""
        ...

    async def take_out(self, collection: CollectionId, pictures: Sequence[PictureId]) -> int:
        """Take pictures out, and return how many of them were in it."""
        ...

    async def remove(self, collection: CollectionId) -> None:
        """Delete a collection; the pictures stay."""
        ...

    async def open_to(self, collection: CollectionId, audience: CollectionAudience, page: ShareId | None = None) -> None:
        """Set who may see it from now on; with a page, under which. Without one it keeps what it has."""
        ...

    async def is_ended_page(self, page: ShareId) -> bool:
        """Return whether that was the page of a collection that was dropped since then, or has got another one."""
        ...

    async def of_page(self, page: ShareId) -> Collection | None:
        """Return the collection that has that page, also one that is not open to everybody now."""
        ...

    async def pictures(self, collection: CollectionId, most: int) -> tuple[Picture, ...]:
        """Return the pictures in it that may be seen, those that were put in last first."""
        ...
