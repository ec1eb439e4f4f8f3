"""Settings: defaults < config.toml < secret files < environment, checked before anything runs."""

from bot.config.loading import find_config_file, load
from bot.config.model_settings import ModelSettings
from bot.config.provider_section import ProviderSettings
from bot.config.provider_settings import KINDS
from bot.config.settings import PLATFORMS, Settings

__all__ = ["KINDS", "PLATFORMS", "ModelSettings", "ProviderSettings", "Settings", "find_config_file", "load"]
