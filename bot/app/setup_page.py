"""Builds the page on which the owner sets the house up."""

from bot.adapters.web.setup import SetupDependencies
from bot.app.openai_services import image_model
from bot.app.services import FeatureServices
from bot.config import Settings
from bot.domain.health import Finding
from bot.ports.clock import Clock


def is_unset(settings: Settings) -> bool:
    """Whether no model draws yet: the previews that are painted on this machine are all there is."""
    return settings.all_providers[settings.drawing_order[0]].kind == "offline"


def build_setup_page(services: FeatureServices) -> SetupDependencies:
    """Build what the page needs."""
    base = services.base
    settings = base.settings

    async def test_key(key: str) -> tuple[Finding, ...]:
        return await check_openai_key(key, settings, base.clock)

    return SetupDependencies(
        is_offline=is_unset(settings),
        draws=" ".join(base.ai_services.visitor_notices),
        platforms={"discord": bool(settings.discord.token), "slack": bool(settings.slack.bot_token or settings.slack.client_id)},
        test_key=test_key,
        checks=tuple(check for _, check in base.ai_services.checks),
    )


async def check_openai_key(key: str, settings: Settings, clock: Clock) -> tuple[Finding, ...]:
    """Ask the service of `[openai]` for its list of models, which is free, with a key that is not in the settings."""
    from bot.providers.openai.client import OpenAiClient
    from bot.providers.openai.model_check import check_model

    client = OpenAiClient(key, settings.openai.base_url or None)
    try:
        model = image_model(settings, "openai", settings.openai.provider)
        return await check_model(client, model, service="openai", clock=clock)
    finally:
        await client.close()
