"""Takes pictures down for operators: one, all of a person, or everything that looks like a file."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog

from bot.domain.fingerprints import is_alike
from bot.domain.people import AccountId
from bot.domain.pictures import Picture, PictureId
from bot.domain.removals import BlockedPicture, RemovalReason
from bot.ports.pictures import Pictures
from bot.ports.removals import BlockedPictures
from bot.services.removal import Removals

log = structlog.get_logger(__name__)

OPERATOR = "operator"
"""Who decides where somebody has the machine in hand."""

_PAGE = 500


@dataclass(frozen=True, slots=True)
class TakedownResult:
    """What a takedown came to: the pictures that are taken down by it, and how many were before."""

    pictures: tuple[PictureId, ...] = ()
    already: int = 0

    def __add__(self, other: "TakedownResult") -> "TakedownResult":
        """Return both together."""
        return TakedownResult(self.pictures + other.pictures, self.already + other.already)


@dataclass(frozen=True, slots=True)
class FileHashes:
    """What a file is known by: the hash of its bytes, and its fingerprints in all ways to lay it, if it shows anything."""

    sha256: str
    fingerprints: tuple[str, ...]


class Takedowns:
    """Decides that pictures go at once and for good; another process may carry out the steps.

    Each method may be called again, and goes on where it was interrupted. All may raise `StorageFailed`.
    """

    def __init__(self, removals: Removals, pictures: Pictures, blocked: BlockedPictures) -> None:
        self._removals = removals
        self._pictures = pictures
        self._blocked = blocked

    async def take_down(self, pictures: tuple[Picture, ...], reason: RemovalReason) -> TakedownResult:
        """Take these pictures down; of several pictures of one person only the first is announced to them."""
        gone: list[PictureId] = []
        for picture in pictures:
            if await self._removals.remove(picture.id, reason, OPERATOR, tells_author=not gone):
                gone.append(picture.id)
        return TakedownResult(tuple(gone), len(pictures) - len(gone))

    async def take_down_account(self, account: AccountId, reason: RemovalReason) -> TakedownResult:
        """Take down everything that an account ever drew; its author is told once."""
        result = TakedownResult()
        async for page in self._pages(account):
            for picture in page:
                tells = not result.pictures
                is_news = await self._removals.remove(picture.id, reason, OPERATOR, tells_author=tells)
                result += TakedownResult((picture.id,) if is_news else (), 0 if is_news else 1)
        return result

    async def take_down_file(self, file: FileHashes, reason: RemovalReason) -> TakedownResult:
        """Block a file, drawn here or not, and take down every kept picture that has its bytes or looks like it."""
        fingerprint = file.fingerprints[0] if file.fingerprints else None
        await self._blocked.add(BlockedPicture(sha256=file.sha256, fingerprint=fingerprint, reason=reason, by=OPERATOR))
        result = TakedownResult()
        async for page in self._pages():
            alike = tuple(picture for picture in page if _is_alike(picture, file))
            result += await self.take_down(alike, reason)
        return result

    async def _pages(self, account: AccountId | None = None) -> AsyncIterator[tuple[Picture, ...]]:
        after: PictureId | None = None
        while page := await self._pictures.page(most=_PAGE, after=after, account=account):
            yield page
            after = page[-1].id


def _is_alike(picture: Picture, file: FileHashes) -> bool:
    known = picture.file
    return known.sha256 == file.sha256 or (known.fingerprint is not None and is_alike(file.fingerprints, (known.fingerprint,)))
