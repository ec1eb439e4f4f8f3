"""`/models`: the image models that one may ask for, and which of their services rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.commands.rule_changes import list_post
from bot.commands.spec import Command
from bot.domain.image_models import ImageModelOffer
from bot.domain.images import Lane
from bot.domain.provider_state import ProviderState
from bot.ports.clock import Clock
from bot.ports.provider_states import ProviderStates
from bot.ports.surfaces import Call
from bot.services.quotas import Quotas
from bot.text import duration_text

_INSTEAD = " Where one cannot draw, another one does, and says so."
_NONE = "There is no model here that you may use; please ask whoever looks after this bot."


@dataclass(frozen=True, slots=True)
class ModelsArgs:
    """`/models` takes nothing."""


def models(quotas: Quotas, states: ProviderStates, clock: Clock) -> Command[ModelsArgs]:
    """Build `/models`."""

    async def run(call: Call, args: ModelsArgs) -> None:  # noqa: ARG001 - every command is called alike
        offers = await quotas.offered_models(call.person, call.place)
        now, known = clock.now(), await states.all()
        lines = [f"{offer.summary}{_rest_text(known, offer.accounts or (offer.name,), now)}" for offer in offers]
        await call.whisper(list_post(_head(offers), _mark_usual(offers, lines), title="Models"))

    return Command("models", "See which models draw here, what each is good at, and how they are", ModelsArgs, run)


def _head(offers: tuple[ImageModelOffer, ...]) -> str:
    if not offers:
        return _NONE
    several = "s" if len(offers) > 1 else ""
    # In the relaxed lane nobody draws for another.
    instead = _INSTEAD if sum(offer.lane is Lane.FAST for offer in offers) > 1 else ""
    return f"The model{several} you may ask for, as in /imagine a fox --model {offers[0].name}.{instead}"


def _mark_usual(offers: tuple[ImageModelOffer, ...], lines: list[str]) -> list[str]:
    """Return a note that this model draws where none is asked for."""
    usual = next((offer for offer in offers if not offer.on_request), None)
    return [f"{line} (usual)" if offer is usual else line for offer, line in zip(offers, lines, strict=True)]


def _rest_text(states: Mapping[str, ProviderState], accounts: tuple[str, ...], now: datetime) -> str:
    """Return for how long a service is not asked after it has failed, by none of its keys."""
    known = [states[name].rests_until if name in states else None for name in accounts]
    until = min((each or now for each in known), default=now)
    return f"; resting for {duration_text(until - now)}" if until > now else ""
