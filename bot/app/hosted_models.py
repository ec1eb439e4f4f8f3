"""What providers need whose service runs the models: a key, and what is known of a model."""

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from bot.config.provider_section import RemoteProviderSettings
from bot.errors import ConfigError
from bot.text import join_words, quote, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.domain.images import Abilities
    from bot.providers.shared.hosted_model import HostedModel

M = TypeVar("M", bound="HostedModel")


def require_key(name: str, section: RemoteProviderSettings) -> str:
    """Return the key of a service that draws for nobody without one.

    Raises:
        ConfigError: There is none.
    """
    key = section.api_key.get_secret_value()
    if not key:
        raise ConfigError(
            f"[providers.{name}] needs a key: set EASEL_PROVIDERS__{name.upper()}__API_KEY, "
            f"or put it into the secret file providers__{name}__api_key."
        )
    return key


def find_model(name: str, section: RemoteProviderSettings, known: "Mapping[str, M]", build: "Callable[[str, Abilities], M]") -> M:
    """Return what is known about a provider's model: its section first, then the table of its kind, else what `build` gives.

    Raises:
        ConfigError: Nothing is.
    """
    from bot.providers.shared.hosted_model import UnitPrice

    built_in = known.get(section.model)
    if built_in is None and not (section.sizes or section.size_rule):
        names = list(known)
        raise ConfigError(
            f"[providers.{name}] model {quote(section.model)} is not known: take {join_words(names)}, "
            f"or say with sizes or size_rule what it draws.{suggest(section.model, names)}"
        )
    abilities = section.abilities(f"[providers.{name}]", built_in.abilities if built_in else None)
    model = replace(built_in or build(section.model, abilities), abilities=abilities)
    return replace(model, price=UnitPrice(section.price.units)) if section.price and section.price.units else model
