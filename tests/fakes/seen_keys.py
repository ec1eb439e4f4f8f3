"""What has happened, in memory."""

from tests.fakes.scripted_failures import ScriptedFailures


class MemorySeenKeys:
    """Remembers keys for as long as the process lives. `add_if_new, late` fails after it has added the key."""

    def __init__(self) -> None:
        self.happened: set[str] = set()
        self.failures = ScriptedFailures()

    async def add_if_new(self, key: str) -> bool:
        """Look for the key, and keep it."""
        self.failures.raise_next("add_if_new")
        is_first = key not in self.happened
        self.happened.add(key)
        self.failures.raise_next("add_if_new, late")
        return is_first

    async def is_seen(self, key: str) -> bool:
        """Look for the key."""
        self.failures.raise_next("is_seen")
        return key in self.happened

    async def forget(self, key: str) -> None:
        """Forget it."""
        self.failures.raise_next("forget")
        self.happened.discard(key)
