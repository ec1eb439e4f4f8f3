"""What a provider with one model says of itself."""

from typing import Generic, Protocol, TypeVar

from bot.domain.images import Abilities


class KnownModel(Protocol):
    """A model whose abilities are known."""

    @property
    def name(self) -> str:
        """Return the model's name, as the service spells it."""
        ...

    @property
    def abilities(self) -> Abilities:
        """Return what the model can do."""
        ...


M = TypeVar("M", bound=KnownModel)


class ProviderIdentity(Generic[M]):
    """The part of `ImageProvider` that says who draws, with which model, and what that can do."""

    def __init__(self, model: M, *, name: str, attribution: str) -> None:
        self._model = model
        self._name = name
        self._attribution = attribution

    @property
    def name(self) -> str:
        """Return the key of its section in the settings."""
        return self._name

    @property
    def model(self) -> str:
        """Return the model's name, as the service spells it."""
        return self._model.name

    @property
    def attribution(self) -> str:
        """Return the line under its pictures."""
        return self._attribution

    @property
    def abilities(self) -> Abilities:
        """Return what the model can do, by the table or the operator's settings."""
        return self._model.abilities
