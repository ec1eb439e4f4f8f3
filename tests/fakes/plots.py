"""Plots that are a grey square each."""

from bot.ports.plots import ModerationSummary, UsageSummary
from tests.fakes.studio import png


class GreyPlots:
    """Keeps what it was asked to draw."""

    def __init__(self) -> None:
        self.asked: list[UsageSummary] = []
        self.asked_moderation: list[ModerationSummary] = []

    async def usage(self, summary: UsageSummary) -> bytes:
        """Return a square."""
        self.asked.append(summary)
        return png(colour="grey")

    async def moderation(self, summary: ModerationSummary) -> bytes:
        """Return a square."""
        self.asked_moderation.append(summary)
        return png(colour="grey")
