"""Whether people on chat platforms would be heard."""

from bot.config import Settings
from bot.domain.health import Finding, Health


async def discord(settings: Settings) -> tuple[Finding, ...]:
    """Look at the bot on Discord, where a token is set."""
    chosen = settings.discord
    if not chosen.token:
        return (Finding("discord", Health.OK, "Off: nothing is set for it."),)
    from bot.adapters.discord.checkup import examined
    from bot.adapters.discord.front import point_at
    from bot.adapters.discord.menu import menu_of
    from bot.app.house import declared_commands

    point_at(chosen.api_url, chosen.gateway_url)
    return await examined(
        chosen.token.get_secret_value(),
        public_key=chosen.public_key,
        has_gateway=chosen.gateway,
        menu=menu_of(declared_commands()),
    )
