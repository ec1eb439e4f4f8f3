"""Does each provider that the settings can name have its own builder?"""

import pytest
from pydantic import SecretStr

from bot.app.ai_services import BUILDERS, open_ai_services
from bot.app.system import SystemClock
from bot.config import PROVIDERS, Settings
from bot.config.sections import DrawingSettings, OpenAiSettings
from bot.errors import ConfigError


def test_every_provider_is_built_by_its_name() -> None:
    """One that has no builder is no provider: none becomes another in silence."""
    assert set(BUILDERS) == set(PROVIDERS)


async def test_providers_come_in_the_order_of_the_settings() -> None:
    """Each as it is named."""
    settings = Settings(
        openai=OpenAiSettings(api_key=SecretStr("sk-made-up")), drawing=DrawingSettings(providers=("offline", "openai"))
    )
    async with open_ai_services(settings, SystemClock()) as services:
        assert [provider.name for provider in services.providers] == ["offline", "openai"]


def test_openai_without_a_key_is_no_offline_preview() -> None:
    """The settings refuse it already; whoever comes by them is told the same."""
    with pytest.raises(ConfigError, match="no OpenAI key is set"):
        BUILDERS["openai"](Settings(), None, SystemClock())
