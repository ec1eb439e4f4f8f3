"""Looks at pictures that people bring, before anything is counted."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from bot.domain.fingerprints import is_alike
from bot.domain.images import Size
from bot.domain.inputs import BroughtPicture, InputRole, check_total
from bot.errors import BadInput, NotAllowed
from bot.moderation.fingerprint import compute_fingerprints
from bot.moderation.input_conversion import ConvertedPicture, Unfit, convert_mask, convert_picture
from bot.ports.removals import BlockedPictures

_MOST_AT_ONCE = 2
"""Pictures that are looked at at the same time: each takes a core, and its pixels memory."""

_NUMBERS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


@dataclass(frozen=True, slots=True)
class CheckedPicture:
    """A picture that may be kept, by the hash of its bytes; `source` is the hash of those that were brought."""

    content: bytes
    digest: str
    extension: str
    size: Size
    role: InputRole
    source: str
    parent: str | None


class InputCheck:
    """Checks pictures that are brought. `blocked` are those that may not come back; without it all may."""

    def __init__(self, *, blocked: BlockedPictures | None = None) -> None:
        self._blocked = blocked
        self._semaphore = asyncio.Semaphore(_MOST_AT_ONCE)

    async def examine(self, brought: Sequence[BroughtPicture]) -> tuple[CheckedPicture, ...]:
        """Return the pictures as they are kept, and last the mask, which is as large as the first of them.

        Raises:
            BadInput: One cannot be used; the sentence says which, and why.
            NotAllowed: One was taken down before, or looks like one that was.
            StorageFailed: Nobody knows what was taken down before.
        """
        pictures = [one for one in brought if one.role is not InputRole.MASK]
        masks = [one for one in brought if one.role is InputRole.MASK]
        _check_together(pictures, masks)
        converted: list[ConvertedPicture] = []
        checked: list[CheckedPicture] = []
        for number, one in enumerate(pictures):
            name = "That picture" if len(pictures) == 1 else f"The {_ordinal(number)} picture"
            converted.append(await self._convert(one, name))
            checked.append(await asyncio.to_thread(_describe, one, converted[-1]))
            await self._check_not_blocked(checked[-1], name)
        return (*checked, *[await self._check_mask(mask, converted[0]) for mask in masks])

    async def _convert(self, one: BroughtPicture, name: str) -> ConvertedPicture:
        async with self._semaphore:
            try:
                return await asyncio.to_thread(convert_picture, one.content)
            except Unfit as problem:
                raise BadInput(f"{name} {problem}. Nothing was counted.") from problem

    async def _check_mask(self, mask: BroughtPicture, base: ConvertedPicture) -> CheckedPicture:
        async with self._semaphore:
            try:
                content = await asyncio.to_thread(convert_mask, mask.content, base)
            except Unfit as problem:
                raise BadInput(f"The mask {problem}. Nothing was counted.") from problem
        return await asyncio.to_thread(_describe, mask, ConvertedPicture(content, "png", base.shown, base.size))

    async def _check_not_blocked(self, checked: CheckedPicture, name: str) -> None:
        if self._blocked is not None and await self._is_blocked(self._blocked, checked):
            raise NotAllowed(f"{name} was taken down here before, so nothing is drawn from it. Nothing was counted.")

    async def _is_blocked(self, blocked: BlockedPictures, checked: CheckedPicture) -> bool:
        if await blocked.is_blocked(checked.source) or await blocked.is_blocked(checked.digest):
            return True
        known = await blocked.fingerprints()
        if not known:
            return False
        async with self._semaphore:
            return await asyncio.to_thread(lambda: is_alike(compute_fingerprints(checked.content), known))


def _check_together(pictures: Sequence[BroughtPicture], masks: Sequence[BroughtPicture]) -> None:
    if masks and not pictures:
        raise BadInput("A mask needs the picture that it is for. Nothing was counted.")
    if len(masks) > 1:
        raise BadInput("There can be one mask only, which is for the first picture. Nothing was counted.")
    check_total(sum(len(one.content) for one in (*pictures, *masks)))


def _describe(one: BroughtPicture, converted: ConvertedPicture) -> CheckedPicture:
    return CheckedPicture(
        content=converted.content,
        digest=sha256(converted.content).hexdigest(),
        extension=converted.extension,
        size=converted.size,
        role=one.role,
        source=one.sha256,
        parent=one.parent,
    )


def _ordinal(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number + 1}th"
