"""Turns what a provider drew into what was asked for, where the provider does not do that itself, and stores it."""

import contextlib
from collections.abc import Callable
from functools import partial

from bot.domain.jobs import Drawing
from bot.domain.pictures import ImageFile
from bot.domain.wishes import Wish
from bot.errors import InputRefused, PictureBlocked, StorageFailed
from bot.pipeline.format_conversion import FormatConversion, needs_conversion
from bot.pipeline.keeping import KeepingStep
from bot.pipeline.part_keeping import PartKeeping
from bot.pipeline.raw_pictures import RawDrawing
from bot.pipeline.retries import retry_storage
from bot.ports.images import Provider
from bot.provider_errors import ProviderFailed


class Finishing:
    """Puts a changed part into its picture, then converts the picture to the file format that was asked for."""

    def __init__(self, *, parts: PartKeeping, formats: FormatConversion, keeping: KeepingStep) -> None:
        self._parts = parts
        self._formats = formats
        self._keeping = keeping
        self._raw = keeping.raw

    def look(self, provider: Provider, wish: Wish, pictures: tuple[bytes, ...]) -> RawDrawing:
        """Return what a provider drew, with what is to be done to it."""
        return RawDrawing(pictures, self._parts.is_needed(provider, wish.inputs))

    async def process_and_spool(
        self, raw: RawDrawing, drawing: Drawing, wish: Wish, on_trouble: Callable[[], None]
    ) -> tuple[ImageFile, ...]:
        """Return the finished pictures' files, once their bytes are safe on this machine; nothing is done twice to them.

        Raises:
            ProviderFailed: None of them is a usable picture.
            PictureBlocked: None of them is but for such as were taken down before.
            InputRefused: The picture that a part belongs into was removed meanwhile.
        """
        if not _is_unfinished(raw, wish):
            return await self._keeping.write_to_spool(drawing, raw.pictures, on_trouble)
        # Stored as they came before anything is done to them: a process that dies meanwhile loses no paid picture.
        await retry_storage(partial(self._raw.put, drawing.id, raw), on_trouble)
        return await self._finish(raw, drawing, wish, on_trouble)

    async def find_kept(self, drawing: Drawing, wish: Wish, on_trouble: Callable[[], None]) -> tuple[ImageFile, ...]:
        """Return the files of the drawing that are on this machine although its row does not say so; raises as `keep` does.

        Pictures that were not finished are finished now. Nothing is returned where there are none.

        Raises:
            StorageFailed: They cannot be looked for now.
        """
        raw = await self._raw.find(drawing.id)
        return await self._finish(raw, drawing, wish, on_trouble) if raw else await self._keeping.find_stored(drawing)

    async def _finish(
        self, raw: RawDrawing, drawing: Drawing, wish: Wish, on_trouble: Callable[[], None]
    ) -> tuple[ImageFile, ...]:
        try:
            pictures = await retry_storage(partial(self._change, raw, wish), on_trouble)
            files = await self._keeping.write_to_spool(drawing, pictures, on_trouble)
        except (ProviderFailed, PictureBlocked, InputRefused):
            await self._forget(drawing)
            raise
        await self._forget(drawing)
        return files

    async def _change(self, raw: RawDrawing, wish: Wish) -> tuple[bytes, ...]:
        whole = await self._parts.complete(wish.inputs, raw.pictures) if raw.is_part else raw.pictures
        return await self._formats.convert(whole, wish.format)

    async def _forget(self, drawing: Drawing) -> None:
        """Delete raw pictures; those that cannot be deleted now are left to the search for orphans."""
        with contextlib.suppress(StorageFailed):
            await self._raw.forget(drawing.id)


def _is_unfinished(raw: RawDrawing, wish: Wish) -> bool:
    wanted = wish.format
    return raw.is_part or (wanted is not None and any(needs_conversion(one, wanted) for one in raw.pictures))
