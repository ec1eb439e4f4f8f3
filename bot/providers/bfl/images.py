"""Pictures from Black Forest Labs: a call gives an address to ask at, and that one, when it is done, an address of the picture.

The shapes are those of docs.bfl.ai (API reference, "Integration guidelines",
"Errors"), and of how the client in vercel/ai's package black-forest-labs reads
them: its polling address is asked as it came, at one of BFL's own hosts; what is
neither done nor failed is still being worked on, since new models bring states
of their own (FLUX 3: "Reasoning", "Generating"); and the picture's address is
signed and gets no key.
"""

import math
from collections.abc import Mapping
from datetime import timedelta

from bot.domain.health import Finding
from bot.domain.images import ImageRequest, ImageResult, Progress
from bot.domain.money import Cost
from bot.domain.tickets import Ticket
from bot.errors import PromptRefused
from bot.ports.clock import Clock
from bot.ports.images import OnProgress
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.bfl.models import build_parameters
from bot.providers.shared.hosted_model import HostedModel, HostedService
from bot.providers.shared.input_pictures import write_as_base64
from bot.providers.shared.key_check import check_key
from bot.providers.shared.moderation_categories import prompt_refused
from bot.providers.shared.picture_fetcher import PictureFetcher
from bot.providers.shared.polling import poll
from bot.providers.shared.rest_client import RestClient, RestResponse, names_only_prompt
from bot.providers.shared.unknown_states import UnknownStates

BASE_URL = "https://api.bfl.ai/v1"

_HOSTS = ("bfl.ai",)
_LIFE = timedelta(minutes=30)
"""How long a call is asked for. A picture is kept for 10 minutes from the moment on at which it is done."""

_MICRODOLLARS_OF_A_CREDIT = 10_000
_DONE = "ready"
_REFUSED = {"request moderated", "content moderated"}
_FAILED = {"error", "failed"}
_FORGOTTEN = {"task not found"}
_ENDED = {_DONE, *_REFUSED, *_FAILED, *_FORGOTTEN}
_FORGOTTEN_STATUSES = {403, 404, 410}
_MAYBE_REFUSALS = {400, 422}
_NOT_AUTHENTICATED = 403


def build_client(name: str, key: str, base_url: str = BASE_URL) -> RestClient:
    """Return what asks the service; polling addresses lead to other hosts of its own.

    Raises:
        ConfigError: The address or the key cannot be used.
    """
    return RestClient(name, base_url, headers={"x-key": key}, hosts=_HOSTS)


class BflImages(HostedService):
    """Draws with one model. The service can neither stop a call nor draw several pictures in one."""

    def __init__(
        self, client: RestClient, model: HostedModel, *, name: str, attribution: str, fetcher: PictureFetcher, clock: Clock
    ) -> None:
        super().__init__(model, name=name, attribution=attribution)
        self._client = client
        self._fetcher = fetcher
        self._clock = clock
        self._unknown_states = UnknownStates(name)

    async def check(self) -> tuple[Finding, ...]:
        """Ask for the account's credits, which is free."""
        return await check_key(self._name, lambda: self._client.ask("GET", "credits"))

    async def submit(self, request: ImageRequest) -> Ticket:
        """Make one paid call; see `TicketProvider`."""
        self.refuse_impossible(request)
        body = build_parameters(self.model, request, await write_as_base64(request.inputs))
        response = await self._client.post_paid(self.model, body)
        if not response.is_success:
            fault = ProviderFault.BAD_KEY if response.status == _NOT_AUTHENTICATED else None
            may_be_refusal = response.status in _MAYBE_REFUSALS and names_only_prompt(response)
            raise self._client.failure(response, is_paid=True, fault=fault, may_be_refusal=may_be_refusal)
        id_, address = response.fields.get("id"), response.fields.get("polling_url")
        if not isinstance(id_, str) or not isinstance(address, str):
            reason = "a call that was taken without saying where to ask for it"
            raise OutcomeUnknown(self._name, reason, fault=ProviderFault.BAD_ANSWER, request_id=response.request_id)
        cost = _cost(response.fields.get("cost")) or self.estimate_call(request)
        return Ticket(id=id_, expires_at=self._clock.now() + _LIFE, details={"polling_url": address}, cost=cost)

    async def collect(self, ticket: Ticket, on_progress: OnProgress) -> ImageResult:
        """Wait for the result and fetch it; see `TicketProvider`."""
        response = await poll(lambda: self._ask(ticket, on_progress), ticket=ticket, provider=self._name, clock=self._clock)
        cost = ticket.cost or Cost(is_estimate=True)
        await on_progress(Progress(cost=cost))
        picture = await self._fetcher.fetch(self._picture_address(response, ticket), provider=self._name, request_id=ticket.id)
        return ImageResult(pictures=(picture,), model=self.model, cost=cost, request_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> Cost | None:
        """Stop nothing, and return what the call costs: it cannot be stopped."""
        return ticket.cost

    async def _ask(self, ticket: Ticket, on_progress: OnProgress) -> RestResponse | None:
        """Return the answer that ends the call; None while it goes on."""
        response = await self._client.ask("GET", ticket.details.get("polling_url", ""))
        state = _state(response)
        if state in _ENDED or response.status in _FORGOTTEN_STATUSES:
            return response
        if not response.is_success:
            raise self._client.failure(response, is_paid=False)
        if state != "pending":
            self._unknown_states.note(state or "none", request_id=ticket.id)
        await on_progress(Progress(share=_share(response.fields.get("progress"))))
        return None

    def _picture_address(self, response: RestResponse, ticket: Ticket) -> str:
        """Return where the picture is.

        Raises:
            PromptRefused: The service would not draw this.
            OutcomeUnknown: It knows nothing of the call.
            ProviderFailed: There is no picture.
        """
        state = _state(response)
        if state in _REFUSED:
            raise _refusal(state, response, ticket)
        if state == _DONE:
            result = response.fields.get("result")
            address = result.get("sample") if isinstance(result, Mapping) else None
            if isinstance(address, str) and address:
                return address
            raise ProviderFailed(self._name, "ready without a picture", fault=ProviderFault.BAD_ANSWER, request_id=ticket.id)
        if state in _FAILED:
            raise ProviderFailed(self._name, f"state {state}", fault=ProviderFault.BAD_ANSWER, request_id=ticket.id)
        reason = f"the service knows nothing of it, status={response.status}"
        raise OutcomeUnknown(self._name, reason, fault=ProviderFault.BAD_ANSWER, request_id=ticket.id)


def _state(response: RestResponse) -> str:
    """Return the state in small letters, shortened; empty where the answer names none."""
    state = response.fields.get("status")
    return state.strip().lower()[:40] if isinstance(state, str) and state.isprintable() else ""


def _share(progress: object) -> float | None:
    return float(progress) if isinstance(progress, (int, float)) and 0 <= progress <= 1 else None


def _refusal(state: str, response: RestResponse, ticket: Ticket) -> PromptRefused:
    details = response.fields.get("details")
    reasons = details.get("Moderation Reasons") if isinstance(details, Mapping) else None
    named = [reason for reason in reasons if isinstance(reason, str)] if isinstance(reasons, list) else []
    return prompt_refused(state.replace(" ", "_"), named, request_id=ticket.id)


def _cost(credits_: object) -> Cost | None:
    """Return what so many credits are; None where there is no sensible number."""
    if isinstance(credits_, bool) or not isinstance(credits_, (int, float)) or not 0 <= credits_ < math.inf:
        return None
    return Cost(math.ceil(round(credits_ * _MICRODOLLARS_OF_A_CREDIT, 3)))
