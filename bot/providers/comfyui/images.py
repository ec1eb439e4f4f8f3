"""Pictures from a ComfyUI server: any worker collects them, since each drawing's id is also its id there."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from bot.domain.health import Finding
from bot.domain.images import Abilities, DrawingId, FreeSizes, ImageRequest, ImageResult, Progress, Quality, Size
from bot.domain.money import FREE, Cost, UnitPrices
from bot.domain.tickets import Ticket
from bot.ports.clock import Clock
from bot.ports.images import OnProgress
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.comfyui.execution import Execution
from bot.providers.comfyui.server_check import check_server
from bot.providers.comfyui.workflow import Workflow
from bot.providers.shared.polling import poll
from bot.providers.shared.rest_client import RestClient, RestResponse
from bot.providers.shared.templates import fill

_SIZES = FreeSizes(multiple_of=16, min_pixels=256 * 256, max_pixels=2048 * 2048, max_edge=4096, max_aspect=4.0)
_SECONDS_OF_A_MEGAPIXEL = 30.0
"""A guess, which only goes into estimates."""

_KEPT = timedelta(days=1)
"""ComfyUI forgets its 10,001st drawing and all of them when it restarts, so that any time is a guess."""

_ACCEPTED = {"accepted": "yes"}
"""What tells a ticket that the server gave from one that is only known: whose drawing it may never have got."""


def abilities_of(workflow: Workflow) -> Abilities:
    """Return what FLUX.2 draws; how many at once depends on whether the workflow takes a count."""
    return Abilities(free=_SIZES, qualities=(Quality.MEDIUM,), most=4 if "count" in workflow.placeholders else 1)


class ComfyUiImages:
    """Draws by one workflow. A second of its work may have a price; without one it is free."""

    def __init__(
        self,
        client: RestClient,
        workflow: Workflow,
        *,
        name: str,
        model: str,
        abilities: Abilities,
        prices: UnitPrices,
        attribution: str,
        clock: Clock,
    ) -> None:
        self.name = name
        self.model = model
        self.abilities = abilities
        self.attribution = attribution
        self._client = client
        self._workflow = workflow
        self._prices = prices
        self._clock = clock

    def estimate(self, size: Size, quality: Quality, count: int) -> Cost:  # noqa: ARG002 - the port's signature
        """Guess by how many pixels there are; without a price it is free, whatever is drawn."""
        if not self._prices.second:
            return FREE
        seconds = _SECONDS_OF_A_MEGAPIXEL * size.pixels * count / 1_000_000
        return self._prices.cost(seconds=seconds, is_estimate=True)

    async def check(self) -> tuple[Finding, ...]:
        """Ask which nodes and files the server has, which is free."""
        return await check_server(self._client, self._workflow, name=self.name)

    async def submit(self, request: ImageRequest) -> Ticket:
        """Put the drawing into the server's queue, unless it is known there already; see `TicketProvider`."""
        ticket = replace(self.known_ticket(request.drawing), details=_ACCEPTED)
        if await self._queue_place(ticket.id) is not None or await self._find_execution(ticket.id):
            return ticket
        graph = fill(self._workflow.nodes, _values(request, ticket))
        body = {"prompt": graph, "prompt_id": ticket.id, "client_id": ticket.id}
        response = await self._client.post_paid("prompt", body)
        if not response.is_success:
            raise self._client.failure(response, is_paid=True, reason=_invalid_nodes(response))
        given = response.fields.get("prompt_id")
        if not isinstance(given, str):
            raise OutcomeUnknown(self.name, "no prompt_id in the answer", fault=ProviderFault.BAD_ANSWER)
        return replace(ticket, id=given)  # servers of before 2025-10 choose their own

    def known_ticket(self, drawing: DrawingId) -> Ticket:
        """Return the ticket of a drawing: its 16 bytes, written as a UUID."""
        digits = urlsafe_b64decode(f"{drawing}==").hex()
        uuid = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        return Ticket(id=uuid, expires_at=self._clock.now() + _KEPT)

    async def collect(self, ticket: Ticket, on_progress: OnProgress) -> ImageResult:
        """Wait for the drawing's turn and its end, and fetch its pictures; see `TicketProvider`."""
        told: Progress | None = None

        async def ask() -> Execution | None:
            nonlocal told
            place = await self._queue_place(ticket.id)
            if place is None:
                return await self._find_execution(ticket.id) or Execution({})
            news = Progress(ahead=place or None, is_warming_up=place == 0 and not await self._has_drawn())
            if news != told:
                told = news
                await on_progress(news)
            return None

        execution = await poll(ask, ticket=ticket, provider=self.name, clock=self._clock)
        if not execution.entry and ticket.details == _ACCEPTED:
            raise OutcomeUnknown(self.name, "the server has forgotten the drawing", request_id=ticket.id)
        if not execution.entry:
            raise ProviderFailed(self.name, "it never got there", fault=ProviderFault.UNREACHABLE, request_id=ticket.id)
        cost = self._cost(execution)
        await on_progress(Progress(cost=cost))
        execution.raise_failure(self.name, ticket.id)
        pictures = [await self._download(file, ticket) for file in execution.files[: self.abilities.most]]
        return ImageResult(pictures=tuple(pictures), model=self.model, cost=cost, request_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> Cost | None:
        """Take the drawing out of the queue, and interrupt it where it is the one that runs."""
        try:
            await self._ask("POST", "queue", {"delete": [ticket.id]})
            if await self._queue_place(ticket.id) == 0:
                # Older servers stop whatever runs, so they are asked only while it is this one.
                await self._ask("POST", "interrupt", {"prompt_id": ticket.id})
                return None if self._prices.second else Cost()
            execution = await self._find_execution(ticket.id)
        except ProviderFailed:
            return None
        return self._cost(execution) if execution else Cost()

    def _cost(self, execution: Execution) -> Cost:
        seconds = execution.seconds
        return Cost(is_estimate=True) if seconds is None else self._prices.cost(seconds=seconds)

    async def _queue_place(self, prompt_id: str) -> int | None:
        """Return how many drawings come first, 0 while it runs, and None when it is not in the queue."""
        queue = (await self._ask("GET", "queue")).fields
        running, pending = _queued(queue.get("queue_running")), _queued(queue.get("queue_pending"))
        if prompt_id in running:
            return 0
        return len(running) + pending.index(prompt_id) if prompt_id in pending else None

    async def _find_execution(self, prompt_id: str) -> Execution | None:
        """Return how it ended. What has left the queue is here at once, unless the server has forgotten it."""
        entry = (await self._ask("GET", f"history/{prompt_id}")).fields.get(prompt_id)
        return Execution(entry) if isinstance(entry, dict) and entry else None

    async def _has_drawn(self) -> bool:
        """Return whether it has drawn anything since its start; before that, it has to load its models."""
        return bool((await self._ask("GET", "history?max_items=1")).fields)

    async def _download(self, file: Mapping[str, str], ticket: Ticket) -> bytes:
        async def ask() -> bytes | None:
            return (await self._ask("GET", f"view?{urlencode(file)}")).content

        return await poll(ask, ticket=ticket, provider=self.name, clock=self._clock)

    async def _ask(self, method: str, address: str, body: object = None) -> RestResponse:
        response = await self._client.ask(method, address, body)
        if not response.is_success:
            raise self._client.failure(response, is_paid=False, reason=f"at {address.partition('?')[0]}")
        return response


def _values(request: ImageRequest, ticket: Ticket) -> dict[str, str | int]:
    size, seed = request.size, int(ticket.id.replace("-", "")[:12], 16)
    return {"prompt": request.prompt, "width": size.width, "height": size.height, "count": request.count, "seed": seed}


def _queued(rows: Any) -> list[str]:
    """Return the ids in the order of their numbers: the server keeps them as a heap."""
    return [row[1] for row in sorted(rows, key=lambda row: row[0])] if isinstance(rows, list) else []


def _invalid_nodes(response: RestResponse) -> str:
    """Say which nodes of the workflow the server does not take; without the words that were asked for."""
    errors, nodes = response.fields.get("error"), response.fields.get("node_errors")
    kind = errors.get("type") if isinstance(errors, dict) else ""
    found = [
        f"node {node} ({problem.get('class_type')}): {each.get('type')} {(each.get('extra_info') or {}).get('input_name', '')}"
        for node, problem in (nodes.items() if isinstance(nodes, dict) else ())
        for each in problem.get("errors", ())
    ]
    return f"workflow: {'; '.join([str(kind), *found]).strip()}"
