"""Pictures from fal's queue: a call gives addresses of its state, its result and its end, which are kept as they came.

The shapes are those of fal's documentation (fal.ai/docs: "Inference API",
"Model errors", "Request error types", "Common parameters"). fal's own client
sends a call up to ten times when the connection is cut, paid or not, so it is
not used. A result of less than 10 KB, as an address of a picture is, is kept
for an hour; what it cost is in the header x-fal-billable-units, in the unit
of the model's price (TanStack/ai#722).
"""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.domain.health import Finding
from bot.domain.images import FileFormat, ImageRequest, ImageResult, Progress
from bot.domain.money import FREE, Cost
from bot.domain.tickets import Ticket
from bot.ports.clock import Clock
from bot.ports.images import OnProgress
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.shared.hosted_model import HostedModel, HostedService, MegapixelPrice
from bot.providers.shared.input_pictures import write_as_data_urls
from bot.providers.shared.key_check import check_key
from bot.providers.shared.moderation_categories import prompt_refused
from bot.providers.shared.picture_fetcher import PictureFetcher
from bot.providers.shared.polling import poll
from bot.providers.shared.rest_client import RestClient, RestResponse, names_only_prompt

BASE_URL = "https://queue.fal.run"

_HOSTS = ("fal.run",)
_LIFE = timedelta(hours=1)
_ADDRESSES = ("status_url", "response_url", "cancel_url")
_NO_RETRY = {"x-fal-no-retry": "1"}
_NOBODYS_CALL = "requests/00000000-0000-0000-0000-000000000000/status"

_FORBIDDEN = 403
_SERVER_ERROR = 500
_FORGOTTEN_STATUSES = {403, 404, 410}
_PASSING_STATUSES = {400, 408, 429}
"""Of a result that is asked for: 400 says that it is not there yet."""

_MAYBE_REFUSALS = {400, 422}
_REFUSAL = "content_policy_violation"


def build_client(name: str, key: str, base_url: str = BASE_URL) -> RestClient:
    """Return what asks the service.

    Raises:
        ConfigError: The address or the key cannot be used.
    """
    return RestClient(name, base_url, headers={"Authorization": f"Key {key}"}, hosts=_HOSTS)


class FalImages(HostedService):
    """Draws with one model, one picture for each call: not every model draws several."""

    def __init__(
        self, client: RestClient, model: HostedModel, *, name: str, attribution: str, fetcher: PictureFetcher, clock: Clock
    ) -> None:
        super().__init__(model, name=name, attribution=attribution)
        self._client = client
        self._fetcher = fetcher
        self._clock = clock

    async def check(self) -> tuple[Finding, ...]:
        """Ask for a call that does not exist, which is free: a wrong key is refused before the call is looked for."""
        app = "/".join(self.model.split("/")[:2])
        return await check_key(self._name, lambda: self._client.ask("GET", f"{app}/{_NOBODYS_CALL}"))

    async def submit(self, request: ImageRequest) -> Ticket:
        """Make one paid call; see `TicketProvider`."""
        self.refuse_impossible(request)
        size = {"width": request.size.width, "height": request.size.height}
        body: dict[str, object] = {
            "prompt": request.prompt,
            "image_size": size,
            "output_format": (request.format or FileFormat.PNG).value,
        }
        if request.seed is not None:
            body["seed"] = request.seed
        if request.inputs:
            body["image_urls"] = await write_as_data_urls(request.inputs)
        response = await self._client.post_paid(self.model + "/edit" * bool(request.inputs), body, _NO_RETRY)
        if not response.is_success:
            _raise_refusal(response, response.request_id)
            raise self._failure(response, is_paid=True)
        id_, details = response.fields.get("request_id"), {}
        for name in _ADDRESSES:
            address = response.fields.get(name)
            if isinstance(address, str):
                details[name] = address
        if not isinstance(id_, str) or len(details) < len(_ADDRESSES):
            reason = "a call that was taken without saying where to ask for it"
            raise OutcomeUnknown(self._name, reason, fault=ProviderFault.BAD_ANSWER, request_id=response.request_id)
        cost = self.estimate_call(request)
        return Ticket(id=id_, expires_at=self._clock.now() + _LIFE, details=details, cost=cost)

    async def collect(self, ticket: Ticket, on_progress: OnProgress) -> ImageResult:
        """Wait for the result and fetch it; see `TicketProvider`."""
        response = await poll(lambda: self._ask(ticket, on_progress), ticket=ticket, provider=self._name, clock=self._clock)
        cost = self._cost(response, ticket)
        if response.is_success:
            await on_progress(Progress(cost=cost))
        address = self._picture_address(response, ticket)
        picture = await self._fetcher.fetch(address, provider=self._name, request_id=ticket.id)
        return ImageResult(pictures=(picture,), model=self.model, cost=cost, request_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> Cost | None:
        """Take the call out of the queue, which is free, or have the work on it stopped, whose price nobody knows."""
        try:
            before = await self._client.ask("GET", ticket.details["status_url"])
            answer = await self._client.ask("PUT", ticket.details["cancel_url"])
        except (ProviderFailed, KeyError):
            return None
        return FREE if before.fields.get("status") == "IN_QUEUE" and answer.is_success else None

    async def _ask(self, ticket: Ticket, on_progress: OnProgress) -> RestResponse | None:
        """Return the result, or the error that the call ended with; None while it goes on."""
        response = await self._client.ask("GET", ticket.details.get("status_url", ""))
        if response.status in _FORGOTTEN_STATUSES:
            return response
        if not response.is_success:
            raise self._failure(response, is_paid=False)
        if response.fields.get("status") != "COMPLETED":
            await on_progress(Progress(ahead=_ahead(response)))
            return None
        result = await self._client.ask("GET", ticket.details.get("response_url", ""))
        is_passing = result.body is None or result.status in _PASSING_STATUSES or result.status >= _SERVER_ERROR
        return None if is_passing and not _error_type(result) and not _problems(result) else result

    def _picture_address(self, response: RestResponse, ticket: Ticket) -> str:
        """Return where the picture is.

        Raises:
            PromptRefused: The model would not draw this.
            OutcomeUnknown: The service knows nothing of the call.
            ProviderFailed: There is no picture.
        """
        _raise_refusal(response, ticket.id)
        if response.status in _FORGOTTEN_STATUSES:
            reason = f"the service knows nothing of it, status={response.status}"
            raise OutcomeUnknown(self._name, reason, fault=ProviderFault.BAD_ANSWER, request_id=ticket.id)
        if not response.is_success:
            raise self._failure(response, is_paid=False)
        if response.fields.get("has_nsfw_concepts") == [True]:
            raise prompt_refused("safety_checker", (), request_id=ticket.id)  # the picture that came is black
        images = response.fields.get("images")
        first = images[0] if isinstance(images, list) and images else None
        address = first.get("url") if isinstance(first, Mapping) else None
        if isinstance(address, str) and address:
            return address
        raise ProviderFailed(self._name, "done without a picture", fault=ProviderFault.BAD_ANSWER, request_id=ticket.id)

    def _failure(self, response: RestResponse, *, is_paid: bool) -> ProviderFailed:
        """Return what an error means. Those of 500 and more are not billed where fal says itself what went wrong."""
        kind = _error_type(response)
        is_retryable = response.headers.get("x-fal-retryable", "").lower() in {"1", "true"}
        fault = ProviderFault.OVERLOADED if kind or is_retryable else None
        if response.status == _FORBIDDEN and "balance" in str(response.fields.get("detail")).lower():
            fault = ProviderFault.OUT_OF_MONEY
        may_be_refusal = response.status in _MAYBE_REFUSALS and names_only_prompt(response)
        return self._client.failure(
            response, is_paid=is_paid and not kind, reason=kind, fault=fault, may_be_refusal=may_be_refusal
        )

    def _cost(self, response: RestResponse, ticket: Ticket) -> Cost:
        """Return what was billed, where one unit has one price; else what the price list says."""
        price, units = self._model.price, _number(response.headers.get("x-fal-billable-units"))
        if isinstance(price, MegapixelPrice) and price.first == price.further and units is not None:
            return Cost(math.ceil(round(units * price.first, 3)))
        return ticket.cost or Cost(is_estimate=True)


def _ahead(response: RestResponse) -> int | None:
    position = response.fields.get("queue_position")
    return position if response.fields.get("status") == "IN_QUEUE" and isinstance(position, int) and position >= 0 else None


def _raise_refusal(response: RestResponse, request_id: str | None) -> None:
    """Raise PromptRefused where an error says that it is one."""
    for problem in _problems(response):
        if problem.get("type") == _REFUSAL:
            named = problem.get("categories")
            categories = [each for each in named if isinstance(each, str)] if isinstance(named, list) else []
            raise prompt_refused(_REFUSAL, categories, request_id=request_id)


def _problems(response: RestResponse) -> list[Mapping[str, Any]]:
    """Return what an error lists; some answers are the list itself."""
    listed = response.body if isinstance(response.body, list) else response.fields.get("detail")
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) and not response.is_success else []


def _error_type(response: RestResponse) -> str:
    """Return fal's own word for what went wrong; empty where there is none that can be logged."""
    kind = response.headers.get("x-fal-error-type") or response.fields.get("error_type")
    return kind[:60] if isinstance(kind, str) and kind.replace("_", "").isalnum() else ""


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None
