"""Plots that are a grey square each."""

from bot.ports.plots import UsageSummary
from tests.fakes.studio import png


class GreyPlots:
    """Keeps what it was asked to draw."""

    def __init__(self) -> None:
        self.asked: list[UsageSummary] = []

    async def usage(self, summary: UsageSummary) -> bytes:
        """Return a square."""
        self.asked.append(summary)
        return png(colour="grey")
