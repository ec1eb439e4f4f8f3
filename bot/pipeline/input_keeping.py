"""Pictures that a wish begins with: checked, stored with it, and loaded to draw from them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from bot.domain.inputs import BroughtPicture, InputContent, InputPicture, input_key
from bot.domain.pictures import media_type_of
from bot.errors import BadInput, InputRefused, ObjectMissing, StorageFailed
from bot.moderation.input_check import CheckedPicture, InputCheck
from bot.ports.clock import Ids
from bot.ports.objects import ObjectStore

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NewInput:
    """An input that is not in the store yet, and its bytes."""

    picture: InputPicture
    content: bytes


class InputKeeping:
    """Stores each input under a key of its own, also of the same bytes, so that removing one takes nobody else's."""

    def __init__(self, *, check: InputCheck, objects: ObjectStore, ids: Ids) -> None:
        self._check = check
        self._objects = objects
        self._ids = ids

    async def prepare(self, brought: Sequence[BroughtPicture]) -> tuple[NewInput, ...]:
        """Return the inputs of what somebody brought, if all can be used; nothing is stored yet. Raises as `InputCheck` does."""
        return tuple(_new_input(one, self._ids.new()) for one in await self._check.examine(brought)) if brought else ()

    async def copy(self, inputs: Sequence[InputPicture]) -> tuple[NewInput, ...]:
        """Return the same inputs for another wish; nothing is stored yet.

        Raises:
            BadInput: One was removed.
            StorageFailed: One cannot be read now.
        """
        try:
            contents = [await self._objects.get(one.key) for one in inputs]
        except ObjectMissing:
            raise BadInput(
                "A picture that this began with is not kept any more; please bring it again. Nothing was counted."
            ) from None
        return tuple(
            NewInput(replace(one, key=_own_key(one.key, self._ids.new())), content)
            for one, content in zip(inputs, contents, strict=True)
        )

    async def store(self, inputs: Sequence[NewInput]) -> None:
        """Store the inputs; those of a wish that is never accepted are removed as orphans.

        Raises:
            StorageFailed: The store does not take one now.
        """
        for one in inputs:
            await self._objects.put(one.picture.key, one.content, one.picture.media_type)

    async def discard(self, inputs: Sequence[NewInput]) -> None:
        """Delete the stored inputs of a wish that was not accepted; where that fails, the search for orphans does."""
        try:
            for one in inputs:
                await self._objects.delete(one.picture.key)
        except StorageFailed as error:
            log.warning("input.not_discarded", reason=str(error))

    async def load(self, inputs: Sequence[InputPicture]) -> tuple[InputContent, ...]:
        """Return the bytes of inputs.

        Raises:
            InputRefused: One was removed meanwhile.
            StorageFailed: The store is away.
        """
        try:
            contents = await asyncio.gather(*(self._objects.get(one.key) for one in inputs))
        except ObjectMissing:
            raise InputRefused("input_gone", "A picture that this begins with was removed meanwhile.") from None
        return tuple(InputContent(one.role, content, one.media_type) for one, content in zip(inputs, contents, strict=True))


def _new_input(checked: CheckedPicture, own: str) -> NewInput:
    key = input_key(checked.digest, own, checked.extension)
    picture = InputPicture(
        key=key,
        role=checked.role,
        source=checked.source,
        media_type=media_type_of(key),
        width=checked.size.width,
        height=checked.size.height,
        size_bytes=len(checked.content),
        parent=checked.parent,
    )
    return NewInput(picture, checked.content)


def _own_key(key: str, own: str) -> str:
    """Return the key of the same bytes for another wish."""
    stem, _, extension = key.rpartition(".")
    return input_key(stem.rpartition("/")[2][:64], own, extension)
