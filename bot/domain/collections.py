"""Collections: pictures of one person under a name."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.people import AccountId, CommunityId
from bot.domain.shares import ShareId
from bot.errors import BadInput

CollectionId = NewType("CollectionId", str)

LONGEST_NAME = 40

MOST_COLLECTIONS = 100
"""Collections that one account may have."""


class CollectionAudience(StrEnum):
    """Who may see a collection: its owner, everybody in the community where it was made, or everybody with its link."""

    ME = "me"
    COMMUNITY = "community"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A named collection; of one account's, no two are called alike, whatever the case."""

    id: CollectionId
    account: AccountId
    community: CommunityId
    name: str
    audience: CollectionAudience = CollectionAudience.ME
    created_at: datetime
    page: ShareId | None = None
    """Under which its page is, or was."""

    @property
    def name_key(self) -> str:
        """Return what it is found by."""
        return self.name.casefold()


@dataclass(frozen=True, slots=True)
class ListedCollection:
    """A collection, with how many pictures of it may be seen."""

    collection: Collection
    pictures: int


def collection_name(typed: str) -> str:
    """Return a name with single spaces.

    Raises:
        BadInput: There is nothing to read in it, or it is too long.
    """
    name = " ".join(typed.split())
    if not any(map(str.isalnum, name)) or not name.isprintable():
        raise BadInput("A collection needs a name of letters or digits, such as: foxes.")
    if len(name) > LONGEST_NAME:
        raise BadInput(f"That name is {len(name):,} characters long and {LONGEST_NAME} is the most; please shorten it.")
    return name
