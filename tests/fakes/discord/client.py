"""The real discord.py, pointed at the fake. The only file here that knows the client."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import yarl
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route


class Address(Protocol):
    """Where a fake can be reached; `FakeDiscord` is one."""

    @property
    def url(self) -> str:
        """Where pictures are."""
        ...

    @property
    def api_url(self) -> str:
        """Where the REST API is."""
        ...

    @property
    def gateway_url(self) -> str:
        """Where the gateway is."""
        ...


@contextmanager
def pointed_at(discord: Address) -> Iterator[None]:
    """Point every client of this process at the fake, and back at the end."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE = discord.api_url, yarl.URL(discord.gateway_url), discord.url
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE = before
