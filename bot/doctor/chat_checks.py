"""Checks of Discord and Slack."""

import asyncio

from bot.app.stores import open_records
from bot.config import Settings
from bot.doctor.checks import load_modules
from bot.domain.health import Finding, Health
from storage.migrate import current, head
from storage.sql.installations import SqlInstallations


async def check_discord(settings: Settings) -> tuple[Finding, ...]:
    """Check the bot on Discord, where a token is set."""
    chosen = settings.discord
    if not chosen.token:
        return (Finding("discord", Health.OK, "Off: nothing is set for it."),)
    await load_modules("bot.adapters.discord.front_end", "bot.adapters.discord.checkup", "bot.app.commands")
    from bot.adapters.discord.checkup import check_application
    from bot.adapters.discord.front_end import set_api_addresses
    from bot.app.chat_platforms import discord_proxy
    from bot.app.system import SystemClock

    set_api_addresses(chosen.api_url, chosen.gateway_url)
    return await check_application(
        chosen.token.get_secret_value(),
        public_key=chosen.public_key,
        has_gateway=chosen.gateway,
        menu=await asyncio.to_thread(_render_menu, settings),
        proxy=discord_proxy(settings),
        clock=SystemClock(),
    )


def _render_menu(settings: Settings) -> list[dict[str, object]]:
    from bot.adapters.discord.application_commands import render_commands
    from bot.app.commands import declared_commands
    from bot.commands.translations import Translations

    return render_commands(declared_commands(settings), Translations())


async def check_slack(settings: Settings) -> tuple[Finding, ...]:
    """Check the bot on Slack, where it is set up."""
    chosen = settings.slack
    if not chosen.is_on:
        return (Finding("slack", Health.OK, "Off: nothing is set for it."),)
    await load_modules("bot.adapters.slack.checkup", "bot.adapters.slack.front_end")
    from bot.adapters.slack.checkup import check_bot_token, check_http, check_socket_mode
    from bot.app.chat_platforms import slack_options

    options = slack_options(settings)
    found = (
        await check_bot_token(options.api_url, options.bot_token) if options.bot_token else await _check_installations(settings)
    )
    if options.app_token:
        return (*found, *await check_socket_mode(options.api_url, options.app_token))
    return (*found, *check_http(options.public_url))


async def _check_installations(settings: Settings) -> tuple[Finding, ...]:
    """Check that the keys decrypt what workspaces have installed, and that Slack accepts the newest one's token."""
    from bot.adapters.slack.checkup import check_bot_token, check_installations
    from bot.adapters.slack.token_encryption import DecryptionFailed
    from bot.app.chat_platforms import slack_options

    options = slack_options(settings)
    try:
        tokens = await _read_tokens(settings)
    except DecryptionFailed:
        text = "No key of [slack] token_keys opens the tokens that workspaces left here."
        return (Finding("slack", Health.WRONG, text, "Put the key that was used before behind the others."),)
    check_application = await check_bot_token(options.api_url, tokens[-1]) if tokens else ()
    return (*check_installations(options.public_url, len(tokens)), *check_application)


async def _read_tokens(settings: Settings) -> list[str]:
    """Return the bots' tokens, oldest first; none where the database is of another version, or not there yet."""
    from bot.adapters.slack.installation_store import EncryptedInstallationStore
    from bot.adapters.slack.token_encryption import TokenCipher

    if await current(settings.records_url) != head():
        return []
    async with open_records(settings) as database:
        store = EncryptedInstallationStore(
            SqlInstallations(database), TokenCipher(settings.slack.key_bytes), settings.slack.client_id
        )
        return [bot.bot_token for bot in await store.bots()]
