"""A bot with one token, wherever it speaks."""


class FixedToken:
    """Gives the same token for every workspace."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self, enterprise: str, team: str) -> str:
        """Return it."""
        return self._token
