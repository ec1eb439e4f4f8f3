"""Files of a house in one process: it has them in its memory, and there is nobody to share them with."""


class NoSharedFiles:
    """Implements `bot.ports.shared_files.SharedFiles` where there is one process."""

    async def keep(self, name: str, content: bytes) -> None:
        """Keep nothing."""

    async def get(self, name: str) -> bytes | None:  # noqa: ARG002 - the port's parameter
        """Return None."""
        return None
