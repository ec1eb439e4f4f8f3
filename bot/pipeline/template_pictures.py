"""The reference pictures of templates and brand kits: kept once, and brought along to each wish that is made from them."""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.domain.inputs import BroughtPicture, InputPicture, InputRole
from bot.errors import BadInput, InputRefused, StorageFailed
from bot.pipeline.input_keeping import InputKeeping
from bot.ports.objects import ObjectStore

log = structlog.get_logger(__name__)


class TemplatePictures:
    """Stores reference pictures. Those of a template that is never saved are removed as orphans."""

    def __init__(self, keeping: InputKeeping, objects: ObjectStore) -> None:
        self._keeping = keeping
        self._objects = objects

    async def keep(self, brought: Sequence[BroughtPicture]) -> tuple[InputPicture, ...]:
        """Check the pictures that somebody brought, and store them; raises as `InputKeeping.prepare` and `store` do."""
        new = await self._keeping.prepare([replace(one, role=InputRole.REFERENCE) for one in brought])
        await self._keeping.store(new)
        return tuple(one.picture for one in new)

    async def bring(self, pictures: Sequence[InputPicture]) -> tuple[BroughtPicture, ...]:
        """Return the pictures for a wish, to be drawn from.

        Raises:
            BadInput: One is not kept any more.
            StorageFailed: The store is away.
        """
        try:
            contents = await self._keeping.load(pictures)
        except InputRefused:
            raise BadInput(
                "A picture that belongs to this is not kept any more; please save it again. Nothing was counted."
            ) from None
        return tuple(BroughtPicture(one.content, InputRole.REFERENCE) for one in contents)

    async def drop(self, pictures: Sequence[InputPicture]) -> None:
        """Delete the pictures; where that fails, the search for orphans does."""
        try:
            for one in pictures:
                await self._objects.delete(one.key)
        except StorageFailed as error:
            log.warning("template.picture_not_removed", reason=str(error))
