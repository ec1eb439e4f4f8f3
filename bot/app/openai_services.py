"""The clients of services that speak OpenAI's protocol, and what is known about their models."""

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.config.provider_settings import CompatibleProviderSettings, OpenAiAccountSettings
from bot.domain.images import USUAL_SIZES, Abilities
from bot.errors import ConfigError
from bot.text import join_words, suggest

if TYPE_CHECKING:
    from bot.providers.openai.client import OpenAiClient
    from bot.providers.openai.models import ImageModel


class OpenAiClients:
    """Opens one client for each key and address, which is shared; they are closed with the stack."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._clients: dict[tuple[str, str, str], OpenAiClient] = {}

    def open(self, key: str, base_url: str, api_version: str = "") -> "OpenAiClient":
        """Return the client for a key and an address; without an address it is OpenAI's own. `api_version` is for Azure."""
        client = self._clients.get((key, base_url, api_version))
        if client is None:
            from bot.providers.openai.client import OpenAiClient

            client = OpenAiClient(key, base_url or None, api_version=api_version)
            self._stack.push_async_callback(client.close)
            self._clients[key, base_url, api_version] = client
        return client


def compatible_model(section: CompatibleProviderSettings) -> "ImageModel":
    """Return what the settings say of the model of a server of that kind; else that it draws one of the usual sizes a call."""
    from bot.providers.openai.models import ImageModel

    usual = Abilities(sizes=tuple(USUAL_SIZES.values()), most_inputs=section.most_inputs, takes_mask=section.takes_mask)
    price = section.price
    return ImageModel(
        name=section.model,
        abilities=section.abilities("", usual),
        prices=price.tokens if price else None,
        unit_prices=price.units if price else None,
    )


def image_model_names(settings: Settings) -> list[str]:
    """Return the image models that easel or the settings describe, in order."""
    from bot.providers.openai.models import known_models

    return sorted({*known_models(), *settings.models})


def image_model(settings: Settings, name: str, section: OpenAiAccountSettings) -> "ImageModel":
    """Return what is known about the model of a provider: its own section first, then `[models]`, then the built-in table.

    Raises:
        ConfigError: Nothing is.
    """
    from bot.providers.openai.models import ImageModel, known_models

    model, built_in = section.model, known_models().get(section.model)
    described = settings.models.get(model)
    if built_in is None and described is None and not (section.sizes or section.size_rule):
        names = image_model_names(settings)
        setting = "[openai] image_model" if name == "openai" else f"[providers.{name}] model"
        raise ConfigError(
            f"{setting} “{model}” is not known: take {join_words(names)}, "
            f'or describe it under [models."{model}"].{suggest(model, names)}'
        )
    abilities, prices = (built_in.abilities, built_in.prices) if built_in else (None, None)
    if described is not None:
        abilities, prices = described.abilities(f'[models."{model}"]', abilities), described.prices(prices)
    abilities = section.abilities(f"[providers.{name}]", abilities)
    prices = section.price.tokens if section.price else prices
    return built_in.override(abilities, prices) if built_in else ImageModel(name=model, abilities=abilities, prices=prices)
