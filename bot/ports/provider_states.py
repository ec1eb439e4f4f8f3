"""The states of image services, shared by all processes: who rests after faults, and how fast each may be asked."""

from collections.abc import Callable, Mapping
from typing import Protocol

from bot.domain.provider_state import ProviderState

Change = Callable[[ProviderState], ProviderState]
"""What makes the next state of the present one. It may be called again, with what somebody else made of it meanwhile."""


class ProviderStates(Protocol):
    """Keeps one state for each provider's name. All may raise `StorageFailed`, and then nothing has changed."""

    async def all(self) -> Mapping[str, ProviderState]:
        """Return the states of those of whom anything is known."""
        ...

    async def change(self, provider: str, change: Change) -> tuple[ProviderState, ProviderState]:
        """Change a state while nobody else does; return it as it was, and as it is now."""
        ...

    async def count_accepted(self, provider: str) -> int:
        """Return how many of its calls that began in the last minute did not fail, as far as that is known."""
        ...
