"""Models that a service runs for us: what they can do, what a picture costs by the price list, and what their provider says."""

from dataclasses import dataclass, replace
from typing import Protocol

from bot.domain.images import Abilities, DrawingId, FileFormat, FreeSizes, ImageRequest, Quality, Size
from bot.domain.inputs import InputRole
from bot.domain.money import FREE, Cost, UnitPrices
from bot.domain.tickets import Ticket
from bot.provider_errors import ProviderFailed, ProviderFault
from bot.providers.shared.identity import ProviderIdentity

_MEGAPIXEL = 1024 * 1024
_SECONDS_OF_A_MEGAPIXEL = 20.0
"""A guess, which only goes into estimates."""


class PicturePrice(Protocol):
    """What one picture costs by its size."""

    def of(self, size: Size) -> int:
        """Return the price in micro-dollars."""
        ...


@dataclass(frozen=True, slots=True)
class MegapixelPrice:
    """Micro-dollars for the first megapixel (1024x1024, begun ones count whole) and for each further one."""

    first: int
    further: int

    def of(self, size: Size) -> int:
        """Return what a picture of that size costs."""
        return self.first + (megapixels(size) - 1) * self.further


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """A price for each picture, each million of its pixels and each second of work, as the settings name it."""

    prices: UnitPrices

    def of(self, size: Size) -> int:
        """Return what a picture of that size costs."""
        return self.prices.cost(pictures=1, pixels=size.pixels, seconds=_SECONDS_OF_A_MEGAPIXEL * megapixels(size)).microusd


@dataclass(frozen=True, slots=True)
class HostedModel:
    """What is known of a model. Without a price its cost is not known."""

    name: str
    abilities: Abilities
    price: PicturePrice | None = None


class HostedService(ProviderIdentity[HostedModel]):
    """What a provider with one such model says of itself: the same for all whose service chooses the ids of calls."""

    def estimate(self, size: Size, quality: Quality, count: int) -> Cost:  # noqa: ARG002 - the port's signature
        """Return the cost by the price list, for the nearest that the model draws; what has a price of 0 is free."""
        each = self._model.price.of(self.abilities.fit(size)) if self._model.price else 0
        if self._model.price and not each:
            return FREE
        return Cost(min(count, self.abilities.most) * each, is_estimate=True)

    def estimate_call(self, request: ImageRequest) -> Cost:
        """Return the cost of a whole call by the price list, with the pictures that it begins with."""
        read = self.abilities.input_cost
        drawn = self.estimate(request.size, request.quality, request.count)
        return drawn + replace(read, microusd=len(request.inputs) * read.microusd) if request.inputs else drawn

    def known_ticket(self, drawing: DrawingId) -> Ticket | None:  # noqa: ARG002 - the port's signature
        """Return None: the service chooses the id."""
        return None

    def refuse_impossible(self, request: ImageRequest) -> None:
        """Raise for a request that the model cannot do, before it is sent and perhaps paid for.

        Raises:
            ProviderFailed: The model cannot do it.
        """
        able = self.abilities
        is_fine = able.fit(request.size) == request.size and request.quality in able.qualities and 1 <= request.count <= able.most
        pictures = sum(one.role is not InputRole.MASK for one in request.inputs)
        is_fine = is_fine and pictures <= able.most_inputs and (able.takes_mask or pictures == len(request.inputs))
        if not is_fine:
            reason = f"{request.count} of {request.size} in {request.quality} quality from {pictures} is beyond {self.model}"
            raise ProviderFailed(self._name, reason, fault=ProviderFault.BAD_REQUEST)


def megapixels(size: Size) -> int:
    """Return how many megapixels a picture is billed as."""
    return -(-size.pixels // _MEGAPIXEL)


FLUX_2_ABILITIES = Abilities(
    free=FreeSizes(multiple_of=16, min_pixels=3 * 256 * 256, max_pixels=2048 * 2048, max_edge=2048, max_aspect=3.0),
    qualities=(Quality.MEDIUM,),
    takes_seed=True,
)
"""FLUX.2, whoever runs it: edges from 256 to 2048, 4 megapixels at most (help.bfl.ai, "Aspect Ratios and Output Dimensions")."""


def draws_from(most: int, each: int) -> Abilities:
    """Return what FLUX.2 can do at services that take so many pictures to begin with, each for so many micro-dollars."""
    return replace(
        FLUX_2_ABILITIES,
        formats=(FileFormat.PNG, FileFormat.JPEG),
        most_inputs=most,
        input_cost=Cost(each, is_estimate=True),
    )
