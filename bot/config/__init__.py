"""Settings: defaults < config.toml < secret files < environment, checked before anything runs."""

from bot.config.loading import find_config_file, load
from bot.config.model_settings import ModelSettings
from bot.config.settings import PLATFORMS, PROVIDERS, Settings

__all__ = ["PLATFORMS", "PROVIDERS", "ModelSettings", "Settings", "find_config_file", "load"]
