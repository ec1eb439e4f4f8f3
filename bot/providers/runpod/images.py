"""Pictures from a serverless endpoint on RunPod: a call makes a job, which is asked after until it has ended.

The shapes are those of docs.runpod.io/serverless/endpoints/operation-reference,
job-states and send-requests (policy, time to live, how long results are kept):
`ttl` counts from the call on, and a job that is older is gone, whatever it was
doing; the result of one that has ended is kept for half an hour. What a worker
takes and gives is its own, so that the settings say it.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote

from bot.domain.health import Finding
from bot.domain.images import ImageRequest, ImageResult, Progress, Quality
from bot.domain.money import Cost
from bot.domain.tickets import Ticket
from bot.ports.clock import Clock
from bot.ports.images import OnProgress
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.runpod.job_template import JobTemplate
from bot.providers.shared.base64_text import decode_base64
from bot.providers.shared.hosted_model import HostedModel, HostedService
from bot.providers.shared.key_check import check_key
from bot.providers.shared.model_errors import model_failure
from bot.providers.shared.picture_fetcher import PictureFetcher
from bot.providers.shared.polling import poll
from bot.providers.shared.rest_client import RestClient, RestResponse
from bot.providers.shared.unknown_states import UnknownStates

BASE_URL = "https://api.runpod.ai/v2"

_KEPT = timedelta(minutes=30)
_MILLISECOND = timedelta(milliseconds=1)
_WAITING, _GOING_ON = "IN_QUEUE", {"IN_QUEUE", "IN_PROGRESS", "RUNNING"}
_DONE = "COMPLETED"
_ENDED = {_DONE, "FAILED", "CANCELLED", "TIMED_OUT"}
_FORGOTTEN = {404, 410}


class RunPodImages(HostedService):
    """Draws by one endpoint. `second` is what a second of its worker costs; `timeouts` end a job by quality."""

    def __init__(
        self,
        client: RestClient,
        model: HostedModel,
        template: JobTemplate,
        *,
        endpoint: str,
        name: str,
        attribution: str,
        fetcher: PictureFetcher,
        clock: Clock,
        timeouts: Mapping[Quality, timedelta],
        second: int = 0,
    ) -> None:
        super().__init__(model, name=name, attribution=attribution)
        self._client = client
        self._template = template
        self._endpoint = quote(endpoint, safe="")
        self._fetcher = fetcher
        self._clock = clock
        self._timeouts = timeouts
        self._second = second
        self._unknown_states = UnknownStates(name)

    async def check(self) -> tuple[Finding, ...]:
        """Ask for the endpoint's health, which is free."""
        return await check_key(self._name, lambda: self._client.ask("GET", f"{self._endpoint}/health"), setting="endpoint")

    async def submit(self, request: ImageRequest) -> Ticket:
        """Make one paid call; see `TicketProvider`."""
        self.refuse_impossible(request)
        timeout = self._timeouts[request.quality]
        life = max(_KEPT, timeout)
        policy = {"executionTimeout": timeout // _MILLISECOND, "ttl": life // _MILLISECOND}
        body = {"input": self._template.fill(request), "policy": policy}
        response = await self._client.post_paid(f"{self._endpoint}/run", body)
        if not response.is_success:
            raise self._client.failure(response, is_paid=True)
        return Ticket(id=self._client.read_id(response), expires_at=self._clock.now() + life)

    async def collect(self, ticket: Ticket, on_progress: OnProgress) -> ImageResult:
        """Wait for the result and read it; see `TicketProvider`."""
        response = await poll(lambda: self._look(ticket, on_progress), ticket=ticket, provider=self._name, clock=self._clock)
        cost = self._cost(response)
        if cost is not None:
            await on_progress(Progress(cost=cost))
        texts = self._picture_texts(response, ticket)
        pictures = [await self._read_picture(text, ticket) for text in texts]
        return ImageResult(pictures=tuple(pictures), model=self.model, cost=cost or Cost(is_estimate=True), request_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> Cost | None:
        """Stop the job; one that no worker has begun costs nothing."""
        try:
            before = await self._client.ask("GET", self._address("status", ticket))
            state = before.fields.get("status")
            if state in _ENDED:
                return self._cost(before)
            await self._client.ask("POST", self._address("cancel", ticket))
            return Cost() if state == _WAITING else None
        except ProviderFailed:
            return None

    async def _look(self, ticket: Ticket, on_progress: OnProgress) -> RestResponse | None:
        """Return the answer that ends the call; None while it goes on."""
        response = await self._client.fetch("GET", self._address("status", ticket), expected=_FORGOTTEN)
        if not response.is_success:
            return response
        if response.fields.get("id") != ticket.id:
            raise ProviderFailed(self._name, "an answer about another call", fault=ProviderFault.BAD_ANSWER, request_id=ticket.id)
        state = response.fields.get("status")
        if state in _ENDED:
            return response
        if state not in _GOING_ON:
            self._unknown_states.note(state, request_id=ticket.id)
        await on_progress(Progress(is_warming_up=state == _WAITING and not await self._has_workers()))
        return None

    async def _has_workers(self) -> bool:
        """Whether a worker has its model loaded, busy or not."""
        workers = (await self._client.ask("GET", f"{self._endpoint}/health")).fields.get("workers")
        return not isinstance(workers, Mapping) or any(workers.get(kind) for kind in ("idle", "ready", "running"))

    def _cost(self, response: RestResponse) -> Cost | None:
        """Return what the worker's time cost, without the start that is billed too; None where the answer does not say it."""
        if not self._second:
            return Cost()
        spent = response.fields.get("executionTime")
        if isinstance(spent, bool) or not isinstance(spent, (int, float)) or not 0 <= spent <= timedelta(days=1) / _MILLISECOND:
            return None
        return Cost(round(spent * self._second / 1000), is_estimate=True)

    def _picture_texts(self, response: RestResponse, ticket: Ticket) -> list[str]:
        """Return the pictures as the worker gives them.

        Raises:
            PromptRefused: The worker would not draw this.
            OutcomeUnknown: The service has forgotten the call.
            ProviderFailed: There is no picture.
        """
        state, output = response.fields.get("status"), response.fields.get("output")
        if response.status in _FORGOTTEN:
            reason = f"the service knows nothing of it, status={response.status}"
            raise OutcomeUnknown(self._name, reason, fault=ProviderFault.BAD_ANSWER, request_id=ticket.id)
        if state in {"CANCELLED", "TIMED_OUT"}:
            raise ProviderFailed(self._name, f"state {state}", fault=ProviderFault.TIMED_OUT, request_id=ticket.id)
        found = self._template.find_pictures(output)[: self.abilities.most] if state == _DONE else []
        if found:
            return found
        said = response.fields.get("error") or (output.get("error") if isinstance(output, Mapping) else None)
        if state == _DONE and not said:
            reason = f"done, and nothing at [providers.{self._name}] output"
            raise ProviderFailed(self._name, reason, fault=ProviderFault.BAD_ANSWER, request_id=ticket.id)
        raise model_failure(self._name, said, request_id=ticket.id)

    async def _read_picture(self, text: str, ticket: Ticket) -> bytes:
        if text.startswith(("http://", "https://", "data:")):
            return await self._fetcher.fetch(text, provider=self._name, request_id=ticket.id)
        try:
            return await asyncio.to_thread(decode_base64, text)
        except ValueError as error:
            reason = f"picture: {error}"
            raise ProviderFailed(self._name, reason, fault=ProviderFault.BAD_ANSWER, request_id=ticket.id) from None

    def _address(self, what: str, ticket: Ticket) -> str:
        return f"{self._endpoint}/{what}/{quote(ticket.id, safe='')}"
