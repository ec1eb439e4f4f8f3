"""Somebody who is told how a drawing goes."""

import asyncio

from bot.domain.images import Progress
from bot.domain.money import Cost


class ProgressLog:
    """Remembers what was told on the way, the oldest first."""

    def __init__(self) -> None:
        self.all: list[Progress] = []
        self.came = asyncio.Event()

    async def __call__(self, progress: Progress) -> None:
        """Take one piece of news."""
        self.all.append(progress)
        self.came.set()

    @property
    def shown(self) -> list[Progress]:
        """What people see of it: what it costs is no news for them."""
        return [progress for progress in self.all if progress.cost is None]

    @property
    def costs(self) -> list[Cost]:
        """The costs that were told."""
        return [progress.cost for progress in self.all if progress.cost is not None]
