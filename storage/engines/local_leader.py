"""Leading where there is nobody else."""


class LocalLeaderLock:
    """Always led by this process."""

    async def lead(self) -> bool:
        """Return True."""
        return True
