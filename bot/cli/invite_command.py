"""`easel discord invite`."""

import asyncio
from pathlib import Path

import typer

from bot.cli.logs import configure_logging
from bot.config import load
from bot.errors import ConfigError


def invite(config: Path | None, *, is_verbose: bool) -> int:
    """Print where a server, or a person, can add the bot, and return the exit code.

    Raises:
        ConfigError: There is no token, or Discord does not know it.
    """
    settings = load(config)
    configure_logging(settings, "info" if is_verbose else "error")
    if not settings.discord.token:
        raise ConfigError("No Discord token is set: set DISCORD_TOKEN to the one of your application's Bot page.")
    from bot.adapters.discord.checkup import invite_links
    from bot.adapters.discord.front_end import set_api_addresses
    from bot.app.chat_platforms import discord_proxy

    set_api_addresses(settings.discord.api_url, settings.discord.gateway_url)
    application = asyncio.run(_find_application(settings.discord.token.get_secret_value(), discord_proxy(settings)))
    server, person = invite_links(application)
    typer.echo(f"Add easel to a server (you need Manage Server there):\n  {server}")
    typer.echo(f"Add easel to your own account, to use it anywhere:\n  {person}")
    return 0


async def _find_application(token: str, proxy: str) -> int:
    import aiohttp
    import discord

    from bot.adapters.discord.checkup import TIMEOUT, fetch_application_id

    try:
        async with asyncio.timeout(TIMEOUT.total_seconds()):
            return await fetch_application_id(token, proxy)
    except discord.LoginFailure as error:
        raise ConfigError("Discord does not accept the token: reset it on your application's Bot page.") from error
    except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
        raise ConfigError("Discord cannot be reached just now; see whether this machine reaches discord.com.") from error
