"""A leader lock that does what a test says."""


class ScriptedLeaderLock:
    """Led by whoever asks, until a test sets `leads` to False."""

    def __init__(self) -> None:
        self.leads = True

    async def lead(self) -> bool:
        """Say what the test set."""
        return self.leads
