"""Draws plots in a thread of their own."""

import asyncio
import threading

from bot.ports.plots import ModerationSummary, UsageSummary


class MatplotPlots:
    """Implements `bot.ports.plots.Plots`. One plot is drawn at a time: matplotlib keeps state that threads must not share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    async def usage(self, summary: UsageSummary) -> bytes:
        """Return a plot of what was used; see `Plots.usage`."""
        return await asyncio.to_thread(self._draw, summary)

    async def moderation(self, summary: ModerationSummary) -> bytes:
        """Return a plot of what was moderated; see `Plots.moderation`."""
        return await asyncio.to_thread(self._draw_moderation, summary)

    def _draw_moderation(self, summary: ModerationSummary) -> bytes:
        with self._lock:
            from bot.providers.plots.moderation_figure import render_moderation_png

            return render_moderation_png(summary)

    def _draw(self, summary: UsageSummary) -> bytes:
        with self._lock:
            from bot.providers.plots.usage_figure import render_usage_png

            return render_usage_png(summary)
