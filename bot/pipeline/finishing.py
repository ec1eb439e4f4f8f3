"""Makes of what a provider drew what was wished for, where the provider does not do that itself."""

from bot.domain.jobs import Wish
from bot.pipeline.format_conversion import FormatConversion
from bot.pipeline.part_keeping import PartKeeping
from bot.ports.images import Provider


class Finishing:
    """Puts a changed part into its picture, then turns the picture into the kind of file that was asked for."""

    def __init__(self, parts: PartKeeping, formats: FormatConversion) -> None:
        self._parts = parts
        self._formats = formats

    async def finish(self, provider: Provider, wish: Wish, pictures: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Return the pictures that a provider drew as they are kept.

        Raises:
            InputRefused: An input was removed meanwhile.
            StorageFailed: The store is away.
        """
        whole = await self._parts.complete(provider, wish.inputs, pictures)
        return await self._formats.convert(whole, wish.format)
