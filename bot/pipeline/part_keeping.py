"""Has only the marked part of a picture changed, also by models that take no mask."""

from collections.abc import Sequence

from bot.domain.inputs import InputContent, InputPicture, InputRole, has_mask
from bot.pipeline.input_keeping import InputKeeping
from bot.pipeline.part_composites import PartComposites
from bot.ports.copy_signer import CopySigner
from bot.ports.images import Provider
from bot.services.provenance import NO_COPY_SIGNER


class PartKeeping:
    """Tells models that take no mask where to draw, and puts what they drew into the picture that is changed."""

    def __init__(self, inputs: InputKeeping, composites: PartComposites, signer: CopySigner = NO_COPY_SIGNER) -> None:
        self._inputs = inputs
        self._composites = composites
        self._signer = signer

    async def give(self, provider: Provider, inputs: tuple[InputContent, ...]) -> tuple[tuple[InputContent, ...], str]:
        """Return the inputs that a provider is sent, and which part is changed, in words, where the mask is not among them."""
        masks = [one for one in inputs if one.role is InputRole.MASK]
        if provider.abilities.takes_mask or not masks:
            return inputs, ""
        others = tuple(one for one in inputs if one.role is not InputRole.MASK)
        return others, await self._composites.describe(masks[0].content)

    def is_needed(self, provider: Provider, inputs: Sequence[InputPicture]) -> bool:
        """Return whether a part is changed and the provider gets no mask, so that it has to be put into its picture."""
        return has_mask(inputs) and not provider.abilities.takes_mask

    async def complete(self, inputs: Sequence[InputPicture], pictures: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Return the pictures that were drawn, outside of the marked part as the first input is.

        Raises:
            InputRefused: An input was removed meanwhile.
            StorageFailed: The store is away.
        """
        base, *_, mask = await self._inputs.load(inputs)
        return tuple([await self._make(base.content, mask.content, drawn) for drawn in pictures])

    async def _make(self, base: bytes, mask: bytes, drawn: bytes) -> bytes:
        """Return what was drawn put into its picture, signed where that can be; what is no picture comes back as it is."""
        whole = await self._composites.make(base, mask, drawn)
        return drawn if whole is drawn else await self._signer.sign(whole, drawn)
