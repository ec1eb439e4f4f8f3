"""Pictures from Replicate: a call makes a prediction, which is asked after until it has ended, and then names its files.

The shapes are those of replicate.com/docs/reference/http, of its pages on the
lifecycle of predictions (states, deadlines) and on data retention (all is
removed after an hour), and of its OpenAPI schema (api.replicate.com/openapi.json).
It is never told to keep the connection open (`Prefer: wait`): the answer with
the prediction's id comes at once.
"""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote

from bot.domain.health import Finding
from bot.domain.images import ImageRequest, ImageResult, Progress
from bot.domain.money import Cost, UnitPrices
from bot.domain.tickets import Ticket
from bot.ports.clock import Clock
from bot.ports.images import OnProgress
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.replicate.models import ReplicateModel, build_input
from bot.providers.shared.hosted_model import HostedService
from bot.providers.shared.key_check import check_key
from bot.providers.shared.model_errors import model_failure
from bot.providers.shared.picture_fetcher import PictureFetcher
from bot.providers.shared.polling import poll
from bot.providers.shared.rest_client import RestClient, RestResponse
from bot.providers.shared.unknown_states import UnknownStates

BASE_URL = "https://api.replicate.com/v1"

_LIFE = timedelta(hours=1)
_DEADLINE = {"Cancel-After": "30m"}
"""What has not ended by then is stopped: its result would not be asked for any more."""

_COLD_AFTER = timedelta(seconds=5)
"""A prediction that has been starting for so long waits for a machine to load its model."""

_GOING_ON, _DONE = {"starting", "processing"}, "succeeded"
_ENDED = {_DONE, "failed", "canceled", "aborted"}
_NOT_CHARGED = "aborted"
_FORGOTTEN = {404, 410}


class ReplicateImages(HostedService):
    """Draws with one model. `second` is the price of a second of it, for models that are not charged by the picture."""

    def __init__(
        self,
        client: RestClient,
        model: ReplicateModel,
        *,
        name: str,
        attribution: str,
        fetcher: PictureFetcher,
        clock: Clock,
        second: int = 0,
    ) -> None:
        super().__init__(model, name=name, attribution=attribution)
        self._parameters = model
        self._client = client
        self._fetcher = fetcher
        self._clock = clock
        self._seconds = UnitPrices(second=second)
        self._unknown_states = UnknownStates(name)

    async def check(self) -> tuple[Finding, ...]:
        """Ask for the model, which is free."""
        return await check_key(self._name, lambda: self._client.ask("GET", f"models/{self.model}"), setting="model")

    async def submit(self, request: ImageRequest) -> Ticket:
        """Make one paid call; see `TicketProvider`."""
        self.refuse_impossible(request)
        body = {"input": build_input(self._parameters, request)}
        response = await self._client.post_paid(f"models/{self.model}/predictions", body, _DEADLINE)
        if not response.is_success:
            raise self._client.failure(response, is_paid=True, reason=_invalid_fields(response))
        cost = self.estimate(request.size, request.quality, request.count)
        return Ticket(id=self._client.read_id(response), expires_at=self._clock.now() + _LIFE, cost=cost)

    async def collect(self, ticket: Ticket, on_progress: OnProgress) -> ImageResult:
        """Wait for the result and fetch it; see `TicketProvider`."""
        response = await poll(lambda: self._ask(ticket, on_progress), ticket=ticket, provider=self._name, clock=self._clock)
        cost = self._cost(response, ticket)
        if cost is not None:
            await on_progress(Progress(cost=cost))
        addresses = self._picture_addresses(response, ticket)
        pictures = [await self._fetcher.fetch(each, provider=self._name, request_id=ticket.id) for each in addresses]
        return ImageResult(pictures=tuple(pictures), model=self.model, cost=cost or Cost(is_estimate=True), request_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> Cost | None:
        """Stop the prediction; what has begun to run is charged for."""
        try:
            response = await self._client.ask("POST", f"{_address(ticket)}/cancel")
            if response.is_success and response.fields.get("status") in _GOING_ON:
                response = await self._client.ask("GET", _address(ticket))
        except ProviderFailed:
            return None
        return self._cost(response, ticket) if response.fields.get("status") in _ENDED else None

    async def _ask(self, ticket: Ticket, on_progress: OnProgress) -> RestResponse | None:
        """Return the answer that ends the call; None while it goes on."""
        response = await self._client.fetch("GET", _address(ticket), expected=_FORGOTTEN)
        if not response.is_success:
            return response
        if response.fields.get("id") != ticket.id:
            raise ProviderFailed(self._name, "an answer about another call", fault=ProviderFault.BAD_ANSWER, request_id=ticket.id)
        state = response.fields.get("status")
        if state in _ENDED:
            return response
        if state not in _GOING_ON:
            self._unknown_states.note(state, request_id=ticket.id)
        age = self._clock.now() - (ticket.expires_at - _LIFE)
        await on_progress(Progress(is_warming_up=state == "starting" and age >= _COLD_AFTER))
        return None

    def _cost(self, response: RestResponse, ticket: Ticket) -> Cost | None:
        """Return what a prediction that has ended costs; None where nobody can know."""
        state, metrics = response.fields.get("status"), response.fields.get("metrics")
        if state == _NOT_CHARGED:
            return Cost()
        if self._seconds.second:
            seconds = metrics.get("predict_time") if isinstance(metrics, Mapping) else None
            if isinstance(seconds, (int, float)) and 0 <= seconds <= _LIFE.total_seconds():
                return self._seconds.cost(seconds=seconds)
            return None
        return ticket.cost if state == _DONE else None

    def _picture_addresses(self, response: RestResponse, ticket: Ticket) -> list[str]:
        """Return where the pictures are.

        Raises:
            PromptRefused: The model would not draw this.
            OutcomeUnknown: The service has forgotten the call, or its result.
            ProviderFailed: There is no picture.
        """
        fields, state = response.fields, response.fields.get("status")
        if response.status in _FORGOTTEN or (state == _DONE and fields.get("data_removed")):
            reason = f"the service knows nothing of it, status={response.status}"
            raise OutcomeUnknown(self._name, reason, fault=ProviderFault.BAD_ANSWER, request_id=ticket.id)
        if state == "failed":
            raise model_failure(self._name, fields.get("error"), request_id=ticket.id)
        if state != _DONE:
            raise ProviderFailed(self._name, f"state {state}", fault=ProviderFault.TIMED_OUT, request_id=ticket.id)
        output = fields.get("output")
        listed = output if isinstance(output, list) else [output]
        addresses = [each for each in listed if isinstance(each, str) and each][: self.abilities.most]
        if not addresses:
            raise ProviderFailed(self._name, "done without a picture", fault=ProviderFault.BAD_ANSWER, request_id=ticket.id)
        return addresses


def _address(ticket: Ticket) -> str:
    return f"predictions/{quote(ticket.id, safe='')}"


def _invalid_fields(response: RestResponse) -> str:
    """Return the names of the input's fields that are wrong, without what is in them."""
    listed = response.fields.get("invalid_fields")
    fields = [str(each.get("field")) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return f"invalid: {', '.join(fields)[:200]}" if fields else ""
