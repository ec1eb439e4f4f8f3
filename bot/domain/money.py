"""Costs and prices, in whole micro-dollars."""

import math
from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount in micro-dollars (1_000_000 = $1). An estimate comes from a table, not from a bill."""

    microusd: int = 0
    is_estimate: bool = False

    def __add__(self, other: "Cost") -> "Cost":
        """Return the sum; one estimate makes it an estimate."""
        return Cost(self.microusd + other.microusd, self.is_estimate or other.is_estimate)

    def __str__(self) -> str:
        """Return `$0.0531`, `about $0.0531`, `free`, or `unknown` where nothing is known that could be estimated from."""
        if self.microusd == 0:
            return "unknown" if self.is_estimate else "free"
        return f"{'about ' if self.is_estimate else ''}${self.microusd / MILLION:.4f}"


FREE = Cost()


def dollars(microusd: int, *, is_estimate: bool = False) -> str:
    """Return `$1,234.50`, or `about $1,234.50`; what is less than a cent keeps its decimals."""
    decimals = 4 if 0 < microusd < MILLION // 100 else 2
    return f"{'about ' if is_estimate else ''}${microusd / MILLION:,.{decimals}f}"


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """Micro-dollars for a million tokens of each kind."""

    text_in: int
    image_in: int
    out: int

    def cost(self, *, text_in: int, image_in: int, out: int, is_estimate: bool = False) -> Cost:
        """Return what so many tokens cost, rounded up to a whole micro-dollar."""
        total = text_in * self.text_in + image_in * self.image_in + out * self.out
        return Cost(-(-total // MILLION), is_estimate)

    def halve(self) -> "TokenPrices":
        """Return half of each price, rounded up."""
        return TokenPrices(*(-(-price // 2) for price in (self.text_in, self.image_in, self.out)))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPrices:
    """Micro-dollars for a picture, for each million of its pixels, and for a second of the service's work; 0 where it is free."""

    picture: int = 0
    megapixel: int = 0
    second: int = 0

    def cost(self, *, pictures: int = 0, pixels: int = 0, seconds: float = 0.0, is_estimate: bool = False) -> Cost:
        """Return what so many pictures, pixels in all and seconds cost, rounded up to a whole micro-dollar."""
        total = pictures * self.picture + pixels * self.megapixel / MILLION + seconds * self.second
        return Cost(math.ceil(round(total, 3)), is_estimate)
