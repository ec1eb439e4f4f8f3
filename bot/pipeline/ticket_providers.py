"""The providers that give tickets, and the calls that go on at them."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.jobs import Drawing
from bot.domain.provider_accounts import provider_of
from bot.domain.tickets import Ticket
from bot.ports.images import Provider, TicketProvider


@dataclass(frozen=True, slots=True)
class CallUnderWay:
    """A paid call that can be collected by its ticket."""

    drawing: Drawing
    provider: TicketProvider
    ticket: Ticket


class TicketProviders:
    """Finds providers by name and key: a ticket belongs to the account that gave it."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._providers = {provider.name: provider for provider in providers if isinstance(provider, TicketProvider)}
        first: dict[str, TicketProvider] = {}
        for name, provider in self._providers.items():
            first.setdefault(provider_of(name), provider)
        self._first = first

    def find_call(self, drawing: Drawing) -> CallUnderWay | None:
        """Return the call of a drawing; None where it cannot be asked for: its process had to wait, or its provider is gone.

        Where its key was removed the provider's first key is tried: a renewed key belongs to the same account.
        """
        provider = self._providers.get(drawing.provider) or self._first.get(provider_of(drawing.provider))
        if provider is None:
            return None
        ticket = drawing.ticket or provider.known_ticket(drawing.id)
        return CallUnderWay(drawing, provider, ticket) if ticket is not None else None
